"""Every view and model as Parquet files or one DuckDB file, with totals that can be worked out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aidledger.replay.engine import EngineLimits
from aidledger.replay.handing import Copier, Table, copying
from aidledger.services.files import placed_file
from aidledger.services.handing.finished import Finished
from aidledger.services.handing.manifest import (
    NAME,
    HandedFile,
    HandedTable,
    Manifest,
    encoded,
    files_in,
    handed_file,
    write_beside,
)
from aidledger.services.handing.placing import placed_folder
from aidledger.services.handing.words import TableWords, described, told

Progress = Callable[[int, int], None]
"""Told of how many of how many tables are written."""

ORDERED: Final = ("position", "effective_on", "month")
"""Of these a manifest says the first and the last value, where a table has them."""


class Handing:
    """The tables of a finished database, given one after the other, each totalled once it is written."""

    def __init__(
        self, given: Finished, copier: Copier, progress: Progress | None, *, rooted: bool
    ) -> None:
        self.given = given
        self._rooted = rooted
        self.copier = copier
        self.tables = described(copier.columns(), given.models, given.events)
        self.totals: list[HandedTable] = []
        self._progress = progress

    def __iter__(self) -> Iterator[TableWords]:
        for done, one in enumerate(self.tables):
            if self._progress is not None:
                self._progress(done, len(self.tables))
            yield one
            self.totals.append(self._totals_of(one.table))

    def _totals_of(self, table: Table) -> HandedTable:
        """Return the control totals of a table: rows, sums of money, first and last."""
        sums = [one.name for one in table.columns if one.is_whole and one.name.endswith("_fen")]
        ends = [one.name for one in table.columns if one.name in ORDERED and not one.is_nested]
        found = self.copier.totals(table, sums, ends)
        return HandedTable(
            name=table.name,
            rows=found.rows,
            sums=found.sums,
            first=found.first,
            last=found.last,
            root=self._root_of(table),
        )

    def _root_of(self, table: Table) -> str:
        """Return the root over a table's rows: known of models, of others worked out where asked for."""
        if table.name in self.given.models and (known := self.given.roots.get(table.name)):
            return known
        return self.copier.root(table) if self._rooted else ""

    def manifest(self, kind: str, *files: HandedFile) -> Manifest:
        """Return the manifest of what was made of the tables."""
        given = self.given
        return Manifest(
            kind=kind,
            log=given.log,
            as_of=given.as_of,
            known_on=given.known_on,
            files=files,
            tables=tuple(self.totals),
            missing=given.missing,
            skipped=given.skipped,
        )

    def manifest_into(self, folder: Path, kind: str) -> Manifest:
        """Write the manifest of a folder into it, and return it. Raises OSError."""
        manifest = self.manifest(kind, *files_in(folder))
        (folder / NAME).write_bytes(encoded(manifest))
        return manifest


@contextmanager
def handing(
    given: Finished,
    limits: EngineLimits | None,
    progress: Progress | None,
    *,
    rooted: bool = False,
) -> Iterator[Handing]:
    """Open a finished database to hand its tables over, each with its root if they are to be `rooted`.

    Raises:
        GenerationsError: the engine had no room to work.

    """
    with copying(given.path, limits) as copier:
        yield Handing(given, copier, progress, rooted=rooted)


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
    with placed_folder(path) as draft, handing(given, limits, progress) as tables:
        for one in tables:
            tables.copier.parquet(one.table, draft / f"{one.table.name}.parquet")
        return tables.manifest_into(draft, "parquet")


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
        with handing(given, limits, progress, rooted=True) as tables:
            tables.copier.database(draft)
            for one in tables:
                tables.copier.into_database(one.table, _comments(one))
            tables.copier.finish_database()
        manifest = tables.manifest("duckdb", handed_file(draft, path))
    write_beside(path, manifest)
    return manifest


def _comments(one: TableWords) -> Iterator[tuple[str | None, str]]:
    """Yield what is said of a table (None) and of its columns, in both languages."""
    yield None, f"{one.title.zh} / {one.title.en}: {one.meaning.en}"
    for column in one.table.columns:
        yield column.name, told(one.table.name, column)
