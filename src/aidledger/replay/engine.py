"""DuckDB, bounded: its memory, threads and temporary space are set, and it reaches nothing else.

Once the views are loaded the engine is locked: a model (ours or an auditor's copy) can read no file
and no network, and cannot change the engine's settings. A finished generation is opened read-only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
import msgspec

from aidledger.disk import read_plain
from aidledger.replay.views import literal

DEFAULT_MEMORY: Final = "1600MB"
"""So that the process stays below 2 GiB: it has two hundred megabytes that the engine doesn't count."""
DEFAULT_THREADS: Final = 2
IN_MEMORY: Final = ":memory:"
CHECKPOINT_AT: Final = "1GB"
"""How much is changed before it is packed: packing costs, and a file half built is worth nothing."""
PACKING_AGAIN_SECONDS: Final = 0.02
PACKING_WAITS_SECONDS: Final = 600.0
SCRATCH: Final = "aidledger-engine-"
"""How folders of its own begin."""
_BUILT: Final = "built"


class EngineLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much the engine may take: `memory` as DuckDB writes it, such as ``1600MB``.

    What does not fit goes to a folder of its own in `spill`, or where temporary files go; to no disk
    at all where `spills` is false.
    """

    memory: str = DEFAULT_MEMORY
    threads: int = DEFAULT_THREADS
    spill: Path | None = None
    spills: bool = True


@contextmanager
def building(
    path: Path | None, limits: EngineLimits | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a new database to build in: a file, or memory where no path is given.

    Raises:
        duckdb.Error: the file cannot be made.

    """
    limits = limits or EngineLimits()
    with TemporaryDirectory(prefix=SCRATCH, dir=limits.spill) as spill:
        config: dict[str, Any] = {
            "memory_limit": limits.memory,
            "threads": limits.threads,
            "temp_directory": spill if limits.spills else "",
            "checkpoint_threshold": CHECKPOINT_AT,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        connection = duckdb.connect(IN_MEMORY, config=config)
        try:
            # answers must not depend on where the machine stands
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            # no log of changes: who is killed begins anew, and its syncs take longer than the work
            place = f"{literal(str(path))} AS {_BUILT} (RECOVERY_MODE no_wal_writes)"
            connection.execute(f"ATTACH {place if path else f'{literal(IN_MEMORY)} AS {_BUILT}'}")
            connection.execute(f"USE {_BUILT}")
            yield connection
        finally:
            connection.close()


def cursor_of(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return a cursor, for another thread, over what is being built."""
    cursor = connection.cursor()
    cursor.execute(f"USE {_BUILT}")
    return cursor


def pack(connection: duckdb.DuckDBPyConnection) -> None:
    """Put all that was built on disk, beside queries that still read.

    What a committed change leaves until no query sees what was before it counts as a change under
    way: the engine then refuses, and is asked again.

    Raises:
        duckdb.Error: the disk refused, or some query did not end.

    """
    until = time.monotonic() + PACKING_WAITS_SECONDS
    while True:
        try:
            connection.execute("CHECKPOINT")
        except duckdb.TransactionException:
            if time.monotonic() > until:
                raise
            time.sleep(PACKING_AGAIN_SECONDS)
        else:
            return


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """Shut the engine in: no files, no network, no more settings."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def reading(
    path: Path,
    limits: EngineLimits | None = None,
    beside: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a finished generation read-only and locked; `beside` lays out more before it is.

    Raises:
        duckdb.Error: the file is missing, damaged or no plain file: a pipe would be waited for.

    """
    _plain(path)
    limits = limits or EngineLimits()
    config: dict[str, Any] = {
        "access_mode": "READ_ONLY",
        "memory_limit": limits.memory,
        "threads": limits.threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(str(path), config=config)
    try:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        if beside is not None:
            beside(connection)
        lock(connection)
        yield connection
    finally:
        connection.close()


def _plain(path: Path) -> None:
    try:
        read_plain(path, 0)
    except OSError as error:
        raise duckdb.IOException(str(error)) from error


@contextmanager
def reading_both(
    old: Path, new: Path, limits: EngineLimits | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open two finished generations read-only and locked, as ``old`` and ``new``.

    Raises:
        duckdb.Error: a file is missing, damaged or no plain file.

    """
    limits = limits or EngineLimits()
    config: dict[str, Any] = {
        "memory_limit": limits.memory,
        "threads": limits.threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(IN_MEMORY, config=config)
    try:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        for name, path in (("old", old), ("new", new)):
            _plain(path)
            connection.execute(f"ATTACH {literal(str(path))} AS {name} (READ_ONLY)")
        lock(connection)
        yield connection
    finally:
        connection.close()
