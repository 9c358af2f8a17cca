"""What was done for a person, and what an institution says of itself: models on small histories."""

from __future__ import annotations

from typing import Any

import pytest
from tests.policy.care import adopt, end_care, entrust, register
from tests.replay.conftest import Ask
from tests.replay.histories import Log, apply_for, approve, case_name
from tests.replay.test_models import pick

CASE, OTHER, CARER = case_name(1), case_name(2), "carer/520123-0001"
HOME, RULE = "facility/home1", "gz-county-2022"


def supported(*cases: str, on: str = "2022-01-10") -> Log:
    log = Log()
    adopt(log, RULE)
    register(log)
    for number, case in enumerate(cases, start=1):
        apply_for(log, case, number=number)
        approve(log, case, on=on, from_month="2022-02")
    return log


def place(log: Log, case: str, on: str, institution: str = "home1") -> int:
    log.add("SupportFormSet", case, on, consent=True, form="concentrated")
    return log.add("PlacementMade", case, on, from_on=on, institution=institution)


def serve(log: Log, case: str, on: str, **more: Any) -> int:
    given: dict[str, Any] = {
        "carer": CARER,
        "confirmed_by": "family",
        "hours": 2,
        "kind": "watch_over",
    }
    return log.add("ServiceRendered", case, on, **(given | more))


def test_a_month_of_care_shows_its_hours_or_a_fee_for_nothing(ask: Ask) -> None:
    """S0-005, S0-013, S3-018, F077: served, visited only, paid for nothing, bought without a carer."""
    log = supported(CASE)
    entrust(log, CASE, "2022-01-31", monthly_fee_fen=20_000)
    serve(log, CASE, "2022-01-31")
    serve(log, CASE, "2022-01-31", kind="life_care", hours=3, confirmed_by="nobody")
    log.add("VisitMade", CASE, "2022-02-28", visitor="v1")
    end_care(log, CASE, "2022-03-01")
    serve(log, CASE, "2022-04-01", kind="rehabilitation", contract="c1")
    serve(log, CASE, "2022-05-01")

    rows = ask(log, "care_services", as_of="2022-06-10")["care_services"]

    names = (
        "month",
        "entrusted",
        "fee_fen",
        "services",
        "confirmed_hours",
        "bought_hours",
        "state",
    )
    assert [
        ("2022-01", True, 20_000, 2, 2, 0, "served"),
        ("2022-02", True, 20_000, 0, 0, 0, "visited"),
        ("2022-03", True, 20_000, 0, 0, 0, "fee_without_service"),
        ("2022-04", False, 0, 1, 2, 2, "served"),
        ("2022-05", False, 0, 1, 2, 0, "without_agreement"),
    ] == [pick(row, *names) for row in rows]
    assert (2, 3, 0, 0) == pick(
        rows[0], "watch_over_hours", "life_care_hours", "hospital_hours", "other_hours"
    )


def test_gifts_are_counted_by_occasion_with_those_without_a_receipt(ask: Ask) -> None:
    """S4-085, S4-087: money, goods, and one to a person who is dead."""
    log = supported(CASE, OTHER)
    log.add("DeathRecorded", OTHER, "2022-01-29", died_on="2022-01-29", source="office")
    spring: dict[str, Any] = {"occasion": "spring", "receipt": "ab" * 32}
    log.add("GiftHanded", CASE, "2022-01-30", amount_fen=20_000, way="money", **spring)
    log.add(
        "GiftHanded",
        CASE,
        "2022-01-30",
        amount_fen=8_000,
        item="oil",
        quantity=1,
        way="goods",
        **spring,
    )
    log.add("GiftHanded", OTHER, "2022-01-30", amount_fen=20_000, occasion="spring", way="money")
    log.add("GiftHanded", CASE, "2022-09-10", amount_fen=5_000, occasion="autumn", way="money")

    rows = ask(log, "gifts")["gifts"]

    names = ("occasion", "handed", "persons", "money_fen", "goods_fen", "quantity")
    assert [("autumn", 1, 1, 5_000, 0, 0), ("spring", 3, 2, 40_000, 8_000, 1)] == [
        pick(row, *names) for row in rows
    ]
    assert [(1, 0), (1, 1)] == [pick(row, "without_receipt", "after_death") for row in rows]


def test_pocket_money_is_asked_for_each_month_after_the_placement(ask: Ask) -> None:
    """S1-052, F086: with receipt, without, too little, none, and the month that still runs."""
    log = supported(CASE)
    place(log, CASE, "2022-02-01")
    for month, fen, receipt in [
        ("2022-03", 5_000, "ab" * 32),
        ("2022-04", 5_000, None),
        ("2022-05", 4_999, "ab" * 32),
    ]:
        log.add(
            "PocketMoneyPaid", CASE, f"{month}-05", amount_fen=fen, month=month, receipt=receipt
        )

    rows = ask(log, "pocket_money", as_of="2022-07-01")["pocket_money"]

    assert [
        ("2022-03", 5_000, 5_000, "met"),
        ("2022-04", 5_000, 5_000, "without_receipt"),
        ("2022-05", 5_000, 4_999, "short"),
        ("2022-06", 5_000, 0, "short"),
        ("2022-07", 5_000, 0, "open"),
    ] == [pick(row, "month", "asked_fen", "paid_fen", "state") for row in rows]


def test_no_pocket_money_is_asked_for_after_a_death(ask: Ask) -> None:
    """S1-052, F086."""
    log = supported(CASE)
    place(log, CASE, "2022-02-01")
    log.add("DeathRecorded", CASE, "2022-04-03", died_on="2022-04-02", source="institution")

    rows = ask(log, "pocket_money", as_of="2022-07-01")["pocket_money"]

    assert ["2022-03", "2022-04"] == [row["month"] for row in rows]


def test_a_base_file_shows_its_newest_days_and_what_was_not_reported(ask: Ask) -> None:
    """S0-010, S0-011, S4-074, S4-097."""
    log = supported(CASE)
    log.add("AbilityAssessed", CASE, "2022-01-12", level="partly")
    log.add("AbilityReported", CASE, "2022-01-20", to_office="520123-health")
    log.add("VisitMade", CASE, "2022-02-01", visitor="v1")
    log.add("MedicalVisitMade", CASE, "2022-02-03", institution="clinic-1")
    log.add("BaseRecordUpdated", CASE, "2022-02-05", kind="care")

    (before,) = ask(log, "base_record")["base_record"]
    log.add("AbilityAssessed", CASE, "2022-03-01", level="unable")
    (after,) = ask(log, "base_record")["base_record"]

    names = ("health_on", "living_on", "care_on", "medical_visits", "reported_on", "reported_to")
    assert ("2022-02-03", "2022-02-01", "2022-02-05", 1, "2022-01-20", "520123-health") == pick(
        before, *names
    )
    assert ("2022-03-01", "2022-02-01", "2022-02-05", 1, None, None) == pick(after, *names)


@pytest.mark.parametrize(
    ("as_of", "state"), [("2022-02-08", "met"), ("2022-02-09", "overdue"), ("2022-01-31", "never")]
)
def test_a_carer_is_asked_after_as_often_as_the_rule_says(ask: Ask, as_of: str, state: str) -> None:
    """S4-098: every seven days here."""
    log = supported(CASE)
    register(log, 2)
    entrust(log, CASE, "2022-01-10")
    log.add("EpidemicWatchKept", CARER, "2022-02-01", well=True)

    (row,) = ask(log, "epidemic_watch", as_of=as_of)["epidemic_watch"]

    assert (CARER, 7, state) == pick(row, "carer", "asked_days", "state")


@pytest.mark.parametrize(
    ("waiting", "placed", "passed_over"),
    [("unable", "able", 1), ("partly", "able", 1), ("unable", "partly", 0), ("able", "able", 0)],
)
def test_the_unable_are_placed_before_the_able_or_it_shows(
    ask: Ask, waiting: str, placed: str, passed_over: int
) -> None:
    """S1-068, S4-039, S4-040, S4-041."""
    log = supported(CASE, OTHER)
    for case, level in ((CASE, waiting), (OTHER, placed)):
        log.add("AbilityAssessed", case, "2022-01-12", level=level)
    log.add("PersuasionRecorded", CASE, "2022-01-15", agreed=True, facility="home1")
    log.add("AdmissionRequested", CASE, "2022-01-20", facility=HOME)
    log.add("AdmissionRequested", OTHER, "2022-01-25", facility="home1")
    place(log, OTHER, "2022-02-01")
    place(log, CASE, "2022-02-10")
    log.add("AbilityAssessed", OTHER, "2022-03-01", level="unable")

    first, second = ask(log, "placement_queue")["placement_queue"]

    names = ("case", "asked_on", "placed_on", "days", "persuasions", "passed_over", "state")
    assert (CASE, "2022-01-20", "2022-02-10", 21, 1, passed_over, "placed") == pick(first, *names)
    assert (OTHER, "2022-01-25", "2022-02-01", 7, 0, 0, "placed") == pick(second, *names)


def test_who_no_longer_waits_is_passed_over_by_nobody(ask: Ask) -> None:
    """S4-041: nor who waits for another institution."""
    log = supported(CASE, OTHER, case_name(3))
    for case, level in ((CASE, "unable"), (OTHER, "able"), (case_name(3), "unable")):
        log.add("AbilityAssessed", case, "2022-01-12", level=level)
    log.add("AdmissionRequested", CASE, "2022-01-20", facility="home1")
    log.add("AdmissionRequested", case_name(3), "2022-01-20", facility="home2")
    log.add("AdmissionEnded", CASE, "2022-01-31", facility="home1", ground="withdrawn")
    place(log, OTHER, "2022-02-01")

    rows = ask(log, "placement_queue", as_of="2022-03-01")["placement_queue"]

    assert [("home1", 0, "over"), ("home2", 0, "waiting")] == [
        pick(row, "facility", "passed_over", "state") for row in rows
    ]


def test_residents_stand_against_what_the_institution_counted(ask: Ask) -> None:
    """S1-070, S1-075, S1-078, F085: one has died, one left, one was never there."""
    log = supported(CASE, OTHER, case_name(3))
    for case, level in ((CASE, "unable"), (OTHER, "able")):
        log.add("AbilityAssessed", case, "2022-01-12", level=level)
    for case in (CASE, OTHER, case_name(3)):
        place(log, case, "2022-02-01")
    log.add("DeathRecorded", OTHER, "2022-02-20", died_on="2022-02-20", source="office")
    log.add("InstitutionCensusTaken", HOME, "2022-03-01", able=0, partly=0, staff=1, unable=1)

    (row,) = ask(log, "residents")["residents"]

    names = (
        "facility",
        "residents",
        "unable",
        "payable",
        "counted",
        "counted_unable",
        "difference",
    )
    assert ("home1", 2, 1, 2, 1, 1, 1) == pick(row, *names)


@pytest.mark.parametrize(
    ("able", "partly", "unable", "staff", "asked", "met"),
    [
        (10, 0, 0, 1, 1, True),
        (11, 0, 0, 1, 2, False),
        (0, 6, 3, 3, 3, True),
        (0, 6, 3, 2, 3, False),
        (0, 0, 0, 0, 0, True),
    ],
)
def test_the_staff_of_an_institution_meets_the_ratio_or_not(
    ask: Ask, *, able: int, partly: int, unable: int, staff: int, asked: int, met: bool
) -> None:
    """S1-072, S1-074, S1-078: a part of a person is a person."""
    log = supported()
    log.add(
        "InstitutionCensusTaken",
        HOME,
        "2022-03-01",
        able=able,
        partly=partly,
        staff=staff,
        unable=unable,
    )

    (row,) = ask(log, "institution_ratios")["institution_ratios"]

    assert (asked, met) == pick(row, "asked_staff", "met")


def test_a_carer_shows_the_certificate_and_the_review(ask: Ask) -> None:
    """F084, C8: the certificate that lasts longest; a review ends with the disqualification."""
    log = supported(CASE)
    for to_on in ("2023-06-30", "2022-12-31"):
        log.add("CarerQualified", CARER, "2022-01-05", certificate="k-1", to_on=to_on)
    log.add("CarerReviewOrdered", CARER, "2022-03-01", ground="score", month="2022-02", score=50)

    (before,) = ask(log, "carers")["carers"]
    log.add("CarerDisqualified", CARER, "2022-03-20", ground="score")
    (after,) = ask(log, "carers")["carers"]

    names = ("qualified", "certified_to", "review_since")
    assert (True, "2023-06-30", "2022-03-01") == pick(before, *names)
    assert (False, "2023-06-30", None) == pick(after, *names)
