"""The rules the county works under: adopted at the start, and as they become known."""

from __future__ import annotations

from datetime import date
from typing import Final

from aidledger.domain.calendar import Calendar
from aidledger.domain.events import registry, support
from aidledger.domain.events.registry import CalendarAdopted
from aidledger.domain.policy.year import load_year_table
from aidledger.domain.proposal import Proposal
from aidledger.domain.values import add_months
from aidledger.services.adoption import adopt_calendars, adopt_packs, shipped
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.people import born_aged
from aidledger.services.simulation.places import (
    COUNTY,
    RECORDS,
    office_events,
    officer_events,
    place_events,
)

PACKS: Final = ("cn-tekun-2016", "cn-tekun-2021", "gz-county-2022")
_STANDARD_FEN: Final = 70_500
_RAISED_FEN: Final = 73_500
_RISE_AFTER_MONTHS: Final = 9
_RISE_WORKDAY: Final = 4
"""The rise is published on the fifth working day of its month: after the month's pay run."""
_STANDARDS: Final = ("dibao_rural", "dibao_urban")
_OFFICER_AGE: Final = 40


def working_calendar() -> Calendar:
    """Return the working days of all shipped years: what the county lives by."""
    return Calendar(
        load_year_table(content, file=f"{name}.toml")
        for name, content in shipped("calendars").items()
    )


def rise_month(county: County) -> str:
    """Return the month whose standard is published late."""
    return add_months(county.first.isoformat()[:7], _RISE_AFTER_MONTHS)


def open_ledger_of(county: County, on: str) -> Process:
    """Record what a ledger begins with, in force from a day: places, offices, rules, standards."""
    yield Turn(county.first, COUNTY)
    who = {"county": COUNTY, "actor": f"{COUNTY}-{RECORDS}", "office": COUNTY, "on": on}
    since = date.fromisoformat(on)
    opened = registry.LedgerOpened(county=COUNTY, origin=f"simulated/{COUNTY}/{county.seed}")
    for event in (opened, *place_events(), *office_events()):
        county.say(f"registry/{COUNTY}", event, by=RECORDS, effective_on=since)
    rng = county.rng("officers")
    for appointed in officer_events():
        name = county.people.person(born_aged(rng, since, _OFFICER_AGE)).name
        county.say(
            f"registry/{COUNTY}", appointed, by=RECORDS, effective_on=since, personal={"name": name}
        )
    packs, files = adopt_packs(PACKS, **who)
    county.with_files([*adopt_calendars(**who), *packs], files)
    for code in _STANDARDS:
        _publish(county, code, _STANDARD_FEN, since)
    county.flush()


def _publish(county: County, code: str, fen: int, from_on: date) -> None:
    """Record a monthly standard."""
    standard = registry.StandardPublished(
        code=code, from_on=from_on.isoformat(), monthly_fen=fen, place=COUNTY
    )
    county.say(f"policy/{COUNTY}", standard, by=RECORDS)


def new_calendars(county: County, on: str) -> Process:
    """Adopt each later calendar on the first working day on which it is known."""
    for day in sorted({_known_since(proposal) for proposal in _later(county, on)}):
        yield Turn(date.fromisoformat(day), COUNTY)
        adopted = [p for p in _later(county, on) if _known_since(p) == day]
        for proposal in adopted:
            county.say(f"policy/{COUNTY}", proposal.event, by=RECORDS)


def _later(county: County, on: str) -> list[Proposal]:
    """Return the adoptions of calendars that become known after a day, while the county works."""
    who = {"county": COUNTY, "actor": RECORDS, "office": COUNTY}
    known = adopt_calendars(on=county.last.isoformat(), **who)
    return [proposal for proposal in known if _known_since(proposal) > on]


def _known_since(proposal: Proposal) -> str:
    """Return the day on which a calendar became known."""
    event = proposal.event
    return event.known_since if isinstance(event, CalendarAdopted) else ""


def standard_rises(county: County, cases: list[Dossier]) -> Process:
    """Publish a higher standard after the month's pay run; every running case is set anew."""
    month = rise_month(county)
    days = county.month_days(month)
    if len(days) <= _RISE_WORKDAY:
        return
    yield Turn(days[_RISE_WORKDAY], COUNTY)
    for code in _STANDARDS:
        _publish(county, code, _RAISED_FEN, date.fromisoformat(f"{month}-01"))
    county.flush()
    for case in cases:
        state = case.state
        if state.stage == "approved" and not state.died_on:
            anew = support.EntitlementSet(
                from_month=max(month, state.from_month), reason="standard"
            )
            county.say(case.stream, anew, by=RECORDS)
    county.flush()
