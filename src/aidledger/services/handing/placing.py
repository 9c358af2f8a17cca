"""Puts a whole folder in its place in one step: it is there complete, or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from aidledger.disk import named, sync
from aidledger.services.problems import ServiceError

_FOR_ALL_TO_READ: Final = 0o755


@contextmanager
def placed_folder(path: Path, *, for_owner_only: bool = False) -> Iterator[Path]:
    """Give an empty folder beside a name; with all that is written there it gets that name.

    What a writer that was killed left there is taken away: persons' names may be in it. All may read it in the end, unless it is for its owner only.

    Raises:
        ServiceError: there is something of that name already, other than an empty folder.
        OSError: it can't be written; nothing of that name is there then.

    """
    must_be_free(path)
    with named(path):
        _sweep(path)
        draft = Path(mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    try:
        with named(path), _held(draft):
            yield draft
            for one in sorted(draft.rglob("*")):
                sync(one)
            if not for_owner_only:  # as a draft's is
                draft.chmod(_FOR_ALL_TO_READ)
            sync(draft)
            draft.replace(path)
            sync(path.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def must_be_free(path: Path) -> None:
    """Refuse a place where there is something already.

    Raises:
        ServiceError: it is neither new nor an empty folder.

    """
    if path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir()))):
        raise ServiceError(
            f"{path.name}: expected a new or an empty folder, found something in it",
            hint="name another folder: nothing that was handed over is written over",
            exit_code=2,
        )


def _sweep(path: Path) -> None:
    """Take away the drafts of this name that nobody writes any more."""
    for left in path.parent.glob(f".{escape(path.name)}.*.part"):
        with suppress(OSError), _held(left):  # gone, another's, or still written
            shutil.rmtree(left)


@contextmanager
def _held(draft: Path) -> Iterator[None]:
    """Show that a draft is written; the lock goes with the process. Raises OSError where another holds it."""
    handle = os.open(draft, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
