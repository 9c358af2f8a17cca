"""Receipts: what a client keeps of an append, so that nobody can later say it never happened.

A receipt is one line of canonical JSON. It is the word of the server, not a proof: it says where
the entries were put, and lets whoever kept it demand the proof. Checked it is against proof files
and checkpoints that the reader's own policy accepts. What it holds against the log (its size, root
and leaf hashes) is the reader's own evidence and comes from nowhere else.

`assurance` says who could have acted in the officer's name: `low` where nothing was signed or the
server holds the officers' keys, `file` where only who has the officer's own file of the key could,
`token` where only who has the device that the key never leaves could.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

import msgspec

from aidledger.ledger import canonical
from aidledger.ledger.acceptance import Verdict, accepted
from aidledger.ledger.checkpoint import Checkpoint, Comparison, compare
from aidledger.ledger.forms import is_name, is_time
from aidledger.ledger.keys import check_name
from aidledger.ledger.proof import ProofError, verify_inclusion
from aidledger.ledger.strict import FormatError, only_bytes
from aidledger.ledger.tlog_proof import parse_proof
from aidledger.ledger.tree import leaf_hash
from aidledger.ledger.trust import Policy

MAX_RECEIPT_BYTES: Final = 10_000_000

_WHAT: Final = "receipt"

Assurance: TypeAlias = Literal["low", "file", "token"]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=canonical.INTEGER_LIMIT)]
Hash: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Entries `position` to `position + count - 1` of log `origin`, written under `cause`.

    `leaf_hashes` (hex) are theirs in order; `size` and `root` (hex) are those of the log after
    them; `recorded_at` is their common time.
    """

    type: Literal["Receipt"] = msgspec.field(name="$type", default="Receipt")
    assurance: Assurance
    cause: str
    count: Count
    leaf_hashes: tuple[Hash, ...]
    origin: str
    position: Count
    recorded_at: str
    root: Hash
    size: Count
    v: Literal[1] = 1

    def encode(self) -> bytes:
        """Write the receipt: canonical JSON and a newline.

        Raises:
            FormatError: a field is not of its form.
        """
        _check(self)
        try:
            return canonical.encode_struct(self) + b"\n"
        except canonical.CanonicalError as error:
            raise FormatError(_WHAT, error.expected, error.found) from None

    def position_of(self, record: bytes) -> int | None:
        """Position at which the receipt has this record (its exact bytes), None if it has not."""
        leaf = leaf_hash(record).hex()
        return self.position + self.leaf_hashes.index(leaf) if leaf in self.leaf_hashes else None


class Kept(NamedTuple):
    """Every entry of the receipt is proven at its position; `verdicts` say by which checkpoints."""

    verdicts: tuple[Verdict, ...]


class Missed(NamedTuple):
    """Positions that are not proven, and `why`, one for each."""

    positions: tuple[int, ...]
    why: tuple[str, ...]


def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt.

    Raises:
        FormatError: the bytes are none.
    """
    only_bytes(data, _WHAT, MAX_RECEIPT_BYTES)
    if not data.endswith(b"\n"):
        raise FormatError(_WHAT, "a newline at the end", data[-20:])
    try:
        receipt = msgspec.convert(canonical.decode(data[:-1]), Receipt)
    except canonical.CanonicalError as error:
        raise FormatError(_WHAT, error.expected, error.found) from None
    except msgspec.ValidationError as error:
        raise FormatError(_WHAT, "the fields of a receipt", canonical.clip(str(error))) from None
    _check(receipt)
    if receipt.encode() != data:
        raise FormatError(_WHAT, "every field written out", "another form")
    return receipt


def check_receipt(receipt: Receipt, proofs: Iterable[bytes], policy: Policy) -> Kept | Missed:
    """Check that the log has every entry of the receipt where it says, by a proof file for each.

    Raises:
        FormatError: a file is no proof file.
    """
    verdicts: dict[int, Verdict] = {}
    reasons: dict[int, str] = {}
    for data in proofs:
        proof = parse_proof(data)
        verdict = accepted(proof.checkpoint, policy)
        offset = proof.index - receipt.position
        if not 0 <= offset < receipt.count:
            continue
        checkpoint = verdict.checkpoint
        if not verdict.accepted or checkpoint is None:
            reasons[proof.index] = f"the checkpoint is not accepted: {verdict.why}"
            continue
        if why := _misfit(receipt, checkpoint):
            reasons[proof.index] = why
            continue
        leaf = bytes.fromhex(receipt.leaf_hashes[offset])
        try:
            verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
        except ProofError as error:
            reasons[proof.index] = str(error)
        else:
            verdicts[proof.index] = verdict
    span = range(receipt.position, receipt.position + receipt.count)
    missed = tuple(position for position in span if position not in verdicts)
    if missed:
        return Missed(missed, tuple(reasons.get(one, "no proof was given") for one in missed))
    return Kept(tuple(verdicts[position] for position in span))


def compare_receipt(
    receipt: Receipt, note: bytes, proof: Sequence[bytes], policy: Policy
) -> Comparison:
    """Compare the size and root of a receipt with a checkpoint that the policy accepts.

    `contradicts`: the log has shown others another tree than its client. A receipt carries no
    signature of the log, so this convinces its holder; to convince others see `misbehaviour`.

    Raises:
        FormatError: the bytes are no checkpoint's note.
    """
    verdict = accepted(note, policy)
    if not verdict.accepted or verdict.checkpoint is None:
        return Comparison("unproven", f"the checkpoint is not accepted: {verdict.why}")
    if verdict.checkpoint.size < receipt.size:
        return Comparison("unproven", f"the checkpoint is older than size {receipt.size}")
    own = Checkpoint(origin=receipt.origin, size=receipt.size, root=bytes.fromhex(receipt.root))
    return compare(own, verdict.checkpoint, proof)


def _misfit(receipt: Receipt, checkpoint: Checkpoint) -> str:
    if checkpoint.origin != receipt.origin:
        return "the proof is of another log"
    if checkpoint.size == receipt.size and checkpoint.root.hex() != receipt.root:
        return f"the log has another root at size {receipt.size}"
    return ""


def _check(receipt: Receipt) -> None:
    check_name(receipt.origin, "receipt origin")
    if not is_name(receipt.cause):
        raise FormatError("receipt cause", "1 to 128 printable ASCII characters", receipt.cause)
    if not is_time(receipt.recorded_at):
        raise FormatError("receipt time", "YYYY-MM-DDTHH:MM:SS.ffffffZ", receipt.recorded_at)
    if not receipt.count or receipt.count != len(receipt.leaf_hashes):
        raise FormatError("receipt leaves", f"{receipt.count}", f"{len(receipt.leaf_hashes)}")
    if receipt.size < receipt.position + receipt.count:
        expected = f"at least {receipt.position + receipt.count}"
        raise FormatError("receipt size", expected, receipt.size)
