"""Persons without an identity number (newborns, children never registered) are persons of their own."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.people import COUNTY, TOWNSHIP, VILLAGE
from tests.services import households as at
from tests.services.conftest import Office
from tests.services.households import HOUSEHOLD, on_household

from aidledger.domain.events.care import CarerRegistered
from aidledger.domain.events.helping import GuardianRecorded
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.ladder.vaultcheck import check_vault
from aidledger.services.problems import RefusedError

BORN = "2022-02-10"


@pytest.fixture
def home(office: Office) -> Office:
    """A household of three that has the allowance."""
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    at.investigate(office)
    at.approve(office)
    return office


def child(name: str, change: str = "born", on: str = BORN, stream: str = HOUSEHOLD) -> Any:
    given: Any = {"birth_on": BORN, "change": change, "changed_on": on, "relation": "child"}
    return on_household(
        "HouseholdMemberChanged", stream=stream, personal={"name": name} if name else {}, **given
    )


def application(stream: str, name: str, birth_on: str = "2015-03-04") -> Any:
    given: Any = {"area": "rural", "birth_on": birth_on, "programme": "tekun", "route": "self"}
    return on_household(
        "ApplicationSubmitted",
        stream=stream,
        township=TOWNSHIP,
        village=VILLAGE,
        personal={"name": name},
        **given,
    )


def due(office: Office, month: str) -> int:
    return office.session.states.case(HOUSEHOLD).payable_fen(month)


def test_twins_without_a_number_are_two(home: Office) -> None:
    """S4-023: they were taken for one person, and the household was paid for one of them."""
    before = due(home, "2022-03")
    home.act("2022-02-12", child("石大双"))
    one = due(home, "2022-03")
    home.act("2022-02-12", child("石小双"))

    assert (70_500, 70_500) == (one - before, due(home, "2022-03") - one)


def test_said_again_or_gone_it_is_the_same_child(home: Office) -> None:
    before = due(home, "2022-03")
    home.act("2022-02-12", child("石大双"))
    home.act("2022-02-13", child(" 石大双 "))

    assert 70_500 == due(home, "2022-03") - before
    home.act("2022-03-05", child("石大双", "left", "2022-03-05"))
    assert before == due(home, "2022-04")


def test_a_child_that_an_older_entry_knows_by_no_token_can_leave(home: Office) -> None:
    before = due(home, "2022-03")
    home.act("2022-02-12", child("石大双"))
    (born,) = [
        e.position for e in home.session.stream(HOUSEHOLD) if e.effective_on == "2022-02-12"
    ][:1]
    as_before: Any = {"field": "person", "value": f'"{UNKNOWN_PERSON}"', "position": born}
    why: Any = {"authority": "county", "reason": "as it stood in entries of before"}
    home.act("2022-02-13", on_household("EntryCorrected", "c1", COUNTY, **as_before, **why))
    assert UNKNOWN_PERSON in {
        m.person for m in home.session.states.case(HOUSEHOLD).household.members
    }
    home.act("2022-03-05", child("石大双", "left", "2022-03-05"))

    assert before == due(home, "2022-04")


def test_two_applicants_without_a_number_are_not_one_person(office: Office) -> None:
    """F005, F006, F021 to F027: eight rules took them for one, and accused both."""
    streams = [f"case/520123-2022-00080{number}" for number in (1, 2)]
    office.act("2022-02-12", *(application(one, "石小禾") for one in streams))
    applicants = {office.session.states.case(one).applicant for one in streams}

    assert 2 == len(applicants - {UNKNOWN_PERSON})


def test_children_that_a_township_knows_are_counted_one_by_one(office: Office) -> None:
    """S4-008: without a number they were one child."""
    known: Any = {"birth_on": "2015-03-04", "kind": "left_behind"}
    place = {"township": TOWNSHIP, "village": VILLAGE}
    for number, name in enumerate(("石一", "石二")):
        recorded = on_household(
            "ChildRecorded", stream=f"resident/{number}", personal={"name": name}, **known, **place
        )
        office.act("2022-02-12", recorded)
    columns, rows = read_model(office.session, "children")

    assert [2] == [row[columns.index("children")] for row in rows]


def test_a_category_of_nobody_is_refused(home: Office) -> None:
    """It would count for no member, and the supplement would be missing without a word."""
    nobody = on_household(
        "CategoryRecorded", from_on=BORN, number="k9", personal={"category": "seriously_ill"}
    )
    with pytest.raises(RefusedError) as refused:
        home.act("2022-02-12", nobody)
    assert ["personal.identity_number"] == [one.field for one in refused.value.problems]

    home.act("2022-02-12", child("石大双"))
    before = due(home, "2022-03")
    token = home.session.states.case(HOUSEHOLD).household.members[-1].person
    home.act("2022-02-12", {**nobody, "data": {**nobody["data"], "person": token}})
    assert 21_150 == due(home, "2022-03") - before
    columns, rows = read_model(home.session, "households")
    assert 1 == [row[columns.index("person")] for row in rows].count(token)


def test_two_guardians_without_a_number_are_two(home: Office) -> None:
    """Said of the second, it stood in the place of the first; said again of one, it still does."""
    for name, kind in (("石大伯", "guardian"), ("石大婶", "entrusted"), ("石大伯", "maintainer")):
        given: Any = {"from_on": "2022-02-12", "kind": kind, "personal": {"name": name}}
        home.act("2022-02-12", on_household("GuardianRecorded", **given))
    kinds = [one.kind for one in home.session.states.case(HOUSEHOLD).standing.guardians]

    assert ["entrusted", "maintainer"] == sorted(kinds)


def test_a_guardian_whom_an_older_entry_knows_by_no_token_can_cease(home: Office) -> None:
    given: Any = {"from_on": "2022-02-12", "kind": "guardian", "personal": {"name": "石大伯"}}
    home.act("2022-02-12", on_household("GuardianRecorded", **given))
    (said,) = [
        e.position for e in home.session.stream(HOUSEHOLD) if isinstance(e.event, GuardianRecorded)
    ]
    as_before: Any = {"field": "guardian", "value": f'"{UNKNOWN_PERSON}"', "position": said}
    why: Any = {"authority": "county", "reason": "as it stood in entries of before"}
    home.act("2022-02-13", on_household("EntryCorrected", "c1", COUNTY, **as_before, **why))
    home.act("2022-03-05", on_household("GuardianRecorded", **given, to_on="2022-03-05"))

    assert ["2022-03-05"] == [
        one.to_on for one in home.session.states.case(HOUSEHOLD).standing.guardians
    ]


def test_to_erase_a_carer_without_a_number_leaves_the_others(office: Office) -> None:
    """All carers without a number, agencies too, had one key: it went with the first."""
    kept: Any = {"kind": "person", "township": TOWNSHIP}
    for number in (1, 2):
        registered = on_household(
            "CarerRegistered",
            stream=f"carer/520123-000{number}",
            personal={"name": f"护理{number}", "phone": f"1390013900{number}"},
            **kept,
        )
        office.act("2022-02-12", registered)
    first, second = (carer(office, f"carer/520123-000{number}") for number in (1, 2))
    again = on_household("CarerRegistered", stream="carer/520123-0001", **kept)
    office.act("2022-02-13", again)
    assert first.person == carer(office, "carer/520123-0001").person
    gone: Any = {"person": first.person, "authority": "county"}
    office.act("2022-03-01", on_household("PersonErased", stream=f"person/{first.person}", **gone))

    assert first.person != second.person
    assert [] == check_vault(office.session)[0]
    (left,) = [
        e.sealed["name"] for e in office.session.stream("carer/520123-0002") if "name" in e.sealed
    ]
    assert office.session.vault is not None
    assert {left: "护理2"} == office.session.vault.open_many([left])


def carer(office: Office, stream: str) -> CarerRegistered:
    *_, event = (entry.event for entry in office.session.stream(stream))
    assert isinstance(event, CarerRegistered)
    return event


def test_who_an_officer_is_or_who_looks_for_work_is_nobody_is_refused(home: Office) -> None:
    """Two officers identified as nobody were one person, who may not do what two must."""
    work: Any = {"able": True, "willing": True, "register": "registered_unemployed"}
    looking = on_household("EmploymentRegistered", registered_on="2022-02-12", **work)
    officer = on_household("ActorIdentified", stream=f"registry/{COUNTY}")
    for act in (looking, {**officer, "data": {"actor": "u7"}}):
        with pytest.raises(RefusedError) as refused:
            home.act("2022-02-12", act)

        assert ["personal.identity_number"] == [one.field for one in refused.value.problems]


@pytest.mark.parametrize("whose", ["guardian", "child"])
def test_a_guardian_is_erased_alone_and_so_is_the_child(office: Office, whose: str) -> None:
    """The guardian's values lay under the child's key: they went with it, and could not go without it."""
    stream = "case/520123-2022-000801"
    given: Any = {"from_on": "2022-02-12", "kind": "guardian", "personal": {"name": "石大伯"}}
    guarded = on_household("GuardianRecorded", stream=stream, **given)
    office.act("2022-02-12", application(stream, "石小禾"), guarded)
    case = office.session.states.case(stream)
    (guardian,) = case.standing.guardians
    person = {"guardian": guardian.guardian, "child": case.applicant}[whose]
    gone: Any = {"person": person, "authority": "county"}
    office.act("2022-03-01", on_household("PersonErased", stream=f"person/{person}", **gone))
    applied, said = office.session.stream(stream)
    assert office.session.vault is not None
    left = office.session.vault.open_many([applied.sealed["name"], said.sealed["name"]])

    assert {"guardian": ["石小禾"], "child": ["石大伯"]}[whose] == [*left.values()]
    assert [] == check_vault(office.session)[0]
