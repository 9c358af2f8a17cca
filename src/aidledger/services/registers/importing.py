"""Imports a register of another office: read, tokenised, kept beside the ledger, vouched for by an entry.

The file of the table is on the disk before the entry is in the log; who is killed between the two has
left a file that nothing names, and the next import removes it. The same file again gives the first
receipt, and brings the table back where it was lost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from aidledger.domain.events.register import RegisterImported, Unusable
from aidledger.domain.events.registry import ControlTotal
from aidledger.domain.keeping import KEPT_TABLES
from aidledger.domain.registers.kinds import KINDS, RegisterKind
from aidledger.ledger.canonical import INTEGER_LIMIT
from aidledger.replay.engine import EngineLimits
from aidledger.replay.intake.engine import IntakeError, intake
from aidledger.replay.intake.taking import ROWS, MisfitError, Taken, reports, take
from aidledger.replay.kept import said_of
from aidledger.services.acts.recording import record
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.acts.who import Who
from aidledger.services.files import write_file
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.services.registers.reading import Read, read_into
from aidledger.services.registers.reasons import REASONS, masked
from aidledger.services.session import Session
from aidledger.services.tables.place import keep, tables_of
from aidledger.store.outcome import Outcome

REPORTED: Final = ("line", "column", "reason", "kept", "found", "中文", "English")
"""The columns of the file of cells that could not be used."""


class Wanted(NamedTuple):
    """What is asked for: a register of some kind, from whom, as of which day, by whom."""

    kind: str
    from_unit: str
    dated: date
    actor: str
    office: str
    columns: Mapping[str, str] = {}
    adds: bool = False
    strict: bool = False


class Imported(NamedTuple):
    """What came of it: how the file was written, what was taken in, the entry; no outcome of a rehearsal."""

    read: Read
    taken: Taken
    event: RegisterImported
    outcome: Outcome | None


def kind_of(name: str) -> RegisterKind:
    """Return a kind of register.

    Raises:
        ServiceError: there is none of this name.

    """
    if name not in KINDS:
        raise ServiceError(
            f"kind {name[:40]}: expected {', '.join(KINDS)}, found another",
            hint="aidledger compare kinds lists them",
            exit_code=2,
        )
    return KINDS[name]


def import_register(
    session: Session,
    path: Path,
    wanted: Wanted,
    *,
    rejects: Path | None = None,
    dry_run: bool = False,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Import a file, or only try to.

    Args:
        session: a ledger opened for writing.
        path: the file.
        wanted: what it is, and who says so.
        rejects: where the cells that can't be used are listed, without what stands in them.
        dry_run: write nothing but that list.
        limits: how much memory and how many threads to take.
        progress: told how many rows are read.

    Raises:
        RefusedError: the columns are not those of the kind, a cell is a formula, or `strict` and
            something can't be used; nothing is written.
        ServiceError: the file can't be read as a table, or the engine lacked memory.
        OSError: the file can't be read, or the list not written.

    """
    kind = kind_of(wanted.kind)
    try:
        with intake(limits) as connection:
            read = read_into(connection, path, kind, wanted.columns, progress)
            taken = _take(session, connection, kind, read, wanted)
            if rejects is not None:
                rejects.parent.mkdir(parents=True, exist_ok=True)
                write_file(rejects, _listed(connection))
            if wanted.strict and taken.unusable:
                raise RefusedError(_first(connection))
            if dry_run:
                kept = said_of(connection, ROWS, KEPT_TABLES[kind.table])
                return Imported(read, taken, _event(read, taken, wanted, kept), None)
            with tables_of(session.store) as folder:
                kept = keep(folder, connection, ROWS, KEPT_TABLES[kind.table])
                event = _event(read, taken, wanted, kept)
                return Imported(read, taken, event, _record(session, event, wanted))
    except IntakeError as error:
        raise ServiceError(
            f"the file can't be taken in: {error}",
            hint="--memory gives it more, or split the file and import the parts with --adds"
            if error.memory
            else "save it as CSV in UTF-8, XLSX or Parquet",
            exit_code=75 if error.memory else 2,
        ) from None


def _take(
    session: Session, connection: Any, kind: RegisterKind, read: Read, wanted: Wanted
) -> Taken:
    """Take the rows in; refuse a file whose columns have slipped, or of which nothing is left."""
    try:
        taken = take(
            connection,
            kind,
            read.header.factors,
            dated=wanted.dated,
            pepper=secrets_of(session).pepper,
        )
    except MisfitError as error:
        misfit = error.misfit
        what = next(column for column in kind.columns if column.name == misfit.column)
        problem = Problem(
            code="column_misfit",
            line=misfit.line,
            field=misfit.column,
            expected=f"cells of {what.titles[0]} ({what.form})",
            found=f"{masked(misfit.column, misfit.cell)}: {REASONS[misfit.reason][1]}; "
            f"so in {misfit.bad} of {misfit.of} rows",
        )
        raise RefusedError([problem]) from None
    if not taken.kept:
        raise RefusedError(_first(connection))
    for column, total in taken.totals:
        if total > INTEGER_LIMIT:
            raise ServiceError(f"{column}: the sum is above all bounds", exit_code=2)
    return taken


def _event(read: Read, taken: Taken, wanted: Wanted, kept: Any) -> RegisterImported:
    """Return what the entry says."""
    return RegisterImported(
        adds=wanted.adds,
        file=read.digest,
        first_on=None if taken.first_on is None else taken.first_on.isoformat(),
        from_unit=wanted.from_unit,
        kept=kept,
        kind=wanted.kind,
        last_on=None if taken.last_on is None else taken.last_on.isoformat(),
        persons=taken.persons,
        rows=taken.rows,
        totals=tuple(ControlTotal(column=name, total=total) for name, total in taken.totals),
        unusable=tuple(Unusable(column=c, reason=r, rows=n) for c, r, n in taken.unusable),
    )


def _record(session: Session, event: RegisterImported, wanted: Wanted) -> Outcome:
    """Record the entry, under a cause of its own for each file, unit and day."""
    dated = wanted.dated.isoformat()
    by = Who(actor=wanted.actor, office=wanted.office, on=dated)
    cause = f"register:{event.kind}:{event.from_unit}:{dated}:{event.file}"
    return record(session, [by.says(f"register/{event.kind}", event)], cause=cause)


def _listed(connection: Any) -> bytes:
    """Return the list of cells that can't be used, as CSV for a spreadsheet."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(REPORTED)
    for one in reports(connection):
        kept = "yes" if one.kept else "no"
        found = masked(one.column, one.cell) if one.cell else ""
        writer.writerow((one.line, one.column, one.reason, kept, found, *REASONS[one.reason]))
    return out.getvalue().encode()


def _first(connection: Any, most: int = 20) -> list[Problem]:
    """Return the first cells that can't be used, as what stood in the way."""
    return [
        Problem(
            code=one.reason,
            line=one.line,
            field=one.column,
            expected="a cell that can be used",
            found=REASONS[one.reason][1],
        )
        for one, _ in zip(reports(connection), range(most), strict=False)
    ]
