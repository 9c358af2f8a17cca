"""Money that came back and was sent again is one payment: no finding has another amount by it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec
import pytest

from aidledger.audit.bench import Bench
from aidledger.audit.cases import CALENDAR, Case, Cases
from aidledger.audit.rule import Rule, load_rules
from aidledger.audit.running import NotRun
from aidledger.replay.models import load_models

RULES: Final[dict[str, Rule]] = load_rules(load_models())
OF_THE_BANK: Final = {"F061", "M07"}
"""What left the fund twice is two lines of its statement, and nobody approved the second."""

MOVED: Final = frozenset({"PaymentReturned", "EntryCorrected", "EntryAnnulled"})


def sent_again(events: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Let each payment come back from the bank on its day and go to the same account once more."""
    moved: list[dict[str, Any]] = []
    for event in events:
        moved.append(event)
        if event["type"] == "PaymentIssued":
            kept = {name: event[name] for name in ("month", "on", "run", "stream") if name in event}
            back = {"returned_on": event["on"], "amount_fen": event.get("amount_fen", 0)}
            moved += [{"type": "PaymentReturned"} | kept | back, event | {"kind": "reissue"}]
    return tuple(moved)


def amounts(rule: Rule, case: Case, cases: Cases, laid: Bench) -> list[tuple[str, str, int]]:
    log = cases._log(case, rule.file, 1, with_calendars=laid.reads(rule, CALENDAR))
    as_of, known_on = (
        None if day is None else date.fromisoformat(day) for day in (case.as_of, case.known_on)
    )
    given = laid.findings(rule, log, as_of=as_of, known_on=known_on)
    assert not isinstance(given, NotRun)
    return sorted((one.subject, one.period or "", one.amount_fen or 0) for one in given)


@pytest.mark.parametrize("name", sorted(RULES.keys() - OF_THE_BANK))
def test_what_came_back_and_was_sent_again_changes_no_amount(
    name: str, cases: Cases, laid: Bench
) -> None:
    rule = RULES[name]
    for case in cases.read(rule):
        types = {event["type"] for event in case.events}
        reissued = any(event.get("kind") == "reissue" for event in case.events)
        if not case.finds or "PaymentIssued" not in types or types & MOVED or reissued:
            continue
        again = msgspec.structs.replace(case, events=sent_again(case.events))

        assert amounts(rule, case, cases, laid) == amounts(rule, again, cases, laid)
