"""Run the benchmarks: each measurement in a process of its own, repetitions interleaved.

The parent starts PostgreSQL, prepares the ledgers that several measurements read, runs every
measurement once, then all of them again, and so on, so that other work on the machine falls on
all alike. A child measures, and says its rate and its own peak memory.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.appending import APPENDING
from benchmarks.measuring import Job, Measure, measure
from benchmarks.projecting import PROJECTING
from benchmarks.recording import RECORDING
from benchmarks.reporting import markdown, table
from benchmarks.rows import ROWS
from benchmarks.servers import postgres
from benchmarks.verification import VERIFICATION

MEASURES: dict[str, Measure] = {**APPENDING, **RECORDING, **VERIFICATION, **PROJECTING}
FULL, QUICK = 5, 1


def main(arguments: list[str]) -> int:
    """Return 0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, one repetition")
    parser.add_argument("--repetitions", type=int, default=0, help=f"by default {FULL}")
    parser.add_argument("--only", default="", help="rows whose name contains this text")
    parser.add_argument("--markdown", type=Path, help="write the page to this file")
    parser.add_argument("--json", type=Path, help="write every single figure to this file")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.measure:
        print(json.dumps(measure(MEASURES, json.loads(chosen.measure))))
        return 0
    rows = [row for row in ROWS if chosen.only in row.title]
    repetitions = chosen.repetitions or (QUICK if chosen.quick else FULL)
    folder = Path(tempfile.mkdtemp(prefix="aidledger-bench-"))
    try:
        with postgres(folder) as url:
            found = run_all(
                [n for row in rows for n in row.names], repetitions, folder, url, chosen.quick
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(rows, found))
    if chosen.markdown:
        chosen.markdown.write_text(markdown(rows, found, repetitions), encoding="utf-8")
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


def run_all(
    names: list[str], repetitions: int, folder: Path, url: str, quick: bool
) -> dict[str, list[dict[str, float]]]:
    """Run every measurement so many times, one after the other and then again."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for repetition in range(repetitions):
        for name, figures in found.items():
            job = Job(
                name=name, repetition=repetition, folder=str(folder), postgres=url, quick=quick
            )
            figures.append(in_a_child(job))
    return found


def in_a_child(job: Job) -> dict[str, float]:
    """Run one measurement in a new process."""
    print(f"==> {job['name']} ({job['repetition'] + 1})", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, __file__, "--measure", json.dumps(job)],
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
