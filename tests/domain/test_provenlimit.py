"""Kept or exceeded is said only where no day between the bounds would change it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.domain.calendar import Calendar, YearTable
from aidledger.domain.provenlimit import Bound, Days, Limit, days_used, judge, last_day

CALENDAR = Calendar(
    YearTable.from_text(
        year=year,
        known_since=f"{year - 1}-11-01",
        off_days=off,
        work_days=work,
        notice="notice",
    )
    for year, off, work in (
        (2021, (), ()),
        (2022, ("2022-01-03", "2022-01-31", "2022-02-01"), ("2022-01-29",)),
        (2023, ("2023-01-02",), ()),
        (2024, ("2024-02-12",), ("2024-02-04",)),
        (2025, (), ()),
    )
)


def rule(n: int = 15, unit: Any = "working_days", bound: Bound = "at_most", **more: Any) -> Limit:
    given = {"count_from": "next_day", "roll": "none", **more}
    return Limit(n=n, unit=unit, bound=bound, **given)


def day(text: str) -> date:
    return date.fromisoformat(text)


def on(text: str) -> Days:
    return Days(day(text), day(text))


def between(first: str | None, last: str | None) -> Days:
    return Days(day(first) if first else None, day(last) if last else None)


START = on("2022-01-04")


@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        (on("2022-01-25"), "kept"),
        (on("2022-01-26"), "exceeded"),
        (between("2022-01-20", "2022-01-25"), "kept"),
        (between("2022-01-20", "2022-01-26"), "unsaid"),
        (between("2022-01-26", None), "exceeded"),
        (between("2022-01-25", None), "unsaid"),
        (between(None, "2022-01-25"), "kept"),
        (between(None, "2022-01-26"), "unsaid"),
        (between(None, None), "unsaid"),
    ],
)
def test_the_end_of_a_limit_is_judged_by_its_bounds(end: Days, verdict: str) -> None:
    assert verdict == judge(CALENDAR, rule(), START, end)


@pytest.mark.parametrize(
    ("start", "verdict"),
    [
        (between("2022-01-04", "2022-01-10"), "kept"),
        (between("2022-01-01", "2022-01-10"), "unsaid"),
        (between(None, "2022-01-10"), "unsaid"),
        (between("2021-12-01", "2021-12-30"), "exceeded"),
        (between("2022-01-04", None), "kept"),
    ],
)
def test_the_start_counts_from_its_earliest_day_for_keeping_it(start: Days, verdict: str) -> None:
    assert verdict == judge(CALENDAR, rule(), start, on("2022-01-25"))


@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        (on("2022-01-11"), "kept"),
        (on("2022-01-10"), "exceeded"),
        (between("2022-01-10", "2022-01-12"), "unsaid"),
        (between("2022-01-11", None), "kept"),
        (between(None, "2022-01-10"), "exceeded"),
    ],
)
def test_a_least_time_is_kept_by_coming_late_and_missed_by_coming_early(
    end: Days, verdict: str
) -> None:
    assert verdict == judge(CALENDAR, rule(7, "days", "at_least"), START, end)


def test_a_leap_day_is_a_day_like_any_other() -> None:
    for unit, n, last in (("days", 3, "2024-03-02"), ("months", 1, "2024-03-28")):
        assert day(last) == last_day(CALENDAR, rule(n, unit), day("2024-02-28")).day
    assert day("2024-02-29") == last_day(CALENDAR, rule(1, "months"), day("2024-01-31")).day
    assert 2 == days_used(CALENDAR, rule(), day("2024-02-28"), day("2024-03-01"))
    assert 2 == days_used(CALENDAR, rule(unit="days"), day("2024-02-28"), day("2024-03-01"))
    assert "kept" == judge(CALENDAR, rule(2), on("2024-02-28"), on("2024-03-01"))
    assert "exceeded" == judge(CALENDAR, rule(1), on("2024-02-28"), on("2024-03-01"))


def test_a_year_without_a_notice_lets_nothing_be_said_for_certain() -> None:
    start, end = on("2025-12-20"), on("2026-06-30")

    assert "unsaid" == judge(CALENDAR, rule(), start, end)
    assert "exceeded" == judge(CALENDAR, rule(15, "days"), start, end)


def test_what_cannot_be_counted_is_unsaid() -> None:
    assert "unsaid" == judge(CALENDAR, rule(0), START, START)
    assert "unsaid" == judge(CALENDAR, rule(20_000, "days"), on("9999-12-01"), on("9999-12-02"))


def test_what_was_granted_on_top_counts_in_the_unit_of_the_limit() -> None:
    assert "exceeded" == judge(CALENDAR, rule(7, "days"), START, on("2022-01-20"))
    assert "kept" == judge(CALENDAR, rule(7, "days", extended=10), START, on("2022-01-20"))
    assert "exceeded" == judge(CALENDAR, rule(5), START, on("2022-01-20"))
    assert "kept" == judge(CALENDAR, rule(5, extended=10), START, on("2022-01-20"))


def test_of_a_limit_that_was_suspended_nobody_outside_can_say_whether_it_was_kept() -> None:
    assert "unsaid" == judge(CALENDAR, rule(7, "days", suspended=True), START, on("2022-01-05"))
    assert "unsaid" == judge(CALENDAR, rule(7, "days", suspended=True), START, on("2023-01-05"))


days = st.dates(date(2021, 12, 1), date(2024, 11, 30))
spans = st.tuples(days, st.integers(0, 20))
rules = st.builds(
    rule,
    st.integers(1, 40),
    st.sampled_from(["working_days", "days", "months"]),
    st.sampled_from(["at_most", "at_least"]),
    count_from=st.sampled_from(["next_day", "same_day"]),
    roll=st.sampled_from(["none", "next_working_day"]),
)


@given(rules.filter(lambda one: one.unit != "months" or one.n < 12), spans, spans)
def test_a_verdict_holds_for_every_pair_of_days_and_unsaid_for_some_only(
    limit: Limit, start: tuple[date, int], end: tuple[date, int]
) -> None:
    starts, ends = ([first + timedelta(at) for at in (0, more)] for first, more in (start, end))
    verdict = judge(CALENDAR, limit, Days(*starts), Days(*ends))

    def kept(first: date, last: date) -> bool:
        due = last_day(CALENDAR, limit, first).day
        return last <= due if limit.bound == "at_most" else last >= due

    every = {
        kept(start[0] + timedelta(a), end[0] + timedelta(b))
        for a in range(start[1] + 1)
        for b in range(end[1] + 1)
    }
    assert {"kept": {True}, "exceeded": {False}, "unsaid": {True, False}}[verdict] == every


@given(rules, days, st.integers(0, 60))
def test_days_used_are_those_of_the_limit_that_would_end_there(
    limit: Limit, start: date, more: int
) -> None:
    end = start + timedelta(more)
    used = days_used(CALENDAR, limit, start, end)

    if limit.unit != "months" and used > 0 and limit.roll == "none":
        exact = limit._replace(n=used)
        assert last_day(CALENDAR, exact, start).day <= end
        assert last_day(CALENDAR, limit._replace(n=used + 1), start).day > end
