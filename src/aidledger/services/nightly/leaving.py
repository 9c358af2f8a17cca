"""Whether a generation is as a night left it: else lists and findings would be of what somebody wrote there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from aidledger.archive.writing import digest_of_file
from aidledger.replay.generation import Generation
from aidledger.services.clock import utc_text
from aidledger.services.keptfile import Basis, Carried, KeptFile, program_digest
from aidledger.services.nightly.night import Night

LEFT_FILE: Final = "generation.left"
_FORMAT: Final = "aidledger/left/v1"


class LeftGeneration(Carried, frozen=True, kw_only=True):
    """The SHA-256 (hex) of a generation's file when a night had built it."""

    sha256: str


def is_as_left(night: Night, generation: Generation, path: Path) -> bool:
    """Whether the file of a generation is the one that a night built; not where no night says so."""
    kept = _kept(night)
    left = None if kept is None else kept.taken(lambda _: _basis(night, generation))
    # what stands in a log of changes beside the file the engine would read with it
    alone = path.is_file() and not Path(f"{path}.wal").exists()
    return left is not None and alone and left.sha256 == digest_of_file(path)


def leave(night: Night, generation: Generation, path: Path) -> None:
    """Keep what a night has built, for the next one. Raises OSError."""
    kept = _kept(night)
    if kept is not None:
        left = LeftGeneration(
            basis=_basis(night, generation),
            size=generation.size,
            full_on=kept.full_on,
            nights=0,
            sha256=digest_of_file(path),
        )
        kept.put(kept.packed(left))


def _kept(night: Night) -> KeptFile[LeftGeneration] | None:
    secrets = night.session.secrets
    if secrets is None:
        return None
    return KeptFile(
        night.folder / LEFT_FILE,
        secrets,
        LeftGeneration,
        form=_FORMAT,
        now=utc_text(night.session.clock.now()),
        full_each=sys.maxsize,
    )


def _basis(night: Night, generation: Generation) -> Basis:
    return Basis(origin=night.store.origin, program=program_digest(), root=generation.root)
