"""What whoever holds the database can do: write an event straight into the store, past every rule."""

from __future__ import annotations

from tests.domain.people import COUNTY
from tests.services.conftest import Office

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import encode_data, wire_name
from aidledger.domain.policy.decision import DecisionRecord
from aidledger.ledger.entry import PolicyPin
from aidledger.store.draft import Draft
from aidledger.store.outcome import Committed


def forge(office: Office, stream: str, event: Event, pin: DecisionRecord | None = None) -> int:
    """Append an event without asking any service; return its position.

    `pin`: the decision whose pack the entry names.
    """
    session = office.session
    size = session.store.head().size
    draft = Draft(
        type=wire_name(event),
        stream=stream,
        actor="c1",
        office=COUNTY,
        effective_on="2022-02-20",
        data=encode_data(event),
        policy=PolicyPin(hash=f"sha256:{pin.pack_hash}", pack=pin.pack) if pin else None,
    )
    outcome = session.store.append(
        [draft], cause=f"forged-{size}", request_digest=b"f" * 32, now=session.clock.now()
    )
    session.forget()
    assert isinstance(outcome, Committed)
    return outcome.receipt.position


def records_of(office: Office, stream: str) -> list[bytes]:
    """Return the records of a stream, in their order."""
    return [row[5] for row in office.session.store.read_stream(stream)]
