"""Writes files so that whoever looks sees the old one or the new one, whenever the power fails."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from aidledger.services.problems import ServiceError

_MAX_FILES: Final = 100_000


def write_file(path: Path, content: bytes) -> bool:
    """Put a file in its place in one step; False where it had these bytes already.

    Raises:
        OSError: it cannot be written; what stood there before stands there still.
    """
    if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    # one name for each process: two at once write the same bytes
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
    sync_folder(path.parent)
    return True


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left in a folder; nobody else may be writing there.

    Raises:
        OSError: it cannot be removed.
    """
    for left in folder.glob(".*.part"):
        left.unlink(missing_ok=True)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put several files into a folder. Raises OSError."""
    for name, content in files.items():
        write_file(folder / name, content)


def check_regular(file: IO[bytes]) -> None:
    """Refuse what is read twice and has no end, or can be read once only: a device, a pipe.

    Raises:
        ServiceError: not a regular file.
    """
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise ServiceError(
            "this is a device or a pipe, expected a file",
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


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk. Raises OSError."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
