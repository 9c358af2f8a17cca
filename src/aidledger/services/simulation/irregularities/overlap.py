"""Overlap: one person or household supported twice, under two programmes or in two areas."""

from __future__ import annotations

from typing import Any

import msgspec

from aidledger.domain.events import decision, payment
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import Kind, Scene, SideEffect, at
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.programmes.children import orderly_child
from aidledger.services.simulation.programmes.households import orderly_household


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        _pair(
            "F021",
            (
                "同一人同时领取特困供养和低保",
                "one person was paid for extreme hardship and as a household",
            ),
            plan=_two_programmes,
            find=_paid_twice,
        ),
        _pair(
            "F023",
            (
                "同一家庭同时领取城市低保和农村低保",
                "one household was paid in town and in the country",
            ),
            plan=_two_areas,
            find=_paid_in_both,
        ),
        _pair(
            "F022",
            (
                "同一儿童同时领取特困供养和孤儿基本生活费",
                "one child was paid for extreme hardship and as an orphan",
            ),
            plan=_hardship_and_orphan,
            find=_paid_twice,
            start=_pay_both,
        ),
        _pair(
            "F025",
            (
                "同一儿童同时按孤儿和事实无人抚养儿童领取",
                "one child was paid as an orphan and as an unattended minor",
            ),
            plan=_orphan_and_unattended,
            find=_paid_in_both,
            start=_pay_both,
        ),
    )


def _pair(rule: str, notes: tuple[str, str], **more: Any) -> Kind:
    """Return a kind of two cases, of which the second is the one too many."""
    note_zh, note_en = notes
    return Kind(
        rule=rule,
        note_zh=note_zh,
        note_en=note_en,
        people=2,
        stream=lambda scene: scene.cases[1].stream,
        also=(SideEffect(rule="F006", find=at(decision.ApplicationApproved)),),
        **more,
    )


def _hardship_and_orphan(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let the orphan of the second case be supported in extreme hardship too."""
    second = orderly_child("orphan", scene.county, plans[1])
    first = msgspec.structs.replace(
        plans[0], person=second.person, limb="minor", route="proxy", ability="able"
    )
    return [msgspec.structs.replace(plan, despite=True) for plan in (first, second)]


def _orphan_and_unattended(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let two relatives apply for one child, each under another programme."""
    first = orderly_child("orphan", scene.county, plans[0])
    second = orderly_child("unattended", scene.county, plans[1])
    second = msgspec.structs.replace(second, person=first.person)
    return [msgspec.structs.replace(plan, despite=True) for plan in (first, second)]


def _pay_both(scene: Scene) -> None:
    """Let both cases stay on their rosters, against the rule that lets one."""
    for case in scene.cases:
        scene.tools.all_runs[case.plan.programme].disorder.insisted.add(case.stream)


def _two_programmes(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let the old person of the first case head the household of the second."""
    first = plans[0]
    second = orderly_household(scene.county, plans[1])
    return [first, msgspec.structs.replace(second, person=first.person)]


def _two_areas(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let one household apply in the country and in town."""
    county = scene.county
    first, second = (orderly_household(county, plan) for plan in plans)
    rural, urban = (
        next(town for town in county.towns if town.area == area) for area in ("rural", "urban")
    )
    return [
        msgspec.structs.replace(first, town=rural, village=rural.villages[0]),
        msgspec.structs.replace(
            second, person=first.person, kin=first.kin, town=urban, village=urban.villages[0]
        ),
    ]


def _paid_twice(scene: Scene) -> list[int]:
    """Find what the second case was paid for months for which the first was paid too."""
    first, second = (_paid(scene, case) for case in scene.cases)
    return [position for month, position in second if month in {one for one, _ in first}]


def _paid_in_both(scene: Scene) -> list[int]:
    """Find what either case was paid for months for which both were."""
    first, second = (_paid(scene, case) for case in scene.cases)
    both = {month for month, _ in first} & {month for month, _ in second}
    return [position for month, position in (*first, *second) if month in both]


def _paid(scene: Scene, case: Dossier) -> list[tuple[str, int]]:
    """Return month and position of what a case was paid."""
    return [
        (entry.event.month, entry.position)
        for entry in scene.entries(case.stream)
        if isinstance(entry.event, payment.PaymentIssued)
    ]
