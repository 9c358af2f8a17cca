"""Checkpoints and cosignatures: their bytes, what is refused, and how two of them stand."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.signers import refusal, shared, signer

from aidledger.ledger.checkpoint import Checkpoint, checkpoint_text, compare, parse_checkpoint
from aidledger.ledger.cosignature import (
    check_signature,
    cosign,
    sign_checkpoint,
    sign_text,
    timestamp_of,
)
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import add_signatures, open_note, parse_note
from aidledger.ledger.proof import consistency_proof
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tree import EMPTY_ROOT, leaf_hash, root_of_leaves

ORIGIN = "example.com/520123"
LOG = signer(ORIGIN)
LOG_ML_DSA = signer(ORIGIN, KeyKind.COSIGNATURE_ML_DSA)
WITNESS = signer("audit.example", KeyKind.COSIGNATURE)
WITNESS_ML_DSA = signer("audit.example", KeyKind.COSIGNATURE_ML_DSA)
TIME = 1_790_000_000
LEAVES = [leaf_hash(bytes([number])) for number in range(9)]
ROOTS = [root_of_leaves(LEAVES[:size]) for size in range(10)]
TEXT = checkpoint_text(ORIGIN, 7, ROOTS[7])


def at(size: int, root: bytes | None = None, origin: str = ORIGIN) -> Checkpoint:
    return Checkpoint(origin=origin, size=size, root=ROOTS[size] if root is None else root)


def test_the_cosigned_checkpoint_of_the_specification_reads_back() -> None:
    data = shared("c2sp-examples/examples.json")["cosigned_checkpoint"].encode()
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)

    assert data == note.encode()
    assert ("example.com/behind-the-sofa", 20852163) == (checkpoint.origin, checkpoint.size)
    assert note.text == checkpoint_text(checkpoint.origin, checkpoint.size, checkpoint.root)
    assert 1679315147 == timestamp_of(note.signatures[1].signature)


def test_a_checkpoint_is_three_lines() -> None:
    expected = f"{ORIGIN}\n7\n{base64.b64encode(ROOTS[7]).decode()}\n"

    assert expected.encode() == TEXT
    assert at(7) == parse_checkpoint(TEXT)


def test_extension_lines_are_read_and_not_written() -> None:
    read = parse_checkpoint(TEXT + "扩展 1\n+\n".encode())

    assert ("扩展 1".encode(), b"+") == read.extensions
    assert TEXT == checkpoint_text(read.origin, read.size, read.root)


ROOT_LINE = TEXT.split(b"\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        TEXT[:-1],
        TEXT + b"\n",
        TEXT + b"\nx\n",
        b"\n" + TEXT,
        b"a\n7\n",
        TEXT.replace(b"\n7\n", b"\n07\n"),
        TEXT.replace(b"\n7\n", b"\n+7\n"),
        TEXT.replace(b"\n7\n", b"\n 7\n"),
        TEXT.replace(b"\n7\n", b"\n7 \n"),
        TEXT.replace(b"\n7\n", b"\n-1\n"),
        TEXT.replace(b"\n7\n", b"\n7_0\n"),
        TEXT.replace(b"\n7\n", "\n\u0667\n".encode()),
        TEXT.replace(b"\n7\n", b"\n7\r\n"),
        TEXT.replace(b"\n7\n", f"\n{2**63}\n".encode()),
        TEXT.replace(b"\n7\n", b"\n\n"),
        TEXT.replace(ROOT_LINE, ROOT_LINE[:-1]),
        TEXT.replace(ROOT_LINE, ROOT_LINE + b"="),
        TEXT.replace(ROOT_LINE, b" " + ROOT_LINE),
        TEXT.replace(ROOT_LINE, base64.b64encode(bytes(31))),
        TEXT.replace(ROOT_LINE, base64.b64encode(bytes(33))),
        TEXT.replace(ROOT_LINE, base64.urlsafe_b64encode(b"\xff" * 32)),
        TEXT.replace(b"example", b"\xffexample"),
        TEXT.replace(b"example", b"\x07example"),
    ],
)
def test_another_text_is_no_checkpoint(text: bytes) -> None:
    with pytest.raises(FormatError):
        parse_checkpoint(text)
    assert not check_signature(LOG.key, text, LOG.sign(text))


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, bytes(32)),
        ("a b", 1, bytes(32)),
        ("a\nb", 1, bytes(32)),
        ("a+b", 1, bytes(32)),
        ("a", -1, bytes(32)),
        ("a", True, bytes(32)),
        ("a", 1.0, bytes(32)),
        ("a", 2**63, bytes(32)),
        ("a", 1, bytes(31)),
        ("a", 1, "0" * 32),
        ("a", 0, bytes(32)),
    ],
)
def test_nothing_else_is_written_as_a_checkpoint(origin: str, size: Any, root: Any) -> None:
    with pytest.raises(FormatError):
        checkpoint_text(origin, size, root)


@given(st.binary(max_size=120))
def test_hostile_bytes_are_no_checkpoint_and_raise_nothing_else(data: bytes) -> None:
    for text in (data, TEXT[:25] + data, data + TEXT[10:]):
        refusal(parse_checkpoint, text)
        assert not check_signature(WITNESS.key, text, data)


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_every_checkpoint_reads_back(size: int, root: bytes) -> None:
    read = parse_checkpoint(checkpoint_text(ORIGIN, size, root))

    assert (ORIGIN, size, root, ()) == (read.origin, read.size, read.root, read.extensions)


# ---- cosignatures


def test_the_messages_are_those_of_the_specification() -> None:
    plain = cosign(TEXT, WITNESS, TIME).signature
    text = b"cosignature/v1\ntime 1790000000\n" + TEXT

    assert TIME.to_bytes(8, "big") == plain[:8]
    assert WITNESS.key.verify(plain[8:], text)
    assert plain[8:] == WITNESS.sign(text)
    quantum = cosign(TEXT, WITNESS_ML_DSA, TIME).signature
    message = (
        b"subtree/v1\n\x00"
        + bytes([len("audit.example")])
        + b"audit.example"
        + TIME.to_bytes(8, "big")
        + bytes([len(ORIGIN)])
        + ORIGIN.encode()
        + bytes(8)
        + (7).to_bytes(8, "big")
        + ROOTS[7]
    )
    assert TIME.to_bytes(8, "big") == quantum[:8]
    assert 8 + 2420 == len(quantum)
    assert WITNESS_ML_DSA.key.verify(quantum[8:], message)


def test_a_cosigned_checkpoint_opens_with_all_its_keys() -> None:
    note = sign_checkpoint(ORIGIN, 7, ROOTS[7], [LOG, LOG_ML_DSA], TIME)
    lines = [cosign(note.text, one, TIME + 1) for one in (WITNESS, WITNESS_ML_DSA)]
    whole = parse_note(add_signatures(note, lines).encode())
    keys = [one.key for one in (LOG, LOG_ML_DSA, WITNESS, WITNESS_ML_DSA)]

    opened = open_note(whole, keys, check_signature)

    assert keys == [one.key for one in opened.verified]
    assert [TIME, TIME + 1, TIME + 1] == [
        timestamp_of(one.signature.signature) for one in opened.verified[1:]
    ]


@pytest.mark.parametrize("witness", [WITNESS, WITNESS_ML_DSA], ids=["ed25519", "ml-dsa-44"])
def test_every_part_of_what_was_cosigned_is_bound(witness: Any) -> None:
    signature = cosign(TEXT, witness, TIME).signature
    later = (TIME + 1).to_bytes(8, "big") + signature[8:]

    assert check_signature(witness.key, TEXT, signature)
    assert not check_signature(witness.key, TEXT, later)
    assert not check_signature(witness.key, TEXT, signature[8:])
    assert not check_signature(witness.key, TEXT, signature + b"\0")
    assert not check_signature(witness.key, TEXT, b"")
    for other in (
        checkpoint_text("example.com/520124", 7, ROOTS[7]),
        checkpoint_text(ORIGIN, 8, ROOTS[7]),
        checkpoint_text(ORIGIN, 7, ROOTS[8]),
    ):
        assert not check_signature(witness.key, other, signature)
    for step in range(0, len(signature), 97):
        flipped = bytearray(signature)
        flipped[step] ^= 4

        assert not check_signature(witness.key, TEXT, bytes(flipped))


def test_only_the_ml_dsa_form_leaves_extension_lines_out_and_binds_the_name() -> None:
    extended = TEXT + b"extension\n"

    assert not check_signature(WITNESS.key, extended, cosign(TEXT, WITNESS, TIME).signature)
    quantum = cosign(TEXT, WITNESS_ML_DSA, TIME).signature
    assert check_signature(WITNESS_ML_DSA.key, extended, quantum)
    renamed = type(WITNESS_ML_DSA.key)(
        name="finance.example", kind=KeyKind.COSIGNATURE_ML_DSA, public=WITNESS_ML_DSA.key.public
    )
    assert not check_signature(renamed, TEXT, quantum)


def test_a_timestamp_lies_between_0_and_2_to_the_63() -> None:
    for time in (0, -1, 2**63, True, 1.0, None):
        with pytest.raises(FormatError, match="timestamp"):
            cosign(TEXT, WITNESS, time)  # type: ignore[arg-type]
    time = 2**63
    message = f"cosignature/v1\ntime {time}\n".encode() + TEXT
    signature = time.to_bytes(8, "big") + WITNESS.sign(message)

    assert not check_signature(WITNESS.key, TEXT, signature)
    assert check_signature(WITNESS.key, TEXT, cosign(TEXT, WITNESS, 2**63 - 1).signature)


def test_keys_sign_only_what_their_kind_is_for() -> None:
    batch = signer(ORIGIN, KeyKind.BATCH)
    for wrong in (LOG, batch):
        with pytest.raises(FormatError, match="a key for cosignatures"):
            cosign(TEXT, wrong, TIME)
    for signers in ([WITNESS], [batch], [signer("another")], [LOG, WITNESS_ML_DSA]):
        with pytest.raises(FormatError, match="a log key named"):
            sign_checkpoint(ORIGIN, 7, ROOTS[7], signers, TIME)
    with pytest.raises(FormatError, match="signers: expected at least one"):
        sign_checkpoint(ORIGIN, 7, ROOTS[7], [], TIME)
    with pytest.raises(FormatError, match="a key and an origin for cosignatures"):
        sign_text(TEXT, batch, TIME)
    long = checkpoint_text("a", 7, ROOTS[7]).replace(b"a\n", b"a" * 256 + b"\n", 1)
    with pytest.raises(FormatError, match="a key and an origin for cosignatures"):
        cosign(long, WITNESS_ML_DSA, TIME)
    assert not check_signature(batch.key, TEXT, batch.sign(TEXT))


# ---- two checkpoints


def test_a_later_checkpoint_extends_an_earlier_one_with_its_proof() -> None:
    for old in range(1, 9):
        for new in range(old + 1, 10):
            proof = consistency_proof(LEAVES[:new], old)

            assert "extends" == compare(at(old), at(new), proof).relation
            assert "unproven" == compare(at(old), at(new), proof[:-1]).relation
            assert "unproven" == compare(at(old, bytes(32)), at(new), proof).relation
            assert "unproven" == compare(at(old), at(new, bytes(32)), proof).relation
            assert "unproven" == compare(at(new), at(old), proof).relation


def test_two_roots_at_one_size_contradict() -> None:
    assert "same" == compare(at(7), at(7)).relation
    assert "contradicts" == compare(at(7), at(7, bytes(32))).relation
    assert "unrelated" == compare(at(7), at(7, bytes(32), "example.com/other")).relation


def test_every_tree_extends_the_empty_one_which_has_one_root() -> None:
    assert EMPTY_ROOT == ROOTS[0]
    assert "extends" == compare(at(0), at(7)).relation
    assert "unproven" == compare(at(0), at(7), [bytes(32)]).relation
    assert "same" == compare(at(0), at(0)).relation
    assert "contradicts" == compare(at(0, bytes(32)), at(7)).relation
    assert "contradicts" == compare(at(0), at(0, bytes(32))).relation
