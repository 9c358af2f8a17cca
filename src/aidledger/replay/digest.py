"""Digests: a model's rows in key order as canonical JSON, hashed into an RFC 6962 root.

The same entries and the same SQL give the same root on any machine and any engine, and one row can
be proven without showing the others. A row is an object with its column names; days are ISO text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

import duckdb
import msgspec

from aidledger.ledger.canonical import clip
from aidledger.ledger.tree import EMPTY_ROOT, LEAF_PREFIX, Frontier
from aidledger.replay.models import ModelError
from aidledger.replay.views import literal, quoted

ROWS_A_FETCH: Final = 8_192


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows, and their root (hex)."""

    rows: int
    root: str


NO_ROWS: Final = Digest(rows=0, root=EMPTY_ROOT.hex())
"""The digest of every table without rows."""


def columns_of(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    """Return (column, SQL type) of a table in its order."""
    found = connection.execute(f"DESCRIBE {quoted(name)}").fetchall()
    return [(row[0], row[1]) for row in found]


def check_key(connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]) -> None:
    """Check that a model's key tells its rows apart.

    Raises:
        ModelError: the key has a missing value, or two rows have the same key.

    """
    if not key:
        return
    keys = ", ".join(quoted(column) for column in key)
    absent = " OR ".join(f"{quoted(column)} IS NULL" for column in key)
    row = connection.execute(
        f"SELECT count(*) - count(DISTINCT ({keys})), count(*) FILTER (WHERE {absent}) "  # noqa: S608
        f"FROM {quoted(name)}"
    ).fetchone()
    if row is None or row[0] or row[1]:
        raise ModelError(
            name,
            f"one row for each {clip(keys)}",
            "repeated or missing keys",
            "name a key in the header that tells the rows apart",
        )


def row_json(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """Return the SQL that writes a row of a table as its canonical JSON."""
    # DuckDB writes JSON as RFC 8785 does for what entries may hold; a test compares the two
    columns = sorted(column for column, _ in columns_of(connection, name))
    packed = ", ".join(f"{quoted(column)} := {quoted(column)}" for column in columns)
    return f"CAST(to_json(struct_pack({packed})) AS VARCHAR)"


def leaf_inputs(
    connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]
) -> Iterator[list[bytes]]:
    """Yield what is hashed for the leaf of each row (0x00 and its canonical JSON), in key order."""
    keys = ", ".join(quoted(column) for column in key)
    cursor = connection.execute(
        f"SELECT encode({row_json(connection, name)}) "  # noqa: S608
        f"FROM {quoted(name)} ORDER BY {keys or 'ALL'}"
    )
    while rows := cursor.fetchmany(ROWS_A_FETCH):
        # put before it here: the engine takes six times as long for it
        yield [LEAF_PREFIX + row for (row,) in rows]


def row_of_key(
    connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...], values: list[str]
) -> bytes | None:
    """Return the canonical JSON of the row with this key, its values as texts; None: there is none."""
    where = " AND ".join(f"CAST({quoted(column)} AS VARCHAR) = ?" for column in key)
    row = connection.execute(
        f"SELECT encode({row_json(connection, name)}) FROM {quoted(name)} WHERE {where}",  # noqa: S608
        values,
    ).fetchone()
    return None if row is None else bytes(row[0])


def leaves_of(
    connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]
) -> Iterator[list[bytes]]:
    """Yield the leaf hashes of a model's rows, in key order."""
    # the engine has a SHA-256 too, but not that of the processor: four times the work in all
    sha256 = hashlib.sha256
    for page in leaf_inputs(connection, name, key):
        yield [sha256(row).digest() for row in page]


def digest_of(connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]) -> Digest:
    """Return the digest of a model's table, whose key was checked."""
    frontier = Frontier()
    for leaves in leaves_of(connection, name, key):
        frontier.extend(leaves)
    return Digest(rows=frontier.size, root=frontier.root().hex())


def fingerprint(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[int, int]:
    """Return a table's row count and a fast hash of its content, to compare two copies of it."""
    return fingerprints(connection, (name,))[name]


def fingerprints(
    connection: duckdb.DuckDBPyConnection, names: Iterable[str]
) -> dict[str, tuple[int, int]]:
    """Return what `fingerprint` says of each of some tables, asked in one statement."""
    parts = [
        f"SELECT {literal(name)}, count(*), coalesce(bit_xor(hash({quoted(name)})), 0) "  # noqa: S608
        f"FROM {quoted(name)}"
        for name in names
    ]
    rows = connection.execute(" UNION ALL ".join(parts)).fetchall() if parts else []
    return {name: (int(count), int(content)) for name, count, content in rows}


def plain_rows(
    connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return a model's columns and rows in key order, days and times as ISO text."""
    columns = columns_of(connection, name)
    chosen = ", ".join(
        f"CAST({quoted(column)} AS VARCHAR) AS {quoted(column)}"
        if kind in ("DATE", "TIMESTAMP")
        else quoted(column)
        for column, kind in columns
    )
    order = ", ".join(str(index) for index in _places(columns, key)) or "ALL"
    rows = connection.execute(f"SELECT {chosen} FROM {quoted(name)} ORDER BY {order}").fetchall()  # noqa: S608
    return [column for column, _ in columns], rows


def _places(columns: list[tuple[str, str]], key: tuple[str, ...]) -> list[int]:
    """Return the places, from 1, of the key's columns."""
    names = [column for column, _ in columns]
    return [names.index(column) + 1 for column in key]
