"""An entry that followed from another: what it is, how far it lies from the first, and its state.

The read model ``consequences`` has the same words in SQL.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from aidledger.domain.chain import Chain
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.decision import ApplicationApproved
from aidledger.domain.events.helping import HelpGranted
from aidledger.domain.events.payment import PaymentIssued, PaymentRostered
from aidledger.domain.events.support import EntitlementSet
from aidledger.domain.recorded import Recorded

Kind = Literal["entitlement", "decision", "roster_line", "payment", "list", "closed_month"]
State = Literal[
    "stands", "annulled", "ordered", "recovered", "retaken", "supplemented", "waived", "withdrawn"
]

Proposed = Literal["annul", "decide_again", "recover", "supplement", "withdraw"]
_MONTHS: Final = ("month", "from_month")
"""Where an entry says its month; what was left out counts as nothing."""


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that followed, how far it lies from the first, its state, and whether work is left.

    ``proposal`` is what would put right an open one; nothing where that is proposed elsewhere, or was
    ordered. ``amount_fen`` is of a line or a payment; ``to_recover_fen`` what of its month is still to come
    back, told at its last payment.
    """

    position: int
    depth: int
    kind: Kind
    type: str
    stream: str
    effective_on: str
    month: str | None
    amount_fen: int | None
    state: State
    open: bool
    proposal: Proposed | None
    to_recover_fen: int = 0


def consequence_of(
    chain: Chain,
    entry: Recorded,
    kind: Kind,
    state: State,
    *,
    is_open: bool,
    proposal: Proposed | None,
    to_recover_fen: int = 0,
) -> Consequence:
    """Return an entry that followed, with its distance from the first."""
    ranks: dict[type, int] = {
        ApplicationApproved: 0,
        EntitlementSet: 1,
        HelpGranted: 1,
        PaymentRostered: 2,
        PaymentIssued: 3,
    }
    rank = ranks.get(type(entry.event), 4)
    return Consequence(
        position=entry.position,
        depth=max(1, rank - ranks.get(type(chain.root.event), 0)),
        kind=kind,
        type=wire_name(entry.event),
        stream=entry.stream,
        effective_on=entry.effective_on,
        month=next(filter(None, (getattr(entry.event, name, None) for name in _MONTHS)), None),
        amount_fen=getattr(entry.event, "amount_fen", getattr(entry.event, "monthly_fen", None)),
        state=state,
        open=is_open,
        proposal=proposal if is_open else None,
        to_recover_fen=to_recover_fen,
    )
