"""Not trusted: what comes through these connections is whatever the server says.

The connections of one PostgreSQL ledger: one writer, kept under a lock of this process and always
begun by locking the head row, and a pool of readers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, Final, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from aidledger.store.errors import CommitLostError, StoreError
from aidledger.store.meanwhile import alongside
from aidledger.store.onewriter import OneWriter
from aidledger.store.port import HostileRow, Meanwhile, Run
from aidledger.store.postgres_connect import connector, make_engine, store_error
from aidledger.store.shelf import SELECT_HEAD, RunMany

T = TypeVar("T")

_BEGIN: Final = f"BEGIN; {SELECT_HEAD} FOR UPDATE"
_PAGE: Final = 2000


class PostgresTransaction:
    """A cursor, the rows found while beginning (the head's first), and what comes at the end."""

    __slots__ = ("cursor", "found", "last")

    def __init__(self, cursor: Any, found: list[list[HostileRow]]) -> None:
        self.cursor = cursor
        self.found = found
        self.last: tuple[str, Sequence[Any]] = ("", ())

    def at_commit(self, statement: str, parameters: Sequence[Any]) -> None:
        """Say this statement right before COMMIT, in the same message."""
        self.last = (f"{statement};", parameters)


class PostgresLink(OneWriter):
    """Hands out connections; translates the driver's errors into StoreError."""

    def __init__(self, location: str, *, read_only: bool) -> None:
        super().__init__(make_engine(location, read_only=read_only))
        self._location = location
        self._read_only = read_only

    @contextmanager
    def fresh(self) -> Iterator[Run]:
        """Give a runner on a new connection that holds the head row; all is rolled back."""
        try:
            connection = connector(self._location, read_only=False)()
            try:
                _say(connection, _BEGIN, ())
                with connection.cursor(binary=True) as cursor:
                    yield runner(cursor)
            finally:
                connection.close()
        except psycopg.Error as error:
            raise store_error(error) from error

    @contextmanager
    def transaction(
        self,
        hold: Callable[[PostgresTransaction], T],
        lookups: str = "",
        parameters: Sequence[Any] = (),
        *,
        meanwhile: Meanwhile | None = None,
    ) -> Iterator[T]:
        """Give what `hold` makes of a transaction that has the head row, and what `lookups` found under its lock.

        `lookups` are statements, each begun with a semicolon: they travel with BEGIN, as what is
        said `at_commit` travels with COMMIT, during which `meanwhile` is done. Raises StoreError
        where COMMIT cannot have happened, CommitLostError where it can.
        """
        if self._read_only:
            raise StoreError("this ledger is open for reading only", code="read_only")
        with self._alone():
            try:
                transaction = self._begin(lookups, parameters)
                try:
                    yield hold(transaction)
                except BaseException:
                    self._roll_back(transaction.cursor.connection)
                    raise
            except psycopg.Error as error:
                raise store_error(error).undone() from error
            with alongside(meanwhile):
                self._commit(transaction)

    def _commit(self, transaction: PostgresTransaction) -> None:
        """Say the last statement and COMMIT in one go.

        A server that still has the transaction open, as failed, has not come to the COMMIT.
        """
        connection = transaction.cursor.connection
        transaction.cursor.close()
        statement, parameters = transaction.last
        try:
            told = _say(connection, f"{statement}COMMIT", parameters)[1]
        except psycopg.Error as error:
            if connection.info.transaction_status == TransactionStatus.INERROR:
                self._roll_back(connection)
                raise store_error(error).undone() from error
            self._drop_writer()
            raise CommitLostError(store_error(error)) from error
        except BaseException:
            self._drop_writer()
            raise
        if told != "COMMIT":
            raise StoreError(f"postgresql: the server answered {told}", code="commit_failed")

    def _begin(self, lookups: str, parameters: Sequence[Any]) -> PostgresTransaction:
        """Begin on the kept connection; on a new one where the kept one has died meanwhile."""
        kept = self._writer
        try:
            return self._begin_once(lookups, parameters)
        except psycopg.OperationalError:
            if kept is None or kept is self._writer:
                raise
        return self._begin_once(lookups, parameters)

    def _begin_once(self, lookups: str, parameters: Sequence[Any]) -> PostgresTransaction:
        kept = self._writer
        if kept and kept.driver_connection.info.transaction_status == TransactionStatus.INTRANS:
            self._drop_writer()  # left by an interrupt between two statements
        if self._writer is None:
            self._writer = self._engine.raw_connection()
        connection = self._writer.driver_connection
        try:
            found, _ = _say(connection, _BEGIN + lookups, parameters)
        except BaseException:
            self._roll_back(connection)
            raise
        return PostgresTransaction(connection.cursor(binary=True), found[1:])

    def _roll_back(self, connection: Any) -> None:
        with suppress(psycopg.Error):
            connection.execute("ROLLBACK")
        if connection.info.transaction_status != TransactionStatus.IDLE:
            self._drop_writer()

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Give a connection for reading."""
        self._require_open()
        try:
            pooled = self._engine.raw_connection()
            connection = pooled.driver_connection
            try:
                yield connection
            finally:
                if self._closed or connection is None or connection.closed:
                    pooled.invalidate()
                pooled.close()
        except psycopg.Error as error:
            raise store_error(error) from error
        except PoolTimeoutError as error:
            raise StoreError("too many readers of this ledger at once", code="locked") from error

    @contextmanager
    def reading(self) -> Iterator[Run]:
        """Give a runner of statements for reading."""
        with self.connection() as connection, connection.cursor(binary=True) as cursor:
            yield runner(cursor)

    def stream(self, statement: str, parameters: Sequence[Any]) -> Iterator[HostileRow]:
        """Read through a cursor of the server: one snapshot, however long it takes."""
        left = False
        try:
            with self.connection() as connection, connection.transaction():
                connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                cursor = connection.cursor(name="aidledger", binary=True)
                try:
                    with cursor:
                        cursor.execute(marks(statement), parameters)
                        while rows := cursor.fetchmany(_PAGE):
                            try:
                                yield from rows
                            except GeneratorExit:
                                left = True
                                raise
                finally:
                    cursor.close()  # once more: it stays open where asking a lost server to close it failed
        except StoreError:
            if not left:  # nobody waits for what a connection that was lost would have said
                raise


def _say(
    connection: Any, statements: str, parameters: Sequence[Any]
) -> tuple[list[list[HostileRow]], str | None]:
    """Say several statements in one round trip; return the rows of each and the last answer.

    The simple protocol: the driver writes the parameters into the text, the server stops at the
    first error, and each statement after the lock sees what was committed before the lock.
    """
    found: list[list[HostileRow]] = []
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(statements, parameters or None)
        while True:
            found.append(cursor.fetchall() if cursor.description else [])
            if not cursor.nextset():
                return found, cursor.statusmessage


@lru_cache(maxsize=256)
def marks(statement: str) -> str:
    """Write the parameters of a shared statement as this driver has them."""
    return statement.replace("?", "%s")


def runner(cursor: Any) -> Run:
    """Return what runs one shared statement on a cursor."""

    def run(statement: str, parameters: Sequence[Any]) -> list[Any]:
        cursor.execute(marks(statement), parameters)
        return cursor.fetchall() if cursor.description else []

    return run


def many_runner(cursor: Any) -> RunMany:
    """Return what runs one shared statement for many rows on a cursor."""

    def run_many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
        cursor.executemany(marks(statement), rows)

    return run_many
