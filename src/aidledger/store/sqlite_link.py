"""Not trusted: what comes through these connections is whatever the file holds.

The connections of one SQLite ledger: one writer, kept under a lock of this process and always begun
with BEGIN IMMEDIATE, and a pool of readers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, TypeVar

from aidledger.store.errors import CommitLostError, StoreError
from aidledger.store.meanwhile import alongside
from aidledger.store.onewriter import OneWriter
from aidledger.store.port import HostileRow, Meanwhile, Run
from aidledger.store.sqlite_connect import (
    BUSY_TIMEOUT_S,
    WAL_PAGES,
    WAL_PAGES_BULK,
    checkpointed,
    connector,
    driver,
    is_busy,
    lenient_text,
    make_engine,
    store_error,
)

T = TypeVar("T")

_PAGE: Final = 256
_POLL_MS: Final = 4
_BULK_ROWS: Final = 100
_READERS_MS: Final = 10_000


class SqliteLink(OneWriter):
    """Hands out connections; translates the driver's errors into StoreError."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        super().__init__(make_engine(path, read_only=read_only))
        self._path = path
        self._read_only = read_only
        self._dbapi = driver()
        self._wal_pages = WAL_PAGES
        self._doubtful = False

    @contextmanager
    def fresh(self) -> Iterator[Any]:
        """Give a new connection inside BEGIN IMMEDIATE; what is not committed is rolled back."""
        connect = connector(self._dbapi, self._path, read_only=False, busy_timeout_s=BUSY_TIMEOUT_S)
        try:
            connection = connect()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
            finally:
                connection.close()
        except self._dbapi.Error as error:
            raise store_error(error) from error

    @contextmanager
    def transaction(
        self, hold: Callable[[Any], T], meanwhile: Meanwhile | None = None
    ) -> Iterator[T]:
        """Give what `hold` makes of the writer connection inside BEGIN IMMEDIATE and COMMIT.

        `meanwhile` is done during COMMIT. Raises StoreError before COMMIT began, CommitLostError after.
        """
        if self._read_only:
            raise StoreError("this ledger is open for reading only", code="read_only")
        with self._alone():
            try:
                if self._writer is None or self._doubtful:
                    self._prepare_writer()
                connection = self._writer.driver_connection
                self._begin(connection)
                try:
                    yield hold(connection)
                except BaseException:
                    connection.rollback()
                    raise
            except self._dbapi.Error as error:
                raise store_error(error).undone() from error
            try:
                with alongside(meanwhile):
                    connection.execute("COMMIT")
            except self._dbapi.Error as error:
                self._drop_writer()
                lost = CommitLostError(store_error(error))
                self._doubtful = self._doubtful or lost.code == "io_error"
                raise lost from error
            except BaseException:
                self._drop_writer()
                raise

    def expect(self, rows: int) -> None:
        """Be told inside a transaction how many entries it writes: a large one may fill the WAL."""
        pages = WAL_PAGES_BULK if rows >= _BULK_ROWS else WAL_PAGES
        if pages != self._wal_pages and self._writer is not None:
            self._writer.driver_connection.execute(f"PRAGMA wal_autocheckpoint = {pages}")
            self._wal_pages = pages

    def _prepare_writer(self) -> None:
        """Make the writer; after a sync that failed, on a WAL that is written and synced again.

        What a failed sync left in the WAL is seen by every reader and may be missing on the disk:
        when the power fails, what was appended behind such a hole would be lost with it.
        """
        if self._writer is None:
            self._writer = self._engine.raw_connection()
            self._wal_pages = WAL_PAGES
        connection = self._writer.driver_connection
        if self._doubtful and not checkpointed(connection, wait_ms=_READERS_MS):
            raise StoreError(
                "a reader is in the way of writing again what could not be synced",
                code="locked",
                hint="try again",
            )
        self._doubtful = False
        connection.execute(f"PRAGMA busy_timeout = {_POLL_MS}")

    def _begin(self, connection: Any) -> None:
        """Take the write lock, asking every few milliseconds.

        SQLite's own waiting backs off to a tenth of a second: with eight writers the lock would
        lie idle most of the time.
        """
        if connection.in_transaction:  # left by an interrupt between two statements
            connection.rollback()
        deadline = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except self._dbapi.OperationalError as error:
                if not is_busy(error) or time.monotonic() > deadline:
                    raise
            else:
                return

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Give a connection for reading."""
        self._require_open()
        try:
            pooled = self._engine.raw_connection()
            try:
                yield pooled.driver_connection
            finally:
                if self._closed:
                    pooled.invalidate()
                pooled.close()
        except self._dbapi.Error as error:
            raise store_error(error) from error

    @contextmanager
    def reading(self) -> Iterator[Run]:
        """Give a runner of statements for reading."""
        with self.connection() as connection:
            yield runner(connection)

    def stream(self, statement: str, parameters: Sequence[Any]) -> Iterator[HostileRow]:
        """Read row by row. A text that is no UTF-8 turns to the lenient way, from that page on."""
        done = 0
        try:
            for page in self._pages(statement, parameters, str):
                yield from page
                done += len(page)
        except UnicodeError:
            pages = self._pages(statement, parameters, lenient_text)
            yield from islice(chain.from_iterable(pages), done, None)

    def _pages(
        self, statement: str, parameters: Sequence[Any], text_factory: Callable[[bytes], str]
    ) -> Iterator[list[HostileRow]]:
        with self.connection() as connection:
            connection.text_factory = text_factory
            cursor = connection.cursor()
            try:
                cursor.execute(statement, parameters)
                while rows := cursor.fetchmany(_PAGE):
                    yield rows
            except self._dbapi.OperationalError as error:
                if "decode to UTF-8" in str(error):
                    raise UnicodeError from error
                raise
            finally:
                cursor.close()
                connection.text_factory = lenient_text


def runner(connection: Any) -> Run:
    """Return what runs one statement on a connection."""

    def run(statement: str, parameters: Sequence[Any]) -> list[Any]:
        rows: list[Any] = connection.execute(statement, parameters).fetchall()
        return rows

    return run
