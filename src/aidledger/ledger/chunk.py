"""Check one window of rows by itself: bytes, index columns, and what the whole needs to be joined.

A window without fault takes the fast way; at the first doubt the whole window is read again
carefully, and that way alone makes findings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from aidledger.ledger.careful import check_carefully
from aidledger.ledger.entry import names_ok, numbers_ok, read_entry
from aidledger.ledger.forms import is_stream, is_time
from aidledger.ledger.tree import HASH_BYTES, LEAF_PREFIX
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

_NO_PREV: Final = "0" * (2 * HASH_BYTES)
_BEFORE_DATA: Final = b',"data":'
"""No quote stands bare inside a text, so this can't be a part of one."""


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
    sha256 = hashlib.sha256
    expected = start
    leaves: list[bytes] = []
    streams: list[str] = []
    versions: list[int] = []
    prevs: list[str] = []
    runs: list[tuple[int, str, bytes]] = []
    names = None
    last_time = ""
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
                runs.append((expected, recorded_at, record))
            # neighbours mostly share these: compare first, ask about their forms when they change
            shared = (type_name, entry.actor, entry.cause, entry.office, entry.effective_on)
            if shared != names:
                if not names_ok(*shared):
                    return None
                names = shared
                if runs[-1][0] != expected:
                    runs.append((expected, recorded_at, record))
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
    if (packed := _packed(prevs)) is None:
        return None
    columns = Columns("\n".join(streams), versions, b"".join(leaves), packed, _runs(runs, expected))
    return _clean(start, leaves, columns, keep_tile, last_time)


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
        times=[(start, columns.runs[0].recorded_at), (stop - 1, last_time)] if leaves else [],
        last_times=(last_time,),
        tiles=tiles,
        edges=edges,
    )


def _runs(starts: list[tuple[int, str, bytes]], stop: int) -> list[Run]:
    """Say how far each run goes, and keep of its first record what comes before the data."""
    ends = [start for start, _, _ in starts[1:]] + [stop]
    return [
        Run(end - start, recorded_at, record.partition(_BEFORE_DATA)[0])
        for (start, recorded_at, record), end in zip(starts, ends, strict=True)
    ]


def _packed(prevs: list[str]) -> bytes | None:
    """Pack hashes of 64 lower-case hex digits; None if one is not. Asked of all at once."""
    joined = "".join(prevs)
    if any(len(prev) != 2 * HASH_BYTES for prev in prevs):
        return None
    try:
        packed = bytes.fromhex(joined)
    except ValueError:
        return None
    return packed if packed.hex() == joined else None
