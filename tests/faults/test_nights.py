"""Nights that end at any moment: the next one ends as if nothing had happened, and no reader sees half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.services import nights

pytestmark = pytest.mark.faults


def run(folder: Path, *words: str) -> dict[str, Any]:
    template = nights.make(folder / "template")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults.nights", template, folder / "places", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )

    assert 0 == ran.returncode, ran.stderr

    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_a_night_ended_at_any_of_200_moments_is_gone_on_with(tmp_path: Path) -> None:
    found = run(tmp_path, "--stops", "200", "--kills", "4")

    assert [] == found["problems"]
    assert 200 == found["stops"]
    assert found["states"] >= 5


def test_the_harness_sees_a_reader_that_meets_half_a_generation(tmp_path: Path) -> None:
    found = run(tmp_path, "--stops", "60", "--kills", "0", "--broken")

    assert found["problems"]
