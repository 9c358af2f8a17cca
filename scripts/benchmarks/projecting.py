"""(e) Every read model from a PostgreSQL ledger, against the stock ProjectionRunner on PostgreSQL."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import count, groupby
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from eventsourcing.projection import ProjectionRunner

from aidledger.ledger.entry import decode_entry
from aidledger.services.generations.rebuilding import rebuild
from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate
from aidledger.store.draft import Draft, Evidence, VaultRow
from aidledger.store.opening import open_ledger
from aidledger.store.port import LedgerStore
from aidledger.store.secrets import load_secrets, secrets_path
from aidledger.store.vault import Vault
from benchmarks.content import APPROVED
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.peerview import CaseView, CountyProjection, CountyView
from benchmarks.recording import PeerCounty, peer, save_month
from benchmarks.servers import ORIGIN, new_database, new_file

COPIED = ("case/", "carer/", "complaint/")
AMENDMENTS = ("EntryAnnulled", "EntryCorrected")
"""They name positions, which are others in a copy."""
_number = re.compile(r"((?:case|complaint)/520123-\d{4}-|carer/520123-)(\d+)")
_token = re.compile(r"\b([pa])[0-9a-f]{4}([0-9a-f]{28})\b")


LOOKS_SECONDS = 0.005
"""How often it is looked whether the stock runner has caught up."""
ENTRIES = 1_300_000
"""Of so many the copies are counted; amendments and what a county has once are left out."""


def ledger(job: Job) -> str:
    """Return a large county on PostgreSQL, made by the first who asks: a small one many times."""
    os.environ["AIDLEDGER_SECRETS"] = str(Path(job["folder"]) / "county.secrets")
    place = Path(job["folder"]) / "county.url"
    if not place.exists():
        url = new_database(job)
        rows = county(job).rows
        create_ledger(url, origin=ORIGIN)
        with closing(open_ledger(url)) as store:
            copy_into(store, rows, range(max(1, size(job, ENTRIES, 2_000) // len(rows))))
        place.write_text(url, encoding="utf-8")
    return place.read_text(encoding="utf-8")


class County(NamedTuple):
    """A simulated county: its entries, what lies beside them, and the file of secrets that opens it.

    `values` are what its commitments are of.
    """

    rows: list[Any]
    vault: list[VaultRow]
    values: dict[str, str]
    evidence: list[Evidence]
    secrets: Path


def county(job: Job, start: str = "2022-01-01") -> County:
    """Return a small simulated county, from a day on."""
    small = str(new_file(job))
    create_ledger(small, origin=ORIGIN)
    with open_session(small) as session:
        simulate(session, cases=size(job, 100, 8), months=size(job, 12, 3), seed=1, start=start)
        store = session.store
        rows = list(store.read())
        sealed = {each for row in rows for each in decode_entry(row[5]).sealed.values()}
        values = session.vault.open_many(sorted(sealed)) if session.vault else {}
        with store.reading() as run:
            files = run("SELECT hash, media_type, content FROM evidence", ())
        return County(
            rows=rows,
            vault=list(store.vault_rows(sorted(sealed)).values()),
            values=values,
            evidence=[Evidence(hash=h, media_type=m, content=c) for h, m, c in files],
            secrets=secrets_path(small),
        )


def copy_into(
    store: LedgerStore, rows: list[Any], copies: range, beside: County | None = None
) -> None:
    """Append copies of a county; what a county has once belongs to copy 0.

    With `beside` its evidence and sealed values come along, those of each copy sealed for itself under
    the county's own secrets.
    """
    seals = None if beside is None else Seals(store, beside)
    for number, (moment, several) in enumerate(groupby(rows, key=lambda row: row[4])):
        batch = list(several)
        drafts = [draft for copy in copies for draft in copied(batch, copy, seals)]
        if drafts:
            store.append(
                drafts,
                cause=f"bench-{copies.start}-{number}",
                request_digest=number.to_bytes(32, "big"),
                now=datetime.fromisoformat(moment),
                vault_rows=[] if seals is None else seals.taken(),
                evidence=beside.evidence if beside and number == 0 else (),
            )


class Seals:
    """The sealed values of copies: a vault holds no value that two entries commit to."""

    def __init__(self, store: LedgerStore, county: County) -> None:
        self._vault = Vault(store, load_secrets(county.secrets), os.urandom)
        self._held = {row.commitment: row for row in county.vault}
        self._values = county.values
        self._rows: list[VaultRow] = []

    def __call__(self, commitment: str, copy: int) -> str:
        """Seal for a copy what a commitment is of, and return the copy's own."""
        row = self._held[commitment]
        if copy:
            person, stream = moved(row.person, copy), moved(row.stream, copy)
            value = self._values[commitment]
            commitment, row = self._vault.seal(person, stream, row.field, value)
        self._rows.append(row)
        return commitment

    def taken(self) -> list[VaultRow]:
        """Return the rows of what was sealed since this was asked last."""
        rows, self._rows = self._rows, []
        return rows


def copied(
    rows: list[Any], copy: int, seal: Callable[[str, int], str] | None = None
) -> Iterator[Draft]:
    """Yield the entries of a batch for another county of the same kind; shared streams once.

    Without `seal` they commit to what the county's commit to.
    """
    for row in rows:
        if row[3] in AMENDMENTS or (copy and not row[1].startswith(COPIED)):
            continue
        entry = decode_entry(row[5])
        sealed = entry.sealed
        if seal is not None:
            sealed = {field: seal(one, copy) for field, one in sealed.items()}
        yield Draft(
            type=entry.type,
            stream=moved(entry.stream, copy),
            actor=entry.actor,
            office=entry.office,
            effective_on=entry.effective_on,
            data=msgspec.Raw(
                moved(msgspec.json.encode(entry.data, order="sorted").decode(), copy).encode()
            ),
            policy=entry.policy,
            sealed=sealed,
        )


def moved(text: str, copy: int) -> str:
    """Give the cases, carers, complaints, persons and accounts in a text the names of a copy; 0 has its own."""
    if not copy:
        return text
    text = _token.sub(lambda found: f"{found[1]}{copy:04x}{found[2]}", text)
    return _number.sub(
        lambda found: f"{found[1]}{int(found[2]) + copy * 1_000:0{len(found[2])}d}", text
    )


def rebuilt(models: tuple[str, ...] | None, job: Job) -> Iterator[Chunk]:
    """Rebuild models from the database: those named, or every one."""
    with closing(open_ledger(ledger(job), read_only=True)) as store:
        yield READY
        while True:
            began = time.perf_counter()
            result = rebuild(store, models=models, folder=new_file(job))
            spent = time.perf_counter() - began
            if result.skipped:
                raise SystemExit(f"bench: error: {result.skipped[:3]}")
            yield result.entries, spent


def bare_reading(job: Job) -> Iterator[Chunk]:
    """Read every row of the ledger from the database and do nothing with it."""
    with closing(open_ledger(ledger(job), read_only=True)) as store:
        yield READY
        while True:
            began = time.perf_counter()
            yield sum(1 for _ in store.read()), time.perf_counter() - began


def catch_up(app: PeerCounty, view: type[CountyView]) -> tuple[int, float]:
    """Let the stock runner project what it has not seen yet; return the last position, and seconds.

    Its own `wait` sleeps up to 0.8 s between two looks, and would add half of that to a second of work.
    """
    last = app.recorder.max_notification_id() or 0
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=PeerCounty,
        projection_class=CountyProjection,
        view_class=view,
        env=app.env,
    ) as runner:
        while not runner.projection.view.has_tracking_id(runner.app_name, last):
            if runner.is_interrupted.wait(LOOKS_SECONDS):
                runner.wait(last)  # raises what ended it
        return last, time.perf_counter() - began


def stock_runner(view: type[CountyView], job: Job) -> Iterator[Chunk]:
    """Project a stock application's months with the stock runner; its cases are there already."""
    with peer(job, "postgresql", size(job, 250, 25), APPROVED) as (app, made):
        done, _ = catch_up(app, view)
        yield READY
        for month in count(1):
            save_month(app, made, month % 12 + 1)
            last, spent = catch_up(app, view)
            yield last - done, spent
            done = last


PROJECTING: dict[str, Measure] = {
    "rebuild ours": partial(rebuilt, None),
    "rebuild stock": partial(stock_runner, CountyView),
    "rebuild ours, cases": partial(rebuilt, ("case_state",)),
    "rebuild stock, cases": partial(stock_runner, CaseView),
    "bare reading": bare_reading,
}
