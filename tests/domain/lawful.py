"""The facts of a lawful case, and of each act on it, from which clause tests depart."""

from __future__ import annotations

from typing import Any

Changes = dict[str, Any]
"""Facts by dotted path (``case.stage``)."""

LAWFUL: dict[str, dict[str, Any]] = {
    "day": {"effective_on": "2022-02-25", "recorded_on": "2022-02-25"},
    "carer": {
        "registered": True,
        "qualified": True,
        "last_score": 59,
        "review_since": "",
        "certified_to": "2022-12-31",
    },
    "run": {"drafted_by": "clerk", "lines": 3, "total_fen": 9, "approved": False},
    "complaint": {"subject_officer": "zhao"},
    "fund": {"programme": "tekun", "balance_fen": 800, "account_opened": True},
    "stock": {"units": 5, "value_fen": 500},
    "person": {
        "applied_programmes": [],
        "supported_programmes": [],
        "entitled_programmes": [],
        "given_up": [],
        "rostered_programmes": [],
    },
    "contract": {"runs": True, "hours_month": 8, "open_hours": 8, "open_fen": 90},
    "case": {
        "stage": "submitted",
        "programme": "tekun",
        "route": "self",
        "stated": ["livelihood", "obligors", "work_ability"],
        "age_years": 66,
        "relative_of": ["zhao"],
        "accepted_on": "2022-01-10",
        "materials_complete": True,
        "household_surveyed": True,
        "survey_investigators": 2,
        "survey_signed": True,
        "survey_doubt": False,
        "comparison_doubt": False,
        "neighbour_visited": True,
        "letter_obtained": False,
        "data_compared": True,
        "data_compared_on": "2022-01-12",
        "open_hits": 0,
        "appraisal_held": True,
        "appraisal_waived": False,
        "disability_kind": "",
        "disability_grade": 0,
        "in_school": False,
        "school_stage": "",
        "has_income": False,
        "property_within_limit": True,
        "obligor_assessed": True,
        "obligor_able": False,
        "opinion": "approve",
        "opinion_on": "2022-01-20",
        "opinion_by": "qian",
        "handlers": ["sun", "li"],
        "publicity_from": "2022-02-09",
        "publicity_to": "2022-02-16",
        "publicity_evidence": True,
        "open_objections": 0,
        "submitted_on": "2022-02-17",
        "approved": True,
        "from_month": "2022-03",
        "form": "decentralised",
        "consent": True,
        "ability": "partly",
        "alive": True,
        "died_on": "",
        "prison_or_missing": False,
        "suspended": False,
        "terminated": False,
        "end_month": "",
        "entitled_fen": 136_300,
        "paid_months_has_act_month": False,
        "termination_reported": True,
        "termination_audited": True,
        "spot_checked": True,
        "carer": "",
        "bearers": ["wang"],
        "paid_fen": 400,
        "recovery_open_fen": 100,
        "area": "rural",
        "claims": [
            {
                "claim": "bill-1",
                "incurred_on": "2022-02-20",
                "rest_fen": 800,
                "settled": ["basic", "serious", "assistance"],
            }
        ],
        "housing_assessed": True,
        "housing_hardship": True,
        "dilapidated": True,
    },
}
ACTS: dict[str, dict[str, Any]] = {
    "ApplicationAccepted": {"case.stage": "applied"},
    "AppraisalWaived": {"act.ground": "no_doubt"},
    "ReviewOpinionGiven": {"act.opinion": "approve"},
    "PublicityStarted": {"act.planned_to": "2022-03-04", "act.complaint_phone": "0851-1"},
    "ApplicationApproved": {
        "act.limb": "age",
        "act.from_month": "2022-03",
        "act.office_kind": "civil_affairs",
    },
    "ApplicationRefused": {"act.reasons": ["income"], "act.office_kind": "civil_affairs"},
    "TerminationApproved": {
        "act.ground": "income",
        "act.last_month": "2022-02",
        "act.office_kind": "civil_affairs",
    },
    "TerminationPublished": {"act.planned_to": "2022-03-04", "case.terminated": True},
    "SupportFormSet": {"act.consent": True, "act.form": "concentrated", "act.institution": "i1"},
    "PlacementMade": {"act.institution": "i1", "case.form": "concentrated"},
    "EntitlementSet": {
        "act.from_month": "2022-03",
        "act.reason": "standard",
        "act.monthly_fen": 5,
        "act.computed_fen": 5,
    },
    "BearerAssigned": {"act.bearer": "he", "act.replaces": "wang"},
    "CareEntrusted": {"act.consent": True, "act.carer": "c1", "act.relation": "relative"},
    "CareClassSet": {"act.care_class": "first", "act.ground": "extreme_hardship"},
    "AbilityAssessed": {"act.office_kind": "civil_affairs"},
    "IllnessSuspected": {"act.designated": True},
    "SupportResumed": {"case.suspended": True},
    "SupportReviewed": {"act.still_eligible": True},
    "PaymentRostered": {"act.kind": "regular", "act.month": "2022-03", "act.amount_fen": 136_300},
    "PayRunApproved": {"act.lines": 3, "act.total_fen": 9},
    "BankFileIssued": {"act.lines": 3, "act.total_fen": 9, "run.approved": True},
    "CarerDisqualified": {"act.ground": "score"},
    "ComplaintRegistered": {"act.handler": "wu"},
    "ComplaintExtended": {"act.days": 30},
    "FundDisbursed": {"act.purpose": "basic_living"},
    "FundTransferred": {"act.amount_fen": 800},
    "RecognitionGranted": {
        "act.office": "520123-union",
        "act.by_unit": "520123-union",
        "act.cause": "illness",
        "act.recognised": "marginal",
    },
    "RecoveryOrdered": {
        "act.amount_fen": 300,
        "act.due_on": "2022-03-25",
        "act.from_month": "2022-01",
        "act.to_month": "2022-02",
    },
    "RecoveryWaived": {"act.amount_fen": 100},
    "GoodsIssued": {"act.quantity": 1, "act.value_fen": 100, "act.case": "case/1"},
    "HelpGranted": {
        "act.help": "medical",
        "act.detail": "fund",
        "act.cause": "bill-1",
        "act.amount_fen": 800,
        "act.way": "money",
    },
    "ContributionPaid": {"act.scheme": "basic", "act.year": 2022, "act.amount_fen": 32_000},
    "MedicalCostSettled": {"act.total_fen": 9, "act.basic_fen": 5, "act.serious_fen": 3},
    "ServiceAccepted": {"act.hours": 8, "act.amount_fen": 90},
}


def lawful(act: str, *changes: Changes) -> dict[str, Any]:
    facts = {root: dict(values) for root, values in LAWFUL.items()}
    facts["act"] = {"type": act, "actor": "zhou", "effective_on": "2022-02-25"}
    for path, value in [
        item for change in (ACTS.get(act, {}), *changes) for item in change.items()
    ]:
        root, name = path.split(".")
        facts[root][name] = value
    return facts
