"""What auditors look for in temporary assistance: one cause twice, split sums, no paperwork.

Written from the definitions of the findings, as ``detectors.py`` is; the numbers are those of the
county's rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.services.detectors import Found, History, only

SAME_CAUSE_DAYS, SPLIT_DAYS, PAPERWORK_DAYS = 180, 30, 30
TOWNSHIP_LIMIT_FEN = 300_000
_TOWNSHIP_CODE = 9


def days(before: Any, after: Any) -> int:
    return (date.fromisoformat(after.effective_on) - date.fromisoformat(before.effective_on)).days


def persons(h: History) -> Iterator[list[Any]]:
    """Yield what each person was granted as temporary assistance, in all their cases."""
    found: dict[str, list[Any]] = defaultdict(list)
    for case in h.cases():
        for applied in only(case, "ApplicationSubmitted")[:1]:
            found[applied.event.applicant] += [
                e for e in only(case, "HelpGranted") if e.event.help == "temporary"
            ]
    yield from (sorted(several, key=lambda e: e.position) for several in found.values())


def f026(h: History) -> Found:
    """A grant within the window of another, for a cause that was there when that one was given."""
    for several in persons(h):
        for at, again in enumerate(several):
            if any(
                isinstance(again.event.cause_on, str)
                and again.event.cause_on <= first.effective_on
                and days(first, again) < SAME_CAUSE_DAYS
                for first in several[:at]
            ):
                yield again.position


def f027(h: History) -> Found:
    """Grants of one township to a person that pass its limit together within the window."""
    for several in persons(h):
        for at, last in enumerate(several):
            near = [
                e.event.amount_fen
                for e in several[: at + 1]
                if e.office == last.office and days(e, last) < SPLIT_DAYS
            ]
            if len(last.office) == _TOWNSHIP_CODE and sum(near) > TOWNSHIP_LIMIT_FEN:
                yield last.position


def f052(h: History) -> Found:
    """An emergency that was helped first, and no paperwork within its time."""
    last = max((e.effective_on for e in h.entries), default="")
    for case in h.cases():
        done = only(case, "EmergencyHelpCompleted")
        for given in only(case, "HelpGranted"):
            over = (date.fromisoformat(last) - date.fromisoformat(given.effective_on)).days
            in_time = [e for e in done if 0 <= days(given, e) <= PAPERWORK_DAYS]
            if given.event.kind == "emergency" and over > PAPERWORK_DAYS and not in_time:
                yield given.position


RELIEF = {"F026": f026, "F027": f027, "F052": f052}
