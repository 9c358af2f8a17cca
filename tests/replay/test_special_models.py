"""Special assistance as the models show it: costs by payer, look-backs, dwellings, work, help by kind."""

from __future__ import annotations

from typing import Any

import pytest
from tests.policy.care import adopt
from tests.replay.conftest import Ask
from tests.replay.histories import Log, apply_for, approve, case_name
from tests.replay.special import (
    apply_special,
    assess,
    cost,
    grant,
    join,
    look_for_work,
    marginal,
    on_allowance,
)
from tests.replay.test_models import pick

SICK, ALLOWANCE, THIRD = case_name(1), case_name(2), case_name(3)
AS_OF = "2022-10-01"


def county() -> Log:
    """A county under the rules of special assistance, with one case that asks for medical help."""
    log = Log()
    adopt(log, "gz-special-2022")
    apply_special(log, SICK, "medical", 1)
    return log


def test_a_cost_shows_who_paid_what_and_what_is_left(ask: Ask) -> None:
    """S1-055, S1-057, S4-056: in order, out of order, more than the cost, said twice, granted since."""
    log = county()
    cost(log, SICK, "a", "2022-03-01", basic_fen=60_000)
    cost(log, SICK, "a", "2022-03-01", basic_fen=60_000, serious_fen=10_000)
    grant(log, SICK, "2022-03-10", "medical", 20_000, cause="a", detail="assistance")
    cost(log, SICK, "b", "2022-03-02", serious_fen=10_000)
    paid = {"serious_fen": 10_000, "assistance_fen": 0, "fund_fen": 40_001}
    cost(log, SICK, "c", "2022-03-03", basic_fen=50_000, **paid)

    rows = ask(log, "medical_costs", as_of=AS_OF)["medical_costs"]

    names = ("claim", "settlements", "covered_fen", "rest_fen", "in_order", "adds_up", "in_window")
    assert [
        ("a", 2, 90_000, 10_000, True, True, None),
        ("b", 1, 10_000, 90_000, False, True, None),
        ("c", 1, 100_001, 0, True, False, None),
    ] == [pick(row, *names) for row in rows]


def test_a_claim_that_two_cases_make_shows_in_both(ask: Ask) -> None:
    """S4-055: no double claim, whoever makes it."""
    log = county()
    apply_special(log, ALLOWANCE, "medical", 2)
    first = cost(log, SICK, "a", "2022-03-01", basic_fen=1)
    second = cost(log, ALLOWANCE, "a", "2022-03-01", basic_fen=1)
    cost(log, SICK, "b", "2022-03-01", basic_fen=1)

    rows = ask(log, "medical_costs", as_of=AS_OF)["medical_costs"]

    assert [("a", 2), ("b", 1), ("a", 2)] == [pick(row, "claim", "cases") for row in rows]
    assert {first, second} <= set(rows[0]["positions"])


@pytest.mark.parametrize(
    ("incurred_on", "inside"),
    [
        ("2022-02-27", False),
        ("2022-02-28", True),
        ("2022-08-30", True),
        ("2022-08-31", False),
    ],
)
def test_a_cost_lies_in_the_window_of_the_look_back_or_not(
    ask: Ask, incurred_on: str, inside: bool
) -> None:
    """S4-054: six months before 31 August is the last of February."""
    log = county()
    cost(log, SICK, "a", incurred_on, basic_fen=1, serious_fen=1)
    on_allowance(log, ALLOWANCE, 1)

    (row,) = ask(log, "medical_costs", as_of=AS_OF)["medical_costs"]

    assert ("2022-08-31", inside) == pick(row, "recognised_on", "in_window")


def look_back(*, first: int = 80_000, before: bool = True, recognised: bool = True) -> Log:
    log = county()
    if before:
        marginal(log, SICK)
    cost(log, SICK, "a", "2022-03-01", basic_fen=20_000, serious_fen=0)
    cost(log, SICK, "b", "2022-02-27", basic_fen=0, serious_fen=0)
    cost(log, SICK, "unsettled", "2022-03-02", basic_fen=0)
    if recognised:
        on_allowance(log, ALLOWANCE, 1)
    grant(log, SICK, "2022-09-10", "medical_lookback", first)
    return log


@pytest.mark.parametrize(
    ("log", "costs", "state"),
    [
        (look_back(), 80_000, "met"),
        (look_back(first=80_001), 80_000, "more_than_costs"),
        (look_back(before=False), 80_000, "never_marginal"),
        (look_back(recognised=False), 0, "not_recognised"),
    ],
    ids=["met", "more", "never", "not"],
)
def test_a_look_back_is_held_against_its_recognition_and_costs(
    ask: Ask, log: Log, costs: int, state: str
) -> None:
    """S4-053, S4-055."""
    (row,) = ask(log, "lookbacks", as_of=AS_OF)["lookbacks"]

    assert (costs, state) == pick(row, "costs_fen", "state")


def test_a_second_look_back_of_one_recognition_shows_and_one_of_another_does_not(
    ask: Ask,
) -> None:
    """S4-055: once for each recognition."""
    log = look_back(first=1)
    grant(log, SICK, "2022-09-11", "medical_lookback", 1)
    again = case_name(4)
    cost(log, SICK, "c", "2022-09-11", basic_fen=0, serious_fen=0)
    cost(log, SICK, "d", "2022-09-12", basic_fen=0, serious_fen=0)
    on_allowance(log, again, 1, "2022-09-20")
    grant(log, SICK, "2022-09-21", "medical_lookback", 1)

    rows = ask(log, "lookbacks", as_of=AS_OF)["lookbacks"]

    assert [("met", 1, 80_000), ("again", 2, 0), ("met", 1, 100_000)] == [
        pick(row, "state", "number", "costs_fen") for row in rows
    ]


def test_help_is_counted_by_programme_kind_detail_and_way(ask: Ask) -> None:
    """S4-057, S4-058, S4-062: stages of school, goods after a disaster."""
    log = county()
    apply_special(log, ALLOWANCE, "education", 2)
    for stage in ("high", "high", "higher"):
        grant(log, ALLOWANCE, "2022-09-01", "education", 5, detail=stage)
    apply_special(log, THIRD, "disaster", 3)
    for goods in ("food", "water"):
        grant(log, THIRD, "2022-09-01", "disaster", detail=goods, way="goods")

    rows = ask(log, "help_by_kind", as_of=AS_OF)["help_by_kind"]

    names = ("programme", "detail", "way", "grants", "amount_fen")
    assert [
        ("disaster", "food", "goods", 1, 0),
        ("disaster", "water", "goods", 1, 0),
        ("education", "high", "money", 2, 10),
        ("education", "higher", "money", 1, 5),
    ] == [pick(row, *names) for row in rows]


def test_who_is_on_the_allowance_comes_first_for_a_dwelling(ask: Ask) -> None:
    """S4-060: order of those who wait; who was passed over; who no longer waits."""
    log = Log()
    adopt(log, "gz-special-2022")
    cases = [case_name(number) for number in range(1, 6)]
    for number, case in enumerate(cases, start=1):
        apply_special(log, case, "housing", number)
        assess(log, case, f"2022-02-0{number + 1}")
    on_allowance(log, case_name(11), 3, "2022-02-01")
    apply_for(log, case_name(12), "2022-02-01", number=4, name="")
    approve(log, case_name(12), "2022-02-01", from_month="2022-03")
    grant(log, cases[1], "2022-03-01", "public_rental", way="goods", detail="directed")
    assess(log, cases[4], "2022-03-02", hardship=False)

    rows = ask(log, "housing_queue", as_of=AS_OF)["housing_queue"]

    names = ("first_class", "state", "place", "passed_over")
    assert [
        (False, "waiting", 3, 0),
        (False, "housed", None, 0),
        (True, "waiting", 1, 1),
        (True, "waiting", 2, 1),
        (False, "over", None, 0),
    ] == [pick(row, *names) for row in rows]


@pytest.mark.parametrize(
    ("members", "area", "expected"),
    [
        (["2012-02-01", "1962-10-01"], "urban", (0, True)),
        (["2012-02-01", "1962-10-02"], "urban", (1, False)),
        (["2006-10-01"], "urban", (1, False)),
        (["2006-10-02"], "urban", (0, True)),
        ([], "rural", (0, False)),
    ],
)
def test_a_family_of_whom_nobody_works_lives_in_a_city_and_all_of_age_look_for_work(
    ask: Ask, members: list[str], area: str, expected: tuple[int, bool]
) -> None:
    """S4-065: of working age on the day, and not registered."""
    log = Log()
    adopt(log, "gz-special-2022")
    apply_special(log, SICK, "employment", 1, area=area)
    join(log, SICK, 1, "1980-01-01")
    for number, birth_on in enumerate(members, start=2):
        join(log, SICK, number, birth_on)
    look_for_work(log, SICK, 1)
    post = grant(log, SICK, "2022-03-01", "public_post", detail="street", way="service")

    (row,) = ask(log, "zero_employment", as_of=AS_OF)["zero_employment"]

    assert expected == pick(row, "others_of_working_age", "nobody_works")
    assert post in row["positions"]


def test_a_family_of_whom_nobody_works_is_passed_over_by_a_post_for_another(ask: Ask) -> None:
    """S4-065: posts given to others since it was registered, until it has one itself."""
    log = Log()
    adopt(log, "gz-special-2022")
    for number, case in enumerate((SICK, ALLOWANCE, THIRD), start=1):
        apply_special(log, case, "employment", number, area="urban")
        join(log, case, number, "1980-01-01")
        look_for_work(log, case, number)
    join(log, THIRD, 9, "1981-01-01")
    grant(log, THIRD, "2022-02-04", "public_post", detail="early", way="service")
    grant(log, THIRD, "2022-03-01", "public_post", detail="street", way="service")
    grant(log, ALLOWANCE, "2022-02-20", "public_post", detail="street", way="service")

    rows = ask(log, "zero_employment", as_of=AS_OF)["zero_employment"]

    assert [(True, 1), (True, 0), (False, 0)] == [
        pick(row, "nobody_works", "passed_over") for row in rows
    ]


@pytest.mark.parametrize(
    "more", [{"able": False}, {"willing": False}, {"to_on": AS_OF}, {"registered_on": "2022-10-02"}]
)
def test_who_cannot_will_not_or_no_longer_looks_for_work_is_not_counted(
    ask: Ask, more: dict[str, Any]
) -> None:
    """S4-064."""
    log = county()
    look_for_work(log, SICK, 1)
    look_for_work(log, SICK, 1, **more)

    assert [] == ask(log, "zero_employment", as_of=AS_OF)["zero_employment"]


@pytest.mark.parametrize(
    ("form", "by", "died_on", "state"),
    [
        ("concentrated", "institution", "2022-03-01", "met"),
        ("concentrated", "village", "2022-03-01", "by_another"),
        ("decentralised", "institution", "2022-03-01", "by_another"),
        ("decentralised", "relatives", "2022-03-03", "no_death"),
        ("decentralised", "relatives", "2022-03-02", "met"),
    ],
)
def test_a_funeral_shows_who_arranged_it_and_at_whose_cost(
    ask: Ask, form: str, by: str, died_on: str, state: str
) -> None:
    """S1-058, S1-059: the institution for its residents, village or relatives for others."""
    log = Log()
    apply_for(log, SICK)
    log.add("SupportFormSet", SICK, "2022-02-01", consent=True, form=form)
    log.add("DeathRecorded", SICK, "2022-03-02", died_on=died_on, source="office")
    log.add("FuneralArranged", SICK, "2022-03-02", by=by, cost_fen=400_000)

    (row,) = ask(log, "funerals", as_of=AS_OF)["funerals"]

    assert (state, 400_000) == pick(row, "state", "cost_fen")
