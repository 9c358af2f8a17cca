"""Reads the entries of one segment, holds them against the stored tree, and writes the segment.

It is apart from `archiving`, so that a process which only writes segments reads few modules first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from aidledger.archive.manifest import (
    MANIFEST,
    Manifest,
    ManifestError,
    parse_manifest,
    segment_name,
)
from aidledger.archive.places import Place, open_place
from aidledger.archive.writing import SealError, checked_leaves, write_segment
from aidledger.ledger.finding import Finding
from aidledger.ledger.tree import TILE_WIDTH, root_of_leaves
from aidledger.services.archives.segments import stored_tiles
from aidledger.store.opening import open_ledger
from aidledger.store.port import LedgerStore

_ROWS: Final = (
    "SELECT position, record, leaf_hash FROM entries WHERE position >= ? AND position < ? "
    "ORDER BY position"
)


class SegmentJob(NamedTuple):
    """A segment to write, for whatever process does it."""

    location: str
    archive: str
    number: int
    entries: int


def write_here(job: SegmentJob) -> Manifest:
    """Write a segment in a process of its own, which reads the ledger itself; as `write_sealed`."""
    return write_sealed(_opened(job.location), open_place(job.archive), job)


@lru_cache(maxsize=1)
def _opened(location: str) -> LedgerStore:
    """Open a ledger for reading, once in a process of workers."""
    return open_ledger(location, read_only=True)


def write_sealed(store: LedgerStore, place: Place, job: SegmentJob) -> Manifest:
    """Write one segment whose entries verify.

    Raises:
        SealError: they do not.
        OSError: the place refused.

    """
    first, name = job.number * job.entries, segment_name(job.number)
    with store.reading() as run:
        rows = run(_ROWS, (first, first + job.entries))
    leaves = checked_leaves(rows, first, job.entries)
    tiles = range(first // TILE_WIDTH, (first + job.entries) // TILE_WIDTH)
    stored, roots = stored_tiles(store, tiles), []
    for at, tile in enumerate(tiles):
        root = root_of_leaves(leaves[at * TILE_WIDTH : (at + 1) * TILE_WIDTH])
        roots.append(root)
        if stored.get(tile) != root:
            found = stored.get(tile)
            raise SealError(
                Finding(
                    code="node_missing" if found is None else "node_differs",
                    position=tile * TILE_WIDTH,
                    field=f"nodes 1/{tile}",
                    expected=root.hex(),
                    found=found.hex() if type(found) is bytes else "no such node",
                )
            )
    with place.writing(name) as folder:
        # whole tiles, as many as a power of two: the root over theirs is that over their leaves
        root = root_of_leaves(roots)
        _check_other(place, name, first, store.origin, root)
        manifest = write_segment(folder, rows, leaves, origin=store.origin, root=root)
        place.keep(folder, name)
    return manifest


def _check_other(place: Place, name: str, first: int, origin: str, root: bytes) -> None:
    """Refuse to write over what was sealed of this log when it had other entries there: it is all that tells.

    Raises:
        SealError: a segment is there that has another root.

    """
    try:
        found = parse_manifest(place.manifest(name))
    except (FileNotFoundError, ManifestError):
        return
    if (found.origin, found.first) == (origin, first) and found.root != root.hex():
        raise SealError(
            Finding(
                code="segment_root_differs",
                position=first,
                field=f"{name}/{MANIFEST}",
                expected=root.hex(),
                found=found.root,
            )
        )
