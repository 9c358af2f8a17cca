"""The rung of the powers: every act replayed, and each that no rule allowed as a finding.

An act against a rule that its actor named, with reason and authority, is no damage to the ledger: it
is for the audit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aidledger.domain.registry.replay import PowerFinding
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung
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
    findings = [_finding(one) for one in replayed.findings if not one.overridden]
    leads = [_finding(one) for one in replayed.findings if one.overridden]
    return findings, leads, Rung(name=POWERS, status="damaged" if findings else "ok")


def _finding(one: PowerFinding) -> Finding:
    return Finding(
        code="act_forbidden",
        position=one.position,
        stream=one.stream or None,
        field="actor",
        expected=f"{one.code}: {one.text_en or one.rule} ({one.rule}, {one.citation})",
        found=f"{one.actor}: {one.act}",
    )
