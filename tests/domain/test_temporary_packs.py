"""The packs of temporary assistance: each clause is shown by an example, each decision repeats."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.test_packs import CALENDAR, LIBRARY

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.facts import SENSITIVE
from aidledger.domain.policy.decision import decide, redecide
from aidledger.domain.policy.examples import Example, load_examples

NATION, COUNTY, NOTICE = "cn-temporary-2018", "gz-temporary-2022", "gz-temporary-n22-2022"
PACKS = (NATION, COUNTY, NOTICE)
EXAMPLES = {name: load_examples(LIBRARY, name) for name in PACKS}
#: Nothing meets it: no ground but the emergency leaves the appraisal out.
NEVER_MET = {"waiver-ground", "no-monthly-support"}


def answers(pack: str, example: Example) -> dict[str, str]:
    rules, act = LIBRARY.resolve(pack), example.table.act or ""
    facts: dict[str, Any] = {root: dict(values) for root, values in example.given.items()}
    facts["act"] = {"effective_on": example.table.on, **facts.get("act", {}), "type": act}
    return {c.id: c.evaluate(facts, CALENDAR).outcome for c in rules.clauses_for(act)}


def test_every_clause_is_met_by_one_example_and_failed_by_another() -> None:
    """S4-015, S4-043 to S4-048, S4-050, F026, F027: no clause is undecidable in any of them."""
    said: dict[str, set[str]] = {}
    for pack in PACKS:
        for example in EXAMPLES[pack]:
            for clause, outcome in answers(pack, example).items():
                said.setdefault(clause, set()).add(outcome)
    clauses = {clause.id for pack in PACKS for clause in LIBRARY.resolve(pack).clauses}

    assert clauses == set(said)
    assert set() == {clause for clause, found in said.items() if "undecidable" in found}
    assert set() == {clause for clause, found in said.items() if "failed" not in found}
    assert {clause for clause, found in said.items() if "met" not in found} == NEVER_MET


def test_clauses_and_limits_name_events_and_only_wishes_are_refused() -> None:
    for pack in PACKS:
        rules = LIBRARY.resolve(pack)
        assert ("temporary",) == tuple(rules.programmes)
        for clause in rules.clauses:
            assert all(EVENTS[act].wish or clause.kind == "finding" for act in clause.on)
        for limit in rules.limits:
            assert {limit.from_event, *limit.to_events} <= set(EVENTS)


@pytest.mark.parametrize("pack", PACKS)
def test_a_grant_is_decided_the_same_again_and_keeps_its_cause_to_itself(pack: str) -> None:
    """S4-043: the cause is withheld from the record, and decides all the same."""
    rules = LIBRARY.resolve(pack)
    for example in EXAMPLES[pack]:
        if example.table.act != "HelpGranted":
            continue
        facts: dict[str, Any] = {root: dict(values) for root, values in example.given.items()}
        facts["act"] |= {"type": "HelpGranted", "effective_on": example.table.on}
        record, hidden = decide(rules, "HelpGranted", facts, calendar=CALENDAR, withhold=SENSITIVE)

        assert ("refuse" if example.table.refused_by else "allow") == record.outcome
        assert ("case.causes",) == tuple(record.withheld)
        assert "case.causes" not in record.facts
        assert [] == redecide(record, rules, calendar=CALENDAR, withheld=hidden)
        assert redecide(
            record, rules, calendar=CALENDAR, withheld={"case.causes": ["never_heard_of"]}
        ) or "temporary-cause" in (example.table.refused_by or ())


def test_who_is_helped_under_each_text_is_what_its_parameter_says() -> None:
    """S4-015, S4-046, C11: the three packs differ in whom they help, and not in how."""
    residents = [list(LIBRARY.resolve(pack).parameters["helped_residents"]) for pack in PACKS]

    assert [
        ["registered", "permit"],
        ["registered", "permit", "work"],
        ["registered", "permit", "work", "where_it_happens"],
    ] == residents
    assert [0, 6, 6] == [LIBRARY.resolve(p).parameters["outsider_work_months"] for p in PACKS]
