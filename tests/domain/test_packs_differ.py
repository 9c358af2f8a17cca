"""What the shipped packs say otherwise of the same facts, by year and place, each on its own days."""

from __future__ import annotations

from datetime import date

import pytest
from tests.domain.lawful import Changes, lawful
from tests.domain.test_packs import (
    CALENDAR,
    COUNTY,
    LIBRARY,
    MINOR_17,
    NATION_2016,
    NATION_2021,
    SANMING,
    YANAN,
    outcome,
)

from aidledger.domain.policy.adoption import Adoption, pack_in_force
from aidledger.domain.policy.decision import decide, redecide


@pytest.mark.parametrize(
    ("pack", "facts", "expected"),
    [
        (NATION_2016, MINOR_17, "failed"),
        (NATION_2021, MINOR_17, "failed"),
        (SANMING, MINOR_17, "met"),
        (NATION_2021, {"case.age_years": 15}, "met"),
        (NATION_2021, {"case.age_years": 16}, "failed"),
        (NATION_2021, {"case.age_years": -1}, "failed"),
        (NATION_2016, {"case.age_years": 15}, "met"),
        (NATION_2016, {"case.age_years": 16}, "failed"),
        (NATION_2016, {"case.age_years": 59}, "failed"),
        (NATION_2016, {"case.age_years": 60}, "met"),
        *(
            (
                pack,
                {
                    "case.age_years": 40,
                    "case.disability_kind": kind,
                    "case.disability_grade": grade,
                },
                expected,
            )
            for pack, kind, grade, expected in [
                (NATION_2016, "mental", 2, "met"),
                (NATION_2016, "mental", 3, "failed"),
                (NATION_2021, "mental", 3, "met"),
                (NATION_2021, "intellectual", 4, "failed"),
                (NATION_2016, "visual", 2, "met"),
                (NATION_2021, "visual", 2, "failed"),
                (NATION_2016, "physical", 2, "failed"),
                (NATION_2021, "physical", 2, "met"),
                (NATION_2021, "hearing", 1, "failed"),
                (NATION_2021, "", 0, "failed"),
            ]
        ),
    ],
)
def test_who_has_no_ability_to_work_differs_by_year_and_place(
    pack: str, facts: Changes, expected: str
) -> None:
    # S1-002, S1-003 and S3-009, S1-004; C1, C6
    # S1-001
    assert expected == outcome(pack, "opinion-limb", lawful("ReviewOpinionGiven", facts))


def test_a_seventeen_year_old_is_aged_out_only_under_the_rule_of_2016() -> None:
    # S1-050, S1-051, C1
    facts = lawful("TerminationApproved", {"act.ground": "aged_out"}, MINOR_17)

    assert ["met", "failed", "failed", "failed"] == [
        outcome(pack, "termination-aged-out", facts)
        for pack in (NATION_2016, NATION_2021, SANMING, COUNTY)
    ]


def test_appraisal_may_be_left_out_by_year_and_place() -> None:
    # S1-027, S3-029, C3
    waived = lawful("AppraisalWaived", {"act.ground": "no_doubt"})
    optional = lawful("AppraisalWaived", {"act.ground": "optional"})

    assert ["failed", "met", "met"] == [
        outcome(pack, "waiver-ground", waived) for pack in (NATION_2016, NATION_2021, SANMING)
    ]
    assert ["failed", "met", "failed"] == [
        outcome(pack, "waiver-ground", optional) for pack in (NATION_2016, NATION_2021, SANMING)
    ]


@pytest.mark.parametrize(
    ("pack", "limit", "start", "due"),
    [
        (NATION_2016, "limit-opinion", "2021-09-13", "2021-10-15"),
        (NATION_2021, "limit-opinion", "2021-09-13", "2021-10-09"),
        (COUNTY, "limit-decision", "2022-09-05", "2022-09-27"),
        (COUNTY, "limit-refusal-notice", "2022-09-30", "2022-10-10"),
        (COUNTY, "limit-publicity", "2022-02-09", "2022-02-16"),
        (COUNTY, "limit-objection", "2022-02-09", "2022-03-02"),
        (COUNTY, "limit-reassessment", "2022-02-09", "2022-02-23"),
        (COUNTY, "limit-announcement", "2022-02-09", "2022-02-23"),
        (COUNTY, "limit-visit", "2022-01-31", "2022-02-28"),
        (COUNTY, "limit-fund-held", "2022-01-31", "2022-03-02"),
        (COUNTY, "limit-complaint-registered", "2022-09-16", "2022-10-08"),
        (COUNTY, "limit-complaint-answered", "2022-03-01", "2022-05-05"),
        (COUNTY, "limit-comparison", "2022-11-30", "2023-02-28"),
        (COUNTY, "limit-warning-assessed", "2022-02-25", "2022-03-04"),
        (COUNTY, "limit-warning-disposed", "2022-02-25", "2022-03-12"),
    ],
)
def test_limits_end_on_the_day_that_the_rule_gives(
    pack: str, limit: str, start: str, due: str
) -> None:
    # S1-031, S1-038, C4; S1-040, F087; S1-041, F035; S4-082, F081; S4-090, F079; S4-112, C15, F093;
    # F029, F031, F032, F033, F048
    # S3-024, S3-027, F071
    rule = next(x for x in LIBRARY.resolve(pack).limits if x.id == limit)

    assert date.fromisoformat(due) == rule.due(start, CALENDAR).day


@pytest.mark.parametrize(
    ("pack", "day", "holds"),
    [
        (NATION_2016, "2021-06-30", True),
        (NATION_2016, "2021-07-01", False),
        (NATION_2021, "2021-06-30", False),
        (NATION_2021, "2021-07-01", True),
        (YANAN, "2020-02-16", False),
        (YANAN, "2020-02-17", True),
        (YANAN, "2021-07-01", False),
        (SANMING, "2021-06-23", True),
        (COUNTY, "2022-01-01", True),
    ],
)
def test_a_pack_holds_between_its_days(pack: str, day: str, holds: bool) -> None:
    assert holds == LIBRARY.resolve(pack).in_force_on(day)


def test_what_no_text_gives_is_marked_local() -> None:
    provenance = LIBRARY.resolve(COUNTY).provenance

    assert provenance["pass_mark"].local
    assert "S4-093" in provenance["pass_mark"].facts
    assert not provenance["publicity_days"].local


def test_services_may_be_bought_by_year_and_place() -> None:
    """C13, S3-020, S4-115: the same spending is allowed in Sanming, and is a finding in the county."""
    bought = lawful("FundDisbursed", {"act.purpose": "service"})
    found = {pack: LIBRARY.resolve(pack).clause("fund-purpose") for pack in (SANMING, COUNTY)}

    assert {SANMING: ("met", "S3-020"), COUNTY: ("failed", "S4-115")} == {
        pack: (clause.evaluate(bought, CALENDAR).outcome, clause.facts[0])
        for pack, clause in found.items()
        if clause is not None
    }


def test_no_clause_reads_the_day_of_birth() -> None:
    reading = {
        c.id for p in LIBRARY.ids for c in LIBRARY.resolve(p).clauses if "case.birth_on" in c.paths
    }

    assert set() == reading


def test_a_lapsed_pack_decides_a_question_of_its_time_again_and_none_of_today() -> None:
    """C20, S2-001: what was decided under it in 2020 is decided the same; since then another holds."""
    lapsed = LIBRARY.resolve(YANAN)
    record, _ = decide(
        lapsed, "ReviewOpinionGiven", lawful("ReviewOpinionGiven"), calendar=CALENDAR
    )
    adopted = [
        Adoption(
            pack=pack.id,
            pack_hash=pack.hash,
            status=pack.status,
            in_force_from=pack.in_force_from,
            in_force_to=pack.in_force_to,
            known_since=pack.known_since,
            depth=len(pack.chain),
            position=position,
        )
        for position, pack in enumerate(map(LIBRARY.resolve, (NATION_2016, YANAN, NATION_2021)))
    ]
    holding = {
        day: pack_in_force(adopted, day, "2026-11-01")
        for day in ("2020-02-16", "2020-06-01", "2021-06-30", "2021-07-01", "2026-11-01")
    }

    assert ("lapsed", "allow", []) == (
        lapsed.status,
        record.outcome,
        redecide(record, lapsed, calendar=CALENDAR),
    )
    assert [NATION_2016, YANAN, YANAN, NATION_2021, NATION_2021] == [
        found.pack if found else None for found in holding.values()
    ]


def test_a_target_share_refuses_nobody_and_consent_stays_asked_for() -> None:
    """C19, S4-037: the share is a report; the form of support is the person's choice."""
    pack = LIBRARY.resolve(COUNTY)
    outcomes = {
        (form, consent): decide(
            pack,
            "SupportFormSet",
            lawful("SupportFormSet", {"act.form": form, "act.consent": consent}),
            calendar=CALENDAR,
        )[0].outcome
        for form in ("decentralised", "concentrated")
        for consent in (True, False)
    }

    assert 600 == pack.parameters["concentrated_target_permille"]
    assert {consent: "allow" if consent else "refuse" for _, consent in outcomes} == {
        consent: outcome for (_, consent), outcome in outcomes.items()
    }
    assert outcomes["decentralised", True] == outcomes["concentrated", True]
