"""Runs as a program of its own: nights that are killed, and those that go on with them.

    python -m tests.faults.nights TEMPLATE FOLDER --stops 200 --kills 6

A forked child runs a night over a copy of a small county. At random moments it is stopped (SIGSTOP),
and its folder copied: that is what the disk would hold had it been killed there, since a process that
is killed takes nothing with it but its locks. Each state of the disk that is not one seen before is
looked at by a reader, and gone on with by another night, which must end as an undisturbed one does.
A few more children are killed indeed. Prints one JSON object. `--broken` runs the same with a fault of
our own in it: a harness that does not notice is worth nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
from tests.services import nights

from aidledger.replay.generation import GenerationsError
from aidledger.replay.generations import Generations
from aidledger.replay.models import ModelError, load_models
from aidledger.services.nightly.runs import RESULTS, runs_folder
from aidledger.services.rebuilding import generations_folder
from aidledger.store.opening import open_ledger

_RUNS = 4
"""Children over which the stops are spread, about."""


def child(ledger: Path, *, broken: bool) -> int:
    """Fork a process that runs a night; return its number."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        if broken:
            switch_in_two_steps()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        status = nights.night(ledger).exit_code
    finally:
        os._exit(status)


def switch_in_two_steps() -> None:
    """Break the switch: a reader between the two steps finds half of what `current` should say."""
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if Path(target).name == "current":
            content = self.read_bytes()
            Path(target).write_bytes(content[: len(content) // 2])
            time.sleep(0.4)
        return real(self, target)

    Path.rename = rename  # type: ignore[method-assign, assignment]
    Path.replace = rename  # type: ignore[method-assign, assignment]


def outcome(ledger: Path) -> dict[str, Any]:
    """Return all that two nights over the same entries must have in common."""
    store = open_ledger(ledger, read_only=True)
    head = store.head()
    store.close()
    folder = runs_folder(str(ledger))
    results = json.loads((folder / RESULTS).read_bytes())
    lists = {path.name: path.read_bytes().hex() for path in (folder / "lists").iterdir()}
    return {
        "head": [head.size, head.root.hex()],
        "output": results["output"],
        "exit_code": results["exit_code"],
        "checkpoint": (folder / "checkpoint").read_text(),
        "lists": hashlib.sha256(json.dumps(lists, sort_keys=True).encode()).hexdigest(),
    }


def state(ledger: Path) -> str:
    """Return what tells one state of a disk from another: its files by name, and what steers a night.

    Seconds and names of runs differ each time and steer nothing; what is half written is never read.
    """
    folder = ledger.parent
    told: list[Any] = [
        (path.relative_to(folder).as_posix(), path.stat().st_size > 0)
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(("-shm", "-wal"))
    ]
    store = open_ledger(ledger, read_only=True)
    told += [store.head().root.hex(), [bytes(row[2]).hex() for row in store.read_checkpoints()]]
    store.close()
    current = Generations(generations_folder(str(ledger))).current()
    told.append(current.file if current else None)
    told += [path.read_bytes().hex() for path in sorted(folder.glob("audit/logs/*"))]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def half_seen(ledger: Path) -> list[str]:
    """Read the current generation as a list does; say what of it is not whole."""
    generations = Generations(generations_folder(str(ledger)))
    try:
        current = generations.current()
        if current is None:
            return []
        models = load_models()
        for one in current.models:
            _, rows = generations.read(current, models[one.name])
            if len(rows) != one.rows:
                return [f"{one.name}: {len(rows)} rows of {one.rows}"]
    except (duckdb.Error, GenerationsError, ModelError, OSError) as error:
        return [f"a reader met {type(error).__name__}: {error}"]
    return []


def run(template: Path, folder: Path, *, stops: int, kills: int, broken: bool) -> dict[str, Any]:
    """Stop and kill nights, look at each, and go on with those that are not as one before."""
    dice = random.Random(stops)
    begun = time.monotonic()
    undisturbed = nights.copied(template, folder / "undisturbed")
    os.waitpid(child(undisturbed, broken=False), 0)
    took = time.monotonic() - begun
    expected = outcome(undisturbed)
    seen: dict[str, Path] = {}
    found: list[str] = []

    def look(ledger: Path) -> None:
        """Read as a list does; keep the place where it is in a state that was not seen before."""
        place, problems = ledger.parent, half_seen(ledger)
        found.extend(f"{place.name}: {what}" for what in problems)
        if problems or seen.setdefault(state(ledger), place) != place:
            shutil.rmtree(place)

    made = 0
    while made < stops and not (broken and found):
        ledger = nights.copied(template, folder / f"run-{made}")
        pid = child(ledger, broken=broken)
        while made < stops:
            time.sleep(dice.uniform(0, 2 * took * _RUNS / stops))
            os.kill(pid, signal.SIGSTOP)
            _, status = os.waitpid(pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                break  # this one is over: begin another
            copy = folder / f"stop-{made}"
            shutil.copytree(ledger.parent, copy)
            os.kill(pid, signal.SIGCONT)
            look(copy / template.name)
            made += 1
        else:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        shutil.rmtree(ledger.parent)
    for number in range(kills):
        ledger = nights.copied(template, folder / f"dead-{number}")
        pid = child(ledger, broken=broken)
        time.sleep(dice.uniform(0, took))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        look(ledger)
    for place in () if broken else seen.values():
        ledger = place / template.name
        nights.night(ledger)
        after = outcome(ledger)
        found += [
            f"{place.name}: another {name}" for name in after if after[name] != expected[name]
        ]
        shutil.rmtree(place)
    seconds = round(time.monotonic() - begun, 1)
    return {"stops": made, "states": len(seen), "seconds": seconds, "night_s": round(took, 2),
            "cpu_s": round(sum(os.times()[:4]), 1), "problems": found[:5]}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("template", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stops", type=int, default=200)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--broken", action="store_true")
    asked = parser.parse_args()
    load_models()  # once, for all children
    result = run(
        asked.template, asked.folder, stops=asked.stops, kills=asked.kills, broken=asked.broken
    )
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
