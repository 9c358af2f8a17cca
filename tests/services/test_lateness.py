"""An entry recorded after its day is seen to be late, in the history and in the model alike."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.cli.shell import aidledger
from tests.domain.people import CASE, TOWNSHIP
from tests.services.conftest import Office
from tests.services.test_recording import application, on_case

from aidledger.services.acts.lateness import lateness
from aidledger.services.generations.rebuilding import read_model


def visit(on: str) -> dict[str, Any]:
    return {**on_case("VisitMade", visitor=f"{TOWNSHIP}-u1"), "effective_on": on}


def model(office: Office, **asked: Any) -> list[dict[str, Any]]:
    """Return the rows of the model."""
    columns, rows = read_model(office.session, "late_entries", **asked)
    return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("on", "recorded", "expected"),
    [
        ("2022-02-18", "2022-02-19", (1, 0, True)),
        ("2022-02-18", "2022-02-21", (3, 1, True)),
        ("2022-01-30", "2022-02-07", (8, 1, True)),
        ("2022-03-31", "2022-04-11", (11, 6, False)),
        ("2022-04-01", "2022-04-11", (10, 5, True)),
        ("2022-02-28", "2022-03-01", (1, 1, True)),
    ],
)
def test_working_days_late_are_counted_over_holidays_and_make_up_days(
    office: Office, on: str, recorded: str, expected: tuple[int, int, bool]
) -> None:
    """S1-038: 2022-01-30 and 2022-04-02 were worked, the festivals after them were not."""
    office.act("2022-01-04", application())
    office.act(recorded, visit(on))
    *_, entry = office.session.stream(CASE)
    late = lateness(office.session.policy(), entry)

    assert late is not None
    assert (*expected, 5) == (
        late.days,
        late.working_days,
        late.allowed,
        late.allowed_working_days,
    )


def test_python_and_sql_say_the_same_of_every_entry(office: Office) -> None:
    office.act("2022-01-04", application())
    first = date(2021, 12, 28)
    for number in range(60):
        recorded = first + timedelta(days=8 + 3 * number)
        on = recorded - timedelta(days=number * 7 % 23)
        office.act(recorded.isoformat(), visit(on.isoformat()))
    for known_on in (None, date(2022, 3, 15)):
        rows = model(office, known_on=known_on)
        known = None if known_on is None else known_on.isoformat()
        book = office.session.policy()
        entries = {entry.position: entry for entry in office.session.stream(CASE)}
        expected = {}
        for position, entry in entries.items():
            late = lateness(book, entry, known)
            if late is not None and (known is None or entry.recorded_at[:10] <= known):
                expected[position] = (
                    late.days,
                    late.working_days,
                    late.allowed_working_days,
                    late.allowed,
                )

        assert expected == {
            row["position"]: (
                row["days"],
                row["working_days"],
                row["allowed_working_days"],
                row["allowed"],
            )
            for row in rows
            if row["position"] in entries
        }
        assert {True, False, None} == {row["allowed"] for row in rows if row["position"] in entries}
        assert {"VisitMade"} == {row["type"] for row in rows if row["position"] in entries}
        assert all(row["effective_on"] < row["recorded_on"] for row in rows)


def test_without_a_rule_nothing_is_said_of_what_is_allowed(office: Office) -> None:
    """No pack was in force then: null."""
    office.act("2022-01-04", application())
    office.act("2022-02-01", visit("2021-12-20"))
    *_, entry = office.session.stream(CASE)
    late = lateness(office.session.policy(), entry)
    [row] = [r for r in model(office) if r["position"] == entry.position]

    assert late is not None
    assert (None, None) == (late.allowed_working_days, late.allowed)
    assert (None, None) == (row["allowed_working_days"], row["allowed"])
    assert late.working_days == row["working_days"] == 30


def test_the_history_marks_what_came_late(office: Office) -> None:
    office.act("2022-01-04", application())
    office.act("2022-04-11", visit("2022-03-31"), visit("2022-04-08"), visit("2022-04-11"))
    ledger = ("--ledger", office.location)
    zh = aidledger(*ledger, "--lang", "zh", "case", "history", CASE).out
    en = aidledger(*ledger, "case", "history", CASE).out
    found = aidledger(*ledger, "case", "history", CASE, "--json").object["entries"]

    assert 1 == zh.count("⚠ 迟录 6 个工作日，超过允许的 5 个")
    assert 1 == zh.count("⚠ 迟录 1 个工作日\n")
    assert 2 == zh.count("⚠")
    assert 1 == en.count("⚠ recorded 6 working days late, 5 are allowed")
    assert [None, 6, 1, None] == [one["late"] and one["late"]["working_days"] for one in found]
