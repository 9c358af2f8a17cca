"""Certifies generations: a certificate beside them, signed, and its hash as an entry of the log.

Certificates lie in the folder ``certificates`` of the generations, each under its hash: the bytes as
``<hash>.json``, and in the envelope that the actor signed as ``<hash>.dsse.json`` where the ledger has
keys. They are never removed. What a certificate says can be derived again from the entries below its
size, by anybody who has them and the SQL files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from aidledger.disk import read_plain, replace_file
from aidledger.domain.events.proving import GenerationCertified
from aidledger.ledger.certificate import (
    Certificate,
    CertifiedModel,
    certificate_hash,
    parse_certificate,
    sign_certificate,
)
from aidledger.ledger.signing import SigningError
from aidledger.ledger.strict import FormatError
from aidledger.replay.digest import digest_of
from aidledger.replay.generation import Generation
from aidledger.replay.models import load_models
from aidledger.replay.rows import recorded_row
from aidledger.services.acts.guarding import guard_of
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.generations.rebuilding import generations_of
from aidledger.services.keys.ring import REFUSED_KEY
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Outcome
from aidledger.store.port import LedgerStore

STREAM: Final = "generation/certificates"
_CERTIFIED: Final = "GenerationCertified"


class Recorded(NamedTuple):
    """A certificate that the log names, and where."""

    position: int
    event: GenerationCertified


def certificate_of(generation: Generation, origin: str) -> Certificate:
    """Return what is certified of a generation of a log.

    Raises:
        ServiceError: it was made without knowing the root of the log.

    """
    if not generation.root:
        raise ServiceError(
            f"generation {generation.number}: expected one that names its root, found none",
            hint="run aidledger rebuild",
        )
    return Certificate(
        as_of=generation.as_of.isoformat(),
        engine=generation.engine,
        entries=generation.entries,
        known_on=generation.known_on.isoformat() if generation.known_on else None,
        missing=tuple(sorted(one.name for one in generation.failed)),
        models=tuple(
            CertifiedModel(
                digest=one.digest, name=one.name, rows=one.rows, sql_sha256=one.sql_sha256
            )
            for one in sorted(generation.models, key=lambda one: one.name)
        ),
        origin=origin,
        program=generation.program,
        root=generation.root,
        size=generation.size,
        skipped=generation.skipped,
    )


def certify(
    session: Session,
    *,
    actor: str,
    office: str,
    on: str | None = None,
    own: bool = False,
) -> Outcome:
    """Certify the current generation: sign its certificate, keep it, and record its hash.

    The same generation is certified once: asked again, the first receipt is given.

    Args:
        session: a ledger opened for writing.
        actor: who certifies.
        office: for which office.
        on: the day of it; today by default.
        own: whether whoever calls has just built it, and need not work out its digests again.

    Raises:
        ServiceError: there is no generation, the log has another root at its size, or its tables are not
            those that its description says.
        GenerationsError: the current generation cannot be read.

    """
    generation = generations_of(session).current()
    if generation is None:
        raise ServiceError(
            "expected a generation of the read models, found none",
            hint="run aidledger rebuild",
            exit_code=10,
        )
    content = certificate_of(generation, session.store.origin).encode()
    _check_root(session.store, generation)
    if not own:
        _check_tables(session, generation)
    keep_certificate(session, certificates_folder(session), content, actor=actor)
    event = GenerationCertified(
        as_of=generation.as_of.isoformat(),
        certificate=certificate_hash(content),
        known_on=generation.known_on.isoformat() if generation.known_on else None,
        root=generation.root,
        size=generation.size,
    )
    by = Who(actor=actor, office=office, on=on or session.today)
    return record(session, [by.says(STREAM, event)], cause=f"certify:{event.certificate}")


def certificates_folder(session: Session | LedgerStore) -> Path:
    """Return where the certificates of a ledger lie."""
    return generations_of(session).folder / "certificates"


def keep_certificate(session: Session, folder: Path, content: bytes, *, actor: str) -> None:
    """Keep a certificate, and signed by its actor where the ledger has keys.

    Raises:
        ServiceError: the actor has no key at hand, or the signer failed.
        KeyFileError: the file of the key is refused, or stays shut.

    """
    name = certificate_hash(content)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    guard = guard_of(session)
    if guard is not None:
        size = session.store.head().size
        _, signer = session.keyring.signer_for(guard.registry, actor, size)
        try:
            signed = sign_certificate(signer, content)
        except SigningError as error:
            raise ServiceError(str(error), exit_code=REFUSED_KEY) from error
        replace_file(folder / f"{name}.dsse.json", signed, mode=0o666)
    replace_file(folder / f"{name}.json", content, mode=0o666)


def certified(store: LedgerStore) -> list[Recorded]:
    """Return every certificate that the log names, in its order."""
    found = []
    for row in store.read_types((_CERTIFIED,)):
        entry = recorded_row(row)
        if entry is not None and isinstance(entry.event, GenerationCertified):
            found.append(Recorded(entry.position, entry.event))
    return found


def kept_certificate(folder: Path, name: str) -> tuple[bytes, Certificate]:
    """Return the certificate of a hash, its bytes and what they say.

    Raises:
        ServiceError: it is not there (10), may not be read (3), or is not the one of this hash (1).

    """
    path = folder / f"{name}.json"
    try:
        content = read_plain(path)
        certificate = parse_certificate(content)
    except FileNotFoundError:
        raise ServiceError(
            f"{path}: expected the certificate that the log names, found none",
            hint="bring it back from where a copy is kept",
            exit_code=10,
        ) from None
    except PermissionError:
        # says nothing of what the file holds
        raise ServiceError(f"{path}: may not be read", hint="ask its owner for it") from None
    except (OSError, FormatError) as error:
        raise ServiceError(
            f"{path}: {error}", hint="bring it back from where a copy is kept", exit_code=1
        ) from None
    if certificate_hash(content) != name:
        raise ServiceError(
            f"{path}: expected the certificate that the log names, found another",
            hint="bring it back from where a copy is kept",
            exit_code=1,
        )
    return content, certificate


def _check_root(store: LedgerStore, generation: Generation) -> None:
    """Refuse to certify what was derived from another log, or from one that was rewritten since."""
    size = store.head().size
    found = root_at(store, generation.size).hex() if generation.size <= size else "a shorter log"
    if found != generation.root:
        raise ServiceError(
            f"generation {generation.number}: expected the root {generation.root} at size "
            f"{generation.size}, found {found}",
            hint="aidledger verify says what is wrong",
            exit_code=1,
        )


def _check_tables(session: Session, generation: Generation) -> None:
    """Refuse to certify what a file does not hold: it and its description can be edited since they were made."""
    models = load_models()
    with generations_of(session).opened(generation) as connection:
        for one in generation.models:
            model, found = models.get(one.name), ""
            if model is not None and model.sql_sha256 == one.sql_sha256:
                found = digest_of(connection, one.name, model.key).root
            if found != one.digest:
                raise ServiceError(
                    f"generation {generation.number}, {one.name}: expected the digest {one.digest}, "
                    f"found {found or 'another SQL of this model'}",
                    hint="run aidledger rebuild",
                    exit_code=1,
                )
