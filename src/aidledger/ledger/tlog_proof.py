"""Proof files (C2SP tlog-proof): that an entry is in a log, checked offline by anybody.

    c2sp.org/tlog-proof@v1
    [extra <base64>]                 not covered by any signature
    index <position of the entry>
    <hash, base64>                   inclusion proof, from the leaf's sibling up; at most 63 lines
    <blank line>
    <checkpoint, with its signatures>

What is checked is always an entry's own bytes against a proof file under the reader's policy. No
function here takes a root or a leaf hash: a hash that comes with the proof proves itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from aidledger.ledger.acceptance import Verdict, accepted
from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.entry import MAX_RECORD_BYTES
from aidledger.ledger.note import MAX_NOTE_BYTES, Note, parse_note
from aidledger.ledger.proof import ProofError, verify_inclusion
from aidledger.ledger.strict import (
    FormatError,
    only_bytes,
    read_after,
    read_base64,
    read_decimal,
    read_hashes,
    write_base64,
)
from aidledger.ledger.tree import leaf_hash
from aidledger.ledger.trust import Policy

FIRST_LINE: Final = b"c2sp.org/tlog-proof@v1"

_WHAT: Final = "proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """A proof file as read: it proves nothing before `check_proof` said so."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""

    def encode(self) -> bytes:
        """Write the file: the bytes it was read from."""
        head = [FIRST_LINE.decode()]
        if self.extra:
            head.append(f"extra {write_base64(self.extra)}")
        head.append(f"index {self.index}")
        head += [write_base64(value) for value in self.hashes]
        return "".join(f"{line}\n" for line in head).encode() + b"\n" + self.checkpoint.encode()


class Proven(NamedTuple):
    """The entry is at `position` of the log; `verdict` says which checkpoint, and who saw it."""

    position: int
    verdict: Verdict


class NotProven(NamedTuple):
    """The file does not prove it, and `why`; that says nothing about the log."""

    why: str


ProofResult: TypeAlias = Proven | NotProven


def parse_proof(data: bytes) -> TlogProof:
    """Read a proof file; nothing in it is verified.

    Raises:
        FormatError: it is none.
    """
    head, blank, note = only_bytes(data, _WHAT, MAX_NOTE_BYTES).partition(b"\n\n")
    if not blank:
        raise FormatError(_WHAT, "a blank line before the checkpoint", data[-40:])
    lines = head.split(b"\n")
    if lines[0] != FIRST_LINE:
        raise FormatError(_WHAT, FIRST_LINE.decode(), lines[0], 1)
    at, extra = 1, b""
    if len(lines) > 1 and lines[1].startswith(b"extra "):
        extra = read_base64(read_after(lines[1], b"extra", _WHAT, 2), "proof extra", 2)
        at = 2
    if len(lines) <= at:
        raise FormatError(_WHAT, '"index ..."', b"", at + 1)
    number = read_after(lines[at], b"index", _WHAT, at + 1)
    checkpoint = parse_note(note)
    parse_checkpoint(checkpoint.text)
    return TlogProof(
        index=read_decimal(number, "proof index", at + 1),
        hashes=read_hashes(lines[at + 1 :], "proof hash", at + 2),
        checkpoint=checkpoint,
        extra=extra,
    )


def check_proof(entry: bytes, proof: bytes, policy: Policy) -> ProofResult:
    """Check that `entry` (a record's exact bytes) is in a log whose checkpoint `policy` accepts.

    Raises:
        FormatError: the file is no proof file.
    """
    leaf = leaf_hash(only_bytes(entry, "entry", MAX_RECORD_BYTES))
    read = parse_proof(proof)
    verdict = accepted(read.checkpoint, policy)
    if not verdict.accepted or verdict.checkpoint is None:
        return NotProven(f"the checkpoint is not accepted: {verdict.why}")
    size, root = verdict.checkpoint.head
    try:
        verify_inclusion(leaf, read.index, size, read.hashes, root)
    except ProofError as error:
        return NotProven(str(error))
    return Proven(read.index, verdict)
