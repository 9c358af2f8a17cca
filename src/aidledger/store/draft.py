"""Trusted: what callers hand to the store; an attacker who shapes a draft is met by `seal`.

A draft is an entry before the store gives it cause, version, prev and time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from aidledger.ledger.entry import PolicyPin


class Draft(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An entry that is decided and not yet recorded.

    `data` is canonical JSON, or a struct that is written so; `sealed` maps a field to its commitment (hex). `expected_version` is
    the version of the stream the decision was made on (0: a new stream, None: any).
    """

    type: str
    stream: str
    actor: str
    office: str
    effective_on: str
    data: msgspec.Raw | msgspec.Struct
    policy: PolicyPin | None = None
    sealed: dict[str, str] = {}
    expected_version: int | None = None


class VaultRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One sealed value: ciphertext under the key of its person, and that key, wrapped.

    `commitment` is hex. The wrapped key travels with the row so that the store can insert a new
    key, and refuse one that was replaced or erased meanwhile, in the transaction of the append.
    """

    commitment: str
    person: str
    stream: str
    field: str
    nonce: bytes
    ciphertext: bytes
    wrapped_key: bytes

    def __repr__(self) -> str:
        return f"VaultRow(commitment={self.commitment!r}, field={self.field!r}, …)"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A file that entries name by its SHA-256 (hex)."""

    hash: str
    media_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"Evidence(hash={self.hash!r}, media_type={self.media_type!r}, …)"


class BatchSignature(msgspec.Struct, frozen=True, kw_only=True):
    """What a signer returns for one batch; the bytes are opaque to the store."""

    signature: bytes
    key_id: str


BatchSigner: TypeAlias = Callable[[Sequence[bytes]], BatchSignature]
"""Called inside the transaction with the leaf hashes of the batch, in order."""
