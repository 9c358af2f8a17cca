"""What is given beside the monthly allowance: stays, subsidies, donations, matched needs, recognitions."""

from __future__ import annotations

from typing import Any

import pytest
from tests.replay.conftest import Ask
from tests.replay.histories import VILLAGE, Log, adopt_pack, apply_for, approve, case_name
from tests.replay.overseeing import build_facility, match, recognise, stay, subsidise
from tests.replay.test_postings import recorded

from aidledger.domain.postings import posted
from aidledger.services.payments.beancount import as_beancount

FIRST = case_name(1)


def pick(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_a_facility_shows_its_stays_by_the_day_the_week_and_the_month(ask: Ask) -> None:
    """S2-015: a kind of stay that nobody used shows with none."""
    log = Log()
    adopt_pack(log, respite_units='["month","week","day"]')
    stay(log, FIRST, "2022-02-01", "2022-02-01")
    stay(log, FIRST, "2022-02-07", "2022-02-13", "week")
    stay(log, case_name(2), "2022-02-14", "2022-02-27", "week")
    stay(log, case_name(2), "2022-03-02", "2022-03-01", "week")

    rows = ask(log, "respite")["respite"]

    assert {
        "day": (True, 1, 1, 1),
        "month": (True, 0, 0, 0),
        "week": (True, 3, 2, 21),
    } == {row["unit"]: pick(row, "asked", "stays", "persons", "days") for row in rows}


def test_a_stay_without_a_unit_is_by_the_day_and_one_that_no_rule_names_is_shown(ask: Ask) -> None:
    """S2-015, S0-009."""
    log = Log()
    adopt_pack(log, respite_units='["week"]')
    log.add(
        "RespiteStayed",
        FIRST,
        "2022-02-01",
        facility="facility/home1",
        from_on="2022-02-01",
        to_on="2022-02-02",
    )

    assert [("day", False, 1), ("week", True, 0)] == [
        pick(row, "unit", "asked", "stays") for row in ask(log, "respite")["respite"]
    ]


def test_who_is_supported_at_home_comes_first_in_community_care(ask: Ask) -> None:
    """S0-008: another of the township who was served while they waited is named."""
    log = Log()
    for number in (1, 2, 3):
        apply_for(
            log, case_name(number), number=number, programme="dibao" if number > 2 else "tekun"
        )
        approve(log, case_name(number))
    log.add(
        "SupportFormSet",
        case_name(2),
        "2022-02-21",
        consent=True,
        form="concentrated",
        institution="home-1",
    )

    def order() -> list[tuple[Any, ...]]:
        rows = ask(log, "community_care", as_of="2022-06-01")["community_care"]
        return [pick(row, "case", "others_first", "state") for row in rows]

    assert [(FIRST, 0, "waiting")] == order()

    other = stay(log, case_name(3), "2022-03-01", "2022-03-02")
    assert [(FIRST, 1, "passed_over")] == order()
    (row,) = ask(log, "community_care", as_of="2022-06-01")["community_care"]
    assert other in row["positions"]

    stay(log, FIRST, "2022-02-28", "2022-02-28")
    assert [(FIRST, 0, "served")] == order()


def test_what_a_facility_was_paid_is_told_by_purpose_and_balances_in_the_books(ask: Ask) -> None:
    """S2-018, S4-115: a subsidy is vouched for, the fund pays it out, and nothing is left over."""
    log = Log()
    home = build_facility(log, 1, "day_care", VILLAGE)
    fund = "fund/elderly-2022"
    log.add("FundReceived", fund, "2022-02-01", amount_fen=1_001, level="county", year=2022)
    log.add("FundDisbursed", fund, "2022-03-01", amount_fen=1_001, purpose="facility")
    subsidise(log, home, "2022-03-01", 600, "build")
    subsidise(log, home, "2022-03-02", 400)
    subsidise(log, home, "2022-04-02", 1)

    answer = ask(log, "facility_subsidies", "trial_balance", "fund_use")

    assert [("build", 2022, 1, 600), ("operate", 2022, 2, 401)] == [
        pick(row, "kind", "year", "payments", "paid_fen") for row in answer["facility_subsidies"]
    ]
    book = {row["account"]: row["balance_fen"] for row in answer["trial_balance"]}
    assert (0, 0) == (book["liabilities:purpose/facility"], book[f"assets:{fund}"])
    assert (600, 401) == (book["expenses:facility/build"], book["expenses:facility/operate"])
    assert ("facility", 1_001) in {pick(row, "item", "amount_fen") for row in answer["fund_use"]}


def test_a_donation_is_money_of_the_fund_by_its_purpose(ask: Ask) -> None:
    """S4-067: it stands in the books, in the use of the fund and in what is left of it."""
    log = Log()
    fund = "fund/charity-2022"
    log.add("DonationReceived", fund, "2022-02-01", amount_fen=5, donor="club-1")
    log.add(
        "DonationReceived", fund, "2022-02-02", amount_fen=70, donor="club-1", purpose="schools"
    )
    log.add("FundDisbursed", fund, "2022-03-01", amount_fen=30, purpose="schools")

    answer = ask(log, "fund_use", "trial_balance")

    assert [
        ("balance", "", 45),
        ("disbursed", "schools", 30),
        ("donated", "", 5),
        ("donated", "schools", 70),
    ] == [pick(row, "line", "item", "amount_fen") for row in answer["fund_use"]]
    book = {row["account"]: row["balance_fen"] for row in answer["trial_balance"]}
    assert (45, -75) == (book[f"assets:{fund}"], book["income:donated"])
    file = "".join(as_beancount(posted(recorded(log)), origin="test/1", as_of="2022-12-31"))
    assert "  Income:Donated  -0.70 CNY" in file
    assert 2 == file.count('event: "DonationReceived"')


def test_a_need_that_somebody_offers_to_meet_shows_who_and_since_when(ask: Ask) -> None:
    """S4-067."""
    log = Log()
    match(log, FIRST, "2022-02-01", "club-1")
    match(log, FIRST, "2022-03-01", "station-1", "social_work")

    (row,) = ask(log, "matched_needs")["matched_needs"]

    assert ("company", "2022-02-01", 2, "station-1", "social_work") == pick(
        row, "need", "first_on", "providers", "provider", "kind"
    )


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        ("2023-01-31", "valid"),
        ("2023-02-01", "expired"),
    ],
)
def test_a_recognition_holds_to_its_last_day(ask: Ask, as_of: str, state: str) -> None:
    """S4-014, F053."""
    log = Log()
    recognise(log, FIRST, "2022-02-01", "2023-01-31")

    (row,) = ask(log, "recognitions", as_of=as_of)["recognitions"]

    assert ("low_income", "520123", "2023-01-31", state) == pick(
        row, "class", "by_unit", "valid_to", "state"
    )


def test_help_after_the_last_day_of_every_recognition_is_counted(ask: Ask) -> None:
    """F053: on the last day it rests on something, on the next on nothing."""
    log = Log()
    recognise(log, FIRST, "2022-02-01", "2022-12-31")
    recognise(log, FIRST, "2022-02-01", "2023-01-31", "marginal")
    given_on = ("2022-12-31", "2023-01-31", "2023-02-01")
    grants = [
        log.add("HelpGranted", FIRST, on, amount_fen=1, help="temporary", way="goods")
        for on in given_on
    ]

    rows = ask(log, "recognitions")["recognitions"]

    assert [1, 1] == [row["helped_after"] for row in rows]
    assert all(grants[2] in row["positions"] for row in rows)
    assert not any(grants[1] in row["positions"] for row in rows)


def test_a_recognition_that_ended_or_was_given_anew_counts_as_it_is_now(ask: Ask) -> None:
    """S4-014, F053."""
    log = Log()
    recognise(log, FIRST, "2022-02-01", "2023-01-31")
    ended = {"ended_on": "2022-05-01", "ground": "income", "recognised": "low_income"}
    log.add("RecognitionEnded", FIRST, "2022-05-01", **ended)

    def state(as_of: str) -> tuple[Any, ...]:
        (row,) = ask(log, "recognitions", as_of=as_of)["recognitions"]
        return pick(row, "state", "times")

    assert ("ended", 1) == state("2022-06-01")

    recognise(log, FIRST, "2022-07-01", "2023-06-30")
    assert ("valid", 2) == state("2023-06-30")
    assert ("expired", 2) == state("2023-07-01")
