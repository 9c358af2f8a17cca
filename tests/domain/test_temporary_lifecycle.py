"""A person in need through random acts in two cases, held against a model that is easy to read."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.domain.people import COUNTY, TOWNSHIP, VILLAGE, calendar, days_after, pack

from aidledger.domain.case import evolve, fold_case
from aidledger.domain.casestate import Case
from aidledger.domain.decide import Circumstances, Decided, decide, follow
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.payrun import PayRun
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import parse_day

PACK = "gz-temporary-2022"
PERSON = "p" + "1" * 32
KINDS = {TOWNSHIP: "township", COUNTY: "civil_affairs", "520123-fin": "finance"}
LIMIT_FEN, LEAST_FEN, MOST_FEN, SAME_CAUSE_DAYS = 300_000, 10_000, 3_000_000, 180
CASES = ("case/520123-2022-000001", "case/520123-2022-000002")
sums = st.sampled_from([0, 9_999, 10_000, 10_000, 300_000, 300_000, 300_001, 3_000_001])


class Relief(RuleBasedStateMachine):
    """One person with two cases: what is granted where, what of it is rostered, and when again."""

    def __init__(self) -> None:
        super().__init__()
        self.cases = {stream: Case(stream=stream) for stream in CASES}
        self.entries: dict[str, list[Recorded]] = {stream: [] for stream in CASES}
        self.opened: dict[str, str] = {}
        self.day = "2022-02-01"
        self.written = 0
        # the model: what a clerk would have on one sheet
        self.granted: list[tuple[str, str, int, bool]] = []
        """Day, case, fen, and whether in money."""
        self.rostered: dict[str, int] = dict.fromkeys(CASES, 0)
        self.published = dict.fromkeys(CASES, "")

    def attempt(
        self, stream: str, name: str, actor: str = "u1", office: str = TOWNSHIP, **data: Any
    ) -> bool:
        """Propose an act; record it when it is allowed, and say whether it was."""
        sealed = {"category": data.pop("sealed")} if "sealed" in data else {}
        event = msgspec.convert(data, EVENTS[name].struct)
        proposal = Proposal(
            type=name, stream=stream, event=event, effective_on=self.day, actor=actor, office=office
        )
        answer = decide(proposal, self.given(stream, office))
        if not isinstance(answer, Decided):
            assert answer.refusals
            return False
        for step in answer.steps:
            self.keep(stream, step.event, actor, office, sealed)
        given = self.given(stream, office)
        assert not follow(proposal, given, given)
        return True

    def given(self, stream: str, office: str) -> Circumstances:
        """Return what a decision on this day may know."""
        return Circumstances(
            case=self.cases[stream],
            others=tuple(one for name, one in self.cases.items() if name != stream),
            run=PayRun(stream="run/x", version=1, opened_by="f1"),
            pack=pack(PACK),
            calendar=calendar(),
            recorded_on=self.day,
            revealed=self.opened,
            stream_version=self.cases[stream].version,
            office_kind=KINDS[office],
        )

    def keep(
        self, stream: str, event: Any, actor: str, office: str, sealed: dict[str, str]
    ) -> None:
        """Fold one event."""
        self.written += 1
        entry = Recorded(
            actor=actor,
            effective_on=self.day,
            event=event,
            office=office,
            position=self.written,
            recorded_at=f"{self.day}T02:00:00.000000Z",
            sealed=sealed,
            stream=stream,
            version=self.cases[stream].version + 1,
        )
        self.entries[stream].append(entry)
        self.cases[stream] = evolve(self.cases[stream], entry)

    @initialize()
    def apply(self) -> None:
        """Apply in both cases, lives here, with a cause on record in each; accepted."""
        application = {
            "applicant": PERSON,
            "area": "rural",
            "birth_on": "1984-02-29",
            "programme": "temporary",
            "route": "self",
            "township": TOWNSHIP,
            "village": VILLAGE,
        }
        lives = {"from_on": "2020-01-01", "kind": "registered", "place": COUNTY}
        for number, stream in enumerate(CASES):
            assert self.attempt(stream, "ApplicationSubmitted", **application)
            assert self.attempt(stream, "ResidenceEvidenced", **lives)
            self.opened[f"c{number}"] = "sudden_event"
            cause = {"from_on": self.day, "number": "k1", "person": PERSON}
            assert self.attempt(stream, "CategoryRecorded", **cause, sealed=f"c{number}")
            assert self.attempt(stream, "ApplicationAccepted")
            assert not self.attempt(
                stream, "ApplicationApproved", "c1", COUNTY,
                form="household", from_month="2022-03", limb="emergency",
            )  # fmt: skip

    @rule(days=st.sampled_from([1, 29, 150, 150]))
    def time_passes(self, days: int) -> None:
        """Days go by."""
        self.day = days_after(self.day, days)

    @rule(stream=st.sampled_from(CASES))
    def go_the_whole_way(self, stream: str) -> None:
        """Survey, compare, appraise, give an opinion and publish: only before the decision."""
        open_ = not self.is_helped(stream)
        surveyed: Any = {"has_income": True, "property_within_limit": True, "signed": True}
        self.attempt(stream, "HouseholdSurveyed", "u3", investigators=["u3", "u4"], **surveyed)
        self.attempt(stream, "DataCompared", registers=["vehicles"], run_on=self.day)
        counted: Any = {"against": 0, "attendees": 9, "passed": True, "representatives": 7}
        self.attempt(stream, "AppraisalHeld", **counted)
        if not self.cases[stream].household.members:
            member: Any = {"birth_on": "1984-02-29", "person": PERSON, "relation": "head"}
            self.attempt(
                stream, "HouseholdMemberChanged", change="joined", changed_on=self.day, **member
            )
        period: Any = {"period_from": "2021-01", "period_to": "2021-12"}
        self.attempt(stream, "IncomeAssessed", ground="application", monthly_fen=0, **period)
        opinion = {"form": "household", "opinion": "approve"}
        assert self.attempt(stream, "ReviewOpinionGiven", "u5", **opinion) == open_
        if open_:
            notice = {"complaint_phone": "0851-0", "village": VILLAGE}
            planned = days_after(self.day, 7)
            assert self.attempt(stream, "PublicityStarted", **notice, planned_to=planned)
            self.day = planned
            assert self.attempt(stream, "PublicityEnded", to_on=self.day)
            assert self.attempt(stream, "CaseSubmitted", received_on=self.day)
            self.published[stream] = self.day

    @rule(
        stream=st.sampled_from(CASES),
        fen=sums,
        office=st.sampled_from([TOWNSHIP, COUNTY]),
        how=st.tuples(
            st.sampled_from(["emergency", "emergency", "expenditure"]),
            st.sampled_from(["money", "money", "goods", "service", "waiver"]),
        ),
        ago=st.sampled_from([0, 3, 170]),
    )
    def grant(self, stream: str, fen: int, office: str, how: tuple[str, str], ago: int) -> None:
        """A grant is within bounds, by who may, for a cause that was not helped, once a case."""
        kind, way = how
        cause_on = days_after(self.day, -ago)
        again = any(
            cause_on <= day and (parse_day(self.day) - parse_day(day)).days < SAME_CAUSE_DAYS
            for day, *_ in self.granted
        )
        within = fen == 0 if way == "service" else LEAST_FEN <= fen <= MOST_FEN
        allowed = (
            not self.is_helped(stream)
            and not again
            and within
            and way != "waiver"
            and (office == COUNTY or fen <= LIMIT_FEN)
            and (kind == "emergency" or bool(self.published[stream]))
        )
        data: Any = {"cause": "k1", "cause_on": cause_on, "help": "temporary", "kind": kind}
        done = self.attempt(stream, "HelpGranted", "c1", office, amount_fen=fen, way=way, **data)
        assert done == allowed
        if done:
            self.granted.append((self.day, stream, fen, way == "money"))

    @rule(stream=st.sampled_from(CASES), more=st.sampled_from([0, 0, 1, -1]))
    def roster(self, stream: str, more: int) -> None:
        """A line is what was granted in money and stands on no roster yet, to the fen."""
        due = self.due(stream) - self.rostered[stream]
        line: Any = {"account": "a" + "0" * 32, "month": self.day[:7], "run": "run/x"}
        fen = max(due + more, 0)
        done = self.attempt(
            stream, "PaymentRostered", "f1", "520123-fin", amount_fen=fen, kind="one_off", **line
        )
        assert done == (fen == due > 0)
        if done:
            self.rostered[stream] += fen
        assert not self.attempt(
            stream, "PaymentRostered", "f1", "520123-fin", amount_fen=due, kind="regular", **line
        )

    def is_helped(self, stream: str) -> bool:
        """Whether a case was helped."""
        return any(one == stream for _, one, *_ in self.granted)

    def due(self, stream: str) -> int:
        """Return what was granted in a case in money."""
        return sum(fen for _, one, fen, money in self.granted if one == stream and money)

    @invariant()
    def no_case_is_paid_more_than_it_was_granted(self) -> None:
        """The fold and the sheet agree; nothing is due by month, nothing has to be ended."""
        for stream, case in self.cases.items():
            assert case.help.granted_fen == self.due(stream)
            assert 0 <= case.help.rostered_fen == self.rostered[stream] <= self.due(stream)
            assert (case.stage == "helped") == self.is_helped(stream)
            assert not case.payable_fen(self.day[:7])

    @invariant()
    def folding_again_gives_the_same(self) -> None:
        """The state is a function of the entries, and of nothing else."""
        for stream, case in self.cases.items():
            assert fold_case(stream, self.entries[stream]) == case


def test_the_walk_sees_a_window_that_is_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """F026: 150 days later, for a cause that was there before the first help."""

    def again() -> None:
        walk = Relief()
        walk.apply()
        walk.grant(CASES[0], 10_000, TOWNSHIP, ("emergency", "money"), 0)
        walk.time_passes(150)
        walk.grant(CASES[1], 10_000, TOWNSHIP, ("emergency", "money"), 170)

    again()
    monkeypatch.setattr(f"{__name__}.SAME_CAUSE_DAYS", 100)
    with pytest.raises(AssertionError):
        again()


Relief.TestCase.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
TestRelief = Relief.TestCase
