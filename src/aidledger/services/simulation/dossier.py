"""One case while it is simulated: its plan, what has become of it, and how it speaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from aidledger.domain.casestate import Case
from aidledger.domain.events.base import Event
from aidledger.services.simulation.county import County, Turn
from aidledger.services.simulation.places import COUNTY, DEPUTY
from aidledger.services.simulation.planning import CasePlan

_LATE_PERCENT = 12
_LATE_AT_MOST = 3
TOWNSHIP_DECIDES = ("township",)
"""What a pack has as its deciding offices where the county leaves all decisions to townships."""
_REASON = "情况紧急，先行办理"
_AUTHORITY = "局长办公会"


@dataclass(slots=True, kw_only=True)
class Dossier:
    """A running case of the simulation. ``floor`` is the day of its last act."""

    county: County
    plan: CasePlan
    stream: str
    rng: Random
    approved_on: date | None = None
    from_month: str = ""
    died_on: date | None = None
    ended_on: date | None = None
    """The day after which nobody visits, cares or pays any more."""
    carer: str = ""
    complained: bool = False
    """A complaint about it came in since the county was last at the household."""
    funeral_fen: int = 0
    """A burial that the fund has still to pay."""
    floor: date = date.min
    issued_fen: dict[str, int] = field(default_factory=dict)
    """What the regular line of each month was, in fen."""

    def __repr__(self) -> str:
        return f"Dossier({self.stream})"

    @property
    def office(self) -> str:
        """The township that handles the case."""
        return self.plan.town.code

    @property
    def decides_at(self) -> str:
        """The office that approves and ends this case by the rule in force today."""
        offices = self.rule("deciding_offices") or ()
        return self.office if tuple(offices) == TOWNSHIP_DECIDES else COUNTY

    def rule(self, name: str) -> Any:
        """Return a parameter of the rule in force today for this case, or None."""
        today, programme = self.county.today.isoformat(), self.plan.programme
        pack = self.county.session.policy().pack_in_force(today, today, programme)
        return None if pack is None else pack.parameters.get(name)

    @property
    def approver(self) -> str:
        """Who approves and ends this case: of the office that the rule names."""
        return self.decider if self.decides_at == COUNTY else f"{self.office}-{DEPUTY}"

    @property
    def decider(self) -> str:
        """The officer of the county who decides this case."""
        deciders = self.county.deciders
        return deciders[self.plan.number % len(deciders)]

    @property
    def state(self) -> Case:
        """The case as the ledger has it."""
        return self.county.session.states.case(self.stream)

    @property
    def village(self) -> str:
        """The village the person lives in now."""
        return self.state.village or self.plan.village.code

    def turn(self, count: int, office: str | None = None) -> Turn:
        """Return the turn so many working days from now, at the township or another office."""
        return Turn(self.county.after(count), office or self.office)

    def on(self, day: date, office: str | None = None) -> Turn:
        """Return the turn on a day, at the township or another office."""
        return Turn(day, office or self.office)

    def say(
        self,
        event: Event,
        by: str,
        *,
        effective_on: date | None = None,
        personal: dict[str, str] | None = None,
    ) -> None:
        """Have something recorded on this case; a plan ``despite`` rules names those that refuse."""
        county = self.county
        self.floor = effective_on or county.today
        if self.plan.despite:
            proposal = county.proposal(
                self.stream, event, by=by, effective_on=effective_on, personal=personal
            )
            county.insist(proposal, reason=_REASON, authority=_AUTHORITY)
        else:
            county.say(self.stream, event, by=by, effective_on=effective_on, personal=personal)

    def note(self, event: Event, by: str, *, personal: dict[str, str] | None = None) -> None:
        """Have a fact recorded; now and then it happened up to three working days ago."""
        happened = self.county.today
        if self.rng.randrange(100) < _LATE_PERCENT:
            earlier = self.county.after(-self.rng.randrange(1, _LATE_AT_MOST + 1))
            happened = min(max(earlier, self.floor), happened)
        self.say(event, by, effective_on=happened, personal=personal)

    def digest(self, what: str) -> str:
        """Return the hash of a file of this case."""
        return self.county.digest(self.stream, what)

    def over(self, day: date) -> bool:
        """Whether support has ended, or the person has died, by a day."""
        ends = [end for end in (self.died_on, self.ended_on) if end is not None]
        return any(day >= end for end in ends)
