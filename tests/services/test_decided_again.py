"""A case that is decided again, and facts of earlier days that are recorded late, on both engines.

Facts: S1-043 (one decision closes an application), S1-050, S1-051 (a minor at school), F003, F009, F058.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office
from tests.services.test_consequences import MONTHS, Lived, annul, record_all, recovered, said
from tests.services.test_recording import application, approve, on_case, stated

from aidledger.domain.events.support import AbilityAssessed
from aidledger.services.cases.consequences import consequences
from aidledger.services.decisions.redeciding import redecide
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.problems import RefusedError

FULL = 112_800 + 23_500
"""What is due a month to somebody partly able to live alone."""
ONE_APPLICATION = "one-application"


def rows(office: Office, model: str, as_of: str) -> list[dict[str, Any]]:
    columns, answer = read_model(office.session, model, as_of=date.fromisoformat(as_of))
    return [dict(zip(columns, row, strict=True)) for row in answer]


def again(from_month: str) -> dict[str, Any]:
    """Return an approval on another limb, while the support runs."""
    data: Any = {"form": "decentralised", "from_month": from_month, "limb": "age"}
    despite = [{"clause": "decision-once", "reason": "x", "authority": "x"}]
    return on_case("ApplicationApproved", "c1", COUNTY, **data) | {"despite": despite}


def late(on: str, name: str, **data: Any) -> dict[str, Any]:
    return on_case(name, **data) | {"effective_on": on}


def line(month: str, account: str, kind: str = "regular") -> dict[str, Any]:
    return on_case(
        "PaymentRostered",
        "f1",
        f"{COUNTY}-fin",
        account=account,
        amount_fen=FULL,
        kind=kind,
        month=month,
        run=f"run/{month}-{kind}",
    )


def roster(office: Office, day: str, month: str, kind: str = "regular") -> None:
    run = f"run/{month}-{kind}"
    opened: Any = {"stream": run, "actor": "f1", "office": f"{COUNTY}-fin"}
    opened |= {"type": "PayRunOpened", "data": {"fund": "f", "month": month}}
    office.act(day, opened, line(month, office.session.states.case(CASE).account, kind))


def refusals(refused: pytest.ExceptionInfo[RefusedError]) -> set[str | None]:
    return {problem.clause for problem in refused.value.problems}


def test_who_is_approved_on_another_limb_was_supported_before(office: Office) -> None:
    """F058: support begins with the first approval, and a newer one takes no month away."""
    approve(office)
    roster(office, "2022-02-08", "2022-02")
    office.act("2022-04-20", again("2022-05"))
    office.act("2022-06-02", late("2022-03-10", "AbilityAssessed", level="unable"))
    case = office.session.states.case(CASE)
    months = ["2022-01", "2022-02", "2022-03", "2022-04", "2022-05"]
    shown = {row["month"]: row["payable_fen"] for row in rows(office, "entitlements", "2022-06-30")}
    [state] = rows(office, "case_state", "2022-06-30")

    assert [0, FULL, FULL, *[FULL + 23_500] * 2] == [case.payable_fen(month) for month in months]
    assert [case.payable_fen(month) for month in months[1:]] == [shown[m] for m in months[1:]]
    assert ("2022-02", "2022-02") == (case.from_month, state["from_month"])
    assert [FULL, 0] == [
        row["due_fen"] - row["paid_fen"] - row["arrears_fen"] + FULL * (row["month"] == "2022-02")
        for row in rows(office, "arrears", "2022-03-31")
    ]
    assert all(one.stands for one in redecide(office.session, CASE))
    assert () == deep_check(office.session).findings


@pytest.mark.parametrize(
    "end", ["TerminationApproved", "ApplicationRefused", "ApplicationWithdrawn"]
)
def test_a_new_application_opens_a_new_case(office: Office, end: str) -> None:
    """What was surveyed, published and decided is of the application that it was done for."""
    if end == "TerminationApproved":
        approve(office)
        told = on_case("TerminationReported", by="village", ground="own_wish", lost_on="2022-03-18")
        by: Any = {"despite": [{"clause": "termination-audited", "reason": "x", "authority": "x"}]}
        over = on_case(end, "c1", COUNTY, ground="own_wish", last_month="2022-03")
        office.act("2022-03-20", told, over | by)
    else:
        office.act("2022-01-04", application(), stated(), on_case("ApplicationAccepted"))
        data: Any = {"reasons": ["income"]} if end == "ApplicationRefused" else {"reason": "x"}
        by = {"actor": "c1", "office": COUNTY} if end == "ApplicationRefused" else {}
        office.act("2022-03-20", on_case(end, **data) | by)
    office.act("2022-06-01", application())

    with pytest.raises(RefusedError) as refused:
        office.act("2022-06-02", on_case("ApplicationAccepted"))

    assert {ONE_APPLICATION} == refusals(refused)
    despite = [{"clause": ONE_APPLICATION, "reason": "x", "authority": "x"}]
    office.act("2022-06-02", on_case("ApplicationAccepted") | {"despite": despite})
    office.act("2022-06-10", on_case("PublicityEnded", to_on="2022-06-09"))
    with pytest.raises(RefusedError) as refused:
        office.act("2022-06-13", on_case("CaseSubmitted", "u2", received_on="2022-06-13"))
    assert ONE_APPLICATION in refusals(refused)
    assert () == deep_check(office.session).findings


def test_an_application_that_is_filed_twice_before_its_decision_is_accepted(office: Office) -> None:
    office.act("2022-01-04", application())
    office.act("2022-01-05", application(), stated(), on_case("ApplicationAccepted"))

    assert "accepted" == office.session.states.case(CASE).stage


def test_a_support_that_runs_stays_on_its_list_whatever_is_filed_again(office: Office) -> None:
    """S4-109: an application that was recorded twice, or withdrawn by mistake, ends nothing."""
    approve(office)
    facts = [
        application(),
        on_case("PublicityEnded", to_on="2022-01-14"),
        on_case("ApplicationWithdrawn", reason="x"),
    ]
    for number, fact in enumerate(facts, start=1):
        office.act(f"2022-03-0{number}", fact)
        [listed] = rows(office, "list_approved", "2022-03-31")
        [state] = rows(office, "case_state", "2022-03-31")
        assert ("approved", "approved") == (office.session.states.case(CASE).stage, state["stage"])
        assert listed["village"]
    assert () == deep_check(office.session).findings


def test_an_absence_refuses_the_months_in_it_and_no_other(office: Office) -> None:
    """F003: the month in which it began, and that of the return, are paid; in whatever order it is told."""
    approve(office)
    office.act(
        "2022-07-04",
        late("2022-06-20", "WhereaboutsChanged", from_on="2022-06-20", kind="returned"),
    )
    office.act(
        "2022-07-05", late("2022-04-20", "WhereaboutsChanged", from_on="2022-04-20", kind="prison")
    )
    office.act(
        "2022-07-06", late("2022-03-10", "WhereaboutsChanged", from_on="2022-03-10", kind="missing")
    )

    for month in ("2022-02", "2022-03", "2022-06", "2022-07"):
        roster(office, "2022-07-08", month)
    for month in ("2022-04", "2022-05"):
        with pytest.raises(RefusedError) as refused:
            roster(office, "2022-07-08", month)
        assert {"pay-not-suspended"} == refusals(refused)
    assert "" == office.session.states.case(CASE).whereabouts
    assert () == deep_check(office.session).findings


def test_the_school_of_a_day_is_the_one_that_began_last(office: Office) -> None:
    """S1-050, S1-051: what is recorded late of an earlier school ends no later one."""
    approve(office)

    def enrolled(day: str, stage: str, from_on: str, to_on: str | None = None) -> None:
        office.act(day, on_case("EnrolmentRecorded", from_on=from_on, stage=stage, to_on=to_on))

    enrolled("2022-02-01", "high", "2021-09-01")
    enrolled("2022-02-02", "compulsory", "2018-09-01", "2021-06-30")
    case = office.session.states.case(CASE)
    assert ["compulsory", "high"] == [
        case.school_stage(day) for day in ("2021-06-30", "2022-02-03")
    ]

    enrolled("2022-03-01", "high", "2021-09-01", "2022-02-20")
    assert "" == office.session.states.case(CASE).school_stage("2022-03-02")
    enrolled("2022-08-20", "higher", "2022-09-01")
    assert "higher" == office.session.states.case(CASE).school_stage("2022-08-25")


def test_what_was_paid_by_a_decision_that_was_taken_again_is_asked_back(office: Office) -> None:
    """The ability of January was somebody else's: what was paid by it stays too much once decided anew."""
    lived = Lived(office)
    entries = office.session.stream(CASE)
    assessed = next(e.position for e in entries if isinstance(e.event, AbilityAssessed))
    annul(office, assessed)
    able = on_case("AbilityAssessed", "c1", COUNTY, level="able") | {"effective_on": "2022-01-06"}
    said(office, "2022-05-12", able)
    anew = {"from_month": "2022-02", "reason": "correction"}
    said(office, "2022-05-12", on_case("EntitlementSet", "c1", COUNTY, **anew))
    found = consequences(office.session, CASE, assessed)

    assert {"2022-02": 23_500, "2022-03": 23_500, "2022-04": 23_500} == found.retaken_fen
    assert not found.is_done
    assert [(3 * 23_500, "2022-02", "2022-04")] == [
        (one["data"]["amount_fen"], one["data"]["from_month"], one["data"]["to_month"])
        for one in found.proposals
        if one["type"] == "RecoveryOrdered"
    ]
    assert lived.paid
    record_all(office, found)
    ordered = consequences(office.session, CASE, assessed)
    assert () == tuple(one for one in ordered.proposals if one["type"] == "RecoveryOrdered")
    said(office, "2022-06-10", *[recovered(23_500, month) for month in MONTHS])
    after = consequences(office.session, CASE, assessed)
    assert ({}, 0) == (after.retaken_fen, after.to_recover_fen)
