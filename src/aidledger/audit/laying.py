"""Lays a ledger out for rules: its views loaded and the models that they read built, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import msgspec

from aidledger.ledger.canonical import clip
from aidledger.replay.building import build_table, failure_of, unread
from aidledger.replay.engine import EngineLimits, building, lock
from aidledger.replay.generation import GenerationsError
from aidledger.replay.kept import load_kept
from aidledger.replay.loading import Loader, Source
from aidledger.replay.models import Model, ModelError


class Laid(msgspec.Struct, frozen=True, kw_only=True):
    """Where rules are run: `position` is the last entry read (-1: none).

    `lost` are the models and the tables beside the ledger that are not there, each with why.

    `skipped` counts the rows that could not be read.
    """

    connection: duckdb.DuckDBPyConnection
    position: int
    lost: dict[str, str]
    skipped: int


@contextmanager
def laid_out(
    source: Source,
    models: Mapping[str, Model],
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
    kept: Iterable[str] = (),
    folder: Path | None = None,
) -> Iterator[Laid]:
    """Load a source and build models, each after those it reads; one that fails leaves the others alone.

    `kept` are the tables beside the ledger that are read, `folder` where their files lie.

    Raises:
        GenerationsError: the engine had no room to work.

    """
    with _roomy(), building(None, limits) as connection:
        loader = Loader(connection, as_of=as_of, known_on=known_on, progress=progress)
        loaded = loader.load(source)
        lost = load_kept(connection, folder, kept)
        lock(connection)
        laid = Laid(
            connection=connection,
            position=loaded.position,
            lost=lost,
            skipped=loaded.unread,
        )
        lay_models(laid, models)
        yield laid


def lay_models(laid: Laid, models: Mapping[str, Model]) -> None:
    """Build models where none of them is yet, each after those it reads; what fails is `lost`."""
    for name, model in models.items():
        before = next((one for one in model.uses if one in laid.lost), None)
        if before is not None:
            laid.lost[name] = unread(name, before).expected
            continue
        try:
            build_table(laid.connection, model)
        except ModelError as error:
            failure = failure_of(error)
            laid.lost[name] = f"expected {failure.expected}, found {failure.found}"


@contextmanager
def _roomy() -> Iterator[None]:
    """Say of an engine without room that it had none."""
    try:
        yield
    except duckdb.Error as error:
        raise GenerationsError(
            f"expected room to work, found {clip(str(error).splitlines()[0], 160)}",
            "give the engine more memory, or fewer threads",
        ) from error
