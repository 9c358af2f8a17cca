"""Rows of facts at the edge of a clause: the procedure, and who is eligible."""

from __future__ import annotations

from typing import Any, NamedTuple

Facts = dict[str, Any]
DAY, BEFORE, AFTER = "2022-02-28", "2022-02-27", "2022-03-01"
ON: Facts = {"act.effective_on": DAY}


class Row(NamedTuple):
    """What just meets a clause, and what fails it."""

    clause: str
    at: Facts
    fail: tuple[Facts, ...]
    meet: tuple[Facts, ...] = ()
    packs: tuple[str, ...] = ()
    not_asked: tuple[Facts, ...] = ()


def one(fact: str, *values: Any) -> tuple[Facts, ...]:
    return tuple({fact: value} for value in values)


def each(**facts: Any) -> tuple[Facts, ...]:
    """Return facts of the case, one change at a time."""
    return tuple({f"case.{name}": value} for name, value in facts.items())


def happened(fact: str, *also: Facts, clause: str, more: Facts | None = None) -> Row:
    """Return the row of something that happened on the day itself, not a day later and not never."""
    return Row(clause, {**ON, fact: DAY, **(more or {})}, (*one(fact, AFTER, ""), *also))


ALLOWANCE = ("cn-dibao-2012", "cn-dibao-2021")
HARDSHIP = ("cn-tekun-2016", "cn-tekun-2021")
CHILDREN = ("cn-children-2020",)
EXCLUSIVE = "2021-07-01"
NO_DISABILITY: Facts = {
    "case.disability_kind": "",
    "case.disability_grade": 0,
    "case.in_school": False,
    "case.school_stage": "high",
}
IN_SCHOOL: Facts = {"case.in_school": True}
NOTICE = {"case.publicity_from": "2022-02-21", "case.publicity_to": DAY}

PROCEDURE = (
    happened(
        "case.accepted_on",
        *each(materials_complete=False),
        clause="opinion-after-acceptance",
        more={"case.materials_complete": True},
    ),
    happened(
        "case.accepted_on",
        *each(materials_complete=False),
        clause="recognition-after-acceptance",
        more={"case.materials_complete": True},
    ),
    happened(
        "case.accepted_on",
        *each(materials_complete=False),
        clause="help-after-acceptance",
        more={"case.materials_complete": True, "case.programme": "medical"},
    ),
    Row(
        "approval-after-acceptance",
        {**ON, "case.stage": "accepted", "case.accepted_on": DAY, "case.materials_complete": True},
        each(stage="applied", accepted_on=AFTER, materials_complete=False),
    ),
    Row(
        "opinion-data-compared",
        {**ON, "case.data_compared": True, "case.data_compared_on": DAY},
        each(data_compared=False, data_compared_on=AFTER),
    ),
    Row(
        "recognition-data-compared",
        {**ON, "case.data_compared": True, "case.data_compared_on": DAY, "case.open_hits": 0},
        each(data_compared=False, data_compared_on=AFTER, open_hits=1),
    ),
    *(
        Row(
            clause,
            {**ON, "case.opinion": "approve", "case.opinion_on": DAY},
            each(opinion="", opinion_on=AFTER),
        )
        for clause in ("publicity-after-opinion", "submission-after-opinion")
    ),
    happened("case.publicity_to", clause="submission-after-publicity"),
    happened("case.publicity_to", clause="approval-after-publicity"),
    Row(
        "approval-after-submission",
        {**ON, "case.submitted_on": DAY},
        each(submitted_on=AFTER) + each(submitted_on=""),
        packs=(*ALLOWANCE, *HARDSHIP, *CHILDREN),
    ),
    happened(
        "case.submitted_on",
        *each(stage="approved"),
        clause="county-publicity-after-submission",
        more={"case.stage": "submitted"},
    ),
    happened(
        "case.submitted_on",
        clause="whole-way-submission",
        more={"act.kind": "expenditure", "act.office_kind": "civil_affairs"},
    ),
    Row(
        "opinion-survey-by-two",
        {"case.survey_investigators": 2, "case.survey_signed": True},
        each(survey_investigators=1, survey_signed=False),
    ),
    Row(
        "whole-way-survey",
        {
            "act.type": "HelpGranted",
            "act.kind": "expenditure",
            "case.household_surveyed": True,
            "case.survey_investigators": 2,
            "case.survey_signed": True,
        },
        each(household_surveyed=False, survey_investigators=1, survey_signed=False),
    ),
    Row(
        "whole-way-publicity",
        {**ON, "act.kind": "expenditure", "case.open_objections": 0, **NOTICE},
        (*each(publicity_from="2022-02-22", open_objections=1), *one("act.effective_on", BEFORE)),
    ),
    Row(
        "publicity-planned-long-enough",
        {**ON, "act.planned_to": "2022-03-07"},
        one("act.planned_to", "2022-03-06"),
    ),
    Row("publicity-long-enough", NOTICE, each(publicity_from="2022-02-22", publicity_to=BEFORE)),
    Row(
        "approval-after-county-publicity",
        {**ON, "case.county_publicity_from": "2022-02-21", "case.county_publicity_to": DAY},
        (
            *each(county_publicity_from="2022-02-22", county_publicity_to=""),
            *one("act.effective_on", BEFORE),
        ),
    ),
    Row(
        "termination-publicity",
        {**ON, "act.planned_to": "2022-03-07", "case.terminated": True},
        (*one("act.planned_to", "2022-03-06"), *each(terminated=False)),
        packs=("cn-tekun-2021",),
    ),
    Row(
        "opinion-appraisal",
        {"case.appraisal_held": True, "case.appraisal_waived": False},
        (
            *each(appraisal_held=False),
            {"case.appraisal_held": False, "case.appraisal_waived": True},
        ),
        packs=("cn-tekun-2016",),
    ),
    Row(
        "opinion-hits-disposed",
        {"case.data_compared": True, "case.open_hits": 0},
        each(open_hits=1),
        not_asked=each(data_compared=False),
    ),
    Row(
        "child-age",
        {"act.type": "ApplicationApproved", "case.age_years": 0},
        each(age_years=-1) + each(age_years=18),
        meet=each(age_years=17),
        packs=CHILDREN,
    ),
    *(
        Row(
            "approval-limb",
            {"act.limb": "minor", "case.age_years": 0},
            each(age_years=-1) + each(age_years=16),
            meet=(*each(age_years=15), {"act.limb": "age", "case.age_years": 60}),
            packs=(pack,),
        )
        for pack in HARDSHIP
    ),
    *(
        Row(
            clause,
            {**act, "case.age_years": 40, "case.disability_kind": kind, "case.disability_grade": n},
            each(disability_grade=0)
            + each(disability_grade=n + 1)
            + each(disability_kind="speech"),
            meet=each(disability_grade=1),
            packs=(pack,),
        )
        for pack, grades in (
            ("cn-tekun-2016", {"mental": 2, "intellectual": 2, "visual": 2, "physical": 1}),
            ("cn-tekun-2021", {"mental": 3, "intellectual": 3, "physical": 2, "visual": 1}),
        )
        for kind, n in grades.items()
        for clause, act in (
            ("opinion-limb", {"act.opinion": "approve"}),
            ("approval-limb", {"act.limb": "disability"}),
        )
    ),
    *(
        Row(
            "single-route",
            {
                "act.limb": "single_person",
                "case.disability_kind": kind,
                "case.disability_grade": grade,
            },
            each(disability_grade=0) + each(disability_grade=grade + 1) + each(disability_kind=""),
            meet=each(disability_grade=1),
            packs=("cn-dibao-2021",),
        )
        for grade, kinds in (
            (2, ("hearing", "multiple", "physical", "speech", "visual")),
            (3, ("intellectual", "mental")),
        )
        for kind in kinds
    ),
    Row(
        "opinion-limb",
        {"act.opinion": "approve", "case.age_years": 0, "case.disability_kind": ""},
        each(age_years=-1) + each(age_years=16) + each(age_years=59),
        meet=each(age_years=15) + each(age_years=60),
        packs=HARDSHIP,
        not_asked=one("act.opinion", "refuse"),
    ),
    Row(
        "placement-child",
        {"case.age_years": 16, "act.institution": "nursing-home-1"},
        each(age_years=15) + each(age_years=0),
        meet=each(age_years=-1),
        packs=HARDSHIP,
    ),
    Row(
        "review-still-eligible",
        {
            "act.still_eligible": True,
            "case.age_years": 18,
            "case.in_school": True,
            "case.school_stage": "high",
            "case.parents_able": False,
        },
        each(in_school=False, school_stage="university", parents_able=True),
        meet=({"case.age_years": 17, "case.in_school": False},),
        packs=CHILDREN,
        not_asked=one("act.still_eligible", False),
    ),
    Row(
        "termination-aged-out",
        {
            "act.ground": "aged_out",
            "case.age_years": 18,
            "case.in_school": False,
            "case.school_stage": "high",
        },
        each(age_years=17, in_school=True),
        meet=({"case.in_school": True, "case.school_stage": "university"},),
        packs=("cn-tekun-2021", *CHILDREN),
        not_asked=one("act.ground", "death"),
    ),
    Row(
        "termination-last-month",
        {**ON, "act.ground": "income", "act.last_month": "2022-03"},
        one("act.last_month", "2022-01", "2022-04"),
        meet=one("act.last_month", "2022-02"),
        not_asked=one("act.ground", "death"),
    ),
    Row(
        "termination-audited",
        {"case.termination_reported": True, "case.termination_audited": True},
        each(termination_reported=False, termination_audited=False),
    ),
    Row(
        "approval-alive",
        {"case.alive": True, "case.prison_or_missing": False},
        each(alive=False, prison_or_missing=True),
        packs=(*ALLOWANCE, *HARDSHIP, *CHILDREN),
    ),
    Row(
        "entitlement-approved",
        {
            "act.reason": "approval",
            "case.approved": False,
            "case.opinion": "approve",
            "case.publicity_to": BEFORE,
            "case.terminated": False,
        },
        (*one("act.reason", "standard"), *each(opinion="refuse", publicity_to="", terminated=True)),
        meet=({"act.reason": "standard", "case.approved": True},),
        packs=(*ALLOWANCE, *HARDSHIP),
    ),
    *(
        Row(
            "review-still-eligible",
            {"act.still_eligible": True, "case.age_years": 60, **NO_DISABILITY},
            each(age_years=59) + each(age_years=-1) + each(age_years=keep),
            meet=(
                *each(age_years=0),
                *each(age_years=keep - 1),
                {"case.age_years": keep, "case.in_school": True},
                {
                    "case.age_years": 40,
                    "case.disability_kind": "mental",
                    "case.disability_grade": 1,
                },
                {
                    "case.age_years": 40,
                    "case.disability_kind": "mental",
                    "case.disability_grade": n,
                },
            ),
            packs=(pack,),
        )
        for pack, keep, n in (("cn-tekun-2016", 16, 2), ("cn-tekun-2021", 18, 3))
    ),
    *(
        Row(
            "review-still-eligible",
            {"act.still_eligible": True, "case.age_years": 40, **NO_DISABILITY, **IN_SCHOOL},
            (
                *each(in_school=False),
                *each(school_stage="university"),
                {**NO_DISABILITY, "case.disability_kind": "mental", "case.disability_grade": n},
                {**NO_DISABILITY, "case.disability_kind": "mental"},
                {**NO_DISABILITY, "case.disability_kind": "speech", "case.disability_grade": 1},
            ),
            packs=(pack,),
        )
        for pack, n in (("cn-tekun-2016", 3), ("cn-tekun-2021", 4))
    ),
    Row(
        "ability-by-items",
        {"act.level": "partly", "case.ability_items": 6, "case.ability_failed": 3},
        each(ability_failed=0) + each(ability_failed=4) + one("act.level", "able", "unable"),
        meet=(
            *each(ability_failed=1),
            {"act.level": "able", "case.ability_failed": 0},
            {"act.level": "unable", "case.ability_failed": 4},
        ),
        not_asked=each(ability_items=5),
    ),
    Row(
        "funeral-by-form",
        {**ON, "case.died_on": DAY, "case.form": "concentrated", "act.by": "institution"},
        each(died_on=AFTER) + each(died_on="") + each(form="decentralised"),
        meet=({"case.form": "decentralised", "act.by": "village"},),
    ),
    Row(
        "whole-way-comparison",
        {
            **ON,
            "act.type": "ReviewOpinionGiven",
            "case.data_compared": True,
            "case.data_compared_on": DAY,
            "case.open_hits": 0,
        },
        each(data_compared=False, data_compared_on=AFTER, open_hits=1),
    ),
    *(
        Row(
            clause,
            {
                "act.effective_on": EXCLUSIVE,
                "case.programme": "orphan",
                "person.given_up": [],
                "person.applied_programmes": [],
                "person.supported_programmes": ["temporary"],
            },
            (
                *one("person.given_up", ["orphan"]),
                *one("person.supported_programmes", ["unattended"]),
            ),
            packs=CHILDREN,
            not_asked=one("act.effective_on", "2021-06-30"),
        )
        for clause in ("one-programme-accepted", "one-programme-approved")
    ),
    Row(
        "public-post",
        {
            "act.help": "public_post",
            "case.area": "urban",
            "case.registers": ["zero_employment"],
            "case.unregistered_ages": [15, 60, 0],
        },
        (
            *each(area="rural"),
            *each(registers=[]),
            *(f for age in (16, 59, -1) for f in each(unregistered_ages=[15, age])),
        ),
        meet=({"case.area": "rural", "case.registers": ["employment_hardship"]},),
    ),
)
