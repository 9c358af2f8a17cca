"""A number of a rule is held to from both sides: with one more or one less some worked case goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import duckdb
import pytest

from aidledger.audit.bench import Bench, bench
from aidledger.audit.cases import Cases
from aidledger.audit.rule import Rule, load_rules, parse_rule
from aidledger.replay.models import load_models

RULES: Final[dict[str, Rule]] = load_rules(load_models())
THRESHOLDS: Final = [
    (name, threshold)
    for name, rule in RULES.items()
    for threshold, _ in rule.thresholds
    if threshold != "chi_hundredths"  # which no few sums come near
]
COARSE: Final = {("M03", "permille"): 50, ("M05", "percent"): 5}
"""Shares of twenty: a step that so few can show."""


@pytest.fixture
def laid(name: str) -> Iterator[Bench]:
    with bench(load_models(), [RULES[name]]) as one:
        yield one


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(("name", "threshold"), THRESHOLDS)
def test_a_threshold_is_bitten_from_both_sides(
    name: str, threshold: str, step: int, cases: Cases, laid: Bench
) -> None:
    rule = RULES[name]
    was = dict(rule.thresholds)[threshold]
    now = was + step * COARSE.get((name, threshold), 1)
    text = re.sub(rf"\b{threshold} = {was}\b", f"{threshold} = {now}", rule.text, count=1)
    with duckdb.connect() as parser:
        other = parse_rule(rule.file, text.encode(), frozenset(load_models()), parser)

    assert (threshold, now) in other.thresholds
    assert any(outcome.wrong for outcome in cases.tried(laid, other))
