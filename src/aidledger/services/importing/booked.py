"""What the ledger has of the cases of a bank's file: lines rostered, sent, and come back.

It answers three questions about a line: was it said before, was what came back sent before, and is it as
the roster has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from aidledger.domain.events.payment import (
    PaymentIssued,
    PaymentReissued,
    PaymentReturned,
    PaymentRostered,
)
from aidledger.domain.recorded import Recorded, standing
from aidledger.services.problems import Problem
from aidledger.services.session import Session


class ResultLine(msgspec.Struct, frozen=True, kw_only=True):
    """One checked row of a bank's result: `case` and `run` without the names of their streams."""

    account: str
    amount_fen: int
    case: str
    kind: str
    line: int
    month: str
    reason: str
    result: str
    result_on: str
    run: str


class Booked:
    """What stands of the money of one case. It takes in the lines of a file as they are recorded."""

    def __init__(self, entries: Iterable[Recorded]) -> None:
        """Take the entries of the case, whatever was corrected or annulled among them."""
        self._rostered: list[PaymentRostered | PaymentReissued] = []
        self._told: set[tuple[str, ...]] = set()
        self._sent: Counter[tuple[str, ...]] = Counter()
        self._unreturned: Counter[tuple[str, str]] = Counter()
        for entry in standing(entries):
            match entry.event:
                case PaymentRostered() | PaymentReissued() as rostered:
                    self._rostered.append(rostered)
                case PaymentIssued() as issued:
                    self._told.add((*_paid(issued), issued.kind, issued.account))
                    self._sent[issued.run, issued.month, issued.kind] += 1
                    self._unreturned[issued.run, issued.month] += 1
                case PaymentReturned() as returned:
                    self._told.add(_came_back(returned))
                    self._unreturned[returned.run, returned.month] -= 1
                case _:
                    pass

    def __repr__(self) -> str:
        return f"Booked(rostered={len(self._rostered)}, told={len(self._told)})"

    def has(self, line: ResultLine) -> bool:
        """Whether the ledger has this line already: the same money of the same day."""
        said = (line.result, f"run/{line.run}", line.month, str(line.amount_fen), line.result_on)
        more = () if line.result == "returned" else (line.kind, line.account)
        return (*said, *more) in self._told

    def takes(self, line: ResultLine) -> bool:
        """Take a line in; say whether it is one that came back of what was sent before."""
        run = f"run/{line.run}"
        if line.result == "returned":
            sent = self._sent[run, line.month, line.kind] > 0 < self._unreturned[run, line.month]
            self._unreturned[run, line.month] -= sent
            return sent
        self._sent[run, line.month, line.kind] += 1
        self._unreturned[run, line.month] += 1
        return False

    def differences(self, line: ResultLine) -> Iterator[Problem]:
        """Yield in what a line is not as the roster of its run has it; what the bank did is a fact."""
        kind = line.kind
        ours = [
            one
            for one in self._rostered
            if (one.run, one.month) == (f"run/{line.run}", line.month)
            and (isinstance(one, PaymentReissued) or one.kind == kind)
            and isinstance(one, PaymentReissued) == (kind == "reissue")
        ]
        if not ours:
            yield _note(line, "case", "a line of the roster of this run", "none")
        elif line.amount_fen not in {one.amount_fen for one in ours}:
            yield _note(line, "amount_yuan", "the amount of the roster", "another amount")
        if ours and line.account not in {one.account for one in ours}:
            yield _note(line, "account", "the account of the roster", "another account")


def booked_of(session: Session, cases: Iterable[str]) -> dict[str, Booked]:
    """Return what the ledger has of each case."""
    return {case: Booked(session.stream(f"case/{case}")) for case in cases}


def _paid(issued: PaymentIssued) -> tuple[str, ...]:
    """Return what the bank said of a payment, but for its kind and account."""
    return ("paid", issued.run, issued.month, str(issued.amount_fen), issued.paid_on)


def _came_back(returned: PaymentReturned) -> tuple[str, ...]:
    return (
        "returned",
        returned.run,
        returned.month,
        str(returned.amount_fen),
        returned.returned_on,
    )


def _note(line: ResultLine, field: str, expected: str, found: str) -> Problem:
    return Problem(
        code="not_as_rostered", line=line.line, field=field, expected=expected, found=found
    )
