"""Full disks and syncs that fail: a clear answer, and nothing acknowledged that is not durable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.faults import vfs
from tests.faults.history import Ack, after_power_loss, problems
from tests.store.drafts import append, drafts, record

from aidledger.store import sqlite_connect, sqlite_link
from aidledger.store.errors import StoreError
from aidledger.store.opening import create, open_ledger
from aidledger.store.outcome import Committed, Outcome, Rejected, Unknown
from aidledger.store.sqlite import SqliteStore

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[vfs.FaultyDisk]:
    """A disk that every connection of the test goes through."""
    faulty = vfs.FaultyDisk()
    faulty.install()
    uri = sqlite_connect.file_uri

    def through_it(path: Path, *, read_only: bool) -> str:
        return f"{uri(path, read_only=read_only)}&vfs={vfs.NAME.decode()}"

    monkeypatch.setattr(sqlite_connect, "file_uri", through_it)
    yield faulty
    faulty.repair()
    faulty.remove()


def ledger_at(path: Path) -> SqliteStore:
    """A ledger with some entries."""
    store = create(path, origin="test.example/ledger")
    assert isinstance(store, SqliteStore)
    record(store, drafts(3), "first")
    return store


def attempt(store: SqliteStore, cause: str, count: int = 3) -> Outcome | StoreError:
    """Append, and take an error as an answer."""
    try:
        return append(store, drafts(count), cause)
    except StoreError as error:
        return error


def test_the_faulty_disk_is_really_used(tmp_path: Path, disk: vfs.FaultyDisk) -> None:
    store = ledger_at(tmp_path / "ledger.sqlite")
    disk.fail_write_in = 1
    outcome = attempt(store, "second")
    disk.repair()
    store.close()

    assert not isinstance(outcome, Committed)
    assert disk.failed >= 1


@pytest.mark.parametrize("nth", range(1, 13))
@pytest.mark.parametrize("what", ["fail_write_in", "fail_sync_in"])
def test_a_disk_that_fails_acknowledges_nothing_that_is_not_there(
    tmp_path: Path, disk: vfs.FaultyDisk, what: str, nth: int
) -> None:
    path = tmp_path / "ledger.sqlite"
    store = ledger_at(path)
    setattr(disk, what, nth)
    acks: list[Ack] = []
    unsure: list[str] = []
    answers = []
    for number in range(6):
        outcome = attempt(store, f"cause-{number}", 1 + 40 * (number % 2))
        answers.append(outcome)
        match outcome:
            case Committed(receipt=receipt):
                acks.append((receipt.cause, receipt.position, receipt.count, receipt.root))
            case Unknown(cause=cause, code=code):
                assert code in {"disk_full", "io_error"}
                unsure.append(cause)
            case StoreError(code=code, hint=hint):
                assert code in {"disk_full", "io_error"}
                assert hint
            case _:
                pytest.fail(f"{outcome}")
    disk.repair()
    resolved = {cause: store.resolve(cause) for cause in unsure}
    found = problems(store, acks)
    copies = [
        after_power_loss(path, tmp_path / "other"),
        disk.after_power_loss(path, tmp_path / "worst"),
    ]
    store.close()

    assert [] == found
    assert disk.failed == 0 or any(not isinstance(answer, Committed) for answer in answers)
    for again in copies:
        with closing(open_ledger(again)) as recovered:
            assert [] == problems(recovered, acks)
            assert resolved == {cause: recovered.receipt(cause) for cause in unsure}


def test_after_space_is_made_the_ledger_goes_on(tmp_path: Path, disk: vfs.FaultyDisk) -> None:
    store = ledger_at(tmp_path / "ledger.sqlite")
    disk.fail_write_in = 1
    refused = attempt(store, "second", 500)
    assert 3 == len(list(store.read()))
    disk.repair()
    first = store.resolve("second")
    outcome = append(store, drafts(500), "second")

    assert isinstance(refused, Unknown | StoreError)
    assert "disk_full" == refused.code
    assert isinstance(first, Rejected)
    assert isinstance(outcome, Committed)
    assert [] == problems(store, [])
    store.close()


@pytest.fixture
def lost(tmp_path: Path, disk: vfs.FaultyDisk) -> Iterator[tuple[SqliteStore, Path]]:
    """A ledger whose last commit could not be synced, while another process has it open."""
    path = tmp_path / "ledger.sqlite"
    store = ledger_at(path)
    other = open_ledger(path, read_only=True)
    other.head()
    disk.fail_sync_in = 1
    outcome = attempt(store, "second")
    disk.repair()
    assert isinstance(outcome, Unknown)
    assert "io_error" == outcome.code
    yield store, path
    store.close()
    other.close()


def test_an_absent_cause_stays_absent_after_a_sync_that_failed(
    lost: tuple[SqliteStore, Path], tmp_path: Path
) -> None:
    store, path = lost
    resolved = store.resolve("second")
    again = after_power_loss(path, tmp_path / "other")

    assert isinstance(resolved, Rejected)
    with closing(open_ledger(again)) as recovered:
        assert resolved == recovered.receipt("second")


def test_an_absent_that_is_only_looked_up_is_contradicted_by_recovery(
    lost: tuple[SqliteStore, Path], tmp_path: Path
) -> None:
    store, path = lost
    looked_up = store.receipt("second")
    again = after_power_loss(path, tmp_path / "other")

    assert isinstance(looked_up, Rejected)
    with closing(open_ledger(again)) as recovered:
        assert isinstance(recovered.receipt("second"), Committed)


@pytest.mark.parametrize("watched", [False, True])
def test_what_is_acknowledged_after_a_sync_that_failed_survives_a_power_loss(
    tmp_path: Path, disk: vfs.FaultyDisk, watched: bool
) -> None:
    path = tmp_path / "ledger.sqlite"
    store = ledger_at(path)
    with closing(open_ledger(path, read_only=True)) as other:
        if watched:
            other.head()
        disk.fail_sync_in = 1
        lost = attempt(store, "second")
        disk.repair()
        receipt = record(store, drafts(3), "third")
        again = disk.after_power_loss(path, tmp_path / "other")
        store.close()

    assert isinstance(lost, Unknown)
    with closing(open_ledger(again)) as recovered:
        acks = [(receipt.cause, receipt.position, receipt.count, receipt.root)]
        assert [] == problems(recovered, acks)


def test_what_is_appended_behind_a_sync_that_failed_would_be_lost_with_it(
    tmp_path: Path, disk: vfs.FaultyDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_link, "checkpointed", lambda *_, **__: True)
    path = tmp_path / "ledger.sqlite"
    store = ledger_at(path)
    disk.fail_sync_in = 1
    attempt(store, "second")
    disk.repair()
    receipt = record(store, drafts(3), "third")
    again = disk.after_power_loss(path, tmp_path / "other")
    store.close()

    with closing(open_ledger(again)) as recovered:
        acks = [(receipt.cause, receipt.position, receipt.count, receipt.root)]
        assert ["acknowledged and lost: third"] == problems(recovered, acks)


def test_nothing_is_appended_behind_a_sync_that_failed_while_a_reader_is_in_the_way(
    tmp_path: Path, disk: vfs.FaultyDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_link, "_READERS_MS", 20)
    store = ledger_at(tmp_path / "ledger.sqlite")
    disk.fail_sync_in = 1
    attempt(store, "second")
    disk.repair()
    with store.reading() as run:
        run("BEGIN", ())
        run("SELECT count(*) FROM entries", ())
        refused = attempt(store, "third")
        run("ROLLBACK", ())
    outcome = attempt(store, "third")
    store.close()

    assert isinstance(refused, StoreError)
    assert "locked" == refused.code
    assert isinstance(outcome, Committed)


def test_what_recovery_brings_back_is_written_and_synced_again(
    tmp_path: Path, disk: vfs.FaultyDisk
) -> None:
    path = tmp_path / "ledger.sqlite"
    store = ledger_at(path)
    disk.fail_sync_in = 1
    attempt(store, "second")
    disk.repair()
    store.close()
    reopened = open_ledger(path)
    wal_bytes = Path(f"{path}-wal").stat().st_size if Path(f"{path}-wal").exists() else 0

    assert 0 == wal_bytes
    assert isinstance(reopened.receipt("second"), Committed)
    reopened.close()


def test_a_full_disk_under_a_read_says_nothing_of_records(tmp_path: Path) -> None:
    """A query that sorts much writes a file of its own; a read that fails has no request."""
    store = ledger_at(tmp_path / "ledger.sqlite")

    def spill() -> None:
        with store.reading() as run:
            run("PRAGMA temp.max_page_count = 3", ())
            run("PRAGMA query_only = 0", ())
            run("CREATE TEMP TABLE spill AS SELECT zeroblob(65536) FROM entries", ())

    with pytest.raises(StoreError) as caught:
        spill()
    store.close()

    assert ("disk_full", "free some space") == (caught.value.code, caught.value.hint)


def test_a_full_database_is_refused_before_the_commit(tmp_path: Path) -> None:
    store = ledger_at(tmp_path / "ledger.sqlite")
    with store.writing() as run:
        pages = run("PRAGMA page_count", ())[0][0]
        run(f"PRAGMA max_page_count = {pages + 5}", ())
    with pytest.raises(StoreError) as caught:
        append(store, drafts(1000), "second")
    with store.writing() as run:
        run("PRAGMA max_page_count = 1000000", ())

    assert "disk_full" == caught.value.code
    assert "space" in caught.value.hint
    assert "nothing of this request was recorded" in caught.value.hint
    assert [] == problems(store, [])
    # the checker would notice an acknowledgement of what the full database refused
    assert [] != problems(store, [("second", store.head().size, 1000, "0" * 64)])
    assert isinstance(append(store, drafts(1000), "second"), Committed)
    store.close()


LIMITED = """
import json, resource, sys
from tests.faults.history import problems
from tests.store.drafts import append, drafts
from aidledger.store.errors import StoreError
from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Committed

store = open_ledger(sys.argv[1])
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, unlimited[1]))
acks, refused = [], []
for number in range(60):
    try:
        outcome = append(store, drafts(50), f"cause-{number}")
    except StoreError as error:
        refused.append(error.code)
        continue
    if isinstance(outcome, Committed):
        receipt = outcome.receipt
        acks.append((receipt.cause, receipt.position, receipt.count, receipt.root))
    else:
        refused.append(outcome.code)
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
found = problems(store, acks)
if not problems(store, [*acks, ("never", store.head().size, 50, "0" * 64)]):
    found.append("an acknowledgement of what was refused goes unnoticed")
for number in range(60):
    if not isinstance(append(store, drafts(50), f"cause-{number}"), Committed):
        found.append(f"cause-{number} does not go through with space made")
found += problems(store, acks)
json.dump({"acks": len(acks), "refused": refused, "size": store.head().size, "problems": found},
          sys.stdout)
"""


def test_a_file_that_may_not_grow_is_a_clear_error_and_no_loss(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    create(path, origin="test.example/ledger").close()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        cwd=ROOT, env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    result: Any = json.loads(done.stdout)

    assert [] == result["problems"]
    assert result["acks"] > 0
    assert {"io_error", "disk_full"} >= set(result["refused"]) != set()
    assert 3000 == result["size"]
