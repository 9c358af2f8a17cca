"""Puts one SELECT of somebody's own to an engine that is shut in, bounded in time and rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Timer
from typing import Any, Final

import duckdb

from aidledger.replay.models import ModelError
from aidledger.replay.views import quoted
from aidledger.said import is_shown

_PATIENCE_SECONDS: Final = 0.05
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
    # the engine doesn't look up from its work when a signal comes: this thread waits for it instead
    with _within(connection, seconds), ThreadPoolExecutor(max_workers=1) as asking:
        asked = asking.submit(_fetched, connection, sql, most)
        try:
            columns, rows = asked.result()
        except KeyboardInterrupt:
            while not asked.done():
                connection.interrupt()
                wait([asked], timeout=_PATIENCE_SECONDS)
            raise
    return _told_apart(columns), [tuple(map(_plain, row)) for row in rows]


def _fetched(
    connection: duckdb.DuckDBPyConnection, sql: str, most: int
) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = connection.execute(_with_texts(connection, sql))
    rows = cursor.fetchmany(most)
    return [str(column[0]) for column in cursor.description or ()], rows


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
def _within(connection: duckdb.DuckDBPyConnection, seconds: int) -> Iterator[None]:
    """Stop the engine after a time; say what it refused."""
    timer = Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException:
        raise ModelError(
            "sql",
            f"an answer within {seconds} s",
            "none",
            "ask for less, or give it more time with --seconds",
        ) from None
    except duckdb.Error as error:
        raise ModelError(
            "sql",
            "SQL that runs over the event views",
            _said(str(error)),
            "run it in duckdb over a generation to see where",
        ) from error
    finally:
        timer.cancel()


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
