"""Puts together the files that prove an entry, a case, a person's cases, a payment or a row elsewhere.

`entry-N.record` has the exact bytes of an entry, `entry-N.tlog-proof` proves it to be in the log of
a signed checkpoint. A case, a person, a payment or a row of a model has a proof of its own, which leads to an entry that is
proven so. No file holds a personal value: records have commitments to them.
"""

from __future__ import annotations

from typing import TypeAlias

from aidledger.ledger.index import person_key
from aidledger.ledger.prooffile import parse_case_proof, parse_payment_proof, parse_row_proof
from aidledger.services.proofs.completeness import (
    naming_entries,
    prove_case,
    prove_person,
    sealed_size,
)
from aidledger.services.proofs.payment import prove_payment
from aidledger.services.proofs.proving import Prover, record_at
from aidledger.services.proofs.row import prove_row
from aidledger.store.port import LedgerStore

Files: TypeAlias = dict[str, bytes]
RECORD, TLOG_PROOF = ".record", ".tlog-proof"
CASE_PROOF, PAYMENT_PROOF, ROW_PROOF = ".case-proof", ".payment-proof", ".row-proof"


def entry_files(store: LedgerStore, position: int, prover: Prover | None = None) -> Files:
    """Return the record at a position and its proof. Raises ServiceError as `Prover`."""
    proof = (prover or Prover(store)).entry(position)
    name = f"entry-{position}"
    return {name + RECORD: record_at(store, position), name + TLOG_PROOF: proof.encode()}


def case_files(store: LedgerStore, stream: str) -> Files:
    """Return what proves that these are all entries of a case, or that there is no such case.

    The records are those that the index sealed last counts. Raises ServiceError as `prove_case`.
    """
    prover = Prover(store)
    proof = prove_case(store, stream)
    parsed = parse_case_proof(proof)
    files = entry_files(store, parsed.sealed_at, prover)
    files[stream.removeprefix("case/").replace("/", "_") + CASE_PROOF] = proof
    count = next((row.count for row in parsed.rows if row.key == stream), 0)
    if count:
        for row in store.read_stream(stream, upto=count):
            files[f"entry-{row[0]}{RECORD}"] = record_at(store, row[0])
    return files


def person_files(store: LedgerStore, token: str) -> Files:
    """Return what proves that these are all cases that name a person, or that there is none.

    With it come the entries by which each of them first did. Raises ServiceError as `prove_case`.
    """
    prover = Prover(store)
    proof, key = prove_person(store, token), person_key(token)
    sealed_at = parse_case_proof(proof).sealed_at
    files = entry_files(store, sealed_at, prover)
    # named by the key, which tells nothing to whoever doesn't have the token
    files[f"person-{key[:16]}{CASE_PROOF}"] = proof
    size = sealed_size(record_at(store, sealed_at))
    for naming in naming_entries(store, key, size):
        files |= entry_files(store, naming.position, prover)
    return files


def payment_files(store: LedgerStore, position: int) -> Files:
    """Return what proves a payment within a month's total. Raises ServiceError."""
    prover = Prover(store)
    proof = prove_payment(store, position)
    return {
        **entry_files(store, position, prover),
        **entry_files(store, parse_payment_proof(proof).sealed_at, prover),
        f"payment-{position}{PAYMENT_PROOF}": proof,
    }


def row_files(store: LedgerStore, model: str, key: str) -> Files:
    """Return what proves a row of a certified generation. Raises ServiceError as `prove_row`."""
    prover = Prover(store)
    proof, position = prove_row(store, model, key, prover=prover)
    name = f"{model}-{parse_row_proof(proof).index}{ROW_PROOF}"
    return {**entry_files(store, position, prover), name: proof}
