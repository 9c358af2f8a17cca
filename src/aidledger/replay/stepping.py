"""Asks a question of a log at every entry that can change its answer, from the first one on.

All others give the answer of the one before: entries of types that the question doesn't read, on a day
that has been asked about. The log is loaded once, and once more after each amendment, which changes
what went before it; in between, the views leave out what comes after the entry in question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from typing import Any, Final, NamedTuple

import duckdb

from aidledger.domain.chain import END_OF_LOG
from aidledger.ledger.entry import EntryError
from aidledger.replay.asking import ASKED, Question, asked
from aidledger.replay.building import build_table
from aidledger.replay.cutting import UpTo
from aidledger.replay.engine import EngineLimits, building, lock
from aidledger.replay.loading import FIRST_DAY, LAST_DAY, Loader, Source, china_day, end_of_day
from aidledger.replay.models import Model, needed, tables_read
from aidledger.replay.patterns import AMENDING_TYPES
from aidledger.replay.reading import read_record, row_finding
from aidledger.replay.sorting import AFTER_ALL
from aidledger.replay.versions import BESIDE_COLUMNS
from aidledger.replay.views import event_views, quoted

_AMENDED: Final = frozenset(BESIDE_COLUMNS) - {"parameters"}
"""The tables of how entries stood, and of what amended them: known on whatever day it takes effect."""
_SEEN: Final = "seen"
"""The schema of the views that leave out what comes later, and of what is built over them."""

Answer = tuple[list[str], list[tuple[Any, ...]]]
"""Columns and rows."""


class Moment(NamedTuple):
    """An entry that can change an answer, the day in question with it, and whether it amends another."""

    position: int
    as_of: date
    amends: bool


def reads_of(question: Question, models: dict[str, Model]) -> set[str]:
    """Return the tables that are no models and that a question reads, itself or by its models."""
    wanted = needed(models, question.models) if question.models else {}
    return tables_read(wanted) | set(question.views)


def moments(
    source: Source, reads: Iterable[str], *, as_of: date | None = None, known_on: date | None = None
) -> Iterator[Moment]:
    """Yield the entries that can change an answer, in order; the first entry is always one.

    Args:
        source: the log.
        reads: the tables that the question reads, as `reads_of` has them.
        as_of: the day in force; default: the day of the last entry of each position.
        known_on: leave out what was recorded after that day.

    """
    read = set(reads)
    everything = bool(read & {"entry", *_AMENDED})
    types = {view.type_name for view in event_views().values() if view.name in read}
    cutoff = AFTER_ALL if known_on is None else end_of_day(known_on)
    last, newest, day = -1, "", as_of or FIRST_DAY
    for row in source.rows():
        if row_finding(row, last):
            continue
        if last < 0 < row[0]:
            yield Moment(0, day, amends=False)
        is_first, last = last < 0, row[0]
        counts = amends = False
        try:
            typed = read_record(row[1])
        except EntryError:
            pass  # no view has it
        else:
            recorded_at, name = typed.envelope.recorded_at, typed.view.type_name
            if recorded_at < cutoff:
                newest = max(newest, recorded_at)
                amends = name in AMENDING_TYPES
                counts = amends or everything or name in types
        now = as_of or (china_day(newest) if newest else FIRST_DAY)
        if is_first or counts or now != day:
            yield Moment(last, now, amends)
        day = now


def answers(
    source: Source,
    models: dict[str, Model],
    question: Question,
    steps: list[Moment],
    *,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
) -> Iterator[tuple[Moment, Answer]]:
    """Yield what a question gives at each of some moments of a log, which are worked out as asked for.

    Raises:
        ModelError: the question does not run.

    """
    wanted = needed(models, question.models) if question.models else {}
    starts = [0, *(at for at, step in enumerate(steps) if step.amends and at), len(steps)]
    for start, end in pairwise(starts):
        # an amendment that names a later entry counts from that one on, and is loaded before it
        size = steps[end].position if end < len(steps) else END_OF_LOG
        with _loaded(UpTo(source, size), reads_of(question, models), known_on, limits) as views:
            for step in steps[start:end]:
                yield step, _answer(views, wanted, question, step)


@contextmanager
def _loaded(
    source: Source, reads: set[str], known_on: date | None, limits: EngineLimits | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Load a log, with views over what is read that leave out what comes after a moment."""
    with building(None, limits) as connection:
        Loader(connection, as_of=LAST_DAY, known_on=known_on, reads=reads).load(source)
        catalog, *_ = connection.execute("SELECT current_database()").fetchone() or ("",)
        main, seen = f"{quoted(catalog)}.main", f"{quoted(catalog)}.{_SEEN}"
        connection.execute(f"CREATE SCHEMA {seen}")
        connection.execute(f"CREATE TABLE {seen}.moment (position BIGINT, as_of DATE)")
        for name in sorted(reads - {"parameters"}):
            cut = "" if name in _AMENDED else " AND whole.effective_on <= moment.as_of"
            connection.execute(
                f"CREATE VIEW {seen}.{quoted(name)} AS SELECT whole.* FROM {main}.{quoted(name)} "  # noqa: S608
                f"AS whole CROSS JOIN {seen}.moment WHERE whole.position <= moment.position{cut}"
            )
        connection.execute(
            f"CREATE VIEW {seen}.parameters AS SELECT moment.as_of, parameters.known_on "  # noqa: S608
            f"FROM {main}.parameters CROSS JOIN {seen}.moment"
        )
        connection.execute(f"USE {seen}")
        lock(connection)
        yield connection


def _answer(
    connection: duckdb.DuckDBPyConnection,
    models: dict[str, Model],
    question: Question,
    step: Moment,
) -> Answer:
    """Build the models and ask the question as of one moment; nothing of it is left."""
    connection.execute("DELETE FROM moment")
    connection.execute("INSERT INTO moment VALUES (?, ?)", [step.position, step.as_of])
    for model in models.values():
        build_table(connection, model)
    found = asked(connection, question)
    for name in (ASKED, *models):
        connection.execute(f"DROP TABLE {quoted(name)}")
    return found
