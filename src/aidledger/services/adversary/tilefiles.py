"""Attacks on the log as static files: a tile or an entry bundle that somebody else's server hands out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Final

from aidledger.ledger.strict import FormatError
from aidledger.ledger.tiles import TileFile, bundles_of, decode_bundle, encode_bundle, tiles_of
from aidledger.ledger.tree import TILE_WIDTH, Frontier
from aidledger.services.adversary.books import LEAF, POSITION, RECORD
from aidledger.services.adversary.evidence import refused
from aidledger.services.adversary.operator import Both, Operator
from aidledger.services.adversary.scene import Attack, Attacker, NotTriedError, Scene
from aidledger.services.tiles_export import check_files

TILES: Final = "tiles_refused"
Files = dict[str, bytes]


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


def _changed(scene: Scene, change: Callable[[Files], TileFile]) -> Attack:
    """Change files and check all of them; the position is that of the first entry of the changed one."""
    files = _files(scene)
    if _why_not(scene, files) is not None:
        raise NotTriedError("unanchored", "诚实的文件未被接受", "the honest files are not accepted")
    changed = change(files)
    start = changed.number * TILE_WIDTH ** ((changed.level or 0) + 1)
    why = _why_not(scene, files)
    # a bundle is told apart by the tile of its leaf hashes: either name says which entries
    names = {changed.path, changed.path.replace("tile/entries/", "tile/0/")}
    named = why[1] if why is not None and why[0] in names else None
    return refused(scene, TILES, start, named)


def _at(scene: Scene, level: int | None) -> TileFile:
    """Return the file of a level that holds an entry worth attacking."""
    size = scene.trial.checkpoints[-1].checkpoint.size
    of_level = [file for file in (*bundles_of(size), *tiles_of(size)) if file.level == level]
    if not of_level:
        raise NotTriedError("absent", "账本太短，没有这一层", "the log is too short for this level")
    wanted = scene.victim()[POSITION] // TILE_WIDTH ** ((level or 0) + 1)
    return next((file for file in of_level if file.number == wanted), of_level[-1])


def _tile_bit(scene: Scene, _attacker: Attacker) -> Attack:
    def change(files: Files) -> TileFile:
        file = _at(scene, 0)
        data = files[file.path]
        files[file.path] = bytes([data[0] ^ 1]) + data[1:]
        return file

    return _changed(scene, change)


def _upper_bit(scene: Scene, _attacker: Attacker) -> Attack:
    def change(files: Files) -> TileFile:
        file = _at(scene, 1)
        data = files[file.path]
        files[file.path] = bytes([data[0] ^ 1]) + data[1:]
        return file

    return _changed(scene, change)


def _hashes_swapped(scene: Scene, _attacker: Attacker) -> Attack:
    """Exchange two hashes of a tile."""

    def change(files: Files) -> TileFile:
        file = _at(scene, 0)
        data = files[file.path]
        files[file.path] = data[32:64] + data[:32] + data[64:]
        return file

    return _changed(scene, change)


def _bundle_entry(scene: Scene, _attacker: Attacker) -> Attack:
    """Change a byte of an entry in its bundle."""

    def change(files: Files) -> TileFile:
        file = _at(scene, None)
        data = bytearray(files[file.path])
        data[len(data) // 2] ^= 1
        files[file.path] = bytes(data)
        return file

    return _changed(scene, change)


def _bundle_swapped(scene: Scene, _attacker: Attacker) -> Attack:
    """Exchange two entries of a bundle."""

    def change(files: Files) -> TileFile:
        file = _at(scene, None)
        first, second, *rest = decode_bundle(files[file.path], file.width)
        files[file.path] = encode_bundle([second, first, *rest])
        return file

    return _changed(scene, change)


def _bundle_shorter(scene: Scene, _attacker: Attacker) -> Attack:
    """Leave the last entry of a bundle out."""

    def change(files: Files) -> TileFile:
        file = _at(scene, None)
        records = decode_bundle(files[file.path], file.width)
        files[file.path] = encode_bundle(records[:-1])
        return file

    return _changed(scene, change)


def _missing(scene: Scene, _attacker: Attacker) -> Attack:
    """Hand out no bundle."""

    def change(files: Files) -> TileFile:
        file = _at(scene, None)
        del files[file.path]
        return file

    return _changed(scene, change)


_Run = Callable[[Scene, Attacker], Attack]
_TABLE: Final[tuple[tuple[str, str, str, _Run], ...]] = (
    ("tiles:bit", "改瓦片的一个比特", "flip a bit of a tile", _tile_bit),
    ("tiles:upper_bit", "改上层瓦片的一个比特", "flip a bit of an upper tile", _upper_bit),
    ("tiles:swapped", "调换瓦片中的两个散列", "swap two hashes of a tile", _hashes_swapped),
    ("bundle:entry", "改条目包中的一条", "change an entry in a bundle", _bundle_entry),
    ("bundle:swapped", "调换条目包中的两条", "swap two entries of a bundle", _bundle_swapped),
    ("bundle:shorter", "条目包少一条", "leave an entry out of a bundle", _bundle_shorter),
    ("bundle:missing", "不给条目包", "hand out no bundle", _missing),
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
        run=run,
    )
    for name, zh, en, run in _TABLE
)
