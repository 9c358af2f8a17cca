r"""A misbehaviour bundle: a log's two signatures that cannot both be honest, for a third party.

    aidledger/misbehaviour/v1
    [root <base64>]              the newer tree's root at the older size
    <hash, base64>               consistency proof from that root to the newer checkpoint's
    <blank line>
    <older checkpoint, with signatures>
    <blank line>
    <newer checkpoint, with signatures>

Two roots at one size need no more than the two notes. Of two sizes, a consistency proof that fails
shows nothing by itself: anybody can damage a proof. The bundle therefore shows the opposite: a
proof that *holds* between the newer checkpoint and what its tree has at the older size, and that
this is not the root that the older checkpoint states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from aidledger.ledger.acceptance import Verdict, accepted
from aidledger.ledger.checkpoint import Checkpoint, parse_checkpoint
from aidledger.ledger.note import MAX_NOTE_BYTES, Note, parse_note
from aidledger.ledger.proof import ProofError, verify_consistency
from aidledger.ledger.strict import (
    FormatError,
    only_bytes,
    read_after,
    read_base64,
    read_hashes,
    write_base64,
)
from aidledger.ledger.tree import HASH_BYTES
from aidledger.ledger.trust import Policy

FIRST_LINE: Final = b"aidledger/misbehaviour/v1"

_WHAT: Final = "misbehaviour bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Two notes of one log, the smaller size first; nothing in it is verified.

    `root` and `proof` are there where the sizes differ: the root (32 bytes) that the newer tree has
    at the older size, and the consistency proof from there to the newer size.
    """

    older: Note
    newer: Note
    root: bytes | None = None
    proof: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Write the bundle: the bytes it was read from."""
        head = [FIRST_LINE.decode()]
        if self.root is not None:
            head.append(f"root {write_base64(self.root)}")
        head += map(write_base64, self.proof)
        lines = "".join(f"{line}\n" for line in head).encode()
        return lines + b"\n" + self.older.encode() + b"\n" + self.newer.encode()


class Misbehaved(NamedTuple):
    """The log contradicted itself: `why`, its two checkpoints, the keys that signed them.

    `witnesses` are keys (labels) that cosigned both: they did not do their part either.
    """

    why: str
    older: Checkpoint
    newer: Checkpoint
    signers: tuple[str, ...]
    witnesses: tuple[str, ...]


class NotShown(NamedTuple):
    """The bundle does not show it, and `why`; that does not say that the log is honest."""

    why: str


BundleResult: TypeAlias = Misbehaved | NotShown


def parse_bundle(data: bytes) -> Bundle:
    """Read a bundle.

    Raises:
        FormatError: it is none.
    """
    # no text of a checkpoint has a blank line, so these five parts are all there can be
    parts = only_bytes(data, _WHAT, 3 * MAX_NOTE_BYTES).split(b"\n\n")
    if len(parts) != 5:
        raise FormatError(_WHAT, "two notes behind a blank line each", f"{len(parts)} parts")
    lines = parts[0].split(b"\n")
    if lines[0] != FIRST_LINE:
        raise FormatError(_WHAT, FIRST_LINE.decode(), lines[0], 1)
    root, rest = None, lines[1:]
    if rest and rest[0].startswith(b"root "):
        root = read_base64(read_after(rest[0], b"root", _WHAT, 2), "root", 2, HASH_BYTES)
        rest = rest[1:]
    older = parse_note(parts[1] + b"\n\n" + parts[2] + b"\n")
    newer = parse_note(parts[3] + b"\n\n" + parts[4])
    if parse_checkpoint(older.text).size > parse_checkpoint(newer.text).size:
        raise FormatError(_WHAT, "the smaller size first", "the larger")
    proof = read_hashes(rest, "proof hash", len(lines) - len(rest) + 1)
    return Bundle(older=older, newer=newer, root=root, proof=proof)


def check_bundle(data: bytes, policy: Policy) -> BundleResult:
    """Check, for anybody who knows the log's keys, that the log contradicted itself.

    Both notes must be signed by a key that the policy gives to the log; cosignatures are not asked.

    Raises:
        FormatError: the bytes are no bundle.
    """
    bundle = parse_bundle(data)
    verdicts = [accepted(note, policy) for note in (bundle.older, bundle.newer)]
    older, newer = (verdict.checkpoint for verdict in verdicts)
    if older is None or newer is None:
        name, verdict = ("older", verdicts[0]) if older is None else ("newer", verdicts[1])
        return NotShown(f"the {name} note is not the log's: {verdict.why}")
    if older.origin != newer.origin:
        return NotShown("the notes are of two logs")
    why = _contradiction(bundle, older, newer)
    if isinstance(why, NotShown):
        return why
    return Misbehaved(why, older, newer, _signers(verdicts), _both(verdicts))


def _contradiction(bundle: Bundle, older: Checkpoint, newer: Checkpoint) -> str | NotShown:
    for one in (older, newer):
        if not one.possible:
            return "a checkpoint of size 0 has not the root of the empty tree"
    if older.size == newer.size:
        if older.root == newer.root:
            return NotShown(f"both notes have the same root at size {older.size}")
        return f"two roots at size {older.size}"
    if older.size == 0:
        return NotShown("every tree extends the empty one")
    if bundle.root is None:
        return NotShown(f"the bundle does not say what the newer tree has at size {older.size}")
    try:
        verify_consistency(older.size, newer.size, bundle.proof, bundle.root, newer.root)
    except ProofError as error:
        return NotShown(f"the proof does not lead to the newer checkpoint: {error}")
    if bundle.root == older.root:
        return NotShown("the newer checkpoint extends the older one")
    return f"the tree of size {newer.size} does not extend the one signed at size {older.size}"


def _signers(verdicts: list[Verdict]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for one in verdicts for label in one.signers))


def _both(verdicts: list[Verdict]) -> tuple[str, ...]:
    first, second = ({one.key for one in verdict.cosigners} for verdict in verdicts)
    return tuple(sorted(first & second))
