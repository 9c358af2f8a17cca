"""Is a checkpoint accepted? Its note against the trust policy of whoever asks.

Accepted means: a key that the policy gives to the log of this origin signed it, no line of a known
key is bad, and the witnesses that cosigned make up the quorum. Witnesses are counted by public key;
two lines of one key, at two times, are one witness.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from aidledger.ledger.checkpoint import Checkpoint, parse_checkpoint
from aidledger.ledger.cosignature import check_signature, timestamp_of
from aidledger.ledger.note import Note, NotSignedError, Opened, open_note, parse_note
from aidledger.ledger.trust import Policy

Reason = Literal["accepted", "unknown_log", "not_signed", "impossible_root", "quorum_missed"]


class Cosigner(NamedTuple):
    """A witness that cosigned: its name in the policy, its key, its newest time (0: none told)."""

    name: bytes
    key: str
    timestamp: int


class Verdict(NamedTuple):
    """What a policy says of a note.

    `checkpoint` is there as soon as the log's own signature was verified: the operator said this.
    It is proven only if `accepted`, and only if `witnessed` did anybody but the operator see it.
    `signers` are the log's keys (labels).
    """

    reason: Reason
    checkpoint: Checkpoint | None = None
    signers: tuple[str, ...] = ()
    cosigners: tuple[Cosigner, ...] = ()
    witnessed: bool = False
    why: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the policy accepts the checkpoint."""
        return self.reason == "accepted"


def accepted(note: bytes | Note, policy: Policy) -> Verdict:
    """Hold a checkpoint's note against a policy.

    Raises:
        FormatError: the bytes are no note, or its text is no checkpoint.
    """
    read = note if isinstance(note, Note) else parse_note(note)
    checkpoint = parse_checkpoint(read.text)
    log_keys = policy.log_keys(checkpoint.origin)
    if not log_keys:
        return Verdict("unknown_log", why="the policy names no log of this origin")
    try:
        opened = open_note(
            read, [*log_keys, *(one.key for one in policy.witnesses)], check_signature
        )
    except NotSignedError as error:
        return Verdict("not_signed", why=str(error))
    signers = tuple(one.key.label for one in opened.verified if one.key in log_keys)
    if not signers:
        return Verdict("not_signed", why="no key of the log signed it")
    cosigners = _cosigners(opened, policy)
    if not checkpoint.possible:
        why = "a checkpoint of size 0 has not the root of the empty tree"
        return Verdict("impossible_root", checkpoint, signers, cosigners, why=why)
    if not policy.is_met({one.name for one in cosigners}):
        why = f"{len(cosigners)} of {len(policy.witnesses)} witnesses cosigned: no quorum"
        return Verdict("quorum_missed", checkpoint, signers, cosigners, why=why)
    return Verdict("accepted", checkpoint, signers, cosigners, policy.quorum is not None)


def _cosigners(opened: Opened, policy: Policy) -> tuple[Cosigner, ...]:
    found = []
    for witness in policy.witnesses:
        times = [
            timestamp_of(one.signature.signature)
            for one in opened.verified
            if one.key == witness.key
        ]
        if times:
            found.append(Cosigner(witness.name, witness.key.label, max(times)))
    return tuple(found)
