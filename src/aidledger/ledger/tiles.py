"""Tiles and entry bundles (C2SP tlog-tiles): the log as a finite set of files that never change.

    tile/<L>/<N>[.p/<W>]         256 hashes of 32 bytes, a partial one W of them; level 0 has leaves
    tile/entries/<N>[.p/<W>]     the same entries, each as u16 big-endian length || record
    checkpoint                   the only file that changes

N is written in groups of three digits, all but the last behind an x: 1234067 is x001/x234/067.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from aidledger.ledger.entry import MAX_RECORD_BYTES
from aidledger.ledger.strict import SIZE_LIMIT, FormatError, only_bytes
from aidledger.ledger.tree import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH

LENGTH_BYTES: Final = 2
CHECKPOINT_PATH: Final = "checkpoint"

_MAX_BUNDLE: Final = TILE_WIDTH * (LENGTH_BYTES + MAX_RECORD_BYTES)
_MAX_PATH: Final = 64
_path_form = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
).fullmatch


class TileFile(NamedTuple):
    """One file: a tile of `level` 0 to 63, or (`level` None) a bundle of entries.

    `number` counts from 0 in the level, `width` how many hashes or entries it holds: 256, or
    1 to 255 for a partial one at the edge of the tree.
    """

    level: int | None
    number: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Path below the folder or address of the log."""
        level = "entries" if self.level is None else str(self.level)
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.append(f"x{rest % 1000:03}")
            rest //= 1000
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def parse_tile_path(path: str) -> TileFile:
    """Read the path of a tile or bundle.

    Raises:
        FormatError: there can be no such file.
    """
    match = _path_form(path) if type(path) is str and len(path) <= _MAX_PATH else None
    if match:
        level, number, width = match.groups()
        read = TileFile(
            level=None if level == "entries" else int(level),
            number=int(number.replace("x", "").replace("/", "")),
            width=int(width or TILE_WIDTH),
        )
        end = (read.number * TILE_WIDTH + read.width) << TILE_HEIGHT * (read.level or 0)
        if end <= SIZE_LIMIT and read.path == path:
            return read
    raise FormatError("tile path", "tile/<level or entries>/<number>[.p/<width>]", path)


def tiles_of(size: int) -> Iterator[TileFile]:
    """Give every tile of hashes of a tree of `size`, level by level, the partial one last."""
    level = 0
    while size:
        yield from _files(level, size)
        size >>= TILE_HEIGHT
        level += 1


def bundles_of(size: int) -> Iterator[TileFile]:
    """Give every bundle of entries of a log of `size`, the partial one last."""
    return _files(None, size)


def decode_tile(data: bytes, width: int) -> list[bytes]:
    """Take a tile of `width` hashes apart.

    Raises:
        FormatError: it has another length.
    """
    only_bytes(data, "tile", TILE_WIDTH * HASH_BYTES)
    if not 1 <= width <= TILE_WIDTH or len(data) != width * HASH_BYTES:
        raise FormatError("tile", f"{width} hashes of {HASH_BYTES} bytes", f"{len(data)} bytes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def encode_bundle(records: Sequence[bytes]) -> bytes:
    """Write 1 to 256 records as a bundle.

    Raises:
        FormatError: there are more or none, or one is longer than 65,535 bytes.
    """
    if not 1 <= len(records) <= TILE_WIDTH:
        raise FormatError("bundle", f"1 to {TILE_WIDTH} entries", len(records))
    return b"".join(
        len(only_bytes(record, "entry", MAX_RECORD_BYTES)).to_bytes(LENGTH_BYTES, "big") + record
        for record in records
    )


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Take a bundle of exactly `width` records apart.

    Raises:
        FormatError: it holds more or fewer, or ends inside a record.
    """
    only_bytes(data, "bundle", _MAX_BUNDLE)
    records: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data):
            raise FormatError("bundle", "whole entries", f"an end inside entry {len(records)}")
        records.append(data[start:at])
    if len(records) != width:
        raise FormatError("bundle", f"{width} entries", f"{len(records)}")
    return records


def _files(level: int | None, nodes: int) -> Iterator[TileFile]:
    full, rest = divmod(nodes, TILE_WIDTH)
    for index in range(full):
        yield TileFile(level, index)
    if rest:
        yield TileFile(level, full, rest)
