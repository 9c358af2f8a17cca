"""What one person holds in other cases, as a decision asks for it (C17, F026, F027)."""

from __future__ import annotations

from typing import Any

from tests.domain.people import COUNTY, TOWNSHIP, VILLAGE, identity_number
from tests.services import households as at
from tests.services.conftest import Office
from tests.services.households import CHILD, HEAD, HOUSEHOLD, on_household

from aidledger.domain.asked.person import PersonFacts
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.services.acts.sealing import token_of
from aidledger.services.session import open_session

OTHER = "case/520123-2022-000102"
STRANGE = "case/520123-2022-000103"
ON = "2022-01-05"


def applies(birth_on: str, stream: str, programme: str) -> dict[str, Any]:
    """Return an application by whom was born on a day."""
    return on_household(
        "ApplicationSubmitted",
        stream=stream,
        area="rural",
        birth_on=birth_on,
        programme=programme,
        route="self",
        township=TOWNSHIP,
        village=VILLAGE,
        personal={"name": "石林秀", "identity_number": identity_number(birth_on)},
    )


def streams(office: Office, stream: str) -> list[str]:
    """Return the streams of the other cases."""
    return [one.stream for one in office.session.states.others(stream, ON)]


def test_the_other_cases_of_an_applicant_and_of_a_member_are_found(office: Office) -> None:
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    office.act(ON, applies(CHILD, OTHER, "orphan"), applies("1950-01-01", STRANGE, "tekun"))

    assert streams(office, OTHER) == [HOUSEHOLD]
    assert streams(office, HOUSEHOLD) == []
    assert streams(office, STRANGE) == []
    with open_session(office.location, read_only=True) as reader:
        assert [one.stream for one in reader.states.others(OTHER, ON)] == [HOUSEHOLD]


def test_a_member_who_left_is_no_longer_about_the_person(office: Office) -> None:
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    office.act(ON, applies(CHILD, OTHER, "orphan"))
    assert streams(office, OTHER) == [HOUSEHOLD]
    office.act(ON, at.member(CHILD, "child", "left", ON))

    assert streams(office, OTHER) == []


def test_a_case_that_another_batch_or_correction_brings_is_found(office: Office) -> None:
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    office.act(ON, applies(HEAD, OTHER, "orphan"))
    assert streams(office, OTHER) == []
    at.apply(office)
    assert streams(office, OTHER) == [HOUSEHOLD]

    office.act(ON, applies("1950-01-01", STRANGE, "tekun"))
    position = office.session.stream(STRANGE)[0].position
    office.act(
        ON,
        {
            "type": "EntryCorrected",
            "stream": STRANGE,
            "actor": "c1",
            "office": COUNTY,
            "data": {
                "authority": "x",
                "field": "applicant",
                "position": position,
                "reason": "x",
                "value": f'"{token_of(office.session, identity_number(HEAD))}"',
            },
        },
    )
    assert streams(office, OTHER) == [HOUSEHOLD, STRANGE]


def test_the_cases_before_an_entry_know_nothing_that_came_after(office: Office) -> None:
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    office.act(ON, applies(HEAD, OTHER, "temporary"))
    case = office.session.states.case(OTHER)
    granted = on_household("StatementFiled", covers=["livelihood"], true_declared=True)
    office.act(ON, granted)
    position = office.session.stream(HOUSEHOLD)[-1].position

    (before,) = office.session.states.others_before(case, position, ON)
    (after,) = office.session.states.others_before(case, position + 1, ON)
    assert before.standing.stated == frozenset()
    assert after.standing.stated == {"livelihood"}
    assert office.session.states.others_before(case, 0, ON) == ()


def test_the_facts_of_a_person_name_programmes_that_wait(office: Office) -> None:
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    office.act(ON, applies(CHILD, OTHER, "orphan"))
    case = office.session.states.case(OTHER)
    facts = PersonFacts(case, office.session.states.others(OTHER, ON), on=ON)

    assert facts["applied_programmes"] == ["dibao"]
    assert facts["supported_programmes"] == []
    assert dict(facts) == {
        "applied_programmes": ["dibao"],
        "supported_programmes": [],
        "entitled_programmes": [],
        "given_up": [],
        "rostered_programmes": [],
        "recognised": [],
        "grants": [],
        "recognitions": [],
        "allowance_per_head_fen": -1,
        "allowance_full": False,
        "allowance_on": "",
    }


def test_applicants_without_a_number_are_not_one_person(office: Office) -> None:
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    for stream in (OTHER, STRANGE):
        application = applies("1950-01-01", stream, "tekun")
        application["personal"] = {"name": application["personal"]["name"]}
        office.act(ON, application)
        (filed,) = [entry.position for entry in office.session.stream(stream)]
        as_before = {"field": "applicant", "value": f'"{UNKNOWN_PERSON}"', "position": filed}
        why = {"authority": "county", "reason": "as it stood in entries of before"}
        amends = {"type": "EntryCorrected", "stream": stream, "data": as_before | why}
        assert streams(office, stream) == []
        office.act(ON, amends)

    assert (
        office.session.states.case(OTHER).applicant == office.session.states.case(STRANGE).applicant
    )
    assert streams(office, OTHER) == []
    assert streams(office, STRANGE) == []
