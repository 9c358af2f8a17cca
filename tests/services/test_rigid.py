"""A family of rigid expenditure from the application to the day its recognition expires."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.people import COUNTY, TOWNSHIP, VILLAGE, identity_number
from tests.services import households as at
from tests.services.conftest import Office
from tests.services.households import HOUSEHOLD, on_household
from tests.services.test_dibao import refused

from aidledger.domain.events.helping import HelpGranted, RecognitionGranted
from aidledger.services.acts.adoption import adopt_packs
from aidledger.services.acts.recording import record
from aidledger.services.decisions.redeciding import redecide
from aidledger.services.generations.rebuilding import read_model
from aidledger.store.outcome import Committed

HELP: dict[str, Any] = {"amount_fen": 50_000, "cause": "k1", "help": "temporary"}


def recognition(valid_to: str | None, cause: str = "k1") -> dict[str, Any]:
    """Return that the county recognises the family until a day."""
    until = {} if valid_to is None else {"valid_to": valid_to}
    fields: Any = {"by_unit": COUNTY, "cause": cause, "recognised": "rigid", **until}
    return on_household("RecognitionGranted", "c1", COUNTY, **fields)


def grant() -> dict[str, Any]:
    """Return help of 500 yuan."""
    return on_household("HelpGranted", "c1", COUNTY, **HELP)


@pytest.fixture
def county(office: Office) -> Office:
    """An office with the pack, and a family that has applied and was looked into."""
    office.at("2025-01-02")
    who = {"county": COUNTY, "actor": "c0", "office": COUNTY, "on": "2025-01-02"}
    proposals, evidence = adopt_packs(["cn-rigid-2025"], **who)
    assert isinstance(
        record(office.session, proposals, cause="rigid", evidence=evidence), Committed
    )
    office.act(
        "2025-02-10",
        on_household(
            "ApplicationSubmitted",
            area="urban",
            birth_on=at.HEAD,
            programme="rigid",
            route="self",
            township=TOWNSHIP,
            village=VILLAGE,
            personal={"name": at.NAMES[at.HEAD], "identity_number": identity_number(at.HEAD)},
        ),
        on_household("HouseholdDeclared", unit="household"),
        at.member(at.HEAD, "head", on="2025-02-10"),
        at.member(at.SPOUSE, "spouse", on="2025-02-10"),
        on_household("ApplicationAccepted"),
        on_household("DataCompared", registers=["vehicles"], run_on="2025-02-10"),
        at.income(450_000),
        at.category(at.HEAD, "k1", "illness", on="2025-02-10"),
        on_household("PropertyAssessed", deposits_fen=0, dwellings=1, firms=0, vehicles=0),
    )
    return office


def test_help_rests_on_a_recognition_until_its_last_day_and_not_beyond(county: Office) -> None:
    """F053: recognised for twelve months, granted on the last of its days, refused on the next."""
    assert {"help-recognition-valid"} == refused(county, "2025-03-09", grant())
    county.act("2025-03-10", recognition("2026-03-09"))
    county.act("2026-03-09", grant())
    assert {"help-recognition-valid"} == refused(county, "2026-03-10", grant())

    county.act("2026-03-10", recognition("2027-03-09"))
    county.act("2026-03-11", grant())
    assert all(one.stands for one in redecide(county.session, HOUSEHOLD))
    kept = [e.event for e in county.session.stream(HOUSEHOLD)]
    assert (2, 2) == tuple(
        sum(isinstance(event, kind) for event in kept) for kind in (HelpGranted, RecognitionGranted)
    )


@pytest.mark.parametrize(
    ("valid_to", "cause", "clause"),
    [
        ("2026-03-10", "k1", "recognition-valid"),
        ("2025-03-09", "k1", "recognition-valid"),
        (None, "k1", "recognition-valid"),
        ("2026-03-09", "k9", "recognition-cause"),
    ],
)
def test_a_recognition_that_the_rule_does_not_let_is_refused(
    county: Office, valid_to: str | None, cause: str, clause: str
) -> None:
    """F053, S4-013."""
    assert {clause} == refused(county, "2025-03-10", recognition(valid_to, cause))


def test_help_after_a_recognition_was_ended_is_refused_and_the_model_says_so(
    county: Office,
) -> None:
    """F053: what ended before its time no longer carries anything."""
    county.act("2025-03-10", recognition("2026-03-09"))
    ended: Any = {"ended_on": "2025-06-01", "ground": "income", "recognised": "rigid"}
    county.act("2025-06-01", on_household("RecognitionEnded", "c1", COUNTY, **ended))

    assert {"help-recognition-valid"} == refused(county, "2025-06-01", grant())
    columns, rows = read_model(county.session, "recognitions")
    (row,) = [dict(zip(columns, one, strict=True)) for one in rows]
    assert ("rigid", "ended") == (row["class"], row["state"])
