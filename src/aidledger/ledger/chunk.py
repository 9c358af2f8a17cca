"""Check one window of rows by itself: bytes, index columns, and what the whole needs to be joined.

Windows are aligned (`CHUNK_ROWS` positions from a multiple of it), so that they can be checked in
any process and give whole tiles of the tree. A window without fault takes the fast way; at the
first doubt the whole window is read again carefully, and that way alone makes findings.

Rows are hostile: any Python value in any column, numbers that collide, jump or go back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from aidledger.ledger.canonical import clip, show
from aidledger.ledger.entry import Entry, EntryError, decode_entry, is_stream
from aidledger.ledger.finding import Finding
from aidledger.ledger.tree import HASH_BYTES, LEAF_PREFIX, TILE_WIDTH, leaf_hash, root_of_leaves

CHUNK_ROWS: Final = 16 * TILE_WIDTH

POSITION_LIMIT: Final = 2**53

CheckData = Callable[[Entry], Iterable[tuple[str, str, str, str]]]
"""Reads an entry's data as its type; gives (code, field, expected, found) of each fault."""

COLUMNS: Final = ("position", "stream", "version", "type", "recorded_at", "record", "leaf_hash")


class Job(NamedTuple):
    """One window to check: `start` is its first position, `keep_tile` the head's unfinished one."""

    start: int
    rows: list[Any]
    keep_tile: int
    check_data: CheckData | None


class Run(NamedTuple):
    """Entries of one stream that follow each other without fault: the first, and the last.

    `prev` is False where the link is unknown. `leaves` are the hashes (hex) that the next entry
    may name: the record's own, and the stored one where they differ.
    """

    stream: str
    position: int | None
    version: int
    prev: str | bool | None
    last_version: int
    last_position: int | None
    leaves: tuple[str, ...]


class Tile(NamedTuple):
    """Root of one whole tile: of the records' own hashes, and of the stored ones if they differ."""

    index: int
    root: bytes | None
    stored_root: bytes | None


class Edge(NamedTuple):
    """Leaves of one tile, for the end of the tree: the records' own and the stored ones."""

    index: int
    leaves: list[bytes | None]
    stored: list[bytes | None]


class Chunk(NamedTuple):
    """What one window gave. `stop` is the position after its last; `missing` are half-open spans.

    `times` are (position, recorded_at) to be joined: first and last where the window is in order,
    otherwise all. `last_times` are what the head may give as the time of the last entry.
    """

    start: int
    stop: int
    row_count: int
    findings: list[Finding]
    missing: list[tuple[int, int]]
    runs: list[Run]
    times: list[tuple[int | None, str]]
    last_times: tuple[str, ...]
    tiles: list[Tile]
    edges: list[Edge]


def check_chunk(job: Job) -> Chunk:
    """Check one window; never raises on data."""
    return _check_fast(job) or _Careful(job).check()


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
    tiles, edges = _tiles(start, leaves, leaves, keep_tile)
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


def _tiles(
    start: int, leaves: list[Any], stored: list[Any], keep_tile: int
) -> tuple[list[Tile], list[Edge]]:
    """Roots of the whole tiles, and the leaves of the last and of the wanted one."""
    tiles, edges = [], []
    for at in range(0, len(leaves), TILE_WIDTH):
        index = (start + at) // TILE_WIDTH
        own, kept = leaves[at : at + TILE_WIDTH], stored[at : at + TILE_WIDTH]
        if len(own) == TILE_WIDTH:
            root = None if None in own else root_of_leaves(own)
            same = own == kept
            stored_root = None if same or None in kept else root_of_leaves(kept)
            tiles.append(Tile(index, root, stored_root))
        if len(own) < TILE_WIDTH or index == keep_tile:
            edges.append(Edge(index, own, kept))
    return tiles, edges


class _Careful:
    """Reads a window row by row, keeps its place in it, and makes the findings."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.expected = job.start
        self.findings: list[Finding] = []
        self.missing: list[tuple[int, int]] = []
        self.runs: list[Run] = []
        self.times: list[tuple[int | None, str]] = []
        self.last_times: tuple[str, ...] = ()
        self.leaves: list[bytes | None] = []
        self.stored: list[bytes | None] = []

    def check(self) -> Chunk:
        job = self.job
        for number, row in enumerate(job.rows):
            following = job.rows[number + 1] if number + 1 < len(job.rows) else None
            self._row(row, position_of(following))
        tiles, edges = _tiles(job.start, self.leaves, self.stored, job.keep_tile)
        return Chunk(
            start=job.start,
            stop=self.expected,
            row_count=len(job.rows),
            findings=self.findings,
            missing=self.missing,
            runs=self.runs,
            times=self.times,
            last_times=self.last_times,
            tiles=tiles,
            edges=edges,
        )

    def _row(self, row: Any, next_position: int | None) -> None:
        try:
            position, *_ = columns = tuple(row)
            if len(columns) != len(COLUMNS):
                raise ValueError
        except (TypeError, ValueError):
            self._find("row_form", self.expected, None, None, f"{len(COLUMNS)} columns", show(row))
            self._take_slot(None, None)
            return
        values = dict(zip(COLUMNS, columns, strict=True))
        stream = values["stream"]
        named = clip(stream, 200) if type(stream) is str else None
        slot = self._place(position, named, next_position)
        at = slot if slot is not None else sane_position(position)
        leaf, stored = self._hashes(values, at, named)
        if slot is not None:
            self._take_slot(leaf, stored)
        self._content(values, at, named, (leaf, stored))

    def _place(self, position: Any, stream: str | None, following: int | None) -> int | None:
        """Decide which position a row takes: None if its number was passed before."""
        expected = self.expected
        if type(position) is not int:
            self._find("column_type", expected, stream, "position", "integer", show(position))
        elif position > expected:
            end = self.job.start + CHUNK_ROWS
            if position < end and not (following is not None and following < position):
                self.missing.append((expected, position))
                gap = [None] * (position - expected)
                self.leaves += gap
                self.stored += gap
                self.expected = position
                return position
            self._find(
                "position_differs", expected, stream, "position", str(expected), show(position)
            )
        elif position < expected:
            at = sane_position(position)
            self._find("position_repeated", at, stream, "position", str(expected), show(position))
            return None
        return expected

    def _take_slot(self, leaf: bytes | None, stored: bytes | None) -> None:
        self.leaves.append(leaf)
        self.stored.append(stored)
        self.expected += 1

    def _hashes(
        self, values: dict[str, Any], at: int | None, stream: str | None
    ) -> tuple[bytes | None, bytes | None]:
        """Hash the record again and compare with the stored leaf hash."""
        record, stored = values["record"], values["leaf_hash"]
        leaf = leaf_hash(record) if type(record) is bytes else None
        if type(stored) is not bytes or len(stored) != HASH_BYTES:
            self._find("column_type", at, stream, "leaf_hash", f"{HASH_BYTES} bytes", show(stored))
            return leaf, leaf
        if leaf is not None and leaf != stored:
            self._find("leaf_hash_differs", at, stream, "leaf_hash", leaf.hex(), stored.hex())
        return leaf, stored

    def _content(
        self,
        values: dict[str, Any],
        at: int | None,
        stream: str | None,
        hashes: tuple[bytes | None, bytes | None],
    ) -> None:
        """Read the record, compare the columns with it, and hand on what joins it to others."""
        entry = self._entry(values["record"], at, stream)
        kinds: dict[str, type] = {"stream": str, "version": int, "type": str, "recorded_at": str}
        typed: dict[str, Any] = {}
        for field, kind in kinds.items():
            value = values[field]
            if type(value) is not kind:
                expected = "integer" if kind is int else "text"
                self._find("column_type", at, stream, field, expected, show(value))
                continue
            typed[field] = value
            own = getattr(entry, field) if entry is not None else value
            if own != value:
                self._find("column_differs", at, stream, field, show(own), show(value))
        self._join(entry, typed, at, hashes)

    def _entry(self, record: Any, at: int | None, stream: str | None) -> Entry | None:
        try:
            entry = decode_entry(record)
        except EntryError as error:
            self._find(error.code, at, stream, error.field, error.expected, error.found)
            return None
        if self.job.check_data is not None:
            for code, field, expected, found in self.job.check_data(entry):
                self._find(code, at, entry.stream, field, expected, found)
        return entry

    def _join(
        self,
        entry: Entry | None,
        typed: dict[str, Any],
        at: int | None,
        hashes: tuple[bytes | None, bytes | None],
    ) -> None:
        """Hand on stream, version, link and time: from the record, unless it is the damaged one.

        Where the hashes agree the record is what was written. Where they differ the columns are
        the better witness, so that one changed byte does not break the entries around it.
        """
        leaf, stored = hashes
        own = (
            {
                "stream": entry.stream,
                "version": entry.version,
                "recorded_at": entry.recorded_at,
            }
            if entry is not None
            else {}
        )
        best = {**typed, **own} if leaf == stored else {**own, **typed}
        time = best.get("recorded_at")
        if time is not None:
            self.times.append((at, time))
            candidates = (typed.get("recorded_at"), own.get("recorded_at"))
            self.last_times = tuple({text for text in candidates if type(text) is str})
        stream, version = best.get("stream"), best.get("version")
        if stream is None or version is None or not is_stream(stream):
            return
        prev: str | bool | None = False
        if entry is not None and (entry.stream, entry.version) == (stream, version):
            prev = entry.prev
        leaves = tuple({value.hex(): None for value in (leaf, stored) if value is not None})
        self.runs.append(Run(stream, at, version, prev, version, at, leaves))

    def _find(
        self,
        code: str,
        position: int | None,
        stream: str | None,
        field: str | None,
        expected: str,
        found: str,
    ) -> None:
        self.findings.append(
            Finding(
                code=code,
                position=position,
                stream=stream,
                field=field,
                expected=expected,
                found=found,
            )
        )


def position_of(row: Any) -> int | None:
    """Position that a hostile row claims, None if it claims none."""
    try:
        position = row[0]
    except (TypeError, IndexError, KeyError):
        return None
    return position if type(position) is int else None


def sane_position(position: Any) -> int | None:
    """A position that may be named in a finding (0 to 2^53), None for any other value."""
    return position if type(position) is int and 0 <= position <= POSITION_LIMIT else None
