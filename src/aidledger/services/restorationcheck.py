"""Restorations that the log tells of: each cosigned by an auditor who is known, and where it says.

Whoever puts an old copy back without leave, past the mark, can write such an entry as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from aidledger.domain.events.proving import LedgerRestored
from aidledger.ledger.finding import Finding
from aidledger.services.logwalk import Roots
from aidledger.services.restoring import cosignature_problem

Told = tuple[int, LedgerRestored]
"""Position and event of an entry."""


def check_restorations(
    told: Iterable[Told], roots: Roots, *, origin: str, auditors: frozenset[bytes]
) -> list[Finding]:
    """Return what is wrong with each restoration.

    Args:
        told: what the log tells of.
        roots: those of the entries, at the position of each.
        origin: the name of the log.
        auditors: public keys of the witnesses that genesis or a policy names; where there are none,
            whose key it is cannot be told.

    """
    findings = []
    for position, event in told:
        why = cosignature_problem(origin, position, event)
        known = roots.at.get(position)
        if not why and known is not None and bytes.fromhex(event.kept_root) not in known:
            why = "the log has another root there"
        if not why and auditors and bytes.fromhex(event.auditor.key) not in auditors:
            why = "the key is of no auditor that genesis or the policy names"
        if why:
            findings.append(
                Finding(
                    code="restoration_unproven",
                    position=position,
                    field="data.cosignature",
                    expected="an auditor's cosignature over both heads",
                    found=why[:200],
                )
            )
    return findings
