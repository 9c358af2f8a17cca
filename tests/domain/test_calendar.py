"""Working days over the shipped tables: golden limits, knowledge of the day, other sources."""

from __future__ import annotations

import importlib.util
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import chinese_calendar
import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.calendar import Calendar, Deadline, YearTable, calendar_hash
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.year import load_year_table

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "src" / "aidledger" / "policies" / "calendars").glob("*.toml"))
TABLES = [load_year_table(path.read_bytes(), file=path.name) for path in FILES]
CALENDAR = Calendar(TABLES)
DAYS = st.dates(date(2012, 1, 1), date(2026, 12, 31))
YEARS = range(2012, 2027)


def generator() -> ModuleType:
    path = ROOT / "scripts" / "make_calendars.py"
    spec = importlib.util.spec_from_file_location("make_calendars", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("start", "count", "day"),
    [
        ("2021-09-13", 15, "2021-10-09"),
        ("2021-09-13", 20, "2021-10-15"),
        ("2022-09-05", 15, "2022-09-27"),
        ("2022-09-05", 20, "2022-10-09"),
        ("2023-01-09", 15, "2023-02-02"),
        ("2023-01-09", 20, "2023-02-09"),
        ("2024-09-09", 15, "2024-09-30"),
        ("2024-09-09", 20, "2024-10-12"),
        ("2025-01-13", 15, "2025-02-08"),
        ("2025-01-13", 20, "2025-02-14"),
    ],
)
def test_limits_in_working_days_fall_where_the_notices_put_them(
    start: str, count: int, day: str
) -> None:
    expected = Deadline(day=date.fromisoformat(day), provisional=False)
    actual = CALENDAR.add_working_days(date.fromisoformat(start), count)

    assert expected == actual


@pytest.mark.parametrize(
    ("known_on", "day"), [("2020-01-10", "2020-02-05"), ("2020-02-10", "2020-02-07")]
)
def test_a_limit_is_computed_as_known_on_a_day(known_on: str, day: str) -> None:
    calendar = CALENDAR.as_known_on(date.fromisoformat(known_on))
    actual = calendar.add_working_days(date(2020, 1, 10), 15).day

    assert date.fromisoformat(day) == actual


def test_a_limit_in_a_year_without_a_notice_is_provisional() -> None:
    actual = CALENDAR.add_working_days(date(2026, 12, 20), 15)

    assert Deadline(day=date(2027, 1, 8), provisional=True) == actual


def test_next_year_is_provisional_before_its_notice_is_known() -> None:
    before = CALENDAR.as_known_on(date(2023, 10, 24)).add_working_days(date(2023, 12, 25), 15)
    after = CALENDAR.as_known_on(date(2023, 10, 25)).add_working_days(date(2023, 12, 25), 15)

    assert (True, False) == (before.provisional, after.provisional)


def test_days_roll_to_the_next_working_day_only_where_the_rule_says_so() -> None:
    start = date(2022, 9, 24)  # seven days later is the first day of the National Day holiday
    rolled = CALENDAR.add_days(start, 7, roll="next_working_day")
    plain = CALENDAR.add_days(start, 7)

    assert (date(2022, 10, 8), date(2022, 10, 1)) == (rolled.day, plain.day)


def test_the_first_day_counts_where_the_rule_says_so() -> None:
    monday = date(2022, 3, 7)
    days = CALENDAR.deadline(monday, 7, "days", count_from="same_day").day
    working = CALENDAR.deadline(monday, 5, "working_days", count_from="same_day").day

    assert (date(2022, 3, 13), date(2022, 3, 11)) == (days, working)


def test_a_month_later_is_the_same_day_or_the_last_of_the_month() -> None:
    ends = [CALENDAR.deadline(date(2024, 1, day), 1, "months").day for day in (15, 31)]

    assert [date(2024, 2, 15), date(2024, 2, 29)] == ends


@pytest.mark.parametrize("count", [0, -1, 20_001])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="expected a count from 1 to 20000"):
        CALENDAR.add_working_days(date(2022, 1, 1), count)


@given(start=DAYS, count=st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_counting_there_and_back_gives_the_same_number(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count).day

    assert CALENDAR.is_working_day(end)
    assert count == CALENDAR.working_days_between(start, end)
    assert -count == CALENDAR.working_days_between(end, start)


@given(start=DAYS, span=st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_working_days_between_equals_counting_one_by_one(start: date, span: int) -> None:
    days = [start + timedelta(days=offset) for offset in range(1, span + 1)]
    expected = sum(map(CALENDAR.is_working_day, days))

    assert expected == CALENDAR.working_days_between(start, start + timedelta(days=span))


@pytest.mark.parametrize("year", YEARS)
def test_the_tables_say_what_chinesecalendar_says(year: int) -> None:
    day, wrong = date(year, 1, 1), []
    while day.year == year:
        if chinese_calendar.is_workday(day) != CALENDAR.is_working_day(day):
            wrong.append(day)
        day += timedelta(days=1)

    assert [] == wrong


@pytest.mark.parametrize("year", YEARS)
def test_the_tables_agree_with_holidays(year: int) -> None:
    theirs = {day for day in holidays.country_holidays("CN", years=year) if day.weekday() < 5}
    newest = max((t for t in TABLES if t.year == year), key=lambda t: t.known_since)

    assert theirs == newest.off_days


def test_the_files_are_as_the_script_writes_them() -> None:
    expected = generator().files()

    assert expected == {path.name: path.read_text("utf-8") for path in FILES}


def test_every_change_of_a_file_changes_its_hash() -> None:
    content = FILES[0].read_bytes()
    changed = {calendar_hash(content[:i] + b"#" + content[i + 1 :]) for i in range(60)}

    assert 60 == len(changed - {calendar_hash(content)})
    assert calendar_hash(content) == TABLES[0].hash


def test_equal_knowledge_makes_equal_calendars() -> None:
    again = Calendar(reversed(TABLES))

    assert CALENDAR == again
    assert hash(CALENDAR) == hash(again)
    assert CALENDAR != CALENDAR.as_known_on(date(2020, 1, 10))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"2022-01-03"', '"2022-13-03"', "off_days[0]"),
        ('"2022-01-03"', '"2022-1-03"', "off_days[0]"),
        ('"2022-01-03"', '"2021-01-04"', "off_days[0]"),
        ('"2022-01-03"', '"2022-01-02"', "off_days[0]"),
        ('"2022-01-31"', '"2022-01-03"', "off_days[1]"),
        ('"2022-01-29"', '"2022-01-28"', "work_days[0]"),
        ('"2022-01-29"', '"2022-01-03"', "work_days[0]"),
        ("year = 2022", 'year = "2022"', "year"),
        ("year = 2022", "year = 2021", "off_days[0]"),
        ('known_since = "2021-10-25"', 'known_since = "2021-02-29"', "known_since"),
        ("work_days = [", "work_day = [", "work_day"),
        ('known_since = "', 'known_since = "x', "known_since"),
    ],
)
def test_a_faulty_file_is_refused_by_name_and_field(old: str, new: str, field: str) -> None:
    text = (FILES[0].parent / "cn-2022.toml").read_text("utf-8")
    with pytest.raises(PackError) as caught:
        load_year_table(text.replace(old, new).encode(), file="cn-2022.toml")

    assert ("cn-2022.toml", field) == (caught.value.file, caught.value.field)


@pytest.mark.parametrize(
    ("off", "work"),
    [(["2022-01-01"], []), ([], ["2022-01-04"]), (["2023-01-03"], []), (["2022-1-3"], [])],
)
def test_a_table_holds_only_departures_from_the_weekend_rule(
    off: list[str], work: list[str]
) -> None:
    with pytest.raises(ValueError, match="expected"):
        YearTable.from_text(
            year=2022, known_since="2021-10-25", off_days=off, work_days=work, notice="x"
        )
