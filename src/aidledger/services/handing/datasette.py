"""Every view and model as one SQLite file, with what Datasette shows of tables, columns and questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from aidledger.replay.engine import EngineLimits
from aidledger.replay.handing import Column, Copier
from aidledger.services.files import placed_file
from aidledger.services.handing.finished import Finished
from aidledger.services.handing.manifest import Manifest, handed_file, write_beside
from aidledger.services.handing.tables import Progress, handing
from aidledger.services.handing.words import TableWords, told
from aidledger.store.handed import PlainTable, write_plain

INDEXED: Final = ("effective_on", "month", "person", "stream")
"""Columns that people look for rows by; those of a reference have an index as well."""
REFERENCES: Final = {
    "carer": ("carers", "carer"),
    "case": ("case_state", "case"),
    "facility": ("facilities", "facility"),
    "position": ("entry", "position"),
}
"""What a column names in another table, where it does."""


class Question(NamedTuple):
    """A question that Datasette offers: what it is, the tables that it reads, its SQL."""

    title: str
    reads: tuple[str, ...]
    sql: str


QUERIES: Final[dict[str, Question]] = {
    "case_history": Question(
        title="个案经过：一个流的全部条目 / every entry of a case, carer, run or fund, by its stream",
        reads=("entry",),
        sql="SELECT position, recorded_at, effective_on, type, actor, office FROM entry "
        "WHERE stream = :stream ORDER BY position",
    ),
    "person_cases": Question(
        title="一个人的全部个案 / the cases of a person, by token",
        reads=("case_people", "case_state"),
        sql='SELECT p.*, s.stage FROM case_people AS p JOIN case_state AS s ON s."case" = p."case" '
        'WHERE p.person = :person ORDER BY p."case"',
    ),
    "paid_by_month": Question(
        title="逐月发放（元） / paid by month, in yuan",
        reads=("payment_issued",),
        sql="SELECT month, count(*) AS lines, sum(amount_fen) / 100.0 AS yuan FROM payment_issued "
        "GROUP BY month ORDER BY month",
    ),
    "due_and_paid": Question(
        title="一个个案逐月应发与已发（分） / due and paid of a case, month by month, in fen",
        reads=("arrears",),
        sql='SELECT * FROM arrears WHERE "case" = :case ORDER BY month',
    ),
    "largest_payments": Question(
        title="金额最大的发放 / the largest payments",
        reads=("payment_issued",),
        sql="SELECT position, stream, month, amount_fen / 100.0 AS yuan FROM payment_issued "
        "ORDER BY amount_fen DESC, position LIMIT 100",
    ),
}


def write_sqlite(
    path: Path,
    given: Finished,
    *,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Write the file, its description for Datasette and its manifest; return what the manifest says.

    Raises:
        GenerationsError: the engine had no room to work.
        StoreError: the file can't be written, the disk is not full.
        OSError: it is, or something else; what stood there before stands there still.

    """
    beside = path.with_name(f"{path.name}.metadata.json")
    with placed_file(beside) as about, placed_file(path) as draft:
        with handing(given, limits, progress) as tables:
            references = _references(tables.copier, tables.tables)
            pages = (
                (_plain(one, references[one.table.name]), tables.copier.rows(one.table))
                for one in tables
            )
            write_plain(draft, pages)
        about.write_bytes(_metadata(path, given, tables.tables))
        files = (handed_file(draft, path), handed_file(about, beside))
        manifest = tables.manifest("sqlite", *files)
    write_beside(path, manifest)
    return manifest


def _references(
    copier: Copier, tables: Sequence[TableWords]
) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Return what the columns of each table name in another, where every value of them is there."""
    named = {one.table.name for one in tables}
    found = {}
    for one in tables:
        name = one.table.name
        found[name] = tuple(
            (column.name, other, key)
            for column in one.table.columns
            for other, key in (REFERENCES.get(column.name, ("", "")),)
            if other in named - {name} and copier.is_within(name, column.name, other, key)
        )
    return found


def _plain(one: TableWords, references: tuple[tuple[str, str, str], ...]) -> PlainTable:
    table = one.table
    named = {column for column, _, _ in references} | set(INDEXED)
    return PlainTable(
        name=table.name,
        columns=tuple((column.name, _kind(column)) for column in table.columns),
        key=table.key,
        references=references,
        indexes=tuple(
            column.name
            for column in table.columns
            if column.name in named and not column.is_nested and column.name != (*table.key, "")[0]
        ),
    )


def _kind(column: Column) -> str:
    """Return the type of a column in SQLite: days, moments, lists and objects are texts."""
    return "INTEGER" if column.is_whole or column.kind == "BOOLEAN" else "TEXT"


def _metadata(path: Path, given: Finished, tables: Sequence[TableWords]) -> bytes:
    """Return the description as Datasette reads it with ``--metadata``."""
    named = {one.table.name for one in tables}
    asked = "all that is known" if given.known_on is None else str(given.known_on)
    about = {
        "title": f"社会救助审计账本 / audit ledger: {given.log.origin}",
        "description": (
            f"{given.log.size} entries, root {given.log.root}; in force on {given.as_of}, "
            f"known on {asked}. People are there by token. Sums are in fen (分)."
        ),
        "source": given.log.origin,
        "databases": {
            path.stem: {
                "tables": {one.table.name: _table(one) for one in tables},
                "queries": {
                    name: {"title": one.title, "sql": one.sql}
                    for name, one in QUERIES.items()
                    if set(one.reads) <= named
                },
            }
        },
    }
    return msgspec.json.format(msgspec.json.encode(about)) + b"\n"


def _table(one: TableWords) -> dict[str, Any]:
    table: dict[str, Any] = {
        "title": f"{one.title.zh} / {one.title.en}",
        "description": one.meaning.en,
        "columns": {column.name: told(one.table.name, column) for column in one.table.columns},
    }
    if one.table.key == ("position",):
        table["sort"] = "position"
    return table
