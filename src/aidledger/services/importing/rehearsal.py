"""Asks the rules about a whole history before anything of it is recorded: which rows would be refused.

The rows are decided one after the other, as the import would, each on what those before it leave behind;
nothing is written. What the file says is kept in memory until the end: about two kilobytes a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from aidledger.domain.events.registry import ControlTotal
from aidledger.services.acts.batching import Batch
from aidledger.services.acts.guarding import guard_of
from aidledger.services.importing.bulk import Run, Taken, Wanted, defaults_of
from aidledger.services.importing.checking import MOST_NAMED, Progress, check
from aidledger.services.importing.journal import check_others
from aidledger.services.importing.sources import HistoryFile
from aidledger.services.problems import Problem, RefusedError
from aidledger.services.session import Session


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would record: of `rows`, `before` are recorded already, and `refused` are not taken.

    `problems` are the first reasons, by line. `unasked_from` is the first line that the rules could not
    be asked about, as a row before it changes the rules; None where they were asked about all.
    """

    file_hash: str
    rows: int
    totals: tuple[ControlTotal, ...]
    before: int
    refused: int
    problems: tuple[Problem, ...]
    unasked_from: int | None


def rehearse_history(
    session: Session, path: Path, wanted: Wanted, *, progress: Callable[[str], Progress]
) -> Rehearsed:
    """Check a file, and ask the rules about every row of it that is not recorded yet.

    Args:
        session: a ledger open for writing; nothing is written to it.
        path: the file, as `import_history` has it.
        wanted: who would import it; with `keep_going` bad rows are left out instead of named alone.
        progress: gives for each part (`check`, `rules`) what is told how far it is.

    Raises:
        RefusedError: bad rows, each by its line.
        ServiceError: no such file, another import is unfinished, nobody who could sign it.
        OSError: the file can't be read.

    """
    file = HistoryFile(path, wanted.type_name)
    if not wanted.beside:
        check_others(session, file.digest)
    checked = check(file, defaults_of(file, wanted), as_is=wanted.as_is, progress=progress("check"))
    if checked.bad and not wanted.keep_going:
        raise RefusedError(checked.problems)
    # a run without a place for rejects leaves no trace
    run = _Rehearsal(session, file, checked, msgspec.structs.replace(wanted, rejects=None))
    refused = run.refused_by_line(progress("rules"))
    reasons = [problem for line in sorted(refused) for problem in refused[line]]
    return Rehearsed(
        file_hash=file.digest,
        rows=checked.rows,
        totals=checked.totals,
        before=run.recorded,
        refused=len(refused),
        problems=tuple(reasons[:MOST_NAMED]),
        unasked_from=run.unasked_from,
    )


class _Rehearsal(Run):
    """A run that decides, and records nothing."""

    unasked_from: int | None = None

    def refused_by_line(self, progress: Progress) -> dict[int, Sequence[Problem]]:
        """Return why rows would be refused, by their lines."""
        refused: dict[int, Sequence[Problem]] = {}
        try:
            self._ask_again()
            while not self._asked(refused, progress):
                # a refused row has left something behind: once more, without it
                self._ask_again()
        finally:
            self._session.forget()
        return refused

    def _asked(self, refused: dict[int, Sequence[Problem]], progress: Progress) -> bool:
        """Ask about every row but those known to be refused; False where one left something behind."""
        guard = guard_of(self._session)
        whole = Batch(self._session, guard, self._seen)
        done = self.recorded + self.rejected
        self.unasked_from = None
        for taken in self._batches():
            if self.unasked_from is not None:
                self.unasked_from = taken[0].row.line
                return True
            self._file.check_unchanged()
            refused.update((one.row.line, one.faults) for one in taken if one.proposal is None)
            asked = [one for one in taken if one.row.line not in refused]
            proposals = [one.proposal for one in asked if one.proposal is not None]
            if guard is not None and proposals:
                guard.begin(proposals, self._seen + len(whole.drafts))
            for index, problems in whole.take_each(proposals, self._waive).items():
                line = asked[index].row.line
                refused[line] = [msgspec.structs.replace(one, line=line) for one in problems]
            if whole.broken:
                return False
            whole.vault_rows.clear()
            done += len(taken)
            progress(done, self._checked.rows)
            if _changes_rules(taken[-1], refused):
                self.unasked_from = taken[-1].row.line + 1
        if self.unasked_from is not None and done >= self._checked.rows:
            self.unasked_from = None  # it was the last row
        return True


def _changes_rules(one: Taken, refused: dict[int, Sequence[Problem]]) -> bool:
    """Whether a row changes what later rows are decided under: a session learns that from the log."""
    return (
        one.proposal is not None
        and one.proposal.stream.startswith("policy/")
        and one.row.line not in refused
    )
