"""Two signed checkpoints that cannot both be true become a bundle that convicts the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ledger.signers import signer
from tests.store.drafts import drafts, record

from aidledger.ledger.cosignature import sign_checkpoint
from aidledger.ledger.misbehaviour import Misbehaved, check_bundle
from aidledger.ledger.trust import parse_policy
from aidledger.services.checkpoints import checkpointing
from aidledger.services.checkpoints.checkpointing import Kept, keep, signed_path
from aidledger.services.checkpoints.comparing import (
    Compared,
    compare_notes,
    compare_with_ledger,
    signed_note,
)
from aidledger.services.problems import ServiceError
from aidledger.store.opening import create
from aidledger.store.port import LedgerStore

ORIGIN = "example.com/520123"
LOG = signer(ORIGIN)
KEYS = [LOG.key]
POLICY = parse_policy(f"log {LOG.key.vkey()}\nquorum none\n".encode())
OTHER = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LedgerStore]:
    """A ledger of 700 entries that signed 300 and 700."""
    made = create(tmp_path / "ledger.db", origin=ORIGIN)
    for count, cause in ((300, "one"), (400, "two")):
        record(made, drafts(count), cause)
        checkpointing.sign_checkpoint(made, [LOG], at=1, memory=signed_path(tmp_path / "ledger.db"))
    yield made
    made.close()


def told(size: int, root: bytes = OTHER, origin: str = ORIGIN) -> Kept:
    """A checkpoint that the log signed for somebody."""
    note = sign_checkpoint(origin, size, root, [signer(origin)], 1)
    return signed_note(note.encode(), [signer(origin).key], "test")


def convicted(found: Compared) -> bool:
    if found.bundle is None:
        return False
    return isinstance(check_bundle(found.bundle.encode(), POLICY), Misbehaved)


def kept(store: LedgerStore, size: int) -> Kept:
    notes = checkpointing.kept_notes(store, KEYS)
    return next(one for one in notes if one.checkpoint.size == size)


def test_an_honest_log_agrees_with_what_it_signed(store: LedgerStore) -> None:
    small, large = kept(store, 300), kept(store, 700)

    assert compare_with_ledger(small, KEYS, store).relation == "extends"
    assert compare_with_ledger(large, KEYS, store).relation == "same"
    assert compare_notes(large, small, KEYS, store).relation == "extends"
    assert compare_notes(small, small, KEYS, None).relation == "same"
    assert compare_notes(small, large, KEYS, None).relation == "unproven"


@pytest.mark.parametrize("size", [1, 256, 299, 300, 512, 699, 700])
def test_another_past_is_a_contradiction_with_a_bundle(store: LedgerStore, size: int) -> None:
    found = compare_with_ledger(told(size), KEYS, store)

    assert found.relation == "contradicts"
    assert convicted(found)


def test_two_roots_at_one_size_need_no_ledger(store: LedgerStore) -> None:
    found = compare_notes(told(300), kept(store, 300), KEYS, None)

    assert found.relation == "contradicts"
    assert convicted(found)
    assert convicted(compare_notes(told(256), kept(store, 700), KEYS, store))


def test_a_tail_that_was_cut_off_is_told(store: LedgerStore) -> None:
    assert compare_with_ledger(told(701), KEYS, store).relation == "behind"
    keep(store, told(800).note)
    other = compare_with_ledger(told(800, bytes(32)), KEYS, store)
    assert (other.relation, convicted(other)) == ("contradicts", True)


def test_a_contradiction_that_nothing_signed_shows_yet_has_no_bundle(store: LedgerStore) -> None:
    record(store, drafts(10), "three")

    found = compare_with_ledger(told(705), KEYS, store)

    assert (found.relation, found.bundle) == ("contradicts", None)


def test_what_cannot_be_told_is_not_called_a_contradiction(store: LedgerStore) -> None:
    elsewhere = told(5, origin="example.com/520124")

    assert compare_notes(kept(store, 300), told(400), KEYS, store).relation == "unproven"
    assert compare_with_ledger(elsewhere, KEYS, store).relation == "unrelated"
    assert compare_notes(elsewhere, kept(store, 300), KEYS, store).relation == "unrelated"


def test_what_the_log_did_not_sign_convicts_nobody(store: LedgerStore) -> None:
    forged = sign_checkpoint(ORIGIN, 300, OTHER, [signer(ORIGIN, number=5)], 1)

    for data in (forged.encode(), b"", b"nonsense"):
        with pytest.raises(ServiceError, match="not a checkpoint that the log signed"):
            signed_note(data, KEYS, "test")
