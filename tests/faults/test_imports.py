"""An import of a history that is killed again and again ends as one that nobody disturbed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.services.historyfiles import accepted, imported, said, visit, written

from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[2]
ROWS = [accepted(at) if at % 17 == 5 else visit(at) for at in range(1_600)]


def killed(location: str, path: Path, *words: str) -> list[str]:
    """Run the harness as a process of its own; return where each run stopped."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [sys.executable, "-m", "tests.faults.imports", location, str(path), *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: list[str] = json.loads(done.stdout)["stops"]
    return found


def entries(location: str) -> list[Any]:
    with open_session(location) as session:
        return list(said(session.store))


@pytest.fixture
def undisturbed(tmp_path: Path) -> tuple[list[Any], bytes]:
    """Return what an import that nobody disturbs records, and what it leaves out."""
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    place = str(folder / "ledger.sqlite")
    create_ledger(place, origin="test.example/ledger")
    path = written(folder / "h.jsonl", *ROWS)
    with open_session(place) as session:
        imported(session, path, keep_going=True)
    return entries(place), (folder / "rejects.jsonl").read_bytes()


@pytest.fixture
def location(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: Any) -> str:
    if request.param == "sqlite":
        place = str(tmp_path / "ledger.sqlite")
    else:
        place = request.getfixturevalue("postgres_url")
        monkeypatch.setenv("AIDLEDGER_SECRETS", str(tmp_path / "secrets"))
    create_ledger(place, origin="test.example/ledger")
    return place


@pytest.mark.parametrize("location", ["sqlite", "postgresql"], indirect=True)
def test_an_import_killed_at_random_moments_loses_and_doubles_nothing(
    location: str, tmp_path: Path, undisturbed: tuple[list[Any], bytes]
) -> None:
    path = written(tmp_path / "h.jsonl", *ROWS)
    stops = killed(location, path, "--kills", "25")

    assert undisturbed == (entries(location), path.with_suffix(".rejects").read_bytes())
    # how many of the kills strike while it runs is the machine's affair
    assert len(stops) > 3
    assert len(set(stops)) > 2


def test_an_import_that_forgets_rows_is_noticed(
    tmp_path: Path, undisturbed: tuple[list[Any], bytes]
) -> None:
    place = str(tmp_path / "ledger.sqlite")
    create_ledger(place, origin="test.example/ledger")
    stops = killed(place, written(tmp_path / "h.jsonl", *ROWS), "--broken")

    assert ["record 30", "done 0"] == stops
    assert undisturbed[0] != entries(place)
