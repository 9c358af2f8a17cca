"""The verifier of one file on golden bytes, which somebody else wrote, and on noise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lone import ALONE, ROOT

from aidledger.ledger.index import Index, ProvenRow, check_key
from aidledger.ledger.strict import write_base64
from aidledger.ledger.tree import leaf_hash


def golden(name: str) -> Any:
    return json.loads((ROOT / "tests/vectors" / f"{name}.json").read_text(encoding="utf-8"))


def test_golden_records_and_those_to_be_refused() -> None:
    given = golden("ledger")

    for one in given["records"]:
        said, wrong = ALONE.read_record(one["record"].encode())
        assert [] == wrong
        assert one["leaf_hash"] == ALONE.leaf_of(one["record"].encode()).hex()
        assert json.loads(one["record"]) == said
    for one in given["refused"]:
        assert ALONE.read_record(bytes.fromhex(one["record_hex"]))[1], one["name"]


def test_golden_notes_proofs_receipt_and_bundle() -> None:
    given = golden("signed")
    policy = ALONE.read_policy(given["policy"].encode())

    assert policy.accept(ALONE.read_checkpoint(given["checkpoint"].encode()))
    for record, text in zip(given["records"], given["proofs"], strict=True):
        proof = ALONE.read_proof(text.encode())
        assert policy.accept(proof.note)
        assert proof.holds(ALONE.leaf_of(record.encode()))
        assert not proof.holds(ALONE.leaf_of(record.encode() + b" "))
    assert 2 == ALONE.read_receipt(given["receipt"].encode())["count"]
    assert ALONE.convicts(given["bundle"].encode(), policy.logs)
    assert not ALONE.convicts(given["bundle"].encode(), [])


@pytest.mark.parametrize("index", golden("proofs")["indexes"], ids=lambda one: one["name"])
def test_golden_case_proofs(index: dict[str, Any]) -> None:
    for one in index["proofs"]:
        value = ALONE.read_json_proof(one["file"].encode())
        sealed = {"kind": value["kind"], "rows": index["rows"], "root": index["root"]}
        told = ALONE.check_case_proof(value, sealed)
        items = [bytes.fromhex(item) for item in one["items"]]
        right = (len(items), ALONE.Tree(items).root()) if one["status"] == "present" else None

        assert right == told
        with pytest.raises(ALONE.RefusedError):
            ALONE.check_case_proof(value, {**sealed, "root": "00" * 32})


@pytest.mark.parametrize("size", range(6))
def test_both_say_the_same_of_any_rows_of_a_small_index(size: int) -> None:
    """What would hide a case: one row, or two, that are in the index and show nothing."""
    index = Index()
    for number in range(size):
        index.add(f"case/{2 * number + 1}", number, leaf_hash(bytes([number])))
    rows, root = index.root()
    held = [index.prove(f"case/{2 * number + 1}")[0] for number in range(size)]
    proofs = [[], *([one] for one in held), *([one, two] for one in held for two in held)]
    for proof in proofs:
        for number in range(2 * size + 2):
            key = f"case/{number}"
            value = {"kind": "cases", "key": key, "rows": [told(row) for row in proof]}
            try:
                said = ALONE.check_case_proof(
                    value, {"kind": "cases", "rows": rows, "root": root.hex()}
                )
                ours = "present" if said else "absent"
            except ALONE.RefusedError:
                ours = "refused"

            assert check_key(key, proof, root=root, rows=rows).status == ours


def told(row: ProvenRow) -> dict[str, Any]:
    """Return a row as a proof's file has it."""
    return {
        "count": row.count,
        "index": row.index,
        "key": row.key,
        "last_position": row.last_position,
        "path": [write_base64(one) for one in row.path],
        "root": write_base64(row.root),
    }


@pytest.mark.parametrize("month", golden("proofs")["months"], ids=lambda one: one["name"])
def test_golden_payment_proofs(month: dict[str, Any]) -> None:
    for one in month["proofs"]:
        value = ALONE.read_json_proof(one["file"].encode())
        leaf = bytes.fromhex(one["entry"])
        prefix = "withdrawn_" if value["list"] == "withdrawn" else ""
        told = {"root": month["root"], "count": month["count"], "total_fen": month["total_fen"]}
        statement = {f"{prefix}{name}": said for name, said in told.items()}
        statement["withdrawn_fen"] = month["total_fen"]
        ALONE.check_payment_proof(value, leaf, statement)

        for changed in ("amount_fen", "position", "index"):
            with pytest.raises(ALONE.RefusedError):
                ALONE.check_payment_proof({**value, changed: value[changed] + 1}, leaf, statement)


@pytest.mark.parametrize(
    "key",
    [
        "0" * 64,
        "0" * 62 + "80",
        "01" + "0" * 62,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f" * 64,
    ],
)
def test_keys_under_which_anybody_can_sign_are_refused(key: str) -> None:
    assert None is ALONE.hex_key("x", ALONE.LOG, key)
    assert None is ALONE.hex_key("x", ALONE.ML_DSA_44, "ab" * 32 + "00" * 1_280)


@given(noise=st.binary(max_size=400), start=st.sampled_from(range(6)))
def test_hostile_files_are_said_to_say_nothing(noise: bytes, start: int) -> None:
    heads: tuple[bytes, ...] = (b"", b"c2sp.org/tlog-proof@v1\n", b"aidledger/misbehaviour/v1\n")
    heads += (b'{"$type":"Receipt",', b'{"$proof":"aidledger/case-proof/v1"', b'{"$type":')
    report = ALONE.verify_folder(ALONE.Outside(None, {"noise": heads[start] + noise}))

    assert "unproven" == report.verdict
    assert ("file_unused", "noise") == tuple(report.leads[0][one] for one in ("code", "field"))
