"""What auditors look for on the way of the money and of lists to people, by rule.

Written from the definitions of the findings, as ``detectors.py`` is; the numbers are those of the county's rules.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from tests.services.byrule import never_shown
from tests.services.detectors import Found, History, first, only

SERVICE_PERMILLE = 50
CASH_GROUNDS = {"no_bank_in_reach", "emergency"}
SHOWN = {"amount_fen", "month", "name", "village"}


def f061(h: History) -> Found:
    """A run whose approval, file, result or fund differ from its roster, and lines not as rostered."""
    told: Counter[tuple[str, str, str, str, int]] = Counter()
    totals: Counter[str] = Counter()
    for line in only(h.entries, "PaymentRostered"):
        told[key(line)] += 1
        totals[line.event.run] += line.event.amount_fen
    for again in only(h.entries, "PaymentReissued"):
        event = again.event
        told[again.stream, event.run, event.month, "reissue", event.amount_fen] += 1
    issued = only(h.entries, "PaymentIssued")
    times = Counter(key(line) for line in issued)
    yield from (line.position for line in issued if times[key(line)] != told[key(line)])
    for run, entries in h.streams.items():
        if run.startswith("run/"):
            for entry in only(entries, "PayRunApproved", "BankFileIssued"):
                if entry.event.total_fen != totals[run]:
                    yield entry.position
            for entry in only(entries, "BankResultReceived"):
                if entry.event.paid_fen + entry.event.returned_fen != totals[run]:
                    yield entry.position


def key(line: Any) -> tuple[str, str, str, str, int]:
    """Return what a line of a roster and a line that the bank paid have in common."""
    event = line.event
    return line.stream, event.run, event.month, event.kind, event.amount_fen


def f063(h: History) -> Found:
    """Somebody else's account; nothing in the ledger entrusts them with it."""
    yield from (e.position for e in only(h.entries, "AccountBound") if e.event.holder == "other")


def f068(h: History) -> Found:
    for returned in only(h.entries, "PaymentReturned"):
        if returned.event.reason == "name_mismatch":
            yield returned.position


def f069(h: History) -> Found:
    """Support goes to an account that an officer has declared as their own or a relative's."""
    staff = {e.event.account for e in only(h.entries, "StaffAccountDeclared")}
    for bound in only(h.entries, "AccountBound"):
        if bound.event.account in staff:
            yield bound.position


def f070(h: History) -> Found:
    """Cash without a ground that stands for want of a bank or for an emergency."""
    for handed in only(h.entries, "CashHandedOver"):
        if handed.event.ground not in CASH_GROUNDS:
            yield handed.position


def f075(h: History) -> Found:
    """A year in which less than five in a hundred of what was spent went to bought services."""
    years: dict[str, list[Any]] = defaultdict(list)
    for spent in only(h.entries, "FundDisbursed"):
        years[spent.effective_on[:4]].append(spent)
    for found in years.values():
        total = sum(e.event.amount_fen for e in found)
        served = [e for e in found if e.event.purpose == "service"]
        if sum(e.event.amount_fen for e in served) * 1000 < total * SERVICE_PERMILLE:
            yield from (e.position for e in served or found[-1:])


def f083(h: History) -> Found:
    for name, entries in h.streams.items():
        if name.startswith("contract/"):
            yield from short_or_twice(entries)


def short_or_twice(entries: list[Any]) -> Found:
    """Yield what was accepted of months with too few hours, and invoices of a month after its first."""
    signed = first(entries, "ServiceContractSigned").event
    accepted = only(entries, "ServiceAccepted")
    hours: Counter[str] = Counter()
    for entry in accepted:
        hours[entry.event.month] += entry.event.hours
    yield from (e.position for e in accepted if hours[e.event.month] < signed.hours_month)
    seen: set[str] = set()
    for entry in only(entries, "ServiceInvoiced"):
        if entry.event.month in seen:
            yield entry.position
        seen.add(entry.event.month)


def f088(h: History) -> Found:
    """A list whose file is not what the ledger gives for its township and month on its day."""
    for shown in only(h.entries, "ListPublished"):
        rows = replayed(h, shown)
        file = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
        right = hashlib.sha256(file).hexdigest()
        if shown.event.rows != len(rows) or shown.event.file != right:
            yield shown.position


def f089(h: History) -> Found:
    """A list that tells more of people than masked name, village and amount."""
    for shown in only(h.entries, "ListPublished"):
        if set(shown.event.columns or ()) - SHOWN:
            yield shown.position


def replayed(h: History, shown: Any) -> list[dict[str, Any]]:
    """Return the lines of a township's list as the entries before it have them, in order of case."""
    rows = []
    for stream in sorted(h.streams, key=lambda name: name.rpartition("-")[2]):
        if not stream.startswith("case/"):
            continue
        known = [e for e in h.streams[stream] if e.position < shown.position]
        applied = first(known, "ApplicationSubmitted")
        lines = [
            e.event
            for e in only(known, "PaymentRostered")
            if e.event.month == shown.event.month and e.event.kind == "regular"
        ]
        here = applied and applied.event.township == shown.event.place
        if here and lines and not never_shown(known):
            homes = [applied, *only(known, "CaseMoved")]
            rows.append(
                {
                    "amount_fen": lines[-1].amount_fen,
                    "month": shown.event.month,
                    "name": applied.event.display_name,
                    "village": homes[-1].event.village,
                }
            )
    return rows


DETECTORS_OF_CHANNEL: dict[str, Callable[[History], Found]] = {
    one.__name__.upper(): one for one in (f061, f063, f068, f069, f070, f075, f083, f088, f089)
}
