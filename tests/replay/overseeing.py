"""What a county's oversight records, by hand: discoveries, comparisons, warnings and what followed."""

from __future__ import annotations

from typing import Any

from tests.replay.histories import TOWNSHIP, VILLAGE, Log, token

DATASET = "da" * 32
RETURNS = {
    "concentrated_target_permille": "600",
    "monthly_return_day": "28",
    "monthly_return_inclusive": "false",
    "monthly_return_roll": "none",
    "monthly_return_units": '["township","finance"]',
    "notice_kinds": '["policy"]',
    "notice_units": '["township"]',
}
"""The county's rule about monthly returns (before the 28th, whatever day that is), and more of it."""
OFFICES = {
    "520123": "civil_affairs",
    "520123-fin": "finance",
    TOWNSHIP: "township",
    VILLAGE: "village",
}


def register_offices(log: Log, on: str = "2021-01-01") -> None:
    """Add the offices of every level."""
    for office, kind in OFFICES.items():
        log.add(
            "OfficeRegistered",
            "registry/520123",
            on,
            kind=kind,
            name=kind,
            office=office,
            place=office[:12] if office.isdigit() else "520123",
        )


def discover(log: Log, case: str, on: str, **more: Any) -> int:
    """Add a discovery; `more` changes it, `desk` among them."""
    fields = {
        "assessment": "eligible",
        "channel": "patrol",
        "informed": True,
        "township": TOWNSHIP,
        "village": VILLAGE,
    }
    return log.add("NeedDiscovered", case, on, **{**fields, **more})


def compare(log: Log, on: str, *, hits: int = 2, dataset: str = DATASET) -> int:
    """Add a run over the registers of two departments."""
    return log.add(
        "ComparisonRun",
        "comparison/520123",
        on,
        dataset=dataset,
        hits=hits,
        parties=["civil_affairs", "medical_insurance"],
        place="520123",
        population=800,
        registers=["insured", "allowance"],
        run_on=on,
    )


def warn(log: Log, warning: str, on: str, **more: Any) -> int:
    """Add a warning; `more` changes it."""
    fields = {
        "group": "elderly_alone",
        "person": token("p", 7),
        "raised_on": on,
        "township": TOWNSHIP,
        "village": VILLAGE,
    }
    return log.add("WarningRaised", warning, on, **{**fields, **more})


def bear(log: Log, case: str, bearer: str, on: str, *, replaces: str | None = None) -> int:
    """Add who answers for a case."""
    return log.add(
        "BearerAssigned", case, on, bearer=bearer, from_on=on, level="township", replaces=replaces
    )


def meet(log: Log, name: str, on: str, **more: Any) -> int:
    """Add a joint meeting of the county; `more` changes it."""
    fields = {"attended": ["a", "b"], "held_on": on, "kind": "joint", "level": "county"}
    return log.add("MeetingHeld", f"meeting/{name}", on, **{**fields, **more})


def hand_in(log: Log, unit: str, month: str, on: str, **figures: int) -> int:
    """Add a unit's return of a month."""
    return log.add(
        "ReturnSubmitted",
        f"unit/{unit}",
        on,
        as_of=on,
        figures=[{"code": code, "value": value} for code, value in sorted(figures.items())],
        month=month,
    )


def register_place(log: Log, place: str, kind: str, population: int) -> int:
    """Add a place with its people."""
    return log.add(
        "PlaceRegistered",
        "registry/520123",
        "2022-01-01",
        area="rural",
        kind=kind,
        name="青山",
        place=place,
        population=population,
    )


def employ(
    log: Log, staff: str, place: str, post: str, *, full_time: bool = True, paid: bool = True
) -> int:
    """Add somebody who works in a place."""
    return log.add(
        "StaffAssigned",
        f"unit/{place}",
        "2022-01-02",
        from_on="2022-01-02",
        full_time=full_time,
        paid=paid,
        place=place,
        post=post,
        staff=staff,
    )


def build_facility(
    log: Log, number: int, kind: str, place: str, *, social: bool = False, former_use: str = ""
) -> str:
    """Add a facility; its stream."""
    facility = f"facility/520123-{number:04d}"
    log.add(
        "FacilityRegistered",
        facility,
        "2022-01-01",
        area="rural",
        former_use=former_use,
        kind=kind,
        name="幸福院",
        operator="social" if social else "public",
        place=place,
    )
    return facility


def find(log: Log, finding: str, on: str, **more: Any) -> int:
    """Add a finding of an audit, to be put right by the end of April; `more` changes it."""
    fields = {"due_on": "2022-04-30", "place": TOWNSHIP, "rule": "F001"}
    return log.add("AuditFindingRaised", finding, on, **{**fields, **more})


def oversee(log: Log) -> None:
    """Add something for every model of oversight, after 2022-02-13."""
    register_offices(log)
    discover(log, "case/520123-2022-000041", "2022-02-13")
    compare(log, "2022-02-13")
    warn(log, "warning/520123-2022-0001", "2022-02-13", comparison=DATASET)
    bear(log, "case/520123-2022-000001", "b1", "2022-02-13")
    meet(log, "520123-2022-1", "2022-02-13")
    hand_in(log, TOWNSHIP, "2022-02", "2022-02-13", supported=3)
    build_facility(log, 1, "day_care", VILLAGE)
    find(log, "audit/520123-2022-0001", "2022-02-13")
    case = "case/520123-2022-000041"
    log.add("IncidentRecorded", case, "2022-02-13", kind="died_alone")
    log.add("CaseSubmitted", case, "2022-02-13", received_on="2022-02-13")
    log.add(
        "ResidentSurveyed",
        "resident/520123-0001",
        "2022-02-13",
        birth_on="1940-01-01",
        lives="alone",
        person=token("p", 3),
        township=TOWNSHIP,
        village=VILLAGE,
    )
