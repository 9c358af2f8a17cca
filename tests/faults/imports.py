"""Runs as a program of its own, with one thread: a warm parent that forks importers, and kills them.

    python -m tests.faults.imports LOCATION FILE --kills 20

Prints one JSON object: how often it was killed, and how far each time. `--broken` imports with a
fault of our own, which forgets the last batch: a harness that does not notice is worth nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.forks import Child

from aidledger.services.importing import bulk, journal
from aidledger.services.importing.bulk import Wanted, import_history
from aidledger.services.importing.checking import Progress
from aidledger.services.session import open_session

BATCH = 10


def import_it(location: str, file: str, broken: bool, say: Callable[[str], None]) -> None:
    """Import a file, and say how far it is."""

    def told(part: str) -> Progress:
        return lambda done, _of: say(f"{part} {done}") if part == "record" else None

    if broken:
        forget_the_last_batch()
    path = Path(file)
    wanted = Wanted(batch_rows=BATCH, keep_going=True, rejects=path.with_suffix(".rejects"))
    with open_session(location) as session:
        import_history(session, path, wanted, progress=told)
    say("done 0")


def forget_the_last_batch() -> None:
    """Let every run believe that it was killed a batch earlier than it was."""
    known = journal.reached

    def earlier(session: Any, file_hash: str) -> journal.Reached:
        found = known(session, file_hash)
        if found.line <= BATCH:
            return found
        return journal.Reached(line=found.line - BATCH, rows=found.rows - BATCH)

    bulk.reached = earlier  # type: ignore[attr-defined]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("location")
    parser.add_argument("file")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--broken", action="store_true")
    asked = parser.parse_args()
    dice = random.Random(asked.kills)
    stops: list[str] = []
    said: list[str] = []
    while not said or said[-1] != "done 0":
        child = Child(partial(import_it, asked.location, asked.file, asked.broken))
        if len(stops) < asked.kills:
            if dice.random() < 0.8:  # else: kill it while it comes up or checks the file
                child.wait_for_a_line()
            time.sleep(dice.uniform(0.0, 0.03))
            os.kill(child.pid, signal.SIGKILL)
        said = list(child.lines())
        stops.append(said[-1] if said else "")
        if not said and len(stops) > 3 * asked.kills:
            break
    json.dump({"stops": stops}, sys.stdout)


if __name__ == "__main__":
    main()
