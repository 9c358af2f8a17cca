"""Trusted: the one place that opens a ledger; an attacker gains nothing by an unusual location.

Nothing is created implicitly: `create` refuses what exists, `open_ledger` refuses what is missing.
Beside a ledger, outside its database, lie its file of secrets and its high-water mark.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from psycopg.conninfo import conninfo_to_dict

from aidledger.store import postgres_connect, sqlite_create
from aidledger.store.errors import LedgerExistsError, StoreError
from aidledger.store.mark import Mark
from aidledger.store.port import LedgerStore
from aidledger.store.postgres import PostgresStore
from aidledger.store.sqlite import SqliteStore

_SCHEMES: Final = ("postgresql://", "postgres://")
_ORIGIN: Final = re.compile(r"[!-*,-~]{1,128}")  # a name in a signed note: no space, no plus


def is_url(location: str) -> bool:
    """Whether the location is a PostgreSQL database; otherwise it is the path of a file."""
    return location.startswith(_SCHEMES)


def create(location: str | Path, *, origin: str) -> LedgerStore:
    """Make an empty ledger where there is nothing, and open it.

    `origin` names the log in its checkpoints. Raises LedgerExistsError, UnsafeDatabaseError.
    """
    if _ORIGIN.fullmatch(origin) is None:
        raise StoreError(
            "origin: expected 1 to 128 printable ASCII characters without space and plus",
            code="usage",
        )
    location = str(location)
    mark = mark_path(location)
    if is_url(location):
        postgres_connect.create_schema(location, origin)
        mark.unlink(missing_ok=True)
    else:
        if mark.exists():
            raise LedgerExistsError(
                f"{mark}: the mark of another ledger is here",
                hint="there was a ledger at this location: bring it back, or use another location",
            )
        sqlite_create.create_file(Path(location), origin)
    return open_ledger(location)


def open_ledger(location: str | Path, *, read_only: bool = False) -> LedgerStore:
    """Open a ledger that exists.

    Raises LedgerMissingError, UnsafeDatabaseError, StoreError `not_a_ledger`.
    """
    location = str(location)
    if is_url(location):
        found = postgres_connect.check_ledger(location, read_only=read_only)
        mark = None if read_only else _mark(location)
        return PostgresStore(location, origin=found, read_only=read_only, mark=mark)
    path = Path(location)
    found = sqlite_create.check_ledger(path, read_only=read_only)
    mark = None if read_only else _mark(location)
    return SqliteStore(path, origin=found, read_only=read_only, mark=mark)


def secrets_path(location: str | Path) -> Path:
    """Say where the secrets of a ledger lie: never inside its database."""
    location = str(location)
    if not is_url(location):
        return Path(f"{location}.secrets")
    named = os.environ.get("AIDLEDGER_SECRETS")
    return Path(named) if named else _data_home() / f"{_database(location)}.secrets"


def mark_path(location: str | Path) -> Path:
    """Say where the high-water mark of a ledger lies."""
    location = str(location)
    if is_url(location):
        return secrets_path(location).parent / f"{_database(location)}.mark"
    return Path(f"{location}.mark")


def _mark(location: str) -> Mark:
    path = mark_path(location)
    if is_url(location):
        path.parent.mkdir(parents=True, exist_ok=True)
    return Mark(path)


def _database(location: str) -> str:
    name = str(conninfo_to_dict(location).get("dbname") or "postgres")
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)


def _data_home() -> Path:
    named = os.environ.get("XDG_DATA_HOME")
    return (Path(named) if named else Path.home() / ".local" / "share") / "aidledger"
