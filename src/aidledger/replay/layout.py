"""Lays out the tables that entries are loaded into, empty: a table of each event type, and more beside.

DuckDB takes half a millisecond for a statement that makes a table, and there are hundreds. A process
that builds again copies them from a database that has nothing else: a fifth of that time.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from aidledger.replay.engine import SCRATCH
from aidledger.replay.versions import BESIDE_COLUMNS, beside_sql
from aidledger.replay.views import ENTRY_SQL, create_sql, literal, quoted, views_read

_times = count()


def lay_out(connection: duckdb.DuckDBPyConnection, reads: Collection[str] | None = None) -> None:
    """Make every view, and what is laid beside them, empty, in the database in use.

    Where `reads` says which tables are read, no other view is there, and all other entries go into one.

    Raises:
        duckdb.Error: the engine has no room.

    """
    if reads is None and next(_times):
        try:
            _copy(connection)
        except OSError:  # no room for the half megabyte of a file
            make_tables(connection)
    else:
        make_tables(connection, reads)


def make_tables(
    connection: duckdb.DuckDBPyConnection, reads: Collection[str] | None = None
) -> None:
    """Make them by a statement each."""
    made = {view.name: create_sql(view) for view in views_read(reads).values()}
    if reads is None or "entry" in reads:
        made["entry"] = ENTRY_SQL
    connection.execute("; ".join((*made.values(), *map(beside_sql, BESIDE_COLUMNS))))


def _copy(connection: duckdb.DuckDBPyConnection) -> None:
    """Copy them from a database of this process. Raises OSError."""
    with TemporaryDirectory(prefix=SCRATCH) as folder:
        place = Path(folder) / "empty.duckdb"
        place.write_bytes(_empty())
        used = connection.execute("SELECT current_database()").fetchall()[0][0]
        connection.execute(
            f"ATTACH {literal(str(place))} AS empty (READ_ONLY);"
            f" COPY FROM DATABASE empty TO {quoted(used)} (SCHEMA); DETACH empty"
        )


@lru_cache(maxsize=1)
def _empty() -> bytes:
    """Return a database that has these tables and nothing else. Raises OSError."""
    with TemporaryDirectory(prefix=SCRATCH) as folder:
        place = Path(folder) / "empty.duckdb"
        with duckdb.connect(place) as made:
            make_tables(made)
        return place.read_bytes()
