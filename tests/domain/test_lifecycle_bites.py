"""Takes one rule out of the pack at a time, and sees the lifecycle machine notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.domain import test_lifecycle
from tests.domain.people import pack

RULES = (
    "acceptance-after-application",
    "acceptance-statement",
    "opinion-survey-by-two",
    "opinion-hits-disposed",
    "procedure-before-decision",
    "publicity-planned-long-enough",
    "decision-by-decider",
    "approval-four-eyes",
    "approval-first-month",
    "pay-amount",
    "pay-once",
)


@pytest.mark.parametrize("rule", RULES)
def test_the_machine_notices_that_a_rule_is_gone(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pack()
    assert whole.clause(rule) is not None
    weaker = replace(
        whole,
        clauses=tuple(c for c in whole.clauses if c.id != rule),
        clauses_by_act={
            act: tuple(c for c in clauses if c.id != rule)
            for act, clauses in whole.clauses_by_act.items()
        },
    )
    monkeypatch.setattr(test_lifecycle, "pack", lambda: weaker)
    searching = settings(
        # it ends at the first it finds; how soon depends on constants of whatever else is imported
        max_examples=4_000,
        stateful_step_count=40,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(test_lifecycle.CaseLifecycle, settings=searching)
