"""Sections 17 and 18 of docs/FORMAT.md are enough: their examples recompute from their text alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAF, NODE = b"\x00", b"\x01"


def blocks(kind: str) -> list[str]:
    text = (ROOT / "docs/FORMAT.md").read_text(encoding="utf-8")
    return re.findall(rf"^```\w+ {kind}\n(.*?)\n```$", text, flags=re.DOTALL | re.MULTILINE)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def prefixed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def number(value: int) -> bytes:
    return value.to_bytes(8, "big")


def row_leaf(key: bytes, count: int, last: int, root: bytes) -> bytes:
    parts = prefixed(key, number(count), number(last), root)
    return sha256(LEAF + b"aidledger/index/v1\n" + parts)


def test_the_sealed_indexes_of_the_document_recompute() -> None:
    records = [text.encode() for text in blocks("record")]
    leaves = [sha256(LEAF + one) for one in records]
    stream = json.loads(records[1])["stream"].encode()
    token = json.loads(records[1])["data"]["applicant"].encode()
    person = sha256(b"aidledger/index-person/v1\n" + prefixed(token)).hex().encode()
    item = sha256(LEAF + b"aidledger/index-case/v1\n" + prefixed(token, stream))
    cases = row_leaf(stream, 2, 2, sha256(NODE + leaves[1] + leaves[2]))

    assert [cases.hex(), row_leaf(person, 1, 1, item).hex()] == blocks("index-roots")[0].split()


def test_the_case_proof_of_the_document_leads_to_its_root() -> None:
    proof = json.loads(blocks("case-proof")[0])
    (row,) = proof["rows"]
    root = base64.b64decode(row["root"])
    leaf = row_leaf(row["key"].encode(), row["count"], row["last_position"], root)

    assert leaf.hex() == blocks("index-roots")[0].split()[0]
    assert (row["index"], row["path"]) == (0, [])
    assert row["key"] < proof["key"]


def test_the_person_proof_of_the_document_leads_to_its_root() -> None:
    entry, proof = json.loads(blocks("record")[1]), json.loads(blocks("person-proof")[0])
    token, stream = entry["data"]["applicant"].encode(), entry["stream"].encode()
    key = sha256(b"aidledger/index-person/v1\n" + prefixed(token)).hex()
    (row,) = proof["rows"]
    item = sha256(LEAF + b"aidledger/index-case/v1\n" + prefixed(token, stream))

    assert (key, key, [], 4) == (proof["key"], row["key"], row["path"], proof["sealed_at"])
    assert base64.b64decode(row["root"]) == item
    leaf = row_leaf(key.encode(), row["count"], row["last_position"], item)
    assert leaf.hex() == blocks("index-roots")[0].split()[1]
    assert token.decode() not in blocks("person-proof")[0]


def test_the_sum_tree_and_the_payment_proof_of_the_document_recompute() -> None:
    label = b"aidledger/sum/v1\n"
    leaves = [sha256(LEAF + text.encode()) for text in blocks("record")]
    lines = [
        (sha256(label + prefixed(number(at), leaf, number(fen))), fen, 1)
        for at, (leaf, fen) in enumerate(zip(leaves, (112_800, 70_000, 136_300), strict=True))
    ]

    def joined(*both: tuple[bytes, int, int]) -> tuple[bytes, int, int]:
        parts = [part for digest, *counts in both for part in (digest, *map(number, counts))]
        return (
            sha256(label + prefixed(*parts)),
            sum(one[1] for one in both),
            sum(one[2] for one in both),
        )

    root = joined(joined(lines[0], lines[1]), lines[2])
    proof = json.loads(blocks("payment-proof")[0])
    first, last = [(base64.b64decode(digest), fen, 1) for digest, fen in proof["path"]]

    assert (blocks("sum-root")[0], 319_100, 3) == (root[0].hex(), *root[1:])
    assert (proof["index"], proof["amount_fen"]) == (1, 70_000)
    assert root == joined(joined(first, lines[1]), last)


def test_the_restoration_of_the_document_recomputes() -> None:
    leaves = [sha256(LEAF + text.encode()) for text in blocks("record")]
    lost = sha256(NODE + sha256(NODE + leaves[0] + leaves[1]) + leaves[2])
    heads = prefixed(number(3), lost, number(1), leaves[0])
    root = sha256(b"aidledger/restored/v1\n" + prefixed(b"example/520123") + heads)
    written = [base64.b64encode(value).decode() for value in (root, lost, leaves[0])]

    assert blocks("restoration")[0].split("\n") == [
        "example/520123/restored", "1", written[0], f"lost 3 {written[1]}", f"kept 1 {written[2]}",
    ]  # fmt: skip
