"""Counts what each township's cases have come to, as the ledger has it: what monthly returns say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from aidledger.domain.events import payment
from aidledger.domain.events.oversight import Figure
from aidledger.domain.proposal import Proposal

_CODES: Final = {
    "ApplicationAccepted": "accepted",
    "ApplicationApproved": "approved",
    "TerminationApproved": "ended",
    "VisitMade": "visits",
    "PaymentIssued": "paid_lines",
}
_FIGURES: Final = (*sorted((*_CODES.values(), "paid_fen")),)


class Tally:
    """What was recorded so far, by the township that accepted the case and the month it happened in."""

    def __init__(self) -> None:
        self._unit: dict[str, str] = {}
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._approved: set[str] = set()
        self._over: set[str] = set()

    def take(self, recorded: Iterable[Proposal]) -> None:
        """Count what was recorded."""
        for act in recorded:
            match act.type:
                case "ApplicationAccepted":
                    self._unit.setdefault(act.stream, act.office)
                case "ApplicationApproved":
                    self._approved.add(act.stream)
                case "TerminationApproved" | "DeathRecorded":
                    self._over.add(act.stream)
                case _:
                    pass
            code = _CODES.get(act.type)
            if code is None:
                continue
            unit, month = self._unit.get(act.stream, ""), act.effective_on[:7]
            self._counts[unit, month, code] += 1
            if isinstance(act.event, payment.PaymentIssued):
                self._counts[unit, month, "paid_fen"] += act.event.amount_fen

    def figures(self, month: str, *, unit: str = "") -> tuple[Figure, ...]:
        """Return the figures of a month; of a township, or of all together."""
        units = {unit} if unit else {*self._unit.values()}
        supported = sum(self._unit.get(one) in units for one in self._approved - self._over)
        counted = [
            Figure(code=code, value=sum(self._counts[one, month, code] for one in units))
            for code in _FIGURES
        ]
        return tuple(
            sorted((*counted, Figure(code="supported", value=supported)), key=lambda f: f.code)
        )
