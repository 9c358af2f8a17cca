"""The signed examples of docs/FORMAT.md and the golden bytes: recomputed, and each still accepted."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from aidledger.ledger.acceptance import accepted
from aidledger.ledger.batch import parse_batch_signature, statement, verify_batch
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.keys import KeyKind, parse_vkey
from aidledger.ledger.misbehaviour import Misbehaved, check_bundle, parse_bundle
from aidledger.ledger.note import parse_note
from aidledger.ledger.receipt import Kept, check_receipt, parse_receipt
from aidledger.ledger.signing import SeedSigner
from aidledger.ledger.tlog_proof import NotProven, Proven, check_proof, parse_proof
from aidledger.ledger.tree import leaf_hash
from aidledger.ledger.trust import parse_policy
from aidledger.ledger.witnessing import Granted, LogState, decide, parse_request

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/FORMAT.md").read_text(encoding="utf-8")
GOLDEN: dict[str, Any] = json.loads((ROOT / "tests/vectors/signed.json").read_text("utf-8"))

SEEDS = (1, 2, 4)
KINDS = (b"\x01", b"\x04", b"\xffaidledger/batch/v1\n")


def blocks(kind: str) -> list[bytes]:
    found = re.findall(rf"^```\w+ {kind}\n(.*?)\n```$", DOCUMENT, re.DOTALL | re.MULTILINE)
    return [text.encode() for text in found]


def block(kind: str) -> bytes:
    (text,) = blocks(kind)
    return text + b"\n"


RECORDS = blocks("record")
LEAVES = [leaf_hash(record) for record in RECORDS]


def public(seed: int) -> bytes:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return private.public_key().public_bytes_raw()


def test_the_keys_of_the_document_recompute() -> None:
    for text, seed, kind in zip(block("vkeys").split(), SEEDS, KINDS, strict=True):
        name, key_id, encoded = text.split(b"+", 2)
        material = kind + public(seed)

        assert base64.b64encode(material) == encoded
        assert hashlib.sha256(name + b"\n" + material).hexdigest()[:8].encode() == key_id
        assert text.decode() == parse_vkey(text).vkey()


def test_the_signatures_of_the_document_are_over_what_it_says() -> None:
    text, _, lines = block("proof").partition(b"\n\n")[2].partition(b"\n\n")
    text += b"\n"
    log, witness = (base64.b64decode(line.split(b" ")[2]) for line in lines.splitlines())
    time = int.from_bytes(witness[4:12], "big")

    Ed25519PublicKey.from_public_bytes(public(1)).verify(log[4:], text)
    message = f"cosignature/v1\ntime {time}\n".encode() + text
    Ed25519PublicKey.from_public_bytes(public(2)).verify(witness[12:], message)
    assert text.split(b"\n")[2] == base64.b64encode(bytes.fromhex(blocks("root")[0].decode()))


def test_the_batch_of_the_document_is_over_what_it_says() -> None:
    body = block("statement")[:-1]
    stored = bytes.fromhex(block("batch-signature").decode())
    kind = b"application/vnd.aidledger.batch+json;v=1"
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)

    Ed25519PublicKey.from_public_bytes(public(4)).verify(stored[:64], message)
    assert {
        "count": 2,
        "origin": "example/520123",
        "root": hashlib.sha256(b"\x01" + LEAVES[1] + LEAVES[2]).hexdigest(),
        "seen": {"root": LEAVES[0].hex(), "size": 1},
    } == json.loads(body)
    assert (1).to_bytes(8, "big") + LEAVES[0] == stored[64:]
    signed = parse_batch_signature(stored)
    assert body == statement("example/520123", LEAVES[1:], signed.seen)
    officer = parse_vkey(block("vkeys").split()[2])
    assert verify_batch(officer, "example/520123", LEAVES[1:], signed)


def test_the_files_of_the_document_are_read_and_accepted() -> None:
    policy = parse_policy(block("policy"))
    proof = block("proof")

    assert isinstance(check_proof(RECORDS[1], proof, policy), Proven)
    assert isinstance(check_proof(RECORDS[0], proof, policy), NotProven)
    assert proof == parse_proof(proof).encode()
    receipt = parse_receipt(block("receipt"))
    assert [1, 2] == [receipt.position_of(record) for record in RECORDS[1:]]
    request = parse_request(block("request"))
    state = LogState((parse_vkey(block("vkeys").split()[0]),), TreeHead(1, LEAVES[0]))
    assert isinstance(decide(state, request), Granted)
    assert block("request") == request.encode()
    assert isinstance(check_bundle(block("bundle"), policy), Misbehaved)
    assert block("bundle") == parse_bundle(block("bundle")).encode()


def test_golden_keys_recompute_from_their_seeds() -> None:
    kinds = dict(zip(("log", "audit", "finance", "officer"), KeyKind, strict=True))
    for name, text in GOLDEN["vkeys"].items():
        seed = bytes.fromhex(GOLDEN["seeds"][name]) * 32
        key = parse_vkey(text.encode())

        assert key == SeedSigner(key.name, kinds[name], seed).key


def test_golden_bytes_are_still_accepted_and_written_the_same() -> None:
    policy = parse_policy(GOLDEN["policy"].encode())
    note = GOLDEN["checkpoint"].encode()
    records = [text.encode() for text in GOLDEN["records"]]
    verdict = accepted(note, policy)

    assert note == parse_note(note).encode()
    assert verdict.accepted
    assert [b"audit", b"finance"] == [one.name for one in verdict.cosigners]
    for index, proof in enumerate(GOLDEN["proofs"]):
        assert isinstance(check_proof(records[index], proof.encode(), policy), Proven)
    signed = parse_batch_signature(bytes.fromhex(GOLDEN["batch_signature"]))
    officer = parse_vkey(GOLDEN["vkeys"]["officer"].encode())
    leaves = [leaf_hash(record) for record in records[1:]]
    assert verify_batch(officer, "example/520123", leaves, signed)
    receipt = parse_receipt(GOLDEN["receipt"].encode())
    assert GOLDEN["receipt"].encode() == receipt.encode()
    assert GOLDEN["request"].encode() == parse_request(GOLDEN["request"].encode()).encode()
    assert isinstance(check_bundle(GOLDEN["bundle"].encode(), policy), Misbehaved)


def test_golden_proofs_redeem_the_golden_receipt_and_no_other_position() -> None:
    policy = parse_policy(GOLDEN["policy"].encode())
    receipt = parse_receipt(GOLDEN["receipt"].encode())
    proofs = [proof.encode() for proof in GOLDEN["proofs"]]

    assert isinstance(check_receipt(receipt, proofs, policy), Kept)
    assert not isinstance(check_receipt(receipt, proofs[:2], policy), Kept)
