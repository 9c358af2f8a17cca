"""Check one window of rows by itself: bytes, index columns, and what the whole needs to be joined.

A window without fault takes the fast way, column by column; at the first doubt the whole window is
read again carefully, and that way alone makes findings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby, islice, pairwise, starmap
from operator import attrgetter, gt
from typing import Any, Final, NamedTuple

from aidledger.ledger.careful import check_carefully
from aidledger.ledger.entry import Entry, all_well_formed, read_entries
from aidledger.ledger.tree import HASH_BYTES, LEAF_PREFIX, TILE_WIDTH
from aidledger.ledger.window import (
    CHUNK_ROWS,
    CheckData,
    Chunk,
    Columns,
    Job,
    Run,
    Span,
    tiles_of,
)

_PART_ROWS: Final = TILE_WIDTH
"""So many rows, with all that is made of them, stay in a processor's cache."""
_NO_PREV: Final = "0" * (2 * HASH_BYTES)


def check_chunk(job: Job) -> Chunk:
    """Check one window; never raises on data."""
    start, rows, keep_tile, check_data = job
    return _check_fast(start, rows, keep_tile, check_data) or check_carefully(job)


def check_span(span: Span) -> Chunk | None:
    """Read one whole window here and check it; None unless it is there and without any fault."""
    start, read, keep_tile, check_data = span
    chunk = _check_fast(start, read(start, start + CHUNK_ROWS), keep_tile, check_data)
    return chunk if chunk is not None and chunk.row_count == CHUNK_ROWS else None


def _check_fast(
    start: int, rows: Iterable[Any], keep_tile: int, check_data: CheckData | None
) -> Chunk | None:
    """Check a window in which everything is right; None at the first doubt."""
    source, stop, last_time = iter(rows), start, ""
    parts: list[_Part] = []
    while several := list(islice(source, _PART_ROWS)):
        part = _check_part(stop, several, last_time, check_data)
        if part is None:
            return None
        parts.append(part)
        stop += len(several)
        last_time = part.runs[-1].recorded_at
    if not parts:
        return None
    leaves = [leaf for part in parts for leaf in part.leaves]
    columns = Columns(
        streams="\n".join([stream for part in parts for stream in part.streams]),
        versions=[version for part in parts for version in part.versions],
        leaves=b"".join(leaves),
        prevs=b"".join([part.prevs for part in parts]),
        runs=[run for part in parts for run in part.runs],
    )
    return _clean(start, leaves, columns, keep_tile, last_time)


class _Part(NamedTuple):
    """What some rows of a window gave that are without fault."""

    leaves: list[bytes]
    streams: tuple[str, ...]
    versions: tuple[int, ...]
    prevs: bytes
    runs: list[Run]


def _check_part(
    start: int, rows: list[Any], not_before: str, check_data: CheckData | None
) -> _Part | None:
    """Check some rows in which everything is right; None at the first doubt.

    Each question is asked of a whole column: a loop over rows would cost as much as the hashing.
    """
    try:
        positions, streams, versions, types, times, records, stored = zip(*rows, strict=True)
        entries = read_entries(records)
        if (
            entries is None
            or positions != tuple(range(start, start + len(positions)))
            or set(map(type, positions + versions)) != {int}
            or versions != _column("version", entries)
            or streams != _column("stream", entries)
            or types != _column("type", entries)
            or times != _column("recorded_at", entries)
            or any(starmap(gt, pairwise((not_before, *times))))
            or not all_well_formed(entries)
            or (check_data is not None and not check_data.all_right(entries))
        ):
            return None
    except (TypeError, ValueError):
        return None  # a row that is not seven columns, or a column of another type
    sha256 = hashlib.sha256
    leaves = [sha256(LEAF_PREFIX + record).digest() for record in records]
    prevs = _packed_prevs(entries)
    if prevs is None or tuple(leaves) != stored:
        return None
    return _Part(leaves, streams, versions, prevs, _runs(entries))


def _column(name: str, entries: Sequence[Entry]) -> tuple[Any, ...]:
    """Return what the records say of one column."""
    return tuple(map(attrgetter(name), entries))


def _packed_prevs(entries: Sequence[Entry]) -> bytes | None:
    """Pack the links of well-formed entries; None if one begins a stream and has a link, or lacks it."""
    if any((one.prev is None) != (one.version == 1) for one in entries):
        return None
    return bytes.fromhex("".join([one.prev or _NO_PREV for one in entries]))


def _runs(entries: Sequence[Entry]) -> list[Run]:
    """Take neighbours of one cause and time together."""
    return [
        Run(sum(1 for _ in several), recorded_at, cause)
        for (recorded_at, cause), several in groupby(entries, attrgetter("recorded_at", "cause"))
    ]


def _clean(
    start: int, leaves: list[bytes], columns: Columns, keep_tile: int, last_time: str
) -> Chunk:
    """Give what a window without fault gave."""
    stop = start + len(leaves)
    tiles, edges = tiles_of(start, leaves, leaves, keep_tile)
    return Chunk(
        start=start,
        stop=stop,
        row_count=len(leaves),
        findings=[],
        missing=[],
        columns=columns,
        links=[],
        times=[(start, columns.runs[0].recorded_at), (stop - 1, last_time)],
        last_times=(last_time,),
        tiles=tiles,
        edges=edges,
    )
