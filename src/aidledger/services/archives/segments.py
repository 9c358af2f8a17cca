"""Reads the segments of an archive, and what the log says of them: which may be believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final, NamedTuple

import msgspec

from aidledger.archive.manifest import (
    MANIFEST,
    Manifest,
    ManifestError,
    parse_manifest,
    segment_name,
)
from aidledger.archive.places import Place, open_place
from aidledger.archive.writing import digest_of, digest_of_file
from aidledger.domain.events.proving import SegmentSealed
from aidledger.replay.rows import recorded_row
from aidledger.replay.sealed import SealedRun, file_of
from aidledger.services.problems import ServiceError
from aidledger.store.opening import beside
from aidledger.store.port import HostileRow, LedgerStore

SEALED: Final = "SegmentSealed"
NAMES_IT: Final = "aidledger archive verify names what is wrong"
NO_RIGHT: Final = "give whoever runs this the right to read the archive, or run it as its owner"
_NODES: Final = "SELECT idx, hash FROM nodes WHERE level = 1 AND idx >= ? AND idx < ? ORDER BY idx"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A segment of an archive; `sealed_at` is where the log vouches for it, None where it doesn't."""

    number: int
    manifest: Manifest
    manifest_hash: str
    sealed_at: int | None


class Seal(NamedTuple):
    """What the log says of a segment, and where."""

    position: int
    event: SegmentSealed


def archive_folder(location: str) -> Path:
    """Say where the archive of a ledger lies: beside its file, or with the user's data."""
    return beside(location, "archive")


def stored_tiles(store: LedgerStore, tiles: range) -> dict[Any, Any]:
    """Return the stored hashes of tiles of 256 entries by their number: hostile."""
    with store.reading() as run:
        return {row[0]: row[1] for row in run(_NODES, (tiles.start, tiles.stop))}


def seals_of(store: LedgerStore) -> list[Seal]:
    """Return every readable sealing of a segment in the log, in its order."""
    return list(readable_seals(store.read_types((SEALED,))))


def readable_seals(rows: Iterable[HostileRow]) -> Iterator[Seal]:
    """Yield what rows say of segments; one that can't be read, or is before what it seals, says nothing."""
    for row in rows:
        entry = recorded_row(row)
        if (
            entry is not None
            and isinstance(entry.event, SegmentSealed)
            and entry.event.first + entry.event.entries <= entry.position
        ):
            yield Seal(entry.position, entry.event)


def seals_by_first(seals: Iterable[Seal], entries: int) -> dict[int, list[Seal]]:
    """Return the sealings of segments of a length, by their first position."""
    found: dict[int, list[Seal]] = {}
    for one in seals:
        if one.event.entries == entries:
            found.setdefault(one.event.first, []).append(one)
    return found


def sealed_runs(store: LedgerStore, archive: Path) -> tuple[SealedRun, ...]:
    """Return the segments from position 0 on that the log vouches for, each file hashed again.

    Raises:
        ServiceError: one is not as it was sealed: it must not be believed; or may not be read.

    """
    return runs_of(seals_of(store), archive)


def runs_of(seals: Sequence[Seal], archive: Path) -> tuple[SealedRun, ...]:
    """Return the segments that sealings vouch for; the rest as `sealed_runs` has it."""
    place = open_place(str(archive))
    runs: list[SealedRun] = []
    try:
        numbers = place.numbers()
    except OSError as error:
        raise unreadable(str(archive), error) from error
    for number in numbers:
        name = segment_name(number)
        manifest, digest = _manifest_of(place, name)
        known = {
            one.event.manifest: one.event
            for one in seals
            if (one.event.first, one.event.entries) == (manifest.first, manifest.entries)
        }
        if manifest.first != (runs[-1].end if runs else 0) or not known:
            break  # written and not yet recorded, or behind a hole: its records are read
        if digest not in known or known[digest].root != manifest.root:
            raise _altered(name, f"{MANIFEST}: expected what the log sealed, found another")
        for file, said in manifest.files.items():
            path = Path(file_of(archive / name, file))
            try:
                state = path.stat()
                if not S_ISREG(state.st_mode):
                    raise _altered(name, f"{path.name}: expected a file, found something else")
                if state.st_size != said.size:
                    raise _altered(
                        name,
                        f"{path.name}: expected {said.size} bytes, found {state.st_size}",
                    )
                found = _digest_once(path, state.st_ino, state.st_ctime_ns, state.st_mtime_ns)
            except PermissionError as error:
                raise unreadable(f"{name}/{path.name}", error) from error
            except OSError as error:
                raise _altered(name, f"{path.name}: {error.strerror}") from error
            if found != said.sha256:
                raise _altered(name, f"{path.name}: expected SHA-256 {said.sha256}, found {found}")
        runs.append(
            SealedRun(
                first=manifest.first,
                end=manifest.end,
                folder=archive / name,
                views=manifest.views,
                unread=manifest.unread,
            )
        )
    return tuple(runs)


@lru_cache(maxsize=65_536)
def _digest_once(path: Path, *state: int) -> str:
    """Return the SHA-256 of a file as it is on the disk: asked often, and hashed when it has changed."""
    del state
    return digest_of_file(path)


def list_segments(archive: str, seals: Iterable[Seal] = ()) -> list[Listed]:
    """Return the segments of an archive, and where the log vouches for them.

    Raises:
        ServiceError: there is no archive, or a manifest can't be read.

    """
    place = opened_place(archive)
    known = {(one.event.first, one.event.manifest): one.position for one in seals}
    found = []
    for number in numbers_of(place, archive):
        manifest, digest = _manifest_of(place, segment_name(number))
        in_place = manifest.first == number * manifest.entries
        sealed_at = known.get((manifest.first, digest)) if in_place else None
        found.append(
            Listed(number=number, manifest=manifest, manifest_hash=digest, sealed_at=sealed_at)
        )
    return found


def opened_place(archive: str) -> Place:
    """Return the place of an archive.

    Raises:
        ServiceError: a URL of a kind that nothing here reaches.

    """
    try:
        return open_place(archive)
    except (ImportError, ValueError) as error:
        raise ServiceError(
            f"archive: {archive}: {error}",
            hint="pip install 'aidledger[objects]', and what fsspec needs for this kind of URL",
            exit_code=2,
        ) from error


def numbers_of(place: Place, archive: str) -> list[int]:
    """Return the numbers of the segments of an archive.

    Raises:
        ServiceError: there are none.

    """
    try:
        numbers = place.numbers()
    except OSError as error:
        raise unreadable(archive, error) from error
    if not numbers:
        raise ServiceError(
            f"archive: {archive}: expected segments, found none",
            hint="look at the path; aidledger archive seal writes complete runs of 65,536 entries",
            exit_code=10,
        )
    return numbers


def _manifest_of(place: Place, name: str) -> tuple[Manifest, str]:
    """Return a segment's manifest and its hash. Raises ServiceError."""
    try:
        data = place.manifest(name)
        return parse_manifest(data), digest_of(data)
    except FileNotFoundError as error:
        raise _altered(name, f"{MANIFEST}: expected a file, found none") from error
    except OSError as error:
        raise unreadable(name, error) from error
    except ManifestError as error:
        raise _altered(name, f"{MANIFEST}: {error}") from error


def _altered(name: str, what: str) -> ServiceError:
    return ServiceError(f"archive: {name}/{what}", hint=NAMES_IT, exit_code=1)


def unreadable(name: str, error: OSError) -> ServiceError:
    """Return what to say of a place that can't be read."""
    return ServiceError(
        f"archive: {name}: {error.strerror or error}",
        hint=NO_RIGHT if isinstance(error, PermissionError) else NAMES_IT,
        exit_code=75,
    )
