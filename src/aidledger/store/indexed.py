"""Not trusted: the index over the streams finds for each reader what its owner made it of; it is held against the rows.

Who owns the database can put an index that leaves entries out, or points to others, in the place of ours: a case
read by its stream is then another than the log that is verified, and no row was changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aidledger.store.port import LedgerStore, Run

_CHECK: Final = "PRAGMA integrity_check(entries)"
"""Of the table and its index: every row is in it once, in order, and nothing else."""
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
    with store.reading() as run:
        return bool(run(_CHECK, ()) == [("ok",)])


@contextmanager
def _snapshot(store: LedgerStore, begin: str) -> Iterator[Run]:
    """Read all of it at one moment, whatever is appended meanwhile."""
    with store.reading() as run:
        run(begin, ())
        try:
            yield run
        finally:
            run("ROLLBACK", ())
