"""What a measurement is: setup, then one chunk of work each time the parent says so.

A child process runs one measurement. Its parent has several of them open and gives them turns, so
that what else happens on the machine falls on all alike, while each has its own memory.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from pathlib import Path
from typing import TypedDict, TypeVar


class Job(TypedDict):
    """One measurement to make, and where it may work."""

    name: str
    folder: str
    postgres: str
    quick: bool


Chunk = tuple[int, float]
"""How many things were done, and in how many seconds."""
Measure = Callable[[Job], Iterator[Chunk]]
"""Sets up and yields `READY`; then does and yields one chunk each time it is asked."""
READY: Chunk = (0, 0.0)
_T = TypeVar("_T", bound=Sized)


def serve(measures: Mapping[str, Measure], job: Job) -> None:
    """Run one measurement in this process: a line out for each line in; at the end, the memory."""
    be_the_program()
    chunks = measures[job["name"]](job)
    say(next(chunks))
    for line in sys.stdin:
        if line.strip() != "go":
            break
        say(next(chunks, None))
    say(peak_mib())


def be_the_program() -> None:
    """Let processes that are started here read what those of the command read.

    A fresh process runs the main module of its parent again: with ours all benchmarks, two seconds.
    """
    sys.modules["__main__"] = importlib.import_module("aidledger.interfaces.cli.main")


def say(value: object) -> None:
    """Write one line for the parent."""
    print(json.dumps(value), flush=True)


def each(do: Callable[[_T], object], batches: Iterable[_T]) -> Iterator[Chunk]:
    """Yield READY, do the first batch to warm up, then time one batch after the other."""
    source = iter(batches)
    do(next(source))
    yield READY
    for batch in source:
        began = time.perf_counter()
        do(batch)
        yield len(batch), time.perf_counter() - began


def peak_mib() -> float:
    """Return the most memory that this process ever held (its resident set), in MiB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


def size(job: Job, full: int, quick: int) -> int:
    """Choose between the two sizes of a measurement."""
    return quick if job["quick"] else full
