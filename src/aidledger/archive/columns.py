"""Writes the columns of a segment: one Parquet file for each event type that occurs, as its view has it.

The same records give the same bytes with the same version of DuckDB: one thread writes, in position
order. What another version wrote is compared by content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from aidledger.archive.manifest import RECORD_COLUMNS, plain_type, view_columns
from aidledger.replay.engine import EngineLimits
from aidledger.replay.rows import HostileRow
from aidledger.replay.sealed import RECORDS, file_of
from aidledger.replay.sorting import Sorter
from aidledger.replay.views import (
    LINE,
    EventView,
    event_views,
    literal,
    parquet_sql,
    quoted,
    select_sql,
)

ONE_THREAD: Final = EngineLimits(memory="1GB", threads=1)
"""How a segment is written and read: in one process, whose bytes do not depend on scheduling."""

_COLUMNS_AS: Final = "COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 65536"
_RECORDS_AS: Final = "COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 16384"
"""Small groups, so that some records are read without all others.

A higher level makes these files larger: hashes do not compress, and it looks for what is not there.
"""


def write_records(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    first: int,
    records: Sequence[bytes],
    leaves: Sequence[bytes],
) -> None:
    """Write the file of records: position, record, leaf hash.

    Raises:
        duckdb.Error: the disk refused.

    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sealing AS SELECT unnest(range(?::BIGINT, ?::BIGINT)) AS "
        "position, unnest(?::BLOB[]) AS record, unnest(?::BLOB[]) AS leaf_hash",
        [first, first + len(records), records, leaves],
    )
    _copy(connection, "FROM sealing", file_of(folder, RECORDS), _RECORDS_AS)
    connection.execute("DROP TABLE sealing")


class Lines:
    """The lines that the views' files are made of, from the rows (position, record) of a segment."""

    def __init__(self) -> None:
        self._lines: dict[bytes, list[bytes]] = {name.encode(): [] for name in event_views()}
        self._sorter = Sorter()

    def take(self, rows: list[HostileRow]) -> None:
        """Take the next rows, each of which is looked at."""
        self._sorter.take(rows, self._lines)

    def take_found(
        self, first: int, records: Sequence[bytes], found: Sequence[tuple[bytes, Sequence[int]]]
    ) -> None:
        """Take records from a position on; those found by the form of their type as they are."""
        known: set[int] = set()
        for name, numbers in found:
            known.update(numbers)
            self._lines[name] += [
                LINE % (first + number, records[number][1:]) for number in numbers
            ]
        if len(known) < len(records):
            self.take([(first + n, one) for n, one in enumerate(records) if n not in known])

    def write(
        self, connection: duckdb.DuckDBPyConnection, folder: Path
    ) -> tuple[dict[str, int], tuple[int, ...]]:
        """Write a file for each view that has rows, and forget them.

        Returns the number of rows of each view, and the positions that no view has.

        Raises:
            duckdb.Error: the disk refused.
            OSError: the same.

        """
        counts = {}
        spooled = folder / "lines.ndjson"
        for name, several in self._lines.items():
            if several:
                view = event_views()[name.decode()]
                counts[view.name] = len(several)
                spooled.write_bytes(b"\n".join(several))
                several.clear()
                query = select_sql(view, str(spooled))
                _copy(connection, query, file_of(folder, view.name), _COLUMNS_AS)
        spooled.unlink(missing_ok=True)
        unread = (one.position for one in self._sorter.findings if one.position is not None)
        return counts, tuple(sorted(set(unread)))


def lines_of(rows: list[HostileRow]) -> Lines:
    """Return the lines of rows (position, record) of which nothing is known."""
    lines = Lines()
    lines.take(rows)
    return lines


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: str, how: str) -> None:
    connection.execute(
        f"COPY ({query}) TO {literal(path)} "
        f"(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, {how})"
    )


def columns_in(connection: duckdb.DuckDBPyConnection, path: str) -> list[tuple[str, str]]:
    """Return name and SQL type of each column of a Parquet file.

    Raises:
        duckdb.Error: it is none.

    """
    found = connection.execute(f"DESCRIBE SELECT * FROM {parquet_sql(path)}").fetchall()  # noqa: S608
    return [(row[0], plain_type(row[1])) for row in found]


def differing_columns(
    connection: duckdb.DuckDBPyConnection, view: EventView, ours: str | None, theirs: str, most: int
) -> Iterator[tuple[str, Any, str]]:
    """Yield (column, first position, what is wrong) where a file of a view has another content.

    `ours` is the file derived from the records, None where they give no row. A column that `theirs`
    lacks was added to the type later, and must be null in every row. No more than `most` rows are read.

    Raises:
        duckdb.Error: `theirs` cannot be read.

    """
    stored = dict(columns_in(connection, theirs))
    expected = dict(view_columns(view))
    for name in sorted(stored.keys() - expected.keys()):
        yield name, None, "a column that its view has not"
    if "position" not in stored:
        yield "position", None, "no such column"
        return
    source = f"(FROM {parquet_sql(theirs)} LIMIT 0)"
    if ours is not None:
        source = parquet_sql(ours)
    both = (
        f"(SELECT *, row_number() OVER () AS nth FROM {source}) a FULL JOIN "  # noqa: S608
        f"(SELECT *, row_number() OVER () AS nth FROM (FROM {parquet_sql(theirs)} LIMIT {most})) b "
        "USING (nth)"
    )
    for name, kind in expected.items():
        if name in stored and stored[name] != kind:
            yield name, None, f"type {stored[name][:60]}"
            continue
        derived = f"a.{quoted(name)}" if ours is not None or name in stored else "NULL"
        found = f"b.{quoted(name)}" if name in stored else "NULL"
        row = connection.execute(
            f"SELECT min(coalesce(a.position, b.position)) FROM {both} "  # noqa: S608
            f"WHERE {derived} IS DISTINCT FROM {found}"
        ).fetchone()
        if row is not None and row[0] is not None:
            yield name, row[0], "another value"


def rows_in(connection: duckdb.DuckDBPyConnection, path: str) -> int:
    """Return how many rows a Parquet file says that it has. Raises duckdb.Error where it is none."""
    row = connection.execute(f"SELECT count(*) FROM {parquet_sql(path)}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def record_columns_right(connection: duckdb.DuckDBPyConnection, path: str) -> bool:
    """Whether a file has the columns of records. Raises duckdb.Error where it is no Parquet file."""
    return columns_in(connection, path) == RECORD_COLUMNS
