"""Everything that is still to be done stands in one model, and is gone once it was done."""

from __future__ import annotations

from typing import Any

import pytest
from tests.replay.conftest import Ask
from tests.replay.histories import (
    TOWNSHIP,
    Log,
    adopt_pack,
    apply_for,
    approve,
    case_name,
    publish,
    token,
)
from tests.replay.overseeing import bear, discover, form_group, register_offices

CASE, FOUND = case_name(1), case_name(2)
RULES = {
    "discovery_act_days": "15",
    "incident_review_days": "30",
    "notice_kinds": '["complaint_phone"]',
    "notice_units": '["township"]',
    "group_units": '["township"]',
    "group_leaders": '["party_head","government_head"]',
    "local_rule_kinds": '["norm"]',
    "responsible_offices_disaster": '["emergency_management"]',
    "guardian_duties": '{"guardian":["raise","property"]}',
    "child_account_holders": '["guardian"]',
}
Row = tuple[Any, ...]


def owing() -> Log:
    """Write a county that owes something of every kind, to a child above all."""
    log = Log()
    adopt_pack(log, "2021-12-01", **RULES)
    register_offices(log, "2021-12-01")
    apply_for(log, CASE, "2022-01-04", born="2012-05-05", programme="orphan")
    approve(log, CASE, "2022-01-20", from_month="2022-02")
    discover(log, FOUND, "2022-02-01")
    log.add("IncidentRecorded", CASE, "2022-02-01", kind="died_alone")
    for day, due_on, fen in (("2022-02-01", "2022-03-01", 700), ("2022-02-02", "2022-06-01", 300)):
        log.add("RecoveryOrdered", CASE, day, amount_fen=fen, due_on=due_on,
                from_month="2022-02", reason="error", to_month="2022-02")  # fmt: skip
    return log


def due(ask: Ask, log: Log, as_of: str = "2022-03-10") -> dict[tuple[str, str], Row]:
    rows = ask(log, "due_items", as_of=as_of)["due_items"]
    return {(row["stream"], row["what"]): (row["due_on"], row["state"]) for row in rows}


def test_what_somebody_owes_stands_there_with_its_day_or_without_one(ask: Ask) -> None:
    """S0-014, S1-017, S4-002, S4-019, S4-075, S4-079, S4-100, S4-110, F051, F097: no day is made up."""
    assert {
        (CASE, "give back"): ("2022-03-01", "missed"),
        (CASE, "discuss died_alone"): ("2022-03-03", "missed"),
        (FOUND, "act on discovery"): ("2022-02-16", "missed"),
        (f"unit/{TOWNSHIP}", "notice complaint_phone 2022"): ("2022-12-31", "open"),
        (CASE, "guardian no_guardian"): (None, "owed"),
        (CASE, "bearer none"): (None, "owed"),
        (f"unit/{TOWNSHIP}", "group missing"): (None, "owed"),
        ("rule/norm", "own rule"): (None, "owed"),
        ("duty/disaster", "emergency_management no_office"): (None, "owed"),
    } == {
        key: value
        for key, value in due(ask, owing()).items()
        if key[1] != "notice complaint_phone 2021"
    }


def test_who_asks_no_longer_waits_for_nothing(ask: Ask) -> None:
    """S1-034: no notice need stay up for an application that was withdrawn, and nothing is decided about it."""
    given = {"n": "7", "bound": "at_least", "from": "PublicityStarted", "to": "PublicityEnded"}
    log = Log()
    adopt_pack(
        log, "2021-12-01", **{f"limit__publicity__{key}": value for key, value in given.items()}
    )
    for number in (1, 2, 3):
        apply_for(log, case_name(number), "2022-01-04", number=number)
        publish(log, case_name(number), "2022-01-10", "2022-01-17")
    log.add("ApplicationWithdrawn", CASE, "2022-01-12", reason="x")
    log.add("DeathRecorded", case_name(3), "2022-01-12", died_on="2022-01-12", source="hospital")

    assert {FOUND: ("2022-01-17", "open")} == {
        stream: what
        for (stream, name), what in due(ask, log, "2022-01-14").items()
        if name == "publicity"
    }


def test_what_was_done_is_due_no_more(ask: Ask) -> None:
    """F097, S4-075: of two orders the one that is still open gives the day; a guardian keeps the money."""
    log = owing()
    log.add("PaymentRecovered", CASE, "2022-03-01", amount_fen=700, month="2022-02", reason="error")
    log.add("CaseDiscussed", CASE, "2022-03-02", meeting="meeting/m1", outcome="visits")
    apply_for(log, FOUND, "2022-03-02", number=2, born="1950-01-01")
    log.add("NoticePublished", f"unit/{TOWNSHIP}", "2022-03-02", kind="complaint_phone",
            medium="board", year=2022)  # fmt: skip
    log.add("GuardianRecorded", CASE, "2022-03-02", from_on="2022-03-02",
            guardian=token("p", 9), kind="guardian")  # fmt: skip
    log.add("AccountBound", CASE, "2022-03-02", account=token("a", 9), holder="other")
    bear(log, CASE, "u9", "2022-03-02")
    form_group(log, TOWNSHIP, "2022-03-02", "party_head", "government_head")
    found = due(ask, log)

    assert {
        (CASE, "give back"): ("2022-06-01", "open"),
        (CASE, "guardian account_of_another"): (None, "owed"),
        # the pack of this log is for every programme
        (FOUND, "guardian no_guardian"): (None, "owed"),
        ("rule/norm", "own rule"): (None, "owed"),
        ("duty/disaster", "emergency_management no_office"): (None, "owed"),
    } == {key: value for key, value in found.items() if "2021" not in key[1]}


@pytest.mark.parametrize(("as_of", "state"), [("2022-03-01", "open"), ("2022-03-02", "missed")])
def test_the_oldest_order_to_give_back_counts(ask: Ask, as_of: str, state: str) -> None:
    """F097: a younger order with a later day hides no older one, nor does half of the money."""
    log = owing()
    log.add("PaymentRecovered", CASE, "2022-02-20", amount_fen=699, month="2022-02", reason="error")

    assert ("2022-03-01", state) == due(ask, log, as_of)[CASE, "give back"]


def test_two_needs_of_one_visit_are_two_items(ask: Ask) -> None:
    """S4-086: each has its own place in the model's key."""
    log = Log()
    adopt_pack(log, need_follow_up_days="30")
    for _ in range(2):
        log.add("VisitMade", CASE, "2022-02-11", need="reported", visitor="v1")
    rows = ask(log, "due_items", as_of="2022-03-01")["due_items"]

    assert 2 == len({(row["stream"], row["what"], row["origin"]) for row in rows}) == len(rows)
