"""One rebuild: entries loaded, models built, all of it in a file that is read back at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Protocol

import duckdb
import msgspec

from aidledger.disk import replace_file, sync
from aidledger.replay import building as building_module
from aidledger.replay.building import Builder, ModelResult, Results, Watch, shut_in
from aidledger.replay.digest import fingerprints
from aidledger.replay.engine import EngineLimits, building, pack, reading
from aidledger.replay.generation import GenerationsError
from aidledger.replay.journal import Input, Journal, drop_others, read_journal
from aidledger.replay.loading import Loaded, Source, load_all
from aidledger.replay.models import Model, loaded_tables

Progress = Callable[[str, int, int], None]
"""Told of a stage: ``load`` with rows read so far and all of them, or a model's name with how many
models were begun and all of them."""


class Load(Protocol):
    """Puts what a source has before a builder: into the views (`load_all`), or for Spark beside them."""

    def __call__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        *,
        as_of: date | None,
        known_on: date | None,
        progress: Callable[[int], None] | None,
    ) -> Loaded:
        """Load a source, cut and amended."""


class Job:
    """One rebuild in its file, from its first entry or from where another was killed.

    Only what `load_all` loaded is taken up again: of anything else the views are not whole.
    """

    def __init__(
        self,
        path: Path,
        given: Input,
        models: dict[str, Model],
        *,
        limits: EngineLimits | None,
        progress: Progress | None,
        builder: Builder = shut_in,
        load: Load = load_all,
    ) -> None:
        self.path = path
        self.partial = self.path.with_suffix(".partial")
        self.journal = self.path.with_suffix(".journal")
        self._given, self._models, self._limits = given, models, limits
        self._progress = progress
        self._builder, self._load_with = builder, load

    def run(self, source: Source) -> tuple[Loaded, Results, tuple[str, ...]]:
        """Build every model, and read back that the file holds what was built.

        Returns:
            what was loaded, what was built, and the models that had been before.

        """
        journal = read_journal(self.journal)
        if journal is not None and self._is_whole:
            try:
                return self._build(source, journal)
            except duckdb.Error:  # the file is not what the journal says: begin anew
                pass
        self.partial.unlink(missing_ok=True)
        self.journal.unlink(missing_ok=True)
        return self._build(source, None)

    @property
    def _is_whole(self) -> bool:
        return self._load_with is load_all

    def _build(
        self, source: Source, journal: Journal | None
    ) -> tuple[Loaded, Results, tuple[str, ...]]:
        done = journal.kept(self._models) if journal else {}
        with building(self.partial, self._limits) as connection:
            if journal is None:
                began = time.monotonic()
                loaded = self._load(connection, source)
                if time.monotonic() - began > building_module.KEEP_AFTER_SECONDS:
                    self._keep(connection, loaded, ())
            else:
                loaded = journal.loaded
                drop_others(connection, {*loaded_tables(), *done})
            results = self._builder(
                connection,
                self._models,
                done=done,
                watch=Watch(
                    progress=self._teller(len(done)),
                    keep=lambda built: self._keep(connection, loaded, built),
                    when_built=lambda: pack(connection),
                ),
            )
        self._read_back(results)
        return loaded, results, tuple(done)

    def _load(self, connection: duckdb.DuckDBPyConnection, source: Source) -> Loaded:
        tell, size = self._progress, self._given.size
        return self._load_with(
            connection,
            source,
            as_of=self._given.as_of,
            known_on=self._given.known_on,
            progress=(lambda rows: tell("load", rows, max(size, rows))) if tell else None,
        )

    def _teller(self, done: int) -> Callable[[str], None] | None:
        tell, total = self._progress, len(self._models)
        if tell is None:
            return None
        begun = done

        def begin(name: str) -> None:
            nonlocal begun
            tell(name, begun, total)
            begun += 1

        return begin

    def _keep(
        self,
        connection: duckdb.DuckDBPyConnection,
        loaded: Loaded,
        built: tuple[ModelResult, ...],
    ) -> None:
        """Pack what is finished, and only then say so."""
        if self._given.root and self._is_whole:
            pack(connection)
            journal = Journal(input=self._given, loaded=loaded, built=built)
            sync(self.partial.parent)  # the file has its name before the journal tells of it
            replace_file(self.journal, msgspec.json.encode(journal), mode=0o666)

    def _read_back(self, results: Results) -> None:
        with reading(self.partial, self._limits) as connection:
            # all in one statement: most tables are small, and each statement has to be planned
            found = fingerprints(connection, [model.name for model in results.built])
            for model in results.built:
                rows, content = found[model.name]
                if (rows, content) != (model.rows, model.content):
                    self.journal.unlink(missing_ok=True)
                    raise GenerationsError(
                        f"model {model.name}: expected {model.rows} rows as computed in "
                        f"{self.partial}, found {rows} rows with other content",
                        "the disk or the memory of this machine is at fault; the old generation "
                        "stays",
                    )
