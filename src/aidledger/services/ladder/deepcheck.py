"""The last rungs: decisions taken again, derivations compared, what was sealed and closed worked out anew.

They need more than the log's bytes: the adopted packs, the sealed facts where the secrets are at
hand, and the read models. What could not be checked is said, and never counts as right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from aidledger.domain.policy.decision import Difference
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung, RungStatus
from aidledger.services.cases.history import case_streams
from aidledger.services.decisions.redeciding_all import repeat_cases
from aidledger.services.generations.rebuilding import disagreements
from aidledger.services.ladder.closingcheck import check_closings
from aidledger.services.ladder.indexcheck import check_indexes
from aidledger.services.ladder.packcheck import check_packs
from aidledger.services.ladder.vaultcheck import VALUES, check_vault
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session

DECISIONS: Final = "decisions"
MODELS: Final = "models"
INDEXES: Final = "indexes"
CLOSINGS: Final = "closings"
_LATE: Final = "month_late_payment_unlisted"


class DeepReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the upper rungs found; ``decisions`` were taken again, ``unchecked`` could not be.

    ``leads`` are for the audit: payments of a closed month that no supplement has yet.
    """

    decisions: int
    unchecked: int
    findings: tuple[Finding, ...]
    leads: tuple[Finding, ...]
    rungs: tuple[Rung, ...]


def not_asked() -> tuple[Rung, ...]:
    """Return the rungs as they stand where nobody asked for them."""
    why = "not asked for: verify --deep"
    return tuple(
        Rung(name=name, status="not_made", why=why)
        for name in (DECISIONS, MODELS, INDEXES, CLOSINGS, VALUES)
    )


def deep_check(
    session: Session, *, progress: Callable[[int, int], None] | None = None
) -> DeepReport:
    """Take every recorded decision again, compare two derivations, work out and open what was sealed.

    Args:
        session: an opened ledger; with its secrets the sealed facts are checked too.
        progress: told the cases done, and all of them.

    """
    streams, size = case_streams(session), session.store.head().size
    decided = unchecked = 0
    findings = check_packs(session)
    for number, (stream, repeated) in enumerate(repeat_cases(session, streams, size), start=1):
        if isinstance(repeated, ServiceError):
            findings.append(_not_replayed(stream, str(repeated)))
            continue
        for one in repeated:
            decided += 1
            unchecked += any(d.kind == "unchecked" for d in one.differences)
            findings += [
                _differs(one.position, stream, difference)
                for difference in one.differences
                if difference.kind != "unchecked"
            ]
        if progress is not None:
            progress(number, len(streams))
    agreed = [
        Finding(
            code="model_disagrees",
            position=None,
            stream=difference.case,
            field=f"case_state.{difference.column}",
            expected=str(difference.folded),
            found=str(difference.derived),
        )
        for difference in disagreements(session)
    ]
    sealed = check_indexes(session.store)
    closed = check_closings(session.store)
    shut, values = check_vault(session)
    wrong = [one for one in closed if one.code != _LATE]
    return DeepReport(
        decisions=decided,
        unchecked=unchecked,
        findings=(*findings, *agreed, *sealed, *wrong, *shut),
        leads=tuple(one for one in closed if one.code == _LATE),
        rungs=(
            _rung(findings, unchecked),
            Rung(name=MODELS, status=_status(agreed)),
            Rung(name=INDEXES, status=_status(sealed)),
            Rung(name=CLOSINGS, status=_status(wrong)),
            values,
        ),
    )


def _differs(position: int, stream: str, difference: Difference) -> Finding:
    """Return the finding of a decision that comes out otherwise."""
    return Finding(
        code="decision_differs",
        position=position,
        stream=stream,
        field=f"decision.{difference.kind}.{difference.name}",
        expected=difference.expected,
        found=difference.found,
    )


def _not_replayed(stream: str, why: str) -> Finding:
    """Return the finding of a case whose decisions can't be taken again."""
    return Finding(
        code="decision_not_replayed",
        position=None,
        stream=stream,
        field="decision",
        expected="a policy pack that can be read",
        found=why,
    )


def _rung(findings: list[Finding], unchecked: int) -> Rung:
    """Return the rung of the decisions; sealed facts that stayed shut leave it open."""
    if not findings and unchecked:
        why = f"{unchecked} decisions rest on sealed facts that were not opened"
        return Rung(name=DECISIONS, status="not_made", why=why)
    return Rung(name=DECISIONS, status=_status(findings))


def _status(findings: list[Finding]) -> RungStatus:
    """Return the status of a rung by what it found."""
    return "damaged" if findings else "ok"
