"""Builds models over loaded views, and digests each; one that fails takes only its readers along."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Annotated, Final, NamedTuple, Protocol

import duckdb
import msgspec

from aidledger.ledger.canonical import clip
from aidledger.replay.digest import NO_ROWS, check_key, columns_of, digest_of, fingerprint
from aidledger.replay.engine import cursor_of, lock
from aidledger.replay.models import Model, ModelError
from aidledger.replay.views import quoted

HANDLES = frozenset({"positions"})
"""What every row may carry besides its allow-list: the numbers of its entries, which prove it."""


BUILT_AT_ONCE: Final = 2
"""Much of a model's time is planning, which DuckDB does on one core."""

KEEP_AFTER_SECONDS: Final = 10.0
"""How much work a kill may cost: what is finished is then packed and put on disk."""

HASHING_WAITS: Final = 6
"""How many times as much, while rows are still being hashed: a large model takes a minute."""

_FATAL: Final = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException)
"""What ends the whole rebuild: a disk that refuses, an engine that has lost its mind."""


Whole = Annotated[int, msgspec.Meta(ge=-1, lt=2**53)]
"""A count, or a position (-1: none), that a certificate can hold too."""


class ModelResult(msgspec.Struct, frozen=True, kw_only=True):
    """One built model: rows, root over them (hex), seconds, and the hash of its SQL.

    `content` is a fast hash of the table (`digest.fingerprint`), to compare two copies of it.
    """

    name: str
    rows: Whole
    digest: str
    seconds: float
    sql_sha256: str
    content: int = 0


class ModelFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is not there: it failed, or `reads` names one that isn't there and that it reads."""

    name: str
    expected: str
    found: str
    hint: str
    reads: str | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every model that was asked for, each in the order of the models."""

    built: tuple[ModelResult, ...]
    failed: tuple[ModelFailure, ...] = ()


class Keeper(Protocol):
    """Makes what is finished safe from a kill. Nothing is being built meanwhile."""

    def __call__(self, built: tuple[ModelResult, ...]) -> None:
        """Pack these models, the ones kept before among them."""


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told while models are built: of each that begins, when to keep, when all are there."""

    progress: Callable[[str], None] | None = None
    keep: Keeper | None = None
    when_built: Callable[[], None] | None = None


class Builder(Protocol):
    """Builds models over loaded views: DuckDB where they lie (`shut_in`), or Spark (`onspark`)."""

    def __call__(
        self,
        connection: duckdb.DuckDBPyConnection,
        models: Mapping[str, Model],
        *,
        done: Mapping[str, ModelResult],
        watch: Watch,
    ) -> Results:
        """Make a table of every model that is not `done`, and digest it."""


def shut_in(
    connection: duckdb.DuckDBPyConnection,
    models: Mapping[str, Model],
    *,
    done: Mapping[str, ModelResult],
    watch: Watch,
) -> Results:
    """Build every model in DuckDB, where nothing but the loaded views can be reached."""
    lock(connection)
    return build(connection, models, done=done, watch=watch)


def build(
    connection: duckdb.DuckDBPyConnection,
    models: Mapping[str, Model],
    *,
    done: Mapping[str, ModelResult] | None = None,
    watch: Watch | None = None,
) -> Results:
    """Build every model as a table, and digest it.

    Args:
        connection: over the loaded views.
        models: by name, each after those it reads.
        done: models whose tables are there already, with their results.
        watch: whom to tell.

    Raises:
        duckdb.Error: the disk refused, or the engine broke down. A model that can't be built is no
            error: it is among the results, and so are those that read it.

    """
    with (
        ThreadPoolExecutor(max_workers=BUILT_AT_ONCE) as builders,
        ThreadPoolExecutor(max_workers=1) as hashing,
    ):
        run = _Run(connection, models, (builders, hashing), done=done or {}, watch=watch or Watch())
        try:
            return run.all()
        except BaseException:
            builders.shutdown(wait=False, cancel_futures=True)
            hashing.shutdown(wait=False, cancel_futures=True)
            raise


class _Made(NamedTuple):
    """The rows of a model that was built, and the seconds it took."""

    rows: int
    seconds: float


class _Run:
    """One building of models: which wait, which are being built, which are there."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        models: Mapping[str, Model],
        threads: tuple[ThreadPoolExecutor, ThreadPoolExecutor],
        *,
        done: Mapping[str, ModelResult],
        watch: Watch,
    ) -> None:
        self._connection, self._models, self._watch = connection, models, watch
        self._builders, self._hashing = threads
        self._results = dict(done)
        self._failed: dict[str, ModelFailure] = {}
        self._there = set(done)
        self._waiting = {name: model for name, model in models.items() if name not in done}
        self._building: dict[Future[_Made], str] = {}
        self._digests: dict[str, Future[ModelResult]] = {}
        self._kept_at, self._keeping_s = time.monotonic(), 0.0

    def all(self) -> Results:
        """Build whatever can be built."""
        while self._waiting or self._building:
            if not self._is_time_to_keep():
                self._begin()
            if self._building:
                done, _ = wait(self._building, return_when=FIRST_COMPLETED)
                for future in done:
                    self._ended(self._building.pop(future), future)
            elif self._is_time_to_keep():
                self._keep()
        if self._watch.when_built is not None:
            self._watch.when_built()
        self._collect()
        return Results(
            built=tuple(self._results[name] for name in self._models if name in self._results),
            failed=tuple(self._failed[name] for name in self._models if name in self._failed),
        )

    def _begin(self) -> None:
        """Begin the next models that have all they read, and give up those that never will."""
        for name, model in list(self._waiting.items()):
            reads = [one for one in model.uses if one in self._models]
            lost = next((one for one in reads if one in self._failed), None)
            if lost is not None:
                del self._waiting[name]
                self._failed[name] = unread(name, lost)
            elif len(self._building) < BUILT_AT_ONCE and self._there.issuperset(reads):
                del self._waiting[name]
                if self._watch.progress is not None:
                    self._watch.progress(name)
                future = self._builders.submit(_build_one, cursor_of(self._connection), model)
                self._building[future] = name

    def _ended(self, name: str, future: Future[_Made]) -> None:
        """Take note of what became of a model; have its rows hashed."""
        try:
            made = future.result()
        except ModelError as error:
            self._failed[name] = failure_of(error)
            return
        self._there.add(name)
        cursor, model = cursor_of(self._connection), self._models[name]
        self._digests[name] = self._hashing.submit(_digest_one, cursor, model, made)

    def _collect(self) -> None:
        """Wait for the digests."""
        for name in list(self._digests):
            self._results[name] = self._digests.pop(name).result()

    def _is_time_to_keep(self) -> bool:
        since = time.monotonic() - self._kept_at
        # packing may not become the work itself, and nothing is built while hashing is waited for
        return (
            bool(self._digests)
            and self._watch.keep is not None
            and since > KEEP_AFTER_SECONDS + 9 * self._keeping_s
            and (
                since > HASHING_WAITS * KEEP_AFTER_SECONDS
                or all(one.done() for one in self._digests.values())
            )
        )

    def _keep(self) -> None:
        began = time.monotonic()
        self._collect()
        if self._watch.keep is not None:
            self._watch.keep(tuple(self._results.values()))
        self._kept_at = time.monotonic()
        self._keeping_s = self._kept_at - began


def failure_of(error: ModelError) -> ModelFailure:
    """Return what is said of a model that failed."""
    return ModelFailure(
        name=error.model, expected=error.expected, found=error.found, hint=error.hint
    )


def unread(name: str, lost: str) -> ModelFailure:
    """Return what is said of a model that reads one which is not there."""
    return ModelFailure(
        name=name,
        expected=f"the model {lost}, which it reads",
        found="none: it was not built",
        hint="see what is said of the model that it reads",
        reads=lost,
    )


def _build_one(cursor: duckdb.DuckDBPyConnection, model: Model) -> _Made:
    """Build one model; return how many rows it has and how long it took."""
    began = time.perf_counter()
    try:
        rows = build_table(cursor, model)
        return _Made(rows, time.perf_counter() - began)
    finally:
        cursor.close()


def _digest_one(cursor: duckdb.DuckDBPyConnection, model: Model, made: _Made) -> ModelResult:
    """Return the result of a model that was made."""
    began = time.perf_counter()
    digest, content = NO_ROWS, 0
    try:
        if made.rows:  # the engine plans each statement, whatever it finds
            digest = digest_of(cursor, model.name, model.key)
            _, content = fingerprint(cursor, model.name)
    finally:
        cursor.close()
    return ModelResult(
        name=model.name,
        rows=digest.rows,
        digest=digest.root,
        seconds=made.seconds + time.perf_counter() - began,
        sql_sha256=model.sql_sha256,
        content=content,
    )


def build_table(connection: duckdb.DuckDBPyConnection, model: Model) -> int:
    """Build one model as a table and return how many rows it has; nothing is left of one that fails.

    Raises:
        ModelError: it can't be built, has no `positions`, has rows of one key, or shows what its
            list may not.
        duckdb.Error: the disk refused, or the engine broke down.

    """
    table = quoted(model.name)
    try:
        ((rows,),) = connection.execute(f"CREATE TABLE {table} AS {model.sql}").fetchall()
        _check_columns(model, {column for column, _ in columns_of(connection, model.name)})
        if rows:
            check_key(connection, model.name, model.key)
    except ModelError:
        connection.execute(f"DROP TABLE {table}")
        raise
    except _FATAL:
        raise
    except duckdb.Error as error:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        raise _refused(model.name, error) from error
    return int(rows)


def _refused(name: str, error: duckdb.Error) -> ModelError:
    """Return what the engine refused as a fault of the model."""
    said = clip(str(error).splitlines()[0], 200)
    if isinstance(error, duckdb.OutOfMemoryException):
        return ModelError(
            name, "enough memory", said, "give the engine more memory, or fewer threads"
        )
    expected = "SQL that runs over the event views"
    return ModelError(name, expected, said, "run it in duckdb over a generation to see where")


def _check_columns(model: Model, columns: set[str]) -> None:
    """Refuse a table without `positions` or its key, and a list that shows more than it may."""
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
