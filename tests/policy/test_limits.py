"""Every time limit that a text gives is a timer in the pack of that text; what none gives is none (C4)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.pack import PackLibrary
from aidledger.services.acts.adoption import shipped

LIBRARY = PackLibrary(shipped("packs"))
WD, DAYS, MONTHS = "working_days", "days", "months"


class Row(NamedTuple):
    """What a text says: pack, limit, so many units, the parameter, from which act to which."""

    pack: str
    limit: str
    n: int
    unit: str
    parameter: str
    start: str
    end: str
    bound: str = "at_most"


TABLE = [
    # S1-031, S1-038, S1-034, S1-041, F029, F031, F032, F033, F035, F048
    Row("cn-tekun-2016", "limit-opinion", 20, WD, "opinion_limit_working_days",
        "ApplicationAccepted", "ReviewOpinionGiven"),
    Row("cn-tekun-2016", "limit-decision", 20, WD, "decision_limit_working_days",
        "CaseSubmitted", "ApplicationApproved"),
    Row("cn-tekun-2021", "limit-opinion", 15, WD, "opinion_limit_working_days",
        "ApplicationAccepted", "ReviewOpinionGiven"),
    Row("cn-tekun-2021", "limit-publicity", 7, DAYS, "publicity_days",
        "PublicityStarted", "PublicityEnded", "at_least"),
    Row("cn-tekun-2021", "limit-decision", 15, WD, "decision_limit_working_days",
        "CaseSubmitted", "ApplicationApproved"),
    Row("cn-tekun-2021", "limit-objection", 15, WD, "objection_limit_working_days",
        "ObjectionRaised", "ObjectionReinvestigated"),
    Row("cn-tekun-2021", "limit-refusal-notice", 3, WD, "refusal_notice_working_days",
        "ApplicationRefused", "RefusalNotified"),
    Row("cn-tekun-2021", "limit-reassessment", 10, WD, "reassessment_working_days",
        "AbilityChangeReported", "AbilityAssessed"),
    # F032, F038, F029, F033, F031, F035
    Row("cn-dibao-2012", "limit-survey", 10, WD, "survey_working_days",
        "ApplicationAccepted", "HouseholdSurveyed"),
    Row("cn-dibao-2012", "limit-appraisal", 5, WD, "appraisal_working_days",
        "HouseholdSurveyed", "AppraisalHeld"),
    Row("cn-dibao-2012", "limit-county-opinion", 5, WD, "county_opinion_working_days",
        "CaseSubmitted", "CountyReviewed"),
    Row("cn-dibao-2012", "limit-publicity", 7, DAYS, "publicity_days",
        "PublicityStarted", "PublicityEnded", "at_least"),
    Row("cn-dibao-2012", "limit-county-publicity", 7, DAYS, "county_publicity_days",
        "CountyPublicityStarted", "CountyPublicityEnded", "at_least"),
    Row("cn-dibao-2012", "limit-decision", 3, WD, "decision_limit_working_days",
        "CountyPublicityEnded", "ApplicationApproved"),
    Row("cn-dibao-2012", "limit-objection", 20, WD, "objection_limit_working_days",
        "ObjectionRaised", "ObjectionReinvestigated"),
    Row("cn-dibao-2012", "limit-refusal-notice", 3, DAYS, "refusal_notice_days",
        "ApplicationRefused", "RefusalNotified"),
    Row("cn-dibao-2021", "limit-survey-start", 3, WD, "survey_start_working_days",
        "ApplicationAccepted", "HouseholdSurveyed"),
    Row("cn-dibao-2021", "limit-check-start", 3, WD, "check_start_working_days",
        "ApplicationAccepted", "DataCompared"),
    Row("cn-dibao-2021", "limit-publicity", 7, DAYS, "publicity_days",
        "PublicityStarted", "PublicityEnded", "at_least"),
    Row("cn-dibao-2021", "limit-decision", 10, WD, "decision_limit_working_days",
        "CaseSubmitted", "ApplicationApproved"),
    Row("cn-dibao-2021", "limit-whole", 30, WD, "whole_limit_working_days",
        "ApplicationAccepted", "ApplicationApproved"),
    Row("cn-dibao-2021", "limit-refusal-notice", 3, WD, "refusal_notice_working_days",
        "ApplicationRefused", "RefusalNotified"),
    # F047
    Row("cn-dibao-2021", "limit-review", 12, MONTHS, "review_months",
        "ApplicationApproved", "SupportReviewed"),
    # the notice of 2022-10-20: C2, F002
    Row("fj-sanming-dibao-n22-2022", "limit-whole", 20, WD, "whole_limit_working_days",
        "ApplicationAccepted", "ApplicationApproved"),
    Row("fj-sanming-dibao-n22-2022", "limit-death-review", 3, MONTHS, "death_review_months",
        "DeathRecorded", "SupportReviewed"),
    Row("gz-dibao-n22-2022", "limit-death-review", 3, MONTHS, "death_review_months",
        "DeathRecorded", "SupportReviewed"),
    Row("gz-county-2022", "limit-death-review", 3, MONTHS, "death_review_months",
        "DeathRecorded", "SupportReviewed"),
    # petition rules: S4-112, S4-113, F093, C15
    Row("gz-county-2022", "limit-complaint-registered", 15, DAYS, "complaint_register_days",
        "ComplaintReceived", "ComplaintRegistered"),
    Row("gz-county-2022", "limit-complaint-answered", 60, DAYS, "complaint_answer_days",
        "ComplaintReceived", "ComplaintAnswered"),
    Row("gz-county-2022", "limit-complaint-review", 30, DAYS, "complaint_review_answer_days",
        "ComplaintReviewRequested", "ComplaintReviewAnswered"),
    Row("gz-county-2022", "limit-complaint-second-review", 30, DAYS, "complaint_review_answer_days",
        "ComplaintSecondReviewRequested", "ComplaintSecondReviewAnswered"),
]  # fmt: skip

#: What may be granted on top: C4 (45 in all), C15 (30 more).
EXTENSIONS = {
    ("cn-dibao-2021", "limit-whole"): (15, 1),
    ("gz-county-2022", "limit-complaint-answered"): (30, 1),
}

#: Of the table of rule sets, what no event carries or no text gives: never a timer.
NO_TIMER = {
    "to ask for the review of an answer: a right, held by a clause": (
        *("ComplaintAnswered", "ComplaintReviewAnswered"),
    ),
    "termination, promptly": ("TerminationReported", "TerminationApproved", "TerminationPublished"),
    "the first pay: a month, held by a clause": ("PaymentRostered", "PaymentIssued"),
}
EXTENDING_CLAUSES = {
    *("limit-extension-ground", "limit-extension-in-time"),
    *("limit-extension-length", "limit-extension-once"),
}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.pack}-{row.limit}")
def test_each_limit_of_a_text_is_a_timer_of_its_pack(row: Row) -> None:
    """C4, C15, S1-031, S1-034, S1-038, S1-041, S4-112, S4-113, F002, F029, F031 to F033, F035, F047."""
    pack = LIBRARY.resolve(row.pack)
    limit = next(one for one in pack.limits if one.id == row.limit)

    assert (row.n, row.unit, row.bound) == (limit.n, limit.unit, limit.bound)
    assert row.n == pack.parameters[row.parameter]
    assert row.start == limit.from_event
    assert row.end in limit.to_events
    assert "next_day" == limit.count_from


def test_what_may_be_granted_on_top_is_what_a_text_gives() -> None:
    """C4: 30 and 15 more; C15: 60 and 30 more; where the township decides 20 and none."""
    found = {
        (name, limit.id): (limit.mobility.more, limit.mobility.times)
        for name in shipped("packs")
        for limit in LIBRARY.resolve(name).limits
        if limit.mobility.extension_grounds and (name, limit.id) in EXTENSIONS
    }
    delegated = LIBRARY.resolve("fj-sanming-dibao-n22-2022")

    assert EXTENSIONS == found
    assert () == next(
        one.mobility.extension_grounds for one in delegated.limits if one.id == "limit-whole"
    )


@pytest.mark.parametrize("name", sorted(shipped("packs")))
def test_a_limit_that_may_move_has_the_clauses_that_hold_it(name: str) -> None:
    """C4: ground, number, length and day of an extension; ground of a suspension."""
    pack = LIBRARY.resolve(name)
    extends = any(limit.mobility.extension_grounds for limit in pack.limits)
    suspends = any(limit.mobility.suspension_grounds for limit in pack.limits)
    extending = {clause.id for clause in pack.clauses_for("LimitExtended")}
    suspending = {clause.id for clause in pack.clauses_for("LimitSuspended")}

    assert not extends or EXTENDING_CLAUSES <= extending
    assert not suspends or {"limit-suspension-ground", "limit-suspension-running"} <= suspending


@pytest.mark.parametrize("what", NO_TIMER)
def test_what_is_to_be_done_promptly_or_has_no_act_has_no_timer(what: str) -> None:
    """C4: promptly is no number, and none is invented."""
    begun = {
        limit.from_event for name in shipped("packs") for limit in LIBRARY.resolve(name).limits
    }

    assert set(NO_TIMER[what]) <= set(EVENTS)
    assert set() == begun & set(NO_TIMER[what])


def test_every_number_of_a_timer_has_its_provenance() -> None:
    for row in TABLE:
        source = LIBRARY.resolve(row.pack).provenance[row.parameter]

        assert source.citation, row
