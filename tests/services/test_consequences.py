"""An approval is annulled after three paid months: all that followed is named, and put right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.shell import aidledger
from tests.domain.people import CASE, COUNTY, TOWNSHIP
from tests.services.conftest import Office
from tests.services.test_recording import approve, on_case

from aidledger.domain.events.decision import ApplicationApproved
from aidledger.domain.events.support import EntitlementSet
from aidledger.services.acts.proposals import read_proposals
from aidledger.services.acts.recording import record
from aidledger.services.cases.consequences import Consequences, consequences
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.ladder.closingcheck import check_closings
from aidledger.services.payments.closing import close_month, supplement_month
from aidledger.services.problems import ServiceError
from aidledger.store.outcome import Committed

MONTHS = ("2022-02", "2022-03", "2022-04")
DUE = 136_300
ELSEWHERE = "520123099"


def said(office: Office, day: str, *items: dict[str, Any]) -> list[int]:
    """Record, and return the positions."""
    outcome = office.act(day, *items)
    assert isinstance(outcome, Committed)
    return list(range(outcome.receipt.position, outcome.receipt.size))


def pay(office: Office, month: str) -> list[int]:
    """Roster and pay a month; return both positions."""
    run, day = f"run/{month}", f"{month}-10"
    opened = {"type": "PayRunOpened", "stream": run, "actor": "u2"}
    said(office, day, {**opened, "data": {"fund": "fund/tekun-2022", "month": month}})
    line: dict[str, Any] = {
        "account": office.session.states.case(CASE).account,
        "amount_fen": DUE,
        "month": month,
        "run": run,
    }
    return said(
        office,
        day,
        on_case("PaymentRostered", "u2", **line),
        on_case("PaymentIssued", "bank", "bank", **line, paid_on=day),
    )


def show(office: Office, month: str, place: str, letter: str, day: str = "") -> int:
    """Publish a list of a month's payments somewhere."""
    day = day or f"{month}-12"
    data = {
        "as_of": day,
        "file": letter * 64,
        "kind": "payments",
        "month": month,
        "place": place,
        "rows": 3,
    }
    [position] = said(
        office, day, {"type": "ListPublished", "stream": "list/payments", "data": data}
    )
    return position


class Lived:
    """An approved case with three paid months, lists and one closed month."""

    def __init__(self, office: Office) -> None:
        approve(office)
        events = office.session.stream(CASE)
        self.approval = next(e.position for e in events if isinstance(e.event, ApplicationApproved))
        self.entitlements = [e.position for e in events if isinstance(e.event, EntitlementSet)]
        self.paid: list[int] = []
        self.lists: list[int] = []
        for number, month in enumerate(MONTHS):
            self.paid += pay(office, month)
            self.lists.append(show(office, month, TOWNSHIP, "bcd"[number]))
        show(office, "2022-03", ELSEWHERE, "e", "2022-04-12")
        show(office, "2022-01", TOWNSHIP, "f", "2022-04-12")
        said(office, "2022-04-20", on_case("VisitMade", visitor=f"{TOWNSHIP}-u1"))
        closed = close_month(office.session, MONTHS[0], actor="f1", office=f"{COUNTY}-fin")
        assert isinstance(closed, Committed)
        self.closed = closed.receipt.position

    @property
    def everything(self) -> list[int]:
        return sorted([*self.entitlements, *self.paid, *self.lists, self.closed])


def annul(office: Office, position: int, day: str = "2022-05-10") -> int:
    """Annul an entry of the case."""
    data = {"authority": "county head", "position": position, "reason": "false papers"}
    [at] = said(office, day, on_case("EntryAnnulled", "c1", COUNTY, **data))
    return at


def recovered(fen: int, month: str) -> dict[str, Any]:
    """Return that money of a month came back."""
    return on_case("PaymentRecovered", "bank", "bank", amount_fen=fen, month=month, reason="x")


def record_all(office: Office, found: Consequences) -> None:
    """Record the proposals as their lines say, as `record` would."""
    lines = [msgspec.json.encode(one) for one in found.proposals]
    office.at("2022-05-11")
    outcome = record(office.session, read_proposals(lines), cause="put-right")
    assert isinstance(outcome, Committed)


def test_an_approval_annulled_after_three_months_names_all_and_is_put_right(
    office: Office,
) -> None:
    lived = Lived(office)
    before = consequences(office.session, CASE, lived.approval)
    at = annul(office, lived.approval)
    found = consequences(office.session, CASE, lived.approval)
    by = {one.position: one for one in found.followed}

    assert ("stands", None, (), 0) == (
        before.state,
        before.amendment,
        before.proposals,
        before.to_recover_fen,
    )
    assert lived.everything == [one.position for one in before.followed] == list(by)
    assert {("stands", False)} == {(one.state, one.open) for one in before.followed}
    assert ("annulled", 3 * DUE) == (found.state, found.to_recover_fen)
    assert found.amendment is not None
    assert (at, "county head", "false papers") == (
        found.amendment.position,
        found.amendment.authority,
        found.amendment.reason,
    )
    assert not found.is_done
    assert {lived.closed} == {p for p, one in by.items() if not one.open}
    assert {1, 2, 3, 4} == {one.depth for one in found.followed}
    assert sorted(
        [("EntryAnnulled", None)] * len(lived.entitlements)
        + [("RecoveryOrdered", 3 * DUE)]
        + [("ListWithdrawn", None)] * 3,
        key=str,
    ) == sorted(((one["type"], one["data"].get("amount_fen")) for one in found.proposals), key=str)

    [order] = [one["data"] for one in found.proposals if one["type"] == "RecoveryOrdered"]
    assert ("2022-02", "2022-04", "2022-05-10") == (
        order["from_month"],
        order["to_month"],
        order["due_on"],
    )
    record_all(office, found)
    ordered = consequences(office.session, CASE, lived.approval)

    assert {"ordered"} == {one.state for one in ordered.followed if one.kind == "payment"}
    assert (False, (), 3 * DUE) == (ordered.is_done, ordered.proposals, ordered.to_recover_fen)
    for month in MONTHS:
        said(office, "2022-05-20", recovered(DUE, month))
    after = consequences(office.session, CASE, lived.approval)
    states = {one.kind: one.state for one in after.followed}

    assert after.is_done
    assert ((), 0) == (after.proposals, after.to_recover_fen)
    assert lived.everything == [one.position for one in after.followed]
    assert {
        "closed_month": "stands",
        "entitlement": "annulled",
        "list": "withdrawn",
        "payment": "recovered",
        "roster_line": "recovered",
    } == states
    assert 0 == office.session.states.case(CASE).paid_fen
    assert [] == check_closings(office.session.store)


def test_what_an_annulled_approval_left_behind_is_owed_no_more(office: Office) -> None:
    """Its entitlements stand until they are annulled too; `arrears` said that each month was owed."""
    lived = Lived(office)
    annul(office, lived.approval)
    office.act("2022-06-01", on_case("VisitMade", visitor="u3", form="phone", normal=True))
    columns, rows = read_model(office.session, "arrears")
    owed = {row[columns.index("month")]: row[columns.index("arrears_fen")] for row in rows}
    case = office.session.states.case(CASE)
    cases, states = read_model(office.session, "case_state")

    assert lived.entitlements == [
        e.position for e in office.session.stream(CASE) if isinstance(e.event, EntitlementSet)
    ]
    assert 0 == case.payable_fen("2022-06")
    assert [0] == [row[cases.index("monthly_fen")] for row in states]
    assert dict.fromkeys(MONTHS, -DUE) == {m: fen for m, fen in owed.items() if fen}


def test_as_known_on_an_earlier_day_nothing_is_annulled(office: Office) -> None:
    lived = Lived(office)
    annul(office, lived.approval)
    then = consequences(office.session, CASE, lived.approval, known_on="2022-05-09")
    earlier = consequences(office.session, CASE, lived.approval, known_on="2022-02-10")

    assert ("stands", (), True) == (then.state, then.proposals, then.is_done)
    assert lived.everything == [one.position for one in then.followed]
    assert [*lived.entitlements, *lived.paid[:2]] == [one.position for one in earlier.followed]


def test_a_payment_annulled_takes_its_list_down_and_supplements_its_month(office: Office) -> None:
    lived = Lived(office)
    annul(office, lived.paid[1])
    found = consequences(office.session, CASE, lived.paid[1])

    assert [lived.lists[0], lived.closed] == [one.position for one in found.followed]
    assert ["ListWithdrawn", "PaymentMonthSupplemented"] == [one["type"] for one in found.proposals]

    record_all(office, found)
    after = consequences(office.session, CASE, lived.paid[1])

    assert after.is_done
    assert ["withdrawn", "supplemented"] == [one.state for one in after.followed]
    assert [] == check_closings(office.session.store)
    with pytest.raises(ServiceError, match="amended, found none"):
        supplement_month(office.session, MONTHS[0], actor="f1", office=COUNTY)


def test_a_lower_entitlement_asks_only_for_the_rest(office: Office) -> None:
    lived = Lived(office)
    data = {"authority": "county head", "field": "monthly_fen", "reason": "typing error"}
    said(
        office,
        "2022-05-10",
        on_case(
            "EntryCorrected",
            "c1",
            COUNTY,
            position=lived.entitlements[0],
            value="112800",
            **data,
        ),
    )
    found = consequences(office.session, CASE, lived.entitlements[0])

    assert ("corrected", 3 * 23_500) == (found.state, found.to_recover_fen)
    assert [3 * 23_500] == [
        one["data"]["amount_fen"] for one in found.proposals if one["type"] == "RecoveryOrdered"
    ]


def test_what_was_ordered_in_part_is_proposed_for_the_rest_and_what_is_waived_is_settled(
    office: Office,
) -> None:
    """S4-115, F097: an order stands beside the money: less of it came, and the rest was given up."""
    lived = Lived(office)
    annul(office, lived.approval)
    order = {"due_on": "2022-06-30", "from_month": "2022-02", "to_month": "2022-04", "reason": "x"}
    said(office, "2022-05-11", on_case("RecoveryOrdered", "c1", COUNTY, amount_fen=DUE, **order))
    found = consequences(office.session, CASE, lived.approval, recover_by="2022-07-31")
    [rest] = [one["data"] for one in found.proposals if one["type"] == "RecoveryOrdered"]

    assert (2 * DUE, "2022-07-31") == (rest["amount_fen"], rest["due_on"])
    record_all(office, found)
    said(office, "2022-05-20", recovered(DUE, "2022-02"))
    given_up = {"amount_fen": 2 * DUE, "authority": "d-1", "reason": "died_poor"}
    said(office, "2022-05-21", on_case("RecoveryWaived", "c1", COUNTY, **given_up))
    after = consequences(office.session, CASE, lived.approval)

    assert (True, 0, ()) == (after.is_done, after.to_recover_fen, after.proposals)
    assert {"recovered", "waived"} == {one.state for one in after.followed if one.kind == "payment"}


def test_an_annulment_that_is_annulled_brings_nothing_back(office: Office) -> None:
    """An annulment stays, in the fold, in the chain and in the views; a correction can be undone."""
    lived = Lived(office)
    at = annul(office, lived.approval)
    before = office.session.states.case(CASE)
    annul(office, at, "2022-05-11")
    found = consequences(office.session, CASE, lived.approval)
    data = {"authority": "county head", "field": "monthly_fen", "reason": "typing error"}
    [corrected] = said(
        office,
        "2022-05-12",
        on_case(
            "EntryCorrected", "c1", COUNTY, position=lived.entitlements[0], value="112800", **data
        ),
    )
    mid = consequences(office.session, CASE, lived.entitlements[0]).state
    annul(office, corrected, "2022-05-13")
    after = consequences(office.session, CASE, lived.entitlements[0])
    columns, rows = read_model(office.session, "case_state")
    [row] = [dict(zip(columns, one, strict=True)) for one in rows]

    assert ("annulled", at) == (found.state, found.amendment and found.amendment.position)
    assert not found.is_done
    assert before.stage == office.session.states.case(CASE).stage == row["stage"]
    assert before.from_month == office.session.states.case(CASE).from_month == ""
    assert ("corrected", "stands", None) == (mid, after.state, after.amendment)


def test_a_decision_on_what_no_longer_holds_is_to_be_taken_again(office: Office) -> None:
    """The ability was assessed wrongly: the entitlement that it gave is decided anew."""
    lived = Lived(office)
    [assessed, entitled] = said(
        office, "2022-04-25", on_case("AbilityAssessed", "c1", COUNTY, level="unable")
    )
    annul(office, assessed)
    found = consequences(office.session, CASE, assessed)

    assert [("decision", entitled, "stands", True)] == [
        (one.kind, one.position, one.state, one.open) for one in found.followed
    ]
    assert () == found.proposals
    said(office, "2022-05-12", on_case("AbilityAssessed", "c1", COUNTY, level="partly"))
    after = consequences(office.session, CASE, assessed)

    assert [("retaken", False)] == [(one.state, one.open) for one in after.followed]
    assert after.is_done
    # what was decided before the assessment does not rest on it
    assert lived.approval not in {one.position for one in found.followed}


def test_a_line_that_was_paid_twice_is_recovered_once(office: Office) -> None:
    lived = Lived(office)
    line = {
        "account": office.session.states.case(CASE).account,
        "amount_fen": DUE,
        "month": "2022-03",
        "run": "run/other",
    }
    [second] = said(
        office, "2022-04-21", on_case("PaymentIssued", "bank", "bank", **line, paid_on="2022-04-21")
    )
    annul(office, lived.paid[2])
    found = consequences(office.session, CASE, lived.paid[2])

    assert second not in {one.position for one in found.followed}
    assert DUE == found.to_recover_fen


def test_nothing_follows_from_a_visit_and_no_entry_is_refused(office: Office) -> None:
    lived = Lived(office)
    visit = max(e.position for e in office.session.stream(CASE))
    annul(office, visit)
    found = consequences(office.session, CASE, visit)

    assert ("annulled", (), (), True) == (
        found.state,
        found.followed,
        found.proposals,
        found.is_done,
    )
    with pytest.raises(ServiceError, match="expected an entry of case/"):
        consequences(office.session, CASE, lived.closed)


def test_the_command_shows_the_chain_and_prints_what_record_accepts(
    office: Office, tmp_path: Path
) -> None:
    lived = Lived(office)
    annul(office, lived.approval)
    words = ("case", "consequences", CASE, "--position", str(lived.approval))
    ledger = ("--ledger", office.location)
    zh = aidledger(*ledger, "--lang", "zh", *words)
    en = aidledger(*ledger, *words, "--json")
    lines = aidledger(*ledger, *words, "--proposals", "--actor", "c2", "--on", "2022-05-12")
    file = tmp_path / "right.jsonl"
    file.write_text(lines.out, encoding="utf-8")
    recorded = aidledger(*ledger, "record", file)
    ordered = aidledger(*ledger, *words)
    for month in MONTHS:
        said(office, "2022-05-20", recovered(DUE, month))
    done = aidledger(*ledger, *words)

    assert 1 == zh.code == en.code == lines.code
    assert "待追回 1,363.00" in zh.out
    assert en.object["done"] is False
    assert {("c2", "2022-05-12")} == {
        (one["actor"], one["effective_on"]) for one in map(json.loads, lines.out.splitlines())
    }
    assert (0, 1, 0) == (recorded.code, ordered.code, done.code), recorded.err
    assert "recovery ordered" in ordered.out
