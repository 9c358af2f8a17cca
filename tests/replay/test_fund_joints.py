"""Joints of the money's way: a way that balances closes everywhere; one that is broken is named where it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask
from tests.replay.histories import Log, token
from tests.replay.moneyways import BREAKS, DAY, FILE, MONTH, add_way
from tests.replay.test_postings import tables

from aidledger.services.funds.flowing import JOINTS

payments = st.lists(st.integers(1, 500_000), min_size=2, max_size=4)


@settings(max_examples=2, deadline=None)
@example(sums=([5, 7],) * len(BREAKS), by=3, broken=set(BREAKS))
@example(sums=([5, 7],) * len(BREAKS), by=3, broken=set())
@given(
    sums=st.tuples(*[payments] * len(BREAKS)),
    by=st.integers(1, 99_999),
    broken=st.sets(st.sampled_from(sorted(BREAKS))),
)
def test_a_way_that_balances_closes_and_a_broken_one_is_named_at_its_joints_and_nowhere_else(
    sums: tuple[list[int], ...], by: int, broken: set[str]
) -> None:
    # S4-067, S4-115: as many funds as there are sums to break; some are broken, the others are not
    log = Log()
    ways = {
        name: add_way(log, f"{number:06d}", fens, breaking=name if name in broken else "", by=by)
        for number, (name, fens) in enumerate(zip(sorted(BREAKS), sums, strict=True), start=520_100)
    }
    rows = tables(log, "fund_joints", as_of=date(2022, 3, 31))["fund_joints"]

    expected = {
        (joint, ways[name].words(item), by)
        for name in broken
        for joint, item in BREAKS[name].items()
    }
    apart = [row for row in rows if row["state"] == "apart"]
    assert expected == {(row["joint"], row["item"], row["apart_fen"]) for row in apart}
    named = {at for row in apart for at in row["left_positions"] + row["right_positions"]}
    assert {ways[name].broken for name in broken} <= named
    closed = {row["joint"] for row in rows if row["state"] == "closed"}
    if not broken:
        assert set(JOINTS) - {"account", "recovered", "transferred", "used"} == closed
    # nothing of these ways is stated by a bank but where that is what is broken
    expected_unchecked = {
        ("account", way.words("{fund}"))
        for name, way in ways.items()
        if name != "account" or name not in broken
    }
    if "transferred" in broken:
        expected_unchecked.add(("account", ways["transferred"].words("fund/nowhere-{name}")))
    unchecked = {(row["joint"], row["item"]) for row in rows if row["state"] == "unchecked"}
    assert expected_unchecked == unchecked


def by_joint(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["joint"]: row for row in rows}


def test_what_was_sent_and_has_not_arrived_is_under_way_and_not_apart(ask: Ask) -> None:
    log = Log()
    log.add(
        "FundAllocated",
        "fund/1",
        DAY,
        amount_fen=900,
        document="d",
        from_level="city",
        programme="p",
        year=2022,
    )
    log.add("FundReceived", "fund/1", DAY, amount_fen=400, level="city", year=2022)
    log.add("PayRunOpened", "run/1", DAY, fund="1", month=MONTH)
    line: dict[str, Any] = {
        "account": token("a", 1),
        "amount_fen": 300,
        "kind": "one_off",
        "month": MONTH,
        "run": "1",
    }
    log.add("HelpGranted", "case/1", DAY, amount_fen=300, help="temporary", way="money")
    log.add("PaymentRostered", "case/1", DAY, **line)
    approved = log.add("PayRunApproved", "run/1", DAY, lines=1, total_fen=300)
    found = by_joint(ask(log, "fund_joints")["fund_joints"])

    assert {
        ("allocated", "waiting", 500),
        ("approved", "closed", 0),
        ("disbursed", "waiting", 300),
        ("filed", "waiting", 300),
        ("lines", "waiting", 300),
        ("hand", "waiting", 300),
        ("account", "unchecked", 0),
    } == {(name, row["state"], row["waiting_fen"]) for name, row in found.items()}
    assert ("p", MONTH) == (found["filed"]["programme"], found["filed"]["period"])
    assert [approved] == found["filed"]["left_positions"]


def test_lines_are_met_one_by_one_so_that_sums_which_agree_hide_nothing(ask: Ask) -> None:
    log = Log()
    log.add("PayRunOpened", "run/1", DAY, fund="1", month=MONTH)
    issued = []
    for number, (told, paid) in enumerate([(100, 140), (200, 160), (300, 300)]):
        line: dict[str, Any] = {
            "account": token("a", number),
            "kind": "one_off",
            "month": MONTH,
            "run": "1",
        }
        log.add("PaymentRostered", f"case/{number}", DAY, amount_fen=told, **line)
        issued.append(
            log.add("PaymentIssued", f"case/{number}", DAY, amount_fen=paid, paid_on=DAY, **line)
        )
    result: dict[str, Any] = {
        "paid_fen": 600,
        "paid_lines": 3,
        "returned_fen": 0,
        "returned_lines": 0,
    }
    log.add("BankResultReceived", "run/1", DAY, file=FILE, **result)
    found = by_joint(ask(log, "fund_joints")["fund_joints"])

    assert ("closed", 0) == (found["issued"]["state"], found["issued"]["apart_fen"])
    assert ("apart", 0, 80) == tuple(
        found["lines"][name] for name in ("state", "difference_fen", "apart_fen")
    )
    assert issued[:2] == found["lines"]["right_positions"]
    assert "apart" == found["hand"]["state"]


def test_money_flows_as_it_is_told_and_by_the_month_of_each_entry(ask: Ask) -> None:
    log = Log()
    add_way(log, "520123", [100, 200])
    moved: dict[str, Any] = {"amount_fen": 30, "to_fund": "2"}
    log.add("FundTransferred", "fund/520123", "2022-04-01", **moved)
    rows = ask(log, "fund_flows")["fund_flows"]

    assert {
        ("2022-03", "received", "central", 300),
        ("2022-03", "received", "county", 100),
        ("2022-03", "paid", "basic_living", 400),
        ("2022-03", "returned", "", 100),
        ("2022-03", "handed", "520123001", 400),
        ("2022-03", "given_back", "520123001", 100),
        ("2022-04", "moved_out", "fund/2", 30),
        ("2022-04", "moved_in", "fund/520123", 30),
    } == {(row["month"], row["way"], row["item"], row["amount_fen"]) for row in rows}
    assert {"fund/520123", "fund/2"} == {row["fund"] for row in rows}
