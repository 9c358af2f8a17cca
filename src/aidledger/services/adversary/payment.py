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
from aidledger.services.adversary.books import (
    B_COUNT,
    B_POSITION,
    POSITION,
    RECORD,
    STREAM,
    TYPE,
    Books,
    changes,
    read_books,
)
from aidledger.services.adversary.copies import statements
from aidledger.services.adversary.forging import Group, Hands, forged, groups_of, row_of
from aidledger.services.adversary.onebyte import amount_of, raised
from aidledger.services.checkpoints.checkpointing import sign_checkpoint, signed_path
from aidledger.services.problems import ServiceError
from aidledger.store.keyfiles import key_path, load_signer
from aidledger.store.opening import open_ledger
from aidledger.store.port import LedgerStore, Run

_TRIGGERS: Final = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
_SIGNATURE: Final = "UPDATE batches SET signature = ? WHERE position = ?"


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
        base = read_books(store, None)
        position, record = _raised(base)
        books = forged(base, _groups(base, position, record), Hands())
        books = msgspec.structs.replace(books, checkpoints=[])
        with _unlocked(store) as run:
            for statement, rows in statements(changes(base, books)):
                for row in rows:
                    run(statement, row)
        sign_checkpoint(store, log_keys, at=at, memory=signed_path(copy))
    pairs = zip(base.entries, books.entries, strict=True)
    changed = {row[POSITION] for row, other in pairs if row is not other}
    return Forged(
        position=position,
        stream=base.entries[position][STREAM],
        before_fen=amount_of(base.entries[position][RECORD]),
        after_fen=amount_of(record),
        following=len(changed) - 1,
        batches=frozenset(
            batch[B_POSITION]
            for batch in books.batches
            if any(batch[B_POSITION] <= at < batch[B_POSITION] + batch[B_COUNT] for at in changed)
        ),
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


def _raised(books: Books) -> tuple[int, bytes]:
    """Return the position of the last payment that can be raised, and its record then."""
    for row in reversed(books.entries):
        if row[TYPE] == "PaymentIssued" and (more := raised(row[RECORD])):
            return row[POSITION], more
    raise ServiceError("expected a payment to forge, found none", exit_code=2)


def _groups(books: Books, position: int, record: bytes) -> list[Group]:
    """Return the batches with another record at a position."""
    found = groups_of(books)
    for number, group in enumerate(found):
        if any(row[POSITION] == position for row in group.rows):
            rows = (row_of(record) if row[POSITION] == position else row for row in group.rows)
            found[number] = Group(group.batch, tuple(rows))
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
