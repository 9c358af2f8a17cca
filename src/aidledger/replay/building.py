"""Builds models one after the other over loaded views, and digests each."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import duckdb
import msgspec

from aidledger.ledger.canonical import clip
from aidledger.replay.digest import Digest, columns_of, digest_of
from aidledger.replay.engine import cursor_of
from aidledger.replay.models import Model, ModelError
from aidledger.replay.views import quoted

HANDLES = frozenset({"positions"})
"""What every row may carry besides its allow-list: the numbers of its entries, which prove it."""


BUILT_AT_ONCE: Final = 2
"""Much of a model's time is planning, which DuckDB does on one core."""


class ModelResult(msgspec.Struct, frozen=True, kw_only=True):
    """One built model: rows, root over them (hex), seconds, and the hash of its SQL."""

    name: str
    rows: int
    digest: str
    seconds: float
    sql_sha256: str


def build(
    connection: duckdb.DuckDBPyConnection,
    models: dict[str, Model],
    *,
    progress: Callable[[str], None] | None = None,
    when_built: Callable[[], None] | None = None,
) -> list[ModelResult]:
    """Build every model as a table, in the order given, and digest it.

    Args:
        connection: over the loaded views.
        models: by name, each after those it reads.
        progress: told of each model that is begun.
        when_built: done once every table is there, while the last are still digested.

    Raises:
        ModelError: a model cannot be built, has no `positions`, or shows what its list may not.

    """
    # a model waits for those it reads, which come before it; digests wait for no other model
    with (
        ThreadPoolExecutor(max_workers=BUILT_AT_ONCE) as builders,
        ThreadPoolExecutor(max_workers=1) as hashing,
    ):
        built: dict[str, Future[float]] = {}
        digests: list[Future[tuple[Digest, float]]] = []
        try:
            for model in models.values():
                before = [built[name] for name in model.uses if name in built]
                cursor = cursor_of(connection)
                built[model.name] = builders.submit(_build_one, cursor, model, before, progress)
            for model in models.values():
                built[model.name].result()
                digests.append(hashing.submit(_timed_digest, cursor_of(connection), model))
            if when_built is not None:
                when_built()
            return [
                _result(model, built[model.name].result(), digest.result())
                for model, digest in zip(models.values(), digests, strict=True)
            ]
        except BaseException:
            builders.shutdown(wait=False, cancel_futures=True)
            hashing.shutdown(wait=False, cancel_futures=True)
            raise


def _build_one(
    cursor: duckdb.DuckDBPyConnection,
    model: Model,
    before: list[Future[float]],
    progress: Callable[[str], None] | None,
) -> float:
    """Build one model once those it reads are there; return how long it took."""
    try:
        for other in before:
            other.result()
        if progress is not None:
            progress(model.name)
        began = time.perf_counter()
        build_table(cursor, model)
        return time.perf_counter() - began
    finally:
        cursor.close()


def _timed_digest(cursor: duckdb.DuckDBPyConnection, model: Model) -> tuple[Digest, float]:
    """Return a model's digest and how long it took."""
    began = time.perf_counter()
    try:
        return digest_of(cursor, model.name, model.key), time.perf_counter() - began
    finally:
        cursor.close()


def _result(model: Model, took: float, digested: tuple[Digest, float]) -> ModelResult:
    digest, hashing = digested
    return ModelResult(
        name=model.name,
        rows=digest.rows,
        digest=digest.root,
        seconds=took + hashing,
        sql_sha256=model.sql_sha256,
    )


def build_table(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Build one model as a table.

    Raises:
        ModelError: as `build`.

    """
    try:
        connection.execute(f"CREATE TABLE {quoted(model.name)} AS {model.sql}")
    except duckdb.Error as error:
        if not isinstance(error, (duckdb.ProgrammingError, duckdb.DataError)):
            raise
        raise ModelError(
            model.name,
            "SQL that runs over the event views",
            clip(str(error).splitlines()[0], 200),
            "run it in duckdb over a generation to see where",
        ) from error
    columns = {column for column, _ in columns_of(connection, model.name)}
    if "positions" not in columns:
        raise ModelError(
            model.name, "a column positions", "none", "say which entries made each row"
        )
    missing = sorted(set(model.key) - columns)
    if missing:
        raise ModelError(
            model.name, "the key's columns", f"no {', '.join(missing)}", "see the header's key"
        )
    if model.allow is not None:
        extra = sorted(columns - set(model.allow) - HANDLES)
        if extra:
            raise ModelError(
                model.name,
                "only columns of the allow-list",
                ", ".join(extra),
                "a public list shows what its allow-list names, and nothing else",
            )
