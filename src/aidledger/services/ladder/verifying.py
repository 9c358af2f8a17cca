"""Verifies a ledger as it lies in its database: the log, its batches, its mark, and what is above.

The log's own checks are pure and live in the ledger ring; here they get their rows. All damage is
reported, and hostile rows never raise; a database that can't be read at all does.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final, TypeAlias

import msgspec

from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung, VerifyReport, verify_entries, verify_ranges
from aidledger.services.decoding import DataCheck
from aidledger.services.keys.keptpowers import KeptPowers
from aidledger.services.ladder.batchcheck import BatchCheck
from aidledger.services.ladder.batchruns import BatchRuns
from aidledger.services.ladder.markcheck import MarkCheck
from aidledger.services.ladder.moving import Until
from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.reader import EntryReader, count_rows
from aidledger.services.ladder.upper import climb
from aidledger.services.session import Session
from aidledger.services.sharing import processes_for, workers
from aidledger.store.opening import open_ledger
from aidledger.store.port import HostileRow, LedgerStore

_TREE: Final = "tree"
Progress: TypeAlias = Callable[[int, int | None], None]
"""Told the entries checked so far, and how many there should be where that is known."""


def verify(
    ledger: Session | LedgerStore | str,
    *,
    progress: Progress | None = None,
    jobs: int | None = None,
    outside: Outside | None = None,
    powers: bool = True,
    kept: KeptPowers | None = None,
    judging: Progress | None = None,
) -> VerifyReport:
    """Climb the ladder and report every rung and all damage.

    Args:
        ledger: an opened ledger, or where one lies; the mark beside it is looked at only then.
        progress: told how far it is.
        jobs: processes to check in; by default 1 for a small ledger, else all processors.
        outside: checkpoints, policy and proofs that the verifier brings along.
        powers: whether every act is replayed, which takes longer than all other rungs together.
        kept: what was judged of the acts before, to be gone on from where it still stands.
        judging: told how many acts are judged.

    Raises:
        StoreError: there is no ledger, or its database can't be read.

    """
    brought = outside or Outside()
    if not isinstance(ledger, str):
        store = ledger.store if isinstance(ledger, Session) else ledger
        return climb(
            store,
            _verify(store, None, progress, jobs),
            brought,
            MarkCheck(store, None),
            powers=powers,
            kept=kept,
            judging=judging,
        )
    store = open_ledger(ledger, read_only=True)
    try:
        mark = MarkCheck(store, ledger)
        return climb(
            store,
            _verify(store, ledger, progress, jobs),
            brought,
            mark,
            powers=powers,
            kept=kept,
            judging=judging,
        )
    finally:
        store.close()


def _verify(
    store: LedgerStore,
    location: str | None,
    progress: Progress | None,
    jobs: int | None,
) -> VerifyReport:
    """Verify an opened ledger; where its location is known other processes read it themselves."""
    head = store.read_head_row()
    total = head[0] if head and type(head[0]) is int and head[0] >= 0 else None
    told = None if progress is None else lambda done: progress(done, total)
    with workers(processes_for(total or 0, jobs)) as executor:
        done = None
        if executor is not None and location is not None:
            done = _verify_ranges(store, location, head, executor, told)
        report, found = done or _verify_rows(_Whole(store), head, executor, told)
        if report.findings or found:
            report, found = _verify_moved(store, head, executor, told) or (report, found)
    findings = sorted(
        [*report.findings, *found], key=lambda one: (one.position is None, one.position or 0)
    )
    return msgspec.structs.replace(
        report, findings=findings, rungs=_rungs(report.rungs, bool(found))
    )


def _verify_ranges(
    store: LedgerStore,
    location: str,
    head: HostileRow | None,
    executor: Executor,
    progress: Callable[[int], None] | None,
) -> tuple[VerifyReport, list[Finding]] | None:
    """Verify log and batches, the rows read by the workers; None where that way has a doubt."""
    batches = BatchRuns(store.read_batches())
    report = verify_ranges(
        EntryReader(location),
        count_rows(store),
        store.read_nodes(),
        head,
        DataCheck(),
        executor=executor,
        watch=batches.agree,
        progress=progress,
    )
    return None if report is None or not batches.finish() else (report, [])


def _verify_moved(
    store: LedgerStore,
    head: HostileRow | None,
    executor: Executor | None,
    progress: Callable[[int], None] | None,
) -> tuple[VerifyReport, list[Finding]] | None:
    """Verify once more up to the head that was read, if somebody has appended since."""
    now = store.read_head_row()
    if head is None or now is None or now == head or type(head[0]) is not int:
        return None
    until = Until(store, head[0])
    found = _verify_rows(until, head, executor, progress)
    return found if until.within(store.read_head_row()) else None


class _Whole:
    """Everything a store has."""

    def __init__(self, store: LedgerStore) -> None:
        self.rows, self.nodes, self.batches = store.read, store.read_nodes, store.read_batches


def _verify_rows(
    what: Until | _Whole,
    head: HostileRow | None,
    executor: Executor | None,
    progress: Callable[[int], None] | None,
) -> tuple[VerifyReport, list[Finding]]:
    """Verify log and batches, the rows read here one after the other, whatever they are."""
    batches = BatchCheck(what.batches())
    report = verify_entries(
        batches.watch(what.rows()),
        what.nodes(),
        head,
        DataCheck(),
        executor=executor,
        progress=progress,
    )
    return report, batches.finish()


def _rungs(rungs: list[Rung], batches_damaged: bool) -> list[Rung]:
    """Return the rungs with that of the batches after the tree's."""
    more = [Rung(name="batches", status="damaged" if batches_damaged else "ok")]
    at = next((n for n, rung in enumerate(rungs, start=1) if rung.name == _TREE), len(rungs))
    return [*rungs[:at], *more, *rungs[at:]]
