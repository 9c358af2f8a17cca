"""No false alarm: ledgers in which nothing is wrong are proven, on both engines.

Twenty, each another one: one of 100,000 entries, and all of them with AIDLEDGER_TEST_WHOLE=1.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests import whole
from tests.services.cleanledgers import WITNESSES, clean_ledger

from aidledger.services.adversary.onebyte import tamper_with_copy
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import open_session

ENTRIES = 100_000
SIZES = {0: ENTRIES} | dict.fromkeys(range(1, 20), whole.size(ENTRIES, 4_000))
"""How many entries the ledger of each seed has."""


@pytest.mark.parametrize(("seed", "entries"), SIZES.items())
def test_nothing_is_found_in_a_large_ledger_in_which_nothing_is_wrong(
    seed: int, entries: int, tmp_path: Path, postgres_url: str
) -> None:
    folder = tmp_path / "ledger"
    folder.mkdir()
    location = str(folder / "clean.db")
    with clean_ledger(location, seed, also=postgres_url) as made:
        brought = made.make(entries)
    roots = set()
    for place in (location, postgres_url):
        report = verify(place, outside=brought)

        assert [] == report.findings[:3]
        assert "proven" == report.verdict
        assert entries <= report.entries == report.proven_size
        assert set(report.cosigners) <= WITNESSES.keys()
        assert {"ok"} == {rung.status for rung in report.rungs}, "a rung had nothing to check"
        roots.add(report.root)
    shutil.rmtree(folder)

    assert 1 == len(roots)


def test_one_byte_is_found_in_such_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "clean.db"
    with clean_ledger(str(path), 1) as made:
        brought = made.make(4_000)
    with open_session(str(path), read_only=True) as session:
        done = tamper_with_copy(session, path, tmp_path / "tampered.db")
    report = verify(str(tmp_path / "tampered.db"), outside=brought)

    assert "damaged" == report.verdict
    assert done.position in {found.position for found in report.findings}


def test_no_two_of_them_are_alike(tmp_path: Path) -> None:
    shapes = set()
    for seed in range(4):
        with clean_ledger(str(tmp_path / f"{seed}.db"), seed) as made:
            made.make(3_000)
            batches = list(made.session.store.read_batches())
        sizes = tuple(sorted(batch.count for batch in batches))
        shapes.add((sizes, len(made.notes), len(made.towns), len(made.months)))

    assert 4 == len(shapes)
