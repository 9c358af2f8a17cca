"""Bought services: too few of them, fewer hours than agreed, the same service invoiced twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from aidledger.domain.events import contract, payment
from aidledger.domain.events.base import Event
from aidledger.services.decoding import recorded_all
from aidledger.services.simulation.bought import BoughtServices
from aidledger.services.simulation.irregularities.scene import Kind, Scene, where

_PERMILLE = 50


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group: of the county's one contract, of no case."""
    return (
        Kind(
            rule="F075",
            note_zh="购买服务支出不足百分之五",
            note_en="less than five in a hundred spent on bought services",
            people=0,
            start=_thrifty,
            stream=lambda scene: scene.tools.bought.fund,
            find=_too_little,
        ),
        _of_month(
            ("服务时长少于合同约定", "fewer hours of service than the contract has"),
            4,
            lambda bought: bought.short,
            lambda scene: _in_month(scene, 4, contract.ServiceAccepted),
        ),
        _of_month(
            ("同一服务开具两份账单", "the same service invoiced twice"),
            2,
            lambda bought: bought.billed_twice,
            lambda scene: _in_month(scene, 2, contract.ServiceInvoiced)[1:],
        ),
    )


def _of_month(
    notes: tuple[str, str],
    later: int,
    months: Callable[[BoughtServices], set[str]],
    find: Callable[[Scene], list[int]],
) -> Kind:
    """Return a kind that spoils the month so many after the first."""
    note_zh, note_en = notes
    return Kind(
        rule="F083",
        note_zh=note_zh,
        note_en=note_en,
        people=0,
        start=lambda scene: months(scene.tools.bought).add(scene.month(later)),
        stream=lambda scene: scene.tools.bought.contract,
        find=find,
    )


def _in_month(scene: Scene, later: int, kind: type[Event]) -> list[int]:
    """Find what the contract has of a type for a month."""
    month = scene.month(later)
    return where(
        scene.entries(scene.tools.bought.contract),
        kind,
        lambda entry: getattr(entry.event, "month", "") == month,
    )


def _thrifty(scene: Scene) -> None:
    """Let the county buy less."""
    scene.tools.bought.thrifty = True


def _too_little(scene: Scene) -> list[int]:
    """Find what was spent on services in the years in which it was too little."""
    spent: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    bought = []
    for entry in recorded_all(scene.county.session.store.read_types(["FundDisbursed"])):
        if isinstance(entry.event, payment.FundDisbursed):
            served = entry.stream == scene.tools.bought.fund
            spent[entry.effective_on[:4]][served] += entry.event.amount_fen
            bought += [entry] if served else []
    return [
        entry.position
        for entry in bought
        if spent[entry.effective_on[:4]][1] * 1000 < sum(spent[entry.effective_on[:4]]) * _PERMILLE
    ]
