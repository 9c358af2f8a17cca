"""What a county's oversight records, by hand: discoveries, comparisons, warnings and what followed."""

from __future__ import annotations

from typing import Any

from tests.replay.histories import TOWNSHIP, VILLAGE, Log, token

DATASET = "da" * 32
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


def oversee(log: Log) -> None:
    """Add something for every model of oversight, after 2022-02-13."""
    register_offices(log)
    discover(log, "case/520123-2022-000041", "2022-02-13")
    compare(log, "2022-02-13")
    warn(log, "warning/520123-2022-0001", "2022-02-13", comparison=DATASET)
