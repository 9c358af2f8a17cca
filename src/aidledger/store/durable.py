"""Trusted: one at a time writes a small file beside a ledger; who edits the file itself has won it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MODE: Final = 0o600


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
