"""A pay run as the entries make it: opened, approved, sent to the bank, answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from aidledger.domain.events import payment
from aidledger.domain.recorded import Recorded, amended_each, standing

ROSTERS: Final = ("PaymentRostered", "EntryAnnulled", "EntryCorrected")
"""The types of what makes a roster: its lines, which stand in the cases, and what amends them."""


class PayRun(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of one run. ``lines`` and ``total_fen`` count the roster, not what was declared."""

    stream: str
    version: int = 0
    month: str = ""
    fund: str = ""
    opened_by: str = ""
    approved: bool = False
    approved_by: str = ""
    lines: int = 0
    total_fen: int = 0
    bank_file: str = ""


def evolve_run(run: PayRun, at: Recorded) -> PayRun:
    """Return the run after one more entry of its stream."""
    change = msgspec.structs.replace
    run = change(run, version=at.version)
    match at.event:
        case payment.PayRunOpened() as event:
            return change(run, month=event.month, fund=event.fund, opened_by=at.actor)
        case payment.PayRunApproved():
            return change(run, approved=True, approved_by=at.actor)
        case payment.BankFileIssued() as event:
            return change(run, bank_file=event.file)
        case _:
            return run


def with_line(run: PayRun, amount_fen: int) -> PayRun:
    """Return the run with one more line of its roster counted (the lines stand in the cases)."""
    return msgspec.structs.replace(run, lines=run.lines + 1, total_fen=run.total_fen + amount_fen)


def with_roster(run: PayRun, entries: Iterable[Recorded]) -> PayRun:
    """Return the run with the lines of its roster counted, of what cases have and what amends it."""
    for entry in amended_each(entries):
        if isinstance(entry.event, payment.PaymentRostered) and entry.event.run == run.stream:
            run = with_line(run, entry.event.amount_fen)
    return run


def fold_run(stream: str, entries: Iterable[Recorded]) -> PayRun:
    """Fold a run's entries in log order."""
    run = PayRun(stream=stream)
    for entry in standing(entries):
        run = evolve_run(run, entry)
    return run
