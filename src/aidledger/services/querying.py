"""Answers one SELECT of somebody's own over the event views and models: read-only, bounded in all.

Unlike a rule or a model it may call whatever the engine knows: nothing is kept of it. The engine is
shut in, so that it reads no file and no network, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.domain.keeping import KEPT_TABLES
from aidledger.ledger.canonical import clip
from aidledger.replay.engine import EngineLimits
from aidledger.replay.models import ModelError, load_models, loaded_tables, tables_named
from aidledger.replay.querying import rows_within
from aidledger.services.answering import answering
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

SECONDS: Final = 60
MOST: Final = 10_000
_MORE: Final = ("aidledger rebuild says more", "bring the file back, or import it again")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The columns and rows of a question; `more` says that there are rows beyond the most asked for.

    Values are as JSON has them: days, times and fractions as texts.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool
    position: int
    generation: int | None


def query(
    session: Session | LedgerStore,
    sql: str,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    folder: Path | None = None,
    limits: EngineLimits | None = None,
    seconds: int = SECONDS,
    most: int = MOST,
    progress: Callable[[int], None] | None = None,
) -> Answer:
    """Answer one SELECT within so many seconds, with at most so many rows; else as `answering` has it.

    Raises:
        ModelError: not one SELECT, a table that is not there, SQL that doesn't run, or took longer.
        ServiceError: a day outside 1850-2200.
        GenerationsError: the engine had no room to work.

    """
    models = load_models()
    tables = tables_named("sql", sql)
    alien = sorted(tables - loaded_tables() - KEPT_TABLES.keys() - models.keys())
    if alien:
        raise ModelError(
            "sql", "an event view or a model", clip(alien[0]), "see the list of event views"
        )
    with answering(
        session,
        tables & (models.keys() | KEPT_TABLES.keys()),
        as_of=as_of,
        known_on=known_on,
        folder=folder,
        limits=limits,
        progress=progress,
    ) as (laid, generation):
        for name in sorted(tables & laid.lost.keys()):
            raise ModelError(
                name, "a table that can be read", laid.lost[name], _MORE[name in KEPT_TABLES]
            )
        columns, rows = rows_within(laid.connection, sql, seconds=seconds, most=most + 1)
        return Answer(
            columns=columns,
            rows=rows[:most],
            more=len(rows) > most,
            position=laid.position,
            generation=generation,
        )
