"""What the page and the explanation of a case tell of decisions taken back, and of money where nothing is due by month."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import aidledger, on
from tests.domain.people import CASE, COUNTY
from tests.services import households as at
from tests.services.conftest import Office, opened
from tests.services.test_recording import approve, on_case
from tests.services.test_temporary import FIRE, applies, helps, pays

WHY = {"authority": "county head", "reason": "found out"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    yield from opened(str(tmp_path / "ledger.sqlite"))


def positions(office: Office, name: str, stream: str = CASE) -> list[int]:
    return [e.position for e in office.session.stream(stream) if type(e.event).__name__ == name]


def asked(office: Office, *words: str) -> Any:
    return on(Path(office.location), "case", *words)


def test_an_explanation_tells_what_was_annulled_and_corrected(office: Office) -> None:
    """A decision that was taken back was left out without a word; a corrected sum stood as it was."""
    approve(office)
    (approval,) = positions(office, "ApplicationApproved")
    (entitlement,) = positions(office, "EntitlementSet")
    amended = (
        on_case("EntryAnnulled", "c1", COUNTY, position=approval, **WHY),
        on_case(
            "EntryCorrected",
            "c1",
            COUNTY,
            position=entitlement,
            field="monthly_fen",
            value="100000",
            **WHY,
        ),
    )
    office.act("2022-05-10", *amended)
    (annulment,), (correction,) = (
        positions(office, "EntryAnnulled"),
        positions(office, "EntryCorrected"),
    )
    found = asked(office, "explain", CASE, "--json").object
    told = asked(office, "explain", CASE).out

    assert approval not in [one["position"] for one in found["decisions"]]
    assert [approval] == [one["position"] for one in found["annulled"]]
    assert f"annulled by {annulment}" in told
    assert f"monthly_fen corrected by {correction}" in told
    assert (
        told.index("review opinion given")
        < told.index(f"{approval} · ")
        < told.index(f"{entitlement} · ")
    )
    before = asked(office, "explain", CASE, "--known-on", "2022-05-09", "--json").object
    assert [] == before["annulled"]
    assert approval in [one["position"] for one in before["decisions"]]


def test_what_an_annulled_decision_overrode_is_not_told_of_the_next(office: Office) -> None:
    approve(office)
    waived = {"clause": "decision-once", "reason": "again", "authority": "county"}
    again = on_case(
        "ApplicationApproved", "c1", COUNTY, form="decentralised", from_month="2022-02", limb="age"
    )
    office.act("2022-01-20", {**again, "despite": [waived]})
    annulled = positions(office, "ApplicationApproved")[-1]
    office.act("2022-05-10", on_case("EntryAnnulled", "c1", COUNTY, position=annulled, **WHY))
    found = asked(office, "explain", CASE, "--json").object

    assert [["decision-once"]] == [one["overridden"] for one in found["annulled"]]
    assert {()} == {tuple(one["overridden"]) for one in found["decisions"]}


def test_a_case_whose_approval_was_annulled_still_tells_what_it_was_paid(office: Office) -> None:
    """The page of a case without an approval said nothing of money, whatever was paid."""
    approve(office)
    paid = {"account": "a" + "0" * 32, "amount_fen": 136300, "month": "2022-02", "run": "run/2"}
    office.act("2022-02-08", on_case("PaymentIssued", "b1", "bank", **paid, paid_on="2022-02-08"))
    (approval,) = positions(office, "ApplicationApproved")
    office.act("2022-05-10", on_case("EntryAnnulled", "c1", COUNTY, position=approval, **WHY))
    told = asked(office, "show", CASE).out

    assert "1 line, 1,363.00 yuan" in told
    assert "due a month" not in told


def test_the_page_of_help_once_tells_what_was_granted_and_paid(office: Office) -> None:
    at.adopt(office, "cn-temporary-2018", "gz-temporary-2022")
    applies(office)
    office.act("2022-02-22", helps(200_000))
    granted = asked(office, "show", FIRE).out
    pays(office, 200_000)
    paid = asked(office, "show", FIRE).out

    assert "2,000.00 yuan" in granted
    assert "1 line, 2,000.00 yuan" in paid


def test_the_page_tells_who_granted_help_and_in_which_way(office: Office) -> None:
    """Help in goods was on no page, and nothing but the timeline named who had decided."""
    at.adopt(office, "cn-temporary-2018", "gz-temporary-2022")
    applies(office)
    help_in_goods = helps(200_000)
    help_in_goods["data"] |= {"way": "goods"}
    office.act("2022-02-22", help_in_goods)
    (granted,) = positions(office, "HelpGranted", FIRE)
    who = f"{help_in_goods['actor']} ({help_in_goods['office']})"
    line = f"2022-02-22 by {who} · 2,000.00 yuan · goods"

    assert line in " ".join(asked(office, "show", FIRE).out.split())
    office.act("2022-03-01", on_case("EntryAnnulled", position=granted, **WHY) | {"stream": FIRE})
    assert "goods" not in asked(office, "show", FIRE).out


def test_the_page_tells_who_ended_the_support(office: Office) -> None:
    approve(office)
    told = on_case("TerminationReported", by="village", ground="own_wish", lost_on="2022-03-18")
    over = on_case("TerminationApproved", "c1", COUNTY, ground="own_wish", last_month="2022-03")
    by = {"clause": "termination-audited", "reason": "x", "authority": "x"}
    office.act("2022-03-20", told, over | {"despite": [by]})

    assert f"2022-03-20 by c1 ({COUNTY})" in asked(office, "show", CASE).out


def test_school_that_is_over_is_not_told_as_if_it_lasted(office: Office) -> None:
    approve(office)
    school = on_case("EnrolmentRecorded", from_on="2021-09-01", to_on="2022-06-30", stage="high")
    office.act("2022-02-08", school)
    during = asked(office, "show", CASE, "--as-of", "2022-06-30").out
    after = asked(office, "show", CASE, "--as-of", "2022-07-01").out

    assert "in school" in during
    assert "in school" not in after


def test_a_household_is_told_by_its_members_and_none_by_name(office: Office) -> None:
    """Nothing on the page said who lives on the allowance."""
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    at.investigate(office)
    at.approve(office)
    gone: Any = {"birth_on": at.SPOUSE, "change": "left", "changed_on": "2022-02-20"}
    (spouse,) = [
        one.person
        for one in office.session.states.case(at.HOUSEHOLD).household.members
        if one.relation == "spouse"
    ]
    office.act(
        "2022-02-20",
        at.on_household("HouseholdMemberChanged", **gone, person=spouse, relation="spouse"),
    )
    told = asked(office, "show", at.HOUSEHOLD).out
    section = told.split("Household\n")[1].split("\n\n")[0].splitlines()
    members = asked(office, "show", at.HOUSEHOLD, "--json").object["members"]

    assert ["head", "spouse", "child"] == [line.split()[0] for line in section]
    assert section[1].endswith("from 2022-01-04 · to 2022-02-20")
    assert {"person", "relation", "from_on", "to_on", "covered"} == {*members[0]}
    assert [None, "2022-02-20", None] == [one["to_on"] for one in members]
    assert "Household" not in asked(office, "show", at.HOUSEHOLD, "--as-of", "2022-01-03").out


def test_in_chinese_an_amount_is_explained_by_the_texts_of_its_parts(office: Office) -> None:
    approve(office)
    told = aidledger("--ledger", office.location, "--lang", "zh", "case", "explain", CASE).out

    assert "基本生活标准：城市低保标准的1.6倍（living）: 1128.00" in told.replace("\n    ", "")


def test_an_explanation_names_what_was_learned_only_after_the_decision(office: Office) -> None:
    """An investigator asks what the office could know; a death of a day before it was told by nothing."""
    approve(office)
    (approval,) = positions(office, "ApplicationApproved")
    decided = office.session.stream(CASE)[-1].effective_on
    death = on_case("DeathRecorded", "c1", COUNTY, died_on="2022-01-10", source="hospital")
    office.act("2022-05-10", {**death, "effective_on": "2022-01-10"})
    office.act("2022-05-11", on_case("VisitMade", visitor="u3"))
    (position,) = positions(office, "DeathRecorded")
    found = asked(office, "explain", CASE, "--json").object["decisions"]
    learned = {one["position"]: one["learned"] for one in found}[approval]
    before = asked(office, "explain", CASE, "--known-on", "2022-05-09", "--json").object

    assert decided > "2022-01-10"
    assert [(position, "DeathRecorded", "2022-01-10", "2022-05-10")] == [
        (one["position"], one["type"], one["on"], one["known_since"]) for one in learned
    ]
    assert not any(one["learned"] for one in before["decisions"])
    for lang, mark in (("en", "known since 2022-05-10"), ("zh", "2022-05-10 起才知道")):
        told = aidledger("--ledger", office.location, "--lang", lang, "case", "explain", CASE).out
        assert mark in " ".join(told.split())
