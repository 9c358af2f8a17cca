"""Not trusted: a topic out of the database is data; an attacker who forges one gets an error.

Maps entries to events of the housed library and back. The stock mapper writes `module:Class` as the
type, imports whatever a row names, and accepts missing and extra fields; ours writes the literal
wire name, decodes strictly, and never imports: made-up events of the library must be of a class
that this process has loaded already, and that is an event.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from eventsourcing.domain import DomainEvent, DomainEventProtocol, HasOriginatorIDVersion
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent

from aidledger.ledger.entry import Entry, EntryError, decode_entry, encode_entry
from aidledger.ledger.forms import is_type_name


@dataclass(frozen=True, slots=True)
class EntryEvent:
    """An entry in the shape of the library's events: its stream is the originator."""

    originator_id: str
    originator_version: int
    entry: Entry
    record: bytes

    @classmethod
    def of(cls, entry: Entry) -> EntryEvent:
        """Wrap an entry. Raises EntryError when it breaks the form."""
        return cls(entry.stream, entry.version, entry, encode_entry(entry))


class EntryMapper(Mapper[Any]):
    """Maps our entries by their wire names; leaves the library's own events to the library."""

    def to_stored_event(self, domain_event: DomainEventProtocol[Any]) -> StoredEvent:
        """Give the exact record of an entry; encode a made-up event as the library does."""
        if not isinstance(domain_event, EntryEvent):
            return super().to_stored_event(domain_event)
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=domain_event.entry.type,
            state=domain_event.record,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[Any]:
        """Read an entry strictly, and compare it with the columns it came with.

        Raises MapperDeserialisationError for whatever is neither.
        """
        if not is_type_name(stored_event.topic):
            require_loaded_event(stored_event.topic)
            return super().to_domain_event(stored_event)
        try:
            entry = decode_entry(stored_event.state)
        except EntryError as error:
            raise MapperDeserialisationError(f"not an entry: {error}") from error
        found = (stored_event.originator_id, stored_event.originator_version, stored_event.topic)
        if found != (entry.stream, entry.version, entry.type):
            raise MapperDeserialisationError(
                f"{entry.stream}, version {entry.version}: its columns say something else"
            )
        return EntryEvent(entry.stream, entry.version, entry, stored_event.state)


def require_loaded_event(topic: str) -> None:
    """Refuse a topic that does not name an event class in memory. Imports and calls nothing."""
    module_name, _, path = topic.partition(":")
    found: object = sys.modules.get(module_name)
    for name in path.split("."):
        found = vars(found).get(name) if hasattr(found, "__dict__") else None
    if not (isinstance(found, type) and issubclass(found, DomainEvent | HasOriginatorIDVersion)):
        raise MapperDeserialisationError("a topic in the database names no event class in memory")
