"""Proof files: what is handed out so that completeness can be checked elsewhere, as canonical JSON.

A file says nothing that has to be believed: the root that it leads to stands in an entry of the log
(`sealed_at` says where), which the reader has proven by other means. Hashes are in base64 (RFC 4648
section 4), as in the C2SP files. What does not encode back to the same bytes is refused.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from aidledger.ledger import canonical
from aidledger.ledger.canonical import CanonicalError, clip
from aidledger.ledger.index import Key, Number, ProvenRow
from aidledger.ledger.proof import ProofError
from aidledger.ledger.sumtree import Amount, Hash, SumStep

MAX_PROOF_BYTES: Final = 16_384
"""Two paths of a tree of 2**53 rows, and some."""

MAX_ROW_PROOF_BYTES: Final = 1_000_000
"""A certificate of all models, and a row of some thousand positions."""


class CaseProof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an index says of a key: its row, or the rows beside it where it has none.

    `sealed_at` is the position of the entry that holds the index's root.
    """

    proof: Literal["aidledger/case-proof/v1"] = msgspec.field(
        name="$proof", default="aidledger/case-proof/v1"
    )
    key: Key
    kind: Literal["cases", "persons"]
    rows: tuple[ProvenRow, ...]
    sealed_at: Number


class PaymentProof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A payment as leaf `index` of the tree that the entry at `sealed_at` closes.

    `list` names the tree: the lines that it counts, or those that a supplement takes back.
    """

    proof: Literal["aidledger/payment-proof/v1"] = msgspec.field(
        name="$proof", default="aidledger/payment-proof/v1"
    )
    amount_fen: Amount
    index: Number
    list: Literal["counted", "withdrawn"]
    path: tuple[SumStep, ...]
    position: Number
    sealed_at: Number


class RowProof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row as leaf `index` of a model, in a certificate whose hash the entry at `sealed_at` has.

    `certificate` and `row` are the exact bytes of both, as text: each is canonical JSON itself.
    """

    proof: Literal["aidledger/row-proof/v1"] = msgspec.field(
        name="$proof", default="aidledger/row-proof/v1"
    )
    certificate: str
    index: Number
    model: str
    path: tuple[Hash, ...]
    row: str
    sealed_at: Number


def encode_proof(proof: CaseProof | PaymentProof | RowProof) -> bytes:
    """Write a proof as the bytes of its file."""
    return canonical.encode_struct(proof)


def parse_case_proof(data: bytes) -> CaseProof:
    """Read a case proof strictly. Raises ProofError, and nothing else, whatever the bytes are."""
    proof: CaseProof = _parse(data, CaseProof)
    return proof


def parse_payment_proof(data: bytes) -> PaymentProof:
    """Read a payment proof strictly. Raises ProofError, and nothing else."""
    proof: PaymentProof = _parse(data, PaymentProof)
    return proof


def parse_row_proof(data: bytes) -> RowProof:
    """Read a row proof strictly. Raises ProofError, and nothing else."""
    proof: RowProof = _parse(data, RowProof, MAX_ROW_PROOF_BYTES)
    return proof


def _parse(data: bytes, kind: type, limit: int = MAX_PROOF_BYTES) -> Any:
    if type(data) is not bytes or len(data) > limit:
        raise ProofError(f"proof: expected at most {limit} bytes")
    try:
        canonical.decode(data)
        proof = _decoder(kind).decode(data)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise ProofError(f"proof: {clip(str(error))}") from error
    if encode_proof(proof) != data:
        raise ProofError("proof: expected its only encoding, found another")
    return proof


@lru_cache(maxsize=3)
def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
