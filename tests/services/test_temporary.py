"""Temporary assistance from the application to the money, through the one door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.cli.shell import aidledger
from tests.domain.people import COUNTY, TOWNSHIP, VILLAGE, identity_number
from tests.services import households as at
from tests.services.conftest import Office
from tests.services.households import FINANCE, HEAD, NAMES, on_household

from aidledger.domain.events.helping import HelpGranted
from aidledger.services.cases.due import DueItem, due
from aidledger.services.decisions.explaining import explain
from aidledger.services.decisions.redeciding import redecide, whatif
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.problems import RefusedError

FIRE, AGAIN = "case/520123-2022-000201", "case/520123-2022-000202"
NUMBER = "6222020000000000017"


@pytest.fixture
def county(office: Office) -> Office:
    """An office that has adopted the packs of temporary assistance too."""
    at.adopt(office, "cn-temporary-2018", "gz-temporary-2022")
    return office


def refused(office: Office, day: str, *acts: dict[str, object]) -> set[str | None]:
    """Return the clauses that refuse acts."""
    with pytest.raises(RefusedError) as problems:
        office.act(day, *acts)
    return {problem.clause for problem in problems.value.problems}


def applies(
    office: Office,
    stream: str = FIRE,
    *,
    cause: str = "sudden_event",
    residence: str = "registered",
    on: str = "2022-02-21",
) -> None:
    """Apply with a cause, have it accepted, and name the account."""
    filed = on_household(
        "ApplicationSubmitted",
        stream=stream,
        area="rural",
        birth_on=HEAD,
        programme="temporary",
        route="self",
        township=TOWNSHIP,
        village=VILLAGE,
        personal={"name": NAMES[HEAD], "identity_number": identity_number(HEAD)},
    )
    happened = on_household(
        "CategoryRecorded",
        "u3",
        stream=stream,
        from_on=on,
        number="k1",
        personal={"category": cause, "identity_number": identity_number(HEAD)},
    )
    lives = on_household(
        "ResidenceEvidenced", stream=stream, from_on="2020-01-01", kind=residence, place=COUNTY
    )
    bound = on_household(
        "AccountBound", stream=stream, holder="self", personal={"account_number": NUMBER}
    )
    office.act(on, filed, happened, bound, *([lives] if residence else []))
    office.act(on, on_household("ApplicationAccepted", stream=stream))


def helps(
    fen: int = 200_000,
    *,
    who: str = "u2",
    office: str = TOWNSHIP,
    stream: str = FIRE,
    cause_on: str = "2022-02-20",
    **more: Any,
) -> dict[str, Any]:
    """Return a grant at once."""
    data: Any = {"amount_fen": fen, "cause": "k1", "cause_on": cause_on, "help": "temporary"}
    kind: dict[str, Any] = {"kind": "emergency", **more}
    return on_household("HelpGranted", who, office, stream=stream, **data, **kind)


def line(office: Office, fen: int, stream: str = FIRE, **more: Any) -> dict[str, Any]:
    """Return a line of the roster."""
    account = office.session.states.case(stream).account
    data: Any = {"account": account, "amount_fen": fen, "kind": "one_off", "month": "2022-02"}
    return on_household(
        "PaymentRostered", "f1", FINANCE, stream=stream, **data, run="run/t", **more
    )


def pays(office: Office, fen: int, day: str = "2022-02-24") -> None:
    """Roster and pay a grant."""
    opened = on_household(
        "PayRunOpened", "f1", FINANCE, stream="run/t", fund="f", month="2022-02", kind="supplement"
    )
    office.act(day, opened, line(office, fen))
    account = office.session.states.case(FIRE).account
    paid: Any = {"account": account, "amount_fen": fen, "kind": "one_off", "month": "2022-02"}
    office.act(
        day,
        on_household("PayRunApproved", "f2", FINANCE, stream="run/t", lines=1, total_fen=fen),
        on_household("PaymentIssued", "b1", FINANCE, stream=FIRE, **paid, paid_on=day, run="run/t"),
    )


def rows(office: Office, model: str, as_of: str) -> list[dict[str, Any]]:
    """Return the rows of a model as of a day."""
    columns, answer = read_model(
        office.session,
        model,
        as_of=date.fromisoformat(as_of),
    )
    return [dict(zip(columns, row, strict=True)) for row in answer]


def waiting(office: Office) -> tuple[DueItem, ...]:
    """Return what is due as of the last entry."""
    return due(office.session).items


def test_an_emergency_is_helped_first_paid_once_and_has_its_paperwork_afterwards(
    county: Office,
) -> None:
    """S4-043, S4-044, S4-045, S4-051, F052: no survey, no notice; the case ends by itself."""
    applies(county)
    county.act("2022-02-22", helps())
    case = county.session.states.case(FIRE)
    assert ("helped", 200_000, "") == (case.stage, case.help.granted_fen, case.from_month)
    todo = {(one.stream, one.what, one.due_on) for one in waiting(county)}
    assert (FIRE, "paperwork", "2022-03-08") in todo

    assert {"pay-one-off"} == refused(county, "2022-02-24", line(county, 199_999))
    pays(county, 200_000)
    assert {"pay-one-off"} == refused(county, "2022-02-25", line(county, 200_000))
    (paid,) = rows(county, "help_paid", "2022-02-28")
    assert (200_000, 0, 0) == (paid["paid_fen"], paid["unpaid_fen"], paid["over_fen"])
    assert [0] == [row["arrears_fen"] for row in rows(county, "arrears", "2022-02-28")]

    county.act(
        "2022-03-01", on_household("EmergencyHelpCompleted", "u4", stream=FIRE, justified=True)
    )
    assert not [one for one in waiting(county) if one.stream == FIRE]
    assert () == deep_check(county.session).findings


def test_the_lists_show_who_was_helped_with_the_programme_and_nothing_of_why(
    county: Office,
) -> None:
    """S4-045, S4-108: list of payments with the category temporary."""
    applies(county, cause="seriously_ill")
    county.act("2022-02-22", helps())
    pays(county, 200_000)
    (shown,) = rows(county, "list_paid", "2022-02-28")

    assert ("temporary", 200_000, "石**") == (
        shown["category"],
        shown["amount_fen"],
        shown["display_name"],
    )
    log = str(list(county.session.store.read_stream(FIRE)))
    assert "HelpGranted" in log
    assert "seriously_ill" not in log


def test_money_that_came_back_is_sent_again_and_never_twice(county: Office) -> None:
    """S4-045, F065: a return, one more line to the bank, and a balanced book."""
    applies(county)
    county.act("2022-02-22", helps())
    pays(county, 200_000)
    same: Any = {"amount_fen": 200_000, "month": "2022-02", "run": "run/t"}
    account = county.session.states.case(FIRE).account
    again = on_household("PaymentReissued", "f1", FINANCE, stream=FIRE, account=account, **same)
    assert {"reissue-after-return"} == refused(county, "2022-02-25", again)
    back: Any = {"reason": "closed", "returned_on": "2022-02-26"}
    county.act(
        "2022-02-26",
        on_household("PaymentReturned", "b1", FINANCE, stream=FIRE, **same, **back),
    )
    assert {"pay-one-off"} == refused(county, "2022-02-27", line(county, 200_000))
    assert [200_000] == [row["unpaid_fen"] for row in rows(county, "help_paid", "2022-02-27")]
    sent: Any = {"account": account, "kind": "reissue", "paid_on": "2022-02-28"}
    county.act(
        "2022-02-28",
        again,
        on_household("PaymentIssued", "b1", FINANCE, stream=FIRE, **same, **sent),
    )

    assert [(0, 0)] == [
        (row["unpaid_fen"], row["over_fen"]) for row in rows(county, "help_paid", "2022-02-28")
    ]
    balance = {row["account"]: row for row in rows(county, "trial_balance", "2022-02-28")}
    owed = balance[f"liabilities:owed/{FIRE}"]
    assert owed["debit_fen"] == owed["credit_fen"]
    assert 200_000 == balance["expenses:support/temporary"]["debit_fen"]


def test_one_cause_is_helped_once_across_cases_and_a_later_cause_again(county: Office) -> None:
    """F026, F027: by person; what the township granted together shows as a finding."""
    applies(county)
    county.act("2022-02-22", helps())
    applies(county, AGAIN, on="2022-02-23")
    assert {"same-cause-once"} == refused(county, "2022-02-23", helps(stream=AGAIN))
    county.act("2022-02-24", helps(stream=AGAIN, cause_on="2022-02-23"))
    (decision,) = explain(county.session, AGAIN).decisions

    assert {"township-split"} == {one.id for one in decision.clauses if one.outcome == "failed"}
    assert [(200_000, False), (400_000, True)] == [
        (row["window_fen"], row["over"]) for row in rows(county, "temporary_grants", "2022-02-28")
    ]
    assert all(one.stands for one in redecide(county.session, AGAIN))


def test_the_township_decides_up_to_its_limit_and_the_county_above(county: Office) -> None:
    """S4-045, F027."""
    applies(county)
    assert {"township-limit"} == refused(county, "2022-02-22", helps(300_001))
    county.act("2022-02-22", helps(300_001, who="c1", office=COUNTY))

    assert "helped" == county.session.states.case(FIRE).stage


def test_an_outsider_is_helped_for_months_of_work_or_where_the_emergency_happens(
    county: Office,
) -> None:
    """S4-015, S4-046, S4-047, C11: three months refuse under the plan, and not under the notice."""
    applies(county, residence="")
    found = on_household(
        "NeedDiscovered",
        stream=FIRE,
        assessment="eligible",
        channel="patrol",
        informed=True,
        township=TOWNSHIP,
        village=VILLAGE,
    )
    works = on_household("WorkEvidenced", stream=FIRE, county=COUNTY, from_on="2021-11-22")
    county.act("2022-02-21", found, works)
    assert {"temporary-residence"} == refused(county, "2022-02-22", helps())
    county.act("2022-05-22", helps())
    (decision,) = explain(county.session, FIRE).decisions
    assert {"outsider-evidence"} == {one.id for one in decision.clauses if one.outcome == "failed"}
    assert [] == [d for one in redecide(county.session, FIRE) for d in one.differences]

    at.adopt(county, "gz-temporary-n22-2022")
    other = whatif(county.session, FIRE, "gz-temporary-n22-2022")
    changed = {(d.kind, d.name) for one in other for d in one.differences}
    assert ("clause", "outsider-evidence") in changed


def test_each_decision_stands_and_a_changed_sum_does_not(county: Office) -> None:
    """S4-045: the record holds what was read, but the cause, which is sealed beside it."""
    applies(county)
    county.act("2022-02-22", helps())
    (granted,) = [e.event for e in county.session.stream(FIRE) if isinstance(e.event, HelpGranted)]
    assert granted.decision is not None
    assert ("case.causes",) == tuple(granted.decision.withheld)
    assert 200_000 == granted.decision.facts["act.amount_fen"]
    assert all(one.stands for one in redecide(county.session, FIRE))
    under = whatif(county.session, FIRE, "gz-county-2022")
    assert under
    assert all(not one.stands for one in under)
    reason: Any = {"authority": "county", "field": "amount_fen", "reason": "typing error"}
    position = county.session.stream(FIRE)[-1].position
    corrected = on_household(
        "EntryCorrected", "c1", COUNTY, stream=FIRE, position=position, value="250000", **reason
    )
    county.act("2022-02-23", corrected)
    assert 250_000 == county.session.states.case(FIRE).help.granted_fen


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("给予救助：准许", "急难", "同一事由在规定天数内只救助一次", "密封的事实")),
        ("en", ("help granted: allowed", "emergency", "One cause is helped once", "sealed facts")),
    ],
)
def test_a_grant_is_explained_clause_by_clause(
    county: Office, lang: str, words: tuple[str, ...]
) -> None:
    """S4-045: in both languages; the cause stays sealed."""
    applies(county, cause="seriously_ill")
    county.act("2022-02-22", helps())
    ran = aidledger(
        "--ledger", county.location, "--lang", lang, "case", "explain", FIRE.removeprefix("case/")
    )

    assert (0, "") == (ran.code, ran.err)
    assert [] == [one for one in words if one not in ran.out.replace("\n    ", "")]
    assert "seriously_ill" not in ran.out


def test_goods_are_bought_at_once_only_in_a_public_emergency(county: Office) -> None:
    """S4-048, S4-050: what was bought is booked, and waits for its paperwork."""
    applies(county)
    bought: Any = {"amount_fen": 50_000, "item": "blankets", "quantity": 20, "supplier": "shop"}
    wish = on_household("DirectPurchaseMade", "u2", stream=FIRE, emergency="house_fire", **bought)
    assert {"purchase-in-public-emergency"} == refused(county, "2022-02-22", wish)
    flood = on_household(
        "DirectPurchaseMade", "u2", stream=FIRE, emergency="natural_disaster", **bought
    )
    county.act("2022-02-22", flood, helps(60_000, way="goods"))

    balance = {row["account"]: row for row in rows(county, "trial_balance", "2022-02-28")}
    assert 50_000 == balance["expenses:emergency"]["debit_fen"]
    assert {"pay-one-off"} == refused(county, "2022-02-24", line(county, 60_000))
    assert ["open", "open"] == [
        row["state"] for row in rows(county, "emergency_paperwork", "2022-02-28")
    ]


def test_who_is_sent_on_is_answered_or_it_shows(county: Office) -> None:
    """S4-048, S4-049."""
    applies(county)
    sent = on_household(
        "ReferralMade", stream=FIRE, referral="r1", service="counselling", to_unit="charity"
    )
    county.act("2022-02-22", helps(0, way="service"), sent)
    todo = {one.what: one.due_on for one in waiting(county) if one.stream == FIRE}
    assert "2022-03-01" == todo["referral r1"]
    answer: Any = {"answered_on": "2022-02-25", "referral": "r1", "taken": True}
    county.act("2022-02-25", on_household("ReferralAnswered", stream=FIRE, **answer))

    assert ["met"] == [row["state"] for row in rows(county, "referrals", "2022-03-10")]
    assert "referral r1" not in {one.what for one in waiting(county)}


def test_help_with_expenditure_goes_the_whole_way(county: Office) -> None:
    """S4-044, C3: every step that an emergency may skip is asked for, one after the other."""
    applies(county, cause="seriously_ill", on="2022-02-01")
    grant = helps(kind="expenditure", cause_on="2022-01-20")
    steps = {"survey", "comparison", "appraisal", "opinion", "publicity"}
    assert {f"whole-way-{step}" for step in steps} | {"expenditure-income"} == refused(
        county, "2022-02-02", grant
    )
    surveyed: Any = {"has_income": True, "property_within_limit": True, "signed": True}
    members: Any = {"change": "joined", "changed_on": "2022-02-02", "relation": "head"}
    county.act(
        "2022-02-02",
        on_household(
            "HouseholdSurveyed", "u3", stream=FIRE, investigators=["u3", "u4"], **surveyed
        ),
        on_household("DataCompared", stream=FIRE, registers=["vehicles"], run_on="2022-02-02"),
        on_household(
            "AppraisalHeld",
            stream=FIRE,
            against=0,
            attendees=9,
            representatives=7,
            passed=True,
        ),
        on_household(
            "HouseholdMemberChanged",
            stream=FIRE,
            birth_on=HEAD,
            **members,
            personal={"identity_number": identity_number(HEAD), "name": NAMES[HEAD]},
        ),
        on_household(
            "IncomeAssessed",
            "u3",
            stream=FIRE,
            ground="application",
            lines=[{"fen": 1_200_000, "kind": "wage"}],
            monthly_fen=100_000,
            period_from="2021-01",
            period_to="2021-12",
        ),
        on_household("ReviewOpinionGiven", stream=FIRE, form="household", opinion="approve"),
    )
    assert {"whole-way-publicity"} == refused(county, "2022-02-03", grant)
    notice: Any = {"complaint_phone": "0851-0", "evidence": "a" * 64, "village": VILLAGE}
    county.act(
        "2022-02-03",
        on_household("PublicityStarted", stream=FIRE, planned_to="2022-02-10", **notice),
    )
    county.act("2022-02-10", on_household("PublicityEnded", stream=FIRE, to_on="2022-02-10"))
    county.act("2022-02-10", grant)

    assert "helped" == county.session.states.case(FIRE).stage
    assert [] == rows(county, "emergency_paperwork", "2022-02-28")
    assert () == deep_check(county.session).findings
