"""Run the benchmarks: for each row its measurements take turns, each in a process of its own.

Ours, the stock library's and the bare one are set up, then each does one chunk of work, then each
another, until the row's rounds are over. A ratio is the median of the ratios of the rounds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.appending import APPENDING
from benchmarks.archived import ARCHIVED
from benchmarks.audited import AUDITS
from benchmarks.bulk import BULK
from benchmarks.casehistory import HISTORIES
from benchmarks.enlarged import enlarged
from benchmarks.growth import LARGE, SIZES, chart, grown
from benchmarks.growth import page as growth_page
from benchmarks.growth import rows as rows_of_growth
from benchmarks.imported import IMPORTED
from benchmarks.large import LARGE as LARGE_COUNTY
from benchmarks.large import large_rows
from benchmarks.measuring import Job, Measure, be_the_program, peak_mib, serve
from benchmarks.nights import NIGHTS
from benchmarks.projecting import PROJECTING
from benchmarks.proving import PROVING
from benchmarks.recording import RECORDING
from benchmarks.redeciding import REDECIDING
from benchmarks.reporting import Figures, markdown, table
from benchmarks.rows import ROWS, Row
from benchmarks.servers import postgres
from benchmarks.signatures import SIGNATURES
from benchmarks.verification import VERIFICATION

MEASURES: dict[str, Measure] = {
    **APPENDING,
    **BULK,
    **IMPORTED,
    **RECORDING,
    **VERIFICATION,
    **SIGNATURES,
    **PROJECTING,
    **NIGHTS,
    **PROVING,
    **REDECIDING,
    **ARCHIVED,
    **AUDITS,
    **HISTORIES,
    **LARGE_COUNTY,
}
Ask: TypeAlias = Callable[[str], Any]
"""Tells a measurement to go on, or to end; gives its answer."""
Start: TypeAlias = Callable[[Job], AbstractContextManager[Ask]]
"""Sets a measurement up."""
QUICK_ROUNDS = 1
QUICKLY: dict[str, tuple[list[float], float]] = {}
"""What a quick run has measured: rates and peak by measurement."""


def main(arguments: list[str]) -> int:
    """Return 0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds")
    parser.add_argument("--copied", action="store_true", help="begin sooner, share memory: a trial")
    parser.add_argument("--only", default="", help="rows whose name contains this text")
    parser.add_argument("--markdown", type=Path, help="write the page to this file")
    parser.add_argument("--json", type=Path, help="write every single figure to this file")
    parser.add_argument("--growth", type=Path, help="measure growth; write page and picture here")
    parser.add_argument("--large", action="store_true", help="growth up to ten million entries")
    parser.add_argument("--entries", type=int, help="measure a sealed county of so many entries")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured")
    parser.add_argument("--data", type=Path, help="where it is kept for the next time")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.measure:
        serve(MEASURES, json.loads(chosen.measure))
        return 0
    if chosen.entries:
        place = chosen.data or Path(tempfile.gettempdir())
        return county(place, chosen.entries, chosen.rounds, chosen.only)
    if chosen.growth:
        return growth(chosen.growth, chosen.data, quick=chosen.quick, large=chosen.large)
    rows = [row for row in ROWS if chosen.only in row.title]
    folder = Path(tempfile.mkdtemp(prefix="aidledger-bench-"))
    try:
        with postgres(folder) as url:
            start = copied if chosen.copied else child
            found = {row.title: run_row(row, folder, url, chosen.quick, start) for row in rows}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(rows, found))
    if chosen.markdown:
        chosen.markdown.write_text(markdown(rows, found), encoding="utf-8")
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


def county(folder: Path, entries: int, rounds: int, only: str) -> int:
    """Make a large county's archive unless it is there, and measure what is done with it."""
    made = enlarged(folder, entries, lambda text: print(text, file=sys.stderr, flush=True))
    print(f"{made.made.entries:,} entries, root {made.made.root}: {made.archive}", file=sys.stderr)
    rows = [row for row in large_rows(made.made.entries, rounds) if only in row.title]
    place = made.archive.parent
    found = {row.title: run_row(row, place, "") for row in rows}
    print(table(rows, found))
    return 0


def growth(folder: Path, data: Path | None, *, quick: bool, large: bool) -> int:
    """Measure how cost grows; write ``GROWTH.md`` and ``growth.svg`` into a folder."""
    sizes = (1_100, 5_000) if quick else (*SIZES, *((LARGE,) if large else ()))
    place = Path(tempfile.mkdtemp(prefix="aidledger-growth-"))
    try:
        say = partial(print, file=sys.stderr, flush=True)
        lines = grown(place, data or place, sizes, say)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "growth.svg").write_text(chart(lines), encoding="utf-8")
    (folder / "GROWTH.md").write_text(growth_page(lines), encoding="utf-8")
    print(rows_of_growth(lines))
    return 0


def run_row(
    row: Row, folder: Path, url: str, quick: bool = False, start: Start | None = None
) -> Figures:
    """Let the measurements of a row take turns; return the rates of every round and the peaks.

    Where it is quick, a measurement that another row had is not made again.
    """
    start = start or child
    print(f"==> {row.title}", file=sys.stderr, flush=True)
    known = QUICKLY if quick else {}
    rates = {role: known[name][0] for role, name in row.roles.items() if name in known}
    peaks = {role: known[name][1] for role, name in row.roles.items() if name in known}
    with ExitStack() as opened:
        children = {}
        for role, name in row.roles.items():
            if role not in rates:
                job = Job(name=name, folder=str(folder), postgres=url, quick=quick)
                children[role] = opened.enter_context(start(job))
        rates |= {role: [] for role in children}
        for _ in range(QUICK_ROUNDS if quick else row.rounds):
            for role, ask in children.items():
                count, seconds = ask("go")
                rates[role].append(count / seconds)
        for role, ask in children.items():
            peaks[role] = ask("end")
            if quick:
                QUICKLY[row.roles[role]] = rates[role], peaks[role]
    return {"rates": rates, "peaks": peaks}


@contextmanager
def copied(job: Job) -> Iterator[Ask]:
    """Start one measurement in a copy of this process, which has read its modules already."""
    ours, theirs = Pipe()
    process = get_context("fork").Process(target=_serve_pipe, args=(theirs, job))
    process.start()
    theirs.close()
    try:
        ours.recv()
        yield partial(_through, ours)
        process.join()
    except EOFError:
        raise SystemExit("bench: error: a measurement ended early") from None
    finally:
        process.kill()
        process.join()


def _through(pipe: Connection, line: str) -> Any:
    pipe.send(line)
    return pipe.recv()


def _serve_pipe(pipe: Connection, job: Job) -> None:
    be_the_program()
    chunks = MEASURES[job["name"]](job)
    pipe.send(next(chunks))
    while pipe.recv() == "go":
        pipe.send(next(chunks, None))
    pipe.send(peak_mib())


@contextmanager
def child(job: Job) -> Iterator[Ask]:
    """Start one measurement and wait until it is set up."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--measure", json.dumps(job)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        hear(process)
        yield partial(asked, process)
        process.wait()
    finally:
        process.kill()
        process.communicate()


def asked(process: subprocess.Popen[str], line: str) -> Any:
    """Send a line to a measurement and return its answer."""
    if process.stdin is not None:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    return hear(process)


def hear(process: subprocess.Popen[str]) -> Any:
    """Return the next answer of a measurement."""
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        raise SystemExit("bench: error: a measurement ended early; its message stands above")
    return json.loads(line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
