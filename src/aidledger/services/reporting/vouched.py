"""Who but the operator saw the log that a report is about: the newest checkpoints, under a policy.

Read from the ledger's own table of checkpoints, at one size: this is no `verify`, and says so.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from aidledger.ledger.acceptance import Cosigner, accepted
from aidledger.ledger.checkpoint import Checkpoint, parse_checkpoint
from aidledger.ledger.note import Note, parse_note
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.problems import ServiceError
from aidledger.store.port import LedgerStore

State = Literal["none", "unwitnessed", "witnessed", "contradicted", "damaged"]


class Vouched(msgspec.Struct, frozen=True, kw_only=True):
    """How far somebody outside vouches for the log.

    ``none``: no checkpoint is kept; ``unwitnessed``: no policy was given, or it accepts none that a
    quorum cosigned; ``contradicted``: a checkpoint has another root than the entries; ``damaged``: the
    tree gives no root. `newest` and `witnessed` are sizes, -1 where there is none; `at` of the
    cosigners (name, Unix time) are those of the witnessed one. `asked` is whether a policy was given.
    """

    state: State
    asked: bool
    newest: int = -1
    witnessed: int = -1
    root: str = ""
    cosigners: tuple[tuple[str, int], ...] = ()


def vouched(store: LedgerStore, policy: Policy | None) -> Vouched:
    """Say how far a ledger's kept checkpoints are witnessed, as far as a policy counts witnesses."""
    kept = _kept(store)
    asked = policy is not None
    if not kept:
        return Vouched(state="none", asked=asked)
    newest = kept[0][1].size
    cosigners: tuple[Cosigner, ...] = ()
    chosen: Checkpoint = kept[0][1]
    for note, checkpoint in kept if policy else ():
        assert policy is not None  # noqa: S101 - the loop is empty without one
        verdict = accepted(note, policy)
        if verdict.accepted and verdict.witnessed:
            chosen, cosigners = checkpoint, verdict.cosigners
            break
    try:
        agrees = root_at(store, chosen.size) == chosen.root
    except ServiceError:
        return Vouched(state="damaged", asked=asked, newest=newest)
    if not agrees:
        return Vouched(
            state="contradicted", asked=asked, newest=chosen.size, root=chosen.root.hex()
        )
    return Vouched(
        state="witnessed" if cosigners else "unwitnessed",
        asked=asked,
        newest=newest,
        witnessed=chosen.size if cosigners else -1,
        root=chosen.root.hex(),
        cosigners=tuple((one.name.decode("utf-8", "replace"), one.timestamp) for one in cosigners),
    )


def _kept(store: LedgerStore) -> list[tuple[Note, Checkpoint]]:
    """Return the kept checkpoints of this log, the largest first, and of these the most signed."""
    size, found = store.head().size, []
    for _, _, content in store.read_checkpoints():
        try:
            note = parse_note(content)
            checkpoint = parse_checkpoint(note.text)
        except FormatError:
            continue
        if checkpoint.origin == store.origin and 0 < checkpoint.size <= size:
            found.append((note, checkpoint))
    return sorted(found, key=lambda one: (-one[1].size, -len(one[0].signatures), one[0].text))
