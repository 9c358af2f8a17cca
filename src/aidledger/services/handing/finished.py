"""A finished database of every view and model: the current generation where it answers, else a new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from aidledger.domain.events.catalog import EVENTS
from aidledger.ledger.canonical import clip
from aidledger.replay.engine import EngineLimits
from aidledger.replay.generation import Generation
from aidledger.replay.job import Progress
from aidledger.replay.models import Model, load_models, needed
from aidledger.services.generations.rebuilding import (
    answering_generation,
    check_days,
    generations_of,
    rebuild,
    store_of,
)
from aidledger.services.handing.manifest import OfLog, log_of
from aidledger.services.problems import ServiceError
from aidledger.services.questions.answering import answers
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tables are, of which log and days they are, and which models and types of events are meant.

    `roots` (hex) are over the rows of each model, `missing` names those that could not be built, each
    with what is said of it.
    """

    path: Path
    log: OfLog
    as_of: date
    known_on: date | None
    models: dict[str, Model]
    events: frozenset[str]
    roots: dict[str, str]
    missing: dict[str, str]
    skipped: int


@contextmanager
def finished(
    session: Session | LedgerStore,
    *,
    models: Iterable[str] = (),
    events: Iterable[str] = (),
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
) -> Iterator[Finished]:
    """Give a database with the views of these events and these models with what they read; none: all.

    Raises:
        ModelError: a model is unknown.
        GenerationsError: the engine had no room to work, or the generation is damaged.
        ServiceError: a day outside 1850-2200, or a type of event that there is not.

    """
    check_days(as_of, known_on)
    types = types_of(events)
    store = store_of(session)
    wanted = needed(load_models(), tuple(models) or None)
    current = answering_generation(store)
    if current is not None and answers(current, store, wanted, as_of=as_of, known_on=known_on):
        store.beside.generation = current.number
        yield _of(store, generations_of(store).folder / current.file, current, wanted, types)
        return
    with TemporaryDirectory(
        prefix="aidledger-handing-", dir=limits.spill if limits else None
    ) as place:
        built = rebuild(
            store,
            as_of=as_of,
            known_on=known_on,
            models=tuple(models) or None,
            folder=Path(place),
            limits=limits,
            progress=progress,
        )
        one = generations_of(store, Path(place)).current()
        if one is None or one.file != built.path.name:  # pragma: no cover - it was just written
            raise RuntimeError(f"{built.path.name}: not the current generation")
        yield _of(store, built.path, one, wanted, types)


def _of(
    store: LedgerStore,
    path: Path,
    generation: Generation,
    wanted: dict[str, Model],
    events: frozenset[str],
) -> Finished:
    missing = {
        one.name: f"expected {one.expected}, found {one.found}"
        for one in generation.failed
        if one.name in wanted
    }
    return Finished(
        path=path,
        log=log_of(store, generation.position + 1),
        as_of=generation.as_of,
        known_on=generation.known_on,
        models={name: model for name, model in wanted.items() if name not in missing},
        events=events,
        roots={one.name: one.digest for one in generation.models},
        missing=missing,
        skipped=generation.skipped,
    )


def types_of(names: Iterable[str]) -> frozenset[str]:
    """Return the types of events that are named; none: all.

    Raises:
        ServiceError: there is no such type.

    """
    types = frozenset(tuple(names) or EVENTS)
    for name in sorted(types - EVENTS.keys()):
        raise ServiceError(
            f"{clip(name)}: expected an event type, found none",
            hint="aidledger events lists them",
            exit_code=2,
        )
    return types
