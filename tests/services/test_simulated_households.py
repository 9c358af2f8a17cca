"""A county of households only: all that may befall one, decided, paid and ended as the rules want it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from tests.services.detectors import History, first, only
from tests.services.onlycounty import history_of, only_county, rows, said
from tests.services.test_simulation_findings import DETECTORS

from aidledger.services.generations.rebuilding import model_list
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import Session, open_session

CASES, MONTHS, LAST = 60, 14, date(2023, 2, 28)


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Location of a county in which every applicant is a household."""
    folder = tmp_path_factory.mktemp("households")
    return only_county(folder, {"dibao"}, cases=CASES, months=MONTHS, seed=8)


@pytest.fixture
def session(location: str) -> Iterator[Session]:
    with open_session(location, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def history(location: str) -> History:
    return history_of(location)


def test_all_that_may_befall_a_household_does(history: History) -> None:
    """S4-022, S4-031: members come and go, income is assessed anew, support ends, gradually too."""
    kinds = Counter(type(e.event).__name__ for e in history.entries if e.stream[:5] == "case/")

    assert CASES == kinds["ApplicationSubmitted"] == kinds["HouseholdDeclared"]
    assert {"GradualExitGranted", "CategoryEnded", "SupportReviewed", "ApplicationRefused"} <= {
        *kinds
    }
    assert {"joined", "left", "born", "died"} == {
        e.event.change for e in said(history, "HouseholdMemberChanged")
    }
    assert {"income", "gradual_exit", "death", "own_wish"} <= {
        e.event.ground for e in said(history, "TerminationApproved")
    }
    assert {"wage", "business", "transfer", "maintenance"} == {
        line.kind for e in said(history, "IncomeAssessed") for line in e.event.lines
    }


def test_somebody_disabled_is_taken_in_alone(history: History, session: Session) -> None:
    """S3-007, C14: one member, a certificate of a listed kind and grade, and nobody joins them."""
    alone = [
        case
        for case in history.cases()
        if any(e.event.limb == "single_person" for e in only(case, "ApplicationApproved"))
    ]

    assert len(alone) > 1
    for case in alone:
        assert "single_person" == first(case, "HouseholdDeclared").event.unit
        assert (
            first(case, "DisabilityCertified").position
            < first(case, "ApplicationAccepted").position
        )
        assert ["head"] == [e.event.relation for e in only(case, "HouseholdMemberChanged")]
        assert only(case, "PaymentIssued")
        assert 1 == len(session.states.case(case[0].stream).household.members)


def test_who_moved_to_a_relocation_site_keeps_the_allowance(history: History) -> None:
    """S4-030, S4-031: the income is assessed anew, and none is ended for income or property."""
    moved = [case for case in history.cases() if only(case, "RelocationRecorded")]
    before = [
        case
        for case in moved
        if first(case, "ApplicationAccepted").position > first(case, "RelocationRecorded").position
    ]

    assert 0 < len(before) < len(moved)
    for case in moved:
        since = first(case, "RelocationRecorded")
        anew = first(case, "IncomeAssessed", since.position)
        assert anew.event.ground == ("application" if case in before else "relocation")
        assert {"income", "property", "gradual_exit"}.isdisjoint(
            e.event.ground for e in only(case, "TerminationApproved")
        )


def test_the_notice_on_gradual_exits_is_adopted_when_it_is_known(history: History) -> None:
    """S4-022, F002: nobody works under a pack before it was made."""
    adopted = {e.event.pack: e.effective_on for e in said(history, "PackAdopted")}

    assert "2022-10-20" == adopted["gz-dibao-n22-2022"]
    assert "2022-01-01" == adopted["gz-dibao-2022"]
    assert "2022-10-20" <= min(e.effective_on for e in said(history, "GradualExitGranted"))


def test_every_decision_stands_and_nothing_is_found(session: Session, location: str) -> None:
    report = deep_check(session)

    assert () == report.findings
    assert report.decisions > 5 * CASES
    assert [] == verify(location).findings


@pytest.mark.parametrize("rule", sorted(DETECTORS))
def test_no_detector_finds_anything(rule: str, history: History) -> None:
    assert [] == sorted(DETECTORS[rule](history))


def test_each_month_is_the_difference_to_the_standard(session: Session, location: str) -> None:
    """S4-020, S4-023, F054, F059: worked out again in SQL, also where the standard rose."""
    amounts = rows(session, location, "dibao_amounts", LAST)

    assert {0} == {row["difference_fen"] for row in amounts if not row["in_exit"]}
    assert any(row["in_exit"] for row in amounts)
    assert {70_500, 73_500} == {row["standard_fen"] for row in amounts}
    assert all(row["adds_up"] for row in rows(session, location, "income", LAST))


def test_households_are_paid_by_runs_and_a_fund_of_their_own(
    history: History, session: Session, location: str
) -> None:
    """S4-115, F061: no line of theirs stands in a run of extreme hardship."""
    assert {"run/dibao"} == {e.event.run[:9] for e in said(history, "PaymentIssued")}
    paying = {e.stream for e in said(history, "FundDisbursed") if e.event.run}
    promised = [e for e in said(history, "FundAllocated") if e.stream in paying]
    assert {"fund/dibao-2022"} == paying
    assert {"dibao"} == {e.event.programme for e in promised}
    assert {0} == {
        row["difference_fen"] for row in rows(session, location, "bank_statements", LAST)
    }
    suspended = {e.stream for e in said(history, "SupportSuspended")}
    owed = [row for row in rows(session, location, "arrears", LAST) if row["case"] not in suspended]
    assert {0} == {row["arrears_fen"] for row in owed}


def test_returns_agree_with_the_replay(session: Session, location: str) -> None:
    """S4-101, S4-103: households are counted with the others."""
    assert {"equal"} == {row["state"] for row in rows(session, location, "monthly_return", LAST)}


def test_lists_tell_name_members_and_amount_and_no_child(
    session: Session, location: str, history: History
) -> None:
    """S4-108, S4-109: only what the allow-list has, and no name but the masked one of the head."""
    allowed = {model.name: set(model.allow) for model in model_list() if model.allow}
    shown = rows(session, location, "list_approved", LAST)
    heads = {e.event.display_name for e in said(history, "ApplicationSubmitted")}

    assert {frozenset(allowed["list_approved"] | {"positions"})} == {
        frozenset(row) for row in shown
    }
    assert {"dibao"} == {row["category"] for row in shown}
    assert {row["display_name"] for row in shown} <= heads
    assert max(row["persons"] for row in shown) > 2


def test_no_record_says_what_a_member_falls_into(session: Session) -> None:
    """S4-024 to S4-028: the words are sealed, and so is every supplement's code."""
    told = [row[5] for row in session.store.read() if b'"PackAdopted"' not in row[5]]
    words = ("severely_disabled", "ordinary_disability", "student", "supplement-")

    assert [] == [word for word in words for text in told if word.encode() in text]
    assert any(b'"CategoryRecorded"' in text for text in told)
    assert any(b'"code":"supplement"' in text for text in told)
