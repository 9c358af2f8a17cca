"""Nights that are killed at any moment: the next one ends as if nothing had happened, and no reader sees half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests import whole
from tests.cli.shell import on
from tests.faults.nights import MODELS, NIGHTLY
from tests.services import nights

from aidledger.services.nightly.running import nightly

pytestmark = pytest.mark.faults

TOWN = "520123001"
KILLS = whole.size(200, 60)


def history(path: Path, case: int) -> Path:
    """Write what an old system knew of one case: few entries, so that many nights are affordable."""
    acts: list[dict[str, Any]] = [
        {
            "type": "ApplicationSubmitted",
            "data": {"area": "rural", "birth_on": "1950-01-01", "channel": "paper", "route": "self",
                     "persons": 1, "programme": "tekun", "source": "office", "township": TOWN,
                     "village": f"{TOWN}201"},
            "personal": {"name": "张三"},
        },
        {
            "type": "PaymentIssued",
            "data": {"account": f"a{case:032d}", "amount_fen": 60_000, "kind": "regular",
                     "month": "2026-05", "paid_on": "2026-05-20", "run": "run/2026-05", "source": "bank"},
        },
        {"type": "VisitMade", "data": {"form": "in_person", "visitor": "v1"}},
    ]  # fmt: skip
    common = {"stream": f"case/520123-2026-{case:06d}", "effective_on": f"2026-05-0{case}",
              "actor": f"{TOWN}-u1", "office": TOWN}  # fmt: skip
    path.write_text("".join(json.dumps({**common, **act}) + "\n" for act in acts), "utf-8")
    return path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a county with the generation and the lists of an earlier night, and entries after it."""
    folder = tmp_path_factory.mktemp("nights")
    first = history(folder / "first.jsonl", 1)
    ledger = nights.make(folder / "template", ("import-history", first))
    # no certificate, and so nothing for tonight to derive again: that is read only, and dear
    steps = tuple(step for step in NIGHTLY if step.name != "certificate")
    asked = nights.asked(ledger, models=MODELS)
    nightly(str(ledger), asked, nights.means(ledger, steps=steps))

    assert 0 == on(ledger, "import-history", history(folder / "second.jsonl", 2)).code

    return ledger


def run(template: Path, folder: Path, *words: str) -> dict[str, Any]:
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


def test_a_night_killed_at_any_moment_is_gone_on_with_and_no_reader_sees_half(
    template: Path, tmp_path: Path
) -> None:
    found = run(template, tmp_path, "--kills", str(KILLS))

    assert [] == found["problems"]
    assert found["kills"] >= KILLS
    assert {"rebuild", "lists", "certificate", "checkpoint", "report"} <= set(found["where"])
    assert found["states"] >= whole.size(15, 10)


def test_the_harness_sees_half_a_generation_and_a_night_that_cannot_go_on(
    template: Path, tmp_path: Path
) -> None:
    found = run(template, tmp_path, "--kills", "1", "--broken")

    assert any("a reader met GenerationsError" in one for one in found["problems"])
    assert any("another exit_code" in one for one in found["problems"])
