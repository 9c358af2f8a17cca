"""Writes one segment into a folder: records, columns, manifest, each of them on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from aidledger import __version__
from aidledger.archive.columns import ONE_THREAD, lines_of, write_records
from aidledger.archive.manifest import (
    FORMAT,
    MANIFEST,
    MAX_RECORD_BYTES,
    Manifest,
    SegmentFile,
    Writer,
    columns_hash,
    columns_of_files,
)
from aidledger.disk import sync
from aidledger.ledger.canonical import show
from aidledger.ledger.finding import Finding
from aidledger.ledger.tree import LEAF_PREFIX
from aidledger.replay.engine import building
from aidledger.replay.rows import HostileRow
from aidledger.replay.sealed import RECORDS, file_of


class SealError(Exception):
    """Entries that do not verify and are not sealed; `finding` names the first of them."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding: Final = finding

    def __str__(self) -> str:
        return self.finding.message("en")


def checked_leaves(rows: Sequence[HostileRow], first: int, entries: int) -> list[bytes]:
    """Return the leaf hashes of rows (position, record, leaf hash), each hashed again.

    Raises:
        SealError: a row is missing, its hash is not that of its record, or they are too long together.

    """
    sha256 = hashlib.sha256
    try:
        leaves = [sha256(LEAF_PREFIX + row[1]).digest() for row in rows]
    except TypeError:
        leaves = []
    positions = list(range(first, first + entries))
    stored = [row[2] for row in rows]
    if leaves == stored and [row[0] for row in rows] == positions and len(rows) == entries:
        total = sum(len(row[1]) for row in rows)
        if total > MAX_RECORD_BYTES:
            most = f"at most {MAX_RECORD_BYTES} bytes in {entries} records"
            raise SealError(_finding("record_too_long", first, most, f"{total} bytes"))
        return leaves
    for expected, row in zip(positions, [*rows, *[None] * entries], strict=False):
        if row is None or row[0] != expected:
            found = "no such row" if row is None else f"position {show(row[0])}"
            raise SealError(_finding("position_missing", expected, f"position {expected}", found))
        if type(row[1]) is not bytes:
            raise SealError(_finding("record_not_bytes", expected, "bytes", show(row[1])))
        leaf = sha256(LEAF_PREFIX + row[1]).digest()
        if row[2] != leaf:
            raise SealError(_finding("leaf_hash_differs", expected, leaf.hex(), show(row[2])))
    raise SealError(_finding("position_repeated", first, f"{entries} rows", f"{len(rows)}"))


def write_segment(
    folder: Path,
    rows: Sequence[HostileRow],
    leaves: Sequence[bytes],
    *,
    origin: str,
    root: bytes,
) -> Manifest:
    """Write a segment of checked rows (position, record, leaf hash) into an empty folder.

    `root` is that over `leaves`.

    Raises:
        OSError: the disk refused.

    """
    first = rows[0][0]
    try:
        with building(None, ONE_THREAD) as connection:
            records = [row[1] for row in rows]
            write_records(connection, folder, first, records, leaves)
            lines = lines_of([(row[0], row[1]) for row in rows])
            counts, unread = lines.write(connection, folder)
            counts[RECORDS] = len(rows)
    except duckdb.Error as error:
        raise OSError(f"{folder.name}: {str(error).splitlines()[0][:160]}") from error
    columns = columns_of_files()
    files = {
        name: SegmentFile(
            columns=columns_hash(columns[name]),
            rows=counts[name],
            sha256=digest_of_file(Path(file_of(folder, name))),
            size=Path(file_of(folder, name)).stat().st_size,
        )
        for name in sorted(counts)
    }
    manifest = Manifest(
        entries=len(rows),
        files=files,
        first=first,
        format=FORMAT,
        origin=origin,
        root=root.hex(),
        unread=unread,
        writer=Writer(aidledger=__version__, duckdb=duckdb.__version__),
    )
    (folder / MANIFEST).write_bytes(manifest.encode())
    for path in folder.iterdir():
        sync(path)
    sync(folder)
    return manifest


def digest_of(data: bytes) -> str:
    """Return the SHA-256 (hex) of bytes."""
    return hashlib.sha256(data).hexdigest()


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 (hex) of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _finding(code: str, position: int, expected: str, found: str) -> Finding:
    return Finding(code=code, position=position, expected=expected, found=found)
