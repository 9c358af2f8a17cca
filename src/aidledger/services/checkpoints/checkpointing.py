r"""Signs checkpoints of the ledger's own log, and never two that contradict one another.

The text is kept *before* it is signed, in the file `<ledger>.signed` beside the high-water mark and
not in the database: a backup that is restored brings back a database that has forgotten what was
signed, and a log that signs another root at the same size convicts itself. The file is the text of
the last checkpoint that was signed or was about to be; each was found to extend the one before it,
so that it stands for all of them. The notes themselves lie in the table `checkpoints`.

Nothing is taken from the database's word: the tree of the last text is made again from the stored
nodes and must have its root, every record since is hashed anew, and what comes out must be the head.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from aidledger.disk import read_plain, replace_file
from aidledger.ledger.checkpoint import (
    Checkpoint,
    TreeHead,
    checkpoint_text,
    parse_checkpoint,
)
from aidledger.ledger.cosignature import LOG_KINDS, check_signature, sign_text
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.note import (
    MAX_SIGNATURES,
    Note,
    add_signatures,
    open_note,
    parse_note,
)
from aidledger.ledger.proof import ProofError
from aidledger.ledger.signing import Signer
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tiles import TileFile
from aidledger.ledger.tree import EMPTY_ROOT, HASH_BYTES, TILE_WIDTH, Frontier, leaf_hash
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.proving import stored_tree
from aidledger.store.durable import locked
from aidledger.store.keyfiles import keys_path, list_keys
from aidledger.store.opening import mark_path
from aidledger.store.port import LedgerStore, Run
from aidledger.store.tilerows import tile_hashes

_BLOCK: Final = 4096
_VERIFY: Final = "run `aidledger verify` and sign nothing"


class Kept(NamedTuple):
    """A note of this log with every signature that is kept of it, and what it states."""

    note: Note
    checkpoint: Checkpoint


def signed_path(location: str | Path) -> Path:
    """Say where the last text that was signed, or about to be, lies: beside the mark."""
    return mark_path(location).with_suffix(".signed")


def sign_checkpoint(
    store: LedgerStore, signers: Sequence[Signer], *, at: int, memory: Path
) -> Note:
    """Sign a checkpoint of everything recorded, keep its note, and return it.

    Args:
        store: an opened ledger.
        signers: the log's own keys, all named by its origin.
        at: seconds since 1970, for keys whose signatures hold a time.
        memory: the file that `signed_path` names.

    Raises:
        ServiceError: the ledger no longer holds what was signed, or its records do not give its
            head, or a signer is none of this log's. Nothing was signed.
        SigningError: a signature does not verify.

    """
    for signer in signers:
        if signer.key.name != store.origin or signer.key.kind not in LOG_KINDS:
            raise ServiceError(
                f"{signer.key.label}: expected a key of the log {store.origin}", exit_code=12
            )
    keys = [signer.key for signer in signers]
    with locked(memory):
        last = _last_signed(store, memory, keys)
        head = TreeHead(*_stored_head(store))
        check_grown(store, last.head if last else TreeHead(0, EMPTY_ROOT), head)
        text = checkpoint_text(store.origin, head.size, head.root)
        if remembered(memory, store.origin) != parse_checkpoint(text):
            replace_file(memory, text)
        known = [kept.note for kept in kept_notes(store, keys) if kept.note.text == text]
        note = known[0] if known else Note(text, ())
        made = {(line.name, line.key_id) for line in note.signatures}
        fresh = [s for s in signers if (s.key.name, s.key.key_id) not in made]
        note = add_signatures(note, [sign_text(text, signer, at) for signer in fresh])
        keep(store, note)
    return note


def keep(store: LedgerStore, note: Note) -> None:
    """Keep a note of this log whose signatures were verified."""
    checkpoint = parse_checkpoint(note.text)
    store.add_checkpoint(size=checkpoint.size, root=checkpoint.root, note=note.encode())


def kept_notes(store: LedgerStore, keys: Iterable[VerifierKey]) -> list[Kept]:
    """Return every checkpoint that these keys of the log signed, the largest first.

    The signature lines of all kept notes of one text are put together; a row that none of the keys
    signed, or with a line of theirs that does not verify, counts for nothing.
    """
    known = list(keys)
    found: dict[bytes, Kept] = {}
    for _, _, content in store.read_checkpoints():
        try:
            note = parse_note(content)
            open_note(note, known, check_signature)
            checkpoint = parse_checkpoint(note.text)
        except FormatError:
            continue
        if checkpoint.origin != store.origin:
            continue
        before = found.get(note.text)
        together = add_signatures(before.note, note.signatures) if before else note
        if len(together.signatures) <= MAX_SIGNATURES:
            found[note.text] = Kept(together, checkpoint)
    return sorted(found.values(), key=lambda kept: kept.checkpoint.size, reverse=True)


def newest(store: LedgerStore, keys: Iterable[VerifierKey]) -> Kept | None:
    """Return the largest checkpoint that these keys of the log signed."""
    return next(iter(kept_notes(store, keys)), None)


def log_keys(location: str, origin: str) -> list[VerifierKey]:
    """Return the log's own public keys out of the ledger's folder of keys.

    Raises:
        ServiceError: there is none.
        KeyFileError: the folder or a file of it is open to others or damaged.

    """
    keys = [
        key
        for key in list_keys(keys_path(location))
        if key.kind in LOG_KINDS and key.name == origin
    ]
    if not keys:
        raise ServiceError(
            f"{origin}: expected a key of the log in {keys_path(location)}, found none",
            hint="aidledger checkpoint sign --new-key makes one",
            exit_code=12,
        )
    return keys


def root_at(store: LedgerStore, size: int) -> bytes:
    """Work out the root (32 bytes) that the log had at a size. Raises ServiceError."""
    try:
        return stored_tree(store, size).root()
    except ProofError as error:
        raise _damaged(f"size {size}: {error}") from None


def check_grown(store: LedgerStore, old: TreeHead, new: TreeHead) -> None:
    """Check, from the records themselves, that `new` is `old` with entries added.

    Raises:
        ServiceError: it is smaller, or the stored nodes do not give the old root, or the records
            since do not give the new one.

    """
    if new.size < old.size:
        raise ServiceError(
            f"expected the {old.size} entries that were signed, found {new.size}",
            hint="bring back the entries that are missing; a log never signs a second past",
            exit_code=1,
        )
    try:
        with store.reading() as run:
            frontier = _frontier_at(run, old.size)
    except ValueError:
        raise _damaged(f"size {old.size}: a stored node is not of its form") from None
    if frontier.root() != old.root:
        raise _damaged(f"size {old.size} has another root than was signed")
    for start in range(old.size, new.size, _BLOCK):
        stop = min(start + _BLOCK, new.size)
        rows = list(store.read(start, stop))
        for position, row in enumerate(rows, start):
            if row[0] != position or type(row[5]) is not bytes or leaf_hash(row[5]) != row[6]:
                raise _damaged(f"position {position}: the record is not that of its hash")
        frontier.extend([row[6] for row in rows])
    if frontier.size != new.size or frontier.root() != new.root:
        raise _damaged("the records do not give the root of the head")


def _frontier_at(run: Run, size: int) -> Frontier:
    """Make the tree's edge at a size from the stored nodes, which proves nothing yet."""
    frontier = Frontier()
    tiles, left = divmod(size, TILE_WIDTH)
    for start in range(0, tiles, TILE_WIDTH):
        width = min(TILE_WIDTH, tiles - start)
        for node in _hashes(run, TileFile(1, start // TILE_WIDTH, width)):
            frontier.push_tile(node)
    if left:
        frontier.extend(_hashes(run, TileFile(0, tiles, left)))
    return frontier


def _hashes(run: Run, tile: TileFile) -> list[bytes]:
    found = tile_hashes(run, tile)
    if len(found) != tile.width or any(
        type(value) is not bytes or len(value) != HASH_BYTES for value in found
    ):
        raise ValueError(tile.path)
    return found


def _last_signed(
    store: LedgerStore, memory: Path, keys: Iterable[VerifierKey]
) -> Checkpoint | None:
    """Return the larger of what the file and the table say was signed last; they must agree."""
    told = remembered(memory, store.origin)
    kept = newest(store, keys)
    if told is None or kept is None:
        return told or (kept.checkpoint if kept else None)
    old, new = sorted((told, kept.checkpoint), key=lambda one: one.size)
    if old.size == new.size and old.root != new.root:
        raise _damaged(f"size {old.size} has another root in {memory} than in a kept checkpoint")
    return new


def remembered(memory: Path, origin: str) -> Checkpoint | None:
    """Return what the file of `signed_path` says was signed last; None where there is none.

    Raises:
        ServiceError: it is not the text of a checkpoint of this log.

    """
    try:
        text = read_plain(memory)
    except FileNotFoundError:
        return None
    except PermissionError:
        raise
    except OSError as error:
        raise ServiceError(
            f"{memory}: {error.strerror}",
            hint="put the text of the newest checkpoint that anybody holds there",
        ) from None
    try:
        checkpoint = parse_checkpoint(text)
    except FormatError as error:
        raise ServiceError(
            f"{memory}: not the text of a checkpoint: {error}",
            hint="put the text of the newest checkpoint that anybody holds there",
        ) from None
    if checkpoint.origin != origin:
        raise ServiceError(f"{memory}: expected the log {origin}, found another")
    return checkpoint


def _stored_head(store: LedgerStore) -> tuple[int, bytes]:
    head = store.head()
    return head.size, head.root


def _damaged(why: str) -> ServiceError:
    return ServiceError(f"nothing is signed: {why}", hint=_VERIFY, exit_code=1)
