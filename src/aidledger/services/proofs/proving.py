"""Proves from the stored nodes that an entry is in the log, and that the log was only added to.

Each proof leads to the newest checkpoint that was kept: what nobody signed proves nothing to anybody
else. Every proof is checked here against the signed root before it is handed out.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from aidledger.ledger.checkpoint import Checkpoint, parse_checkpoint
from aidledger.ledger.note import Note, parse_note
from aidledger.ledger.proof import ProofError, verify_consistency, verify_inclusion
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tiledtree import TiledTree
from aidledger.ledger.tiles import TileFile
from aidledger.ledger.tlog_proof import TlogProof
from aidledger.ledger.tree import leaf_hash
from aidledger.services.problems import ServiceError
from aidledger.store.port import LedgerStore
from aidledger.store.tilerows import tile_hashes

_DAMAGED = "aidledger verify says what is wrong"


class Kept(NamedTuple):
    """A checkpoint of this log that was kept, with its signatures; none of them was verified."""

    note: Note
    checkpoint: Checkpoint


def newest_checkpoint(store: LedgerStore) -> Kept:
    """Return the kept checkpoint of the largest size, of these the one most have signed.

    Raises:
        ServiceError: none was kept, or none that can be read.
    """
    best: Kept | None = None
    for _, _, content in store.read_checkpoints():
        try:
            note = parse_note(content)
            kept = Kept(note, parse_checkpoint(note.text))
        except FormatError:
            continue
        if kept.checkpoint.origin == store.origin and (best is None or _rank(kept) > _rank(best)):
            best = kept
    if best is None:
        raise ServiceError(
            "expected a kept checkpoint, found none",
            hint="aidledger checkpoint sign makes one",
            exit_code=10,
        )
    return best


def stored_tree(store: LedgerStore, size: int) -> TiledTree:
    """Return the tree over the first `size` entries, read from the database tile by tile."""

    def read(tile: TileFile) -> list[Any]:
        with store.reading() as run:
            return tile_hashes(run, tile)

    return TiledTree(size, read)


class Prover:
    """Proves entries to be in the log of one checkpoint; what their proofs share is read once."""

    def __init__(self, store: LedgerStore, kept: Kept | None = None) -> None:
        """Take a checkpoint, by default the newest kept. Raises ServiceError where there is none."""
        self.kept: Final = kept or newest_checkpoint(store)
        self._tree = stored_tree(store, self.kept.checkpoint.size)

    def entry(self, position: int) -> TlogProof:
        """Prove the entry at a position.

        Raises:
            ServiceError: the checkpoint does not reach there, or the entries do not give its root.
        """
        note, checkpoint = self.kept
        if not 0 <= position < checkpoint.size:
            raise ServiceError(
                f"position {position}: expected below {checkpoint.size}, the checkpoint's size",
                hint="aidledger checkpoint sign makes a newer one",
                exit_code=2,
            )
        try:
            hashes, leaf = self._tree.inclusion(position), self._tree.leaf(position)
            verify_inclusion(leaf, position, checkpoint.size, hashes, checkpoint.root)
        except ProofError as error:
            raise _damaged(f"position {position}", error) from None
        return TlogProof(index=position, hashes=tuple(hashes), checkpoint=note)


def prove_extension(store: LedgerStore, old: Checkpoint, new: Checkpoint) -> list[bytes]:
    """Prove that the log of a checkpoint only added to that of an older one.

    Raises:
        ServiceError: the entries do not give both roots, or there is no such proof.
    """
    try:
        proof = stored_tree(store, new.size).consistency(old.size)
        verify_consistency(old.size, new.size, proof, old.root, new.root)
    except ProofError as error:
        raise _damaged(f"size {old.size} to {new.size}", error) from None
    return proof


def record_at(store: LedgerStore, position: int) -> bytes:
    """Return the record at a position: the exact bytes that are proven.

    Raises:
        ServiceError: there is none, or its bytes do not have the hash that stands beside them.
    """
    row = next(iter(store.read(position, position + 1)), None) if position >= 0 else None
    if row is None:
        raise ServiceError(f"position {position}: expected an entry, found none", exit_code=2)
    record, leaf = row[5], row[6]
    if type(record) is not bytes or leaf_hash(record) != leaf:
        raise _damaged(f"position {position}", "the record is not that of its hash")
    return record


def _rank(kept: Kept) -> tuple[int, int]:
    return kept.checkpoint.size, len(kept.note.signatures)


def _damaged(where: str, why: object) -> ServiceError:
    return ServiceError(f"{where}: the entries do not prove it: {why}", hint=_DAMAGED, exit_code=1)
