"""The entries that an act on a doubt names, as they stand today."""

from __future__ import annotations

from collections.abc import Iterable

from aidledger.domain.recorded import Recorded, standing
from aidledger.services.decoding import readable
from aidledger.services.session import Session


def named_entries(session: Session, positions: Iterable[int]) -> tuple[Recorded, ...]:
    """Return the entries at some positions, with corrections applied; what was annulled is left out."""
    wanted = frozenset(positions)
    rows = [row for at in sorted(wanted) for row in session.store.read(at, at + 1)]
    streams = {entry.stream for entry in readable(session.store, rows)}
    return tuple(
        entry
        for stream in sorted(streams)
        for entry in standing(session.stream(stream))
        if entry.position in wanted
    )
