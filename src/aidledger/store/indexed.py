"""Not trusted: the index over the streams finds for each reader what its owner made it of; it is held against the rows.

Who owns the database can put an index that leaves entries out, or points to others, in the place of ours: a case
read by its stream is then another than the log that is verified, and no row was changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from aidledger.store.errors import StoreError
from aidledger.store.port import LedgerStore, Run

_PAGE: Final = 10_000
_INDEX: Final = "sqlite_autoindex_entries_1"
_COLUMNS: Final = "SELECT CAST(stream AS BLOB), version, position FROM entries"
_BY_STREAM: Final = (
    f"{_COLUMNS} INDEXED BY {_INDEX} WHERE (stream, version) > (CAST(? AS TEXT), ?)"
    f" ORDER BY stream, version LIMIT {_PAGE}"
)
_BY_POSITION: Final = f"{_COLUMNS} NOT INDEXED WHERE position > ? ORDER BY position LIMIT {_PAGE}"
_ONE_WAY: Final = (
    *("enable_seqscan", "enable_bitmapscan", "enable_sort"),
    *("enable_incremental_sort", "enable_indexonlyscan"),
)
"""With these off PostgreSQL reads in an order by the index that has it, and each row from the table."""
_WHOLE: Final = "SELECT count(*) FROM aidledger.entries"
_IN_ORDER: Final = (
    "SELECT count(*), count(*) FILTER (WHERE (stream, version) <= (before, version_before)) FROM ("
    "SELECT stream, version, lag(stream) OVER w AS before, lag(version) OVER w AS version_before"
    " FROM aidledger.entries WINDOW w AS (ORDER BY stream, version)) AS entry"
)


def index_finds_all(store: LedgerStore) -> bool:
    """Say whether the index over the streams has each entry once, at its place, and no other.

    Raises:
        StoreError: the database refuses.

    """
    if store.engine_name != "sqlite":
        with _snapshot(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as run:
            for name in ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"):
                run(f"SET LOCAL {name} = off", ())
            whole = run(_WHOLE, ())[0][0]
            run("SET LOCAL enable_indexscan = on", ())
            for name in _ONE_WAY:
                run(f"SET LOCAL {name} = off", ())
            count, back = run(_IN_ORDER, ())[0]
            return (whole, 0) == (count, back)
    try:
        with _snapshot(store, "BEGIN") as run:
            return _sum(_by_stream(run)) == _sum(_by_position(run))
    except (_OutOfOrderError, TypeError):
        return False
    except StoreError as error:
        if "no such index" in str(error):
            return False
        raise


class _OutOfOrderError(Exception):
    """The index gives its rows in another order than that of their keys."""


@contextmanager
def _snapshot(store: LedgerStore, begin: str) -> Iterator[Run]:
    """Read all of it at one moment, whatever is appended meanwhile."""
    with store.reading() as run:
        run(begin, ())
        try:
            yield run
        finally:
            run("ROLLBACK", ())


def _by_stream(run: Run) -> Iterator[Any]:
    last: tuple[Any, Any] = (b"", -1)
    while rows := run(_BY_STREAM, last):
        for row in rows:
            if not last < (row[0], row[1]):
                raise _OutOfOrderError
            last = (row[0], row[1])
        yield from rows


def _by_position(run: Run) -> Iterator[Any]:
    last = -1
    while rows := run(_BY_POSITION, (last,)):
        last = rows[-1][2]
        yield from rows


def _sum(rows: Iterator[Any]) -> tuple[int, int]:
    """Return how many rows there are, and a sum over them that no order changes."""
    count = total = 0
    for row in rows:
        count += 1
        total += hash(tuple(row))
    return count, total
