"""Proves a row of a read model: to its model's digest, the certificate, and the entry that names it.

Whoever holds the file, that entry and a checkpoint knows: this row stood in what was derived from
the log at that size. That the derivation is right is another question: derive it again, or have it
done (`generations check`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Literal

import msgspec

from aidledger.domain.events.catalog import decode_data
from aidledger.domain.events.proving import GenerationCertified
from aidledger.ledger import canonical
from aidledger.ledger.canonical import CanonicalError
from aidledger.ledger.certificate import Certificate, certificate_hash, parse_certificate
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.ledger.proof import ProofError, inclusion_proof, verify_inclusion
from aidledger.ledger.prooffile import RowProof, encode_proof, parse_row_proof
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.replay.deriving import derived
from aidledger.replay.digest import leaves_of, row_of_key
from aidledger.replay.models import Model, load_models, needed
from aidledger.services.generations.certifying import (
    Recorded,
    certificate_of,
    certificates_folder,
    certified,
    kept_certificate,
)
from aidledger.services.generations.rebuilding import generations_of
from aidledger.services.generations.source import StoreSource
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.proving import Prover
from aidledger.store.port import LedgerStore


class RowAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a row proof proves: row `index` of `count` of a model as of a day, or why nothing."""

    status: Literal["proven", "refused"]
    why: str = ""
    model: str = ""
    row: str = ""
    index: int | None = None
    count: int | None = None
    as_of: str = ""
    size: int | None = None


def prove_row(store: LedgerStore, name: str, key: str, *, prover: Prover) -> tuple[bytes, int]:
    """Return the proof file of a row in the generation certified last below a checkpoint.

    Args:
        store: an opened ledger.
        name: the model.
        key: the values of its key in their order, by commas, or as an array of JSON texts.
        prover: of the checkpoint that must have the entry.

    Returns:
        the file, and the position of the entry that names its certificate.

    Raises:
        ServiceError: nothing was certified there, there is no such row, or the entries do not give
            what was certified.
        ModelError: the model is unknown.

    """
    models = load_models()
    model = needed(models, [name])[name]
    one, content, certificate = _newest(store, name, prover.kept.checkpoint.size)
    said = certificate.model(name)
    values = _values(key, model)
    with _opened(store, models, name, certificate) as connection:
        leaves = [leaf for page in leaves_of(connection, name, model.key) for leaf in page]
        row = row_of_key(connection, name, model.key, values)
    if said is None or (said.rows, said.digest) != (len(leaves), root_of_leaves(leaves).hex()):
        raise ServiceError(
            f"{name}: the entries do not give what was certified at position {one.position}",
            hint="aidledger generations check says what differs",
            exit_code=1,
        )
    if row is None:
        raise ServiceError(
            f"{name}: expected a row with this key, found none in the certified generation",
            hint=f"its key, in this order: {', '.join(model.key)}",
            exit_code=2,
        )
    index = leaves.index(leaf_hash(row))
    proof = RowProof(
        certificate=content.decode(),
        index=index,
        model=name,
        path=tuple(inclusion_proof(leaves, index)),
        row=row.decode(),
        sealed_at=one.position,
    )
    return encode_proof(proof), one.position


def check_row(proof: bytes, entry: bytes, origin: str) -> RowAnswer:
    """Check a row's proof with nothing but bytes.

    Args:
        proof: the proof file.
        entry: the record at the proof's ``sealed_at``. That it stands there in the log must be
            proven apart, by its inclusion in a checkpoint.
        origin: of that log.

    """
    try:
        parsed = parse_row_proof(proof)
        certificate = parse_certificate(parsed.certificate.encode())
        record = decode_entry(entry)
        event = decode_data(record.type, msgspec.json.encode(record.data))
        row = canonical.decode(parsed.row.encode())
    except (ProofError, FormatError, EntryError, CanonicalError, msgspec.ValidationError) as error:
        return RowAnswer(status="refused", why=str(error)[:200])
    if not isinstance(event, GenerationCertified):
        return RowAnswer(status="refused", why="entry: expected a GenerationCertified")
    if certificate_hash(parsed.certificate.encode()) != event.certificate:
        return RowAnswer(status="refused", why="certificate: the entry names another")
    ours = (event.size, event.root, event.as_of, event.known_on)
    if ours != (certificate.size, certificate.root, certificate.as_of, certificate.known_on):
        return RowAnswer(status="refused", why="certificate: of another input than the entry says")
    if certificate.origin != origin:
        return RowAnswer(status="refused", why=f"certificate: of the log {certificate.origin[:80]}")
    if certificate.size > parsed.sealed_at:  # of entries that were not there yet
        return RowAnswer(status="refused", why="certificate: of more entries than stood before it")
    model = certificate.model(parsed.model)
    if model is None or not isinstance(row, dict):
        return RowAnswer(status="refused", why=f"{parsed.model}: not a row of a certified model")
    try:
        verify_inclusion(
            leaf_hash(parsed.row.encode()),
            parsed.index,
            model.rows,
            parsed.path,
            bytes.fromhex(model.digest),
        )
    except ProofError as error:
        return RowAnswer(status="refused", why=str(error)[:200])
    return RowAnswer(
        status="proven",
        model=parsed.model,
        row=parsed.row,
        index=parsed.index,
        count=model.rows,
        as_of=certificate.as_of,
        size=certificate.size,
    )


def _newest(store: LedgerStore, name: str, size: int) -> tuple[Recorded, bytes, Certificate]:
    """Return the newest certificate that has a model, and whose entry is below a size."""
    place = certificates_folder(store)
    for one in reversed(certified(store)):
        if one.position < size:
            content, certificate = kept_certificate(place, one.event.certificate)
            if certificate.model(name) is not None:
                return one, content, certificate
    raise ServiceError(
        f"{name}: expected a certified generation below the checkpoint's size {size}, found none",
        hint="aidledger generations certify, then aidledger checkpoint sign",
        exit_code=10,
    )


@contextmanager
def _opened(
    store: LedgerStore,
    models: dict[str, Model],
    name: str,
    certificate: Certificate,
) -> Iterator[Any]:
    """Open the generation of a certificate, or derive the model again where it was pruned."""
    generations = generations_of(store)
    for generation in reversed(generations.all()):
        if generation.root and certificate_of(generation, store.origin) == certificate:
            with generations.opened(generation) as connection:
                yield connection
            return
    with derived(
        StoreSource(store),
        needed(models, [name]),
        size=certificate.size,
        as_of=date.fromisoformat(certificate.as_of),
        known_on=date.fromisoformat(certificate.known_on) if certificate.known_on else None,
    ) as (connection, results):
        if results.failed:
            why = results.failed[0]
            raise ServiceError(f"{why.name}: expected {why.expected}, found {why.found}")
        yield connection


def _values(key: str, model: Model) -> list[str]:
    """Return the values of a key as they were typed."""
    values: Any = key.split(",")
    if key.startswith("["):
        try:
            values = json.loads(key)
        except (ValueError, RecursionError):
            values = None
    texts = isinstance(values, list) and all(isinstance(one, str) for one in values)
    if not texts or len(values) != len(model.key):
        raise ServiceError(
            f"{model.name}: expected {len(model.key)} values, found another key",
            hint=f"its key, in this order: {', '.join(model.key)}",
            exit_code=2,
        )
    return [str(one) for one in values]
