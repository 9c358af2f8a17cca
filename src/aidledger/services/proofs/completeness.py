"""Seals an index of all cases and of all persons' cases, and proves from it that nothing is missing.

The index says of each case how many entries it has, where the last is, and their root; of each
person which cases name him. Whoever holds a row, its path and the case's records knows that these
are all of them up to the size of the log that was sealed, or that there is no such case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from aidledger.domain.events.catalog import decode_data
from aidledger.domain.events.proving import IndexSealed
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.ledger.index import IndexAnswer, case_item, check_items, check_key, person_key
from aidledger.ledger.proof import ProofError
from aidledger.ledger.prooffile import CaseProof, encode_proof, parse_case_proof
from aidledger.ledger.tree import leaf_hash
from aidledger.replay.rows import recorded_row
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.indexes import KINDS, NAMING, Kind, indexes_at, named_in
from aidledger.services.proofs.keptindexes import KeptIndexes
from aidledger.services.session import Session
from aidledger.store.outcome import Outcome
from aidledger.store.port import LedgerStore

_SEALED: Final = "IndexSealed"


def seal_indexes(
    session: Session,
    *,
    actor: str,
    office: str,
    on: str | None = None,
    kept: KeptIndexes | None = None,
) -> Outcome:
    """Record both indexes of the log as it stands now, in one batch.

    Args:
        session: an opened ledger.
        actor: who seals.
        office: at which office.
        on: on which day, today where nothing is said.
        kept: the indexes of earlier nights, to be gone on from where they still stand; tonight's are
            offered to it.

    Raises:
        ServiceError: the records are not those under the log's root: nothing is sealed.

    """
    store = session.store
    head = store.head()
    indexes = indexes_at(store, head.size, kept.taken(store, head.size) if kept else None)
    if (indexes.size, indexes.log_root()) != (head.size, head.root):
        raise ServiceError(
            f"size {head.size}: the records are not those under the log's root, no index is sealed",
            hint="aidledger verify says what is wrong",
            exit_code=1,
        )
    by = Who(actor=actor, office=office, on=on or session.today)
    proposals = []
    for kind in KINDS:
        rows, root = indexes.of[kind].root()
        event = IndexSealed(kind=kind, root=root.hex(), rows=rows, size=head.size)
        proposals.append(by.says(f"index/{kind}", event))
    if kept is not None:
        kept.offer(store, indexes, head.root)
    return record(session, proposals, cause=f"seal-index:{head.size}")


def prove_case(store: LedgerStore, stream: str) -> bytes:
    """Return the proof file of a case, there or not, in the index that was sealed last.

    Raises:
        ServiceError: no index was sealed, or the entries do not give what was sealed.

    """
    return _prove(store, "cases", stream)


def prove_person(store: LedgerStore, token: str) -> bytes:
    """Return the proof file of a person's cases; see ``prove_case``."""
    return _prove(store, "persons", person_key(token))


class Naming(NamedTuple):
    """Where a case first named a person."""

    position: int
    case: str
    token: str


def naming_entries(store: LedgerStore, key: str, size: int) -> list[Naming]:
    """Return where each case first named the person of a key, below a size of the log, in order."""
    found: dict[str, Naming] = {}
    for row in store.read_types(NAMING):
        if type(row[0]) is not int or row[0] >= size or type(row[5]) is not bytes:
            continue
        named = named_in(row[5])
        if named is not None and person_key(named[1]) == key:
            found.setdefault(named[0], Naming(row[0], *named))
    return list(found.values())


def person_items(store: LedgerStore, key: str, size: int) -> list[bytes]:
    """Return the items that a person's row must hold, as the entries below a size have them."""
    return [case_item(one.token, one.case) for one in naming_entries(store, key, size)]


def _prove(store: LedgerStore, kind: Kind, key: str) -> bytes:
    last = next((s for s in reversed(seals(store)) if s[1].kind == kind), None)
    if last is None:
        raise ServiceError(
            "expected a sealed index, found none", hint="seal the indexes first", exit_code=10
        )
    position, seal = last
    index = indexes_at(store, seal.size).of[kind]
    if index.root() != (seal.rows, bytes.fromhex(seal.root)):
        raise ServiceError(
            f"position {position}: the sealed index is not that of the entries",
            hint="aidledger verify says what is wrong",
            exit_code=1,
        )
    return encode_proof(CaseProof(key=key, kind=kind, rows=index.prove(key), sealed_at=position))


def check_case(
    proof: bytes, seal: bytes, *, stream: str, records: Sequence[bytes] | None = None
) -> IndexAnswer:
    """Check what a proof file says of a case, with nothing but bytes.

    Args:
        proof: the proof file.
        seal: the record at the proof's ``sealed_at``. That it stands there in the log must be
            proven apart, by its inclusion in a checkpoint.
        stream: the case that is asked about.
        records: the case's records in their order, to learn whether these are all of them.

    """
    answer = check_sealed(proof, seal, "cases", stream)
    if records is None or answer.status == "refused":
        return answer
    if any(_stream_of(one) != stream for one in records):
        return IndexAnswer(status="refused", why=f"records: expected entries of {stream} only")
    return _check_items(answer, [leaf_hash(one) for one in records])


def check_person(
    proof: bytes, seal: bytes, *, token: str, cases: Sequence[str] | None = None
) -> IndexAnswer:
    """Check what a proof file says of a person; ``cases`` in the order in which they named him."""
    answer = check_sealed(proof, seal, "persons", person_key(token))
    if cases is None or answer.status == "refused":
        return answer
    return _check_items(answer, [case_item(token, case) for case in cases])


def check_sealed(proof: bytes, seal: bytes, kind: Kind, key: str) -> IndexAnswer:
    """Check what a proof file says of a key as the index names it; ``seal`` as in ``check_case``."""
    try:
        parsed = parse_case_proof(proof)
        entry = decode_entry(seal)
        event = decode_data(entry.type, msgspec.json.encode(entry.data))
    except (ProofError, EntryError, msgspec.ValidationError) as error:
        return IndexAnswer(status="refused", why=str(error)[:200])
    if not isinstance(event, IndexSealed) or event.kind != kind or parsed.kind != kind:
        return IndexAnswer(status="refused", why=f"seal: expected a sealed index of {kind}")
    if parsed.key != key:
        return IndexAnswer(status="refused", why="key: the proof is about another")
    return check_key(key, parsed.rows, root=bytes.fromhex(event.root), rows=event.rows)


def sealed_size(seal: bytes) -> int:
    """Return of how many entries a sealed index speaks; 0 where the record is none."""
    try:
        entry = decode_entry(seal)
        event = decode_data(entry.type, msgspec.json.encode(entry.data))
    except (EntryError, msgspec.ValidationError):
        return 0
    return event.size if isinstance(event, IndexSealed) else 0


def _check_items(answer: IndexAnswer, items: Sequence[bytes]) -> IndexAnswer:
    if answer.row is not None:
        return check_items(answer.row, items)
    why = f"items: expected none of what is absent, found {len(items)}"
    return IndexAnswer(status="refused", why=why) if items else answer


def _stream_of(data: bytes) -> str:
    try:
        return decode_entry(data).stream
    except EntryError:
        return ""


def seals(store: LedgerStore) -> list[tuple[int, IndexSealed]]:
    """Return every readable sealed index and its position, in the order of the log."""
    found = []
    for row in store.read_types((_SEALED,)):
        entry = recorded_row(row)
        if entry is not None and isinstance(entry.event, IndexSealed):
            found.append((entry.position, entry.event))
    return found
