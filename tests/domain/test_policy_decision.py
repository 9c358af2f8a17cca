"""Decisions: golden amounts, records that decide the same again, and what if."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from aidledger.domain.policy.amounts import Standard, standard_on
from aidledger.domain.policy.decision import (
    DecisionRecord,
    compute_amounts,
    decide,
    decide_clauses,
    redecide,
)
from aidledger.domain.policy.pack import PackLibrary

PACKS = Path(__file__).parents[2] / "src" / "aidledger" / "policies" / "packs"
LIBRARY = PackLibrary({path.stem: path.read_bytes() for path in PACKS.glob("*.toml")})
COUNTY = LIBRARY.resolve("gz-county-2022")
NATION = LIBRARY.resolve("cn-tekun-2021")
SEALED = frozenset({"case.disability_kind", "case.disability_grade"})


def entitlement(**case: Any) -> dict[str, Any]:
    return {
        "act": {"type": "EntitlementSet", "from_month": "2022-03", "reason": "standard"},
        "case": {"ability": "", "form": "decentralised", **case},
    }


def approval(**case: Any) -> dict[str, Any]:
    return {
        "act": {
            "type": "ApplicationApproved",
            "actor": "zhou",
            "limb": "disability",
            "from_month": "2022-03",
            "effective_on": "2022-02-25",
        },
        "case": {"age_years": 40, "disability_kind": "mental", "disability_grade": 3, **case},
    }


def test_the_living_standard_is_1_6_times_the_urban_allowance() -> None:
    # S4-033, S4-035, C10; S4-021: town and country have one standard
    amounts = compute_amounts(COUNTY, entitlement())

    assert 112_800 == amounts.fen
    assert [("living", "1.6 × 705.00")] == [(p.code, p.formula) for p in amounts.parts]
    assert {70_500} == {s.monthly_fen for s in COUNTY.standards if s.code.startswith("dibao_")}


@pytest.mark.parametrize(
    ("ability", "total", "formula"),
    [("able", 112_800, "0.00"), ("partly", 136_300, "235.00"), ("unable", 159_800, "470.00")],
)
def test_the_nursing_part_follows_the_ability(ability: str, total: int, formula: str) -> None:
    # S1-053, S1-063, S4-036
    # S1-064
    amounts = compute_amounts(COUNTY, entitlement(ability=ability))

    assert (total, formula) == (amounts.fen, amounts.parts[1].formula)


def test_a_published_standard_counts_from_the_first_month_it_holds_throughout() -> None:
    # S1-066, S4-020, S4-034
    facts = entitlement()
    facts["standards"] = [Standard(code="dibao_urban", monthly_fen=73_500, from_on="2022-07-01")]
    amounts = {}
    for month in ("2022-06", "2022-07"):
        facts["act"]["from_month"] = month
        amounts[month] = compute_amounts(COUNTY, facts).fen

    assert {"2022-06": 112_800, "2022-07": 117_600} == amounts


def test_without_a_standard_of_the_month_there_is_no_amount() -> None:
    facts = entitlement()
    facts["act"]["from_month"] = "2021-12"
    amounts = compute_amounts(COUNTY, facts)

    assert amounts.fen is None
    assert ("living: no standard dibao_urban for 2021-12",) == amounts.problems


def test_a_pack_without_amounts_gives_none() -> None:
    assert compute_amounts(NATION, entitlement()).fen is None


@pytest.mark.parametrize("standards", [None, 3, "x", [3], [{"code": 1}], [[]], [{}] * 10_001])
def test_standards_that_are_none_are_left_out(standards: Any) -> None:
    assert 112_800 == compute_amounts(COUNTY, {**entitlement(), "standards": standards}).fen


def test_the_last_given_of_two_standards_from_one_day_counts() -> None:
    both = [Standard(code="x", monthly_fen=fen, from_on="2022-01-01") for fen in (1, 2)]

    assert both[1] is standard_on("x", "2022-01", both)
    assert standard_on("y", "2022-01", both) is None


def test_a_record_names_what_was_decided_and_by_which_text() -> None:
    record, _ = decide(COUNTY, "ApplicationApproved", approval())
    limb = next(clause for clause in record.clauses if clause.id == "approval-limb")

    assert ("met", "cn-tekun-2021 art. 5 (K21)") == (limb.outcome, limb.citation)
    assert ("gz-county-2022", COUNTY.hash) == (record.pack, record.pack_hash)
    assert "refuse" == record.outcome


def test_a_record_stands_in_an_entry_and_comes_back() -> None:
    record, _ = decide(COUNTY, "EntitlementSet", entitlement(ability="partly"), with_amount=True)
    wire = msgspec.json.encode(record, order="sorted")

    assert record == msgspec.json.decode(wire, type=DecisionRecord)
    assert wire == msgspec.json.encode(msgspec.json.decode(wire), order="sorted")


def test_withheld_facts_stand_in_no_record_and_are_given_back_to_redecide() -> None:
    record, withheld = decide(COUNTY, "ApplicationApproved", approval(), withhold=SEALED)

    assert {"case.disability_kind": "mental", "case.disability_grade": 3} == withheld
    assert b"mental" not in msgspec.json.encode(record)
    assert ("case.disability_grade", "case.disability_kind") == record.withheld
    assert [] == redecide(record, COUNTY, withheld=withheld)
    assert [("unchecked", "approval-limb")] == [(d.kind, d.name) for d in redecide(record, COUNTY)]


def test_a_changed_record_does_not_decide_the_same_again() -> None:
    record, _ = decide(COUNTY, "EntitlementSet", entitlement(ability="partly"), with_amount=True)
    part = msgspec.structs.replace(record.parts[0], fen=1)
    forged = msgspec.structs.replace(
        record,
        amount_fen=1,
        outcome="allow",
        parts=(part, *record.parts[1:]),
        clauses=record.clauses[1:],
    )
    kinds = [(d.kind, d.name) for d in redecide(forged, COUNTY)]

    assert [] == redecide(record, COUNTY)
    assert ("clause", record.clauses[0].id) in kinds
    assert {("amount", "amount_fen"), ("outcome", "EntitlementSet"), ("part", "living")} <= set(
        kinds
    )


def test_published_standards_are_kept_with_the_decision() -> None:
    facts = entitlement()
    facts["standards"] = [
        Standard(code="dibao_urban", monthly_fen=73_500, from_on="2022-02-01"),
        Standard(code="other", monthly_fen=1, from_on="2022-02-01"),
    ]
    record, _ = decide(COUNTY, "EntitlementSet", facts, with_amount=True)

    assert (117_600, 1) == (record.amount_fen, len(record.facts["standards"]))
    assert [] == redecide(record, COUNTY)


def test_what_if_shows_the_difference_of_another_pack() -> None:
    record, _ = decide(COUNTY, "ApplicationApproved", approval())
    older = redecide(record, LIBRARY.resolve("cn-tekun-2016"))

    assert "pack" == older[0].kind
    assert ("approval-limb", "met", "failed") in [(d.name, d.expected, d.found) for d in older]


def test_an_undecidable_clause_refuses_with_the_fact_that_is_missing() -> None:
    results = decide_clauses(COUNTY, "PayRunApproved", {"act": {"actor": "x"}}).refusals
    four_eyes = next(result for result in results if result.id == "run-four-eyes")

    assert (("run.drafted_by",), "undecidable") == (four_eyes.missing, four_eyes.outcome)


@pytest.mark.parametrize(
    "facts", [{}, {"act": 3}, {"act": None, "case": []}, {"case": {"x": object()}}]
)
def test_hostile_facts_give_a_refusal_and_no_error(facts: dict[str, Any]) -> None:
    record, _ = decide(COUNTY, "PaymentRostered", facts, with_amount=True)

    assert "refuse" == record.outcome


def test_an_act_without_clauses_is_allowed() -> None:
    record, _ = decide(COUNTY, "VisitMade", {})

    assert ("allow", ()) == (record.outcome, record.clauses)
