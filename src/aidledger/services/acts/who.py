"""Who acts, for which office, on which day: what becomes the envelope of an entry."""

from __future__ import annotations

import msgspec

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.proposal import Proposal


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, for which office, on which day (ISO)."""

    actor: str
    office: str
    on: str

    def says(
        self, stream: str, event: Event, *, personal: dict[str, str] | None = None
    ) -> Proposal:
        """Return what they say on a stream, as a proposal; `personal` is sealed."""
        return Proposal(
            type=wire_name(event),
            stream=stream,
            event=event,
            effective_on=self.on,
            actor=self.actor,
            office=self.office,
            personal=personal or {},
        )
