"""Not trusted alone: who edits this file and the database rolls both back; witnesses find it.

The high-water mark lies outside the database: a ledger that is shorter than its mark (a backup was
restored, a tail cut off) is not appended to. It is written after each commit and never synced: it
may lag behind the ledger, never run ahead of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from aidledger.disk import read_plain
from aidledger.store.errors import StoreError
from aidledger.store.port import Head

_MOST_BYTES: Final = 1_000
_LINE: Final = re.compile(rb"([0-9]{20}) ([0-9a-f]{64})\n")


class Mark:
    """The largest size, with its root, that this ledger was seen to have."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None
        self.size, self.root = self._read()
        self._held = False

    def problem(self, head: Head) -> str | None:
        """Say why this head must not be appended to, or None."""
        if head.size < self.size:
            return f"the ledger has {head.size} entries, and had {self.size}: {self._where()}"
        if head.size == self.size > 0 and head.root != self.root:
            return (
                f"the ledger of {head.size} entries has another root than it had: {self._where()}"
            )
        return None

    def _where(self) -> str:
        """Say who remembers: the file, or where that is gone whatever else was made of the log."""
        return str(self.path) if self.path.exists() else "what was made of it"

    def other_past(self, head: Head, root_at: Callable[[int], bytes]) -> str | None:
        """Say why a head that the mark lags behind is of another past, or None.

        `root_at` gives the root that the ledger has at a size. It is asked once: what others append
        meanwhile lets the mark lag behind a log that it is of.
        """
        if self._held or not 0 < self.size < head.size:
            return None
        self._held = root_at(self.size) == self.root
        if self._held:
            return None
        return (
            f"the ledger's first {self.size} entries have another root than they had: {self.path}"
        )

    def advance(self, head: Head) -> None:
        """Remember a head that is durable. A full disk is no reason to fail: the mark may lag."""
        self.size, self.root = head.size, head.root
        try:
            if self._file is None:
                self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.pwrite(self._file, f"{head.size:020d} {head.root.hex()}\n".encode(), 0)
        except OSError:
            self.close()

    def admit(self, head: Head) -> None:
        """Hold on to this head, in this process: the file stays until something is durable.

        For `services.checkpoints.restoring`, which has an auditor's cosignature in hand, and for
        whoever knows how far a ledger reached whose file is gone.
        """
        self.size, self.root = head.size, head.root

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self) -> tuple[int, bytes]:
        try:
            line = read_plain(self.path, _MOST_BYTES)
        except FileNotFoundError:
            return 0, b""
        except OSError as error:
            raise StoreError(f"cannot read the high-water mark {self.path}", code="mark") from error
        if not line:
            return 0, b""
        found = _LINE.fullmatch(line)
        if found is None:
            raise StoreError(
                f"the high-water mark {self.path} is not in its format",
                code="mark",
                hint="compare the ledger with its newest cosigned checkpoint, then remove the file",
            )
        return int(found[1]), bytes.fromhex(found[2].decode())
