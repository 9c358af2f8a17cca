"""Entries that several processes read and sort: the views, findings and amendments are those of one."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest

from aidledger.replay.cutting import UpTo
from aidledger.replay.digest import fingerprints
from aidledger.replay.engine import EngineLimits, building
from aidledger.replay.loading import Loaded, Loader
from aidledger.replay.sorting import Sorted, Sorter
from aidledger.replay.versions import BESIDE_COLUMNS
from aidledger.replay.views import event_views
from aidledger.services.generations import source as generation_source
from aidledger.services.generations.source import StoreSource
from aidledger.services.initialising import create_ledger
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.services.sharing import others
from aidledger.services.simulation.running import simulate
from aidledger.store.opening import open_ledger
from aidledger.store.port import LedgerStore

SPAN = 128


class Views(NamedTuple):
    """What the loader made of a ledger: itself, its tables, and where the ranges end that it was given."""

    loaded: Loaded
    tables: dict[str, tuple[int, int]]
    taken: list[int]


def views(store: LedgerStore, threads: int = 2, **asked: Any) -> Views:
    """Load a ledger's entries."""
    taken: list[int] = []
    join = Sorter.join

    def joined(self: Sorter, part: Sorted) -> None:
        taken.append(part.stop)
        join(self, part)

    with (
        building(None, EngineLimits(threads=threads)) as connection,
        mock.patch.object(Sorter, "join", joined),
    ):
        source = UpTo(StoreSource(store), store.head().size)
        loaded = Loader(connection, **asked).load(source)
        names = [view.name for view in event_views().values()]
        return Views(loaded, fingerprints(connection, [*names, "entry", *BESIDE_COLUMNS]), taken)


def hold(location: str | Path, monkeypatch: pytest.MonkeyPatch, **asked: Any) -> list[int]:
    """Hold what several processes give against what one gives; say what the several took."""
    monkeypatch.setattr(generation_source, "SPAN_ROWS", SPAN)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with closing(open_ledger(location, read_only=True)) as store:
        alone = views(store, **asked)
        monkeypatch.setattr(generation_source, "PARALLEL_FROM", 0)
        both = views(store, **asked)

    assert [] == alone.taken
    assert alone.loaded == both.loaded
    assert alone.tables == both.tables
    return both.taken


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a simulated county; nobody changes it."""
    return simulated(str(tmp_path_factory.mktemp("small") / "county.db"))


def simulated(location: str) -> Path:
    create_ledger(location, origin="example.org/county")
    with open_session(location) as session:
        simulate(session, cases=10, months=4, seed=5)
    return Path(location)


@pytest.mark.parametrize("asked", [{}, {"as_of": date(2022, 2, 10), "known_on": date(2022, 3, 2)}])
def test_several_processes_give_what_one_gives(
    small: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, date]
) -> None:
    taken = hold(small, monkeypatch, **asked)

    assert taken == [*range(SPAN, taken[-1], SPAN), taken[-1]]
    assert len(taken) > 2


def test_they_do_on_postgresql(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIDLEDGER_SECRETS", str(tmp_path / "county.secrets"))
    simulated(postgres_url)

    assert len(hold(postgres_url, monkeypatch)) > 2


@pytest.mark.parametrize(
    ("damage", "whole"),
    [
        ("DELETE FROM entries WHERE position = 300", 0),
        ("UPDATE entries SET position = -1 WHERE position = 300", 2),
        (
            "UPDATE entries SET position = -1 WHERE position = (SELECT max(position) FROM entries)",
            None,
        ),
        ("UPDATE entries SET record = leaf_hash WHERE position = 300", None),
    ],
)
def test_what_is_damaged_is_found_as_one_process_finds_it(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str, whole: int | None
) -> None:
    place = tmp_path / "county.db"
    shutil.copy(small, place)
    with closing(sqlite3.connect(place)) as connection:
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(damage)
        connection.commit()
    taken = hold(place, monkeypatch)

    assert whole is None or len(taken) == whole


def test_an_engine_that_has_one_thread_gets_no_other_process(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation_source, "PARALLEL_FROM", 0)
    with closing(open_ledger(small, read_only=True)) as store:
        assert [] == views(store, threads=1).taken


def test_a_process_that_is_killed_is_a_plain_error() -> None:
    with pytest.raises(ServiceError, match="found that it was ended"):  # noqa: SIM117
        with others(1) as executor:
            executor and executor.submit(end_itself).result()


def end_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
