"""When an entry was made, by the word of others: not before one proof of time, not after the next.

A proof of time is a checkpoint with the time at which somebody outside had it before him: the
witnesses of the reader's policy (C2SP tlog-cosignature), or an authority whose timestamp (RFC 3161)
was confirmed under a pinned certificate. It proves that the entries below its size were there by
then (*not after*), and that the log was shown without the others (*not before*).

Witnesses may disagree about the time, and cosign one checkpoint again. A quorum is believed, nobody
alone: `there_by` is the earliest time by which the witnesses of a quorum had cosigned, `shown_at`
the latest from which on those of a quorum did. So a witness whose clock is wrong moves neither,
unless the policy trusts him alone.

A checkpoint may be cosigned long after it was signed, and the log may have grown meanwhile: *not
before* says as what the log was shown, by its own choice. A proof that is later than an entry's
*not after* was surely late, and is passed over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from math import ceil, floor
from typing import Final, NamedTuple

from aidledger.ledger.checkpoint import Checkpoint, TreeHead, parse_checkpoint
from aidledger.ledger.cosignature import check_signature, timestamp_of
from aidledger.ledger.note import Note, open_note
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy

LAST_SECOND: Final = 253_402_300_799
"""9999-12-31T23:59:59Z in seconds since 1970: a later time tells no time."""


class ProofOfTime(NamedTuple):
    """A head of the log that was `there_by` a time, and was the log as `by` saw it at `shown_at`.

    Both in seconds since 1970, UTC.
    """

    head: TreeHead
    there_by: int
    shown_at: int
    by: tuple[str, ...]


class Interval(NamedTuple):
    """Between which times (seconds since 1970, UTC) an entry was made; None: nothing says so."""

    not_before: int | None
    not_after: int | None


class Told(NamedTuple):
    """A checkpoint that the log signed, and the times that each witness of a policy told."""

    checkpoint: Checkpoint
    times: dict[bytes, frozenset[int]]


def told_times(note: Note, policy: Policy) -> Told:
    """Return what the witnesses of a policy say of a checkpoint's time, quorum or not.

    Raises:
        FormatError: it is no checkpoint, no key that the policy gives to the log signed it, a line
            of a known key is bad, or its root is impossible.
    """
    checkpoint = parse_checkpoint(note.text)
    log_keys = policy.log_keys(checkpoint.origin)
    keys = [*log_keys, *(one.key for one in policy.witnesses)]
    opened = open_note(note, keys, check_signature)
    if not any(one.key in log_keys for one in opened.verified) or not checkpoint.possible:
        raise FormatError("checkpoint", "one that a key of the log signed", "another")
    times: dict[bytes, frozenset[int]] = {}
    for witness in policy.witnesses:
        found = [
            timestamp_of(v.signature.signature) for v in opened.verified if v.key == witness.key
        ]
        if told := frozenset(time for time in found if 0 < time <= LAST_SECOND):
            times[witness.name] = told
    return Told(checkpoint, times)


def cosigned_times(
    head: TreeHead, times: Mapping[bytes, Iterable[int]], policy: Policy
) -> tuple[ProofOfTime, ...]:
    """Return the proofs of time that the witnesses of a policy give; none without a quorum of them.

    `times` are those that each witness told for this head. Where they cosigned it more than once,
    each time that the log was shown is a proof of its own, the newest last. A policy that asks for
    no witness (`quorum none`) takes nobody's word for the time.
    """
    told = {name: sorted(one) for name, one in times.items() if one}
    there_by = _quorum(sorted((one[0], name) for name, one in told.items()), policy)
    if policy.quorum is None or there_by is None:
        return ()
    lines = sorted((time, name) for name, one in told.items() for time in one)
    upto = (_quorum(lines[number::-1], policy) for number in range(len(lines)))
    shown = sorted({time for time in upto if time is not None})
    names = tuple(one.decode("utf-8", "replace") for one in sorted(told))
    return tuple(ProofOfTime(head, there_by, time, names) for time in shown)


def stamped_time(head: TreeHead, at: float, by: str) -> ProofOfTime:
    """Return the proof of time that a confirmed timestamp gives; `at` in seconds since 1970."""
    return ProofOfTime(head, ceil(at), floor(at), (by,))


def _quorum(ordered: Iterable[tuple[int, bytes]], policy: Policy) -> int | None:
    """Return the time of the witness that makes the quorum full, taking them in this order."""
    met: set[bytes] = set()
    for time, name in ordered:
        met.add(name)
        if policy.is_met(met):
            return time
    return None


class ProvenTimes:
    """The proofs of time of one log, whose heads were held against its entries by whoever asks."""

    def __init__(self, proofs: Iterable[ProofOfTime]) -> None:
        """Take the proofs, in any order."""
        ordered = sorted(proofs, key=lambda one: one.head.size)
        self.proofs: tuple[ProofOfTime, ...] = tuple(ordered)
        self._sizes = [one.head.size for one in ordered]
        self._intervals = _between(ordered)

    @property
    def shown(self) -> int | None:
        """The newest time at which the log was shown: what is in it nowhere was not there then."""
        return max((one.shown_at for one in self.proofs), default=None)

    def interval(self, position: int) -> Interval:
        """Return between which times the entry at a position was made."""
        return self._intervals[bisect_right(self._sizes, position)]


def _between(ordered: list[ProofOfTime]) -> list[Interval]:
    """Return the interval before the first size, between each two, and behind the last.

    Along the log *not after* only grows, and with it which proofs are not surely late.
    """
    after: list[int | None] = [None]
    for one in reversed(ordered):
        after.append(one.there_by if after[-1] is None else min(after[-1], one.there_by))
    after.reverse()
    waiting: list[int] = []
    found: list[Interval] = []
    best: int | None = None
    for number, not_after in enumerate(after):
        if number:
            heappush(waiting, ordered[number - 1].shown_at)
        while waiting and (not_after is None or waiting[0] <= not_after):
            newest = heappop(waiting)
            best = newest if best is None else max(best, newest)
        found.append(Interval(best, not_after))
    return found
