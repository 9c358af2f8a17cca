"""A model that fails takes only its readers along, and never the generation that people read."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from tests.replay.histories import Log
from tests.replay.test_lists import busy_county

from aidledger.replay import building as building_module
from aidledger.replay.building import build
from aidledger.replay.digest import columns_of
from aidledger.replay.engine import building, cursor_of, lock, pack
from aidledger.replay.generation import GenerationsError
from aidledger.replay.generations import Generations
from aidledger.replay.loading import Loader
from aidledger.replay.models import Model, in_order, parse_model

HEADER = "-- title_zh: 例\n-- title_en: sample\n-- key: stream\n-- for: a test\n"
GOOD = "SELECT stream, list_sort(array_agg(position)) AS positions FROM entry GROUP BY stream"
NO_NUMBER = GOOD.replace("stream,", "stream, CAST(max(stream) AS BIGINT) AS number,", 1)
REPEATED = "SELECT 'x' AS stream, [position] AS positions FROM entry"


def of(**sql: str) -> dict[str, Model]:
    with duckdb.connect() as parser:
        return in_order(parse_model(name, HEADER + text, parser) for name, text in sql.items())


def reading(name: str) -> str:
    return f"SELECT stream, positions FROM {name}"


@pytest.mark.parametrize("bad", [NO_NUMBER, REPEATED, "SELECT stream FROM entry"])
def test_the_others_are_built_and_those_that_read_it_say_why_they_are_not(bad: str) -> None:
    models = of(
        bad=bad, good=GOOD, reader=reading("bad"), reader2=reading("reader"), well=reading("good")
    )
    with building(None) as connection:
        Loader(connection).load(busy_county())
        lock(connection)
        results = build(connection, models)
        (expected,) = build(connection, of(again=GOOD)).built

    assert {"good", "well"} == {one.name for one in results.built}
    assert {expected.digest} == {one.digest for one in results.built if one.name == "good"}
    assert {"bad": None, "reader": "bad", "reader2": "reader"} == {
        one.name: one.reads for one in results.failed
    }
    assert all(one.expected and one.found and one.hint for one in results.failed)


def test_a_generation_that_lost_a_model_is_kept_and_not_switched_to(tmp_path: Path) -> None:
    generations, log = Generations(tmp_path / "g"), busy_county()
    whole = of(good=GOOD, sample=GOOD)
    first = generations.rebuild(log, whole)

    lost = generations.rebuild(log, of(good=GOOD, sample=REPEATED))
    kept = [(one.number, len(one.failed)) for one in generations.all()]
    now = generations.current()

    assert (True, False) == (first.current, lost.current)
    assert [(1, 0), (2, 1)] == kept
    assert now is not None
    assert first.generation == now
    assert [] != generations.read(now, whole["sample"])[1]
    assert [] != generations.read(lost.generation, whole["good"])[1]
    assert generations.rebuild(log, whole).current
    assert [1, 2, 3] == [one.number for one in generations.all()]


def test_a_new_model_that_fails_keeps_nothing_from_being_switched(tmp_path: Path) -> None:
    generations, log = Generations(tmp_path / "g"), busy_county()
    generations.rebuild(log, of(good=GOOD))

    built = generations.rebuild(log, of(good=GOOD, sample=REPEATED))

    assert built.current
    assert ["sample"] == [one.name for one in built.generation.failed]


def test_memory_that_a_model_does_not_get_is_its_own_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = columns_of

    def greedy(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
        if name == "sample":
            connection.execute("SELECT list(a.range) FROM range(60000000) a").fetchall()
        return real(connection, name)

    monkeypatch.setattr(building_module, "columns_of", greedy)
    with building(None) as connection:
        Loader(connection).load(busy_county())
        connection.execute("SET memory_limit = '100MB'")
        results = build(connection, of(good=GOOD, sample=GOOD))

    assert ["good"] == [one.name for one in results.built]
    assert [("sample", "enough memory")] == [(one.name, one.expected) for one in results.failed]


def test_a_disk_that_refuses_ends_the_rebuild_and_leaves_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations = Generations(tmp_path / "g")
    generations.rebuild(Log(), of(good=GOOD))
    before = generations.current()

    def full(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
        raise duckdb.IOException(f"{name}: no space left on device")

    monkeypatch.setattr(building_module, "columns_of", full)
    with pytest.raises(GenerationsError, match="no space left"):
        generations.rebuild(busy_county(), of(good=GOOD))

    assert before == generations.current()
    assert ["generation-000001.duckdb"] == [one.name for one in (tmp_path / "g").glob("*.duckdb")]


def test_what_is_built_is_packed_while_another_query_still_reads(tmp_path: Path) -> None:
    """A table that is dropped during a long reading made a plain CHECKPOINT fail."""
    with building(tmp_path / "g.duckdb") as connection:
        connection.execute("CREATE TABLE a AS SELECT range AS x FROM range(50000)")
        begun = threading.Event()

        def read() -> int:
            cursor = cursor_of(connection)
            cursor.execute("SELECT x FROM a ORDER BY x")
            found = 0
            while rows := cursor.fetchmany(4096):
                found += len(rows)
                begun.set()
                time.sleep(0.01)
            cursor.close()
            return found

        with ThreadPoolExecutor(1) as pool:
            reading_it = pool.submit(read)
            begun.wait()
            connection.execute("CREATE TABLE b AS SELECT 1 AS x")
            connection.execute("DROP TABLE b")
            pack(connection)

            assert 50_000 == reading_it.result()
    with duckdb.connect(str(tmp_path / "g.duckdb"), read_only=True) as connection:
        assert [("a",)] == connection.execute("SHOW TABLES").fetchall()
