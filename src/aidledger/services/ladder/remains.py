"""Not trusted alone: what lies beside a database and was made of its log tells how far that reached.

The mark is one small file, and whoever puts an older copy of the database back removes it too. Signed
checkpoints, certificates, generations and sealed segments remain, each with a size of the log. They lag
behind the ledger as the mark may, and never run ahead of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from aidledger.archive.manifest import ManifestError, parse_manifest, segment_name
from aidledger.archive.places import FolderPlace
from aidledger.disk import read_plain
from aidledger.ledger.certificate import parse_certificate
from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.forms import is_hash
from aidledger.ledger.strict import FormatError
from aidledger.replay.generation import Generation
from aidledger.replay.generations import POINTER
from aidledger.services.checkpoints.checkpointing import signed_path
from aidledger.store.mark import Mark
from aidledger.store.opening import beside, mark_path
from aidledger.store.port import Head

_MOST_BYTES: Final = 4 << 20


class Reach(NamedTuple):
    """A file and the size that the log had when it was made; the root where the file says it."""

    path: Path
    size: int
    root: bytes | None


def reaches(location: str, origin: str) -> list[Reach]:
    """Return what files beside a ledger say of its log; one that can't be read, or is another log's, says nothing."""
    generations = beside(location, "generations")
    descriptions = [generations / POINTER, *generations.glob("generation-*.json")]
    found = [
        *_read([signed_path(location)], lambda data: _signed(data, origin)),
        *_read(generations.glob("certificates/*.json"), lambda data: _certified(data, origin)),
        *_read(descriptions, _derived),
        *_sealed(FolderPlace(beside(location, "archive")), origin),
    ]
    return [one for one in found if one.size > 0]


def contradicted(
    found: Iterable[Reach],
    size: int,
    roots_at: Callable[[int], Sequence[bytes]],
    lost: Sequence[tuple[int, int]],
) -> Reach | None:
    """Return the first of those that a log does not agree with, or of those that it doesn't reach the farthest.

    Args:
        found: what files say.
        size: of the log.
        roots_at: the roots that it may have at a size; none where they are not known.
        lost: sizes that each restoration kept, and lost: what lies between was allowed to go.

    """
    held = [one for one in found if not any(kept < one.size <= gone for kept, gone in lost)]
    farther = [one for one in held if one.size > size]
    if farther:
        return max(farther, key=lambda one: one.size)
    for one in sorted(held, key=lambda one: one.size):
        known = roots_at(one.size)
        if one.root is not None and known and one.root not in known:
            return one
    return None


def mark_of(location: str, origin: str) -> Mark:
    """Return the mark of a ledger; where it is gone, what reaches the farthest stands for it.

    Raises:
        StoreError: the mark can't be read.

    """
    mark = Mark(mark_path(location))
    if not mark.size:
        rooted = [(one.size, one.root) for one in reaches(location, origin) if one.root is not None]
        if rooted:
            size, root = max(rooted)
            mark.admit(Head(size=size, root=root, frontier=b"", recorded_at=None))
    return mark


def _read(
    paths: Iterable[Path], what: Callable[[bytes], tuple[int, str] | None]
) -> Iterator[Reach]:
    for path in paths:
        try:
            said = what(read_plain(path, _MOST_BYTES))
        except (OSError, FormatError, msgspec.DecodeError, UnicodeError):
            continue
        if said is not None and is_hash(said[1]):
            yield Reach(path, said[0], bytes.fromhex(said[1]))


def _signed(data: bytes, origin: str) -> tuple[int, str] | None:
    one = parse_checkpoint(data)
    return (one.size, one.root.hex()) if one.origin == origin else None


def _certified(data: bytes, origin: str) -> tuple[int, str] | None:
    one = parse_certificate(data)
    return (one.size, one.root) if one.origin == origin else None


def _derived(data: bytes) -> tuple[int, str]:
    one = msgspec.json.decode(data, type=Generation)
    return one.size, one.root


def _sealed(place: FolderPlace, origin: str) -> Iterator[Reach]:
    """Yield how far the last segment reaches; its root is not the log's."""
    try:
        for number in reversed(place.numbers()):
            try:
                manifest = parse_manifest(place.manifest(segment_name(number)))
            except (FileNotFoundError, ManifestError):
                continue
            if manifest.origin == origin:
                yield Reach(place.folder / segment_name(number), manifest.end, None)
                return
    except OSError:
        return
