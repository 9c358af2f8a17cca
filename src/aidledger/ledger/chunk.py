"""Check one window of rows by itself: bytes, index columns, and what the whole needs to be joined.

A window without fault takes the fast way, column by column; at the first doubt the whole window is
read again carefully, and that way alone makes findings.
"""

from __future__ import annotations

import hashlib
from binascii import unhexlify
from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from typing import Any, Final, NamedTuple

from aidledger.ledger.careful import check_carefully
from aidledger.ledger.entry import all_well_formed, read_entries
from aidledger.ledger.tree import HASH_BYTES, LEAF_PREFIX, TILE_WIDTH
from aidledger.ledger.window import (
    CHUNK_ROWS,
    CheckData,
    Chunk,
    Columns,
    Heads,
    Job,
    Run,
    Span,
    tiles_of,
)

_PART_ROWS: Final = TILE_WIDTH
"""So many rows, with all that is made of them, stay in a processor's cache."""
_NO_PREV: Final = b"0" * (2 * HASH_BYTES)


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
    streams: Sequence[str]
    versions: Sequence[int]
    prevs: bytes
    runs: list[Run]


def _check_part(
    start: int, rows: list[Any], not_before: str, check_data: CheckData | None
) -> _Part | None:
    """Check some rows in which everything is right; None at the first doubt.

    Each question is asked of a whole column: a loop over rows would cost as much as the hashing.
    """
    if set(map(type, rows)) != {tuple}:
        return None
    try:
        positions, streams, versions, types, times, records, stored = zip(*rows, strict=True)
        heads = _decoded(records) if check_data is None else check_data.heads(records)
        if heads is None:
            return None
        sha256 = hashlib.sha256
        leaves = [sha256(LEAF_PREFIX + record).digest() for record in records]
        if (
            positions != tuple(range(start, start + len(rows)))
            or versions != tuple(map(int, heads.versions))
            or stored != tuple(leaves)
            # of what is equal only a value of another type can still be wrong: true is 1
            or set(map(type, positions + versions)) != {int}
            or set(map(type, records + stored)) != {bytes}
            or not _are_same(types, heads.types)
            or not _are_same(times, heads.times)
            or not _are_same(streams, heads.streams)
        ):
            return None
    except (TypeError, ValueError):
        return None  # a row of another width, a text that is none or no UTF-8
    if (
        times[0] < not_before
        or list(times) != sorted(times)
        or [version == 1 for version in versions] != [not prev for prev in heads.prevs]
    ):
        return None
    prevs = unhexlify(b"".join([prev or _NO_PREV for prev in heads.prevs]))
    return _Part(leaves, streams, versions, prevs, _runs(times, heads.causes))


def _are_same(texts: tuple[Any, ...], written: Sequence[bytes]) -> bool:
    """Whether texts are what is written, of which nothing holds a newline, one by one.

    Raises TypeError and ValueError where one is no text.
    """
    return "\n".join(texts).encode() == b"\n".join(written)


def _decoded(records: Sequence[bytes]) -> Heads | None:
    """Read records by the decoder alone; None at any doubt."""
    entries = read_entries(records)
    if entries is None or not all_well_formed(entries):
        return None
    return Heads(
        [one.type.encode() for one in entries],
        [one.cause.encode() for one in entries],
        [(one.prev or "").encode() for one in entries],
        [one.recorded_at.encode() for one in entries],
        [one.stream.encode() for one in entries],
        [b"%d" % one.version for one in entries],
    )


def _runs(times: Sequence[str], causes: Sequence[bytes]) -> list[Run]:
    """Take neighbours of one cause and time together."""
    return [
        Run(sum(1 for _ in several), recorded_at, cause.decode())
        for (recorded_at, cause), several in groupby(zip(times, causes, strict=True))
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
