"""What chains records, read out of many at once where each is strict and right as its type has it.

Records of one type are laid out one a line and found by one expression: no value is made of what is
only looked at. What it does not find is read by the strict decoder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from aidledger.domain.events.catalog import EVENTS
from aidledger.ledger.entry import (
    MAX_RECORD_BYTES,
    Entry,
    EntryError,
    decode_entries,
)
from aidledger.ledger.window import CheckData, Head
from aidledger.replay.patterns import (
    AMENDING_TYPES,
    Lines,
    UnwrittenError,
    is_open_part,
    make_lines,
)

READ_FIRST: Final = 50
"""So many records of a type are decoded before its expression is made: that takes about as long."""

_LINES: Final[dict[bytes, Lines | None]] = {}
_SEEN: Final[Counter[bytes]] = Counter()
_NAMES: Final = frozenset(name.encode() for name in EVENTS if name not in AMENDING_TYPES)
"""Amendments are always decoded."""


def read_heads(records: Sequence[bytes], check_data: CheckData) -> list[Head] | None:
    """Return the head of each record; None where not every one is surely strict and right.

    `check_data` says so of records that are decoded.
    """
    try:
        if max(map(len, records), default=0) > MAX_RECORD_BYTES:
            return None
        by_type: dict[bytes, tuple[list[int], list[bytes]]] = {}
        for number, record in enumerate(records):
            name = record[10 : record.find(b'"', 10, 80)]
            group = by_type.get(name)
            if group is None:
                group = by_type[name] = ([], [])
            group[0].append(number)
            group[1].append(record)
    except (TypeError, AttributeError):
        return None  # a record that is no bytes
    heads: list[Head | None] = [None] * len(records)
    rest: list[int] = []
    for name, (numbers, several) in by_type.items():
        found = _found(name, several)
        if found is None:
            rest += numbers
            continue
        for number, head in zip(numbers, found, strict=True):
            heads[number] = head
    if rest:
        decoded = _decoded([records[number] for number in rest], check_data)
        if decoded is None:
            return None
        for number, head in zip(rest, decoded, strict=True):
            heads[number] = head
    return heads  # type: ignore[return-value]  # each has one now


def _found(name: bytes, records: list[bytes]) -> list[Head] | None:
    """Return the heads of records of one type; None where not every one is found."""
    if name not in _NAMES:
        return None
    if name not in _LINES:
        _SEEN[name] += len(records)
        if _SEEN[name] <= READ_FIRST:
            return None
        _LINES[name] = _made(name.decode())
    lines = _LINES[name]
    if lines is None:
        return None
    joined = b"\n".join((*records, b""))
    found: list[Any] = lines.find(joined)
    # as many lines as records: then none holds a newline, and each line is one record
    if len(found) != len(records) or joined.count(b"\n") != len(records):
        return None
    if lines.depth is None:
        return found
    if not all(is_open_part(one[2], lines.depth) for one in found):
        return None
    return [(*one[:2], *one[3:]) for one in found]


def _made(name: str) -> Lines | None:
    kind = EVENTS[name]
    try:
        return make_lines(name, kind.struct, kind.sealed, kind.stream)
    except UnwrittenError:
        return None


def _decoded(records: list[bytes], check_data: CheckData) -> list[Head] | None:
    """Read records by the strict decoder; None at any doubt."""
    try:
        entries = decode_entries(records)
    except EntryError:
        return None
    return [_head(entry) for entry in entries] if check_data.all_right(entries) else None


def _head(entry: Entry) -> Head:
    return (
        entry.type.encode(),
        entry.cause.encode(),
        (entry.prev or "").encode(),
        entry.recorded_at.encode(),
        entry.stream.encode(),
        b"%d" % entry.version,
    )
