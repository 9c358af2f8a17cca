"""Proof files: one encoding, golden bytes, and one kind of error for anything else."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aidledger.ledger.index import check_items, check_key
from aidledger.ledger.proof import ProofError
from aidledger.ledger.prooffile import (
    MAX_PROOF_BYTES,
    CaseProof,
    PaymentProof,
    encode_proof,
    parse_case_proof,
    parse_payment_proof,
)
from aidledger.ledger.sumtree import PaidLine, SumRoot, check_line

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "proofs.json").read_text(encoding="utf-8")
)
CASE: bytes = VECTORS["indexes"][0]["proofs"][0]["file"].encode()
PAYMENT: bytes = VECTORS["months"][0]["proofs"][0]["file"].encode()


@pytest.mark.parametrize("index", VECTORS["indexes"], ids=lambda index: index["name"])
def test_case_proofs_keep_their_bytes_and_their_answer(index: dict[str, Any]) -> None:
    root = bytes.fromhex(index["root"])
    for given_proof in index["proofs"]:
        data = given_proof["file"].encode()
        proof = parse_case_proof(data)
        answer = check_key(given_proof["key"], proof.rows, root=root, rows=index["rows"])

        assert data == encode_proof(proof)
        assert given_proof["status"] == answer.status
        if answer.row is not None:
            items = [bytes.fromhex(one) for one in given_proof["items"]]
            assert check_items(answer.row, items).status == "present"


@pytest.mark.parametrize("month", VECTORS["months"], ids=lambda month: month["name"])
def test_payment_proofs_keep_their_bytes_and_prove(month: dict[str, Any]) -> None:
    root = SumRoot(bytes.fromhex(month["root"]), month["total_fen"], month["count"])
    for given_proof in month["proofs"]:
        data = given_proof["file"].encode()
        proof = parse_payment_proof(data)
        entry = bytes.fromhex(given_proof["entry"])
        line = PaidLine(proof.position, entry, proof.amount_fen)

        assert data == encode_proof(proof)
        assert check_line(line, proof.index, proof.path, root).proven


def value(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data)
    return found


def written(changed: object) -> bytes:
    return json.dumps(changed, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def row_with(**changes: object) -> bytes:
    proof = value(CASE)
    proof["rows"][0] |= changes
    return written(proof)


def step_with(*step: object) -> bytes:
    proof = value(PAYMENT)
    proof["path"][0] = step
    return written(proof)


HASH = base64.b64encode(b"\x07" * 32).decode()
LOOSE = HASH[:-2] + chr(ord(HASH[-2]) + 1) + "="  # the same bytes, other spare bits

BAD_CASES = {
    "nothing": b"",
    "not JSON": b"proof",
    "a space": CASE.replace(b",", b", ", 1),
    "a newline at the end": CASE + b"\n",
    "two keys alike": CASE.replace(b'"key"', b'"key":"case/1","key"', 1),
    "another order": b'{"key"' + CASE[1:].replace(b'"key"', b'"$proof"', 1),
    "another kind": CASE.replace(b'"cases"', b'"case"', 1),
    "another version": CASE.replace(b"case-proof/v1", b"case-proof/v2", 1),
    "no name": written({k: v for k, v in value(CASE).items() if k != "$proof"}),
    "a payment": PAYMENT,
    "a field more": written(value(CASE) | {"note": ""}),
    "a field less": written({k: v for k, v in value(CASE).items() if k != "kind"}),
    "a number as text": row_with(count="1"),
    "a number below 0": row_with(index=-1),
    "a number too large": row_with(count=2**53),
    "a fraction": row_with(count=1.5),
    "yes": row_with(count=True),
    "a short hash": row_with(root=base64.b64encode(b"\x07" * 31).decode()),
    "a hash in hex": row_with(root="07" * 32),
    "a hash with loose bits": row_with(root=LOOSE),
    "a hash with a line in it": row_with(root=HASH[:20] + "\n" + HASH[20:]),
    "a key with a space": row_with(key="case/ 1"),
    "a key with a newline": row_with(key="case/1\n"),
    "a long key": row_with(key="c" * 201),
    "too long": row_with(path=[HASH] * (MAX_PROOF_BYTES // len(HASH))),
    "text": CASE.decode(),
    "no value": None,
}
BAD_PAYMENTS = {
    "a case": CASE,
    "a step more": step_with(HASH, 1, 2),
    "a step less": step_with(HASH),
    "a negative sum": step_with(HASH, -1),
    "a sum too large": step_with(HASH, 2**53),
    "a step that is an object": written(value(PAYMENT) | {"path": [{"fen": 1, "hash": HASH}]}),
    "another list": written(value(PAYMENT) | {"list": "late"}),
    "a negative amount": written(value(PAYMENT) | {"amount_fen": -1}),
}


@pytest.mark.parametrize("data", BAD_CASES.values(), ids=BAD_CASES.keys())
def test_a_case_proof_in_any_other_form_is_refused(data: Any) -> None:
    with pytest.raises(ProofError):
        parse_case_proof(data)


@pytest.mark.parametrize("data", BAD_PAYMENTS.values(), ids=BAD_PAYMENTS.keys())
def test_a_payment_proof_in_any_other_form_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        parse_payment_proof(data)


def mutated(good: bytes) -> st.SearchStrategy[bytes]:
    """Bytes like the good ones: some replaced, taken out, or put in."""
    edits = st.tuples(st.integers(0, len(good)), st.integers(0, 6), st.binary(max_size=6))

    def apply(found: list[tuple[int, int, bytes]]) -> bytes:
        data = good
        for at, length, put in found:
            data = data[:at] + put + data[at + length :]
        return data

    return st.lists(edits, min_size=1, max_size=3).map(apply)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | mutated(CASE) | mutated(PAYMENT))
@example(b'{"rows":' + b"[" * 2000)
@example(b"\xff")
@example(b"1" * 5000)
def test_any_bytes_are_a_proof_in_its_only_form_or_one_error(data: bytes) -> None:
    for parse in (parse_case_proof, parse_payment_proof):
        try:
            proof: CaseProof | PaymentProof = parse(data)
        except ProofError:
            continue
        assert data == encode_proof(proof)
