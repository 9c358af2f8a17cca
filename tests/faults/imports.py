"""Runs as a program of its own, with one thread: a warm parent that forks importers, and kills them.

    python -m tests.faults.imports LOCATION FILE --kills 20

Prints one JSON object: how often it was killed, and how far each time. `--broken` is killed once,
when some batches are recorded, and then imports with a fault of our own, which forgets rows that
are recorded: a harness that does not notice is worth nothing.
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
FORGOTTEN = BATCH // 2


def import_it(
    location: str, file: str, say: Callable[[str], None], *, last: int | None = None
) -> None:
    """Import a file, and say how far it is; be killed when `last` rows are done with."""

    def told(part: str) -> Progress:
        def tell(done: int, _of: int | None) -> None:
            if part == "record":
                say(f"record {done}")
                if last is not None and done >= last:
                    os.kill(os.getpid(), signal.SIGKILL)

        return tell

    path = Path(file)
    wanted = Wanted(batch_rows=BATCH, keep_going=True, rejects=path.with_suffix(".rejects"))
    with open_session(location) as session:
        import_history(session, path, wanted, progress=told)
    say("done 0")


def forget_the_last_rows() -> None:
    """Let every run believe that it was killed half a batch earlier than it was."""
    known = journal.reached

    def earlier(session: Any, file_hash: str) -> journal.Reached:
        found = known(session, file_hash)
        if found.line <= BATCH:
            return found
        return journal.Reached(line=found.line - FORGOTTEN, rows=found.rows - FORGOTTEN)

    bulk.reached = earlier  # type: ignore[attr-defined]


def kill_again_and_again(location: str, file: str, kills: int) -> list[str]:
    """Kill so many runs at random moments, and let the last one end; return how far each came."""
    dice = random.Random(kills)
    stops: list[str] = []
    said: list[str] = []
    while not said or said[-1] != "done 0":
        child = Child(partial(import_it, location, file))
        if len(stops) < kills:
            if dice.random() < 0.8:  # else: kill it while it comes up or checks the file
                child.wait_for_a_line()
            time.sleep(dice.uniform(0.0, 0.03))
            os.kill(child.pid, signal.SIGKILL)
        said = list(child.lines())
        stops.append(said[-1] if said else "")
        if not said and len(stops) > 3 * kills:
            break
    return stops


def forget_after_a_kill(location: str, file: str) -> list[str]:
    """Kill one run after three batches, and end the import with the fault; return how far each came."""
    stops = list(Child(partial(import_it, location, file, last=3 * BATCH)).lines())[-1:]
    forget_the_last_rows()
    stops.extend(list(Child(partial(import_it, location, file)).lines())[-1:])
    return stops


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("location")
    parser.add_argument("file")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--broken", action="store_true")
    asked = parser.parse_args()
    stops = (
        forget_after_a_kill(asked.location, asked.file)
        if asked.broken
        else kill_again_and_again(asked.location, asked.file, asked.kills)
    )
    json.dump({"stops": stops}, sys.stdout)


if __name__ == "__main__":
    main()
