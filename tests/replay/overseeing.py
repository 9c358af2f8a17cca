"""What a county's oversight records, by hand: discoveries, comparisons, warnings and what followed."""

from __future__ import annotations

from typing import Any

from tests.replay.histories import TOWNSHIP, VILLAGE, Log, token

DATASET = "da" * 32
RETURNS = {
    "concentrated_target_permille": "600",
    "group_leaders": '["party_head","government_head"]',
    "group_units": '["township"]',
    "local_rule_kinds": '["policy"]',
    "monthly_return_day": "28",
    "monthly_return_inclusive": "false",
    "monthly_return_roll": "none",
    "monthly_return_units": '["township","finance"]',
    "notice_kinds": '["policy"]',
    "notice_units": '["township"]',
    "respite_units": '["day"]',
    "responsible_offices_tekun": '["civil_affairs","finance","township"]',
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


def register_place(log: Log, place: str, kind: str, population: int, area: str = "rural") -> int:
    """Add a place with its people."""
    return log.add(
        "PlaceRegistered",
        "registry/520123",
        "2022-01-01",
        area=area,
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


def form_group(log: Log, unit: str, on: str, *leaders: str) -> int:
    """Add a leading group of a unit."""
    return log.add(
        "GroupFormed",
        f"unit/{unit}",
        on,
        deputies=["deputy_head"],
        from_on=on,
        leaders=list(leaders),
        members=["office_head", "section_head"],
    )


def take_step(
    log: Log, facility: str, step: str, on: str, *, land_m2: int = 0, persons: int = 0
) -> int:
    """Add one of the four steps of a facility in a new district."""
    return log.add("PlanStepRecorded", facility, on, land_m2=land_m2, persons=persons, step=step)


def stay(log: Log, case: str, on: str, to: str, unit: str = "day") -> int:
    """Add a stay in the first facility."""
    return log.add(
        "RespiteStayed", case, on, facility="520123-0001", from_on=on, to_on=to, unit=unit
    )


def subsidise(log: Log, facility: str, on: str, fen: int, kind: str = "operate") -> int:
    """Add money paid to a facility for the month of a day."""
    return log.add(
        "FacilitySubsidyPaid",
        facility,
        on,
        amount_fen=fen,
        fund="elderly-2022",
        kind=kind,
        month=on[:7],
    )


def match(log: Log, case: str, on: str, provider: str, kind: str = "volunteers") -> int:
    """Add somebody who offers to meet a need."""
    return log.add("NeedMatched", case, on, kind=kind, need="company", provider=provider)


def recognise(log: Log, case: str, on: str, valid_to: str, recognised: str = "low_income") -> int:
    """Add a recognition until a day."""
    return log.add(
        "RecognitionGranted",
        case,
        on,
        by_unit="520123",
        cause="illness",
        recognised=recognised,
        valid_to=valid_to,
    )


def oversee(log: Log) -> None:
    """Add something for every model of oversight, after 2022-02-13."""
    register_offices(log)
    discover(log, "case/520123-2022-000041", "2022-02-13")
    compare(log, "2022-02-13")
    warn(log, "warning/520123-2022-0001", "2022-02-13", comparison=DATASET)
    bear(log, "case/520123-2022-000001", "b1", "2022-02-13")
    meet(log, "520123-2022-1", "2022-02-13")
    hand_in(log, TOWNSHIP, "2022-02", "2022-02-13", supported=3)
    home = build_facility(log, 1, "day_care", VILLAGE)
    form_group(log, TOWNSHIP, "2022-02-13", "party_head", "government_head")
    take_step(log, home, "planning", "2022-02-13")
    subsidise(log, home, "2022-02-13", 100)
    stay(log, "case/520123-2022-000001", "2022-02-13", "2022-02-13")
    match(log, "case/520123-2022-000001", "2022-02-13", "club-1")
    recognise(log, "case/520123-2022-000041", "2022-02-13", "2023-02-12")
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
