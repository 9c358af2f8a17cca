"""Records a county's history in batches; a run that was killed is gone on with by the next.

What is done stands in the ledger alone: each batch has a cause that names the file by its hash, its
first and last line, and how many of those rows it holds. The next run reads the causes and goes on
behind them. A batch is written only onto the log that the causes were read from: two runs at once
double nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Final

import msgspec

from aidledger.domain.events.registry import ControlTotal, FileImported
from aidledger.domain.proposal import Despite, Proposal
from aidledger.services.acts.batching import Batch, Waive
from aidledger.services.acts.guarding import guard_of
from aidledger.services.acts.lateness import still_to_come
from aidledger.services.acts.recording import append, request_digest
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.importing.checking import Checked, Progress, check, doubled
from aidledger.services.importing.journal import (
    BEGIN,
    END,
    HISTORY,
    RECORDED,
    HistoryImported,
    cause_of,
    check_others,
    reached,
    rejected,
    say,
    summary,
)
from aidledger.services.importing.rejects import Refused, Rejects
from aidledger.services.importing.requests import Defaults, proposal_in
from aidledger.services.importing.sources import HistoryFile, RawRow
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Committed, Outcome, Rejected, Unknown
from aidledger.store.uncollected import without_collector

BATCH_ROWS: Final = 1_000
_BATCH_BYTES: Final = 8 * 1024 * 1024
_RETRIED: Final = frozenset({"conflict", "vault_key_changed"})


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How a history is to be imported.

    `keep_going` puts rows that are refused into `rejects`; without it nothing is recorded where a
    row is bad, and a rule's refusal stops the import. `as_is` records what rules refuse as acts
    against them, and doubled rows. `beside` begins although another history is unfinished.
    """

    type_name: str = ""
    actor: str = ""
    office: str = ""
    as_is: bool = False
    beside: bool = False
    keep_going: bool = False
    rejects: Path | None = None
    batch_rows: int = BATCH_ROWS


def import_history(
    session: Session, path: Path, wanted: Wanted, *, progress: Callable[[str], Progress]
) -> HistoryImported:
    """Check the whole file, then record it batch by batch, from where an earlier run stopped.

    Args:
        session: a ledger open for writing.
        path: the file: JSON Lines, or CSV, XLSX or Parquet of one event type.
        wanted: who imports it, and what becomes of rows that are refused.
        progress: gives for each part of the work (`check`, `record`) what is told how far it is.

    Raises:
        RefusedError: bad rows, or rows that rules refuse, each by its line.
        ServiceError: no such file, another import is unfinished, nobody who could sign it.
        OSError: the file can't be read, or the rejects not written.

    """
    file = HistoryFile(path, wanted.type_name)
    defaults = defaults_of(file, wanted)
    if isinstance(session.store.receipt(cause_of(file.digest, END)), Committed):
        return summary(session, file.digest)
    if wanted.keep_going and wanted.rejects is None:
        raise ServiceError("keep_going: expected a file for the rejects, found none", exit_code=2)
    if not wanted.beside:
        check_others(session, file.digest)
    checked = check(file, defaults, as_is=wanted.as_is, progress=progress("check"))
    if not checked.rows:
        raise ServiceError("the file has no rows", exit_code=2)
    if checked.bad and not wanted.keep_going:
        recorded = reached(session, file.digest).rows
        if recorded:  # by an earlier run, which kept going
            raise StoppedError(checked.problems, recorded=recorded, rows=checked.rows)
        raise RefusedError(checked.problems)
    begun = FileImported(file=file.digest, kind=HISTORY, rows=checked.rows, totals=checked.totals)
    say(session, begun, part=BEGIN, actor=wanted.actor, office=wanted.office)
    run = Run(session, file, checked, wanted)
    run.record_all(progress("record"))
    rejected = ControlTotal(column="rejected", total=run.rejected)
    done = FileImported(file=file.digest, kind=RECORDED, rows=run.recorded, totals=(rejected,))
    say(session, done, part=END, actor=wanted.actor, office=wanted.office)
    return msgspec.structs.replace(
        summary(session, file.digest, before=run.before),
        still_to_come=run.early,
        still_to_come_line=run.early_line,
    )


def check_history(
    path: Path, wanted: Wanted, *, progress: Callable[[str], Progress]
) -> tuple[str, Checked]:
    """Check a file without a ledger; return its hash and what it holds.

    Raises:
        RefusedError: bad rows, each by its line.

    """
    file = HistoryFile(path, wanted.type_name)
    checked = check(file, defaults_of(file, wanted), as_is=wanted.as_is, progress=progress("check"))
    if checked.problems:
        raise RefusedError(checked.problems)
    return file.digest, checked


class StoppedError(RefusedError):
    """Rules refuse rows; what stood before their batch is recorded: so many rows, of so many."""

    def __init__(self, problems: Sequence[Problem], *, recorded: int, rows: int) -> None:
        super().__init__(problems)
        self.recorded = recorded
        self.rows = rows


class Taken(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row that was read: what it asks for, or what is wrong with it."""

    row: RawRow
    proposal: Proposal | None
    faults: Sequence[Problem] = ()


class Run:
    """One run of an import: what it has to do yet, and what it has done."""

    def __init__(
        self, session: Session, file: HistoryFile, checked: Checked, wanted: Wanted
    ) -> None:
        self._session = session
        self._file = file
        self._checked = checked
        self._wanted = wanted
        self._defaults = defaults_of(file, wanted)
        self._rejects = Rejects(wanted.rejects, file.digest) if wanted.rejects else None
        self._waive: Waive | None = self._against_the_rules if wanted.as_is else None
        self._secrets = secrets_of(session)
        self._first = 1
        self._seen = -1
        self.recorded = self.rejected = self.before = self.early = 0
        self.early_line: int | None = None

    def record_all(self, progress: Progress) -> None:
        """Record every row that is not recorded yet.

        Where another writer was faster, the ledger is asked again how far this file has come.
        """
        self._ask_again()
        self.before = self.recorded
        while not self._all_recorded(progress):
            self._ask_again()

    def _all_recorded(self, progress: Progress) -> bool:
        """Record batch after batch; False where another writer was faster."""
        for taken in self._batches():
            self._file.check_unchanged()
            if not self._record(taken):
                return False
            progress(self.recorded + self.rejected, self._checked.rows)
        return True

    def _ask_again(self) -> None:
        """Learn from the ledger how far this file has come, and which log that is true of."""
        session = self._session
        session.forget()
        self._seen = session.refresh()
        found = reached(session, self._file.digest)
        self._first, self.recorded = found.line + 1, found.rows
        before = takewhile(lambda row: row.line <= found.line, self._file.rows())
        self.rejected = sum(1 for _ in before) - found.rows if found.line else 0
        if self._rejects is not None:
            self._rejects.keep_before(self._first, self.rejected)

    def _batches(self) -> Iterator[list[Taken]]:
        """Yield the rows that are left in batches: of one actor each, where batches are signed.

        What changes the rules ends a batch: a batch is decided under those that it began under.
        """
        taken: list[Taken] = []
        size, actor, new_rules = 0, "", False
        for row in self._file.rows(self._first - 1):
            one = self._take(row)
            said_by = actor if one.proposal is None else one.proposal.actor
            signed = guard_of(self._session) is not None
            full = len(taken) >= self._wanted.batch_rows or size >= _BATCH_BYTES
            if taken and (full or new_rules or (signed and actor and said_by != actor)):
                yield taken
                taken, size = [], 0
            taken.append(one)
            new_rules = one.proposal is not None and one.proposal.stream.startswith("policy/")
            size, actor = size + _weight(row), said_by
        if taken:
            yield taken

    def _take(self, row: RawRow) -> Taken:
        """Read one row."""
        doubles = self._checked.doubles
        at = bisect_left(doubles, row.line)
        if at < len(doubles) and doubles[at] == row.line:
            return Taken(row=row, proposal=None, faults=(doubled(row.line),))
        try:
            return Taken(row=row, proposal=proposal_in(row, self._defaults))
        except RefusedError as refused:
            return Taken(row=row, proposal=None, faults=refused.problems)

    @without_collector()
    def _record(self, taken: Sequence[Taken]) -> bool:
        """Record one batch; False where another writer was faster and nothing is known any more."""
        session, guard = self._session, guard_of(self._session)
        refused = {at: one.faults for at, one in enumerate(taken) if one.proposal is None}
        batch = self._decided(taken, refused)
        if batch is None:
            return False
        if refused and not self._wanted.keep_going:
            session.forget()
            problems = [problem for at in sorted(refused) for problem in refused[at]]
            raise StoppedError(problems, recorded=self.recorded, rows=self._checked.rows)
        if self._rejects is not None:
            self._rejects.write(
                Refused(row=taken[at].row, reasons=refused[at]) for at in sorted(refused)
            )
        said = [one.proposal for at, one in enumerate(taken) if at not in refused]
        if said:
            last = taken[-1].row.line
            outcome = append(
                session,
                batch,
                guard,
                cause=cause_of(self._file.digest, f"{self._first}-{last}:{len(said)}"),
                digest=request_digest(self._secrets, [one for one in said if one is not None]),
                size=self._seen,
            )
            if not _committed(session, outcome):
                return False
            self._count_early(taken, refused)
            self._first, self._seen = last + 1, session.refresh()
            session.trim()
        self.recorded += len(said)
        self.rejected += len(refused)
        return True

    def _count_early(self, taken: Sequence[Taken], refused: Mapping[int, object]) -> None:
        """Count the rows of a recorded batch whose day is still to come."""
        kept = [one for at, one in enumerate(taken) if at not in refused]
        said = [one.proposal for one in kept if one.proposal is not None]
        early = still_to_come(said, self._session.today)
        if early and self.early_line is None:
            self.early_line = kept[min(early)].row.line
        self.early += len(early)

    def _decided(
        self, taken: Sequence[Taken], refused: dict[int, Sequence[Problem]]
    ) -> Batch | None:
        """Decide a batch without the rows that are refused, which are added to `refused`.

        None where what some refused row had left behind could not be undone on the same log.
        """
        session = self._session
        while True:
            guard = guard_of(session)
            batch = Batch(session, guard, self._seen)
            asked = [at for at in range(len(taken)) if at not in refused]
            proposals = [one for at in asked if (one := taken[at].proposal) is not None]
            if guard is not None and proposals:
                guard.begin(proposals, self._seen)
            found = batch.take_each(proposals, self._waive)
            for index, problems in found.items():
                line = taken[asked[index]].row.line
                refused[asked[index]] = [
                    msgspec.structs.replace(problem, line=line) for problem in problems
                ]
            if not batch.broken:
                return batch
            session.forget()
            if session.refresh() != self._seen:
                return None

    def _against_the_rules(
        self, proposal: Proposal, problems: Sequence[Problem]
    ) -> Proposal | None:
        """Return the act as one against the rules that refuse it, if rules of a pack are all."""
        clauses = dict.fromkeys(problem.clause for problem in problems)
        if not all(clause and not clause.startswith("ledger.") for clause in clauses):
            return None
        despite = tuple(
            Despite(authority=f"import:{self._file.digest}", clause=clause, reason="history")
            for clause in clauses
        )
        return msgspec.structs.replace(proposal, despite=(*proposal.despite, *despite))


def _weight(row: RawRow) -> int:
    """Return about how many bytes a row has."""
    return len(row.text) + sum(
        len(cell) for cell in (row.cells or {}).values() if type(cell) is str
    )


def _committed(session: Session, outcome: Outcome) -> bool:
    """Whether a batch is in the ledger; a lost answer is asked for."""
    match outcome:
        case Committed():
            return True
        case Rejected(code=code, message=message):
            if code not in _RETRIED:
                raise rejected(code, message)
            if code == "vault_key_changed" and session.vault is not None:
                session.vault.forget()
            return False
        case Unknown(cause=cause):
            session.store.resolve(cause)  # waits until it is certain; the causes then say it
            return False


def defaults_of(file: HistoryFile, wanted: Wanted) -> Defaults:
    """Return what rows of a file take that say nothing of it."""
    return Defaults(
        file_hash=file.digest,
        type_name=wanted.type_name,
        actor=wanted.actor,
        office=wanted.office,
    )
