"""Staff against population, facilities and targets, old residents."""

from __future__ import annotations

from typing import Any

import pytest
from tests.replay.conftest import Ask
from tests.replay.histories import (
    TOWNSHIP,
    VILLAGE,
    Log,
    adopt_pack,
    apply_for,
    approve,
    case_name,
    token,
)
from tests.replay.overseeing import build_facility, employ, register_place

STAFF = {
    "assistants_per_village_max": "2",
    "assistants_per_village_min": "1",
    "coordinators_from": "[0,20000,50001]",
    "coordinators_min": "[1,2,3]",
}
TARGETS = {
    "target_barrier_free_permille": "1000",
    "target_home_care_rural_permille": "800",
    "target_home_care_urban_permille": "1000",
    "target_medical_contract_permille": "900",
    "target_social_run_permille": "500",
}


def pick(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


@pytest.mark.parametrize(
    ("population", "asked"),
    [
        (0, 1),
        (19_999, 1),
        (20_000, 2),
        (50_000, 2),
        (50_001, 3),
    ],
)
def test_the_brackets_of_population_ask_for_one_two_or_three_coordinators(
    ask: Ask, population: int, asked: int
) -> None:
    """S3-010, S3-011, S3-012, S3-014, S3-015, S4-073: coordinators count, volunteers do not."""
    for there in (asked - 1, asked):
        log = Log()
        adopt_pack(log, **STAFF)
        register_place(log, TOWNSHIP, "township", population)
        for number in range(there):
            employ(log, f"s{number}", TOWNSHIP, "coordinator")
        employ(log, "v", TOWNSHIP, "volunteer")

        (row,) = ask(log, "staffing")["staffing"]

        assert (asked, there, there >= asked) == pick(row, "asked", "there", "met")


def test_the_population_recorded_last_counts_and_who_has_left_does_not(ask: Ask) -> None:
    """S3-014."""
    log = Log()
    adopt_pack(log, **STAFF)
    register_place(log, TOWNSHIP, "township", 19_999)
    for name in ("s1", "s2"):
        employ(log, name, TOWNSHIP, "coordinator")
    unit = f"unit/{TOWNSHIP}"
    log.add(
        "PopulationRecorded",
        unit,
        "2022-02-01",
        as_of="2022-01-31",
        place=TOWNSHIP,
        population=20_000,
    )

    (row,) = ask(log, "staffing")["staffing"]
    assert (20_000, "2022-01-31", 2, 2, True) == pick(
        row, "population", "population_on", "asked", "there", "met"
    )

    log.add("StaffLeft", unit, "2022-03-01", staff="s1", to_on="2022-03-01")

    assert [(1, False)] == [pick(row, "there", "met") for row in ask(log, "staffing")["staffing"]]


@pytest.mark.parametrize(("there", "met"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_village_has_one_or_two_assistants(ask: Ask, there: int, *, met: bool) -> None:
    """S3-013, S3-016."""
    log = Log()
    adopt_pack(log, **STAFF)
    register_place(log, VILLAGE, "village", 1_200)
    for number in range(there):
        employ(log, f"s{number}", VILLAGE, "assistant", full_time=number == 0, paid=True)

    (row,) = ask(log, "staffing")["staffing"]

    assert (1, 2, there, there, met) == pick(row, "asked", "most", "there", "paid", "met")
    assert min(there, 1) == row["full_time"]


@pytest.mark.parametrize("bounds", ["", "[", "[0,20000", "{}", "[a,b]", "[99999999999999999999]"])
def test_brackets_that_are_none_ask_for_nobody(ask: Ask, bounds: str) -> None:
    """S3-014: hostile parameters break no model."""
    log = Log()
    adopt_pack(log, **{**STAFF, "coordinators_from": bounds, "coordinators_min": "x"})
    register_place(log, TOWNSHIP, "township", 30_000)

    assert [(None, None)] == [pick(row, "asked", "met") for row in ask(log, "staffing")["staffing"]]


def test_a_facility_shows_its_state_its_contracts_of_the_day_and_its_check(ask: Ask) -> None:
    """S2-007, S2-012, S2-014, S2-017, S2-020."""
    log = Log()
    home = build_facility(log, 1, "happiness_home", VILLAGE, former_use="school")
    for from_on, to_on in (("2022-01-01", "2022-06-30"), ("2022-07-01", "2022-12-31")):
        log.add(
            "FacilityContractSigned",
            home,
            "2022-01-01",
            from_on=from_on,
            kind="medical",
            to_on=to_on,
            with_unit="clinic-1",
        )
    log.add("FacilityChecked", home, "2022-02-01", barrier_free=False)
    log.add("FacilityChecked", home, "2022-03-01", barrier_free=True)

    (row,) = ask(log, "facilities", as_of="2022-06-30")["facilities"]
    assert ("operating", 1, True, True, "school") == pick(
        row, "state", "contracts", "medical_contract", "barrier_free", "former_use"
    )

    log.add("FacilityStateRecorded", home, "2022-12-01", state="closed")

    (row,) = ask(log, "facilities", as_of="2023-01-01")["facilities"]
    assert ("closed", 0, False) == pick(row, "state", "contracts", "medical_contract")


def targets(ask: Ask, log: Log, as_of: str = "2022-06-01") -> dict[str, tuple[Any, ...]]:
    return {
        row["target"]: pick(row, "numerator", "denominator", "permille", "met")
        for row in ask(log, "targets", as_of=as_of)["targets"]
    }


def test_a_target_counts_what_there_is_and_is_neither_met_nor_missed_where_there_is_nothing(
    ask: Ask,
) -> None:
    """S2-004, S2-005, S2-006, S2-007, S2-008, S2-020."""
    log = Log()
    adopt_pack(log, **TARGETS)
    register_place(log, VILLAGE, "village", 100)

    assert {
        "barrier_free": (0, 0, None, None),
        "home_care_rural": (0, 1, 0, False),
        "home_care_urban": (0, 0, None, None),
        "medical_contract": (0, 0, None, None),
        "social_run": (0, 0, None, None),
    } == targets(ask, log)

    for number in range(2, 6):
        register_place(log, f"{TOWNSHIP}{number:03d}", "village", 100)
    for number in range(1, 5):
        place = f"{TOWNSHIP}{number:03d}"
        home = build_facility(log, number, "happiness_home", place, social=number < 3)
        if number > 1:
            log.add("FacilityChecked", home, "2022-02-01", barrier_free=True)
    closed = build_facility(log, 9, "day_care", f"{TOWNSHIP}005", social=True)
    log.add("FacilityStateRecorded", closed, "2022-02-02", state="closed")

    assert {
        "barrier_free": (3, 4, 750, False),
        "home_care_rural": (4, 5, 800, True),
        "home_care_urban": (0, 0, None, None),
        "medical_contract": (0, 4, 0, False),
        "social_run": (2, 4, 500, True),
    } == targets(ask, log)


def test_a_share_just_below_the_target_is_not_rounded_up_to_it(ask: Ask) -> None:
    """S2-008: 1,999 of 4,000 is not half, 2,000 is."""
    log = Log()
    adopt_pack(log, target_social_run_permille="667")
    for number in range(3):
        build_facility(log, number, "day_care", VILLAGE, social=number < 2)

    assert {"social_run": (2, 3, 666, False)} == targets(ask, log)


def test_the_share_of_concentrated_support_is_counted_against_its_target(ask: Ask) -> None:
    """C19, S4-037, S4-038: three of five are the target; the dead count for nothing."""
    log = Log()
    adopt_pack(log, "2022-01-01", concentrated_target_permille="600")
    for number in range(1, 7):
        apply_for(log, case_name(number), number=number)
        approve(log, case_name(number))
        if number < 4:
            log.add(
                "SupportFormSet",
                case_name(number),
                "2022-03-01",
                consent=True,
                form="concentrated",
                institution="home-1",
            )

    assert {"concentrated": (3, 6, 500, False)} == targets(ask, log)

    log.add("DeathRecorded", case_name(6), "2022-03-02", died_on="2022-03-02", source="hospital")

    assert {"concentrated": (3, 5, 600, True)} == targets(ask, log)


def test_a_pack_that_has_lapsed_asks_for_nothing_but_about_its_time(ask: Ask) -> None:
    """C20, S2-001: the targets of 2020 are shown for a day of 2020, not for today."""
    log = Log()
    log.add(
        "PackAdopted",
        "policy/610600",
        "2020-02-17",
        in_force_from="2020-02-17",
        in_force_to="2021-06-30",
        known_since="2020-02-17",
        pack="sn-yanan-2020",
        pack_hash="ab" * 32,
        parameters=[{"key": key, "value": value} for key, value in sorted(TARGETS.items())],
        status="lapsed",
    )

    assert sorted(key[7:-9] for key in TARGETS) == sorted(targets(ask, log, "2020-12-31"))
    assert {} == targets(ask, log, "2021-07-01")


def test_an_old_resident_is_surveyed_and_screened(ask: Ask) -> None:
    """S2-003, S2-009, S2-010, S2-011."""
    log = Log()
    survey = log.add(
        "ResidentSurveyed",
        "resident/520123-0001",
        "2022-02-01",
        birth_on="1940-01-01",
        lives="alone",
        person=token("p", 3),
        township=TOWNSHIP,
        village=VILLAGE,
    )

    (row,) = ask(log, "elderly")["elderly"]
    assert ("alone", None, None, [survey]) == pick(row, "lives", "key", "screened_on", "positions")

    log.add("ResidentScreened", "resident/520123-0001", "2022-02-05", key=True)

    (row,) = ask(log, "elderly")["elderly"]
    assert (True, "2022-02-05") == pick(row, "key", "screened_on")
