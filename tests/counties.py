"""Two simulated counties that several modules ask: one clean, one with planted irregularities.

They are made once for all test processes of a run: the second that asks waits for the first.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate

CASES = 160


class County(NamedTuple):
    """A ledger, and what the simulator says it planted: `irregularities`, `side_effects`, `not_planted`."""

    location: str
    listed: dict[str, Any]

    def planted(self, rule: str) -> set[int]:
        """Return the positions at which a rule is broken on purpose, and where entries show it."""
        return self._positions(rule, "irregularities", only_in_file=False)

    def known(self, rule: str) -> set[int]:
        """Return these, and the positions at which it is broken by what else was planted."""
        return self._positions(rule, "irregularities", "side_effects")

    def _positions(self, rule: str, *kinds: str, only_in_file: bool = True) -> set[int]:
        made = [
            item for kind in kinds for item in self.listed.get(kind, []) if item["rule"] == rule
        ]
        shown = [item for item in made if only_in_file or not item.get("only_in_file")]
        return {p for item in shown for p in item["positions"]}


def county(factory: pytest.TempPathFactory, *, planted: bool) -> County:
    """Return the county, simulated over a year with enough cases; nobody may write to it."""
    folder = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    folder = folder / ("spoiled-county" if planted else "clean-county")
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _simulate(folder, planted=planted)
            (folder / "done").touch()
    listed = folder / "irregularities.json"
    return County(
        str(folder / "ledger.sqlite"), msgspec.json.decode(listed.read_bytes()) if planted else {}
    )


def _simulate(folder: Path, *, planted: bool) -> None:
    location = str(folder / "ledger.sqlite")
    create_ledger(location, origin="simulated/520123/7")
    with open_session(location) as session:
        simulate(
            session,
            cases=CASES,
            months=12,
            seed=7,
            irregularities=folder / "irregularities.json" if planted else None,
        )
