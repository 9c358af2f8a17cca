from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.ledger import chunk
from aidledger.ledger.chunk import check_chunk, check_span
from aidledger.ledger.finding import FINDING_CODES, Finding
from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.ledger.verify import verify_ranges
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.decoding import DataCheck
from aidledger.services.initialising import create_ledger
from aidledger.services.ladder.batchcheck import BatchCheck
from aidledger.services.ladder.reader import EntryReader, count_rows
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate
from aidledger.store.draft import Draft
from aidledger.store.loose import loose_cause
from aidledger.store.opening import create, open_ledger
from aidledger.store.port import StoredBatch

Row = tuple[Any, ...]


def row(position: int, cause: str = "c", recorded_at: str = "t") -> Row:
    record_bytes = f'{{"$type":"T","actor":"a","cause":"{cause}","n":{position}}}'.encode()
    return (position, "s/1", position + 1, "T", recorded_at, record_bytes, leaf_hash(record_bytes))


def batches(rows: list[Row], *counts: int) -> list[StoredBatch]:
    frontier, found, at = Frontier(), [], 0
    for number, count in enumerate(counts):
        for one in rows[at : at + count]:
            frontier.append(one[6])
        found.append(
            StoredBatch(
                position=at,
                count=count,
                cause=f"c{number}",
                request_digest=b"\x01" * 32,
                root=frontier.root(),
                recorded_at="t",
                signature=None,
                key_id=None,
            )
        )
        at += count
    return found


ROWS = [row(0, "c0"), row(1, "c1"), row(2, "c1"), row(3, "c1"), row(4, "c2")]
BATCHES = batches(ROWS, 1, 3, 1)


def check(rows: list[Any], stored: list[StoredBatch]) -> list[Finding]:
    watch = BatchCheck(stored)

    assert rows == list(watch.watch(rows))

    return watch.finish()


def changed(number: int, **fields: object) -> list[StoredBatch]:
    found = list(BATCHES)
    found[number] = msgspec.structs.replace(found[number], **fields)
    return found


def test_a_whole_ledger_has_no_finding() -> None:
    assert [] == check(ROWS, BATCHES)


@pytest.mark.parametrize(
    ("stored", "code", "position"),
    [
        (changed(1, root=b"\0" * 32), "batch_root", 1),
        (changed(1, cause="other"), "batch_cause", 1),
        (changed(1, recorded_at="later"), "batch_recorded_at", 1),
        (changed(2, cause="c0"), "batch_cause_repeated", 4),
        (changed(1, count=2), "batch_position", 4),
        (changed(2, count=3), "batch_extra", 4),
        (changed(1, root="text"), "batch_form", 1),
        (changed(1, request_digest=None), "batch_form", 1),
        (BATCHES[:1] + BATCHES[2:], "batch_position", 4),
        (BATCHES[:2], "batch_missing", 4),
    ],
)
def test_damage_to_the_batches_is_named(
    stored: list[StoredBatch], code: str, position: int
) -> None:
    assert (code, position) in [(found.code, found.position) for found in check(ROWS, stored)]


def test_a_leaf_rewritten_with_its_hash_is_told_by_the_root_after_its_batch() -> None:
    other = (*row(2, "c1", "t")[:5], b"x", leaf_hash(b"x"))
    found = check([*ROWS[:2], other, *ROWS[3:]], BATCHES)

    assert [("batch_root", 1)] == [(one.code, one.position) for one in found]


def test_batches_of_the_housed_library_have_no_request() -> None:
    named = loose_cause(row[6] for row in ROWS[1:4])
    loose = {"request_digest": b"", "recorded_at": "x"}

    assert [] == check(ROWS, changed(1, **loose, cause=named))
    for changes, code in (
        ({"cause": "loose"}, "batch_cause"),
        ({"cause": named, "key_id": "k"}, "batch_form"),
        ({"cause": named, "signature": b"s"}, "batch_form"),
    ):
        found = check(ROWS, changed(1, **loose, **changes))
        assert (code, 1) in [(one.code, one.position) for one in found]


def test_every_code_is_explained_in_both_languages() -> None:
    assert all(text.zh and text.en and text.meaning for text in FINDING_CODES.values())


ANYTHING = st.none() | st.integers() | st.text(max_size=5) | st.binary(max_size=33) | st.floats()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(*[ANYTHING] * 7) | ANYTHING | st.sampled_from(ROWS), max_size=6),
    st.lists(
        st.builds(
            StoredBatch,
            position=ANYTHING,
            count=ANYTHING,
            cause=ANYTHING,
            request_digest=ANYTHING,
            root=ANYTHING,
            recorded_at=ANYTHING,
            signature=ANYTHING,
            key_id=ANYTHING,
        )
        | st.sampled_from(BATCHES),
        max_size=5,
    ),
)
def test_hostile_rows_and_batches_never_raise(rows: list[Any], stored: list[StoredBatch]) -> None:
    for found in BatchCheck(stored).findings + check_quietly(rows, stored):
        assert found.code in FINDING_CODES


def check_quietly(rows: list[Any], stored: list[StoredBatch]) -> list[Finding]:
    watch = BatchCheck(stored)
    for _ in watch.watch(rows):
        pass
    return watch.finish()


def discovery(number: int) -> dict[str, Any]:
    return {
        "type": "NeedDiscovered",
        "stream": f"case/{number}",
        "effective_on": "2022-01-04",
        "actor": "u1",
        "office": "o1",
        "data": {
            "assessment": "eligible",
            "channel": "patrol",
            "informed": True,
            "township": "t",
            "village": "v",
        },
    }


def test_a_ledger_is_verified_by_its_place_and_as_an_open_session(tmp_path: Path) -> None:
    place = str(tmp_path / "ledger.db")
    create_ledger(place, origin="example.org/county")
    told: list[tuple[int, int | None]] = []
    with open_session(place) as session:
        record(session, [proposal_of(discovery(n)) for n in range(3)], cause="first")
        record(session, [proposal_of(discovery(9))], cause="second")
        opened = verify(session)
    report = verify(place, progress=lambda done, total: told.append((done, total)))
    parallel = verify(place, jobs=2)

    assert (4, "unproven", []) == (report.entries, report.verdict, report.findings)
    assert opened.root == report.root == parallel.root
    assert [(4, 4)] == told
    assert {"batches": "ok", "mark": "ok"} == {
        rung.name: rung.status for rung in report.rungs if rung.name in ("batches", "mark")
    }
    assert "not_made" == next(rung.status for rung in opened.rungs if rung.name == "mark")


def test_whole_lives_of_cases_are_verified_the_fast_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Careful reading is for doubts: a clean ledger of any types of events gives none."""
    location = str(tmp_path / "county.db")
    create_ledger(location, origin="example.org/county")
    with open_session(location) as session:
        simulate(session, cases=12, months=6, seed=3, signed=True)
    careful: list[int] = []
    monkeypatch.setattr(chunk, "check_carefully", lambda job: careful.append(job.start))
    report = verify(location)

    assert [] == careful
    assert [] == report.findings


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a ledger of more than one window, in 25 batches."""
    path = tmp_path_factory.mktemp("large") / "ledger.db"
    data = msgspec.Raw(msgspec.json.encode(discovery(0)["data"], order="sorted"))
    with closing(create(path, origin="example.org/county")) as store:
        for batch in range(25):
            drafts = [
                Draft(
                    type="NeedDiscovered",
                    stream=f"case/{number % 90}",
                    actor="u1",
                    office="o1",
                    effective_on="2022-01-04",
                    data=data,
                )
                for number in range(200)
            ]
            now = datetime(2022, 1, 4, 1, batch, tzinfo=UTC)
            store.append(drafts, cause=f"c{batch}", request_digest=bytes([batch] * 32), now=now)
    return path


def test_a_process_that_only_checks_entries_reads_few_modules_first() -> None:
    """What it is sent names these three: none of them may need the rungs above, or a session."""
    work = "aidledger.ledger.chunk, aidledger.services.decoding, aidledger.services.ladder.reader"
    heavy = (
        "aidledger.services.ladder.upper",
        "aidledger.services.session",
        *("cel", "psycopg", "duckdb"),
    )
    asked = f"import {work}, sys; print(sys.modules.keys() & {heavy})"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert {"aidledger.services.ladder.reader"} == {EntryReader.__module__}
    assert {"aidledger.services.decoding"} == {DataCheck.__module__}
    assert {"aidledger.ledger.chunk"} == {check_span.__module__, check_chunk.__module__}
    assert "set()" == done.stdout.strip()


def test_workers_that_read_the_file_themselves_see_the_whole_ledger(large: Path) -> None:
    with (
        closing(open_ledger(large, read_only=True)) as store,
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor,
    ):
        report = verify_ranges(
            EntryReader(str(large)),
            count_rows(store),
            store.read_nodes(),
            store.read_head_row(),
            executor=executor,
        )

    assert report is not None
    assert (5000, []) == (report.entries, report.findings)
    assert verify(str(large), jobs=1) == verify(str(large), jobs=2)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entries SET position = -1 WHERE position = 4999",
        "DELETE FROM entries WHERE position = 4096",
        "UPDATE entries SET record = leaf_hash WHERE position = 4095",
        "UPDATE batches SET cause = 'other' WHERE position = 400",
        "UPDATE batches SET root = zeroblob(32) WHERE position = 4200",
    ],
)
def test_processes_find_in_a_damaged_file_what_one_process_finds(
    large: Path, tmp_path: Path, damage: str
) -> None:
    place = tmp_path / "ledger.db"
    shutil.copy(large, place)
    with closing(sqlite3.connect(place)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(damage)
        connection.commit()
    alone = verify(str(place), jobs=1)

    assert alone.findings
    assert alone == verify(str(place), jobs=2)
