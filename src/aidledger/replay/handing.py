"""Copies a finished database of views and models out of DuckDB: as Parquet, as CSV, as rows, as a file.

Only statements of this module are run here, over names that the catalogue and the models give, so that
the engine may write files; what the tables hold is data and never SQL.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
import msgspec

from aidledger.ledger.canonical import clip
from aidledger.replay.digest import digest_of
from aidledger.replay.engine import SCRATCH, EngineLimits
from aidledger.replay.generation import GenerationsError, check_place
from aidledger.replay.views import literal, quoted

_GIVEN: Final = "given"
_TARGET: Final = "handed"
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WORD: Final = 2**63
ROWS_A_FETCH: Final = 4_096


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table, with its SQL type."""

    name: str
    kind: str

    @property
    def is_text(self) -> bool:
        """Whether its values are texts."""
        return self.kind == "VARCHAR"

    @property
    def is_nested(self) -> bool:
        """Whether its values are lists or objects."""
        return self.kind.endswith("[]") or self.kind.startswith("STRUCT")

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.kind in ("BIGINT", "HUGEINT", "INTEGER", "SMALLINT")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table to copy: its columns, and those that put its rows in order (none: all do)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def order(self) -> str:
        """The SQL after ORDER BY."""
        return ", ".join(map(quoted, self.key)) or "ALL"


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Control totals of a table: its rows, sums of columns, first and last of others; all as texts."""

    rows: int
    sums: dict[str, str]
    first: dict[str, str]
    last: dict[str, str]


@contextmanager
def copying(path: Path, limits: EngineLimits | None = None) -> Iterator[Copier]:
    """Open a finished database to copy from; one thread, so that the same rows give the same bytes.

    Raises:
        GenerationsError: it can't be read, or the engine had no room to work.
        OSError: the disk that is written to, or worked on, is full.

    """
    limits = limits or EngineLimits()
    with TemporaryDirectory(prefix=SCRATCH, dir=limits.spill) as spill, _told():
        config: dict[str, Any] = {
            "memory_limit": limits.memory,
            "threads": 1,
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        connection = duckdb.connect(":memory:", config=config)
        try:
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"ATTACH {literal(str(path))} AS {_GIVEN} (READ_ONLY)")
            connection.execute(f"USE {_GIVEN}")
            yield Copier(connection)
        finally:
            connection.close()


@contextmanager
def _told() -> Iterator[None]:
    """Say what the engine could not do as what a reader of generations is told; a full disk as one."""
    try:
        yield
    except duckdb.Error as error:
        if (full := os.strerror(errno.ENOSPC)) in str(error):
            raise OSError(errno.ENOSPC, full) from error
        raise GenerationsError(
            f"expected room to copy, found {clip(str(error).splitlines()[0], 160)}",
            "look at the disk, or give the engine more memory",
        ) from error


class Copier:
    """Copies tables of one finished database; each in its order."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def columns(self) -> dict[str, tuple[Column, ...]]:
        """Return the columns of every table that there is."""
        rows = self._connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = ? ORDER BY table_name, column_index",
            [_GIVEN],
        ).fetchall()
        found: dict[str, list[Column]] = {}
        for table, name, kind in rows:
            found.setdefault(table, []).append(Column(name=name, kind=kind))
        return {name: tuple(columns) for name, columns in found.items()}

    def root(self, table: Table) -> str:
        """Return the root (hex) over the rows of a table, as the certificate of a model has it."""
        return digest_of(self._connection, table.name, table.key).root

    def totals(self, table: Table, sums: Sequence[str], ends: Sequence[str]) -> Totals:
        """Return the rows of a table, sums of some columns, first and last value of others."""
        chosen = [f"CAST(sum({quoted(name)}) AS VARCHAR)" for name in sums]
        for name in ends:
            chosen += [f"CAST({end}({quoted(name)}) AS VARCHAR)" for end in ("min", "max")]
        row = self._connection.execute(
            f"SELECT {', '.join(['count(*)', *chosen])} FROM {quoted(table.name)}"  # noqa: S608
        ).fetchall()[0]
        rest = row[1 + len(sums) :]
        return Totals(
            rows=int(row[0]),
            sums=_said(sums, row[1 : 1 + len(sums)]),
            first=_said(ends, rest[::2]),
            last=_said(ends, rest[1::2]),
        )

    def parquet(self, table: Table, path: Path) -> None:
        """Write a table as Parquet."""
        # the format has no whole numbers of 128 bits: the engine would write them as fractions
        cells = ", ".join(
            f"CAST({name} AS DECIMAL(38, 0)) AS {name}" if column.kind == "HUGEINT" else name
            for column in table.columns
            for name in (quoted(column.name),)
        )
        query = f"SELECT {cells} FROM {quoted(table.name)} ORDER BY {table.order}"  # noqa: S608
        self._connection.execute(
            f"COPY ({query}) TO {literal(str(path))} "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 65536)"
        )

    def csv(self, table: Table, path: Path) -> None:
        """Write a table as CSV (RFC 4180, LF): lists as JSON, moments in UTC, no text a formula."""
        cells = ", ".join(map(_csv_cell, table.columns))
        query = f"SELECT {cells} FROM (FROM {quoted(table.name)} ORDER BY {table.order})"  # noqa: S608
        self._connection.execute(
            f"COPY ({query}) TO {literal(str(path))} "
            "(FORMAT csv, HEADER, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')"
        )

    def rows(self, table: Table) -> Iterator[list[tuple[Any, ...]]]:
        """Yield pages of a table's rows: days, moments, lists and sums past 64 bits as texts."""
        cells = ", ".join(map(_plain_cell, table.columns))
        cursor = self._connection.execute(
            f"SELECT {cells} FROM (FROM {quoted(table.name)} ORDER BY {table.order})"  # noqa: S608
        )
        wide = [at for at, column in enumerate(table.columns) if column.kind == "HUGEINT"]
        while rows := cursor.fetchmany(ROWS_A_FETCH):
            yield [_narrowed(row, wide) for row in rows] if wide else rows

    def is_within(self, table: str, column: str, other: str, key: str) -> bool:
        """Whether every value of a column is one of another table's, null aside."""
        found = self._connection.execute(
            f"SELECT 1 FROM {quoted(table)} t WHERE {quoted(column)} IS NOT NULL AND NOT EXISTS "  # noqa: S608
            f"(SELECT 1 FROM {quoted(other)} o WHERE o.{quoted(key)} = t.{quoted(column)}) LIMIT 1"
        )
        return not found.fetchall()

    def database(self, path: Path) -> None:
        """Begin a database of its own, empty, in small blocks: most of its tables are small.

        Raises:
            GenerationsError: the engine can't write to such a path.

        """
        check_place(path)
        self._connection.execute(
            f"ATTACH {literal(str(path))} AS {_TARGET} "
            "(RECOVERY_MODE no_wal_writes, BLOCK_SIZE 16384)"
        )
        self._connection.execute("BEGIN")

    def into_database(self, table: Table, comments: Iterable[tuple[str | None, str]]) -> None:
        """Copy a table into it, with comments on its columns and (None) on itself."""
        name = quoted(table.name)
        self._connection.execute(
            f"CREATE TABLE {_TARGET}.{name} AS FROM {_GIVEN}.{name} ORDER BY {table.order}"
        )
        said = [
            f"COMMENT ON TABLE {_TARGET}.{name} IS {literal(text)}"
            if column is None
            else f"COMMENT ON COLUMN {_TARGET}.{name}.{quoted(column)} IS {literal(text)}"
            for column, text in comments
        ]
        self._connection.execute("; ".join(said))

    def finish_database(self) -> None:
        """Put it on disk, whole."""
        self._connection.execute("COMMIT")
        self._connection.execute(f"CHECKPOINT {_TARGET}")
        self._connection.execute(f"DETACH {_TARGET}")


def _said(names: Sequence[str], values: Sequence[str | None]) -> dict[str, str]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _csv_cell(column: Column) -> str:
    """Return the SQL of a cell; a text that a spreadsheet would run gets an apostrophe before it."""
    name = quoted(column.name)
    if column.is_text:
        starts = ", ".join(map(literal, FORMULA_STARTS))
        return (
            f"CASE WHEN left({name}, 1) IN ({starts}) THEN '''' || {name} ELSE {name} END AS {name}"
        )
    return f"{_plain_cell(column)} AS {name}"


def _plain_cell(column: Column) -> str:
    name = quoted(column.name)
    if column.is_nested:
        return f"CAST(to_json({name}) AS VARCHAR)"
    if column.kind == "TIMESTAMP":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"CAST({name} AS VARCHAR)" if column.kind == "DATE" else name


def _narrowed(row: tuple[Any, ...], wide: list[int]) -> tuple[Any, ...]:
    """Return a row in which no number is beyond 64 bits."""
    if all(row[at] is None or -_WORD <= row[at] < _WORD for at in wide):
        return row
    cells = list(row)
    for at in wide:
        if cells[at] is not None and not -_WORD <= cells[at] < _WORD:
            cells[at] = str(cells[at])
    return tuple(cells)
