"""Not trusted: what comes through these connections is whatever the database says.

What the connections of both engines have in common: one writer, kept under a lock of this process,
and a pool of readers.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from sqlalchemy import Engine

from aidledger.store.errors import StoreError
from aidledger.store.port import HostileRow, Run
from aidledger.store.shelf import RunMany


class Link(ABC):
    """Hands out connections; translates the driver's errors into StoreError."""

    def __init__(self, engine: Engine, *, read_only: bool) -> None:
        self._engine = engine
        self._read_only = read_only
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

    @abstractmethod
    def reading(self) -> AbstractContextManager[Run]:
        """Give a runner of shared statements for reading."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[tuple[Run, RunMany]]:
        """Give runners of shared statements in one transaction. Raises as `transaction`."""

    @abstractmethod
    def stream(self, statement: str, parameters: Sequence[Any]) -> Iterator[HostileRow]:
        """Read the rows of a shared statement one by one, all of one moment."""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Have the writer to oneself; a transaction inside a transaction is a mistake."""
        if self._read_only:
            raise StoreError("this ledger is open for reading only", code="read_only")
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
