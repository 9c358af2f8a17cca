"""Every view and model as Parquet files or one DuckDB file, with totals that can be worked out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from aidledger.replay.engine import EngineLimits
from aidledger.replay.handing import Copier, Table, copying
from aidledger.services.handing.finished import Finished
from aidledger.services.handing.manifest import (
    NAME,
    HandedTable,
    Manifest,
    encoded,
    files_in,
    handed_file,
    write_beside,
)
from aidledger.services.handing.placing import placed_file, placed_folder
from aidledger.services.handing.words import TableWords, described, told

Progress = Callable[[int, int], None]
"""Told of how many of how many tables are written."""

ORDERED: Final = ("position", "effective_on", "month")
"""Of these a manifest says the first and the last value, where a table has them."""


def write_parquet(
    path: Path,
    given: Finished,
    *,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Write a folder of Parquet files, one a table; return its manifest.

    Raises:
        ServiceError: there is something in the folder.
        GenerationsError: the engine had no room to work.
        OSError: it can't be written; nothing is there then.

    """
    with placed_folder(path) as draft, copying(given.path, limits) as copier:
        handed = []
        for one in counted(copier, given, progress):
            copier.parquet(one.table, draft / f"{one.table.name}.parquet")
            handed.append(totals(copier, given, one.table))
        manifest = msgspec.structs.replace(
            manifest_of("parquet", given), files=files_in(draft), tables=tuple(handed)
        )
        (draft / NAME).write_bytes(encoded(manifest))
    return manifest


def write_duckdb(
    path: Path,
    given: Finished,
    *,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Write one DuckDB file with every table, described in comments; return its manifest.

    The file has other bytes each time: what stays the same is the root of each of its tables.

    Raises:
        GenerationsError: the engine had no room to work.
        OSError: it can't be written; what stood there before stands there still.

    """
    with placed_file(path) as draft:
        handed = []
        with copying(given.path, limits) as copier:
            copier.database(draft)
            for one in counted(copier, given, progress):
                copier.into_database(one.table, _comments(one))
                counts = totals(copier, given, one.table)
                root = counts.root or copier.root(one.table)
                handed.append(msgspec.structs.replace(counts, root=root))
            copier.finish_database()
        manifest = msgspec.structs.replace(
            manifest_of("duckdb", given), files=(handed_file(draft, path),), tables=tuple(handed)
        )
    write_beside(path, manifest)
    return manifest


def counted(copier: Copier, given: Finished, progress: Progress | None) -> Iterator[TableWords]:
    """Yield every table with its words, and say how far it is."""
    found = described(copier.columns(), given.models, given.events)
    for done, one in enumerate(found):
        if progress is not None:
            progress(done, len(found))
        yield one


def _comments(one: TableWords) -> Iterator[tuple[str | None, str]]:
    """Yield what is said of a table (None) and of its columns, in both languages."""
    yield None, f"{one.title.zh} / {one.title.en}: {one.meaning.en}"
    for column in one.table.columns:
        yield column.name, told(one.table.name, column)


def totals(copier: Copier, given: Finished, table: Table) -> HandedTable:
    """Return the control totals of a table: rows, sums of money, first and last."""
    sums = [one.name for one in table.columns if one.is_whole and one.name.endswith("_fen")]
    ends = [one.name for one in table.columns if one.name in ORDERED and not one.is_nested]
    found = copier.totals(table, sums, ends)
    return HandedTable(
        name=table.name,
        rows=found.rows,
        sums=found.sums,
        first=found.first,
        last=found.last,
        root=given.roots.get(table.name, "") if table.name in given.models else "",
    )


def manifest_of(kind: str, given: Finished) -> Manifest:
    """Return the manifest of what is made of a finished database, without its files and tables."""
    return Manifest(
        kind=kind,
        log=given.log,
        as_of=given.as_of,
        known_on=given.known_on,
        files=(),
        missing=given.missing,
        skipped=given.skipped,
    )
