"""The operator asks witnesses over HTTP or by file, and keeps only what was verified."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.ledger.signers import signer
from tests.store.drafts import drafts, record

from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.trust import Policy, parse_policy
from aidledger.services.checkpoints.checkpointing import newest, sign_checkpoint, signed_path
from aidledger.services.clock import SetClock
from aidledger.services.problems import ServiceError
from aidledger.services.witnessing.asking import (
    Send,
    ask_witnesses,
    make_request,
    newest_signed,
    take_response,
)
from aidledger.services.witnessing.http import WitnessServer
from aidledger.services.witnessing.sending import post
from aidledger.services.witnessing.state import init_witness
from aidledger.services.witnessing.witness import Witness, open_witness
from aidledger.store.opening import create
from aidledger.store.port import LedgerStore

ORIGIN = "example.com/520123"
LOG = signer(ORIGIN)
KEYS = [LOG.key]
CLOCK = SetClock(datetime(2026, 9, 22, tzinfo=UTC))
NAMES = ("audit", "finance")


class County:
    """A ledger and two witnesses, one of each kind, that listen on this machine."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.path = folder / "ledger.db"
        self.store: LedgerStore = create(self.path, origin=ORIGIN)
        stack.callback(self.store.close)
        self.witnesses: dict[str, Witness] = {}
        self.keys: dict[str, VerifierKey] = {}
        self.urls: dict[str, str] = {}
        for name, kind in zip(NAMES, ("ed25519", "ml-dsa-44"), strict=True):
            place = folder / name
            self.keys[name] = init_witness(place, name=f"{name}.example", kind=kind, logs=[LOG.key])
            self.witnesses[name] = open_witness(place, passphrase=None, clock=CLOCK)
            server = stack.enter_context(
                WitnessServer(self.witnesses[name], tell=lambda text: None)
            )
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            self.urls[name] = f"http://127.0.0.1:{server.server_port}"
        lines = [f"witness {n} {self.keys[n].vkey()} {self.urls[n]}" for n in NAMES]
        text = "\n".join(
            [f"log {LOG.key.vkey()}", *lines, "group all all audit finance", "quorum all\n"]
        )
        self.policy: Policy = parse_policy(text.encode())
        self.batches = 0

    def grow(self, count: int) -> None:
        self.batches += 1
        record(self.store, drafts(count), f"cause-{self.batches}")
        sign_checkpoint(self.store, [LOG], at=1, memory=signed_path(self.path))

    def ask(self, *to: str, send: Send = post) -> dict[str, str]:
        found = ask_witnesses(self.store, KEYS, self.policy, to=to, send=send)
        self.accepted = found.verdict.accepted
        self.cosigners = [one.name for one in found.verdict.cosigners]
        self.why = [one.why for one in found.asked]
        return {one.who: one.outcome for one in found.asked}


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    with ExitStack() as stack:
        yield County(tmp_path, stack)


def test_each_growth_is_cosigned_by_all_and_kept(county: County) -> None:
    for _ in range(3):
        county.grow(200)

        assert county.ask() == {"audit": "cosigned", "finance": "cosigned"}
        assert county.accepted
        kept = newest(county.store, KEYS)
        assert kept is not None
        assert len(kept.note.signatures) == 3
        assert county.ask() == {"audit": "before", "finance": "before"}


def test_one_that_is_away_does_not_keep_the_other_from_it(county: County) -> None:
    county.grow(5)

    def send(url: str, body: bytes) -> tuple[int, bytes]:
        if url == county.urls["audit"]:
            raise OSError("no route to host")
        return post(url, body)

    assert county.ask(send=send) == {"audit": "unreachable", "finance": "cosigned"}
    assert not county.accepted
    assert county.cosigners == [b"finance"]
    assert county.ask() == {"audit": "cosigned", "finance": "before"}
    assert county.accepted
    assert county.ask(county.urls["audit"]) == {county.urls["audit"]: "cosigned"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, b""), "does not count"),
        ((200, b"\xe2\x80\x94 audit.example AAAAAA==\n"), "does not count"),
        ((404, b"no such log\n"), "404: no such log"),
        ((409, b"99\n"), "has seen 99 entries"),
        ((409, b"nonsense\n"), "409: nonsense"),
        ((500, b"\xff" * 1000), "500"),
    ],
)
def test_an_answer_that_does_not_verify_is_not_kept(
    county: County, answer: tuple[int, bytes], outcome: str
) -> None:
    county.grow(5)

    assert set(county.ask(send=lambda url, body: answer).values()) == {"refused"}
    assert outcome in county.why[0]
    assert len(newest_signed(county.store, KEYS).note.signatures) == 1


@contextmanager
def slow_answer(head: bytes) -> Iterator[str]:
    """Listen; answer with `head` and then a byte ten times a second, until asked no more."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def answer() -> None:
            with suppress(OSError):
                taken, _ = listening.accept()
                with taken:
                    taken.sendall(head)
                    while not ended.wait(0.1):
                        taken.sendall(b"x")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        ended.set()
        thread.join()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_one_that_sends_a_byte_now_and_then_holds_up_nobody(county: County, head: bytes) -> None:
    county.grow(5)

    with slow_answer(head) as url:
        urls = (url, county.urls["audit"])
        found = county.ask(*urls, send=lambda url, body: post(url, body, seconds=2))

    assert found == dict(zip(urls, ("unreachable", "cosigned"), strict=True))
    assert county.why[0] == "no whole answer within 2 seconds"


def test_it_is_told_how_many_were_asked(county: County) -> None:
    county.grow(5)
    told: list[tuple[int, int]] = []
    ask_witnesses(
        county.store, KEYS, county.policy,
        to=(), send=post, progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip

    assert [(0, 2), (1, 2)] == told


def test_what_one_cosigned_is_kept_though_the_next_is_given_up(county: County) -> None:
    county.grow(5)

    def send(url: str, body: bytes) -> tuple[int, bytes]:
        if url == county.urls["finance"]:
            raise KeyboardInterrupt
        return post(url, body)

    with pytest.raises(KeyboardInterrupt):
        county.ask(send=send)

    assert county.ask() == {"audit": "before", "finance": "cosigned"}


def test_by_file_it_is_the_same(county: County) -> None:
    county.grow(5)
    kept = newest_signed(county.store, KEYS)
    first = county.witnesses["audit"].add_checkpoint(make_request(county.store, kept, 0))
    assert take_response(county.store, KEYS, county.policy, first.body).verdict.cosigners
    county.grow(5)
    kept = newest_signed(county.store, KEYS)
    stale = county.witnesses["audit"].add_checkpoint(make_request(county.store, kept, 0))

    with pytest.raises(ServiceError, match="it has seen 5 entries") as told:
        take_response(county.store, KEYS, county.policy, stale.body)

    assert told.value.hint == "make the request again with --old 5"
    again = county.witnesses["audit"].add_checkpoint(make_request(county.store, kept, 5))
    found = take_response(county.store, KEYS, county.policy, again.body)
    assert (found.kept.checkpoint.size, len(found.kept.note.signatures)) == (10, 2)
    with pytest.raises(ServiceError, match="no cosignature that counts"):
        take_response(county.store, KEYS, county.policy, b"nonsense")


def test_a_policy_of_another_log_or_without_addresses_asks_nobody(county: County) -> None:
    with pytest.raises(ServiceError, match="found none"):
        county.ask()
    county.grow(5)
    other = signer("example.com/520124").key.vkey()

    for text, why in (
        (f"log {other}\nquorum none\n", "not for this log"),
        (f"log {LOG.key.vkey()}\nquorum none\n", "gives no witness's address"),
    ):
        with pytest.raises(ServiceError, match=why):
            ask_witnesses(county.store, KEYS, parse_policy(text.encode()), to=(), send=post)


def test_addresses_that_are_none_are_unreachable(county: County) -> None:
    county.grow(5)

    for url in ("ftp://example.org", "http://127.0.0.1:1", "nonsense", "http://[", "http://a b/"):
        assert county.ask(url) == {url: "unreachable"}
