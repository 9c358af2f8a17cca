"""Which entries of a case follow from one of its decisions, lines or payments, and what is too much."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from aidledger.domain.case import fold_case
from aidledger.domain.casestate import Case
from aidledger.domain.events.decision import ApplicationApproved
from aidledger.domain.events.fund import RecoveryOrdered, RecoveryWaived
from aidledger.domain.events.helping import HelpGranted
from aidledger.domain.events.payment import (
    PaymentIssued,
    PaymentRecovered,
    PaymentReturned,
    PaymentRostered,
)
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.events.support import EntitlementSet
from aidledger.domain.recorded import Recorded, amended

END_OF_LOG: Final = 2**53
"""No entry comes after it."""


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What was ordered back since an entry was amended, in fen: in all, still to come, given up."""

    months: frozenset[str]
    outstanding_fen: int
    waived_fen: int


class Chain:
    """A case's entries as known on a day, and which of them follow from one."""

    def __init__(self, entries: list[Recorded], root: Recorded) -> None:
        """Follow the decision, line or payment `root` through the entries of its case."""
        self.entries, self.root = entries, root
        self.standing = {entry.position: entry for entry in amended(entries)}
        self.amendment = next(
            (
                entry
                for entry in reversed(entries)
                if isinstance(entry.event, EntryAnnulled | EntryCorrected)
                and entry.event.position == root.position
                # an annulment stays even where it was itself annulled; a correction does not
                and (isinstance(entry.event, EntryAnnulled) or entry.position in self.standing)
            ),
            None,
        )
        self.entitlements = self._entitlements()
        self.lines = self._lines()
        self.payments = self._payments()

    @property
    def is_amended(self) -> bool:
        """Whether the first entry was annulled or corrected."""
        return self.amendment is not None

    def _entitlements(self) -> list[Recorded]:
        """Return the entitlements of an approval: those up to the next one; or the entry itself."""
        if isinstance(self.root.event, EntitlementSet):
            return [self.root]
        if not isinstance(self.root.event, ApplicationApproved):
            return []
        found = []
        for entry in self.entries:
            if entry.position <= self.root.position:
                continue
            if isinstance(entry.event, ApplicationApproved):
                break
            if isinstance(entry.event, EntitlementSet):
                found.append(entry)
        return found

    def _lines(self) -> list[Recorded]:
        """Return the roster lines that were drawn up under the entitlements; or the entry itself."""
        if isinstance(self.root.event, PaymentRostered):
            return [self.root]
        if isinstance(self.root.event, HelpGranted):
            return self._once()
        wanted = {entry.position for entry in self.entitlements}
        return [
            entry
            for index, entry in enumerate(self.entries)
            if isinstance(entry.event, PaymentRostered)
            and _entitling(self.entries[:index], entry.event.month) in wanted
        ]

    def _once(self) -> list[Recorded]:
        """Return the one-off lines after a grant of help, up to the next one in money."""
        found = []
        for entry in self.entries:
            if entry.position <= self.root.position:
                continue
            match entry.event:
                case HelpGranted(way="money"):
                    break
                case PaymentRostered(kind="one_off"):
                    found.append(entry)
                case _:
                    pass
        return found

    def _payments(self) -> list[Recorded]:
        """Return what was paid for the roster lines; or the entry itself."""
        if isinstance(self.root.event, PaymentIssued):
            return [self.root]
        wanted = {line_of(entry) for entry in self.lines}
        return [
            entry
            for entry in self.entries
            if isinstance(entry.event, PaymentIssued) and line_of(entry) in wanted
        ]

    def to_recover(self) -> dict[str, int]:
        """Return by month what was paid beyond what is due now, in fen, where the entry was amended."""
        return self.paid_too_much() if self.is_amended else {}

    def paid_too_much(self) -> dict[str, int]:
        """Return by month what was paid beyond what is due now, in fen: at most what followed."""
        followed = {entry.position for entry in self.payments}
        months = {line_of(entry)[1]: 0 for entry in self.payments}
        net = dict(months)
        for entry in self.standing.values():
            match entry.event:
                case PaymentIssued(month=month, amount_fen=fen) if month in net:
                    net[month] += fen
                    months[month] += fen if entry.position in followed else 0
                case PaymentReturned() | PaymentRecovered() as back if back.month in net:
                    net[back.month] -= back.amount_fen
                case _:
                    pass
        due = self._due_now()
        once = self._once_due(due.help.granted_fen, last=months)
        return {
            month: max(0, min(fen, net[month] - due.payable_fen(month) - once.get(month, 0)))
            for month, fen in months.items()
        }

    def orders(self) -> Orders:
        """Return the recoveries that were ordered since the amendment, and what came of them."""
        since = self.amendment.position if self.amendment else END_OF_LOG
        months: set[str] = set()
        ordered = waived = back = 0
        for entry in self.standing.values():
            if entry.position <= since:
                continue
            match entry.event:
                case RecoveryOrdered() as order:
                    ordered += order.amount_fen
                    paid = {line_of(one)[1] for one in self.payments}
                    months |= {one for one in paid if order.from_month <= one <= order.to_month}
                case RecoveryWaived(amount_fen=fen):
                    waived += fen
                case PaymentRecovered(amount_fen=fen) if ordered:
                    back += fen
                case _:
                    pass
        outstanding = max(0, ordered - waived - back)
        return Orders(months=frozenset(months), outstanding_fen=outstanding, waived_fen=waived)

    def _once_due(self, granted_fen: int, *, last: Collection[str]) -> dict[str, int]:
        """Share what still is granted out over the months of one-off lines, some of them last."""
        rostered: dict[str, int] = {}
        for entry in self.standing.values():
            match entry.event:
                case PaymentRostered(kind="one_off", month=month, amount_fen=fen):
                    rostered[month] = rostered.get(month, 0) + fen
                case _:
                    pass
        shared, left = {}, granted_fen
        for month in sorted(rostered, key=lambda month: (month in last, month)):
            shared[month] = min(left, rostered[month])
            left -= shared[month]
        return shared

    def _due_now(self) -> Case:
        """Return the case as it stands, without entitlements that have lost their approval."""
        is_lost = self.root.position not in self.standing
        lost = {entry.position for entry in self.entitlements} if is_lost else set()
        kept = [entry for entry in self.entries if entry.position not in lost]
        return fold_case(self.root.stream, kept)


def line_of(entry: Recorded) -> tuple[str, str]:
    """Return run and month of a line or a payment, as they were first recorded."""
    return getattr(entry.event, "run", ""), getattr(entry.event, "month", "")


def _entitling(before: list[Recorded], month: str) -> int | None:
    """Return the entitlement that was in force for a month, as the entries before knew it."""
    since, position = "", None
    for entry in amended(before):
        if isinstance(entry.event, EntitlementSet) and since <= entry.event.from_month <= month:
            since, position = entry.event.from_month, entry.position
    return position
