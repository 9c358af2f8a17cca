"""From DuckDB to Spark and back: views go out as Parquet, built models come in, and their digests.

Each model is first planned by DuckDB over empty tables: whatever is wrong with it shows before
Spark starts, and what Spark built is taken over with the types that DuckDB would have given.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
from pyspark.sql import SparkSession

from aidledger.ledger.canonical import clip
from aidledger.ledger.tree import Frontier
from aidledger.replay.building import (
    Builder,
    ModelResult,
    Results,
    Watch,
    build,
    build_table,
    failure_of,
    unread,
)
from aidledger.replay.byledger import LEDGER
from aidledger.replay.digest import columns_of, digest_of, fingerprint
from aidledger.replay.engine import EngineLimits, building
from aidledger.replay.generation import GenerationsError
from aidledger.replay.loading import Loaded, Source
from aidledger.replay.models import Model, ModelError, tables_read
from aidledger.replay.overlay import SealedViews, drop_views, load_beside
from aidledger.replay.spark import LEAF, LedgerViews, build_ledgers, place_of, session_of
from aidledger.replay.versions import BESIDE_COLUMNS, beside_sql
from aidledger.replay.views import ENTRY_SQL, create_sql, event_views, literal, parquet_sql, quoted

Columns = list[tuple[str, str]]
_ONE: Final = "ledger"
"""What the one ledger of a rebuild is called among Spark's partitions."""


def shapes() -> dict[str, str]:
    """Return for each view, by name, the statement that makes an empty table of it."""
    return {
        **{view.name: create_sql(view) for view in event_views().values()},
        "entry": ENTRY_SQL,
        **{name: beside_sql(name) for name in BESIDE_COLUMNS},
    }


def viewed(models: Mapping[str, Model]) -> list[str]:
    """Return the views that models read, by name, and `parameters`."""
    return sorted(tables_read(models) | {"parameters"})


def plan(models: Mapping[str, Model]) -> dict[str, Columns]:
    """Return the columns that DuckDB gives each model, with their types.

    Raises:
        ModelError: as `building.build_table`.

    """
    with building(None) as connection:
        connection.execute("; ".join(shapes().values()))
        for model in models.values():
            build_table(connection, model)
        return {name: columns_of(connection, name) for name in models}


def export_views(
    connection: duckdb.DuckDBPyConnection,
    names: Iterable[str],
    folder: Path,
    ledger: str,
    sealed: SealedViews | None = None,
    *,
    shared: Path | None = None,
) -> LedgerViews:
    """Lay the views that have rows before Spark, in a folder that all ledgers of a run share.

    What was loaded is written as Parquet. Of a sealed file a link is made, by which Spark reads it
    where it lies, or a copy where the workers don't see it, or the disk knows no links.

    Args:
        connection: with the loaded views.
        names: of the views.
        folder: the folder.
        ledger: the ledger's name, as a folder may have it.
        sealed: the columns of its segments.
        shared: as `Engine` has its `folder`.

    Raises:
        duckdb.Error: the disk refused.
        OSError: the same.

    """
    for name in names:
        row = connection.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 1").fetchone()  # noqa: S608
        if row is not None:
            path = folder / place_of(name, ledger, sealed=False) / "rows.parquet"
            path.parent.mkdir(parents=True)
            connection.execute(f"COPY {quoted(name)} TO {literal(str(path))} (FORMAT parquet)")
    for name, several in sealed.files.items() if sealed else ():
        place = folder / place_of(name, ledger, sealed=True)
        place.mkdir(parents=True)
        for number, file in enumerate(several):
            _link(Path(file).resolve(), place / f"{number}.parquet", shared)
    return LedgerViews(ledger=ledger, folder=folder, sealed=sealed)


def _link(file: Path, there: Path, shared: Path | None) -> None:
    """Make a link to a file that workers see, or else a copy."""
    if shared is None or file.is_relative_to(shared.resolve()):
        try:
            there.symlink_to(file)
        except OSError:  # a mounted object store knows no links
            pass
        else:
            return
    shutil.copyfile(file, there)


def take_over(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    columns: Columns,
    folder: Path,
    ledger: str,
    *,
    seconds: float = 0,
) -> ModelResult:
    """Make a table of what Spark built of a model for a ledger, and digest it.

    Args:
        connection: where the table is made.
        model: the model.
        columns: its columns, from `plan`.
        folder: where Spark wrote all models.
        ledger: whose rows.
        seconds: what the building took.

    Raises:
        ModelError: the rows are not those that Spark hashed, or the key does not tell them apart.

    """
    began = time.perf_counter()
    files = built_files(folder, model.name, ledger)
    chosen = ", ".join(
        f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, kind in columns
    )
    source = parquet_sql(*files)
    if files:
        connection.execute(
            f"CREATE TABLE {quoted(model.name)} AS SELECT {chosen} FROM {source}"  # noqa: S608
        )
    else:
        declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
        connection.execute(f"CREATE TABLE {quoted(model.name)} ({declared})")
    digest = digest_of(connection, model.name, model.key)
    frontier = Frontier()
    if files:
        keys = ", ".join(map(quoted, model.key))
        leaves = connection.execute(f"SELECT {LEAF} FROM {source} ORDER BY {keys}").fetchall()  # noqa: S608
        frontier.extend([leaf for (leaf,) in leaves])
    if frontier.root().hex() != digest.root:
        raise ModelError(
            model.name,
            f"the rows that Spark hashed, with root {frontier.root().hex()[:16]}…",
            f"rows with root {digest.root[:16]}…",
            "the disk or the memory of a machine is at fault: run it again",
        )
    return ModelResult(
        name=model.name,
        rows=digest.rows,
        digest=digest.root,
        seconds=seconds + time.perf_counter() - began,
        sql_sha256=model.sql_sha256,
        content=fingerprint(connection, model.name)[1],
    )


class Engine:
    """Spark instead of DuckDB: loads what segments don't have, and builds models over both.

    Args:
        master: where Spark runs, as `session_of` has it.
        settings: more of Spark's own settings.
        folder: a folder that the driver and all workers see by the same path; default: this
            machine's temporary one. Segments that lie within it, or all of them where no folder is
            named, are read where they are; others are copied there.

    """

    def __init__(
        self,
        master: str | None,
        settings: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._master, self._settings, self._folder = master, settings, folder
        self._sealed: SealedViews | None = None

    def load(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        *,
        as_of: date | None,
        known_on: date | None,
        progress: Callable[[int], None] | None,
    ) -> Loaded:
        """Load what lies beside the segments, as `overlay.load_beside`."""
        loaded, self._sealed = load_beside(
            connection, source, as_of=as_of, known_on=known_on, progress=progress
        )
        return loaded

    def build(
        self,
        connection: duckdb.DuckDBPyConnection,
        models: Mapping[str, Model],
        *,
        done: Mapping[str, ModelResult],
        watch: Watch,
    ) -> Results:
        """Build models over what was loaded; nothing can be `done`, as no other rebuild is taken up."""
        del done
        with TemporaryDirectory(prefix="aidledger-spark-", dir=self._folder) as place:
            run = Run(models, Path(place), self._folder)
            views = run.out(connection, self._sealed, _ONE)
            run.build(session_of(self._master, self._settings), [views], watch.progress)
            drop_views(connection)
            return run.take(connection, _ONE, watch)


class Run:
    """Models of one ledger or of many, built in one run of Spark and then taken over ledger by ledger."""

    def __init__(self, models: Mapping[str, Model], place: Path, shared: Path | None) -> None:
        """Plan the models.

        Args:
            models: by name, each after those it reads.
            place: an empty folder that the driver and all workers see.
            shared: as `Engine` has its `folder`.

        """
        self._models, self._place, self._shared = models, place, shared
        with building(None) as connection:
            connection.execute("; ".join(shapes().values()))
            planned = build(connection, models)
            self._columns = {one.name: columns_of(connection, one.name) for one in planned.built}
        self._failed = {one.name: one for one in planned.failed}
        self._built: set[str] = set()

    def out(
        self, connection: duckdb.DuckDBPyConnection, sealed: SealedViews | None, ledger: str
    ) -> LedgerViews:
        """Write out what a ledger has beside its segments, and say where all of its views lie.

        Raises:
            duckdb.Error: the disk refused.
            OSError: the same.

        """
        names, folder = viewed(self._wanted), self._place / "views"
        return export_views(connection, names, folder, ledger, sealed, shared=self._shared)

    def lay_out(
        self,
        source: Source,
        ledger: str,
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        limits: EngineLimits | None = None,
    ) -> tuple[Loaded, LedgerViews]:
        """Load what a ledger has beside its segments, and write it out.

        Raises:
            GenerationsError: a file is gone, or there was no room to work.

        """
        try:
            with building(None, limits) as connection:
                loaded, sealed = load_beside(connection, source, as_of=as_of, known_on=known_on)
                return loaded, self.out(connection, sealed, ledger)
        except (duckdb.Error, OSError) as error:
            raise GenerationsError(
                f"expected room to work, found {clip(str(error).splitlines()[0], 160)}",
                "give the engine more memory, or fewer threads",
            ) from error

    def taker(self, ledger: str) -> Builder:
        """Return a builder that takes over what was built of a ledger."""

        def take(
            connection: duckdb.DuckDBPyConnection,
            models: Mapping[str, Model],
            *,
            done: Mapping[str, ModelResult],
            watch: Watch,
        ) -> Results:
            del models, done
            return self.take(connection, ledger, watch)

        return take

    def build(
        self,
        session: SparkSession,
        ledgers: Sequence[LedgerViews],
        progress: Callable[[str], None] | None,
    ) -> None:
        """Build all that can be built, for all ledgers at once."""
        self._built = build_ledgers(
            session,
            ledgers,
            self._wanted,
            shapes(),
            self._place / "models",
            progress=progress,
            failed=self._fails,
        )

    def take(self, connection: duckdb.DuckDBPyConnection, ledger: str, watch: Watch) -> Results:
        """Make tables of what was built of a ledger; what failed for all fails for each."""
        failed = dict(self._failed)
        found: dict[str, ModelResult] = {}
        for name in self._wanted:
            if name not in self._built:
                continue
            model, folder = self._models[name], self._place / "models"
            try:
                found[name] = take_over(connection, model, self._columns[name], folder, ledger)
            except ModelError as error:
                connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
                failed[name] = failure_of(error)
        for name, model in self._models.items():
            lost = next((one for one in model.uses if one in failed), None)
            if lost is not None and name not in failed:
                failed[name] = unread(name, lost)
        if watch.when_built is not None:
            watch.when_built()
        return Results(
            built=tuple(found[name] for name in self._models if name in found),
            failed=tuple(failed[name] for name in self._models if name in failed),
        )

    @property
    def _wanted(self) -> dict[str, Model]:
        return {name: model for name, model in self._models.items() if name in self._columns}

    def _fails(self, error: ModelError) -> None:
        self._failed[error.model] = failure_of(error)


def built_files(folder: Path, model: str, ledger: str) -> list[str]:
    """Return the Parquet files of a built model of a ledger; none where it has no rows."""
    return sorted(str(path) for path in (folder / model / f"{LEDGER}={ledger}").glob("*.parquet"))
