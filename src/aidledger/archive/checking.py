"""Checks one segment by itself, in any process: manifest, files, records, columns.

What the whole needs of it (each stream's first and last entry, the tiles of the tree) is small and
travels. A segment without fault takes the fast way; at the first doubt it is read again carefully,
and that way alone makes findings of its records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import duckdb
import msgspec

from aidledger.archive.columns import (
    ONE_THREAD,
    Lines,
    columns_in,
    differing_columns,
    lines_of,
    record_columns_right,
    rows_in,
)
from aidledger.archive.manifest import (
    MANIFEST,
    MAX_RECORD_BYTES,
    Manifest,
    ManifestError,
    columns_hash,
    parse_manifest,
    segment_name,
)
from aidledger.archive.places import Place, open_place
from aidledger.archive.walking import Walk, walk_carefully
from aidledger.archive.writing import digest_of, digest_of_file
from aidledger.ledger.canonical import clip
from aidledger.ledger.finding import Finding
from aidledger.ledger.tree import TILE_WIDTH, leaf_hash, root_of_leaves
from aidledger.ledger.window import CheckData, Chunk, Ends, Tile
from aidledger.replay.engine import EngineLimits, building
from aidledger.replay.sealed import RECORDS, file_of
from aidledger.replay.views import event_views, parquet_sql

_TOGETHER: Final = 4 * TILE_WIDTH
"""So many records, with all that is made of them, stay in a processor's cache."""
_BARRED: Final = EngineLimits(memory="1GB", threads=1, spills=False)
"""For files of which nothing is known but their names: what does not fit goes to no disk."""


def _read(path: str) -> str:
    return f"SELECT position, record, leaf_hash FROM {parquet_sql(path)}"  # noqa: S608


class Task(NamedTuple):
    """A segment to check: `entries` are those that each of the archive has, as its first one says.

    With `columns` the typed rows are derived from the records again, and compared. `since` is `number`, or
    the first of several of which none is there: then the last of them is `number`.
    """

    location: str
    number: int
    entries: int
    check_data: CheckData
    columns: bool
    since: int


class Read(NamedTuple):
    """What the records of a segment gave: nothing where they can't be read at all.

    `ends` come from a segment without fault, else `chunks` have what could be read. `seals` are the
    records (position, record) that say of segments that they were sealed.
    """

    rows: int = 0
    ends: Ends | None = None
    chunks: Sequence[Chunk] = ()
    tiles: Sequence[Tile] = ()
    seals: Sequence[tuple[int, bytes]] = ()


class Checked(NamedTuple):
    """What one segment gave; without `manifest` there is nothing but findings."""

    number: int
    manifest: Manifest | None
    manifest_hash: str
    findings: list[Finding]
    read: Read


def check_segment(task: Task) -> Checked:
    """Check one segment; never raises on what it holds.

    Raises:
        OSError: the place of the archive can't be read.

    """
    name = segment_name(task.number)
    place = open_place(task.location)
    try:
        data = place.manifest(name)
    except FileNotFoundError:
        if task.since != task.number:
            name = f"{segment_name(task.since)} to {name}"
        return _nothing(task, _finding("segment_missing", name, name, "no manifest"))
    try:
        manifest = parse_manifest(data)
    except ManifestError as error:
        field = f"{name}/{MANIFEST}, {error.field}"
        return _nothing(task, _finding("manifest_form", field, error.expected, error.found))
    first = task.number * task.entries
    if (manifest.first, manifest.entries) != (first, task.entries):
        found = f"positions {manifest.first} to {manifest.end - 1}"
        expected = f"positions {first} to {first + task.entries - 1}"
        return _nothing(task, _finding("segment_range", name, expected, found))
    with place.fetched(name) as folder:
        return _Segment(task, manifest, data, folder).check()


class _Segment:
    """A segment whose manifest can be read, with its files at hand."""

    def __init__(self, task: Task, manifest: Manifest, data: bytes, folder: Path) -> None:
        self.task, self.manifest, self.folder = task, manifest, folder
        self.manifest_hash = digest_of(data)
        self.name = segment_name(task.number)
        self.findings: list[Finding] = []

    def check(self) -> Checked:
        there = set(self._files())
        read = Read()
        if RECORDS in there:
            with building(None, ONE_THREAD) as connection:
                try:
                    read, lines = self._records(connection)
                    if self.task.columns and read.rows:
                        self._columns(connection, there, lines)
                except duckdb.Error as error:
                    self._unreadable(RECORDS, error)
        return Checked(
            number=self.task.number,
            manifest=self.manifest,
            manifest_hash=self.manifest_hash,
            findings=self.findings,
            read=read,
        )

    def _files(self) -> Iterator[str]:
        """Compare the files with the manifest; yield the names of those that are there."""
        present = {path.name for path in self.folder.iterdir()}
        for name, file in self.manifest.files.items():
            path = Path(file_of(self.folder, name))
            if path.name not in present:
                self._find("segment_file_missing", path.name, f"{file.size} bytes", "no such file")
                continue
            if not path.is_file():
                self._find("segment_file_differs", path.name, "a file", "something else")
                continue
            size = path.stat().st_size
            if size != file.size:  # one with a hole may be longer than any patience
                self._find("segment_file_differs", path.name, f"{file.size} bytes", f"{size} bytes")
            elif (found := digest_of_file(path)) != file.sha256:
                self._find("segment_file_differs", path.name, f"SHA-256 {file.sha256}", found)
            yield name
        known = {MANIFEST, *(f"{name}.parquet" for name in self.manifest.files)}
        for extra in sorted(present - known):
            self._find(
                "segment_file_extra", clip(extra, 80), "only files of the manifest", "a file"
            )

    def _records(self, connection: duckdb.DuckDBPyConnection) -> tuple[Read, Lines | None]:
        """Read every record: the fast way, which gives the columns' lines too; at any doubt carefully."""
        path = file_of(self.folder, RECORDS)
        if not record_columns_right(connection, path):
            self._find("segment_file_differs", f"{RECORDS}.parquet", "its columns", "others")
            return Read(), None
        first, entries = self.manifest.first, self.manifest.entries
        if not self._bounded(connection, path):
            return Read(), None
        lines = Lines() if self.task.columns else None
        walk = Walk(first, self.task.check_data, lines)
        cursor = connection.execute(f"{_read(path)} LIMIT {entries + 1}")
        while (rows := cursor.fetchmany(_TOGETHER)) and walk.take(rows):
            pass
        if not rows and walk.position == first + entries:
            self._root(walk.tiles)
            return Read(entries, walk.ends(), (), walk.tiles, walk.seals), lines
        everything = self._everything(connection)
        chunks, seals = walk_carefully(everything, first, self.task.check_data)
        tiles = [tile for chunk in chunks for tile in chunk.tiles]
        self._root(tiles)
        return Read(len(everything), None, chunks, tiles, seals), None

    def _bounded(self, connection: duckdb.DuckDBPyConnection, path: str) -> bool:
        """Say where there are more or fewer rows; whether the records are of a size that can be read."""
        entries = self.manifest.entries
        there, said = rows_in(connection, path), self.manifest.files[RECORDS].rows
        for place, rows in ((f"{RECORDS}.parquet", there), (f"{MANIFEST}, {RECORDS}", said)):
            if rows != entries:
                self._find("segment_file_differs", place, f"{entries} rows", f"{rows} rows")
        row = connection.execute(
            "SELECT sum(octet_length(record)), sum(octet_length(leaf_hash)) "  # noqa: S608
            f"FROM ({_read(path)} LIMIT {entries + 1})"
        ).fetchone()
        most = max((int(one or 0) for one in row or ()), default=0)
        if most > MAX_RECORD_BYTES:
            expected = f"at most {MAX_RECORD_BYTES} bytes of records"
            self._find("segment_file_differs", f"{RECORDS}.parquet", expected, f"{most} bytes")
        return most <= MAX_RECORD_BYTES

    def _everything(self, connection: duckdb.DuckDBPyConnection) -> list[Any]:
        """Return every record, and of more than there should be one."""
        most = self.manifest.entries + 1
        path = file_of(self.folder, RECORDS)
        rows: list[Any] = connection.execute(f"{_read(path)} LIMIT {most}").fetchall()
        return rows

    def _root(self, tiles: Sequence[Tile]) -> None:
        roots = [tile.root for tile in tiles if tile.root is not None]
        found = root_of_leaves(roots).hex()
        if found != self.manifest.root:
            self._find("segment_root_differs", MANIFEST, found, self.manifest.root)

    def _columns(
        self, connection: duckdb.DuckDBPyConnection, there: set[str], lines: Lines | None
    ) -> None:
        """Derive the columns again; where the bytes are others, name what differs in the content."""
        if lines is None:
            lines = lines_of([row[:2] for row in self._everything(connection)])
        with TemporaryDirectory(prefix="aidledger-columns-") as scratch:
            counts, unread = lines.write(connection, Path(scratch))
            if unread != self.manifest.unread:
                found = ", ".join(map(str, self.manifest.unread[:5])) or "none"
                expected = ", ".join(map(str, unread[:5])) or "none"
                self._find("segment_columns_differ", f"{MANIFEST}, unread", expected, found)
            for view in event_views().values():
                if view.name not in {*counts, *self.manifest.views}:
                    continue
                ours = file_of(Path(scratch), view.name) if view.name in counts else None
                said = self.manifest.files.get(view.name)
                rows_said, rows_there = (said.rows if said else 0), counts.get(view.name, 0)
                if rows_said != rows_there:
                    place = f"{MANIFEST}, {view.name}"
                    self._find(
                        "segment_columns_differ", place, f"{rows_there} rows", str(rows_said)
                    )
                if said is not None and view.name in there:
                    with building(None, _BARRED) as barred:
                        self._compare(barred, view.name, ours, rows_there)
        for name in sorted(self.manifest.views - {view.name for view in event_views().values()}):
            self._find("segment_columns_differ", f"{name}.parquet", "a view of the catalogue", name)

    def _compare(
        self, connection: duckdb.DuckDBPyConnection, name: str, ours: str | None, rows: int
    ) -> None:
        """Compare the file of a view with what the records give: so many rows."""
        theirs = file_of(self.folder, name)
        said = self.manifest.files[name].columns
        try:
            columns = columns_hash(columns_in(connection, theirs))
        except duckdb.Error as error:
            self._unreadable(name, error)
            return
        if said != columns:
            self._find("segment_columns_differ", f"{MANIFEST}, {name}, columns", columns, said)
        if ours is not None and digest_of_file(Path(ours)) == digest_of_file(Path(theirs)):
            return
        view = next(one for one in event_views().values() if one.name == name)
        try:
            if (there := rows_in(connection, theirs)) != rows:
                place = f"{name}.parquet"
                self._find("segment_columns_differ", place, f"{rows} rows", f"{there} rows")
            for column, position, found in differing_columns(
                connection, view, ours, theirs, rows + 1
            ):
                self._find(
                    "segment_columns_differ",
                    f"{name}.parquet, {clip(column, 80)}",
                    "what the records say",
                    found,
                    position,
                )
        except duckdb.Error as error:
            self._unreadable(name, error)

    def _unreadable(self, name: str, error: duckdb.Error) -> None:
        found = clip(str(error).splitlines()[0], 120)
        full = isinstance(error, duckdb.OutOfMemoryException)
        expected = "rows that need at most 1 GB" if full else "a Parquet file"
        self._find("segment_file_differs", f"{name}.parquet", expected, found)

    def _find(
        self, code: str, place: str, expected: str, found: str, position: int | None = None
    ) -> None:
        self.findings.append(
            Finding(
                code=code,
                position=self.manifest.first if position is None else position,
                field=f"{self.name}/{place}",
                expected=expected,
                found=found,
            )
        )


def _nothing(task: Task, finding: Finding) -> Checked:
    """Say that nothing can be read of a segment."""
    placed = msgspec.structs.replace(finding, position=task.since * task.entries)
    return Checked(task.number, None, "", [placed], Read())


def _finding(code: str, field: str, expected: str, found: str) -> Finding:
    return Finding(code=code, field=field, expected=expected, found=found)


def first_leaves(place: Place, position: int, entries: int, count: int) -> list[bytes]:
    """Return the leaf hashes of `count` records from a position on, hashed from their bytes."""
    with (
        place.fetched(segment_name(position // entries)) as folder,
        building(None, ONE_THREAD) as connection,
    ):
        rows = connection.execute(
            f"{_read(file_of(folder, RECORDS))} WHERE position >= ? AND position < ? "
            f"ORDER BY position LIMIT {count + 1}",
            [position, position + count],
        ).fetchall()
        return [leaf_hash(record) for _, record, _ in rows]
