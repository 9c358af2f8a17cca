"""Trusted: writes a SQLite file of its own for others to read; an attacker who edits it meets its manifest."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from aidledger.store.sqlite_connect import driver, store_error


class PlainTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a plain SQLite file: columns with their types, key, references and indexes.

    `references` are (column, table, column there), `indexes` the columns that have one.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...] = ()
    references: tuple[tuple[str, str, str], ...] = ()
    indexes: tuple[str, ...] = ()


def write_plain(
    path: Path, tables: Iterable[tuple[PlainTable, Iterator[Sequence[Sequence[Any]]]]]
) -> None:
    """Write a new file with these tables and their pages of rows; the same rows give the same bytes.

    Raises:
        OSError: the disk is full.
        StoreError: the file can't be written for another reason.

    """
    module = driver()
    try:
        # half a file is worth nothing, and the caller syncs the whole one: no journal
        with closing(module.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("BEGIN")
            for table, pages in tables:
                connection.execute(_create(table))
                marks = ", ".join("?" * len(table.columns))
                insert = f"INSERT INTO {_quoted(table.name)} VALUES ({marks})"  # noqa: S608 - quoted
                for page in pages:
                    connection.executemany(insert, page)
                for column in table.indexes:
                    name = _quoted(f"{table.name}.{column}")
                    connection.execute(
                        f"CREATE INDEX {name} ON {_quoted(table.name)} ({_quoted(column)})"
                    )
            connection.execute("ANALYZE")
            connection.execute("COMMIT")
    except module.Error as error:
        told = store_error(error)
        if told.code == "disk_full":  # of a file that somebody asked for, and no ledger
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise told from error


def _create(table: PlainTable) -> str:
    parts = [f"{_quoted(name)} {kind}" for name, kind in table.columns]
    if table.key:
        parts.append(f"PRIMARY KEY ({', '.join(map(_quoted, table.key))})")
    parts += [
        f"FOREIGN KEY ({_quoted(column)}) REFERENCES {_quoted(other)} ({_quoted(there)})"
        for column, other, there in table.references
    ]
    return f"CREATE TABLE {_quoted(table.name)} ({', '.join(parts)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
