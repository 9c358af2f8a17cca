"""Trusted: keeps one connection for writing, which no other thread has meanwhile; an attacker gains nothing.

What the links of both engines share.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine

from aidledger.store.errors import StoreError


class OneWriter:
    """Keeps one writer of an engine's connections under a lock of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.RLock()
        self._writer: Any = None
        self._busy = False
        self._closed = False

    def close(self) -> None:
        """Close every connection; one that is in use, as soon as it comes back."""
        with self._lock:
            self._closed = True
            self._drop_writer()
            self._engine.dispose()

    def __del__(self) -> None:
        with suppress(AttributeError):  # where opening failed half way
            self.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Have the writer to oneself; a transaction inside a transaction is a mistake."""
        with self._lock:
            self._require_open()
            if self._busy:
                raise StoreError("a transaction inside a transaction", code="usage")
            self._busy = True
            try:
                yield
            finally:
                self._busy = False

    def _require_open(self) -> None:
        if self._closed:
            raise StoreError("this ledger is closed", code="closed")

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.invalidate()
            writer.close()
