"""Rewrites a payment in a copy of a ledger so that everything inside agrees: what its operator can do.

For the demonstration only. The operator holds the database and the log's key; on a server that holds
its officers' keys as well, he can also sign in their names. That is why nothing inside the database
can show it: only keys that officers hold themselves, and a checkpoint that somebody else keeps.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from aidledger.ledger.batch import parse_batch_signature, sign_batch
from aidledger.ledger.signing import Signer
from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.services.checkpointing import sign_checkpoint, signed_path
from aidledger.services.problems import ServiceError
from aidledger.services.tampering import amount_of, raised
from aidledger.store.keyfiles import key_path, load_signer
from aidledger.store.opening import open_ledger
from aidledger.store.port import HostileRow, LedgerStore, Run

_TRIGGERS: Final = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
_ENTRY: Final = "UPDATE entries SET record = ?, leaf_hash = ? WHERE position = ?"
_NODE: Final = "UPDATE nodes SET hash = ? WHERE level = ? AND idx = ?"
_BATCH: Final = "UPDATE batches SET root = ? WHERE position = ?"
_SIGNATURE: Final = "UPDATE batches SET signature = ? WHERE position = ?"
_HEAD: Final = "UPDATE head SET root = ?, frontier = ?"


class Forged(msgspec.Struct, frozen=True, kw_only=True):
    """What was rewritten: a payment (in fen), and how many entries after it had to follow.

    `batches` are the positions of those whose officers signed other entries.
    """

    position: int
    stream: str
    before_fen: int
    after_fen: int
    following: int
    batches: frozenset[int]


def forge_copy(source: Path, copy: Path, log_keys: Sequence[Signer], *, at: int) -> Forged:
    """Raise the last payment in a copy, make every hash and root again, and sign them.

    Args:
        source: the file of a ledger that nobody is writing to.
        copy: where the forged ledger goes.
        log_keys: the log's own keys, which sign the checkpoint that is kept in it.
        at: seconds since 1970, for keys whose signatures hold a time.

    Raises:
        ServiceError: there is no payment to raise.

    """
    shutil.copyfile(source, copy)
    with closing(open_ledger(copy)) as store:
        rows = list(store.read())
        changed = _rewritten(rows)
        leaves = [changed[row[0]][1] if row[0] in changed else row[6] for row in rows]
        with _unlocked(store) as run:
            for position, (record, leaf) in changed.items():
                run(_ENTRY, (record, leaf, position))
            batches = _grown_again(store, run, leaves, changed)
            run("DELETE FROM checkpoints", ())
        sign_checkpoint(store, log_keys, at=at, memory=signed_path(copy))
    position = min(changed)
    return Forged(
        position=position,
        stream=rows[position][1],
        before_fen=amount_of(rows[position][5]),
        after_fen=amount_of(changed[position][0]),
        following=len(changed) - 1,
        batches=frozenset(batches),
    )


def sign_as_officers(source: Path, copy: Path, batches: Collection[int], keys: Path) -> None:
    """Sign some batches of a forged ledger, in a copy of it, with the officers' keys of a folder.

    Raises:
        KeyFileError: a key is not there, or locked.

    """
    shutil.copyfile(source, copy)
    with closing(open_ledger(copy)) as store, _unlocked(store) as run:
        for batch in store.read_batches():
            if batch.position in batches:
                signer = load_signer(
                    key_path(keys, batch.key_id.rpartition("+")[0]), passphrase=None
                )
                rows = store.read(batch.position, batch.position + batch.count)
                seen = parse_batch_signature(batch.signature).seen
                signed = sign_batch(signer, store.origin, [row[6] for row in rows], seen)
                run(_SIGNATURE, (signed.encode(), batch.position))


def _rewritten(rows: Sequence[HostileRow]) -> dict[int, tuple[bytes, bytes]]:
    """Return the records and leaf hashes that change: a payment, and its stream's entries after it."""
    target, record = next(
        (
            (row, more)
            for row in reversed(rows)
            if row[3] == "PaymentIssued" and (more := raised(row[5]))
        ),
        (None, b""),
    )
    if target is None:
        raise ServiceError("expected a payment to forge, found none", exit_code=2)
    changed = {target[0]: (record, leaf_hash(record))}
    before, after = target[6], changed[target[0]][1]
    for row in rows[target[0] + 1 :]:
        if row[1] == target[1]:
            record = row[5].replace(_prev(before), _prev(after))
            before, after = row[6], leaf_hash(record)
            changed[row[0]] = (record, after)
    return changed


def _prev(leaf: bytes) -> bytes:
    return f'"prev":"{leaf.hex()}"'.encode()


def _grown_again(
    store: LedgerStore, run: Run, leaves: Sequence[bytes], changed: Collection[int]
) -> list[int]:
    """Write the tree over other leaves, batch by batch; return those that hold a changed entry."""
    frontier = Frontier()
    found = []
    for batch in list(store.read_batches()):
        stop = batch.position + batch.count
        for node in frontier.extend(leaves[batch.position : stop]):
            run(_NODE, (node.hash, node.level, node.idx))
        run(_BATCH, (frontier.root(), batch.position))
        if any(batch.position <= at < stop for at in changed):
            found.append(batch.position)
    run(_HEAD, (frontier.root(), frontier.to_bytes()))
    return found


@contextmanager
def _unlocked(store: LedgerStore) -> Iterator[Run]:
    """Change what can only be added to, and leave no sign of it: triggers off, and on again."""
    with store.writing() as run:
        triggers = run(_TRIGGERS, ())
        for name, _ in triggers:
            run(f"DROP TRIGGER {name}", ())
        yield run
        for _, statement in triggers:
            run(statement, ())
