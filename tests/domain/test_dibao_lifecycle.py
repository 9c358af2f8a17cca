"""A household on the allowance through random acts, held against a model that is easy to read."""

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
from aidledger.domain.values import add_months, next_month

STANDARD_FEN, SUPPLEMENTS_FEN = 70_500, {"elderly": 14_100, "seriously_ill": 21_150}
EXIT_MONTHS = 6
PACK = "gz-dibao-n22-2022"
KINDS = {TOWNSHIP: "township", COUNTY: "civil_affairs", "520123-fin": "finance"}
HEAD, CHILD = ("p" + digit * 32 for digit in "12")
BORN = {HEAD: "1984-02-29", CHILD: "2015-06-01"}


class Allowance(RuleBasedStateMachine):
    """Parent and child; the income goes up and down, the child comes and goes, categories change."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Case(stream=CASE)
        self.entries: list[Recorded] = []
        self.day = "2022-11-01"
        self.opened: dict[str, str] = {}
        # the model: what a clerk would have on one sheet
        self.members: set[str] = set()
        self.income_fen = -1
        self.categories: dict[str, tuple[str, str]] = {}
        self.stage = "discovered"
        self.due: dict[str, int] = {}
        """What is due from a month on, by month, the last written for a month."""
        self.exit_last = ""
        self.rostered: set[str] = set()

    def attempt(self, name: str, actor: str = "u1", office: str = TOWNSHIP, **data: Any) -> bool:
        """Propose an act; record it when it is allowed, and say whether it was."""
        sealed = {"category": data.pop("sealed")} if "sealed" in data else {}
        event = msgspec.convert(data, EVENTS[name].struct)
        proposal = Proposal(
            type=name, stream=CASE, event=event, effective_on=self.day, actor=actor, office=office
        )
        answer = decide(proposal, self.given(office))
        if not isinstance(answer, Decided):
            assert answer.refusals
            return False
        before = self.given(office)
        for step in answer.steps:
            self.keep(step.event, actor, office, sealed)
        for step in follow(proposal, before, self.given(office)):
            self.keep(step.event, actor, office, {})
        return True

    def given(self, office: str) -> Circumstances:
        """Return what a decision on this day may know."""
        return Circumstances(
            case=self.case,
            run=PayRun(stream="run/x", version=1, opened_by="f1"),
            pack=pack(PACK),
            calendar=calendar(),
            recorded_on=self.day,
            revealed=self.opened,
            stream_version=self.case.version,
            office_kind=KINDS[office],
        )

    def keep(self, event: Any, actor: str, office: str, sealed: dict[str, str]) -> None:
        """Fold one event."""
        entry = Recorded(
            actor=actor,
            effective_on=self.day,
            event=event,
            office=office,
            position=len(self.entries),
            recorded_at=f"{self.day}T02:00:00.000000Z",
            sealed=sealed,
            stream=CASE,
            version=self.case.version + 1,
        )
        self.entries.append(entry)
        self.case = evolve(self.case, entry)

    @property
    def difference(self) -> int:
        """The standard for each member less the income, not below nothing; 0 where none is known."""
        known = self.income_fen if self.income_fen >= 0 else STANDARD_FEN * 9
        return max(STANDARD_FEN * len(self.members) - known, 0)

    @property
    def monthly_fen(self) -> int:
        """The difference and of each member the highest supplement."""
        if not self.difference:
            return 0
        highest = {
            person: max(
                SUPPLEMENTS_FEN[word] for who, word in self.categories.values() if who == person
            )
            for person in {who for who, _ in self.categories.values()} & self.members
        }
        return self.difference + sum(highest.values())

    def set_anew(self, month: str | None = None, fen: int | None = None) -> None:
        """Write down what is due from the month after, once support runs."""
        if self.stage == "approved":
            from_month = max(month or next_month(self.day[:7]), self.case.from_month)
            in_exit = self.exit_last and from_month <= self.exit_last
            kept = self.due_in(from_month) if in_exit else self.monthly_fen
            self.due[from_month] = kept if fen is None else fen

    def due_in(self, month: str) -> int:
        """Return what is due in a month."""
        since = max((start for start in self.due if start <= month), default="")
        return self.due.get(since, 0)

    @initialize(running=st.sampled_from([False, True, True]))
    def apply(self, running: bool) -> None:
        """Apply as a household of two and accept; mostly go on until support runs."""
        application = {
            "applicant": HEAD,
            "area": "urban",
            "birth_on": BORN[HEAD],
            "programme": "dibao",
            "route": "self",
            "township": TOWNSHIP,
            "village": VILLAGE,
        }
        assert self.attempt("ApplicationSubmitted", **application)
        assert not self.attempt("ApplicationAccepted")
        lives = {"from_on": "2020-01-01", "kind": "permit", "place": COUNTY}
        assert self.attempt("ResidenceEvidenced", **lives)
        assert self.attempt("HouseholdDeclared", unit="household")
        self.member(HEAD, "joined")
        self.member(CHILD, "joined")
        assert self.attempt("ApplicationAccepted")
        self.stage = "accepted"
        if running:
            self.assess_income(30_000)
            self.take_in(vehicles=0)

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        """Days go by."""
        self.day = days_after(self.day, days)

    @rule(person=st.just(CHILD), change=st.sampled_from(["joined", "left"]))
    def member(self, person: str, change: str) -> None:
        """Somebody comes or goes: a fact."""
        assert self.attempt(
            "HouseholdMemberChanged",
            birth_on=BORN[person],
            change=change,
            changed_on=self.day,
            person=person,
            relation="head" if person == HEAD else "child",
        )
        (self.members.add if change == "joined" else self.members.discard)(person)
        self.set_anew()

    @rule(fen=st.sampled_from([0, 30_000, 70_499, 70_500, 140_999, 141_000, 200_000]))
    def assess_income(self, fen: int) -> None:
        """An income is assessed anew; a gradual exit ends with it."""
        assert self.attempt(
            "IncomeAssessed",
            ground="change",
            monthly_fen=fen,
            period_from="2022-01",
            period_to="2022-10",
        )
        self.income_fen, self.exit_last = fen, ""
        self.set_anew()

    @rule(
        number=st.sampled_from(["k1", "k2"]),
        person=st.sampled_from([HEAD, CHILD]),
        word=st.sampled_from(sorted(SUPPLEMENTS_FEN)),
    )
    def fall_into_category(self, number: str, person: str, word: str) -> None:
        """A category is recorded; what it is only the vault knows."""
        commitment = f"{number}-{len(self.entries)}"
        self.opened[commitment] = word
        data = {"from_on": self.day, "number": number, "person": person}
        assert self.attempt("CategoryRecorded", **data, sealed=commitment)
        self.categories[number] = (person, word)
        self.set_anew()

    @rule(number=st.sampled_from(["k1", "k2"]))
    def end_category(self, number: str) -> None:
        """A category no longer holds."""
        assert self.attempt("CategoryEnded", ended_on=self.day, number=number)
        self.categories.pop(number, None)
        self.set_anew()

    @precondition(lambda self: self.stage == "accepted")
    @rule(vehicles=st.sampled_from([0, 0, 1]))
    def take_in(self, vehicles: int) -> None:
        """Investigate and go the whole way: refused at the opinion, or approved."""
        surveyed: Any = {"has_income": True, "property_within_limit": True, "signed": True}
        assert self.attempt("HouseholdSurveyed", "u3", investigators=["u3", "u4"], **surveyed)
        assert self.attempt("NeighbourVisited", households=2)
        assert self.attempt("DataCompared", registers=["vehicles"], run_on=self.day)
        owned: Any = {"deposits_fen": 0, "dwellings": 1, "firms": 0, "vehicles": vehicles}
        assert self.attempt("PropertyAssessed", **owned)
        eligible = self.difference > 0 and not vehicles
        opinion = {"form": "household", "opinion": "approve"}
        assert self.attempt("ReviewOpinionGiven", "u2", **opinion) == eligible
        if not eligible:
            return
        notice = {"complaint_phone": "0851-0", "village": VILLAGE}
        planned = days_after(self.day, 7)
        assert self.attempt("PublicityStarted", "u2", **notice, planned_to=planned)
        self.day = planned
        assert self.attempt("PublicityEnded", to_on=self.day)
        assert self.attempt("CaseSubmitted", "u2", received_on=self.day)
        month = next_month(self.day[:7])
        decided = {"form": "household", "from_month": month}
        assert not self.attempt(
            "ApplicationApproved", "c1", COUNTY, **decided, limb="single_person"
        )
        assert self.attempt("ApplicationApproved", "c1", COUNTY, **decided, limb="household")
        self.stage = "approved"
        self.set_anew(month)

    @rule(months=st.sampled_from([1, 6, 7]))
    def grant_exit(self, months: int) -> None:
        """A gradual exit is for those supported, and for six months at most."""
        month = next_month(self.day[:7])
        data = {"from_month": month, "ground": "job", "months": months}
        allowed = self.stage == "approved" and months <= EXIT_MONTHS
        assert self.attempt("GradualExitGranted", "c1", COUNTY, **data) == allowed
        if allowed:
            given = [one.monthly_fen for one in self.case.entitlements[:-1] if one.monthly_fen]
            self.exit_last = add_months(month, months - 1)
            self.set_anew(month, given[-1] if given else 0)
            self.roster(2, wrong=False)

    @rule(back=st.integers(0, 2), wrong=st.booleans())
    def roster(self, back: int, wrong: bool) -> None:
        """A line is what is due for its month, once, and not after a gradual exit is over."""
        month = add_months(self.day[:7], back)
        due = self.due_in(month)
        over = bool(self.exit_last) and month > self.exit_last
        allowed = due > 0 and not wrong and not over and month not in self.rostered
        done = self.attempt(
            "PaymentRostered",
            "f1",
            "520123-fin",
            account="a" + "0" * 32,
            amount_fen=due + 100 if wrong else due,
            month=month,
            run="run/x",
        )
        assert done == allowed
        if done:
            self.rostered.add(month)

    @invariant()
    def what_is_due_is_what_the_sheet_says(self) -> None:
        """The fold and the sheet agree, now and in two months."""
        for month in (self.day[:7], add_months(self.day[:7], 2)):
            assert self.case.payable_fen(month) == self.due_in(month)

    @invariant()
    def folding_again_gives_the_same(self) -> None:
        """The state is a function of the entries, and of nothing else."""
        assert fold_case(CASE, self.entries) == self.case


Allowance.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestAllowance = Allowance.TestCase
