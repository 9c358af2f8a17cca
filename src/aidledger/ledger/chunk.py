"""Check one window of rows by itself: bytes, index columns, and what the whole needs to be joined.

A window without fault takes the fast way; at the first doubt the whole window is read again
carefully, and that way alone makes findings.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from typing import Any

from aidledger.ledger.careful import check_carefully
from aidledger.ledger.entry import is_stream, is_time, names_ok, numbers_ok, read_entry
from aidledger.ledger.tree import HASH_BYTES, LEAF_PREFIX
from aidledger.ledger.window import Chunk, Job, tiles_of


def check_chunk(job: Job) -> Chunk:
    """Check one window; never raises on data."""
    start, rows, keep_tile, check_data = job
    return _check_fast(start, rows, keep_tile, check_data, None) or check_carefully(job)


def check_span(span: Span) -> Chunk | None:
    """Read one whole window here and check it; None unless it is there and without any fault."""
    start, read, keep_tile, check_data = span
    rows = read(start, start + CHUNK_ROWS)
    chunk = _check_fast(start, rows, keep_tile, check_data, [])
    return chunk if chunk is not None and chunk.row_count == CHUNK_ROWS else None


def _check_fast(
    start: int,
    rows: Iterable[Any],
    keep_tile: int,
    check_data: CheckData | None,
    runs: list[Run] | None,
) -> Chunk | None:
    """Check a window in which everything is right; None at the first doubt."""
    sha256 = hashlib.sha256
    expected = start
    leaves: list[bytes] = []
    streams: list[str] = []
    versions: list[int] = []
    prevs: list[str] = []
    starts: list[tuple[int, str, bytes]] = []
    names = None
    first_time = last_time = ""
    try:
        for position, stream, version, type_name, recorded_at, record, stored in rows:
            if (
                type(position) is not int
                or position != expected
                or type(version) is not int
                or type(stored) is not bytes
                or (entry := read_entry(record)) is None
            ):
                return None
            leaf = sha256(LEAF_PREFIX + record).digest()
            if (
                leaf != stored
                or entry.stream != stream
                or entry.version != version
                or entry.type != type_name
                or entry.recorded_at != recorded_at
                or not (is_stream(stream) and numbers_ok(entry))
                or (check_data is not None and any(True for _ in check_data(entry)))
            ):
                return None
            if recorded_at != last_time:
                if recorded_at < last_time or not is_time(recorded_at):
                    return None
                last_time = recorded_at
                first_time = first_time or recorded_at
                starts.append((expected, recorded_at, record))
            # neighbours mostly share these: compare first, ask about their forms when they change
            shared = (type_name, entry.actor, entry.cause, entry.office, entry.effective_on)
            if shared != names:
                if not names_ok(*shared):
                    return None
                names = shared
                if starts[-1][0] != expected:
                    starts.append((expected, recorded_at, record))
            if (prev := entry.prev) is None:
                if version != 1:
                    return None
                prev = _NO_PREV
            elif version == 1:
                return None
            prevs.append(prev)
            leaves.append(leaf)
            streams.append(stream)
            versions.append(version)
            expected += 1
    except (TypeError, ValueError):
        return None  # a row that is not seven columns
    if not _hashes_ok(prevs):
        return None
    tiles, edges = tiles_of(start, leaves, leaves, keep_tile)
    return Chunk(
        start=start,
        stop=expected,
        row_count=len(rows),
        findings=[],
        missing=[],
        prevs=prevs,
        links=[],
        times=[(start, rows[0][4]), (expected - 1, last_time)] if rows else [],
        last_times=(last_time,),
        tiles=tiles,
        edges=edges,
    )


def _hashes_ok(prevs: list[str | None]) -> bool:
    """Whether each is null or 64 lower-case hex digits, asked of all at once."""
    given = [prev for prev in prevs if prev is not None]
    if any(len(prev) != 2 * HASH_BYTES for prev in given):
        return False
    joined = "".join(given)
    try:
        return bytes.fromhex(joined).hex() == joined
    except ValueError:
        return False
