"""What a ledger says of itself in its registry: origin, log key, keys of its actors, restorations."""

from __future__ import annotations

from typing import NamedTuple

from aidledger.domain.events.powers import GenesisDeclared, KeyRegistered, KeyRevoked
from aidledger.domain.events.proving import LedgerRestored
from aidledger.domain.events.registry import LedgerOpened
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.enrol import enrol
from aidledger.domain.registry.registry import FOREVER, KeyRecord, Registry
from aidledger.ledger.finding import Finding
from aidledger.ledger.keys import KeyKind, VerifierKey, check_name
from aidledger.ledger.strict import FormatError
from aidledger.services.decoding import readable
from aidledger.services.printing import printable
from aidledger.store.port import LedgerStore

_ED25519_HEX = 64


class ActorKey(NamedTuple):
    """A registered key of an actor; `key` is None where its public key can't be one (low order, …)."""

    record: KeyRecord
    key: VerifierKey | None


class Declared(NamedTuple):
    """What the registry's streams declare.

    `keys` are by what a batch may call them: the label of the owner's key, that of the registered
    name, or the registered name. `first_key` is where the first of them was registered; batches
    behind it must be signed. `restored` are the entries by which the log says that it was restored.
    """

    genesis: GenesisDeclared | None
    log_keys: tuple[VerifierKey, ...]
    keys: dict[str, ActorKey]
    first_key: int
    findings: tuple[Finding, ...]
    genesis_at: int | None = None
    restored: tuple[Recorded, ...] = ()


def declared_of(store: LedgerStore) -> Declared:
    """Read the registry; the powers to write it are asked elsewhere."""
    genesis, genesis_at = None, None
    registry, first_key = Registry(), FOREVER
    findings = _nameless(store.origin)
    restored: list[Recorded] = []
    for stream in store.streams("registry/"):
        for entry in readable(store, store.read_stream(stream)):
            match entry.event:
                case GenesisDeclared() | LedgerOpened() as event:
                    if isinstance(event, GenesisDeclared) and genesis is None:
                        genesis, genesis_at = event, entry.position
                    if event.origin != store.origin:
                        findings.append(_origin(entry.position, stream, event.origin, store.origin))
                case KeyRegistered() | KeyRevoked() as event:
                    registry = enrol(registry, entry)
                    if isinstance(event, KeyRegistered):
                        first_key = min(first_key, entry.position)
                case LedgerRestored():
                    restored.append(entry)
                case _:
                    continue
    restored.sort(key=lambda entry: entry.position)
    return Declared(
        genesis,
        _log_keys(genesis),
        _named(registry),
        first_key,
        tuple(findings),
        genesis_at,
        tuple(restored),
    )


def _nameless(origin: object) -> list[Finding]:
    """Find a head that names no log: where nothing declares one, no entry would show it."""
    try:
        check_name(origin, "origin")  # type: ignore[arg-type] # whatever the database holds
    except FormatError as error:
        expected, found = error.expected, printable(origin)
        return [Finding(code="head_form", field="head.origin", expected=expected, found=found)]
    return []


def _origin(position: int, stream: str, expected: str, found: str) -> Finding:
    return Finding(
        code="origin_differs",
        position=position,
        stream=stream,
        field="head.origin",
        expected=expected[:80],
        found=str(found)[:80],
    )


def _log_keys(genesis: GenesisDeclared | None) -> tuple[VerifierKey, ...]:
    """Return the key that genesis gives to the log, in its two possible forms."""
    if genesis is None or genesis.log_key is None:
        return ()
    short = len(genesis.log_key) == _ED25519_HEX
    kind = KeyKind.NOTE if short else KeyKind.COSIGNATURE_ML_DSA
    key = _key(genesis.origin, kind, genesis.log_key)
    return () if key is None else (key,)


def _named(registry: Registry) -> dict[str, ActorKey]:
    found: dict[str, ActorKey] = {}
    for name in registry.keys:
        record = registry.key(name)
        if record is None:
            continue
        ed25519 = record.algorithm == "ed25519"
        keys = [
            _key(called, KeyKind.BATCH, record.public_key) if ed25519 else None
            for called in (record.owner, name)
        ]
        for key in keys:
            if key is not None:
                found.setdefault(key.label, ActorKey(record, key))
        found.setdefault(name, ActorKey(record, keys[0] or keys[1]))
    return found


def _key(name: str, kind: KeyKind, public_hex: str) -> VerifierKey | None:
    try:
        return VerifierKey(name=name, kind=kind, public=bytes.fromhex(public_hex))
    except FormatError:
        return None
