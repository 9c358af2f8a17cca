"""Bank statements: taken in whole or not at all, no name and no number kept, each balance followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replay.histories import Log, token
from tests.services.conftest import COUNTY, Office, opened
from tests.services.statements import (
    ACCOUNT,
    FUND,
    NAME,
    ROWS,
    TITLES,
    TOTALS,
    csv_file,
    open_account,
    take,
    workbook,
)

from aidledger.audit.running import run_rules
from aidledger.ledger.commitment import account_token
from aidledger.replay.engine import building
from aidledger.replay.kept import lay_kept, put_rows
from aidledger.replay.loading import Loader
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.audits.auditing import rules_of
from aidledger.services.funds.importing import Wanted, import_statement
from aidledger.services.funds.matching import match_statements
from aidledger.services.funds.statement import read_statement
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.questions.querying import query
from aidledger.services.tables.place import tables_folder
from aidledger.store.outcome import Committed

LINES = (
    "SELECT line, day, debit_fen, credit_fen, balance_fen, code FROM statement_lines ORDER BY line"
)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Office]:
    """An office whose fund has an account."""
    for office in opened(str(tmp_path / "ledger.sqlite")):
        open_account(office)
        office.at("2022-04-02")
        yield office


def read(content: bytes, month: str | None = "2022-03") -> Any:
    return read_statement(content, lambda number: f"a{number}", month=month)


def test_a_statement_is_kept_as_tokens_with_its_totals_in_an_entry(bank: Office) -> None:
    found = take(bank, csv_file((*ROWS, TOTALS)))

    event, pepper = found.event, secrets_of(bank.session).pepper
    assert isinstance(found.outcome, Committed)
    assert (100_000, 600_037) == (event.opening_fen, event.closing_fen)
    assert (612_837, 3, 112_800, 1) == (
        event.in_fen,
        event.in_lines,
        event.out_fen,
        event.out_lines,
    )
    assert event.opening_fen + event.in_fen - event.out_fen == event.closing_fen
    assert [
        (4, "2022-03-01", 0, 500_000, 600_000, "grant"),
        (5, "2022-03-10", 112_800, 0, 487_200, "pay_run"),
        (6, "2022-03-11", 0, 112_800, 600_000, "returned"),
        (7, "2022-03-21", 0, 37, 600_037, "interest"),
    ] == query(bank.session, LINES).rows
    parties = query(bank.session, "SELECT party FROM statement_lines ORDER BY line").rows
    payee = account_token(pepper, "6228480402564890018")
    assert [(payee,), (payee,), (None,)] == parties[1:]
    stated = query(bank.session, "SELECT fund, stated_on, stated_fen FROM bank_statements").rows
    assert [(FUND, "2022-03-31", 600_037)] == stated


def test_no_name_and_no_number_is_in_the_log_or_beside_it(bank: Office, tmp_path: Path) -> None:
    take(bank, csv_file(ROWS))
    folder = tables_folder(bank.session.store)
    assert folder is not None
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    texts = query(bank.session, "SELECT CAST(statement_lines AS VARCHAR) AS t FROM statement_lines")
    said = "".join(row[0] for row in texts.rows).encode()
    log = b"".join(row[5] for row in bank.session.store.read_stream(FUND))

    for secret in (NAME, "6228480402564890018", ACCOUNT, "省财政厅", "代发救助金"):
        for held in (kept, said, log):
            assert secret.encode() not in held


def test_the_same_file_again_gives_the_first_receipt_and_a_rehearsal_writes_nothing(
    bank: Office,
) -> None:
    size = bank.session.store.head().size
    rehearsed = take(bank, csv_file(ROWS), dry_run=True)
    untouched = bank.session.store.head().size
    first, again = take(bank, csv_file(ROWS)), take(bank, csv_file(ROWS))

    assert None is rehearsed.outcome
    assert size == untouched
    assert rehearsed.event == first.event
    assert isinstance(first.outcome, Committed)
    assert isinstance(again.outcome, Committed)
    assert first.outcome.receipt == again.outcome.receipt


def test_banks_write_it_in_many_ways_and_it_says_the_same() -> None:
    plain = read(csv_file(ROWS))
    numbers = [
        (
            *row[:2],
            *(float(str(cell).replace(",", "")) if cell else "" for cell in row[2:5]),
            *row[5:],
        )
        for row in ROWS
    ]
    others = [
        read(csv_file(ROWS, encoding="utf-8-sig")),
        read(csv_file((*ROWS, TOTALS))),
        read(workbook(numbers)),
        read(csv_file((("期初余额", "", "", "", "1000.00", "", ""), *ROWS))),
        read(csv_file(ROWS[::-1])),
    ]

    for other in others:
        assert [line[1:] for line in plain.lines] == [line[1:] for line in other.lines]
        assert (plain.opening_fen, plain.closing_fen) == (other.opening_fen, other.closing_fen)


def test_a_reversal_below_zero_stands_on_the_other_side() -> None:
    rows = (ROWS[0], ("2022-03-10", "冲正", "-100.00", "", "6100.00", "", ""))

    assert (0, 10_000) == read(csv_file(rows)).lines[1][2:4]


def changed(row: int, column: int, cell: Any) -> tuple[tuple[Any, ...], ...]:
    """Return the rows with one cell changed."""
    rows = [list(one) for one in ROWS]
    rows[row][column] = cell
    return tuple(map(tuple, rows))


BAD: dict[str, tuple[bytes, str, int | None, str]] = {
    # what is wrong: file, code, line, column
    "a balance that does not follow": (csv_file(changed(1, 4, "4872.01")), "balance_breaks", 5, "balance"),
    "another opening": (
        csv_file((("承前页", "", "", "", "999.99", "", ""), *ROWS)), "balance_breaks", 5, "balance",
    ),
    "columns that have slipped": (csv_file(changed(1, 0, "代发救助金")), "bad_day", 5, "day"),
    "an amount on both sides": (csv_file(changed(1, 3, "1.00")), "bad_cell", 5, "debit"),
    "no amount": (csv_file(changed(1, 2, "")), "bad_cell", 5, "debit"),
    "no balance": (csv_file(changed(2, 4, "")), "empty_cell", 6, "balance"),
    "an amount in words": (csv_file(changed(1, 2, "壹仟")), "bad_cell", 5, "debit"),
    "a day of another month": (csv_file(changed(3, 0, "2022-04-01")), "other_month", 7, "day"),
    "an account that is a number": (
        workbook(changed(1, 6, 6228480402564890018.0)), "numeric_cell", 5, "party",
    ),
    "a formula": (workbook(ROWS, formula="=1+1"), "formula_cell", 5, "column E"),
    "too many cells": (csv_file((*ROWS, (*ROWS[3], "x"))), "bad_cell", 8, ""),
    "a column that is missing": (
        csv_file(ROWS).replace("余额".encode("gb18030"), "无".encode("gb18030")), "missing_column", 3, "balance",
    ),
    "a column that is there twice": (
        csv_file(ROWS).replace("对方户名".encode("gb18030"), "摘要".encode("gb18030")), "repeated_column", 3, "note",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_file_is_refused_by_line_and_column_without_a_value_of_somebodys(name: str) -> None:
    content, code, line, field = BAD[name]
    with pytest.raises(RefusedError) as refused:
        read(content)

    first = refused.value.problems[0]
    assert (code, line, field) == (first.code, first.line, first.field)
    assert NAME not in str(refused.value)
    assert "6228480402564890018" not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        csv_file(ROWS).decode("gb18030").encode("utf-16"),
        csv_file(ROWS)[:300] + b"\xff\xff\xff",
        csv_file(()),
        b"PK\x03\x04 no workbook",
        ",".join(TITLES[1:]).encode(),
        bytes(range(256)) * 4,
    ],
)
def test_what_is_no_statement_is_an_error_and_no_traceback(content: bytes) -> None:
    with pytest.raises((ServiceError, RefusedError)):
        read(content)


def test_a_refused_file_leaves_nothing_behind(bank: Office) -> None:
    size = bank.session.store.head().size
    other = csv_file(ROWS, above=((f"账号：{ACCOUNT[:-1]}9",),))
    for content in (csv_file(changed(1, 4, "1.00")), other):
        with pytest.raises(RefusedError):
            take(bank, content)
    with pytest.raises(ServiceError, match="expected a fund with an account"):
        import_statement(bank.session, csv_file(ROWS), Wanted("fund/none", None, "f1", COUNTY))

    folder = tables_folder(bank.session.store)
    assert size == bank.session.store.head().size
    assert folder is not None
    assert not folder.exists() or not list(folder.iterdir())


def test_lines_without_an_entry_and_entries_without_a_line_are_told(bank: Office) -> None:
    # F073: what the bank moved and what was entered are the same, line by line
    received = {"amount_fen": 500_000, "level": "province", "year": 2022}
    spent = {"amount_fen": 7_700, "purpose": "funeral"}
    for kind, data in (("FundReceived", received), ("FundDisbursed", spent)):
        item = {"type": kind, "stream": FUND, "data": data}
        bank.act("2022-03-02", item | {"actor": "f1", "office": COUNTY})
    bank.at("2022-04-02")
    take(bank, csv_file(ROWS))
    found = match_statements(bank.session)

    assert (1, 4) == (found.statements, found.lines)
    assert (1, 500_000) == (found.one_to_one.lines, found.one_to_one.fen)
    assert {("critical", 112_800), ("high", 112_800), ("low", 37)} == {
        (one.severity, one.amount_fen) for one in found.bank_only
    }
    assert [7_700] == [one.amount_fen for one in found.ledger_only]


movements = st.tuples(
    st.integers(1, 28),
    st.sampled_from(["in", "out"]),
    st.sampled_from([100, 200]),
    st.sampled_from([0, 1]),
)


def findings(entries: Sequence[Any], lines: Sequence[Any]) -> Any:
    """Return what M07 finds."""
    log = Log()
    for day, side, fen, _ in entries:
        kind = "FundReceived" if side == "in" else "FundDisbursed"
        more: dict[str, Any] = (
            {"level": "city", "year": 2022} if side == "in" else {"purpose": "funeral"}
        )
        log.add(kind, FUND, f"2022-03-{day:02d}", amount_fen=fen, **more)
    position = log.add(
        "StatementImported", FUND, "2022-03-31", account=token("a", 1), closing_fen=0, file="ab" * 32,
        first_on="2022-03-01", in_fen=0, in_lines=0, last_on="2022-03-31", opening_fen=0, out_fen=0,
        out_lines=0, kept={"name": "statement_lines", "root": "ab" * 32, "rows": len(lines)},
    )  # fmt: skip
    rows = [
        {
            "position": position,
            "line": number,
            "day": f"2022-03-{day:02d}",
            "debit_fen": fen if side == "out" else 0,
            "credit_fen": fen if side == "in" else 0,
            "party": token("a", 9) if party else None,
        }
        for number, (day, side, fen, party) in enumerate(lines)
    ]
    with building(None) as connection:
        Loader(connection).load(log)
        lay_kept(connection, ["statement_lines"])
        put_rows(connection, "statement_lines", rows)
        return run_rules(connection, rules_of(names=["M07"]).values())


@settings(max_examples=4, deadline=None)
@given(entries=st.lists(movements, max_size=6), data=st.data())
def test_what_is_left_over_does_not_depend_on_the_order_of_the_lines(
    entries: list[Any], data: st.DataObject
) -> None:
    lines = data.draw(st.lists(movements, max_size=6)) + entries[::2]
    shuffled = data.draw(st.permutations(lines))
    one, other = findings(entries, lines), findings(entries, shuffled)

    assert () == one.not_run
    assert one.root == other.root
    left = {side: sum(f.values["left_over"] for f in one.findings if f.values["side"] == side)
            for side in ("bank_only", "ledger_only")}  # fmt: skip
    assert left["bank_only"] >= len(lines) - len(entries)
    assert [] == list(findings(entries, entries).findings)
