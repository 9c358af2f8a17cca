from __future__ import annotations

import pytest
from tests.services.test_importing import BANK, ROW, events, problems, session, sheet, take

from aidledger.domain.events.payment import PaymentIssued, PaymentReturned
from aidledger.services.importing.running import import_prepared, prepare
from aidledger.services.payments.bankfile import read_bank_file
from aidledger.services.session import Session

__all__ = ["session"]


def bank(*rows: str) -> bytes:
    """Lines of one case's month in one run."""
    start = "2022-03,520123-2022-000001,2022-03,6222020000000000001"
    return (BANK + "".join(f"{start},{row}\n" for row in rows)).encode()


PAID = "1128.00,paid,2022-03-28,"
CAME_BACK = "1128.00,returned,2022-03-30,account_closed"


@pytest.mark.parametrize("rows", [(PAID, CAME_BACK), (CAME_BACK, PAID)], ids=["as sent", "turned"])
def test_a_line_paid_and_returned_in_one_file_was_sent_once(
    session: Session, rows: tuple[str, str]
) -> None:
    take(session, sheet(ROW))
    what = prepare(session, "payments", bank(*rows), actor="bank", as_is=True)
    import_prepared(session, what)
    case = session.states.case("case/520123-2022-000001")

    assert [PaymentIssued, PaymentReturned] == [
        type(event) for event in events(session, "case/520123-2022-000001")[1:]
    ]
    assert 0 == case.paid_fen


def test_what_came_back_of_a_line_sent_again_was_sent_again(session: Session) -> None:
    take(session, sheet(ROW))
    for row in (PAID, CAME_BACK, "1128.00,returned,2022-04-02,account_closed"):
        what = prepare(session, "payments", bank(row), actor="bank", as_is=True)
        import_prepared(session, what)

    assert [PaymentIssued, PaymentReturned] * 2 == [
        type(event) for event in events(session, "case/520123-2022-000001")[1:]
    ]


def test_lines_that_the_ledger_has_are_not_paid_again_by_another_file(session: Session) -> None:
    take(session, sheet(ROW))
    first = bank(PAID, CAME_BACK)
    import_prepared(session, prepare(session, "payments", first, actor="bank", as_is=True))
    found = problems(session, first + b"\n", "payments")
    again = prepare(session, "payments", first + b"\n\n", actor="bank", as_is=True)

    assert [(2, "said_before"), (3, "said_before")] == [(one.line, one.code) for one in found]
    assert 4 == len(again.proposals), "the bank did it twice"
    assert () == again.notes


@pytest.mark.parametrize(
    ("rows", "fen"),
    [
        ((PAID, CAME_BACK), [112_800]),
        ((CAME_BACK,), [112_800]),
        ((PAID, CAME_BACK.replace("1128", "1")), [112_800, 100]),
    ],
)
def test_a_line_that_came_back_is_reconciled_once(rows: tuple[str, ...], fen: list[int]) -> None:
    assert fen == [line.amount_fen for line in read_bank_file(bank(*rows)).lines]
