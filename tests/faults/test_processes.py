"""Many writers at once, and writers that are killed: nothing forks, doubles or gets lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aidledger.store.opening import create

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ["sqlite", "postgresql"]


@pytest.fixture
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty ledger on the engine that the test names."""
    if request.param == "sqlite":
        place = str(tmp_path / "ledger.sqlite")
    else:
        place = request.getfixturevalue("postgres_url")
    create(place, origin="test.example/ledger").close()
    return place


def forks(*words: str) -> Any:
    """Run the harness as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [sys.executable, "-m", "tests.faults.forks", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.parametrize("location", ENGINES, indirect=True)
def test_eight_processes_make_one_log_and_a_reader_misses_nothing(location: str) -> None:
    result = forks("writers", location, "--appends", "1000")

    assert [] == result["problems"]
    assert 8000 == result["acks"]


@pytest.mark.parametrize("location", ENGINES, indirect=True)
def test_writers_without_the_lock_are_noticed(location: str) -> None:
    result = forks("writers", location, "--appends", "50", "--broken")

    assert [] != result["problems"]


@pytest.mark.parametrize(
    ("location", "kills", "longest_ms"),
    [("sqlite", "2000", "10"), ("postgresql", "300", "40")],
    indirect=["location"],
)
def test_killed_writers_lose_nothing_that_was_acknowledged(
    location: str, kills: str, longest_ms: str
) -> None:
    result = forks("kills", location, "--kills", kills, "--longest-ms", longest_ms)

    assert [] == result["problems"]
    assert result["acks"] > int(kills) / 4


@pytest.mark.parametrize("location", ENGINES, indirect=True)
def test_an_acknowledgement_before_the_commit_is_noticed(location: str) -> None:
    result = forks("kills", location, "--kills", "200", "--longest-ms", "60", "--broken")

    assert [] != result["problems"]
