"""Check one window of rows by itself: bytes, index columns, and what the whole needs to be joined.

A window without fault takes the fast way; at the first doubt the whole window is read again
carefully, and that way alone makes findings.
"""

from __future__ import annotations

import hashlib
from typing import Any

from aidledger.ledger.careful import check_carefully
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.ledger.tree import LEAF_PREFIX
from aidledger.ledger.window import Chunk, Job, Run, tiles_of


def check_chunk(job: Job) -> Chunk:
    """Check one window; never raises on data."""
    return _check_fast(job) or check_carefully(job)


def _check_fast(job: Job) -> Chunk | None:
    """Check a window in which everything is right; None at the first doubt."""
    start, rows, keep_tile, check_data = job
    sha256 = hashlib.sha256
    expected = start
    leaves: list[bytes] = []
    runs: dict[str, list[Any]] = {}
    last_time = ""
    try:
        for position, stream, version, type_name, recorded_at, record, stored in rows:
            if (
                type(position) is not int
                or position != expected
                or type(version) is not int
                or type(record) is not bytes
                or type(stored) is not bytes
            ):
                return None
            leaf = sha256(LEAF_PREFIX + record).digest()
            entry = decode_entry(record)
            prev = entry.prev
            if (
                leaf != stored
                or entry.stream != stream
                or entry.version != version
                or entry.type != type_name
                or entry.recorded_at != recorded_at
                or recorded_at < last_time
                or (check_data is not None and any(True for _ in check_data(entry)))
            ):
                return None
            run = runs.get(stream)
            if run is None:
                runs[stream] = [position, version, prev, version, position, leaf]
            elif run[3] + 1 == version and prev == run[5].hex():
                run[3] = version
                run[4] = position
                run[5] = leaf
            else:
                return None
            last_time = recorded_at
            leaves.append(leaf)
            expected += 1
    except (EntryError, TypeError, ValueError):
        return None
    tiles, edges = tiles_of(start, leaves, leaves, keep_tile)
    return Chunk(
        start=start,
        stop=expected,
        row_count=len(rows),
        findings=[],
        missing=[],
        runs=[
            Run(stream, run[0], run[1], run[2], run[3], run[4], (run[5].hex(),))
            for stream, run in runs.items()
        ],
        times=[(start, rows[0][4]), (expected - 1, last_time)] if rows else [],
        last_times=(last_time,) if rows else (),
        tiles=tiles,
        edges=edges,
    )
