"""What every ring that writes needs of a disk: that something is on it, and a small file replaced whole."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["replace_file", "sync"]


def sync(path: Path) -> None:
    """Wait until a file's content, or the names in a folder, are on the disk. Raises OSError."""
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def replace_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace a small file of the ledger's own: written apart, synced, renamed, the folder synced.

    It is for what must be on the disk before anything is done because of it: whoever calls holds a
    lock and knows that the folder is there. A link that stands there is replaced, never followed; a
    draft that a crash left is written over. `mode` is cut by the umask: 0o666 for what whoever may enter
    the folder may read, as files are that the engine makes.

    Raises:
        OSError: the file is then the old or the new one.

    """
    fresh = path.with_name(f"{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(fresh, flags, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    sync(path.parent)
