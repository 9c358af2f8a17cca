"""Not trusted: an index finds for each reader what its owner made it of; it is held against the rows.

Who owns the database can put an index that leaves rows out, or points to others, in the place of ours or beside it:
a case read by its stream is then another than the log that is verified, a request that was recorded is recorded
again, and no row was changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import PrimaryKeyConstraint, Table, Text, UniqueConstraint

from aidledger.store.port import LedgerStore, Run
from aidledger.store.schema import METADATA

_PAGE: Final = 10_000
CACHES: Final = {"tracking", "snapshots"}
_FOUND: Final = (
    "SELECT i.name, group_concat(CASE WHEN c.coll <> 'BINARY' OR c.\"desc\" OR i.partial THEN '?'"
    " ELSE coalesce(c.name, '?') END) FROM pragma_index_list(?) AS i, pragma_index_xinfo(i.name) AS c"
    " WHERE c.key GROUP BY i.name"
)
_WITHOUT_ROWID: Final = "SELECT 1 FROM pragma_table_list WHERE lower(name) = ? AND wr"
_READABLE: Final = "SELECT coalesce(has_table_privilege(to_regclass(%s), 'SELECT'), false)"
_ONE_WAY: Final = (
    *("enable_seqscan", "enable_bitmapscan", "enable_sort"),
    *("enable_incremental_sort", "enable_indexonlyscan"),
)
"""With these off PostgreSQL reads in an order by the index that has it, and each row from the table."""


def doctored(store: LedgerStore) -> Iterator[str]:
    """Yield the tables an index of which does not have each row once, at its place, and no other.

    Raises:
        StoreError: the database refuses.

    """
    lite = store.engine_name == "sqlite"
    for table in METADATA.tables.values():
        if table.name in CACHES:
            continue
        begin = "BEGIN" if lite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        with _snapshot(store, begin) as run:
            if not (_sound_file if lite else _sound_server)(run, table):
                yield table.name


@contextmanager
def _snapshot(store: LedgerStore, begin: str) -> Iterator[Run]:
    """Read all of it at one moment, whatever is appended meanwhile."""
    with store.reading() as run:
        run(begin, ())
        try:
            yield run
        finally:
            run("ROLLBACK", ())


def _keys(table: Table) -> Iterator[tuple[str, ...]]:
    """Yield what each index of ours over a table orders by."""
    for one in table.constraints:
        if isinstance(one, UniqueConstraint | PrimaryKeyConstraint):
            yield tuple(column.name for column in one.columns)


def _sound_server(run: Run, table: Table) -> bool:
    name = f"aidledger.{table.name}"
    if table.name == "checkpoints" or not run(_READABLE, (name,))[0][0]:
        return True  # those of the one are found by no index; another login may read the other
    for index in ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"):
        run(f"SET LOCAL {index} = off", ())
    whole = run(f"SELECT count(*) FROM {name}", ())[0][0]  # noqa: S608
    run("SET LOCAL enable_indexscan = on", ())
    for way in _ONE_WAY:
        run(f"SET LOCAL {way} = off", ())
    for columns in _keys(table):
        key = ", ".join(columns)
        before = ", ".join(f"lag({column}) OVER w AS before_{column}" for column in columns)
        earlier = ", ".join(f"before_{column}" for column in columns)
        count, back = run(
            f"SELECT count(*), count(*) FILTER (WHERE ({key}) <= ({earlier})) FROM ("  # noqa: S608
            f"SELECT {key}, {before} FROM {name} WINDOW w AS (ORDER BY {key})) AS one",
            (),
        )[0]
        if (count, back) != (whole, 0):
            return False
    return True


def _sound_file(run: Run, table: Table) -> bool:
    ours = {*_keys(table)}
    found = {str(name): tuple(str(key).split(",")) for name, key in run(_FOUND, (table.name,))}
    if not ours >= {*found.values()} or run(_WITHOUT_ROWID, (table.name,)):
        # SQLite's own look goes row by row: slow from a cold disk
        return bool(run(f"PRAGMA integrity_check('{table.name}')", ())[0][0] == "ok")
    try:
        return all(
            _sum(_by_index(run, table, name, key)) == _sum(_by_row(run, table, key))
            for name, key in found.items()
        )
    except (_OutOfOrderError, TypeError):
        return False


class _OutOfOrderError(Exception):
    """The index gives its rows in another order than that of their keys."""


def _by_index(run: Run, table: Table, index: str, key: tuple[str, ...]) -> Iterator[Any]:
    where, last = "", ()
    texts = [isinstance(table.c[name].type, Text) for name in key]
    marks = ", ".join("CAST(? AS TEXT)" if text else "?" for text in texts)
    order = ", ".join(key)
    while rows := run(
        f'{_columns(table, key)} INDEXED BY "{index}" {where} ORDER BY {order} LIMIT {_PAGE}', last
    ):
        for row in rows:
            if last and not last < row[1:]:
                raise _OutOfOrderError
            last = row[1:]
        yield from rows
        where = f"WHERE ({order}) > ({marks})"


def _by_row(run: Run, table: Table, key: tuple[str, ...]) -> Iterator[Any]:
    last = -(2**63)
    while rows := run(
        f"{_columns(table, key)} NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT {_PAGE}", (last,)
    ):
        last = rows[-1][0]
        yield from rows


def _columns(table: Table, key: tuple[str, ...]) -> str:
    """Ask for bytes where a text may be none."""
    wanted = (
        f"CAST({name} AS BLOB)" if isinstance(table.c[name].type, Text) else name for name in key
    )
    return f"SELECT rowid, {', '.join(wanted)} FROM {table.name}"  # noqa: S608


def _sum(rows: Iterator[Any]) -> tuple[int, int]:
    """Return how many rows there are, and a sum over them that no order changes."""
    count = total = 0
    for row in rows:
        count += 1
        total += hash(tuple(row))
    return count, total
