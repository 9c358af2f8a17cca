"""What the ledger itself says of histories: which were begun, how far each has come, what came of it."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from aidledger.domain.events.registry import ControlTotal, FileImported
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.decoding import readable
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Committed, Unknown

HISTORY: Final = "history"
RECORDED: Final = "history-recorded"
"""The kinds of the two entries about a file: what it holds, and what of it was recorded."""
BEGIN: Final = "begin"
END: Final = "end"
NOBODY: Final = "import"
_BEHIND_MARK: Final = "behind_mark"
_WHOSE: Final = (
    "find out first: was an old backup restored, the tail cut off, or another ledger put here"
)
_TRANSIENT: Final = 75
_CAUSE: Final = re.compile(
    r"import:history:(?P<file>[0-9a-f]{64})#(?P<first>\d+)-(?P<last>\d+):(?P<rows>\d+)"
)


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """How far a history has come: its last line that is done with, and the rows recorded."""

    line: int = 0
    rows: int = 0


class HistoryImported(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an import: of so many rows so many are in the ledger, the others rejected.

    `before` is how many rows an earlier run had recorded; `still_to_come` of how many rows that this run
    recorded the day is still to come, from the line `still_to_come_line` on: no question counts them before.
    """

    file_hash: str
    rows: int
    recorded: int
    rejected: int
    before: int
    totals: tuple[ControlTotal, ...]
    size: int
    root: str
    still_to_come: int = 0
    still_to_come_line: int | None = None


def cause_of(file_hash: str, part: str) -> str:
    """Return the cause of a batch of a file (`first-last:rows`), or of an entry about the file."""
    mark = "#" if part[0].isdigit() else "/"
    return f"import:{HISTORY}:{file_hash}{mark}{part}"


def reached(session: Session, file_hash: str) -> Reached:
    """Return how far the ledger says that a history has come."""
    line = rows = 0
    for batch in session.store.read_batches():
        found = _CAUSE.fullmatch(batch.cause) if isinstance(batch.cause, str) else None
        if found and found["file"] == file_hash:
            line = max(line, int(found["last"]))
            rows += int(found["rows"])
    return Reached(line=line, rows=rows)


def check_others(session: Session, file_hash: str) -> None:
    """Refuse to begin while another history is unfinished: it may be this one, before a change."""
    begun: dict[str, int] = {}
    for entry in readable(session.store, session.store.read_types(["FileImported"])):
        match entry.event:
            case FileImported(kind="history", file=digest, rows=rows):
                begun[digest] = rows
            case FileImported(kind="history-recorded", file=digest):
                begun.pop(digest, None)
            case _:
                pass
    for digest, rows in begun.items():
        if digest != file_hash:
            raise ServiceError(
                f"another history is unfinished: {digest}, {rows} rows, recorded up to line"
                f" {reached(session, digest).line}",
                hint="import that file to its end first, with --keep-going where rules refuse rows;"
                " if this one is no other version of it: --beside",
            )


def summary(session: Session, file_hash: str, before: int | None = None) -> HistoryImported:
    """Return what the ledger says of a finished import; `before`: what this run found recorded."""
    said = {
        entry.event.kind: entry.event
        for entry in session.stream(f"import/{file_hash[:16]}")
        if isinstance(entry.event, FileImported) and entry.event.file == file_hash
    }
    begun, done = said[HISTORY], said[RECORDED]
    head = session.store.head()
    return HistoryImported(
        file_hash=file_hash,
        rows=begun.rows,
        recorded=done.rows,
        rejected=begun.rows - done.rows,
        before=done.rows if before is None else before,
        totals=begun.totals,
        size=head.size,
        root=head.root.hex(),
    )


def say(session: Session, event: FileImported, *, part: str, actor: str, office: str) -> None:
    """Record an entry about the file itself, once."""
    cause = cause_of(event.file, part)
    if isinstance(session.store.receipt(cause), Committed):
        return
    by = Who(actor=actor or NOBODY, office=office or NOBODY, on=session.today)
    outcome = record(session, [by.says(f"import/{event.file[:16]}", event)], cause=cause)
    if isinstance(outcome, Unknown):
        outcome = session.store.resolve(cause)
    if not isinstance(outcome, Committed):
        raise rejected(outcome.code, outcome.message)


def rejected(code: str, message: str) -> ServiceError:
    """Return what is said of a batch that the store rejected; another history is there for good."""
    if code == _BEHIND_MARK:
        return ServiceError(message, hint=_WHOSE)
    return ServiceError(message, hint="run the same command again", exit_code=_TRANSIENT)
