"""A witness remembers before it signs, whatever comes in, however often and wherever it is killed."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger import parties
from tests.ledger.signers import signer

from aidledger.disk import replace_file
from aidledger.ledger.acceptance import accepted
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import sign_checkpoint
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.misbehaviour import Misbehaved, check_bundle
from aidledger.ledger.note import Note
from aidledger.ledger.proof import consistency_proof
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import log_policy, parse_policy
from aidledger.ledger.witnessing import SIZE_TYPE, LogState, Request, read_size, take_answer
from aidledger.services.clock import SetClock
from aidledger.services.problems import ServiceError
from aidledger.services.witnessing import witness as witness_module
from aidledger.services.witnessing.http import WitnessServer
from aidledger.services.witnessing.state import (
    encode_state,
    init_witness,
    log_path,
    parse_state,
    read_states,
    trust_log,
)
from aidledger.services.witnessing.witness import Answer, Witness, open_witness

CLOCK = SetClock(datetime(2026, 9, 22, tzinfo=UTC))
NAME = "audit.example"
OTHER_ROOT = bytes(32)


def made(folder: Path, kind: str = "ed25519") -> tuple[Witness, VerifierKey]:
    """A new witness of the log of `parties`, and its public key."""
    key = init_witness(
        folder, name=NAME, kind=kind, logs=[parties.LOG.key], random_bytes=lambda size: b"w" * size
    )
    return open_witness(folder, passphrase=None, clock=CLOCK), key


def request(old: int, size: int, *, root: bytes | None = None) -> bytes:
    """Ask for a checkpoint of `parties`, with the right proof from an old size."""
    note = parties.checkpoint(size, root=root)
    proof = tuple(consistency_proof(parties.LEAVES[:size], old)) if 0 < old < size else ()
    return Request(old_size=old, proof=proof, note=note).encode()


@pytest.mark.parametrize("kind", ["ed25519", "ml-dsa-44"])
def test_a_growing_log_is_cosigned_and_the_policy_accepts_it(tmp_path: Path, kind: str) -> None:
    witness, key = made(tmp_path, kind)
    policy = parse_policy(
        f"log {parties.LOG.key.vkey()}\nwitness a {key.vkey()}\nquorum a\n".encode()
    )

    for old, size in ((0, 5), (5, 12), (12, 12)):
        answer = witness.add_checkpoint(request(old, size))
        note = take_answer(parties.checkpoint(size), answer.body, [key])

        assert answer.status == 200
        assert accepted(note, policy).accepted
        assert not accepted(parties.checkpoint(size), policy).accepted

    assert read_states(tmp_path)[0].head == TreeHead(12, parties.ROOTS[12])


def test_each_refusal_has_the_status_of_the_specification(tmp_path: Path) -> None:
    witness, _ = made(tmp_path)
    stranger = signer("example.org/other")
    other = sign_checkpoint("example.org/other", 5, OTHER_ROOT, [stranger], 1)
    unsigned = Note(parties.checkpoint(9).text, other.signatures)
    assert witness.add_checkpoint(request(0, 8)).status == 200

    answers = {
        "no request": witness.add_checkpoint(b"old 8\n"),
        "another log": witness.add_checkpoint(Request(old_size=0, proof=(), note=other).encode()),
        "unsigned": witness.add_checkpoint(Request(old_size=8, proof=(), note=unsigned).encode()),
        "old above": witness.add_checkpoint(request(9, 4)),
        "stale": witness.add_checkpoint(request(5, 12)),
        "fork": witness.add_checkpoint(request(8, 12, root=OTHER_ROOT)),
        "two roots": witness.add_checkpoint(request(8, 8, root=OTHER_ROOT)),
    }

    assert {name: answer.status for name, answer in answers.items()} == {
        "no request": 400, "another log": 404, "unsigned": 403, "old above": 400, "stale": 409,
        "fork": 422, "two roots": 422,
    }  # fmt: skip
    assert (read_size(answers["stale"].body), answers["stale"].content_type) == (8, SIZE_TYPE)
    assert [name for name, answer in answers.items() if answer.contradicts] == ["two roots"]
    bundle, kept = sorted((tmp_path / "contradictions").iterdir())
    assert kept.read_bytes() == request(8, 8, root=OTHER_ROOT)
    shown = check_bundle(bundle.read_bytes(), log_policy([parties.LOG.key]))
    assert isinstance(shown, Misbehaved), "whoever knows the log's key can check it"
    assert not log_path(tmp_path, "example.org/other").with_suffix(".log.lock").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data.replace(b"size 8", b"size 7"),
        lambda data: data.replace(b"size 8", b"size 08"),
        lambda data: data.replace(b"witness-log", b"witness-dog"),
        lambda data: data.replace(b"log example", b"log sxample"),
        lambda data: b"\xff" + data,
    ],
)
def test_a_damaged_memory_is_refused_and_never_begun_anew(tmp_path: Path, damage: object) -> None:
    witness, _ = made(tmp_path)
    witness.add_checkpoint(request(0, 8))
    path = log_path(tmp_path, parties.ORIGIN)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]

    for _ in range(2):
        with pytest.raises(ServiceError, match="damaged, so nothing is cosigned"):
            witness.add_checkpoint(request(8, 12))


def test_the_memory_of_another_log_is_refused(tmp_path: Path) -> None:
    witness, _ = made(tmp_path)
    other = signer("example.org/other")
    trust_log(tmp_path, other.key)
    log_path(tmp_path, parties.ORIGIN).write_bytes(log_path(tmp_path, other.key.name).read_bytes())

    with pytest.raises(ServiceError, match="another log"):
        witness.add_checkpoint(request(0, 8))


def test_trust_is_added_and_what_was_seen_stays(tmp_path: Path) -> None:
    witness, _ = made(tmp_path)
    witness.add_checkpoint(request(0, 8))
    trust_log(tmp_path, signer(parties.ORIGIN, number=2).key)

    state = read_states(tmp_path)[0]

    assert (len(state.keys), state.head.size) == (2, 8)
    with pytest.raises(ServiceError, match="expected nothing, found files"):
        made(tmp_path)
    with pytest.raises(ServiceError, match="key of a log"):
        trust_log(tmp_path, parties.AUDIT.key)


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.integers(0, 400))
def test_a_state_reads_back_and_no_bit_of_it_may_change(size: int, root: bytes, at: int) -> None:
    head = TreeHead(size, root if size else parties.ROOTS[0])
    state = LogState((parties.LOG.key,), head)
    data = encode_state(state)
    flipped = bytearray(data)
    flipped[at % len(data)] ^= 1

    assert parse_state(data) == state
    with pytest.raises(FormatError):
        parse_state(bytes(flipped))


def _ask(folder: str, fork: bool, barrier: object, told: object) -> None:
    witness = open_witness(Path(folder), passphrase=None, clock=CLOCK)
    barrier.wait()  # type: ignore[attr-defined]
    answer = witness.add_checkpoint(request(0, 8, root=OTHER_ROOT if fork else None))
    told.put((answer.status, fork))  # type: ignore[attr-defined]


def test_of_two_roots_asked_for_at_once_by_many_processes_one_is_cosigned(tmp_path: Path) -> None:
    made(tmp_path)
    context = multiprocessing.get_context("fork")
    barrier, told = context.Barrier(8), context.Queue()
    asked = [
        context.Process(target=_ask, args=(str(tmp_path), n % 2 == 0, barrier, told))
        for n in range(8)
    ]
    for one in asked:
        one.start()
    answers = [told.get(timeout=60) for _ in asked]
    for one in asked:
        one.join()

    cosigned = {fork for status, fork in answers if status == 200}

    assert len(cosigned) == 1
    assert {status for status, _ in answers} <= {200, 409}


def race(folder: Path) -> list[set[bytes]]:
    """Let 8 threads ask for either root at size 8, round by round; return the roots cosigned."""
    rounds = []
    for number in range(12):
        witness, _ = made(folder / str(number))
        cosigned: set[bytes] = set()
        barrier = threading.Barrier(8)

        def ask(n: int, barrier: threading.Barrier = barrier, got: set[bytes] = cosigned) -> None:
            root = OTHER_ROOT if n % 2 else parties.ROOTS[8]
            data = request(0, 8, root=root)
            barrier.wait()
            if witness.add_checkpoint(data).status == 200:  # noqa: B023 (joined in the round)
                got.add(root)

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rounds.append(cosigned)
    return rounds


def test_threads_that_ask_for_two_roots_get_one(tmp_path: Path) -> None:
    assert {len(cosigned) for cosigned in race(tmp_path)} == {1}


def test_without_the_lock_the_race_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def open_door(path: Path) -> Iterator[None]:
        yield

    replace = replace_file
    everybody = threading.Barrier(8)

    def slow(path: Path, content: bytes) -> None:
        everybody.wait(timeout=10)  # all have decided by now, each on the state before
        replace(path.with_name(f"{threading.get_ident()}.log"), content)

    monkeypatch.setattr(witness_module, "locked", open_door)
    monkeypatch.setattr(witness_module, "replace_file", slow)
    monkeypatch.setattr(witness_module, "keep_cosigned", lambda path, note: None)

    assert {len(cosigned) for cosigned in race(tmp_path)} == {2}


def test_without_the_memory_a_second_root_would_be_cosigned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness, _ = made(tmp_path)
    monkeypatch.setattr(witness_module, "replace_file", lambda path, content: None)

    answers = [witness.add_checkpoint(request(0, 8, root=root)) for root in (None, OTHER_ROOT)]

    assert [answer.status for answer in answers] == [200, 200]


def test_a_memory_that_cannot_be_kept_signs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness, _ = made(tmp_path)

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(witness_module, "replace_file", full)
        with pytest.raises(OSError, match="No space"):
            witness.add_checkpoint(request(0, 8))

    assert read_states(tmp_path)[0].head.size == 0
    assert witness.add_checkpoint(request(0, 8)).status == 200


KILLED = """
import os, signal, sys
from pathlib import Path
from aidledger.services.witnessing import witness
from aidledger.services.clock import SystemClock
def killed(*args):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(witness, sys.argv[2], killed)
witness.open_witness(Path(sys.argv[1]), passphrase=None, clock=SystemClock()).add_checkpoint(
    sys.stdin.buffer.read())
"""


@pytest.mark.parametrize(("where", "remembered"), [("replace_file", 0), ("cosign_lines", 8)])
def test_killed_before_the_answer_it_signs_no_other_root_afterwards(
    tmp_path: Path, where: str, remembered: int
) -> None:
    witness, key = made(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), where],
        input=request(0, 8),
        env=dict(os.environ),
        check=False,
        timeout=60,
    )

    assert ran.returncode == -signal.SIGKILL
    assert read_states(tmp_path)[0].head.size == remembered
    fork = witness.add_checkpoint(request(remembered, 8, root=OTHER_ROOT))
    if remembered:
        assert fork.status == 422
        assert read_size(witness.add_checkpoint(request(0, 8)).body) == 8
        again = witness.add_checkpoint(request(8, 8))
        assert take_answer(parties.checkpoint(8), again.body, [key]).signatures


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[WitnessServer, list[str]]]:
    """A witness that listens on a free port of this machine."""
    told: list[str] = []
    witness, _ = made(tmp_path)
    with WitnessServer(witness, tell=told.append) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield serving, told
        serving.shutdown()
        thread.join()


def posted(
    server: WitnessServer,
    body: bytes | None,
    path: str = "/add-checkpoint",
    method: str = "POST",
    **headers: str,
) -> Answer:
    """Send one request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        got = connection.getresponse()
        return Answer(got.status, got.read(), got.headers["Content-Type"])
    finally:
        connection.close()


def test_over_http_the_bytes_and_statuses_are_those_of_the_files(
    server: tuple[WitnessServer, list[str]], tmp_path: Path
) -> None:
    serving, told = server
    alone, _ = made(tmp_path / "alone")
    asked = [
        b"nonsense", request(0, 8), request(0, 8), request(8, 8, root=OTHER_ROOT), request(8, 20),
    ]  # fmt: skip

    over_http = [posted(serving, body) for body in asked]
    by_file = [alone.add_checkpoint(body) for body in asked]

    assert [one.status for one in over_http] == [400, 200, 409, 422, 200]
    assert [one[:3] for one in over_http] == [one[:3] for one in by_file]
    assert serving.server_address[0] == "127.0.0.1"
    assert ["signed two roots" in one for one in told] == [True]


def test_what_is_no_request_of_the_protocol_is_answered_and_nothing_more(
    server: tuple[WitnessServer, list[str]],
) -> None:
    serving, told = server

    assert posted(serving, request(0, 8), "/other").status == 404
    assert posted(serving, None, method="GET").status == 405
    assert posted(serving, b"x", **{"Content-Length": "1_0"}).status == 411
    assert posted(serving, None, **{"Content-Length": "9999999"}).status == 413
    log_path(serving.witness.folder, parties.ORIGIN).write_bytes(b"damaged")
    assert posted(serving, request(0, 8)).status == 500
    assert len(told) == 1
    assert "damaged" in told[0]


def test_the_key_kinds_are_those_of_the_specification(tmp_path: Path) -> None:
    kinds = [made(tmp_path / kind, kind)[1].kind for kind in ("ed25519", "ml-dsa-44")]

    assert kinds == [KeyKind.COSIGNATURE, KeyKind.COSIGNATURE_ML_DSA]
    assert json.dumps([kind.value.hex() for kind in kinds]) == '["04", "06"]'
