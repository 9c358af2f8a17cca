"""Reads the records of a segment in their order: each strict, of its type, and linked to the one before.

What chains records is read out of many at once (`CheckData.heads`). Nothing is believed: at the first
doubt the fast way stops.
"""

from __future__ import annotations

import hashlib
from binascii import unhexlify
from itertools import count
from typing import Any, Final

from aidledger.archive.columns import Lines
from aidledger.ledger.careful import check_carefully
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.ledger.finding import Finding
from aidledger.ledger.tree import HASH_BYTES, LEAF_PREFIX, TILE_WIDTH, root_of_leaves
from aidledger.ledger.verify import windows
from aidledger.ledger.window import CheckData, Chunk, Ends, Heads, Job, Tile

_SEALED: Final = b"SegmentSealed"
_NO_HASH: Final = bytes(HASH_BYTES)
_OWN_COLUMNS: Final = frozenset({"stream", "version", "type", "recorded_at"})
"""What a database has beside a record, and an archive has not."""


class Walk:
    """The fast way through a segment's rows (position, record, leaf hash), window after window.

    With `lines` it fills them on its way.
    """

    def __init__(self, first: int, check_data: CheckData, lines: Lines | None = None) -> None:
        self.position = first
        self._columns = lines
        self.tiles: list[Tile] = []
        self.seals: list[tuple[int, bytes]] = []
        self._check_data = check_data
        self._firsts: dict[bytes, tuple[int, int, bytes]] = {}
        self._lasts: dict[bytes, tuple[int, bytes]] = {}
        self._first_time = self._time = b""

    def take(self, rows: list[Any]) -> bool:
        """Take the next rows; False at the first doubt. All but the last must be whole tiles."""
        sha256 = hashlib.sha256
        try:
            leaves = [sha256(LEAF_PREFIX + row[1]).digest() for row in rows]
        except TypeError:
            return False
        positions = range(self.position, self.position + len(rows))
        records = [row[1] for row in rows]
        if rows != list(zip(positions, records, leaves, strict=True)) or len(rows) % TILE_WIDTH:
            return False
        heads = self._check_data.heads(records)
        if heads is None or not self._link(records, leaves, heads):
            return False
        if self._columns is not None:
            self._columns.take_found(self.position, records, heads.found)
        for at in range(0, len(rows), TILE_WIDTH):
            root = root_of_leaves(leaves[at : at + TILE_WIDTH])
            self.tiles.append(Tile((self.position + at) // TILE_WIDTH, root, None))
        self.position += len(rows)
        return True

    def _link(self, records: list[bytes], leaves: list[bytes], heads: Heads) -> bool:
        """Hold what chains each record against the one before of its stream."""
        times = list(heads.times)
        if times[0] < self._time or times != sorted(times):
            return False
        lasts = self._lasts
        rows = zip(
            count(self.position),
            heads.streams,
            map(int, heads.versions),
            map(unhexlify, heads.prevs),
            leaves,
            strict=False,
        )
        for number, stream, version, prev, leaf in rows:
            before = lasts.get(stream)
            if before is None:
                if (version == 1) is bool(prev):
                    return False
                self._firsts[stream] = (number, version, prev)
            elif version != before[0] + 1 or prev != before[1]:
                return False
            lasts[stream] = (version, leaf)
        if _SEALED in heads.types:
            of_types = zip(count(self.position), records, heads.types, strict=False)
            self.seals += [(n, record) for n, record, name in of_types if name == _SEALED]
        self._first_time, self._time = self._first_time or times[0], times[-1]
        return True

    def ends(self) -> Ends:
        """Return where the streams begin and end, after the last rows."""
        firsts = [self._firsts[stream] for stream in self._lasts]
        return Ends(
            streams=b"\n".join(self._lasts).decode(),
            firsts=[(position, version) for position, version, _ in firsts],
            prevs=b"".join(prev or _NO_HASH for _, _, prev in firsts),
            lasts=[version for version, _ in self._lasts.values()],
            leaves=b"".join(leaf for _, leaf in self._lasts.values()),
            times=(self._first_time.decode(), self._time.decode()),
        )


def walk_carefully(
    rows: list[Any], first: int, check_data: CheckData | None
) -> tuple[list[Chunk], list[tuple[int, bytes]]]:
    """Check all rows of a segment one by one; return its windows, and the records of seals."""
    columns = [_with_columns(row) for row in rows]
    seals = [
        (row[0], row[5])
        for row in columns
        if row[3] == _SEALED.decode() and type(row[0]) is int and type(row[5]) is bytes
    ]
    chunks = [
        check_carefully(Job(start, part, -1, check_data)) for start, part in windows(columns, first)
    ]
    return [
        chunk._replace(findings=[one for one in chunk.findings if not _is_absent(one)])
        for chunk in chunks
    ], seals


def _with_columns(row: Any) -> tuple[Any, ...]:
    """Return a row with the columns that a database would have beside the record."""
    position, record, leaf = row
    try:
        entry = decode_entry(record)
    except EntryError:
        return position, None, None, None, None, record, leaf
    return position, entry.stream, entry.version, entry.type, entry.recorded_at, record, leaf


def _is_absent(finding: Finding) -> bool:
    """Whether a finding is about a column that an archive has not."""
    return finding.code == "column_type" and finding.field in _OWN_COLUMNS
