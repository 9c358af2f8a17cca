"""Extreme hardship in the simulated county: one person, with care at home or in an institution."""

from __future__ import annotations

from functools import partial
from typing import Final, Literal

from aidledger.domain.events import inquiry, intake, support
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.living import live
from aidledger.services.simulation.places import CLERK, SECOND_SURVEYOR
from aidledger.services.simulation.planning import draw_hardship
from aidledger.services.simulation.procedure import Ways, apply
from aidledger.services.simulation.programmes.branch import Branch

_NOT_ABLE: Final[
    tuple[Literal["no_obligor", "no_capacity", "dead", "dibao_old_or_disabled"], ...]
] = ("no_obligor", "no_capacity", "dead", "dibao_old_or_disabled")


def certify(case: Dossier) -> None:
    """Take down the certificate of a disability, or the school of a minor."""
    if case.plan.disability:
        kind, grade = case.plan.disability
        personal = {"disability_grade": grade, "disability_kind": kind}
        certified = intake.DisabilityCertified(valid_to=case.plan.certified_to)
        case.say(certified, CLERK, personal=personal)
    if case.plan.limb == "minor":
        enrolled = intake.EnrolmentRecorded(
            from_on=f"{case.plan.apply_on.year - 1}-09-01", stage="compulsory"
        )
        case.say(enrolled, CLERK)


def assess(case: Dossier) -> None:
    """Ask who is bound to help, and how far the person can look after himself."""
    plan = case.plan
    ground = case.rng.choice(_NOT_ABLE)
    obligor = inquiry.ObligorAssessed(
        able=plan.obligor_able, ground="none" if plan.obligor_able else ground
    )
    case.note(obligor, SECOND_SURVEYOR)
    assessed = support.AbilityAssessed(evidence=case.digest("ability"), level=plan.ability)
    items = {"able": "000000", "partly": "110000", "unable": "111110"}[plan.ability]
    case.say(assessed, SECOND_SURVEYOR, personal={"ability_items": items})


BRANCH: Final = Branch(
    programme="tekun",
    weight=100,
    packs=("cn-tekun-2016", "cn-tekun-2021", "gz-county-2022"),
    draw=draw_hardship,
    apply=partial(apply, Ways(declare=certify, assess=assess)),
    live=live,
)
"""The branch of extreme hardship."""
