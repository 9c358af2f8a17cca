"""The database refuses to change what was recorded, and hands out what was changed all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from tests.conftest import url_of
from tests.store.conftest import ORIGIN
from tests.store.drafts import APPEND_ONLY, append, draft, drafts, record

from aidledger.ledger.verify import verify_entries
from aidledger.store import sqlite_connect
from aidledger.store.draft import Evidence, VaultRow
from aidledger.store.errors import LedgerMissingError, StoreError, UnsafeDatabaseError
from aidledger.store.opening import create, open_ledger
from aidledger.store.outcome import Committed
from aidledger.store.port import LedgerStore
from aidledger.store.postgres_connect import grant_roles
from aidledger.store.sqlite_connect import driver

ABC = Evidence(
    hash="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    media_type="text/plain",
    content=b"abc",
)
SEALED = VaultRow(
    commitment="00" * 32,
    person="p1",
    stream="case/a",
    field="name",
    nonce=b"nonce",
    ciphertext=b"shut",
    wrapped_key=b"wrapped",
)
CHANGED_COLUMN = {
    "entries": "type = 'Other'",
    "nodes": "level = 2",
    "batches": "cause = 'other'",
    "checkpoints": "size = 9",
    "evidence": "media_type = 'x'",
    "erased_keys": "digest = digest",
}


def fill(store: LedgerStore) -> None:
    """Put a row into every table."""
    record(store, drafts(300), evidence=[ABC], vault_rows=[SEALED])
    store.add_checkpoint(size=300, root=store.head().root, note=b"note")
    store.vault_erase("p1")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_a_row_that_was_added_cannot_be_changed(store: LedgerStore, table: str, verb: str) -> None:
    fill(store)
    if verb == "TRUNCATE" and store.engine_name == "sqlite":
        verb = "DELETE"  # SQLite has no TRUNCATE: its DELETE without WHERE is refused the same
    statement = {
        "UPDATE": f"UPDATE {table} SET {CHANGED_COLUMN[table]}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table}",
    }[verb]
    with pytest.raises(StoreError, match="can be added and never changed"), store.writing() as run:
        run(statement, ())

    with store.reading() as run:
        assert run(f"SELECT count(*) FROM {table}", ())[0][0] >= 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE head SET size = 1",
        "UPDATE head SET origin = 'other'",
        "DELETE FROM head",
        "INSERT INTO head (size, root, frontier, origin) VALUES (0, root_of, root_of, 'two')",
    ],
)
def test_the_head_goes_forward_only(store: LedgerStore, statement: str) -> None:
    fill(store)
    zero = "x''" if store.engine_name == "sqlite" else "''::bytea"
    with pytest.raises(StoreError, match="aidledger:"), store.writing() as run:
        run(statement.replace("root_of", zero), ())

    assert 300 == store.head().size


def test_replacing_a_row_is_refused_on_our_connections(tmp_path: Path) -> None:
    ledger = create(tmp_path / "ledger.sqlite", origin=ORIGIN)
    record(ledger, drafts(3))
    row = list(next(ledger.read(1)))
    row[5] = b"{}"
    with pytest.raises(StoreError, match="never changed"), ledger.writing() as run:
        run("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    ledger.close()


def test_a_replica_session_is_refused_too(postgres_url: str) -> None:
    ledger = create(postgres_url, origin=ORIGIN)
    fill(ledger)
    ledger.close()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.RestrictViolation):
            admin.execute("DELETE FROM aidledger.entries")


WRITER_MAY_NOT = [
    "UPDATE aidledger.entries SET type = 'Other'",
    "DELETE FROM aidledger.entries",
    "TRUNCATE aidledger.entries",
    "ALTER TABLE aidledger.entries DISABLE TRIGGER ALL",
    "INSERT INTO aidledger.head (size, root, frontier, origin) VALUES (0, '', '', 'x')",
    "UPDATE aidledger.head SET origin = 'other'",
    "DELETE FROM aidledger.head",
    "DELETE FROM aidledger.batches",
    "DELETE FROM aidledger.erased_keys",
    "UPDATE aidledger.vault_keys SET wrapped_key = ''",
    "DROP TABLE aidledger.entries",
    "SET session_replication_role = replica",
    "CREATE TEMPORARY TABLE entries (position int)",
    "CREATE TABLE aidledger.more (x int)",
]


@pytest.fixture
def owned(postgres_url: str, postgres_server: str) -> Any:
    """A ledger whose roles are made, and a login that is a writer and nothing else."""
    create(postgres_url, origin=ORIGIN).close()
    grant_roles(postgres_url)
    grant_roles(postgres_url)  # twice is once
    name = f"writer_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        role = sql.Identifier(name)
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(role))
        admin.execute(sql.SQL("GRANT aidledger_writer TO {}").format(role))
        yield url_of(
            psycopg.conninfo.make_conninfo(postgres_server, user=name, password="x"),
            admin.info.dbname,
        )
        admin.execute(sql.SQL("DROP OWNED BY {}").format(role))
        admin.execute(sql.SQL("DROP ROLE {}").format(role))


def test_a_writer_can_do_all_that_a_ledger_needs(owned: str) -> None:
    ledger = open_ledger(owned)
    fill(ledger)
    record(ledger, drafts(2), "cause-2")
    with ledger.writing() as run:
        run("INSERT INTO tracking (application_name, notification_id) VALUES ('a', 1)", ())

    assert isinstance(ledger.resolve("cause-2"), Committed)
    assert 302 == len(list(ledger.read()))
    ledger.close()


def test_a_writer_can_change_nothing(owned: str) -> None:
    with psycopg.connect(owned, autocommit=True) as writer:
        for statement in WRITER_MAY_NOT:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                writer.execute(statement.encode())


_KEPT_UNTIL_ERASED = ("DELETE", "INSERT", "SELECT")
LOG = {"batches", "checkpoints", "entries", "evidence", "nodes"}
MAY: dict[str, set[tuple[str, str]]] = {
    "aidledger_reader": {(table, "SELECT") for table in LOG | {"head"}},
    "aidledger_writer": {
        *((table, verb) for table in LOG | {"erased_keys"} for verb in ("INSERT", "SELECT")),
        ("head", "SELECT"),
        *(("head." + column, "UPDATE") for column in ("frontier", "recorded_at", "root", "size")),
        *((table, verb) for table in ("vault", "vault_keys") for verb in _KEPT_UNTIL_ERASED),
        *(("tracking", verb) for verb in ("INSERT", "SELECT", "UPDATE")),
        *(("snapshots", verb) for verb in ("INSERT", "SELECT")),
    },
    "PUBLIC": set(),
}


@pytest.mark.parametrize("role", sorted(MAY))
def test_a_role_may_do_this_and_nothing_more(owned: str, postgres_url: str, role: str) -> None:
    with psycopg.connect(postgres_url) as admin:
        found = admin.execute(
            "SELECT table_name, privilege_type FROM information_schema.table_privileges"
            " WHERE table_schema = 'aidledger' AND grantee = %(role)s"
            " UNION SELECT table_name || '.' || column_name, privilege_type"
            " FROM information_schema.column_privileges AS alone"
            " WHERE table_schema = 'aidledger' AND grantee = %(role)s AND NOT EXISTS ("
            "  SELECT 1 FROM information_schema.table_privileges AS whole"
            "  WHERE whole.table_schema = 'aidledger' AND whole.grantee = alone.grantee"
            "  AND whole.table_name = alone.table_name"
            "  AND whole.privilege_type = alone.privilege_type)",
            {"role": role},
        ).fetchall()

    assert MAY[role] == set(found)


def test_a_database_without_a_ledger_is_missing(postgres_url: str) -> None:
    with pytest.raises(LedgerMissingError):
        open_ledger(postgres_url)
    with pytest.raises(LedgerMissingError):
        open_ledger(postgres_url.replace("/test_", "/no_such_"))


@pytest.mark.parametrize(
    ("name", "value"), [("synchronous_commit", "off"), ("synchronous_commit", "local")]
)
def test_a_server_that_may_lose_commits_is_refused(
    postgres_url: str, name: str, value: str
) -> None:
    create(postgres_url, origin=ORIGIN).close()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        database = sql.Identifier(admin.info.dbname)
        admin.execute(sql.SQL("ALTER DATABASE {} SET {} = {}").format(
            database, sql.Identifier(name), sql.Literal(value)))  # fmt: skip
    with pytest.raises(UnsafeDatabaseError) as caught:
        open_ledger(postgres_url)

    assert name in str(caught.value)
    assert caught.value.hint


def test_a_sqlite_that_can_corrupt_a_wal_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    create(path, origin=ORIGIN).close()
    monkeypatch.setattr(driver(), "sqlite_version_info", (3, 51, 2))
    with pytest.raises(UnsafeDatabaseError) as caught:
        open_ledger(path)
    with pytest.raises(UnsafeDatabaseError):
        create(tmp_path / "other.sqlite", origin=ORIGIN)

    assert "pysqlite3" in caught.value.hint
    open_ledger(path, read_only=True).close()


def test_a_ledger_taken_out_of_wal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    create(path, origin=ORIGIN).close()
    connection = driver().connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()

    with pytest.raises(UnsafeDatabaseError, match="journal_mode"):
        open_ledger(path)


def test_every_connection_syncs_fully_and_trusts_no_schema(tmp_path: Path) -> None:
    ledger = create(tmp_path / "ledger.sqlite", origin=ORIGIN)
    record(ledger, drafts(1))
    settings = {"synchronous": 2, "trusted_schema": 0, "recursive_triggers": 1}
    for runner in (ledger.reading, ledger.writing):
        with runner() as run:
            assert settings == {name: run(f"PRAGMA {name}", ())[0][0] for name in settings}
    ledger.close()


@pytest.mark.parametrize("content", [b"", b"not a database, only a text file\n" * 99])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        open_ledger(path)

    assert "not_a_ledger" == caught.value.code
    assert content == path.read_bytes()


def test_another_sqlite_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    connection = driver().connect(path)
    connection.execute("CREATE TABLE head (origin TEXT)")
    connection.close()
    with pytest.raises(StoreError) as caught:
        open_ledger(path)

    assert "not_a_ledger" == caught.value.code


@pytest.mark.parametrize(
    ("number", "code"), [(13, "disk_full"), (10, "io_error"), (4874, "io_error"), (5, "locked")]
)
def test_a_ledger_on_a_full_or_failing_disk_is_not_called_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    path = tmp_path / "ledger.sqlite"
    create(path, origin=ORIGIN).close()

    def refuse(*_: object) -> None:
        error = driver().OperationalError("disk I/O error")
        error.sqlite_errorcode = number
        raise error

    monkeypatch.setattr(sqlite_connect, "check_application", refuse)
    with pytest.raises(StoreError) as caught:
        open_ledger(path)

    assert code == caught.value.code
    assert "not an aidledger ledger" not in str(caught.value)


def test_a_ledger_where_nothing_can_be_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    path = folder / "ledger.sqlite"
    ledger = create(path, origin=ORIGIN)
    record(ledger, drafts(3))
    ledger.close()
    folder.chmod(0o555)
    path.chmod(0o444)
    try:
        reader = open_ledger(path, read_only=True)
        assert 3 == len(list(reader.read()))
        reader.close()
    finally:
        folder.chmod(0o755)


HOSTILE = [
    ("type", "CAST(x'ff00fe' AS TEXT)"),
    ("record", "'text where bytes were'"),
    ("record", "NULL"),
    ("stream", "x'00ff'"),
    ("version", "'seven'"),
    ("leaf_hash", "3.5"),
    ("recorded_at", "NULL"),
]


@pytest.mark.parametrize(("column", "value"), HOSTILE)
def test_tampered_cells_come_back_as_they_are(tmp_path: Path, column: str, value: str) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = create(path, origin=ORIGIN)
    record(ledger, drafts(1500))
    ledger.close()
    tamper(path, f"UPDATE entries SET {column} = {value} WHERE position = 1200")
    reader = open_ledger(path, read_only=True)
    rows = list(reader.read())
    report = verify_entries(reader.read(), reader.read_nodes(), reader.read_head_row())
    reader.close()

    assert list(range(1500)) == [row[0] for row in rows]
    assert report.findings
    assert {1200} >= {finding.position for finding in report.findings if finding.position}


def test_a_text_that_is_no_utf_8_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = create(path, origin=ORIGIN)
    record(ledger, drafts(3000, streams=3000))
    ledger.close()
    tamper(path, "UPDATE entries SET type = CAST(x'41ff' AS TEXT) WHERE position IN (7, 2900)")
    reader = open_ledger(path, read_only=True)
    rows = {row[0]: row[3] for row in reader.read()}
    reader.close()

    assert 3000 == len(rows)
    assert {7, 2900} == {position for position, kind in rows.items() if kind == "A\\xff"}


@pytest.mark.parametrize("root", [b"x" * 32, b"short", b""])
def test_a_damaged_head_is_not_appended_to(tmp_path: Path, root: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = create(path, origin=ORIGIN)
    record(ledger, drafts(3))
    ledger.close()
    tamper(path, f"UPDATE head SET root = x'{root.hex()}'")
    (tmp_path / "ledger.sqlite.mark").unlink()
    again = open_ledger(path)
    with pytest.raises(StoreError) as caught:
        append(again, [draft()], "cause-2")

    assert "damaged" == caught.value.code
    assert 3 == len(list(again.read()))
    again.close()


def tamper(path: Path, statement: str) -> None:
    """Do what an attacker does who owns the file: no triggers, no types."""
    connection = driver().connect(path, isolation_level=None)
    for table in ("entries", "head"):
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE type = 'trigger'")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(replace(sql, 'STRICT', ''), 'NOT NULL', '')"
            " WHERE name = ?",
            (table,),
        )
    connection.close()
    connection = driver().connect(path, isolation_level=None)
    connection.execute(statement)
    connection.close()
