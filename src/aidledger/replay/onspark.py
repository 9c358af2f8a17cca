"""From DuckDB to Spark and back: views go out as Parquet, built models come in, and their digests.

Each model is first planned by DuckDB over empty tables: whatever is wrong with it shows before
Spark starts, and what Spark built is taken over with the types that DuckDB would have given.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
from pyspark.sql import SparkSession

from aidledger.ledger.tree import Frontier
from aidledger.replay.building import (
    Builder,
    ModelFailure,
    ModelResult,
    Results,
    Watch,
    build,
    build_table,
    failure_of,
    unread,
)
from aidledger.replay.digest import columns_of, digest_of, fingerprint
from aidledger.replay.engine import building
from aidledger.replay.models import Model, ModelError
from aidledger.replay.spark import LEAF, LedgerViews, build_ledgers, session_of
from aidledger.replay.versions import BESIDE_COLUMNS, beside_sql
from aidledger.replay.views import ENTRY_SQL, create_sql, event_views, literal, quoted

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
    read = {source for model in models.values() for source in model.uses} - set(models)
    return sorted(read | {"parameters"})


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
    connection: duckdb.DuckDBPyConnection, names: Iterable[str], folder: Path, ledger: str
) -> LedgerViews:
    """Write the loaded views that have rows as Parquet into a new folder.

    Raises:
        duckdb.Error: the disk refused.

    """
    folder.mkdir(parents=True)
    files: dict[str, tuple[str, ...]] = {}
    for name in names:
        path = folder / f"{name}.parquet"
        row = connection.execute(
            f"COPY {quoted(name)} TO {literal(str(path))} (FORMAT parquet)"
        ).fetchone()
        if row and row[0]:
            files[name] = (str(path),)
    return LedgerViews(ledger=ledger, files=files)


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
    source = f"read_parquet([{', '.join(map(literal, files))}], hive_partitioning = false)"
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


def builder(
    master: str | None, settings: Mapping[str, str] | None = None, folder: Path | None = None
) -> Builder:
    """Return what builds models on Spark instead of in DuckDB.

    Args:
        master: where Spark runs, as `session_of` has it.
        settings: more of Spark's own settings.
        folder: a folder that the driver and all workers see by the same path; default: this
            machine's temporary one.

    """

    def build_there(
        connection: duckdb.DuckDBPyConnection,
        models: Mapping[str, Model],
        *,
        done: Mapping[str, ModelResult],
        watch: Watch,
    ) -> Results:
        for name in done:  # of a rebuild in DuckDB that was killed: those after it read them there
            connection.execute(f"DROP TABLE {quoted(name)}")
        with TemporaryDirectory(prefix="aidledger-spark-", dir=folder) as place:
            session = session_of(master, settings)
            return _Building(connection, models, Path(place), watch).on(session)

    return build_there


class _Building:
    """One building of the models of one ledger on Spark."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        models: Mapping[str, Model],
        place: Path,
        watch: Watch,
    ) -> None:
        self._connection, self._models, self._place = connection, models, place
        self._watch = watch
        self._failed: dict[str, ModelFailure] = {}

    def on(self, session: SparkSession) -> Results:
        """Build all that can be built, and take it over."""
        columns = self._planned()
        wanted = {name: model for name, model in self._models.items() if name in columns}
        views = export_views(self._connection, viewed(wanted), self._place / "views", _ONE)
        built = build_ledgers(
            session,
            [views],
            wanted,
            shapes(),
            self._place / "models",
            progress=self._watch.progress,
            failed=self._fails,
        )
        found = [self._taken(name, columns[name]) for name in wanted if name in built]
        for name, model in self._models.items():
            lost = next((one for one in model.uses if one in self._failed), None)
            if lost is not None and name not in self._failed:
                self._failed[name] = unread(name, lost)
        if self._watch.when_built is not None:
            self._watch.when_built()
        return Results(
            built=tuple(filter(None, found)),
            failed=tuple(self._failed[name] for name in self._models if name in self._failed),
        )

    def _planned(self) -> dict[str, Columns]:
        """Return the columns of every model that DuckDB could build."""
        with building(None) as connection:
            connection.execute("; ".join(shapes().values()))
            results = build(connection, self._models)
            self._failed = {one.name: one for one in results.failed}
            return {one.name: columns_of(connection, one.name) for one in results.built}

    def _fails(self, error: ModelError) -> None:
        self._failed[error.model] = failure_of(error)

    def _taken(self, name: str, columns: Columns) -> ModelResult | None:
        """Take one model over; nothing where its rows are refused."""
        folder = self._place / "models"
        try:
            return take_over(self._connection, self._models[name], columns, folder, _ONE)
        except ModelError as error:
            self._connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
            self._fails(error)
            return None


def built_files(folder: Path, model: str, ledger: str) -> list[str]:
    """Return the Parquet files of a built model of a ledger; none where it has no rows."""
    return sorted(str(path) for path in (folder / model / f"ledger={ledger}").glob("*.parquet"))
