"""Doubts: what a rule found, verified, judged, decided, settled (S4-115, S4-117, F097; ADR 0019)."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import Code, Count, Day, Digest, Event, Fen, Source

Outcome = Literal["recovery", "payment", "correction", "discipline", "transfer", "none"]
"""What is decided on a doubt; the first three are settled by entries, the others elsewhere."""
Severity = Literal["critical", "high", "medium", "low"]


class DoubtRaised(Event, frozen=True, kw_only=True):
    """疑点提出: a rule found something, or somebody did by hand; the entries that prove it.

    ``identity`` is what makes the doubt the same: rule, subject and the beginning of the period. Of a
    run also: the day asked about, the root of its findings, and the log that it read. ``left_out``
    counts positions above the most that an entry names. Without an amount money isn't the matter.
    """

    amount_fen: Fen | None = None
    asked_on: Day | None = None
    case: Code | None = None
    findings_root: Digest | None = None
    identity: Digest
    known_on: Day | None = None
    left_out: Count = 0
    log_root: Digest | None = None
    log_size: Count | None = None
    period: Code | None = None
    place: Code | None = None
    positions: tuple[Count, ...]
    rule: Code
    rule_hash: Digest | None = None
    severity: Severity
    source: Source = "office"
    subject: Code


class DoubtSeenAgain(Event, frozen=True, kw_only=True):
    """疑点再次发现: the same doubt with more: ``positions`` are those that were not known before."""

    amount_fen: Fen | None = None
    asked_on: Day | None = None
    findings_root: Digest | None = None
    known_on: Day | None = None
    left_out: Count = 0
    log_root: Digest | None = None
    log_size: Count | None = None
    period: Code | None = None
    positions: tuple[Count, ...]
    rule_hash: Digest | None = None
    severity: Severity
    source: Source = "office"


class DoubtAssigned(Event, frozen=True, kw_only=True):
    """疑点分派: who is to look into it; ``due_on`` where that is sooner than the pack asks."""

    due_on: Day | None = None
    to_office: Code
    to_officer: Code | None = None


class DoubtVerified(Event, frozen=True, kw_only=True):
    """疑点核实: who looked on which day, on site or from the files, and what was found, in codes."""

    by: tuple[Code, ...]
    evidence: tuple[Digest, ...] = ()
    found: tuple[Code, ...]
    on_site: bool
    source: Source = "office"
    verified_on: Day


class DoubtConfirmed(Event, frozen=True, kw_only=True):
    """疑点属实: it is so; ``amount_fen`` is what of it was found to be wrong."""

    amount_fen: Fen | None = None
    reason: Code


class DoubtRefuted(Event, frozen=True, kw_only=True):
    """疑点排除: it is not so, and why."""

    reason: Code


class DoubtDecided(Event, frozen=True, kw_only=True):
    """疑点处理决定: what is to be done, and how much money it is about."""

    amount_fen: Fen = 0
    outcomes: tuple[Outcome, ...]


class DoubtSettled(Event, frozen=True, kw_only=True):
    """疑点落实: the entries that did what was decided; ``amount_fen`` is what they come to."""

    amount_fen: Fen = 0
    entries: tuple[Count, ...]


class DoubtClosed(Event, frozen=True, kw_only=True):
    """疑点销号: nothing is left to be done."""

    evidence: Digest | None = None


class DoubtReopened(Event, frozen=True, kw_only=True):
    """疑点重启: it is to be looked into afresh, and why."""

    reason: Code
