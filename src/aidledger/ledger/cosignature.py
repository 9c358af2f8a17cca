r"""Cosignatures (C2SP tlog-cosignature): a witness saw this checkpoint, consistent, at this time.

    signature line = "— " name " " base64(key id || timestamp || signature)
    timestamp      = seconds since 1970-01-01T00:00:00Z, u64 big-endian, at most 2^63 - 1

    Ed25519 (0x04) signs   "cosignature/v1\ntime " timestamp "\n" || text of the checkpoint
    ML-DSA-44 (0x06) signs "subtree/v1\n\0" || u8 length || name || u64 timestamp
                           || u8 length || origin || u64 start = 0 || u64 end = size || root

The Ed25519 form does not name the cosigner, so a key must be of one cosigner only; the ML-DSA-44
form does, and leaves extension lines out. A log may sign its own checkpoints in the latter form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aidledger.ledger.checkpoint import Checkpoint, checkpoint_text, parse_checkpoint
from aidledger.ledger.keys import NAME_BYTES_MAX, KeyKind, VerifierKey
from aidledger.ledger.note import Note, NoteSignature
from aidledger.ledger.signing import Signer, sign_checked
from aidledger.ledger.strict import SIZE_LIMIT, FormatError

TIMESTAMP_BYTES: Final = 8
LOG_KINDS: Final = frozenset({KeyKind.NOTE, KeyKind.COSIGNATURE_ML_DSA})
WITNESS_KINDS: Final = frozenset({KeyKind.COSIGNATURE, KeyKind.COSIGNATURE_ML_DSA})

_SUBTREE_LABEL: Final = b"subtree/v1\n\0"


def sign_checkpoint(
    origin: str, size: int, root: bytes, signers: Sequence[Signer], timestamp: int
) -> Note:
    """Sign a checkpoint with the log's own keys; each bears the log's name.

    Whoever calls this must have kept the root of this size before, and must never sign another.

    Raises:
        FormatError: an argument is not of its form, there is no signer, or one is no log's.
        SigningError: a signature does not verify.
    """
    text = checkpoint_text(origin, size, root)
    lines = []
    for signer in signers:
        if signer.key.name != origin or signer.key.kind not in LOG_KINDS:
            raise FormatError("signer", f"a log key named {origin}", signer.key.label)
        lines.append(sign_text(text, signer, timestamp))
    if not lines:
        raise FormatError("signers", "at least one", "none")
    return Note(text, tuple(lines))


def cosign(text: bytes, signer: Signer, timestamp: int) -> NoteSignature:
    """Cosign the text of a checkpoint that was found consistent, at `timestamp` (seconds, > 0).

    Raises:
        FormatError: the text is no checkpoint, the time is none, or the key is no witness's.
        SigningError: the signature does not verify.
    """
    if signer.key.kind not in WITNESS_KINDS:
        raise FormatError("signer", "a key for cosignatures (0x04, 0x06)", signer.key.kind.name)
    return sign_text(text, signer, timestamp)


def sign_text(text: bytes, signer: Signer, timestamp: int) -> NoteSignature:
    """Sign the text of a checkpoint in the form of the key's kind; plain ones have no timestamp.

    Raises:
        FormatError: the text is no checkpoint, or the time is none.
        SigningError: the signature does not verify.
    """
    key = signer.key
    checkpoint = parse_checkpoint(text)
    if key.kind is KeyKind.NOTE:
        return NoteSignature(key.name, key.key_id, sign_checked(signer, text))
    if type(timestamp) is not int or not 0 < timestamp <= SIZE_LIMIT:
        raise FormatError("timestamp", f"an integer from 1 to {SIZE_LIMIT}", timestamp)
    message = _message(key, text, checkpoint, timestamp)
    if message is None:
        raise FormatError("signer", "a key and an origin for cosignatures", key.label)
    signed = timestamp.to_bytes(TIMESTAMP_BYTES, "big") + sign_checked(signer, message)
    return NoteSignature(key.name, key.key_id, signed)


def check_signature(key: VerifierKey, text: bytes, signature: bytes) -> bool:
    """Whether a key signed or cosigned the text of a checkpoint: the check for `open_note`.

    It never raises; a text that is no checkpoint is signed by nobody.
    """
    try:
        checkpoint = parse_checkpoint(text)
    except FormatError:
        return False
    if key.kind is KeyKind.NOTE:
        return key.verify(signature, text)
    timestamp = timestamp_of(signature)
    message = _message(key, text, checkpoint, timestamp)
    if message is None or timestamp > SIZE_LIMIT:
        return False
    return key.verify(signature[TIMESTAMP_BYTES:], message)


def timestamp_of(signature: bytes) -> int:
    """Time of a cosignature, in seconds since 1970; what it says counts after it was verified."""
    return int.from_bytes(signature[:TIMESTAMP_BYTES], "big")


def _message(key: VerifierKey, text: bytes, checkpoint: Checkpoint, timestamp: int) -> bytes | None:
    match key.kind:
        case KeyKind.COSIGNATURE:
            return f"cosignature/v1\ntime {timestamp}\n".encode() + text
        case KeyKind.COSIGNATURE_ML_DSA:
            origin = checkpoint.origin.encode()
            if len(origin) > NAME_BYTES_MAX:
                return None
            return b"".join(
                (
                    _SUBTREE_LABEL,
                    _short(key.name.encode()),
                    timestamp.to_bytes(8, "big"),
                    _short(origin),
                    bytes(8),
                    checkpoint.size.to_bytes(8, "big"),
                    checkpoint.root,
                )
            )
        case _:
            return None


def _short(value: bytes) -> bytes:
    return bytes([len(value)]) + value
