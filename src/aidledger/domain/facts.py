"""The typed facts a clause may ask about: a case, an act and a day, as plain maps for CEL.

Roots: ``case.``, ``act.``, ``day.``, ``carer.``, ``run.`` and ``params.`` (from the pack). Days and
months are ISO text, so that they compare as text; what is not known is empty text, 0 or false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Final

import msgspec

from aidledger.domain.asked import applicant, helping, household, special
from aidledger.domain.carer import Carer
from aidledger.domain.casestate import Case
from aidledger.domain.complaint import Complaint
from aidledger.domain.events.base import Event
from aidledger.domain.payrun import PayRun
from aidledger.domain.policy.clause import ManyFacts
from aidledger.domain.values import age_or_unknown

Facts = dict[str, Any]

SENSITIVE: Final = (
    household.SENSITIVE
    | helping.SENSITIVE
    | {"case.ability_items", "case.ability_failed", "case.disability_kind", "case.disability_grade"}
)
"""Facts that may stand in no entry; a decision that used them seals them."""


class ActFacts(ManyFacts, Mapping[str, Any]):
    """The facts of the act itself: its type, actor, office, day and each field of its data.

    ``office_kind`` is empty where the ledger does not know the office.
    """

    __slots__ = ("_event", "_own")

    def __init__(
        self,
        name: str,
        event: Event,
        *,
        actor: str,
        office: str,
        office_kind: str,
        effective_on: str,
    ) -> None:
        self._event = event
        self._own: Facts = {
            "type": name,
            "actor": actor,
            "office": office,
            "office_kind": office_kind,
            "effective_on": effective_on,
        }

    def __getitem__(self, name: str) -> Any:
        if name in self._own:
            return self._own[name]
        if name in self._event.__struct_fields__:
            value = getattr(self._event, name)
            if isinstance(value, (str, int)):
                return value
            if isinstance(value, (list, tuple)):
                return list(msgspec.to_builtins(value))
        raise KeyError(name)

    def many(self, names: tuple[str, ...], missing: object) -> list[Any]:
        """Return the fact of each name, or what stands for a missing one."""
        own, event = self._own, self._event
        fields = event.__struct_fields__
        found = []
        for name in names:
            value = own[name] if name in own else getattr(event, name, missing)
            if type(value) is not str and type(value) is not int:
                value = self.get(name, missing)
            found.append(value if name in own or name in fields else missing)
        return found

    def __iter__(self) -> Iterator[str]:
        names = dict.fromkeys((*self._own, *self._event.__struct_fields__))
        return (name for name in names if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class CaseFacts(ManyFacts, Mapping[str, Any]):
    """The facts of a case on a day, worked out as they are asked for.

    Args:
        case: the folded case.
        on: the day the act takes effect.
        month: the month the act is about, for what is due and what is already rostered.
        revealed: sealed facts opened for this decision (``disability_kind``, ``disability_grade``,
            ``ability_items``: one mark an item, 1 where failed), and categories by their
            commitment; empty where there is none.

    """

    __slots__ = ("case", "month", "on", "revealed")

    def __init__(
        self, case: Case, *, on: str, month: str, revealed: Mapping[str, str] | None = None
    ) -> None:
        self.case, self.on, self.month = case, on, month
        self.revealed = revealed or {}

    def __getitem__(self, name: str) -> Any:
        return _CASE_FACTS[name](self)

    def many(self, names: tuple[str, ...], missing: object) -> list[Any]:
        """Return the fact of each name, or what stands for a missing one."""
        return [_CASE_FACTS[name](self) if name in _CASE_FACTS else missing for name in names]

    def __iter__(self) -> Iterator[str]:
        return iter(_CASE_FACTS)

    def __len__(self) -> int:
        return len(_CASE_FACTS)


_CASE_FACTS: Final[dict[str, Callable[[CaseFacts], Any]]] = {
    name: attrgetter(f"case.{name}")
    for name in (
        "stage",
        "programme",
        "birth_on",
        "area",
        "died_on",
        "accepted_on",
        "materials_complete",
        "survey_signed",
        "survey_doubt",
        "has_income",
        "property_within_limit",
        "neighbour_visited",
        "false_statement",
        "letter_obtained",
        "obligor_assessed",
        "obligor_able",
        "appraisal_held",
        "appraisal_passed",
        "opinion",
        "opinion_on",
        "opinion_by",
        "publicity_from",
        "publicity_planned_to",
        "publicity_to",
        "publicity_evidence",
        "county_publicity_from",
        "county_publicity_to",
        "reinvestigated_on",
        "submitted_on",
        "county_reviewed",
        "spot_checked",
        "decided_on",
        "decided_by",
        "from_month",
        "consent",
        "institution",
        "account",
        "carer",
        "care_class",
        "termination_audited",
        "paid_fen",
        "recovery_open_fen",
    )
} | {
    # the person
    "age_years": lambda f: age_or_unknown(f.case.birth_on, f.on),
    "age_years_in_month": lambda f: age_or_unknown(f.case.birth_on, f"{f.month}-01"),
    "disability_kind": lambda f: f.revealed.get("disability_kind", ""),
    "disability_grade": lambda f: int(f.revealed.get("disability_grade") or 0),
    "ability_items": lambda f: len(f.revealed.get("ability_items", "")),
    "ability_failed": lambda f: f.revealed.get("ability_items", "").count("1"),
    "in_school": lambda f: bool(f.case.school_stage(f.on)),
    "school_stage": lambda f: f.case.school_stage(f.on),
    "alive": lambda f: not f.case.died_on,
    "prison_or_missing": lambda f: f.case.away_in(f.month),
    "relative_of": lambda f: list(f.case.relative_of),
    # the procedure
    "household_surveyed": lambda f: bool(f.case.surveyed_on),
    "survey_investigators": lambda f: len(set(f.case.investigators)),
    "handlers": lambda f: list(f.case.investigators),
    "data_compared": lambda f: bool(f.case.compared_on),
    "data_compared_on": lambda f: f.case.compared_on,
    "open_hits": lambda f: len(f.case.open_hits),
    "comparison_doubt": lambda f: f.case.had_hits,
    "appraisal_waived": lambda f: bool(f.case.appraisal_waived),
    "open_objections": lambda f: len(f.case.open_objections),
    "approved": lambda f: bool(f.case.from_month),
    "approved_on": lambda f: f.case.decided_on if f.case.from_month else "",
    # the support
    "ability": lambda f: f.case.ability_on(f.on),
    "form": lambda f: f.case.form_on(f.on),
    "bearers": lambda f: sorted(f.case.bearers),
    "suspended": lambda f: f.case.suspended_in(f.month),
    "terminated": lambda f: bool(f.case.terminated_on),
    "end_month": lambda f: f.case.last_payable_month,
    "entitled_fen": lambda f: f.case.payable_fen(f.month),
    "paid_months_has_act_month": lambda f: f.month in f.case.rostered_months,
    "returned_months_has_act_month": lambda f: any(
        month == f.month for month, _, _ in f.case.returned_fen
    ),
    "termination_reported": lambda f: bool(f.case.termination_reported_on),
    **household.FACTS,
    **helping.FACTS,
    **special.FACTS,
    **applicant.FACTS,
}
"""Every fact of a case, by the name that clauses know it by."""


MONTHLY: Final = ("PaymentIssued", "PaymentRostered", "VisitMade")
"""The entries that a supported case has most of."""
OF_MONTHLY: Final = frozenset(
    {"case.granted_unpaid_fen", "case.paid_fen", "case.paid_months_has_act_month"}
)
"""The facts of a case that these feed: a decision that read none of them is the same without them."""

_NO_CARER: Final[Facts] = {
    "registered": False,
    "qualified": False,
    "last_score": -1,
    "review_since": "",
    "certified_to": "",
}
_NO_RUN: Final[Facts] = {
    "opened": False,
    "approved": False,
    "drafted_by": "",
    "lines": 0,
    "total_fen": 0,
    "month": "",
}


def carer_facts(carer: Carer | None) -> Facts:
    """Return the facts of a carer; all empty where there is none."""
    if carer is None:
        return _NO_CARER
    return {
        "registered": carer.registered,
        "qualified": carer.qualified,
        "last_score": carer.last_score,
        "review_since": carer.review_since,
        "certified_to": carer.certified_to,
    }


def complaint_facts(complaint: Complaint | None) -> Facts:
    """Return the facts of a complaint; empty text where nobody is named."""
    if complaint is None:
        return {}
    return {
        "subject_officer": complaint.subject_officer,
        "handler": complaint.handler,
        "received_on": complaint.received_on,
        "extended": complaint.extensions > 0,
        "answered_on": complaint.answered_on,
        "review_answered_on": complaint.review_answered_on,
        "closed": bool(complaint.second_review_answered_on),
    }


def run_facts(run: PayRun | None) -> Facts:
    """Return the facts of a pay run; all empty where there is none."""
    if run is None:
        return _NO_RUN
    return {
        "opened": bool(run.opened_by),
        "approved": run.approved,
        "drafted_by": run.opened_by,
        "lines": run.lines,
        "total_fen": run.total_fen,
        "month": run.month,
    }
