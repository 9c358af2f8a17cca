"""What is asked for on a full disk is not there at all, and the error says which file and why."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.overfilling import EXPORTS
from tests.cli.shell import on
from tests.faults.means import small_disk

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[2]


def test_what_does_not_fit_is_named_and_nothing_of_it_stays(county: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    built = shutil.copytree(county.parent, tmp_path / "built") / county.name
    for words in ("rebuild", "checkpoint sign --new-key"):
        assert 0 == on(built, *words.split()).code
    means = small_disk(disk, 1)
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}

    done = subprocess.run(
        [*means.words, sys.executable, "-m", "tests.cli.overfilling", str(built), str(disk)],
        cwd=ROOT, env={**os.environ, **means.variables, **paths}, capture_output=True, check=False,
    )  # fmt: skip

    assert b"Traceback" not in done.stderr, done.stderr.decode()
    found = json.loads(done.stdout)
    assert EXPORTS.keys() == found.keys()
    for name, one in found.items():
        assert (75, []) == (one["code"], one["left"]), (name, one)
        assert f"{name}: cannot be read or written (no space left on device)" in one["err"]
