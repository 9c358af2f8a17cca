"""Proofs from tiles are those from all leaves, at any size; a tile out of form is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.ledger.proof import (
    ProofError,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from aidledger.ledger.strict import SIZE_LIMIT
from aidledger.ledger.tiledtree import MAX_TILES, TiledTree
from aidledger.ledger.tiles import TileFile
from aidledger.ledger.tree import TILE_WIDTH, root_of_leaves

MOST = 2 * TILE_WIDTH**2 + 700
LEAVES = [hashlib.sha256(str(number).encode()).digest() for number in range(MOST)]
LEVELS: list[list[bytes]] = [LEAVES]
while len(LEVELS[-1]) >= TILE_WIDTH:
    below = LEVELS[-1]
    LEVELS.append(
        [
            root_of_leaves(below[at : at + TILE_WIDTH])
            for at in range(0, len(below) - TILE_WIDTH + 1, TILE_WIDTH)
        ]
    )
SIZES = st.one_of(
    st.integers(1, MOST),
    st.sampled_from([1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 131_072, MOST]),
)


def tiled(size: int, asked: list[TileFile] | None = None) -> TiledTree:
    def read(tile: TileFile) -> Sequence[bytes]:
        if asked is not None:
            asked.append(tile)
        first = tile.number * TILE_WIDTH
        return LEVELS[tile.level or 0][first : first + tile.width]

    return TiledTree(size, read)


@settings(max_examples=20, deadline=None)
@given(SIZES, st.data())
def test_inclusion_is_that_of_all_leaves(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))

    tree = tiled(size)

    assert root_of_leaves(LEAVES[:size]) == tree.root()
    assert LEAVES[index] == tree.leaf(index)
    assert inclusion_proof(LEAVES[:size], index) == tree.inclusion(index)


@settings(max_examples=20, deadline=None)
@given(SIZES, st.data())
def test_consistency_is_that_of_all_leaves(size: int, data: st.DataObject) -> None:
    old = data.draw(st.one_of(st.integers(1, size), st.sampled_from([1, size])))

    assert consistency_proof(LEAVES[:size], old) == tiled(size).consistency(old)


@pytest.mark.parametrize("size", [255, 256, 257, 65_536, 70_000, MOST])
def test_at_most_two_tiles_of_each_level_are_read(size: int) -> None:
    for index in (0, size // 2, size - 1):
        asked: list[TileFile] = []
        tiled(size, asked).inclusion(index)
        levels = [tile.level for tile in asked]

        assert len(asked) == len(set(asked))
        assert max(levels.count(level) for level in set(levels)) <= 2


def test_proofs_of_a_tree_beyond_memory_hold() -> None:
    same = hashlib.sha256(b"").digest()
    towers = [same]
    for _ in range(6):
        towers.append(root_of_leaves([towers[-1]] * TILE_WIDTH))

    tree = TiledTree(256**5 + 256**3 * 7 + 300, lambda tile: [towers[tile.level or 0]] * tile.width)
    index, old = 256**5 + 17, 256**4 * 9 + 5

    verify_inclusion(same, index, tree.size, tree.inclusion(index), tree.root())
    older = TiledTree(old, lambda tile: [towers[tile.level or 0]] * tile.width)
    verify_consistency(old, tree.size, tree.consistency(old), older.root(), tree.root())


@pytest.mark.parametrize(
    "hashes",
    [[], LEAVES[:2], LEAVES[:4], [LEAVES[0], LEAVES[1], b"short"], [LEAVES[0], None, LEAVES[2]]],
)
def test_a_tile_out_of_form_is_refused(hashes: list[bytes]) -> None:
    tree = TiledTree(3, lambda _: hashes)

    for make in (tree.root, lambda: tree.inclusion(1), lambda: tree.consistency(2)):
        with pytest.raises(ProofError, match="expected 3 hashes"):
            make()


@pytest.mark.parametrize("size", [-1, SIZE_LIMIT + 1, True, 1.0])
def test_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(ProofError, match="size"):
        TiledTree(size, lambda _: [])


@pytest.mark.parametrize("index", [-1, 5])
def test_an_index_outside_is_refused(index: int) -> None:
    for make in (tiled(5).inclusion, tiled(5).leaf):
        with pytest.raises(ProofError, match="index"):
            make(index)


@pytest.mark.parametrize("old", [0, -1, 6])
def test_an_old_size_outside_is_refused(old: int) -> None:
    with pytest.raises(ProofError, match="old size"):
        tiled(5).consistency(old)


def test_no_more_tiles_are_kept_than_are_allowed() -> None:
    tree = tiled(MOST)
    for index in range(0, MOST, TILE_WIDTH):
        tree.leaf(index)
        tree.inclusion(index)

    assert MAX_TILES == len(tree._tiles)
    assert inclusion_proof(LEAVES, 5) == tree.inclusion(5)
