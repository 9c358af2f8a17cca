"""What is due goes by what held before each month, in whatever order it was recorded, on both engines.

Facts: F055 (a new standard counts from its day), F059 (the difference), S4-023, S4-024 to S4-028.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest
from tests.domain.people import CASE, COUNTY
from tests.services import households as at
from tests.services.conftest import Office
from tests.services.households import CHILD, HOUSEHOLD, SPOUSE, on_household
from tests.services.test_recording import approve, on_case

from aidledger.domain.events.support import EntitlementSet
from aidledger.services.cases.blaming import blame
from aidledger.services.decisions.redeciding import redecide
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.ladder.deepcheck import deep_check

OLD, NEW, ILL, STUDENT = 70_500, 76_000, 0.3, 0.2
"""The standard of January and of July, and two supplements."""
MONTHS = [f"2022-{number:02d}" for number in range(2, 13)]


@pytest.fixture
def county(office: Office) -> Office:
    """An office with a household of three, supported from February on."""
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    at.investigate(office)
    at.approve(office)
    return office


def income(day: str, fen: int) -> dict[str, Any]:
    act: dict[str, Any] = at.income(fen, "change")
    return act | {"effective_on": day}


def gone(birth_on: str, relation: str, day: str, change: str = "left") -> dict[str, Any]:
    act: dict[str, Any] = at.member(birth_on, relation, change, day)
    return act | {"effective_on": day}


def ended(day: str, number: str) -> dict[str, Any]:
    return on_household("CategoryEnded", ended_on=day, number=number) | {"effective_on": day}


def due(office: Office, stream: str = HOUSEHOLD) -> list[int]:
    case = office.session.states.case(stream)
    return [case.payable_fen(month) for month in MONTHS]


def rows(office: Office, model: str, as_of: str) -> list[dict[str, Any]]:
    columns, answer = read_model(office.session, model, as_of=date.fromisoformat(as_of))
    return [dict(zip(columns, row, strict=True)) for row in answer]


def stands(office: Office) -> None:
    """Every decision comes out the same, and the models know nothing else."""
    assert all(one.stands for one in redecide(office.session, HOUSEHOLD))
    assert () == deep_check(office.session).findings
    worked = rows(office, "dibao_amounts", "2022-12-31")
    assert [0] * len(MONTHS) == [row["difference_fen"] for row in worked]


def rise(office: Office, day: str) -> None:
    """Publish a higher standard of July late, and set the household anew by it."""
    office.act(
        day,
        on_household(
            "StandardPublished",
            "c1",
            COUNTY,
            stream="policy/standards",
            code="dibao_urban",
            from_on="2022-07-01",
            monthly_fen=NEW,
            place=COUNTY,
        ),
        on_household("EntitlementSet", "c1", COUNTY, from_month="2022-07", reason="standard"),
    )


@pytest.mark.parametrize("order", range(4))
def test_changes_of_a_year_give_the_same_in_whatever_order_they_are_recorded(
    county: Office, order: int
) -> None:
    changes = [
        income("2022-02-15", 90_000),
        ended("2022-03-31", "k1"),
        income("2022-04-15", 60_000),
        gone(SPOUSE, "spouse", "2022-04-30", "died"),
        income("2022-06-15", 30_000),
        ended("2022-08-01", "k3"),
        income("2022-08-15", 10_000),
        gone(CHILD, "child", "2022-10-31"),
    ]
    if order:
        Random(order).shuffle(changes)
    for change in changes:
        county.act("2022-11-10", change)
    rise(county, "2022-11-11")

    elderly, ill, student = (round(0.2 * OLD), round(ILL * OLD), round(STUDENT * OLD))
    assert [
        3 * OLD - 100_000 + ill + student,
        3 * OLD - 90_000 + ill + student,
        3 * OLD - 90_000 + elderly + student,
        2 * OLD - 60_000 + elderly + student,
        2 * OLD - 60_000 + elderly + student,
        2 * NEW - 30_000 + round(0.4 * NEW),
        2 * NEW - 30_000 + round(0.4 * NEW),
        *[2 * NEW - 10_000 + round(0.2 * NEW)] * 2,
        *[NEW - 10_000 + round(0.2 * NEW)] * 2,
    ] == due(county)
    stands(county)


def test_what_ends_on_a_day_that_was_named_beforehand_ends(county: Office) -> None:
    before = due(county)[0]
    named = at.category(SPOUSE, "k4", "seriously_ill")
    named["data"] |= {"from_on": "2022-02-10", "to_on": "2022-05-20"}
    county.act("2022-02-10", named)
    leaving = at.member(CHILD, "child", "left", "2022-08-20")
    county.act("2022-07-04", leaving)

    ill = round(ILL * OLD)
    child = OLD + round(STUDENT * OLD)
    assert [before, *[before + ill] * 3, *[before] * 3, *[before - child] * 4] == due(county)
    stands(county)


def test_who_is_no_longer_covered_counted_before(county: Office) -> None:
    """In prison, say: said again of a member, it holds from its day on, and of no month before."""
    before = due(county)[0]
    away = at.member(SPOUSE, "spouse", "joined", "2022-06-10")
    away["data"] |= {"covered": False}
    county.act("2022-06-20", away | {"effective_on": "2022-06-10"})
    county.act("2022-10-02", at.member(SPOUSE, "spouse", "joined", "2022-10-01"))
    rise(county, "2022-11-11")

    child, rises = round(STUDENT * NEW) - round(STUDENT * OLD), NEW - OLD
    ill = round(ILL * NEW) - round(ILL * OLD)
    alone = before - OLD + 2 * rises + child + ill
    assert [*[before] * 5, *[alone] * 4, *[alone + NEW] * 2] == due(county)
    stands(county)
    spans = [
        (row["covered"], str(row["from_on"]), str(row["to_on"] or ""))
        for row in rows(county, "households", "2022-12-31")
        if row["relation"] == "spouse"
    ]
    members = county.session.states.case(HOUSEHOLD).household.members
    assert [(m.covered, m.from_on, m.to_on) for m in members if m.relation == "spouse"] == spans
    assert [
        (True, "2022-01-04", "2022-06-10"),
        (False, "2022-06-10", "2022-10-01"),
        (True, "2022-10-01", ""),
    ] == spans


def test_nothing_is_set_anew_after_the_end_nor_where_it_stands(county: Office) -> None:
    county.act("2022-05-10", income("2022-05-10", 80_000))
    died = on_household("DeathRecorded", died_on="2022-05-20", source="civil_registry")
    county.act("2022-05-21", died | {"effective_on": "2022-05-20"})
    county.act("2022-06-02", income("2022-03-10", 80_000))
    county.act("2022-06-03", income("2022-03-09", 95_000))
    sets = [e.event for e in county.session.stream(HOUSEHOLD)]

    assert ["2022-02", "2022-06", "2022-04", "2022-04"] == [
        one.from_month for one in sets if isinstance(one, EntitlementSet)
    ]


def test_a_gradual_exit_ends_by_itself_and_stays_where_an_earlier_income_is_recorded_late(
    office: Office,
) -> None:
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022", "gz-dibao-n22-2022")
    at.apply(office)
    at.investigate(office)
    at.approve(office)
    last = due(office)[0]
    leaves = on_household(
        "GradualExitGranted", "c1", COUNTY, from_month="2022-12", ground="work", months=2
    )
    office.act("2022-11-10", income("2022-11-09", 300_000), leaves)
    office.act("2022-11-20", income("2022-10-05", 80_000))

    case = office.session.states.case(HOUSEHOLD)
    shown = rows(office, "entitlements", "2023-02-28")[-4:]
    assert [last + 20_000, last, last, 0] == [one["payable_fen"] for one in shown]
    assert ("2022-12", 300_000) == (case.household.exit_from, case.household.income_fen)
    assert (last, last + 20_000) == (case.entitled_fen("2022-10"), case.entitled_fen("2022-11"))


def test_where_a_case_is_and_what_it_needs_go_by_their_days(office: Office) -> None:
    """S4-036: nursing by the ability of the month; S4-108: the place of the day."""
    approve(office)

    def acted(recorded_on: str, on: str, name: str, **data: Any) -> None:
        office.act(recorded_on, on_case(name, **data) | {"effective_on": on})

    acted("2022-06-10", "2022-06-10", "AbilityAssessed", level="unable")
    acted("2022-06-11", "2022-04-10", "AbilityAssessed", level="able")
    here = {"township": "520123002", "village": "520123002001"}
    acted("2022-06-12", "2022-06-12", "CaseMoved", **here)
    there = {"township": "520123003", "village": "520123003001"}
    acted("2022-06-13", "2022-05-12", "CaseMoved", **there)
    acted("2022-06-14", "2021-12-12", "CaseMoved", **there)
    case = office.session.states.case(CASE)
    [row] = rows(office, "case_state", "2022-06-30")
    places = [one["township"] for one in rows(office, "case_places", "2022-06-30")]

    living, able, partly, unable = 112_800, 0, 23_500, 47_000
    assert [living + partly] * 3 + [living + able] * 2 + [living + unable] * 6 == due(office, CASE)
    assert ("unable", *here.values()) == (row["ability"], row["township"], row["village"])
    assert ("unable", *here.values()) == (case.ability, case.township, case.village)
    assert ["520123003", "520123003", "520123002"] == places
    [blamed] = blame(office.session, CASE, field="ability")
    assert ("unable", "2022-06-10") == (blamed.value, blamed.effective_on)


def test_what_releases_before_set_by_the_facts_of_its_own_day_stands(
    county: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as other:
        other.setattr(
            "aidledger.domain.decide.day_of_facts", lambda _event, effective_on: effective_on
        )
        other.setattr("aidledger.services.acts.batching.months_anew", lambda *_: ())
        county.act("2022-04-30", gone(SPOUSE, "spouse", "2022-04-30"))
        county.act("2022-05-02", income("2022-04-15", 60_000))

    assert all(one.stands for one in redecide(county.session, HOUSEHOLD))
    assert () == deep_check(county.session).findings
