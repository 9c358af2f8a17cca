"""The shipped packs: every clause has facts that meet it and facts that fail it; golden numbers.

A row names the facts that fail a clause (and, where the lawful facts do not do, those that meet it),
as changes to ``LAWFUL``. A test counts the rows, so that a clause without one can't be forgotten.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.domain.lawful import ACTS, Changes, lawful

from aidledger.domain.calendar import Calendar
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.decision import decide, redecide
from aidledger.domain.policy.pack import PackLibrary
from aidledger.domain.policy.year import load_year_table

POLICIES = Path(__file__).parents[2] / "src" / "aidledger" / "policies"
LIBRARY = PackLibrary({p.stem: p.read_bytes() for p in (POLICIES / "packs").glob("*.toml")})
CALENDAR = Calendar(
    load_year_table(p.read_bytes(), file=p.name) for p in (POLICIES / "calendars").glob("*.toml")
)
NATION_2016, NATION_2021 = "cn-tekun-2016", "cn-tekun-2021"
YANAN = "sn-yanan-2020"
SANMING, COUNTY = "fj-sanming-2021", "gz-county-2022"

SCHOOL = {"case.age_years": 18, "case.in_school": True, "case.school_stage": "high"}
SCHOOL_HELP: Changes = {"act.help": "education", "act.detail": "high", **SCHOOL}
ONCE: Changes = {"act.kind": "one_off", "case.granted_unpaid_fen": 136_300}
DEAD: Changes = {"case.died_on": "2022-02-20", "act.by": "relatives"}
DWELLING: Changes = {"act.help": "renovation", "act.way": "service"}
MINOR_17 = {"case.age_years": 17}
#: clause id, or (pack, clause id) where the pack differs: what fails it, and what meets it.
ROWS: dict[str | tuple[str, str], tuple[Changes, Changes]] = {
    "acceptance-after-application": ({"case.stage": "accepted"}, {}),
    "acceptance-programme": ({"case.programme": "dibao"}, {}),
    "acceptance-statement": ({"case.stated": ["livelihood", "work_ability"]}, {}),
    "one-programme-accepted": (
        {"person.applied_programmes": ["orphan"]},
        {"person.applied_programmes": ["orphan"], "person.given_up": ["orphan"]},
    ),
    "one-programme-approved": (
        {"person.supported_programmes": ["dibao", "unattended"]},
        {"person.supported_programmes": ["dibao", "temporary"]},
    ),
    "pay-one-programme": (
        {"person.rostered_programmes": ["orphan"], "person.given_up": ["orphan"]},
        {"person.entitled_programmes": ["orphan"], "person.given_up": ["orphan"]},
    ),
    "waiver-ground": ({"act.ground": "emergency"}, {"act.ground": "no_doubt"}),
    "waiver-no-doubt": ({"case.comparison_doubt": True}, {}),
    "opinion-after-acceptance": ({"case.materials_complete": False}, {}),
    "opinion-after-survey": ({"case.household_surveyed": False}, {}),
    "opinion-survey-by-two": ({"case.survey_investigators": 1}, {}),
    "opinion-neighbours-or-letters": (
        {"case.neighbour_visited": False},
        {"case.neighbour_visited": False, "case.letter_obtained": True},
    ),
    "opinion-data-compared": ({"case.data_compared_on": "2022-03-01"}, {}),
    "opinion-hits-disposed": ({"case.open_hits": 1}, {}),
    "opinion-appraisal": ({"case.appraisal_held": False}, {}),
    (SANMING, "opinion-appraisal"): (
        {"case.appraisal_held": False, "case.appraisal_waived": True, "case.survey_doubt": True},
        {"case.appraisal_held": False, "case.appraisal_waived": True},
    ),
    "opinion-not-relative": ({"act.actor": "zhao"}, {}),
    "opinion-limb": ({"case.age_years": 59}, {"case.age_years": 60}),
    "approval-limb": ({"case.age_years": 59}, {"case.age_years": 60}),
    "eligible-income": ({"case.has_income": True}, {}),
    "eligible-property": ({"case.property_within_limit": False}, {}),
    "eligible-obligor": ({"case.obligor_able": True}, {}),
    "publicity-after-opinion": ({"case.opinion_on": "2022-03-01"}, {}),
    "publicity-planned-long-enough": ({"act.planned_to": "2022-03-03"}, {}),
    "submission-after-publicity": ({"case.publicity_to": ""}, {}),
    "submission-publicity-evidence": ({"case.publicity_evidence": False}, {}),
    "procedure-before-decision": ({"case.stage": "refused"}, {}),
    "reissue-after-return": (
        {"case.returned_months_has_act_month": False},
        {"case.returned_months_has_act_month": True},
    ),
    "decision-by-decider": ({"act.office_kind": "township"}, {}),
    (SANMING, "decision-by-decider"): (
        {"act.office_kind": "civil_affairs"},
        {"act.office_kind": "township"},
    ),
    "decision-once": ({"case.stage": "refused"}, {}),
    "approval-after-submission": ({"case.submitted_on": ""}, {}),
    "approval-opinion": ({"case.opinion": "refuse"}, {}),
    "approval-after-publicity": ({"case.publicity_to": ""}, {}),
    "publicity-long-enough": ({"case.publicity_to": "2022-02-15"}, {}),
    "second-publicity": (
        {"case.reinvestigated_on": "2022-02-10"},
        {"case.reinvestigated_on": "2022-02-09"},
    ),
    "complaint-review-in-time": (
        {"complaint.answered_on": "2022-01-20"},
        {"complaint.answered_on": "2022-01-26"},
    ),
    "complaint-second-review-in-time": ({"complaint.closed": True}, {}),
    "no-open-objection": ({"case.open_objections": 1}, {}),
    "approval-four-eyes": ({"act.actor": "sun"}, {}),
    "decision-not-relative": ({"act.actor": "zhao"}, {}),
    "approval-first-month": ({"act.from_month": "2022-02"}, {}),
    "approval-alive": ({"case.alive": False}, {}),
    "refusal-reasons": ({"act.reasons": []}, {}),
    "form-consent": ({"act.consent": False}, {}),
    "form-institution": ({"act.institution": None}, {}),
    "placement-consent": ({"case.consent": False}, {}),
    "entitlement-approved": (
        {"case.approved": False},
        {"case.approved": False, "act.reason": "approval"},
    ),
    "entitlement-ability": ({"case.ability": ""}, {}),
    "entitlement-form": ({"case.form": ""}, {}),
    "entitlement-from-month": ({"act.from_month": "2022-02"}, {}),
    "placement-child": (
        {"case.age_years": 15},
        {"case.age_years": 16},
    ),
    "care-programme": ({"case.programme": "dibao"}, {}),
    "ability-by-assessor": (
        {"act.office_kind": "institution"},
        {"act.office_kind": "civil_affairs"},
    ),
    (COUNTY, "ability-by-assessor"): (
        {"act.office_kind": "civil_affairs"},
        {"act.office_kind": "township"},
    ),
    "ability-by-items": ({"case.ability_failed": 4}, {"case.ability_failed": 3}),
    "pay-in-time": ({"act.paid_on": "2022-02-11"}, {"act.paid_on": "2022-02-10"}),
    "care-official": ({"case.spot_checked": False}, {}),
    "care-certificate": (
        {"act.relation": "agency", "carer.certified_to": "2022-02-24"},
        {"act.relation": "agency", "carer.certified_to": "2022-02-25"},
    ),
    "care-class-ground": ({"act.ground": "orphan", "act.care_class": "third"}, {}),
    "care-class-hardship": ({"case.ability": "able"}, {}),
    "illness-designated": ({"act.designated": False}, {}),
    "care-consent": ({"act.consent": False}, {}),
    "care-decentralised": ({"case.form": "concentrated"}, {}),
    "care-carer-qualified": ({"carer.qualified": False}, {}),
    "suspension-running": ({"case.terminated": True}, {}),
    "resumption-suspended": ({"case.alive": False}, {}),
    "review-still-eligible": ({"case.age_years": 20}, SCHOOL),
    "audit-after-report": ({"case.termination_reported": False}, {}),
    "termination-audited": ({"case.termination_audited": False}, {}),
    "termination-death": (
        {"act.ground": "death"},
        {"act.ground": "death", "case.died_on": "2022-02-20"},
    ),
    "termination-aged-out": (
        {"act.ground": "aged_out", **SCHOOL},
        {"act.ground": "aged_out", **SCHOOL, "case.school_stage": "higher"},
    ),
    "termination-last-month": ({"act.last_month": "2022-04"}, {}),
    "termination-publicity": ({"act.planned_to": "2022-03-03"}, {}),
    "pay-approved": ({"case.approved": False}, {}),
    "pay-from-month": ({"act.month": "2022-02"}, {}),
    "pay-not-ended": ({"case.died_on": "2022-02-28"}, {"case.end_month": "2022-03"}),
    "pay-not-suspended": ({"case.prison_or_missing": True}, {}),
    "pay-amount": ({"act.amount_fen": 136_301}, {}),
    "pay-once": ({"case.paid_months_has_act_month": True}, {}),
    "run-four-eyes": ({"act.actor": "clerk"}, {}),
    "run-balances": ({"act.total_fen": 8}, {}),
    "run-approved-once": ({"run.approved": True}, {}),
    "bank-file-approved": ({"run.approved": False}, {}),
    "disqualification-below-pass-mark": ({"carer.last_score": 60}, {}),
    "disqualification-registered": ({"carer.qualified": False}, {}),
    "care-replaces-carer": ({"case.carer": "c0"}, {"case.carer": "c0", "act.replaces": "c0"}),
    "bearer-one": ({"act.replaces": "feng"}, {"case.bearers": []}),
    "relative-county-visit": ({"case.spot_checked": False}, {}),
    "publicity-complaint-phone": ({"act.complaint_phone": ""}, {}),
    "publicity-place": (
        {"act.place": "community", "case.area": "rural"},
        {"act.place": "village", "case.area": "rural"},
    ),
    "termination-false-statement": (
        {"act.ground": "false_statement", "case.false_statement": False},
        {"act.ground": "false_statement", "case.false_statement": True},
    ),
    "complaint-handler": ({"act.handler": "zhao"}, {}),
    "complaint-extension": ({"act.days": 31}, {}),
    "complaint-extension-once": ({"complaint.extended": True}, {}),
    "limit-suspension-ground": ({"act.ground": "want_of_staff"}, {}),
    "limit-suspension-running": ({"limit.suspended": True}, {}),
    "doubt-on-site": ({"doubt.verified_on_site": False}, {}),
    "doubt-settled-in-full": ({"doubt.settled_fen": 299}, {}),
    "limit-extension-ground": ({"act.ground": "want_of_staff"}, {}),
    "limit-extension-once": ({"limit.extensions": 1}, {}),
    "limit-extension-length": (
        {"act.extended": 15, "limit.extended": 1},
        {"act.extended": 14, "limit.extended": 1},
    ),
    "limit-extension-in-time": (
        {"limit.due_on": "2022-02-24"},
        {"limit.due_on": "", "limit.suspended": True},
    ),
    "fund-purpose": ({"act.purpose": "staff_welfare"}, {"act.purpose": "goods"}),
    "fund-covers-transfer": ({"act.amount_fen": 801}, {"act.amount_fen": 800}),
    "recovery-of-paid": ({"act.amount_fen": 301}, {"act.amount_fen": 300}),
    "recovery-months": ({"act.due_on": "2022-02-24"}, {"act.due_on": "2022-02-25"}),
    "waiver-of-open-recovery": ({"act.amount_fen": 101}, {"act.amount_fen": 100}),
    "goods-in-stock": ({"act.quantity": 6}, {"act.quantity": 5}),
    "goods-recipient": ({"act.case": None}, {}),
    "recognition-cause": (
        {"case.causes": {"k1": "gambling"}},
        {"case.causes": {"k1": "hard_up_worker"}},
    ),
    "recognition-by-department": (
        {"case.causes": {"k1": "hard_up_worker"}, "act.office_kind": "education"},
        {"case.causes": {"k1": "hard_up_worker"}, "act.office_kind": "trade_union"},
    ),
    "service-under-contract": ({"contract.runs": False}, {}),
    "service-invoiced": ({"act.amount_fen": 91}, {"act.amount_fen": 90}),
    "service-hours": ({"act.hours": 7}, {}),
    "pay-granted": (ONCE | {"case.granted_unpaid_fen": 136_299}, ONCE),
    "funeral-by-form": (DEAD | {"act.by": "institution"}, DEAD),
    "help-kind": ({"act.help": "public_post"}, {}),
    "help-in-support": ({"case.approved": False}, {}),
    "contribution-whole": ({"act.amount_fen": 31_999}, {}),
    "payer-order": ({"act.fund_fen": 1}, {}),
    "payer-sum": ({"act.assistance_fen": 2}, {"act.assistance_fen": 1}),
    "medical-payers": ({"act.detail": "assistance"}, {}),
    "medical-rest": ({"act.amount_fen": 801}, {}),
    "education-stage": (SCHOOL_HELP | {"act.detail": "higher"}, SCHOOL_HELP),
    "housing-at-home": (DWELLING | {"case.form": "concentrated"}, DWELLING),
    "housing-way": (DWELLING | {"act.way": "goods"}, DWELLING),
    "renovation-rural": (DWELLING | {"case.dilapidated": False}, DWELLING),
}
#: The text of 2016 knows no ground for leaving the appraisal out: nothing meets the clause.
NEVER_MET = {(NATION_2016, "waiver-ground"), (YANAN, "waiver-ground")}
NO_WAIVER = {(NATION_2016, "AppraisalWaived"), (YANAN, "AppraisalWaived")}
#: Clauses that a pack holds only for places that switch them on by a parameter.
SWITCHED_OFF = {
    (NATION_2021, "opinion-appraisal"),
    (COUNTY, "opinion-appraisal"),
    (SANMING, "approval-after-submission"),
}
TEKUN = tuple(
    pack for pack in LIBRARY.ids if LIBRARY.resolve(pack).chain[0][0].startswith("cn-tekun")
)
ALL = [
    (pack, clause.id, act)
    for pack in TEKUN
    for clause in LIBRARY.resolve(pack).clauses
    for act in clause.on
]


def outcome(pack: str, clause_id: str, facts: dict[str, Any]) -> str:
    clause = LIBRARY.resolve(pack).clause(clause_id)
    assert clause is not None
    return clause.evaluate(facts, CALENDAR).outcome


@pytest.mark.parametrize(("pack", "clause", "act"), ALL)
def test_every_clause_is_met_by_some_facts_and_failed_by_others(
    pack: str, clause: str, act: str
) -> None:
    fails, meets = ROWS.get((pack, clause)) or ROWS[clause]
    expected = ("met", "failed")
    if (pack, clause) in SWITCHED_OFF:
        expected = ("not_applicable", "not_applicable")
    if (pack, clause) in NEVER_MET:
        expected = ("failed", "failed")
    actual = (
        outcome(pack, clause, lawful(act, meets)),
        outcome(pack, clause, lawful(act, fails)),
    )

    assert expected == actual


def test_every_row_belongs_to_a_clause() -> None:
    ids = {clause for _, clause, _ in ALL} | {(pack, clause) for pack, clause, _ in ALL}

    assert set() == set(ROWS) - ids


def test_a_switched_off_clause_is_covered_by_another_pack() -> None:
    on = {clause for pack, clause, _ in ALL if (pack, clause) not in SWITCHED_OFF}

    assert {clause for _, clause in SWITCHED_OFF} <= on


def test_every_clause_and_limit_names_events_that_exist() -> None:
    named = {act for _, _, act in ALL}
    for pack in LIBRARY.ids:
        for limit in LIBRARY.resolve(pack).limits:
            named |= {limit.from_event, *limit.to_events}

    assert set() == named - set(EVENTS)


def test_only_clauses_on_wishes_refuse() -> None:
    refusing = {
        (clause.id, act)
        for pack in LIBRARY.ids
        for clause in LIBRARY.resolve(pack).clauses
        for act in clause.on
        if clause.kind == "refuse" and not EVENTS[act].wish
    }

    assert set() == refusing


@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.parametrize("pack", TEKUN)
def test_the_lawful_facts_are_allowed_and_decided_the_same_again(pack: str, act: str) -> None:
    office = {"act.office_kind": "township" if pack == SANMING else "civil_affairs"}
    record, withheld = decide(
        LIBRARY.resolve(pack), act, lawful(act, office), calendar=CALENDAR, with_amount=True
    )

    expected = "refuse" if (pack, act) in NO_WAIVER else "allow"

    assert (expected, {}) == (record.outcome, withheld)
    assert [] == redecide(record, LIBRARY.resolve(pack), calendar=CALENDAR)
