"""The life of a doubt: any wish in any order, held against a model that is easy to read (F097)."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.domain.people import CASE, COUNTY, calendar, pack

from aidledger.domain.decide import Circumstances, Decided, decide
from aidledger.domain.doubt import Doubt, evolve_doubt, fold_doubt, identity_of, next_steps
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded

DOUBT: Final = "doubt/F001-1"
LOOKED: Final = {"by": ["c7"], "found": ["so"], "verified_on": "2022-03-01"}
ABOUT: Final = {
    "case": CASE, "identity": "1d" * 32, "rule": "F001", "severity": "high", "subject": CASE,
}  # fmt: skip
OUTCOMES = st.lists(
    st.sampled_from(["recovery", "payment", "correction", "discipline", "none"]), max_size=2
)


def entry(position: int, name: str, stream: str = DOUBT, **data: Any) -> Recorded:
    return Recorded(
        actor="c1",
        effective_on="2022-03-01",
        event=msgspec.convert(data, EVENTS[name].struct),
        office=COUNTY,
        position=position,
        recorded_at="2022-03-01T01:00:00.000000Z",
        sealed={},
        stream=stream,
        version=position + 1,
    )


class DoubtLifecycle(RuleBasedStateMachine):
    """One doubt of a case; what differs is which step is tried when, and what is named."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Recorded] = []
        self.doubt = Doubt(stream=DOUBT)
        # the model: one word, and what a clerk would tick off
        self.at = "raised"
        self.on_site = False
        self.outcomes: list[str] = []
        self.decided = self.settled = 0
        self.used: set[int] = set()

    def record(self, name: str, **data: Any) -> None:
        said = entry(len(self.entries), name, **data)
        self.entries.append(said)
        self.doubt = evolve_doubt(self.doubt, said)

    def attempt(self, name: str, named: tuple[Recorded, ...] = (), **data: Any) -> bool:
        """Wish for a step; record it when it is allowed, and say whether it was."""
        event = msgspec.convert(data, EVENTS[name].struct)
        proposal = Proposal(
            type=name,
            stream=DOUBT,
            event=event,
            effective_on="2022-03-01",
            actor="c1",
            office=COUNTY,
        )
        answer = decide(
            proposal,
            Circumstances(
                doubt=self.doubt,
                named=named,
                pack=pack(),
                calendar=calendar(),
                recorded_on="2022-03-01",
                stream_version=len(self.entries),
                office_kind="audit",
            ),
        )
        if isinstance(answer, Decided):
            self.record(name, **data)
            return True
        assert all(one.citation and one.text_zh and one.text_en for one in answer.refusals)
        return False

    @initialize()
    def raised(self) -> None:
        self.record("DoubtRaised", positions=[0], amount_fen=5, **ABOUT)

    @rule(fen=st.integers(0, 9), at=st.integers(0, 9))
    def seen_again(self, fen: int, at: int) -> None:
        self.record("DoubtSeenAgain", positions=[at], amount_fen=fen, severity="high")

    @rule()
    def assigned(self) -> None:
        lawful = self.at in ("raised", "assigned", "reopened")
        assert lawful == self.attempt("DoubtAssigned", to_office=COUNTY)
        self.at = "assigned" if lawful else self.at

    @rule(on_site=st.booleans())
    def verified(self, *, on_site: bool) -> None:
        """A fact: always recorded; it counts until the doubt is judged."""
        self.record("DoubtVerified", on_site=on_site, **LOOKED)
        if self.at in ("raised", "assigned", "verified", "reopened"):
            self.at, self.on_site = "verified", self.on_site or on_site

    @rule(so=st.booleans())
    def judged(self, *, so: bool) -> None:
        lawful = self.at == "verified" and self.on_site
        assert lawful == self.attempt("DoubtConfirmed" if so else "DoubtRefuted", reason="so")
        if lawful:
            self.at = "confirmed" if so else "refuted"

    @rule(outcomes=OUTCOMES, fen=st.integers(0, 3))
    def decided_on(self, outcomes: list[str], fen: int) -> None:
        whole = bool(outcomes) and ("none" not in outcomes or set(outcomes) == {"none"})
        lawful = self.at == "confirmed" and whole
        assert lawful == self.attempt("DoubtDecided", outcomes=outcomes, amount_fen=fen)
        if lawful:
            self.at, self.outcomes, self.decided = "decided", outcomes, fen

    @rule(at=st.integers(100, 103), fen=st.integers(1, 3), off=st.sampled_from([0, 0, 0, 1]))
    def settled_by(self, at: int, fen: int, off: int) -> None:
        """Money that came back: it settles a recovery, once, for what it is."""
        came = entry(at, "PaymentRecovered", CASE, amount_fen=fen, month="2022-02", reason="x")
        lawful = (
            self.at in ("decided", "settled")
            and "recovery" in self.outcomes
            and at not in self.used
            and not off
        )
        assert lawful == self.attempt("DoubtSettled", (came,), entries=[at], amount_fen=fen + off)
        if lawful:
            self.at, self.settled = "settled", self.settled + fen
            self.used.add(at)

    @rule()
    def closed(self) -> None:
        by_entries = {"recovery", "payment", "correction"} & set(self.outcomes)
        owed = {"recovery", "payment"} & set(self.outcomes) and self.settled < self.decided
        lawful = self.at == "refuted" or (
            (self.at == "settled" or (self.at == "decided" and not by_entries)) and not owed
        )
        assert lawful == self.attempt("DoubtClosed")
        self.at = "closed" if lawful else self.at

    @rule()
    def reopened(self) -> None:
        lawful = self.at in ("refuted", "closed")
        assert lawful == self.attempt("DoubtReopened", reason="more")
        if lawful:
            self.at, self.on_site, self.outcomes = "reopened", False, []
            self.decided = self.settled = 0

    @invariant()
    def it_is_what_the_model_says(self) -> None:
        if not self.entries:
            return
        assert (self.at, 0) == (self.doubt.stage, self.doubt.out_of_order)
        assert (self.settled, self.used) == (self.doubt.settled_fen, set(self.doubt.settled_by))
        assert fold_doubt(DOUBT, self.entries) == self.doubt


TestDoubtLifecycle = DoubtLifecycle.TestCase
TestDoubtLifecycle.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize(
    ("period", "same"),
    [("2022-03/2022-09", True), ("2022-03", True), ("2022-04/2022-05", False), (None, False)],
)
def test_a_doubt_is_the_same_while_its_period_goes_on(period: str | None, same: bool) -> None:
    first = identity_of("F001", CASE, "2022-03/2022-04")

    assert same == (first == identity_of("F001", CASE, period))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=6), min_size=3, max_size=3, unique=True))
def test_no_two_things_run_together_in_an_identity(parts: list[str]) -> None:
    rule_id, subject, period = parts
    shifted = identity_of(rule_id + subject[:1], subject[1:], period)

    assert (subject == "") == (shifted == identity_of(rule_id, subject, period))


def test_a_step_around_the_program_is_seen_and_counted() -> None:
    """Forged: closed without anybody having looked."""
    doubt = fold_doubt(
        DOUBT,
        [entry(0, "DoubtRaised", positions=[0], **ABOUT), entry(1, "DoubtClosed")],
    )

    assert ("closed", 1, ["DoubtReopened"]) == (
        doubt.stage,
        doubt.out_of_order,
        next_steps(doubt),
    )
