"""Decided by an office that had no power to."""

from __future__ import annotations

from aidledger.domain.events import decision
from aidledger.services.simulation.irregularities.scene import Kind, at, changed


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F044",
            note_zh="乡镇未经下放自行批准",
            note_en="a township approved, and nobody had delegated the power to it",
            plan=changed(township_decides=True, despite=True),
            find=at(decision.ApplicationApproved),
        ),
    )
