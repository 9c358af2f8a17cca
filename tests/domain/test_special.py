"""Special assistance: bills and who pays of them, the window of the look-back, who is without work."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.test_packs import CALENDAR, LIBRARY

from aidledger.domain.asked.person import PersonFacts
from aidledger.domain.case import evolve
from aidledger.domain.casestate import Case
from aidledger.domain.events import helping
from aidledger.domain.events.base import Event
from aidledger.domain.facts import CaseFacts
from aidledger.domain.householdstate import Household, Member
from aidledger.domain.policy.decision import compute_amounts
from aidledger.domain.policy.examples import load_examples
from aidledger.domain.policy.expression import compile_expression
from aidledger.domain.recorded import Recorded
from aidledger.domain.specialstate import Claim
from aidledger.domain.standingstate import Recognition, Standing
from aidledger.domain.values import months_before

PACKS = ("cn-special-2014", "gz-special-2022")
ON = "2022-09-10"
days = st.dates(date(1990, 1, 1), date(2090, 12, 31)).map(date.isoformat)
fen = st.integers(0, 1_000_000)


def folded(*events: Event, case: Case | None = None) -> Case:
    """Return a case after some events."""
    case = case or Case(stream="case/1")
    for event in events:
        at = Recorded(
            position=case.last_position + 1,
            stream=case.stream,
            version=case.version + 1,
            effective_on=ON,
            actor="u1",
            office="520123001",
            event=event,
            recorded_at="2022-09-10T10:00:00Z",
            sealed={},
        )
        case = evolve(case, at)
    return case


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2022-08-31", 6, "2022-02-28"),
        ("2024-08-31", 6, "2024-02-29"),
        ("2022-08-28", 6, "2022-02-28"),
        ("2022-03-31", 1, "2022-02-28"),
        ("2022-01-15", 1, "2021-12-15"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2022-05-05", 0, "2022-05-05"),
    ],
)
def test_so_many_months_before_a_day_is_the_same_day_or_the_last_of_its_month(
    day: str, count: int, expected: str
) -> None:
    """S4-054: 31 August less 6 months is the last of February."""
    before = f"day_before_months(act.effective_on, {count})"
    asked = compile_expression(f'{before} == "{expected}"', file="x", field="y")

    assert (True, None) == asked.run({"act": {"effective_on": day}}, None)


@given(days, st.integers(0, 240))
def test_months_before_go_back_by_months_and_never_past_the_day(day: str, count: int) -> None:
    found = date.fromisoformat(months_before(day, count))
    start = date.fromisoformat(day)

    assert count == (start.year - found.year) * 12 + start.month - found.month
    assert found.day == start.day or (found.day < start.day and (found + timedelta(1)).day == 1)


def test_a_bad_day_makes_a_condition_undecidable() -> None:
    asked = compile_expression('day_before_months("", 6) != ""', file="x", field="y")

    assert (None, "bad_day") == asked.run({}, None)


def lookback_fen(recognised_on: str, *claims: dict[str, Any], grants: Any = ()) -> int | None:
    facts = {
        "act": {"type": "HelpGranted", "help": "medical_lookback", "effective_on": "2090-12-31"},
        "case": {"programme": "medical", "claims": list(claims)},
        "person": {"allowance_on": recognised_on, "grants": list(grants)},
    }
    return compute_amounts(LIBRARY.resolve("gz-special-2022"), facts, CALENDAR).fen


def bill(day: str, rest_fen: int = 7, claim: str = "bill-1") -> dict[str, Any]:
    settled = ["basic", "serious"]
    return {"claim": claim, "incurred_on": day, "rest_fen": rest_fen, "settled": settled}


@given(days, st.integers(-400, 400))
def test_a_cost_counts_only_if_it_arose_in_the_months_before_the_recognition(
    recognised_on: str, apart: int
) -> None:
    """S4-053, S4-054, S4-055: inside from the day six months before to the day before, else not."""
    end = date.fromisoformat(recognised_on)
    incurred = end + timedelta(days=apart)
    month = end.year * 12 + end.month - 1 - 6
    first_of_month = date(month // 12, month % 12 + 1, 1)
    last_of_month = (first_of_month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    first = min(first_of_month + timedelta(days=end.day - 1), last_of_month)

    inside = first <= incurred < end
    assert (7 if inside else 0) == lookback_fen(recognised_on, bill(incurred.isoformat()))


@given(st.lists(st.tuples(st.integers(1, 150), fen), max_size=6))
def test_a_look_back_adds_up_what_is_left_of_each_bill(bills: list[tuple[int, int]]) -> None:
    """S4-055: every bill of the window once; none again after a look-back or other help of it."""
    end = date(2022, 8, 31)
    claims = [
        bill((end - timedelta(days=ago)).isoformat(), rest, f"bill-{number}")
        for number, (ago, rest) in enumerate(bills)
    ]
    before = {"help": "medical_lookback", "cause": "x", "granted_on": "2022-08-31"}
    other = [
        {"help": "medical", "cause": one["claim"], "granted_on": "2022-02-01"} for one in claims
    ]

    assert sum(rest for _, rest in bills) == lookback_fen("2022-08-31", *claims)
    assert 0 == lookback_fen("2022-08-31", *claims, grants=[before])
    assert 0 == lookback_fen("2022-08-31", *claims, grants=other)


@given(fen, st.lists(st.integers(-1, 400_000), min_size=4, max_size=4), fen)
def test_what_is_left_of_a_bill_is_the_total_less_what_each_payer_paid(
    total: int, settled: list[int], granted: int
) -> None:
    """S1-055, S1-057: what the fund granted and then settled is paid once."""
    claim = Claim(
        claim="b",
        incurred_on=ON,
        total_fen=total,
        settled_fen=tuple(settled),
        granted_fen=(0, 0, 0, granted),
    )

    paid = sum(max(0, one) for one in settled[:3]) + max(0, settled[3], granted)
    assert max(0, total - paid) == claim.rest_fen
    assert 4 - settled.count(-1) == len(claim.settled)


def test_a_bill_said_again_counts_once_and_keeps_what_was_granted_of_it() -> None:
    """S4-055, S4-056: a claim code counted once; of another bill or payer nothing changes."""
    first = helping.MedicalCostSettled(claim="b1", incurred_on=ON, total_fen=100, basic_fen=60)
    granted = helping.HelpGranted(help="medical", cause="b1", detail="assistance", amount_fen=15)
    again = helping.MedicalCostSettled(
        claim="b1",
        incurred_on=ON,
        total_fen=100,
        basic_fen=60,
        serious_fen=10,
        assistance_fen=15,
    )
    other = helping.HelpGranted(help="medical", cause="b2", detail="nobody", amount_fen=15)

    rests = []
    case = Case(stream="case/1")
    for event in (first, granted, again, other):
        case = folded(event, case=case)
        (claim,) = CaseFacts(case, on=ON, month="2022-09")["claims"]
        rests.append((claim["rest_fen"], claim["settled"]))
    three = ["basic", "serious", "assistance"]
    assert [(40, ["basic"]), (25, ["basic"]), (15, three), (15, three)] == rests


def test_who_is_without_work_is_seen_of_registrations_and_members() -> None:
    """S4-064, S4-065: able, willing and open; the ages of those who are not registered."""
    members = tuple(
        Member(from_on="2020-01-01", person=f"p{n}", birth_on=born, relation="child", covered=True)
        for n, born in enumerate(("1980-01-01", "1985-01-01", "2012-09-10", "1962-09-11"))
    )

    def registered(person: str, register: Any, **more: Any) -> helping.EmploymentRegistered:
        given: dict[str, Any] = {"able": True, "willing": True, "registered_on": "2022-01-01"}
        return helping.EmploymentRegistered(person=person, register=register, **(given | more))

    case = Case(stream="case/1", household=Household(members=members))
    one = folded(registered("p0", "employment_hardship"), case=case)
    both = folded(registered("p1", "registered_unemployed"), case=one)
    unwilling = folded(registered("p1", "registered_unemployed", willing=False), case=both)
    over = folded(registered("p1", "registered_unemployed", to_on=ON), case=both)

    seen = [
        (facts["registers"], facts["unregistered_ages"])
        for facts in (CaseFacts(c, on=ON, month="2022-09") for c in (one, both, unwilling, over))
    ]
    hardship, ages = ["employment_hardship"], [10, 37, 59]
    assert [
        (hardship, ages),
        ([*hardship, "registered_unemployed"], [10, 59]),
        (hardship, ages),
        (hardship, ages),
    ] == seen


def test_the_last_assessment_of_a_dwelling_counts() -> None:
    """S1-060: hardship found, then none."""
    found = helping.HousingAssessed(dilapidated=True, hardship=True)
    gone = helping.HousingAssessed(dilapidated=False, hardship=False)
    names = ("housing_assessed", "housing_hardship", "dilapidated")

    seen = [
        [CaseFacts(case, on=ON, month="2022-09")[name] for name in names]
        for case in (folded(), folded(found), folded(found, gone))
    ]
    assert [[False] * 3, [True] * 3, [True, False, False]] == seen


@pytest.mark.parametrize(
    ("income", "persons", "stage", "expected"),
    [
        (0, 2, "approved", (0, True, "2022-08-31")),
        (30_001, 2, "terminating", (15_000, False, "2022-08-31")),
        (-1, 2, "approved", (-1, False, "2022-08-31")),
        (30_000, 0, "approved", (-1, False, "2022-08-31")),
        (0, 2, "terminated", (-1, False, "")),
    ],
)
def test_the_allowance_of_a_person_says_how_much_and_since_when(
    income: int, persons: int, stage: str, expected: tuple[int, bool, str]
) -> None:
    """S4-052, S4-061: income for each member; the whole allowance only without any income."""
    members = tuple(
        Member(from_on="2020-01-01", person=f"p{n}", birth_on=ON, relation="head", covered=True)
        for n in range(persons)
    )
    allowance = Case(
        stream="case/2",
        programme="dibao",
        stage=stage,
        decided_on="2022-08-31",
        from_month="2022-09",
        terminated_on=ON if stage == "terminated" else "",
        household=Household(members=members, income_fen=income, incomes=(("2022-01-05", income),)),
    )
    marginal = Recognition(
        by_unit="u", cause="c", granted_on="2022-01-05", recognised="marginal", ended_on=ON
    )
    case = Case(stream="case/1", standing=Standing(recognitions=(marginal,)))
    facts = PersonFacts(case, (allowance,), on=ON)

    assert expected == (
        facts["allowance_per_head_fen"],
        facts["allowance_full"],
        facts["allowance_on"],
    )
    assert [
        {"cause": "c", "granted_on": "2022-01-05", "holds": False, "recognised": "marginal"}
    ] == facts["recognitions"]


@pytest.mark.parametrize("pack", PACKS)
def test_each_clause_of_special_assistance_is_met_by_an_example_and_failed_by_another(
    pack: str,
) -> None:
    """S1-054, S1-056, S1-060, S1-061, S4-005, S4-052, S4-057, S4-058, S4-060, S4-061, S4-062."""
    answers: set[tuple[str, str]] = set()
    rules = LIBRARY.resolve(pack)
    own = {clause.id for clause in rules.clauses}
    if pack == PACKS[1]:
        own -= {clause.id for clause in LIBRARY.resolve(PACKS[0]).clauses}
    for example in load_examples(LIBRARY, pack):
        facts: dict[str, Any] = {root: dict(v) for root, v in example.given.items()}
        facts["act"] = {"effective_on": example.table.on} | facts.get("act", {})
        facts["act"]["type"] = example.table.act or ""
        amounts = compute_amounts(rules, facts, CALENDAR)
        facts["due"] = {"parts": {part.code: part.fen for part in amounts.parts}}
        answers |= {
            (clause.id, clause.evaluate(facts, CALENDAR).outcome)
            for clause in rules.clauses_for(example.table.act or "")
        }

    wanted = {(name, outcome) for name in own for outcome in ("met", "failed")}
    assert set() == wanted - answers


def test_the_payers_and_stages_of_the_packs_are_in_one_order() -> None:
    """S4-056, S4-057: basic, serious illness, assistance, fund; five stages in the county."""
    nation, county = (LIBRARY.resolve(pack).parameters for pack in PACKS)
    support = LIBRARY.resolve("cn-tekun-2021").parameters
    payers = [*nation["payers_before"]["assistance"], "assistance", "fund"]

    assert support["payers_before"] == {"fund": payers[:3]}
    assert ["basic", "serious", "assistance", "fund"] == payers
    assert 5 == len(county["education_stages"])
    assert all(a != b for a, b in pairwise(county["education_stages"]))
