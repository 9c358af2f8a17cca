"""What goes on beside the checking of rows: reading ahead, and loading behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.replay.histories import golden_records

from aidledger.replay import spooling as module
from aidledger.replay.engine import building
from aidledger.replay.spooling import PAGES_AHEAD, read_ahead, spooling
from aidledger.replay.views import LINE, create_sql, event_views

RECORD = golden_records()["VisitMade"]


@given(st.lists(st.integers()), st.integers(1, 5))
def test_rows_read_ahead_come_whole_and_in_their_order(rows: list[int], size: int) -> None:
    pages = list(read_ahead(rows, size))

    assert rows == [row for page in pages for row in page]
    assert all(len(page) == size for page in pages[:-1])


def test_what_reading_raises_comes_out_behind_the_rows_before_it() -> None:
    def broken() -> Iterator[int]:
        yield from range(6)
        raise OSError("the line is cut")

    pages = read_ahead(broken(), 2)

    assert [[0, 1], [2, 3], [4, 5]] == [next(pages) for _ in range(3)]
    with pytest.raises(OSError, match="the line is cut"):
        next(pages)


def test_only_a_few_pages_are_read_ahead_of_a_slow_reader() -> None:
    given_out: list[int] = []

    def counted() -> Iterator[int]:
        for number in range(1_000):
            given_out.append(number)
            yield number

    with closing(read_ahead(counted(), 10)) as pages:
        next(pages)

    assert 10 * (PAGES_AHEAD + 1) >= len(given_out)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("idle", [1, 10_000_000])
@pytest.mark.parametrize("size", [1, 10_000, 10_000_000])
def test_every_line_is_loaded_once_however_small_the_files(
    size: int, idle: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BYTES_A_LOAD", size)
    monkeypatch.setattr(module, "BYTES_WHEN_IDLE", idle)
    with building(None) as connection:
        connection.execute(create_sql(event_views()["VisitMade"]))
        with spooling(connection, event_views()) as spool:
            for position in range(100):
                spool.lines[b"VisitMade"].append(LINE % (position, RECORD[1:]))
                spool.pass_on(least=7)
            spool.finish()
            found = connection.execute("SELECT position FROM visit_made ORDER BY 1").fetchall()

    assert {"visit_made"} == spool.filled
    assert [(position,) for position in range(100)] == found
    assert not list(folder.iterdir())


def test_what_is_large_enough_is_loaded_while_nothing_else_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BYTES_WHEN_IDLE", 10 * len(LINE % (10, RECORD[1:])))
    with building(None) as connection:
        connection.execute(create_sql(event_views()["VisitMade"]))
        with spooling(connection, event_views()) as spool:
            spool.lines[b"VisitMade"] += [LINE % (position, RECORD[1:]) for position in range(7)]
            spool.pass_on(least=1)
            assert set() == spool.filled, "a load costs more than so few lines are worth"
            spool.lines[b"VisitMade"] += [
                LINE % (position, RECORD[1:]) for position in range(7, 14)
            ]
            spool.pass_on(least=1)
            assert {"visit_made"} == spool.filled

    assert not list(folder.iterdir())


def test_a_load_that_fails_is_not_overlooked_and_leaves_no_file(folder: Path) -> None:
    with building(None) as connection:
        connection.execute(create_sql(event_views()["VisitMade"]))
        with spooling(connection, event_views()) as spool:
            spool.lines[b"VisitMade"] += [LINE % (0, RECORD[1:]), b"no JSON"]
            with pytest.raises(duckdb.Error):
                spool.finish()

    assert not list(folder.iterdir())
