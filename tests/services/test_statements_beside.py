"""Statements of one account one after another: what is said at the import, and what rule M08 finds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from tests.services.conftest import Office, opened
from tests.services.statements import csv_file, open_account, take

from aidledger.domain.events.register import StatementBeside, StatementImported
from aidledger.domain.statements import Stated, beside
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.fundstatements import show_beside
from aidledger.interfaces.cli.language import Language
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.problems import ServiceError
from aidledger.store.outcome import Committed


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Office]:
    """An office whose fund has an account."""
    for office in opened(str(tmp_path / "ledger.sqlite")):
        open_account(office)
        office.at("2022-12-02")
        yield office


def month_file(month: str, opening: int, moved: int = 0) -> bytes:
    """Return the statement of a month in yuan: what was there, and what came in on the 10th."""
    rows = [("期初余额", "", "", "", f"{opening}.00", "", "")]
    if moved:
        rows.append((f"{month}-10", "财政拨款", "", f"{moved}.00", f"{opening + moved}.00", "", ""))
    return csv_file(rows)


def imported(bank: Office, month: str, opening: int, moved: int = 0) -> StatementImported:
    return take(bank, month_file(month, opening, moved), month=month).event


def found(bank: Office) -> list[tuple[str, str, int | None, object]]:
    report = audit(bank.session, rules_of(names=["M08"])).report
    assert not report.not_run
    return [
        (one.severity, str(one.values["what"]), one.amount_fen, one.values["months"])
        for one in report.findings
    ]


def test_a_month_in_which_nothing_moved_has_a_statement_too_and_months_that_join_are_no_finding(
    bank: Office,
) -> None:
    first = imported(bank, "2022-03", 100, 5)
    quiet = imported(bank, "2022-04", 105)
    last = imported(bank, "2022-05", 105, 1)

    assert ("2022-03-01", "2022-03-31") == (first.first_on, first.last_on)
    assert (10_500, 10_500, 0) == (quiet.opening_fen, quiet.closing_fen, quiet.kept.rows)
    assert isinstance(last.before, StatementBeside)
    assert (10_500, 0, 0, ()) == (
        last.before.balance_fen,
        last.before.gap_days,
        last.before.overlap_days,
        last.before.missing_months,
    )
    assert [] == found(bank)
    with pytest.raises(ServiceError, match="no movements"):
        take(bank, month_file("2022-06", 105), month=None)


def test_a_missing_month_is_named_at_the_import_in_the_entry_and_by_the_rule(bank: Office) -> None:
    imported(bank, "2022-03", 100, 5)
    later = imported(bank, "2022-06", 99)

    assert isinstance(later.before, StatementBeside)
    assert ("2022-04", "2022-05") == later.before.missing_months
    assert (61, 10_500) == (later.before.gap_days, later.before.balance_fen)
    assert [("high", "balances_differ", 600, ["2022-04", "2022-05"])] == found(bank)

    # the months come after all, and one of them now stands between two
    between = imported(bank, "2022-04", 105)
    assert isinstance(between.before, StatementBeside)
    assert isinstance(between.after, StatementBeside)
    assert ("2022-05",) == between.after.missing_months
    assert 9_900 == between.after.balance_fen
    imported(bank, "2022-05", 105)
    assert [("high", "balances_differ", 600, None)] == found(bank)


def test_the_same_file_again_gives_the_first_receipt_whatever_came_after_it(bank: Office) -> None:
    imported(bank, "2022-03", 100, 5)
    first = take(bank, month_file("2022-05", 105, 1), month="2022-05")
    imported(bank, "2022-04", 105)
    again = take(bank, month_file("2022-05", 105, 1), month="2022-05")

    assert first.event == again.event
    assert isinstance(first.outcome, Committed)
    assert isinstance(again.outcome, Committed)
    assert first.outcome.receipt == again.outcome.receipt


@pytest.mark.parametrize(("month", "said"), [("2022-12", "over"), ("2022-13", "YYYY-MM")])
def test_a_month_that_is_not_over_or_none_is_refused(bank: Office, month: str, said: str) -> None:
    size = bank.session.store.head().size
    with pytest.raises(ServiceError, match=said):
        take(bank, month_file("2022-11", 5), month=month)

    assert size == bank.session.store.head().size


def test_overlapping_days_are_counted_and_a_replaced_statement_stands_beside_nothing() -> None:
    half = Stated(1, "2022-03-01", "2022-03-15", 0, 7)
    before, after = beside([half], Stated(-1, "2022-03-10", "2022-04-09", 5, 9))

    assert before is not None
    assert (6, 0, 7) == (before.overlap_days, before.gap_days, before.balance_fen)
    assert None is after
    assert (None, None) == beside([half], Stated(-1, "2022-03-01", "2022-03-31", 5, 9))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_warning_names_the_months_and_both_balances(lang: Language) -> None:
    other = StatementBeside(
        balance_fen=10_500, gap_days=61, missing_months=("2022-04",), overlap_days=0, position=3
    )
    app = App(lang=lang, ledger=None)
    with redirect_stderr(io.StringIO()) as told, redirect_stdout(io.StringIO()):
        show_beside(app, other, 9_900, "x")

    for part in ("2022-04", "105.00", "99.00", "61"):
        assert part in told.getvalue()
    with redirect_stderr(io.StringIO()) as silent:
        show_beside(
            app, StatementBeside(balance_fen=1, gap_days=0, overlap_days=0, position=3), 1, "x"
        )
    assert "" == silent.getvalue()
