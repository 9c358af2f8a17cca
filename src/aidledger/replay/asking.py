"""Questions that no generation answers: several models at once, or an auditor's own SELECT.

A question of one's own is held to what a model is held to: one SELECT, with no clock, no chance and no other
input, so that the same entries always give the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

import duckdb
import msgspec

from aidledger.ledger.canonical import clip
from aidledger.replay.deriving import in_memory
from aidledger.replay.digest import plain_rows
from aidledger.replay.engine import EngineLimits
from aidledger.replay.loading import Loaded, Source
from aidledger.replay.models import Model, ModelError, loaded_tables, needed, read_question
from aidledger.replay.views import quoted

ASKED: Final = "question_asked"
"""The table that a question's rows stand in."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One SELECT of somebody's own, and the models and other tables that it reads."""

    name: str
    sql: str
    models: tuple[str, ...]
    views: tuple[str, ...]


def question_of(name: str, sql: str, models: dict[str, Model]) -> Question:
    """Read a question.

    Raises:
        ModelError: not one SELECT, a function that is not allowed, or a table that is not there.

    """
    tables = read_question(name, sql)
    alien = sorted(tables - loaded_tables() - models.keys())
    if alien:
        raise ModelError(name, "an event view or a model", alien[0], "see the list of event views")
    return Question(
        name=name,
        sql=sql,
        models=tuple(sorted(tables & models.keys())),
        views=tuple(sorted(tables - models.keys())),
    )


def tables(
    source: Source,
    models: dict[str, Model],
    names: Iterable[str],
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Loaded, dict[str, tuple[list[str], list[tuple[Any, ...]]]]]:
    """Build some models in memory, and what they read; return the columns and rows of each by name.

    Before them stands what was loaded.

    `progress` is told how many entries are read.

    Raises:
        ModelError: a model is unknown or cannot be built.

    """
    names = tuple(names)
    wanted = needed(models, names)
    asked = in_memory(
        source, wanted, as_of=as_of, known_on=known_on, limits=limits, progress=progress
    )
    with asked as (connection, loaded):
        return loaded, {name: plain_rows(connection, name, models[name].key) for name in names}


def answer(
    source: Source,
    models: dict[str, Model],
    question: Question,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows that a question gives over some entries, in order.

    Raises:
        ModelError: the question does not run.

    """
    wanted = needed(models, question.models) if question.models else {}
    given = in_memory(
        source, wanted, as_of=as_of, known_on=known_on, limits=limits, views=question.views
    )
    with given as (connection, _):
        return asked(connection, question)


def asked(
    connection: duckdb.DuckDBPyConnection, question: Question
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows that a question gives over what was built; they stay in `ASKED`.

    Raises:
        ModelError: the question does not run.

    """
    try:
        connection.execute(f"CREATE TABLE {quoted(ASKED)} AS {question.sql}")
    except duckdb.Error as error:
        raise ModelError(
            question.name,
            "SQL that runs over the event views",
            clip(str(error).splitlines()[0], 200),
            "run it in duckdb over a generation to see where",
        ) from error
    return plain_rows(connection, ASKED, ())
