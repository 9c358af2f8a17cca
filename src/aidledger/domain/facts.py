"""The typed facts a clause may ask about: a case, an act and a day, as plain maps for CEL.

Roots: ``case.``, ``act.``, ``day.``, ``carer.``, ``run.`` and ``params.`` (from the pack). Days and
months are ISO text, so that they compare as text; what is not known is empty text, 0 or false.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from aidledger.domain.carer import Carer
from aidledger.domain.case import Case
from aidledger.domain.complaint import Complaint
from aidledger.domain.events.base import Event
from aidledger.domain.payrun import PayRun
from aidledger.domain.values import age_on

Facts = dict[str, Any]

SENSITIVE: Final = frozenset({"case.disability_kind", "case.disability_grade"})
"""Facts that may stand in no entry; a decision that used them seals them."""


def act_facts(
    name: str, event: Event, *, actor: str, office: str, office_kind: str, effective_on: str
) -> Facts:
    """Return the facts of the act itself: its type, actor, office, day and each field of its data.

    ``office_kind`` is empty where the ledger does not know the office.
    """
    fields = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in msgspec.to_builtins(event).items()
        if isinstance(value, (str, int, bool, list, tuple))
    }
    return {
        **fields,
        "type": name,
        "actor": actor,
        "office": office,
        "office_kind": office_kind,
        "effective_on": effective_on,
    }


def case_facts(
    case: Case, *, on: str, month: str, revealed: Mapping[str, str] | None = None
) -> Facts:
    """Return the facts of a case on a day.

    Args:
        case: the folded case.
        on: the day the act takes effect.
        month: the month the act is about, for what is due and what is already rostered.
        revealed: sealed facts opened for this decision (``disability_kind``,
            ``disability_grade``); empty where nothing was certified.

    """
    opened = revealed or {}
    in_school = bool(case.in_school) and (not case.school_to or case.school_to >= on)
    return {
        "stage": case.stage,
        "programme": case.programme,
        "age_years": _age_years(case.birth_on, on),
        "birth_on": case.birth_on,
        "area": case.area,
        "disability_kind": opened.get("disability_kind", ""),
        "disability_grade": int(opened.get("disability_grade") or 0),
        "in_school": in_school,
        "school_stage": case.in_school if in_school else "",
        "alive": not case.died_on,
        "died_on": case.died_on,
        "prison_or_missing": bool(case.whereabouts),
        "relative_of": list(case.relative_of),
        **_procedure_facts(case),
        **_support_facts(case, month),
    }


def _age_years(birth_on: str, on: str) -> int:
    """Return the age in full years, -1 where the ledger holds no usable day of birth."""
    try:
        return age_on(birth_on, on)
    except ValueError:
        return -1


def _procedure_facts(case: Case) -> Facts:
    """Return what the procedure has reached: investigation, opinion, publicity, decision."""
    return {
        "accepted_on": case.accepted_on,
        "materials_complete": case.materials_complete,
        "household_surveyed": bool(case.surveyed_on),
        "survey_investigators": len(set(case.investigators)),
        "survey_signed": case.survey_signed,
        "survey_doubt": case.survey_doubt,
        "handlers": list(case.investigators),
        "has_income": case.has_income,
        "property_within_limit": case.property_within_limit,
        "neighbour_visited": case.neighbour_visited,
        "letter_obtained": case.letter_obtained,
        "data_compared": bool(case.compared_on),
        "data_compared_on": case.compared_on,
        "open_hits": len(case.open_hits),
        "comparison_doubt": case.had_hits,
        "obligor_assessed": case.obligor_assessed,
        "obligor_able": case.obligor_able,
        "appraisal_held": case.appraisal_held,
        "appraisal_passed": case.appraisal_passed,
        "appraisal_waived": bool(case.appraisal_waived),
        "opinion": case.opinion,
        "opinion_on": case.opinion_on,
        "opinion_by": case.opinion_by,
        "publicity_from": case.publicity_from,
        "publicity_planned_to": case.publicity_planned_to,
        "publicity_to": case.publicity_to,
        "publicity_evidence": case.publicity_evidence,
        "open_objections": len(case.open_objections),
        "submitted_on": case.submitted_on,
        "county_reviewed": case.county_reviewed,
        "spot_checked": case.spot_checked,
        "approved": bool(case.from_month),
        "approved_on": case.decided_on if case.from_month else "",
        "decided_on": case.decided_on,
        "decided_by": case.decided_by,
        "from_month": case.from_month,
    }


def _support_facts(case: Case, month: str) -> Facts:
    """Return what is being given: form, ability, entitlement, payments, care, end."""
    return {
        "form": case.form,
        "consent": case.consent,
        "institution": case.institution,
        "ability": case.ability,
        "suspended": bool(case.suspended_from) and month >= case.suspended_from,
        "terminated": bool(case.terminated_on),
        "end_month": case.last_payable_month,
        "entitled_fen": case.payable_fen(month),
        "paid_months_has_act_month": month in case.rostered_months,
        "returned_months_has_act_month": month in case.returned_months,
        "account": case.account,
        "carer": case.carer,
        "termination_reported": bool(case.termination_reported_on),
        "termination_audited": case.termination_audited,
    }


def carer_facts(carer: Carer | None) -> Facts:
    """Return the facts of a carer; all empty where there is none."""
    if carer is None:
        return {"registered": False, "qualified": False, "last_score": -1}
    return {
        "registered": carer.registered,
        "qualified": carer.qualified,
        "last_score": carer.last_score,
    }


def complaint_facts(complaint: Complaint | None) -> Facts:
    """Return the facts of a complaint; empty text where nobody is named."""
    if complaint is None:
        return {}
    return {
        "subject_officer": complaint.subject_officer,
        "handler": complaint.handler,
        "received_on": complaint.received_on,
        "extended": complaint.extended_days > 0,
    }


def run_facts(run: PayRun | None) -> Facts:
    """Return the facts of a pay run; all empty where there is none."""
    if run is None:
        return {
            "opened": False,
            "approved": False,
            "drafted_by": "",
            "lines": 0,
            "total_fen": 0,
            "month": "",
        }
    return {
        "opened": bool(run.opened_by),
        "approved": run.approved,
        "drafted_by": run.opened_by,
        "lines": run.lines,
        "total_fen": run.total_fen,
        "month": run.month,
    }
