"""What a decision in a batch is given: the pack in force, calendar, standards, and the states it may ask about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from aidledger.domain.casestate import Case
from aidledger.domain.decide import Circumstances, reads_person, reads_sensitive
from aidledger.domain.events.care import CareEntrusted
from aidledger.domain.events.clock import LimitExtended, LimitSuspended
from aidledger.domain.events.doubt import DoubtSettled
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.events.payment import PaymentReissued, PaymentRostered
from aidledger.domain.events.registry import StandardPublished
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.domain.timers import Timer, running
from aidledger.services.acts.sealing import reveal_facts
from aidledger.services.cases.running import running_limits
from aidledger.services.decisions.policy_book import standard_said
from aidledger.services.doubts.naming import named_entries
from aidledger.services.session import Session
from aidledger.services.states import States

_ON_ROSTERS: Final = (PaymentRostered, PaymentReissued)
_ASK_FOR_MORE: Final = (CareEntrusted, DoubtSettled, LimitExtended, LimitSuspended)
_BESIDE_CASES: Final[dict[str, Callable[[States, str], Any]]] = {
    "carer": States.carer,
    "complaint": States.complaint,
    "run": States.run,
    "fund": States.fund,
    "stock": States.stock,
    "contract": States.contract,
    "doubt": States.doubt,
}
"""The states of other streams than cases, by their kind."""


class Given:
    """Gathers for each proposal of one batch; the entries that the batch decides are told to it."""

    def __init__(
        self, session: Session, size: int, today: str, sealed: Mapping[tuple[str, str], str]
    ) -> None:
        """Take the log's size and the civil day; `sealed` grows by what the batch seals (`reveal_facts`)."""
        self._session, self._size, self._today, self._sealed = session, size, today, sealed
        self._policy = session.policy()
        self._calendar = self._policy.calendar_known_on(today)
        self._standards = self._policy.standards_known_on(today)
        self._packs: dict[tuple[str, str], ResolvedPack | None] = {}
        self._reads: dict[tuple[str, str], tuple[bool, bool]] = {}
        self._entries: list[Recorded] = []

    def take(self, entry: Recorded) -> None:
        """Let what comes after it in the batch see an entry before it is written."""
        self._entries.append(entry)
        self._session.states.take(entry, self._entries)
        if isinstance(entry.event, StandardPublished):
            self._standards = (*self._standards, standard_said(entry.event))

    def pack(self, proposal: Proposal, month: str = "") -> ResolvedPack | None:
        """Return the pack in force for a proposal, as known today.

        For an entitlement it is that of the first day of the `month` which it counts from, where that
        gives amounts.
        """
        programme = ""
        if isinstance(proposal.event, ApplicationSubmitted):
            programme = proposal.event.programme
        elif proposal.stream.startswith("case/"):
            programme = self._session.states.case(proposal.stream).programme
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

    def circumstances(self, proposal: Proposal, pack: ResolvedPack | None) -> Circumstances:
        """Gather the states that a decision on this proposal may ask about."""
        states, event, stream = self._session.states, proposal.event, proposal.stream
        kind = stream.partition("/")[0]
        person, sensitive = self._reads_of(proposal.type, pack)
        others: tuple[Case, ...] = ()
        if person and kind == "case":
            others = states.others(stream, proposal.effective_on, self._entries)
        given = Circumstances(
            case=states.case(stream) if kind == "case" else None,
            run=states.run(event.run) if isinstance(event, _ON_ROSTERS) else None,
            pack=pack,
            calendar=self._calendar,
            standards=self._standards,
            recorded_on=self._today,
            revealed=reveal_facts(self._session, proposal, self._sealed) if sensitive else {},
            others=others,
            stream_version=states.version(stream),
            office_kind=states.office_kind(proposal.office),
        )
        if kind == "case" and not isinstance(event, _ASK_FOR_MORE):
            return given
        return msgspec.structs.replace(given, **self._beside(proposal, kind))

    def _beside(self, proposal: Proposal, kind: str) -> dict[str, Any]:
        """Return what else a decision may ask about, on another stream than a case or a rarer act."""
        states, event = self._session.states, proposal.event
        beside: dict[str, Any] = {}
        if kind in _BESIDE_CASES:
            beside[kind] = _BESIDE_CASES[kind](states, proposal.stream)
        if isinstance(event, CareEntrusted):
            beside["carer"] = states.carer(event.carer)
        elif isinstance(event, DoubtSettled):
            beside["named"] = named_entries(self._session, event.entries)
        elif isinstance(event, (LimitExtended, LimitSuspended)):
            beside["timer"] = self._timer(proposal, event.limit)
        return beside

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
