"""Help granted once, against what of it was rostered, paid and came back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.replay.conftest import Ask, Table
from tests.replay.histories import Log, apply_for, case_name, token

CASE = case_name(1)
RUN = {"month": "2022-03", "run": "run/h"}


def grant(log: Log, day: str, amount_fen: int, case: str = CASE, **data: Any) -> int:
    return log.add("HelpGranted", case, day, amount_fen=amount_fen, help="temporary", **data)


def roster(log: Log, amount_fen: int, case: str = CASE) -> int:
    line: Any = {"account": token("a", 1), "amount_fen": amount_fen, "kind": "one_off", **RUN}
    return log.add("PaymentRostered", case, "2022-03-08", **line)


def pay(log: Log, amount_fen: int, kind: str = "one_off", **run: Any) -> int:
    line: Any = {"account": token("a", 1), "amount_fen": amount_fen, "kind": kind, **(run or RUN)}
    return log.add("PaymentIssued", CASE, "2022-03-09", paid_on="2022-03-09", **line)


def give_back(log: Log, amount_fen: int) -> int:
    data: Any = {"amount_fen": amount_fen, "reason": "closed", "returned_on": "2022-03-10", **RUN}
    return log.add("PaymentReturned", CASE, "2022-03-10", **data)


def granted(*amounts: int) -> Log:
    log = Log()
    apply_for(log, CASE, programme="temporary")
    for number, amount_fen in enumerate(amounts):
        grant(log, f"2022-03-0{number + 1}", amount_fen)
    return log


def sums(rows: Table) -> list[tuple[Any, ...]]:
    keys = ("amount_fen", "rostered_fen", "paid_fen", "unpaid_fen", "over_fen")
    return [tuple(row[key] for key in keys) for row in rows]


def test_what_is_paid_counts_for_the_oldest_grant_first(ask: Ask) -> None:
    """S4-045: nothing, a part, the whole of one and a part of the next."""
    log = granted(300, 200)
    first = ask(log, "help_paid")["help_paid"]
    roster(log, 500)
    pay(log, 350)
    then = ask(log, "help_paid")["help_paid"]

    assert [(300, 0, 0, 300, 0), (200, 0, 0, 200, 0)] == sums(first)
    assert [(300, 300, 300, 0, 0), (200, 200, 50, 150, 0)] == sums(then)
    assert [[1, 3, 4], [2, 3, 4]] == [row["positions"] for row in then]


def test_what_the_bank_gave_back_is_unpaid_until_it_is_sent_once_more(ask: Ask) -> None:
    log = granted(300)
    roster(log, 300)
    pay(log, 300)
    give_back(log, 300)
    back = ask(log, "help_paid", "arrears", as_of="2022-03-31")
    pay(log, 300, "reissue")
    sent = ask(log, "help_paid", "arrears", as_of="2022-03-31")

    assert [(300, 300, 0, 300, 0)] == sums(back["help_paid"])
    assert [(300, 300, 300, 0, 0)] == sums(sent["help_paid"])
    assert [(300, 0, 300)] == [
        (row["due_fen"], row["paid_fen"], row["arrears_fen"]) for row in back["arrears"]
    ]
    assert [0] == [row["arrears_fen"] for row in sent["arrears"]]


def test_a_grant_that_is_paid_twice_shows_and_a_month_of_an_allowance_does_not_count(
    ask: Ask,
) -> None:
    """F026: what a case was paid beyond its grants."""
    log = granted(300)
    pay(log, 500, "regular", month="2022-03", run="run/r")
    roster(log, 300)
    pay(log, 300)
    once = ask(log, "help_paid")["help_paid"]
    pay(log, 300)
    twice = ask(log, "help_paid", "arrears", as_of="2022-03-31")

    assert [0] == [row["over_fen"] for row in once]
    assert [(300, 300, 300, 0, 300)] == sums(twice["help_paid"])
    assert [-800] == [row["arrears_fen"] for row in twice["arrears"]]


@pytest.mark.parametrize("way", ["goods", "service", "waiver"])
def test_only_help_in_money_is_paid_out(ask: Ask, way: str) -> None:
    """S4-048: goods, services and waivers have a value and no payment."""
    log = granted()
    grant(log, "2022-03-01", 300, way=way)

    assert [(300, 0, 0, 0, 0)] == sums(ask(log, "help_paid")["help_paid"])


def test_a_grant_that_was_annulled_is_none(ask: Ask) -> None:
    log = granted(300)
    roster(log, 300)
    pay(log, 300)
    reason: Any = {"authority": "county", "position": 1, "reason": "wrong person"}
    log.add("EntryAnnulled", CASE, "2022-03-20", **reason)

    assert [] == ask(log, "help_paid")["help_paid"]
