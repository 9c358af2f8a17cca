r"""Signed notes (C2SP signed-note): a text, a blank line, and a line for each signature.

    text = lines, the last one ended too; UTF-8; no control character but the newline
    "\n"
    "— " name " " base64(key id of 4 bytes || signature) "\n"        one or more, U+2014

The text says nothing until a signature of a key that the reader already trusts was verified:
`open_note` is the only way to that. Bounds: 1,000,000 bytes, 100 signatures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from aidledger.ledger.keys import KEY_ID_BYTES, KeyKind, VerifierKey, read_name
from aidledger.ledger.signing import Signer, sign_checked
from aidledger.ledger.strict import (
    FormatError,
    only_bytes,
    read_base64,
    split_lines,
    write_base64,
)

MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
"""signed-note demands at least 16; as many as the Go implementation takes."""

_DASH: Final = "\u2014 ".encode()
_control = re.compile(rb"[\x00-\x09\x0b-\x1f]").search


class NoteSignature(NamedTuple):
    """One signature line: who (`name` and `key_id`, 4 bytes), and what their key made."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> bytes:
        """Write the line, with its newline."""
        value = write_base64(self.key_id + self.signature)
        return _DASH + f"{self.name} {value}\n".encode()


class Note(NamedTuple):
    """A text with signatures nobody has verified yet."""

    text: bytes
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """Write the note: the bytes it was read from."""
        return self.text + b"\n" + b"".join(one.line() for one in self.signatures)


class Verified(NamedTuple):
    """A signature that was verified, and the trusted key that did it."""

    key: VerifierKey
    signature: NoteSignature


class Opened(NamedTuple):
    """A note that a trusted key signed. `unverified` are lines of keys that nobody vouched for."""

    note: Note
    verified: tuple[Verified, ...]
    unverified: tuple[NoteSignature, ...]


class NotSignedError(FormatError):
    """A note that no trusted key signed, or with a line that a trusted key did not make."""


Check = Callable[[VerifierKey, bytes, bytes], bool]
"""Whether a key made a signature over the text of a note, by the rules of the key's kind."""


def check_plain(key: VerifierKey, text: bytes, signature: bytes) -> bool:
    """Check an Ed25519 signature over the text itself (kind 0x01); no for every other kind."""
    return key.kind is KeyKind.NOTE and key.verify(signature, text)


def parse_note(data: bytes) -> Note:
    """Read a note; its signatures are not verified.

    Raises:
        FormatError: the bytes are no note.
    """
    only_bytes(data, "note", MAX_NOTE_BYTES)
    split = data.rfind(b"\n\n")
    if split < 0:
        raise FormatError("note", "a blank line before the signatures", data[:80])
    text = check_text(data[: split + 1])
    first = text.count(b"\n") + 2
    return Note(text, parse_signatures(data[split + 2 :], first))


def check_text(text: bytes) -> bytes:
    """Give back bytes that may be the text of a note.

    Raises:
        FormatError: they may not.
    """
    only_bytes(text, "note text", MAX_NOTE_BYTES)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        at = text.count(b"\n", 0, error.start) + 1
        raise FormatError("note text", "UTF-8", text[error.start :][:20], at) from None
    if found := _control(text):
        at = text.count(b"\n", 0, found.start()) + 1
        raise FormatError("note text", "no control characters", found.group(), at)
    split_lines(text, "note text")
    return text


def parse_signatures(data: bytes, first_line: int = 1) -> tuple[NoteSignature, ...]:
    """Read signature lines alone, as they end a note, or as a witness answers.

    Raises:
        FormatError: there is none, one is malformed, or there are more than `MAX_SIGNATURES`.
    """
    lines = split_lines(only_bytes(data, "signatures", MAX_NOTE_BYTES), "signatures")
    if len(lines) > MAX_SIGNATURES:
        raise FormatError("signatures", f"at most {MAX_SIGNATURES}", f"{len(lines)}", first_line)
    return tuple(_signature(line, first_line + at) for at, line in enumerate(lines))


def open_note(note: Note, keys: Iterable[VerifierKey], check: Check = check_plain) -> Opened:
    """Verify a note against the keys that the reader trusts.

    Lines of unknown (name, key id) are passed over. Each line of a known one must verify, a second
    one by the same key too; at least one must.

    Raises:
        NotSignedError: a known key's line does not verify, no line is of a known key, or two
            known keys have the name and id of a line.
    """
    known: dict[tuple[str, bytes], list[VerifierKey]] = {}
    for key in keys:
        known.setdefault((key.name, key.key_id), []).append(key)
    verified, unverified = [], []
    for one in dict.fromkeys(note.signatures):
        candidates = known.get((one.name, one.key_id), [])
        if len(candidates) > 1:
            raise NotSignedError("signature", "one key of this name and id", one.name)
        if not candidates:
            unverified.append(one)
        elif check(candidates[0], note.text, one.signature):
            verified.append(Verified(candidates[0], one))
        else:
            raise NotSignedError("signature", f"a valid one of {candidates[0].label}", "another")
    if not verified:
        raise NotSignedError("note", "a signature of a known key", f"{len(unverified)} of others")
    return Opened(note, tuple(verified), tuple(unverified))


def sign_note(note: Note, signer: Signer) -> Note:
    """Add a plain Ed25519 signature over the text (kind 0x01).

    Raises:
        FormatError: the text may not be that of a note, or the key is of another kind.
        SigningError: the signature does not verify.
    """
    check_text(note.text)
    if signer.key.kind is not KeyKind.NOTE:
        raise FormatError("signer", "a key for notes (0x01)", signer.key.kind.name)
    signature = sign_checked(signer, note.text)
    return add_signatures(note, [NoteSignature(signer.key.name, signer.key.key_id, signature)])


def add_signatures(note: Note, signatures: Iterable[NoteSignature]) -> Note:
    """Put lines behind those that are there; a line that is there already is not repeated."""
    return Note(note.text, tuple(dict.fromkeys((*note.signatures, *signatures))))


def _signature(line: bytes, number: int) -> NoteSignature:
    what = "signature"
    if not line.startswith(_DASH):
        raise FormatError(what, "U+2014, a space, a name and base64", line, number)
    name, space, value = line.removeprefix(_DASH).partition(b" ")
    if not space:
        raise FormatError(what, "a name, a space and base64", line, number)
    named = read_name(name, "signature name", number)
    raw = read_base64(value, what, number)
    if len(raw) <= KEY_ID_BYTES:
        raise FormatError(what, "a key id and a signature", f"{len(raw)} bytes", number)
    return NoteSignature(named, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])
