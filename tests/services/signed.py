"""A small signed county to try records in, made once, and what its officers say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aidledger.domain.proposal import Proposal
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.services.acts.guarding import guard_of
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.clock import SetClock
from aidledger.services.generations.certifying import certify
from aidledger.services.generations.rebuilding import rebuild
from aidledger.services.initialising import create_ledger
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.places import (
    CLERK,
    COUNTY,
    HEAD,
    SURVEYOR,
    townships,
)
from aidledger.services.simulation.running import simulate
from aidledger.services.simulation.staff import administrators, security
from aidledger.store.outcome import Committed, Receipt
from aidledger.store.port import StoredBatch

ORIGIN, DAY = "simulated/520123/7", "2022-03-01"
TOWN = townships()[0].code
CLERK_OF, SURVEYOR_OF, HEAD_OF = (f"{TOWN}-{number}" for number in (CLERK, SURVEYOR, HEAD))
VILLAGE = townships()[0].villages[0].code


def make(location: str, **asked: Any) -> str:
    create_ledger(location, origin=ORIGIN)
    with open_session(location) as session:
        simulate(session, seed=7, signed=True, **{"cases": 3, "months": 1, **asked})
        return session.store.head().root.hex()


def at(location: str, **more: Any) -> Any:

    clock = SetClock(datetime.fromisoformat(f"{DAY}T10:00:00+08:00"))
    return open_session(location, clock=clock, **more)


def make_certified(location: str) -> None:
    """Make a county with some months of payments, and a generation of its models certified."""
    make(location, cases=10, months=3)
    admin = next(one.officer for one in administrators() if one.title == "sys_admin")
    with at(location) as session:
        rebuild(session, models=["case_state"])
        assert isinstance(certify(session, actor=admin.actor, office=admin.office), Committed)


APPLICATION: dict[str, Any] = {
    "type": "ApplicationSubmitted",
    "stream": f"case/{COUNTY}-2022-900001",
    "actor": CLERK_OF,
    "office": TOWN,
    "effective_on": DAY,
    "data": {
        "area": "rural",
        "birth_on": "1949-12-31",
        "route": "self",
        "township": TOWN,
        "village": VILLAGE,
    },
}


def applied(actor: str = CLERK_OF, number: int = 1, **more: Any) -> Proposal:
    """Return an application, which a township's clerk takes down."""
    stream = f"case/{COUNTY}-2022-9{number:05d}"
    return proposal_of({**APPLICATION, "actor": actor, "stream": stream, **more})


def stated(number: int = 1) -> Proposal:
    """Return what the applicant states, taken down by the clerk (S1-013)."""
    data = {"covers": ["work_ability", "livelihood", "obligors"], "true_declared": True}
    stream = f"case/{COUNTY}-2022-9{number:05d}"
    return proposal_of({**APPLICATION, "type": "StatementFiled", "stream": stream, "data": data})


def registry(event: Any, actor: str = "", office: str = COUNTY) -> Proposal:
    return Proposal(
        type=type(event).__name__,
        stream=f"registry/{COUNTY}",
        event=event,
        effective_on=DAY,
        actor=actor or security().actor,
        office=office,
    )


def done(session: Session, *proposals: Proposal, cause: str = "c1") -> Receipt:
    outcome = record(session, proposals, cause=cause)
    assert isinstance(outcome, Committed), outcome
    return outcome.receipt


def last_batch(session: Session) -> tuple[StoredBatch, list[bytes]]:
    batch = list(session.store.read_batches())[-1]
    return batch, [row[6] for row in session.store.read(batch.position)]


def key_of(session: Session, actor: str) -> VerifierKey:
    guard = guard_of(session)
    assert guard is not None
    found = guard.registry.key(actor)
    assert found is not None
    return VerifierKey(name=actor, kind=KeyKind.BATCH, public=bytes.fromhex(found.public_key))
