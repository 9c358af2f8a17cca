"""Imports a bank statement: its lines kept beside the ledger as tokens, its totals and root in an entry.

The table is on the disk before the entry is in the log. The same file again gives the first receipt.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from aidledger.domain.events.fund import AccountOpened, BankStatementReceived
from aidledger.domain.events.register import Kept, StatementImported
from aidledger.domain.keeping import STATEMENT_LINES
from aidledger.domain.recorded import standing
from aidledger.ledger.commitment import account_token
from aidledger.replay.engine import EngineLimits
from aidledger.replay.intake.engine import IntakeError, intake
from aidledger.replay.kept import columns_of_kept, said_of
from aidledger.replay.views import quoted
from aidledger.services.acts.recording import record
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.acts.who import Who
from aidledger.services.decoding import recorded_all
from aidledger.services.funds.statement import Statement, read_statement
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.services.tables.place import keep, tables_of
from aidledger.store.outcome import Outcome

_ROWS: Final = "statement_rows"
_OPENED: Final = ("AccountOpened", "EntryAnnulled", "EntryCorrected")


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
            if dry_run:
                event = _event(account, statement, said_of(connection, _ROWS, STATEMENT_LINES))
                return Imported(fund, statement, event, None)
            with tables_of(session.store) as folder:
                event = _event(account, statement, keep(folder, connection, _ROWS, STATEMENT_LINES))
                return Imported(fund, statement, event, _record(session, fund, event, wanted))
    except IntakeError as error:
        raise ServiceError(f"the statement can't be taken in: {error}", exit_code=75) from None


def account_of(session: Session, name: str) -> tuple[str, str]:
    """Return the stream of a fund and the token of its account, by either of them.

    Raises:
        ServiceError: no fund opened such an account, or several share it.

    """
    opened: dict[str, str] = {}
    for entry in standing(recorded_all(session.store.read_types(_OPENED))):
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


def _lay(connection: Any, statement: Statement) -> None:
    """Put the lines into a table of the engine, a column at a time."""
    columns = columns_of_kept(STATEMENT_LINES)
    chosen = ", ".join(f"UNNEST(CAST(? AS {kind}[])) AS {quoted(name)}" for name, kind in columns)
    lists = [list(values) for values in zip(*statement.lines, strict=True)]
    connection.execute(f"CREATE TABLE {_ROWS} AS SELECT {chosen}", lists)


def _event(account: str, statement: Statement, kept: Kept) -> StatementImported:
    return StatementImported(
        account=account,
        closing_fen=statement.closing_fen,
        file=statement.file,
        first_on=statement.lines[0].day,
        in_fen=statement.total_fen("in"),
        in_lines=sum(line.credit_fen > 0 for line in statement.lines),
        kept=kept,
        last_on=statement.lines[-1].day,
        opening_fen=statement.opening_fen,
        out_fen=statement.total_fen("out"),
        out_lines=sum(line.debit_fen > 0 for line in statement.lines),
    )


def _record(session: Session, fund: str, event: StatementImported, wanted: Wanted) -> Outcome:
    """Record the balance at the end of the last day, and the lines, in one batch."""
    by = Who(actor=wanted.actor, office=wanted.office, on=wanted.on or event.last_on)
    stated = BankStatementReceived(
        balance_fen=event.closing_fen, file=event.file, stated_on=event.last_on
    )
    proposals = [by.says(fund, said) for said in (stated, event)]
    return record(session, proposals, cause=f"statement:{fund}:{event.file}")
