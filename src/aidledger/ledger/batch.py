r"""Signatures of batches: an actor's key over the entries that one append wrote.

    statement = canonical JSON {"count":…,"origin":…,"root":…,"seen":null or {"root":…,"size":…}}
    signed    = "DSSEv1 " len(type) " " type " " len(statement) " " statement       (DSSE v1, PAE)
    stored    = signature (64) [|| size of `seen`, u64 big-endian || root of `seen` (32)]

`root` is that of the tree (RFC 6962) over the batch's own leaves, so which entries and in which
order is bound; `origin` is the log, so that no batch is valid in another. `seen` is the newest
checkpoint that the actor knew: the batch was not made before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from aidledger.ledger import canonical
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.keys import ED25519_SIGNATURE_BYTES, KeyKind, VerifierKey, check_name
from aidledger.ledger.signing import Signer, sign_checked
from aidledger.ledger.strict import FormatError, only_bytes
from aidledger.ledger.tree import HASH_BYTES, root_of_leaves

PAYLOAD_TYPE: Final = b"application/vnd.aidledger.batch+json;v=1"

_SIZE_BYTES: Final = 8
_SEEN_BYTES: Final = _SIZE_BYTES + HASH_BYTES


class BatchSignature(NamedTuple):
    """What is stored of one: the signature (64 bytes), and the checkpoint the actor knew, if any."""

    signature: bytes
    seen: TreeHead | None

    def encode(self) -> bytes:
        """Write 64 or 104 bytes."""
        if self.seen is None:
            return self.signature
        return self.signature + self.seen.size.to_bytes(_SIZE_BYTES, "big") + self.seen.root


def pre_authentication(payload_type: bytes, body: bytes) -> bytes:
    """Write the pre-authentication encoding of DSSE v1: typed, with lengths, nothing to guess."""
    return b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type, len(body), body)


def statement(origin: str, leaves: Sequence[bytes], seen: TreeHead | None) -> bytes:
    """Write what a batch's actor signs: canonical JSON over the batch's leaf hashes, in order.

    Raises:
        FormatError: no leaf, or an argument is not of its form.
    """
    named = _origin_json(origin)
    if not leaves or any(type(leaf) is not bytes or len(leaf) != HASH_BYTES for leaf in leaves):
        raise FormatError("batch", f"leaf hashes of {HASH_BYTES} bytes, at least one", len(leaves))
    root, known = root_of_leaves(leaves).hex(), "null"
    if seen is not None:
        if not _is_head(seen):
            raise FormatError("batch", "a size and a root of 32 bytes as seen", "another value")
        known = f'{{"root":"{seen.root.hex()}","size":{seen.size}}}'
    # written by hand, as every batch of a ledger is verified; a test compares it with `canonical`
    return f'{{"count":{len(leaves)},"origin":{named},"root":"{root}","seen":{known}}}'.encode()


@lru_cache(maxsize=64)
def _origin_json(origin: str) -> str:
    try:
        return canonical.encode(check_name(origin, "origin")).decode()
    except canonical.CanonicalError as error:  # not in NFC
        raise FormatError("origin", error.expected, error.found) from None


def sign_batch(
    signer: Signer, origin: str, leaves: Sequence[bytes], seen: TreeHead | None
) -> BatchSignature:
    """Sign a batch of entries, given by their leaf hashes in order.

    Raises:
        FormatError: the key is not for batches, or an argument is not of its form.
        SigningError: the signature does not verify.
    """
    if signer.key.kind is not KeyKind.BATCH:
        raise FormatError("signer", "a key for batches", signer.key.kind.name)
    message = pre_authentication(PAYLOAD_TYPE, statement(origin, leaves, seen))
    return BatchSignature(sign_checked(signer, message), seen)


def parse_batch_signature(data: bytes) -> BatchSignature:
    """Read what is stored of a batch's signature; it is not verified.

    Raises:
        FormatError: it has another length than 64 or 104 bytes, or an impossible size.
    """
    only_bytes(data, "batch signature", ED25519_SIGNATURE_BYTES + _SEEN_BYTES)
    signature, rest = data[:ED25519_SIGNATURE_BYTES], data[ED25519_SIGNATURE_BYTES:]
    if len(data) == ED25519_SIGNATURE_BYTES:
        return BatchSignature(signature, None)
    size = int.from_bytes(rest[:_SIZE_BYTES], "big")
    if len(rest) != _SEEN_BYTES or size > canonical.INTEGER_LIMIT:
        raise FormatError("batch signature", "64 bytes, or 104 with a size", f"{len(data)} bytes")
    return BatchSignature(signature, TreeHead(size, rest[_SIZE_BYTES:]))


def verify_batch(
    key: VerifierKey, origin: str, leaves: Sequence[bytes], signed: BatchSignature
) -> bool:
    """Whether this key signed these entries for this log; never raises.

    The leaf hashes are those of the records at hand, hashed by whoever verifies.
    """
    if key.kind is not KeyKind.BATCH:
        return False
    try:
        body = statement(origin, leaves, signed.seen)
    except FormatError:
        return False
    return key.verify(signed.signature, pre_authentication(PAYLOAD_TYPE, body))


def _is_head(seen: TreeHead) -> bool:
    size, root = seen
    whole = type(size) is int and 0 <= size <= canonical.INTEGER_LIMIT
    return whole and type(root) is bytes and len(root) == HASH_BYTES
