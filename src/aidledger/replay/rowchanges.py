"""Two answers of the same model, compared row by row: what came, what went, what is another.

A comparison is whole: laid upon the first answer it gives the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

Table = Sequence[Mapping[str, Any]]
"""Rows by column."""


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is otherwise: nothing ``before`` where it came, nothing ``after`` where it went.

    Of a row that was and is, both have only the columns that differ.
    """

    key: tuple[Any, ...]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def row_changes(before: Table, after: Table, key: Sequence[str]) -> tuple[RowChange, ...]:
    """Return what became different from one answer to another, in the order of the key."""
    old, new = _by_key(before, key), _by_key(after, key)
    changes = []
    for place in sorted({*old, *new}, key=repr):
        was, now = old.get(place), new.get(place)
        if was is None or now is None:
            changes.append(
                RowChange(
                    key=place,
                    before=None if was is None else dict(was),
                    after=None if now is None else dict(now),
                )
            )
            continue
        other = [column for column in now if was[column] != now[column]]
        if other:
            changes.append(
                RowChange(
                    key=place,
                    before={column: was[column] for column in other},
                    after={column: now[column] for column in other},
                )
            )
    return tuple(changes)


def applied(
    before: Table, changes: Iterable[RowChange], key: Sequence[str]
) -> list[dict[str, Any]]:
    """Lay changes upon the answer they begin with, and return the other one, in the key's order."""
    rows = {place: dict(row) for place, row in _by_key(before, key).items()}
    for change in changes:
        if change.after is None:
            del rows[change.key]
        else:
            rows[change.key] = rows.get(change.key, {}) | change.after
    return [rows[place] for place in sorted(rows, key=repr)]


def line_changes(before: Table, after: Table) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lines that came in and those that went out of a list whose rows have no key.

    A line is all that its columns say; the same line twice counts twice.
    """
    old, new = Counter(map(_line, before)), Counter(map(_line, after))
    return (
        [dict(line) for line in sorted((new - old).elements(), key=repr)],
        [dict(line) for line in sorted((old - new).elements(), key=repr)],
    )


def _by_key(table: Table, key: Sequence[str]) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    return {tuple(row[column] for column in key): row for row in table}


def _line(row: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(row.items())
