"""The page of measured rules says what was measured, and no rule falls short in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from _measure_page import OF_ENTRIES, OF_STATEMENTS, page, shortfalls
from aidledger.audit.rule import load_rules
from aidledger.replay.models import load_models
from aidledger.services.simulation.irregularities.uncarried import UNCARRIED

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
MEASURED: Final[list[dict[str, Any]]] = [
    json.loads(line) for line in (DOCS / "rules-measured.jsonl").read_text("utf-8").splitlines()
]


def test_the_page_is_made_from_what_was_measured() -> None:
    assert page(MEASURED) == (DOCS / "RULES-MEASURED.md").read_text("utf-8")


def test_no_rule_falls_short() -> None:
    assert [] == shortfalls(MEASURED)


@pytest.mark.parametrize("unseen", [False, True])
def test_every_rule_that_entries_can_carry_was_measured(unseen: bool) -> None:
    measured = [one for one in MEASURED if one["kind"] == "planted"]
    counties = [one for one in measured if (one["seed"] >= 1_000) == unseen]
    planted = {rule for one in counties for rule, n in one["rules"].items() if n.get("planted")}

    rules = {rule for rule in load_rules(load_models()) if rule.startswith(OF_ENTRIES)}
    assert (rules | {*OF_STATEMENTS}) - {one.rule for one in UNCARRIED} == planted


def test_what_is_missed_or_too_much_is_told() -> None:
    """One irregularity that was not found, a finding too many, a grave finding in a clean county."""
    counted = {"planted": 1, "found": 0, "findings": 50, "true": 49}
    planted = {
        "kind": "planted",
        "seed": 1,
        "cases": 5,
        "entries": 9,
        "missed": [["F001", "x", [3]]],
        "rules": {"F001": counted},
    }
    clean = {
        "kind": "clean",
        "seed": 2,
        "cases": 5,
        "found": {"F002": {"high": 1}, "F003": {"low": 4}},
    }

    assert [
        "planted county, seed 1, 5 cases: not found: ['F001', 'x', [3]]",
        "clean county, seed 2, 5 cases: F002 found {'high': 1}",
        "own seeds: F001: 49 true of 50",
    ] == shortfalls([planted, clean])
