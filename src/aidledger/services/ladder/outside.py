"""What a verifier brings along: checkpoints, a policy and proofs that the operator did not hand over now."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from aidledger.ledger.checkpoint import Checkpoint, parse_checkpoint
from aidledger.ledger.note import MAX_NOTE_BYTES, Note, parse_note
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy, parse_policy
from aidledger.services.problems import ServiceError

_USAGE: Final = 2
_MAX_PROOF_FILE: Final = 10_000_000


class SignedFile(msgspec.Struct, frozen=True):
    """A checkpoint's note and what it is called by; nothing in it is verified."""

    name: str
    note: Note
    checkpoint: Checkpoint


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence from outside the database.

    `proofs` are named files, None where none were asked for; a file of which there is nothing to
    read (a pipe, a link to nowhere) has None. `policy_hash` is the SHA-256 (hex) of the policy's file,
    empty where it is not known.
    """

    checkpoints: tuple[SignedFile, ...] = ()
    policy: Policy | None = None
    policy_hash: str = ""
    proofs: tuple[tuple[str, bytes | None], ...] | None = None


def read_outside(
    checkpoints: Iterable[str] = (), policy: str | None = None, proofs: str | None = None
) -> Outside:
    """Read the files that a verifier names; `proofs` is a folder.

    Raises:
        ServiceError: a file can't be read, or is not what it is given as.

    """
    content = b"" if policy is None else _bytes(Path(policy), MAX_NOTE_BYTES)
    return Outside(
        checkpoints=tuple(_checkpoint(name) for name in checkpoints),
        policy=None if policy is None else _policy(policy, content),
        policy_hash="" if policy is None else hashlib.sha256(content).hexdigest(),
        proofs=None if proofs is None else _folder(proofs),
    )


def signed_file(name: str, data: bytes) -> SignedFile:
    """Read the note of a checkpoint.

    Raises:
        FormatError: the bytes are none.

    """
    note = parse_note(data)
    return SignedFile(name, note, parse_checkpoint(note.text))


def _checkpoint(name: str) -> SignedFile:
    try:
        return signed_file(name, _bytes(Path(name), MAX_NOTE_BYTES))
    except FormatError as error:
        raise ServiceError(f"{name}: expected a checkpoint: {error}", exit_code=_USAGE) from None


def _policy(name: str, content: bytes) -> Policy:
    try:
        return parse_policy(content)
    except FormatError as error:
        raise ServiceError(f"{name}: expected a policy: {error}", exit_code=_USAGE) from None


def _folder(name: str) -> tuple[tuple[str, bytes | None], ...]:
    """Return all files of a folder and of those below it; links to folders are not followed."""
    root = Path(name)
    try:
        paths = sorted(
            Path(folder) / file
            for folder, below, files in os.walk(root, onerror=_raise)
            for file in [*files, *(one for one in below if (Path(folder) / one).is_symlink())]
        )
    except OSError as error:
        raise _unreadable(name, error) from None
    return tuple(
        (str(path.relative_to(root)), _bytes(path, _MAX_PROOF_FILE) if path.is_file() else None)
        for path in paths
    )


def _raise(error: OSError) -> None:
    raise error


def _bytes(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise _unreadable(str(path), error) from None


def _unreadable(name: str, error: OSError) -> ServiceError:
    return ServiceError(f"{name}: {error.strerror or 'cannot be read'}", exit_code=_USAGE)
