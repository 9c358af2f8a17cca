"""Acts that exist so that two persons share one duty: accounts, hearings, second looks, exports."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import Code, Count, Day, Digest, Event, Source, Text, Token


class AccountChangeRequested(Event, frozen=True, kw_only=True):
    """账户变更申请: support is to go to another account; its number is sealed."""

    account: Token
    holder: Literal["self", "guardian", "institution", "other"]
    reason: Code
    source: Source = "office"


class AccountChangeConfirmed(Event, frozen=True, kw_only=True):
    """账户变更确认: somebody else asked the person, on another way or face to face."""

    account: Token
    channel: Literal["face_to_face", "call_back", "letter"]
    evidence: Digest | None = None
    source: Source = "office"


class RecipientHeard(Event, frozen=True, kw_only=True):
    """听取意见: the person was told of the intended termination and could answer; sealed."""

    channel: Literal["in_person", "phone", "letter", "not_reachable"]
    heard_on: Day
    objects: bool = False
    source: Source = "office"


class SecondLookTaken(Event, frozen=True, kw_only=True):
    """批后复查: an approval drawn at random and looked at again by somebody else."""

    agreed: bool
    evidence: Digest | None = None
    source: Source = "office"


class EmergencyHelpCompleted(Event, frozen=True, kw_only=True):
    """补办手续: the paperwork of an emergency done afterwards, by other people."""

    evidence: Digest | None = None
    justified: bool
    source: Source = "office"


class ExportRequested(Event, frozen=True, kw_only=True):
    """申请导出: unmasked data asked for: which fields, for which purpose, by which order."""

    fields: tuple[Code, ...]
    order_number: Text
    place: Code
    purpose: Text


class ExportReleased(Event, frozen=True, kw_only=True):
    """准予导出: the file handed out, held by hash, with its rows."""

    file: Digest
    rows: Count
