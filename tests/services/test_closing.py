"""A month is closed once; each payment is proven within its total, and every false total is found."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office
from tests.services.forging import records_of
from tests.services.test_recording import on_case

from aidledger.domain.events.catalog import encode_data
from aidledger.domain.events.payment import PaymentIssued, PaymentReturned
from aidledger.domain.events.proving import PaymentMonthSupplemented
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.recorded import amended
from aidledger.ledger.entry import encode_draft
from aidledger.ledger.finding import Finding
from aidledger.ledger.prooffile import encode_proof, parse_payment_proof
from aidledger.ledger.sumtree import EMPTY_SUM
from aidledger.replay.rows import recorded_row
from aidledger.services.ladder.closingcheck import check_closings
from aidledger.services.ladder.verifying import verify
from aidledger.services.payments import closing
from aidledger.services.payments.book import PaymentBook
from aidledger.services.payments.closing import (
    changes,
    close_month,
    statements,
    supplement_month,
)
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.payment import check_payment, prove_payment
from aidledger.store.outcome import Committed
from aidledger.store.port import Beside

MARCH, APRIL = "2022-03", "2022-04"
ACCOUNT = "a" + "c3" * 16
WHO = {"actor": "f1", "office": f"{COUNTY}-fin"}


def paid(fen: int, month: str = MARCH, case: str = CASE) -> dict[str, Any]:
    data: dict[str, Any] = {"account": ACCOUNT, "amount_fen": fen, "month": month}
    data["paid_on"] = "2022-03-28"
    return {**on_case("PaymentIssued", "bank", "bank", run=f"run/{month}", **data), "stream": case}


def returned(fen: int, month: str = MARCH) -> dict[str, Any]:
    data: dict[str, Any] = {"amount_fen": fen, "month": month, "returned_on": "2022-03-29"}
    return on_case("PaymentReturned", "bank", "bank", reason="closed", run="run/x", **data)


def correction(position: int, field: str, value: str) -> dict[str, Any]:
    names: dict[str, Any] = {"authority": "county", "reason": "typing error"}
    return on_case("EntryCorrected", position=position, field=field, value=value, **names)


def annulment(position: int) -> dict[str, Any]:
    return on_case("EntryAnnulled", position=position, authority="county", reason="not paid")


def act(office: Office, *items: dict[str, Any]) -> list[int]:
    outcome = office.act("2022-03-30", *items)
    assert isinstance(outcome, Committed)
    return [outcome.receipt.position + number for number in range(len(items))]


def close(office: Office, month: str = MARCH) -> int:
    outcome = close_month(office.session, month, **WHO)
    assert isinstance(outcome, Committed)
    return outcome.receipt.position


def supplement(office: Office, month: str = MARCH) -> int:
    outcome = supplement_month(office.session, month, **WHO)
    assert isinstance(outcome, Committed)
    return outcome.receipt.position


def record_at(office: Office, position: int) -> bytes:
    record: bytes = next(iter(office.session.store.read(position, position + 1)))[5]
    return record


def check(office: Office) -> list[Finding]:
    return check_closings(office.session.store)


def four_payments(office: Office) -> list[int]:
    office.act("2022-01-04", on_case("NeedDiscovered", **DISCOVERED))
    items = [paid(112_800), paid(136_300), paid(5, APRIL), paid(70_000), returned(70_000)]
    return act(office, *items)


DISCOVERED: dict[str, Any] = {
    "assessment": "eligible",
    "channel": "patrol",
    "informed": True,
    "township": "520123001",
    "village": "520123001001",
}


def test_a_closed_month_has_the_total_and_count_of_what_was_issued(office: Office) -> None:
    four_payments(office)
    close(office)
    (stated,) = statements(office.session.store, MARCH)

    assert (3, 112_800 + 136_300 + 70_000) == (stated.event.count, stated.event.total_fen)
    assert (1, 70_000) == (stated.event.returned_count, stated.event.returned_fen)
    assert check(office) == []
    assert verify(office.session).verdict == "unproven"


def test_every_payment_of_a_closed_month_is_proven_within_its_total(office: Office) -> None:
    positions = four_payments(office)
    statement = record_at(office, close(office))
    for position, fen in ((positions[0], 112_800), (positions[1], 136_300), (positions[3], 70_000)):
        payment, proof = record_at(office, position), prove_payment(office.session.store, position)
        answer = check_payment(payment, proof, statement)

        assert (answer.status, answer.month) == ("counted", MARCH)
        assert (fen, 319_100, 3) == (answer.amount_fen, answer.total_fen, answer.count)
        assert not answer.corrected
        parsed = parse_payment_proof(proof)
        for wrong in (
            (payment.replace(b'"amount_fen":', b'"amount_fen":1', 1), proof, statement),
            (record_at(office, positions[2]), proof, statement),
            (records_of(office, CASE)[0], proof, statement),
            (payment, proof, record_at(office, 0)),
            (payment, proof, payment),
            (payment, proof, b""),
            (b"", proof, statement),
            (payment, proof[:-1], statement),
            (payment, encode_proof(msgspec.structs.replace(parsed, amount_fen=fen + 1)), statement),
            (payment, encode_proof(msgspec.structs.replace(parsed, list="withdrawn")), statement),
        ):
            assert check_payment(*wrong).status == "refused"


def test_a_payment_of_a_month_that_is_not_closed_has_no_proof(office: Office) -> None:
    positions = four_payments(office)
    close(office)
    for position in (positions[2], positions[4], 0, 10_000):
        with pytest.raises(ServiceError):
            prove_payment(office.session.store, position)


def test_a_month_is_closed_once(office: Office) -> None:
    four_payments(office)
    close(office)
    with pytest.raises(ServiceError, match="closed"):
        close_month(office.session, MARCH, **WHO)
    with pytest.raises(ServiceError, match="came late"):
        supplement_month(office.session, MARCH, **WHO)
    with pytest.raises(ServiceError, match="closed month"):
        supplement_month(office.session, APRIL, **WHO)
    for month in ("2022-13", "2022-3", "", "2022-03\n"):
        with pytest.raises(ServiceError):
            close_month(office.session, month, **WHO)


def test_a_month_far_ahead_is_not_closed(office: Office) -> None:
    for on in (None, "2022-12-31"):
        with pytest.raises(ServiceError, match="far ahead"):
            close_month(office.session, "2023-02", on=on, **WHO)
    close_month(office.session, "2023-01", on="2022-12-31", **WHO)


def test_two_who_close_a_month_at_once_do_not_both_succeed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    four_payments(office)
    close(office)
    monkeypatch.setattr(closing, "statements", lambda *_: [])
    with pytest.raises(ServiceError, match="somebody else"):
        close_month(office.session, MARCH, **WHO)
    monkeypatch.undo()

    assert len(statements(office.session.store, MARCH)) == 1


def test_a_month_without_payments_is_closed_with_nothing(office: Office) -> None:
    close_month(office.session, MARCH, on="2022-03-31", **WHO)
    event = statements(office.session.store, MARCH)[0].event

    assert (0, 0, EMPTY_SUM.hex()) == (event.count, event.total_fen, event.root)
    assert check(office) == []


def test_a_late_payment_is_missed_until_a_supplement_lists_it(office: Office) -> None:
    positions = four_payments(office)
    close(office)
    (late,) = act(office, paid(999))
    found = check(office)

    assert [("month_late_payment_unlisted", late)] == [(one.code, one.position) for one in found]
    statement = record_at(office, supplement(office))
    assert check(office) == []
    event = statements(office.session.store, MARCH)[1].event
    assert isinstance(event, PaymentMonthSupplemented)
    assert (1, 1, 999) == (event.number, event.count, event.total_fen)
    assert (0, 0) == (event.withdrawn_count, event.withdrawn_fen)
    proof = prove_payment(office.session.store, late)
    assert check_payment(record_at(office, late), proof, statement).status == "counted"
    # what was closed stays proven from the closing
    first = prove_payment(office.session.store, positions[0])
    closed = record_at(office, statements(office.session.store, MARCH)[0].position)
    assert check_payment(record_at(office, positions[0]), first, closed).status == "counted"
    assert check_payment(record_at(office, positions[0]), first, statement).status == "refused"


def test_what_is_annulled_or_corrected_after_the_closing_is_taken_back(office: Office) -> None:
    positions = four_payments(office)
    close(office)
    act(
        office,
        annulment(positions[0]),
        correction(positions[1], "amount_fen", "136000"),
        correction(positions[3], "month", f'"{APRIL}"'),
    )
    found = check(office)

    assert {(positions[0], "counted as it was"), (positions[1], "in none")} <= {
        (one.position, one.found) for one in found
    }
    assert {"month_late_payment_unlisted"} == {one.code for one in found}
    statement = record_at(office, supplement(office))
    assert check(office) == []
    event = statements(office.session.store, MARCH)[1].event
    assert isinstance(event, PaymentMonthSupplemented)
    assert (1, 136_000) == (event.count, event.total_fen)
    assert (3, 112_800 + 136_300 + 70_000) == (event.withdrawn_count, event.withdrawn_fen)
    for position, status, fen in (
        (positions[0], "withdrawn", 112_800),
        (positions[1], "counted", 136_000),
        (positions[3], "withdrawn", 70_000),
    ):
        proof = prove_payment(office.session.store, position, month=MARCH)
        answer = check_payment(record_at(office, position), proof, statement)
        assert (status, fen) == (answer.status, answer.amount_fen)
        assert answer.corrected == (position == positions[1])
    april = record_at(office, close(office, APRIL))
    moved = prove_payment(office.session.store, positions[3], month=APRIL)
    answer = check_payment(record_at(office, positions[3]), moved, april)
    assert ("counted", APRIL, True) == (answer.status, answer.month, answer.corrected)
    assert check(office) == []


def test_what_is_amended_before_the_closing_counts_as_amended(office: Office) -> None:
    positions = four_payments(office)
    act(office, annulment(positions[0]), correction(positions[1], "amount_fen", "136000"))
    statement = record_at(office, close(office))
    event = statements(office.session.store, MARCH)[0].event

    assert (2, 206_000) == (event.count, event.total_fen)
    assert check(office) == []
    proof = prove_payment(office.session.store, positions[1])
    answer = check_payment(record_at(office, positions[1]), proof, statement)
    assert (136_000, True) == (answer.amount_fen, answer.corrected)
    with pytest.raises(ServiceError):
        prove_payment(office.session.store, positions[0])


# ---- any history


class Rows:
    """A store of rows in memory, as far as the book of payments asks for one."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.beside = Beside()

    def add(self, stream: str, event: Any) -> None:
        name = type(event).__name__
        record = encode_draft(
            type=name,
            actor="bank",
            cause="c",
            data=encode_data(event),
            effective_on="2022-03-28",
            office="bank",
            policy=None,
            prev=None,
            recorded_at="2022-03-28T02:00:00.000000Z",
            sealed={},
            stream=stream,
            version=1,
        )
        self.rows.append((len(self.rows), stream, 1, name, "", record, b""))

    def read_types(self, types: Any) -> list[tuple[Any, ...]]:
        return [row for row in self.rows if row[3] in types]


CASES = st.sampled_from(["case/1", "case/2"])
MONTHS = st.sampled_from([MARCH, APRIL])
POSITIONS = st.integers(0, 14)
HISTORY = st.lists(
    st.one_of(
        st.tuples(st.just("paid"), CASES, MONTHS, st.integers(0, 99)),
        st.tuples(st.just("returned"), CASES, MONTHS, st.integers(0, 99)),
        st.tuples(st.just("annulled"), CASES, POSITIONS),
        st.tuples(st.just("amount"), CASES, POSITIONS, st.integers(-1, 99)),
        st.tuples(st.just("month"), CASES, POSITIONS, MONTHS),
    ),
    max_size=15,
)


def written(history: list[Any]) -> Rows:
    rows = Rows()
    why: dict[str, Any] = {"authority": "a", "reason": "r"}
    line: dict[str, Any]
    value: dict[str, Any]
    for what, case, *rest in history:
        match what:
            case "paid":
                line = {"account": ACCOUNT, "paid_on": "2022-03-28", "run": "run/1"}
                rows.add(case, PaymentIssued(month=rest[0], amount_fen=rest[1], **line))
            case "returned":
                line = {"reason": "r", "returned_on": "2022-03-28", "run": "run/1"}
                rows.add(case, PaymentReturned(month=rest[0], amount_fen=rest[1], **line))
            case "annulled":
                rows.add(case, EntryAnnulled(position=rest[0], **why))
            case "amount":
                value = {"field": "amount_fen", "position": rest[0], "value": str(rest[1])}
                rows.add(case, EntryCorrected(**value, **why))
            case _:
                value = {"field": "month", "position": rest[0], "value": f'"{rest[1]}"'}
                rows.add(case, EntryCorrected(**value, **why))
    return rows


def by_hand(rows: Rows, kind: type, month: str, size: int) -> list[tuple[int, int]]:
    """Return positions and amounts of the lines that stood, from whole streams."""
    entries = [recorded_row(row) for row in rows.rows[:size]]
    standing = [
        entry
        for case in ("case/1", "case/2")
        for entry in amended([e for e in entries if e is not None and e.stream == case])
    ]
    return sorted(
        (entry.position, getattr(entry.event, "amount_fen", -1))
        for entry in standing
        if isinstance(entry.event, kind) and getattr(entry.event, "month", "") == month
    )


@settings(max_examples=150, deadline=None)
@given(HISTORY, st.lists(st.integers(0, 15), min_size=1, max_size=5))
def test_what_was_closed_and_added_less_what_was_taken_back_is_what_stands(
    history: list[Any], sizes: list[int]
) -> None:
    rows: Any = written(history)
    sizes.sort()
    for month in (MARCH, APRIL):
        whole, book = PaymentBook(rows), PaymentBook(rows, month=month)
        for size in sizes:
            for lines, kind in (
                (book.issued(month, size), PaymentIssued),
                (book.returned(month, size), PaymentReturned),
            ):
                expected = by_hand(rows, kind, month, size)
                assert expected == [(line.position, line.amount_fen) for line in lines]
            assert book.issued(month, size) == whole.issued(month, size)
        total = sum(line.amount_fen for line in book.issued(month, sizes[0]))
        for last, size in pairwise(sizes):
            late, withdrawn = changes(book, month, last, size)
            total += sum(one.amount_fen for one in late) - sum(one.amount_fen for one in withdrawn)
        assert total == sum(line.amount_fen for line in book.issued(month, sizes[-1]))


def test_rows_that_cannot_be_read_are_no_payments() -> None:
    rows: Any = Rows()
    bad = [None, 7, "text", b"", b"{}", b"\xff", b"[" * 100_000, b'{"$type":"PaymentIssued"}']
    rows.rows = [(n, "", 1, "PaymentIssued", "", record, b"") for n, record in enumerate(bad)]
    rows.rows.append((None, "", 1, "PaymentIssued", "", b"", b""))
    rows.rows.append((-1, "", 1, "PaymentIssued", "", b"", b""))

    assert PaymentBook(rows).issued(MARCH) == []
    assert PaymentBook(rows).lacks
    assert PaymentBook(rows, month=MARCH).issued(MARCH) == []
