"""The operator's side of witnessing: asks the witnesses of a policy and keeps what they cosigned.

A witness that was asked last time at another size says at which, and is asked once more. What one
witness answers says nothing of another: all are asked, and each refusal is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from aidledger.ledger.acceptance import Verdict, accepted
from aidledger.ledger.checkpoint import Checkpoint
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.note import Note
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy
from aidledger.ledger.witnessing import Request, read_size, take_answer
from aidledger.services.checkpoints.checkpointing import Kept, keep, kept_notes, root_at
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.proving import prove_extension
from aidledger.store.port import LedgerStore

Send: TypeAlias = Callable[[str, bytes], tuple[int, bytes]]
"""Posts bytes to a witness's address; returns status and body. Raises OSError."""

_SHOWN = 200


class Asked(NamedTuple):
    """What became of asking one witness: its name or address, and why where it did not cosign."""

    who: str
    outcome: Literal["cosigned", "before", "refused", "unreachable"]
    why: str = ""


class Witnessed(NamedTuple):
    """A checkpoint with the cosignatures it has now, what the policy says, and who was asked."""

    kept: Kept
    verdict: Verdict
    asked: tuple[Asked, ...] = ()


def ask_witnesses(
    store: LedgerStore,
    keys: Sequence[VerifierKey],
    policy: Policy,
    *,
    to: Sequence[str],
    send: Send,
    progress: Callable[[int, int], None] | None = None,
) -> Witnessed:
    """Ask witnesses to cosign the newest checkpoint, and keep what they did.

    Args:
        store: the ledger, opened for writing.
        keys: the log's own keys.
        policy: whose cosignatures count, and where the witnesses are.
        to: addresses to ask; none: those that the policy names.
        send: how to reach them.
        progress: told how many have answered, or are not waited for any more, of how many.

    Raises:
        ServiceError: there is no signed checkpoint, nobody to ask, or the policy is of another log.

    """
    kept = newest_signed(store, keys)
    done = {one.name for one in _verdict(kept.note, policy).cosigners}
    places = [(url, url, False) for url in to] or [
        (one.name.decode("utf-8", "replace"), one.url.decode("utf-8", "replace"), one.name in done)
        for one in policy.witnesses
        if one.url
    ]
    if not places:
        raise ServiceError(
            "the policy gives no witness's address",
            hint="name one with --to, or write the request to a file with --request",
            exit_code=2,
        )
    note, asked = kept.note, []
    for number, (who, url, before) in enumerate(places):
        if progress is not None:
            progress(number, len(places))
        if before:
            asked.append(Asked(who, "before"))
            continue
        note, told = _ask(store, Kept(note, kept.checkpoint), policy, url, send)
        asked.append(told._replace(who=who))
        if told.outcome == "cosigned":  # at once: the next may be waited for, and given up
            keep(store, note)
    return Witnessed(Kept(note, kept.checkpoint), _verdict(note, policy), tuple(asked))


def make_request(store: LedgerStore, kept: Kept, old_size: int) -> bytes:
    """Write the request for a witness that cosigned `old_size` last (0: nothing yet).

    Raises:
        ServiceError: the size is above that of the checkpoint, or the entries give no proof.

    """
    new = kept.checkpoint
    if old_size > new.size:
        raise ServiceError(
            f"the witness has seen {old_size} entries, the newest checkpoint has {new.size}",
            hint="sign a newer checkpoint; if entries are missing, aidledger checkpoint compare",
            exit_code=1,
        )
    proof: list[bytes] = []
    if 0 < old_size < new.size:
        old = Checkpoint(origin=new.origin, size=old_size, root=root_at(store, old_size))
        proof = prove_extension(store, old, new)
    return Request(old_size=old_size, proof=tuple(proof), note=kept.note).encode()


def take_response(
    store: LedgerStore, keys: Sequence[VerifierKey], policy: Policy, body: bytes
) -> Witnessed:
    """Keep the cosignatures that came back in a file, with the checkpoint that they are of.

    Raises:
        ServiceError: the file holds none of a witness of the policy, over any kept checkpoint.

    """
    newest_signed(store, keys)
    witnesses = [one.key for one in policy.witnesses]
    why = ""
    for kept in kept_notes(store, keys):
        try:
            note = take_answer(kept.note, body, witnesses)
        except FormatError as error:
            why = why or str(error)
            continue
        keep(store, note)
        return Witnessed(Kept(note, kept.checkpoint), _verdict(note, policy))
    size = _size(body)
    if size is not None:
        raise ServiceError(
            f"the witness did not cosign: it has seen {size} entries",
            hint=f"make the request again with --old {size}",
            exit_code=1,
        )
    raise ServiceError(f"the response holds no cosignature that counts: {why}", exit_code=1)


def newest_signed(store: LedgerStore, keys: Sequence[VerifierKey]) -> Kept:
    """Return the newest checkpoint that the log signed. Raises ServiceError where there is none."""
    for kept in kept_notes(store, keys):
        return kept
    raise ServiceError(
        "expected a signed checkpoint, found none",
        hint="aidledger checkpoint sign makes one",
        exit_code=10,
    )


def _verdict(note: Note, policy: Policy) -> Verdict:
    verdict = accepted(note, policy)
    if verdict.checkpoint is None:
        raise ServiceError(f"the policy is not for this log: {verdict.why}", exit_code=2)
    return verdict


def _ask(
    store: LedgerStore, kept: Kept, policy: Policy, url: str, send: Send
) -> tuple[Note, Asked]:
    """Ask one witness, and once more from the size that it says it has seen."""
    old_size = 0
    for _ in range(2):
        try:
            status, body = send(url, make_request(store, kept, old_size))
        except OSError as error:
            return kept.note, Asked(url, "unreachable", str(error))
        except ServiceError as error:
            return kept.note, Asked(url, "refused", str(error))
        seen = _size(body) if status == 409 else None
        if seen is None or seen == old_size:
            break
        old_size = seen
    if status != 200:
        text = body[:_SHOWN].decode("utf-8", "replace").strip()
        return kept.note, Asked(url, "refused", f"{status}: {text}")
    try:
        note = take_answer(kept.note, body, [one.key for one in policy.witnesses])
    except FormatError as error:
        return kept.note, Asked(url, "refused", f"its answer does not count: {error}")
    return note, Asked(url, "cosigned")


def _size(body: bytes) -> int | None:
    try:
        return read_size(body)
    except FormatError:
        return None
