"""Time limits over adopted calendars, held against the calendar of the domain."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask
from tests.replay.histories import Log, adopt_pack, apply_for, case_name

from aidledger.domain.calendar import Calendar, YearTable
from aidledger.replay.deriving import compute
from aidledger.replay.models import load_models

CASE = case_name(1)
OFF_2022 = ("2022-09-12", "2022-10-03", "2022-10-04", "2022-10-05", "2022-10-06", "2022-10-07")
WORK_2022 = ("2022-10-08", "2022-10-09")


def adopt_calendar(
    log: Log, year: int, off: tuple[str, ...], work: tuple[str, ...], *, known: str
) -> int:
    return log.add(
        "CalendarAdopted",
        "policy/520123",
        known,
        calendar_hash="ef" * 32,
        known_since=known,
        notice="notice",
        off_days=off,
        work_days=work,
        year=year,
    )


def limit(n: str, unit: str, **more: str) -> dict[str, str]:
    given = {"days": n, "unit": unit, "from": "ApplicationAccepted", "to": "ReviewOpinionGiven"}
    return {f"limit__opinion__{key}": value for key, value in (given | more).items()}


def accepted(on: str, rule: dict[str, str]) -> Log:
    log = Log()
    adopt_pack(log, "2021-01-01", **rule)
    adopt_calendar(log, 2022, OFF_2022, WORK_2022, known="2021-10-25")
    apply_for(log, CASE, on)
    log.add("ApplicationAccepted", CASE, on)
    return log


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        (limit("15", "working_days"), "2022-09-27"),
        (limit("20", "working_days"), "2022-10-09"),
        (limit("15", "working_days", count_from="same_day"), "2022-09-26"),
        (limit("7", "days"), "2022-09-12"),
        (limit("7", "days", roll="next_working_day"), "2022-09-13"),
        (limit("1", "months"), "2022-10-05"),
        (limit("1", "months", roll="next_working_day"), "2022-10-08"),
        (limit("opinion_days", "days") | {"opinion_days": "10"}, "2022-09-15"),
    ],
)
def test_a_limit_ends_where_the_calendar_says(ask: Ask, rule: dict[str, str], due: str) -> None:
    log = accepted("2022-09-05", rule)

    (row,) = ask(log, "deadlines")["deadlines"]

    assert (due, False, "open") == (row["due_on"], row["provisional"], row["state"])


@pytest.mark.parametrize(
    ("done", "as_of", "state"),
    [
        ("2022-09-27", "2022-12-01", "met"),
        ("2022-09-28", "2022-12-01", "late"),
        (None, "2022-09-27", "open"),
        (None, "2022-09-28", "missed"),
    ],
)
def test_a_limit_is_met_late_open_or_missed(
    ask: Ask, done: str | None, as_of: str, state: str
) -> None:
    log = accepted("2022-09-05", limit("15", "working_days"))
    if done:
        log.add(
            "ReviewOpinionGiven",
            CASE,
            done,
            form="decentralised",
            opinion="approve",
            proposed_fen=1,
        )

    (row,) = ask(log, "deadlines", as_of=as_of)["deadlines"]

    assert (state, done) == (row["state"], row["done_on"])
    assert (done is None) == (row["done_position"] is None)
    assert row["done_position"] in (None, len(log.written) - 1)


def test_a_least_time_is_early_when_it_ends_before(ask: Ask) -> None:
    log = accepted("2022-09-05", limit("7", "days", bound="at_least"))
    log.add("ReviewOpinionGiven", CASE, "2022-09-08", form="decentralised", opinion="approve")

    (row,) = ask(log, "deadlines")["deadlines"]

    assert "early" == row["state"]


def test_more_days_for_an_answer_count_when_granted_in_time(ask: Ask) -> None:
    log = Log()
    rule = limit("60", "days", to="ComplaintAnswered") | {
        "limit__opinion__from": "ComplaintReceived"
    }
    adopt_pack(log, "2021-01-01", **rule)
    for number, granted in ((1, "2022-04-30"), (2, "2022-05-01")):
        stream = f"complaint/520123-2022-{number:04d}"
        log.add(
            "ComplaintReceived",
            stream,
            "2022-03-01",
            anonymous=True,
            channel="box",
            township="520123001",
        )
        log.add("ComplaintExtended", stream, granted, days=30, ground="complex")

    rows = ask(log, "deadlines")["deadlines"]

    assert [("2022-05-30", 30), ("2022-04-30", 0)] == [
        (row["due_on"], row["extended"]) for row in rows
    ]
    assert 3 == len(rows[0]["positions"])


def test_a_number_that_is_no_limit_breaks_nothing(ask: Ask) -> None:
    numbers = ["0", "-5", "20001", "9223372036854775808", "ten", "", "nothing", "1.5"]
    rules: dict[str, str] = {}
    for unit in ("working_days", "days", "months", "fortnights"):
        for index, number in enumerate(numbers):
            for key, value in limit(number, unit).items():
                rules[key.replace("opinion", f"{unit}-{index}")] = value
    log = accepted("2022-09-05", rules)

    rows = ask(log, "deadlines", "calendar_days")["deadlines"]

    assert 4 * len(numbers) == len(rows)
    assert {(None, "unknown")} == {(row["due_on"], row["state"]) for row in rows}


def test_a_limit_into_a_year_without_a_notice_is_provisional(ask: Ask) -> None:
    log = accepted("2022-12-26", limit("15", "working_days"))

    (row,) = ask(log, "deadlines")["deadlines"]

    assert ("2023-01-16", True) == (row["due_on"], row["provisional"])


def test_a_limit_is_counted_with_the_calendar_known_on_the_day(ask: Ask) -> None:
    log = Log()
    adopt_pack(log, "2019-11-01", **limit("15", "working_days"))
    plan = ("2020-01-01", "2020-01-24", "2020-01-27", "2020-01-28", "2020-01-29", "2020-01-30")
    adopt_calendar(log, 2020, plan, ("2020-01-19", "2020-02-01"), known="2019-11-21")
    apply_for(log, CASE, "2020-01-10")
    log.add("ApplicationAccepted", CASE, "2020-01-10")
    adopt_calendar(log, 2020, (*plan, "2020-01-31"), ("2020-01-19",), known="2020-01-27")

    (before,) = ask(log, "deadlines", known_on="2020-01-20")["deadlines"]
    (after,) = ask(log, "deadlines")["deadlines"]

    assert ("2020-02-05", "2020-02-07") == (before["due_on"], after["due_on"])


days = st.dates(date(2022, 1, 1), date(2023, 12, 31))


@settings(max_examples=25, deadline=None)
@given(
    start=days,
    count=st.integers(1, 80),
    unit=st.sampled_from(["working_days", "days", "months"]),
    count_from=st.sampled_from(["next_day", "same_day"]),
    roll=st.sampled_from(["none", "next_working_day"]),
    off=st.frozensets(st.dates(date(2022, 1, 1), date(2022, 12, 31)), max_size=40),
    work=st.frozensets(st.dates(date(2022, 1, 1), date(2022, 12, 31)), max_size=10),
)
def test_every_limit_equals_the_calendar_of_the_domain(
    *,
    start: date,
    count: int,
    unit: Any,
    count_from: Any,
    roll: Any,
    off: frozenset[date],
    work: frozenset[date],
) -> None:
    table = YearTable(
        year=2022, known_since=date(2021, 1, 1), off_days=off, work_days=work, notice="notice"
    )
    rule = limit(str(count), unit, count_from=count_from, roll=roll)
    log = Log()
    adopt_pack(log, "2021-01-01", **rule)
    adopt_calendar(
        log,
        2022,
        tuple(sorted(map(str, off))),
        tuple(sorted(map(str, work))),
        known="2021-01-01",
    )
    apply_for(log, CASE, str(start))
    log.add("ApplicationAccepted", CASE, str(start))

    _, columns, rows = compute(log, load_models(), "deadlines", as_of=start + timedelta(1))
    row = dict(zip(columns, rows[0], strict=True))

    due = Calendar([table]).deadline(start, count, unit, count_from=count_from, roll=roll)
    assert (str(due.day), due.provisional) == (row["due_on"], row["provisional"])
    assert (count_from, roll, None) == (row["count_from"], row["roll"], row["done_position"])
