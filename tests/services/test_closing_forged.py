"""Every false closing, supplement or order of them, written past the services, is found."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from tests.services.conftest import Office
from tests.services.forging import forge
from tests.services.test_closing import (
    APRIL,
    MARCH,
    WHO,
    act,
    check,
    close,
    four_payments,
    paid,
    record_at,
    returned,
    supplement,
)

from aidledger.domain.events.proving import PaymentMonthClosed, PaymentMonthSupplemented
from aidledger.ledger.prooffile import PaymentProof, encode_proof
from aidledger.ledger.sumtree import MAX_FEN
from aidledger.services.ladder.verifying import verify
from aidledger.services.payments import closing
from aidledger.services.payments.book import PaymentBook
from aidledger.services.payments.closing import close_month, closing_figures
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.payment import check_payment


def stated(office: Office, **changes: Any) -> PaymentMonthClosed:
    size = office.session.store.head().size
    figures = closing_figures(PaymentBook(office.session.store), MARCH, size)
    event = msgspec.convert({**figures, "month": MARCH, "size": size}, PaymentMonthClosed)
    return msgspec.structs.replace(event, **changes)


@pytest.mark.parametrize(
    ("changes", "code", "fields"),
    [
        ({}, "", set()),
        ({"total_fen": 319_101}, "month_total_differs", {"data.total_fen"}),
        ({"count": 2}, "month_total_differs", {"data.count"}),
        ({"root": "ab" * 32}, "month_total_differs", {"data.root"}),
        ({"returned_fen": 0}, "month_total_differs", {"data.returned_fen"}),
        ({"returned_count": 0}, "month_total_differs", {"data.returned_count"}),
        ({"size": 90_000}, "month_order", {"data.size"}),
        ({"month": APRIL}, "month_order", {"data.month"}),
    ],
)
def test_a_forged_closing_passes_the_bytes_and_is_found(
    office: Office, changes: dict[str, Any], code: str, fields: set[str]
) -> None:
    four_payments(office)
    position = forge(office, f"month/{MARCH}", stated(office, **changes))
    found = [one for one in check(office) if one.code == code]

    assert verify(office.session).verdict == "unproven"
    assert (check(office) == []) == (code == "")
    assert fields == {one.field for one in found}
    assert {position} == {one.position for one in found} or not code


def test_a_closing_that_leaves_a_payment_out_is_found(office: Office) -> None:
    """The total, the count and the root agree with each other, and not with the entries."""
    positions = four_payments(office)
    lines = PaymentBook(office.session.store).issued(MARCH)
    root = closing.sum_tree(lines[1:]).root
    lying = stated(office, count=2, total_fen=root.total_fen, root=root.hash.hex())
    position = forge(office, f"month/{MARCH}", lying)

    assert positions[0] == lines[0].position
    assert {"data.count", "data.root", "data.total_fen"} == {one.field for one in check(office)}
    assert {position} == {one.position for one in check(office)}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"number": 2}, "month_order", "data.number"),
        ({"number": 0}, "month_order", "data.number"),
        ({"size": 5}, "month_order", "data.size"),
        ({"total_fen": 998}, "month_total_differs", "data.total_fen"),
        ({"count": 0}, "month_total_differs", "data.count"),
        ({"root": "ab" * 32}, "month_total_differs", "data.root"),
        ({"withdrawn_fen": 1}, "month_total_differs", "data.withdrawn_fen"),
        ({"withdrawn_count": 1}, "month_total_differs", "data.withdrawn_count"),
        ({"withdrawn_root": "ab" * 32}, "month_total_differs", "data.withdrawn_root"),
        ({"returned_fen": 1}, "month_total_differs", "data.returned_fen"),
    ],
)
def test_a_forged_supplement_is_found(
    office: Office, changes: dict[str, Any], code: str, field: str
) -> None:
    four_payments(office)
    last = close(office)
    act(office, paid(999))
    size = office.session.store.head().size
    book = PaymentBook(office.session.store)
    figures = closing.supplement_figures(book, MARCH, last, size)
    true = {**figures, "month": MARCH, "number": 1, "size": size}
    event = msgspec.convert(true | changes, PaymentMonthSupplemented)
    position = forge(office, f"month/{MARCH}", event)

    assert (code, field, position) in {(one.code, one.field, one.position) for one in check(office)}


def test_a_month_closed_twice_and_a_supplement_without_a_closing_are_found(office: Office) -> None:
    four_payments(office)
    size = office.session.store.head().size
    figures = closing.supplement_figures(PaymentBook(office.session.store), APRIL, 0, size)
    true = {**figures, "month": APRIL, "number": 1, "size": size}
    alone = forge(office, f"month/{APRIL}", msgspec.convert(true, PaymentMonthSupplemented))
    close(office)
    twice = forge(office, f"month/{MARCH}", stated(office))

    assert {("month_order", alone), ("month_order", twice)} == {
        (one.code, one.position) for one in check(office)
    }


def test_a_second_closing_does_not_take_a_late_payment_in(office: Office) -> None:
    four_payments(office)
    close(office)
    (late,) = act(office, paid(999))
    twice = forge(office, f"month/{MARCH}", stated(office))

    assert {("month_order", twice), ("month_late_payment_unlisted", late)} == {
        (one.code, one.position) for one in check(office)
    }


def test_a_return_in_a_forged_tree_does_not_pass_for_a_payment(office: Office) -> None:
    positions = four_payments(office)
    (line,) = PaymentBook(office.session.store).returned(MARCH)
    tree = closing.sum_tree([line])
    event = stated(office, count=1, total_fen=70_000, root=tree.root.hash.hex())
    sealed_at = forge(office, f"month/{MARCH}", event)
    proof = PaymentProof(
        amount_fen=70_000,
        index=0,
        list="counted",
        path=(),
        position=positions[4],
        sealed_at=sealed_at,
    )
    answer = check_payment(
        record_at(office, positions[4]), encode_proof(proof), record_at(office, sealed_at)
    )

    assert ("refused", True) == (answer.status, "PaymentIssued" in answer.why)


def test_returns_that_no_entry_can_hold_are_refused(office: Office) -> None:
    four_payments(office)
    act(office, returned(MAX_FEN))
    with pytest.raises(ServiceError, match="total"):
        close_month(office.session, MARCH, **WHO)


def test_a_total_that_no_entry_can_hold_is_refused_and_found(office: Office) -> None:
    four_payments(office)
    act(office, paid(MAX_FEN))
    with pytest.raises(ServiceError, match="total"):
        close_month(office.session, MARCH, **WHO)
    small = PaymentBook(office.session.store)
    true = closing_figures(small, APRIL, office.session.store.head().size)
    event = msgspec.convert(
        {**true, "month": MARCH, "size": office.session.store.head().size}, PaymentMonthClosed
    )
    position = forge(office, f"month/{MARCH}", event)

    assert [("month_total_differs", position)] == [
        (one.code, one.position) for one in check(office)
    ]


def test_what_came_back_after_a_closing_does_not_belie_it(office: Office) -> None:
    four_payments(office)
    closed = close(office)
    act(office, returned(136_300))

    assert [] == check(office)

    act(office, paid(1_000))
    added = supplement(office)
    act(office, returned(1_000))

    assert [] == check(office)
    assert [(1, 70_000), (2, 206_300)] == [
        (said["returned_count"], said["returned_fen"])
        for said in (json.loads(record_at(office, at))["data"] for at in (closed, added))
    ]
