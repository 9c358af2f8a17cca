"""Disks that are really full, and syncs that really fail, under both engines and in the server.

The database is the real one, in a process of its own, and so are the errors: from a small file
system, or given to its system calls. Each harness is run once more with a fault of our own in it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.faults.means import Means, preloading, small_disk

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES = {"sqlite": 2, "data": 96, "wal": 32}
ENGINES = sorted(MEGABYTES)


@pytest.fixture
def disk() -> Iterator[Path]:
    """Where the disk goes: a short path that a server under another name can reach."""
    folder = Path(tempfile.mkdtemp(prefix="aidledger-disk-")).resolve()
    folder.chmod(0o755)
    (folder / "disk").mkdir()
    yield folder / "disk"
    shutil.rmtree(folder)


def failing(means: Means, engine: str, fault: str, disk: Path, broken: str = "") -> Any:
    """Run the harness on a disk."""
    environment = {
        **os.environ,
        **means.variables,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        "XDG_DATA_HOME": str(disk.parent / "marks"),
    }
    harness = [sys.executable, "-m", "tests.faults.failing", engine, fault, str(disk)]
    done = subprocess.run(
        [*means.words, *harness, *(["--broken", broken] if broken else [])],
        cwd=ROOT, env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_disk_is_a_clear_error_and_no_loss(engine: str, disk: Path) -> None:
    result = failing(small_disk(disk, MEGABYTES[engine]), engine, "full", disk)

    assert [] == result["problems"]
    assert {"error disk_full", "unknown disk_full"} & set(result["codes"])


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_acknowledged_in_spite_of_a_full_disk_is_noticed(engine: str, disk: Path) -> None:
    result = failing(small_disk(disk, MEGABYTES[engine]), engine, "full", disk, "heedless")

    assert any(problem.startswith("acknowledged and lost: ") for problem in result["problems"])


def test_a_disk_may_be_full_where_nothing_can_be_mounted(disk: Path) -> None:
    result = failing(preloading(disk), "sqlite", "full", disk)

    assert [] == result["problems"]
    assert "unknown disk_full" in result["codes"]


@pytest.mark.parametrize("engine", ["sqlite", "wal"])
def test_a_sync_that_fails_acknowledges_nothing_and_is_resolved_right(
    engine: str, disk: Path
) -> None:
    result = failing(preloading(disk), engine, "sync", disk)

    assert [] == result["problems"]
    assert {"unknown io_error", "resolved committed"} <= set(result["codes"])


@pytest.mark.parametrize(
    ("engine", "broken"), [("sqlite", "heedless"), ("sqlite", "unsynced"), ("wal", "unsynced")]
)
def test_what_is_acknowledged_without_a_sync_is_noticed(
    engine: str, broken: str, disk: Path
) -> None:
    result = failing(preloading(disk), engine, "sync", disk, broken)

    assert "acknowledged while nothing could be synced" in result["problems"]


def test_what_is_unknown_and_paid_again_under_a_new_name_is_noticed(disk: Path) -> None:
    result = failing(preloading(disk), "wal", "sync", disk, "renaming")

    assert "case/20: 80 entries, expected 40" in result["problems"]
