"""The past has not changed: a generation that was certified once is derived again, and must agree.

Which one, the log's newest root says: nobody knows it beforehand, and anybody can repeat the choice.
Only the entries below the certificate's size are read, so that what was annulled or corrected later
doesn't matter; a difference means that entries, certificate or program are not what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

import msgspec

from aidledger.domain.events.proving import GenerationCertified
from aidledger.ledger.certificate import Certificate
from aidledger.ledger.finding import Finding
from aidledger.replay.building import Results
from aidledger.replay.deriving import derived
from aidledger.replay.engine import EngineLimits
from aidledger.replay.generation import GenerationsError
from aidledger.replay.job import Progress
from aidledger.replay.models import Model, load_models, needed
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.generations.certifying import (
    STREAM,
    Recorded,
    certificates_folder,
    certified,
    kept_certificate,
)
from aidledger.services.generations.rebuilding import store_of
from aidledger.services.generations.source import StoreSource
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

CODE: Final = "generation_differs"
_DAMAGED: Final = 1


class PastModel(msgspec.Struct, frozen=True, kw_only=True):
    """A certified model derived again; `why` says what differs, or why nothing can be compared."""

    name: str
    status: Literal["same", "differs", "not_comparable"]
    why: str = ""


class PastCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one certificate: of `count` that the log names, the one at `position`.

    `not_made` says why nothing could be compared at all; empty where it could.
    """

    count: int
    position: int
    certificate: str
    size: int
    as_of: str
    known_on: str | None
    models: tuple[PastModel, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_made: str = ""


def chosen(found: Sequence[Recorded], root: bytes) -> Recorded | None:
    """Return the certificate that a root of the log (32 bytes) picks; nothing where there is none.

    They are numbered from 0 in the order of the log; the number is the root, read as a whole number
    with the first byte highest, modulo how many there are.
    """
    return found[int.from_bytes(root) % len(found)] if found else None


def check_past(
    session: Session | LedgerStore,
    *,
    position: int | None = None,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
) -> PastCheck | None:
    """Derive a certified generation again and compare; nothing where none was certified.

    Args:
        session: an opened ledger.
        position: of the entry that names the certificate; default: the one that the root picks.
        limits: how much memory and how many threads to take.
        progress: told how far it is.

    Raises:
        ServiceError: no certificate is named at this position, or the engine could not work.

    """
    store = store_of(session)
    found = certified(store)
    if position is None:
        one = chosen(found, store.head().root)
        if one is None:
            return None
    else:
        one = next((one for one in found if one.position == position), None)
        if one is None:
            raise ServiceError(
                f"position {position}: expected a certified generation, found none",
                hint="aidledger generations list shows where each was certified",
                exit_code=2,
            )
    result = PastCheck(
        count=len(found),
        position=one.position,
        certificate=one.event.certificate,
        size=one.event.size,
        as_of=one.event.as_of,
        known_on=one.event.known_on,
    )
    findings = _heads(store, one)
    try:
        _, certificate = kept_certificate(certificates_folder(store), one.event.certificate)
    except ServiceError as error:
        if error.exit_code == _DAMAGED:
            findings.append(_differs(one, "certificate", one.event.certificate, "another file"))
        return msgspec.structs.replace(result, findings=tuple(findings), not_made=str(error))
    findings += _said_otherwise(one, certificate, store.origin)
    try:
        models = _compared(StoreSource(store), certificate, limits, progress)
    except GenerationsError as error:
        raise ServiceError(str(error), hint=error.hint, exit_code=75) from error
    findings += [
        _differs(one, f"models.{model.name}", "the certified digest", model.why)
        for model in models
        if model.status == "differs"
    ]
    return msgspec.structs.replace(result, models=models, findings=tuple(findings))


def _heads(store: LedgerStore, one: Recorded) -> list[Finding]:
    """Say whether the log had the size and root that the entry says."""
    if one.event.size > one.position:
        return [_differs(one, "size", f"at most {one.position}", str(one.event.size))]
    try:
        root = root_at(store, one.event.size).hex()
    except ServiceError as error:
        return [_differs(one, "root", one.event.root, str(error))]
    return [] if root == one.event.root else [_differs(one, "root", root, one.event.root)]


def _said_otherwise(one: Recorded, certificate: Certificate, origin: str) -> list[Finding]:
    """Say what certificate and entry name differently."""
    event: GenerationCertified = one.event
    pairs = (
        ("as_of", event.as_of, certificate.as_of),
        ("known_on", event.known_on, certificate.known_on),
        ("root", event.root, certificate.root),
        ("size", event.size, certificate.size),
        ("origin", origin, certificate.origin),
    )
    return [
        _differs(one, name, str(expected), f"{found} in the certificate")
        for name, expected, found in pairs
        if expected != found
    ]


def _compared(
    source: StoreSource,
    certificate: Certificate,
    limits: EngineLimits | None,
    progress: Progress | None,
) -> tuple[PastModel, ...]:
    """Derive what can be compared, and compare it."""
    models = load_models()
    apart = _incomparable(models, certificate)
    names = [one.name for one in certificate.models if one.name not in apart]
    found = Results(built=())
    if names:
        with derived(
            source,
            needed(models, names),
            size=certificate.size,
            as_of=date.fromisoformat(certificate.as_of),
            known_on=date.fromisoformat(certificate.known_on) if certificate.known_on else None,
            limits=limits,
            progress=progress,
        ) as (_, results):
            found = results
    built = {one.name: one for one in found.built}
    failed = {one.name: f"expected {one.expected}, found {one.found}" for one in found.failed}
    compared = []
    for one in certificate.models:
        now = built.get(one.name)
        if one.name in apart:
            status, why = "not_comparable", apart[one.name]
        elif now is None:
            status, why = "differs", f"not built: {failed.get(one.name, '')}"
        elif (now.rows, now.digest) != (one.rows, one.digest):
            status, why = "differs", f"{now.rows} rows for {one.rows}, digest {now.digest}"
        else:
            status, why = "same", ""
        compared.append(
            msgspec.convert({"name": one.name, "status": status, "why": why}, PastModel)
        )
    return tuple(compared)


def _incomparable(models: dict[str, Model], certificate: Certificate) -> dict[str, str]:
    """Return which certified models can't be compared, and why: their SQL, or what they read."""
    apart = {one.name: "the model is no longer there" for one in certificate.models}
    for name, model in models.items():  # each after those it reads
        one = certificate.model(name)
        if one is None:
            continue
        reads = [other for other in model.uses if other in models]
        changed = [other for other in reads if other in apart or certificate.model(other) is None]
        if one.sql_sha256 != model.sql_sha256:
            apart[name] = "the model's SQL changed"
        elif changed:
            apart[name] = f"what it reads changed: {', '.join(changed)}"
        else:
            del apart[name]
    return apart


def _differs(one: Recorded, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code=CODE,
        position=one.position,
        stream=STREAM,
        field=field,
        expected=expected,
        found=found[:200],
    )
