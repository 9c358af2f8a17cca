"""Whoever signs: the shape of a signer, and the plain one that holds its seed in memory.

Everything that signs takes a `Signer`, so that a key may lie in a file, in memory or in a token.
"""

from __future__ import annotations

from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.strict import FormatError

SEED_BYTES: Final = 32
"""Of an Ed25519 private key (RFC 8032) and of an ML-DSA one (FIPS 204)."""


class Signer(Protocol):
    """Holds a private key, or reaches the device that holds it."""

    @property
    def key(self) -> VerifierKey:
        """The public key, with its name and kind."""

    def sign(self, message: bytes) -> bytes:
        """Sign exactly these bytes: 64 bytes of Ed25519, or 2,420 of ML-DSA-44."""


class SigningError(RuntimeError):
    """A signer gave something that its own key does not verify; nothing was signed."""


class SeedSigner:
    """Signs with a private key made from a seed of 32 bytes.

    Ed25519 signatures of one message are always the same; the library salts those of ML-DSA-44.

    Raises:
        FormatError: the name or the seed is none.
    """

    __slots__ = ("_private", "key")

    def __init__(self, name: str, kind: KeyKind, seed: bytes) -> None:
        if type(seed) is not bytes or len(seed) != SEED_BYTES:
            raise FormatError("seed", f"{SEED_BYTES} bytes", "another value")
        self._private = (
            MLDSA44PrivateKey.from_seed_bytes(seed)
            if kind is KeyKind.COSIGNATURE_ML_DSA
            else Ed25519PrivateKey.from_private_bytes(seed)
        )
        public = self._private.public_key().public_bytes_raw()
        self.key: Final = VerifierKey(name=name, kind=kind, public=public)

    def sign(self, message: bytes) -> bytes:
        """Sign exactly these bytes."""
        return self._private.sign(message)


def sign_checked(signer: Signer, message: bytes) -> bytes:
    """Sign, and check the signature before anybody sees it.

    Raises:
        SigningError: it does not verify (a faulty device, or a key that is not the signer's).
    """
    signature = signer.sign(message)
    if not signer.key.verify(signature, message):
        raise SigningError(f"signer {signer.key.label}: its signature does not verify")
    return signature
