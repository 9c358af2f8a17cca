"""Public keys of logs, cosigners and officers, and their one-line text (C2SP signed-note *vkey*).

    <name>+<hex key id>+<base64(kind || public key)>
    key id = first 4 bytes of SHA-256(name || 0x0A || kind || public key)

A key has one kind, and signs for nothing else: the kind is part of its id. A key id tells keys
apart and proves nothing; what is trusted is the whole key.

Ed25519 signatures are checked as RFC 8032 section 5.1.7 has it, in its form without cofactor: S is
below the order, and R is compared as bytes (so it is canonical). With the keys that `curve` admits
the other reading differs only on signatures that nobody but the key's owner can make.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from aidledger.ledger.curve import point_problem
from aidledger.ledger.strict import FormatError, only_bytes, read_base64, read_hex, write_base64

KEY_ID_BYTES: Final = 4
ED25519_SIGNATURE_BYTES: Final = 64
ML_DSA_44_PUBLIC_BYTES: Final = 1312
ML_DSA_44_SIGNATURE_BYTES: Final = 2420
NAME_BYTES_MAX: Final = 255
"""C2SP tlog-cosignature writes the length of a name in one byte."""

_ML_DSA_SEED_BYTES: Final = 32
_VKEY_LIMIT: Final = 4096

# Unicode's White_Space, the plus sign, and the control characters that no note may hold
_not_in_names = re.compile(r"[\x00-\x20+\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


class KeyKind(Enum):
    """What a key signs and how; the value is the byte (or bytes) that begin its vkey material.

    `BATCH` is ours, in the space that signed-note leaves to private kinds (0xff and a long name).
    """

    NOTE = b"\x01"
    COSIGNATURE = b"\x04"
    COSIGNATURE_ML_DSA = b"\x06"
    BATCH = b"\xffaidledger/batch/v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key with its name; making one checks it.

    `public` is 32 bytes (RFC 8032) or, of kind `COSIGNATURE_ML_DSA`, 1,312 bytes (FIPS 204).

    Raises:
        FormatError: the name or the key is none.
    """

    name: str
    kind: KeyKind
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name, "key name")
        problem = _public_problem(self.kind, only_bytes(self.public, "public key", _VKEY_LIMIT))
        if problem:
            raise FormatError("public key", "a key that only its owner can sign with", problem)

    @property
    def key_id(self) -> bytes:
        """4 bytes that stand before each signature in a note."""
        return key_id(self.name, self.kind.value + self.public)

    @property
    def label(self) -> str:
        """Name and key id in hex, joined by a plus sign: what people and columns call it by."""
        return f"{self.name}+{self.key_id.hex()}"

    def vkey(self) -> str:
        """Text of the key, as policy files and vkey files hold it."""
        return f"{self.label}+{write_base64(self.kind.value + self.public)}"

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made this signature over this message; never raises."""
        if self.kind is KeyKind.COSIGNATURE_ML_DSA:
            return verify_ml_dsa_44(self.public, signature, message)
        return verify_ed25519(self.public, signature, message)


def parse_vkey(text: bytes) -> VerifierKey:
    """Read the text of a key, without a newline.

    Raises:
        FormatError: it has another form, another key id than its key, or a key that is refused.
    """
    parts = only_bytes(text, "vkey", _VKEY_LIMIT).split(b"+", 2)
    if len(parts) != 3:
        raise FormatError("vkey", "name+id+key", text)
    name = read_name(parts[0], "vkey name")
    given = read_hex(parts[1], "vkey id", KEY_ID_BYTES)
    material = read_base64(parts[2], "vkey key")
    for kind in KeyKind:
        if material.startswith(kind.value):
            key = VerifierKey(name=name, kind=kind, public=material[len(kind.value) :])
            if given != key.key_id:
                raise FormatError("vkey id", key.key_id.hex(), given.hex())
            return key
    raise FormatError("vkey key", "kind 0x01, 0x04, 0x06 or of a batch", material[:1].hex())


def key_id(name: str, material: bytes) -> bytes:
    """First 4 bytes of SHA-256(name || 0x0A || kind || public key)."""
    return hashlib.sha256(name.encode() + b"\n" + material).digest()[:KEY_ID_BYTES]


def read_name(data: bytes, what: str, line: int | None = None) -> str:
    """Read the name of a key: UTF-8, not empty, without spaces, plus and control characters.

    Raises:
        FormatError: it is none.
    """
    try:
        name = data.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(what, "UTF-8", data, line) from None
    return check_name(name, what, line)


def check_name(name: str, what: str, line: int | None = None) -> str:
    """Give back a text that may name a key (C2SP signed-note, at most 255 bytes).

    Raises:
        FormatError: it may not.
    """
    if type(name) is not str or not name or _not_in_names.search(name):
        raise FormatError(what, "a name without spaces, plus and control characters", name, line)
    if len(name.encode("utf-8", "replace")) > NAME_BYTES_MAX or not _is_utf8(name):
        raise FormatError(what, f"at most {NAME_BYTES_MAX} bytes of UTF-8", name, line)
    return name


def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Check a signature of 64 bytes (RFC 8032 section 5.1.7, without cofactor); never raises.

    It says nothing of the key: see `VerifierKey` for which keys count.
    """
    if not _all_bytes(public, signature, message) or len(signature) != ED25519_SIGNATURE_BYTES:
        return False
    try:
        _ed25519(public).verify(signature, message)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def verify_ml_dsa_44(public: bytes, signature: bytes, message: bytes) -> bool:
    """Check an ML-DSA-44 signature (FIPS 204, no pre-hash, empty context); never raises.

    It says nothing of the key: see `VerifierKey` for which keys count.
    """
    if not _all_bytes(public, signature, message) or len(signature) != ML_DSA_44_SIGNATURE_BYTES:
        return False
    try:
        _ml_dsa_44(public).verify(signature, message)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


@lru_cache(maxsize=1024)
def _ed25519(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


@lru_cache(maxsize=64)
def _ml_dsa_44(public: bytes) -> MLDSA44PublicKey:
    return MLDSA44PublicKey.from_public_bytes(public)


def _public_problem(kind: KeyKind, public: bytes) -> str | None:
    if kind is not KeyKind.COSIGNATURE_ML_DSA:
        return point_problem(public)
    if len(public) != ML_DSA_44_PUBLIC_BYTES:
        return f"{len(public)} bytes, not {ML_DSA_44_PUBLIC_BYTES}"
    # t1 of zeros hides no secret: anybody can make signatures that verify under it
    return None if any(public[_ML_DSA_SEED_BYTES:]) else "a key whose vector is zero"


def _all_bytes(*values: object) -> bool:
    return all(type(value) is bytes for value in values)


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
