"""Collects the proofs of time of a ledger: kept and outside checkpoints, confirmed timestamps.

Whose word counts, the reader says: his policy names the witnesses, his pin the authority. What gives
no proof is named with the reason; a request for a timestamp without a reply never counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import msgspec

from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.proventime import (
    ProofOfTime,
    ProvenTimes,
    cosigned_times,
    stamped_time,
    told_times,
)
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy
from aidledger.services.checkpoints.timestamping import Pin, list_stamps
from aidledger.services.ladder.logwalk import Roots, walk
from aidledger.services.ladder.outside import SignedFile, signed_file
from aidledger.store.port import LedgerStore

AUTHORITY = "RFC 3161"

Unused: TypeAlias = list[str]
_Heads: TypeAlias = dict[TreeHead, dict[bytes, set[int]]]


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader brings along: whom to believe, and what of it does not lie in the ledger."""

    policy: Policy
    checkpoints: tuple[SignedFile, ...] = ()
    stamps: tuple[Path, Pin] | None = None


def collect_times(
    store: LedgerStore, sources: Sources, see: Callable[[int, bytes, bytes], None] | None = None
) -> tuple[ProvenTimes, Unused]:
    """Return the proofs of time whose heads are the log's own, and why others are none.

    Args:
        store: an opened ledger; every entry is hashed once.
        sources: what the reader brings along.
        see: told position, leaf hash and record of every readable entry on the way.

    Raises:
        OSError: the folder of timestamps can't be read.

    """
    unused: Unused = []
    proofs = [*_cosigned(store, sources, unused), *_stamped(store, sources, unused)]
    roots = walk(store.read(), {one.head.size for one in proofs}, see)
    true = []
    for one in proofs:
        size, root = one.head
        if size > roots.size:
            unused.append(f"size {size}: the ledger has {roots.size} entries")
        elif root not in roots.at.get(size, ()):
            unused.append(f"size {size}: the entries have another root")
        else:
            true.append(one)
    return ProvenTimes(true), unused


def cosigned_proofs(store: LedgerStore, sources: Sources, roots: Roots) -> list[ProofOfTime]:
    """Return what the policy's witnesses prove of heads that are among these roots of the entries."""
    proofs = _cosigned(store, sources, [])
    return [one for one in proofs if one.head.root in roots.at.get(one.head.size, ())]


def newest_time(store: LedgerStore, policy: Policy) -> int | None:
    """Return the newest time (seconds since 1970) that the policy's witnesses tell of; None: they tell none."""
    told = _cosigned(store, Sources(policy=policy), [])
    return max((one.shown_at for one in told), default=None)


def _cosigned(store: LedgerStore, sources: Sources, unused: Unused) -> Iterable[ProofOfTime]:
    """Yield what the policy's witnesses prove; their lines may stand in several notes of one text."""
    heads: _Heads = {}
    for name, file in _files(store, sources, unused):
        try:
            told = told_times(file.note, sources.policy)
        except FormatError as error:
            unused.append(f"{name}: {error}")
            continue
        times = heads.setdefault(told.checkpoint.head, {})
        for witness, seconds in told.times.items():
            times.setdefault(witness, set()).update(seconds)
    for head, times in heads.items():
        found = cosigned_times(head, times, sources.policy)
        yield from found
        if not found:
            count, wanted = len(times), len(sources.policy.witnesses)
            unused.append(f"size {head.size}: {count} of {wanted} witnesses tell a time: no quorum")


def _files(
    store: LedgerStore, sources: Sources, unused: Unused
) -> Iterable[tuple[str, SignedFile]]:
    """Yield the checkpoints of this log, kept or from outside."""
    files = [(one.name, one) for one in sources.checkpoints]
    for number, row in enumerate(store.read_checkpoints()):
        name = f"checkpoints row {number}"
        try:
            files.append((name, signed_file(name, row[2])))
        except FormatError as error:
            unused.append(f"{name}: {error}")
    for name, file in files:
        if file.checkpoint.origin == store.origin:
            yield name, file
        else:
            unused.append(f"{name}: a checkpoint of another log")


def _stamped(store: LedgerStore, sources: Sources, unused: Unused) -> Iterable[ProofOfTime]:
    """Yield what the pinned authority proves."""
    if sources.stamps is None:
        return
    for stamp in list_stamps(*sources.stamps):
        if stamp.status != "confirmed":
            unused.append(f"timestamp {stamp.name}: {stamp.why or 'pending'}")
        elif stamp.origin != store.origin:
            unused.append(f"timestamp {stamp.name}: a checkpoint of another log")
        else:
            at = datetime.fromisoformat(stamp.at).timestamp()
            yield stamped_time(TreeHead(stamp.size, bytes.fromhex(stamp.root)), at, AUTHORITY)
