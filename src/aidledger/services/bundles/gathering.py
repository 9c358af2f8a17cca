"""Gathers what a bundle is made of: the entries it is about, those they rest on, and their proofs.

Nothing of another household comes along: entries of the asked streams and of the findings' own
positions, the registry and policy that they rest on, and sealed indexes and statements, which
hold roots and totals alone. All is of the newest kept checkpoint, so that everything can be proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from aidledger.domain.events.payment import PaymentIssued
from aidledger.domain.events.powers import (
    DelegationEnded,
    DelegationGiven,
    GenesisDeclared,
    KeyRegistered,
    KeyRevoked,
    RoleEnded,
    RoleGranted,
)
from aidledger.domain.events.registry import (
    LedgerOpened,
    OfficerAppointed,
    OfficeRegistered,
    PackAdopted,
)
from aidledger.domain.recorded import Recorded
from aidledger.ledger import canonical
from aidledger.ledger.batch import parse_batch_signature
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.proof import inclusion_proof
from aidledger.ledger.prooffile import parse_case_proof, parse_payment_proof, parse_row_proof
from aidledger.ledger.strict import FormatError, write_base64
from aidledger.ledger.tree import root_of_leaves
from aidledger.replay.rows import recorded_record
from aidledger.services.bundles.asking import Request, Subject
from aidledger.services.bundles.contents import (
    BATCHES,
    CASE_PROOF,
    CHECKPOINT,
    ENTRIES,
    PACKS,
    PAYMENTS,
    POLICY,
    PROOFS,
    ROWS,
    Shown,
    lines,
)
from aidledger.services.decoding import readable
from aidledger.services.keys.declared import declared_of
from aidledger.services.payments.closing import statements
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.completeness import prove_case
from aidledger.services.proofs.payment import prove_payment
from aidledger.services.proofs.proving import Prover, record_at
from aidledger.services.proofs.row import prove_row
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore, StoredBatch

_OF_ACTORS: Final = (
    OfficerAppointed,
    RoleGranted,
    RoleEnded,
    DelegationGiven,
    DelegationEnded,
)


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """The files of the proven part of a bundle, its entries, and those that it is about."""

    files: dict[str, bytes]
    entries: tuple[Shown, ...]
    own: tuple[Recorded, ...]
    missing: tuple[tuple[str, str], ...]


def gather(session: Session, subject: Subject, asked: Request, prover: Prover) -> Gathered:
    """Gather entries and proofs; `session` is cut at the prover's checkpoint.

    Raises:
        ServiceError: an entry can't be read, or the entries don't give what was signed or sealed.

    """
    store = session.store
    wanted = {row[0] for name in subject.streams for row in store.read_stream(name)}
    wanted |= set(subject.positions)
    own = _recorded(store, sorted(wanted))
    files: dict[str, bytes] = {}
    missing: list[tuple[str, str]] = []
    wanted |= _payments(store, subject, own, files, missing)
    wanted |= _rows(store, subject, asked, prover, files)
    if subject.case is not None and subject.case in subject.streams:
        wanted |= _completeness(store, subject.case, files, missing)
    policy = [row[0] for name in store.streams("policy/") for row in store.read_stream(name)]
    wanted |= {at for at in policy if type(at) is int}
    batches = list(_batches(store, sorted(wanted)))
    wanted |= _registry(store, _recorded(store, sorted(wanted)), batches)
    entries = tuple(_shown(store, at) for at in sorted(wanted))
    files[ENTRIES] = b"".join(one.record + b"\n" for one in entries)
    files[PROOFS] = lines(
        {
            "path": [write_base64(h) for h in prover.entry(one.position).hashes],
            "position": one.position,
        }
        for one in entries
    )
    files[CHECKPOINT] = prover.kept.note.encode()
    signed = [said for said, _ in batches]
    if signed:
        files[BATCHES] = lines(signed)
    else:
        missing.append(("各批记录未经个人签名", "the entries bear no signature of their recorder"))
    trust = asked.policy or _own_policy(store)
    if trust is not None:
        files[POLICY] = trust
    else:
        missing.append(("账本未声明信任策略", "the ledger declares no trust policy"))
    files |= _packs(store, entries)
    return Gathered(files=files, entries=entries, own=tuple(own), missing=tuple(missing))


def _recorded(store: LedgerStore, positions: Iterable[int]) -> list[Recorded]:
    """Return entries by position; what can't be read is left to verification."""
    read = (recorded_record(at, record_at(store, at)) for at in positions)
    return [one for one in read if one is not None]


def _shown(store: LedgerStore, position: int) -> Shown:
    record = record_at(store, position)
    return Shown(position, record, canonical.decode(record))


def _completeness(
    store: LedgerStore, case: str, files: dict[str, bytes], missing: list[tuple[str, str]]
) -> set[int]:
    """Add the proof that these are all entries of the case, where an index is sealed."""
    try:
        proof = prove_case(store, case)
    except ServiceError as error:
        if error.exit_code != 10:
            raise
        missing.append(
            (
                "未封存索引，不能证明记录一条不少",
                "no index is sealed: that nothing is left out can't be proven",
            )
        )
        return set()
    parsed = parse_case_proof(proof)
    if not any(row.key == case for row in parsed.rows):
        missing.append(
            (
                "索引封存时尚无此案",
                "the case is newer than the sealed index: that nothing is left out can't be proven",
            )
        )
        return set()
    files[CASE_PROOF] = proof
    return {parsed.sealed_at}


def _payments(
    store: LedgerStore,
    subject: Subject,
    own: list[Recorded],
    files: dict[str, bytes],
    missing: list[tuple[str, str]],
) -> set[int]:
    """Add the proofs of the case's payments within the totals of their months."""
    if subject.case is None:
        return set()
    paid = own
    if subject.month is not None:
        paid = readable(store, store.read_stream(subject.case))
    found, unclosed, closed = set(), 0, dict[str, bool]()
    for entry in paid:
        event = entry.event
        if not isinstance(event, PaymentIssued) or entry.stream != subject.case:
            continue
        if subject.month not in (None, event.month):
            continue
        closed.setdefault(event.month, bool(statements(store, event.month)))
        if not closed[event.month]:
            unclosed += 1
            continue
        try:
            proof = prove_payment(store, entry.position)
        except ServiceError as error:
            if error.exit_code != 2:
                raise
            unclosed += 1
            continue
        files[f"{PAYMENTS}payment-{entry.position}.payment-proof"] = proof
        found |= {entry.position, parse_payment_proof(proof).sealed_at}
    if unclosed:
        missing.append(
            (
                f"{unclosed} 笔发放所在月份未结账，不能证明计入合计",
                f"payments of months not closed, proven in no total: {unclosed}",
            )
        )
    return found


def _rows(
    store: LedgerStore,
    subject: Subject,
    asked: Request,
    prover: Prover,
    files: dict[str, bytes],
) -> set[int]:
    """Add the proofs of certified rows; one that names another household is refused."""
    found = set()
    for one in asked.rows:
        model, _, key = one.partition("=")
        proof, position = prove_row(store, model, key, prover=prover)
        parsed = parse_row_proof(proof)
        row = canonical.decode(parsed.row.encode())
        named = {text for text in _texts(row) if text.startswith("case/")}
        if named - {*subject.streams, subject.case}:
            raise ServiceError(
                f"{model}: expected a row of {subject.name} alone, found one that names another case",
                exit_code=2,
            )
        files[f"{ROWS}{model}-{parsed.index}.row-proof"] = proof
        found.add(position)
    return found


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _batches(
    store: LedgerStore, positions: list[int]
) -> Iterator[tuple[dict[str, Any], StoredBatch]]:
    """Yield the signed batches of some entries: the statement's parts, and each entry's path in it."""
    left = iter(positions)
    at = next(left, None)
    for batch in store.read_batches():
        if type(batch.position) is not int or type(batch.count) is not int or at is None:
            continue
        stop, inside = batch.position + batch.count, []
        while at is not None and at < stop:
            if at >= batch.position:
                inside.append(at)
            at = next(left, None)
        if not inside or type(batch.signature) is not bytes or type(batch.key_id) is not str:
            continue
        try:
            signed = parse_batch_signature(batch.signature)
        except FormatError:
            continue
        leaves = [bytes(row[6]) for row in store.read(batch.position, stop)]
        seen = signed.seen and {"root": signed.seen.root.hex(), "size": signed.seen.size}
        said = {
            "count": batch.count,
            "entries": [
                {
                    "path": [write_base64(h) for h in inclusion_proof(leaves, p - batch.position)],
                    "position": p,
                }
                for p in inside
            ],
            "key_id": batch.key_id,
            "position": batch.position,
            "root": root_of_leaves(leaves).hex(),
            "seen": seen,
            "signature": write_base64(signed.signature),
        }
        yield said, batch


def _registry(
    store: LedgerStore,
    entries: list[Recorded],
    batches: list[tuple[dict[str, Any], StoredBatch]],
) -> set[int]:
    """Return where the registry tells of the log, and of the offices, actors and keys of entries."""
    actors, offices = {one.actor for one in entries}, {one.office for one in entries}
    labels = {str(batch.key_id) for _, batch in batches}
    found, names = set(), set()
    registry = [
        entry
        for name in store.streams("registry/")
        for entry in readable(store, store.read_stream(name))
    ]
    for entry in registry:
        match entry.event:
            case LedgerOpened() | GenesisDeclared():
                found.add(entry.position)
            case OfficeRegistered(office=office) if office in offices:
                found.add(entry.position)
            case KeyRegistered() as event if labels & _labels(event):
                found.add(entry.position)
                names.add(event.key)
            case event if isinstance(event, _OF_ACTORS) and getattr(event, "actor", "") in actors:
                found.add(entry.position)
    return found | {
        one.position
        for one in registry
        if isinstance(one.event, KeyRevoked) and one.event.key in names
    }


def _labels(event: KeyRegistered) -> set[str]:
    """Return what a batch may call a registered key (docs/FORMAT.md, rung 12)."""
    found = {event.key}
    for name in (event.key, event.owner):
        try:
            public = bytes.fromhex(event.public_key)
            found.add(VerifierKey(name=name, kind=KeyKind.BATCH, public=public).label)
        except FormatError:
            continue
    return found


def _packs(store: LedgerStore, entries: Iterable[Shown]) -> dict[str, bytes]:
    """Return the texts of the packs that the entries pin, by hash, with those they extend."""
    pinned = {
        said["policy"]["hash"].removeprefix("sha256:") for *_, said in entries if said["policy"]
    }
    files = {}
    for entry in _recorded(
        store, [one.position for one in entries if one.said["$type"] == "PackAdopted"]
    ):
        event = entry.event
        if not isinstance(event, PackAdopted) or event.pack_hash not in pinned:
            continue
        for link in event.chain:
            digest = link.rpartition("@")[2]
            content = store.get_evidence(digest)
            if content is not None:
                files[f"{PACKS}{digest}.toml"] = content
    return files


def _own_policy(store: LedgerStore) -> bytes | None:
    """Return the trust policy that genesis names: its file where that is kept, else what it says."""
    declared = declared_of(store)
    genesis = declared.genesis
    if genesis is None or genesis.log_key is None:
        return None
    kept = store.get_evidence(genesis.policy) if genesis.policy else None
    if kept is not None:
        return kept
    try:
        told = [
            *(f"log {key.vkey()}" for key in declared.log_keys),
            *(
                f"witness w{number} {_cosigner(one).vkey()}"
                for number, one in enumerate(genesis.witnesses, 1)
            ),
        ]
    except FormatError:
        return None
    names = " ".join(f"w{number}" for number in range(1, len(genesis.witnesses) + 1))
    if genesis.quorum and names:
        told += [f"group genesis {genesis.quorum} {names}", "quorum genesis"]
    else:
        told.append("quorum none")
    return "".join(f"{one}\n" for one in told).encode()


def _cosigner(said: Any) -> VerifierKey:
    kinds = {"ed25519": KeyKind.COSIGNATURE, "ml_dsa_44": KeyKind.COSIGNATURE_ML_DSA}
    return VerifierKey(name=said.name, kind=kinds[said.algorithm], public=bytes.fromhex(said.key))
