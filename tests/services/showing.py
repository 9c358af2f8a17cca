"""Shows a ledger to witnesses at times of the test's choosing, and asks what is proven by it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from tests.domain.people import CASE
from tests.ledger.signers import signer
from tests.services.conftest import Office
from tests.services.test_recording import on_case
from tests.services.witnessed import AUDIT, FINANCE, policy_text

from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.note import add_signatures
from aidledger.ledger.tree import root_of_leaves
from aidledger.ledger.trust import parse_policy
from aidledger.services.proofs.proven import ProvenEntry, ProvenLimit, ProvenReport, prove_limits
from aidledger.services.proofs.timeproofs import Sources

EVENING: Final = "20:00"


def second(day: str, clock: str = EVENING) -> int:
    return int(datetime.fromisoformat(f"{day}T{clock}:00+08:00").timestamp())


def signed(office: Office, size: int, *times: tuple[Any, int], root: bytes | None = None) -> bytes:
    """A checkpoint of so many entries, cosigned by some at times of their own."""
    store = office.session.store
    leaves = [row[6] for row in store.read(0, size)]
    said = root_of_leaves(leaves) if root is None else root
    note = sign_checkpoint(store.origin, size, said, [signer(store.origin)], second("2022-01-01"))
    return add_signatures(note, [cosign(note.text, who, at) for who, at in times]).encode()


def keep(office: Office, size: int, *times: tuple[Any, int], root: bytes | None = None) -> None:
    note = signed(office, size, *times, root=root)
    office.session.store.add_checkpoint(size=size, root=root or b"\0" * 32, note=note)


def show(office: Office, day: str, size: int | None = None) -> None:
    """Have both witnesses cosign the log of a size on the evening of a day."""
    size = office.session.store.head().size if size is None else size
    keep(office, size, (AUDIT, second(day)), (FINANCE, second(day) + 60))


def show_every_evening(office: Office) -> None:
    for batch in list(office.session.store.read_batches()):
        show(office, batch.recorded_at[:10], batch.position + batch.count)


def sources(office: Office, **more: Any) -> Sources:
    return Sources(policy=parse_policy(policy_text(office.session.store.origin)), **more)


def report(office: Office, *, lag: int | None = None, **more: Any) -> ProvenReport:
    return prove_limits(
        office.session,
        sources(office, **more),
        stream=CASE,
        lag_days=lag,
    )


def limit(found: ProvenReport, name: str) -> ProvenLimit:
    [one] = [one for one in found.limits if one.limit_id == f"limit-{name}"]
    return one


def entry(found: ProvenReport, kind: str) -> ProvenEntry:
    return next(one for one in found.entries if one.type == kind)


def flagged(found: ProvenReport) -> dict[int, tuple[str, ...]]:
    return {one.position: one.flags for one in found.entries if one.flags}


def opinion(office: Office, claimed: str, recorded: str) -> int:
    """Give the opinion for one day and record it, by the operator's clock, on another."""
    office.at(recorded)
    item = on_case("ReviewOpinionGiven", "u2", form="decentralised", opinion="approve")
    outcome = office.act(recorded, {**item, "effective_on": claimed})
    return int(outcome.receipt.position)  # type: ignore[union-attr]
