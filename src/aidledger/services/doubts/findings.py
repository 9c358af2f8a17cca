"""What doubts are raised from: the findings of a run of rules, made now or written by ``audit run --json``."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from aidledger.audit.running import root_of
from aidledger.domain.events.doubt import Severity
from aidledger.domain.values import is_day
from aidledger.ledger.canonical import clip
from aidledger.services.audits.auditing import Audit
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.problems import ServiceError
from aidledger.store.port import LedgerStore

SCHEMA: Final = "aidledger/audit-run/v1"
_HINT: Final = "aidledger audit run --json writes one; without --from the rules are run now"


class Found(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One finding, without its words: subject, positions, period, and what is at risk in fen."""

    rule: str
    severity: Severity
    subject: str
    positions: tuple[int, ...]
    period: str | None
    amount_fen: int | None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run of rules: what it asked and read, the text of each rule by hash, and its findings.

    `rules` are those that ran; whatever else there is said nothing. `findings_root` and `log_root` are hex.
    """

    asked_on: str
    known_on: str | None
    log_size: int
    log_root: str
    findings_root: str
    rules: dict[str, str]
    findings: tuple[Found, ...]


def run_of(audit: Audit) -> Run:
    """Return what a run that was just made found.

    Raises:
        ServiceError: a rule found more than is kept.

    """
    report = audit.report
    for one in report.ran:
        if one.left_out:
            raise ServiceError(
                f"{one.rule}: expected no more findings than are kept, found {one.findings}",
                hint="a rule that finds so much is to be narrowed first",
            )
    return Run(
        asked_on=report.as_of.isoformat(),
        known_on=report.known_on.isoformat() if report.known_on else None,
        log_size=audit.position + 1,
        log_root=audit.log_root,
        findings_root=report.root,
        rules={one.rule: audit.rules[one.rule].sha256 for one in report.ran},
        findings=tuple(
            Found(
                rule=one.rule,
                severity=one.severity,
                subject=one.subject,
                positions=one.positions,
                period=one.period,
                amount_fen=one.amount_fen,
            )
            for one in report.findings
        ),
    )


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    rule: str
    severity: Severity
    case: str
    positions: tuple[int, ...]
    period: str | None
    amount_fen: int | None
    values: dict[str, Any]


class _Ran(msgspec.Struct, frozen=True, kw_only=True):
    rule: str
    findings: int
    sha256: str


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    schema: str
    as_of: str
    known_on: str | None
    position: int
    log_root: str
    root: str
    findings: tuple[_Line, ...]
    ran: tuple[_Ran, ...]


def read_run(content: bytes, store: LedgerStore) -> Run:
    """Read what ``audit run --json`` wrote, and hold it against this ledger and its own root.

    Raises:
        ServiceError: it is something else, of another log, or not all that the run found.

    """
    try:
        told = msgspec.json.decode(content, type=_Written)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ServiceError(
            f"expected the findings of a run, found something else ({clip(str(error))})", hint=_HINT
        ) from None
    days = (told.as_of, told.known_on or told.as_of)
    if told.schema != SCHEMA or not all(map(is_day, days)):
        raise ServiceError(f"expected {SCHEMA}, found something else", hint=_HINT)
    size, there = told.position + 1, store.head().size
    if not 0 <= size <= there or root_at(store, size).hex() != told.log_root:
        raise ServiceError(
            f"expected the root of this log at {told.position + 1} entries, found another",
            hint="the findings are of another ledger, or of another history of this one",
        )
    leaves = [
        {
            "amount_fen": one.amount_fen,
            "period": one.period,
            "positions": list(one.positions),
            "rule": one.rule,
            "severity": one.severity,
            "subject": one.case,
            "values": one.values,
        }
        for one in told.findings
    ]
    if root_of(leaves) != told.root:
        raise ServiceError(
            f"expected all findings of the run under the root {clip(told.root, 16)}, found others",
            hint="findings that were filtered or edited prove nothing: write them without --severity",
        )
    hashes = {one.rule: one.sha256 for one in told.ran}
    outside = [p for one in told.findings for p in one.positions if not 0 <= p < size]
    if outside or not {one.rule for one in told.findings} <= hashes.keys():
        raise ServiceError(
            "expected rules that ran and entries of this log, found others", hint=_HINT
        )
    return Run(
        asked_on=told.as_of,
        known_on=told.known_on,
        log_size=size,
        log_root=told.log_root,
        findings_root=told.root,
        rules=hashes,
        findings=tuple(
            Found(
                rule=one.rule,
                severity=one.severity,
                subject=one.case,
                positions=one.positions,
                period=one.period,
                amount_fen=one.amount_fen,
            )
            for one in told.findings
        ),
    )
