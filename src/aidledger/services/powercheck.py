"""The rung of the powers: every act replayed, and each that no rule allowed as damage or a lead.

Damage is what the program would have refused: such an act was recorded around it. A lead is what it
records as it was told (ADR 0011): a duty that its actor broke by name, an act from before there was
any key, when nobody was asked, and paperwork that time has made late.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aidledger.domain.registry.replay import PowerFinding
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung
from aidledger.services.batchcheck import form_fault
from aidledger.services.clock import SystemClock, system_bytes
from aidledger.services.declared import Declared
from aidledger.services.powers import replay_powers
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

POWERS: Final = "powers"
UNDECLARED: Final = "the ledger declares no powers"


def check_powers(
    store: LedgerStore, declared: Declared, key_of: Callable[[int], str | None]
) -> tuple[list[Finding], list[Finding], Rung]:
    """Replay the whole ledger; return what is damage, what is for the audit, and the rung.

    `key_of` names the key that validly signed a position.
    """
    if declared.genesis is None:
        return [], [], Rung(name=POWERS, status="not_made", why=UNDECLARED)
    session = Session(store, secrets=None, clock=SystemClock(), random_bytes=system_bytes)
    try:
        replayed = replay_powers(session, key_of=key_of)
    except ServiceError as error:
        return [], [], Rung(name=POWERS, status="not_made", why=str(error))
    asked = _asked_from(store, declared.first_key) if replayed.findings else 0
    findings: list[Finding] = []
    leads: list[Finding] = []
    for one in replayed.findings:
        told = _as_told(one, asked)
        (leads if told else findings).append(_finding(one, told))
    return findings, leads, Rung(name=POWERS, status="damaged" if findings else "ok")


def _asked_from(store: LedgerStore, first_key: int) -> int:
    """Return the position from which on the program asks: behind the batch of the first key."""
    for batch in store.read_batches():
        if form_fault(batch) is None and 0 <= first_key - batch.position < batch.count:
            return int(batch.position + batch.count)
    return first_key + 1


def _as_told(one: PowerFinding, asked: int) -> str:
    """Say why the program recorded it as it was told, nothing if it would have refused it."""
    if one.overridden:
        return ", who named the rule"
    if one.late:
        return ", completed late or never"
    return ", before there was any key" if one.position < asked else ""


def _finding(one: PowerFinding, told: str) -> Finding:
    return Finding(
        code="act_forbidden",
        position=one.position,
        stream=one.stream or None,
        field="actor",
        expected=f"{one.code}: {one.text_en or one.rule} ({one.rule}, {one.citation})",
        found=f"{one.actor}: {one.act}{told}",
    )
