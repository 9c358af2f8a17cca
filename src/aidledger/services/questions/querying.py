"""Answers one SELECT of somebody's own over the event views and models: read-only, bounded in all.

Unlike a rule or a model it may call whatever the engine knows: nothing is kept of it. The engine is
shut in, so that it reads no file and no network, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import msgspec

from aidledger.audit.laying import Laid, lay_models
from aidledger.domain.keeping import KEPT_TABLES
from aidledger.replay.engine import EngineLimits
from aidledger.replay.models import ModelError, load_models, loaded_tables, needed, tables_named
from aidledger.replay.querying import rows_within
from aidledger.replay.views import quoted
from aidledger.services.generations.rebuilding import answering_generation, check_days, store_of
from aidledger.services.printing import printable
from aidledger.services.questions.answering import answering, answers, laid_anew
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

SECONDS: Final = 60
MOST: Final = 10_000


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
    tables = _tables_in(sql)
    with answering(
        session,
        tables & (load_models().keys() | KEPT_TABLES.keys()),
        as_of=as_of,
        known_on=known_on,
        limits=limits,
        progress=progress,
    ) as (laid, generation):
        return _answer(laid, tables, sql, generation, seconds=seconds, most=most)


class Desk:
    """Where questions are put one after the other; models are built when the first asks for them."""

    def __init__(self, laid: Laid, generation: int | None) -> None:
        self._laid = laid
        self._generation = generation

    @property
    def days(self) -> tuple[date, date | None]:
        """The days that are asked about: in force on the one, known on the other."""
        found: tuple[date, date | None] = self._laid.connection.execute(
            "SELECT as_of, known_on FROM parameters"
        ).fetchall()[0]
        return found

    def ask(self, sql: str, *, seconds: int = SECONDS, most: int = MOST) -> Answer:
        """Answer one SELECT; as `query` does.

        Raises:
            ModelError: as `query` has it.
            KeyboardInterrupt: somebody did; the desk takes another question.

        """
        tables = _tables_in(sql)
        self._build(tables)
        return _answer(self._laid, tables, sql, self._generation, seconds=seconds, most=most)

    def columns(self, name: str) -> list[tuple[str, str]]:
        """Return column and SQL type of a view or model.

        Raises:
            ModelError: there is none of this name, or it can't be built.

        """
        sql = f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {quoted(name)})"  # noqa: S608
        answer = self.ask(sql)
        return [(str(row[0]), str(row[1])) for row in answer.rows]

    def _build(self, tables: set[str]) -> None:
        """Build the models that a question reads and that are not there."""
        if self._generation is not None or not tables & load_models().keys():
            return
        # asked of the engine, not remembered: whoever interrupts a building leaves no one in doubt
        rows = self._laid.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        there = {row[0] for row in rows} | self._laid.lost.keys()
        models = load_models()
        for name, model in needed(models, sorted(tables & models.keys())).items():
            if name not in there:
                lay_models(self._laid, {name: model})


@contextmanager
def sitting(
    session: Session | LedgerStore,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Desk]:
    """Give a desk to put many questions to; else as `answering` has it.

    Raises:
        ServiceError: a day outside 1850-2200.
        GenerationsError: the engine had no room to work.

    """
    check_days(as_of, known_on)
    store = store_of(session)
    current = answering_generation(store)
    if current is not None and answers(
        current, store, load_models(), as_of=as_of, known_on=known_on
    ):
        names = load_models().keys() | KEPT_TABLES.keys()
        with answering(store, names, as_of=as_of, known_on=known_on, limits=limits) as (
            laid,
            number,
        ):
            yield Desk(laid, number)
        return
    anew = laid_anew(
        store,
        {},
        sorted(KEPT_TABLES),
        as_of=as_of,
        known_on=known_on,
        limits=limits,
        progress=progress,
    )
    with anew as laid:
        yield Desk(laid, None)


def _tables_in(sql: str) -> set[str]:
    """Return the tables that one SELECT reads, all of which are there.

    Raises:
        ModelError: more or less than one SELECT, or a table that is not there.

    """
    tables = tables_named("sql", sql)
    for alien in sorted(tables - loaded_tables() - KEPT_TABLES.keys() - load_models().keys()):
        raise ModelError(
            "sql", "an event view or a model", printable(alien), "see the list of event views"
        )
    return tables


def _answer(
    laid: Laid, tables: set[str], sql: str, generation: int | None, *, seconds: int, most: int
) -> Answer:
    """Put one SELECT to an engine that has what it reads.

    Raises:
        ModelError: a model is not there, or it doesn't run or took longer.

    """
    for name in sorted(tables & laid.lost.keys()):
        raise ModelError(
            name,
            "a table that can be read",
            laid.lost[name],
            "bring the file back, or import it again"
            if name in KEPT_TABLES
            else "aidledger rebuild says more",
        )
    columns, rows = rows_within(laid.connection, sql, seconds=seconds, most=most + 1)
    return Answer(
        columns=columns,
        rows=rows[:most],
        more=len(rows) > most,
        position=laid.position,
        generation=generation,
    )
