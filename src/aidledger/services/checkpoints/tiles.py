"""Exports the log as a folder of files (C2SP tlog-tiles) that any file server can hand out.

Files are put in their place whole, never changed, and the checkpoint comes last, after what lies in
the folder was read back and gives its root. Killed anywhere and run again, the folder has the same
bytes as if nothing had happened.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from aidledger.disk import read_plain
from aidledger.ledger.checkpoint import Checkpoint, parse_checkpoint
from aidledger.ledger.note import MAX_NOTE_BYTES, Note, parse_note
from aidledger.ledger.proof import ProofError, verify_consistency
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tiledtree import TiledTree
from aidledger.ledger.tiles import (
    CHECKPOINT_PATH,
    TileFile,
    bundles_of,
    decode_bundle,
    decode_tile,
    encode_bundle,
    tiles_of,
)
from aidledger.ledger.tree import HASH_BYTES, TILE_WIDTH, Frontier, leaf_hash
from aidledger.services.files import write_files
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.proving import Kept, newest_checkpoint
from aidledger.store.port import LedgerStore
from aidledger.store.tilerows import bundle_records, tile_hashes

_LOCK: Final = ".lock"
_PARTS: Final = ".*.part"
_MAX_BUNDLE_BYTES: Final = TILE_WIDTH * (2 + 65_535)


class Exported(NamedTuple):
    """What an export left behind: the size of the log, and how many files were new."""

    size: int
    root: bytes
    written: int


def export_tiles(store: LedgerStore, folder: Path) -> Exported:
    """Bring a folder up to the newest kept checkpoint.

    Raises:
        ServiceError: no checkpoint, another log's folder, another export at work, or entries or
            files that do not give the checkpoint's root.
        OSError: a file cannot be written.
    """
    kept = newest_checkpoint(store)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        for left in folder.rglob(_PARTS):
            left.unlink()
        old = _exported_before(folder)
        if old is not None:
            _must_extend(folder, old, kept, store)
        written = 0
        for file in chain(tiles_of(kept.checkpoint.size), bundles_of(kept.checkpoint.size)):
            if not (folder / file.path).is_file():
                written += write_files(folder, {file.path: file_bytes(store, file)})
        check_folder(folder, kept.checkpoint)
        written += write_files(folder, {CHECKPOINT_PATH: kept.note.encode()})
        _drop_partial(folder, kept.checkpoint.size)
    return Exported(kept.checkpoint.size, kept.checkpoint.root, written)


def file_bytes(store: LedgerStore, file: TileFile) -> bytes:
    """Return the bytes of a tile or bundle as the database has them.

    Raises:
        ServiceError: the database has not all of it, or hashes or records out of form.
    """
    try:
        with store.reading() as run:
            if file.level is None:
                found = bundle_records(run, file)
                if len(found) == file.width:
                    return encode_bundle(found)
            else:
                found = tile_hashes(run, file)
                whole = all(type(one) is bytes and len(one) == HASH_BYTES for one in found)
                if whole and len(found) == file.width:
                    return b"".join(found)
    except FormatError as error:
        raise _damaged(file.path, str(error)) from None
    raise _damaged(file.path, f"expected {file.width} in the ledger")


def check_folder(folder: Path, checkpoint: Checkpoint) -> None:
    """Read a folder back: the entries give every hash, and the hashes the checkpoint's root.

    Raises:
        ServiceError: they do not; the file is named.
    """

    def read(file: TileFile) -> bytes:
        try:
            return read_plain(folder / file.path, _MAX_BUNDLE_BYTES + 1)
        except FileNotFoundError:
            raise FormatError(file.path, "a file", "none") from None

    try:
        check_files(read, checkpoint)
    except FormatError as error:
        raise ServiceError(
            f"{folder}: {error}", hint="remove that file and export again", exit_code=1
        ) from None


def check_files(read: Callable[[TileFile], bytes], checkpoint: Checkpoint) -> None:
    """Recompute a log from its bundles and compare every tile and the root.

    Raises:
        FormatError: naming the file that differs.
    """
    frontier = Frontier()
    nodes: dict[int, list[bytes]] = defaultdict(list)
    for bundle in bundles_of(checkpoint.size):
        try:
            records = decode_bundle(read(bundle), bundle.width)
        except FormatError as error:
            raise FormatError(bundle.path, error.expected, error.found) from None
        leaves = [leaf_hash(record) for record in records]
        _same(read, TileFile(0, bundle.number, bundle.width), leaves)
        for node in frontier.extend(leaves):
            nodes[node.level].append(node.hash)
    for tile in tiles_of(checkpoint.size):
        if tile.level:
            first = tile.number * TILE_WIDTH
            _same(read, tile, nodes[tile.level][first : first + tile.width])
    if frontier.root() != checkpoint.root:
        raise FormatError("root", checkpoint.root.hex(), frontier.root().hex())


def read_checkpoint(folder: Path) -> Note:
    """Return the checkpoint of an exported folder. Raises OSError, FormatError."""
    return parse_note(read_plain(folder / CHECKPOINT_PATH, MAX_NOTE_BYTES + 1))


def _same(read: Callable[[TileFile], bytes], tile: TileFile, hashes: list[bytes]) -> None:
    try:
        found = decode_tile(read(tile), tile.width)
    except FormatError as error:
        raise FormatError(tile.path, error.expected, error.found) from None
    if found != hashes:
        raise FormatError(tile.path, "the hashes of the entries", "others")


def _exported_before(folder: Path) -> Checkpoint | None:
    try:
        return parse_checkpoint(read_checkpoint(folder).text)
    except FileNotFoundError:
        return None
    except FormatError as error:
        raise ServiceError(
            f"{folder / CHECKPOINT_PATH}: {error}", hint="export to another folder", exit_code=2
        ) from None


def _must_extend(folder: Path, old: Checkpoint, kept: Kept, store: LedgerStore) -> None:
    """Refuse to put a log over another, or over a longer or different history of its own."""
    new = kept.checkpoint
    why = ""
    if old.origin != new.origin:
        why = f"it holds the log {old.origin}"
    elif old.size > new.size:
        why = f"it is at size {old.size}, the newest kept checkpoint at {new.size}"
    elif old.size:

        def read(tile: TileFile) -> list[bytes]:
            return decode_tile(file_bytes(store, tile), tile.width)

        try:
            proof = TiledTree(new.size, read).consistency(old.size)
            verify_consistency(old.size, new.size, proof, old.root, new.root)
        except (ProofError, FormatError) as error:
            why = f"it is another history: {error}"
    if why:
        raise ServiceError(f"{folder}: {why}", hint="export to another folder", exit_code=1)


def _drop_partial(folder: Path, size: int) -> None:
    """Remove partial files whose full file is there: nobody needs to ask for them any more."""
    for file in chain(tiles_of(size), bundles_of(size)):
        if file.width == TILE_WIDTH:
            partial = folder / f"{file.path}.p"
            if partial.is_dir():
                shutil.rmtree(partial)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one export at a time work in a folder."""
    number = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError(
                f"{folder}: another export is at work", hint="try again later", exit_code=11
            ) from None
        yield
    finally:
        os.close(number)


def _damaged(path: str, why: str) -> ServiceError:
    return ServiceError(f"{path}: {why}", hint="aidledger verify says what is wrong", exit_code=1)
