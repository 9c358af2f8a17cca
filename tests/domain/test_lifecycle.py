"""Drives a case through random acts, and holds every answer against a model that is easy to read."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.domain.people import CASE, COUNTY, TOWNSHIP, VILLAGE, calendar, days_after, pack

from aidledger.domain.case import evolve, fold_case
from aidledger.domain.casestate import Case
from aidledger.domain.decide import Circumstances, Decided, decide, follow
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.payrun import PayRun
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import next_month

SURVEYORS = ["u3", "u4"]
OPINION_GIVER = "u2"
APPROVER = "c1"
STATED = ["work_ability", "livelihood", "obligors"]
KINDS = {TOWNSHIP: "township", COUNTY: "civil_affairs", "520123-fin": "finance"}


class CaseLifecycle(RuleBasedStateMachine):
    """One person aged 72 without income; what differs is the order and the care of the offices."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Case(stream=CASE)
        self.entries: list[Recorded] = []
        self.day = "2022-01-04"
        # the model: what a clerk would tick off on paper
        self.ticks: set[str] = set()
        self.hits: set[str] = set()
        self.objections: set[str] = set()
        self.notice: tuple[str, str] | None = None
        self.notice_down: str | None = None
        self.stage = "discovered"
        self.from_month = ""
        self.died_month = ""
        self.last_month = ""
        self.rostered: set[str] = set()
        self.paid_fen = 0

    def attempt(self, name: str, actor: str = "u1", office: str = TOWNSHIP, **data: Any) -> bool:
        """Propose an act; record it when it is allowed, and say whether it was."""
        kind = EVENTS[name]
        event = msgspec.convert(data, kind.struct)
        proposal = Proposal(
            type=name, stream=CASE, event=event, effective_on=self.day, actor=actor, office=office
        )
        answer = decide(proposal, self.given(office))
        if not isinstance(answer, Decided):
            assert answer.refusals
            assert all(r.citation and r.text_zh and r.text_en for r in answer.refusals)
            return False
        before = self.given(office)
        for step in answer.steps:
            self.keep(step.event, actor, office)
        for step in follow(proposal, before, self.given(office)):
            self.keep(step.event, actor, office)
        return True

    @property
    def decided(self) -> bool:
        """Whether the application has had its decision."""
        return bool(self.from_month)

    def given(self, office: str) -> Circumstances:
        """Return what a decision on this day may know."""
        return Circumstances(
            case=self.case,
            run=PayRun(stream="run/x", version=1, opened_by="f1"),
            pack=pack(),
            calendar=calendar(),
            recorded_on=self.day,
            stream_version=self.case.version,
            office_kind=KINDS[office],
        )

    def keep(self, event: Any, actor: str, office: str) -> None:
        """Fold one event."""
        entry = Recorded(
            actor=actor,
            effective_on=self.day,
            event=event,
            office=office,
            position=len(self.entries),
            recorded_at=f"{self.day}T02:00:00.000000Z",
            sealed={},
            stream=CASE,
            version=self.case.version + 1,
        )
        self.entries.append(entry)
        self.case = evolve(self.case, entry)

    @initialize()
    def apply(self) -> None:
        """A case begins with its application."""
        assert self.attempt(
            "ApplicationSubmitted",
            applicant="p" + "1" * 32,
            area="rural",
            birth_on="1949-12-31",
            display_name="张**",
            route="self",
            township=TOWNSHIP,
            village=VILLAGE,
        )
        self.stage = "applied"

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        """Days go by."""
        self.day = days_after(self.day, days)

    @rule(covers=st.sampled_from([STATED, STATED[1:]]))
    def state(self, covers: list[str]) -> None:
        """The applicant states something; what was once stated stays so."""
        assert self.attempt("StatementFiled", covers=covers, true_declared=True)
        if covers == STATED:
            self.ticks.add("stated")

    @rule()
    def accept(self) -> None:
        """Acceptance follows an application that states what it must, once."""
        allowed = self.stage == "applied" and "stated" in self.ticks
        assert self.attempt("ApplicationAccepted") == allowed
        if allowed:
            self.stage = "accepted"
            self.ticks.add("accepted")

    @rule(signed=st.booleans(), two=st.booleans())
    def survey(self, signed: bool, two: bool) -> None:
        """A survey is a fact: recorded however it was done."""
        assert self.attempt(
            "HouseholdSurveyed",
            actor="u3",
            has_income=False,
            investigators=SURVEYORS if two else SURVEYORS[:1],
            property_within_limit=True,
            signed=signed,
        )
        self.ticks.discard("surveyed well")
        if signed and two:
            self.ticks.add("surveyed well")

    @rule()
    def visit_neighbours(self) -> None:
        """Neighbours are asked."""
        assert self.attempt("NeighbourVisited", households=2)
        self.ticks.add("neighbours")

    @rule(hits=st.sets(st.sampled_from(["h1", "h2"])))
    def compare(self, hits: set[str]) -> None:
        """Registers are compared; hits stay open until disposed of."""
        assert self.attempt(
            "DataCompared", hits=sorted(hits), registers=["vehicles"], run_on=self.day
        )
        self.ticks.add("compared")
        self.hits = set(hits)

    @rule(hit=st.sampled_from(["h1", "h2"]))
    def dispose_hit(self, hit: str) -> None:
        """One hit is answered."""
        assert self.attempt("ComparisonHitDisposed", cleared=True, hit=hit, reason="sold")
        self.hits.discard(hit)

    @rule(able=st.booleans())
    def assess_obligor(self, able: bool) -> None:
        """Obligors are assessed."""
        assert self.attempt("ObligorAssessed", able=able, ground="none" if able else "no_obligor")
        self.ticks.discard("no able obligor")
        if not able:
            self.ticks.add("no able obligor")

    @rule(actor=st.sampled_from([OPINION_GIVER, "u3"]))
    def give_opinion(self, actor: str) -> None:
        """The opinion needs the whole investigation."""
        needed = {"accepted", "surveyed well", "neighbours", "compared", "no able obligor"}
        allowed = needed <= self.ticks and not self.hits and not self.decided
        done = self.attempt("ReviewOpinionGiven", actor, form="decentralised", opinion="approve")
        assert done == allowed
        if done:
            self.stage = "opined"
            self.ticks.add("opinion")

    @rule(days=st.sampled_from([6, 7, 10]))
    def put_up_notice(self, days: int) -> None:
        """A notice is planned for seven days at least."""
        allowed = "opinion" in self.ticks and days >= 7 and not self.decided
        done = self.attempt(
            "PublicityStarted",
            complaint_phone="0851-0",
            evidence="a" * 64,
            planned_to=days_after(self.day, days),
            village=VILLAGE,
        )
        assert done == allowed
        if done:
            self.stage = "in_publicity"
            self.notice, self.notice_down = (self.day, days_after(self.day, days)), None

    @precondition(lambda self: self.notice is not None and self.notice_down is None)
    @rule()
    def take_down_notice(self) -> None:
        """A notice comes down, be it early: a fact."""
        assert self.attempt("PublicityEnded", to_on=self.day)
        self.stage = "published"
        self.notice_down = self.day

    @rule(name=st.sampled_from(["o1", "o2"]))
    def object_to_it(self, name: str) -> None:
        """Somebody objects."""
        assert self.attempt("ObjectionRaised", objection=name)
        self.objections.add(name)

    @rule(name=st.sampled_from(["o1", "o2"]))
    def reinvestigate(self, name: str) -> None:
        """An objection is answered."""
        assert self.attempt("ObjectionReinvestigated", objection=name, upheld=False)
        self.objections.discard(name)

    def published_properly(self) -> bool:
        """Whether the notice was up for seven days and nothing is open."""
        return (
            self.notice is not None
            and self.notice_down is not None
            and days_after(self.notice[0], 7) <= self.notice_down
            and not self.objections
        )

    @rule()
    def submit(self) -> None:
        """Only a published case goes up."""
        allowed = self.published_properly() and not self.decided
        assert self.attempt("CaseSubmitted", received_on=self.day) == allowed
        if allowed:
            self.stage = "submitted"
            self.ticks.add("submitted")

    @rule(
        actor=st.sampled_from([APPROVER, OPINION_GIVER, "u3"]),
        office=st.sampled_from([COUNTY, TOWNSHIP]),
        right_month=st.booleans(),
    )
    def approve(self, actor: str, office: str, right_month: bool) -> None:
        """The county approves what went the whole way, by somebody who had no hand in it."""
        month = next_month(self.day[:7]) if right_month else self.day[:7]
        allowed = (
            "submitted" in self.ticks
            and self.published_properly()
            and "no able obligor" in self.ticks
            and not self.decided
            and office == COUNTY
            and actor not in {*self.case.investigators, self.case.opinion_by}
            and right_month
            and not self.died_month
        )
        done = self.attempt(
            "ApplicationApproved",
            actor,
            office,
            form="decentralised",
            from_month=month,
            limb="age",
        )
        assert done == allowed
        if done:
            self.stage = "approved"
            self.from_month = month

    @rule(steps=st.integers(1, 8))
    def go_on_lawfully(self, steps: int) -> None:
        """Some steps of a careful office; they keep the machine from staying at the door."""
        for _ in range(steps):
            self.go_one_step()

    def go_one_step(self) -> None:
        """Take the step that is next, trying first what must be refused."""
        match self.stage:
            case "applied":
                self.state(STATED[1:])
                self.accept()
                self.state(STATED)
                self.accept()
            case "accepted":
                self.survey(signed=True, two=False)
                self.give_opinion(OPINION_GIVER)
                self.survey(signed=True, two=True)
                self.visit_neighbours()
                self.compare(set())
                self.assess_obligor(able=False)
                self.give_opinion(OPINION_GIVER)
            case "opined":
                self.put_up_notice(7)
            case "in_publicity":
                self.time_passes(8)
                self.take_down_notice()
            case "published":
                for name in sorted(self.objections):
                    self.reinvestigate(name)
                self.submit()
            case "submitted":
                self.approve(OPINION_GIVER, COUNTY, right_month=True)
                self.approve(APPROVER, TOWNSHIP, right_month=True)
                self.approve(APPROVER, COUNTY, right_month=False)
                self.approve(APPROVER, COUNTY, right_month=True)
            case "approved":
                self.time_passes(28)
                self.roster(back=0, wrong=False)
            case _:
                pass

    @precondition(lambda self: self.stage in ("approved", "submitted"))
    @rule()
    def die(self) -> None:
        """A death is a fact."""
        if not self.died_month:
            assert self.attempt("DeathRecorded", died_on=self.day, source="civil_registry")
            self.died_month = self.day[:7]

    @rule(back=st.integers(0, 2), wrong=st.booleans())
    def roster(self, back: int, wrong: bool) -> None:
        """A line is the entitlement of its month, once, for a living person."""
        month = self.day[:7]
        for _ in range(back):
            month = next_month(month)
        ended = self.died_month and month > self.died_month
        due = 112800 if self.from_month and self.from_month <= month and not ended else 0
        allowed = due > 0 and not wrong and month not in self.rostered
        done = self.attempt(
            "PaymentRostered",
            "f1",
            "520123-fin",
            account=self.case.account or "a" + "0" * 32,
            amount_fen=due + 100 if wrong else due,
            month=month,
            run="run/x",
        )
        if done:
            assert allowed
            self.rostered.add(month)

    @rule(fen=st.integers(0, 200000))
    def bank_pays(self, fen: int) -> None:
        """What the bank did is recorded, right or wrong."""
        assert self.attempt(
            "PaymentIssued",
            "bank",
            account="a" + "0" * 32,
            amount_fen=fen,
            month=self.day[:7],
            paid_on=self.day,
            run="run/x",
        )
        self.paid_fen += fen

    @invariant()
    def the_fold_is_the_model(self) -> None:
        """What the ledger says is what the clerk ticked off."""
        assert self.case.stage == self.stage
        assert self.case.paid_fen == self.paid_fen
        assert self.case.open_objections == self.objections
        assert self.case.open_hits == self.hits
        assert self.case.version == len(self.entries)

    @invariant()
    def folding_again_gives_the_same(self) -> None:
        """The state is a function of the entries, and of nothing else."""
        assert fold_case(CASE, self.entries) == self.case

    @invariant()
    def nobody_is_entitled_unapproved_or_unpublished(self) -> None:
        """An entitlement means an approval, after a notice of seven days."""
        if self.case.entitlements:
            assert self.from_month
            assert self.case.decided_on


CaseLifecycle.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestCaseLifecycle = CaseLifecycle.TestCase
