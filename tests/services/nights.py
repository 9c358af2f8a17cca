"""A small county with a log key and a witness in one folder, and nights over it under a set clock."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.cli.shell import aidledger, on

from aidledger.services.clock import SetClock
from aidledger.services.nightly.night import Asked
from aidledger.services.nightly.report import NightReport
from aidledger.services.nightly.running import Means, nightly
from aidledger.services.nightly.runs import runs_folder
from aidledger.services.witnessing.witness import open_witness
from aidledger.store.opening import open_ledger

NOW = datetime(2026, 6, 1, 17, 30, tzinfo=UTC)
ACTOR, OFFICE = "520123-u10", "520123"
MODELS = ("case_state", "list_approved", "list_publicity")
"""Few of them: what is tested is the night, not the models."""


SIMULATED = ("simulate", "--cases", "2", "--months", "2", "--seed", "7")


def make(folder: Path, filled_by: Sequence[str | Path] = SIMULATED) -> Path:
    """Make the county with its key and its witness; return where the ledger lies."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = folder / "county.db"
    made = [
        on(ledger, "init", "--origin", "example.org/county"),
        on(ledger, *filled_by),
    ]
    signed = on(ledger, "checkpoint", "sign", "--new-key", "--json")
    vkey = signed.object["log_keys"][0]
    (folder / "county.vkey").write_text(vkey + "\n", encoding="utf-8")
    witness = ("witness", "init", folder / "audit", "--name", "audit.example")
    made.append(aidledger(*witness, "--log", folder / "county.vkey"))
    key = aidledger("witness", "show", folder / "audit", "--json").object["vkey"][0]
    (folder / "policy.txt").write_text(
        f"log {vkey}\nwitness audit {key} http://audit.example\nquorum audit\n", encoding="utf-8"
    )

    assert [0, 0, 0] == [ran.code for ran in made], made

    return ledger


def copied(template: Path, folder: Path) -> Path:
    """Copy a county; return where the copy of the ledger lies."""
    shutil.copytree(template.parent, folder, symlinks=True)
    return folder / template.name


def asked(ledger: Path, **more: Any) -> Asked:
    """Ask for a night as an operator with a policy does."""
    given = {
        "actor": ACTOR,
        "office": OFFICE,
        "folder": str(runs_folder(str(ledger))),
        "policy": str(ledger.parent / "policy.txt"),
        "models": MODELS,
        "jobs": 1,
    }
    return Asked(**{**given, **more})


def clock_of(ledger: Path) -> SetClock:
    """Set a clock that is not behind what was recorded under a real one."""
    with closing(open_ledger(ledger, read_only=True)) as store:
        last = store.head().recorded_at
    return SetClock(max(NOW, datetime.fromisoformat(last)) if last else NOW)


def means(ledger: Path, **more: Any) -> Means:
    """Work under the set clock, with the witness at hand instead of a network."""
    clock = clock_of(ledger)
    witness = open_witness(ledger.parent / "audit", passphrase=None, clock=clock)

    def send(url: str, body: bytes) -> tuple[int, bytes]:
        answer = witness.add_checkpoint(body)
        return answer.status, answer.body

    return Means(**{"clock": clock, "send": send, **more})


def night(ledger: Path, **more: Any) -> NightReport:
    """Run one night."""
    return nightly(str(ledger), asked(ledger, **more), means(ledger))


def by_name(report: NightReport) -> dict[str, str]:
    """Return the status of each step."""
    return {one.name: one.status for one in report.steps}
