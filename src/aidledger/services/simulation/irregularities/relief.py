"""Temporary assistance that goes wrong: one cause twice, a sum that was split, no paperwork."""

from __future__ import annotations

from typing import Final

from aidledger.domain.events import helping
from aidledger.services.simulation.county import Process, Turn
from aidledger.services.simulation.irregularities.scene import Kind, Scene, at
from aidledger.services.simulation.places import HEAD

_FIRST: Final = 40
"""The working day of the first help, counted from 0."""
_DAYS_APART: Final = 9
_SMALL_FEN: Final = 50_000
_BELOW_LIMIT_FEN: Final = 200_000
"""Of a limit of the township of 3,000 yuan: within it once, and beyond it twice."""
_PAPERWORK_DAYS: Final = 60


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F026",
            note_zh="同一事由在规定期限内重复给予临时救助",
            note_en="one cause was given temporary assistance twice within the window",
            start=lambda scene: scene.county.spawn(_twice(scene)),
            find=lambda scene: at(helping.HelpGranted)(scene)[1:],
        ),
        Kind(
            rule="F027",
            note_zh="乡镇分次审批临时救助，合计超过限额",
            note_en="a township split temporary assistance to stay under its limit",
            start=lambda scene: scene.county.spawn(_split(scene)),
            find=lambda scene: at(helping.HelpGranted)(scene)[1:],
        ),
        Kind(
            rule="F052",
            note_zh="紧急先行救助后一直未补办手续",
            note_en="an emergency was helped first and its paperwork was never done",
            start=lambda scene: scene.county.spawn(_unfinished(scene)),
            find=at(helping.HelpGranted),
            shows_after_days=_PAPERWORK_DAYS,
        ),
    )


def _help(scene: Scene, fen: int, cause_on: str, *, emergency: bool = False) -> None:
    """Have the township's head give goods, whatever the rule says."""
    county, case = scene.county, scene.cases[0]
    granted = helping.HelpGranted(
        amount_fen=fen,
        cause="k1",
        cause_on=cause_on,
        help="temporary",
        kind="emergency" if emergency else "expenditure",
        way="goods",
    )
    proposal = county.proposal(case.stream, granted, by=HEAD)
    county.insist(proposal, reason="群众急需", authority="乡镇党政办公会")


def _twice(scene: Scene) -> Process:
    """Help one cause, and help it again some days later."""
    county, case = scene.county, scene.cases[0]
    yield Turn(county.workdays[_FIRST], case.office)
    happened = county.today.isoformat()
    _help(scene, _SMALL_FEN, happened)
    yield Turn(county.after(_DAYS_APART), case.office)
    _help(scene, _SMALL_FEN, happened)


def _split(scene: Scene) -> Process:
    """Help twice for causes of their own, each time within the limit."""
    county, case = scene.county, scene.cases[0]
    yield Turn(county.workdays[_FIRST], case.office)
    _help(scene, _BELOW_LIMIT_FEN, county.today.isoformat())
    yield Turn(county.after(_DAYS_APART), case.office)
    _help(scene, _BELOW_LIMIT_FEN, county.today.isoformat())


def _unfinished(scene: Scene) -> Process:
    """Help an emergency, and leave it at that."""
    county, case = scene.county, scene.cases[0]
    yield Turn(county.workdays[_FIRST], case.office)
    _help(scene, _SMALL_FEN, county.today.isoformat(), emergency=True)
