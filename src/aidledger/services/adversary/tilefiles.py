"""Attacks on the log as static files: a tile or an entry bundle that somebody else's server hands out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Final

from aidledger.ledger.strict import FormatError
from aidledger.ledger.tiles import TileFile, bundles_of, decode_bundle, encode_bundle, tiles_of
from aidledger.ledger.tree import TILE_WIDTH, Frontier
from aidledger.services.adversary.books import LEAF, POSITION, RECORD
from aidledger.services.adversary.evidence import refused
from aidledger.services.adversary.operator import Both, Operator
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene
from aidledger.services.checkpoints.tiles import check_files

TILES: Final = "tiles_refused"
Files = dict[str, bytes]
_Spoil = Callable[[bytes, int], bytes]
"""Makes other bytes of a file's, told its width."""


def _files(scene: Scene) -> Files:
    """Write the files of the log at a trial's newest checkpoint."""
    size = scene.trial.checkpoints[-1].checkpoint.size
    entries = scene.base.entries[:size]
    hashes: dict[int, list[bytes]] = defaultdict(list)
    hashes[0] = [row[LEAF] for row in entries]
    for node in Frontier().extend(hashes[0]):
        hashes[node.level].append(node.hash)
    found = {}
    for bundle in bundles_of(size):
        first = bundle.number * TILE_WIDTH
        records = [row[RECORD] for row in entries[first : first + bundle.width]]
        found[bundle.path] = encode_bundle(records)
    for tile in tiles_of(size):
        first = tile.number * TILE_WIDTH
        found[tile.path] = b"".join(hashes[tile.level or 0][first : first + tile.width])
    return found


def _why_not(scene: Scene, files: Files) -> tuple[str, str] | None:
    """Return which file is refused and why; None where all are right."""

    def read(file: TileFile) -> bytes:
        return files.get(file.path, b"")  # as a server that has it not

    try:
        check_files(read, scene.trial.checkpoints[-1].checkpoint)
    except FormatError as error:
        return error.what, str(error)
    return None


def _at(scene: Scene, level: int | None) -> TileFile:
    """Return the file of a level that holds an entry worth attacking."""
    size = scene.trial.checkpoints[-1].checkpoint.size
    of_level = [file for file in (*bundles_of(size), *tiles_of(size)) if file.level == level]
    if not of_level:
        raise NotTriedError("absent", "账本太短，没有这一层", "the log is too short for this level")
    wanted = scene.victim()[POSITION] // TILE_WIDTH ** ((level or 0) + 1)
    return next((file for file in of_level if file.number == wanted), of_level[-1])


def _first_bit(data: bytes, _width: int) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def _hashes_swapped(data: bytes, _width: int) -> bytes:
    return data[32:64] + data[:32] + data[64:]


def _middle_bit(data: bytes, _width: int) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _entries_swapped(data: bytes, width: int) -> bytes:
    first, second, *rest = decode_bundle(data, width)
    return encode_bundle([second, first, *rest])


def _last_left_out(data: bytes, width: int) -> bytes:
    return encode_bundle(decode_bundle(data, width)[:-1])


def _try(scene: Scene, _attacker: Attacker, *, level: int | None, spoil: _Spoil | None) -> Attack:
    """Spoil the file of a level (none: a bundle) or take it away, and check all files.

    The position is that of the first entry of the file.
    """
    files = _files(scene)
    if _why_not(scene, files) is not None:
        raise NotTriedError("unanchored", "诚实的文件未被接受", "the honest files are not accepted")
    file = _at(scene, level)
    data = files.pop(file.path)
    if spoil is not None:
        files[file.path] = spoil(data, file.width)
    start = file.number * TILE_WIDTH ** ((file.level or 0) + 1)
    why = _why_not(scene, files)
    # a bundle is told apart by the tile of its leaf hashes: either name says which entries
    names = {file.path, file.path.replace("tile/entries/", "tile/0/")}
    named = why[1] if why is not None and why[0] in names else None
    return refused(scene, TILES, start, named)


_TABLE: Final[tuple[tuple[str, str, str, int | None, _Spoil | None], ...]] = (
    ("tiles:bit", "改瓦片的一个比特", "flip a bit of a tile", 0, _first_bit),
    ("tiles:upper_bit", "改上层瓦片的一个比特", "flip a bit of an upper tile", 1, _first_bit),
    ("tiles:swapped", "调换瓦片中的两个散列", "swap two hashes of a tile", 0, _hashes_swapped),
    ("bundle:entry", "改条目包中的一条", "change an entry in a bundle", None, _middle_bit),
    ("bundle:swapped", "调换条目包中的两条", "swap two entries of a bundle", None, _entries_swapped),
    ("bundle:shorter", "条目包少一条", "leave an entry out of a bundle", None, _last_left_out),
    ("bundle:missing", "不给条目包", "hand out no bundle", None, None),
)  # fmt: skip

OPERATORS: Final = tuple(
    Operator(
        name=name,
        kind="evidence",
        attackers=("none",),
        title=Both(zh, en),
        does=Both(
            "把账本导出成静态文件，改其中一个",
            "the log is exported to files, and one of them changed",
        ),
        finds=(TILES,),
        rule="file",
        threat="A1",
        run=partial(_try, level=level, spoil=spoil),
    )
    for name, zh, en, level, spoil in _TABLE
)
