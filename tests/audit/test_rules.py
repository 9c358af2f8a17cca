"""Every rule that comes with the package is held to its worked cases."""

from __future__ import annotations

from typing import Final

import pytest

from aidledger.audit.bench import Bench
from aidledger.audit.cases import Cases
from aidledger.audit.rule import Rule, load_rules
from aidledger.replay.models import load_models

RULES: Final[dict[str, Rule]] = load_rules(load_models())


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_finds_what_its_cases_say_and_nothing_else(
    rule: str, cases: Cases, laid: Bench
) -> None:
    outcomes = list(cases.tried(laid, RULES[rule]))

    assert {} == {one.name_en: one.wrong for one in outcomes if one.wrong}
    assert all(one.name_zh and one.name_en for one in outcomes)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_has_a_case_that_finds_and_one_that_does_not(rule: str, cases: Cases) -> None:
    """A rule that finds nothing, or everything, would pass all others."""
    tried = cases.read(RULES[rule])

    assert any(case.finds for case in tried)
    assert any(not case.finds and not case.not_run for case in tried)


def test_each_rule_gives_its_basis_in_chinese_too() -> None:
    """A text in which both languages write the same would be found by its letters."""
    assert [] == [
        rule.id
        for rule in RULES.values()
        if rule.basis_zh == rule.basis and any(part[1:2].islower() for part in rule.basis.split())
    ]
