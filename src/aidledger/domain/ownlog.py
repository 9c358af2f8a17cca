"""What an event says of the log that it stands in: the root at a size. It must be so, and `verify` asks."""

from __future__ import annotations

from typing import Final, NamedTuple

from aidledger.domain.events.base import Event
from aidledger.domain.events.doubt import DoubtRaised, DoubtSeenAgain
from aidledger.domain.events.proving import GenerationCertified

SAYING: Final = (DoubtRaised, DoubtSeenAgain, GenerationCertified)
"""The events that say it."""


class SaidOfLog(NamedTuple):
    """A root (hex) of the log at a size, and the fields of the event that say size and root."""

    size: int
    root: str
    fields: tuple[str, str]


def said_of_log(event: Event) -> SaidOfLog | None:
    """Return what an event says of the log, if it does."""
    match event:
        case GenerationCertified():
            return SaidOfLog(event.size, event.root, ("size", "root"))
        case DoubtRaised() | DoubtSeenAgain() if event.log_root and event.log_size is not None:
            return SaidOfLog(event.log_size, event.log_root, ("log_size", "log_root"))
    return None
