"""Proposals on their way to drafts: decided one after another, sealed, asked for by the guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from aidledger.domain.decide import (
    Circumstances,
    Decided,
    Refused,
    Step,
    decide,
    entitle_anew,
    follow,
    overridden,
)
from aidledger.domain.entitling import FOLLOWED, month_entitled, months_anew
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.events.support import EntitlementSet
from aidledger.domain.ownlog import SAYING
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.ledger.entry import PolicyPin
from aidledger.services.acts.given import Given
from aidledger.services.acts.guarding import Guard
from aidledger.services.acts.openness import numbers_shown
from aidledger.services.acts.ownlog import OwnLog
from aidledger.services.acts.proposals import TOKENS
from aidledger.services.acts.sealing import filled, seal_values
from aidledger.services.clock import china_day
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


class Batch:
    """Proposals on their way to drafts; the session's states move along with them."""

    def __init__(self, session: Session, guard: Guard | None, size: int) -> None:
        self._session = session
        self._guard = guard
        self._size = size
        self._recorded_at = time_text(session.clock.now())
        self.drafts: list[Draft] = []
        self.decided = False
        """Whether anything in the batch was decided on, and not only recorded."""
        self.broken = False
        """Whether a refused proposal has left something in the batch."""
        self.vault_rows: list[VaultRow] = []
        self._pending: dict[tuple[str, str], str] = {}
        self._pins: dict[str, PolicyPin] = {}
        self._own_log = OwnLog(session.store, size)
        self._given = Given(session, size, china_day(self._recorded_at), self._pending)

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
        self._session.states.prefetch([proposal.stream for proposal in proposals])
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
            proposal = filled(self._session, proposal, self._given.pack(proposal))
        if isinstance(proposal.event, SAYING) and (wrong := self._own_log.problem(proposal.event)):
            raise RefusedError([wrong])
        if self._guard is not None and proposal.despite and not EVENTS[proposal.type].wish:
            # no clause refuses a fact, but a duty may: it is then named, and a finding
            for step in overridden(proposal, under_pack=False):
                self._keep(proposal, step)
        if proposal.type in _PLAIN_FACTS:
            self._keep(proposal, Step(event=proposal.event, type=proposal.type, under_pack=False))
            return
        self.decided = True
        pack = self._given.pack(proposal, month_entitled(proposal, None))
        given = self._given.circumstances(proposal, pack)
        if self._session.states.lacking and EVENTS[proposal.type].wish:
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
        if lacking := sorted(asked & self._session.states.lacking):
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
        case = self._session.states.case(proposal.stream) if before.case is not None else None
        first = month_entitled(proposal, case)
        pack = self._given.pack(proposal, first)
        steps = follow(proposal, before, self._given.circumstances(proposal, pack))
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
            pack = self._given.pack(proposal, month)
            after = self._given.circumstances(proposal, pack)
            for step in entitle_anew(proposal, after, month, entitled[-1].reason):
                self._keep(proposal, step, pack)

    def _keep(self, proposal: Proposal, step: Step, pack: ResolvedPack | None = None) -> None:
        """Turn one step into a draft, seal what is personal, and move the states on."""
        stream = proposal.stream
        version = self._session.states.version(stream)
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
        self._given.take(entry)

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


def _facts_text(facts: dict[str, Any]) -> str:
    """Return the facts a clause read as ``path = value`` pairs, none of them personal."""
    return ", ".join(
        f"{path} = {_ENCODER.encode(value).decode()}" for path, value in sorted(facts.items())
    )
