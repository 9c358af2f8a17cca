"""Proofs over the tree: that an entry is in it, and that a later tree only added to an earlier one.

Making: RFC 9162 sections 2.1.3.1 and 2.1.4.1. Checking: sections 2.1.3.2 and 2.1.4.2, with exact
proof lengths. A consistency proof from size 0 is always an error, 0 to 0 included (as in
transparency-dev/merkle): the empty tree says nothing about any other.

The roots given to the checks must come from a checkpoint whose signatures were verified, and the
leaf hash from the record's own bytes: a proof compared with its sender's word proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from aidledger.ledger.tree import HASH_BYTES, node_hash, root_of_leaves, split_size


class ProofError(ValueError):
    """A proof that does not prove, or that cannot be made for these numbers."""


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Sibling hashes from the leaf at `index` up to the root of the tree over `leaves`.

    Raises:
        ProofError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ProofError(f"index: expected below {len(leaves)}, found {index}")
    start, stop = 0, len(leaves)
    proof = []
    while stop - start > 1:
        middle = start + split_size(stop - start)
        if index < middle:
            proof.append(root_of_leaves(leaves[middle:stop]))
            stop = middle
        else:
            proof.append(root_of_leaves(leaves[start:middle]))
            start = middle
    return proof[::-1]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Hashes that show the tree over `leaves` to extend the tree over its first `old_size`.

    Raises:
        ProofError: `old_size` is 0 or above the number of leaves.
    """
    if not 0 < old_size <= len(leaves):
        raise ProofError(f"old size: expected 1 to {len(leaves)}, found {old_size}")
    start, stop, whole = 0, len(leaves), True
    proof = []
    while old_size - start != stop - start:
        middle = start + split_size(stop - start)
        if old_size <= middle:
            proof.append(root_of_leaves(leaves[middle:stop]))
            stop = middle
        else:
            proof.append(root_of_leaves(leaves[start:middle]))
            start, whole = middle, False
    if not whole:
        proof.append(root_of_leaves(leaves[start:stop]))
    return proof[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that `leaf` (32 bytes) is entry `index` of the tree of `size` with this root.

    Raises:
        ProofError: it is not, or the numbers or hashes cannot belong to such a proof.
    """
    _check_sizes(("index", index), ("size", size))
    if index >= size:
        raise ProofError(f"index: expected below {size}, found {index}")
    _check_hashes((leaf, root, *proof))
    number, last = index, size - 1
    computed = leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("inclusion proof is too long")
        if number & 1 or number == last:
            computed = node_hash(sibling, computed)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, sibling)
        number >>= 1
        last >>= 1
    if last:
        raise ProofError("inclusion proof is too short")
    if computed != root:
        raise ProofError(f"root: expected {root.hex()}, found {computed.hex()}")


def verify_consistency(
    old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    """Check that the tree of `size` begins with the tree of `old_size`.

    Raises:
        ProofError: it does not, or the numbers or hashes cannot belong to such a proof.
    """
    _check_sizes(("old size", old_size), ("size", size))
    if not 0 < old_size <= size:
        raise ProofError(f"old size: expected 1 to {size}, found {old_size}")
    if old_size == size:
        if proof:
            raise ProofError("consistency proof between equal sizes: expected no hashes")
        if type(old_root) is not bytes or old_root != root:
            raise ProofError("root: expected equal roots at equal sizes")
        return
    _check_hashes((old_root, root, *proof))
    if not proof:
        raise ProofError("consistency proof is too short")
    # an old tree that is one perfect subtree is its own first hash
    hashes = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    old_computed, computed = _roots_of_consistency(old_size - 1, size - 1, hashes)
    if old_computed != old_root:
        raise ProofError(f"old root: expected {old_root.hex()}, found {old_computed.hex()}")
    if computed != root:
        raise ProofError(f"root: expected {root.hex()}, found {computed.hex()}")


def _roots_of_consistency(number: int, last: int, hashes: list[bytes]) -> tuple[bytes, bytes]:
    """Both roots that the hashes lead to; `number`, `last` are the last leaves of the two trees."""
    while number & 1:
        number >>= 1
        last >>= 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError("consistency proof is too long")
        if number & 1 or number == last:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        number >>= 1
        last >>= 1
    if last:
        raise ProofError("consistency proof is too short")
    return old, new


def _check_sizes(*numbers: tuple[str, int]) -> None:
    for name, number in numbers:
        if type(number) is not int or number < 0:
            raise ProofError(f"{name}: expected an integer of at least 0")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if type(value) is not bytes or len(value) != HASH_BYTES:
            raise ProofError(f"hashes: expected {HASH_BYTES} bytes each")
