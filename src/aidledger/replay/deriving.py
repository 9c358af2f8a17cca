"""Derives models in memory: what a question asks that no generation answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import count
from typing import Any

import duckdb

from aidledger.ledger.canonical import clip
from aidledger.replay.building import Results, Watch, build, build_table
from aidledger.replay.cutting import UpTo
from aidledger.replay.digest import plain_rows
from aidledger.replay.engine import EngineLimits, building, lock
from aidledger.replay.generation import GenerationsError
from aidledger.replay.job import Progress
from aidledger.replay.loading import Loaded, Loader, Source
from aidledger.replay.models import Model, needed, tables_read


def compute(
    source: Source,
    models: dict[str, Model],
    name: str,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Loaded, list[str], list[tuple[Any, ...]]]:
    """Build one model, and what it reads, in memory; return its columns and rows.

    `progress` is told how many entries are read.

    Raises:
        ModelError: the model is unknown or cannot be built.

    """
    wanted = needed(models, [name])
    asked = in_memory(
        source, wanted, as_of=as_of, known_on=known_on, limits=limits, progress=progress
    )
    with asked as (connection, loaded):
        return loaded, *plain_rows(connection, name, models[name].key)


@contextmanager
def in_memory(
    source: Source,
    models: Mapping[str, Model],
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
    views: Iterable[str] = (),
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Loaded]]:
    """Build models, each after those it reads, in memory: where they are, and what was loaded.

    `progress` is told how many entries are read; `views` are there beside what the models read.

    Raises:
        ModelError: one cannot be built.

    """
    with building(None, limits) as connection:
        reads = tables_read(models) | set(views)
        loader = Loader(connection, as_of=as_of, known_on=known_on, progress=progress, reads=reads)
        loaded = loader.load(source)
        lock(connection)
        for model in models.values():
            build_table(connection, model)
        yield connection, loaded


@contextmanager
def derived(
    source: Source,
    models: dict[str, Model],
    *,
    size: int,
    as_of: date,
    known_on: date | None,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Results]]:
    """Build models in memory as of a size of the log: later entries don't count, whatever they amend.

    `progress` is told of rows that are loaded, then of each model that is begun; what it raises stops all.

    Raises:
        GenerationsError: the engine had no room to work.

    """
    try:
        with building(None, limits) as connection:
            told = None if progress is None else partial(_loaded, progress, size)
            loader = Loader(
                connection,
                as_of=as_of,
                known_on=known_on,
                progress=told,
                reads=tables_read(models),
            )
            loader.load(UpTo(source, size))
            lock(connection)
            yield connection, build(connection, models, watch=_watch(progress, len(models)))
    except duckdb.Error as error:
        raise GenerationsError(
            f"expected room to work, found {clip(str(error).splitlines()[0], 160)}",
            "give the engine more memory, or fewer threads",
        ) from error


def _loaded(progress: Progress, size: int, rows: int) -> None:
    progress("load", rows, max(size, rows))


def _watch(progress: Progress | None, total: int) -> Watch:
    """Return who is told of each model that is begun."""
    if progress is None:
        return Watch()
    begun = count()
    return Watch(progress=lambda name: progress(name, next(begun), total))
