"""The rung of the powers: every act replayed, and each that no rule allowed as damage or a lead.

Damage is what the program would have refused: such an act was recorded around it. A lead is what it
records as it was told (ADR 0011): a duty that its actor broke by name, an act from before there was
any key, when nobody was asked, and paperwork that time has made late.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.registry.replay import PowerFinding, Replayed
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung
from aidledger.ledger.window import sane_position
from aidledger.services.clock import SystemClock, system_bytes
from aidledger.services.decoding import recorded_in_turn
from aidledger.services.keptfile import Basis, program_digest
from aidledger.services.keys.declared import Declared
from aidledger.services.keys.keptpowers import KeptPowers
from aidledger.services.keys.powers import (
    adoptions_of,
    replay_of,
    resumed_replay,
    rules_digest,
    tables_of,
)
from aidledger.services.ladder.batchcheck import form_fault
from aidledger.services.ladder.logwalk import Roots
from aidledger.services.ladder.signaturecheck import SignatureCheck
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore
from aidledger.store.uncollected import without_collector

POWERS: Final = "powers"
NO_TEXT: Final = "powers_text"
"""What is said of an act whose table of powers has no text here: it is not judged."""
UNDECLARED: Final = "the ledger declares no powers"
_TOLD_EACH: Final = 1_000

Progress: TypeAlias = Callable[[int, int], None]
"""Told the entries judged so far, and how many there are."""


class Below(NamedTuple):
    """What the rungs below know: which key validly signed a position, the roots, how many entries."""

    signatures: SignatureCheck
    roots: Roots
    size: int


def check_powers(
    store: LedgerStore,
    declared: Declared,
    below: Below,
    *,
    kept: KeptPowers | None = None,
    progress: Progress | None = None,
) -> tuple[list[Finding], list[Finding], Rung]:
    """Replay the ledger; return what is damage, what is for the audit, and the rung.

    Args:
        store: an opened ledger.
        declared: what its registry says.
        below: what the rungs below know; the roots are those at its size and where `kept` asks for one.
        kept: what an earlier judgement found, to be gone on from; only for a log in which nothing is
            wrong. Without it every act is judged.
        progress: told the entries judged, and how many there are.

    """
    if declared.genesis is None:
        return [], [], Rung(name=POWERS, status="not_made", why=UNDECLARED)
    session = Session(store, secrets=None, clock=SystemClock(), random_bytes=system_bytes)
    try:
        with without_collector():
            replayed = _judged(session, below, kept, progress)
    except ServiceError as error:
        return [], [], Rung(name=POWERS, status="not_made", why=str(error))
    asked = _asked_from(store, declared.first_key) if replayed.findings else 0
    unjudged = sum(one.code == NO_TEXT for one in replayed.findings)
    findings = _lost(session, unjudged) if unjudged else []
    leads: list[Finding] = []
    for one in replayed.findings:
        if one.code == NO_TEXT:
            continue
        told = _as_told(one, asked)
        (leads if told[0] else findings).append(_finding(one, told))
    return findings, leads, Rung(name=POWERS, status="damaged" if findings else "ok")


def _judged(
    session: Session, below: Below, kept: KeptPowers | None, progress: Progress | None
) -> Replayed:
    """Judge every entry, or those behind what is kept, where that stands on the same as tonight."""
    signatures, roots, size = below
    store, tables, key_of = session.store, tables_of(session), signatures.key_of
    run, start, stop = replay_of(session, tables, key_of=key_of), 0, None
    if kept is not None:
        rules, stop = rules_digest(session, tables), size

        def basis(upto: int) -> Basis:
            return Basis(
                origin=store.origin,
                program=program_digest(),
                rules=rules,
                keys=signatures.keys_digest(upto),
                root=next((one.hex() for one in roots.at.get(upto, ())), ""),
            )

        taken = kept.taken(basis)
        if taken is not None:
            run, start = resumed_replay(session, tables, *taken, key_of=key_of), taken[0].size
    for number, entry in enumerate(recorded_in_turn(store.read(start, stop))):
        run.see(entry)
        if progress is not None and number % _TOLD_EACH == 0:
            progress(start + number, size)
    if progress is not None:
        progress(size, size)
    if kept is not None:
        kept.offer(run, basis(size), size)
    return run.replayed()


def _lost(session: Session, unjudged: int) -> list[Finding]:
    """Name each adopted table whose text is gone or another: nobody is accused of acts under it."""
    tables = tables_of(session)
    found: list[Finding] = []
    for adopted in adoptions_of(session):
        if adopted.powers_hash in tables:
            continue
        gone = adopted.content is None
        english, chinese = ("nothing", "没有") if gone else ("another text", "另一文本")
        found.append(
            Finding(
                code="powers_missing" if gone else "powers_altered",
                position=adopted.entry.position,
                stream=adopted.entry.stream,
                field="powers_hash",
                expected=f"{adopted.powers}@{adopted.powers_hash}",
                found=f"{english}; {unjudged} acts can't be judged",
                expected_zh=f"{adopted.powers}@{adopted.powers_hash}",
                found_zh=f"{chinese}；{unjudged} 项行为无法判断",
            )
        )
    return found


def _asked_from(store: LedgerStore, first_key: int) -> int:
    """Return the position from which on the program asks: behind the batch of the first key."""
    for batch in store.read_batches():
        if form_fault(batch) is None and 0 <= first_key - batch.position < batch.count:
            return int(batch.position + batch.count)
    return first_key + 1


def _as_told(one: PowerFinding, asked: int) -> tuple[str, str]:
    """Say in English and Chinese why the program recorded it as told; nothing if it would have refused it."""
    if one.overridden:
        return ", who named the rule", "，已写明突破该规则"
    if one.late:
        return ", completed late or never", "，迟办或一直未办"
    if one.position < asked:
        return ", before there was any key", "，当时账本还没有密钥"
    return "", ""


def _finding(one: PowerFinding, told: tuple[str, str]) -> Finding:
    english, chinese = told
    kind = EVENTS.get(one.act)
    return Finding(
        code="act_forbidden",
        position=sane_position(one.position),
        stream=one.stream or None,
        field="actor",
        expected=f"{one.code}: {one.text_en or one.rule} ({one.rule}, {one.citation})",
        found=f"{one.actor}: {one.act}{english}",
        expected_zh=f"{one.code}：{one.text_zh or one.rule}（{one.rule}，{one.citation}）",
        found_zh=f"{one.actor}：{kind.title_zh if kind else one.act}{chinese}",
    )
