"""Where a question of SQL is put: the current generation if it answers it, else models built in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from aidledger.audit.laying import Laid, laid_out
from aidledger.domain.keeping import KEPT_TABLES
from aidledger.replay.engine import EngineLimits
from aidledger.replay.generation import Generation
from aidledger.replay.kept import load_kept
from aidledger.replay.models import Model, load_models, needed
from aidledger.services.generations.rebuilding import (
    answering_generation,
    check_days,
    generations_of,
    is_of,
    size_of_others,
    store_of,
)
from aidledger.services.generations.source import Lacking, StoreSource
from aidledger.services.session import Session
from aidledger.services.tables.place import tables_folder
from aidledger.store.port import LedgerStore


@contextmanager
def answering(
    session: Session | LedgerStore,
    names: Iterable[str],
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[tuple[Laid, int | None]]:
    """Give the views and these models of a ledger, and the number of the generation if it is one.

    Where all is asked anew (`store.beside`), it is none, and everything is derived from the entries.

    Args:
        session: an opened ledger.
        names: the models, and the tables beside the ledger, that are read.
        as_of: the day the question is about; default: the day (+08:00) of the last entry.
        known_on: leave out what was recorded after that day; default: nothing.
        limits: how much memory and how many threads to take.
        progress: told how many entries are read.

    Raises:
        GenerationsError: the engine had no room to work, or the generation is damaged.
        ServiceError: a day outside 1850-2200.

    """
    check_days(as_of, known_on)
    store = store_of(session)
    names = set(names)
    kept = sorted(names & KEPT_TABLES.keys())
    wanted = needed(load_models(), sorted(names - KEPT_TABLES.keys())) if names - set(kept) else {}
    tables = tables_folder(store)
    current = answering_generation(store)
    if current is not None and answers(current, store, wanted, as_of=as_of, known_on=known_on):
        lost: dict[str, str] = {}

        def lay(connection: Any) -> None:
            lost.update(load_kept(connection, tables, kept))

        store.beside.generation = current.number
        store.beside.lacks |= current.skipped > 0
        with generations_of(store).opened(current, limits, lay) as connection:
            laid = Laid(
                connection=connection, position=current.position, lost=lost, skipped=current.skipped
            )
            yield laid, current.number
        return
    anew = laid_anew(
        store, wanted, kept, as_of=as_of, known_on=known_on, limits=limits, progress=progress
    )
    with anew as laid:
        yield laid, None


@contextmanager
def laid_anew(
    store: LedgerStore,
    wanted: dict[str, Model],
    kept: Iterable[str],
    *,
    as_of: date | None,
    known_on: date | None,
    limits: EngineLimits | None,
    progress: Callable[[int], None] | None,
) -> Iterator[Laid]:
    """Give the views, these models and these tables beside the ledger, all derived from the entries.

    Raises:
        GenerationsError: the engine had no room to work.

    """
    lacking = Lacking(store)
    with laid_out(
        StoreSource(store),
        wanted,
        as_of=as_of,
        known_on=known_on,
        limits=limits,
        progress=progress,
        kept=kept,
        folder=tables_folder(store),
    ) as laid:
        lacking.note(unread=laid.skipped, position=laid.position)
        yield laid


def answers(
    current: Generation,
    store: LedgerStore,
    models: dict[str, Model],
    *,
    as_of: date | None,
    known_on: date | None,
) -> bool:
    """Whether a generation is of this log, with all but what nights record of themselves."""
    return (
        current.position < store.head().size
        and size_of_others(store) <= current.position + 1
        and current.holds(models, position=current.position, as_of=as_of, known_on=known_on)
        and is_of(store, current)
    )
