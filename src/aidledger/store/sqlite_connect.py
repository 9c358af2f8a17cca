"""Not trusted: a file is what its last writer made of it; verify finds what differs.

How a connection to a SQLite ledger is made, and what is refused because it could lose or damage
what was acknowledged: a SQLite older than 3.51.3 can corrupt a WAL when two connections write
(sqlite.org, "The WAL-Reset Bug"), and WAL with synchronous=NORMAL loses commits on power loss.
"""

from __future__ import annotations

import importlib
import os
import sqlite3
from collections.abc import Callable
from operator import methodcaller
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Engine, QueuePool, create_engine

from aidledger.store.errors import ConflictError, StoreError, UnsafeDatabaseError

VERSION_MIN: Final = (3, 51, 3)
BUSY_TIMEOUT_S: Final = 30.0
APPLICATION_ID: Final = 0x41_49_44_4C  # "AIDL"
SYNCHRONOUS_FULL: Final = 2
WAL_BYTES_KEPT: Final = 64 * 1024 * 1024
WAL_PAGES: Final = 500
"""From so many pages (of 4 KiB) on a WAL is written into the database, and then over from its start:
a file that does not grow any more is synced in half the time."""
WAL_PAGES_BULK: Final = 4000
"""The same after a large batch: fewer syncs for much data."""
CACHE_KIB: Final = 16 * 1024
"""A batch touches the last index page of each of its streams; SQLite's own 2 MiB forget them between two."""

_HINTS: Final = {
    "disk_full": "free some space",
    "io_error": "look at the disk and its file system: it may be full",
    "locked": "another process holds the ledger: try again",
    "read_only": "the file or its directory cannot be written",
    "damaged": "run `aidledger verify` and restore from a copy",
}
NO_LEDGER_HINT: Final = "if it was one, it was cut off or written over: restore it from a copy"
_BUSY: Final = 5  # SQLITE_BUSY
_CODES: Final = {
    _BUSY: "locked",
    6: "locked",  # SQLITE_LOCKED
    8: "read_only",  # SQLITE_READONLY
    10: "io_error",  # SQLITE_IOERR
    11: "damaged",  # SQLITE_CORRUPT
    13: "disk_full",  # SQLITE_FULL
    14: "io_error",  # SQLITE_CANTOPEN
    19: "conflict",  # SQLITE_CONSTRAINT
    26: "damaged",  # SQLITE_NOTADB
}

lenient_text: Final[Callable[[bytes], str]] = methodcaller("decode", "utf-8", "backslashreplace")
"""Reads a tampered text that is no UTF-8 as something harmless, and differing."""


def driver() -> Any:
    """Return the DBAPI module with the newer SQLite: the standard library's, or pysqlite3's."""
    if sqlite3.sqlite_version_info >= VERSION_MIN:
        return sqlite3
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def is_busy(error: Exception) -> bool:
    """Whether another connection holds the lock."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == _BUSY


def store_error(error: Exception) -> StoreError:
    """Translate a driver's error."""
    code = _CODES.get((getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF, "database")
    if str(error).startswith(("no such table", "no such column")):
        code = "damaged"  # somebody took it away: no statement of ours names what was never made
    if code == "conflict":
        return ConflictError(f"sqlite: {error}")
    return StoreError(f"sqlite: {error}", code=code, hint=_HINTS.get(code, ""))


def make_engine(path: Path, *, read_only: bool, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """Make a Core engine whose connections are ready, in autocommit: BEGIN is ours to say."""
    module = driver()
    return create_engine(
        "sqlite://",
        module=module,
        creator=connector(module, path, read_only=read_only, busy_timeout_s=busy_timeout_s),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=-1,
        pool_reset_on_return=None,
    )


def connector(
    module: Any, path: Path, *, read_only: bool, busy_timeout_s: float
) -> Callable[[], Any]:
    """Return what opens one connection to the file; it never creates the file."""

    def connect() -> Any:
        connection = module.connect(
            file_uri(path, read_only=read_only),
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=busy_timeout_s,
        )
        connection.text_factory = lenient_text
        for pragma in (
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "recursive_triggers = ON",
            "secure_delete = ON",
            f"synchronous = {SYNCHRONOUS_FULL}",
            f"journal_size_limit = {WAL_BYTES_KEPT}",
            f"wal_autocheckpoint = {WAL_PAGES}",
            f"cache_size = -{CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        return connection

    return connect


def file_uri(path: Path, *, read_only: bool) -> str:
    """Write the URI of an existing file.

    A ledger on a medium that cannot be written has no place for the WAL index: without a WAL it
    is opened as immutable.
    """
    path = path.resolve()  # behind a link what belongs to the file lies beside it
    name = quote(str(path))
    if not read_only:
        return f"file:{name}?mode=rw"
    wal = path.with_name(path.name + "-wal")
    if os.access(path.parent, os.W_OK) or (wal.exists() and wal.stat().st_size):
        return f"file:{name}?mode=ro"
    return f"file:{name}?mode=ro&immutable=1"


def checkpointed(connection: Any, *, wait_ms: int = 0) -> bool:
    """Write and sync the whole WAL into the database, and empty it; False: somebody is reading."""
    connection.execute(f"PRAGMA busy_timeout = {wait_ms}")
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
    return bool(busy == 0)


def check_version(module: Any) -> None:
    """Refuse to write with a SQLite that can corrupt a WAL."""
    if module.sqlite_version_info < VERSION_MIN:
        raise UnsafeDatabaseError(
            f"SQLite {module.sqlite_version} can corrupt a WAL that two connections write:"
            f" expected at least {'.'.join(map(str, VERSION_MIN))}",
            hint="pip install 'pysqlite3>=0.6.1'",
        )


def check_settings(connection: Any, path: Path) -> None:
    """Read back what durability depends on, and refuse anything less."""
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        raise UnsafeDatabaseError(
            f"{path}: expected journal_mode wal, found {mode}",
            hint="a ledger is made by `aidledger init`; if this is one, restore it from a copy",
        )
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    if synchronous < SYNCHRONOUS_FULL:
        raise UnsafeDatabaseError(
            f"{path}: expected synchronous FULL, found {synchronous}",
            hint="this SQLite was built to ignore it: use another build",
        )


def check_application(connection: Any, path: Path, version: int) -> None:
    """Refuse a file that is no ledger, or one of a later format."""
    found = connection.execute("PRAGMA application_id").fetchone()[0]
    if found != APPLICATION_ID:
        raise StoreError(
            f"{path}: not an aidledger ledger", code="not_a_ledger", hint=NO_LEDGER_HINT
        )
    schema = connection.execute("PRAGMA user_version").fetchone()[0]
    if schema != version:
        raise StoreError(
            f"{path}: expected schema version {version}, found {schema}",
            code="not_a_ledger",
            hint="use the release that made it",
        )
