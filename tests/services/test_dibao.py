"""The minimum living allowance from the application to its end, through the one door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.domain.people import CASE, COUNTY, identity_number
from tests.services import households as at
from tests.services.conftest import Office
from tests.services.households import HOUSEHOLD, on_household
from tests.services.test_recording import approve as approve_tekun

from aidledger.domain.events.household import GradualExitGranted
from aidledger.domain.events.support import EntitlementSet
from aidledger.services.acts.sealing import token_of
from aidledger.services.cases.blaming import blame
from aidledger.services.decisions.explaining import explain
from aidledger.services.decisions.redeciding import redecide, whatif
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.problems import RefusedError

ILL_30, STUDENT_20 = 21_150, 14_100
DIFFERENCE = 3 * 70_500 - 100_000


@pytest.fixture
def county(office: Office) -> Office:
    """An office that has adopted the allowance's packs too."""
    at.adopt(office, "cn-dibao-2021", "gz-dibao-2022")
    return office


def refused(office: Office, day: str, act: dict[str, object]) -> set[str | None]:
    """Return the clauses that refuse an act."""
    with pytest.raises(RefusedError) as problems:
        office.act(day, act)
    return {problem.clause for problem in problems.value.problems}


def last_reason(office: Office) -> tuple[str, str, int]:
    """Return why the newest entitlement was set, from when, and how much it gives."""
    newest = [
        e.event for e in office.session.stream(HOUSEHOLD) if isinstance(e.event, EntitlementSet)
    ]
    return newest[-1].reason, newest[-1].from_month, newest[-1].monthly_fen


def test_an_allowance_runs_from_the_application_to_its_end(county: Office) -> None:
    """S4-022, S4-023, S4-024 to S4-029, S4-032: golden sums of a real case, paid and ended."""
    at.apply(county)
    at.investigate(county)
    at.approve(county)
    due = DIFFERENCE + ILL_30 + STUDENT_20

    assert ("approval", "2022-02", due) == last_reason(county)
    at.pay(county, "2022-02", due)
    assert {"pay-amount", "pay-once"} == refused(
        county,
        "2022-02-09",
        on_household(
            "PaymentRostered",
            "f1",
            at.FINANCE,
            account=county.session.states.case(HOUSEHOLD).account,
            amount_fen=due + 1,
            month="2022-02",
            run="run/2022-02",
        ),
    )

    county.act("2022-03-10", at.income(30_000, "review"))
    assert ("income", "2022-04", due + 70_000) == last_reason(county)
    county.act("2022-04-10", on_household("CategoryEnded", ended_on="2022-04-10", number="k1"))
    assert ("supplement", "2022-05", due + 70_000 - ILL_30 + 14_100) == last_reason(county)
    county.act("2022-05-10", at.member(at.CHILD, "child", "left", "2022-05-10"))
    assert ("household", "2022-06", 2 * 70_500 - 30_000 + 14_100) == last_reason(county)

    reported: Any = {"by": "person", "ground": "own_wish", "lost_on": "2022-06-01"}
    county.act("2022-06-01", on_household("TerminationReported", **reported))
    audited = on_household("TerminationAudited", "u2", agreed=True, ground="own_wish")
    ended: Any = {"ground": "own_wish", "last_month": "2022-06"}
    county.act("2022-06-02", audited, on_household("TerminationApproved", "c1", COUNTY, **ended))
    case = county.session.states.case(HOUSEHOLD)
    assert ("terminated", due, 0) == (case.stage, case.paid_fen, case.payable_fen("2022-07"))

    report = deep_check(county.session)
    assert () == report.findings
    assert 7 == report.decisions


def test_each_decision_is_explained_and_taken_again_under_the_pack_of_its_programme(
    county: Office,
) -> None:
    approve_tekun(county)
    at.apply(county)
    at.investigate(county)
    at.approve(county)

    assert {"gz-dibao-2022"} == {d.pack for d in explain(county.session, HOUSEHOLD).decisions}
    assert {"gz-county-2022"} == {d.pack for d in explain(county.session, CASE).decisions}
    assert all(one.stands for one in redecide(county.session, HOUSEHOLD))
    other = whatif(county.session, HOUSEHOLD, "gz-county-2022")
    assert {"amount", "outcome"} <= {d.kind for one in other for d in one.differences}
    assert HOUSEHOLD not in str(blame(county.session, HOUSEHOLD, field="household"))


@pytest.mark.parametrize(
    ("monthly_fen", "due"), [(0, 3 * 70_500), (3 * 70_500 - 1, 1), (3 * 70_500, 0)]
)
def test_no_income_gives_the_standard_and_an_income_equal_to_it_nothing(
    county: Office, monthly_fen: int, due: int
) -> None:
    """F059: zero income; one fen below the standard; equal to it."""
    at.apply(county)
    at.investigate(county, monthly_fen)
    if not due:
        assert {"eligible-income"} == refused(county, "2022-01-07", at.opinion())
        return
    at.approve(county)

    assert due + ILL_30 + STUDENT_20 == last_reason(county)[2]


def test_who_has_a_vehicle_lives_elsewhere_or_asks_another_programme_is_refused(
    county: Office,
) -> None:
    """F011, C12: property within the limit, residence before acceptance, the rule of the programme."""
    at.apply(county, residence="permit")
    at.investigate(county, vehicles=1)
    other = "case/520123-2022-000102"
    filed = on_household(
        "ApplicationSubmitted",
        stream=other,
        area="urban",
        birth_on=at.HEAD,
        programme="temporary",
        route="self",
        township="520123001",
        village="520123001001",
    )
    county.act("2022-01-06", filed)

    assert {"eligible-property"} == refused(county, "2022-01-07", at.opinion())
    assert {"acceptance-programme"} == refused(
        county, "2022-01-07", on_household("ApplicationAccepted", stream=other)
    )


def test_a_gradual_exit_is_granted_only_since_the_notice_and_goes_on_for_its_months(
    county: Office,
) -> None:
    """S4-022: support goes on unchanged for some months although the income has risen."""
    at.apply(county)
    at.investigate(county)
    at.approve(county)
    before = last_reason(county)[2]
    grant = on_household(
        "GradualExitGranted", "c1", COUNTY, from_month="2022-12", ground="job", months=2
    )
    assert {"exit-months"} == refused(county, "2022-03-01", grant)

    at.adopt(county, "gz-dibao-n22-2022")
    county.act("2022-11-10", at.income(400_000, "change"))
    assert ("income", "2022-12", 0) == last_reason(county)
    county.act("2022-11-11", grant)
    # what follows the exit is set with it: nothing, unless the income falls again
    assert ("exit", "2023-02", 0) == last_reason(county)
    exit_fen = county.session.states.case(HOUSEHOLD).entitled_fen("2022-12")
    assert before == exit_fen
    at.pay(county, "2022-12", exit_fen)
    case = county.session.states.case(HOUSEHOLD)
    assert ("2023-01", exit_fen) == (case.household.exit_last_month, case.entitled_fen("2023-01"))
    late: Any = {
        "account": case.account,
        "amount_fen": exit_fen,
        "month": "2023-02",
        "run": "run/x",
    }
    assert "pay-exit-over" in refused(
        county, "2023-02-08", on_household("PaymentRostered", "f1", at.FINANCE, **late)
    )
    granted = [e.event for e in county.session.stream(HOUSEHOLD)]
    assert any(isinstance(e, GradualExitGranted) and e.decision for e in granted)
    assert () == deep_check(county.session).findings


def rows(office: Office, model: str, as_of: str) -> list[dict[str, Any]]:
    """Return the rows of a model as of a day."""
    columns, answer = read_model(
        office.session,
        model,
        as_of=date.fromisoformat(as_of),
    )
    return [dict(zip(columns, row, strict=True)) for row in answer]


def test_the_difference_is_worked_out_again_in_sql_and_a_standard_not_followed_shows(
    county: Office,
) -> None:
    """S4-020, S4-023, F054, F055, F059: month by month, from members, income and standard."""
    at.apply(county)
    at.investigate(county)
    at.approve(county)
    county.act("2022-03-10", at.income(30_000, "review"))
    county.act("2022-05-10", at.member(at.CHILD, "child", "left", "2022-05-10"))
    county.act(
        "2022-06-20",
        {
            "type": "StandardPublished",
            "stream": f"policy/{COUNTY}",
            "data": {
                "code": "dibao_urban",
                "from_on": "2022-07-01",
                "monthly_fen": 73_500,
                "place": COUNTY,
            },
        },
    )
    amounts = rows(county, "dibao_amounts", "2022-07-15")

    assert [
        ("2022-02", 3, 100_000, DIFFERENCE, 0),
        ("2022-03", 3, 100_000, DIFFERENCE, 0),
        ("2022-04", 3, 30_000, DIFFERENCE + 70_000, 0),
        ("2022-05", 3, 30_000, DIFFERENCE + 70_000, 0),
        ("2022-06", 2, 30_000, 111_000, 0),
        ("2022-07", 2, 30_000, 117_000, -6_000),
    ] == [
        (r["month"], r["persons"], r["income_fen"], r["due_fen"], r["difference_fen"])
        for r in amounts
    ]
    assert [(True, 33_333), (True, 10_000)] == [
        (r["adds_up"], r["per_head_fen"]) for r in rows(county, "income", "2022-07-15")
    ]
    assert ["head", "spouse", "child"] == [
        r["relation"] for r in rows(county, "households", "2022-07-15")
    ]


def test_lists_show_the_household_under_its_programme(county: Office) -> None:
    """S4-108: name masked, number of members, amount; nothing of why."""
    approve_tekun(county)
    at.apply(county)
    at.investigate(county)
    at.approve(county)
    at.pay(county, "2022-02", DIFFERENCE + ILL_30 + STUDENT_20)
    shown = {r["category"]: r for r in rows(county, "list_approved", "2022-02-20")}

    assert {"tekun": 1, "dibao": 3} == {name: row["persons"] for name, row in shown.items()}
    assert ("石**", DIFFERENCE + ILL_30 + STUDENT_20) == (
        shown["dibao"]["display_name"],
        shown["dibao"]["amount_fen"],
    )
    assert ["dibao"] == [r["category"] for r in rows(county, "list_paid", "2022-02-20")]


def test_no_entry_tells_which_category_a_member_falls_into(county: Office) -> None:
    """Categories are sealed: neither their words nor the code of a supplement stand in the log."""
    at.apply(county)
    at.investigate(county)
    at.approve(county)
    log = str(list(county.session.store.read_stream(HOUSEHOLD)))
    secrets = ("seriously_ill", "elderly", "student", "supplement-30", "supplement-20", "0.3 ×")

    assert [] == [secret for secret in secrets if secret in log]
    assert [] == [number for number in map(identity_number, at.NAMES) if number in log]
    assert "CategoryRecorded" in log
    assert '"code":"supplement"' in log


def test_a_member_is_known_by_the_token_of_the_number(county: Office) -> None:
    at.apply(county)
    case = county.session.states.case(HOUSEHOLD)

    assert [
        token_of(county.session, identity_number(b)) for b in (at.HEAD, at.SPOUSE, at.CHILD)
    ] == [one.person for one in case.household.members]
    assert case.applicant == case.household.members[0].person


def test_a_household_lives_on_after_its_head_and_ends_with_the_person_of_the_case(
    county: Office,
) -> None:
    """The head of a household dies as a member; a death of the case itself leaves nothing due."""
    at.apply(county)
    at.investigate(county)
    at.approve(county)
    due = DIFFERENCE + ILL_30 + STUDENT_20

    county.act("2022-03-31", at.member(at.HEAD, "head", "died", "2022-03-31"))
    case = county.session.states.case(HOUSEHOLD)
    assert due == case.payable_fen("2022-03")
    assert 2 * 70_500 - 100_000 + STUDENT_20 == case.payable_fen("2022-04")
    at.pay(county, "2022-04", case.payable_fen("2022-04"))

    died = on_household("DeathRecorded", died_on="2022-04-30", source="family")
    county.act("2022-05-01", died)
    case = county.session.states.case(HOUSEHOLD)
    assert 0 == case.payable_fen("2022-05")
    line: Any = {"account": case.account, "amount_fen": 1, "month": "2022-05", "run": "run/2022-05"}
    assert "pay-not-ended" in refused(
        county, "2022-05-08", on_household("PaymentRostered", "f1", at.FINANCE, **line)
    )
