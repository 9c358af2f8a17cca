"""A small signed county with some months of payments, made once, and what all attacks on it came to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.services.signed import make_certified

from aidledger.services.adversary.running import AttackReport, attack


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the ledger lies; nobody writes to it."""
    location = str(tmp_path_factory.mktemp("attacked") / "county.db")
    make_certified(location)
    return location


@pytest.fixture(scope="session")
def everything(county: str) -> AttackReport:
    """All operators in all hands."""
    return attack(county)


@pytest.fixture
def copy(county: str, tmp_path: Path) -> str:
    """A copy of the ledger with its mark and keys, for a test to change."""
    source = Path(county)
    for path in source.parent.glob("county.db*"):
        target = tmp_path / path.name
        if path.is_dir():
            shutil.copytree(path, target)
        else:
            shutil.copy2(path, target)
    return str(tmp_path / source.name)
