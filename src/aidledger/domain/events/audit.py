"""What audits and supervision find, how it is put right, and what must never happen (S4-019, S4-117)."""

from __future__ import annotations

from aidledger.domain.events.base import Code, Day, Digest, Event, Fen, Source


class AuditFindingRaised(Event, frozen=True, kw_only=True):
    """审计问题: a rule broken, in a case or a place; what is to be recovered, and until when."""

    amount_fen: Fen = 0
    case: Code | None = None
    due_on: Day
    place: Code
    rule: Code
    source: Source = "office"


class RectificationReported(Event, frozen=True, kw_only=True):
    """整改报告: what the unit found at fault says it has done."""

    done: bool
    evidence: Digest | None = None
    source: Source = "office"


class RectificationAccepted(Event, frozen=True, kw_only=True):
    """整改验收: whether whoever raised the finding takes it as settled."""

    accepted: bool
    source: Source = "office"


class IncidentRecorded(Event, frozen=True, kw_only=True):
    """底线事件: something happened to a person that assistance is there to prevent (S4-019)."""

    kind: Code
    source: Source = "office"
