"""Digests: as the plain way has them, whatever the rows, and the same on every machine and store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unicodedata import normalize

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replay.histories import Log
from tests.replay.test_lists import busy_county
from tests.replay.test_rebuilding import assess

from aidledger.ledger import canonical
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.replay import digest as digest_module
from aidledger.replay.building import build
from aidledger.replay.digest import Digest, digest_of, fingerprint, fingerprints
from aidledger.replay.engine import EngineLimits, building
from aidledger.replay.generations import Generations
from aidledger.replay.loading import Loader
from aidledger.replay.models import Model, load_models, needed
from aidledger.replay.rows import HostileRow
from aidledger.replay.sealed import SealedRun
from aidledger.services.generations.rebuilding import rebuild
from aidledger.store.opening import create

NAMES = ("list_publicity", "visits_due", "deadlines", "case_state")
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(
    lambda text: normalize("NFC", text)
)
rows = st.lists(
    st.tuples(
        texts, st.none() | st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.lists(texts)
    ),
    max_size=40,
    unique_by=lambda row: row[0],
)


@given(rows, st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_a_digest_is_that_of_the_plain_way_whatever_the_rows_and_the_pages(
    table: list[tuple[str, int | None, bool, list[str]]], page: int
) -> None:
    plain = [
        canonical.encode(dict(zip(("b", "a", "c", "d"), row, strict=True)))
        for row in sorted(table, key=lambda row: row[0].encode())
    ]
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        patch.setattr(digest_module, "ROWS_A_FETCH", page)
        connection.execute("CREATE TABLE t (b VARCHAR, a BIGINT, c BOOLEAN, d VARCHAR[])")
        if table:
            connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", table)
        found = digest_of(connection, "t", ("b",))

    assert len(table) == found.rows
    assert root_of_leaves([leaf_hash(row) for row in plain]).hex() == found.root


@given(rows, rows)
@settings(max_examples=40, deadline=None)
def test_tables_asked_together_say_of_each_what_stands_in_it(
    first: list[tuple[str, int | None, bool, list[str]]],
    second: list[tuple[str, int | None, bool, list[str]]],
) -> None:
    with duckdb.connect() as connection:
        for name, table in (("t", first), ("it's", second), ("same", first[::-1]), ("none", [])):
            connection.execute(
                f"""CREATE TABLE "{name}" (b VARCHAR, a BIGINT, c BOOLEAN, d VARCHAR[])"""
            )
            if table:
                connection.executemany(f"""INSERT INTO "{name}" VALUES (?, ?, ?, ?)""", table)
        found = fingerprints(connection, ("t", "it's", "same", "none"))
        alone = connection.execute("SELECT count(*), bit_xor(hash(t)) FROM t").fetchall()

        assert fingerprints(connection, ()) == {}
    assert found["t"] == found["same"] == (len(first), alone[0][1] or 0)
    assert found["none"] == (0, 0)
    rows_differ = sorted(map(repr, first)) != sorted(map(repr, second))
    assert (found["it's"] != found["t"]) == rows_differ


@pytest.mark.parametrize("log", [Log(), busy_county()], ids=["empty", "county"])
def test_what_is_said_of_a_built_model_is_what_its_table_gives(log: Log) -> None:
    with building(None) as connection:
        Loader(connection).load(log)
        results = build(connection, wanted())
        for one in results.built:
            found = digest_of(connection, one.name, wanted()[one.name].key)
            assert Digest(rows=one.rows, root=one.digest) == found
            assert (one.rows, one.content) == fingerprint(connection, one.name)

    assert () == results.failed
    assert any(one.rows for one in results.built) == bool(list(log.rows()))


class InPages:
    """A log whose rows come in small pages, as a store gives them."""

    def __init__(self, log: Log, size: int) -> None:
        self._log, self._size = log, size

    def sealed(self) -> tuple[SealedRun, ...]:
        return ()

    def rows(self, first: int = 0) -> Iterator[HostileRow]:
        every = list(self._log.rows(first))
        for at in range(0, len(every), self._size):
            yield from every[at : at + self._size]

    def row_at(self, position: int) -> HostileRow | None:
        return self._log.row_at(position)


def wanted() -> dict[str, Model]:
    return needed(load_models(), NAMES)


def wanted_digests(folder: Path, *, threads: int = 2, page: int = 3) -> dict[str, str]:
    source = InPages(busy_county(), page)
    built = Generations(folder).rebuild(source, wanted(), limits=EngineLimits(threads=threads))
    assert () == built.generation.failed
    return {one.name: one.digest for one in built.generation.models}


def test_the_same_digests_in_any_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = wanted_digests(tmp_path / "one")
    monkeypatch.setattr(digest_module, "ROWS_A_FETCH", 2)
    monkeypatch.setattr("aidledger.replay.loading.ROWS_A_PAGE", 3)

    assert expected == wanted_digests(tmp_path / "other", page=1, threads=3)


def test_the_same_entries_give_the_same_digests_on_both_stores(
    tmp_path: Path, postgres_url: str
) -> None:
    found = []
    for number, place in enumerate((str(tmp_path / "county.db"), postgres_url)):
        with closing(create(place, origin="county.example/ledger")) as store:
            for one, level in enumerate(("able", "partly", "able"), start=1):
                assess(store, one, level)
            built = rebuild(store, models=NAMES, folder=tmp_path / f"g{number}")
        found.append({one.name: (one.rows, one.digest) for one in built.models})

    assert found[0] == found[1]
    assert any(rows for rows, _ in found[0].values())
