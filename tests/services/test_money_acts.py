"""Wishes about money and goods: refused beyond what there is, and what is sealed stays sealed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.services.conftest import Office

from aidledger.domain.events.fund import AccountOpened
from aidledger.services.funds.importing import account_of
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.store.outcome import Committed

FUND, STOCK = "fund/tekun-2022", "stock/520123"
CASE = "case/520123-2022-000001"


def act(type_name: str, stream: str, **data: Any) -> dict[str, Any]:
    return {"type": type_name, "stream": stream, "data": data}


def refusing(office: Office, day: str, item: dict[str, Any]) -> list[str | None]:
    """Return the clauses that refuse an act; none where it is recorded."""
    try:
        assert isinstance(office.act(day, item), Committed)
    except RefusedError as refused:
        return [problem.clause for problem in refused.problems]
    return []


def rice(quantity: int, fen: int) -> dict[str, Any]:
    return {"item": "rice", "quantity": quantity, "value_fen": fen}


def test_no_more_goods_are_issued_than_are_in_stock(office: Office) -> None:
    """S1-010, S4-116, F076: what came back and what was annulled count."""
    into = {**rice(10, 1_000), "from_unit": "shop", "kind": "donated", "unit": "bag"}
    assert isinstance(office.act("2022-03-01", act("GoodsReceived", STOCK, **into)), Committed)
    give = act("GoodsIssued", STOCK, **rice(6, 600), case=CASE, purpose="living")

    assert [] == refusing(office, "2022-03-02", give)
    assert ["goods-in-stock"] == refusing(office, "2022-03-03", give)
    office.act("2022-03-04", act("GoodsReturned", STOCK, **rice(2, 200), case=CASE))
    assert [] == refusing(office, "2022-03-05", give)
    entries = office.session.stream(STOCK)
    annulled = {"position": entries[-1].position, "authority": "county", "reason": "typing error"}
    office.act("2022-03-06", act("EntryAnnulled", STOCK, **annulled))
    assert [] == refusing(office, "2022-03-07", give)
    other = act("GoodsIssued", STOCK, **(rice(1, 1) | {"item": "oil"}), purpose="living")
    assert ["goods-in-stock"] == refusing(office, "2022-03-08", other)


def test_goods_in_one_batch_are_counted_as_they_go(office: Office) -> None:
    into = {**rice(3, 3), "from_unit": "shop", "kind": "bought", "unit": "bag"}
    out = act("GoodsIssued", STOCK, **rice(2, 2), case=CASE, purpose="living")

    with pytest.raises(RefusedError):
        office.act("2022-03-01", act("GoodsReceived", STOCK, **into), out, out)

    assert 0 == office.session.store.stream_heads([STOCK]).get(STOCK, (0, b""))[0]


def test_no_more_is_moved_out_of_a_fund_than_is_in_it(office: Office) -> None:
    """S4-115: to the fen."""
    received = act("FundReceived", FUND, amount_fen=500, level="county", year=2022)
    office.act("2022-03-01", received)
    move = act("FundTransferred", FUND, amount_fen=501, to_fund="fund/dibao-2022")
    less = act("FundTransferred", FUND, amount_fen=500, to_fund="fund/dibao-2022")

    assert ["fund-covers-transfer"] == refusing(office, "2022-03-02", move)
    assert [] == refusing(office, "2022-03-02", less)


def test_only_what_was_paid_is_recovered_and_only_what_is_open_is_waived(office: Office) -> None:
    """S4-115, F097."""
    paid = {"account": "a" + "1" * 32, "amount_fen": 300, "month": "2022-02", "run": "run/2022-02"}
    office.act("2022-02-10", act("PaymentIssued", CASE, **paid, paid_on="2022-02-10"))
    order = {"due_on": "2022-04-01", "from_month": "2022-02", "to_month": "2022-02", "reason": "x"}

    def ordered(fen: int, **other: str) -> dict[str, Any]:
        return act("RecoveryOrdered", CASE, amount_fen=fen, **(order | other))

    def waived(fen: int) -> dict[str, Any]:
        return act("RecoveryWaived", CASE, amount_fen=fen, authority="d-1", reason="died_poor")

    assert ["recovery-of-paid"] == refusing(office, "2022-03-01", ordered(301))
    late = ordered(1, due_on="2022-02-28")
    assert ["recovery-months"] == refusing(office, "2022-03-01", late)
    assert [] == refusing(office, "2022-03-01", ordered(300))
    assert ["recovery-of-paid"] == refusing(office, "2022-03-02", ordered(1))
    back = act("PaymentRecovered", CASE, amount_fen=100, month="2022-02", reason="x")
    assert [] == refusing(office, "2022-03-03", back)
    assert ["waiver-of-open-recovery"] == refusing(office, "2022-03-04", waived(201))
    assert [] == refusing(office, "2022-03-04", waived(200))


def test_the_number_of_a_special_account_is_sealed(office: Office) -> None:
    """The log has a token; the number itself opens only with the secrets."""
    number = "6222021001122334455"
    opened = act("AccountOpened", FUND, bank="bank-1", purpose="tekun")
    office.act("2022-01-02", {**opened, "personal": {"account_number": number}})

    (entry,) = office.session.stream(FUND)
    (row,) = office.session.store.read_stream(FUND)
    vault = office.session.vault

    assert isinstance(entry.event, AccountOpened)
    assert "a" + "0" * 32 != entry.event.account
    assert number.encode() not in row[5]
    assert vault is not None
    assert {number} == set(vault.open_many(tuple(entry.sealed.values())).values())


def test_an_account_is_named_by_its_fund_or_by_a_token_that_no_other_fund_has(
    office: Office,
) -> None:
    token, shared = "a" + "1" * 32, "a" + "2" * 32
    for fund, account in (("x", token), ("y", shared), ("z", shared)):
        data = {"account": account, "bank": "bank-1", "purpose": "tekun"}
        office.act("2022-01-02", act("AccountOpened", f"fund/{fund}", **data))

    for name in (token, "x", "fund/x"):
        assert ("fund/x", token) == account_of(office.session, name)
    assert ("fund/z", shared) == account_of(office.session, "z")
    for name, found in ((shared, "2 that share it"), ("w", "none"), ("a" + "3" * 32, "none")):
        with pytest.raises(ServiceError, match=f"found {found}"):
            account_of(office.session, name)
