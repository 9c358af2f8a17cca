"""A bank's file against the ledger's payments: line by line, recorded, and checked again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.domain.people import CASE
from tests.services.conftest import Office
from tests.services.forging import forge
from tests.services.test_closing import APRIL, MARCH, WHO, act, annulment, check, four_payments

from aidledger.domain.events.proving import BankFileReconciled
from aidledger.replay.rows import recorded_row
from aidledger.services.importing.payments import COLUMNS
from aidledger.services.ladder.verifying import verify
from aidledger.services.payments.bankfile import read_bank_file
from aidledger.services.payments.reconciling import BankLine, reconcile
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.store.outcome import Committed

FILE = "ab" * 32
LINES = [
    BankLine(CASE, MARCH, 112_800),
    BankLine(CASE, MARCH, 136_300),
    BankLine(CASE, MARCH, 70_000),
]


def reconciled(office: Office, stream: str, lines: list[BankLine]) -> BankFileReconciled:
    _, outcome = reconcile(office.session, stream, lines, file=FILE, **WHO)
    assert isinstance(outcome, Committed)
    position = outcome.receipt.position
    entry = recorded_row(next(iter(office.session.store.read(position, position + 1))))
    assert entry is not None
    assert isinstance(entry.event, BankFileReconciled)
    return entry.event


@pytest.mark.parametrize("stream", [f"run/{MARCH}", f"month/{MARCH}"])
def test_a_file_that_agrees_agrees_line_by_line(office: Office, stream: str) -> None:
    four_payments(office)
    event = reconciled(office, stream, LINES)

    assert (319_100, 3, 0) == (event.ledger_fen, event.ledger_count, event.difference_fen)
    assert (319_100, 3) == (event.bank_fen, event.bank_count)
    assert (0, 0) == (event.bank_only_count, event.ledger_only_count)
    assert check(office) == []
    assert verify(office.session).verdict == "unproven"


def test_what_differs_is_counted_also_where_the_totals_agree(office: Office) -> None:
    positions = four_payments(office)
    swapped = [LINES[0], BankLine(CASE, MARCH, 136_200), BankLine(CASE, MARCH, 70_100)]
    event = reconciled(office, f"run/{MARCH}", swapped)

    assert (0, 2, 2) == (event.difference_fen, event.bank_only_count, event.ledger_only_count)
    twice = reconciled(office, f"run/{MARCH}", [*LINES, LINES[0]])
    assert (-112_800, 1, 0) == (
        twice.difference_fen,
        twice.bank_only_count,
        twice.ledger_only_count,
    )
    act(office, annulment(positions[1]))
    less = reconciled(office, f"run/{MARCH}", LINES)
    assert (-136_300, 1, 0) == (less.difference_fen, less.bank_only_count, less.ledger_only_count)
    none = reconciled(office, f"month/{APRIL}", [])
    assert (5, 1, 1) == (none.difference_fen, none.ledger_count, none.ledger_only_count)
    assert check(office) == []


@pytest.mark.parametrize(
    ("stream", "lines", "file"),
    [
        (CASE, LINES, FILE),
        ("month/2022-3", LINES, FILE),
        ("run/1", LINES, FILE),
        (f"month/{MARCH}", [BankLine(CASE, MARCH, -1), BankLine(CASE, MARCH, 2)], FILE),
        (f"month/{MARCH}", [BankLine(CASE, MARCH, 2**53)], FILE),
        (f"month/{MARCH}", [], "ab"),
    ],
)
def test_what_is_no_bank_file_is_refused(
    office: Office, stream: str, lines: list[BankLine], file: str
) -> None:
    with pytest.raises(ServiceError):
        reconcile(office.session, stream, lines, file=file, **WHO)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ledger_fen": 319_099}, "data.ledger_fen"),
        ({"ledger_count": 4}, "data.ledger_count"),
        ({"difference_fen": 1}, "data.difference_fen"),
        ({"bank_fen": 1}, "data.difference_fen"),
        ({"bank_only_count": 1}, "data.bank_only_count"),
        ({"bank_only_count": 5}, "data.bank_only_count"),
        ({"ledger_only_count": 1}, "data.bank_only_count"),
        ({"bank_only_count": 4, "ledger_only_count": 4}, "data.bank_only_count"),
        ({"size": 90_000}, "data.size"),
        ({"size": 20}, "data.ledger_fen"),
    ],
)
def test_a_forged_reconciliation_is_found(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    four_payments(office)
    true = reconciled(office, f"run/{MARCH}", LINES)
    position = forge(office, f"run/{MARCH}", msgspec.structs.replace(true, **changes))

    assert ("bank_file_differs", position, field) in {
        (one.code, one.position, one.field) for one in check(office)
    }


def test_a_bank_file_with_bad_rows_or_none_is_not_held_against_anything() -> None:
    titles = {column.key: column.title_zh for column in COLUMNS}
    header = ",".join(titles[key] for key in ("case", "month", "amount_yuan"))
    rows = ["520123-2022-000001,2022-03,1128.00"]
    bad = [header, *rows, "520123-2022-000001,2022-13,1128.00", "520123-2022-000001,2022-03,x"]

    assert [BankLine(CASE, MARCH, 112_800)] == read_bank_file(
        "\n".join([header, *rows]).encode()
    ).lines
    with pytest.raises(RefusedError) as refused:
        read_bank_file("\n".join(bad).encode())
    with pytest.raises(ServiceError) as empty:
        read_bank_file(f"{header}\n".encode())

    assert [(3, "month"), (4, "amount_yuan")] == [
        (one.line, one.field) for one in refused.value.problems
    ]
    assert 2 == empty.value.exit_code


def test_a_run_of_which_nothing_was_paid_yet_is_held_against_a_file(office: Office) -> None:
    four_payments(office)
    data = {"fund": "fund/tekun-2022", "month": APRIL}
    act(office, {"type": "PayRunOpened", "stream": "run/new", "actor": "u2", "data": data})
    event = reconciled(office, "run/new", LINES[:1])

    assert (0, 1, -112_800) == (event.ledger_count, event.bank_only_count, event.difference_fen)
