"""Tables beside the ledger: rows of other offices that an entry vouches for by their root.

One Parquet file a table, named by the root over its rows: each row's canonical JSON, in the order of
its line, under an RFC 6962 root. Whoever wrote the file, the same rows have the same root. A table is
read only if each of its files is there and has the root that its entry says; else it is lost, with why,
and nobody takes it for empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal

import duckdb

from aidledger.domain.events.register import Kept
from aidledger.domain.keeping import KEPT_TABLES, Holds, KeptTable
from aidledger.ledger.canonical import clip
from aidledger.replay.digest import digest_of
from aidledger.replay.engine import EngineLimits, building
from aidledger.replay.views import event_views, literal, parquet_sql, quoted

KEY: Final = ("line",)
"""Rows stand in the order of the lines that they came from."""
LOADING: Final = "kept_loading"
_SQL: Final[dict[Holds, str]] = {"text": "VARCHAR", "day": "DATE", "whole": "BIGINT"}


def columns_of_kept(table: KeptTable) -> tuple[tuple[str, str], ...]:
    """Return (column, SQL type) of a table's file: the line first."""
    return (("line", "BIGINT"), *((name, _SQL[holds]) for name, holds in table.columns))


def lay_kept(connection: duckdb.DuckDBPyConnection, names: Iterable[str] = KEPT_TABLES) -> None:
    """Make tables, empty; of this connection alone, so that a finished generation may have them."""
    for name in names:
        columns = (("position", "BIGINT"), *columns_of_kept(KEPT_TABLES[name]))
        said = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns)
        connection.execute(f"CREATE TEMP TABLE {quoted(name)} ({said})")


def load_kept(
    connection: duckdb.DuckDBPyConnection, folder: Path | None, names: Iterable[str]
) -> dict[str, str]:
    """Make tables where the event views are loaded, and fill them from the files in a folder.

    Returns:
        the tables that are lost, each with what was expected and found.

    """
    names = sorted(set(names))
    lay_kept(connection, names)
    lost: dict[str, str] = {}
    for position, kept in list(vouched(connection, names)):
        if kept.name in lost:
            continue
        if folder is None:
            lost[kept.name] = "expected a folder of tables beside the ledger, found none"
            continue
        why = _take(connection, folder, position, kept)
        if why:
            lost[kept.name] = why
    for name in lost:
        connection.execute(f"DELETE FROM {quoted(name)}")  # noqa: S608 - quoted
    return lost


def vouched(
    connection: duckdb.DuckDBPyConnection, names: Iterable[str]
) -> Iterator[tuple[int, Kept]]:
    """Yield the tables that entries of loaded views vouch for, each with its position."""
    words = ", ".join(map(literal, names))
    for view in event_views().values():
        if not words or all(column.field != "kept" for column in view.columns):
            continue
        rows = connection.execute(
            "SELECT position, kept.name, kept.root, kept.rows "  # noqa: S608 - quoted
            f"FROM {quoted(view.name)} WHERE kept.name IN ({words}) ORDER BY position"
        ).fetchall()
        for position, name, root, count in rows:
            yield position, Kept(name=name, root=root, rows=count)


def _take(connection: duckdb.DuckDBPyConnection, folder: Path, position: int, kept: Kept) -> str:
    """Take the rows of one file; return why they are not to be believed, or nothing."""
    path = file_of(folder, kept)
    try:
        found = read_kept(connection, path, KEPT_TABLES[kept.name])
    except duckdb.Error as error:
        if not path.exists():
            return f"{path.name}: expected the table of entry {position}, found no such file"
        return f"{path.name}: expected a table, found {clip(str(error).splitlines()[0], 120)}"
    if found != kept:
        return (
            f"{path.name}: expected {kept.rows} rows of root {kept.root}, as entry {position} says, "
            f"found {found.rows} of {found.root}"
        )
    connection.execute(
        f"INSERT INTO {quoted(kept.name)} SELECT {position}, * FROM {LOADING}"  # noqa: S608
    )
    connection.execute(f"DROP TABLE {LOADING}")
    return ""


def read_kept(connection: duckdb.DuckDBPyConnection, path: Path, table: KeptTable) -> Kept:
    """Read a file into ``kept_loading`` and return what its rows are.

    Raises:
        duckdb.Error: no such file, or none of this table.

    """
    wanted = ", ".join(
        f"CAST({quoted(column)} AS {kind}) AS {quoted(column)}"
        for column, kind in columns_of_kept(table)
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {LOADING} AS "  # noqa: S608 - quoted
        f"SELECT {wanted} FROM {parquet_sql(path)}"
    )
    return said_of(connection, LOADING, table)


def state_of(folder: Path, kept: Kept) -> Literal["whole", "gone", "altered"]:
    """Say whether a table is there as its entry says: read and hashed again."""
    path, table = file_of(folder, kept), KEPT_TABLES.get(kept.name)
    if table is None or not path.exists():
        return "gone"
    with building(None, EngineLimits(threads=1)) as connection:
        try:
            found = read_kept(connection, path, table)
        except duckdb.Error:
            return "altered"
    return "whole" if found == kept else "altered"


def said_of(connection: duckdb.DuckDBPyConnection, name: str, table: KeptTable) -> Kept:
    """Return the rows and the root of a table's rows that stand under some name."""
    digest = digest_of(connection, name, KEY)
    return Kept(name=table.name, root=digest.root, rows=digest.rows)


def file_of(folder: Path, kept: Kept) -> Path:
    """Say where the rows of a table lie."""
    return folder / f"{kept.root}.parquet"


def write_kept(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Write the rows of a table into a file that only its owner reads.

    Raises:
        OSError: the disk refused.
        duckdb.Error: so did it to the engine.

    """
    path.touch(mode=0o600)
    connection.execute(
        f"COPY (SELECT * FROM {quoted(name)} ORDER BY line) "  # noqa: S608 - quoted
        f"TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
    )


def put_rows(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Iterable[dict[str, Any]]
) -> None:
    """Put rows into a table that is laid out: `position` and `line` and what else is given."""
    for row in rows:
        columns = ", ".join(map(quoted, row))
        marks = ", ".join("?" * len(row))
        connection.execute(
            f"INSERT INTO {quoted(name)} ({columns}) VALUES ({marks})",  # noqa: S608 - quoted
            list(row.values()),
        )
