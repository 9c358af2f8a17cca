"""Double entry over a simulated county: balanced, and nothing left open that was settled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aidledger.domain.postings import Posted, posted, trial_balance
from aidledger.services.decoding import recorded_all
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.initialising import create_ledger
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.running import simulate

KEPT = ("expenses:", "income:", "assets:fund/", "assets:stock/")
"""Accounts that are not settled: what was spent, given, and is still there."""


def county(folder: Path, *, planted: bool) -> str:
    """Simulate some cases over a few months; return the ledger's location."""
    location = str(folder / "ledger.sqlite")
    create_ledger(location, origin="simulated/520123/1")
    with open_session(location) as session:
        simulate(
            session,
            cases=16,
            months=6,
            seed=5,
            irregularities=folder / "planted.json" if planted else None,
        )
    return location


@pytest.fixture(scope="module", params=[False, True], ids=["clean", "spoiled"])
def session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    location = county(tmp_path_factory.mktemp("county"), planted=request.param)
    with open_session(location) as opened:
        yield opened


@pytest.fixture(scope="module")
def clean_book(tmp_path_factory: pytest.TempPathFactory) -> list[Posted]:
    location = county(tmp_path_factory.mktemp("clean"), planted=False)
    with open_session(location) as opened:
        return posted(recorded_all(opened.store.read()))


def table(session: Session, model: str) -> list[dict[str, Any]]:
    columns, rows = read_model(session, model)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def test_the_books_of_a_county_balance_in_python_and_in_sql(
    session: Session,
) -> None:
    """S4-115, S4-118: also where the county is full of irregularities."""
    book = posted(recorded_all(session.store.read()))
    lines = table(session, "postings")
    sheet = table(session, "trial_balance")

    assert len(book) > 100
    assert [(e.position, p.account, p.fen) for e in book for p in e.lines] == [
        (row["position"], row["account"], row["debit_fen"] - row["credit_fen"]) for row in lines
    ]
    assert {0} == {sum(line.fen for line in entry.lines) for entry in book}
    assert trial_balance(book) == {
        row["account"]: (row["debit_fen"], row["credit_fen"]) for row in sheet
    }


def test_in_a_clean_county_every_debt_and_every_claim_is_settled(clean_book: list[Posted]) -> None:
    """What was rostered is paid, what the bank held is spent or back, each purpose is vouched for."""
    open_accounts = {
        account: debit - credit
        for account, (debit, credit) in trial_balance(clean_book).items()
        if debit != credit and not account.startswith(KEPT)
    }

    assert {} == open_accounts
