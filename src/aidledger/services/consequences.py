"""What followed from an entry that was annulled or corrected, and what is still to be put right.

From a decision follow its entitlements, from these or from help granted once the lines of rosters, from
these the payments, and from the payments the lists and closed months that show them. A payment that was made stays a fact:
what is too much of it is recovered. Proposals are only made; nobody's hand records them but `record`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from aidledger.domain.case import fold_case
from aidledger.domain.chain import Chain, line_of
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.decision import ApplicationApproved
from aidledger.domain.events.helping import HelpGranted
from aidledger.domain.events.payment import (
    PaymentIssued,
    PaymentRecovered,
    PaymentReturned,
    PaymentRostered,
)
from aidledger.domain.events.registry import (
    ListPublished,
    ListWithdrawn,
)
from aidledger.domain.events.support import EntitlementSet
from aidledger.domain.recorded import Recorded
from aidledger.services.clock import end_of_china_day
from aidledger.services.closing import changes, statements, supplement_figures
from aidledger.services.decoding import recorded_all
from aidledger.services.history import history
from aidledger.services.payment_book import PaymentBook
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session

Kind = Literal["entitlement", "roster_line", "payment", "list", "closed_month"]
State = Literal["stands", "annulled", "recovered", "withdrawn", "supplemented"]
_LISTS: Final = ("ListPublished", "ListWithdrawn")
_REASON: Final = "entry_amended"


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that followed, how far it lies from the first, its state, and whether work is left.

    ``amount_fen`` is of a line or a payment; ``to_recover_fen`` what of its month is still to come
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
    to_recover_fen: int = 0


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """The entry that annulled or corrected another, with its authority and reason."""

    position: int
    type: str
    recorded_at: str
    authority: str
    reason: str


class Consequences(msgspec.Struct, frozen=True, kw_only=True):
    """What followed from an entry, in the order of the log; ``proposals`` are for `record`."""

    case: str
    position: int
    type: str
    state: Literal["stands", "annulled", "corrected"]
    amendment: Amendment | None
    followed: tuple[Consequence, ...]
    to_recover_fen: int
    proposals: tuple[dict[str, Any], ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be put right."""
        return not any(one.open for one in self.followed)


def consequences(
    session: Session,
    case: str,
    position: int,
    *,
    known_on: str | None = None,
    actor: str | None = None,
    office: str | None = None,
    on: str | None = None,
) -> Consequences:
    """Return what followed from an entry of a case, and proposals for what is left to do.

    Args:
        session: the opened ledger.
        case: its stream.
        position: the entry's.
        known_on: as known by the end of that day (+08:00); everything by default.
        actor: who would record the proposals; by default who amended the entry.
        office: for which office; by default that of the amendment.
        on: the day they would take effect; by default that of the amendment.

    Raises:
        ServiceError: no such case, or no entry of it there.

    """
    entries = history(session, case, known_on=known_on)
    root = next((entry for entry in entries if entry.position == position), None)
    if root is None:
        raise ServiceError(
            f"{position}: expected an entry of {case}, found none",
            hint="aidledger case history shows the positions",
            exit_code=2,
        )
    chain = Chain(entries, root)
    left = chain.to_recover()
    followed = [*_in_the_case(chain, left), *_shown(session, chain, known_on)]
    followed.sort(key=lambda one: one.position)
    made = chain.amendment
    by = {
        "actor": actor or (made.actor if made else root.actor),
        "office": office or (made.office if made else root.office),
        "effective_on": on or (made.effective_on if made else root.effective_on),
    }
    return Consequences(
        case=case,
        position=position,
        type=wire_name(root.event),
        state=_state_of(chain),
        amendment=None if made is None else _said(made),
        followed=tuple(followed),
        to_recover_fen=sum(left.values()),
        proposals=tuple({**one, **by} for one in _proposals(session, chain, followed)),
    )


def _state_of(chain: Chain) -> Literal["stands", "annulled", "corrected"]:
    if not chain.is_amended:
        return "stands"
    return "corrected" if chain.root.position in chain.standing else "annulled"


def _said(entry: Recorded) -> Amendment:
    """Return who allowed an amendment and why."""
    return Amendment(
        position=entry.position,
        type=wire_name(entry.event),
        recorded_at=entry.recorded_at,
        authority=getattr(entry.event, "authority", ""),
        reason=getattr(entry.event, "reason", ""),
    )


def _in_the_case(chain: Chain, left: dict[str, int]) -> Iterator[Consequence]:
    """Yield the entries of the case that followed, each in its state."""
    gone = chain.root.position not in chain.standing
    for entry in chain.entitlements:
        if entry is not chain.root:
            stands = entry.position in chain.standing
            yield _consequence(
                chain,
                entry,
                "entitlement",
                "stands" if stands else "annulled",
                is_open=stands and gone,
            )
    paid = {line_of(entry) for entry in chain.payments}
    last = {
        entry.event.month: entry.position
        for entry in chain.payments
        if isinstance(entry.event, PaymentIssued)
    }
    back = {
        entry.event.month
        for entry in chain.standing.values()
        if isinstance(entry.event, PaymentReturned | PaymentRecovered)
    }
    for entry in (*chain.lines, *chain.payments):
        if entry is chain.root:
            continue
        month = line_of(entry)[1]
        is_payment = isinstance(entry.event, PaymentIssued)
        state: State = "stands"
        if entry.position not in chain.standing:
            state = "annulled"
        elif chain.is_amended and month in back and not left.get(month, 0):
            state = "recovered"
        is_last = is_payment and last.get(month) == entry.position
        unpaid = not is_payment and gone and line_of(entry) not in paid and state == "stands"
        owed = left.get(month, 0)
        yield _consequence(
            chain,
            entry,
            "payment" if is_payment else "roster_line",
            state,
            is_open=unpaid or (state == "stands" and owed > 0),
            to_recover_fen=owed if is_last else 0,
        )


def _consequence(
    chain: Chain,
    entry: Recorded,
    kind: Kind,
    state: State,
    *,
    is_open: bool,
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
        month=getattr(entry.event, "month", None) or getattr(entry.event, "from_month", None),
        amount_fen=getattr(entry.event, "amount_fen", getattr(entry.event, "monthly_fen", None)),
        state=state,
        open=is_open,
        to_recover_fen=to_recover_fen,
    )


def _shown(session: Session, chain: Chain, known_on: str | None) -> Iterator[Consequence]:
    """Yield the lists and closed months that show what was paid."""
    months = {
        entry.event.month for entry in chain.payments if isinstance(entry.event, PaymentIssued)
    }
    case = fold_case(chain.root.stream, chain.entries)
    end = None if known_on is None else end_of_china_day(known_on)
    lists = [
        entry
        for entry in recorded_all(session.store.read_types(_LISTS))
        if end is None or entry.recorded_at < end
    ]
    down = {entry.event.file for entry in lists if isinstance(entry.event, ListWithdrawn)}
    for entry in lists:
        match entry.event:
            case ListPublished(place=place, month=month, file=file) if (
                month in months and place in (case.township, case.village)
            ):
                is_down = file in down
                yield _consequence(
                    chain,
                    entry,
                    "list",
                    "withdrawn" if is_down else "stands",
                    is_open=chain.is_amended and not is_down,
                )
            case _:
                pass
    for month in sorted(months):
        yield from _closed(session, chain, month, end)


def _closed(session: Session, chain: Chain, month: str, end: str | None) -> Iterator[Consequence]:
    """Yield the closing of a month; it is open where lines of it were amended since."""
    known = {
        entry.position: entry
        for entry in session.stream(f"month/{month}")
        if end is None or entry.recorded_at < end
    }
    said = [one for one in statements(session.store, month) if one.position in known]
    if not said:
        return
    lines = changes(PaymentBook(session.store, month=month), month, said[-1].event.size, None)
    is_open = chain.is_amended and any(lines)
    more = len(said) > 1 and chain.is_amended and not is_open
    yield _consequence(
        chain,
        known[said[0].position],
        "closed_month",
        "supplemented" if more else "stands",
        is_open=is_open,
    )


def _proposals(
    session: Session, chain: Chain, followed: list[Consequence]
) -> Iterator[dict[str, Any]]:
    """Yield what would put right each open consequence; payments once for each month."""
    made = chain.amendment
    why = (
        {}
        if made is None
        else {
            "authority": getattr(made.event, "authority", ""),
            "reason": getattr(made.event, "reason", ""),
        }
    )
    for one in followed:
        if not one.open:
            continue
        match one.kind:
            case "payment" if one.to_recover_fen:
                data = {"amount_fen": one.to_recover_fen, "month": one.month, "reason": _REASON}
                yield {"type": "PaymentRecovered", "stream": one.stream, "data": data}
            case "payment":
                pass
            case "entitlement":
                yield {
                    "type": "EntryAnnulled",
                    "stream": one.stream,
                    "data": {"position": one.position, **why},
                }
            case "roster_line":
                if not any(p.month == one.month and p.kind == "payment" for p in followed):
                    yield {
                        "type": "EntryAnnulled",
                        "stream": one.stream,
                        "data": {"position": one.position, **why},
                    }
            case "list":
                yield _withdrawal(session, chain, one)
            case "closed_month":
                yield _supplement(session, one.month or "")


def _withdrawal(session: Session, chain: Chain, one: Consequence) -> dict[str, Any]:
    """Return the proposal that takes a list down on the day of the amendment."""
    [entry] = [e for e in session.stream(one.stream) if e.position == one.position]
    on = chain.amendment.effective_on if chain.amendment else one.effective_on
    data = {"file": getattr(entry.event, "file", ""), "withdrawn_on": on}
    return {"type": "ListWithdrawn", "stream": one.stream, "data": data}


def _supplement(session: Session, month: str) -> dict[str, Any]:
    """Return the proposal of the supplement of a closed month, as the log stands now."""
    said, size = statements(session.store, month), session.store.head().size
    book = PaymentBook(session.store, month=month)
    figures = supplement_figures(book, month, said[-1].event.size, size)
    data = {**figures, "month": month, "number": len(said), "size": size}
    return {"type": "PaymentMonthSupplemented", "stream": f"month/{month}", "data": data}
