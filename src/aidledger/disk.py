"""What every ring needs of a disk: that something is on it, a small file replaced whole, and files that are files."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["MOST_BYTES", "named", "read_plain", "replace_file", "sync"]


@contextmanager
def named(path: Path, place: Path | None = None) -> Iterator[None]:
    """Let an error of a draft beside its place, or of no file by name, name what was asked for."""
    try:
        yield
    except OSError as error:
        found = error.filename
        if found is not None and f".{(place or path).name}." not in os.fspath(found):
            raise
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


MOST_BYTES: Final = 2 << 30
"""What is read at once of a file of our own; a file with a hole in it can say any size."""


def sync(path: Path) -> None:
    """Wait until a file's content, or the names in a folder, are on the disk. Raises OSError."""
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def read_plain(path: Path, limit: int = -1) -> bytes:
    """Read a file, at most `limit` bytes of it. A pipe would be waited for, and a device need not end.

    Raises:
        OSError: it is not there, may not be read, is no plain file, or larger than any that we write whole.

    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.ENXIO, "not a plain file", str(path))
        if limit < 0 and os.fstat(file.fileno()).st_size > MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return file.read(limit)


def replace_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace a small file of the ledger's own: written apart, synced, renamed, the folder synced.

    It is for what must be on the disk before anything is done because of it: whoever calls holds a
    lock and knows that the folder is there. A link that stands there is replaced, never followed; a
    draft that a crash left is written over. `mode` is cut by the umask: 0o666 for what whoever may enter
    the folder may read, as files are that the engine makes.

    Raises:
        OSError: the file is then the old or the new one; it names the file.

    """
    fresh = path.with_name(f"{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    with named(path):
        with os.fdopen(os.open(fresh, flags, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        sync(path.parent)
