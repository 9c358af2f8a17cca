"""The entries as they stand on the days asked about, page by page, for what is made of events alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from aidledger.audit.laying import Laid
from aidledger.replay.engine import EngineLimits
from aidledger.services.generations.rebuilding import store_of
from aidledger.services.handing.finished import types_of
from aidledger.services.handing.manifest import (
    HandedFile,
    HandedTable,
    Manifest,
    OfLog,
    log_of,
)
from aidledger.services.questions.answering import answering
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

_PAGE: Final = 4_096


class Cut:
    """The views of a ledger, cut by both times: `events` are the types that are meant."""

    def __init__(self, laid: Laid, log: OfLog, events: frozenset[str]) -> None:
        self._laid = laid
        self.log = log
        self.events = events

    def pages(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a statement of ours, some thousand at a time; one statement at a time."""
        found = self._laid.connection.execute(sql)
        while rows := found.fetchmany(_PAGE):
            yield rows

    def manifest(self, kind: str, file: HandedFile, **rows: int) -> Manifest:
        """Return the manifest of the file that was made of it, with so many rows of each kind."""
        as_of, known_on = next(self.pages("SELECT as_of, known_on FROM parameters"))[0]
        return Manifest(
            kind=kind,
            log=self.log,
            as_of=as_of,
            known_on=known_on,
            files=(file,),
            tables=tuple(HandedTable(name=name, rows=count) for name, count in rows.items()),
            skipped=self._laid.skipped,
        )


@contextmanager
def cut_out(
    session: Session | LedgerStore,
    *,
    events: Iterable[str] = (),
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Cut]:
    """Give the entries of these types (none: all); else as `answering` has it.

    Raises:
        ServiceError: a day outside 1850-2200, or a type of event that there is not.
        GenerationsError: the engine had no room to work.

    """
    types = types_of(events)
    store = store_of(session)
    with answering(
        store,
        (),
        as_of=as_of,
        known_on=known_on,
        limits=limits,
        progress=progress,
    ) as (laid, _):
        yield Cut(laid, log_of(store, laid.position + 1), types)
