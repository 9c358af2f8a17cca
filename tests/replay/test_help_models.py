"""Help granted once, against what of it was rostered, paid and came back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.replay.conftest import Ask, Table
from tests.replay.histories import Log, adopt_pack, apply_for, case_name, token
from tests.replay.overseeing import register_offices
from tests.replay.test_deadlines import adopt_calendar

CASE = case_name(1)
RUN = {"month": "2022-03", "run": "run/h"}


def grant(log: Log, day: str, amount_fen: int, case: str = CASE, **data: Any) -> int:
    return log.add("HelpGranted", case, day, amount_fen=amount_fen, help="temporary", **data)


def roster(log: Log, amount_fen: int, case: str = CASE) -> int:
    line: Any = {"account": token("a", 1), "amount_fen": amount_fen, "kind": "one_off", **RUN}
    return log.add("PaymentRostered", case, "2022-03-08", **line)


def pay(log: Log, amount_fen: int, kind: str = "one_off", **run: Any) -> int:
    line: Any = {"account": token("a", 1), "amount_fen": amount_fen, "kind": kind, **(run or RUN)}
    return log.add("PaymentIssued", CASE, "2022-03-09", paid_on="2022-03-09", **line)


def give_back(log: Log, amount_fen: int) -> int:
    data: Any = {"amount_fen": amount_fen, "reason": "closed", "returned_on": "2022-03-10", **RUN}
    return log.add("PaymentReturned", CASE, "2022-03-10", **data)


def granted(*amounts: int) -> Log:
    log = Log()
    apply_for(log, CASE, programme="temporary")
    for number, amount_fen in enumerate(amounts):
        grant(log, f"2022-03-0{number + 1}", amount_fen)
    return log


def sums(rows: Table) -> list[tuple[Any, ...]]:
    keys = ("amount_fen", "rostered_fen", "paid_fen", "unpaid_fen", "over_fen")
    return [tuple(row[key] for key in keys) for row in rows]


def test_what_is_paid_counts_for_the_oldest_grant_first(ask: Ask) -> None:
    """S4-045: nothing, a part, the whole of one and a part of the next."""
    log = granted(300, 200)
    first = ask(log, "help_paid")["help_paid"]
    roster(log, 500)
    pay(log, 350)
    then = ask(log, "help_paid")["help_paid"]

    assert [(300, 0, 0, 300, 0), (200, 0, 0, 200, 0)] == sums(first)
    assert [(300, 300, 300, 0, 0), (200, 200, 50, 150, 0)] == sums(then)
    assert [[1, 3, 4], [2, 3, 4]] == [row["positions"] for row in then]


def test_what_the_bank_gave_back_is_unpaid_until_it_is_sent_once_more(ask: Ask) -> None:
    log = granted(300)
    roster(log, 300)
    pay(log, 300)
    give_back(log, 300)
    back = ask(log, "help_paid", "arrears", as_of="2022-03-31")
    pay(log, 300, "reissue")
    sent = ask(log, "help_paid", "arrears", as_of="2022-03-31")

    assert [(300, 300, 0, 300, 0)] == sums(back["help_paid"])
    assert [(300, 300, 300, 0, 0)] == sums(sent["help_paid"])
    assert [(300, 0, 300)] == [
        (row["due_fen"], row["paid_fen"], row["arrears_fen"]) for row in back["arrears"]
    ]
    assert [0] == [row["arrears_fen"] for row in sent["arrears"]]


def test_a_run_is_one_whether_its_kind_is_written_before_its_name_or_not(ask: Ask) -> None:
    log = granted(300)
    roster(log, 300)
    pay(log, 300, month="2022-03", run="h")
    give_back(log, 300)
    back = ask(log, "help_paid")["help_paid"]
    pay(log, 300, "reissue", month="2022-03", run="h")
    sent = ask(log, "help_paid")["help_paid"]

    assert [(300, 300, 0, 300, 0)] == sums(back)
    assert [(300, 300, 300, 0, 0)] == sums(sent)


def test_a_grant_that_is_paid_twice_shows_and_a_month_of_an_allowance_does_not_count(
    ask: Ask,
) -> None:
    """F026: what a case was paid beyond its grants."""
    log = granted(300)
    pay(log, 500, "regular", month="2022-03", run="run/r")
    roster(log, 300)
    pay(log, 300)
    once = ask(log, "help_paid")["help_paid"]
    pay(log, 300)
    twice = ask(log, "help_paid", "arrears", as_of="2022-03-31")

    assert [0] == [row["over_fen"] for row in once]
    assert [(300, 300, 300, 0, 300)] == sums(twice["help_paid"])
    assert [-800] == [row["arrears_fen"] for row in twice["arrears"]]


@pytest.mark.parametrize("way", ["goods", "service", "waiver"])
def test_only_help_in_money_is_paid_out(ask: Ask, way: str) -> None:
    """S4-048: goods, services and waivers have a value and no payment."""
    log = granted()
    grant(log, "2022-03-01", 300, way=way)

    assert [(300, 0, 0, 0, 0)] == sums(ask(log, "help_paid")["help_paid"])


def test_a_grant_that_was_annulled_is_none(ask: Ask) -> None:
    log = granted(300)
    roster(log, 300)
    pay(log, 300)
    reason: Any = {"authority": "county", "position": 1, "reason": "wrong person"}
    log.add("EntryAnnulled", CASE, "2022-03-20", **reason)
    found = ask(log, "help_paid", "arrears", as_of="2022-03-31")

    assert [] == found["help_paid"]
    assert [(0, 300, -300)] == [
        (row["due_fen"], row["paid_fen"], row["arrears_fen"]) for row in found["arrears"]
    ]


def test_help_once_is_due_as_far_as_it_was_granted_the_oldest_month_first(ask: Ask) -> None:
    log = granted(300, 200)
    roster(log, 400)
    late: Any = {"account": token("a", 1), "amount_fen": 400, "kind": "one_off"}
    log.add("PaymentRostered", CASE, "2022-04-08", month="2022-04", run="run/i", **late)
    grant(log, "2022-04-02", 500, way="goods")

    assert [("2022-03", 400), ("2022-04", 100)] == [
        (row["month"], row["due_fen"]) for row in ask(log, "arrears", as_of="2022-04-30")["arrears"]
    ]


RULES = {
    "paperwork_working_days": "3",
    "referral_answer_days": "7",
    "same_cause_days": "180",
    "split_days": "30",
    "township_limit_fen": "300000",
}


def ruled(*cases: int) -> Log:
    """Write a county with its offices, its rule, and applications of one person."""
    log = Log()
    adopt_pack(log, "2021-01-01", **RULES)
    adopt_calendar(
        log, 2022, ("2022-01-31", "2022-02-01"), ("2022-01-29", "2022-01-30"), known="2021-12-01"
    )
    register_offices(log)
    for number in cases:
        apply_for(log, case_name(number), number=1, programme="temporary")
    return log


def test_grants_of_one_township_to_one_person_are_added_up_over_the_window(ask: Ask) -> None:
    """S4-045, F027: over the limit together, across cases; another office and another day are not."""
    log = ruled(1, 2, 3, 4)
    grant(log, "2022-03-01", 200_000)
    grant(log, "2022-03-30", 100_000, case_name(2))
    grant(log, "2022-03-31", 100_001, case_name(3))
    grant(log, "2022-03-31", 250_000, case_name(4), way="goods")
    found = ask(log, "temporary_grants", as_of="2022-04-01")["temporary_grants"]

    assert [(200_000, False), (300_000, False), (200_001, False), (450_001, True)] == [
        (row["window_fen"], row["over"]) for row in found
    ]
    assert {300_000} == {row["limit_fen"] for row in found}


def test_who_gave_no_number_is_nobody_else_and_a_window_reaches_both_ways(ask: Ask) -> None:
    """F026, F027, as the rules: by the days, and not by the order of recording."""
    log = ruled(1, 2, 3)
    for case in (4, 5):
        at = apply_for(log, case_name(case), programme="temporary")
        unknown: Any = {"authority": "x", "field": "applicant", "position": at, "reason": "x"}
        zeros = '"p' + "0" * 32 + '"'
        log.add("EntryCorrected", case_name(case), "2022-03-01", value=zeros, **unknown)
        grant(log, "2022-03-01", 200_000, case_name(case), cause="k", cause_on="2022-02-28")
    grant(log, "2022-12-01", 200_000)
    grant(log, "2022-03-01", 200_000, case_name(2), cause="k", cause_on="2022-02-28")
    grant(log, "2022-03-20", 100_001, case_name(3), cause="l", cause_on="2022-03-15")
    found = ask(log, "temporary_grants", as_of="2022-12-31")["temporary_grants"]

    assert [*[(200_000, False, False)] * 4, (300_001, True, False)] == [
        (row["window_fen"], row["over"], row["same_cause"]) for row in found
    ]


def test_temporary_help_beside_another_programme_has_the_rules_of_its_own(ask: Ask) -> None:
    log = ruled(1)
    own: Any = {"pack": "own", "programmes": ("tekun",), "status": "in_force", "parameters": []}
    own |= {"chain": ("own",), "pack_hash": "b" * 64, "known_since": "2022-01-02"}
    log.add("PackAdopted", "policy/520123", "2022-01-02", in_force_from="2022-01-02", **own)
    apply_for(log, case_name(2), programme="tekun")
    grant(log, "2022-03-01", 200_000)
    grant(log, "2022-03-02", 200_000, case_name(2))
    found = ask(log, "temporary_grants", as_of="2022-12-31")["temporary_grants"]

    assert [(200_000, 300_000, False), (400_000, 300_000, True)] == [
        (row["window_fen"], row["limit_fen"], row["over"]) for row in found
    ]


def test_help_of_another_township_and_of_another_kind_fill_no_window(ask: Ask) -> None:
    """S4-045, F027."""
    log = ruled(1, 2, 3)
    grant(log, "2022-03-01", 200_000)
    other: Any = {"amount_fen": 90_000, "help": "medical"}
    log.add("HelpGranted", case_name(2), "2022-03-02", **other)
    data: Any = {"amount_fen": 150_000, "help": "temporary"}
    log.add("HelpGranted", case_name(3), "2022-03-03", desk="520123002", **data)
    found = ask(log, "temporary_grants", as_of="2022-04-01")["temporary_grants"]

    assert [200_000, 150_000] == [row["window_fen"] for row in found]


def test_the_county_has_no_limit_and_a_stranger_none_of_it(ask: Ask) -> None:
    log = ruled(1, 2)
    apply_for(log, case_name(3), number=3, programme="temporary")
    for case in (1, 2, 3):
        data: Any = {"amount_fen": 200_000, "help": "temporary"}
        log.add("HelpGranted", case_name(case), "2022-03-01", desk="520123", **data)
    found = ask(log, "temporary_grants", as_of="2022-04-01")["temporary_grants"]

    assert [(200_000, False), (400_000, False), (200_000, False)] == [
        (row["window_fen"], row["over"]) for row in found
    ]


@pytest.mark.parametrize(
    ("cause_on", "day", "same"),
    [
        ("2022-01-10", "2022-01-12", True),
        ("2022-01-11", "2022-02-01", True),
        ("2022-01-12", "2022-02-01", False),
        ("2022-01-01", "2022-07-09", True),
        ("2022-01-01", "2022-07-10", False),
    ],
)
def test_a_cause_that_was_there_at_the_last_help_is_the_same_one(
    ask: Ask, cause_on: str, day: str, same: bool
) -> None:
    """F026: two grants for one cause within the window, in two cases of a person."""
    log = ruled(1, 2)
    first = grant(log, "2022-01-11", 100, cause="k1", cause_on="2022-01-10")
    grant(log, day, 100, case_name(2), cause="k7", cause_on=cause_on)
    found = ask(log, "temporary_grants", as_of="2022-08-01")["temporary_grants"][-1]

    assert same == found["same_cause"]
    assert not same or first in found["positions"]


def test_a_referral_waits_for_its_own_answer(ask: Ask) -> None:
    """S4-049: two referrals of a case; the answer to one is none to the other."""
    log = ruled(1)
    sent: Any = {"service": "care", "to_unit": "charity"}
    log.add("ReferralMade", CASE, "2022-03-01", referral="r1", **sent)
    log.add("ReferralMade", CASE, "2022-03-02", referral="r2", **sent)
    log.add("ReferralMade", CASE, "2022-03-02", referral="r3", **sent)
    for name, day in (("r2", "2022-03-09"), ("r3", "2022-03-10")):
        answer: Any = {"answered_on": day, "referral": name, "taken": True}
        log.add("ReferralAnswered", CASE, day, **answer)
    in_time, over = (
        {row["referral"]: row["state"] for row in ask(log, "referrals", as_of=day)["referrals"]}
        for day in ("2022-03-08", "2022-03-09")
    )

    assert ("open", "missed") == (in_time["r1"], over["r1"])
    assert {"r1": "missed", "r2": "met"} == {name: over[name] for name in ("r1", "r2")}
    late = ask(log, "referrals", as_of="2022-03-10")["referrals"]
    assert "late" == {row["referral"]: row["state"] for row in late}["r3"]


@pytest.mark.parametrize(
    ("done_on", "as_of", "state"),
    [
        (None, "2022-01-29", "open"),
        (None, "2022-01-30", "missed"),
        ("2022-01-29", "2022-02-10", "met"),
        ("2022-01-30", "2022-02-10", "late"),
    ],
)
def test_the_paperwork_of_an_emergency_is_due_by_its_working_day(
    ask: Ask, done_on: str | None, as_of: str, state: str
) -> None:
    """S4-044, S4-051, F052: Saturday the 29th makes up for the festival and counts."""
    log = ruled(1)
    grant(log, "2022-01-26", 100, kind="emergency")
    grant(log, "2022-01-26", 100, kind="expenditure")
    if done_on:
        log.add("EmergencyHelpCompleted", CASE, done_on, justified=True)
    found = ask(log, "emergency_paperwork", as_of=as_of)["emergency_paperwork"]

    assert [("2022-01-29", state)] == [(row["due_on"], row["state"]) for row in found]


def test_goods_bought_at_once_have_their_paperwork_too(ask: Ask) -> None:
    """S4-050, S4-051: one paperwork covers all help before it, and none after."""
    log = ruled(1)
    bought: Any = {"amount_fen": 5, "emergency": "natural_disaster", "item": "rice"}
    log.add("DirectPurchaseMade", CASE, "2022-03-01", quantity=1, supplier="shop", **bought)
    grant(log, "2022-03-01", 100, kind="emergency")
    log.add("EmergencyHelpCompleted", CASE, "2022-03-02", justified=True)
    log.add("DirectPurchaseMade", CASE, "2022-03-03", quantity=1, supplier="shop", **bought)
    found = ask(log, "emergency_paperwork", as_of="2022-03-04")["emergency_paperwork"]

    assert ["met", "met", "open"] == [row["state"] for row in found]
    assert ["DirectPurchaseMade", "HelpGranted", "DirectPurchaseMade"] == [
        row["type"] for row in found
    ]
