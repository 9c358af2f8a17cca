"""The packs of the minimum living allowance: clauses met and failed, golden sums, two texts apart."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.domain import test_packs as tekun
from tests.domain.lawful import ACTS, Changes, lawful

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.facts import SENSITIVE
from aidledger.domain.policy.amounts import Amounts
from aidledger.domain.policy.decision import compute_amounts, decide, redecide
from aidledger.domain.policy.pack import PackLibrary

LIBRARY, CALENDAR = tekun.LIBRARY, tekun.CALENDAR
OLD, NATION, SANMING = "cn-dibao-2012", "cn-dibao-2021", "fj-sanming-dibao-2021"
COUNTY, NOTICE = "gz-dibao-2022", "gz-dibao-n22-2022"
DELEGATED = "fj-sanming-dibao-n22-2022"
PACKS = (OLD, NATION, SANMING, COUNTY, NOTICE, DELEGATED)

DIBAO: Changes = {
    "case.programme": "dibao",
    "case.area": "urban",
    "case.unit": "household",
    "case.persons": 2,
    "case.members": [{"age_years": 66, "categories": [], "relation": "head"}],
    "case.categories": [],
    "case.registered_here": True,
    "case.permit_here": False,
    "case.income_assessed": True,
    "case.income_assessed_on": "2022-01-12",
    "case.income_fen": 41_000,
    "case.property_assessed": True,
    "case.deposits_fen": 0,
    "case.vehicles": 0,
    "case.dwellings": 1,
    "case.firms": 0,
    "case.exit_granted": False,
    "case.exit_last_month": "",
    "case.in_exit": False,
    "case.exit_fen": 0,
    "case.relocation_site": "",
    "case.relocated_on": "",
    "case.form": "household",
}
DIBAO_ACTS: dict[str, Changes] = {
    "ApplicationApproved": {"act.limb": "household", "act.form": "household"},
    "GradualExitGranted": {"act.months": 6, "act.from_month": "2022-03"},
}
ALONE = {
    "act.limb": "single_person",
    "case.unit": "single_person",
    "case.persons": 1,
    "case.disability_kind": "mental",
    "case.disability_grade": 3,
}
PERMIT = {"case.registered_here": False, "case.permit_here": True}
MOVED = {"case.relocation_site": "site-1", "act.ground": "income"}
DUE = "due.parts"
ROWS: dict[str | tuple[str, str], tuple[Changes, Changes]] = {
    "acceptance-programme": ({"case.programme": "tekun"}, {}),
    "acceptance-residence": ({"case.registered_here": False}, PERMIT),
    (OLD, "acceptance-residence"): (PERMIT, {}),
    "household-declared": ({"case.persons": 0}, {}),
    "eligible-income": ({DUE: {"allowance": 0, "supplement": 7_000}}, {}),
    "eligible-property": ({"case.vehicles": 1}, {"case.deposits_fen": 3_384_000}),
    "approval-unit": ({"act.limb": "single_person"}, ALONE),
    "single-route": (ALONE | {"case.disability_grade": 4}, ALONE),
    (OLD, "single-route"): (ALONE, ALONE),
    "exit-months": ({"act.months": 7}, {}),
    "county-publicity-after-submission": ({"case.submitted_on": "2022-02-26"}, {}),
    "county-publicity-planned-long-enough": ({"act.planned_to": "2022-03-03"}, {}),
    "approval-after-county-publicity": ({"case.county_publicity_from": "2022-02-18"}, {}),
    "pay-exit-over": (
        {"case.exit_granted": True, "case.exit_last_month": "2022-02"},
        {"case.exit_granted": True, "case.exit_last_month": "2022-03"},
    ),
    "review-income": ({"case.income_assessed": False}, {}),
    "limit-suspension-ground": ({"act.ground": "clerk_away"}, {}),
    "limit-suspension-running": ({"limit.due_on": "2022-02-24"}, {}),
    "termination-relocation": (MOVED, MOVED | {"act.ground": "own_wish"}),
    "relocation-income": (
        MOVED | {"act.ground": "own_wish", "case.relocated_on": "2022-02-01"},
        MOVED | {"act.ground": "own_wish", "case.relocated_on": "2022-01-01"},
    ),
}
#: No text but the notice of 2022-10-20 gives months of gradual exit; that of 2012 no single route.
NEVER_MET = {
    *((pack, "exit-months") for pack in PACKS if pack not in (NOTICE, DELEGATED)),
    (OLD, "single-route"),
    (OLD, "waiver-ground"),
}
SWITCHED_OFF = {
    *((pack, "opinion-appraisal") for pack in PACKS if pack != OLD),
    *((pack, "approval-after-submission") for pack in (SANMING, DELEGATED)),
}
OFFICE = {SANMING: "township", DELEGATED: "township"}
ALL = [
    (pack, clause.id, act)
    for pack in PACKS
    for clause in LIBRARY.resolve(pack).clauses
    for act in clause.on
]


def dibao(act: str, *changes: Changes) -> dict[str, Any]:
    together = {
        k: v for change in (DIBAO, DIBAO_ACTS.get(act, {}), *changes) for k, v in change.items()
    }
    due = together.pop(DUE, {"allowance": 100_000})
    return {**lawful(act, together), "due": {"fen": 100_000, "parts": due}}


def outcome(pack: str, clause_id: str, facts: dict[str, Any]) -> str:
    clause = LIBRARY.resolve(pack).clause(clause_id)
    assert clause is not None
    return clause.evaluate(facts, CALENDAR).outcome


@pytest.mark.parametrize(("pack", "clause", "act"), ALL)
def test_every_clause_of_the_allowance_is_met_by_some_facts_and_failed_by_others(
    pack: str, clause: str, act: str
) -> None:
    """Property, review, relocation and gradual exit are asked.

    S4-030, S4-031, F011, F012, F013, F016, F047, F050.
    """
    fails, meets = ROWS.get((pack, clause)) or ROWS.get(clause) or tekun.ROWS[clause]
    expected = ("met", "failed")
    if pack in (SANMING, DELEGATED) and clause == "decision-by-decider":
        fails, meets = tekun.ROWS[tekun.SANMING, clause]
    if (pack, clause) in SWITCHED_OFF:
        expected = ("not_applicable", "not_applicable")
    if (pack, clause) in NEVER_MET:
        expected = ("failed", "failed")
    actual = (outcome(pack, clause, dibao(act, meets)), outcome(pack, clause, dibao(act, fails)))

    assert expected == actual


def test_every_row_belongs_to_a_clause_of_the_allowance() -> None:
    ids = {clause for _, clause, _ in ALL} | {(pack, clause) for pack, clause, _ in ALL}

    assert set() == set(ROWS) - ids


def test_clauses_and_limits_name_events_and_only_wishes_are_refused() -> None:
    for pack in PACKS:
        for clause in LIBRARY.resolve(pack).clauses:
            assert all(EVENTS[act].wish or clause.kind == "finding" for act in clause.on)
        for limit in LIBRARY.resolve(pack).limits:
            assert {limit.from_event, *limit.to_events} <= set(EVENTS)


@pytest.mark.parametrize("act", sorted({*ACTS, *DIBAO_ACTS} - {"AppraisalWaived"}))
@pytest.mark.parametrize("pack", [COUNTY, NOTICE])
def test_a_lawful_allowance_is_decided_the_same_again(pack: str, act: str) -> None:
    facts = dibao(act, {"act.office_kind": "civil_affairs"})
    del facts["due"]
    resolved = LIBRARY.resolve(pack)
    record, hidden = decide(
        resolved, act, facts, calendar=CALENDAR, with_amount=True, withhold=SENSITIVE
    )

    refused = (pack, act) == (COUNTY, "GradualExitGranted")
    assert ("refuse" if refused else "allow") == record.outcome
    assert not any(path.startswith("due.") for path in record.facts)
    assert [] == redecide(record, resolved, calendar=CALENDAR, withheld=hidden)
    assert (2 * 70_500 - 41_000) == record.amount_fen


def supplements(members: list[list[str]], base_fen: int = 70_500) -> Amounts:
    case = {"categories": members[0], "members": [{"categories": one} for one in members]}
    facts: Any = {
        "act": {"type": "EntitlementSet", "from_month": "2022-03"},
        "case": {"programme": "dibao", "area": "urban", "persons": 1, "income_fen": 0} | case,
        "standards": [{"code": "dibao_urban", "monthly_fen": base_fen, "from_on": "2022-02-01"}],
    }
    return compute_amounts(
        LIBRARY.resolve(COUNTY), facts | {"case": facts["case"] | {"in_exit": False}}
    )


@pytest.mark.parametrize(
    ("members", "base_fen", "fen"),
    [
        ([["severely_disabled"]], 70_500, 21_150),
        ([["elderly"]], 70_500, 14_100),
        ([["single_child"]], 70_500, 10_575),
        ([["ordinary_disability"]], 70_500, 7_000),
        ([["elderly", "student"]], 70_500, 14_100),
        ([["elderly", "severely_disabled"]], 70_500, 21_150),
        ([["two_daughters", "ordinary_disability"]], 46_000, 7_000),
        ([["two_daughters"]], 46_000, 6_900),
        ([["two_daughters", "ordinary_disability"]], 46_667, 7_000),
        ([["elderly"], ["seriously_ill", "student"], []], 70_500, 14_100 + 21_150),
        ([["unheard_of"]], 70_500, 0),
        ([["elderly"]], 0, 0),
    ],
)
def test_only_the_highest_supplement_counts(
    members: list[list[str]], base_fen: int, fen: int
) -> None:
    """Of each member the highest amount; 15 % of 460 yuan is less than the flat 70.

    S4-009, S4-010, S4-011, S4-012, S4-024, S4-025, S4-026, S4-027, S4-028, S4-029, F056.
    """
    parts = {part.code: part for part in supplements(members, base_fen).parts}

    assert base_fen == parts["allowance"].fen
    assert fen == (parts["supplement"].fen if "supplement" in parts else 0)
    assert all("" == part.formula for code, part in parts.items() if code == "supplement")


def test_supplements_are_added_up_or_only_the_highest_counts_by_pack() -> None:
    """C14: the same member gets the highest under one text, and both under another."""
    text = tekun.POLICIES.joinpath("packs", f"{COUNTY}.toml").read_text("utf-8")
    files = {p.stem: p.read_bytes() for p in (tekun.POLICIES / "packs").glob("*.toml")}
    files[COUNTY] = text.replace('combine = "max"', 'combine = "sum"').encode()
    case = {
        "programme": "dibao",
        "area": "urban",
        "persons": 1,
        "income_fen": 0,
        "in_exit": False,
        "members": [{"categories": ["elderly", "severely_disabled"]}],
    }
    facts = {"act": {"type": "EntitlementSet", "from_month": "2022-03"}, "case": case}

    assert [70_500 + 21_150, 70_500 + 21_150 + 14_100] == [
        compute_amounts(library.resolve(COUNTY), facts).fen
        for library in (LIBRARY, PackLibrary(files))
    ]


@pytest.mark.parametrize(
    ("pack", "expected"), [(OLD, "failed"), (NATION, "met"), (SANMING, "met"), (COUNTY, "met")]
)
def test_who_lives_here_by_a_permit_may_apply_by_year(pack: str, expected: str) -> None:
    """C12: where registered only, by the text of 2012; with a residence permit also, since 2021."""
    assert expected == outcome(pack, "acceptance-residence", dibao("ApplicationAccepted", PERMIT))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ["failed", "met", "met", "met"]),
        ({"case.disability_grade": 4}, ["failed", "failed", "failed", "failed"]),
        (
            {"case.disability_kind": "", "case.disability_grade": 0, "case.age_years": 80},
            ["failed", "failed", "met", "failed"],
        ),
        (
            {"case.disability_kind": "physical", "case.disability_grade": 3},
            ["failed", "failed", "failed", "failed"],
        ),
        (
            {"case.disability_grade": 0, "case.categories": ["seriously_ill"]},
            ["failed", "failed", "met", "failed"],
        ),
    ],
)
def test_who_is_taken_in_alone_differs_by_year_and_place(
    facts: Changes, expected: list[str]
) -> None:
    """No route in 2012, listed disability in 2021, age and illness too in Sanming.

    S3-005, S3-006, S3-007, S3-008, C14.
    """
    asked = dibao("ApplicationApproved", ALONE, {"case.age_years": 40}, facts)

    assert expected == [
        outcome(pack, "single-route", asked) for pack in (OLD, NATION, SANMING, COUNTY)
    ]


@pytest.mark.parametrize(
    ("pack", "limit", "start", "due"),
    [
        (OLD, "limit-survey", "2021-01-04", "2021-01-18"),
        (OLD, "limit-decision", "2021-02-09", "2021-02-19"),
        (OLD, "limit-refusal-notice", "2021-02-09", "2021-02-12"),
        (NATION, "limit-survey-start", "2022-09-30", "2022-10-10"),
        (NATION, "limit-decision", "2022-09-05", "2022-09-20"),
        (COUNTY, "limit-whole", "2022-09-05", "2022-10-21"),
        (NOTICE, "limit-death-review", "2022-11-30", "2023-02-28"),
    ],
)
def test_limits_of_the_allowance_end_on_the_day_that_the_rule_gives(
    pack: str, limit: str, start: str, due: str
) -> None:
    """C4, F002, F032, F033: the same step has other days in 2012 and 2021."""
    # F002
    rule = next(x for x in LIBRARY.resolve(pack).limits if x.id == limit)

    assert date.fromisoformat(due) == rule.due(start, CALENDAR).day


@pytest.mark.parametrize("area", ["rural", "urban"])
@pytest.mark.parametrize(
    ("income", "fen"), [(0, 141_000), (140_999, 1), (141_000, 0), (150_000, 0)]
)
def test_the_allowance_is_the_difference_to_the_standard(area: str, income: int, fen: int) -> None:
    """F059, S4-020, S4-021: standard times members less income; nothing from the standard on."""
    record, _ = decide(
        LIBRARY.resolve(COUNTY),
        "ReviewOpinionGiven",
        dibao("ReviewOpinionGiven", {"case.area": area, "case.income_fen": income}),
        calendar=CALENDAR,
        with_amount=True,
    )
    income_clause = next(one for one in record.clauses if one.id == "eligible-income")

    assert (fen, "met" if fen else "failed") == (record.amount_fen, income_clause.outcome)
