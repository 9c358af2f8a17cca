"""Not trusted: who changes the schema or its triggers writes what he likes, and verify finds it.

The tables are a public format (docs/FORMAT.md). The triggers that refuse UPDATE, DELETE and
TRUNCATE are a seat belt against accidents: whoever owns the database can take them off.
"""

from __future__ import annotations

from importlib import resources

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
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateTable

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
    PrimaryKeyConstraint("size", "note").ddl_if(dialect="sqlite"),
    sqlite_strict=True,
)
# An index entry of PostgreSQL holds 2,704 bytes, and one cosignature by ML-DSA-44 is longer.
LOG_TABLES = ("batches", "checkpoints", "entries", "head", "nodes")
"""What is read whole: a view in the place of one could give rows without end."""
EACH_NOTE_ONCE = "checkpoints_once"
_EACH_NOTE_ONCE = f"CREATE UNIQUE INDEX {EACH_NOTE_ONCE} ON checkpoints (size, sha256(note))"
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


def create_statements(dialect: Dialect) -> list[str]:
    """Write the statements that make tables and indexes for one engine."""
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in METADATA.sorted_tables]
    return [*made, _EACH_NOTE_ONCE] if dialect.name == "postgresql" else made


def script(name: str) -> str:
    """Return one of the SQL scripts that lie beside this module."""
    return (resources.files("aidledger.store") / f"{name}.sql").read_text("utf-8")
