"""Not trusted: scratch ledgers that somebody is about to damage; an attacker gains nothing by one.

A scratch ledger lies beside no other: on SQLite a file in a temporary folder, on PostgreSQL a database
of its own on the server of the ledger that it is to be a copy of. What refuses changes is taken off,
as whoever owns a database may. Either is gone in the end, whatever happened.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from aidledger.store import postgres_connect, sqlite_connect, sqlite_create
from aidledger.store.errors import StoreError
from aidledger.store.schema import METADATA
from aidledger.store.secrets import is_url

PREFIX: Final = "aidledger_attack_"
"""With which the name of every scratch database and folder begins."""
EMPTY_ORIGIN: Final = "scratch"
"""The log's name in the head of a new one."""

RunMany: TypeAlias = Callable[[str, Sequence[Sequence[Any]]], None]
"""Executes a statement with `?` for its parameters: once for each row, or once where there is none."""


class Scratch(NamedTuple):
    """Where a scratch ledger lies, and what changes it by SQL, in autocommit."""

    location: str
    run_many: RunMany


@contextmanager
def scratch(original: str) -> Iterator[Scratch]:
    """Make an empty ledger on the engine of another one, and take it away in the end.

    Raises:
        StoreError: the login may make no database on the server, or server or disk refuse.
    """
    with (_on_postgres if is_url(original) else _on_sqlite)(original) as made:
        yield made


@contextmanager
def _on_sqlite(_original: str) -> Iterator[Scratch]:
    module = sqlite_connect.driver()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        path = Path(folder) / "ledger.db"
        sqlite_create.create_file(path, EMPTY_ORIGIN)
        connect = sqlite_connect.connector(
            module, path, read_only=False, busy_timeout_s=sqlite_connect.BUSY_TIMEOUT_S
        )
        with closing(connect()) as connection:
            triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            for (name,) in connection.execute(triggers).fetchall():
                connection.execute(f"DROP TRIGGER {name}")

            def run_many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
                if rows:
                    connection.executemany(statement, rows)
                else:
                    connection.execute(statement)

            yield Scratch(str(path), run_many)


@contextmanager
def _on_postgres(original: str) -> Iterator[Scratch]:
    name = sql.Identifier(f"{PREFIX}{secrets.token_hex(8)}")
    try:
        server = postgres_connect.connector(original, read_only=False)()
    except psycopg.Error as error:
        raise postgres_connect.store_error(error) from error
    with closing(server):
        try:
            server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        except psycopg.errors.InsufficientPrivilege as error:
            raise StoreError(
                "postgresql: this login may not make a scratch database",
                code="not_allowed",
                hint="ALTER ROLE ... CREATEDB, or use a copy of the ledger on a server of your own",
            ) from error
        except psycopg.Error as error:
            raise postgres_connect.store_error(error) from error
        try:
            with _opened(database_url(original, name.as_string(None).strip('"'))) as made:
                yield made
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


@contextmanager
def _opened(location: str) -> Iterator[Scratch]:
    postgres_connect.create_schema(location, EMPTY_ORIGIN)
    with closing(postgres_connect.connector(location, read_only=False)()) as connection:
        for table in METADATA.sorted_tables:
            statement = sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER")
            connection.execute(statement.format(sql.Identifier(table.name)))

        def run_many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
            asked = statement.replace("?", "%s").encode()
            if not rows:
                connection.execute(asked)
                return
            with connection.cursor() as cursor:
                cursor.executemany(asked, rows)

        yield Scratch(location, run_many)


def database_url(location: str, name: str) -> str:
    """Return the address of another database on the server of a location."""
    scheme = location.partition("://")[0]
    query = "&".join(
        f"{key}={quote(str(value), safe='')}"
        for key, value in conninfo_to_dict(location).items()
        if key != "dbname" and value
    )
    return f"{scheme}:///{name}?{query}"
