"""(j) The archive: sealing a ledger into columns, verifying them, and rebuilding from them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from aidledger.replay.engine import building
from aidledger.replay.layout import lay_out
from aidledger.replay.models import load_models
from aidledger.replay.sealed import RECORDS
from aidledger.replay.views import entry_sql, event_views, literal, quoted
from aidledger.services.archives.archiving import seal
from aidledger.services.archives.segments import archive_folder
from aidledger.services.generations.rebuilding import rebuild
from aidledger.services.ladder.archivecheck import verify_archive
from aidledger.services.session import open_session
from aidledger.store.opening import open_ledger
from benchmarks.filling import append, draft, log
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.projecting import ledger
from benchmarks.servers import new_file, new_ledger

WORKERS = 2
SEGMENTS = 15
"""Of 65,536 entries each."""
AS_OF = date(2022, 12, 31)
"""The last day of the simulated year: the segments are recorded today, and years of dues would follow."""


def many(job: Job) -> int:
    """Return how many entries the sealed ledger has: whole segments and a little."""
    return SEGMENTS * length(job) + 100


def length(job: Job) -> int:
    """Return how many entries a segment has."""
    return size(job, 65_536, 256)


def logged(job: Job, engine: str) -> str:
    """Return a ledger of visits and payments in one of the databases."""
    if engine == "sqlite":
        return log(job, many(job))
    place = Path(job["folder"]) / "archived.url"
    if not place.exists():
        url = new_ledger(job, "postgresql")
        with closing(open_ledger(url)) as store:
            append(store, many(job), partial(draft, count=many(job)))
        place.write_text(url, encoding="utf-8")
    return place.read_text(encoding="utf-8")


def sealed(location: str, archive: str, job: Job) -> int:
    """Seal every complete segment of a ledger into a folder; return how many entries."""
    with open_session(location) as session:
        done = seal(
            session,
            location,
            actor="c0",
            office="520123",
            archive=archive,
            jobs=WORKERS,
            entries=length(job),
        )
    if done.finding is not None or not done.written:
        raise SystemExit(f"bench: error: {done}")
    return sum(manifest.end - manifest.first for manifest in done.written)


def sealing(engine: str, job: Job) -> Iterator[Chunk]:
    """Seal the same ledger into one new folder after the other."""
    location = logged(job, engine)
    yield READY
    while True:
        began = time.perf_counter()
        yield sealed(location, str(new_file(job)), job), time.perf_counter() - began


def archive_of(job: Job) -> str:
    """Return the archive of the ledger in a SQLite file, made by the first who asks."""
    folder = Path(job["folder"]) / "archive"
    if not folder.exists():
        sealed(logged(job, "sqlite"), str(folder), job)
    return str(folder)


def verifying(job: Job, *, columns: bool) -> Iterator[Chunk]:
    """Verify the archive with no database; processes started anew, as the command does."""
    folder = archive_of(job)
    yield READY
    while True:
        began = time.perf_counter()
        report = verify_archive(folder, columns=columns, jobs=WORKERS)
        spent = time.perf_counter() - began
        if report.findings:
            raise SystemExit(f"bench: error: {report.findings[:3]}")
        yield report.entries, spent


def county(job: Job) -> str:
    """Return a large county whose archive lies beside it."""
    location = ledger(job)
    with open_session(location) as session:
        seal(
            session,
            location,
            actor="c0",
            office="520123",
            jobs=WORKERS,
            entries=length(job),
        )
    return location


def rebuilding(models: tuple[str, ...] | None, job: Job) -> Iterator[Chunk]:
    """Rebuild models of a county from its archive, with digests."""
    with closing(open_ledger(county(job), read_only=True)) as store:
        yield READY
        while True:
            began = time.perf_counter()
            result = rebuild(store, models=models, folder=new_file(job), as_of=AS_OF)
            yield result.entries, time.perf_counter() - began


def files_of(archive: str, view: str) -> str:
    """Return the files of a view in every segment, as DuckDB reads them together."""
    return f"read_parquet({literal(f'{archive}/segment-*/{view}.parquet')}, union_by_name = true)"


def bare_models(job: Job) -> Iterator[Chunk]:
    """Run the SQL of every model bare: columns copied from the same files, no check and no digest."""
    location = county(job)
    archive, models = str(archive_folder(location)), load_models()
    there = {path.stem for path in Path(archive).glob("segment-*/*.parquet")} - {RECORDS}
    yield READY
    while True:
        began = time.perf_counter()
        with building(new_file(job)) as connection:
            views = event_views().values()
            lay_out(connection)
            for name in there:
                source = files_of(archive, name)
                connection.execute(f"INSERT INTO {quoted(name)} BY NAME FROM {source}")
            connection.execute(entry_sql([view for view in views if view.name in there]))
            connection.execute("INSERT INTO parameters VALUES (?, NULL)", [AS_OF])
            for model in models.values():
                connection.execute(f"CREATE TABLE {quoted(model.name)} AS {model.sql}")
            row = connection.execute("SELECT count(*) FROM entry").fetchone()
        yield row[0] if row else 0, time.perf_counter() - began


def asked(where: str, job: Job) -> Iterator[Chunk]:
    """Ask what was paid in each month, of the columns or of raw JSON lines."""
    archive = archive_of(job)
    records = files_of(archive, RECORDS)
    with duckdb.connect(config={"threads": WORKERS}) as connection:
        lines = str(new_file(job))
        connection.execute(
            f"COPY (SELECT decode(record) FROM {records} ORDER BY position) TO {literal(lines)}"
            " (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
        )
        row = connection.execute(f"SELECT count(*) FROM {records}").fetchone()
        question = (
            f"SELECT month, sum(amount_fen), count(*) FROM {files_of(archive, 'payment_issued')}"
            if where == "columns"
            else "SELECT data ->> 'month', sum((data ->> 'amount_fen')::BIGINT), count(*)"
            f" FROM read_json({literal(lines)}, format = 'newline_delimited',"
            " columns = {'$type': 'VARCHAR', 'data': 'JSON'}) WHERE \"$type\" = 'PaymentIssued'"
        )
        yield READY
        while True:
            began = time.perf_counter()
            if not connection.execute(f"{question} GROUP BY 1 ORDER BY 1").fetchall():
                raise SystemExit("bench: error: nothing was paid")
            yield row[0] if row else 0, time.perf_counter() - began


ARCHIVED: dict[str, Measure] = {
    **{f"seal {e}": partial(sealing, e) for e in ("sqlite", "postgresql")},
    "verify archive": partial(verifying, columns=False),
    "verify archive and columns": partial(verifying, columns=True),
    "rebuild archived": partial(rebuilding, None),
    "rebuild archived, cases": partial(rebuilding, ("case_state",)),
    "bare models": bare_models,
    "paid by month, columns": partial(asked, "columns"),
    "paid by month, JSON": partial(asked, "JSON"),
}
