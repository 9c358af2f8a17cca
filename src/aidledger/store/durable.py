"""Trusted: a small file beside a ledger is replaced whole or not at all; who edits it has won it.

For what must be on the disk before anything is signed because of it: the text that a log is about
to sign, the head that a witness is about to cosign.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MODE: Final = 0o600


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file: written apart, synced, renamed over the old one, the folder synced.

    Whoever calls holds the file's lock. Raises OSError; the file is then the old or the new one.
    """
    fresh = path.with_name(f"{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(fresh, flags, _MODE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep every other thread and process out, waiting for them; a lock goes with its process.

    The lock is on a file of its own beside `path`, which is never replaced.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(path.with_name(f"{path.name}.lock"), flags, _MODE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
