"""Not trusted: reads what the database holds; a false hash of an attacker gives no proof that holds.

The hashes of one tile of the tree, and the entries of one bundle, read by key: whatever the ledger
holds, a tile is at most 256 rows.
"""

from __future__ import annotations

from typing import Any, Final

from aidledger.ledger.tiles import TileFile
from aidledger.ledger.tree import TILE_WIDTH
from aidledger.store.port import Run

_LEAVES: Final = (
    "SELECT leaf_hash FROM entries WHERE position >= ? AND position < ? ORDER BY position"
)
_NODES: Final = "SELECT hash FROM nodes WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx"
_RECORDS: Final = (
    "SELECT record FROM entries WHERE position >= ? AND position < ? ORDER BY position"
)


def tile_hashes(run: Run, tile: TileFile) -> list[Any]:
    """Return the hashes of a tile as the database has them: hostile, and as many as are there."""
    first = tile.number * TILE_WIDTH
    last = first + tile.width
    if not tile.level:
        return [row[0] for row in run(_LEAVES, (first, last))]
    return [row[0] for row in run(_NODES, (tile.level, first, last))]


def bundle_records(run: Run, bundle: TileFile) -> list[Any]:
    """Return the records of a bundle as the database has them."""
    first = bundle.number * TILE_WIDTH
    return [row[0] for row in run(_RECORDS, (first, first + bundle.width))]
