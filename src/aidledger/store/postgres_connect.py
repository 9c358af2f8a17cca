"""Not trusted: a server shows what its administrator wants; verify finds what differs.

How a connection to a PostgreSQL ledger is made, how its schema is made, and what is refused because
the server could lose what it acknowledged (fsync, synchronous_commit, full_page_writes).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import Engine, QueuePool, create_engine
from sqlalchemy.dialects import postgresql

from aidledger.store.errors import (
    ConflictError,
    LedgerExistsError,
    LedgerMissingError,
    StoreError,
    UnsafeDatabaseError,
    no_table,
)
from aidledger.store.heads import EMPTY_HEAD
from aidledger.store.schema import LOG_TABLES, create_statements, script

SCHEMA: Final = "aidledger"
LOCK_TIMEOUT_MS: Final = 30_000
IDLE_TIMEOUT_MS: Final = 60_000
CONNECT_TIMEOUT_S: Final = 10

_VIEW: Final = (  # the server's own schema is searched before ours
    "SELECT relname::text FROM pg_catalog.pg_class WHERE relname = ANY (%s) AND relkind IN ('f', 'm', 'v')"
    " AND relnamespace IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname IN ('aidledger', 'pg_catalog'))"
    " ORDER BY relname LIMIT 1"
)
_SAFE: Final = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_apply"},
    "server_encoding": {"UTF8"},
}
_CODES: Final = {
    "53100": "disk_full",
    "55P03": "locked",
    "57014": "locked",
    "40P01": "locked",
    "25006": "read_only",
    "42501": "not_allowed",
    "57P01": "connection_lost",  # an administrator ends the session
    "57P02": "connection_lost",  # the server goes down with another process of its
    "57P03": "connection_lost",  # the server starts, stops or recovers
    "58030": "io_error",
    "42P01": "damaged",  # somebody took a table away
    "42703": "damaged",  # or a column
    "XX001": "damaged",
    "XX002": "damaged",
}
_HINTS: Final = {
    "disk_full": "free some space on the server",
    "io_error": "look at the server's disk and log",
    "locked": "another session holds the ledger: try again",
    "connection_lost": "the server went away: try again",
    "not_allowed": "this login lacks a right: see roles.sql for what readers and writers need",
    "damaged": "run `aidledger verify` and restore from a copy",
}


def store_error(error: psycopg.Error) -> StoreError:
    """Translate a driver's error. The text of a refused row is not repeated."""
    if isinstance(error, psycopg.IntegrityError):
        return ConflictError(f"postgresql: {error.diag.message_primary or type(error).__name__}")
    code = _CODES.get(error.sqlstate or "", "database")
    if error.sqlstate is None and isinstance(error, psycopg.OperationalError):
        code = "connection_lost"
    text = error.diag.message_primary or str(error).partition("\n")[0]
    return StoreError(f"postgresql: {text}", code=code, hint=_HINTS.get(code, ""))


def connector(location: str, *, read_only: bool) -> Callable[[], psycopg.Connection[Any]]:
    """Return what opens one connection, in autocommit: BEGIN is ours to say.

    The search path is ours and then the temporary schema, so that no table of the session can stand
    before one of the ledger. The server's own is searched before it, for it isn't named: an `=` or a
    function that somebody put into our schema would else answer in the place of the server's.
    """
    options = (
        f"-c search_path={SCHEMA},pg_temp -c lock_timeout={LOCK_TIMEOUT_MS}"
        f" -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS}"
        " -c default_transaction_isolation=read\\ committed -c client_min_messages=warning"
        + (" -c default_transaction_read_only=on" if read_only else "")
    )

    # what it logs of a connection that broke is in the error that we raise
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)

    def connect() -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            location,
            autocommit=True,
            options=options,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="aidledger",
        )
        connection.prepare_threshold = 2
        # the one registered last for bytea asks each value in Python whether it is a `Binary`
        connection.adapters.register_dumper(bytes, BytesBinaryDumper)
        return connection

    return connect


def make_engine(location: str, *, read_only: bool) -> Engine:
    """Make a Core engine over ready connections."""
    return create_engine(
        "postgresql+psycopg://",
        creator=connector(location, read_only=read_only),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=60,
        pool_reset_on_return=None,
        use_native_hstore=False,  # asks the server about a type that we do not use
    )


def create_schema(location: str, origin: str) -> None:
    """Make the schema of a new ledger in one transaction."""
    connection = _connect(location, read_only=False)
    try:
        check_settings(connection)
        with connection.transaction():
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
            connection.execute("REVOKE ALL ON SCHEMA aidledger FROM PUBLIC")
            for statement in create_statements(postgresql.dialect()):  # type: ignore[no-untyped-call]
                connection.execute(statement.encode())
            connection.execute(
                "INSERT INTO head (size, root, frontier, origin) VALUES (%s, %s, %s, %s)",
                (EMPTY_HEAD.size, EMPTY_HEAD.root, EMPTY_HEAD.frontier, origin),
            )
            connection.execute(script("append_only_postgres").encode())
    except psycopg.errors.DuplicateSchema as error:
        raise LedgerExistsError(
            "this database holds a ledger already", hint="one ledger lives in one database"
        ) from error
    except psycopg.Error as error:
        raise store_error(error) from error
    finally:
        connection.close()


def check_ledger(location: str, *, read_only: bool) -> str:
    """Check an existing ledger and the settings of its server; return the origin of its log."""
    connection = _connect(location, read_only=read_only)
    try:
        if not read_only:
            check_settings(connection)
        view = connection.execute(_VIEW, [[*LOG_TABLES]]).fetchone()
        if view is not None:
            raise no_table("postgresql", view[0])
        row = connection.execute("SELECT origin FROM aidledger.head").fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
        raise LedgerMissingError(
            "no ledger in this database",
            hint="`aidledger init` makes a new one, and nothing else does",
        ) from error
    except psycopg.Error as error:
        raise store_error(error) from error
    finally:
        connection.close()
    return row[0] if row and isinstance(row[0], str) else ""


def check_settings(connection: psycopg.Connection[Any]) -> None:
    """Refuse a server that could lose what it acknowledged."""
    for name, safe in _SAFE.items():
        row = connection.execute("SELECT pg_catalog.current_setting(%s)", (name,)).fetchone()
        found = row[0] if row else None
        if found not in safe:
            raise UnsafeDatabaseError(
                f"postgresql: expected {name} {' or '.join(sorted(safe))}, found {found}",
                hint="set it in postgresql.conf and restart the server",
            )


def _connect(location: str, *, read_only: bool) -> psycopg.Connection[Any]:
    try:
        return connector(location, read_only=read_only)()
    except psycopg.errors.InvalidCatalogName as error:
        raise LedgerMissingError("no such database", hint="create the database first") from error
    except psycopg.OperationalError as error:
        text = str(error).partition("\n")[0]
        if "does not exist" in text and "database" in text:
            raise LedgerMissingError(
                "no such database", hint="create the database first"
            ) from error
        raise StoreError(f"postgresql: {text}", code="unreachable") from error


def grant_roles(location: str) -> None:
    """Make the roles of roles.sql and give them their rights. For the owner of the ledger."""
    connection = _connect(location, read_only=False)
    try:
        connection.execute(script("roles").encode())
    except psycopg.Error as error:
        raise store_error(error) from error
    finally:
        connection.close()
