"""(k) Millions of entries from a sealed archive: rebuilt, bare beside it, and every rule run over them.

The archive is `enlarged`'s; each measurement is in a process of its own and says its most memory.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from aidledger.audit.rule import load_rules
from aidledger.audit.running import run_rules
from aidledger.replay.engine import building
from aidledger.replay.generations import Generations
from aidledger.replay.layout import lay_out
from aidledger.replay.models import load_models, needed
from aidledger.replay.sealed import RECORDS
from aidledger.replay.views import entry_sql, event_views, quoted
from benchmarks.archived import AS_OF, files_of
from benchmarks.enlarged import Enlarged
from benchmarks.measuring import READY, Chunk, Job, Measure
from benchmarks.rows import Row

FULL = "generations"


def rebuilding(models: tuple[str, ...] | None, job: Job) -> Iterator[Chunk]:
    """Rebuild models from the archive with digests; the generation of all of them is kept."""
    source = Enlarged(Path(job["folder"]))
    folder = Path(job["folder"]) / (FULL if models is None else "generations-of-some")
    head = source.made.entries, source.made.root
    yield READY
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        began = time.perf_counter()
        built = Generations(folder).rebuild(
            source, needed(load_models(), models), as_of=AS_OF, head=head
        )
        spent = time.perf_counter() - began
        if built.generation.failed or built.loaded.findings:
            raise SystemExit(f"bench: error: {built.generation.failed}{built.loaded.findings[:3]}")
        yield built.loaded.entries, spent


def bare(models: tuple[str, ...] | None, job: Job) -> Iterator[Chunk]:
    """Run the SQL of models bare over columns copied from the same files: no check and no digest."""
    archive, chosen = str(Path(job["folder"]) / "archive"), needed(load_models(), models)
    there = {path.stem for path in Path(archive).glob("segment-*/*.parquet")} - {RECORDS}
    place = Path(job["folder"]) / "bare.duckdb"
    yield READY
    while True:
        place.unlink(missing_ok=True)
        began = time.perf_counter()
        with building(place) as connection:
            lay_out(connection)
            for name in there:
                source = files_of(archive, name)
                connection.execute(f"INSERT INTO {quoted(name)} BY NAME FROM {source}")
            views = [view for view in event_views().values() if view.name in there]
            connection.execute(entry_sql(views))
            connection.execute("INSERT INTO parameters VALUES (?, NULL)", [AS_OF])
            for model in chosen.values():
                connection.execute(f"CREATE TABLE {quoted(model.name)} AS {model.sql}")
            row = connection.execute("SELECT count(*) FROM entry").fetchone()
        spent = time.perf_counter() - began
        place.unlink()
        yield row[0] if row else 0, spent


def auditing(job: Job) -> Iterator[Chunk]:
    """Run every rule over the generation of all models."""
    generations = Generations(Path(job["folder"]) / FULL)
    current = generations.current()
    if current is None:
        raise SystemExit("bench: error: nothing was rebuilt to run rules over")
    rules = load_rules(load_models()).values()
    yield READY
    while True:
        began = time.perf_counter()
        with generations.opened(current) as connection:
            report = run_rules(connection, rules)
        spent = time.perf_counter() - began
        if any(one.code in ("model", "sql") for one in report.not_run):
            raise SystemExit(f"bench: error: {report.not_run}")
        yield current.entries, spent


def asking(job: Job) -> Iterator[Chunk]:
    """Ask for the state and the entries of one case after the other, of the generation."""
    generations = Generations(Path(job["folder"]) / FULL)
    current = generations.current()
    if current is None:
        raise SystemExit("bench: error: nothing was rebuilt to ask")
    with generations.opened(current) as connection:
        cases = connection.execute(
            'SELECT "case" FROM case_state ORDER BY hash("case") LIMIT 100'
        ).fetchall()
        yield READY
        while True:
            began = time.perf_counter()
            for case in cases:
                if not connection.execute('FROM case_state WHERE "case" = ?', case).fetchall():
                    raise SystemExit("bench: error: no such case")
            yield len(cases), time.perf_counter() - began


LARGE: dict[str, Measure] = {
    "large rebuild": partial(rebuilding, None),
    "large rebuild, cases": partial(rebuilding, ("case_state",)),
    "large bare": partial(bare, None),
    "large bare, cases": partial(bare, ("case_state",)),
    "large audit": auditing,
    "large question": asking,
}


def large_rows(entries: int, rounds: int) -> tuple[Row, ...]:
    """Return the rows about a county of so many entries."""
    return (
        Row(
            title=f"rebuild of all models from the archive, {entries:,} entries",
            unit="entries/s",
            ours="large rebuild",
            limit="large bare",
            goal_rate=1_000_000,
            goal_limit=0.5,
            rounds=rounds,
        ),
        Row(
            title=f"rebuild of case_state alone from the archive, {entries:,} entries",
            unit="entries/s",
            ours="large rebuild, cases",
            limit="large bare, cases",
            goal_rate=3_000_000,
            rounds=rounds,
        ),
        Row(
            title=f"every audit rule over a generation, {entries:,} entries",
            unit="entries/s",
            ours="large audit",
            goal_rate=10_000_000 // 60,
            rounds=max(3, rounds),
        ),
        Row(
            title=f"the state of one case, {entries:,} entries, one after the other",
            unit="questions/s",
            ours="large question",
            goal_rate=20,
            rounds=max(3, rounds),
        ),
    )
