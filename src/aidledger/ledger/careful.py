"""Check a window of rows that is not without fault: row by row, naming everything that is wrong.

Rows are hostile: any Python value in any column, numbers that collide, jump or go back. All of it
becomes findings; nothing is raised.
"""

from __future__ import annotations

from typing import Any

from aidledger.ledger.canonical import clip, show
from aidledger.ledger.entry import Entry, EntryError, decode_entry
from aidledger.ledger.finding import Finding
from aidledger.ledger.forms import is_stream
from aidledger.ledger.tree import HASH_BYTES, leaf_hash
from aidledger.ledger.window import (
    CHUNK_ROWS,
    COLUMNS,
    Chunk,
    Job,
    Link,
    position_of,
    sane_position,
    tiles_of,
)


def check_carefully(job: Job) -> Chunk:
    """Check one window and make its findings; never raises on data."""
    return _Careful(job).check()


class _Careful:
    """Reads a window row by row, keeps its place in it, and makes the findings."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.expected = job.start
        self.findings: list[Finding] = []
        self.missing: list[tuple[int, int]] = []
        self.links: list[Link] = []
        self.times: list[tuple[int | None, str]] = []
        self.last_times: tuple[str, ...] = ()
        self.leaves: list[bytes | None] = []
        self.stored: list[bytes | None] = []

    def check(self) -> Chunk:
        job = self.job
        for number, row in enumerate(job.rows):
            following = job.rows[number + 1] if number + 1 < len(job.rows) else None
            self._row(row, position_of(following))
        tiles, edges = tiles_of(job.start, self.leaves, self.stored, job.keep_tile)
        return Chunk(
            start=job.start,
            stop=self.expected,
            row_count=len(job.rows),
            findings=self.findings,
            missing=self.missing,
            columns=None,
            links=self.links,
            times=self.times,
            last_times=self.last_times,
            tiles=tiles,
            edges=edges,
        )

    def _row(self, row: Any, next_position: int | None) -> None:
        try:
            columns = tuple(row)
        except (TypeError, ValueError):
            columns = ()
        if len(columns) != len(COLUMNS):
            self._find("row_form", self.expected, None, None, f"{len(COLUMNS)} columns", show(row))
            self._take_slot(None, None)
            return
        values = dict(zip(COLUMNS, columns, strict=True))
        position, stream = values["position"], values["stream"]
        named = clip(stream, 200) if type(stream) is str else None
        slot = self._place(position, named, next_position)
        at = sane_position(position if slot is None else slot)
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
                "position_differs", expected, stream, "position", show(expected), show(position)
            )
        elif position < expected:
            at = sane_position(position)
            self._find("position_repeated", at, stream, "position", show(expected), show(position))
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
            for code, field, expected, found in self.job.check_data.faults(entry):
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
        own: dict[str, Any] = (
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
        said = (typed.get("recorded_at"), own.get("recorded_at"))
        self.last_times = tuple(dict.fromkeys(text for text in said if text is not None))
        if time is not None:
            self.times.append((at, time))
        stream, version = best.get("stream"), best.get("version")
        if stream is None or version is None or not is_stream(stream):
            return
        prev: str | bool | None = False
        if entry is not None and (entry.stream, entry.version) == (stream, version):
            prev = entry.prev
        self.links.append(Link(at, stream, version, prev, leaf or b"", stored or b""))

    def _find(  # noqa: PLR0917  (a finding's six parts, in its own order)
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
                position=sane_position(position),
                stream=stream,
                field=field,
                expected=expected,
                found=found,
            )
        )
