"""Each model on a small history written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask
from tests.replay.histories import (
    PACK,
    VILLAGE,
    Log,
    adopt_pack,
    apply_for,
    approve,
    case_name,
    pay,
    publish,
    token,
)

from aidledger.domain.case import fold_case
from aidledger.replay.rows import recorded_record

CASE = case_name(1)


def pick(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_an_empty_ledger_gives_empty_models(ask: Ask) -> None:
    answer = ask(Log(), "case_state", "deadlines", "list_paid", "visits_due", "calendar_days")

    assert "1970-01-01" == str(answer.loaded.as_of)
    assert [[], [], [], [], []] == list(answer.tables.values())


def test_a_case_is_what_its_entries_made_it(ask: Ask) -> None:
    # S1-075
    log = Log()
    first = apply_for(log, CASE)
    log.add("ApplicationAccepted", CASE, "2022-01-05")
    publish(log, CASE, "2022-01-20", "2022-01-27")
    log.add("ObjectionRaised", CASE, "2022-01-22", objection="o1")
    log.add("PublicityEnded", CASE, "2022-01-27", to_on="2022-01-27")
    log.add("CaseSubmitted", CASE, "2022-01-28", received_on="2022-01-29")
    approve(log, CASE)
    log.add("AccountBound", CASE, "2022-02-21", account=token("a", 1), holder="self")
    pay(log, CASE, "2022-03")
    last = log.add("VisitMade", CASE, "2022-03-15", visitor="v1")

    (row,) = ask(log, "case_state")["case_state"]

    assert ("approved", "张*", "2022-01-04", "2022-01-05") == pick(
        row, "stage", "display_name", "applied_on", "accepted_on"
    )
    assert ("2022-01-20", "2022-01-27", "2022-01-29", 1) == pick(
        row, "publicity_from", "publicity_to", "submitted_on", "open_objections"
    )
    assert ("520123-u1", "age", "2022-03", 112_800, 1, 112_800) == pick(
        row, "decided_by", "limb", "from_month", "monthly_fen", "paid_lines", "paid_fen"
    )
    assert ("decentralised", None) == pick(row, "form", "institution")
    assert (list(range(first, last + 1)), last, last + 1) == pick(
        row, "positions", "last_position", "version"
    )


def test_an_entitlement_holds_until_the_next_and_ends_with_the_person(ask: Ask) -> None:
    # S1-059
    log = Log()
    apply_for(log, CASE)
    decided, first = approve(log, CASE, fen=100_000)
    second = log.add(
        "EntitlementSet",
        CASE,
        "2022-04-20",
        from_month="2022-05",
        monthly_fen=150_000,
        parts=[
            {"code": "basic", "fen": 100_000, "formula": "a"},
            {"code": "care", "fen": 50_000, "formula": "b"},
        ],
        reason="ability",
    )
    died = log.add("DeathRecorded", CASE, "2022-06-03", died_on="2022-06-02", source="hospital")

    rows = ask(log, "entitlements", as_of="2022-07-10")["entitlements"]

    assert [
        (CASE, "2022-03", 100_000, 100_000, 100_000, [decided, first, died]),
        (CASE, "2022-04", 100_000, 100_000, 100_000, [decided, first, died]),
        (CASE, "2022-05", 150_000, 150_000, 150_000, [decided, second, died]),
        (CASE, "2022-06", 150_000, 150_000, 150_000, [decided, second, died]),
        (CASE, "2022-07", 150_000, 0, 150_000, [decided, second, died]),
    ] == [
        pick(row, "case", "month", "entitled_fen", "payable_fen", "parts_fen", "positions")
        for row in rows
    ]


def test_payments_are_summed_by_month_and_township(ask: Ask) -> None:
    # S1-052
    log = Log()
    apply_for(log, CASE)
    approve(log, CASE)
    lines = [*pay(log, CASE, "2022-03"), *pay(log, CASE, "2022-04")]
    returned = log.add(
        "PaymentReturned",
        CASE,
        "2022-04-12",
        amount_fen=112_800,
        month="2022-04",
        reason="account_closed",
        returned_on="2022-04-12",
        run="run/2022-04",
    )
    log.add("PaymentRecovered", CASE, "2022-05-01", amount_fen=100, month="2022-03", reason="x")

    rows = ask(log, "payments_by_month")["payments_by_month"]

    assert [
        ("2022-03", "520123001", 1, 112_800, 1, 112_800, 0, 0, 100, 112_700),
        ("2022-04", "520123001", 1, 112_800, 1, 112_800, 1, 112_800, 0, 0),
    ] == [tuple(row.values())[:-1] for row in rows]
    assert [*lines[2:], returned] == rows[1]["positions"]


def test_a_fund_carries_what_is_left_into_the_next_year(ask: Ask) -> None:
    # S4-118
    log = Log()
    fund = "fund/tekun-2022"
    log.add("FundReceived", fund, "2022-01-10", amount_fen=1_000, level="central", year=2022)
    log.add("FundReceived", fund, "2022-02-10", amount_fen=500, level="county", year=2022)
    log.add("FundDisbursed", fund, "2022-03-10", amount_fen=700, purpose="basic")
    log.add("FundReturned", fund, "2023-01-10", amount_fen=50)

    rows = ask(log, "fund_use")["fund_use"]

    assert [
        (2022, "balance", "", 800),
        (2022, "disbursed", "basic", 700),
        (2022, "received", "central", 1_000),
        (2022, "received", "county", 500),
        (2023, "balance", "", 850),
        (2023, "returned", "", 50),
    ] == [pick(row, "year", "line", "item", "amount_fen") for row in rows]


def test_a_notice_counts_its_days_and_may_still_be_up(ask: Ask) -> None:
    # S1-032
    log = Log()
    apply_for(log, CASE)
    first = publish(log, CASE, "2022-01-20", "2022-01-27")
    objection = log.add("ObjectionRaised", CASE, "2022-01-22", objection="o1")
    ended = log.add("PublicityEnded", CASE, "2022-01-25", to_on="2022-01-25", objections=1)
    second = log.add(
        "PublicityStarted",
        CASE,
        "2022-02-01",
        complaint_phone="0851-22250001",
        kind="reinvestigation",
        planned_to="2022-02-08",
        village=VILLAGE,
    )

    rows = ask(log, "publicity_notices", as_of="2022-02-04")["publicity_notices"]

    assert [
        ("opinion", "2022-01-20", "2022-01-25", 5, 1, 1, False, [first, objection, ended]),
        ("reinvestigation", "2022-02-01", None, 3, 0, None, True, [second]),
    ] == [
        pick(
            row,
            *("kind", "started_on", "ended_on", "days_shown", "objections"),
            *("objections_stated", "still_up", "positions"),
        )
        for row in rows
    ]


def test_carers_show_their_newest_score_and_whether_it_was_told(ask: Ask) -> None:
    # S0-016 the register; S4-091 the score, S4-092 told to the carer
    log = Log()
    carer = "carer/520123-0001"
    log.add(
        "CarerRegistered",
        carer,
        "2022-01-01",
        display_name="李*",
        kind="person",
        person=token("p", 9),
        township="520123001",
    )
    apply_for(log, CASE)
    log.add(
        "CareEntrusted",
        CASE,
        "2022-02-01",
        carer="520123-0001",
        consent=True,
        from_on="2022-02-01",
        relation="neighbour",
        services=["watch_over"],
    )
    log.add("CarerScored", carer, "2022-03-01", month="2022-02", score=80)
    log.add("CarerScoreTold", carer, "2022-03-02", month="2022-02", told_on="2022-03-02")

    (before,) = ask(log, "carers")["carers"]
    log.add("CarerScored", carer, "2022-04-01", month="2022-03", score=50)
    log.add("CarerDisqualified", carer, "2022-04-01", ground="score", month="2022-03", score=50)
    (after,) = ask(log, "carers")["carers"]

    names = ("qualified", "disqualified_on", "last_score_month", "last_score", "told", "cases")
    assert (True, None, "2022-02", 80, True, 1) == pick(before, *names)
    assert (False, "2022-04-01", "2022-03", 50, False, 1) == pick(after, *names)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            {"visit_months_key": "1"},
            [("2022-02", 0, "missed"), ("2022-03", 1, "met"), ("2022-04", 0, "open")],
        ),
        ({"visit_months_key": "3"}, [("2022-Q1", 1, "met"), ("2022-Q2", 0, "open")]),
        ({}, []),
    ],
)
def test_visits_are_due_in_every_period_of_support(
    ask: Ask, rule: dict[str, str], expected: list[tuple[str, int, str]]
) -> None:
    """S4-081, S4-082, S4-083, S4-084, S4-088, S4-089, C9."""
    log = Log()
    adopt_pack(log, **rule)
    apply_for(log, CASE)
    approve(log, CASE, on="2022-02-20")
    log.add("VisitMade", CASE, "2022-03-15", visitor="v1")

    rows = ask(log, "visits_due", as_of="2022-04-10")["visits_due"]

    assert expected == [pick(row, "period", "visits", "state") for row in rows]


def test_no_visit_is_due_after_a_death(ask: Ask) -> None:
    log = Log()
    adopt_pack(log, visit_months_key="1")
    apply_for(log, CASE)
    approve(log, CASE, on="2022-02-20")
    log.add("DeathRecorded", CASE, "2022-03-20", died_on="2022-03-18", source="hospital")

    rows = ask(log, "visits_due", as_of="2022-06-10")["visits_due"]

    assert ["2022-02", "2022-03"] == [row["period"] for row in rows]


def test_complaints_count_their_days_until_the_answer(ask: Ask) -> None:
    # S4-111 received, S4-112 registered, S4-113 answered, S4-114 the register; C15 counts the days
    log = Log()
    stream = "complaint/520123-2022-0001"
    log.add(
        "ComplaintReceived",
        stream,
        "2022-03-01",
        anonymous=False,
        channel="phone",
        subject_case=CASE,
        township="520123001",
    )
    log.add("ComplaintRegistered", stream, "2022-03-03", handler="520123-u2")

    (before,) = ask(log, "complaints", as_of="2022-03-11")["complaints"]
    log.add("ComplaintInvestigated", stream, "2022-03-20", finding="upheld")
    log.add(
        "ComplaintAnswered",
        stream,
        "2022-03-31",
        answered_on="2022-03-31",
        outcome="corrected",
        told=True,
    )
    (after,) = ask(log, "complaints", as_of="2022-06-01")["complaints"]

    names = (
        "registered_on",
        "handler",
        "investigated",
        "answered_on",
        "outcome",
        "days_open",
        "subject",
    )
    assert ("2022-03-03", "520123-u2", False, None, None, 10, CASE) == pick(before, *names)
    assert ("2022-03-03", "520123-u2", True, "2022-03-31", "corrected", 30, CASE) == pick(
        after, *names
    )


def test_the_pack_in_force_is_the_newest_known_and_never_a_draft(ask: Ask) -> None:
    log = Log()
    older = adopt_pack(log, "2021-01-01")
    log.add(
        "PackAdopted",
        "policy/520123",
        "2022-01-01",
        chain=["more@local", "test@" + PACK],
        in_force_from="2022-01-01",
        known_since="2022-01-01",
        pack="draft",
        pack_hash=PACK,
        parameters=[],
        status="draft",
    )
    newer = log.add(
        "PackAdopted",
        "policy/520123",
        "2022-01-02",
        chain=["local@" + PACK, "test@" + PACK],
        in_force_from="2022-02-01",
        in_force_to="2022-02-28",
        known_since="2022-01-02",
        pack="local",
        pack_hash=PACK,
        parameters=[],
        status="in_force",
    )

    rows = {
        row["day"]: row["adoption"]
        for row in ask(log, "pack_in_force", as_of="2022-04-05")["pack_in_force"]
    }

    assert (older, newer, older) == (rows["2022-01-31"], rows["2022-02-28"], rows["2022-03-31"])


def steps_of_suspension(log: Log, steps: list[tuple[str, str]]) -> list[int]:
    """Suspend and resume the case, each from a month on."""
    names = {"stop": "SupportSuspended", "go": "SupportResumed"}
    more = {"stop": {"ground": "prison"}, "go": {}}
    return [
        log.add(names[kind], CASE, "2022-06-01", from_month=month, **more[kind])
        for kind, month in steps
    ]


def test_months_of_a_suspension_stay_unpaid_when_it_is_over(ask: Ask) -> None:
    """S1-048: from its month until before that of the resumption nothing is due."""
    log = Log()
    apply_for(log, CASE)
    approve(log, CASE)
    stop, go, again = steps_of_suspension(
        log, [("stop", "2022-04"), ("go", "2022-06"), ("stop", "2022-08")]
    )

    answer = ask(log, "entitlements", "suspensions", "case_state", as_of="2022-09-10")

    assert {"2022-03": 112_800, "2022-04": 0, "2022-05": 0, "2022-06": 112_800} | {
        "2022-07": 112_800, "2022-08": 0, "2022-09": 0,
    } == {row["month"]: row["payable_fen"] for row in answer["entitlements"]}  # fmt: skip
    assert [
        (stop, "2022-04", "2022-06", [stop, go]),
        (again, "2022-08", None, [again]),
    ] == [
        pick(row, "suspension", "from_month", "to_month", "positions")
        for row in answer["suspensions"]
    ]
    assert ("2022-08", 0) == pick(answer["case_state"][0], "suspended_from", "monthly_fen")


MONTHS = st.sampled_from([f"2022-{month:02}" for month in range(2, 11)])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(["stop", "go"]), MONTHS), max_size=6))
def test_what_is_due_for_each_month_is_what_the_fold_says(
    ask: Ask, steps: list[tuple[str, str]]
) -> None:
    """S1-048."""
    log = Log()
    apply_for(log, CASE)
    approve(log, CASE)
    steps_of_suspension(log, steps)
    entries = [recorded_record(position, record) for position, record in log.rows()]
    case = fold_case(CASE, [entry for entry in entries if entry and entry.stream == CASE])

    rows = ask(log, "entitlements", as_of="2022-11-10")["entitlements"]

    assert {row["month"]: case.payable_fen(row["month"]) for row in rows} == {
        row["month"]: row["payable_fen"] for row in rows
    }
