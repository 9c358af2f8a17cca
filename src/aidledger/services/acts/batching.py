"""Proposals on their way to drafts: decided one after another, sealed, asked for by the guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from aidledger.domain.casestate import Case
from aidledger.domain.decide import (
    Circumstances,
    Decided,
    Refused,
    Step,
    decide,
    entitle_anew,
    follow,
    overridden,
    reads_person,
    reads_sensitive,
)
from aidledger.domain.entitling import FOLLOWED, month_entitled, months_anew
from aidledger.domain.events.care import CareEntrusted
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.events.clock import LimitExtended, LimitSuspended
from aidledger.domain.events.doubt import DoubtSettled
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.events.payment import PaymentReissued, PaymentRostered
from aidledger.domain.events.registry import (
    EntryAnnulled,
    EntryCorrected,
    OfficeRegistered,
    StandardPublished,
)
from aidledger.domain.events.support import EntitlementSet
from aidledger.domain.payrun import with_line
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.domain.timers import Timer, running
from aidledger.ledger.entry import PolicyPin
from aidledger.services.acts.guarding import Guard
from aidledger.services.acts.openness import numbers_shown
from aidledger.services.acts.proposals import TOKENS
from aidledger.services.acts.sealing import filled, reveal_facts, seal_values
from aidledger.services.cases.neighbours import NAMING_EVENTS
from aidledger.services.cases.running import running_limits
from aidledger.services.clock import china_day
from aidledger.services.decisions.policy_book import standard_said
from aidledger.services.doubts.naming import named_entries
from aidledger.services.problems import Problem, RefusedError
from aidledger.services.session import Session
from aidledger.store.draft import Draft, VaultRow
from aidledger.store.sealing import time_text

Waive: TypeAlias = Callable[[Proposal, Sequence[Problem]], Proposal | None]
"""Given a refused proposal: the same as an act against the rules that refuse it, or nothing."""

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_PLAIN_FACTS: Final = frozenset(
    name for name, kind in EVENTS.items() if not kind.wish and name not in FOLLOWED
)
"""Facts that nothing follows from: they ask for nobody's leave."""
_ON_ROSTERS: Final = (PaymentRostered, PaymentReissued)
_ASK_FOR_MORE: Final = (CareEntrusted, DoubtSettled, LimitExtended, LimitSuspended)
_BESIDE_CASES: Final[dict[str, Callable[[Session, str], Any]]] = {
    "carer": Session.carer,
    "complaint": Session.complaint,
    "run": Session.run,
    "fund": Session.fund,
    "stock": Session.goods_in,
    "contract": Session.contract,
    "doubt": Session.doubt,
}
"""The states of other streams than cases, by their kind."""


class Batch:
    """Proposals on their way to drafts; the session's states move along with them."""

    def __init__(self, session: Session, guard: Guard | None, size: int) -> None:
        self._session = session
        self._guard = guard
        self._size = size
        self._policy = session.policy()
        self._recorded_at = time_text(session.clock.now())
        self._today = china_day(self._recorded_at)
        self._calendar = self._policy.calendar_known_on(self._today)
        self._standards = self._policy.standards_known_on(self._today)
        self._packs: dict[tuple[str, str], ResolvedPack | None] = {}
        self.drafts: list[Draft] = []
        self.decided = False
        """Whether anything in the batch was decided on, and not only recorded."""
        self.broken = False
        """Whether a refused proposal has left something in the batch."""
        self.vault_rows: list[VaultRow] = []
        self._pending: dict[tuple[str, str], str] = {}
        self._pins: dict[str, PolicyPin] = {}
        self._reads: dict[tuple[str, str], tuple[bool, bool]] = {}
        self._entries: list[Recorded] = []

    def take_all(self, proposals: Sequence[Proposal]) -> None:
        """Decide every proposal; raise all refusals together."""
        problems = [
            problem if problem.line is not None else msgspec.structs.replace(problem, line=at + 1)
            for at, found in self.take_each(proposals).items()
            for problem in found
        ]
        if problems:
            raise RefusedError(problems)

    def take_each(
        self, proposals: Sequence[Proposal], waive: Waive | None = None
    ) -> dict[int, Sequence[Problem]]:
        """Decide every proposal; return what refuses some, by their index.

        `broken` says afterwards whether one of those had left something behind: the batch is then
        of use to nobody. `waive` may turn a refused act into one against the rules.
        """
        self._session.prefetch([proposal.stream for proposal in proposals])
        refusals: dict[int, Sequence[Problem]] = {**numbers_shown(proposals)}
        for index, proposal in enumerate(proposals):
            if index in refusals:
                continue
            kept = len(self.drafts)
            try:
                try:
                    self._take(proposal)
                except RefusedError as refused:
                    again = waive(proposal, refused.problems) if waive else None
                    if again is None or len(self.drafts) > kept:
                        raise
                    self._take(again)
            except RefusedError as refused:
                refusals[index] = refused.problems
                self.broken = self.broken or len(self.drafts) > kept
        return refusals

    def _take(self, proposal: Proposal) -> None:
        """Decide one proposal and keep what follows from it."""
        if proposal.type in TOKENS:
            proposal = filled(self._session, proposal, self._pack(proposal))
        if self._guard is not None and proposal.despite and not EVENTS[proposal.type].wish:
            # no clause refuses a fact, but a duty may: it is then named, and a finding
            for step in overridden(proposal, under_pack=False):
                self._keep(proposal, step)
        if proposal.type in _PLAIN_FACTS:
            self._keep(proposal, Step(event=proposal.event, type=proposal.type, under_pack=False))
            return
        self.decided = True
        pack = self._pack(proposal, month_entitled(proposal, None))
        given = self._circumstances(proposal, pack)
        if self._session.lacking and EVENTS[proposal.type].wish:
            self._refuse_blind(proposal, given)
        match decide(proposal, given):
            case Refused(refusals=refusals):
                raise RefusedError(
                    [
                        Problem(
                            code="refused",
                            field=proposal.type,
                            clause=refusal.clause,
                            citation=refusal.citation,
                            text_zh=refusal.text_zh,
                            text_en=refusal.text_en,
                            found=_facts_text(refusal.facts),
                        )
                        for refusal in refusals
                    ]
                )
            case Decided(steps=steps):
                for step in steps:
                    self._keep(proposal, step, pack)
                if proposal.type in FOLLOWED:
                    self._follow(proposal, given)

    def _refuse_blind(self, proposal: Proposal, given: Circumstances) -> None:
        """Refuse a wish about states that entries are lacking of: a death, a termination may be among them."""
        event = proposal.event
        asked = {proposal.stream, *(one.stream for one in given.others)}
        asked |= {getattr(event, "run", ""), getattr(event, "carer", "")}
        if lacking := sorted(asked & self._session.lacking):
            raise RefusedError(
                [
                    Problem(
                        code="entries_lacking",
                        field="stream",
                        expected="a stream of which every entry can be read",
                        found=f"one that entries are lacking of: {name}",
                    )
                    for name in lacking
                ]
            )

    def _follow(self, proposal: Proposal, before: Circumstances) -> None:
        """Keep what follows from an act: an entitlement under the pack of the month that it counts from.

        The months after it whose entitlement was set before are set anew where they come out otherwise.
        """
        case = self._session.case(proposal.stream) if before.case is not None else None
        first = month_entitled(proposal, case)
        pack = self._pack(proposal, first)
        steps = follow(proposal, before, self._circumstances(proposal, pack))
        for step in steps:
            self._keep(proposal, step, pack)
        entitled = [
            one
            for one in (proposal.event, *(step.event for step in steps))
            if isinstance(one, EntitlementSet)
        ]
        if case is None or not entitled:
            return
        for month in months_anew(proposal, case, first):
            pack = self._pack(proposal, month)
            after = self._circumstances(proposal, pack)
            for step in entitle_anew(proposal, after, month, entitled[-1].reason):
                self._keep(proposal, step, pack)

    def _pack(self, proposal: Proposal, month: str = "") -> ResolvedPack | None:
        """Return the pack in force for a proposal, as known today.

        For an entitlement it is that of the first day of the `month` which it counts from, where that
        gives amounts.
        """
        programme = ""
        if isinstance(proposal.event, ApplicationSubmitted):
            programme = proposal.event.programme
        elif proposal.stream.startswith("case/"):
            programme = self._session.case(proposal.stream).programme
        held = self._pack_on(proposal.effective_on, programme)
        if not month:
            return held
        of_month = self._pack_on(f"{month}-01", programme)
        return of_month if of_month is not None and of_month.amounts else held

    def _pack_on(self, day: str, programme: str) -> ResolvedPack | None:
        """Return the pack in force on a day, as known today; a batch has few days."""
        key = (day, programme)
        if key not in self._packs:
            self._packs[key] = self._policy.pack_in_force(day, self._today, programme)
        return self._packs[key]

    def _circumstances(self, proposal: Proposal, pack: ResolvedPack | None) -> Circumstances:
        """Gather the states that a decision on this proposal may ask about."""
        session, event, stream = self._session, proposal.event, proposal.stream
        kind = stream.partition("/")[0]
        person, sensitive = self._reads_of(proposal.type, pack)
        others: tuple[Case, ...] = ()
        if person and kind == "case":
            others = session.others(stream, proposal.effective_on, self._entries)
        given = Circumstances(
            case=session.case(stream) if kind == "case" else None,
            run=session.run(event.run) if isinstance(event, _ON_ROSTERS) else None,
            pack=pack,
            calendar=self._calendar,
            standards=self._standards,
            recorded_on=self._today,
            revealed=reveal_facts(session, proposal, self._pending) if sensitive else {},
            others=others,
            stream_version=session.version(stream),
            office_kind=session.office_kind(proposal.office),
        )
        if kind == "case" and not isinstance(event, _ASK_FOR_MORE):
            return given
        return msgspec.structs.replace(given, **self._beside(proposal, kind))

    def _beside(self, proposal: Proposal, kind: str) -> dict[str, Any]:
        """Return what else a decision may ask about, on another stream than a case or a rarer act."""
        session, event = self._session, proposal.event
        states: dict[str, Any] = {}
        if kind in _BESIDE_CASES:
            states[kind] = _BESIDE_CASES[kind](session, proposal.stream)
        if isinstance(event, CareEntrusted):
            states["carer"] = session.carer(event.carer)
        elif isinstance(event, DoubtSettled):
            states["named"] = named_entries(session, event.entries)
        elif isinstance(event, (LimitExtended, LimitSuspended)):
            states["timer"] = self._timer(proposal, event.limit)
        return states

    def _timer(self, proposal: Proposal, limit: str) -> Timer | None:
        """Return the limit that an act moves, where it runs: under the packs it began under."""
        stream, session = proposal.stream, self._session
        decided = (
            msgspec.structs.replace(entry, position=self._size + number)
            for number, entry in enumerate(self._entries)
            if entry.stream == stream
        )
        found = running_limits(
            session,
            stream,
            [*session.stream(stream), *decided],
            as_of=proposal.effective_on,
            known_on=self._today,
        )
        return running(found, limit)

    def _reads_of(self, act_type: str, pack: ResolvedPack | None) -> tuple[bool, bool]:
        """Whether the rules on an act read the person's other cases, and whether sealed facts."""
        if pack is None:
            return False, False
        key = (pack.hash, act_type)
        if key not in self._reads:
            self._reads[key] = reads_person(pack, act_type), reads_sensitive(pack, act_type)
        return self._reads[key]

    def _keep(self, proposal: Proposal, step: Step, pack: ResolvedPack | None = None) -> None:
        """Turn one step into a draft, seal what is personal, and move the states on."""
        stream = proposal.stream
        version = self._session.version(stream)
        sealed = self._seal(proposal, step) if proposal.personal or step.sealed_facts else {}
        pinned = pack if step.under_pack else None
        entry = Recorded(
            actor=proposal.actor,
            effective_on=proposal.effective_on,
            event=step.event,
            office=proposal.office,
            pack_hash=pinned.hash if pinned else None,
            position=-1,
            recorded_at=self._recorded_at,
            sealed=sealed,
            stream=stream,
            version=version + 1,
        )
        if self._guard is not None:
            at = self._size + len(self.drafts)
            waived = frozenset(despite.clause for despite in proposal.despite)
            self._guard.ask(msgspec.structs.replace(entry, position=at), waived)
        self.drafts.append(
            Draft(
                type=step.type,
                stream=stream,
                actor=proposal.actor,
                office=proposal.office,
                effective_on=proposal.effective_on,
                data=step.event,
                policy=self._pin(pinned) if pinned else None,
                sealed=sealed,
                expected_version=version,
            )
        )
        self._move_on(entry)

    def _seal(self, proposal: Proposal, step: Step) -> dict[str, str]:
        """Seal what is personal in a step; return the commitments."""
        values = dict(proposal.personal) if step.type == proposal.type else {}
        if step.sealed_facts:
            values["decision_facts"] = _ENCODER.encode(step.sealed_facts).decode()
        sealed, rows = seal_values(self._session, proposal, values)
        self.vault_rows += rows
        for field, value in values.items():
            self._pending[proposal.stream, field] = value
            self._pending[proposal.stream, sealed[field]] = value
        return sealed

    def _pin(self, pack: ResolvedPack) -> PolicyPin:
        """Return the pin of a pack; a batch has few."""
        if pack.hash not in self._pins:
            self._pins[pack.hash] = PolicyPin(hash=f"sha256:{pack.hash}", pack=pack.id)
        return self._pins[pack.hash]

    def _move_on(self, entry: Recorded) -> None:
        """Let the session's states see the entry before it is written."""
        session, stream, event = self._session, entry.stream, entry.event
        session.versions[stream] = entry.version
        self._entries.append(entry)
        if type(event) in NAMING_EVENTS:
            session.take_naming(entry)
        if isinstance(event, (EntryAnnulled, EntryCorrected)):
            # What an earlier entry said has changed: the stream is folded again when asked for.
            session.unfold(stream, event.position, self._entries)
            return
        session.pending[stream].append(entry)
        if isinstance(event, PaymentRostered) and event.run in session.runs:
            session.runs[event.run] = with_line(session.run(event.run), event.amount_fen)
        elif isinstance(event, OfficeRegistered):
            session.take_office(entry)
        elif isinstance(event, StandardPublished):
            # what follows in the same batch is decided by it
            self._standards = (*self._standards, standard_said(event))


def _facts_text(facts: dict[str, Any]) -> str:
    """Return the facts a clause read as ``path = value`` pairs, none of them personal."""
    return ", ".join(
        f"{path} = {_ENCODER.encode(value).decode()}" for path, value in sorted(facts.items())
    )
