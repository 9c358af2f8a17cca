"""The pack of rigid-expenditure and low-income families: every clause is met and failed by examples."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.test_packs import CALENDAR, LIBRARY

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.decision import decide_clauses
from aidledger.domain.policy.examples import load_examples
from aidledger.domain.values import add_months, month_end, months_before

PACK = LIBRARY.resolve("cn-rigid-2025")
EXAMPLES = load_examples(LIBRARY, PACK.id)
APPLIED = {"case": {"stage": "applied", "programme": "rigid"}}
ALL = [(clause.id, act) for clause in PACK.clauses for act in clause.on]


@pytest.mark.parametrize(
    ("clause", "case"),
    [
        ("acceptance-programme", {"stage": "applied", "programme": "dibao"}),
        ("acceptance-after-application", {"stage": "accepted", "programme": "low_income"}),
    ],
)
def test_an_application_of_another_programme_or_taken_in_twice_is_refused(
    clause: str, case: dict[str, str]
) -> None:
    facts = {"act": {"type": "ApplicationAccepted", "effective_on": "2025-02-10"}}
    _, none = decide_clauses(PACK, "ApplicationAccepted", {**facts, **APPLIED}, CALENDAR)
    _, refusals = decide_clauses(PACK, "ApplicationAccepted", {**facts, "case": case}, CALENDAR)

    assert ([], [clause]) == ([one.id for one in none], [one.id for one in refusals])


@pytest.mark.parametrize(("written", "outcome"), [(True, "met"), (False, "failed")])
def test_a_refusal_that_was_not_told_in_writing_is_found(written: bool, outcome: str) -> None:
    """F035."""
    facts = {"act": {"type": "RefusalNotified", "written": written}}
    (result,), refusals = decide_clauses(PACK, "RefusalNotified", facts, CALENDAR)

    assert ("refusal-written", outcome, ()) == (result.id, result.outcome, tuple(refusals))


def test_every_other_clause_refuses_or_finds_in_some_example_and_lets_pass_in_another() -> None:
    """F053, S4-013, S4-014: none is only written down."""
    shown = {name for one in EXAMPLES for name in (*one.table.refused_by, *one.table.found_by)}
    passed = {
        act
        for one in EXAMPLES
        if (act := one.table.act) and not (one.table.refused_by or one.table.found_by)
    }
    clauses = {clause for clause, act in ALL if EVENTS[act].wish}

    assert {"acceptance-programme", "acceptance-after-application"} == clauses - shown
    assert {"RecognitionGranted", "HelpGranted"} <= passed
    assert all(EVENTS[act].wish for c in PACK.clauses if c.kind == "refuse" for act in c.on)


@given(st.dates(date(1990, 1, 1), date(2199, 12, 31)), st.integers(0, 400))
def test_a_day_so_many_months_before_is_the_same_day_or_the_last_of_the_month(
    day: date, count: int
) -> None:
    """F053: what the twelve months of a recognition are counted by."""
    text = day.isoformat()
    before = months_before(text, count)

    assert add_months(before[:7], count) == text[:7]
    assert before[8:] == min(text[8:], f"{month_end(before[:7]).day:02d}")
