"""What rules found of a scenario, counted as the scenario counts it."""

from __future__ import annotations

from collections.abc import Iterable

from aidledger.audit.running import RuleFinding
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.services.decoding import recorded_all
from aidledger.services.session import Session
from aidledger.services.simulation.scenarios.scenario import Shown


def held(session: Session, rule: str, findings: Iterable[RuleFinding]) -> Shown:
    """Return what one rule found: findings, the cases and persons of their entries, the sum in fen."""
    own = [one for one in findings if one.rule == rule]
    positions = {position for one in own for position in one.positions}
    rows = (row for at in positions for row in session.store.read(at, at + 1))
    streams = {entry.stream for entry in recorded_all(rows)}
    cases = {stream for stream in streams if stream.startswith("case/")}
    persons = 0
    for stream in cases:
        asked = [
            e.event for e in session.stream(stream) if isinstance(e.event, ApplicationSubmitted)
        ]
        persons += asked[-1].persons if asked else 0
    return Shown(
        rule=rule,
        findings=len(own),
        cases=len(cases),
        persons=persons,
        amount_fen=sum(one.amount_fen or 0 for one in own),
    )
