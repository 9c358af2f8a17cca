"""Opens the sealed values that no night has opened yet, and all of them where the vault is not as it was.

A value that opened opens again as long as its row is the same. So every row is read each night, and only
what is new is opened: a sum over all rows says whether those of before are what they were. Who has not
the secrets can't make a row that adds up.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final

import msgspec

from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.keptfile import ALTERED, FIRST, Basis, Carried, KeptFile, program_digest
from aidledger.services.ladder.vaultcheck import check_vault
from aidledger.services.session import Session
from aidledger.store.port import HostileRow, LedgerStore
from aidledger.store.secrets import Secrets
from aidledger.store.vault import every_row

OPENED_FILE: Final = "values.opened"
OPENED_FORMAT: Final = "aidledger/opened/v1"
CHANGED: Final = "what was opened is not all as it was, or somebody was erased"
"""Why everything is opened: the rows do not add up."""
_ALIVE_EACH: Final = 65_536
_LABEL: Final = b"aidledger/opened/v1\n"
_BYTES: Final = 32
_MODULUS: Final = 1 << 8 * _BYTES


class OpenedValues(Carried, frozen=True, kw_only=True):
    """Of every value that entries below a size seal it was seen that it opens, or was erased by an entry.

    `tally` (32 bytes) is the sum over the rows that the vault had then.
    """

    tally: bytes


class OpenedNew(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the values that entries from `start` up to, not including, `upto` seal.

    `looked_at` counts those that are there, opened or not.
    """

    start: int
    upto: int
    looked_at: int
    findings: list[Finding]
    rung: Rung


class Tally:
    """A sum over rows of the vault, in whatever order they come: each one's HMAC-SHA-256 as a number."""

    def __init__(self, secrets: Secrets) -> None:
        """Begin with no row."""
        self._key = hmac.digest(secrets.vault_key, _LABEL, "sha256")
        self._total = 0
        self.rows = 0
        """How many were added."""

    def add(self, row: HostileRow) -> None:
        """Add a row: the fields of a `VaultRow`."""
        body = msgspec.msgpack.encode(row)
        self._total += int.from_bytes(hmac.digest(self._key, body, "sha256"))
        self.rows += 1

    def sum(self) -> bytes:
        """Return the sum (32 bytes, the first the highest)."""
        return (self._total % _MODULUS).to_bytes(_BYTES)


def open_new(
    session: Session,
    secrets: Secrets,
    kept: KeptFile[OpenedValues],
    *,
    progress: Callable[[int, int], None],
) -> OpenedNew:
    """Open what is new since what is kept, where the rest of the vault is as it was; else everything.

    Args:
        session: the opened ledger.
        secrets: its own.
        kept: what earlier nights opened, to be gone on from; replaced by what tonight does where
            nothing is wrong.
        progress: told up to which position values were opened, and how many entries there are.

    Raises:
        StoreError: the ledger can't be read.
        OSError: what was done can't be kept.

    """
    store, size = session.store, session.store.head().size
    # whoever wrote what is kept had the secrets that are read with tonight
    ours = kept.why not in (FIRST, ALTERED)

    def basis(upto: int) -> Basis:
        root = root_at(store, upto).hex() if upto <= size else ""
        return Basis(origin=store.origin, program=program_digest(), root=root)

    def opened(start: int) -> tuple[OpenedNew, bytes]:
        fresh = Tally(secrets)
        findings, rung = check_vault(
            session,
            start=start,
            stop=size,
            ours=ours,
            seen=lambda row: fresh.add(msgspec.structs.astuple(row)),
            progress=lambda done: progress(done, size),
        )
        done = OpenedNew(start=start, upto=size, looked_at=fresh.rows, findings=findings, rung=rung)
        return done, fresh.sum()

    before = kept.taken(basis)
    if before is not None and any(store.read_types(["PersonErased"], start=before.size)):
        # a copy of the vault that was put back since would add up
        kept.drop(CHANGED)
        before = None
    if before is not None:
        done, fresh = opened(before.size)
        tally = _sum_of_all(store, secrets, lambda: progress(size, size))
        if _less(tally, fresh) != before.tally:
            kept.drop(CHANGED)
            before = None
    if before is None:
        # what was opened is added up, and not what lies there a moment later
        done, tally = opened(0)
    if kept.sound and done.rung.status == "ok":
        now = OpenedValues(
            basis=basis(size), size=size, full_on=kept.full_on, nights=kept.nights, tally=tally
        )
        kept.put(kept.packed(now))
    return done


def _sum_of_all(store: LedgerStore, secrets: Secrets, alive: Callable[[], None]) -> bytes:
    """Return the sum over every row of the vault; `alive` is called now and then."""
    whole = Tally(secrets)
    for row in every_row(store):
        if whole.rows % _ALIVE_EACH == 0:
            alive()
        whole.add(row)
    return whole.sum()


def _less(total: bytes, part: bytes) -> bytes:
    """Return a sum without a part of it."""
    return ((int.from_bytes(total) - int.from_bytes(part)) % _MODULUS).to_bytes(_BYTES)
