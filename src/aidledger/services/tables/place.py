"""Where the tables of a ledger lie, and how one is put there: the file first, then its entry.

A file that no entry names is left over from an import that was killed: the next one removes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.events.register import Kept
from aidledger.domain.keeping import KeptTable
from aidledger.replay.kept import file_of, said_of, write_kept
from aidledger.services.decoding import readable
from aidledger.services.files import placed_file
from aidledger.services.generations.source import place_of
from aidledger.services.problems import ServiceError
from aidledger.store.durable import locked
from aidledger.store.opening import beside
from aidledger.store.port import LedgerStore

VOUCHING: Final = tuple(n for n, kind in EVENTS.items() if "kept" in kind.struct.__struct_fields__)
"""The events that vouch for a table."""


def tables_folder(store: LedgerStore) -> Path | None:
    """Say where the tables of a ledger lie; None where nobody knows where the ledger does."""
    place = place_of(store)
    return None if place is None else beside(place, "tables")


def vouched_by(store: LedgerStore) -> Iterator[tuple[int, Kept]]:
    """Yield every table that an entry of the log vouches for, with the entry's position."""
    for entry in readable(store, store.read_types(VOUCHING)):
        kept = getattr(entry.event, "kept", None)
        if isinstance(kept, Kept):
            yield entry.position, kept


@contextmanager
def tables_of(store: LedgerStore) -> Iterator[Path]:
    """Give the folder of a ledger's tables to one writer at a time, with nothing left over in it.

    Raises:
        ServiceError: nobody knows where this ledger lies, or the place refused.

    """
    folder = tables_folder(store)
    if folder is None:
        raise ServiceError("tables: expected a ledger that lies somewhere, found none")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(folder):
            named = {file_of(folder, kept).name for _, kept in vouched_by(store)}
            for file in folder.iterdir():
                if file.name not in named:
                    file.unlink()
            yield folder
    except OSError as error:
        raise ServiceError(
            f"tables: expected room to write in, found {error.strerror or error}",
            hint="free space, and run the same command again",
            exit_code=75,
        ) from error


def keep(folder: Path, connection: Any, name: str, table: KeptTable) -> Kept:
    """Put the rows that stand under a name into their file: whole under its name, or not at all.

    Raises:
        OSError: the disk refused.

    """
    said = said_of(connection, name, table)
    path = file_of(folder, said)
    with placed_file(path, own=True) as draft:
        write_kept(connection, name, draft)
    return said
