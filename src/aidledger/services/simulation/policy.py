"""The rules the county works under: adopted at the start, and as they become known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.events import powers, registry, support
from aidledger.domain.events.base import Event
from aidledger.domain.events.registry import CalendarAdopted, PackAdopted
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.domain.policy.adopting import parameter_text
from aidledger.domain.proposal import Proposal
from aidledger.domain.values import add_months
from aidledger.services.acts.adoption import adopt_calendars, adopt_packs, shipped_tables
from aidledger.services.acts.who import Who
from aidledger.services.keys.founding import Officer, Said, genesis, powers_evidence, roles
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.dossier import TOWNSHIP_DECIDES, Dossier
from aidledger.services.simulation.people import PeopleMaker, born_aged
from aidledger.services.simulation.places import (
    COUNTY,
    RECORDS,
    REVIEWER,
    office_events,
    place_events,
)
from aidledger.services.simulation.staff import (
    CUSTODIANS,
    DEPARTMENT,
    NEEDED,
    Post,
    administrators,
    posts,
    security,
)
from aidledger.store.draft import Evidence

_STANDARD_FEN: Final = 70_500
_RAISED_FEN: Final = 73_500
_RISE_AFTER_MONTHS: Final = 9
_RISE_WORKDAY: Final = 4
"""The rise is published on the fifth working day of its month: after the month's pay run."""
_STANDARDS: Final = ("dibao_rural", "dibao_urban")
_OFFICER_AGE: Final = 40


def working_calendar() -> Calendar:
    """Return the working days of all shipped years: what the county lives by."""
    return Calendar(shipped_tables())


def rise_month(county: County) -> str:
    """Return the month whose standard is published late."""
    return add_months(county.first.isoformat()[:7], _RISE_AFTER_MONTHS)


def open_ledger_of(county: County, on: str, packs: Iterable[str]) -> Process:
    """Record what a ledger begins with, in force from a day: powers, places, offices, rules."""
    # Before anybody else says anything: the first office's turn on the first day.
    yield Turn(county.first, county.offices[0])
    who = {"county": COUNTY, "actor": f"{COUNTY}-{RECORDS}", "office": COUNTY, "on": on}
    since = date.fromisoformat(on)
    table, text = powers_evidence()
    origin = county.session.store.origin
    chief = security()
    opened: list[Event] = [registry.LedgerOpened(county=COUNTY, origin=origin)]
    declared = genesis(
        table,
        origin=origin,
        custodians=CUSTODIANS,
        needed=NEEDED,
        administrators=[post.officer for post in administrators()],
        position=len(opened),
    )
    built = (*place_events(), *office_events())
    adopted, files = adopt_packs(packs, **who)
    rules = [one.event for one in adopted if isinstance(one.event, PackAdopted)]
    of_county = posts(county.cases, deputies=any(map(_townships_decide, rules)))
    proposals = [_registered(said, on) for said in (*_by(chief, opened), *declared)]
    proposals += [_registered(said, on) for said in _by(chief, built)]
    staff = (*administrators(), *of_county)
    proposals += _appointed(county, staff, on)
    granted = roles([post.officer for post in of_county], by=chief)
    proposals += [_registered(said, on) for said in (*granted, *county.registrations)]
    known = [one for one in adopted if known_since(one) <= on]
    policy = [*adopt_calendars(**who), *known]
    policy += [
        msgspec.structs.replace(policy[0], type="StandardPublished", event=_standard(code, since))
        for code in _STANDARDS
    ]
    county.with_files([*proposals, *policy], [text, *files])
    county.flush()


def _townships_decide(pack: PackAdopted) -> bool:
    """Whether a pack leaves all decisions to the townships."""
    decided = parameter_text(TOWNSHIP_DECIDES)
    return any((one.key, one.value) == ("deciding_offices", decided) for one in pack.parameters)


def _by(officer: Officer, events: Iterable[Event]) -> list[Said]:
    """Return events as an officer says them."""
    return [Said(actor=officer.actor, office=officer.office, event=event) for event in events]


def _appointed(county: County, staff: Iterable[Post], on: str) -> list[Proposal]:
    """Return the appointment of every officer, and which person it is; both sealed."""
    rng, since, chief = county.rng("officers"), date.fromisoformat(on), security()
    others = PeopleMaker(COUNTY, county.rng("departments"))
    proposals = []
    for post in staff:
        people = others if post.title == DEPARTMENT else county.people
        person = people.person(born_aged(rng, since, _OFFICER_AGE))
        actor = post.officer.actor
        appointed = registry.OfficerAppointed(
            actor=actor, office=post.officer.office, role=post.title
        )
        identified = powers.ActorIdentified(actor=actor, person=UNKNOWN_PERSON)
        number = {"identity_number": person.identity_number}
        for event, personal in ((appointed, {"name": person.name}), (identified, number)):
            (said,) = _by(chief, [event])
            proposals.append(_registered(said, on, personal))
    return proposals


def _registered(said: Said, on: str, personal: dict[str, str] | None = None) -> Proposal:
    """Return the proposal of an event of the registry."""
    by = Who(actor=said.actor, office=said.office, on=on)
    return by.says(f"registry/{COUNTY}", said.event, personal=personal)


def _standard(code: str, from_on: date, fen: int = _STANDARD_FEN) -> registry.StandardPublished:
    """Return a monthly standard."""
    return registry.StandardPublished(
        code=code, from_on=from_on.isoformat(), monthly_fen=fen, place=COUNTY, set_by="city"
    )


def new_rules(county: County, on: str, packs: Iterable[str]) -> Process:
    """Adopt each later calendar and pack on the first working day on which it is known."""
    later = [
        (known_since(adoption), adoption, evidence)
        for adoption, evidence in _known(county, packs)
        if on < known_since(adoption) <= county.last.isoformat()
    ]
    for day in sorted({since for since, _, _ in later}):
        # Before anybody else acts on that day: what the new rule replaces may have ended.
        yield Turn(date.fromisoformat(day), county.offices[0], first=True)
        for since, adoption, evidence in later:
            if since == day:
                today = county.today.isoformat()
                county.with_files([msgspec.structs.replace(adoption, effective_on=today)], evidence)
        county.flush()


def _known(county: County, packs: Iterable[str]) -> list[tuple[Proposal, list[Evidence]]]:
    """Return the adoption of every calendar and of these packs, each with the files it rests on."""
    actor = f"{COUNTY}-{RECORDS}"
    who = {"county": COUNTY, "actor": actor, "office": COUNTY, "on": county.last.isoformat()}
    adoptions, files = adopt_packs(packs, **who)
    found: list[tuple[Proposal, list[Evidence]]] = [(one, []) for one in adopt_calendars(**who)]
    for adoption in adoptions:
        chain = getattr(adoption.event, "chain", ())
        hashes = {link.partition("@")[2] for link in chain}
        found.append((adoption, [file for file in files if file.hash in hashes]))
    return found


def known_since(adoption: Proposal) -> str:
    """Return the day on which a calendar or a pack became known."""
    event = adoption.event
    return event.known_since if isinstance(event, (CalendarAdopted, PackAdopted)) else ""


def standard_rises(county: County, cases: list[Dossier]) -> Process:
    """Publish a higher standard after the month's pay run; every running case is set anew."""
    month = rise_month(county)
    days = county.month_days(month)
    if len(days) <= _RISE_WORKDAY:
        return
    yield Turn(days[_RISE_WORKDAY], COUNTY)
    for code in _STANDARDS:
        raised = _standard(code, date.fromisoformat(f"{month}-01"), _RAISED_FEN)
        county.say(f"policy/{COUNTY}", raised, by=RECORDS)
    county.flush()
    for case in cases:
        state = case.state
        if case.plan.by_standard and state.stage == "approved" and not state.died_on:
            anew = support.EntitlementSet(
                from_month=max(month, state.from_month), reason="standard"
            )
            county.say(case.stream, anew, by=REVIEWER)
    county.flush()
