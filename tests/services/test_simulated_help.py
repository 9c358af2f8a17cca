"""A county of help beside the allowance only: decided, paid once, and nothing to be found in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.services.detectors import History, only
from tests.services.detectors_money import beyond_grants
from tests.services.onlycounty import history_of, only_county, rows, said
from tests.services.test_simulation_findings import DETECTORS

from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import Session, open_session

CASES, MONTHS, LAST = 48, 6, date(2022, 6, 30)
HELP = {"temporary", "medical", "education", "housing", "employment", "disaster"}
PAID = {"temporary", "medical", "education", "employment"}


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Location of a county in which every applicant asks for help once."""
    folder = tmp_path_factory.mktemp("help")
    return only_county(folder, HELP, cases=CASES, months=MONTHS, seed=8)


@pytest.fixture
def session(location: str) -> Iterator[Session]:
    with open_session(location, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def history(location: str) -> History:
    return history_of(location)


def test_each_programme_gives_its_own_help(history: History) -> None:
    """S4-043, S4-044, S4-056, S4-058, S4-060, S4-062, S4-064: at once, the whole way, in goods."""
    applied = Counter(e.event.programme for e in said(history, "ApplicationSubmitted"))
    granted = Counter(e.event.help for e in said(history, "HelpGranted"))
    kinds = {e.event.kind for e in said(history, "HelpGranted") if e.event.help == "temporary"}

    assert HELP == set(applied)
    assert CASES == sum(applied.values())
    assert {
        *("temporary", "medical", "education"),
        *("public_rental", "employment_subsidy", "disaster"),
    } == set(granted)
    assert {"emergency", "expenditure"} == kinds


def test_what_was_granted_in_money_is_paid_once_and_in_full(
    history: History, session: Session, location: str
) -> None:
    """S4-045, F067: by runs and a fund of the programme, each line one-off."""
    lines = said(history, "PaymentIssued")

    assert {"one_off"} == {e.event.kind for e in lines}
    assert PAID == {e.event.run.removeprefix("run/").partition("-")[0] for e in lines}
    told = rows(session, location, "help_paid", LAST)
    assert len(told) > CASES / 2
    assert {(0, 0)} == {(row["unpaid_fen"], row["over_fen"]) for row in told}


def test_the_paperwork_of_an_emergency_is_done_and_a_bill_is_paid_to_the_fen(
    session: Session, location: str
) -> None:
    """S1-055, S4-051, F052: nothing is left over of either."""
    states = {row["state"] for row in rows(session, location, "emergency_paperwork", LAST)}

    assert {"met"} == states
    bills = rows(session, location, "medical_costs", LAST)
    assert {(0, 1, True, True)} == {
        (row["rest_fen"], row["cases"], row["adds_up"], row["in_order"]) for row in bills
    }


def test_every_decision_stands_and_nothing_is_found(session: Session, location: str) -> None:
    report = deep_check(session)

    assert () == report.findings
    assert report.decisions > CASES
    assert [] == verify(location).findings


@pytest.mark.parametrize("rule", sorted(DETECTORS))
def test_no_detector_finds_anything(rule: str, history: History) -> None:
    assert [] == sorted(DETECTORS[rule](history))


def test_after_the_notice_an_emergency_is_helped_where_it_happens(tmp_path: Path) -> None:
    """S4-015, S4-046, C11: before it, of outsiders, only those who have worked here for months."""
    place = only_county(tmp_path, {"temporary"}, cases=40, months=4, seed=8, start="2022-10-01")
    history = history_of(place)
    adopted = {e.event.pack: e.effective_on for e in said(history, "PackAdopted")}
    helped = [case for case in history.cases() if only(case, "HelpGranted")]
    lives = {
        case[0].stream: {type(e.event).__name__ for e in case}
        & {"ResidenceEvidenced", "WorkEvidenced", "NeedDiscovered"}
        for case in helped
    }
    nowhere = [
        case
        for case in helped
        if lives[case[0].stream].isdisjoint({"ResidenceEvidenced", "WorkEvidenced"})
    ]

    assert "2022-10-20" == adopted["gz-temporary-n22-2022"]
    assert any("WorkEvidenced" in one for one in lives.values())
    assert nowhere
    for case in nowhere:
        assert "NeedDiscovered" in lives[case[0].stream]
        assert "emergency" == only(case, "HelpGranted")[0].event.kind
        assert only(case, "HelpGranted")[0].effective_on > "2022-10-20"
    assert [] == [p for rule in sorted(DETECTORS) for p in DETECTORS[rule](history)]
    with open_session(place, read_only=True) as session:
        assert () == deep_check(session).findings


def test_a_payment_beyond_the_grants_is_found(history: History) -> None:
    """F067: of a case without an approval, and of one whose grant is used up."""
    case = next(case for case in history.cases() if only(case, "PaymentIssued"))
    paid = only(case, "PaymentIssued")
    ungranted = [e for e in case if type(e.event).__name__ != "HelpGranted"]

    assert [] == [*beyond_grants(case)]
    assert [paid[0].position] == [*beyond_grants(ungranted)]
    assert [paid[0].position] == [*beyond_grants([*case, paid[0]])]
