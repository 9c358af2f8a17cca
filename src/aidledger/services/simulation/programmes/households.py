"""Invented households: who is of them, what they live on, what a member falls into."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Final, Literal

import msgspec

from aidledger.services.simulation.county import County
from aidledger.services.simulation.people import Person, born_aged
from aidledger.services.simulation.planning import CasePlan, application_day

Relation = Literal["spouse", "parent", "child", "grandchild"]
Earned = Literal["wage", "business", "transfer", "maintenance"]
STANDARD_FEN: Final = 70_500
"""The monthly standard of the first day: no clean household has more than a part of it a head."""
_SIZES: Final = (30, 28, 24, 13, 5)
"""Weights of households of one, two, … persons."""
_LEAST_PERCENT, _MOST_PERCENT = 8, 62
"""What a household has of its own, as a part of the standard."""
_ROUND_FEN: Final = 1_000
_PERMIT_EVERY: Final = 8
_OLD, _SCHOOL_AGE, _CHILD_TO = 70, 7, 15


class Kin(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the household beside the one who applies."""

    person: Person
    relation: Relation


class HouseholdPlan(CasePlan, frozen=True, kw_only=True):
    """How the case of a household will go: the plan of a case, with members and means."""

    kin: tuple[Kin, ...] = ()
    categories: tuple[tuple[int, str], ...] = ()
    """By place among the members, 0 the head: what a member falls into; sealed in the ledger."""
    income_fen: int = 0
    """A month, of all together."""
    earned: Earned = "transfer"
    deposits_fen: int = 0
    dwellings: int = 1
    firms: int = 0
    vehicles: int = 0
    reviewed: bool = True
    by_permit: bool = False
    """Whether it lives here by a permit, and is registered elsewhere."""
    relocated: Literal["", "before", "later"] = ""
    """Whether it moves to a relocation site: before it applies, or once it is in support."""

    @property
    def alone(self) -> bool:
        """Whether one person is taken in alone, who has no household of their own."""
        return self.limb == "single_person"

    @property
    def steady(self) -> bool:
        """Whether the income stays what it is: such households are looked at less often."""
        return self.earned in ("transfer", "maintenance")


def draw_household(county: County, number: int, rng: Random) -> HouseholdPlan:
    """Draw one clean case of a household of one to five persons."""
    town = rng.choices(county.towns, weights=[town.population for town in county.towns])[0]
    apply_on = application_day(county, rng)
    size = rng.choices(range(1, len(_SIZES) + 1), weights=_SIZES)[0]
    head, kin = _members(county, rng, apply_on, size)
    hits = ("vehicles-1",) if rng.randrange(100) < 8 else ()
    objects = not hits and rng.randrange(100) < 6
    return HouseholdPlan(
        number=number,
        programme="dibao",
        limb="household",
        form="household",
        apply_on=apply_on,
        person=head,
        persons=size,
        kin=kin,
        town=town,
        village=rng.choice(town.villages),
        categories=tuple(_categories(rng, apply_on, head, kin)),
        income_fen=draw_income(rng, size),
        by_permit=number % _PERMIT_EVERY == 0,
        earned=rng.choice(("wage", "business", "transfer", "maintenance")),
        deposits_fen=rng.randrange(0, 400_000, 10_000),
        discovered_before=rng.choice((0, 0, 0, 3)),
        materials_asked=int(rng.randrange(100) < 15),
        accept_after=rng.randrange(1, 4),
        survey_after=rng.randrange(1, 3),
        has_income=True,
        letter=rng.randrange(100) < 25,
        hits=hits,
        appraisal="held" if hits else rng.choice(("held", "waived", "none")),
        outcome=rng.choices(("approve", "refuse", "withdraw"), weights=(90, 7, 3))[0],
        opinion_after=1 if objects else rng.randrange(1, 4),
        publicity_days=7 if objects else rng.randrange(7, 10),
        objection="not_upheld" if objects else "none",
        submit_after=1,
        decide_after=3 if objects else rng.randrange(3, 8),
        announce_after=rng.randrange(1, 6),
        refusal_told_after=rng.randrange(1, 3),
    )


def orderly_household(county: County, plan: CasePlan) -> HouseholdPlan:
    """Return the plan of a couple that lives on a pension, applies early and meets with no chance."""
    rng = county.rng("orderly household", plan.number)
    apply_on = rng.choice(county.workdays[1:9])
    head, spouse = (county.people.person(born_aged(rng, apply_on, years)) for years in (58, 56))
    return HouseholdPlan(
        number=plan.number,
        programme="dibao",
        limb="household",
        form="household",
        apply_on=apply_on,
        person=head,
        persons=2,
        kin=(Kin(person=spouse, relation="spouse"),),
        town=plan.town,
        village=plan.village,
        income_fen=STANDARD_FEN,
        deposits_fen=200_000,
        has_income=True,
        fates=False,
    )


def draw_income(rng: Random, persons: int) -> int:
    """Draw what a household has a month, in fen: well below the standard for each of its members."""
    percent = rng.randrange(_LEAST_PERCENT, _MOST_PERCENT)
    return persons * STANDARD_FEN * percent // 100 // _ROUND_FEN * _ROUND_FEN


def _members(county: County, rng: Random, on: date, size: int) -> tuple[Person, tuple[Kin, ...]]:
    """Draw the head and who lives with them: a spouse or none, then children or a parent."""
    years = rng.randrange(38, 56) if size > 1 else rng.randrange(45, 80)
    head = county.people.person(born_aged(rng, on, years))
    kin = []
    if size > 1 and rng.randrange(100) < 70:
        spouse = county.people.person(born_aged(rng, on, years - rng.randrange(4)))
        kin.append(Kin(person=spouse, relation="spouse"))
    while len(kin) < size - 1:
        if rng.randrange(100) < 25:
            parent = county.people.person(born_aged(rng, on, years + rng.randrange(22, 30)))
            kin.append(Kin(person=parent, relation="parent"))
        else:
            child = county.people.person(born_aged(rng, on, rng.randrange(1, _CHILD_TO)))
            kin.append(Kin(person=child, relation="child"))
    return head, tuple(kin)


def _categories(rng: Random, on: date, head: Person, kin: tuple[Kin, ...]) -> list[tuple[int, str]]:
    """Draw what each member falls into: the old and pupils always, an illness now and then."""
    found = []
    for place, person in enumerate((head, *(one.person for one in kin))):
        years = on.year - person.birth_on.year
        if years > _OLD:
            found.append((place, "elderly"))
        if _SCHOOL_AGE <= years <= _CHILD_TO:
            found.append((place, "student"))
        if rng.randrange(100) < 12:
            found.append((place, rng.choice(_CHANCES)))
    return found


_CHANCES: Final = ("seriously_ill", "severely_disabled", "ordinary_disability")
"""What may befall a member of any age."""
