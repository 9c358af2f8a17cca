"""Runs as a program of its own: a warm parent that forks nights and kills them, and one that goes on.

    python -m tests.faults.nights TEMPLATE FOLDER --kills 200

Each night is a process of its own over a copy of a small county, and is ended by SIGKILL: most at a
moment drawn evenly from what an undisturbed night takes, the others right before it opens, renames or
removes a file, spread over all such moments; some are killed again as they go on. All the while a reader
process looks at the generation and the lists. Each state of the disk that is not one seen before is then
gone on with by another night, which must end as an undisturbed one does. Prints one JSON object.
`--broken` runs the same with a fault of our own in it: a harness that does not notice is worth nothing.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.forks import Child
from tests.faults.watching import LISTS, Watcher
from tests.services import nights

from aidledger.replay.generations import Generations
from aidledger.replay.models import load_models
from aidledger.services.generations.rebuilding import generations_folder
from aidledger.services.nightly.running import nightly
from aidledger.services.nightly.runs import RESULTS, runs_folder
from aidledger.services.nightly.steplist import STEPS
from aidledger.store.opening import open_ledger

MODELS = ("case_state", "list_paid")
NIGHTLY = tuple(step for step in STEPS if step.name != "audit")
"""All steps but the audit rules, which write nothing and would take a third of each night."""
_AIMED = 60
"""Kills at the moments at which a night touches a file."""
_AGAIN = 0.1
"""How often a night that goes on with one that was killed is killed as well."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def run_it(ledger: Path, die_at: int, broken: bool, say: Callable[[str], None]) -> None:
    """Run a night, say each step that is over, and count the moments at which it touches a file."""
    touched = 0

    def touch(event: str, given: tuple[Any, ...]) -> None:
        nonlocal touched
        if event in ("os.rename", "os.remove", "os.mkdir") or (
            event == "open" and isinstance(given[2], int) and given[2] & _WRITES
        ):
            touched += 1
            if touched == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    if broken:
        switch_in_two_steps()
    sys.addaudithook(touch)
    told = nights.means(ledger, steps=NIGHTLY, told=lambda result: say(f"step {result.name}"))
    report = nightly(str(ledger), nights.asked(ledger, models=MODELS), told)
    say(f"touched {touched}")
    say(f"exit {report.exit_code}")


def switch_in_two_steps() -> None:
    """Break the switch: `current` is written in two steps, and whoever does it dies in between."""
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if Path(target).name == "current":
            content = self.read_bytes()
            Path(target).write_bytes(content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, target)

    Path.rename = rename  # type: ignore[method-assign, assignment]


def lists(ledger: Path) -> dict[str, bytes]:
    """Return the lists that a night left, by name."""
    return {path.name: path.read_bytes() for path in (runs_folder(str(ledger)) / LISTS).iterdir()}


def outcome(ledger: Path) -> dict[str, Any]:
    """Return all that two nights over the same entries must have in common."""
    store = open_ledger(ledger, read_only=True)
    head = store.head()
    store.close()
    folder = runs_folder(str(ledger))
    results = json.loads((folder / RESULTS).read_bytes())
    written = {name: content.hex() for name, content in lists(ledger).items()}
    return {
        "head": [head.size, head.root.hex()],
        "output": results["output"],
        "exit_code": results["exit_code"],
        "checkpoint": (folder / "checkpoint").read_text(),
        "lists": hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest(),
    }


def state(ledger: Path) -> str:
    """Return what tells one state of a disk from another: its files by name, and what steers a night.

    Seconds, names of runs and of processes differ each time and steer nothing; what is half written is
    never read.
    """
    folder = ledger.parent
    told: list[Any] = [
        (re.sub(r"\.\d+\.part$", ".part", path.relative_to(folder).as_posix()), path.stat().st_size > 0)
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(("-shm", "-wal"))
    ]  # fmt: skip
    store = open_ledger(ledger, read_only=True)
    told += [store.head().root.hex(), [bytes(row[2]).hex() for row in store.read_checkpoints()]]
    store.close()
    current = Generations(generations_folder(str(ledger))).current()
    told.append(current.file if current else None)
    told += [path.read_bytes().hex() for path in sorted(folder.glob("audit/logs/*"))]
    told += sorted((name, content.hex()) for name, content in lists(ledger).items())
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


class Killing:
    """The nights of one template: what an undisturbed one gives, and what those give that were killed."""

    def __init__(self, template: Path, folder: Path, *, broken: bool) -> None:
        self._template, self._folder, self._broken = template, folder, broken
        self._made = 0
        undisturbed = self._copy()
        self._night(undisturbed)
        self._expected = outcome(undisturbed)
        again = self._copy()
        begun = time.monotonic()
        said = self._night(again)
        self.took_s = time.monotonic() - begun
        self.touches = int(next(x for x in said if x.startswith("touched ")).split()[1])
        self.problems = [
            f"undisturbed: another {name}"
            for name, found in outcome(again).items()
            if found != self._expected[name]
        ]
        self.where: Counter[str] = Counter()
        self._seen: dict[str, Path] = {}
        whole = [lists(template), lists(undisturbed)]
        self._watcher = Watcher({name: {one.get(name) for one in whole} for name in whole[1]})

    @property
    def kills(self) -> int:
        """How many nights were ended by SIGKILL so far."""
        return sum(self.where.values())

    def kill(self, dice: random.Random, *, at: int = 0) -> None:
        """Kill a night of a fresh copy, at a moment when it touches a file or at any; look at it."""
        ledger = self._copy()
        self._watcher.begin(ledger)
        while True:
            child = Child(partial(run_it, ledger, at, self._broken))
            if not at and not self._broken:
                time.sleep(dice.uniform(0, self.took_s))
                os.kill(child.pid, signal.SIGKILL)
            said = list(child.lines())
            if child.was_killed():
                done = sum(line.startswith("step ") for line in said)
                self.where[NIGHTLY[done].name if done < len(NIGHTLY) else "report"] += 1
            if not child.was_killed() or dice.random() >= _AGAIN:
                break
            at = 0
        self._look(ledger)

    def go_on(self) -> int:
        """End each state that was seen with a night of its own; return how many there were."""
        for place in self._seen.values():
            ledger = place / self._template.name
            self._watcher.begin(ledger)
            self._night(ledger)
            found = self._watcher.end()
            after = outcome(ledger)
            found += [f"another {name}" for name in after if after[name] != self._expected[name]]
            self.problems += [f"{place.name}: {one}" for one in found]
        self._watcher.close()
        return len(self._seen)

    def _look(self, ledger: Path) -> None:
        """Ask what the reader saw; keep the place where its state was not seen before."""
        place, found = ledger.parent, self._watcher.end()
        self.problems += [f"{place.name}: {one}" for one in found]
        told = state(ledger) if not found else place.name
        if self._seen.setdefault(told, place) != place:
            shutil.rmtree(place)

    def _copy(self) -> Path:
        self._made += 1
        return nights.copied(self._template, self._folder / f"place-{self._made}")

    def _night(self, ledger: Path) -> list[str]:
        """Run a night that nobody disturbs."""
        return list(Child(partial(run_it, ledger, 0, False)).lines())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("template", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--broken", action="store_true")
    asked = parser.parse_args()
    scratch = asked.folder / "tmp"
    scratch.mkdir(parents=True)
    tempfile.tempdir = str(scratch)  # who is killed leaves his scratch folder
    dice, begun = random.Random(asked.kills), time.monotonic()
    models = load_models()  # once, for all children
    gc.freeze()  # who is forked looks through none of it
    killing = Killing(asked.template, asked.folder, broken=asked.broken)
    aimed = min(_AIMED, asked.kills // 3)
    for number in range(aimed):
        killing.kill(dice, at=1 + number * killing.touches // aimed)
    while killing.kills < asked.kills:
        killing.kill(dice)
    states = killing.go_on()
    result = {
        "kills": killing.kills,
        "where": killing.where,
        "states": states,
        "touches": killing.touches,
        "night_s": round(killing.took_s, 2),
        "seconds": round(time.monotonic() - begun, 1),
        "cpu_s": round(sum(os.times()[:4]), 1),
        "models": sum(name in models for name in MODELS),
        "problems": killing.problems[:20],
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
