from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.shell import on


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small simulated county; tests read it only, and a generation would answer for the entries."""
    path = tmp_path_factory.mktemp("county") / "county.db"
    made = [
        on(path, "init", "--origin", "example.org/county"),
        on(path, "simulate", "--cases", "16", "--months", "3", "--seed", "7"),
    ]

    assert [0, 0] == [ran.code for ran in made], made[-1].err
    before = lasting(path)

    yield path

    assert before == lasting(path), "a test wrote into the county that all share"


def lasting(county: Path) -> set[Path]:
    """What stands beside a ledger, without what SQLite makes and removes by itself."""
    return {one for one in county.parent.rglob("*") if one.suffix not in {".db-shm", ".db-wal"}}


@pytest.fixture
def own_county(county: Path, tmp_path: Path) -> Path:
    """A copy of the county in which one test may record and rebuild."""
    return Path(shutil.copytree(county.parent, tmp_path / "own")) / "county.db"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """An empty ledger under the rules of a county."""
    path = tmp_path / "ledger.db"
    adopted = [
        on(path, "init"),
        on(path, *"adopt gz-county-2022 --county 520123 --actor u1 --office 520123".split()),
    ]

    assert [0, 0] == [ran.code for ran in adopted], adopted[-1].err

    return path


@pytest.fixture(scope="session")
def a_case(county: Path) -> str:
    """A case that was approved and has decisions."""
    found = on(county, "case", "list", "--stage", "approved", "--json").object["cases"]
    name: str = found[0]["case"]
    return name.removeprefix("case/")
