"""Holds two generations against each other: which rows of a model differ, by its key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import msgspec

from aidledger.replay.digest import columns_of, row_json
from aidledger.replay.engine import EngineLimits, reading_both
from aidledger.replay.views import quoted


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of a model only the newer has, only the older has, or both, but otherwise."""

    name: str
    added: int
    removed: int
    changed: int


class RowDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that differs: its key, and the row in both as canonical JSON (None: not there)."""

    key: str
    old: str | None
    new: str | None


def compare(
    old: Path,
    new: Path,
    models: Mapping[str, tuple[str, ...]],
    limits: EngineLimits | None = None,
) -> tuple[Comparison, ...]:
    """Count the rows that differ, for each model of (name, key) that both generations have.

    Raises:
        duckdb.Error: a file can't be read.

    """
    found = []
    with reading_both(old, new, limits) as connection:
        for name, key in models.items():
            sql = _joined(connection, name, key)
            if sql is None:
                continue
            row = connection.execute(
                "SELECT count(*) FILTER (WHERE o IS NULL), count(*) FILTER (WHERE n IS NULL), "  # noqa: S608
                f"count(*) FILTER (WHERE o <> n) FROM ({sql})"
            ).fetchone()
            added, removed, changed = row or (0, 0, 0)
            found.append(Comparison(name=name, added=added, removed=removed, changed=changed))
    return tuple(found)


def differing_rows(
    old: Path,
    new: Path,
    name: str,
    key: tuple[str, ...],
    *,
    most: int,
    limits: EngineLimits | None = None,
) -> list[RowDifference]:
    """Return at most so many rows that differ, in key order.

    Raises:
        duckdb.Error: a file can't be read.

    """
    with reading_both(old, new, limits) as connection:
        sql = _joined(connection, name, key)
        if sql is None:
            return []
        packed = ", ".join(f"{quoted(column)} := {quoted(column)}" for column in sorted(key))
        rows = connection.execute(
            f"SELECT CAST(to_json(struct_pack({packed})) AS VARCHAR), o, n FROM ({sql}) "  # noqa: S608
            f"WHERE o IS DISTINCT FROM n ORDER BY {', '.join(map(quoted, key))} LIMIT ?",
            [most],
        ).fetchall()
    return [RowDifference(key=row[0], old=row[1], new=row[2]) for row in rows]


def _joined(connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]) -> str | None:
    """Return the SQL of both sides of a model by key: o and n, a row as JSON; None: not in both."""
    sides = []
    keys = ", ".join(map(quoted, key))
    for side, alias in (("old", "o"), ("new", "n")):
        connection.execute(f"USE {side}")
        try:
            columns = {column for column, _ in columns_of(connection, name)}
        except duckdb.CatalogException:
            return None
        if not columns.issuperset(key):
            return None
        text = row_json(connection, name)
        sides.append(f"(SELECT {keys}, {text} AS {alias} FROM {side}.{quoted(name)})")  # noqa: S608
    return f"SELECT {keys}, o, n FROM {sides[0]} FULL JOIN {sides[1]} USING ({keys})"  # noqa: S608
