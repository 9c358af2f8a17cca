"""Bytes that outlive a release: once written here they are only added to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aidledger.ledger import canonical
from aidledger.ledger.commitment import account_token, field_commitment, person_token
from aidledger.ledger.entry import EntryError, decode_entry, encode_entry
from aidledger.ledger.tree import Frontier, leaf_hash, root_of_leaves

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "ledger.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", VECTORS["records"], ids=lambda case: case["name"])
def test_a_record_keeps_its_bytes_and_its_leaf_hash(case: dict[str, str]) -> None:
    record = case["record"].encode()

    assert record == encode_entry(decode_entry(record))
    assert record == canonical.encode(json.loads(record))
    assert case["leaf_hash"] == leaf_hash(record).hex()


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_a_refused_record_keeps_its_code(case: dict[str, str]) -> None:
    with pytest.raises(EntryError) as caught:
        decode_entry(bytes.fromhex(case["record_hex"]))

    assert (case["code"], case["field"]) == (caught.value.code, caught.value.field)


def test_roots_and_frontiers_keep_their_bytes() -> None:
    for case in VECTORS["trees"]:
        leaves = [leaf_hash(str(number).encode()) for number in range(case["size"])]
        frontier = Frontier()
        frontier.extend(leaves)

        assert case["root"] == root_of_leaves(leaves).hex()
        assert case["frontier"] == frontier.to_bytes().hex()


def test_commitments_and_tokens_keep_their_bytes() -> None:
    for case in VECTORS["commitments"]:
        salt = bytes.fromhex(case["salt"])

        assert case["commitment"] == field_commitment(case["field"], salt, case["value"].encode())
    for case in VECTORS["tokens"]:
        pepper = bytes.fromhex(case["pepper"])

        assert case["person"] == person_token(pepper, case["value"])
        assert case["account"] == account_token(pepper, case["value"])
