"""Trusted: the one place that opens a ledger; an attacker gains nothing by an unusual location.

Nothing is created implicitly: `create` refuses what exists, `open_ledger` refuses what is missing.
Beside a ledger, outside its database, lie its file of secrets and its high-water mark.

What speaks to PostgreSQL is imported where a URL is given: that takes a third of a second, in each
process of workers too.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from aidledger.store import sqlite_create
from aidledger.store.errors import LedgerExistsError, StoreError
from aidledger.store.mark import Mark
from aidledger.store.port import LedgerStore
from aidledger.store.secrets import database_name, is_url, secrets_path
from aidledger.store.sqlite import SqliteStore

_ORIGIN: Final = re.compile(r"[!-*,-~]{1,128}")  # a name in a signed note: no space, no plus


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
        from aidledger.store.postgres_connect import create_schema  # noqa: PLC0415

        create_schema(location, origin)
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
        from aidledger.store.postgres import PostgresStore  # noqa: PLC0415
        from aidledger.store.postgres_connect import check_ledger  # noqa: PLC0415

        found = check_ledger(location, read_only=read_only)
        mark = None if read_only else _mark(location)
        return PostgresStore(location, origin=found, read_only=read_only, mark=mark)
    path = Path(location)
    found = sqlite_create.check_ledger(path, read_only=read_only)
    mark = None if read_only else _mark(location)
    return SqliteStore(path, origin=found, read_only=read_only, mark=mark)


def mark_path(location: str | Path) -> Path:
    """Say where the high-water mark of a ledger lies."""
    return beside(location, "mark")


def beside(location: str | Path, ending: str) -> Path:
    """Say where something of a ledger's lies: beside its file, or with the user's data."""
    location = str(location)
    if is_url(location):
        return secrets_path(location).parent / f"{database_name(location)}.{ending}"
    return Path(f"{location}.{ending}")


def _mark(location: str) -> Mark:
    path = mark_path(location)
    if is_url(location):
        path.parent.mkdir(parents=True, exist_ok=True)
    return Mark(path)


def library_environment(location: str | Path) -> dict[str, str]:
    """Return the settings that put an `eventsourcing` Application on this ledger."""
    return {"PERSISTENCE_MODULE": "aidledger.store.factory", "AIDLEDGER": str(location)}
