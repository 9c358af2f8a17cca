"""A county of children only: taken up, recognised, paid and grown up as the rules want it, shown to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from tests.services.byrule import UNPUBLISHED, never_shown
from tests.services.detectors import History, first, only
from tests.services.onlycounty import history_of, only_county, rows, said
from tests.services.test_simulation_findings import DETECTORS

from aidledger.domain.events.registry import RuleOverridden
from aidledger.domain.values import age_on
from aidledger.services.decoding import recorded_all
from aidledger.services.initialising import create_ledger
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import Session, open_session
from aidledger.services.simulation import running
from aidledger.services.simulation.irregularities.planting import all_kinds
from aidledger.services.simulation.running import simulate

CASES, MONTHS, LAST = 30, 12, date(2022, 12, 31)
CHILDREN = {"orphan", "unattended"}
SHOWING = ("PublicityStarted", "ApprovalAnnounced", "TerminationPublished", "ListPublished")


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Location of a county in which every applicant is a child."""
    folder = tmp_path_factory.mktemp("children")
    return only_county(folder, CHILDREN, cases=CASES, months=MONTHS, seed=9)


@pytest.fixture
def session(location: str) -> Iterator[Session]:
    with open_session(location, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def history(location: str) -> History:
    return history_of(location)


def test_children_of_both_programmes_live_the_whole_life(history: History) -> None:
    """S4-006, S4-007, S4-075: guardian or office, parents, recognition, payment, grown up, a parent back."""
    applied = [e.event for e in said(history, "ApplicationSubmitted")]
    approved = [e.event.limb for e in said(history, "ApplicationApproved")]

    assert CHILDREN == {one.programme for one in applied}
    assert {"proxy", "ex_officio"} == {one.route for one in applied}
    assert len(approved) == len(said(history, "RecognitionGranted")) > CASES // 2
    assert {"guardian", "entrusted", "maintainer"} == {
        e.event.kind for e in said(history, "GuardianRecorded")
    }
    assert {"aged_out", "obligor_able"} <= {
        e.event.ground for e in said(history, "TerminationApproved")
    }
    assert {"guardian"} == {e.event.holder for e in said(history, "AccountBound")}
    assert {"left_behind"} == {e.event.kind for e in said(history, "ChildRecorded")}


def test_support_ends_with_the_month_of_the_eighteenth_birthday(history: History) -> None:
    """S4-006, S4-007: ended on the day or soon after it, and no later month is paid."""
    ended = 0
    for case in history.cases():
        born = first(case, "ApplicationSubmitted").event.birth_on
        paid = [e.event.month for e in only(case, "PaymentIssued")]
        assert all(age_on(born, f"{month}-01") < 18 for month in paid)
        for end in only(case, "TerminationApproved"):
            if end.event.ground == "aged_out":
                ended += 1
                assert end.event.last_month == f"{int(born[:4]) + 18}{born[4:7]}"
                assert age_on(born, end.effective_on) == 18
    assert ended > 1


def test_every_decision_stands_and_nothing_is_found(session: Session, location: str) -> None:
    report = deep_check(session)

    assert () == report.findings
    assert report.decisions > 3 * CASES
    assert [] == verify(location).findings


@pytest.mark.parametrize("rule", sorted(DETECTORS))
def test_no_detector_finds_anything(rule: str, history: History) -> None:
    assert [] == sorted(DETECTORS[rule](history))


def test_nobody_is_shown_a_child(history: History, session: Session, location: str) -> None:
    """S4-006, S4-109: by the rule of the pack no notice, no announcement, no line; lists give counts."""
    assert CHILDREN == UNPUBLISHED
    assert all(never_shown(case) for case in history.cases())
    assert [] == [e for name in SHOWING for e in said(history, name)]
    assert {None} == {e.event.display_name or None for e in said(history, "ApplicationSubmitted")}
    for name in ("list_approved", "list_paid", "list_publicity"):
        lines = rows(session, location, name, LAST)
        assert {"未成年人 / minor"} >= {line["display_name"] for line in lines}
        assert {None} >= {line.get("amount_fen") for line in lines}


def test_models_know_each_child_and_who_answers_for_it(session: Session, location: str) -> None:
    """S4-075, S4-008: each has a guardian and an account held for it; the left-behind are counts."""
    answering = rows(session, location, "guardians", LAST)

    assert {"in_order"} == {row["state"] for row in answering}
    assert {"left_behind"} == {row["kind"] for row in rows(session, location, "children", LAST)}
    assert [] == rows(session, location, "programmes_by_person", LAST)


def test_children_are_paid_by_runs_and_funds_of_their_own(history: History) -> None:
    """S4-115, S4-006: one standard a month, out of a fund of the programme."""
    paid = [e.event for e in said(history, "PaymentIssued")]

    assert {"run/orphan", "run/unattended"} == {one.run.rpartition("-")[0][:-5] for one in paid}
    assert {120_000} == {one.amount_fen for one in paid}
    assert {"fund/orphan-2022", "fund/unattended-2022"} == {
        e.stream for e in said(history, "FundDisbursed") if e.event.run
    }


def test_who_is_paid_twice_is_so_against_named_rules(tmp_path: Path) -> None:
    """F022, F025: each line beside another programme names the clause that refuses it."""
    place, listed = str(tmp_path / "ledger.sqlite"), tmp_path / "planted.json"
    create_ledger(place, origin="simulated/520123/7")
    with open_session(place) as session:
        with pytest.MonkeyPatch.context() as patch:
            kinds = tuple(k for k in all_kinds() if k.rule in ("F022", "F025"))
            patch.setattr(running, "all_kinds", lambda: kinds)
            simulate(session, cases=4, months=4, seed=7, irregularities=listed)
        recorded = recorded_all(session.store.read())
        assert () == deep_check(session).findings
        excluded = rows(session, place, "programmes_by_person", LAST)
    found = {one["rule"]: one for one in msgspec.json.decode(listed.read_bytes())["irregularities"]}
    named = {e.event.clause for e in recorded if isinstance(e.event, RuleOverridden)}

    assert {"F022", "F025"} == set(found)
    assert {"one-programme-accepted", "one-programme-approved", "pay-one-programme"} <= named
    assert all(row["excluded"] for row in excluded)
    assert {("orphan", "tekun"), ("orphan", "unattended")} == {
        (row["programme"], row["other"]) for row in excluded
    }
