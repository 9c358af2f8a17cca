"""Not trusted: an attacker who changes the schema or its triggers can write what he likes, and
verify finds it.

The tables are a public format (docs/FORMAT.md). The triggers that refuse UPDATE, DELETE and
TRUNCATE are a seat belt against accidents: whoever owns the database can take them off.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

SCHEMA_VERSION = 1

_Text = Text(collation="C").with_variant(Text(), "sqlite")  # by bytes, on both engines
_Count = BigInteger().with_variant(Integer, "sqlite")  # STRICT tables know no BIGINT


def _table(name: str, *items: Column[object] | CheckConstraint | UniqueConstraint) -> None:
    Table(name, METADATA, *items, sqlite_strict=True)


def _count(name: str, *, null: bool = False, key: bool = False) -> Column[object]:
    return Column(name, _Count, nullable=null, primary_key=key, autoincrement=False)


def _text(name: str, *, null: bool = False, key: bool = False) -> Column[object]:
    return Column(name, _Text, nullable=null, primary_key=key)


def _bytes(name: str, *, null: bool = False, key: bool = False) -> Column[object]:
    return Column(name, LargeBinary, nullable=null, primary_key=key)


# Positions count from 0. `record` is the truth; every column beside it is an index.
_table(
    "entries",
    _count("position", key=True),
    _text("stream"),
    _count("version"),
    _text("type"),
    _text("recorded_at"),
    _bytes("record"),
    _bytes("leaf_hash"),
    UniqueConstraint("stream", "version"),
    CheckConstraint("position >= 0 AND version >= 0 AND length(leaf_hash) = 32"),
)
# The root of each complete subtree of 256 ** level leaves, written once.
_table(
    "nodes",
    _count("level", key=True),
    _count("idx", key=True),
    _bytes("hash"),
    CheckConstraint("length(hash) = 32"),
)
_table(
    "head",
    _count("size"),
    _bytes("root"),
    _bytes("frontier"),
    _text("recorded_at", null=True),
    _text("origin", key=True),
)
# `root` is the root of the whole log after the batch: each batch is a past head.
_table(
    "batches",
    _count("position", key=True),
    _count("count"),
    _text("cause"),
    _bytes("request_digest"),
    _bytes("root"),
    _text("recorded_at"),
    _bytes("signature", null=True),
    _text("key_id", null=True),
    UniqueConstraint("cause"),
)
Table(
    "checkpoints",
    METADATA,
    Column("size", _Count, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    PrimaryKeyConstraint("size", "note"),
    sqlite_strict=True,
)
_table("evidence", _text("hash", key=True), _text("media_type"), _bytes("content"))
# Personal values and their keys: what erasure erases. `erased_keys` keeps a destroyed key from
# coming back out of the memory of another process.
_table(
    "vault",
    _text("commitment", key=True),
    _text("person"),
    _text("stream"),
    _text("field"),
    _bytes("nonce"),
    _bytes("ciphertext"),
)
_table("vault_keys", _text("person", key=True), _bytes("wrapped_key"))
_table("erased_keys", _bytes("digest", key=True))
# Caches and cursors of read models: no part of the ledger.
_table("tracking", _text("application_name", key=True), _count("notification_id"))
_table(
    "snapshots",
    _text("originator_id", key=True),
    _count("originator_version", key=True),
    _text("topic"),
    _bytes("state"),
)

APPEND_ONLY = ("entries", "nodes", "batches", "checkpoints", "evidence", "erased_keys")

_REFUSAL = "aidledger: {} can be added and never changed"


def sqlite_triggers() -> list[str]:
    """Return the statements that make the tables append-only on SQLite."""
    statements = []
    for table in APPEND_ONLY:
        refusal = f"SELECT RAISE(ABORT, '{_REFUSAL.format(table)}')"
        statements += [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN {refusal}; END"
            for verb in ("UPDATE", "DELETE")
        ]
    # INSERT OR REPLACE deletes without firing these unless `recursive_triggers` is on: our
    # connections set it. A trigger before each insert would cost a sixth of the speed.
    statements += [
        "CREATE TRIGGER head_no_delete BEFORE DELETE ON head"
        " BEGIN SELECT RAISE(ABORT, 'aidledger: the head cannot be deleted'); END",
        "CREATE TRIGGER head_one_row BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head)"
        " BEGIN SELECT RAISE(ABORT, 'aidledger: there is one head'); END",
        "CREATE TRIGGER head_forward BEFORE UPDATE ON head"
        " WHEN NEW.size < OLD.size OR NEW.origin <> OLD.origin"
        " BEGIN SELECT RAISE(ABORT, 'aidledger: the head goes forward only'); END",
    ]
    return statements


def postgres_triggers() -> list[str]:
    """Return the statements that make the tables append-only on PostgreSQL.

    ALWAYS: also for a session that plays a replica.
    """
    statements = [
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'aidledger: % can be added and never changed', TG_TABLE_NAME"
        " USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE FUNCTION refuse_backward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.size < OLD.size OR NEW.origin <> OLD.origin THEN"
        " RAISE EXCEPTION 'aidledger: the head goes forward only'"
        " USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
        "CREATE FUNCTION refuse_second() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF EXISTS (SELECT 1 FROM aidledger.head) THEN"
        " RAISE EXCEPTION 'aidledger: there is one head'"
        " USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
    ]
    for table in APPEND_ONLY:
        statements += [
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change",
        ]
    statements += [
        "CREATE TRIGGER head_no_delete BEFORE DELETE OR TRUNCATE ON head"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER head_one_row BEFORE INSERT ON head"
        " FOR EACH ROW EXECUTE FUNCTION refuse_second()",
        "CREATE TRIGGER head_forward BEFORE UPDATE ON head"
        " FOR EACH ROW EXECUTE FUNCTION refuse_backward()",
        "ALTER TABLE head ENABLE ALWAYS TRIGGER head_no_delete",
        "ALTER TABLE head ENABLE ALWAYS TRIGGER head_one_row",
        "ALTER TABLE head ENABLE ALWAYS TRIGGER head_forward",
    ]
    return statements
