"""Tiles and bundles: names of files, which there are, and what is in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.signers import refusal, shared

from aidledger.ledger.strict import FormatError
from aidledger.ledger.tiles import (
    TileFile,
    bundles_of,
    decode_bundle,
    decode_tile,
    encode_bundle,
    parse_tile_path,
    tiles_of,
)
from aidledger.ledger.tree import leaf_hash, root_of_leaves

EXAMPLE = {
    "tree_size": 70_000,
    "full_level0": 273,
    "partial_level0": 112,
    "full_level1": 1,
    "partial_level1": 17,
    "partial_level2": 1,
    "index_1234067": "x001/x234/067",
}


def test_the_worked_example_is_that_of_the_specification() -> None:
    assert EXAMPLE == shared("c2sp-examples/examples.json")["tile_example"]


def test_the_tiles_of_a_tree_of_seventy_thousand() -> None:
    tiles = list(tiles_of(70_000))

    assert [
        *(TileFile(0, number) for number in range(273)),
        TileFile(0, 273, 112),
        TileFile(1, 0),
        TileFile(1, 1, 17),
        TileFile(2, 0, 1),
    ] == tiles
    assert "tile/0/x001/x234/067" == TileFile(0, 1_234_067).path
    assert ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"] == [
        tile.path for tile in tiles[-4:]
    ]
    assert "tile/entries/273.p/112" == list(bundles_of(70_000))[-1].path
    assert 274 == len(list(bundles_of(70_000)))


def test_small_and_round_trees() -> None:
    assert [] == list(tiles_of(0)) == list(bundles_of(0))
    assert [TileFile(0, 0, 1)] == list(tiles_of(1))
    assert [TileFile(0, 0, 255)] == list(tiles_of(255))
    assert [TileFile(0, 0), TileFile(1, 0, 1)] == list(tiles_of(256))
    assert [TileFile(1, 0), TileFile(2, 0, 1)] == list(tiles_of(65_536))[256:]


@given(st.integers(1, 3_000_000))
def test_the_widths_are_those_of_the_formula(size: int) -> None:
    partial = {tile.level: tile.width for tile in tiles_of(size) if tile.width < 256}

    assert partial == {
        level: size // 256**level % 256 for level in range(4) if size // 256**level % 256
    }


files = st.builds(
    TileFile,
    st.one_of(st.none(), st.integers(0, 3)),
    st.integers(0, 2**30),
    st.integers(1, 256),
)


@given(files)
def test_a_path_reads_back(file: TileFile) -> None:
    assert file == parse_tile_path(file.path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/000/000",
        "tile/0/x000/000",
        "tile/0/x000/x001/000",
        "tile/0/x001",
        "tile/0/001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/000\n",
        "tile/data/000",
        "tile/entries/../../secrets",
        "tile/8/000",
        "tile/7/128",
        "tile/0/" + "x999/" * 7 + "999",
        "tile/0/" + "x999/" * 1000 + "999",
        None,
        b"tile/0/000",
    ],
)
def test_another_path_is_no_tile(path: Any) -> None:
    with pytest.raises(FormatError, match="tile path"):
        parse_tile_path(path)


@given(st.text(max_size=30))
def test_hostile_paths_raise_one_type_of_error(path: str) -> None:
    for value in (path, f"tile/{path}", f"tile/0/{path}", f"tile/entries/000{path}"):
        if refusal(parse_tile_path, value) is None:
            assert value == parse_tile_path(value).path


# ---- what is in them


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=9))
def test_a_bundle_reads_back_and_gives_the_leaves_of_its_tile(records: list[bytes]) -> None:
    data = encode_bundle(records)

    assert records == decode_bundle(data, len(records))
    leaves = [leaf_hash(record) for record in records]
    assert leaves == decode_tile(b"".join(leaves), len(leaves))
    assert root_of_leaves(leaves)


def test_a_bundle_writes_each_length_in_two_bytes() -> None:
    assert b"\x00\x03abc\x00\x00\x00\x01d" == encode_bundle([b"abc", b"", b"d"])
    assert [bytes(65_535)] == decode_bundle(encode_bundle([bytes(65_535)]), 1)


@pytest.mark.parametrize("records", [[], [b""] * 257, [bytes(65_536)], ["text"], [None]])
def test_nothing_else_is_written_as_a_bundle(records: Any) -> None:
    with pytest.raises(FormatError):
        encode_bundle(records)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"\x00\x03ab", b"\x00\x02ab\x00", b"\x00\x02ab\x00\x01c", b"\x00\x02ab\xff\xff"],
)
def test_a_bundle_of_another_width_or_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match="bundle"):
        decode_bundle(data, 1)


@pytest.mark.parametrize("width", [0, -1, 1, 3, 257])
def test_a_tile_of_another_width_is_refused(width: int) -> None:
    with pytest.raises(FormatError, match="tile"):
        decode_tile(bytes(64), width)
    with pytest.raises(FormatError, match="tile"):
        decode_tile(b"", 0)
    assert [bytes(32)] * 2 == decode_tile(bytes(64), 2)


@given(st.binary(max_size=200), st.integers(-1, 300))
def test_hostile_bytes_raise_one_type_of_error(data: bytes, width: int) -> None:
    refusal(decode_tile, data, width)
    if refusal(decode_bundle, data, width) is None and data:
        assert data == encode_bundle(decode_bundle(data, width))
