"""Stands at the door of a ledger that has registered keys: asks for power, and has each batch signed.

A ledger is *keyed* once it has declared its powers and registered a key lawfully. Before that, names
are only claimed: acts are recorded as ever, and a replay of the powers says what it thinks of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from aidledger.domain.events.catalog import wire_name
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.codes import may_be_broken
from aidledger.domain.registry.context import Act, Actor
from aidledger.domain.registry.registry import KeyRecord, Registry
from aidledger.ledger.batch import sign_batch
from aidledger.ledger.checkpoint import TreeHead, parse_checkpoint
from aidledger.ledger.note import parse_note
from aidledger.ledger.receipt import Assurance
from aidledger.ledger.signing import Signer, SigningError
from aidledger.ledger.strict import FormatError
from aidledger.services.acts.receipts import SAID
from aidledger.services.keys.powers import watch_of
from aidledger.services.keys.ring import REFUSED_KEY, Keyring
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.store.draft import BatchSignature
from aidledger.store.outcome import Committed, Outcome

KEY_REGISTERED: Final = "KeyRegistered"


class Guard:
    """What one batch after another is asked by; dropped when another writer was faster.

    ``judging`` off: the batches are signed and nobody asks for power, as a program would do whose
    check was taken out. Only the simulator of forged ledgers does so.
    """

    def __init__(self, session: Session, keyring: Keyring, *, judging: bool = True) -> None:
        self._session = session
        self._keyring = keyring
        self._judging = judging
        self._watch = watch_of(session)
        self._signing: tuple[KeyRecord, Signer] | None = None
        self._seen: TreeHead | None = None

    @property
    def registry(self) -> Registry:
        """What is registered so far."""
        return self._watch.registry

    @property
    def is_keyed(self) -> bool:
        """Whether powers are declared and a key is registered."""
        registry = self._watch.registry
        return registry.genesis is not None and bool(registry.keys)

    def begin(self, proposals: Sequence[Proposal], size: int) -> None:
        """Choose the key of the request's one actor, for a batch that begins at a position.

        Raises:
            RefusedError: the request is of several actors, or of none.
            ServiceError: the actor has no key that is in force there and at hand.
        """
        actors = sorted({proposal.actor for proposal in proposals})
        if len(actors) != 1:
            problem = Problem(
                code="several_actors",
                field="actor",
                expected="one actor in a request, who signs it",
                found=", ".join(actors) or "none",
            )
            raise RefusedError([problem])
        self._signing = self._keyring.signer_for(self._watch.registry, actors[0], size)
        self._seen = self._newest_checkpoint(size)

    def ask(self, entry: Recorded, waived: frozenset[str]) -> None:
        """Ask whether an entry may be recorded at its position, and take note of it if so.

        Args:
            entry: as it would be recorded.
            waived: duties that the actor breaks by name, with a reason and an authority; they stay
                findings. A missing power or key can't be waived.

        Raises:
            RefusedError: with every rule that forbids it.
        """
        key = self._signing[0].id if self._signing else ""
        act = Act(type=wire_name(entry.event), event=entry.event, stream=entry.stream)
        forbidden = self._watch.refusals(
            Actor(id=entry.actor, office=entry.office, key=key),
            act,
            position=entry.position,
            effective_on=entry.effective_on,
            recorded_at=entry.recorded_at,
        )
        standing = [
            one for one in forbidden if not (may_be_broken(one.code) and one.rule in waived)
        ]
        if standing and self._judging:
            raise RefusedError(
                [
                    Problem(
                        code=one.code,
                        field=act.type,
                        clause=one.rule,
                        citation=one.citation,
                        text_zh=one.text_zh,
                        text_en=one.text_en,
                        found=entry.actor,
                    )
                    for one in standing
                ]
            )
        self._watch.take(entry, lawful=not forbidden)

    def sign(self, leaves: Sequence[bytes]) -> BatchSignature:
        """Sign a batch by its leaf hashes, in order.

        Raises:
            ServiceError: the signer gave no signature, or one that its key does not verify.
        """
        if self._signing is None:
            raise ServiceError("no batch was begun")
        signer = self._signing[1]
        try:
            signed = sign_batch(signer, self._session.store.origin, leaves, self._seen)
        except SigningError as error:
            raise ServiceError(str(error), exit_code=REFUSED_KEY) from error
        return BatchSignature(signature=signed.encode(), key_id=signer.key.label)

    def assurance(self, key_id: str) -> Assurance:
        """Return how the key of a batch is held: what its registration says, `low` on the server."""
        found = self._watch.registry.key(key_id.rpartition("+")[0])
        held = None if found is None else found.assurance
        return next((said for kept, said in SAID.items() if kept == held), "low")

    def _newest_checkpoint(self, size: int) -> TreeHead | None:
        """Return the newest checkpoint of this log that the store has, up to a size."""
        newest: TreeHead | None = None
        for _, _, note in self._session.store.read_checkpoints():
            try:
                checkpoint = parse_checkpoint(parse_note(note).text)
            except FormatError:  # verify reports it
                continue
            known = checkpoint.origin == self._session.store.origin and checkpoint.size <= size
            if known and (newest is None or checkpoint.size > newest.size):
                newest = checkpoint.head
        return newest


def guard_of(session: Session) -> Guard | None:
    """Return the guard of a keyed ledger; nothing where no key is registered.

    Asked of the store once a session, and again when another writer was faster.
    """
    return session.once(_guard)


def guard_again(session: Session) -> None:
    """Let the store be asked again whether the ledger is keyed: it may be now."""
    session.again(_guard)


def _guard(session: Session) -> Guard | None:
    if not session.store.read_page(start=0, limit=1, types=(KEY_REGISTERED,)):
        return None
    guard = Guard(session, session.keyring, judging=session.judging)
    return guard if guard.is_keyed else None


def acknowledged(session: Session, outcome: Outcome) -> Outcome:
    """Return an outcome whose receipt says of which log it is, and how its key is held."""
    if not isinstance(outcome, Committed):
        return outcome
    receipt = outcome.receipt
    guard = guard_of(session) if receipt.key_id else None
    assurance: Assurance = guard.assurance(receipt.key_id) if guard else "low"
    receipt = msgspec.structs.replace(receipt, origin=session.store.origin, assurance=assurance)
    return msgspec.structs.replace(outcome, receipt=receipt)
