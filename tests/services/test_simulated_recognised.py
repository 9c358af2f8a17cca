"""Counties of those who are recognised: families for a year at most, workers retired in the sixties for life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import msgspec
import pytest
from tests.services.byrule import FAMILIES, programme_of, rules_of
from tests.services.detectors import History, days, first, only
from tests.services.onlycounty import history_of, only_county, rows, said
from tests.services.test_simulation_findings import DETECTORS

from aidledger.domain.policy.pack import PackLibrary
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.services.acts.adoption import shipped
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.programmes import special
from aidledger.services.simulation.programmes.branches import PROGRAMMES

CASES, MONTHS, LAST = 45, 14, date(2026, 2, 28)
FIRST_START = "2022-01-01"
RETIRED = "retired_1960s"
SUBSIDY_FEN = 60_000


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Location of a county of families from the first day of their rule, and of the retired."""
    folder = tmp_path_factory.mktemp("recognised")
    applying = {*FAMILIES, RETIRED}
    return only_county(folder, applying, cases=CASES, months=MONTHS, seed=8, start="2025-01-01")


@pytest.fixture
def session(location: str) -> Iterator[Session]:
    with open_session(location, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def history(location: str) -> History:
    return history_of(location)


def of(history: History, *programmes: str) -> list[list[Recorded]]:
    """Return the cases of some programmes."""
    return [case for case in history.cases() if programme_of(case) in programmes]


def test_a_recognition_holds_for_twelve_months_at_most(history: History) -> None:
    """F053, G25: never a day longer; some are granted anew before they end, some end early."""
    cases = of(history, *FAMILIES)
    recognised = [e for case in cases for e in only(case, "RecognitionGranted")]
    times = Counter(e.stream for e in recognised)

    assert FAMILIES == {e.event.recognised for e in recognised}
    for one in recognised:
        year = f"{add_months(one.effective_on[:7], 12)}{one.effective_on[7:]}"
        assert one.effective_on < one.event.valid_to < year
    assert {1, 2} == set(times.values())
    for earlier, later in (
        pairs for case in cases for pairs in pairwise(only(case, "RecognitionGranted"))
    ):
        assert later.effective_on <= earlier.event.valid_to
    ended = said(history, "RecognitionEnded")
    assert ended
    assert {"income"} == {e.event.ground for e in ended}


def test_families_are_helped_and_paid_while_they_are_recognised(
    history: History, session: Session, location: str
) -> None:
    """F053, S4-045: by runs and funds of their own, once and in full, each on a day that is covered."""
    lines = [e for case in of(history, *FAMILIES) for e in only(case, "PaymentRostered")]

    assert {"one_off"} == {e.event.kind for e in lines}
    assert FAMILIES == {e.event.run.removeprefix("run/").partition("-")[0] for e in lines}
    for line in lines:
        granted = first(history.streams[line.stream], "RecognitionGranted")
        assert granted.effective_on <= line.effective_on <= granted.event.valid_to
    told = rows(session, location, "help_paid", LAST)
    assert {(0, 0)} == {(row["unpaid_fen"], row["over_fen"]) for row in told}


def test_the_model_of_recognitions_says_which_hold(session: Session, location: str) -> None:
    """F053: after fourteen months some are over, some were granted anew, some ended early."""
    told = rows(session, location, "recognitions", LAST)

    assert {*FAMILIES, RETIRED} == {row["class"] for row in told}
    assert {"valid", "expired", "ended"} <= {row["state"] for row in told}


def test_a_worker_retired_in_the_sixties_is_paid_the_subsidy_until_death(history: History) -> None:
    """S4-005, F001: approved from acceptance and recognition, without opinion, notice or submission."""
    cases = of(history, RETIRED)
    paid = [e.event for case in cases for e in only(case, "PaymentIssued")]
    approved = [e.event for case in cases for e in only(case, "ApplicationApproved")]
    skipped = ("ReviewOpinionGiven", "PublicityStarted", "CaseSubmitted", "DataCompared")

    assert {SUBSIDY_FEN} == {one.amount_fen for one in paid}
    assert {(RETIRED, "decentralised")} == {(one.limb, one.form) for one in approved}
    assert not any(only(case, *skipped) for case in cases)
    assert {f"run/{RETIRED}"} == {one.run[: len(f"run/{RETIRED}")] for one in paid}
    assert {"death"} <= {e.event.ground for e in said(history, "TerminationApproved")}
    refused = [e.event for case in cases for e in only(case, "ApplicationRefused")]
    assert {("not_recognised",)} == {one.reasons for one in refused}


def test_who_is_not_of_a_key_programme_is_visited_in_every_third_month(history: History) -> None:
    """S4-083, C9: that is enough for the retired, and it is what they get."""
    for case in of(history, RETIRED):
        seen = [e.effective_on for e in only(case, "VisitMade")]
        assert all(31 < days(a, b) <= 92 for a, b in pairwise(seen))


def test_every_decision_stands_and_nothing_is_found(session: Session, location: str) -> None:
    report = deep_check(session)

    assert () == report.findings
    assert report.decisions > CASES
    assert [] == verify(location).findings


@pytest.mark.parametrize("rule", sorted(DETECTORS))
def test_no_detector_finds_anything(rule: str, history: History) -> None:
    assert [] == sorted(DETECTORS[rule](history))


def test_detectors_ask_of_each_programme_what_its_rule_asks(history: History) -> None:
    """F019, F028, F033: the late decision of somebody retired is found; a notice is not missed."""
    case = next(one for one in of(history, RETIRED) if only(one, "ApplicationApproved"))
    rules = rules_of(case)

    assert "data_comparison_required" not in rules
    assert "publicity_days" not in rules
    assert 20 == rules["decision_limit_working_days"]
    approved = first(case, "ApplicationApproved")
    late = msgspec.structs.replace(approved, effective_on=LAST.isoformat())
    found = DETECTORS["F033"](History([late if e is approved else e for e in case]))
    assert [approved.position] == [*found]
    assert [] == [*DETECTORS["F033"](History(case))]


def test_nobody_applies_before_there_is_a_rule() -> None:
    """G25: a branch begins with the first day on which a pack of its programme is in force."""
    library = PackLibrary(shipped("packs"))
    for branch in PROGRAMMES:
        begun = min(library.resolve(pack).in_force_from for pack in branch.packs or special.PACKS)
        assert branch.since.isoformat() == begun or begun < FIRST_START
