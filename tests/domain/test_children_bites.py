"""Takes one rule out of the packs of a child at a time, and sees the child's machine notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.domain import test_children_lifecycle as lifecycle
from tests.domain.people import pack

from aidledger.domain.policy.pack import ResolvedPack

RULES = (
    "one-programme-accepted",
    "one-programme-approved",
    "pay-one-programme",
    "approval-guardian",
)


def without(whole: ResolvedPack, rule: str) -> ResolvedPack:
    return replace(
        whole,
        clauses=tuple(c for c in whole.clauses if c.id != rule),
        clauses_by_act={
            act: tuple(c for c in clauses if c.id != rule)
            for act, clauses in whole.clauses_by_act.items()
        },
    )


@pytest.mark.parametrize("rule", RULES)
def test_the_childs_machine_notices_that_a_rule_is_gone(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C17, F022, S4-006, S4-075."""
    assert pack("gz-children-2022").clause(rule) is not None
    weaker = {name: without(pack(name), rule) for name in lifecycle.PACKS.values()}
    monkeypatch.setattr(lifecycle, "pack", weaker.__getitem__)
    searching = settings(
        max_examples=300,
        stateful_step_count=40,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(lifecycle.Child, settings=searching)
