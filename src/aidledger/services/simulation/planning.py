"""What will happen in a case, drawn before it begins: the procedure then only carries it out.

A clean plan keeps every rule with room to spare. An irregularity is a plan that differs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from aidledger.domain.events.base import Ability, Form, Programme
from aidledger.services.simulation.county import County, Process
from aidledger.services.simulation.people import Person, born_aged
from aidledger.services.simulation.places import Township, Village

if TYPE_CHECKING:
    from aidledger.services.simulation.dossier import Dossier

Limb = Literal[
    "age",
    "minor",
    "disability",
    "household",
    "single_person",
    "orphan",
    "unattended",
    "retired_1960s",
]
Outcome = Literal["approve", "refuse", "withdraw"]
Route = Literal["self", "proxy", "ex_officio"]
Holder = Literal["guardian", "self"]

_REGISTERS: Final = ("civil_registry", "vehicles", "real_estate", "social_insurance", "companies")
DISABILITIES: Final = (("intellectual", "2"), ("mental", "2"), ("physical", "1"), ("visual", "1"))
_CHILDREN: Final = ("orphan", "unattended")
"""Programmes of children: nobody of them is shown, in a notice or on a list."""
_OF_STANDARD: Final = ("tekun", "dibao")
"""Programmes whose amount goes by the standard of the allowance."""
_EARLY_SHARE: Final = 70
"""Per cent of the cases that apply within the first weeks."""
_EARLY_WORKDAYS: Final = 18
_LAST_APPLICATION: Final = 80
"""Per cent of the working days after which nobody applies any more."""


class CasePlan(msgspec.Struct, frozen=True, kw_only=True):
    """How one case will go; delays in working days unless the name says otherwise."""

    number: int
    apply_on: date
    person: Person
    town: Township
    village: Village
    limb: Limb
    programme: Programme = "tekun"
    persons: int = 1
    """How many the application is for."""
    route: Route = "self"
    disability: tuple[str, str] | None = None
    certified_to: str | None = None
    """The last day of the certificate of a disability; none: it has none."""
    discovered_before: int = 0
    """0: nobody discovered the need, the person came."""
    materials_asked: int = 0
    """How often the office asks for what is missing; the rule lets it ask once."""
    accept_after: int = 1
    survey_after: int = 2
    investigators: int = 2
    survey_evidence: str | None = None
    """The hash of the photograph; default: one of its own."""
    has_income: bool = False
    obligor_able: bool = False
    neighbours: bool = True
    letter: bool = False
    registers: tuple[str, ...] = _REGISTERS
    """Compared with these; with none, there is no comparison."""
    hits: tuple[str, ...] = ()
    dispose_hits: bool = True
    hits_cleared: bool = True
    """Whether the answer to a hit is that there is nothing in it."""
    appraisal: Literal["held", "waived", "none"] = "held"
    outsiders: int = 2
    """How many at the appraisal represent no residents."""
    relative: bool = False
    ability: Ability = "able"
    form: Form = "decentralised"
    outcome: Outcome = "approve"
    opinion_after: int = 2
    notice_first: bool = False
    """Whether the notice goes up before there is an opinion."""
    publicity_days: int = 8
    """Calendar days the notice is shown; 0: there is none."""
    planned_days: int = 7
    publicity_evidence: str | None = None
    """The hash of the photo; default: one of its own."""
    objection: Literal["none", "not_upheld"] = "none"
    second_publicity: bool = True
    submit_after: int = 1
    county_visit: bool = True
    """Whether the county may choose the file for a check at home."""
    decide_after: int = 5
    surveyor_decides: bool = False
    township_decides: bool = False
    first_month: int = 1
    """Months from the month of the approval to the first month of support."""
    announce_after: int | None = 3
    refused_for: tuple[str, str] = ("income", "有稳定收入来源，不符合规定条件。")
    """Code and text of the reason, where it is refused."""
    refusal_told_after: int = 2
    account: str = ""
    """Account number; default: one of its own."""
    source: str = "office"
    reassess_after: int = 5
    publish_end: bool = True
    visited: bool = True
    own_carer: bool = False
    fates: bool = True
    """Whether chance may strike: death, change of ability, moves …"""
    despite: bool = False
    """Whether acts that the rules refuse are done nevertheless, with the rule named."""
    sequel: Callable[[Dossier], Process] | None = None
    """What else happens once support is approved."""

    @property
    def of_child(self) -> bool:
        """Whether the programme is one of children, who are never shown."""
        return self.programme in _CHILDREN

    @property
    def by_standard(self) -> bool:
        """Whether what is due rises with the standard of the allowance."""
        return self.programme in _OF_STANDARD

    @property
    def holder(self) -> Holder:
        """Whose the account is: of a minor, the guardian's for the child."""
        return "guardian" if self.limb == "minor" or self.of_child else "self"


def draw_hardship(county: County, number: int, rng: Random) -> CasePlan:
    """Draw one clean case of extreme hardship; most apply in the first weeks."""
    town = rng.choices(county.towns, weights=[town.population for town in county.towns])[0]
    apply_on = application_day(county, rng)
    limb, person, disability = _draw_person(county, rng, apply_on)
    ability = _draw_ability(rng, limb)
    needs_care = ability != "able"
    concentrated = limb != "minor" and rng.randrange(100) < (45 if needs_care else 8)
    proxy = limb == "minor" or (needs_care and rng.randrange(100) < 60)
    route: Route = "proxy" if proxy else rng.choices(("self", "ex_officio"), weights=(85, 15))[0]
    hits = ("vehicles-1",) if rng.randrange(100) < 8 else ()
    return CasePlan(
        number=number,
        apply_on=apply_on,
        person=person,
        town=town,
        village=rng.choice(town.villages),
        limb=limb,
        route=route,
        disability=disability,
        discovered_before=rng.choice((0, 0, 0, 3, 6)),
        materials_asked=int(rng.randrange(100) < 15),
        accept_after=rng.randrange(1, 4),
        survey_after=rng.randrange(1, 4),
        letter=rng.randrange(100) < 25,
        hits=hits,
        appraisal="held" if hits else rng.choices(("held", "waived"), weights=(60, 40))[0],
        relative=rng.randrange(100) < 2,
        ability=ability,
        form="concentrated" if concentrated else "decentralised",
        outcome=rng.choices(("approve", "refuse", "withdraw"), weights=(90, 7, 3))[0],
        opinion_after=rng.randrange(1, 4),
        publicity_days=rng.randrange(7, 10),
        planned_days=7,
        objection="not_upheld" if rng.randrange(100) < 6 else "none",
        submit_after=rng.randrange(1, 3),
        decide_after=rng.randrange(3, 8),
        announce_after=rng.randrange(1, 6),
        refusal_told_after=rng.randrange(1, 3),
        reassess_after=rng.randrange(2, 7),
    )


def application_day(county: County, rng: Random, since: date = date.min) -> date:
    """Draw the working day of an application, none of them before a day.

    ``_EARLY_SHARE`` per cent come in the first weeks.
    """
    days = [day for day in county.workdays if since <= day <= county.last]
    early = days[1 : 1 + min(_EARLY_WORKDAYS, len(days))]
    later = days[len(early) + 1 : max(len(days) * _LAST_APPLICATION // 100, len(early) + 2)]
    is_early = rng.randrange(100) < _EARLY_SHARE or not later
    return rng.choice((early if is_early else later) or days or [county.first])


def _draw_person(
    county: County, rng: Random, on: date
) -> tuple[Limb, Person, tuple[str, str] | None]:
    """Draw who applies: mostly old people, some disabled adults, a few children."""
    kind = rng.randrange(100)
    if kind < 5:
        return "minor", county.people.person(born_aged(rng, on, rng.randrange(4, 13))), None
    if kind < 18:
        person = county.people.person(born_aged(rng, on, rng.randrange(20, 58)))
        return "disability", person, rng.choice(DISABILITIES)
    years = min(rng.choices((61, 66, 71, 76, 82, 88), weights=(20, 25, 24, 17, 10, 4))[0], 90)
    return "age", county.people.person(born_aged(rng, on, years + rng.randrange(5))), None


def _draw_ability(rng: Random, limb: Limb) -> Ability:
    """Draw how far somebody can look after himself."""
    weights = (40, 40, 20) if limb == "disability" else (68, 22, 10)
    return rng.choices(("able", "partly", "unable"), weights=weights)[0]
