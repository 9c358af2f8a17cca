"""Takes again what no night has taken again yet, and what came out otherwise when one did.

What came out as it was stands until everything is done again: `services.keptfile` says when that is.
"""

from __future__ import annotations

from typing import Final

import msgspec

from aidledger.replay.agreement import CASES
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.decisions.redeciding_all import (
    Progress,
    Redecided,
    deciders,
    is_decision,
    joined,
    redecide_cases,
)
from aidledger.services.keptfile import Basis, Carried, KeptFile, program_digest
from aidledger.services.keys.powers import rules_digest
from aidledger.services.session import Session

REDECIDED_FILE: Final = "decisions.redecided"
REDECIDED_FORMAT: Final = "aidledger/redecided/v1"
MOST_WRONG: Final = 1_000
"""Cases that are kept as wrong. Beyond so many nothing is kept: a night takes all of them again."""


class RedecidedCases(Carried, frozen=True, kw_only=True):
    """Of the decisions below a size all come out the same, but for those of some cases."""

    wrong: tuple[str, ...]


class RedecidedNew(msgspec.Struct, frozen=True, kw_only=True):
    """What came of decisions from a position on, and of the cases that were wrong before: so many.

    `kept` is false where more is wrong than is kept, so that the next night takes the same again.
    """

    start: int
    upto: int
    again: int
    found: Redecided
    kept: bool


def redecide_new(
    session: Session,
    location: str,
    kept: KeptFile[RedecidedCases] | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> RedecidedNew:
    """Take the decisions again that are new since what is kept, and those of the cases it calls wrong.

    Args:
        session: the opened ledger.
        location: where it lies, for other processes.
        kept: what earlier nights did, to be gone on from; replaced by what tonight does. Without it
            every decision is taken again.
        jobs: processes to decide in; by default 1 for few cases, else all processors.
        progress: told the cases done.

    Raises:
        StoreError: the ledger can't be read.
        OSError: what was done can't be kept.

    """
    store, size = session.store, session.store.head().size
    # of now: a rule that is recorded meanwhile makes the next night take everything again
    rules = rules_digest(session, {}) if kept is not None and kept.sound else ""

    def basis(upto: int) -> Basis:
        root = root_at(store, upto).hex() if upto <= size else ""
        return Basis(origin=store.origin, program=program_digest(), root=root, rules=rules)

    before = None if kept is None else kept.taken(basis)
    start, wrong = (0, ()) if before is None else (before.size, before.wrong)
    new = {
        row[1]
        for row in store.read(start, size)
        if isinstance(row[1], str) and row[1].startswith(CASES) and is_decision(row[5])
    }
    streams = sorted(new - {*wrong})
    total = len(wrong) + len(streams)

    def told(done: int, _: int) -> None:
        if progress is not None:
            progress(done, total)

    def later(done: int, _: int) -> None:
        told(len(wrong) + done, total)

    with deciders(total, location, jobs) as executor:
        again = redecide_cases(executor, session, location, wrong, size, progress=told)
        fresh = redecide_cases(
            executor, session, location, streams, size, start=start, progress=later
        )
    found = joined(again, fresh)
    now_wrong = {one.case for one in found.differing} | {one.case for one in found.not_repeated}
    fits = len(now_wrong) <= MOST_WRONG
    if kept is not None and kept.sound and fits:
        done = RedecidedCases(
            basis=basis(size),
            size=size,
            full_on=kept.full_on,
            nights=kept.nights,
            wrong=tuple(sorted(now_wrong)),
        )
        kept.put(kept.packed(done))
    return RedecidedNew(start=start, upto=size, again=len(wrong), found=found, kept=fits)
