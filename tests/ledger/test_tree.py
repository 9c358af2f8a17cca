from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.making import VECTORS

from aidledger.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    leaf_hash,
    node_hash,
    root_of_leaves,
    split_size,
    subtree_spans,
)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    left, right = recursive_root(leaves[:middle]), recursive_root(leaves[middle:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_roots_of_the_eight_leaf_vectors() -> None:
    path = VECTORS / "rfc6962-8leaf" / "rfc6962_vectors.json"
    if not path.is_file():
        pytest.skip("the shared vectors are not beside the project")
    vectors = json.loads(path.read_bytes())
    leaves = [leaf_hash(bytes.fromhex(data)) for data in vectors["leaf_inputs_hex"]]
    frontier = Frontier()
    for size, root in enumerate(vectors["root_hashes_by_size_hex"]):
        assert root == root_of_leaves(leaves[:size]).hex()
        assert root == frontier.root().hex()
        if size < len(leaves):
            frontier.append(leaves[size])
    level = leaves
    for expected in vectors["node_hashes_hex"]:
        assert expected == [node.hex() for node in level]
        level = [node_hash(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]


def test_the_empty_tree_is_not_the_empty_leaf() -> None:
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT == root_of_leaves([]) == Frontier().root()
    assert EMPTY_ROOT != leaf_hash(b"")


def test_a_leaf_can_never_be_a_node() -> None:
    left, right = leaves_of(2)

    assert leaf_hash(left + right) != node_hash(left, right)
    assert node_hash(left, right) != node_hash(right, left)


@pytest.mark.parametrize("size", [*range(70), 255, 256, 257, 511, 512, 513, 777, 1000, 1023])
def test_bulk_frontier_and_definition_agree(size: int) -> None:
    leaves = leaves_of(size)
    frontier = Frontier()
    frontier.extend(leaves)

    assert recursive_root(leaves) == root_of_leaves(leaves) == frontier.root()
    assert size == frontier.size
    assert size.bit_count() * 32 == len(frontier.to_bytes())


@given(st.lists(st.integers(0, 700), max_size=6))
@settings(max_examples=40, deadline=None)
def test_a_frontier_grows_in_any_steps_and_gives_each_tile_once(steps: list[int]) -> None:
    leaves = leaves_of(sum(steps))
    frontier = Frontier()
    nodes = []
    at = 0
    for step in steps:
        if step == 1:
            nodes += frontier.append(leaves[at])
        else:
            nodes += frontier.extend(iter(leaves[at : at + step]))
        at += step
        frontier = Frontier.from_bytes(at, frontier.to_bytes())

    assert root_of_leaves(leaves) == frontier.root()
    assert [
        (1, number, root_of_leaves(leaves[number * 256 : number * 256 + 256]))
        for number in range(at // 256)
    ] == nodes


def test_a_level_2_tile_is_given_when_65536_leaves_are_there() -> None:
    leaves = leaves_of(256)
    tile = root_of_leaves(leaves)
    frontier = Frontier()
    for _ in range(255):
        frontier.extend(leaves)
    nodes = frontier.extend(leaves)

    assert [(1, 255, tile), (2, 0, root_of_leaves([tile] * 256))] == nodes
    pushed = Frontier()
    for _ in range(256):
        nodes = pushed.push_tile(tile)

    assert (2, 0, frontier.root()) == nodes[-1]
    assert frontier.to_bytes() == pushed.to_bytes()


def test_a_copy_goes_its_own_way() -> None:
    frontier = Frontier()
    frontier.extend(leaves_of(3))
    before = frontier.root()
    other = frontier.copy()
    other.extend(leaves_of(5))

    assert before == frontier.root() != other.root()


def test_a_frontier_of_the_wrong_length_is_refused() -> None:
    for size, data in ((1, b""), (0, bytes(32)), (3, bytes(32)), (2, bytes(31)), (-1, b"")):
        with pytest.raises(ValueError, match="frontier of size"):
            Frontier.from_bytes(size, data)
    with pytest.raises(ValueError, match="multiple of 256"):
        Frontier.from_bytes(1, bytes(32)).push_tile(bytes(32))


@given(st.integers(2, 10**9))
def test_spans_cover_the_tree_and_the_split_is_the_largest_power(size: int) -> None:
    spans = list(subtree_spans(size))

    assert size == sum(count for _, count in spans)
    assert [0, *(start + count for start, count in spans)][:-1] == [start for start, _ in spans]
    assert split_size(size) < size <= 2 * split_size(size)
