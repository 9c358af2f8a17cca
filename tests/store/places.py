"""Gives the housed library's test cases, which are unittest classes, a ledger on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.conftest import ORIGIN

from aidledger.store.opening import create, library_environment, open_ledger
from aidledger.store.port import LedgerStore


class Place:
    """A ledger that is open as long as the test, and an environment that names it."""

    location: str
    ledger: LedgerStore

    def take(self, location: str, monkeypatch: pytest.MonkeyPatch) -> None:
        create(location, origin=ORIGIN).close()
        self.location = location
        for name, value in library_environment(location).items():
            monkeypatch.setenv(name, value)


class OnSqlite(Place):
    """A ledger in a file."""

    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        self.take(str(tmp_path / "ledger.sqlite"), monkeypatch)
        self.ledger = open_ledger(self.location)
        yield
        self.ledger.close()


class OnPostgres(Place):
    """A ledger in a database."""

    @pytest.fixture(autouse=True)
    def place(self, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        self.take(postgres_url, monkeypatch)
        self.ledger = open_ledger(self.location)
        yield
        self.ledger.close()
