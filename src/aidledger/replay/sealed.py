"""Takes the columns of sealed segments into the views: no record is read but those to be decoded.

A segment's files are named by view; a column that a file lacks was added to the type after the segment
was sealed, and is null in all its rows. Whether the files may be believed is asked before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from aidledger.replay.patterns import AMENDING_TYPES
from aidledger.replay.rows import HostileRow
from aidledger.replay.views import (
    ENVELOPE,
    OTHER,
    EventView,
    literal,
    parquet_sql,
    quoted,
    view_name,
)

RECORDS: Final = "records"
"""The file of a segment's records: position, record, leaf_hash."""


class SealedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed segment: its positions from `first` up to, not including, `end`, and its folder.

    `views` names the views that have a file. `unread` are the positions of the records that are in
    none of them, as they could not be read when they were sealed.
    """

    first: int
    end: int
    folder: Path
    views: frozenset[str]
    unread: tuple[int, ...]


def file_of(folder: Path, name: str) -> str:
    """Return where the rows of a view, or the records, lie in a segment's folder."""
    return str(folder / f"{name}.parquet")


def sealed_appends(
    runs: Iterable[SealedRun], views: Mapping[str, EventView]
) -> Iterator[tuple[str, str]]:
    """Yield (view, SQL that appends its rows of sealed segments), of the types that go in.

    Amendments are left out: they are decoded, see `rows_to_decode`.
    """
    files: dict[str, list[str]] = {}
    for run in runs:
        for name in run.views:
            files.setdefault(name, []).append(file_of(run.folder, name))
    others: dict[str, list[str]] = {}
    for type_name, view in views.items():
        name = view_name(type_name)
        if name not in files or type_name in AMENDING_TYPES:
            continue
        if view is OTHER:
            others[type_name] = files[name]
        else:
            yield view.name, _append_sql(view, files[name])
    if others:
        yield OTHER.name, _append_others_sql(others)


def rows_to_decode(
    connection: duckdb.DuckDBPyConnection, runs: Iterable[SealedRun]
) -> list[HostileRow]:
    """Return (position, record) of the sealed records that must be decoded, in position order.

    They are the amendments, and what could not be read when it was sealed.

    Raises:
        duckdb.Error: a file is gone, or the engine could not work.

    """
    found: list[HostileRow] = []
    for run in runs:
        wanted = list(run.unread)
        for name in sorted(run.views & set(map(view_name, AMENDING_TYPES))):
            read = parquet_sql(file_of(run.folder, name))
            most = (
                run.end - run.first
            )  # a file of some kilobytes may hold more rows than any memory
            rows = connection.execute(f"SELECT position FROM {read} LIMIT {most}").fetchall()  # noqa: S608
            wanted += [position for (position,) in rows]
        if wanted:
            found += connection.execute(
                f"SELECT position, record FROM {parquet_sql(file_of(run.folder, RECORDS))} "  # noqa: S608
                "WHERE position IN (SELECT unnest(?::BIGINT[])) ORDER BY position",
                [wanted],
            ).fetchall()
    return found


def _append_sql(view: EventView, files: list[str]) -> str:
    """Return the statement that appends what files have of a view's columns."""
    known = [name for name, _ in ENVELOPE] + [column.name for column in view.columns]
    names = ", ".join(map(literal, known))
    return (  # every part is quoted, and comes from the catalogue or a folder's name
        f"INSERT INTO {quoted(view.name)} BY NAME "  # noqa: S608
        f"SELECT COLUMNS(lambda one: list_contains([{names}], one)) "
        f"FROM {parquet_sql(*files, more=', union_by_name = true')}"
    )


def _append_others_sql(files: Mapping[str, list[str]]) -> str:
    """Return the statement that appends the envelopes in files, by the wire name of their type."""
    names = ", ".join(name for name, _ in ENVELOPE)
    read = parquet_sql(
        *(path for several in files.values() for path in several), more=", filename = 'read_from'"
    )
    types = ", ".join(f"({literal(view_name(name))}, {literal(name)})" for name in files)
    return (  # as above
        f"INSERT INTO {quoted(OTHER.name)} SELECT {names}, said.type "  # noqa: S608
        f"FROM {read} "
        f"JOIN (VALUES {types}) AS said(name, type) ON said.name = parse_filename(read_from, true)"
    )
