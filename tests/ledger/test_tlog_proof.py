"""Proof files: what they prove, and everything that they don't."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.parties import LEAVES, ORIGIN, POLICY, RECORDS, ROOTS, checkpoint
from tests.ledger.signers import refusal

from aidledger.ledger.note import Note
from aidledger.ledger.proof import inclusion_proof
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tlog_proof import NotProven, Proven, TlogProof, check_proof, parse_proof
from aidledger.ledger.tree import node_hash
from aidledger.ledger.trust import parse_policy

SIZE = 13


def proof(index: int, size: int = SIZE, note: Note | None = None, extra: bytes = b"") -> TlogProof:
    return TlogProof(
        index=index,
        hashes=tuple(inclusion_proof(LEAVES[:size], index)),
        checkpoint=note or checkpoint(size, 0, 2),
        extra=extra,
    )


def why(entry: bytes, data: bytes) -> str:
    result = check_proof(entry, data, POLICY)
    assert isinstance(result, NotProven)
    return result.why


WHOLE = proof(5, extra=b"\x00extra").encode()


def test_every_entry_is_proven_by_its_own_proof_and_no_other() -> None:
    for index in range(SIZE):
        data = proof(index).encode()
        result = check_proof(RECORDS[index], data, POLICY)

        assert isinstance(result, Proven)
        assert result.position == index
        assert result.verdict.witnessed
        assert result.verdict.checkpoint is not None
        assert (ORIGIN, SIZE, ROOTS[SIZE]) == (
            result.verdict.checkpoint.origin,
            *result.verdict.checkpoint.head,
        )
        assert "root" in why(RECORDS[(index + 1) % SIZE], data)
        assert "root" in why(RECORDS[index] + b" ", data)


def test_a_proof_file_keeps_its_bytes() -> None:
    for one in (proof(0), proof(5), proof(0, 1), proof(12, extra=b"\xff" * 100)):
        assert one == parse_proof(one.encode())
    lines = WHOLE.split(b"\n")

    assert [b"c2sp.org/tlog-proof@v1", b"extra AGV4dHJh", b"index 5"] == lines[:3]
    assert base64.b64encode(LEAVES[4]) == lines[3]


def test_a_proof_counts_only_under_the_readers_policy() -> None:
    assert "no quorum" in why(RECORDS[5], proof(5, note=checkpoint(SIZE, 1)).encode())
    others = parse_policy(b"quorum none\n")

    assert isinstance(check_proof(RECORDS[5], WHOLE, others), NotProven)
    unsigned = checkpoint(SIZE, 0, 1, 2)
    unsigned = Note(unsigned.text, unsigned.signatures[1:])
    assert "not accepted" in why(RECORDS[5], proof(5, note=unsigned).encode())


def test_a_checkpoint_with_another_root_proves_nothing() -> None:
    # the log signs a root of its choice, and the proof is of the true tree
    forked = checkpoint(SIZE, 0, 2, root=ROOTS[SIZE - 1])

    assert "root" in why(RECORDS[5], proof(5, note=forked).encode())


def test_another_position_size_or_hash_proves_nothing() -> None:
    good = proof(5)
    for index in range(SIZE + 2):
        if index != good.index:
            moved = TlogProof(index=index, hashes=good.hashes, checkpoint=good.checkpoint)

            assert why(RECORDS[5], moved.encode())
    for other in (good.hashes[:-1], (*good.hashes, good.hashes[0]), good.hashes[::-1], ()):
        changed = TlogProof(index=5, hashes=other, checkpoint=good.checkpoint)

        assert why(RECORDS[5], changed.encode())
    assert why(RECORDS[5], proof(5, SIZE, checkpoint(SIZE + 1, 0, 2)).encode())


def test_an_inner_node_is_no_entry() -> None:
    # the two children of a node as one "entry": the leaf's prefix tells them apart
    pair = LEAVES[0] + LEAVES[1]
    upper = TlogProof(index=0, hashes=proof(0).hashes[1:], checkpoint=checkpoint(SIZE, 0, 2))

    assert node_hash(LEAVES[0], LEAVES[1]) != LEAVES[0]
    assert why(pair, upper.encode())
    assert why(b"\x01" + pair, upper.encode())


HEAD, CHECKPOINT = WHOLE.split(b"\n\n", 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEAD,
        HEAD + b"\n",
        HEAD + b"\n\n",
        CHECKPOINT,
        WHOLE[:-1],
        WHOLE + b"\n",
        b"\n" + WHOLE,
        WHOLE.replace(b"@v1", b"@v2"),
        WHOLE.replace(b"@v1\n", b"@v1 \n"),
        WHOLE.replace(b"@v1\n", b"@v1\r\n"),
        WHOLE.replace(b"extra ", b"extra"),
        WHOLE.replace(b"AGV4dHJh", b""),
        WHOLE.replace(b"AGV4dHJh", b"AGV4dHJ="),
        WHOLE.replace(b"AGV4dHJh\n", b"AGV4dHJh\nextra AGV4dHJh\n"),
        WHOLE.replace(b"index 5\n", b""),
        WHOLE.replace(b"index 5", b"index 05"),
        WHOLE.replace(b"index 5", b"index +5"),
        WHOLE.replace(b"index 5", b"index  5"),
        WHOLE.replace(b"index 5", b"index -5"),
        WHOLE.replace(b"index 5", "index \u0665".encode()),
        WHOLE.replace(b"index 5\n", b"index 5\nindex 5\n"),
        WHOLE.replace(b"index 5", f"index {2**63}".encode()),
        WHOLE.replace(b"index 5\n", b"index 5\n" + base64.b64encode(bytes(31)) + b"\n"),
        WHOLE.replace(b"index 5\n", b"index 5\n" + b"\n".join(HEAD.split(b"\n")[3:4] * 64) + b"\n"),
        HEAD + b"\n\n\n" + CHECKPOINT,
        HEAD + b"\n\n" + CHECKPOINT.replace(b"\n13\n", b"\n013\n"),
        HEAD + b"\n\nno checkpoint\n" + CHECKPOINT[CHECKPOINT.index(b"\n\n") + 1 :],
    ],
)
def test_another_file_is_no_proof(data: bytes) -> None:
    assert data != WHOLE
    assert refusal(parse_proof, data) is not None
    with pytest.raises(FormatError):
        check_proof(RECORDS[5], data, POLICY)


def test_an_entry_is_bytes_of_at_most_65535() -> None:
    for entry in ("text", None, bytearray(3), bytes(65_536)):
        with pytest.raises(FormatError, match="entry"):
            check_proof(entry, WHOLE, POLICY)  # type: ignore[arg-type]


def test_no_changed_byte_of_a_proof_proves_the_entry_elsewhere() -> None:
    head = len(HEAD) + 2
    for at in [*range(head), *range(head, len(WHOLE), 3)]:
        changed = WHOLE[:at] + bytes([WHOLE[at] ^ 1]) + WHOLE[at + 1 :]
        if refusal(check_proof, RECORDS[5], changed, POLICY) is None:
            result = check_proof(RECORDS[5], changed, POLICY)
            extra = parse_proof(changed).extra

            # `extra` is not covered by any signature, as the specification says
            assert isinstance(result, NotProven) or extra != b"\x00extra"


@given(st.binary(max_size=150))
def test_hostile_bytes_raise_one_type_of_error(data: bytes) -> None:
    for value in (data, WHOLE[:50] + data, HEAD + b"\n\n" + data, data + WHOLE[60:]):
        refusal(check_proof, RECORDS[5], value, POLICY)
