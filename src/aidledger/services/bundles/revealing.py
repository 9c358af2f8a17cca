"""Opens personal values for a bundle, on the record: who looked, why, and what was handed out.

A value leaves only after somebody else asked for it (``ExportRequested``); it is recorded that it was
opened (``PersonalDataRevealed``) before it is, and that it is handed out (``ExportReleased``) before it
is. Who may, the powers say.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from aidledger.domain.events.duty import ExportReleased, ExportRequested
from aidledger.domain.events.registry import PersonalDataRevealed
from aidledger.domain.recorded import Recorded
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.bundles.asking import Subject
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Committed


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """Which personal fields go with a bundle, what for, by whose request, and who answers for it."""

    fields: tuple[str, ...]
    purpose: str
    request: str
    actor: str
    office: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A personal value with its salt (hex), and the entry whose commitment it opens."""

    commitment: str
    field: str
    position: int
    salt: str
    stream: str
    value: str


def opened_for(
    session: Session, entries: Sequence[Recorded], subject: Subject, release: Release
) -> list[Opened]:
    """Record that the fields are opened, and open them: those of the case alone.

    Raises:
        ServiceError: nobody asked for them, the case has none, or they are erased.
        RefusedError: the actor may not.

    """
    if subject.case is None or subject.case not in subject.streams:
        raise ServiceError("--reveal: expected a bundle about one case, found another", exit_code=2)
    _check_asked(session, release)
    own = [
        (entry, field)
        for entry in entries
        for field in sorted(set(release.fields) & entry.sealed.keys())
        if entry.stream == subject.case
    ]
    for field in sorted(set(release.fields) - {field for _, field in own}):
        raise ServiceError(
            f"{field}: expected a sealed field of {subject.case}, found none", exit_code=2
        )
    if session.vault is None:
        raise ServiceError("--reveal: expected the secrets of the ledger, found none")
    person = session.states.case(subject.case).applicant
    event = PersonalDataRevealed(
        case=subject.case, fields=tuple(sorted(release.fields)), purpose=release.purpose
    )
    _say(session, release, f"person/{person or subject.case.removeprefix('case/')}", event)
    opened = session.vault.openings([entry.sealed[field] for entry, field in own])
    found = []
    for entry, field in own:
        commitment = entry.sealed[field]
        if commitment in opened:
            salt, value = opened[commitment]
            found.append(
                Opened(
                    commitment=commitment,
                    field=field,
                    position=entry.position,
                    salt=salt.hex(),
                    stream=entry.stream,
                    value=value.decode(),
                )
            )
    if not found:
        raise ServiceError(f"{subject.case}: expected personal values, found them erased")
    return found


def hand_out(session: Session, release: Release, digest: str, rows: int) -> None:
    """Record that a bundle leaves with personal values; `digest` is that of its tag manifest.

    Raises:
        RefusedError: the actor may not, or asked for it himself.

    """
    _say(session, release, release.request, ExportReleased(file=digest, rows=rows))


def _check_asked(session: Session, release: Release) -> None:
    """Refuse where nobody asked for these fields in the named request, or they were handed out."""
    entries = session.stream(release.request) if session.states.version(release.request) else []
    asked: set[str] = set()
    for entry in entries:
        match entry.event:
            case ExportRequested(fields=fields):
                asked |= set(fields)
            case ExportReleased():
                asked.clear()
    missing = sorted(set(release.fields) - asked)
    if missing:
        raise ServiceError(
            f"{release.request}: expected a request for {', '.join(missing)}, found none open",
            hint="somebody else records ExportRequested first: aidledger record",
            exit_code=2,
        )


def _say(
    session: Session, release: Release, stream: str, event: PersonalDataRevealed | ExportReleased
) -> None:
    """Record one act of whoever answers for the release."""
    name = type(event).__name__
    by = Who(actor=release.actor, office=release.office, on=session.today)
    size = session.store.head().size
    outcome = record(
        session, [by.says(stream, event)], cause=f"bundle:{name}:{release.request}:{size}"
    )
    if not isinstance(outcome, Committed):
        raise ServiceError(f"{stream}: expected it to be recorded, found {type(outcome).__name__}")
