"""The large county of the benchmarks: its archive verifies, and each copy is a county like the first."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from tests.counties import county

from aidledger.ledger.entry import decode_entry
from aidledger.replay.engine import building
from aidledger.replay.loading import Loader
from aidledger.services.ladder.archivecheck import verify_archive
from aidledger.store.opening import open_ledger
from benchmarks.enlarged import AHEAD, Enlarged, make
from benchmarks.replicas import AMENDMENTS, Replicas, copies_for

ENTRIES = 9_000


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """Return whole batches of a county, a correction among them."""
    with closing(
        open_ledger(county(tmp_path_factory, planted=False).location, read_only=True)
    ) as store:
        found = list(store.read(0, 4_600))
    assert any(row[3] in AMENDMENTS for row in found)
    return [row for row in found if row[4] < found[-1][4]]


@pytest.fixture(scope="module")
def made(rows: list[tuple[Any, ...]], tmp_path_factory: pytest.TempPathFactory) -> Enlarged:
    """Return three of them together."""
    folder = tmp_path_factory.mktemp("enlarged")
    make(folder, rows, ENTRIES)
    return Enlarged(folder)


def test_its_archive_verifies_and_its_own_entries_vouch_for_it(made: Enlarged) -> None:
    report = verify_archive(str(made.archive), columns=False, jobs=1)
    assert not report.findings
    rungs = {rung.name: rung for rung in report.rungs}
    assert {rungs[name].status for name in ("files", "bytes", "chain", "roots")} == {"ok"}
    assert rungs["sealed"].why.startswith(
        f"no entry vouches for segment-{len(made.sealed()) - 1 - AHEAD:06d}"
    )
    assert abs(made.made.entries - ENTRIES) < made.made.entries / 2


def test_each_copy_is_a_county_like_the_first(made: Enlarged, rows: list[tuple[Any, ...]]) -> None:
    with building(None) as connection:
        loaded = Loader(connection, as_of=date(2022, 6, 30), known_on=None).load(made)
        assert not loaded.findings
        by_copy = connection.execute(
            "SELECT regexp_extract(stream, '-[0-9]{4}-[0-9]{6}(.*)', 1), count(*), "
            "count(DISTINCT stream) FROM entry WHERE stream LIKE 'case/%' GROUP BY ALL ORDER BY 1"
        ).fetchall()
        people = connection.execute(
            "SELECT count(DISTINCT applicant), count(DISTINCT stream) FROM application_submitted"
        ).fetchall()[0]
    assert [copy for copy, _, _ in by_copy] == ["", *(f"-{n}" for n in range(1, made.made.copies))]
    assert len({tuple(counts) for _, *counts in by_copy}) == 1
    single = {
        json.loads(record)["data"]["applicant"]
        for _, _, _, kind, _, record, *_ in rows
        if kind == "ApplicationSubmitted"
    }
    assert people[0] == len(single) * made.made.copies


def test_an_amendment_names_the_entry_of_its_own_copy(rows: list[tuple[Any, ...]]) -> None:
    replicas = Replicas(rows, copies_for(rows, ENTRIES))
    records: list[bytes] = []
    amending: list[tuple[int, int]] = []
    for number in range(len(replicas.moments)):
        for one in replicas.batch(number, len(records)):
            if one.amended is not None:
                amending.append((len(records), one.amended))
            records.append(one.record)
    assert amending
    for at, named in amending:
        assert decode_entry(records[at]).stream == decode_entry(records[named]).stream
