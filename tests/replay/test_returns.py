"""Joint meetings by quarter, monthly returns by their day, and their figures against the replay."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask
from tests.replay.histories import (
    TOWNSHIP,
    Log,
    adopt_pack,
    apply_for,
    approve,
    case_name,
    pay,
)
from tests.replay.overseeing import RETURNS, hand_in, meet, register_offices
from tests.replay.test_deadlines import adopt_calendar

from aidledger.domain.calendar import Calendar
from aidledger.domain.policy.year import load_year_table
from aidledger.domain.recorded import amended
from aidledger.replay.rows import recorded_record
from aidledger.replay.versions import versions

YEARS = Path(__file__).parents[2] / "src/aidledger/policies/calendars"
TABLES = {
    year: load_year_table((YEARS / f"cn-{year}.toml").read_bytes(), file=f"cn-{year}.toml")
    for year in range(2022, 2027)
}
CALENDAR = Calendar(TABLES.values())
NO_WORK = (
    *("2022-05", "2022-08", "2023-05", "2023-10", "2024-01", "2024-07", "2024-09", "2024-12"),
    *("2025-01", "2025-06", "2025-12", "2026-03", "2026-06", "2026-11"),
)
"""The months of 2022 to 2026 whose 28th is no working day (C16)."""
CASE = case_name(1)


def pick(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def begun(**rule: str) -> Log:
    log = Log()
    adopt_pack(log, "2022-01-01", **{**RETURNS, **rule})
    for year, table in TABLES.items():
        adopt_calendar(
            log,
            year,
            tuple(sorted(map(str, table.off_days))),
            tuple(sorted(map(str, table.work_days))),
            known="2022-01-01",
        )
    register_offices(log, "2022-01-01")
    return log


@pytest.mark.parametrize(
    ("months", "held", "states"),
    [
        ("3", ["2022-03-31", "2022-05-01"], ["met", "met", "missed", "open"]),
        ("3", ["2022-04-01"], ["missed", "met", "missed", "open"]),
        ("6", ["2022-01-01"], ["met", "open"]),
        ("5", ["2022-01-01"], []),
    ],
)
def test_a_joint_meeting_is_due_in_each_quarter(
    ask: Ask, months: str, held: list[str], states: list[str]
) -> None:
    """S3-003, S3-004, S4-104, S4-105."""
    log = begun(joint_meeting_months=months)
    for number, on in enumerate(held):
        meet(log, f"m{number}", on)
        log.add("CaseDiscussed", CASE, on, meeting=f"meeting/m{number}", outcome="grant")

    rows = ask(log, "meetings_due", as_of="2022-10-05")["meetings_due"]

    assert states == [row["state"] for row in rows]
    assert [1] * states.count("met") == [row["cases"] for row in rows if row["state"] == "met"]


@pytest.mark.parametrize("other", [{"kind": "one_case"}, {"level": "township"}])
def test_a_meeting_of_another_kind_is_no_joint_meeting(ask: Ask, other: dict[str, str]) -> None:
    """S4-104."""
    log = begun(joint_meeting_months="3")
    meet(log, "m1", "2022-02-01", **other)

    (row,) = ask(log, "meetings_due", as_of="2022-02-10")["meetings_due"]

    assert ("open", 0) == pick(row, "state", "meetings")


def last_day(month: str, day: int, *, inclusive: bool, roll: str) -> tuple[date, bool]:
    """Return the last day of a return as the domain's calendar has it, and whether it is sure."""
    year, number = map(int, month.split("-"))
    end = calendar.monthrange(year, number)[1]
    base = date(year, number, 1) + timedelta(days=day - (1 if inclusive else 2))
    base = min(base, date(year, number, end))
    step = {"none": 0, "next_working_day": 1, "previous_working_day": -1}[roll]
    found = base
    while step and not CALENDAR.is_working_day(found):
        found += timedelta(days=step)
    return found, not all(CALENDAR.knows_between(day, day) for day in (base, found)) and step != 0


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    day=st.integers(2, 31),
    inclusive=st.booleans(),
    roll=st.sampled_from(["none", "next_working_day", "previous_working_day"]),
)
def test_a_return_is_due_before_the_day_of_the_pack(
    ask: Ask,
    day: int,
    inclusive: bool,
    roll: str,
) -> None:
    """S4-101, S4-102, C16: every month of five years, against the calendar of the domain."""
    log = begun(
        monthly_return_day=str(day),
        monthly_return_inclusive=str(inclusive).lower(),
        monthly_return_roll=roll,
    )

    rows = ask(log, "returns_due", as_of="2026-12-31")["returns_due"]
    found = {
        row["month"]: (row["due_on"], row["provisional"]) for row in rows if row["unit"] == TOWNSHIP
    }

    assert 60 == len(found)
    for month, (due_on, provisional) in found.items():
        assert last_day(month, day, inclusive=inclusive, roll=roll) == (
            date.fromisoformat(due_on),
            provisional,
        )


def test_the_same_month_is_due_on_other_days_under_another_reading(ask: Ask) -> None:
    """C16, S4-102: before the 28th, or by it and rolled on; the 28th is no working day 14 times."""
    rolled = {"monthly_return_inclusive": "true", "monthly_return_roll": "next_working_day"}
    plain = ask(begun(), "returns_due", as_of="2026-12-31")["returns_due"]
    other = ask(begun(**rolled), "returns_due", as_of="2026-12-31")["returns_due"]

    assert {f"{row['month']}-27" for row in plain} == {row["due_on"] for row in plain}
    assert NO_WORK == tuple(
        row["month"]
        for row in other
        if row["unit"] == TOWNSHIP and row["due_on"] != f"{row['month']}-28"
    )
    assert "2023-10-30" in {row["due_on"] for row in other}


def test_a_month_without_a_notice_of_holidays_is_provisional(ask: Ask) -> None:
    """S4-102."""
    log = begun(monthly_return_inclusive="true", monthly_return_roll="next_working_day")

    rows = ask(log, "returns_due", as_of="2027-03-01")["returns_due"]
    last = {row["month"]: row["provisional"] for row in rows}

    assert (False, True) == (last["2026-11"], last["2027-02"])


def test_every_unit_that_the_pack_names_returns_in_time_late_or_not(ask: Ask) -> None:
    """S4-101, S4-103, F098."""
    log = begun()
    hand_in(log, TOWNSHIP, "2022-01", "2022-01-27")
    hand_in(log, "520123-fin", "2022-01", "2022-01-28")
    hand_in(log, TOWNSHIP, "2022-02", "2022-02-01")

    rows = ask(log, "returns_due", as_of="2022-02-28")["returns_due"]

    assert [
        ("520123-fin", "2022-01", "late", "2022-01-28"),
        ("520123-fin", "2022-02", "missed", None),
        (TOWNSHIP, "2022-01", "met", "2022-01-27"),
        (TOWNSHIP, "2022-02", "met", "2022-02-01"),
    ] == [pick(row, "unit", "month", "state", "submitted_on") for row in rows]


@pytest.mark.parametrize("number", ["1", "32", "-5", "ten", "", "99999999999"])
def test_a_day_that_no_month_has_asks_for_nothing(ask: Ask, number: str) -> None:
    """C16: hostile parameters break no model."""
    assert [] == ask(begun(monthly_return_day=number), "returns_due")["returns_due"]


def worked() -> Log:
    """A township with one case: accepted, approved, visited, paid in February and March."""
    log = begun()
    apply_for(log, CASE)
    log.add("ApplicationAccepted", CASE, "2022-01-05")
    approve(log, CASE, "2022-02-01", from_month="2022-02")
    log.add("VisitMade", CASE, "2022-02-10", visitor="v1")
    pay(log, CASE, "2022-02")
    return log


FEBRUARY = {
    "accepted": 0,
    "approved": 1,
    "ended": 0,
    "paid_fen": 112_800,
    "paid_lines": 1,
    "supported": 1,
    "visits": 1,
}


def figures(ask: Ask, log: Log, **asked: str) -> dict[str, tuple[Any, ...]]:
    rows = ask(log, "monthly_return", **asked)["monthly_return"]
    return {
        row["figure"]: pick(row, "reported", "replayed", "difference", "state")
        for row in rows
        if row["unit"] == TOWNSHIP and row["month"] == "2022-02"
    }


def test_a_return_is_held_against_what_was_recorded_before_it(ask: Ask) -> None:
    """S4-101, S4-103, F098: by effective day, and by what was known when it was made."""
    log = worked()
    hand_in(log, TOWNSHIP, "2022-02", "2022-02-25", **FEBRUARY)
    log.add("VisitMade", CASE, "2022-02-12", visitor="v1")  # recorded after the return
    log.add("DeathRecorded", CASE, "2022-02-20", died_on="2022-02-20", source="hospital")

    assert {code: (n, n, 0, "equal") for code, n in FEBRUARY.items()} == figures(ask, log)


@pytest.mark.parametrize(
    ("code", "wrong"), [("visits", 2), ("paid_fen", 112_700), ("supported", 0)]
)
def test_a_figure_that_differs_is_named(ask: Ask, code: str, wrong: int) -> None:
    """S4-103, F098: each figure apart, one unknown, one left out."""
    log = worked()
    given = {**FEBRUARY, code: wrong, "parties": 3}
    del given["accepted"]
    hand_in(log, TOWNSHIP, "2022-02", "2022-02-25", **given)

    found = figures(ask, log)

    assert (wrong, FEBRUARY[code], wrong - FEBRUARY[code], "different") == found.pop(code)
    assert (3, None, None, "unknown") == found.pop("parties")
    assert (None, 0, None, "not_reported") == found.pop("accepted")
    assert {"equal"} == {row[3] for row in found.values()}


def test_what_was_put_right_after_a_return_does_not_count_against_it(ask: Ask) -> None:
    """S4-103: a correction and an annulment count for what is returned after them, not before."""
    log = worked()
    paid = len(log.written) - 1
    amend = {"authority": "county", "reason": "typing error"}
    hand_in(log, TOWNSHIP, "2022-02", "2022-02-25", **FEBRUARY)
    visited = next(
        row[0] for row in log.written if b"VisitMade" in row[1] and b"2022-02-10" in row[1]
    )
    log.add("EntryAnnulled", CASE, "2022-02-26", position=visited, **amend)
    log.add(
        "EntryCorrected",
        CASE,
        "2022-02-26",
        position=paid,
        field="amount_fen",
        value="100000",
        **amend,
    )

    assert {"equal"} == {row[3] for row in figures(ask, log).values()}

    hand_in(log, TOWNSHIP, "2022-02", "2022-02-27", **FEBRUARY)

    assert {
        "visits": (1, 0, 1, "different"),
        "paid_fen": (112_800, 100_000, 12_800, "different"),
    } == {code: row for code, row in figures(ask, log).items() if row[3] != "equal"}


def test_a_department_answers_for_every_township(ask: Ask) -> None:
    """S4-101."""
    log = worked()
    apply_for(log, case_name(2), number=2)
    log.add("ApplicationAccepted", case_name(2), "2022-02-05", desk="520123002")
    hand_in(log, "520123-fin", "2022-02", "2022-02-25", accepted=1)
    hand_in(log, TOWNSHIP, "2022-02", "2022-02-25", accepted=0)

    rows = ask(log, "monthly_return")["monthly_return"]

    assert [("520123-fin", 1, "equal"), (TOWNSHIP, 0, "equal")] == [
        pick(row, "unit", "replayed", "state") for row in rows if row["figure"] == "accepted"
    ]


VALUES = st.one_of(
    st.tuples(st.just("amount_fen"), st.integers(0, 9).map(str)),
    st.tuples(st.just("effective_on"), st.integers(10, 28).map(lambda n: f'"2022-02-{n}"')),
    st.tuples(st.just("nothing"), st.just("1")),
)


@given(st.lists(st.tuples(st.integers(0, 12), st.none() | VALUES), max_size=12))
def test_the_versions_of_an_entry_end_where_the_fold_stands(changes: list[Any]) -> None:
    """S4-103: at each position a reader sees what the fold of all before it gives."""
    log = Log()
    for number in range(3):
        pay(log, CASE, "2022-02", fen=number)
    for position, change in changes:
        more = {"authority": "county", "reason": "error", "position": position}
        if change:
            more |= {"field": change[0], "value": change[1]}
        log.add("EntryCorrected" if change else "EntryAnnulled", CASE, "2022-02-28", **more)
    entries = [entry for row in log.rows() if (entry := recorded_record(*row))]
    amendments = entries[6:]
    named = {position for position, _ in changes}
    found = list(versions({e.position: e for e in entries if e.position in named}, amendments))

    for size in range(6, len(entries) + 1):
        seen = {
            v.entry.position: v.entry
            for v in found
            if v.from_position < size and (v.to_position is None or v.to_position >= size)
        }
        known = {e.position: e for e in amended(entries[:size]) if e.position < 6}

        assert {at: known[at] for at in known if at in named} == seen
