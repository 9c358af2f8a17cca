"""Neighbours do not matter: what is found of one household is found of another beside it, and no more."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec
import pytest
from tests.audit.twice import twice

from aidledger.audit.bench import Bench
from aidledger.audit.cases import CALENDAR, Case, Cases, _said
from aidledger.audit.rule import Rule, load_rules
from aidledger.audit.running import NotRun
from aidledger.replay.models import load_models

RULES: Final[dict[str, Rule]] = load_rules(load_models())
TOGETHER: Final = {"F045", "F103"}
"""Rules that ask what happened at one moment, or what one file brought, whoever it was about."""

TOLD: Final = {"evidence", "line", "message_en", "message_zh", "names"}
"""What a finding names by a place in the log or in a file, and texts made of it."""


def found_of_households(rule: Rule, case: Case, cases: Cases, laid: Bench) -> list[dict[str, Any]]:
    log = cases._log(case, rule.file, 1, with_calendars=laid.reads(rule, CALENDAR))
    as_of, known_on = (
        None if day is None else date.fromisoformat(day) for day in (case.as_of, case.known_on)
    )
    given = laid.findings(rule, log, as_of=as_of, known_on=known_on)
    assert not isinstance(given, NotRun)
    said = [_said(one, log.front) for one in given if one.subject.startswith("case/")]
    return [{name: one[name] for name in one if name not in TOLD} for one in said]


def by_name(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda one: (one["subject"], one["period"] or "", one["positions"]))


@pytest.mark.parametrize("name", sorted(RULES.keys() - TOGETHER))
def test_a_rule_finds_the_same_of_a_second_household_and_nothing_between_the_two(
    name: str, cases: Cases, laid: Bench
) -> None:
    rule = RULES[name]
    for case in cases.read(rule):
        if case.not_run or not case.finds:
            continue
        alone = found_of_households(rule, case, cases, laid)
        laid_twice = twice(case.events)
        beside = msgspec.structs.replace(case, events=laid_twice.events)

        expected = [one for found in alone for one in laid_twice.both(found)]
        assert by_name(expected) == by_name(found_of_households(rule, beside, cases, laid))
