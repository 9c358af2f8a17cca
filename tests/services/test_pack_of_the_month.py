"""An entitlement stands under the pack of the month that it counts from, on both engines.

Facts: F055 (a new standard counts from its day), S4-033 (the standard that the living part rests on).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office
from tests.services.forging import forge
from tests.services.ownpacks import PACK, adopt, write
from tests.services.test_recording import approve, on_case

from aidledger.domain.events.registry import PackAdopted
from aidledger.services.acts import batching
from aidledger.services.decisions.clausehistory import clause_history
from aidledger.services.decisions.explaining import explain
from aidledger.services.decisions.redeciding import redecide
from aidledger.services.ladder.deepcheck import deep_check

OLD, NEW, PARTLY, UNABLE = 112_800, 128_000, 23_500, 47_000
"""Of a month: 1.6 times the old and the new standard, and two levels of nursing."""
FROM_JANUARY = (
    *(('from = "2022-01-01"', 'from = "2023-01-01"'),) * 2,
    ('known_since = "2022-01-04"', 'known_since = "2022-12-05"'),
    ('on = "2022-02-07"', 'on = "2023-02-07"'),
    ('due = "2022-02-14"', 'due = "2023-02-14"'),
)


@pytest.fixture
def risen(office: Office, tmp_path: Path) -> Office:
    """An office with an approved case, whose county has known since December a pack of January."""
    approve(office)
    adopt(office, write(tmp_path, PACK, *FROM_JANUARY), on="2022-12-05")
    return office


def assessed(on: str, level: str = "unable") -> dict[str, Any]:
    return on_case("AbilityAssessed", level=level) | {"effective_on": on}


def anew(on: str) -> dict[str, Any]:
    act = on_case("EntitlementSet", "c1", COUNTY, from_month="2023-01", reason="standard")
    return act | {"effective_on": on}


def months(office: Office) -> list[int]:
    """Return what is due in December and in January."""
    case = office.session.states.case(CASE)
    return [case.entitled_fen(month) for month in ("2022-12", "2023-01")]


def last_pack(office: Office) -> tuple[str, str]:
    """Return the last decision and its pack; each stands when it is taken again."""
    assert all(one.stands for one in redecide(office.session, CASE))
    assert () == deep_check(office.session).findings
    last = explain(office.session, CASE).decisions[-1]
    return last.type, last.pack


@pytest.mark.parametrize("recorded_on", ["2022-12-20", "2023-02-03"])
def test_a_change_before_a_new_pack_is_reckoned_by_the_pack_of_its_month(
    risen: Office, recorded_on: str
) -> None:
    risen.act("2022-12-19", anew("2023-01-01"))
    risen.act(recorded_on, assessed("2022-12-15"))

    assert [OLD + PARTLY, NEW + UNABLE] == months(risen)
    assert ("EntitlementSet", "my-county") == last_pack(risen)
    [*_, before, held] = clause_history(risen.session, CASE, "entitlement-ability").acts
    assert {"my-county"} == {before.pack, held.pack}


def test_what_is_set_for_a_month_to_come_stands_under_the_pack_of_that_month(risen: Office) -> None:
    risen.act("2022-12-19", anew("2022-12-19"))

    assert [OLD + PARTLY, NEW + PARTLY] == months(risen)
    assert ("EntitlementSet", "my-county") == last_pack(risen)


def test_a_month_of_the_pack_before_is_set_anew_under_that(risen: Office) -> None:
    risen.act("2023-01-09", anew("2023-01-09"))
    act = on_case("EntitlementSet", "c1", COUNTY, from_month="2022-12", reason="correction")
    risen.act("2023-01-10", act)

    assert [OLD + PARTLY, NEW + PARTLY] == months(risen)
    assert ("EntitlementSet", "gz-county-2022") == last_pack(risen)


def test_an_approval_keeps_the_pack_of_its_day_and_its_entitlement_has_that_of_its_month(
    office: Office, tmp_path: Path
) -> None:
    from_february = (('from = "2022-01-01"', 'from = "2022-02-01"'),) * 2
    adopt(office, write(tmp_path, PACK, *from_february))
    approve(office)
    shown = {one.type: one.pack for one in explain(office.session, CASE).decisions}

    assert ("gz-county-2022", "my-county") == (shown["ApplicationApproved"], last_pack(office)[1])
    assert NEW + PARTLY == office.session.states.case(CASE).entitled_fen("2022-02")


def test_a_pack_that_is_not_known_yet_decides_nothing(office: Office, tmp_path: Path) -> None:
    approve(office)
    office.act("2022-12-04", assessed("2022-12-01"))
    adopt(office, write(tmp_path, PACK, *FROM_JANUARY), on="2022-12-05")

    assert [OLD + PARTLY, OLD + UNABLE] == months(office)
    assert ("EntitlementSet", "gz-county-2022") == last_pack(office)


def test_a_change_of_a_day_whose_pack_has_no_amounts_counts_by_that_of_its_month(
    office: Office,
) -> None:
    """The county's pack is in force from 2022 on; before it there is the nation's alone."""
    approve(office)
    office.act("2022-01-25", assessed("2021-12-31"))

    # what was assessed in January, before it was recorded, holds for February
    assert OLD + PARTLY == office.session.states.case(CASE).entitled_fen("2022-02")
    assert ("EntitlementSet", "gz-county-2022") == last_pack(office)


def test_where_the_pack_of_the_month_has_no_amounts_that_of_the_day_counts(office: Office) -> None:
    """The county's own ends, and no other is known: before and after it there is the nation's alone."""
    approve(office)
    [adopted] = [
        one.event
        for one in office.session.stream(f"policy/{COUNTY}")
        if isinstance(one.event, PackAdopted) and one.event.pack == "gz-county-2022"
    ]
    ended = msgspec.structs.replace(adopted, in_force_to=date(2022, 12, 31))
    forge(office, f"policy/{COUNTY}", ended)
    office.session._policy = None
    office.act("2022-12-20", assessed("2022-12-15"))
    assert [OLD + PARTLY, OLD + UNABLE] == months(office)
    assert "gz-county-2022" == explain(office.session, CASE).decisions[-1].pack
    assert () == redecide(office.session, CASE)[-1].differences

    office.act("2023-01-20", assessed("2023-01-15", "able"))
    assert OLD + UNABLE == office.session.states.case(CASE).entitled_fen("2023-02")


@pytest.mark.parametrize(
    ("on", "month", "found"),
    [("2022-12-15", "", []), ("2022-11-15", "2023-01", ["pack"])],
    ids=["as releases before recorded it", "of no month that it counts from"],
)
def test_the_pack_of_its_day_stands_and_that_of_another_month_does_not(
    risen: Office, monkeypatch: pytest.MonkeyPatch, on: str, month: str, found: list[str]
) -> None:
    with monkeypatch.context() as other:
        other.setattr(batching, "month_entitled", lambda *_: month)
        risen.act("2022-12-20", assessed(on))
    again = redecide(risen.session, CASE)[-1]

    assert found == [one.kind for one in again.differences]
    assert len(found) == len(deep_check(risen.session).findings)
