"""A log signs its past once: nothing smaller, no second root, and nothing it did not hash itself."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ledger.signers import signer
from tests.store.drafts import drafts, record

from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.cosignature import check_signature, cosign, sign_checkpoint
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import Note, add_signatures, open_note
from aidledger.services.checkpoints import checkpointing
from aidledger.services.checkpoints.checkpointing import keep, kept_notes, newest, signed_path
from aidledger.services.problems import ServiceError
from aidledger.store.errors import StoreError
from aidledger.store.opening import create, open_ledger
from aidledger.store.port import LedgerStore

ORIGIN = "example.com/520123"
LOG = signer(ORIGIN)
AUDIT = signer("audit.example", KeyKind.COSIGNATURE)
TIME = 1_790_000_000


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger of 300 entries lies, on either engine."""
    where: str = (
        str(tmp_path / "ledger.db")
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    _filled(where, 300)
    return where


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of 600 entries."""
    where = tmp_path / "ledger.db"
    _filled(str(where), 600)
    return where


@pytest.fixture
def store(path: Path) -> Iterator[LedgerStore]:
    made = open_ledger(path)
    yield made
    made.close()


def _filled(where: str, count: int) -> None:
    made = create(where, origin=ORIGIN)
    record(made, drafts(count))
    made.close()


def sign(store: LedgerStore, where: str | Path) -> Note:
    return checkpointing.sign_checkpoint(store, [LOG], at=TIME, memory=signed_path(where))


def test_what_is_signed_is_the_head_and_it_only_grows(place: str) -> None:
    store = open_ledger(place)
    try:
        first = sign(store, place)
        again = sign(store, place)
        record(store, drafts(500), "cause-2")
        second = sign(store, place)
        sizes = [kept.checkpoint.size for kept in kept_notes(store, [LOG.key])]

        assert first == again
        assert parse_checkpoint(second.text).root == store.head().root
        assert sizes == [800, 300]
        assert signed_path(place).read_bytes() == second.text
        assert open_note(second, [LOG.key], check_signature).verified
    finally:
        store.close()


def test_an_empty_log_is_signed_too(tmp_path: Path) -> None:
    store = create(tmp_path / "empty.db", origin=ORIGIN)
    try:
        assert parse_checkpoint(sign(store, tmp_path / "empty.db").text).size == 0
        record(store, drafts(3))
        assert parse_checkpoint(sign(store, tmp_path / "empty.db").text).size == 3
    finally:
        store.close()


def test_cosignatures_that_came_meanwhile_are_kept_with_it(store: LedgerStore, path: Path) -> None:
    note = sign(store, path)
    lines = [cosign(note.text, AUDIT, TIME + n) for n in range(2)]
    for line in lines:
        keep(store, add_signatures(note, [line]))
    store.add_checkpoint(size=10**6, root=bytes(32), note=b"hostile")
    stranger = sign_checkpoint(ORIGIN, 900, bytes(32), [signer(ORIGIN, number=9)], TIME)
    keep(store, stranger)

    found = newest(store, [LOG.key])

    assert found is not None
    assert set(found.note.signatures) == {*note.signatures, *lines}
    assert sign(store, path) == found.note


KILLED = """
import os, signal, sys
from tests.services.test_checkpointing import LOG, TIME
from aidledger.services.checkpoints.checkpointing import sign_checkpoint, signed_path
from aidledger.store.opening import open_ledger
class Killed:
    key = LOG.key
    def sign(self, message):
        os.kill(os.getpid(), signal.SIGKILL)
sign_checkpoint(open_ledger(sys.argv[1]), [Killed()], at=TIME, memory=signed_path(sys.argv[1]))
"""


def test_killed_between_keeping_and_signing_it_signs_the_same_text(path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
        timeout=120,
    )
    assert ran.returncode == -signal.SIGKILL
    kept = signed_path(path).read_bytes()
    store = open_ledger(path)
    try:
        assert newest(store, [LOG.key]) is None
        assert sign(store, path).text == kept
    finally:
        store.close()


def test_killed_and_then_rewritten_it_signs_no_other_root(path: Path) -> None:
    """What the file beside the mark is for: the database has no memory of a text never signed."""
    other = path.with_name("other.db")
    made = create(other, origin=ORIGIN)
    record(made, list(reversed(drafts(600))))
    subprocess.run(
        [sys.executable, "-c", KILLED, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
        timeout=120,
    )

    with pytest.raises(ServiceError, match="another root than was signed"):
        checkpointing.sign_checkpoint(made, [LOG], at=TIME, memory=signed_path(path))

    assert newest(made, [LOG.key]) is None
    signed_path(path).unlink()  # without the memory the second root would be signed
    assert checkpointing.sign_checkpoint(made, [LOG], at=TIME, memory=signed_path(path))
    made.close()


def test_a_ledger_that_became_shorter_signs_nothing(path: Path) -> None:
    store = open_ledger(path)
    sign(store, path)
    store.close()
    shorter = path.with_name("shorter.db")
    _filled(str(shorter), 599)
    store = open_ledger(shorter)
    try:
        with pytest.raises(ServiceError, match="600 entries that were signed, found 599"):
            checkpointing.sign_checkpoint(store, [LOG], at=TIME, memory=signed_path(path))
    finally:
        store.close()


def test_without_the_file_the_kept_notes_remember(store: LedgerStore, path: Path) -> None:
    forked = sign_checkpoint(ORIGIN, 400, bytes(32), [LOG], TIME)
    keep(store, forked)

    with pytest.raises(ServiceError, match="size 400 has another root than was signed"):
        sign(store, path)


def test_file_and_table_must_agree(store: LedgerStore, path: Path) -> None:
    sign(store, path)
    text = sign_checkpoint(ORIGIN, 600, bytes(32), [LOG], TIME).text
    signed_path(path).write_bytes(text)

    with pytest.raises(ServiceError, match="another root in"):
        sign(store, path)
    signed_path(path).write_bytes(b"damaged")
    with pytest.raises(ServiceError, match="not the text of a checkpoint"):
        sign(store, path)
    signed_path(path).write_bytes(text.replace(b"520123", b"520124"))
    with pytest.raises(ServiceError, match="found another"):
        sign(store, path)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (
            "UPDATE entries SET record = CAST(record || x'20' AS BLOB) WHERE position = 620",
            "position 620",
        ),
        ("UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 620", "position 620"),
        ("DELETE FROM entries WHERE position = 620", "position 620"),
        ("UPDATE head SET root = zeroblob(32)", "head"),
        ("UPDATE nodes SET hash = zeroblob(32) WHERE level = 1 AND idx = 0", "another root"),
        ("DELETE FROM nodes WHERE level = 1 AND idx = 1", "not of its form"),
        ("UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 599", "another root"),
    ],
)
def test_what_the_records_do_not_give_is_not_signed(path: Path, statement: str, why: str) -> None:
    store = open_ledger(path)
    sign(store, path)
    record(store, drafts(50), "cause-2")
    store.close()
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()
    store = open_ledger(path)
    before = signed_path(path).read_bytes()
    try:
        with pytest.raises((ServiceError, StoreError), match=why):
            sign(store, path)
        assert signed_path(path).read_bytes() == before
    finally:
        store.close()


def test_only_the_logs_own_keys_sign(store: LedgerStore, path: Path) -> None:
    for stranger in (signer("example.com/520124"), signer(ORIGIN, KeyKind.COSIGNATURE)):
        with pytest.raises(ServiceError, match="expected a key of the log"):
            checkpointing.sign_checkpoint(store, [stranger], at=TIME, memory=signed_path(path))
