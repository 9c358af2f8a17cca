"""The way of the money to the person: under another name, to the wrong account, in cash."""

from __future__ import annotations

from aidledger.domain.events import payment
from aidledger.domain.recorded import Recorded
from aidledger.services.simulation.irregularities.money import marked
from aidledger.services.simulation.irregularities.scene import Kind, where

_OTHER_NAME = "name_mismatch"


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F068",
            note_zh="银行回盘：账户户名与姓名不符",
            note_en="the bank says that the account has another name",
            plan=marked(lambda disorder, key: disorder.return_reasons.update({key: _OTHER_NAME})),
            find=lambda scene: where(scene.entries(), payment.PaymentReturned, _other_name),
        ),
    )


def _other_name(entry: Recorded) -> bool:
    """Whether the bank returned a line for the name."""
    return isinstance(entry.event, payment.PaymentReturned) and entry.event.reason == _OTHER_NAME
