"""The copy that is attacked: a scratch ledger of the same engine, made to hold anything by SQL.

A copy has the tables of the original without the vault: no personal value is copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from aidledger.services.adversary.books import Books, Change, Row, changes
from aidledger.store.opening import mark_path
from aidledger.store.scratch import EMPTY_ORIGIN, RunMany, scratch

_EMPTY_HEAD: Final[Row] = (0, b"", b"", None, EMPTY_ORIGIN)


def statements(found: Sequence[Change]) -> Iterator[tuple[str, Sequence[Sequence[Any]]]]:
    """Yield the SQL of changes, each with the rows to run it for: first all that go, then all that come."""
    for table, gone, _ in found:
        if gone:
            where = " AND ".join(f"{table.columns[at]} = ?" for at in table.key)
            keys = [tuple(row[at] for at in table.key) for row in gone]
            yield f"DELETE FROM {table.name} WHERE {where}", keys  # noqa: S608
    for table, _, new in found:
        if new:
            names, marks = ", ".join(table.columns), ", ".join("?" * len(table.columns))
            yield f"INSERT INTO {table.name} ({names}) VALUES ({marks})", new  # noqa: S608


class Copy:
    """A scratch ledger whose tables and mark can be made to hold anything."""

    def __init__(self, location: str, run_many: RunMany) -> None:
        self.location = location
        self._run_many = run_many
        self._mark = mark_path(location)

    def apply(self, found: Sequence[Change]) -> None:
        """Change rows, in one transaction."""
        self._run_many("BEGIN", ())
        try:
            for statement, rows in statements(found):
                self._run_many(statement, rows)
        except BaseException:
            self._run_many("ROLLBACK", ())
            raise
        self._run_many("COMMIT", ())

    @contextmanager
    def attacked(self, before: Books, after: Books) -> Iterator[str]:
        """Hold the copy in another state for a while; gives its location."""
        found = changes(before, after)
        self.apply(found)
        self.set_mark(after.mark)
        try:
            yield self.location
        finally:
            self.apply([change.undone() for change in reversed(found)])
            self.set_mark(before.mark)

    def set_mark(self, mark: bytes | None) -> None:
        """Write the mark beside the copy, or take it away."""
        if mark is None:
            self._mark.unlink(missing_ok=True)
        else:
            self._mark.parent.mkdir(parents=True, exist_ok=True)
            self._mark.write_bytes(mark)


@contextmanager
def copied(books: Books, original: str) -> Iterator[Copy]:
    """Make a copy on the engine of the original, and take it away in the end.

    Raises:
        StoreError: the login may make no database on the server, or server or disk refuse.
    """
    nothing = Books(
        entries=[], nodes=[], head=[_EMPTY_HEAD], batches=[], checkpoints=[], evidence=[], mark=None
    )
    with scratch(original) as made:
        copy = Copy(made.location, made.run_many)
        try:
            copy.apply(changes(nothing, books))
            copy.set_mark(books.mark)
            yield copy
        finally:
            copy.set_mark(None)
