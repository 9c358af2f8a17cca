"""Limits moved by hand through the one door: what the pack lets, what it refuses, what `due` says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.cli.shell import aidledger
from tests.domain.people import COUNTY, TOWNSHIP
from tests.services import households as at
from tests.services.conftest import Office

from aidledger.services.cases.due import due
from aidledger.services.cases.running import running_limits
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.problems import RefusedError
from aidledger.store.outcome import Committed

WHOLE, COMPLAINT = "limit-whole", "complaint/520123-2022-0001"
#: Thirty working days from 2022-01-04, over the Spring Festival; fifteen more.
LAST, LAST_EXTENDED = "2022-02-18", "2022-03-11"


@pytest.fixture
def county(office: Office) -> Office:
    """An office with the allowance adopted and one application accepted on 2022-01-04."""
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    at.apply(office)
    return office


def extend(**changes: Any) -> dict[str, Any]:
    """Return the extension of the whole procedure."""
    given = {"extended": 15, "ground": "special_circumstances", "limit": WHOLE}
    return at.on_household("LimitExtended", **{**given, "unit": "working_days", **changes})


def suspend(on: str, **changes: Any) -> dict[str, Any]:
    given = {"ground": "applicant_in_hospital", "limit": WHOLE, "suspended_on": on}
    return at.on_household("LimitSuspended", **{**given, **changes})


def due_of(office: Office, on: str, known_on: str | None = None) -> list[Any]:
    """Return what `due` names."""
    return [*due(office.session, as_of=on, known_on=known_on).items]


def whole(office: Office, on: str, known_on: str | None = None) -> dict[str, Any]:
    """Return what `due` says of the whole procedure, held against what the domain says of it."""
    [item] = [one for one in due_of(office, on, known_on) if one.what == WHOLE]
    [timer] = [
        one
        for one in running_limits(
            office.session,
            at.HOUSEHOLD,
            [
                entry
                for entry in office.session.stream(at.HOUSEHOLD)
                if known_on is None or entry.recorded_at[:10] <= known_on
            ],
            as_of=on,
            known_on=known_on,
        )
        if one.limit.id == WHOLE
    ]
    assert (timer.due_on or None, timer.moved.extended) == (item.due_on, item.extended)
    assert (timer.moved.suspended_since or None) == item.suspended_since
    return {"due_on": item.due_on, "state": item.state, "extended": item.extended}


def refused(office: Office, day: str, item: dict[str, Any]) -> set[str]:
    """Return the clauses that refuse an act."""
    with pytest.raises(RefusedError) as caught:
        office.act(day, item)
    return {str(problem.clause) for problem in caught.value.problems}


def test_the_whole_procedure_is_extended_once_on_its_last_day(county: Office) -> None:
    """C4, F034: 30 working days become 45, as known since; a second time or later they don't."""
    before = whole(county, LAST)
    assert isinstance(county.act(LAST, extend()), Committed)
    after = whole(county, LAST)
    then = whole(county, LAST, known_on="2022-02-17")

    assert {"due_on": LAST, "state": "open", "extended": 0} == before == then
    assert {"due_on": LAST_EXTENDED, "state": "open", "extended": 15} == after
    assert {"limit-extension-once", "limit-extension-length"} == refused(
        county, LAST, extend(extended=1)
    )


@pytest.mark.parametrize(
    ("day", "changes", "clauses"),
    [
        ("2022-02-19", {}, {"limit-extension-in-time"}),
        (LAST, {"extended": 16}, {"limit-extension-length"}),
        (LAST, {"extended": 0}, {"limit-extension-length"}),
        (LAST, {"unit": "days"}, {"limit-extension-length"}),
        (LAST, {"ground": "want_of_staff"}, {"limit-extension-ground"}),
        (LAST, {"limit": "limit-survey-start"}, {"ledger.limit"}),
        (LAST, {"limit": "limit-decision"}, {"ledger.limit"}),
        (LAST, {"limit": "no-such-limit"}, {"ledger.limit"}),
    ],
)
def test_an_extension_is_refused_by_each_rule(
    county: Office, day: str, changes: dict[str, Any], clauses: set[str]
) -> None:
    """C4, F033: a ground that is not listed, too much, too late, a limit that nobody may move."""
    assert clauses == refused(county, day, extend(**changes))


def test_a_stay_in_hospital_stops_the_days_until_they_count_again(county: Office) -> None:
    """C4: while it is suspended the limit has no last day and is not missed."""
    assert isinstance(county.act("2022-01-10", suspend("2022-01-10")), Committed)
    stopped = whole(county, "2022-04-01")

    assert {"due_on": None, "state": "suspended", "extended": 0} == stopped
    assert {"limit-suspension-running"} == refused(county, "2022-01-11", suspend("2022-01-11"))
    county.act("2022-01-24", at.on_household("LimitResumed", limit=WHOLE, resumed_on="2022-01-24"))
    # ten working days did not count
    assert "2022-03-04" == whole(county, "2022-02-21")["due_on"]
    assert {"limit-suspension-ground"} == refused(
        county, "2022-02-21", suspend("2022-02-21", ground="clerk_away")
    )
    assert {"limit-suspension-running"} == refused(county, "2022-03-05", suspend("2022-03-01"))


def test_two_acts_of_one_request_see_each_other(county: Office) -> None:
    """Two extensions in one batch are one too many, whatever the order of writing."""
    with pytest.raises(RefusedError) as caught:
        county.act(LAST, extend(extended=5), extend(extended=5))

    assert {"limit-extension-once"} == {problem.clause for problem in caught.value.problems}


def test_an_answer_is_put_off_once_in_either_way(office: Office) -> None:
    """F093, C15: 60 days, 30 more once, as a complaint or as any limit."""
    received = {"anonymous": True, "channel": "box", "township": TOWNSHIP}
    ways = [
        {"type": "ComplaintExtended", "data": {"days": 30, "ground": "complex"}},
        {
            "type": "LimitExtended",
            "data": {
                "extended": 30,
                "ground": "complex",
                "limit": "limit-complaint-answered",
                "unit": "days",
            },
        },
    ]
    for number, way in enumerate(ways, 1):
        about = {"stream": f"complaint/520123-2022-{number:04d}", "actor": "k1", "office": COUNTY}
        office.act("2022-03-01", {**about, "type": "ComplaintReceived", "data": received})
        office.act("2022-05-05", {**about, **way})
        for again in ways:
            clauses = refused(office, "2022-05-06", {**about, **again})
            assert clauses & {"complaint-extension-once", "limit-extension-once"}
    answered = {
        (item.stream[-4:], item.due_on, item.extended)
        for item in due_of(office, "2022-05-06")
        if item.what == "limit-complaint-answered"
    }

    assert {("0001", "2022-05-30", 30), ("0002", "2022-05-30", 30)} == answered


def test_an_answer_is_reviewed_and_the_review_once_more(office: Office) -> None:
    """F093, C15: each in 30 days; the second is asked for on the very day the first was answered."""
    about = {"stream": "complaint/520123-2022-0009", "actor": "k1", "office": COUNTY}
    kept = {"outcome": "confirmed", "told": True}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("2022-03-01", "ComplaintReceived", {"anonymous": True, "channel": "box", "township": TOWNSHIP}),
        ("2022-03-02", "ComplaintAnswered", {"answered_on": "2022-03-02", "outcome": "explained", "told": True}),
        ("2022-03-18", "ComplaintReviewRequested", {}),
        ("2022-04-18", "ComplaintReviewAnswered", {"answered_on": "2022-04-18", **kept}),
        ("2022-04-18", "ComplaintSecondReviewRequested", {}),
        ("2022-05-18", "ComplaintSecondReviewAnswered", {"answered_on": "2022-05-18", **kept}),
    ]  # fmt: skip
    found = {}
    for day, name, data in steps:
        office.act(day, {**about, "type": name, "data": data})
        if "SecondReview" in name or name == "ComplaintReviewRequested":
            items = [item for item in due_of(office, day) if item.stream == about["stream"]]
            found[name] = {(item.what, item.due_on) for item in items if "review" in item.what}

    assert {
        "ComplaintReviewRequested": {("limit-complaint-review", "2022-04-18")},
        "ComplaintSecondReviewRequested": {("limit-complaint-second-review", "2022-05-18")},
        "ComplaintSecondReviewAnswered": set(),
    } == found
    columns, rows = read_model(office.session, "complaints", as_of=date(2022, 6, 1))
    row = next(row for row in (dict(zip(columns, one, strict=True)) for one in rows)
               if row["stream"] == about["stream"])  # fmt: skip

    assert ("confirmed", "2022-04-18", "confirmed", "2022-05-18") == (
        row["review_outcome"],
        row["second_review_asked_on"],
        row["second_review_outcome"],
        row["second_review_answered_on"],
    )


def test_people_read_of_it_in_due_and_on_the_sheet(county: Office) -> None:
    """C4: extended by how much, suspended since when."""
    county.act("2022-02-17", extend())
    ledger = ("--ledger", county.location)
    sheet = aidledger(*ledger, "case", "show", at.HOUSEHOLD, "--as-of", "2022-02-18")
    zh = aidledger(*ledger, "--lang", "zh", "due", "--as-of", "2022-02-18")
    county.act("2022-02-18", suspend("2022-02-21"))
    stopped = aidledger(*ledger, "case", "show", at.HOUSEHOLD, "--as-of", "2022-02-21")
    both = aidledger(*ledger, "due", "--as-of", "2022-02-21")
    entries = aidledger(*ledger, "case", "history", at.HOUSEHOLD)

    assert f"{LAST_EXTENDED}, extended by 15 working days" in sheet.out
    assert "已延长" in zh.out
    assert "suspended since 2022-02-21" in stopped.out
    assert "suspended" in both.out
    assert "limit extended" in entries.out
    assert "limit suspended" in entries.out
    assert 0 == sheet.code == zh.code == stopped.code == both.code == entries.code
