r"""What a witness asks before it cosigns (C2SP tlog-witness, add-checkpoint), as pure decisions.

    request   "old " <size of the last checkpoint it cosigned> "\\n" <proof hashes, a line each>
              "\\n" <checkpoint with the log's signature>
    answer    200 and signature lines; 409 and the witness's own size; or another refusal

The same bytes travel over HTTP or as files. Whoever calls `decide` holds a lock on the log's state
from reading it until the new head is durable, and signs only after that: otherwise two requests
can take one another's place, and the witness would sign a fork (the race that the specification
spells out).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from aidledger.ledger.checkpoint import Checkpoint, TreeHead, compare, parse_checkpoint
from aidledger.ledger.cosignature import check_signature, cosign, timestamp_of
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.note import (
    MAX_NOTE_BYTES,
    Note,
    NotSignedError,
    add_signatures,
    open_note,
    parse_note,
    parse_signatures,
)
from aidledger.ledger.signing import Signer
from aidledger.ledger.strict import (
    FormatError,
    only_bytes,
    read_after,
    read_decimal,
    read_hashes,
    split_lines,
    write_base64,
)
from aidledger.ledger.tree import EMPTY_ROOT

SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
NOTHING_SEEN: Final = TreeHead(0, EMPTY_ROOT)

Status = Literal[400, 403, 404, 409, 422]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A checkpoint to be cosigned, and the proof that it extends the one of `old_size`."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note states, before anybody verified it."""
        return parse_checkpoint(self.note.text)

    def encode(self) -> bytes:
        """Write the request: the bytes it was read from."""
        lines = [f"old {self.old_size}", *map(write_base64, self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.note.encode()


class LogState(NamedTuple):
    """What a witness knows of one log: the keys it trusts for it, the head it cosigned last."""

    keys: tuple[VerifierKey, ...]
    head: TreeHead = NOTHING_SEEN


class Granted(NamedTuple):
    """Every check passed: make `head` durable, then answer with `cosign_lines`."""

    note: Note
    head: TreeHead


class Refusal(NamedTuple):
    """No cosignature. `contradicts`: the log signed two roots at one size, so keep this request."""

    status: Status
    body: bytes
    content_type: str = TEXT_TYPE
    contradicts: bool = False


Decision: TypeAlias = Granted | Refusal


def parse_request(data: bytes) -> Request:
    """Read an add-checkpoint request; its signatures and proof are not verified.

    Raises:
        FormatError: it is none (status 400, `malformed`).
    """
    head, blank, note = only_bytes(data, "request", MAX_NOTE_BYTES).partition(b"\n\n")
    if not blank:
        raise FormatError("request", "a blank line before the checkpoint", data[-40:])
    lines = head.split(b"\n")
    size = read_decimal(read_after(lines[0], b"old", "request", 1), "old size", 1)
    read = parse_note(note)
    parse_checkpoint(read.text)
    return Request(old_size=size, proof=read_hashes(lines[1:], "proof hash", 2), note=read)


def malformed(error: FormatError) -> Refusal:
    """Answer bytes that are no request."""
    return _refuse(400, str(error))


def decide(state: LogState | None, request: Request) -> Decision:
    """Decide whether to cosign; `state` is that of the request's origin, None if it is unknown."""
    checkpoint = request.checkpoint
    if state is None or not state.keys:
        return _refuse(404, "the witness knows no log of this origin")
    keys = [key for key in state.keys if key.name == checkpoint.origin]
    try:
        open_note(request.note, keys, check_signature)
    except NotSignedError as error:
        return _refuse(403, str(error))
    seen = state.head
    forked = checkpoint.size == seen.size and checkpoint.root != seen.root
    if request.old_size > checkpoint.size:
        return _refuse(400, "the old size is above that of the checkpoint", forked)
    if request.old_size != seen.size:
        return Refusal(409, b"%d\n" % seen.size, SIZE_TYPE, forked)
    known = Checkpoint(origin=checkpoint.origin, size=seen.size, root=seen.root)
    found = compare(known, checkpoint, request.proof)
    if found.relation not in {"same", "extends"} or (found.relation == "same" and request.proof):
        why = found.why if found.relation != "same" else "no proof belongs between equal sizes"
        return _refuse(422, why, forked)
    return Granted(request.note, checkpoint.head)


def cosign_lines(granted: Granted, signers: Sequence[Signer], timestamp: int) -> bytes:
    """Write the body of the answer 200, after the new head was made durable.

    Raises:
        FormatError: there is no signer, one is no witness's, or the time is none.
        SigningError: a signature does not verify.
    """
    lines = [cosign(granted.note.text, signer, timestamp).line() for signer in signers]
    if not lines:
        raise FormatError("signers", "at least one", "none")
    return b"".join(lines)


def take_answer(note: Note, body: bytes, keys: Iterable[VerifierKey]) -> Note:
    """Add a witness's cosignatures to the checkpoint that it was asked about.

    Lines of keys other than `keys` are left out; at least one line must be of theirs, with a time.

    Raises:
        FormatError: the body is no answer; of it `NotSignedError`: it does not verify.
    """
    opened = open_note(Note(note.text, parse_signatures(body)), keys, check_signature)
    lines = [one.signature for one in opened.verified]
    if any(timestamp_of(line.signature) == 0 for line in lines):
        raise NotSignedError("cosignature", "a time", "0")
    return add_signatures(note, lines)


def read_size(body: bytes) -> int:
    """Read the body of an answer 409: the size of the checkpoint that the witness cosigned last.

    Raises:
        FormatError: it is not one decimal number on one line.
    """
    lines = split_lines(only_bytes(body, "size", 100), "size")
    if len(lines) != 1:
        raise FormatError("size", "one line", f"{len(lines)} lines")
    return read_decimal(lines[0], "size", 1)


def _refuse(status: Status, why: str, contradicts: bool = False) -> Refusal:
    return Refusal(status, f"{why}\n".encode(), TEXT_TYPE, contradicts)
