"""What clauses may ask about help: causes, work here, what was granted and is not yet rostered."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.people import CASE, COUNTY, TOWNSHIP, VILLAGE, pack

from aidledger.domain.case import evolve
from aidledger.domain.casestate import Case
from aidledger.domain.decide import Circumstances, Refused, decide
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.facts import CaseFacts
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded

RECOGNISED = {"by_unit": COUNTY, "cause": "k1", "recognised": "marginal"}
CATEGORY = {"from_on": "2022-03-01", "person": "p" + "1" * 32}


def fold(*acts: tuple[str, dict[str, Any]], sealed: str = "", stage: str = "applied") -> Case:
    """Return a case of a village after some acts, all of one day."""
    case = Case(stream=CASE, township=TOWNSHIP, village=VILLAGE, stage=stage)
    for number, (name, data) in enumerate(acts, 1):
        entry = Recorded(
            actor="u1",
            effective_on="2022-03-05",
            event=msgspec.convert(data, EVENTS[name].struct),
            office=TOWNSHIP,
            position=number,
            recorded_at="2022-03-05T02:00:00.000000Z",
            sealed={"category": sealed} if sealed else {},
            stream=CASE,
            version=number,
        )
        case = evolve(case, entry)
    return case


def facts(case: Case, day: str = "2022-07-10", **opened: str) -> CaseFacts:
    return CaseFacts(case, on=day, month=day[:7], revealed=opened)


def works(from_on: str, county: str = COUNTY, **data: Any) -> tuple[str, dict[str, Any]]:
    return "WorkEvidenced", {"county": county, "from_on": from_on, **data}


@pytest.mark.parametrize(
    ("from_on", "day", "months"),
    [
        ("2022-01-10", "2022-07-09", 5),
        ("2022-01-10", "2022-07-10", 6),
        ("2021-08-31", "2022-02-28", 5),
        ("2021-08-31", "2022-03-01", 6),
        ("2020-02-29", "2021-02-28", 11),
        ("2022-08-01", "2022-07-10", 0),
    ],
)
def test_work_counts_in_full_months(from_on: str, day: str, months: int) -> None:
    """S4-046: the day on which the months are full counts; leap day and ends of months too."""
    assert months == facts(fold(works(from_on)), day)["worked_months"]


def test_work_counts_here_and_while_it_lasts() -> None:
    """S4-046, S4-047: work elsewhere, and work that ended, is none; the longest one counts."""
    here = fold(works("2022-06-01", evidence="a" * 64), works("2022-01-10"))
    elsewhere = fold(works("2020-01-01", county="520124"))
    over = fold(works("2020-01-01", to_on="2022-07-09"))

    assert (6, True) == (facts(here)["worked_months"], facts(here)["work_evidence"])
    assert (0, False) == (facts(elsewhere)["worked_months"], facts(elsewhere)["work_evidence"])
    assert (0, 30) == (facts(over)["worked_months"], facts(over, "2022-07-09")["worked_months"])


@pytest.mark.parametrize(
    ("data", "here"),
    [
        ({"place": COUNTY}, True),
        ({"place": TOWNSHIP}, True),
        ({"place": VILLAGE}, True),
        ({"place": "520124"}, False),
        ({"place": COUNTY, "from_on": "2022-07-11"}, False),
        ({"place": COUNTY, "to_on": "2022-07-09"}, False),
    ],
)
@pytest.mark.parametrize("kind", ["registered", "permit"])
def test_a_residence_counts_here_while_it_lasts_and_as_what_it_is(
    kind: str, data: dict[str, Any], here: bool
) -> None:
    """C12: who is registered here need hold no permit, and the other way round."""
    known = facts(fold(("ResidenceEvidenced", {"kind": kind, "from_on": "2022-01-01"} | data)))

    assert (here and kind == "registered") == known["registered_here"]
    assert (here and kind == "permit") == known["permit_here"]


def test_a_cause_is_known_by_its_number_and_told_only_where_it_was_opened() -> None:
    """S4-043: what happened stands sealed as a category of the person."""
    case = fold(("CategoryRecorded", {"number": "k1", **CATEGORY}), sealed="c0ffee")

    assert {} == facts(case)["causes"]
    assert {"k1": "sudden_event"} == facts(case, c0ffee="sudden_event")["causes"]
    assert (["k1"], []) == (
        facts(case)["cause_numbers"],
        facts(case, "2022-02-28")["cause_numbers"],
    )


def grant(fen: int, way: str = "money") -> tuple[str, dict[str, Any]]:
    return "HelpGranted", {"amount_fen": fen, "help": "temporary", "way": way}


def roster(fen: int, kind: str = "one_off") -> tuple[str, dict[str, Any]]:
    line = {"account": "a" + "0" * 32, "amount_fen": fen, "month": "2022-03", "run": "run/x"}
    return "PaymentRostered", {"kind": kind, **line}


@given(
    granted=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["money", "goods", "service"]))),
    rostered=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["one_off", "regular"]))),
)
def test_what_is_unpaid_is_what_was_granted_in_money_less_one_off_lines(
    granted: list[tuple[int, str]], rostered: list[tuple[int, str]]
) -> None:
    """S4-045, S4-048."""
    case = fold(*(grant(*one) for one in granted), *(roster(*one) for one in rostered))
    due = sum(fen for fen, way in granted if way == "money")

    assert due == case.help.granted_fen
    assert (
        due - sum(fen for fen, kind in rostered if kind == "one_off")
        == (facts(case)["granted_unpaid_fen"])
    )
    assert len(granted) == len(case.help.grants)


@pytest.mark.parametrize("stage", ["applied", "opined", "refused", "approved", "terminating"])
def test_help_ends_a_case_that_has_no_monthly_support(stage: str) -> None:
    """S4-045: no termination is needed; monthly support runs on beside the help."""
    after = fold(grant(5), stage=stage).stage

    assert after == (stage if stage in {"approved", "terminating"} else "helped")


@pytest.mark.parametrize(
    ("name", "act", "data"),
    [
        ("cn-dibao-2012", *grant(5)),
        ("gz-dibao-2022", *grant(5)),
        ("fj-sanming-dibao-2021", *grant(5)),
        ("cn-special-2014", "RecognitionGranted", RECOGNISED),
        ("fj-sanming-2021", "RecognitionGranted", RECOGNISED),
        (
            "gz-county-2022",
            "GradualExitGranted",
            {"from_month": "2022-04", "ground": "income", "months": 3},
        ),
    ],
)
def test_a_pack_that_says_nothing_of_a_decision_lets_nobody_take_it(
    name: str, act: str, data: dict[str, Any]
) -> None:
    """S4-013, S4-045: money is granted and people are recognised by a rule, and not for want of one."""
    wish = Proposal(
        type=act,
        stream=CASE,
        event=msgspec.convert(data, EVENTS[act].struct),
        effective_on="2022-03-05",
        actor="u1",
        office=TOWNSHIP,
    )
    given_ = Circumstances(case=fold(), pack=pack(name), recorded_on="2022-03-05", stream_version=1)
    answer = decide(wish, given_)

    assert isinstance(answer, Refused)
    assert ["ledger.rule"] == [one.clause for one in answer.refusals]
