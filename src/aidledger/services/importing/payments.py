"""A bank's result file: what it paid and what came back, line by line of a pay run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from aidledger.domain.events.payment import BankResultReceived, PaymentIssued, PaymentReturned
from aidledger.domain.events.registry import ControlTotal
from aidledger.domain.proposal import Proposal
from aidledger.ledger.commitment import account_token
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.acts.who import Who
from aidledger.services.importing.booked import ResultLine, booked_of
from aidledger.services.importing.cells import Cells, shown, source_of
from aidledger.services.importing.kinds import Column, Given, Kind, Taken
from aidledger.services.importing.table import Row
from aidledger.services.problems import Problem
from aidledger.services.session import Session

_TOKEN: Final = re.compile(r"a[0-9a-f]{32}")
_ACCOUNT: Final = re.compile(r"[0-9]{8,30}")
RESULTS: Final = {"paid": ("成功", "已发放"), "returned": ("退回", "失败")}
"""What the bank did with a line, as its code and as banks write it."""
_KINDS: Final = {
    "regular": ("正常",),
    "arrears": ("补发",),
    "reissue": ("重发",),
    "one_off": ("一次性",),
}

COLUMNS: Final = (
    Column(key="run", title_zh="发放批次", sample="2022-03"),
    Column(key="case", title_zh="案件编号", sample="520123-2022-000001"),
    Column(key="month", title_zh="月份", sample="2022-03"),
    Column(key="account", title_zh="账号", sample="6222020000000000000"),
    Column(key="amount_yuan", title_zh="金额（元）", sample="1128.00"),
    Column(key="result", title_zh="结果", sample="paid"),
    Column(key="result_on", title_zh="日期", sample="2022-03-28"),
    Column(key="reason", title_zh="退回原因", sample="", required=False),
    Column(key="kind", title_zh="类别", sample="regular", required=False),
)


def take(session: Session, rows: Sequence[Row], given: Given) -> Taken:
    """Return what the bank says as entries: each line, and the sums of each run."""
    problems: list[Problem] = []
    notes: list[Problem] = []
    lines: list[ResultLine] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        before = len(problems)
        cells = Cells(row, problems)
        line = _line(session, cells, given)
        key = (line.run, line.case, line.month, line.kind, line.result)
        if key in seen and len(problems) == before:
            cells.fault("case", "one line a case, month and result", f"line {seen[key]} again")
        seen.setdefault(key, row.line)
        if len(problems) == before:
            lines.append(line)
    booked = booked_of(session, {line.case for line in lines})
    if not given.as_is:
        problems += [_said_before(line) for line in lines if booked[line.case].has(line)]
        notes += [note for line in lines for note in booked[line.case].differences(line)]
    proposals = [
        entry
        for line in sorted(lines, key=lambda line: line.result == "returned")  # it was sent first
        for entry in _entries(line, given, sent=booked[line.case].takes(line))
    ]
    proposals += [
        _result([line for line in lines if line.run == run], run, given)
        for run in sorted({line.run for line in lines})
    ]
    return Taken(proposals=proposals, totals=_totals(lines), problems=problems, notes=notes)


def _line(session: Session, cells: Cells, given: Given) -> ResultLine:
    """Read one row; faults are kept with the row's line."""
    case = cells.code("case", of="case")
    if case and not given.as_is and not session.states.version(f"case/{case}"):
        cells.fault("case", "a case of this ledger", shown(case), "unknown_case")
    run = cells.code("run", of="run")
    if run and not given.as_is and not session.states.version(f"run/{run}"):
        cells.fault("run", "a pay run of this ledger", shown(run), "unknown_run")
    result = cells.choice("result", RESULTS)
    return ResultLine(
        account=_account(session, cells),
        amount_fen=cells.fen("amount_yuan"),
        case=case,
        kind=cells.choice("kind", _KINDS, "regular"),
        line=cells.line,
        month=cells.month("month"),
        reason=cells.code("reason", required=result == "returned"),
        result=result,
        result_on=cells.day("result_on"),
        run=run,
    )


def _account(session: Session, cells: Cells) -> str:
    """Return the token of the account; the number itself goes no further."""
    number = cells.digits("account").replace(" ", "")
    if not number or _TOKEN.fullmatch(number):
        return number
    if not _ACCOUNT.fullmatch(number):
        cells.fault("account", "8 to 30 digits, or the account's token", "something else")
        return ""
    return account_token(secrets_of(session).pepper, number)


def _said_before(line: ResultLine) -> Problem:
    """Return that a line is recorded already: another file with the same lines would pay them twice."""
    return Problem(
        code="said_before",
        line=line.line,
        field="case",
        expected="a line that the ledger does not have yet (--as-is: the bank did it twice)",
        found="one that it has",
    )


def _entries(line: ResultLine, given: Given, *, sent: bool) -> list[Proposal]:
    """Return the entries of one line: a returned line was sent first, then came back."""
    source = source_of(given.file_hash, line.line)
    issued = PaymentIssued(
        account=line.account,
        amount_fen=line.amount_fen,
        kind=line.kind,  # type: ignore[arg-type]  # one of _KINDS
        month=line.month,
        paid_on=line.result_on,
        run=f"run/{line.run}",
        source=source,
    )
    stream, by = f"case/{line.case}", _by(given, line.result_on)
    entries = [] if sent else [by.says(stream, issued)]
    if line.result == "returned":
        returned = PaymentReturned(
            amount_fen=line.amount_fen,
            month=line.month,
            reason=line.reason,
            returned_on=line.result_on,
            run=f"run/{line.run}",
            source=source,
        )
        entries.append(by.says(stream, returned))
    return entries


def _result(lines: Sequence[ResultLine], run: str, given: Given) -> Proposal:
    """Return the sums of one run as the bank's result."""
    paid = [line.amount_fen for line in lines if line.result == "paid"]
    returned = [line.amount_fen for line in lines if line.result == "returned"]
    event = BankResultReceived(
        file=given.file_hash,
        paid_fen=sum(paid),
        paid_lines=len(paid),
        returned_fen=sum(returned),
        returned_lines=len(returned),
        source=source_of(given.file_hash, lines[0].line),
    )
    by = _by(given, max(line.result_on for line in lines))
    return by.says(f"run/{run}", event)


def _by(given: Given, on: str) -> Who:
    return Who(actor=given.actor, office=given.office or "bank", on=on)


def _totals(lines: Sequence[ResultLine]) -> list[ControlTotal]:
    """Return the control totals of the file, in fen."""
    return [
        ControlTotal(
            column=f"amount_fen_{result}",
            total=sum(line.amount_fen for line in lines if line.result == result),
        )
        for result in RESULTS
    ]


KIND: Final = Kind(name="payments", columns=COLUMNS, take=take)
