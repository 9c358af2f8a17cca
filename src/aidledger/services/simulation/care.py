"""Care at home: carers registered and entrusted, scored each month, replaced where they fail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from aidledger.domain.events import care
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import COUNTY, HEAD, SUPERVISOR, Township

_PERSONS_EACH: Final = 3
_LAST_DAY_TO_BEGIN: Final = 20
"""Nobody begins late in a month: the month's score must still have something to judge."""
_BAD_PERMILLE: Final = 12
_FEE_FEN: Final = {"able": 0, "partly": 20_000, "unable": 40_000}
_SERVICES: Final[
    dict[str, tuple[Literal["watch_over", "life_care", "hospital_attendance"], ...]]
] = {
    "able": ("watch_over",),
    "partly": ("watch_over", "life_care"),
    "unable": ("watch_over", "life_care", "hospital_attendance"),
}
Ground = Literal["disqualified", "carer_left", "person_left", "death", "form_changed", "other"]
Relation = Literal["relative", "friend", "neighbour"]
_RELATIONS: Final[tuple[Relation, ...]] = ("relative", "neighbour", "friend")


@dataclass(slots=True, kw_only=True)
class Helper:
    """One carer of the simulation; ``months`` are those in which somebody was in their care."""

    stream: str
    alone: bool
    """Whether this carer looks after one person only, chosen by a plan."""
    persons: dict[str, Dossier] = field(default_factory=dict)
    months: set[str] = field(default_factory=set)
    unscored: set[str] = field(default_factory=set)
    """Months whose score is forgotten."""
    fails_in: str = ""
    """The month of a score below the pass mark, where a plan wants one."""
    kept_on: bool = False
    """Whether a disqualification is not acted on."""
    replace_after: int = 1
    """Working days from losing a carer to the next one."""


class Carers:
    """All carers of the county, by township."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._pools: dict[str, list[Helper]] = {town.code: [] for town in county.towns}
        self._count = 0

    def of(self, case: Dossier) -> Helper | None:
        """Return who cares for a person now."""
        pool = self._pools[case.office]
        return next((helper for helper in pool if helper.stream == case.carer), None)

    def entrust(self, case: Dossier, *, replaces: str | None = None) -> Process:
        """Entrust the care of one person, at once or with the next month."""
        county = self._county
        if county.today.day > _LAST_DAY_TO_BEGIN:
            month = add_months(county.today.isoformat()[:7], 1)
            yield case.on(date.fromisoformat(f"{month}-01"))
        if case.over(county.today) or case.state.form != "decentralised":
            return
        helper = self._found(case, replaces)
        ability = case.state.ability or "able"
        relation: Relation = case.rng.choice(_RELATIONS)
        entrusted = care.CareEntrusted(
            carer=helper.stream,
            consent=True,
            from_on=county.today.isoformat(),
            monthly_fee_fen=_FEE_FEN[ability],
            relation=relation,
            replaces=replaces,
            services=_SERVICES[ability],
        )
        # Who scored a carer away does not choose the next one.
        case.say(entrusted, HEAD if replaces else SUPERVISOR)
        case.carer = helper.stream
        helper.persons[case.stream] = case
        helper.months.add(county.today.isoformat()[:7])

    def leave(self, case: Dossier, ground: Ground, to_on: date) -> None:
        """End the care of a person, if there is any."""
        helper = self.of(case)
        if helper is None:
            return
        ended = care.CareEnded(carer=helper.stream, ground=ground, to_on=to_on.isoformat())
        case.say(ended, SUPERVISOR, effective_on=to_on)
        helper.months.add(to_on.isoformat()[:7])
        helper.persons.pop(case.stream, None)
        case.carer = ""

    def supervise(self, town: Township) -> Process:
        """Score every carer of a township near the end of each month, and act on it."""
        county = self._county
        month = county.first.isoformat()[:7]
        while True:
            days = county.month_days(month)
            if len(days) < 2:
                return
            yield Turn(days[-2], town.code)
            scored = self._score(self._due(town, month), month)
            lost = [h for h in scored if not county.session.states.carer(h.stream).qualified]
            for helper in lost:
                if not helper.kept_on:
                    self._dismiss(helper)
            yield Turn(days[-1], town.code)
            told_on = county.today.isoformat()
            for helper in scored:
                told = care.CarerScoreTold(month=month, told_on=told_on)
                county.say(helper.stream, told, by=SUPERVISOR)
            for helper in lost:
                county.say(
                    helper.stream, care.CarerDisqualificationTold(told_on=told_on), by=SUPERVISOR
                )
            month = add_months(month, 1)

    def _due(self, town: Township, month: str) -> list[Helper]:
        """Return whose score for a month is due: anybody was in their care, and they qualify."""
        return [
            helper
            for helper in self._pools[town.code]
            if (helper.persons or month in helper.months)
            and month not in helper.unscored
            and self._county.session.states.carer(helper.stream).qualified
        ]

    def _score(self, helpers: Iterable[Helper], month: str) -> list[Helper]:
        """Record the scores of a month; those below the pass mark are disqualified by rule."""
        county, scored = self._county, []
        for helper in helpers:
            rng = county.rng("score", helper.stream, month)
            fails = helper.fails_in == month
            if not helper.alone:
                fails = rng.randrange(1000) < _BAD_PERMILLE
            score = rng.randrange(35, 55) if fails else rng.randrange(72, 99)
            county.say(helper.stream, care.CarerScored(month=month, score=score), by=SUPERVISOR)
            scored.append(helper)
        county.flush()
        return scored

    def _dismiss(self, helper: Helper) -> None:
        """Take everybody from a carer who lost the qualification, and look for somebody else."""
        for case in list(helper.persons.values()):
            self.leave(case, "disqualified", self._county.today)
            self._county.spawn(self._replace(case, helper))

    def _replace(self, case: Dossier, lost: Helper) -> Process:
        """Entrust somebody else within days."""
        yield case.turn(lost.replace_after)
        yield from self.entrust(case, replaces=lost.stream)

    def _found(self, case: Dossier, replaces: str | None) -> Helper:
        """Return a carer with room for one more, or a new one."""
        pool = self._pools[case.office]
        if not case.plan.own_carer:
            for helper in pool:
                free = not helper.alone and len(helper.persons) < _PERSONS_EACH
                if free and helper.stream != replaces and self._qualified(helper):
                    return helper
        return self._registered(case)

    def _qualified(self, helper: Helper) -> bool:
        """Whether the ledger still has the carer as qualified."""
        return self._county.session.states.carer(helper.stream).qualified

    def _registered(self, case: Dossier) -> Helper:
        """Register a new carer in the township of the case."""
        self._count += 1
        county = self._county
        helper = Helper(stream=f"carer/{COUNTY}-{self._count:04d}", alone=case.plan.own_carer)
        person = county.people.adult(county.today)
        registered = care.CarerRegistered(
            kind="person", person=UNKNOWN_PERSON, township=case.office
        )
        personal = {
            "identity_number": person.identity_number,
            "name": person.name,
            "phone": person.phone,
        }
        county.say(helper.stream, registered, by=SUPERVISOR, personal=personal)
        self._pools[case.office].append(helper)
        return helper
