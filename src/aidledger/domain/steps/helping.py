"""What grants and recognitions make of a case (S4-013, S4-045)."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from aidledger.domain.casestate import Case, Changes, Step
from aidledger.domain.events import helping
from aidledger.domain.helpstate import Grant
from aidledger.domain.recorded import Recorded
from aidledger.domain.standingstate import Recognition


def _text(value: str | UnsetType) -> str:
    """Return the value of an optional field, empty where it was left out."""
    return "" if value is UNSET else value


def _granted(case: Case, at: Recorded, e: helping.HelpGranted) -> Changes:
    grant = Grant(
        amount_fen=e.amount_fen,
        help=e.help,
        cause=_text(e.cause),
        from_month=_text(e.from_month),
        granted_on=at.effective_on,
        kind=e.kind,
        office=at.office,
        to_month=_text(e.to_month),
        way=e.way,
    )
    return {"help": replace(case.help, grants=(*case.help.grants, grant))}


def _standing(case: Case, **changes: object) -> Changes:
    return {"standing": replace(case.standing, **changes)}


def _recognised(case: Case, at: Recorded, e: helping.RecognitionGranted) -> Changes:
    one = Recognition(
        by_unit=e.by_unit,
        cause=e.cause,
        granted_on=at.effective_on,
        recognised=e.recognised,
        valid_to=_text(e.valid_to),
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
    return _standing(
        case,
        stated=case.standing.stated | set(e.covers),
        declared_true=e.true_declared,
    )


def _chosen(case: Case, at: Recorded, e: helping.ProgrammeChosen) -> Changes:
    if not e.consent:
        return {}
    return _standing(case, given_up=case.standing.given_up | {e.given_up})


STEPS: Final[dict[type, Step]] = {
    helping.HelpGranted: _granted,
    helping.RecognitionGranted: _recognised,
    helping.RecognitionEnded: _recognition_ended,
    helping.StatementFiled: _stated,
    helping.ProgrammeChosen: _chosen,
}
