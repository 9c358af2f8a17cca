"""Imports a bank statement: its lines kept beside the ledger as tokens, its totals and root in an entry.

The table is on the disk before the entry is in the log. The same file again gives the first receipt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from msgspec import UNSET

from aidledger.domain.events.fund import AccountOpened, BankStatementReceived
from aidledger.domain.events.register import Kept, StatementImported
from aidledger.domain.keeping import STATEMENT_LINES
from aidledger.domain.recorded import amended_each
from aidledger.domain.statements import Stated, beside
from aidledger.domain.values import is_day, is_month, month_end, month_start
from aidledger.ledger.commitment import account_token
from aidledger.replay.engine import EngineLimits
from aidledger.replay.intake.engine import IntakeError, intake
from aidledger.replay.kept import columns_of_kept, said_of
from aidledger.replay.views import quoted
from aidledger.services.acts.guarding import acknowledged
from aidledger.services.acts.recording import record
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.acts.who import Who
from aidledger.services.clock import CHINA
from aidledger.services.decoding import readable
from aidledger.services.funds.statement import Statement, read_statement
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.services.tables.place import keep, tables_of
from aidledger.store.outcome import Committed, Outcome, Rejected

_ROWS: Final = "statement_rows"
_AMENDING: Final = ("EntryAnnulled", "EntryCorrected")
_OPENED: Final = ("AccountOpened", *_AMENDING)


class Wanted(NamedTuple):
    """Whose statement it is (a fund, or the token of its account), of which month, and who says so."""

    account: str
    month: str | None
    actor: str
    office: str
    on: str | None = None


class Imported(NamedTuple):
    """What came of it: the fund, what was read, the entry; no outcome of a rehearsal."""

    fund: str
    statement: Statement
    event: StatementImported
    outcome: Outcome | None


def import_statement(
    session: Session, content: bytes, wanted: Wanted, *, dry_run: bool = False
) -> Imported:
    """Import a file, or only try to; its closing balance is recorded as the bank's statement of that day.

    Raises:
        RefusedError: a row is wrong, a balance does not follow, or the file names another account;
            nothing is written.
        ServiceError: no such account, no file that can be read as a statement, or no room.

    """
    pepper = secrets_of(session).pepper
    fund, account = account_of(session, wanted.account)
    if wanted.month is not None:
        _check_over(session, wanted.month)
    statement = read_statement(
        content, lambda number: account_token(pepper, number), month=wanted.month
    )
    if statement.accounts and account not in statement.accounts:
        raise RefusedError(
            [
                Problem(
                    code="other_account",
                    line=1,
                    expected=f"the account of {fund}",
                    found="the number of another above the header",
                )
            ]
        )
    try:
        with intake(EngineLimits()) as connection:
            _lay(connection, statement)
            name = _name_of(fund, statement, wanted.month)
            others = _others(session, fund, account, name)
            if dry_run:
                kept = said_of(connection, _ROWS, STATEMENT_LINES)
                event = _event(account, statement, kept, wanted.month, others)
                return Imported(fund, statement, event, None)
            with tables_of(session.store) as folder:
                kept = keep(folder, connection, _ROWS, STATEMENT_LINES)
                event = _event(account, statement, kept, wanted.month, others)
                return Imported(fund, statement, event, _record(session, fund, event, wanted, name))
    except IntakeError as error:
        raise ServiceError(f"the statement can't be taken in: {error}", exit_code=75) from None


def account_of(session: Session, name: str) -> tuple[str, str]:
    """Return the stream of a fund and the token of its account, by either of them.

    Raises:
        ServiceError: no fund opened such an account, or several share it.

    """
    opened: dict[str, str] = {}
    for entry in amended_each(readable(session.store, session.store.read_types(_OPENED))):
        if isinstance(entry.event, AccountOpened):
            opened[entry.stream] = entry.event.account
    fund = name if name.startswith("fund/") else f"fund/{name}"
    if fund in opened:
        return fund, opened[fund]
    sharing = sorted(stream for stream, account in opened.items() if account == name)
    if len(sharing) == 1:
        return sharing[0], name
    found = f"{len(sharing)} that share it" if sharing else "none"
    raise ServiceError(
        f"--account {name[:40]}: expected a fund with an account of its own, found {found}",
        hint="name a fund, as in fund/tekun-2022; its account is opened by AccountOpened",
        exit_code=2,
    )


def _check_over(session: Session, month: str) -> None:
    """Refuse a statement of a whole month that is not over: days would count as stated that are not.

    Raises:
        ServiceError: it is not over, or no month.

    """
    if not is_month(month):
        raise ServiceError(f"--month {month[:20]}: expected YYYY-MM, found another", exit_code=2)
    if month_end(month) >= session.clock.now().astimezone(CHINA).date():
        raise ServiceError(
            f"--month {month}: expected a month that is over, found one that is not",
            hint="leave --month away: the statement is then of the days from its first line to its last",
            exit_code=2,
        )


def _name_of(fund: str, statement: Statement, month: str | None) -> str:
    """Return the name of the request: the same file again is the same request.

    Files of months in which nothing moved may have the same bytes: those differ by the month.
    """
    quiet = "" if statement.lines else f":{month}"
    return f"statement:{fund}:{statement.file}{quiet}"


def _others(session: Session, fund: str, account: str, name: str) -> list[Stated]:
    """Return the statements of an account that stood before one was first imported."""
    first = session.store.receipt(name)
    end = first.receipt.position if isinstance(first, Committed) else None
    return [
        Stated(position, said.first_on, said.last_on, said.opening_fen, said.closing_fen)
        for position, stream, said in _statements(session, end)
        if stream == fund and said.account == account
        if is_day(said.first_on) and is_day(said.last_on) and said.first_on <= said.last_on
    ]


def _statements(
    session: Session, end: int | None = None
) -> Iterator[tuple[int, str, StatementImported]]:
    """Yield position, stream and content of every statement, as amended before an end."""
    entries = readable(session.store, session.store.read_types(("StatementImported", *_AMENDING)))
    for entry in amended_each(one for one in entries if end is None or one.position < end):
        if isinstance(entry.event, StatementImported):
            yield entry.position, entry.stream, entry.event


def _lay(connection: Any, statement: Statement) -> None:
    """Put the lines into a table of the engine, a column at a time."""
    columns = columns_of_kept(STATEMENT_LINES)
    chosen = ", ".join(f"UNNEST(CAST(? AS {kind}[])) AS {quoted(name)}" for name, kind in columns)
    lists = [[line[at] for line in statement.lines] for at in range(len(columns))]
    connection.execute(f"CREATE TABLE {_ROWS} AS SELECT {chosen}", lists)


def _event(
    account: str, statement: Statement, kept: Kept, month: str | None, others: list[Stated]
) -> StatementImported:
    """Return what is recorded of a statement, with what those beside it say."""
    first_on = month_start(month).isoformat() if month else statement.lines[0].day
    last_on = month_end(month).isoformat() if month else statement.lines[-1].day
    new = Stated(-1, first_on, last_on, statement.opening_fen, statement.closing_fen)
    before, after = beside(others, new)
    return StatementImported(
        account=account,
        after=after or UNSET,
        before=before or UNSET,
        closing_fen=statement.closing_fen,
        file=statement.file,
        first_on=first_on,
        in_fen=statement.total_fen("in"),
        in_lines=sum(line.credit_fen > 0 for line in statement.lines),
        kept=kept,
        last_on=last_on,
        opening_fen=statement.opening_fen,
        out_fen=statement.total_fen("out"),
        out_lines=sum(line.debit_fen > 0 for line in statement.lines),
    )


def _record(
    session: Session, fund: str, event: StatementImported, wanted: Wanted, name: str
) -> Outcome:
    """Record the balance at the end of the last day, and the lines, in one batch.

    Raises:
        ServiceError: the file was imported before as a statement of other days, and never corrected.

    """
    by = Who(actor=wanted.actor, office=wanted.office, on=wanted.on or event.last_on)
    stated = BankStatementReceived(
        balance_fen=event.closing_fen, file=event.file, stated_on=event.last_on
    )
    proposals = [by.says(fund, said) for said in (stated, event)]
    outcome = record(session, proposals, cause=name)
    first = session.store.receipt(name) if _reused(outcome) else None
    if isinstance(first, Committed):
        at = first.receipt.position + len(proposals) - 1
        if _days_now(session, at) == (event.first_on, event.last_on):
            return acknowledged(session, first)  # corrected to them since: it is recorded
        raise ServiceError(
            f"this file: expected the days that it was imported with in entry {at}, found others",
            hint=f"aidledger record: correct entry {at} by two EntryCorrected, field first_on with the "
            rf'value "\"{event.first_on}\"" and field last_on with "\"{event.last_on}\""',
            exit_code=2,
        )
    return outcome


def _days_now(session: Session, position: int) -> tuple[str, str] | None:
    """Return the days of the statement at a position, as corrected since."""
    days = {at: (said.first_on, said.last_on) for at, _, said in _statements(session)}
    return days.get(position)


def _reused(outcome: Outcome) -> bool:
    return isinstance(outcome, Rejected) and outcome.code == "cause_reused"
