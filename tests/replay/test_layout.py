"""Tables that are copied are those that are made."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aidledger.replay import layout
from aidledger.replay.engine import building
from aidledger.replay.layout import lay_out, make_tables
from aidledger.replay.views import event_views

COLUMNS = (
    "SELECT table_name, column_index, column_name, data_type, is_nullable, column_default"
    " FROM duckdb_columns() WHERE database_name = current_database() ORDER BY ALL"
)


def columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = connection.execute(COLUMNS).fetchall()
    return found


@pytest.fixture
def made() -> list[tuple[Any, ...]]:
    with building(None) as connection:
        make_tables(connection)
        return columns(connection)


@pytest.mark.parametrize("on_disk", [False, True])
def test_each_time_the_same_tables_are_laid_out_and_nothing_else_is_left(
    made: list[tuple[Any, ...]], tmp_path: Path, on_disk: bool
) -> None:
    for number in range(3):
        with building(tmp_path / f"{number}.duckdb" if on_disk else None) as connection:
            before = connection.execute("SHOW DATABASES").fetchall()
            lay_out(connection)

            assert made == columns(connection)
            assert before == connection.execute("SHOW DATABASES").fetchall()
            assert len(made) > len(event_views())


def test_what_is_copied_is_told_from_what_is_not(made: list[tuple[Any, ...]]) -> None:
    with building(None) as connection:
        lay_out(connection)
        connection.execute("ALTER TABLE payment_issued DROP COLUMN amount_fen")

        assert made != columns(connection)


def test_without_room_for_a_file_the_tables_are_made(
    made: list[tuple[Any, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with building(None) as first, building(None) as second:
        lay_out(first)  # whatever this process has done before: the next is no more the first
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))

        with pytest.raises(FileNotFoundError):
            layout._copy(second)

        lay_out(second)

        assert made == columns(second)
