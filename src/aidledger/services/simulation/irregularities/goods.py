"""Funds and goods that do not add up: late lines, arrears not paid, shares, statements, stock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from aidledger.domain.events import fund, goods, payment, support
from aidledger.domain.recorded import Recorded
from aidledger.services.decoding import recorded_all
from aidledger.services.simulation.county import Process, Turn
from aidledger.services.simulation.irregularities.scene import Kind, Scene, where
from aidledger.services.simulation.places import FINANCE

_MISSTATED_FEN = 250_000
_TOO_MUCH_FEN = 400_000
LAST_PAY_DAY = "10"


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group: all of the county's money and goods, of no case."""
    return (
        _of_county(
            "F055",
            ("调标后未补发差额", "a rise was not paid for the month before"),
            lambda scene: scene.tools.runs.disorder.keep_arrears(),
            _not_paid_after,
        ),
        _of_county(
            "F066",
            ("一笔款项在规定日期以后才发放", "one line was paid after the day of the rule"),
            lambda scene: scene.tools.runs.disorder.late_months.add(scene.month(4)),
            lambda scene: _paid_late(scene, scene.month(4)),
        ),
        _of_county(
            "F073",
            ("账面余额与银行对账单不符", "the books and the bank's statement differ"),
            lambda scene: scene.tools.stores.misstated.update(
                {(scene.tools.runs.fund, scene.month(3)): _MISSTATED_FEN}
            ),
            lambda scene: where(
                scene.entries(scene.tools.runs.fund),
                fund.BankStatementReceived,
                lambda entry: entry.effective_on[:7] == scene.month(3),
            )[:1],
        ),
        _of_county(
            "F074",
            ("市级负担超出规定比例", "the city gave more than its share"),
            lambda scene: scene.county.spawn(_given_too_much(scene)),
            lambda scene: where(
                scene.entries(scene.tools.runs.fund), payment.FundReceived, _is_too_much
            ),
        ),
        _of_county(
            "F076",
            ("物资发放无领取人，盘点不符", "goods went to nobody, and the count differs"),
            lambda scene: scene.tools.stores.lost.add(scene.month(4)),
            lambda scene: _lost(scene, scene.month(4)),
            stream=lambda scene: scene.tools.stores.stock,
        ),
    )


def _of_county(
    rule: str,
    notes: tuple[str, str],
    start: Callable[[Scene], object],
    find: Callable[[Scene], list[int]],
    stream: Callable[[Scene], str] = lambda scene: scene.tools.runs.fund,
) -> Kind:
    """Return a kind that needs no case of its own."""

    def begin(scene: Scene) -> None:
        start(scene)

    note_zh, note_en = notes
    return Kind(
        rule=rule, note_zh=note_zh, note_en=note_en, people=0, start=begin, find=find, stream=stream
    )


def _of_type(scene: Scene, name: str) -> list[Recorded]:
    """Return all entries of a type."""
    return recorded_all(scene.county.session.store.read_types([name]))


def _not_paid_after(scene: Scene) -> list[int]:
    """Find the entitlement whose difference was kept back."""
    kept = scene.tools.runs.disorder.kept_back
    return [
        entry.position
        for entry in _of_type(scene, "EntitlementSet")
        if isinstance(entry.event, support.EntitlementSet)
        and (entry.stream, entry.event.from_month) == kept
    ][-1:]


def _paid_late(scene: Scene, month: str) -> list[int]:
    """Find what was paid late of a month."""
    return [
        entry.position
        for entry in _of_type(scene, "PaymentIssued")
        if isinstance(entry.event, payment.PaymentIssued)
        and entry.event.kind == "regular"
        and entry.event.month == month
        and entry.event.paid_on > f"{month}-{LAST_PAY_DAY}"
    ]


def _given_too_much(scene: Scene) -> Process:
    """Have the city give a sum of its own in the sixth month; the next run uses it."""
    yield Turn(date.fromisoformat(f"{scene.month(5)}-16"), FINANCE)
    scene.tools.runs.treasury.receive("city", _TOO_MUCH_FEN)


def _is_too_much(entry: Recorded) -> bool:
    """Whether a receipt is the one beyond the share."""
    event = entry.event
    return isinstance(event, payment.FundReceived) and event.amount_fen == _TOO_MUCH_FEN


def _lost(scene: Scene, month: str) -> list[int]:
    """Find what went to nobody in a month, and the count that differs."""
    entries = [
        entry
        for entry in scene.entries(scene.tools.stores.stock)
        if entry.effective_on[:7] == month
    ]
    return where(entries, goods.GoodsIssued, _without_case) + where(entries, goods.GoodsCounted)


def _without_case(entry: Recorded) -> bool:
    """Whether goods were handed to nobody."""
    return isinstance(entry.event, goods.GoodsIssued) and entry.event.case is None
