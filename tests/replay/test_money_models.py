"""Funds, goods, recoveries and bought services as the models have them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.replay.conftest import Ask
from tests.replay.histories import Log, adopt_pack, apply_for, approve, case_name, pay, token
from tests.replay.test_postings import HISTORY, recorded, tables, written

from aidledger.domain.case import fold_case
from aidledger.domain.fund import fold_fund
from aidledger.domain.stock import fold_stock

FUND, STOCK, CONTRACT, CASE = "fund/tekun-2022", "stock/county", "contract/1", case_name(1)


def pick(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def receive(log: Log, fen: int, level: str = "county", on: str = "2022-03-01") -> int:
    return log.add("FundReceived", FUND, on, amount_fen=fen, level=level, year=2022)


def spend(log: Log, fen: int, purpose: str, on: str = "2022-03-05") -> int:
    return log.add("FundDisbursed", FUND, on, amount_fen=fen, purpose=purpose)


@pytest.mark.parametrize(("county", "met"), [(4_000, True), (4_001, True), (4_006, False)])
def test_each_level_gives_the_share_that_the_pack_asks(ask: Ask, county: int, met: bool) -> None:
    """S4-115, F074: a fen may be lost in rounding at each receipt, and no more."""
    log = Log()
    adopt_pack(log, fund_share_central_permille="600", fund_share_county_permille="400")
    log.add("FundAllocated", FUND, "2022-02-01", amount_fen=7_000, document="d-1",
            from_level="central", programme="tekun", year=2022)  # fmt: skip
    receive(log, 6_000, "central")
    receive(log, county)

    found = ask(log, "fund_shares")["fund_shares"]

    assert [
        ("central", 7_000, 6_000, 600, met),
        ("county", 0, county, 400, met),
    ] == [
        pick(row, "level", "allocated_fen", "received_fen", "asked_permille", "met")
        for row in found
    ]


@pytest.mark.parametrize(
    ("purposes", "expected"),
    [
        ('["basic_living","service"]', {"basic_living": (0, True), "service": (0, True)}),
        ('["basic_living"]', {"basic_living": (0, True), "service": (50, False)}),
        (None, {"basic_living": (0, None), "service": (0, None)}),
    ],
)
def test_the_same_spending_is_allowed_under_one_pack_and_not_under_another(
    ask: Ask, purposes: str | None, expected: dict[str, Any]
) -> None:
    """C13, S3-020, S4-115, F072."""
    log = Log()
    adopt_pack(log, **({} if purposes is None else {"allowed_purposes": purposes}))
    spend(log, 100, "basic_living")
    spend(log, 50, "service")

    found = ask(log, "purposes")["purposes"]

    assert expected == {row["purpose"]: pick(row, "not_allowed_fen", "allowed") for row in found}


@pytest.mark.parametrize(("service", "met"), [(5, True), (4, False)])
def test_bought_services_are_held_against_the_share_that_the_pack_asks(
    ask: Ask, service: int, met: bool
) -> None:
    """S3-020, S3-021, F075: exactly a twentieth is enough."""
    log = Log()
    adopt_pack(log, purchased_service_permille_min="50")
    spend(log, 100 - service, "basic_living")
    spend(log, service, "service")

    (row,) = ask(log, "service_share")["service_share"]

    assert (2022, 100, service, 10 * service, 50, met) == tuple(row.values())[:-1]


def test_no_share_is_judged_where_nothing_was_spent_or_no_rule_asks(ask: Ask) -> None:
    log = Log()
    adopt_pack(log, fund_share_county_permille="not a number")
    spend(log, 0, "basic_living")
    receive(log, 0)
    answer = ask(log, "service_share", "fund_shares")

    assert [(None, None)] == [pick(row, "permille", "met") for row in answer["service_share"]]
    assert [(None, None, None)] == [
        pick(row, "permille", "asked_permille", "met") for row in answer["fund_shares"]
    ]


def test_a_bank_statement_is_held_against_the_books_of_its_day(ask: Ask) -> None:
    """F073, S4-118: what came later does not count."""
    log = Log()
    log.add("AccountOpened", FUND, "2022-01-01", account=token("a", 7), bank="bank-1",
            purpose="tekun")  # fmt: skip
    receive(log, 1_000)
    spend(log, 300, "basic_living")
    right, wrong = (
        log.add(
            "BankStatementReceived",
            FUND,
            "2022-04-01",
            balance_fen=fen,
            file="ab" * 32,
            stated_on="2022-03-31",
        )
        for fen in (700, 650)
    )
    spend(log, 9, "funeral", "2022-04-02")

    found = ask(log, "bank_statements")["bank_statements"]

    names = ("position", "bank", "stated_fen", "booked_fen", "difference_fen")
    assert [(right, "bank-1", 700, 700, 0), (wrong, "bank-1", 650, 700, -50)] == [
        pick(row, *names) for row in found
    ]


def goods(log: Log, type_name: str, on: str, quantity: int, **more: Any) -> int:
    data = {"item": "rice", "quantity": quantity, "value_fen": 100 * quantity, **more}
    return log.add(type_name, STOCK, on, **data)


def test_goods_in_less_goods_out_is_what_the_book_has_and_the_count_may_differ(ask: Ask) -> None:
    """S1-010, S4-116, F076."""
    log = Log()
    goods(log, "GoodsReceived", "2022-03-01", 10, from_unit="shop", kind="bought", unit="bag")
    goods(log, "GoodsIssued", "2022-03-02", 4, case=CASE, purpose="living")
    goods(log, "GoodsIssued", "2022-03-03", 2, purpose="festival")
    goods(log, "GoodsReturned", "2022-03-04", 1, case=CASE)
    log.add("GoodsCounted", STOCK, "2022-03-31", counted_on="2022-03-31", item="rice", quantity=3)
    goods(log, "GoodsIssued", "2022-04-02", 6, case=CASE, purpose="living")
    log.add("GoodsCounted", STOCK, "2022-04-03", counted_on="2022-03-31", item="oil", quantity=1)

    oil, rice = ask(log, "goods_stock")["goods_stock"]

    names = ("item", "received", "issued", "returned", "balance", "lowest", "without_recipient")
    assert ("rice", 10, 12, 1, -1, -1, 2) == pick(rice, *names)
    assert (3, -2) == pick(rice, "counted", "difference")
    assert ("oil", 0, 0, 0, 0, 0, 0) == pick(oil, *names)
    assert (1, 1) == pick(oil, "counted", "difference")


@pytest.mark.parametrize(
    ("given_back", "waived", "as_of", "expected"),
    [
        (0, 0, "2022-05-01", ("open", 500)),
        (100, 0, "2022-05-02", ("overdue", 400)),
        (100, 400, "2022-05-02", ("settled", 0)),
        (600, 0, "2022-04-02", ("too_much", -100)),
    ],
)
def test_a_recovery_is_open_until_it_is_given_back_or_waived(
    ask: Ask, given_back: int, waived: int, as_of: str, expected: tuple[str, int]
) -> None:
    """S4-115, F097: also on the last day, which still counts."""
    log = Log()
    log.add("RecoveryOrdered", CASE, "2022-04-01", amount_fen=500, due_on="2022-05-01",
            from_month="2022-02", reason="death", to_month="2022-03")  # fmt: skip
    if given_back:
        log.add("PaymentRecovered", CASE, "2022-04-02", amount_fen=given_back, month="2022-03",
                reason="death")  # fmt: skip
    if waived:
        log.add("RecoveryWaived", CASE, "2022-04-02", amount_fen=waived, authority="d-1",
                reason="died_poor")  # fmt: skip

    (row,) = ask(log, "recoveries", as_of=as_of)["recoveries"]

    assert (*expected, given_back, waived) == pick(
        row, "state", "open_fen", "recovered_fen", "waived_fen"
    )


def test_what_came_back_and_was_waived_is_for_the_order_that_was_due_first(ask: Ask) -> None:
    """S4-115: of three orders the first is done, and the open ones are so since the second."""
    log = Log()
    for on, due_on in (("04-01", "05-01"), ("04-03", "05-03"), ("04-05", "05-05")):
        log.add("RecoveryOrdered", CASE, f"2022-{on}", amount_fen=500, due_on=f"2022-{due_on}",
                from_month="2022-02", reason="death", to_month="2022-03")  # fmt: skip
    log.add("PaymentRecovered", CASE, "2022-04-06", amount_fen=200, month="2022-03",
            reason="death")  # fmt: skip
    log.add("RecoveryWaived", CASE, "2022-04-07", amount_fen=300, authority="d-1",
            reason="died_poor")  # fmt: skip

    (row,) = ask(log, "recoveries", as_of="2022-05-03")["recoveries"]

    assert ("open", 1_000, "2022-05-03", "2022-04-03") == pick(
        row, "state", "open_fen", "due_on", "from_on"
    )


def test_what_nobody_ordered_back_is_not_too_much_of_an_order(ask: Ask) -> None:
    log = Log()
    log.add("PaymentRecovered", CASE, "2022-04-02", amount_fen=600, month="2022-03", reason="error")

    (row,) = ask(log, "recoveries")["recoveries"]

    assert ("not_ordered", 0, -600) == pick(row, "state", "ordered_fen", "open_fen")


def test_what_is_due_and_was_not_paid_is_in_arrears(ask: Ask) -> None:
    """S1-062, S4-023, F055: and what was paid for a month that is not due shows below zero."""
    log = Log()
    apply_for(log, CASE)
    approve(log, CASE, fen=1_000)
    pay(log, CASE, "2022-03", fen=800)
    pay(log, CASE, "2022-02", fen=70)

    found = ask(log, "arrears", as_of="2022-04-30")["arrears"]

    assert [
        ("2022-02", 0, 70, -70),
        ("2022-03", 1_000, 800, 200),
        ("2022-04", 1_000, 0, 1_000),
    ] == [pick(row, "month", "due_fen", "paid_fen", "arrears_fen") for row in found]


@pytest.mark.parametrize(
    ("paid", "back", "ordered", "expected"),
    [
        # what came back by an order is not owed once more
        (1_000, 400, True, (600, 600, 0)),
        (1_000, 400, False, (1_000, 600, 400)),
        # what was paid too much came back, and the rest stays due
        (1_800, 800, True, (1_000, 1_000, 0)),
        (1_800, 900, True, (900, 900, 0)),
        # too little had been paid before
        (700, 200, True, (800, 500, 300)),
        (1_000, 1_100, True, (0, -100, 100)),
    ],
)
def test_what_was_ordered_back_and_came_back_is_not_due_once_more(
    ask: Ask, paid: int, back: int, ordered: bool, expected: tuple[int, int, int]
) -> None:
    """S4-115: the decision that it was paid by may stand all the same."""
    log = Log()
    apply_for(log, CASE)
    approve(log, CASE, fen=1_000)
    pay(log, CASE, "2022-03", fen=paid)
    if ordered:
        log.add("RecoveryOrdered", CASE, "2022-03-20", amount_fen=back, due_on="2022-04-20",
                from_month="2022-02", reason="false_statement", to_month="2022-03")  # fmt: skip
    log.add("PaymentRecovered", CASE, "2022-03-25", amount_fen=back, month="2022-03",
            reason="false_statement")  # fmt: skip

    [row] = ask(log, "arrears", as_of="2022-03-31")["arrears"]

    assert expected == pick(row, "due_fen", "paid_fen", "arrears_fen")


def test_the_hours_of_a_contract_are_held_against_what_it_asks(ask: Ask) -> None:
    """S3-017, F083: fewer hours than agreed, and one month invoiced twice."""
    log = Log()
    log.add("ServiceContractSigned", CONTRACT, "2022-01-01", agency="agency-1", amount_fen=9_000,
            certificate=True, from_on="2022-01-01", groups=["tekun"], hours_month=40,
            service="visits", to_on="2022-12-31")  # fmt: skip
    for month, hours, times in (("2022-01", 40, 1), ("2022-02", 30, 2)):
        for number in range(times):
            log.add("ServiceInvoiced", CONTRACT, f"{month}-20", amount_fen=10 * hours, hours=hours,
                    invoice=f"i-{month}-{number}", month=month)  # fmt: skip
        log.add("ServiceAccepted", CONTRACT, f"{month}-25", amount_fen=10 * hours, hours=hours,
                month=month)  # fmt: skip

    found = ask(log, "service_hours")["service_hours"]

    names = ("month", "asked_hours", "invoices", "invoiced_hours", "accepted_fen", "short")
    assert [("2022-01", 40, 1, 40, 400, False), ("2022-02", 40, 2, 60, 300, True)] == [
        pick(row, *names) for row in found
    ]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=HISTORY)
def test_folds_and_models_agree_on_what_is_open_in_stock_and_in_the_fund(
    history: list[Any],
) -> None:
    """Two derivations by different means, whatever was recorded and amended."""
    log = written(history)
    entries = recorded(log)
    by_stream = {e.stream: [x for x in entries if x.stream == e.stream] for e in entries}

    built = tables(log, "recoveries", "goods_stock", "postings", as_of=date(2023, 1, 1))
    recoveries = {row["case"]: row["open_fen"] for row in built["recoveries"]}
    stocks = {(row["stock"], row["item"]): row["balance"] for row in built["goods_stock"]}
    balances: dict[str, int] = {}
    for row in built["postings"]:
        if row["event"] != "FundTransferred" or row["line"] == 2:
            moved = row["debit_fen"] - row["credit_fen"]
            balances[row["account"]] = balances.get(row["account"], 0) + moved

    for stream, its in by_stream.items():
        if stream.startswith("case/"):
            assert recoveries.get(stream, 0) == fold_case(stream, its).recovery_open_fen
        elif stream.startswith("stock/"):
            units = fold_stock(stream, its).units
            assert units == {item: n for (name, item), n in stocks.items() if name == stream}
        elif stream.startswith("fund/"):
            assert balances.get(f"assets:{stream}", 0) == fold_fund(stream, its).balance_fen


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        # sent again in the same run: the line that came back is gone, the other is there
        ("i600 r600 i600", {2: 600}),
        ("i600 r600 i600 r600", {}),
        # of two lines of a month the one whose sum came back, whichever it is
        ("i600 i50 r50", {0: 600}),
        ("i600 i50 r600", {1: 50}),
        ("i600 i50 r650", {}),
        ("i600 i50 r30", {0: 570, 1: 50}),
        ("i600 r900", {}),
        ("i600", {0: 600}),
        ("i600 i600/2 r600/2", {0: 600}),
        ("i600 i600/2 r600", {1: 600}),
    ],
)
def test_what_came_back_is_taken_off_once(steps: str, left: dict[int, int], ask: Ask) -> None:
    log = Log()
    for step in steps.split():
        amount, _, run = step[1:].partition("/")
        fen: Any = {"amount_fen": int(amount), "month": "2022-03", "run": f"run/{run or 1}"}
        if step.startswith("i"):
            paid: Any = {"account": token("a", 1), "paid_on": "2022-03-10"}
            log.add("PaymentIssued", case_name(1), "2022-03-10", **fen, **paid)
        else:
            back: Any = {"reason": "closed", "returned_on": "2022-03-12"}
            log.add("PaymentReturned", case_name(1), "2022-03-12", **fen, **back)

    rows = ask(log, "net_payments")["net_payments"]

    assert left == {row["position"]: row["amount_fen"] for row in rows}


def test_what_is_sent_again_rests_on_the_decision_before_it(ask: Ask) -> None:
    log = Log()
    line: Any = {"account": token("a", 1), "amount_fen": 600, "month": "2022-03", "run": "run/1"}
    decided: dict[int, int] = {}
    for day in ("11", "12"):
        sent = log.add("PaymentReissued", CASE, f"2022-03-{day}", **line)
        paid_on = f"2022-03-{day}"
        again = log.add("PaymentIssued", CASE, paid_on, **line, kind="reissue", paid_on=paid_on)
        decided[again] = sent

    rows = ask(log, "net_payments")["net_payments"]

    assert decided == {row["position"]: row["approved"] for row in rows}


@pytest.mark.parametrize(
    ("named", "given_back"), [("2022-03", "run/2022-03"), ("run/2022-03", "2022-03")]
)
def test_a_run_is_one_whether_its_kind_is_written_before_it_or_not(
    ask: Ask, named: str, given_back: str
) -> None:
    """An approval is known, and what came back is taken off, by whichever name of the run."""
    log = Log()
    approved = log.add("PayRunApproved", "run/2022-03", "2022-03-08", lines=2, total_fen=800)
    line: Any = {"account": token("a", 1), "month": "2022-03", "paid_on": "2022-03-10"}
    for fen in (500, 300):
        log.add("PaymentIssued", CASE, "2022-03-10", amount_fen=fen, run=named, **line)
    log.add("PaymentReturned", CASE, "2022-03-12", amount_fen=300, month="2022-03",
            reason="closed", returned_on="2022-03-12", run=given_back)  # fmt: skip

    rows = ask(log, "net_payments")["net_payments"]

    assert [(500, approved)] == [pick(row, "amount_fen", "approved") for row in rows]


def test_support_begins_with_the_first_month_that_an_approval_names(ask: Ask) -> None:
    """A newer approval takes no month away: the first one stands, and so does what it gave."""
    log = Log()
    apply_for(log, CASE)
    approve(log, CASE, from_month="2022-03")
    approve(log, CASE, "2022-04-20", from_month="2022-05")
    case = fold_case(CASE, recorded(log))

    rows = ask(log, "entitlements", as_of="2022-05-31")["entitlements"]

    assert {"2022-03": 112_800, "2022-04": 112_800, "2022-05": 112_800} == {
        row["month"]: row["payable_fen"] for row in rows
    }
    assert [112_800] * 3 == [case.payable_fen(f"2022-{month}") for month in ("03", "04", "05")]
