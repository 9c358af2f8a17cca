"""Puts a file or a whole folder in its place in one step: it is there complete, or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from aidledger.services.files import sync_folder
from aidledger.services.problems import ServiceError

_BLOCK: Final = 1 << 20
_FOR_ALL_TO_READ: Final = 0o755


@contextmanager
def placed_file(path: Path) -> Iterator[Path]:
    """Give a draft's name beside a file; what is written there takes its place at the end.

    Raises:
        OSError: it can't be written; what stood there before stands there still.

    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with _named(path):
            yield draft
            _sync(draft)
            draft.replace(path)
            sync_folder(path.parent)
    finally:
        # a database that could not be finished leaves its journal too
        for left in path.parent.glob(f"{escape(draft.name)}*"):
            left.unlink(missing_ok=True)


@contextmanager
def placed_folder(path: Path, *, for_owner_only: bool = False) -> Iterator[Path]:
    """Give an empty folder beside a name; with all that is written there it gets that name.

    All may read it in the end, unless it is for its owner only.

    Raises:
        ServiceError: there is something of that name already, other than an empty folder.
        OSError: it can't be written; nothing of that name is there then.

    """
    must_be_free(path)
    with _named(path):
        draft = Path(mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    try:
        with _named(path):
            yield draft
            for one in sorted(draft.rglob("*")):
                if one.is_file():
                    _sync(one)
                else:
                    sync_folder(one)
            if not for_owner_only:  # as a draft's is
                draft.chmod(_FOR_ALL_TO_READ)
            sync_folder(draft)
            draft.replace(path)
            sync_folder(path.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Let an error of a draft, or of no file by name, name what was asked for."""
    try:
        yield
    except OSError as error:
        found = error.filename
        if found is not None and f".{path.name}." not in os.fspath(found):
            raise
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


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


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
