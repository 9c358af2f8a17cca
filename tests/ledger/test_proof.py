from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.making import VECTORS

from aidledger.ledger.proof import (
    ProofError,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from aidledger.ledger.tree import leaf_hash, node_hash, root_of_leaves

LEAVES = [leaf_hash(bytes([number])) for number in range(100)]
ROOTS = [root_of_leaves(LEAVES[:size]) for size in range(101)]
FLIPPED = bytes([1]) + bytes(31)


def flip(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


def vectors(kind: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    folder = VECTORS / "transparency-dev-merkle" / "testdata" / kind
    if not folder.is_dir():
        pytest.skip("the shared vectors are not beside the project")
    for path in sorted(folder.rglob("*.json")):
        yield path, json.loads(path.read_bytes())


def plain(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_all_outside_inclusion_vectors() -> None:
    seen = 0
    for path, case in vectors("inclusion"):
        proof = [plain(value) for value in case["proof"] or []]
        arguments = (plain(case["leafHash"]), case["leafIdx"], case["treeSize"], proof)
        if case["wantErr"]:
            assert refused(verify_inclusion, *arguments, plain(case["root"])), path
        else:
            verify_inclusion(*arguments, plain(case["root"]))
        seen += 1

    assert 98 == seen


def test_all_outside_consistency_vectors() -> None:
    seen = 0
    for path, case in vectors("consistency"):
        proof = [plain(value) for value in case["proof"] or []]
        roots = (plain(case["root1"]), plain(case["root2"]))
        if case["wantErr"]:
            assert refused(verify_consistency, case["size1"], case["size2"], proof, *roots), path
        else:
            verify_consistency(case["size1"], case["size2"], proof, *roots)
        seen += 1

    assert 98 == seen


def refused(check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except ProofError:
        return True
    return False


@pytest.mark.parametrize("size", [*range(1, 34), 47, 63, 64, 65, 99, 100])
def test_every_leaf_is_proven_and_every_flipped_hash_refused(size: int) -> None:
    root = ROOTS[size]
    for index in range(size):
        leaf, proof = LEAVES[index], inclusion_proof(LEAVES[:size], index)
        verify_inclusion(leaf, index, size, proof, root)
        for at, value in enumerate(proof):
            changed = [*proof[:at], flip(value), *proof[at + 1 :]]

            assert refused(verify_inclusion, leaf, index, size, changed, root)
        assert refused(verify_inclusion, flip(leaf), index, size, proof, root)
        assert refused(verify_inclusion, leaf, index, size, proof, flip(root))
        assert refused(verify_inclusion, leaf, index, size, [*proof, root], root)
        assert refused(verify_inclusion, leaf, index, size, [*proof, FLIPPED], root)
        assert not proof or refused(verify_inclusion, leaf, index, size, proof[:-1], root)
        assert size == 1 or refused(verify_inclusion, leaf, (index + 1) % size, size, proof, root)


@pytest.mark.parametrize("size", [*range(1, 34), 47, 63, 64, 65, 99, 100])
def test_every_earlier_size_is_consistent_and_every_flipped_hash_refused(size: int) -> None:
    root = ROOTS[size]
    for old in range(1, size + 1):
        proof = consistency_proof(LEAVES[:size], old)
        verify_consistency(old, size, proof, ROOTS[old], root)
        for at, value in enumerate(proof):
            changed = [*proof[:at], flip(value), *proof[at + 1 :]]

            assert refused(verify_consistency, old, size, changed, ROOTS[old], root)
        assert refused(verify_consistency, old, size, proof, flip(ROOTS[old]), root)
        assert refused(verify_consistency, old, size, proof, ROOTS[old], flip(root))
        assert refused(verify_consistency, old, size, [*proof, FLIPPED], ROOTS[old], root)
        assert not proof or refused(verify_consistency, old, size, proof[1:], ROOTS[old], root)
        assert not proof or refused(verify_consistency, old, size, proof[:-1], ROOTS[old], root)


def test_nothing_is_consistent_with_the_empty_tree() -> None:
    for size in range(4):
        assert refused(verify_consistency, 0, size, [], ROOTS[0], ROOTS[size])
    with pytest.raises(ProofError, match="old size"):
        consistency_proof(LEAVES, 0)
    with pytest.raises(ProofError, match="old size"):
        consistency_proof(LEAVES[:3], 4)


def test_a_proof_for_a_leaf_that_is_not_there_cannot_be_made() -> None:
    for index in (-1, 3):
        with pytest.raises(ProofError, match="index"):
            inclusion_proof(LEAVES[:3], index)


@pytest.mark.parametrize("number", [-1, True, 1.0, "1", None, 2**70])
def test_hostile_numbers_are_refused(number: Any) -> None:
    assert refused(verify_inclusion, LEAVES[0], number, 2, [LEAVES[1]], ROOTS[2])
    assert refused(verify_inclusion, LEAVES[0], 0, number, [LEAVES[1]], ROOTS[2])
    assert refused(verify_consistency, number, 2, [LEAVES[1]], ROOTS[1], ROOTS[2])
    assert refused(verify_consistency, 1, number, [LEAVES[1]], ROOTS[1], ROOTS[2])


@pytest.mark.parametrize("value", [b"", bytes(31), bytes(33), None, "0" * 32, bytearray(32)])
def test_hostile_hashes_are_refused(value: Any) -> None:
    assert refused(verify_inclusion, value, 0, 2, [LEAVES[1]], ROOTS[2])
    assert refused(verify_inclusion, LEAVES[0], 0, 2, [value], ROOTS[2])
    assert refused(verify_inclusion, LEAVES[0], 0, 2, [LEAVES[1]], value)
    assert refused(verify_consistency, 1, 2, [value], ROOTS[1], ROOTS[2])
    assert refused(verify_consistency, 1, 2, [LEAVES[1]], value, ROOTS[2])
    assert refused(verify_consistency, 2, 2, [], ROOTS[2], value)


def test_equal_sizes_need_equal_roots_of_bytes() -> None:
    assert refused(verify_consistency, 2, 2, [], ROOTS[1], ROOTS[2])
    assert refused(verify_consistency, 2, 2, [], None, None)
    assert refused(verify_consistency, 2, 2, [LEAVES[0]], ROOTS[2], ROOTS[2])


def test_a_proof_for_a_larger_tree_does_not_prove_a_smaller_one() -> None:
    taller = node_hash(LEAVES[1], LEAVES[0])

    assert refused(verify_inclusion, LEAVES[0], 0, 1, [LEAVES[1]], taller)
    assert refused(verify_inclusion, LEAVES[0], 0, 2, [], LEAVES[0])
    proof = consistency_proof(LEAVES[:3], 2)
    old, new = node_hash(FLIPPED, ROOTS[2]), node_hash(FLIPPED, ROOTS[3])

    assert refused(verify_consistency, 2, 3, [*proof, FLIPPED], old, new)
    proof = consistency_proof(LEAVES[:5], 3)
    old, new = node_hash(FLIPPED, ROOTS[3]), node_hash(FLIPPED, ROOTS[5])

    assert refused(verify_consistency, 3, 5, [*proof, FLIPPED], old, new)
