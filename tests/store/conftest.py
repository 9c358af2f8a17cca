"""One ledger for each engine: every test that takes `store` or `location` runs on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aidledger.store.opening import create
from aidledger.store.port import LedgerStore

ORIGIN = "test.example/ledger"


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place where no ledger is yet."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def store(location: str) -> Iterator[LedgerStore]:
    """An empty ledger, open for writing."""
    ledger = create(location, origin=ORIGIN)
    yield ledger
    ledger.close()
