"""Signatures of batches: their bytes, and everything that is bound by them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.parties import LEAVES, ORIGIN, ROOTS
from tests.ledger.signers import refusal, signer

from aidledger.ledger import canonical
from aidledger.ledger.batch import (
    BatchSignature,
    parse_batch_signature,
    pre_authentication,
    sign_batch,
    statement,
    verify_batch,
)
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.strict import FormatError

OFFICER = signer("520123001-u1", KeyKind.BATCH)
SEEN = TreeHead(7, ROOTS[7])
BATCH = LEAVES[7:10]
SIGNED = sign_batch(OFFICER, ORIGIN, BATCH, SEEN)

heads = st.one_of(
    st.none(),
    st.builds(TreeHead, st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32)),
)


def test_the_encoding_before_signing_is_that_of_dsse() -> None:
    # the example of the DSSE specification, protocol.md
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"

    assert expected == pre_authentication(b"http://example.com/HelloWorld", b"hello world")
    assert b"DSSEv1 0  0 " == pre_authentication(b"", b"")


def test_what_is_signed_can_be_built_without_us() -> None:
    root = hashlib.sha256(b"\x01" + BATCH[0] + BATCH[1]).digest()
    root = hashlib.sha256(b"\x01" + root + BATCH[2]).digest()
    value = {
        "count": 3,
        "origin": ORIGIN,
        "root": root.hex(),
        "seen": {"root": ROOTS[7].hex(), "size": 7},
    }
    body = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    kind = b"application/vnd.aidledger.batch+json;v=1"
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)

    Ed25519PublicKey.from_public_bytes(OFFICER.key.public).verify(SIGNED.signature, message)
    assert body == statement(ORIGIN, BATCH, SEEN)
    assert SIGNED.signature + (7).to_bytes(8, "big") + ROOTS[7] == SIGNED.encode()
    assert 64 == len(sign_batch(OFFICER, ORIGIN, BATCH, None).encode())


@given(st.lists(st.sampled_from(LEAVES), min_size=1, max_size=9), heads)
def test_every_batch_verifies_and_reads_back(leaves: list[bytes], seen: TreeHead | None) -> None:
    signed = sign_batch(OFFICER, ORIGIN, leaves, seen)

    assert signed == parse_batch_signature(signed.encode())
    assert verify_batch(OFFICER.key, ORIGIN, leaves, signed)


@given(st.sampled_from([ORIGIN, '\u6c11\u653f/"\\520123']), st.integers(1, 20), heads)
def test_the_statement_is_canonical_json(origin: str, count: int, seen: TreeHead | None) -> None:
    value = {
        "count": count,
        "origin": origin,
        "root": ROOTS[count].hex(),
        "seen": None if seen is None else {"root": seen.root.hex(), "size": seen.size},
    }

    assert canonical.encode(value) == statement(origin, LEAVES[:count], seen)


def test_a_signature_is_for_its_entries_in_their_order_and_number() -> None:
    swapped = [BATCH[1], BATCH[0], BATCH[2]]
    for leaves in (swapped, BATCH[:2], [*BATCH, LEAVES[10]], LEAVES[8:11], [], [BATCH[0]] * 3):
        assert not verify_batch(OFFICER.key, ORIGIN, leaves, SIGNED)


def test_a_signature_is_for_its_log_its_key_and_what_was_seen() -> None:
    assert not verify_batch(OFFICER.key, "example.com/520124", BATCH, SIGNED)
    colleague = signer("520123001-u2", KeyKind.BATCH)
    assert not verify_batch(colleague.key, ORIGIN, BATCH, SIGNED)
    for seen in (None, TreeHead(8, ROOTS[7]), TreeHead(7, ROOTS[8])):
        other = BatchSignature(SIGNED.signature, seen)

        assert not verify_batch(OFFICER.key, ORIGIN, BATCH, other)
    late = sign_batch(OFFICER, ORIGIN, BATCH, None)
    assert not verify_batch(OFFICER.key, ORIGIN, BATCH, late._replace(seen=SEEN))


def test_keys_for_checkpoints_sign_no_batches() -> None:
    for kind in set(KeyKind) - {KeyKind.BATCH}:
        other = signer("520123001-u1", kind)
        signature = other.sign(pre_authentication(b"", b""))

        assert not verify_batch(other.key, ORIGIN, BATCH, BatchSignature(signature, None))
        with pytest.raises(FormatError, match="a key for batches"):
            sign_batch(other, ORIGIN, BATCH, None)


def test_a_key_of_the_same_point_and_another_kind_does_not_verify() -> None:
    public = OFFICER.key.public
    note = type(OFFICER.key)(name=OFFICER.key.name, kind=KeyKind.NOTE, public=public)

    assert verify_batch(OFFICER.key, ORIGIN, BATCH, SIGNED)
    assert not verify_batch(note, ORIGIN, BATCH, SIGNED)


def test_no_changed_byte_of_a_stored_signature_verifies() -> None:
    data = SIGNED.encode()
    for at in range(len(data)):
        for bit in range(8):
            changed = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            if refusal(parse_batch_signature, changed) is None:
                other = parse_batch_signature(changed)

                assert not verify_batch(OFFICER.key, ORIGIN, BATCH, other)


@pytest.mark.parametrize(
    "data",
    [b"", bytes(63), bytes(65), bytes(103), bytes(105), bytes(64) + b"\xff" * 40, None, "x" * 64],
)
def test_another_length_or_size_is_no_signature(data: Any) -> None:
    with pytest.raises(FormatError, match="batch signature"):
        parse_batch_signature(data)


@pytest.mark.parametrize(
    ("origin", "leaves", "seen"),
    [
        ("", BATCH, None),
        ("a b", BATCH, None),
        ("e\u0301", BATCH, None),
        (ORIGIN, [], None),
        (ORIGIN, [bytes(31)], None),
        (ORIGIN, ["0" * 32], None),
        (ORIGIN, BATCH, TreeHead(-1, bytes(32))),
        (ORIGIN, BATCH, TreeHead(2**53, bytes(32))),
        (ORIGIN, BATCH, TreeHead(True, bytes(32))),
        (ORIGIN, BATCH, TreeHead(7, bytes(31))),
        (ORIGIN, BATCH, TreeHead(7, "0" * 32)),  # type: ignore[arg-type]
    ],
)
def test_nothing_else_is_signed(origin: str, leaves: Any, seen: Any) -> None:
    with pytest.raises(FormatError):
        sign_batch(OFFICER, origin, leaves, seen)
    assert not verify_batch(OFFICER.key, origin, leaves, BatchSignature(bytes(64), seen))
