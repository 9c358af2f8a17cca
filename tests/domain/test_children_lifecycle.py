"""A child with two applications through random acts, held against a model that is easy to read."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.domain.people import COUNTY, TOWNSHIP, VILLAGE, calendar, days_after, pack

from aidledger.domain.case import evolve, fold_case
from aidledger.domain.casestate import Case
from aidledger.domain.decide import Circumstances, Decided, decide, follow
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.payrun import PayRun
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import age_on, next_month

PACKS = {"orphan": "gz-children-2022", "tekun": "gz-county-2022"}
OTHER = {"orphan": "tekun", "tekun": "orphan"}
DUE_FEN = {"orphan": 120_000, "tekun": 112_800}
KINDS = {TOWNSHIP: "township", COUNTY: "civil_affairs", "520123-fin": "finance"}
BORN = "2007-02-28"
CHILD, AUNT = ("p" + digit * 32 for digit in "12")
PARENTS = ("father", "mother")
GROUNDS = ["dead", "missing", "prison", "none"]
programmes = st.sampled_from(["orphan", "tekun"])
RUNS = ("approved",)


class Child(RuleBasedStateMachine):
    """Fourteen years old; asked for as an orphan and as a person in extreme hardship (C17)."""

    def __init__(self) -> None:
        super().__init__()
        self.cases = {name: Case(stream=f"case/520123-2022-{name}") for name in PACKS}
        self.entries: dict[str, list[Recorded]] = {name: [] for name in PACKS}
        self.day = "2022-01-04"
        # the model: what a clerk would have on one sheet
        self.stage = dict.fromkeys(PACKS, "applied")
        self.from_month = dict.fromkeys(PACKS, "")
        self.rostered: dict[str, set[str]] = {name: set() for name in PACKS}
        self.parents: dict[str, str] = {}
        self.guardian_to: str | None = None
        self.holder = ""
        self.given_up: set[str] = set()

    def attempt(
        self, on: str, name: str, /, actor: str = "u1", office: str = TOWNSHIP, **data: Any
    ) -> bool:
        """Propose an act on one of the cases; record it when it is allowed, and say whether it was."""
        event = msgspec.convert(data, EVENTS[name].struct)
        proposal = Proposal(
            type=name,
            stream=self.cases[on].stream,
            event=event,
            effective_on=self.day,
            actor=actor,
            office=office,
        )
        before = self.given(on, office)
        answer = decide(proposal, before)
        if not isinstance(answer, Decided):
            return False
        for step in answer.steps:
            self.keep(on, step.event, actor, office)
        for step in follow(proposal, before, self.given(on, office)):
            self.keep(on, step.event, actor, office)
        return True

    def given(self, programme: str, office: str) -> Circumstances:
        """Return what a decision on this day may know."""
        case = self.cases[programme]
        return Circumstances(
            case=case,
            others=(self.cases[OTHER[programme]],),
            run=PayRun(stream="run/x", version=1, opened_by="f1"),
            pack=pack(PACKS[programme]),
            calendar=calendar(),
            recorded_on=self.day,
            stream_version=case.version,
            office_kind=KINDS[office],
        )

    def keep(self, programme: str, event: Any, actor: str, office: str) -> None:
        """Fold one event."""
        case, entries = self.cases[programme], self.entries[programme]
        entry = Recorded(
            actor=actor,
            effective_on=self.day,
            event=event,
            office=office,
            position=len(entries),
            recorded_at=f"{self.day}T02:00:00.000000Z",
            sealed={},
            stream=case.stream,
            version=case.version + 1,
        )
        entries.append(entry)
        self.cases[programme] = evolve(case, entry)

    def excluded(self, programme: str, *stages: str) -> bool:
        """Whether the other programme stands in the way, or this one was given up."""
        other = OTHER[programme]
        beside = self.stage[other] in stages and other not in self.given_up
        return beside or programme in self.given_up

    @initialize()
    def apply(self) -> None:
        """A guardian applies twice, for either programme."""
        for programme in PACKS:
            assert self.attempt(
                programme,
                "ApplicationSubmitted",
                applicant=CHILD,
                area="rural",
                birth_on=BORN,
                programme=programme,
                route="proxy",
                township=TOWNSHIP,
                village=VILLAGE,
            )
        stated: Any = {"covers": ["work_ability", "livelihood", "obligors"], "true_declared": True}
        assert self.attempt("tekun", "StatementFiled", **stated)
        assert self.attempt("tekun", "ObligorAssessed", able=False, ground="no_obligor")

    @rule(days=st.sampled_from([1, 9, 30, 300]))
    def time_passes(self, days: int) -> None:
        """Days go by."""
        self.day = days_after(self.day, days)

    @rule(parent=st.sampled_from(PARENTS), ground=st.sampled_from(GROUNDS))
    def look_into(self, parent: str, ground: str) -> None:
        """What is found of a parent is a fact; the last counts."""
        able = ground == "none"
        assert self.attempt("orphan", "ObligorAssessed", able=able, ground=ground, obligor=parent)
        self.parents[parent] = ground

    @rule(days=st.sampled_from([0, 40, 4000]), kind=st.sampled_from(["guardian", "entrusted"]))
    def name_guardian(self, days: int, kind: str) -> None:
        """Somebody answers for the child from today, up to a day."""
        to_on = days_after(self.day, days)
        given: Any = {"from_on": self.day, "guardian": AUNT, "kind": kind, "to_on": to_on}
        assert self.attempt("orphan", "GuardianRecorded", **given)
        self.guardian_to = to_on

    @rule(holder=st.sampled_from(["guardian", "institution", "other"]))
    def bind_account(self, holder: str) -> None:
        """An account is named, whoever holds it."""
        for programme in PACKS:
            given: Any = {"account": "a" + "0" * 32, "holder": holder}
            assert self.attempt(programme, "AccountBound", **given)
        self.holder = holder

    @rule(chosen=programmes, consent=st.booleans(), on=programmes)
    def choose(self, chosen: str, consent: bool, on: str) -> None:
        """Of the two one is chosen, on either file; without consent nothing is."""
        self.time_passes(1)
        given: Any = {"chosen": chosen, "consent": consent, "given_up": OTHER[chosen]}
        assert self.attempt(on, "ProgrammeChosen", **given)
        if consent:
            self.given_up = (self.given_up - {chosen}) | {OTHER[chosen]}

    @rule(programme=programmes)
    def accept(self, programme: str) -> None:
        """One programme is taken in; the other only once one of the two was given up."""
        waiting = ("applied", "accepted", "opined", "submitted", *RUNS)
        allowed = self.stage[programme] == "applied" and not self.excluded(programme, *waiting)
        assert self.attempt(programme, "ApplicationAccepted") == allowed
        if allowed:
            self.stage[programme] = "accepted"

    @property
    def orphaned(self) -> bool:
        """Whether both parents were looked into, and are dead or missing."""
        found = list(self.parents.values())
        return len(found) == len(PARENTS) and set(found) <= {"dead", "missing"}

    def eligible(self, programme: str) -> bool:
        """Whether the child is what was applied for, on the day."""
        age = age_on(BORN, self.day)
        return age < 16 if programme == "tekun" else age < 18 and self.orphaned

    @precondition(lambda self: "accepted" in self.stage.values())
    @rule(programme=programmes)
    def opine(self, programme: str) -> None:
        """Investigate without a fault and give the opinion."""
        if self.stage[programme] != "accepted":
            return
        surveyed: Any = {"has_income": False, "property_within_limit": True, "signed": True}
        investigators = ["u3", "u4"]
        assert self.attempt(
            programme, "HouseholdSurveyed", "u3", investigators=investigators, **surveyed
        )
        assert self.attempt(programme, "NeighbourVisited", households=2)
        assert self.attempt(programme, "DataCompared", registers=["deaths"], run_on=self.day)
        opinion: Any = {"form": "decentralised", "opinion": "approve"}
        done = self.attempt(programme, "ReviewOpinionGiven", "u2", **opinion)
        assert done == self.eligible(programme)
        if done:
            self.stage[programme] = "opined"

    @precondition(lambda self: "opined" in self.stage.values())
    @rule(programme=programmes)
    def submit(self, programme: str) -> None:
        """Extreme hardship is published first; about an orphan no notice is ever put up."""
        if self.stage[programme] != "opined":
            return
        planned = days_after(self.day, 7)
        notice: Any = {"complaint_phone": "0851-0", "planned_to": planned, "village": VILLAGE}
        shown = self.attempt(programme, "PublicityStarted", "u2", **notice)
        assert shown == (programme == "tekun")
        if shown:
            self.day = planned
            assert self.attempt(programme, "PublicityEnded", to_on=planned)
        assert self.attempt(programme, "CaseSubmitted", "u2", received_on=self.day)
        self.stage[programme] = "submitted"

    @precondition(lambda self: "submitted" in self.stage.values())
    @rule(programme=programmes)
    def approve(self, programme: str) -> None:
        """An orphan is recognised and has a guardian; nobody is approved beside the other one."""
        if self.stage[programme] != "submitted":
            return
        may = self.eligible(programme)
        if programme == "orphan":
            recognised: Any = {"by_unit": COUNTY, "cause": "c", "recognised": "orphan"}
            known = self.attempt(programme, "RecognitionGranted", "c1", COUNTY, **recognised)
            assert known == may
            may = may and self.guardian_to is not None and self.day <= self.guardian_to
        month = next_month(self.day[:7])
        limb = "orphan" if programme == "orphan" else "minor"
        given: Any = {"form": "decentralised", "from_month": month, "limb": limb}
        done = self.attempt(programme, "ApplicationApproved", "c1", COUNTY, **given)
        assert done == (may and not self.excluded(programme, *RUNS))
        if done:
            self.stage[programme], self.from_month[programme] = "approved", month

    def due(self, programme: str, month: str) -> int:
        """Return what is due under a programme for a month."""
        since = self.from_month[programme]
        return DUE_FEN[programme] if since and since <= month else 0

    @rule(programme=programmes, ahead=st.booleans())
    def roster(self, programme: str, ahead: bool) -> None:
        """A month is paid once, into an account held for the child, and under one programme."""
        month = next_month(self.day[:7]) if ahead else self.day[:7]
        other = OTHER[programme]
        due = self.due(programme, month)
        allowed = due > 0 and month not in self.rostered[programme]
        allowed &= other in self.given_up or not self.due(other, month)
        allowed &= month not in self.rostered[other]
        if programme == "orphan":
            allowed &= self.holder in ("guardian", "institution")
            allowed &= age_on(BORN, f"{month}-01") < 18
        line: Any = {"account": "a" + "0" * 32, "amount_fen": due, "month": month, "run": "run/x"}
        done = self.attempt(programme, "PaymentRostered", "f1", "520123-fin", **line)
        assert done == allowed
        if done:
            self.rostered[programme].add(month)

    @rule(steps=st.integers(1, 6), programme=programmes)
    def go_on_lawfully(self, steps: int, programme: str) -> None:
        """Some steps of a careful office; they keep the machine from staying at the door."""
        for _ in range(steps):
            match self.stage[programme]:
                case "applied":
                    self.accept(programme)
                case "accepted":
                    for parent in PARENTS:
                        self.look_into(parent, "dead")
                    self.opine(programme)
                case "opined":
                    self.submit(programme)
                case "submitted":
                    self.approve(programme)
                    self.name_guardian(4000, "guardian")
                    self.approve(programme)
                case _:
                    self.bind_account("guardian")
                    self.roster(programme, ahead=True)

    @invariant()
    def the_fold_is_the_sheet(self) -> None:
        """Stage, what is due and who answers are the same in both."""
        for programme, case in self.cases.items():
            assert case.stage == self.stage[programme]
            month = next_month(self.day[:7])
            assert case.payable_fen(month) == self.due(programme, month)
            assert fold_case(case.stream, self.entries[programme]) == case

    @invariant()
    def no_month_is_paid_under_both(self) -> None:
        """What C17 asks for."""
        assert set() == self.rostered["orphan"] & self.rostered["tekun"]


Child.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestChild = Child.TestCase
