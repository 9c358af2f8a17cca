"""Whether the personal values of a case's person were destroyed, and by which entry."""

from __future__ import annotations

from collections.abc import Sequence

from aidledger.domain.events.registry import PersonErased
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.services.clock import china_day
from aidledger.services.decoding import readable
from aidledger.services.session import Session


def erased_by(session: Session, person: str, known_on: str | None = None) -> Recorded | None:
    """Return the first entry that destroyed the key of a person; nothing where none did.

    What was recorded after `known_on` (``YYYY-MM-DD``) was not known then.
    """
    for entry in readable(session.store, session.store.read_types(("PersonErased",))):
        known = known_on is None or china_day(entry.recorded_at) <= known_on
        if known and isinstance(entry.event, PersonErased) and entry.event.person == person:
            return entry
    return None


def nothing_sealed(session: Session, proposals: Sequence[Proposal]) -> set[int]:
    """Return by index which proposals would destroy the values of a person who has none in the vault."""
    persons = {
        index: one.event.person
        for index, one in enumerate(proposals)
        if isinstance(one.event, PersonErased)
    }
    known = session.store.vault_keys(set(persons.values())) if persons else {}
    return {index for index, person in persons.items() if person not in known}
