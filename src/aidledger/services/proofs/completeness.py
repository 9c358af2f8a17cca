"""Seals an index of all cases and of all persons' cases, and proves from it that nothing is missing.

The index says of each case how many entries it has, where the last is, and their root; of each
person which cases name him. Whoever holds a row, its path and the case's records knows that these
are all of them up to the size of the log that was sealed, or that there is no such case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import msgspec

from aidledger.domain.events.catalog import decode_data
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.events.proving import IndexSealed
from aidledger.domain.events.registry import EntryCorrected
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.ledger.index import (
    Index,
    IndexAnswer,
    case_item,
    check_items,
    check_key,
    person_key,
)
from aidledger.ledger.proof import ProofError
from aidledger.ledger.prooffile import CaseProof, encode_proof, parse_case_proof
from aidledger.ledger.tree import leaf_hash
from aidledger.replay.rows import recorded_row
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Outcome
from aidledger.store.port import HostileRow, LedgerStore

Kind = Literal["cases", "persons"]
_SEALED: Final = "IndexSealed"
_KINDS: Final[tuple[Kind, ...]] = ("cases", "persons")
_NAMING: Final = ("ApplicationSubmitted", "EntryCorrected")
_token_form: Final = re.compile(r"(p[0-9a-f]{32})").fullmatch
_json_token_form: Final = re.compile(r'"(p[0-9a-f]{32})"').fullmatch


class Indexes:
    """Both indexes, growing with the rows of the log in their order."""

    def __init__(self) -> None:
        self.of: Final[dict[Kind, Index]] = {kind: Index() for kind in _KINDS}
        self._named: set[tuple[str, str]] = set()

    def take(self, row: HostileRow) -> None:
        """Take one row. It looks into the record's bytes, and leaves their form to verification."""
        position, data = row[0], row[5]
        if type(position) is not int or position < 0 or type(data) is not bytes:
            return
        entry = _of_case(data)
        if entry is None:
            return
        self.of["cases"].add(entry.stream, position, leaf_hash(data))
        token = _named_person(entry)
        if token and (token, entry.stream) not in self._named:
            self._named.add((token, entry.stream))
            key, item = person_key(token), case_item(token, entry.stream)
            self.of["persons"].add(key, position, item)


class _Entry(msgspec.Struct, gc=False):
    """What an index asks of a record."""

    data: msgspec.Raw
    stream: str
    type: str = msgspec.field(name="$type")


@lru_cache(maxsize=1)
def _decoder() -> msgspec.json.Decoder[_Entry]:
    return msgspec.json.Decoder(_Entry)


def _of_case(data: bytes) -> _Entry | None:
    """Read what an index asks of a record; nothing where it is of no case, or no record."""
    try:
        entry = _decoder().decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return entry if entry.stream.startswith("case/") and entry.stream.isascii() else None


def named_in(record: bytes) -> tuple[str, str] | None:
    """Return the case that a record is of and the token of the person it names, if it names one."""
    entry = _of_case(record)
    token = _named_person(entry) if entry is not None else ""
    return (entry.stream, token) if entry is not None and token else None


def _named_person(entry: _Entry) -> str:
    """Return the token of the person whose case an entry says it is; empty where it says nothing."""
    if entry.type not in _NAMING:
        return ""
    try:
        event = decode_data(entry.type, entry.data)
    except (msgspec.ValidationError, UnicodeError):
        return ""
    if isinstance(event, ApplicationSubmitted):
        found = _token_form(event.applicant)
    elif isinstance(event, EntryCorrected) and event.field == "applicant":
        found = _json_token_form(event.value)
    else:
        return ""
    return found[1] if found else ""


def seal_indexes(session: Session, *, actor: str, office: str, on: str | None = None) -> Outcome:
    """Record both indexes of the log as it stands now, in one batch: the nightly run."""
    size = session.store.head().size
    indexes = indexes_at(session.store, size)
    by = Who(actor=actor, office=office, on=on or session.today)
    proposals = []
    for kind in _KINDS:
        rows, root = indexes.of[kind].root()
        event = IndexSealed(kind=kind, root=root.hex(), rows=rows, size=size)
        proposals.append(by.says(f"index/{kind}", event))
    return record(session, proposals, cause=f"seal-index:{size}")


def indexes_at(store: LedgerStore, size: int) -> Indexes:
    """Return both indexes over the first entries of the log."""
    indexes = Indexes()
    for row in store.read(0, size):
        indexes.take(row)
    return indexes


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
    for row in store.read_types(_NAMING):
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
