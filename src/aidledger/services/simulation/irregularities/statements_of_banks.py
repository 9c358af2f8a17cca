"""Bank statements that differ from the ledger: money nobody entered, other payees, other sums, none at all."""

from __future__ import annotations

from collections.abc import Callable

from aidledger.domain.events import fund, register
from aidledger.domain.events.base import Programme
from aidledger.domain.values import add_months, month_start
from aidledger.services.simulation.banks import BY_PERSON
from aidledger.services.simulation.irregularities.scene import Kind, Scene, SideEffect, where

_PASSED_FEN = 3_456_789
_ALTERED_FEN = 100_000
_SETTLED_DAYS = 40


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group: all of the county's accounts, of no case."""
    return (
        _of_bank(
            "M07",
            ("资金过账：当月进出专户而账上没有", "money came into the account and left it, and no entry tells of it"),
            ("tekun", 4),
            lambda scene, key: scene.tools.banks.wrongs.passed_through.update({key: _PASSED_FEN}),
        ),
        _of_bank(
            "M07",
            ("一笔救助金付到他人账户", "the bank paid one person's money into another account"),
            (BY_PERSON, 8),
            lambda scene, key: scene.tools.banks.wrongs.diverted.add(key),
        ),
        _of_bank(
            "M07",
            ("整批代发金额与账上不同", "the bank paid another sum for a run than the ledger says"),
            ("tekun", 8),
            lambda scene, key: scene.tools.banks.wrongs.altered.update({key: _ALTERED_FEN}),
            also=(SideEffect(rule="F073", find=lambda scene: _stated_since(scene, "tekun", 8)),),
        ),
        Kind(
            rule="M08",
            note_zh="缺少一个月的对账单",
            note_en="the statement of a month is missing",
            people=0,
            start=lambda scene: scene.tools.banks.wrongs.kept_back.add(_key(scene, BY_PERSON, 7)),
            stream=lambda scene: _key(scene, BY_PERSON, 7)[0],
            find=_beside_the_gap,
        ),
    )  # fmt: skip


def _of_bank(
    rule: str,
    notes: tuple[str, str],
    place: tuple[Programme, int],
    mark: Callable[[Scene, tuple[str, str]], object],
    also: tuple[SideEffect, ...] = (),
) -> Kind:
    """Return a kind that goes wrong in the statement of a fund's account in a month, from 0."""
    return Kind(
        rule=rule,
        note_zh=notes[0],
        note_en=notes[1],
        people=0,
        start=lambda scene: _start(mark, scene, _key(scene, *place)),
        stream=lambda scene: _key(scene, *place)[0],
        find=lambda scene: _differing(scene, *_key(scene, *place)),
        shows_after_days=_SETTLED_DAYS,
        also=also,
    )


def _start(
    mark: Callable[[Scene, tuple[str, str]], object], scene: Scene, key: tuple[str, str]
) -> None:
    mark(scene, key)


def _key(scene: Scene, programme: Programme, place: int) -> tuple[str, str]:
    """Return the fund of a programme and a month of the simulation."""
    month = add_months(scene.county.first.isoformat()[:7], place)
    return scene.tools.all_runs[programme].fund, month


def _differing(scene: Scene, stream: str, month: str) -> list[int]:
    """Find the statement of a month, and the entries that say otherwise; nothing where it did not happen."""
    happened = scene.tools.banks.wrongs.happened
    if (stream, month) not in happened:
        return []
    return _imported(scene, stream, month) + happened[stream, month]


def _imported(scene: Scene, stream: str, month: str) -> list[int]:
    """Find the statement of a month."""
    first_on = month_start(month).isoformat()
    return [
        entry.position
        for entry in scene.entries(stream)
        if isinstance(entry.event, register.StatementImported) and entry.event.first_on == first_on
    ]


def _stated_since(scene: Scene, programme: Programme, place: int) -> list[int]:
    """Find every balance that the bank states from a month on."""
    stream, month = _key(scene, programme, place)
    return where(
        scene.entries(stream),
        fund.BankStatementReceived,
        lambda entry: (
            isinstance(entry.event, fund.BankStatementReceived)
            and entry.event.stated_on >= month_start(month).isoformat()
        ),
    )


def _beside_the_gap(scene: Scene) -> list[int]:
    """Find the statements of the months before and after the one that is missing."""
    stream, month = _key(scene, BY_PERSON, 7)
    sides = (_imported(scene, stream, add_months(month, by)) for by in (-1, 1))
    found = [position for side in sides for position in side]
    return found if len(found) > 1 else []
