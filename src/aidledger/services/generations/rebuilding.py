"""Rebuilds the read models from the entries, and reads them: the nightly run and every list.

Nothing here decides anything: the same entries, models and question give the same digests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.domain.values import FIRST_YEAR, LAST_YEAR
from aidledger.ledger.finding import Finding
from aidledger.replay.agreement import Difference, differences, fold_cases
from aidledger.replay.building import ModelFailure, ModelResult
from aidledger.replay.comparing import Comparison
from aidledger.replay.deriving import compute
from aidledger.replay.engine import EngineLimits
from aidledger.replay.generation import Generation
from aidledger.replay.generations import Built, Generations
from aidledger.replay.job import Progress
from aidledger.replay.models import Model, load_models, needed
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.generations.source import Lacking, StoreSource, place_of
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.opening import beside
from aidledger.store.port import LedgerStore

Rows = list[tuple[Any, ...]]
_CASE_STATE: Final = "case_state"
BOOKKEEPING: Final = frozenset(
    {"GenerationCertified", "IndexSealed", "NightlyRetried", "SegmentSealed"}
)
"""What nights record of the ledger itself: no case, list or sum comes out otherwise by it."""
CHANGED_BY_NIGHTS: Final = frozenset({"county_pack", "duties", "pack_in_force"})
"""The models that have a row for each day of an entry, or for the last entry of an office."""
_BLOCK: Final = 256


class RebuildResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild gave.

    `position` is the last entry read (-1: none), `skipped` the rows that could not be read, `failed`
    the models that could not be built, and `changed` those that came out otherwise though nothing
    that goes into them changed. `compared` counts the rows that differ from the last generation;
    `resumed` names models that a killed rebuild had finished. `current` says whether lists are read
    from it now, and `number` which generation it is.
    """

    number: int
    position: int
    entries: int
    as_of: date
    known_on: date | None
    models: tuple[ModelResult, ...]
    failed: tuple[ModelFailure, ...]
    skipped: tuple[Finding, ...]
    changed: tuple[str, ...]
    compared: tuple[Comparison, ...]
    resumed: tuple[str, ...]
    current: bool
    path: Path


class OnSpark(msgspec.Struct, frozen=True, kw_only=True):
    """Where Spark runs: its master as Spark writes it, and a folder that all its machines see.

    Without a master Spark's own settings say where; without a folder all runs on this machine.
    """

    master: str | None = None
    folder: Path | None = None


def generations_folder(location: str) -> Path:
    """Say where the generations of a ledger lie: beside its file, or with the user's data."""
    return beside(location, "generations")


def generations_of(session: Session | LedgerStore, folder: Path | None = None) -> Generations:
    """Return the generations of a ledger, in their folder or another.

    Raises:
        ServiceError: nobody knows where this store lies.

    """
    if folder is None:
        place = place_of(store_of(session))
        if place is None:
            raise ServiceError(
                "rebuild: expected a folder for the generations of this database, found none",
                hint="name it with folder=generations_folder(location)",
            )
        folder = generations_folder(place)
    return Generations(folder)


def answering_generation(store: LedgerStore) -> Generation | None:
    """Return the generation that may answer questions: none where whoever opened the ledger trusts none.

    Raises:
        GenerationsError: the current generation is not as a rebuild describes it.
        ServiceError: nobody knows where this store lies.

    """
    return None if store.beside.anew else generations_of(store).current()


def is_of(store: LedgerStore, generation: Generation) -> bool:
    """Whether a generation was derived from this very log: as long as one is not yet the same.

    Where an older backup came back, `current` is of entries that are gone, and the log may have grown
    as long again with others. What can't be compared counts as another log.
    """
    if not generation.root or generation.size > store.head().size:
        return False
    try:
        return root_at(store, generation.size).hex() == generation.root
    except ServiceError:
        return False


def reached(store: LedgerStore, generation: Generation | None) -> int:
    """Return how many entries of this log a generation covers: none where it is of another."""
    return generation.position + 1 if generation is not None and is_of(store, generation) else 0


def rebuild(
    session: Session | LedgerStore,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    models: Iterable[str] | None = None,
    folder: Path | None = None,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
    spark: OnSpark | None = None,
) -> RebuildResult:
    """Build a new generation of the read models and switch to it.

    The entries are those that the ledger's head counts: what is recorded meanwhile is not read.
    A model that fails leaves the others alone; a generation that lost a model which the current one
    has does not become current.

    Args:
        session: an opened ledger.
        as_of: the day the question is about; default: the day (+08:00) of the last entry.
        known_on: leave out what was recorded after that day; default: nothing.
        models: names of models to build, with all they read; default: every model.
        folder: where generations are kept; default: beside the ledger.
        limits: how much memory and how many threads to take.
        progress: told how far it is.
        spark: build the models there instead of in DuckDB.

    Raises:
        ModelError: a model is unknown.
        GenerationsError: another rebuild is running, or the disk refused.
        ServiceError: a day outside 1850-2200.

    """
    check_days(as_of, known_on)
    store = store_of(session)
    head = store.head()
    built = generations_of(store, folder).rebuild(
        StoreSource(store),
        needed(load_models(), models),
        as_of=as_of,
        known_on=known_on,
        head=(head.size, head.root.hex()),
        limits=limits,
        progress=progress,
        **({} if spark is None else _engine_on(spark)),
    )
    return result_of(built)


def result_of(built: Built) -> RebuildResult:
    """Say what a rebuild gave."""
    return RebuildResult(
        number=built.generation.number,
        position=built.loaded.position,
        entries=built.loaded.entries,
        as_of=built.loaded.as_of,
        known_on=built.loaded.known_on,
        models=built.generation.models,
        failed=built.generation.failed,
        skipped=built.loaded.findings,
        changed=built.changed,
        compared=built.compared,
        resumed=built.resumed,
        current=built.current,
        path=built.path,
    )


def _engine_on(spark: OnSpark) -> dict[str, Any]:
    """Return what loads for Spark and builds there, as `Generations.rebuild` takes them.

    Raises:
        ServiceError: the extra is not installed.

    """
    try:
        from aidledger.replay.onspark import Engine  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise no_spark(error) from error
    engine = Engine(spark.master, folder=spark.folder)
    return {"builder": engine.build, "load": engine.load}


def no_spark(error: ImportError) -> ServiceError:
    """Return what to say where the extra is not installed."""
    return ServiceError(
        f"expected Spark for Python, found no module {error.name}",
        hint="pip install 'aidledger[spark]'",
    )


def read_model(
    session: Session | LedgerStore,
    name: str,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[list[str], Rows]:
    """Return a model's columns and rows in key order, days as ISO text.

    They come from the current generation where it may, and answers this question about all that is
    recorded (what a night itself recorded behind it changes no model but those of entries), and are
    computed in memory otherwise: then `progress` is told how many entries are read.

    Raises:
        ModelError: the model is unknown or cannot be built.
        GenerationsError: the current generation cannot be read.
        ServiceError: a day outside 1850-2200.

    """
    check_days(as_of, known_on)
    store = store_of(session)
    models = load_models()
    wanted = needed(models, [name])
    current = answering_generation(store)
    if (
        current is not None
        and current.holds(
            wanted, position=_last_read(store, current, name), as_of=as_of, known_on=known_on
        )
        and is_of(store, current)
    ):
        store.beside.generation = current.number
        store.beside.lacks |= current.skipped > 0
        return generations_of(store).read(current, models[name])
    lacking = Lacking(store)
    loaded, columns, rows = compute(
        StoreSource(store),
        models,
        name,
        as_of=as_of,
        known_on=known_on,
        progress=progress,
    )
    lacking.note(unread=loaded.unread, position=loaded.position)
    return columns, rows


def read_rows(
    session: Session | LedgerStore,
    name: str,
    *,
    as_of: str | None = None,
    known_on: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """Return a model's rows as `read_model` has them, each by its columns; days are ``YYYY-MM-DD``."""
    columns, rows = read_model(
        session,
        name,
        as_of=date.fromisoformat(as_of) if as_of else None,
        known_on=date.fromisoformat(known_on) if known_on else None,
        progress=progress,
    )
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _last_read(store: LedgerStore, current: Generation, name: str) -> int:
    """Return the last position that a model reads: the generation's, where only a night's entries follow.

    A night certifies what it has built behind it, and what it built is still what a rebuild would give.
    """
    last = store.head().size - 1
    if current.position >= last or name in CHANGED_BY_NIGHTS:
        return last
    return current.position if size_of_others(store) <= current.position + 1 else last


def size_of_others(store: LedgerStore) -> int:
    """Return the size of the log up to the last entry that is not a night's own."""
    stop = store.head().size
    while stop > 0:
        start = max(0, stop - _BLOCK)
        for row in reversed(list(store.read(start, stop))):
            if row[3] not in BOOKKEEPING:
                return int(row[0]) + 1
        stop = start
    return 0


def disagreements(
    session: Session | LedgerStore,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
) -> list[Difference]:
    """Fold every case in Python and compare it with `case_state`; empty when both agree.

    Raises:
        ModelError: `case_state` cannot be built.

    """
    source = StoreSource(store_of(session))
    loaded, columns, rows = compute(
        source, load_models(), _CASE_STATE, as_of=as_of, known_on=known_on
    )
    derived = [dict(zip(columns, row, strict=True)) for row in rows]
    folded = fold_cases(source.rows(), as_of=loaded.as_of, known_on=known_on)
    return differences(folded, derived)


def model_list() -> list[Model]:
    """Return every model, each after those it reads."""
    return list(load_models().values())


def check_days(*days: date | None) -> None:
    """Refuse a question about a day that no record is about.

    Raises:
        ServiceError: a day outside 1850-2200.

    """
    for day in days:
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ServiceError(
                f"{day}: expected a day from {FIRST_YEAR} to {LAST_YEAR}",
                hint="days are written YYYY-MM-DD",
                exit_code=2,
            )


def store_of(session: Session | LedgerStore) -> LedgerStore:
    """Return the store of an opened ledger."""
    return session.store if isinstance(session, Session) else session
