"""Small changes to tables, shared by the operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from aidledger.services.adversary.books import POSITION, STREAM, TYPE, Books, Row
from aidledger.services.adversary.forging import entry_of
from aidledger.services.adversary.scene import NotTriedError, Scene


def with_rows(books: Books, *rows: Row) -> Books:
    """Return the books with these entries in the place of those at their positions."""
    entries = list(books.entries)
    for row in rows:
        entries[row[POSITION]] = row
    return msgspec.structs.replace(books, entries=entries)


def with_value(books: Books, table: str, at: int, column: int, value: Any) -> Books:
    """Return the books with one value of one row of a table changed, the row chosen by its index."""
    rows: Sequence[Row] = getattr(books, table)
    row = rows[at]
    changed = [*rows[:at], (*row[:column], value, *row[column + 1 :]), *rows[at + 1 :]]
    return msgspec.structs.replace(books, **{table: changed})


def two_cases(scene: Scene) -> tuple[str, str]:
    """Return the streams of two cases worth attacking. Raises NotTriedError."""
    cases = [row[STREAM] for row in scene.victims(per_case=True)]
    if len(cases) < 2:
        raise NotTriedError("absent", "账本中没有两个个案", "the ledger has no two cases")
    return cases[0], cases[1]


def other_data(scene: Scene, row: Row) -> dict[str, Any]:
    """Return fields for an entry: the data of another one of its type, or another day."""
    for other in scene.by_type[row[TYPE]]:
        data = entry_of(other).data
        if other[STREAM] != row[STREAM] and data != entry_of(row).data:
            return {"data": data}
    return {"effective_on": "2020-02-29"}
