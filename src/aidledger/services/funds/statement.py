"""Reads a bank's statement of one account: CSV or a workbook, as banks in China write them.

Kept of a line are its day, its amounts, the balance, the token of the other account and a code for what
the bank's words say. Names are dropped where they are read. Each balance must follow from the one before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Final, NamedTuple

from aidledger.domain.money import format_yuan
from aidledger.domain.registers.kinds import Column, RegisterKind
from aidledger.replay.intake.cells import NUMERIC
from aidledger.services.importing.cells import Cells
from aidledger.services.importing.table import MAX_FILE_BYTES, MAX_ROWS, Row, csv_lines
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.services.registers.columns import HEADER_WITHIN, Header, header_of
from aidledger.services.registers.workbooks import book_rows, is_workbook

COLUMNS: Final = RegisterKind(
    "statement",
    "银行对账单",
    "bank statement",
    (
        Column(
            "day",
            "day",
            ("交易日期", "记账日期", "入账日期", "交易时间", "日期", "date"),
            required=True,
        ),
        Column(
            "debit",
            "hundredths",
            ("借方发生额", "借方金额", "借方", "支出金额", "支出", "付款金额", "转出金额"),
            required=True,
        ),
        Column(
            "credit",
            "hundredths",
            ("贷方发生额", "贷方金额", "贷方", "收入金额", "收入", "收款金额", "转入金额"),
            required=True,
        ),
        Column(
            "balance", "hundredths", ("余额", "账户余额", "本次余额", "账面余额"), required=True
        ),
        Column("party", "account", ("对方账号", "对方账户", "对手账号", "收付款账号")),
        Column("note", "name", ("摘要", "用途", "附言", "备注", "交易摘要")),
    ),
)
"""What banks call the columns that are read; every other one is dropped."""
_CODES: Final = (
    ("returned", ("退票", "退汇", "退回", "冲正", "冲销", "撤销")),
    ("interest", ("利息", "结息")),
    ("fee", ("手续费", "工本费", "管理费", "服务费")),
    ("pay_run", ("代发", "批量", "发放", "补贴", "救助金", "低保", "供养")),
    ("grant", ("拨款", "下达", "财政", "零余额")),
    ("transfer", ("调拨", "转账", "转存", "转入", "转出")),
)
"""What a part of the bank's words says; the first that is found. Other words are dropped."""
_TOTALS: Final = ("合计", "小计", "总计", "累计", "本页", "过次页")
_OPENING: Final = ("期初", "上期", "承前页", "上年结转")
_ACCOUNT: Final = re.compile(r"(?<![0-9])[0-9]{10,30}(?![0-9])")
_SHORT_DAY: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WHOLE_ACCOUNT: Final = re.compile(r"[0-9A-Za-z]{6,40}")


class Line(NamedTuple):
    """One movement: its line in the file, its day, amounts in fen, the other account's token, a code."""

    line: int
    day: str
    debit_fen: int
    credit_fen: int
    balance_fen: int
    party: str | None
    code: str | None


class Statement(NamedTuple):
    """A whole statement, its lines from the oldest on; `accounts` are tokens of numbers above the header."""

    lines: tuple[Line, ...]
    opening_fen: int
    closing_fen: int
    file: str
    accounts: tuple[str, ...]

    def total_fen(self, side: str) -> int:
        """Return what went ``out`` (debit) or came ``in`` (credit)."""
        return sum(line.debit_fen if side == "out" else line.credit_fen for line in self.lines)


def read_statement(
    content: bytes, token: Callable[[str], str], *, month: str | None = None
) -> Statement:
    """Read a statement, whole or not at all.

    Args:
        content: the file: CSV in UTF-8 or GB18030, XLSX, XLS or ODS; notes may stand above its header.
        token: makes the token of an account number.
        month: the month that all its lines must be of (``YYYY-MM``). Only of a month may it be said
            that nothing moved in it: no line below the opening balance.

    Raises:
        RefusedError: with every fault of every row; the line at which the balance no longer follows.
        ServiceError: no file that can be read as a statement.

    """
    rows = _rows(content)
    above = [(line, cells) for line, cells in islice(rows, HEADER_WITHIN) if any(cells)]
    header = _header(above)
    problems: list[Problem] = []
    found: list[Line] = []
    opening: int | None = None
    for line, cells in _all_after(header.line, above, rows):
        if len(found) > MAX_ROWS:
            raise ServiceError(f"the file has more rows than {MAX_ROWS}", exit_code=2)
        if not any(cells) or _starts_with(cells, _TOTALS):
            continue
        taken = _Taken(header, line, cells, problems)
        if _starts_with(cells, _OPENING) and not found and opening is None:
            opening = taken.fen("balance")
        else:
            found.append(taken.movement(token, month))
    if not problems and not found and (opening is None or month is None):
        raise ServiceError("the statement has a header and no movements", exit_code=2)
    if problems:
        raise RefusedError(problems)
    lines = _in_order(found, opening) if found else []
    first = lines[0] if lines else None
    opening = first.balance_fen - first.credit_fen + first.debit_fen if first else opening or 0
    return Statement(
        lines=tuple(lines),
        opening_fen=opening,
        closing_fen=lines[-1].balance_fen if lines else opening,
        file=hashlib.sha256(content).hexdigest(),
        accounts=tuple(
            token(number)
            for line, cells in above
            if line < header.line
            for cell in cells
            for number in _ACCOUNT.findall(cell.replace(" ", "").replace("-", ""))
        ),
    )


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of the file."""
    if len(content) > MAX_FILE_BYTES:
        raise ServiceError(
            f"the file has {len(content)} bytes, expected at most {MAX_FILE_BYTES}", exit_code=2
        )
    if is_workbook(content[:8]):
        yield from book_rows(content)
        return
    for line, cells in csv_lines(content):
        yield line, [str(cell if cell is not None else "").strip() for cell in cells]


def _header(above: Sequence[tuple[int, list[str]]]) -> Header:
    try:
        return header_of(COLUMNS, above, {})
    except ServiceError as error:
        raise ServiceError(
            str(error), hint="docs/FUNDS.md lists the titles that are known", exit_code=2
        ) from None


def _all_after(
    header: int, above: Sequence[tuple[int, list[str]]], rows: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield from ((line, cells) for line, cells in above if line > header)
    yield from rows


def _starts_with(cells: Sequence[str], words: Sequence[str]) -> bool:
    """Whether some cell of a row begins so."""
    return any(cell.replace(" ", "").startswith(tuple(words)) for cell in cells)


class _Taken:
    """The cells of one row by their columns; faults go to a list that all rows share."""

    def __init__(
        self, header: Header, line: int, cells: Sequence[str], problems: list[Problem]
    ) -> None:
        self._header = header
        self._raw = {
            name: cells[at] if at < len(cells) else "" for name, at in header.places.items()
        }
        self._line = line
        self._problems = problems
        if len(cells) > header.width and any(cells[header.width :]):
            self.fault("", f"{header.width} cells, as in the header", f"{len(cells)} cells")

    def fault(self, field: str, expected: str, found: str, code: str = "bad_cell") -> None:
        self._problems.append(
            Problem(code=code, line=self._line, field=field, expected=expected, found=found)
        )

    def _cell(self, field: str, text: str) -> Cells:
        return Cells(Row(line=self._line, cells={field: text}), self._problems)

    def text(self, field: str) -> str:
        return self._raw.get(field, "").removeprefix(NUMERIC).strip()

    def fen(self, field: str) -> int:
        """Return an amount in fen, 0 of an empty cell; a reversal stands below 0."""
        text = self.text(field).replace(" ", "").lstrip("¥￥")
        if text in ("", "-", "--"):
            return 0
        sign = -1 if text.startswith("-") else 1
        factor = self._header.factors.get(field, 1)
        return sign * factor * self._cell(field, text.lstrip("-¥￥")).fen(field)

    def movement(self, token: Callable[[str], str], month: str | None) -> Line:
        """Return the row as a movement; what is wrong with it goes to the problems."""
        day = self._day(month)
        if not self.text("balance"):
            self.fault("balance", "the balance after the line", "an empty cell", "empty_cell")
        before = len(self._problems)
        debit, credit = self.fen("debit"), self.fen("credit")
        # banks write a reversal below 0, on the side where the line stood
        debit, credit = max(debit, 0) + max(-credit, 0), max(credit, 0) + max(-debit, 0)
        if len(self._problems) == before and bool(debit) == bool(credit):
            self.fault("debit", "an amount on one side", "none" if not debit else "one on both")
        return Line(
            self._line, day, debit, credit, self._balance(), self._party(token), self._code()
        )

    def _balance(self) -> int:
        fen = self.fen("balance")
        if fen < 0:
            self.fault("balance", "a balance from 0", "one below 0")
        return fen

    def _day(self, month: str | None) -> str:
        text = self.text("day").partition(" ")[0].partition("T")[0]
        short = _SHORT_DAY.fullmatch(text)
        day = self._cell("day", "-".join(short.groups()) if short else text).day("day")
        if day and month and day[:7] != month:
            self.fault("day", f"a day of {month}", day, "other_month")
        return day

    def _party(self, token: Callable[[str], str]) -> str | None:
        """Return the token of the other account; none of a number that is masked or not there."""
        raw, text = self._raw.get("party", ""), self.text("party").replace(" ", "").replace("-", "")
        if raw.startswith(NUMERIC) and len(text) > 15:
            self.fault(
                "party",
                "a text cell",
                "a number cell, which loses digits: format the column as text",
                "numeric_cell",
            )
            return None
        return token(text) if _WHOLE_ACCOUNT.fullmatch(text) else None

    def _code(self) -> str | None:
        note = self.text("note")
        return next((code for code, parts in _CODES if any(part in note for part in parts)), None)


def _in_order(lines: list[Line], opening: int | None) -> list[Line]:
    """Return the lines from the oldest on; some banks write the newest first.

    Raises:
        RefusedError: a balance does not follow from the one before.

    """
    if _break(lines, opening) is None:
        return lines
    turned = lines[::-1]
    if lines[0].day >= lines[-1].day and _break(turned, opening) is None:
        return turned
    if lines[0].day > lines[-1].day:
        lines = turned
    wrong = _break(lines, opening)
    assert wrong is not None  # noqa: S101 - it was so above
    line, expected = wrong
    raise RefusedError(
        [
            Problem(
                code="balance_breaks",
                line=line.line,
                field="balance",
                expected=f"{format_yuan(expected)}: the balance before, and this line",
                found=format_yuan(line.balance_fen),
            )
        ]
    )


def _break(lines: Sequence[Line], opening: int | None) -> tuple[Line, int] | None:
    """Return the first line whose balance does not follow, with what it should be."""
    first = lines[0]
    if opening is not None:
        expected = opening + first.credit_fen - first.debit_fen
        if expected != first.balance_fen:
            return first, expected
    for before, line in pairwise(lines):
        expected = before.balance_fen + line.credit_fen - line.debit_fen
        if expected != line.balance_fen:
            return line, expected
    return None
