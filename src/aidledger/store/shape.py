"""Not trusted: what a database says of its own tables and triggers; who owns it can make it say anything.

A clumsy hand is seen here before it does harm: a trigger that was taken off or added, a column more or less, a
view or a rule in place of a table. What stands in the rows is for `verify`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import sqlite

from aidledger.store import sqlite_connect
from aidledger.store.port import LedgerStore
from aidledger.store.schema import EACH_NOTE_ONCE, METADATA, create_statements, script

_SQLITE: Final = (
    "SELECT type, name, tbl_name, CASE type WHEN 'table' THEN (SELECT group_concat("
    "lower(c.name) || ' ' || lower(c.type) || CASE WHEN c.\"notnull\" OR c.pk THEN ' not null' ELSE '' END"
    " || CASE WHEN c.hidden THEN ' generated' ELSE '' END, ', ')"
    " FROM pragma_table_xinfo(m.name) AS c) || CASE WHEN lower(sql) LIKE '%conflict%' OR lower(sql) LIKE '%collate%'"
    " THEN ' otherwise' ELSE '' END ELSE sql END"
    " FROM sqlite_master AS m WHERE type IN ('table', 'view', 'trigger') UNION ALL"
    " SELECT 'index', i.name, m.name, i.\"unique\" || i.origin || i.partial || (SELECT group_concat("
    "coalesce(c.name, '?') || ' ' || c.coll || ' ' || c.\"desc\", ', ') FROM pragma_index_xinfo(i.name) AS c WHERE c.key)"
    " FROM sqlite_master AS m, pragma_index_list(m.name) AS i WHERE m.type = 'table'"
)
_POSTGRES: Final = """
SELECT CASE c.relkind WHEN 'r' THEN 'table' ELSE 'view' END, c.relname, c.relname, (SELECT string_agg(
a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
|| CASE WHEN a.attcollation IN (0, '"C"'::regcollation) THEN '' ELSE ' collate ' || a.attcollation::regcollation END
|| CASE WHEN a.attgenerated = '' THEN '' ELSE ' generated' END,
', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
|| CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid) THEN ' and children' ELSE '' END
|| CASE WHEN c.relrowsecurity THEN ' by row' ELSE '' END
FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'aidledger'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT 'trigger', t.tgname, c.relname, p.proname || ' ' || t.tgenabled::text FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = 'aidledger'::regnamespace AND NOT t.tgisinternal
UNION ALL
SELECT 'function', p.proname, '', p.prosrc FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'aidledger'::regnamespace
UNION ALL
SELECT 'view', c.relname, c.relname, 'the server''s' FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.oid >= 16384
UNION ALL
SELECT 'function', p.proname, 'of the server', '' FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.oid >= 16384 AND EXISTS (SELECT 1 FROM pg_catalog.pg_proc own
WHERE own.proname = p.proname AND own.pronamespace = p.pronamespace AND own.oid < 16384)
UNION ALL
SELECT 'operator', o.oprname, '', '' FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
WHERE o.oprnamespace = 'aidledger'::regnamespace OR (o.oprnamespace = 'pg_catalog'::regnamespace AND (o.oid >= 16384
OR (o.oprname = ANY ('{=,<>,<,<=,>,>=}') AND p.prolang <> 12)))
UNION ALL
SELECT 'index', c.relname, t.relname, CASE WHEN i.indisvalid AND i.indisready AND i.indpred IS NULL AND NOT EXISTS
(SELECT 1 FROM pg_catalog.pg_opclass o WHERE o.oid = ANY (i.indclass) AND o.opcnamespace <> 'pg_catalog'::regnamespace)
THEN pg_catalog.replace(pg_catalog.pg_get_indexdef(i.indexrelid), '"', '') ELSE 'other' END
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = 'aidledger'::regnamespace
UNION ALL
SELECT 'rule', r.rulename, r.tablename, '' FROM pg_catalog.pg_rules r WHERE r.schemaname = 'aidledger'
UNION ALL
SELECT 'policy', p.policyname, p.tablename, '' FROM pg_catalog.pg_policies p WHERE p.schemaname = 'aidledger'
"""
# The schema pg_catalog is searched before ours: 16384 is the first number of what the server did not bring along,
# 12 that of the language of its own functions.
_TRIGGER: Final = re.compile(
    r"CREATE TRIGGER (\w+) BEFORE [A-Z ]+ ON aidledger\.(\w+)\s+FOR EACH \w+ EXECUTE FUNCTION aidledger\.(\w+)"
)
_FUNCTION: Final = re.compile(
    r"CREATE FUNCTION aidledger\.(\w+)\(\) RETURNS trigger LANGUAGE plpgsql AS \$\$(.*?)\$\$",
    re.DOTALL,
)

_CHECKPOINTS: Final = "checkpoints"
_WITH_TABLES: Final = {"index", "trigger"}
"""What stands and goes with a table."""
_KINDS: Final[dict[type, str]] = {BigInteger: "bigint", LargeBinary: "bytea", Text: "text"}
"""How PostgreSQL names what our columns hold."""

Things = dict[tuple[str, str, str], str]
"""What stands in a database: kind, name and table of each, and its text."""


def misshapen(store: LedgerStore) -> Iterator[tuple[str, str, str]]:
    """Yield what is not as a ledger is made: ``lacking``, ``changed`` or ``added``, its kind and its name.

    Tables that somebody added change nothing here, nor do their indexes and triggers, and are left out.
    """
    with store.reading() as run:
        if store.engine_name == "sqlite":
            found, wanted = _things(run(_SQLITE, ())), _made()
        else:
            found, wanted = _things(run(_POSTGRES, ())), _scripted()
    for kind, name, table in sorted(wanted.keys() | found.keys()):
        key = (kind, name, table)
        if key not in found:
            if (
                kind not in _WITH_TABLES or ("table", table, table) in found
            ):  # it went with its table
                yield "lacking", kind, name
        elif key not in wanted:
            if kind != "table" and (kind not in _WITH_TABLES or table in METADATA.tables):
                yield "added", kind, name
        elif found[key] != wanted[key]:
            yield "changed", kind, name


def _columns(table: Table) -> str:
    """Return the columns of a table as PostgreSQL tells them."""
    return ", ".join(
        f"{one.name} {_KINDS[type(one.type)]}{'' if one.nullable else ' not null'}"
        for one in table.columns
    )


def _things(rows: Iterable[Any]) -> Things:
    return {
        (str(kind), str(name), str(table)): " ".join(str(text).split())
        for kind, name, table, text in rows
    }


def _made() -> Things:
    """Return what a new file has: made by the same statements, in memory."""
    with closing(sqlite_connect.driver().connect(":memory:")) as connection:
        for statement in create_statements(sqlite.dialect()):
            connection.execute(statement)
        connection.executescript(script("append_only_sqlite"))
        return _things(connection.execute(_SQLITE).fetchall())


def _indexes() -> Iterator[tuple[str, str, str]]:
    """Yield the name that PostgreSQL gives to each index of ours, the table that it is over, and what it orders by."""
    for name, table in METADATA.tables.items():
        for one in table.constraints:
            if isinstance(one, UniqueConstraint):
                columns = [column.name for column in one.columns]
                yield "_".join((name, *columns, "key")), name, ", ".join(columns)
            elif isinstance(one, PrimaryKeyConstraint) and name != _CHECKPOINTS:
                yield f"{name}_pkey", name, ", ".join(column.name for column in one.columns)
    yield EACH_NOTE_ONCE, _CHECKPOINTS, "size, sha256(note)"


def _scripted() -> Things:
    """Return what a new schema of PostgreSQL has: read from the statements that make it."""
    text = script("append_only_postgres")
    rows = [("table", name, name, _columns(table)) for name, table in METADATA.tables.items()]
    rows += [
        (
            "index",
            name,
            table,
            f"CREATE UNIQUE INDEX {name} ON aidledger.{table} USING btree ({by})",
        )
        for name, table, by in _indexes()
    ]
    rows += [("trigger", name, table, f"{by} A") for name, table, by in _TRIGGER.findall(text)]
    rows += [("function", name, "", body) for name, body in _FUNCTION.findall(text)]
    return _things(rows)
