"""What followed from an entry that was annulled or corrected, and what is still to be put right.

From a decision follow its entitlements, from these or from help granted once the lines of rosters, from
these the payments, and from the payments the lists and closed months that show them; later decisions of
the case whose facts no longer hold are to be taken again. A payment that was made stays a fact: what is
too much of it is ordered back, and recovered when it comes. Proposals are only made; nobody's hand
records them but `record`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from aidledger.domain.case import fold_case
from aidledger.domain.chain import Chain, Orders, line_of
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.payment import (
    PaymentIssued,
    PaymentRecovered,
    PaymentReturned,
)
from aidledger.domain.events.registry import (
    ListPublished,
    ListWithdrawn,
)
from aidledger.domain.events.support import EntitlementSet
from aidledger.domain.point import parse_point
from aidledger.domain.policy.decision import DecisionRecord
from aidledger.domain.recorded import Recorded
from aidledger.services.cases.followed import Consequence, Proposed, State, consequence_of
from aidledger.services.cases.history import history
from aidledger.services.cases.putting_right import proposals, recovery_order
from aidledger.services.clock import end_of_china_day
from aidledger.services.decisions.redeciding import known_facts, record_of
from aidledger.services.decoding import readable
from aidledger.services.payments.book import PaymentBook
from aidledger.services.payments.closing import changes, statements
from aidledger.services.points import size_at
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session

_LISTS: Final = ("ListPublished", "ListWithdrawn")


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """The entry that annulled or corrected another, with its authority and reason."""

    position: int
    type: str
    recorded_at: str
    authority: str
    reason: str


class Consequences(msgspec.Struct, frozen=True, kw_only=True):
    """What followed from an entry, in the order of the log; ``proposals`` are for `record`.

    ``retaken_fen`` is by month what was paid by later decisions that were taken again since, beyond what
    is due now; ``to_recover_fen`` counts it too.
    """

    case: str
    position: int
    type: str
    state: Literal["stands", "annulled", "corrected"]
    amendment: Amendment | None
    followed: tuple[Consequence, ...]
    retaken_fen: dict[str, int]
    to_recover_fen: int
    proposals: tuple[dict[str, Any], ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be put right."""
        return not any(one.open for one in self.followed) and not (
            self.retaken_fen and self.to_recover_fen
        )


def consequences(
    session: Session,
    case: str,
    position: int,
    *,
    known_on: str | None = None,
    actor: str | None = None,
    office: str | None = None,
    on: str | None = None,
    recover_by: str | None = None,
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
        recover_by: the day by which money is to be back; by default that day itself.

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
    left, orders = chain.to_recover(), chain.orders()
    decided = tuple(_decided(session, chain))
    retaken = _paid_by_retaken(chain, decided)
    all_left = {
        month: max(left.get(month, 0), retaken.get(month, 0)) for month in {*left, *retaken}
    }
    followed = [*_in_the_case(chain, left, orders), *decided, *_shown(session, chain, known_on)]
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
        retaken_fen=retaken,
        to_recover_fen=max(0, sum(all_left.values()) - orders.waived_fen),
        proposals=tuple(
            {**one, **by}
            for one in (
                *recovery_order(chain, all_left, orders, recover_by or by["effective_on"]),
                *proposals(session, chain, followed),
            )
        ),
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


def _in_the_case(chain: Chain, left: dict[str, int], orders: Orders) -> Iterator[Consequence]:
    """Yield the entries of the case that followed, each in its state."""
    gone = chain.root.position not in chain.standing
    for entry in chain.entitlements:
        if entry is not chain.root:
            stands = entry.position in chain.standing
            yield consequence_of(
                chain,
                entry,
                "entitlement",
                "stands" if stands else "annulled",
                is_open=stands and gone,
                proposal="annul",
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
        elif left.get(month, 0) and month in orders.months:
            state = "ordered" if orders.outstanding_fen else "waived"
        is_last = is_payment and last.get(month) == entry.position
        unpaid = not is_payment and gone and line_of(entry) not in paid and state == "stands"
        owed = 0 if state == "waived" else left.get(month, 0)
        yield consequence_of(
            chain,
            entry,
            "payment" if is_payment else "roster_line",
            state,
            is_open=unpaid or (state in {"stands", "ordered"} and owed > 0),
            proposal=_proposal(is_payment=is_payment, was_paid=line_of(entry) in paid, state=state),
            to_recover_fen=owed if is_last else 0,
        )


def _proposal(*, is_payment: bool, was_paid: bool, state: State) -> Proposed | None:
    """Return what puts a line or a payment right: the money of a line is asked back where it was paid."""
    if is_payment:
        return None if state == "ordered" else "recover"
    return None if was_paid else "annul"


def _shown(session: Session, chain: Chain, known_on: str | None) -> Iterator[Consequence]:
    """Yield the lists and closed months that show what was paid."""
    months = {
        entry.event.month for entry in chain.payments if isinstance(entry.event, PaymentIssued)
    }
    case = fold_case(chain.root.stream, chain.entries)
    end = None if known_on is None else end_of_china_day(known_on)
    lists = [
        entry
        for entry in readable(session.store, session.store.read_types(_LISTS))
        if end is None or entry.recorded_at < end
    ]
    down = {entry.event.file for entry in lists if isinstance(entry.event, ListWithdrawn)}
    for entry in lists:
        match entry.event:
            case ListPublished(place=place, month=month, file=file) if (
                month in months and place in (case.township, case.village)
            ):
                is_down = file in down
                yield consequence_of(
                    chain,
                    entry,
                    "list",
                    "withdrawn" if is_down else "stands",
                    is_open=chain.is_amended and not is_down,
                    proposal="withdraw",
                )
            case _:
                pass
    size = None if known_on is None else size_at(session.store, parse_point(known_on))
    for month in sorted(months):
        yield from _closed(session, chain, month, size)


def _closed(session: Session, chain: Chain, month: str, size: int | None) -> Iterator[Consequence]:
    """Yield the closing of a month; it is open where lines of it were amended since, up to a size."""
    known = {
        entry.position: entry
        for entry in session.stream(f"month/{month}")
        if size is None or entry.position < size
    }
    said = [one for one in statements(session.store, month) if one.position in known]
    if not said:
        return
    lines = changes(PaymentBook(session.store, month=month), month, said[-1].event.size, size)
    is_open = chain.is_amended and any(lines)
    more = len(said) > 1 and chain.is_amended and not is_open
    yield consequence_of(
        chain,
        known[said[0].position],
        "closed_month",
        "supplemented" if more else "stands",
        is_open=is_open,
        proposal="supplement",
    )


def _decided(session: Session, chain: Chain) -> Iterator[Consequence]:
    """Yield later decisions of the case that rest on what no longer holds: to be taken again.

    A decision is one of them where a fact it was taken on differs from what its entries say now; it is
    settled when it was annulled, or one of its kind was taken since the amendment.
    """
    made = chain.amendment
    if made is None:
        return
    own = {entry.position for entry in (chain.root, *chain.entitlements)}
    later = {
        type(entry.event)
        for entry in chain.entries
        if entry.position > made.position and record_of(entry) is not None
    }
    for entry in chain.entries:
        if not chain.root.position < entry.position < made.position or entry.position in own:
            continue
        record = record_of(entry)
        if record is None or not _rests_on_it(session, chain, made, entry, record):
            continue
        state: State = "stands" if entry.position in chain.standing else "annulled"
        if state == "stands" and type(entry.event) in later:
            state = "retaken"
        yield consequence_of(
            chain, entry, "decision", state, is_open=state == "stands", proposal="decide_again"
        )


def _paid_by_retaken(chain: Chain, decided: tuple[Consequence, ...]) -> dict[str, int]:
    """Return by month what was paid too much by entitlements that were decided again since, in fen."""
    again = {one.position for one in decided if one.state == "retaken"}
    found: dict[str, int] = {}
    for entry in chain.entries:
        if entry.position in again and isinstance(entry.event, EntitlementSet):
            found |= {
                m: fen for m, fen in Chain(chain.entries, entry).paid_too_much().items() if fen
            }
    return dict(sorted(found.items()))


def _rests_on_it(
    session: Session, chain: Chain, made: Recorded, entry: Recorded, record: DecisionRecord
) -> bool:
    """Whether the facts of a decision differ with an amendment of the first entry, and only by it."""
    earlier = [one for one in chain.entries if one.position < entry.position]
    case, book = entry.stream, session.policy()
    with_it = fold_case(case, earlier)
    without = fold_case(case, [*earlier, made])
    was, now = (known_facts(session, book, one, entry, record) for one in (with_it, without))
    return any(was.get(path) != now.get(path) for path in record.facts)
