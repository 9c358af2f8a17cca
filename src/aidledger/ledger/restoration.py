r"""The statement by which an auditor allows a ledger that was restored from a backup to go on.

It has the form of a checkpoint, so that a witness's key, which signs nothing else, can sign it in
either kind; its origin is that of no log, and its root is a digest of both heads:

    <origin>/restored
    <size of the restored ledger>
    <base64 of SHA-256(label || lp(origin) || lp(lost size) || lp(lost root)
                             || lp(kept size) || lp(kept root))>
    lost <size> <root>           the head that the mark remembers
    kept <size> <root>           the head of the restored ledger

`label` is "aidledger/restored/v1\n"; sizes are u64 big-endian, lp is a u32 big-endian length and the
bytes (FORMAT section 5). ML-DSA-44 cosignatures leave extension lines out: the digest stands for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, NamedTuple

from aidledger.ledger.checkpoint import Checkpoint, TreeHead, checkpoint_text, parse_checkpoint
from aidledger.ledger.cosignature import check_signature
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.note import Note, Verified, open_note
from aidledger.ledger.strict import FormatError, read_after, read_base64, read_decimal, write_base64
from aidledger.ledger.tree import EMPTY_ROOT, HASH_BYTES

LABEL: Final = b"aidledger/restored/v1\n"
SUFFIX: Final = "/restored"

_WHAT: Final = "restoration"


class Restoration(NamedTuple):
    """A log that had the head `lost` and, restored from a backup, has the head `kept`."""

    origin: str
    lost: TreeHead
    kept: TreeHead

    def text(self) -> bytes:
        """Write the statement.

        Raises:
            FormatError: a part is not of its form, or nothing was lost.
        """
        problem = _problem(self)
        if problem:
            raise FormatError(_WHAT, "two heads of which one was lost", problem)
        text = checkpoint_text(self.origin + SUFFIX, self.kept.size, self._digest())
        return text + _line("lost", self.lost) + _line("kept", self.kept)

    def _digest(self) -> bytes:
        parts = (
            self.origin.encode(),
            self.lost.size.to_bytes(8, "big"),
            self.lost.root,
            self.kept.size.to_bytes(8, "big"),
            self.kept.root,
        )
        hashed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hashlib.sha256(LABEL + hashed).digest()


def parse_restoration(text: bytes) -> Restoration:
    """Read a statement; nobody's signature is verified.

    Raises:
        FormatError: it is none, or its digest is another.
    """
    checkpoint: Checkpoint = parse_checkpoint(text)
    if not checkpoint.origin.endswith(SUFFIX) or len(checkpoint.extensions) != 2:
        raise FormatError(_WHAT, "an origin ending in /restored, and two heads", "another")
    found = Restoration(
        checkpoint.origin.removesuffix(SUFFIX),
        _head(checkpoint.extensions[0], b"lost", 4),
        _head(checkpoint.extensions[1], b"kept", 5),
    )
    if found.text() != text:
        raise FormatError(_WHAT, "the digest and size of its two heads", "others")
    return found


def cosigned_by(note: Note, keys: Iterable[VerifierKey]) -> list[Verified]:
    """Verify who of these keys signed a statement.

    Raises:
        FormatError: it is no statement; of it `NotSignedError`: none did, or a line is bad.
    """
    parse_restoration(note.text)
    return list(open_note(note, keys, check_signature).verified)


def _problem(one: Restoration) -> str:
    if one.kept.size > one.lost.size or one.kept == one.lost:
        return "nothing lost"
    for head in (one.lost, one.kept):
        if len(head.root) != HASH_BYTES or (head.size == 0 and head.root != EMPTY_ROOT):
            return "a root that no tree of this size has"
    return ""


def _line(word: str, head: TreeHead) -> bytes:
    return f"{word} {head.size} {write_base64(head.root)}\n".encode()


def _head(line: bytes, word: bytes, number: int) -> TreeHead:
    size, space, root = read_after(line, word, _WHAT, number).partition(b" ")
    if not space:
        raise FormatError(_WHAT, "a size and a root", line, number)
    return TreeHead(
        read_decimal(size, "size", number), read_base64(root, "root", number, HASH_BYTES)
    )
