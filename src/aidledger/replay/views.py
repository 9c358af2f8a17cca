"""The event views: one typed table per event type, made from the event structs themselves.

An auditor queries ``application_submitted`` or ``payment_issued`` with typed columns. Nothing is
written by hand here, so that a new event type has its view the moment it is in the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import inspect

from aidledger.domain.events.base import Day, MonthText
from aidledger.domain.events.catalog import EVENTS

ENVELOPE: Final = (
    ("position", "BIGINT"),
    ("stream", "VARCHAR"),
    ("version", "BIGINT"),
    ("recorded_at", "TIMESTAMP"),
    ("effective_on", "DATE"),
    ("actor", "VARCHAR"),
    ("office", "VARCHAR"),
    ("pack_hash", "VARCHAR"),
)
"""Columns of every view: name and SQL type.

``recorded_at`` is UTC; ``pack_hash`` is the hex after ``sha256:``.
"""

ENTRY_SQL: Final = (
    f"CREATE TABLE entry ({', '.join(f'{name} {kind}' for name, kind in ENVELOPE)}, type VARCHAR)"
)
"""The statement that makes ``entry``, empty: the envelope of every entry, with its type."""

LINE: Final = b'{"position":%d,%b'
"""A line of the load file: of a position, and a record without its first brace."""

_PATTERN: Final = re.compile(r"[*?[]")
_READ: Final = {**dict(ENVELOPE[:-1]), "policy": "STRUCT(hash VARCHAR)"}
"""What is read of a line beside the data: names with SQL types."""

_word_start = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=8)
def _pattern(kind: Any) -> str | None:
    """Return the pattern of an annotated text type; asked for each field of each view."""
    found = inspect.type_info(kind)
    return found.pattern if isinstance(found, inspect.StrType) else None


class Column(NamedTuple):
    """One data field: its name in the view, its wire name, and its SQL type."""

    name: str
    field: str
    sql_type: str


class EventView(NamedTuple):
    """One event type as a table.

    ``day_fields`` and ``month_fields`` name the fields (texts or lists of texts) whose pattern
    admits days that no calendar has.
    """

    name: str
    type_name: str
    columns: tuple[Column, ...]
    day_fields: tuple[str, ...]
    month_fields: tuple[str, ...]


OTHER: Final = EventView(
    name="other_entry",
    type_name="",
    columns=(Column("type", "$type", "VARCHAR"),),
    day_fields=(),
    month_fields=(),
)
"""The table of entries of which nobody reads more than the envelope, while a ledger is loaded."""


def view_name(type_name: str) -> str:
    """Return the view's name: ``PaymentIssued`` is ``payment_issued``."""
    return _word_start.sub("_", type_name).lower()


def quoted(name: str) -> str:
    """Return an SQL identifier, quoted: fields such as ``by`` and ``case`` are reserved words."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return an SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def views_read(reads: Collection[str] | None) -> dict[str, EventView]:
    """Return the view into which each type goes, by wire name; `reads` are those read, None: all."""
    every = event_views()
    if reads is None:
        return every
    return {name: view if view.name in reads else OTHER for name, view in every.items()}


@lru_cache(maxsize=1)
def event_views() -> dict[str, EventView]:
    """Return the view of every event type, by wire name."""
    return {name: _view_of(name) for name in EVENTS}


def _view_of(type_name: str) -> EventView:
    """Make the view of one type from its struct."""
    taken = {column for column, _ in ENVELOPE}
    columns: list[Column] = []
    groups: dict[str, list[str]] = {"day": [], "month": []}
    shape = inspect.type_info(EVENTS[type_name].struct)
    if not isinstance(shape, inspect.StructType):  # pragma: no cover
        raise TypeError(f"event {type_name}: expected a struct, found {type(shape).__name__}")
    for field in shape.fields:
        # OfficerAppointed says whose appointment it is: not the actor of the entry
        name = f"data_{field.encode_name}" if field.encode_name in taken else field.encode_name
        columns.append(Column(name, field.encode_name, sql_type(field.type)))
        for group, test in (("day", _is_day), ("month", _is_month)):
            if test(field.type):
                groups[group].append(field.encode_name)
    return EventView(
        name=view_name(type_name),
        type_name=type_name,
        columns=tuple(columns),
        day_fields=tuple(groups["day"]),
        month_fields=tuple(groups["month"]),
    )


def sql_type(kind: inspect.Type) -> str:
    """Return the SQL type of a field's type: days are DATE, whole numbers BIGINT."""
    match kind:
        case inspect.BoolType():
            return "BOOLEAN"
        case inspect.IntType():
            return "BIGINT"
        case inspect.StrType():
            return "DATE" if _is_day(kind) else "VARCHAR"
        case inspect.LiteralType():
            return "VARCHAR" if all(isinstance(v, str) for v in kind.values) else "BIGINT"
        case inspect.UnionType(types=types):
            kept = [t for t in types if not isinstance(t, inspect.NoneType)]
            return sql_type(kept[0]) if len(kept) == 1 else "VARCHAR"
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"{sql_type(item)}[]"
        case inspect.StructType(fields=fields):
            inner = ", ".join(f"{quoted(f.encode_name)} {sql_type(f.type)}" for f in fields)
            return f"STRUCT({inner})"
        case _:
            return "VARCHAR"  # free-form facts stay JSON text


def _is_day(kind: inspect.Type) -> bool:
    """Whether a type is a day, an optional day, or a list of days."""
    return _has_pattern(kind, _pattern(Day))


def _is_month(kind: inspect.Type) -> bool:
    """Whether a type is a month, an optional month, or a list of months."""
    return _has_pattern(kind, _pattern(MonthText))


def _has_pattern(kind: inspect.Type, pattern: str | None) -> bool:
    match kind:
        case inspect.StrType():
            return kind.pattern is not None and kind.pattern == pattern
        case inspect.UnionType(types=types):
            return any(_has_pattern(t, pattern) for t in types)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return _has_pattern(item, pattern)
        case _:
            return False


def file_literal(path: str | Path) -> str:
    """Write the path of one file for the engine's readers, which take some characters for patterns of names."""
    return literal(_PATTERN.sub(r"[\g<0>]", str(path)))


def parquet_sql(*paths: str | Path, more: str = "") -> str:
    """Return the reading of these Parquet files and no other.

    Left alone, the engine takes a folder called ``column=value`` for a column, and puts it in the place of
    the file's own.
    """
    files = ", ".join(map(file_literal, paths))
    return f"read_parquet([{files}], hive_partitioning = false{more})"


def create_sql(view: EventView) -> str:
    """Return the statement that makes the view's table, empty."""
    columns = [f"{name} {kind}" for name, kind in ENVELOPE]
    columns += [f"{quoted(column.name)} {column.sql_type}" for column in view.columns]
    return f"CREATE TABLE {quoted(view.name)} ({', '.join(columns)})"


def load_sql(view: EventView, path: str) -> str:
    """Return the statement that appends a file of lines as `LINE` writes them."""
    return f"INSERT INTO {quoted(view.name)} {select_sql(view, path)}"


def select_sql(view: EventView, path: str) -> str:
    """Return the query that gives the view's rows of such a file."""
    fields = {column.field: column.sql_type for column in view.columns}
    place = ""
    if fields and view is not OTHER:
        inside = ", ".join(f"{quoted(field)} {kind}" for field, kind in fields.items())
        place, fields = "data.", {"data": f"STRUCT({inside})"}
    read = {**_READ, **fields}.items()
    given = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in read)
    chosen = [name for name, _ in ENVELOPE[:-1]] + ["substr(policy.hash, 8) AS pack_hash"]
    chosen += [f"{place}{quoted(c.field)} AS {quoted(c.name)}" for c in view.columns]
    return (  # every part is quoted, and comes from the catalogue
        f"SELECT {', '.join(chosen)} FROM read_json("  # noqa: S608
        f"{file_literal(path)}, format = 'newline_delimited', records = true, maximum_object_size = 1048576, "
        f"hive_partitioning = false, columns = {{{given}}})"
    )


def entry_sql(views: Iterable[EventView]) -> str:
    """Return the statement that fills ``entry`` with every entry of some views."""
    names = ", ".join(name for name, _ in ENVELOPE)
    parts = [
        f"SELECT {names}, {'type' if view is OTHER else literal(view.type_name)} AS type "  # noqa: S608
        f"FROM {quoted(view.name)}"
        for view in views
    ]
    return f"INSERT INTO entry {' UNION ALL '.join(parts)}"


class ViewShape(msgspec.Struct, frozen=True, kw_only=True):
    """A view as documents print it: its name, the wire name, and (column, SQL type) pairs."""

    name: str
    type_name: str
    columns: tuple[tuple[str, str], ...]


def view_shapes() -> list[ViewShape]:
    """Return every event view with its columns, in the catalogue's order."""
    return [
        ViewShape(
            name=view.name,
            type_name=view.type_name,
            columns=ENVELOPE + tuple((c.name, c.sql_type) for c in view.columns),
        )
        for view in event_views().values()
    ]
