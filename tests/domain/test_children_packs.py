"""The packs of orphans and unattended minors: every clause met and failed, sums, who counts as which."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain import test_packs as tekun
from tests.domain.lawful import ACTS, Changes, lawful

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.decision import compute_amounts, decide, redecide

LIBRARY, CALENDAR = tekun.LIBRARY, tekun.CALENDAR
NATION, COUNTY = "cn-children-2020", "gz-children-2022"
PACKS = (NATION, COUNTY)

CHILD: Changes = {
    "case.programme": "orphan",
    "case.route": "proxy",
    "case.birth_on": "2012-06-01",
    "case.age_years": 9,
    "case.age_years_in_month": 9,
    "case.parents": ["father", "mother"],
    "case.parents_able": False,
    "case.parent_grounds": ["dead", "missing"],
    "case.recognised_as": ["orphan"],
    "case.guardian_kind": "guardian",
    "case.account_holder": "guardian",
    "case.entitled_fen": 120_000,
}
CHILD_ACTS: dict[str, Changes] = {
    "ApplicationApproved": {"act.limb": "orphan"},
    "CareClassSet": {"act.care_class": "first", "act.ground": "orphan"},
    "PaymentRostered": {"act.amount_fen": 120_000},
    "PlacementMade": {"act.institution": "child-home-1", "case.form": "concentrated"},
    "RecognitionGranted": {"act.recognised": "orphan", "act.office_kind": "civil_affairs"},
    "SupportFormSet": {"act.form": "concentrated", "act.institution": "child-home-1"},
}
UNATTENDED: Changes = {"case.programme": "unattended", "case.parent_grounds": ["dead", "prison"]}
SCHOOL = {"case.age_years": 18, "case.in_school": True, "case.school_stage": "high"}
ROWS: dict[str | tuple[str, str], tuple[Changes, Changes]] = {
    "acceptance-programme": ({"case.programme": "tekun"}, {"case.programme": "unattended"}),
    "acceptance-route": ({"case.route": "self"}, {"case.route": "ex_officio"}),
    "one-programme-accepted": (
        {"person.applied_programmes": ["tekun"]},
        {"person.applied_programmes": ["tekun"], "person.given_up": ["tekun"]},
    ),
    "one-programme-approved": (
        {"person.given_up": ["orphan"]},
        {"person.supported_programmes": ["dibao"]},
    ),
    "pay-one-programme": (
        {"person.entitled_programmes": ["unattended"]},
        {"person.entitled_programmes": ["unattended"], "person.given_up": ["unattended"]},
    ),
    "child-age": ({"case.age_years": 18}, {"case.age_years": 17}),
    "parents-assessed": ({"case.parents": ["mother"]}, {}),
    "orphan-grounds": ({"case.parent_grounds": ["dead", "prison"]}, {}),
    "unattended-grounds": (
        {**UNATTENDED, "case.parent_grounds": ["dead", "missing"]},
        {**UNATTENDED, "case.parent_grounds": ["no_capacity", "prison"]},
    ),
    "child-not-announced": ({}, {"case.programme": "tekun"}),
    "child-not-published": ({}, {"case.programme": "tekun"}),
    "submission-after-opinion": ({"case.opinion_on": "2022-02-26"}, {}),
    "recognition-programme": ({"act.recognised": "unattended"}, {}),
    "approval-recognised": ({"case.recognised_as": []}, {}),
    "approval-guardian": ({"case.guardian_kind": ""}, {"case.guardian_kind": "entrusted"}),
    "placement-child": ({"case.form": "decentralised"}, {}),
    "form-institution": ({"act.institution": "home-1"}, {}),
    "review-still-eligible": ({"case.age_years": 18}, SCHOOL),
    "termination-aged-out": (
        {"act.ground": "aged_out", **SCHOOL},
        {"act.ground": "aged_out", **SCHOOL, "case.school_stage": "higher"},
    ),
    "pay-below-age": ({"case.age_years_in_month": 18}, {"case.age_years_in_month": 17}),
    "pay-held-for-child": (
        {"case.account_holder": "other"},
        {"case.account_holder": "institution"},
    ),
    "pay-amount": ({"act.amount_fen": 119_999}, {}),
    "care-class-ground": ({"act.ground": "unattended"}, {}),
    "guardian-visit": ({"case.guardian_kind": ""}, {"case.guardian_kind": "maintainer"}),
    "decision-by-decider": ({"act.office_kind": "township"}, {}),
    "entitlement-approved": ({"case.approved": False}, {}),
}
#: The national pack names no institution of the county: it meets no placement.
NEVER_MET = {(NATION, "placement-child"), (NATION, "form-institution")}
ALL = [
    (pack, clause.id, act)
    for pack in PACKS
    for clause in LIBRARY.resolve(pack).clauses
    for act in clause.on
]


def child(act: str, *changes: Changes) -> dict[str, Any]:
    return lawful(act, CHILD, CHILD_ACTS.get(act, {}), *changes)


def outcome(pack: str, clause_id: str, facts: dict[str, Any]) -> str:
    clause = LIBRARY.resolve(pack).clause(clause_id)
    assert clause is not None
    return clause.evaluate(facts, CALENDAR).outcome


@pytest.mark.parametrize(("pack", "clause", "act"), ALL)
def test_every_clause_on_children_is_met_by_some_facts_and_failed_by_others(
    pack: str, clause: str, act: str
) -> None:
    """S4-006, S4-007, S4-075, C17, F022, F025."""
    fails, meets = ROWS.get((pack, clause)) or ROWS.get(clause) or tekun.ROWS[clause]
    expected = ("failed" if (pack, clause) in NEVER_MET else "met", "failed")

    assert expected == (
        outcome(pack, clause, child(act, meets)),
        outcome(pack, clause, child(act, fails)),
    )


def test_every_row_belongs_to_a_clause_on_children() -> None:
    ids = {clause for _, clause, _ in ALL} | {(pack, clause) for pack, clause, _ in ALL}

    assert set() == set(ROWS) - ids


@pytest.mark.parametrize(
    "act",
    sorted({*ACTS, *CHILD_ACTS} - {"AppraisalWaived", "PublicityStarted", "TerminationPublished"}),
)
def test_what_is_lawful_for_a_child_is_decided_the_same_again(act: str) -> None:
    pack = LIBRARY.resolve(COUNTY)
    office = {"act.office_kind": "civil_affairs"}
    record, withheld = decide(pack, act, child(act, office), calendar=CALENDAR, with_amount=True)

    assert ("allow", {}) == (record.outcome, withheld)
    assert (160_000 if act == "PlacementMade" else 120_000) == record.amount_fen
    assert [] == redecide(record, pack, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("grounds", "orphan", "unattended"),
    [
        (["dead", "dead"], True, False),
        (["missing", "no_obligor"], True, False),
        (["dead", "prison"], False, True),
        (["no_capacity", "no_capacity"], False, True),
        (["none", "prison"], False, False),
        (["dibao_old_or_disabled", "prison"], False, False),
    ],
)
def test_a_child_is_an_orphan_or_unattended_and_never_both(
    grounds: list[str], orphan: bool, unattended: bool
) -> None:
    """S4-006, S4-007: both parents dead, missing or not known; else each with a listed ground."""
    answers = [
        outcome(
            NATION,
            f"{programme}-grounds",
            child(
                "RecognitionGranted",
                {"case.programme": programme, "case.parent_grounds": grounds},
            ),
        )
        for programme in ("orphan", "unattended")
    ]

    assert [orphan, unattended] == [answer == "met" for answer in answers]


@pytest.mark.parametrize(
    ("programme", "form", "fen"),
    [
        ("orphan", "decentralised", 120_000),
        ("orphan", "concentrated", 160_000),
        ("unattended", "decentralised", 120_000),
        ("unattended", "concentrated", 160_000),
        ("tekun", "decentralised", 0),
    ],
)
def test_a_child_gets_the_standard_of_how_it_is_raised(programme: str, form: str, fen: int) -> None:
    """S1-065: sums are standards of the place, by how the child lives."""
    facts = {
        "act": {"type": "EntitlementSet", "from_month": "2022-03"},
        "case": {"programme": programme, "form": form},
    }
    pack = LIBRARY.resolve(COUNTY)

    assert fen == compute_amounts(pack, facts).fen


def test_each_grade_of_guardian_has_its_duties() -> None:
    """S4-075: guardian, entrusted guardian and maintainer; the less a grade answers for, the fewer."""
    duties = LIBRARY.resolve(COUNTY).parameters["guardian_duties"]
    assert isinstance(duties, dict)

    assert ["guardian", "entrusted", "maintainer"] == list(duties)
    assert [4, 3, 1] == [len(several) for several in duties.values()]
    assert LIBRARY.resolve(COUNTY).provenance["guardian_duties"].local


def test_clauses_and_limits_on_children_name_events_and_refuse_only_wishes() -> None:
    for pack in PACKS:
        for clause in LIBRARY.resolve(pack).clauses:
            assert all(EVENTS[act].wish or clause.kind == "finding" for act in clause.on)
        for limit in LIBRARY.resolve(pack).limits:
            assert {limit.from_event, *limit.to_events} <= set(EVENTS)
