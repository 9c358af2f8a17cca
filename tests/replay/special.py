"""Small acts of special assistance in hand-written logs."""

from __future__ import annotations

from typing import Any

from tests.replay.histories import Log, apply_for, approve, token


def apply_special(
    log: Log,
    case: str,
    programme: str,
    number: int,
    on: str = "2022-02-01",
    *,
    area: str = "rural",
) -> None:
    """Add an application for special assistance and its acceptance."""
    apply_for(log, case, on, number=number, name="", programme=programme, area=area)
    log.add("ApplicationAccepted", case, on)


def on_allowance(log: Log, case: str, number: int, on: str = "2022-08-31") -> None:
    """Add the allowance of a person, approved on a day."""
    apply_for(log, case, on, number=number, name="", programme="dibao")
    approve(log, case, on, from_month="2022-09")


def marginal(log: Log, case: str, on: str = "2022-02-02") -> int:
    """Add that somebody is recognised as marginal."""
    return log.add(
        "RecognitionGranted", case, on, by_unit="office", cause="poverty", recognised="marginal"
    )


def cost(log: Log, case: str, claim: str, incurred_on: str, **fen: int) -> int:
    """Add a medical cost as settled by some payers."""
    data: dict[str, Any] = {"claim": claim, "incurred_on": incurred_on, "total_fen": 100_000}
    return log.add("MedicalCostSettled", case, max(incurred_on, "2022-02-03"), **(data | fen))


def grant(log: Log, case: str, on: str, kind: str, amount_fen: int = 0, **more: Any) -> int:
    """Add help granted; the rest of its data as given."""
    return log.add("HelpGranted", case, on, amount_fen=amount_fen, help=kind, **more)


def assess(log: Log, case: str, on: str, *, hardship: bool = True) -> int:
    """Add an assessment of a dwelling."""
    return log.add("HousingAssessed", case, on, dilapidated=False, hardship=hardship)


def look_for_work(log: Log, case: str, number: int, **more: Any) -> int:
    """Add that a member looks for work."""
    data: dict[str, Any] = {
        "able": True,
        "person": token("p", number),
        "register": "registered_unemployed",
        "registered_on": "2022-02-05",
        "willing": True,
    }
    return log.add("EmploymentRegistered", case, "2022-02-05", **(data | more))


def join(log: Log, case: str, number: int, birth_on: str) -> int:
    """Add a member of a household."""
    return log.add(
        "HouseholdMemberChanged",
        case,
        "2022-02-01",
        birth_on=birth_on,
        change="joined",
        changed_on="2022-02-01",
        person=token("p", number),
        relation="other",
    )


def special(log: Log, case: str) -> None:
    """Add a case in which every model of special assistance has a row."""
    apply_special(log, case, "housing", 41, "2022-02-16")
    assess(log, case, "2022-02-16")
    look_for_work(log, case, 41)
    cost(log, case, "claim-1", "2022-02-16", basic_fen=9)
    grant(log, case, "2022-02-17", "medical_lookback", 9)
    log.add("FuneralArranged", case, "2022-02-17", by="village", cost_fen=9)
