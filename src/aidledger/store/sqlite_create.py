"""Not trusted: what is found in an existing file is checked for shape only; verify does the rest.

Makes the file of a new ledger, and looks into an existing one before it is used.
"""

from __future__ import annotations

import errno
import os
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy.dialects import sqlite

from aidledger.disk import sync
from aidledger.store import sqlite_connect
from aidledger.store.errors import LedgerExistsError, LedgerMissingError, StoreError, no_table
from aidledger.store.heads import EMPTY_HEAD
from aidledger.store.schema import LOG_TABLES, SCHEMA_VERSION, create_statements, script

_VIEWS: Final = "SELECT lower(name) FROM sqlite_schema WHERE type = 'view' AND lower(name) IN (?, ?, ?, ?, ?) ORDER BY name"
_OF_THE_MACHINE: Final = frozenset({"disk_full", "io_error", "locked", "read_only"})
"""What a sound ledger may be met by as well: it says nothing about what the file is."""


def create_file(path: Path, origin: str) -> None:
    """Make a ledger beside its place and link it there whole: a crash leaves none or all of it."""
    module = sqlite_connect.driver()
    sqlite_connect.check_version(module)
    if path.exists() or path.is_symlink():
        raise LedgerExistsError(f"{path}: there is something already", hint="use another location")
    if not path.parent.is_dir():
        raise LedgerMissingError(f"{path.parent}: no such directory")
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with closing(module.connect(draft, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA application_id = {sqlite_connect.APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            for statement in create_statements(sqlite.dialect()):
                connection.execute(statement)
            connection.execute(
                "INSERT INTO head (size, root, frontier, origin) VALUES (?, ?, ?, ?)",
                (EMPTY_HEAD.size, EMPTY_HEAD.root, EMPTY_HEAD.frontier, origin),
            )
            connection.executescript(script("append_only_sqlite"))
        sync(draft)
        os.link(draft, path)
        sync(path.parent)
    except FileExistsError as error:
        raise LedgerExistsError(f"{path}: there is something already") from error
    except module.Error as error:
        raise sqlite_connect.store_error(error) from error
    finally:
        for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
            leftover.unlink(missing_ok=True)


def check_ledger(path: Path, *, read_only: bool) -> str:
    """Check an existing file and its settings; return the origin of its log.

    Raises:
        StoreError: it is no ledger, or one that can't be used so.
        PermissionError: it may not be read.

    """
    if not path.is_file():
        raise LedgerMissingError(
            f"{path}: no ledger here",
            hint="`aidledger init` makes a new one, and nothing else does",
        )
    if not os.access(path, os.R_OK):  # SQLite would say that the disk may be full
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    real = path.resolve()  # of a link SQLite takes what lies beside the file itself
    journal = real.with_name(f"{real.name}-journal")
    if journal.exists():  # whoever opens the file for writing is given what stands in it
        raise StoreError(
            f"{journal}: no part of a ledger: with it the file is another one",
            code="not_a_ledger",
            hint="keep both for whoever examines it, and restore the ledger from a copy",
        )
    module = sqlite_connect.driver()
    if not read_only:
        sqlite_connect.check_version(module)
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            raise StoreError(
                f"{path}: the file and its directory must be writable",
                code="read_only",
                hint="open it for reading only",
            )
    connect = sqlite_connect.connector(
        module, path, read_only=read_only, busy_timeout_s=sqlite_connect.BUSY_TIMEOUT_S
    )
    try:
        with closing(connect()) as connection:
            sqlite_connect.check_application(connection, path, SCHEMA_VERSION)
            if not read_only:
                sqlite_connect.check_settings(connection, path)
                # What a crash or a failed sync left in the WAL is on the disk before it is used.
                sqlite_connect.checkpointed(connection)
            views = connection.execute(_VIEWS, LOG_TABLES).fetchall()
            if views:
                raise no_table(str(path), views[0][0])
            row = connection.execute("SELECT origin FROM head").fetchone()
    except (module.Error, UnicodeError) as error:  # what SQLite says of a name may be no text
        met = sqlite_connect.store_error(error)
        if met.code in _OF_THE_MACHINE:
            raise met from error
        raise StoreError(
            f"{path}: not an aidledger ledger ({error})",
            code="not_a_ledger",
            hint=sqlite_connect.NO_LEDGER_HINT,
        ) from error
    return row[0] if row and isinstance(row[0], str) else ""
