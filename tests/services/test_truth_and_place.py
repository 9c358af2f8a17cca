"""Who is asked must tell the truth and in time, and a notice goes up where the area has it."""

from __future__ import annotations

import pytest
from tests.domain.people import CASE, COUNTY, VILLAGE
from tests.services.conftest import Office
from tests.services.test_dibao import refused
from tests.services.test_recording import approve, investigate, on_case

from aidledger.domain.events.ending import TerminationApproved
from aidledger.services.cases.due import DueItem, due
from aidledger.store.outcome import Committed


def notice(place: str | None) -> dict[str, object]:
    """Return the notice of an opinion, up for eight days in a place."""
    where = {} if place is None else {"place": place}
    return on_case(
        "PublicityStarted",
        complaint_phone="12345",
        planned_to="2022-01-28",
        village=VILLAGE,
        **where,
    )


def owed(office: Office, as_of: str) -> dict[str, DueItem]:
    """Return what is due in the case, by what it is."""
    found = due(office.session, as_of=as_of)
    return {item.what: item for item in found.items if item.stream == CASE}


@pytest.mark.parametrize("place", ["village", None])
def test_a_notice_of_a_village_goes_up_there(office: Office, place: str | None) -> None:
    """S1-044: the area is rural, so the place is the village; an entry need not say it."""
    investigate(office)
    office.act(
        "2022-01-20", on_case("ReviewOpinionGiven", "u2", form="decentralised", opinion="approve")
    )

    assert {"publicity-place"} == refused(office, "2022-01-20", notice("community"))
    assert isinstance(office.act("2022-01-20", notice(place)), Committed)


def test_a_unit_that_was_asked_answers_in_time(office: Office) -> None:
    """S1-029: ten working days from the day on which it was asked; its answer ends them."""
    investigate(office)
    office.act(
        "2022-01-10",
        on_case("InformationDemanded", "u3", from_unit="medical_insurance", due_on="2022-01-24"),
    )
    waiting = owed(office, "2022-01-17")
    office.act("2022-01-20", on_case("LetterEvidenceObtained", "u3", from_unit="medical_insurance"))
    answered = owed(office, "2022-01-21")

    assert "2022-01-24" == waiting["limit-information"].due_on
    assert "limit-information" not in answered


def test_support_ends_for_a_false_statement_that_was_found(office: Office) -> None:
    """S1-029: the ground is refused until the statement is found to be false."""
    approve(office)
    office.act(
        "2022-03-01",
        on_case(
            "TerminationReported", ground="false_statement", by="village", lost_on="2022-03-01"
        ),
        on_case("TerminationAudited", "u2", ground="false_statement", agreed=True),
    )
    end = on_case(
        "TerminationApproved",
        "c3",
        COUNTY,
        ground="false_statement",
        last_month="2022-03",
    )

    assert {"termination-false-statement"} == refused(office, "2022-03-02", end)
    office.act("2022-03-02", on_case("FalseStatementFound", "u3", about="income", by="applicant"))
    office.act("2022-03-02", end)
    assert any(isinstance(e.event, TerminationApproved) for e in office.session.stream(CASE))
