"""Imports a file: all of it or nothing, and the file itself by hash, rows and control totals."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from typing import Final

import msgspec

from aidledger.domain.events.registry import ControlTotal, FileImported
from aidledger.domain.proposal import Proposal
from aidledger.services.acts.guarding import acknowledged, guard_of
from aidledger.services.acts.lateness import still_to_come
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.importing import applications, payments, scores
from aidledger.services.importing.kinds import Given, Kind, Taken
from aidledger.services.importing.table import read_table
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Committed, Outcome

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind for kind in (applications.KIND, payments.KIND, scores.KIND)
}


NOBODY: Final = "import"
"""The actor where names are only claimed, and nobody named one."""


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """What a file asks for: its hash, its rows, the entries that it leads to, and what to look at."""

    kind: str
    file_hash: str
    rows: int
    totals: tuple[ControlTotal, ...]
    proposals: tuple[Proposal, ...]
    lines: tuple[int | None, ...]
    notes: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        return f"Import(kind={self.kind!r}, file_hash={self.file_hash!r}, rows={self.rows})"


def imported_before(session: Session, kind: str, content: bytes) -> Outcome | None:
    """Return the first receipt of a file that is in the ledger already, whatever it is called."""
    known = session.store.receipt(cause_of(kind, content))
    return acknowledged(session, known) if isinstance(known, Committed) else None


def cause_of(kind: str, content: bytes) -> str:
    """Return the cause under which a file is imported: its kind and its hash."""
    return f"import:{kind}:{hashlib.sha256(content).hexdigest()}"


def prepare(
    session: Session,
    kind: str,
    content: bytes,
    *,
    actor: str = "",
    office: str = "",
    effective_on: str | None = None,
    as_is: bool = False,
) -> Import:
    """Read and check a file without recording anything.

    Args:
        session: an opened ledger.
        kind: one of ``KINDS``.
        content: the file's bytes.
        actor: who imports it; may stay empty where no key is registered.
        office: for which office; where it is empty and no key is registered, the rows say.
        effective_on: the day the rows took effect where they have none of their own.
        as_is: take history as it is, faults and all.

    Raises:
        RefusedError: with every fault of every row, by line and field.
        ServiceError: not a file that can be read, or nobody who could sign what it asks for.

    """
    found = _kind(kind)
    _check_signer(session, actor, office)
    titles = {column.key: (column.title_zh,) for column in found.columns}
    required = [column.key for column in found.columns if column.required]
    rows = read_table(content, titles, required)
    if not rows:
        raise ServiceError("the file has a header and no rows", exit_code=2)
    given = Given(
        actor=actor or NOBODY,
        as_is=as_is,
        effective_on=effective_on or (session.today if kind == "applications" else ""),
        file_hash=hashlib.sha256(content).hexdigest(),
        office=office,
    )
    taken = found.take(session, rows, given)
    if taken.problems:
        raise RefusedError(taken.problems)
    proposals = (_file_imported(session, kind, len(rows), taken, given), *taken.proposals)
    return Import(
        kind=kind,
        file_hash=given.file_hash,
        rows=len(rows),
        totals=tuple(taken.totals),
        proposals=proposals,
        lines=tuple(_line_of(proposal) for proposal in proposals),
        notes=(*taken.notes, *_still_to_come(session.today, taken.proposals)),
    )


def import_prepared(session: Session, what: Import) -> Outcome:
    """Record what a file asks for, in one batch under the file's own cause.

    Raises:
        RefusedError: with the line of the file that each refusal belongs to.

    """
    try:
        return record(session, what.proposals, cause=f"import:{what.kind}:{what.file_hash}")
    except RefusedError as refused:
        raise RefusedError(
            [_with_file_line(problem, what.lines) for problem in refused.problems]
        ) from None


def sample_file(kind: str) -> str:
    """Return a CSV file with the header and one sample row.

    Raises:
        ServiceError: no such kind.

    """
    columns = _kind(kind).columns
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    writer.writerow([column.sample for column in columns])
    return out.getvalue()


def _kind(name: str) -> Kind:
    """Return a kind by its name."""
    if name not in KINDS:
        raise ServiceError(
            f"kind {name[:40]}: expected {', '.join(KINDS)}, found another", exit_code=2
        )
    return KINDS[name]


def _check_signer(session: Session, actor: str, office: str) -> None:
    """Refuse, before a row is read, a file in whose name nobody can sign.

    One actor signs all that a file asks for, with the power of one office; rows name neither.

    Raises:
        ServiceError: the ledger has registered keys, and the actor or the office is not named.

    """
    missing = [name for name, value in (("--actor", actor), ("--office", office)) if not value]
    if missing and guard_of(session) is not None:
        raise ServiceError(
            f"an import into a ledger with registered keys: expected --actor and --office, "
            f"found no {' and no '.join(missing)}",
            hint="name who imports, whose key signs it, and the office acted for",
            exit_code=2,
        )


def _file_imported(session: Session, kind: str, rows: int, taken: Taken, given: Given) -> Proposal:
    """Return the entry about the file itself."""
    event = FileImported(file=given.file_hash, kind=kind, rows=rows, totals=tuple(taken.totals))
    by = Who(actor=given.actor, office=given.office or "import", on=session.today)
    return by.says(f"import/{given.file_hash[:16]}", event)


def _still_to_come(today: str, proposals: Sequence[Proposal]) -> list[Problem]:
    """Return by line what holds from a day after today only: until then no question counts it."""
    early = [proposals[at] for at in sorted(still_to_come(proposals, today))]
    days = {_line_of(one): one.effective_on for one in early}
    return [
        Problem(
            code="still_to_come",
            line=line,
            field="effective_on",
            expected=f"a day up to {today}",
            found=f"{day}, which is still to come: until then no question counts it",
        )
        for line, day in days.items()
    ]


def _line_of(proposal: Proposal) -> int | None:
    """Return the line of the file that an entry comes from."""
    _, _, line = str(getattr(proposal.event, "source", "")).partition("#")
    return int(line) if line.isdigit() else None


def _with_file_line(problem: Problem, lines: tuple[int | None, ...]) -> Problem:
    """Return a refusal with the line of the file instead of the number of the entry."""
    number = problem.line
    if number is None or not 1 <= number <= len(lines):
        return problem
    return msgspec.structs.replace(problem, line=lines[number - 1])
