"""What a county's oversight records, by hand: discoveries, comparisons, warnings and what followed."""

from __future__ import annotations

from typing import Any

from tests.replay.histories import TOWNSHIP, VILLAGE, Log, token

DATASET = "da" * 32
RETURNS = {
    "monthly_return_day": "28",
    "monthly_return_inclusive": "false",
    "monthly_return_roll": "none",
    "monthly_return_units": '["township","finance"]',
}
"""The county's rule about monthly returns: before the 28th, whatever day that is."""
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


def oversee(log: Log) -> None:
    """Add something for every model of oversight, after 2022-02-13."""
    register_offices(log)
    discover(log, "case/520123-2022-000041", "2022-02-13")
    compare(log, "2022-02-13")
    warn(log, "warning/520123-2022-0001", "2022-02-13", comparison=DATASET)
    bear(log, "case/520123-2022-000001", "b1", "2022-02-13")
    meet(log, "520123-2022-1", "2022-02-13")
    hand_in(log, TOWNSHIP, "2022-02", "2022-02-13", supported=3)
