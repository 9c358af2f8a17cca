"""Receipts: their bytes, and the proofs that they call in."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.parties import LEAVES, ORIGIN, POLICY, RECORDS, ROOTS, checkpoint
from tests.ledger.signers import refusal

from aidledger.ledger.note import Note
from aidledger.ledger.proof import consistency_proof, inclusion_proof
from aidledger.ledger.receipt import (
    Assurance,
    Kept,
    Missed,
    Receipt,
    check_receipt,
    compare_receipt,
    parse_receipt,
)
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tlog_proof import TlogProof
from aidledger.ledger.tree import root_of_leaves

WRONG = [*LEAVES[:7], *LEAVES[8:]]
PARTS: dict[str, Any] = {
    "assurance": "low",
    "cause": "req-7",
    "count": 3,
    "leaf_hashes": tuple(leaf.hex() for leaf in LEAVES[7:10]),
    "origin": ORIGIN,
    "position": 7,
    "recorded_at": "2022-01-04T02:31:05.123456Z",
    "root": ROOTS[10].hex(),
    "size": 10,
}
RECEIPT = Receipt(**PARTS)
WHOLE = RECEIPT.encode()


def proof(index: int, size: int = 13, note: Note | None = None) -> bytes:
    hashes = tuple(inclusion_proof(LEAVES[:size], index))
    return TlogProof(index=index, hashes=hashes, checkpoint=note or checkpoint(size, 0, 1)).encode()


@pytest.mark.parametrize("assurance", get_args(Assurance))
def test_every_assurance_is_written_and_read(assurance: Any) -> None:
    receipt = Receipt(**{**PARTS, "assurance": assurance})

    assert receipt == parse_receipt(receipt.encode())


def test_a_receipt_is_one_line_that_says_who_could_have_made_it() -> None:
    expected = {"$type": "Receipt", "v": 1, **PARTS}
    line = json.dumps(expected, separators=(",", ":"), sort_keys=True)

    assert line.encode() + b"\n" == WHOLE
    assert RECEIPT == parse_receipt(WHOLE)
    assert b'"assurance":"low"' in WHOLE


def test_a_receipt_knows_its_records() -> None:
    assert [None, 7, 8, 9, None] == [RECEIPT.position_of(one) for one in RECORDS[6:11]]


def test_a_proof_for_each_entry_redeems_a_receipt() -> None:
    found = check_receipt(RECEIPT, [proof(number) for number in (9, 7, 8, 11)], POLICY)

    assert isinstance(found, Kept)
    assert 3 == len(found.verdicts)
    assert all(verdict.witnessed for verdict in found.verdicts)


def test_what_is_missing_is_named_with_its_position() -> None:
    assert Missed((7, 9), ("no proof was given",) * 2) == check_receipt(RECEIPT, [proof(8)], POLICY)
    unwitnessed = check_receipt(RECEIPT, [proof(7, note=checkpoint(13)), proof(8)], POLICY)
    assert isinstance(unwitnessed, Missed)
    assert (7, 9) == unwitnessed.positions
    assert "no quorum" in unwitnessed.why[0]


def test_an_entry_put_elsewhere_or_replaced_is_not_proven() -> None:
    # the operator dropped entry 7 and shows the tree that he has instead
    root = root_of_leaves(WRONG[:13])
    note = checkpoint(13, 0, 1, root=root)
    proofs = [
        TlogProof(
            index=number, hashes=tuple(inclusion_proof(WRONG[:13], number)), checkpoint=note
        ).encode()
        for number in (7, 8, 9)
    ]
    found = check_receipt(RECEIPT, proofs, POLICY)

    assert isinstance(found, Missed)
    assert (7, 8, 9) == found.positions
    assert all("root" in why for why in found.why)


def test_another_root_at_the_size_of_the_receipt_is_said_by_name() -> None:
    forged = Receipt(**{**PARTS, "root": ROOTS[9].hex()})
    found = check_receipt(forged, [proof(number, 10) for number in (7, 8, 9)], POLICY)

    assert isinstance(found, Missed)
    assert ("the log has another root at size 10",) * 3 == found.why
    assert isinstance(check_receipt(RECEIPT, [proof(n, 10) for n in (7, 8, 9)], POLICY), Kept)


def test_a_proof_of_another_log_redeems_nothing() -> None:
    other = Receipt(**{**PARTS, "origin": "example.com/other"})
    found = check_receipt(other, [proof(number) for number in (7, 8, 9)], POLICY)

    assert isinstance(found, Missed)
    assert {"the proof is of another log"} == set(found.why)


def test_a_receipt_stands_to_a_checkpoint_as_two_checkpoints_do() -> None:
    def stands(note: Note, given: list[bytes]) -> str:
        return compare_receipt(RECEIPT, note.encode(), given, POLICY).relation

    steps = consistency_proof(LEAVES[:13], 10)

    assert "extends" == stands(checkpoint(13, 0, 1), steps)
    assert "unproven" == stands(checkpoint(13, 0, 1), steps[:-1])
    assert "unproven" == stands(checkpoint(13, 0), steps)
    assert "unproven" == stands(checkpoint(9, 0, 1), [])
    older = compare_receipt(RECEIPT, checkpoint(9, 0, 1).encode(), [], POLICY)
    assert "the checkpoint is older than size 10" == older.why
    assert "same" == stands(checkpoint(10, 0, 1), [])
    assert "contradicts" == stands(checkpoint(10, 0, 1, root=ROOTS[9]), [])
    assert "unproven" == stands(checkpoint(13, 0, 1, root=root_of_leaves(WRONG[:13])), steps)


CHANGES: list[dict[str, Any]] = [
    {"assurance": "high"},
    {"cause": ""},
    {"cause": "a b"},
    {"count": 2},
    {"count": 0, "leaf_hashes": ()},
    {"count": True},
    {"leaf_hashes": ()},
    {"leaf_hashes": ("ab",) * 3},
    {"leaf_hashes": (PARTS["leaf_hashes"][0] + "\n",) * 3},
    {"origin": ""},
    {"origin": "a b"},
    {"position": -1},
    {"position": 8},
    {"position": 2**53},
    {"position": "7"},
    {"recorded_at": "2022-02-30T02:31:05.123456Z"},
    {"recorded_at": "2022-01-04"},
    {"root": ROOTS[10].hex().upper()},
    {"root": ROOTS[10].hex() + "00"},
    {"size": 9},
    {"size": None},
    {"v": 2},
    {"$type": "Invoice"},
    {"extra": 1},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_another_value_is_no_receipt(change: dict[str, Any]) -> None:
    value = {**json.loads(WHOLE), **change}
    line = json.dumps(value, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    assert isinstance(refusal(parse_receipt, line), FormatError)


@pytest.mark.parametrize("field", sorted(json.loads(WHOLE)))
def test_every_field_is_written_out(field: str) -> None:
    value = json.loads(WHOLE)
    del value[field]
    line = json.dumps(value, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    assert isinstance(refusal(parse_receipt, line), FormatError)


@pytest.mark.parametrize(
    "data", [b"", b"\n", WHOLE[:-1], WHOLE + b"\n", b" " + WHOLE, WHOLE[:-2] + b" }\n", b"[]\n"]
)
def test_another_spelling_is_no_receipt(data: bytes) -> None:
    with pytest.raises(FormatError, match="receipt"):
        parse_receipt(data)


def test_nothing_else_is_written_as_a_receipt() -> None:
    for change in ({"cause": "a b"}, {"size": 9}, {"origin": "e\u0301"}, {"count": 2}):
        with pytest.raises(FormatError):
            Receipt(**{**PARTS, **change}).encode()


def test_no_changed_byte_gives_the_same_receipt() -> None:
    for at, byte in enumerate(WHOLE):
        for other in {byte ^ 1, byte ^ 0x20, 0x20, 0x0A} - {byte}:
            changed = WHOLE[:at] + bytes([other]) + WHOLE[at + 1 :]
            if refusal(parse_receipt, changed) is None:
                assert parse_receipt(changed) != RECEIPT


@given(st.binary(max_size=150))
def test_hostile_bytes_raise_one_type_of_error(data: bytes) -> None:
    for value in (data, data + b"\n", WHOLE[:60] + data, data + WHOLE[60:]):
        refusal(parse_receipt, value)
    refusal(check_receipt, RECEIPT, [data], POLICY)
    refusal(compare_receipt, RECEIPT, data, [], POLICY)
