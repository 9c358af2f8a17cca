"""The same facts about care under two rules, and two results, each with its citation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.domain.lawful import lawful
from tests.domain.people import calendar
from tests.policy.care import CARER, adopt, pack
from tests.replay.conftest import Ask, ask, models
from tests.replay.histories import Log, apply_for, approve, case_name

from aidledger.domain.carer import Carer, evolve_carer
from aidledger.domain.decide import Circumstances, Decided, Refused, decide, follow
from aidledger.domain.events import care
from aidledger.domain.policy import decision as policy
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded

__all__ = ["ask", "models"]
COUNTY, ANHUI, NATION, NATION_2016 = "gz-county-2022", "ah-care", "cn-tekun-2021", "cn-tekun-2016"
GOOD = Carer(stream=CARER, version=1, registered=True, qualified=True)


def proposal(event: Any) -> Proposal:
    return Proposal(
        type=type(event).__name__,
        stream=CARER,
        event=event,
        effective_on="2022-02-28",
        actor="u1",
        office="520123001",
    )


def given(name: str, carer: Carer, office_kind: str = "township") -> Circumstances:
    return Circumstances(
        carer=carer,
        pack=pack(name),
        calendar=calendar(),
        recorded_on="2022-02-28",
        stream_version=carer.version,
        office_kind=office_kind,
    )


def moved(carer: Carer, event: Any) -> Carer:
    return evolve_carer(
        carer,
        Recorded(
            actor="u1",
            effective_on="2022-02-28",
            event=event,
            office="520123001",
            pack_hash=None,
            position=5,
            recorded_at="2022-02-28T01:00:00.000000Z",
            sealed={},
            stream=CARER,
            version=carer.version + 1,
        ),
    )


def after_score(name: str, score: int) -> tuple[list[str], Carer]:
    """Return what follows from a score under a pack, and the carer after it."""
    scored = care.CarerScored(month="2022-02", score=score)
    carer = moved(GOOD, scored)
    steps = follow(proposal(scored), given(name, GOOD), given(name, carer))
    for step in steps:
        carer = moved(carer, step.event)
    return [step.type for step in steps], carer


def test_below_the_pass_mark_one_rule_disqualifies_and_another_has_it_looked_into() -> None:
    """S4-093, C8: at once here, under the county's supervision there."""
    out, carer = after_score(COUNTY, 59)
    assert (["CarerDisqualified"], False) == (out, carer.qualified)

    out, carer = after_score(ANHUI, 59)
    assert (["CarerReviewOrdered"], True, "2022-02-28") == (
        out,
        carer.qualified,
        carer.review_since,
    )

    assert "gz-county-2022 (S4-093): at once" == pack(COUNTY).provenance["on_fail"].citation
    assert "supervision" in pack(ANHUI).provenance["on_fail"].citation


@pytest.mark.parametrize("name", [COUNTY, ANHUI])
def test_at_the_pass_mark_nothing_follows(name: str) -> None:
    """S4-093: below the mark, not at it."""
    assert [] == after_score(name, 60)[0]


def test_a_pack_with_a_pass_mark_that_names_no_consequence_has_none() -> None:
    """C8: no silent default."""
    silent = replace(pack(COUNTY), parameters={"pass_mark": 60})
    scored = care.CarerScored(month="2022-02", score=1)
    circumstances = msgspec.structs.replace(given(COUNTY, moved(GOOD, scored)), pack=silent)

    assert () == follow(proposal(scored), given(COUNTY, GOOD), circumstances)


@pytest.mark.parametrize(
    ("reviewed", "office", "allowed"),
    [(False, "civil_affairs", False), (True, "township", False), (True, "civil_affairs", True)],
)
def test_under_supervision_a_carer_is_disqualified_by_the_county_after_the_review(
    reviewed: bool, office: str, allowed: bool
) -> None:
    """C8: the second branch ends in a disqualification, but not at once."""
    _, carer = after_score(ANHUI, 59)
    carer = carer if reviewed else msgspec.structs.replace(carer, review_since="")
    lost = care.CarerDisqualified(ground="score", month="2022-02", score=59)
    answer = decide(proposal(lost), given(ANHUI, carer, office))

    assert isinstance(answer, Decided if allowed else Refused)
    if isinstance(answer, Refused):
        assert "disqualification-under-supervision" in {one.clause for one in answer.refusals}


def test_who_assesses_the_ability_differs_between_county_and_nation() -> None:
    """S4-074, C7: the township grades here, the county's civil affairs office there."""
    found = {}
    for name in (COUNTY, NATION):
        clause = pack(name).clause("ability-by-assessor")
        assert clause is not None
        for office in ("township", "civil_affairs"):
            facts = lawful("AbilityAssessed", {"act.office_kind": office})
            found[name, office] = clause.evaluate(facts, calendar()).outcome

    assert ["met", "failed", "failed", "met"] == list(found.values())
    assert "gz-county-2022 (S4-074)" == pack(COUNTY).provenance["ability_assessors"].citation
    assert "K21" in pack(NATION).provenance["ability_assessors"].citation


def test_a_relative_in_office_who_entrusts_is_a_finding_only_under_the_later_rule() -> None:
    """S0-004, S1-076, C18: relatives may be carers; D21 asks more where one is an official."""
    facts = lawful("CareEntrusted", {"act.actor": "zhao"})
    clause = pack(COUNTY).clause("care-official")
    assert clause is not None

    assert pack(NATION_2016).clause("care-official") is None
    assert ["failed", "D21 art. 11"] == [
        clause.evaluate(facts, calendar()).outcome,
        clause.citation,
    ]
    friend = lawful("CareEntrusted", {"act.actor": "zhao", "act.relation": "friend"})
    assert "not_applicable" == clause.evaluate(friend, calendar()).outcome
    checked = lawful("CareEntrusted", {"act.actor": "qian"})
    assert "met" == clause.evaluate(checked, calendar()).outcome


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (COUNTY, [("2022-Q1", "second", "met"), ("2022-Q2", "second", "missed")]),
        (ANHUI, [(f"2022-{n:02d}", "key", "met" if n == 2 else "missed") for n in range(1, 7)]),
    ],
)
def test_visits_are_by_class_here_and_each_month_for_all_there(
    ask: Ask, name: str, expected: list[tuple[str, str, str]]
) -> None:
    """S4-082, S4-083, C9: the same person, the same visit."""
    log, case = Log(), case_name(1)
    adopt(log, name)
    apply_for(log, case)
    approve(log, case, on="2022-01-10", from_month="2022-02")
    log.add("CareClassSet", case, "2022-01-10", care_class="second", ground="allowance_family")
    log.add("VisitMade", case, "2022-02-28", visitor="v1")

    rows = ask(log, "visits_due", as_of="2022-07-01")["visits_due"]

    assert expected == [
        (row["period"], row["class"], row["state"]) for row in rows if row["state"] != "open"
    ]
    assert "C9" in pack(name).provenance["visit_months_other"].facts


@pytest.mark.parametrize(
    ("age", "institution", "outcome"),
    [
        (15, "home1", "failed"),
        (15, "child1", "met"),
        (16, "home1", "met"),
        (72, "home1", "met"),
        (-1, "home1", "met"),
    ],
)
def test_a_child_is_placed_only_where_the_county_names_the_institution(
    age: int, institution: str, outcome: str
) -> None:
    """S1-071: below 16; an unknown age is no child's."""
    clause = pack(ANHUI).clause("placement-child")
    assert clause is not None
    facts = lawful("PlacementMade", {"case.age_years": age, "act.institution": institution})

    assert outcome == clause.evaluate(facts, calendar()).outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "allow"),
        ({"case.ability": "able"}, "refuse"),
        ({"case.form": "concentrated"}, "refuse"),
        ({"act.ground": "allowance_family"}, "refuse"),
        ({"act.care_class": "second", "act.ground": "allowance_family"}, "allow"),
        ({"act.care_class": "third", "act.ground": "left_behind_elderly"}, "allow"),
        ({"act.care_class": "third", "act.ground": "no_such_ground"}, "refuse"),
    ],
)
def test_a_class_of_care_rests_on_a_ground_of_that_class(
    changes: dict[str, Any], outcome: str
) -> None:
    """S4-069, S4-070, S4-071: and nobody able, or in an institution, is of the first."""
    facts = lawful("CareClassSet", changes)
    record, _ = policy.decide(pack(COUNTY), "CareClassSet", facts, calendar=calendar())

    assert outcome == record.outcome


@pytest.mark.parametrize("kind", ["watch_over", "life_care", "hospital_attendance"])
def test_care_is_entrusted_for_the_three_kinds_of_service_and_no_other(kind: str) -> None:
    """S0-005."""
    data = {
        "carer": "c1",
        "consent": True,
        "from_on": "2022-01-10",
        "relation": "friend",
        "services": [kind],
    }

    assert (kind,) == msgspec.convert(data, care.CareEntrusted).services
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(data | {"services": [kind, "cooking"]}, care.CareEntrusted)


@pytest.mark.parametrize(
    ("clause_id", "act", "changes", "outcome"),
    [
        # S0-001, S0-015: which programmes care is for is the pack's to say
        ("care-programme", "CareEntrusted", {"case.programme": "tekun"}, "met"),
        ("care-programme", "CareEntrusted", {"case.programme": "dibao"}, "failed"),
        # S4-098, S4-099: to a designated institution
        ("illness-designated", "IllnessSuspected", {"act.designated": True}, "met"),
        ("illness-designated", "IllnessSuspected", {"act.designated": False}, "failed"),
        # F084: an agency's carer holds a certificate on the day; a neighbour need not
        ("care-certificate", "CareEntrusted", {"act.relation": "agency"}, "met"),
        (
            "care-certificate",
            "CareEntrusted",
            {"act.relation": "agency", "carer.certified_to": ""},
            "failed",
        ),
        (
            "care-certificate",
            "CareEntrusted",
            {"act.relation": "neighbour", "carer.certified_to": ""},
            "not_applicable",
        ),
    ],
)
def test_a_rule_of_care_is_met_or_not(
    clause_id: str, act: str, changes: dict[str, Any], outcome: str
) -> None:
    """S0-001, S0-015, S4-099, F084."""
    clause = pack(COUNTY).clause(clause_id)
    assert clause is not None

    assert outcome == clause.evaluate(lawful(act, changes), calendar()).outcome
