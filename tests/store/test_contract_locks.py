"""Who waits for whom, and for how long; each test runs on both engines."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.store.drafts import NOON, append, digest, draft, drafts, record

from aidledger.store import postgres_connect, sqlite_link
from aidledger.store.draft import BatchSignature
from aidledger.store.errors import StoreError
from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Committed, Rejected
from aidledger.store.port import LedgerStore


@pytest.fixture
def impatient(
    monkeypatch: pytest.MonkeyPatch, store: LedgerStore, location: str
) -> Iterator[LedgerStore]:
    """The same ledger in another hand that waits for a lock a twentieth of a second."""
    monkeypatch.setattr(sqlite_link, "BUSY_TIMEOUT_S", 0.05)
    monkeypatch.setattr(postgres_connect, "LOCK_TIMEOUT_MS", 50)
    other = open_ledger(location)
    yield other
    other.close()


def test_a_lock_that_is_held_too_long_is_a_clear_error(
    store: LedgerStore, impatient: LedgerStore
) -> None:
    with store.writing(), pytest.raises(StoreError) as caught:
        append(impatient, drafts(1))

    assert "locked" == caught.value.code
    assert caught.value.hint
    assert isinstance(append(impatient, drafts(1)), Committed)


def test_readers_do_not_wait_for_a_writer(store: LedgerStore, impatient: LedgerStore) -> None:
    record(store, drafts(3))
    with store.writing():
        assert 3 == len(list(impatient.read()))
        assert 3 == impatient.head().size


def test_an_append_that_is_rolled_back_leaves_no_hole(store: LedgerStore) -> None:
    record(store, drafts(3))

    def sign(_leaves: Sequence[bytes]) -> BatchSignature:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        append(store, drafts(3), "cause-2", sign=sign)
    record(store, drafts(3), "cause-3")

    assert list(range(6)) == [row[0] for row in store.read()]


def test_asking_for_a_cause_waits_for_a_commit_that_is_under_way(
    store: LedgerStore, location: str
) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def sign(_leaves: Sequence[bytes]) -> BatchSignature:
        begun.set()
        goes_on.wait(10)
        return BatchSignature(signature=b"s", key_id="k")

    other = open_ledger(location)
    with ThreadPoolExecutor(2) as threads:
        appending = threads.submit(append, store, drafts(2), sign=sign)
        begun.wait(10)
        looked_up = other.receipt("cause-1")
        resolving = threads.submit(other.resolve, "cause-1")
        waited = not resolving.done()
        goes_on.set()
        outcome, resolved = appending.result(), resolving.result()
    other.close()

    assert isinstance(looked_up, Rejected)
    assert waited
    assert isinstance(outcome, Committed)
    assert isinstance(resolved, Committed)
    assert outcome.receipt == resolved.receipt


def test_one_request_sent_many_times_at_once_has_one_effect(
    store: LedgerStore, location: str
) -> None:
    others = [open_ledger(location) for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        sent = [
            threads.submit(append, ledger, drafts(3), "one")
            for ledger in (store, *others)
            for _ in range(4)
        ]
        outcomes = [answer.result() for answer in sent]
    for ledger in others:
        ledger.close()

    assert all(isinstance(outcome, Committed) for outcome in outcomes)
    assert 1 == len({outcome.receipt for outcome in outcomes if isinstance(outcome, Committed)})
    assert 3 == store.head().size


def test_many_writers_of_one_stream_have_one_winner_a_version(
    store: LedgerStore, location: str
) -> None:
    others = [open_ledger(location) for _ in range(3)]

    def race(number: int) -> int:
        won = 0
        for turn in range(15):
            ledger = (store, *others)[number % 4]
            version = ledger.stream_heads(["case/a"]).get("case/a", (0, b""))[0]
            outcome = ledger.append(
                [draft("case/a", expected_version=version)],
                cause=f"{number}-{turn}",
                request_digest=digest(number),
                now=NOON,
            )
            won += isinstance(outcome, Committed)
            assert isinstance(outcome, Committed) or outcome.code == "conflict"
        return won

    with ThreadPoolExecutor(8) as threads:
        wins = sum(threads.map(race, range(8)))
    for ledger in others:
        ledger.close()
    versions = [row[2] for row in store.read_stream("case/a")]

    assert list(range(1, wins + 1)) == versions


def test_a_transaction_inside_a_transaction_is_refused(store: LedgerStore) -> None:
    with store.writing() as run:
        run("INSERT INTO tracking (application_name, notification_id) VALUES ('a', 1)", ())
        with pytest.raises(StoreError) as caught:
            append(store, drafts(1))

    assert "usage" == caught.value.code
    with store.reading() as run:
        assert 1 == run("SELECT count(*) FROM tracking", ())[0][0]
    assert isinstance(append(store, drafts(1)), Committed)


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError])
def test_an_interrupt_inside_a_transaction_leaves_the_store_usable(
    store: LedgerStore, interrupt: type[BaseException]
) -> None:
    def interrupted() -> None:
        with store.writing() as run:
            run("INSERT INTO tracking (application_name, notification_id) VALUES ('a', 1)", ())
            raise interrupt

    with pytest.raises(interrupt):
        interrupted()

    with store.reading() as run:
        assert [] == run("SELECT * FROM tracking", ())
    assert isinstance(append(store, drafts(1)), Committed)
