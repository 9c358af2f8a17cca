"""Writes files so that whoever looks sees the old one or the new one, whenever the power fails."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import IO, Final

from aidledger.disk import named, sync
from aidledger.services.problems import ServiceError

_MAX_FILES: Final = 100_000
_NO_FILE: Final = "this is a device or a pipe, expected a file"


def write_file(path: Path, content: bytes) -> None:
    """Write a file that somebody asked for; a device or a pipe of that name is written to.

    Raises:
        OSError: it can't be written, or its folder is not there; it names the file that was asked for.

    """
    if _is_special(path):
        with named(path):
            path.write_bytes(content)
        return
    with placed_file(path) as draft:
        _write(draft, path, content)


def write_files(folder: Path, files: Mapping[str, bytes]) -> int:
    """Write files below a folder of our own, with the folders that are missing; say how many were others.

    What has its bytes already is left alone; a link in the place of a file is replaced.

    Raises:
        OSError: one can't be written: those before it are new, all others as they were.

    """
    written = 0
    for name, content in files.items():
        path = folder / name
        if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with placed_file(path, own=True) as draft:
            _write(draft, path, content)
        written += 1
    return written


def _write(draft: Path, path: Path, content: bytes) -> None:
    """Write a draft that is never open to more than what stands in its place."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(draft, flags, _mode_of(path) or 0o666), "wb") as file:
        file.write(content)


@contextmanager
def placed_file(path: Path, *, own: bool = False) -> Iterator[Path]:
    """Give a draft's name beside a file; what is written there takes its place at the end.

    Whoever could read what stood there can read the new one, and nobody else. A link is followed, but
    replaced in a folder of our own.

    Raises:
        ServiceError: a device or a pipe is there: a file must not take its place.
        OSError: it can't be written; what stood there before stands there still, and nothing is left.

    """
    if _is_special(path):
        raise ServiceError(f"{path}: {_NO_FILE}", hint="name a file", exit_code=2)
    place = path if own else Path(os.path.realpath(path))
    # one name for each process: two at once write the same bytes
    draft = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with named(path, place):
            yield draft
            if mode := _mode_of(place):
                draft.chmod(mode)
            sync(draft)
            draft.replace(place)
            sync(place.parent)
    finally:
        # a database that could not be finished leaves its journal too
        for left in place.parent.glob(f"{escape(draft.name)}*"):
            left.unlink(missing_ok=True)


def _is_special(path: Path) -> bool:
    return path.exists() and not (path.is_file() or path.is_dir())


def _mode_of(path: Path) -> int | None:
    """Return who may read and write a file; None where there is none."""
    return stat.S_IMODE(path.stat().st_mode) if path.is_file() else None


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left in a folder; nobody else may be writing there.

    Raises:
        OSError: it cannot be removed.
    """
    for left in folder.glob(".*.part"):
        left.unlink(missing_ok=True)


def check_regular(file: IO[bytes]) -> None:
    """Refuse what is read twice and has no end, or can be read once only: a device, a pipe.

    Raises:
        ServiceError: not a regular file.
    """
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise ServiceError(
            _NO_FILE,
            hint="save it as a file first: it is read twice",
            exit_code=2,
        )


def read_files(paths: Sequence[Path], *, limit: int) -> dict[str, bytes]:
    """Read files, and those right inside folders, by name; none of more than `limit` bytes.

    Raises:
        ServiceError: two files of one name, too many, or one too large.
        OSError: one cannot be read.
    """
    found: dict[str, bytes] = {}
    for path in paths:
        inside = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
        for one in inside:
            if one.name in found or len(found) >= _MAX_FILES:
                raise ServiceError(
                    f"{one.name}: expected each name once, and at most {_MAX_FILES} files",
                    exit_code=2,
                )
            with one.open("rb") as file:
                content = file.read(limit + 1)
            if len(content) > limit:
                raise ServiceError(f"{one.name}: expected at most {limit} bytes", exit_code=2)
            found[one.name] = content
    return found


def read_file(path: Path, *, limit: int) -> bytes:
    """Read one file, which is no folder; it raises as `read_files` does."""
    with path.open("rb"):  # a folder is no file
        pass
    return read_files([path], limit=limit)[path.name]
