"""Registers, replaces and revokes keys of actors, as entries; and says how each key stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from aidledger.domain.events.base import Event
from aidledger.domain.events.powers import KeyRegistered, KeyRevoked
from aidledger.domain.registry.registry import FOREVER, KeyRecord
from aidledger.ledger.keys import KeyKind, VerifierKey, parse_vkey
from aidledger.ledger.strict import FormatError
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.keys.powers import watch_of
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Outcome, Rejected

Assurance: TypeAlias = Literal["server", "file", "token"]
Reason: TypeAlias = Literal["compromised", "lost", "replaced", "left_office"]
_ATTEMPTS: Final = 50
_USAGE: Final = 2


class KeyState(msgspec.Struct, frozen=True, kw_only=True):
    """How a key stands: registered or not, in force from and up to which position, at hand or not.

    `first` and `last` are positions; no last one: in force until somebody revokes it.
    """

    name: str
    label: str
    owner: str
    assurance: str
    status: Literal["in_force", "revoked", "unregistered"]
    first: int | None
    last: int | None
    at_hand: bool


def key_states(session: Session) -> list[KeyState]:
    """Return every key that is registered, or lies in the folder and signs batches, by name."""
    registry, head = watch_of(session).registry, session.store.head().size
    held = {key.public: key for key in session.keyring.public_keys() if key.kind is KeyKind.BATCH}
    states = []
    for records in registry.keys.values():
        for one in records:
            key = held.pop(bytes.fromhex(one.public_key), None)
            states.append(_state(one, head, at_hand=key is not None and key.name == one.id))
    states += [
        KeyState(
            name=key.name,
            label=key.label,
            owner="",
            assurance="",
            status="unregistered",
            first=None,
            last=None,
            at_hand=True,
        )
        for key in held.values()
    ]
    return sorted(states, key=lambda one: (one.name, one.label))


def _state(one: KeyRecord, head: int, *, at_hand: bool) -> KeyState:
    try:
        key = VerifierKey(name=one.id, kind=KeyKind.BATCH, public=bytes.fromhex(one.public_key))
        label = key.label
    except FormatError:  # of another algorithm, or no key at all
        label = one.id
    return KeyState(
        name=one.id,
        label=label,
        owner=one.owner,
        assurance=one.assurance,
        status="in_force" if one.span.holds(head) else "revoked",
        first=one.span.given + 1,
        last=None if one.span.ended == FOREVER else one.span.ended,
        at_hand=at_hand,
    )


def register_key(
    session: Session,
    by: Who,
    *,
    key: VerifierKey,
    owner: str,
    assurance: Assurance,
    county: str | None = None,
) -> Outcome:
    """Register a key for an actor; it counts from the next entry on. No county: the only one there is.

    Raises:
        RefusedError: the registrar lacks the power, is the owner, or the key is registered already.
        ServiceError: the key signs something else than batches, or no county is known.
    """
    event = _registration(by, key, owner, assurance)
    return _record(session, by, county, lambda _: [event])


def rotate_key(
    session: Session, by: Who, *, old: str, new: VerifierKey, county: str | None = None
) -> Outcome:
    """Register another key for the owner of one, held alike, and end the old one, in one batch.

    Raises:
        RefusedError: the registrar lacks the power, or is the owner.
        ServiceError: the old key is not in force.
    """
    state = _in_force(session, old)

    def events(size: int) -> list[Event]:
        # the old key still speaks for the batch that ends it
        ended = KeyRevoked(from_position=size + 2, key=old, reason="replaced")
        return [_registration(by, new, state.owner, state.assurance), ended]

    return _record(session, by, county, events)


def revoke_key(
    session: Session,
    by: Who,
    *,
    key: str,
    reason: Reason,
    from_position: int | None = None,
    county: str | None = None,
) -> Outcome:
    """Revoke a key, from the next entry on or from an earlier position.

    Raises:
        RefusedError: the registrar lacks the power.
        ServiceError: the key is not in force, or the position lies ahead.
    """
    _in_force(session, key)
    size = session.store.head().size
    if from_position is not None and from_position > size:
        raise ServiceError(
            f"keys revoke: expected a position up to {size}, found {from_position}",
            exit_code=_USAGE,
        )

    def events(at: int) -> list[Event]:
        since = at + 1 if from_position is None else from_position
        return [KeyRevoked(from_position=since, key=key, reason=reason)]

    return _record(session, by, county, events)


def find_key(session: Session, name: str) -> VerifierKey:
    """Return a public key by its name in the folder of keys, or by its text (vkey).

    Raises:
        ServiceError: there is none, or it signs something else than batches.
    """
    found = next((key for key in session.keyring.public_keys() if key.name == name), None)
    if found is None:
        try:
            found = parse_vkey(name.encode())
        except FormatError:
            raise ServiceError(
                f"{name}: expected a key of the folder or the text of one, found neither",
                hint="aidledger keys new makes one",
                exit_code=_USAGE,
            ) from None
    if found.kind is not KeyKind.BATCH:
        raise ServiceError(f"{name}: this key does not sign batches", exit_code=_USAGE)
    return found


def _registration(by: Who, key: VerifierKey, owner: str, assurance: str) -> KeyRegistered:
    try:
        return msgspec.convert(
            {
                "algorithm": "ed25519",
                "assurance": assurance,
                "key": key.name,
                "owner": owner,
                "public_key": key.public.hex(),
                "registrar": by.actor,
            },
            KeyRegistered,
        )
    except msgspec.ValidationError as error:
        raise ServiceError(f"keys register: {error}", exit_code=_USAGE) from None


def _in_force(session: Session, name: str) -> KeyState:
    for state in key_states(session):
        if state.name == name and state.status == "in_force":
            return state
    raise ServiceError(
        f"{name}: no key of this name is in force",
        hint="aidledger keys list shows how each key stands",
        exit_code=_USAGE,
    )


def _record(
    session: Session, by: Who, county: str | None, events: Callable[[int], Sequence[Event]]
) -> Outcome:
    """Record what holds for the position it comes to, again where another writer was faster."""
    stream = _stream(session, county)
    for _ in range(_ATTEMPTS):
        size = session.refresh()
        proposals = [by.says(stream, event) for event in events(size)]
        outcome = record(session, proposals, cause=f"keys:{by.actor}:{size}", attempts=1)
        if not (isinstance(outcome, Rejected) and outcome.code == "conflict"):
            break
    return outcome


def _stream(session: Session, county: str | None) -> str:
    """Return the registry that a key is entered in."""
    known = session.store.streams("registry/")
    if county is not None:
        return f"registry/{county}"
    if len(known) != 1:
        raise ServiceError(
            f"keys: expected one county in the ledger, found {len(known)}",
            hint="name it with --county",
            exit_code=_USAGE,
        )
    return known[0]
