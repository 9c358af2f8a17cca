"""What grants, recognitions, choices and guardians make of a case (S4-013, S4-045, S4-075)."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from aidledger.domain.casestate import Case, Changes, Step
from aidledger.domain.events import helping
from aidledger.domain.helpstate import Grant, Work
from aidledger.domain.recorded import Recorded
from aidledger.domain.standingstate import Choice, Guardian, Recognition
from aidledger.domain.steps import special
from aidledger.domain.values import text_or_empty

_RUNNING: Final = frozenset({"approved", "terminating", "terminated"})
"""Stages of monthly support: help beside it leaves them as they are."""


def _granted(case: Case, at: Recorded, e: helping.HelpGranted) -> Changes:
    grant = Grant(
        amount_fen=e.amount_fen,
        help=e.help,
        cause=text_or_empty(e.cause),
        cause_on=text_or_empty(e.cause_on),
        from_month=text_or_empty(e.from_month),
        granted_on=at.effective_on,
        kind=e.kind,
        office=at.office,
        to_month=text_or_empty(e.to_month),
        way=e.way,
    )
    helped = replace(case.help, grants=(*case.help.grants, grant))
    # help once is all that such a case is for: nothing runs on that would have to be ended
    return {
        "help": helped,
        "stage": case.stage if case.stage in _RUNNING else "helped",
        **special.granted_of_bill(case, e),
    }


def _worked(case: Case, at: Recorded, e: helping.WorkEvidenced) -> Changes:
    work = Work(
        county=e.county,
        from_on=e.from_on,
        evidence=e.evidence is not None,
        to_on=text_or_empty(e.to_on),
    )
    return {"help": replace(case.help, work=(*case.help.work, work))}


def _standing(case: Case, **changes: object) -> Changes:
    return {"standing": replace(case.standing, **changes)}


def _recognised(case: Case, at: Recorded, e: helping.RecognitionGranted) -> Changes:
    one = Recognition(
        by_unit=e.by_unit,
        cause=e.cause,
        granted_on=at.effective_on,
        recognised=e.recognised,
        valid_to=text_or_empty(e.valid_to),
    )
    return _standing(case, recognitions=(*case.standing.recognitions, one))


def _recognition_ended(case: Case, at: Recorded, e: helping.RecognitionEnded) -> Changes:
    over = tuple(
        replace(one, ended_on=e.ended_on)
        if one.recognised == e.recognised and not one.ended_on
        else one
        for one in case.standing.recognitions
    )
    return _standing(case, recognitions=over)


def _stated(case: Case, at: Recorded, e: helping.StatementFiled) -> Changes:
    return _standing(case, stated=case.standing.stated | set(e.covers))


def _chosen(case: Case, at: Recorded, e: helping.ProgrammeChosen) -> Changes:
    if not e.consent:
        return {}
    choice = Choice(chosen=e.chosen, chosen_on=at.effective_on, given_up=e.given_up)
    return _standing(case, choices=(*case.standing.choices, choice))


def _guarded(case: Case, at: Recorded, e: helping.GuardianRecorded) -> Changes:
    # said again of somebody, only the last counts
    others = tuple(one for one in case.standing.guardians if one.guardian != e.guardian)
    one = Guardian(
        from_on=e.from_on, guardian=e.guardian, kind=e.kind, to_on=text_or_empty(e.to_on)
    )
    return _standing(case, guardians=(*others, one))


STEPS: Final[dict[type, Step]] = {
    helping.HelpGranted: _granted,
    helping.WorkEvidenced: _worked,
    helping.RecognitionGranted: _recognised,
    helping.RecognitionEnded: _recognition_ended,
    helping.StatementFiled: _stated,
    helping.ProgrammeChosen: _chosen,
    helping.GuardianRecorded: _guarded,
}
