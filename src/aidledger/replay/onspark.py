"""From DuckDB to Spark and back: views go out as Parquet, built models come in, and their digests.

Each model is first planned by DuckDB over empty tables: whatever is wrong with it shows before
Spark starts, and what Spark built is taken over with the types that DuckDB would have given.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import duckdb

from aidledger.ledger.tree import Frontier
from aidledger.replay.building import ModelResult, build_table
from aidledger.replay.digest import columns_of, digest_of
from aidledger.replay.engine import building
from aidledger.replay.models import Model, ModelError
from aidledger.replay.spark import LEAF, LedgerViews
from aidledger.replay.versions import VERSION_SQL
from aidledger.replay.views import create_sql, entry_sql, event_views, literal, quoted

PARAMETERS_SQL: Final = "CREATE TABLE parameters (as_of DATE, known_on DATE)"
Columns = list[tuple[str, str]]


def shapes() -> dict[str, str]:
    """Return for each view, by name, the statement that makes an empty table of it."""
    return {
        **{view.name: create_sql(view) for view in event_views().values()},
        "entry": entry_sql([]),
        "entry_version": VERSION_SQL,
        "parameters": PARAMETERS_SQL,
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
    )


def built_files(folder: Path, model: str, ledger: str) -> list[str]:
    """Return the Parquet files of a built model of a ledger; none where it has no rows."""
    return sorted(str(path) for path in (folder / model / f"ledger={ledger}").glob("*.parquet"))
