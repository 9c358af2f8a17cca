"""Seals complete runs of entries into the archive: written, and recorded in the log.

What is sealed is hashed again and held against the stored tree first, and the manifest's hash goes
into the log. A run killed anywhere is done again with the same bytes: only what the log vouches for
counts as sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

import msgspec

from aidledger.archive.manifest import MANIFEST, SEGMENT_ENTRIES, Manifest, segment_name
from aidledger.archive.places import Place
from aidledger.archive.writing import SealError, digest_of
from aidledger.domain.events.proving import SegmentSealed
from aidledger.ledger.finding import Finding
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.archives.segments import (
    Seal,
    archive_folder,
    opened_place,
    seals_by_first,
    seals_of,
    unreadable,
)
from aidledger.services.archives.writing import SegmentJob, write_here, write_sealed
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.services.sharing import others, processes_for, shared_answers
from aidledger.store.durable import locked
from aidledger.store.outcome import Outcome
from aidledger.store.port import LedgerStore

STREAM: Final = "archive/segments"

Progress = Callable[[int, int | None], None]
"""Told the entries done so far, and how many there are to do."""


class Sealing(msgspec.Struct, frozen=True, kw_only=True):
    """What a sealing did: the manifests written, the outcome of recording them (None: none new).

    `finding` is why it stopped: entries that do not verify. `sealed` is how many segments the log
    vouches for now, `left` the entries behind them.
    """

    written: tuple[Manifest, ...]
    outcome: Outcome | None
    finding: Finding | None
    sealed: int
    left: int


def seal(
    session: Session,
    location: str,
    *,
    actor: str,
    office: str,
    on: str | None = None,
    archive: str | None = None,
    entries: int = SEGMENT_ENTRIES,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Sealing:
    """Write every complete segment that the log does not vouch for yet, and record their manifests.

    Args:
        session: a ledger opened for writing, and where it lies.
        location: the same ledger's place, for the processes that read it.
        actor: who seals.
        office: for which office.
        on: the day it is sealed on; today by default.
        archive: a folder or URL; default: beside the ledger.
        entries: of each segment, 256 times a power of two.
        jobs: processes to write in; by default one for little, else all processors.
        progress: told how far it is.

    Raises:
        ServiceError: a segment there is another than the log says, or the place refused.

    """
    where = archive or str(archive_folder(location))
    place = opened_place(where)
    own = archive_folder(location)
    own.parent.mkdir(parents=True, exist_ok=True)
    with locked(own):
        known = seals_by_first(seals_of(session.store), entries)
        count = session.store.head().size // entries
        wanted = [n for n in range(count) if not _is_kept(place, n, known.get(n * entries, ()))]
        written, finding = _write_all(
            session.store,
            [SegmentJob(location, where, n, entries) for n in wanted],
            place,
            jobs,
            progress,
        )
        fresh = [
            m for m in written
            if digest_of(m.encode()) not in {one.event.manifest for one in known.get(m.first, ())}
        ]  # fmt: skip
        outcome = _record(session, fresh, actor=actor, office=office, on=on) if fresh else None
    done = count if finding is None else wanted[len(written)]
    return Sealing(
        written=tuple(written),
        outcome=outcome,
        finding=finding,
        sealed=done,
        left=session.store.head().size - done * entries,
    )


def _write_all(
    store: LedgerStore,
    work: list[SegmentJob],
    place: Place,
    jobs: int | None,
    progress: Progress | None,
) -> tuple[list[Manifest], Finding | None]:
    """Write segments in their order, up to the first whose entries do not verify."""
    entries = work[0].entries if work else 0
    total = len(work) * entries
    wanted = processes_for(total if place.shared else 0, jobs)
    written: list[Manifest] = []
    try:
        beside = min(wanted, len(work)) - 1
        with others(beside) as executor:
            here = partial(write_sealed, store, place)
            for manifest in shared_answers(write_here, here, work, executor, beside):
                written.append(manifest)
                if progress is not None:
                    progress(len(written) * entries, total)
    except SealError as error:
        return written, error.finding
    except OSError as error:
        raise ServiceError(
            f"archive: expected room to write in, found {error.strerror or error}",
            hint="free space or name another place, and run aidledger archive seal again",
            exit_code=75,
        ) from error
    return written, None


def _record(
    session: Session, manifests: list[Manifest], *, actor: str, office: str, on: str | None
) -> Outcome:
    """Record the manifests' hashes in one batch."""
    hashes = [digest_of(manifest.encode()) for manifest in manifests]
    by = Who(actor=actor, office=office, on=on or session.today)
    proposals = [
        by.says(
            STREAM,
            SegmentSealed(
                entries=manifest.entries, first=manifest.first, manifest=digest, root=manifest.root
            ),
        )
        for manifest, digest in zip(manifests, hashes, strict=True)
    ]
    which = digest_of("".join(hashes).encode())[:32]
    return record(session, proposals, cause=f"seal-segments:{which}")


def _is_kept(place: Place, number: int, seals: Iterable[Seal]) -> bool:
    """Whether a segment is there as the log has it; one of which the log says nothing is not.

    Raises:
        ServiceError: the log says something else of it.

    """
    name = segment_name(number)
    seals = tuple(seals)
    try:
        found = digest_of(place.manifest(name))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unreadable(name, error) from error
    if seals and found not in {one.event.manifest for one in seals}:
        raise ServiceError(
            f"archive: {name}/{MANIFEST}: expected SHA-256 {seals[-1].event.manifest}, as the log "
            f"has it, found {found}",
            hint="remove the segment's folder and seal again",
            exit_code=1,
        )
    return bool(seals)
