"""A log over other logs: what an office above the counties keeps of each county's checkpoints.

Every entry holds what it takes to judge it again: the note as the county's log signed it, and the
proof that it extends the one before.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from aidledger.domain.events.base import Code, Digest, Event, Source, Text

LogSize = Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991)]
"""How many entries a log has."""
NoteText = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{1,4000}[A-Za-z0-9+/]*={0,2}\Z")]
"""Base64 of a checkpoint's note, with the log's signature and whatever cosignatures it came with."""


class CountyLogTrusted(Event, frozen=True, kw_only=True):
    """县级日志登记: the name of a county's log, and the public keys that sign its checkpoints."""

    county: Code
    origin: Text
    source: Source = "office"
    vkeys: tuple[Text, ...]


class CheckpointGathered(Event, frozen=True, kw_only=True):
    """县级检查点入册: a county's checkpoint; ``proof`` shows that it extends the one of ``extends`` entries.

    ``extends`` is 0, and the proof empty, where none was gathered before.
    """

    extends: LogSize
    note: NoteText
    proof: tuple[Digest, ...]
    root: Digest
    size: LogSize
    source: Source = "office"


class CheckpointContradicted(Event, frozen=True, kw_only=True):
    """县级检查点矛盾: a county's log signed another root at a size of which a checkpoint was gathered."""

    note: NoteText
    root: Digest
    size: LogSize
    source: Source = "office"
