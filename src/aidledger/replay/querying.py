"""Puts one SELECT of somebody's own to an engine that is shut in, bounded in time, memory and rows."""

from __future__ import annotations

import re
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb

from aidledger.replay.models import ModelError
from aidledger.replay.views import quoted
from aidledger.said import is_shown

_T = TypeVar("_T")
_PATIENCE_SECONDS: Final = 0.05
_PAGE: Final = 256
_LONGEST: Final = 64 << 20
"""Characters of an answer: to lay out more takes longer than any question."""
_BESIDE: Final = 1 << 30
"""Bytes that the process may take beyond what the engine counts: the texts of a function are none of these."""
_UNITS: Final = {"bytes": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}
_INSTEAD: Final = ("Candidate bindings", "Did you mean")
"""How the lines begin that name what is there."""


def rows_within(
    connection: duckdb.DuckDBPyConnection, sql: str, *, seconds: int, most: int
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the columns and at most so many rows; days, times and fractions are texts.

    Raises:
        ModelError: it doesn't run, or took longer than so many seconds.
        KeyboardInterrupt: somebody did; the question was stopped, and the engine takes another.

    """
    try:
        with _said_as_ours(), _bounded(connection):
            columns, rows = stoppable(
                connection, partial(_fetched, connection, sql, most), seconds=seconds
            )
    except TimeoutError:
        raise ModelError(
            "sql",
            f"an answer within {seconds} s",
            "none",
            "ask for less, or give it more time with --seconds",
        ) from None
    return _told_apart(columns), [tuple(map(_plain, row)) for row in rows]


def stoppable(
    connection: duckdb.DuckDBPyConnection, work: Callable[[], _T], *, seconds: int | None = None
) -> _T:
    """Return what some work of the engine gives; Ctrl-C ends it, and so many seconds if there are any.

    The engine doesn't look up from its work when a signal comes: this thread waits for it instead.

    Raises:
        TimeoutError: it took longer.
        KeyboardInterrupt: somebody did; the engine takes another question.

    """
    with ThreadPoolExecutor(max_workers=1) as asking:
        asked = asking.submit(work)
        try:
            return asked.result(timeout=seconds)
        except (TimeoutError, KeyboardInterrupt):
            _stop(connection, asked)
            raise


def _stop(connection: duckdb.DuckDBPyConnection, asked: Future[Any]) -> None:
    """Stop the engine, however many statements the question still has: the next one forgets it."""
    while not asked.done():
        connection.interrupt()
        wait([asked], timeout=_PATIENCE_SECONDS)


def _fetched(
    connection: duckdb.DuckDBPyConnection, sql: str, most: int
) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = connection.execute(_with_texts(connection, sql))
    rows: list[tuple[Any, ...]] = []
    length = 0
    while page := cursor.fetchmany(min(_PAGE, most - len(rows))):
        rows += page
        length += sum(len(value) for row in page for value in row if isinstance(value, str))
        if length > _LONGEST:
            raise ModelError(
                "sql",
                f"an answer of at most {_LONGEST:,} characters",
                "a longer one",
                "ask for fewer rows or shorter texts",
            )
    return [str(column[0]) for column in cursor.description or ()], rows


@contextmanager
def _bounded(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let what goes beyond the memory of the engine fail: one long text filled that of the machine."""
    told = connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
    number, _, unit = str(told).partition(" ")
    taken = _taken()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if taken is None or unit not in _UNITS:
        yield
        return
    most = taken + int(float(number) * (1 << _UNITS[unit])) + _BESIDE
    for other in (soft, hard):
        most = most if other == resource.RLIM_INFINITY else min(most, other)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        yield
    except MemoryError:
        raise ModelError(
            "sql", f"an answer within {told}", "none", "ask for less, or give more with --memory"
        ) from None
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _taken() -> int | None:
    """Return how many bytes of data this process has; None where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:
        return None
    found = re.search(r"^VmData:\s+(\d+) kB$", status, re.MULTILINE)
    return None if found is None else int(found[1]) << 10


def _with_texts(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return a SELECT whose moments with a zone come as texts: the engine can't hand them over alone."""
    given = connection.execute(f"DESCRIBE {sql}").fetchall()
    if not any(str(row[1]).endswith("TIME ZONE") for row in given):
        return sql
    chosen = ", ".join(
        f"CAST(c{at} AS VARCHAR) AS {quoted(str(row[0]))}"
        if str(row[1]).endswith("TIME ZONE")
        else f"c{at} AS {quoted(str(row[0]))}"
        for at, row in enumerate(given)
    )
    names = ", ".join(f"c{at}" for at in range(len(given)))
    return f"SELECT {chosen} FROM (\n{sql.strip().removesuffix(';')}\n) AS given({names})"  # noqa: S608


@contextmanager
def _said_as_ours() -> Iterator[None]:
    """Say what the engine refused."""
    try:
        yield
    except duckdb.Error as error:
        raise ModelError(
            "sql",
            "SQL that runs over the event views",
            _said(str(error)),
            "run it in duckdb over a generation to see where",
        ) from error


def _said(error: str) -> str:
    """Return what the engine refused, and the names that it has instead, in their own script."""
    first, *others = error.splitlines()
    told = [first[:200], *[line[:200] for line in others if line.startswith(_INSTEAD)]]
    return "".join(c if is_shown(c) else "?" for c in "; ".join(told))


def _told_apart(columns: list[str]) -> tuple[str, ...]:
    """Return names of which no two are the same: the second ``a`` is ``a_2``."""
    seen: Counter[str] = Counter()
    told: list[str] = []
    for name in columns:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(told)


def _plain(value: Any) -> Any:
    """Return a value of SQL as JSON has it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case list() | tuple():
            return [_plain(one) for one in value]
        case dict():
            return {str(name): _plain(one) for name, one in value.items()}
        case _:
            return str(value)
