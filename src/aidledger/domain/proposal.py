"""What somebody wants recorded, before anybody has decided on it."""

from __future__ import annotations

import msgspec

from aidledger.domain.events.base import Event


class Despite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act against a named clause, with its reason and authority; recorded, and a finding."""

    authority: str
    clause: str
    reason: str


class Proposal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One act proposed: the event it would record, when it takes effect, and by whom.

    ``personal`` holds the values to be sealed by field name; it never reaches an entry. Fields are
    declared in sorted order, as those of events are: so they are written without being sorted.
    """

    actor: str
    despite: tuple[Despite, ...] = ()
    effective_on: str
    event: Event
    office: str
    personal: dict[str, str] = {}
    stream: str
    type: str

    def __repr__(self) -> str:
        return f"Proposal(type={self.type!r}, stream={self.stream!r}, …)"
