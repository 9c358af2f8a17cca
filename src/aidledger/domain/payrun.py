"""A pay run as the entries make it: opened, approved, sent to the bank, answered."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aidledger.domain.events import payment
from aidledger.domain.recorded import Recorded, standing


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


def fold_run(stream: str, entries: Iterable[Recorded]) -> PayRun:
    """Fold a run's entries in log order."""
    run = PayRun(stream=stream)
    for entry in standing(entries):
        run = evolve_run(run, entry)
    return run
