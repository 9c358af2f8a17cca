"""How far the WAL of a SQLite ledger grows: little for single commands, more for large batches."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.store.drafts import draft, drafts, record

from aidledger.store.opening import create
from aidledger.store.sqlite_connect import WAL_PAGES, WAL_PAGES_BULK

PAGE_BYTES = 4096 + 24


def test_single_commands_write_the_wal_over_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(create(path, origin="test.example/ledger")) as store:
        for number in range(WAL_PAGES // 2):
            record(store, [draft(f"case/c{number}")], f"cause-{number}")
        size = path.with_name("ledger.sqlite-wal").stat().st_size

    assert size < 1.2 * WAL_PAGES * PAGE_BYTES


def test_a_large_batch_may_fill_more_of_it_and_single_commands_bring_it_back(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.sqlite"
    wal = path.with_name("ledger.sqlite-wal")
    with closing(create(path, origin="test.example/ledger")) as store:
        for number in range(3):
            record(store, drafts(2_000), f"bulk-{number}")
        bulk = wal.stat().st_size
        for number in range(3):
            record(store, [draft("case/one")], f"one-{number}")
        again = [row[0] for row in store.read()]

    assert WAL_PAGES * PAGE_BYTES < bulk < 1.5 * WAL_PAGES_BULK * PAGE_BYTES
    assert list(range(6_003)) == again
