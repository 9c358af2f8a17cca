"""What a measurement is, and how a child process runs one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypedDict


class Job(TypedDict):
    """One measurement to make: its name, the how manieth, and where it may work."""

    name: str
    repetition: int
    folder: str
    postgres: str
    quick: bool


Measure = Callable[[Job], float]
"""Makes one measurement and returns its rate, in things a second."""


def measure(measures: Mapping[str, Measure], job: Job) -> dict[str, float]:
    """Make one measurement; say its rate and the peak memory of this process."""
    rate = measures[job["name"]](job)
    return {"rate": rate, "peak_mib": peak_mib()}


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
