"""The models: SQL files with a header, put in the order in which they can be built.

What a model depends on is read from its own SQL as DuckDB parses it, and so is what it calls: a
model that asks for the time, for chance, for a file or for a setting is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from aidledger.replay.versions import BESIDE_COLUMNS
from aidledger.replay.views import event_views

PACKAGE: Final = "aidledger_projections"
ALLOWED_FUNCTIONS: Final = frozenset(
    {
        *("abs", "array_agg", "bool_and", "bool_or", "ceil", "coalesce", "concat", "contains"),
        *("count", "count_star", "date_diff", "date_part", "date_trunc", "day", "dense_rank"),
        *("flatten", "floor", "generate_series", "greatest", "lag", "last_day", "lead", "least"),
        *("len", "length", "list_concat", "list_contains", "list_distinct", "list_sort"),
        *("list_value", "lower", "lpad", "max", "max_by", "min", "min_by", "month", "nullif"),
        *(
            "quarter",
            "rank",
            "regexp_replace",
            "replace",
            "round",
            "row",
            "row_number",
            "split_part",
        ),
        *("starts_with", "string_split", "struct_extract", "substring", "sum", "to_days"),
        *("to_hours", "to_months", "trim", "trunc", "unnest", "upper", "year"),
        *("+", "-", "*", "/", "//", "%", "||", "~~", "!~~"),
    }
)
"""Every function that a model may call: all of them give the same answer every time."""

BANNED_NAMES: Final = frozenset(
    {
        *("current_catalog", "current_date", "current_role", "current_schema", "current_time"),
        *("current_timestamp", "current_user", "localtime", "localtimestamp", "rowid"),
        *("session_user", "user"),
    }
)
"""Names that DuckDB reads as a function without brackets, or as the place of a row on disk."""

_header_line = re.compile(r"--\s*([a-z_]+):\s*(.*)").fullmatch
_name_form = re.compile(r"[a-z][a-z0-9_]{0,62}").fullmatch
_REQUIRED: Final = ("title_zh", "title_en", "key", "for")

READS: Final = "reads.tsv"
"""Beside this file: SHA-256 of the texts that we ship, and the tables that `parse_tables` finds in each.

Parsing them takes most of a second, which whoever asks for one list would wait. A text that is not
there, such as an auditor's, is parsed.
"""


class ModelError(Exception):
    """A model that cannot be used: which one, what was expected and found, a hint; its line if known."""

    def __init__(
        self, model: str, expected: str, found: str, hint: str, line: int | None = None
    ) -> None:
        super().__init__(f"model {model}: expected {expected}, found {found}")
        self.model = model
        self.line = line
        self.expected = expected
        self.found = found
        self.hint = hint


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One read model. `allow` is None, or the only columns a disclosure list may have."""

    name: str
    title_zh: str
    title_en: str
    key: tuple[str, ...]
    purpose: str
    uses: tuple[str, ...]
    allow: tuple[str, ...] | None
    facts: tuple[str, ...]
    sql: str
    sql_sha256: str


def load_models(folder: Path | None = None) -> dict[str, Model]:
    """Return every model by name: those of the package, or those of an auditor's folder.

    Raises:
        ModelError: a header is incomplete, or a model needs what is not there.

    """
    root = folder if folder is not None else resources.files(PACKAGE)
    files = [item for item in root.iterdir() if item.name.endswith(".sql")]
    return dict(
        _models_of(
            tuple(
                (item.name.removesuffix(".sql"), item.read_text("utf-8"))
                for item in sorted(files, key=lambda item: item.name)
            )
        )
    )


@lru_cache(maxsize=8)
def _models_of(files: tuple[tuple[str, str], ...]) -> dict[str, Model]:
    """Return the models of (name, text) in order; the same text is parsed once in a process."""
    with duckdb.connect(":memory:") as parser:
        return in_order(parse_model(name, text, parser) for name, text in files)


def parse_model(name: str, text: str, parser: duckdb.DuckDBPyConnection) -> Model:
    """Read one file.

    Raises:
        ModelError: no proper name, a header line is missing, more or less than one SELECT, or a
            function that is not allowed.

    """
    if _name_form(name) is None:
        raise ModelError(name, "a name of small letters", "another", "rename the file")
    header: dict[str, str] = {}
    for line in text.splitlines():
        match = _header_line(line.strip())
        if match is None:
            break
        header[match[1]] = match[2].strip()
    for field in _REQUIRED:
        if not header.get(field):
            raise ModelError(name, f"a header line `-- {field}: …`", "none", "add the line on top")
    sources = tables_of(name, text, parser) | set(_listed(header.get("uses", "")))
    return Model(
        name=name,
        title_zh=header["title_zh"],
        title_en=header["title_en"],
        key=_listed(header["key"]),
        purpose=header["for"],
        uses=tuple(sorted(sources)),
        allow=_listed(header["allow"]) if "allow" in header else None,
        facts=_listed(header.get("facts", "")),
        sql=text,
        sql_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def read_question(name: str, text: str) -> set[str]:
    """Return the tables that one SELECT of somebody's own reads; held to what a model is held to.

    Raises:
        ModelError: more or less than one SELECT, or a function that is not allowed.

    """
    with duckdb.connect(":memory:") as parser:
        return tables_of(name, text, parser)


def tables_named(name: str, text: str) -> set[str]:
    """Return the tables that one SELECT reads, whatever it calls.

    Raises:
        ModelError: more or less than one SELECT.

    """
    with duckdb.connect(":memory:") as parser:
        return _read_sql(name, text, parser)[0]


def tables_of(name: str, text: str, parser: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the tables that one SELECT names, once all that it calls is allowed.

    Raises:
        ModelError: more or less than one SELECT, or a function that is not allowed.

    """
    shipped = _reads_of_shipped().get(hashlib.sha256(text.encode()).hexdigest())
    return parse_tables(name, text, parser) if shipped is None else set(shipped)


@lru_cache(maxsize=1)
def _reads_of_shipped() -> dict[str, frozenset[str]]:
    """Return the tables that each SELECT of ours names, by the hash of its text."""
    text = (resources.files("aidledger.replay") / READS).read_text("utf-8")
    lines = (line.split("\t") for line in text.splitlines())
    return {digest: frozenset(names.split()) for digest, names in lines}


def parse_tables(name: str, text: str, parser: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the same as `tables_of`, and raise the same, by parsing whatever the text is."""
    tables, functions = _read_sql(name, text, parser)
    alien = sorted(functions - ALLOWED_FUNCTIONS)
    if alien:
        raise ModelError(
            name,
            "functions that give the same answer every time",
            ", ".join(alien),
            "a model reads the event views, other models and parameters, and nothing else",
        )
    return tables


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _read_sql(name: str, text: str, parser: duckdb.DuckDBPyConnection) -> tuple[set[str], set[str]]:
    """Return the tables and the functions that the one SELECT names."""
    if not _is_utf8(text):
        raise ModelError(name, "text in UTF-8", "another byte", "save it as UTF-8")
    row = parser.execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchone()
    tables: set[str] = set()
    functions: set[str] = set()
    ctes: set[str] = set()

    def look(node: dict[str, Any]) -> dict[str, Any]:
        """Note what one object of the parsed SQL names."""
        if node.get("type") == "BASE_TABLE":
            tables.add(node["table_name"])
        if "function_name" in node:
            functions.add(node["function_name"].lower())
        if node.get("sample"):
            functions.add("tablesample")
        column: list[str] = node.get("column_names") or []
        if len(column) == 1 and column[0].lower() in BANNED_NAMES:
            functions.add(column[0].lower())
        if "cte_map" in node:
            ctes.update(item["key"] for item in node["cte_map"]["map"])
        return node

    # looked at while they are read: every command that asks models waits for this
    parsed: dict[str, Any] = json.loads(row[0], object_hook=look) if row else {"error": True}
    if parsed["error"] or len(parsed["statements"]) != 1:
        found = str(parsed.get("error_message", "another number of statements"))
        at = str(parsed.get("position", ""))
        line = text.encode()[: int(at)].count(b"\n") + 1 if at.isdigit() else None
        raise ModelError(
            name, "one SELECT", found.splitlines()[0], "run it in duckdb to see where", line
        )
    # a part of a WITH may have the name of the view that it reads
    return tables - (ctes - loaded_tables()), functions


def _is_utf8(text: str) -> bool:
    """Whether a text can be written at all: it may have been read from bytes that are none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def loaded_tables() -> frozenset[str]:
    """Return what is there before any model: the event views and what is laid beside them."""
    views = {view.name for view in event_views().values()}
    return frozenset(views | {"entry"} | BESIDE_COLUMNS.keys())


def in_order(models: Iterable[Model]) -> dict[str, Model]:
    """Return models so that each comes after those it reads.

    Raises:
        ModelError: a model reads what is neither view nor model, has the name of a view, or
            reads itself by a circle.

    """
    by_name = {model.name: model for model in models}
    views = loaded_tables()
    for model in by_name.values():
        if model.name in views:
            raise ModelError(model.name, "a name of its own", "an event view", "rename the file")
        for source in model.uses:
            if source not in views and source not in by_name:
                raise ModelError(
                    model.name, "an event view or a model", source, "see the list of event views"
                )
    graph = {m.name: [s for s in m.uses if s in by_name] for m in by_name.values()}
    sorter = TopologicalSorter({name: sorted(graph[name]) for name in sorted(graph)})
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise ModelError(error.args[1][0], "models in an order", circle, "cut the circle") from None
    return {name: by_name[name] for name in order}


def tables_read(models: Mapping[str, Model]) -> set[str]:
    """Return the tables that models read and that are none of them: event views, and those beside."""
    return {source for model in models.values() for source in model.uses} - models.keys()


def needed(models: dict[str, Model], names: Iterable[str] | None) -> dict[str, Model]:
    """Return the named models and all they read, in order; all models where no name is given.

    Raises:
        ModelError: a name that no model has.

    """
    if names is None:
        return models
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in models:
            raise ModelError(
                name, "the name of a model", "none", f"one of {', '.join(sorted(models))}"
            )
        if name not in wanted:
            wanted.add(name)
            waiting += [source for source in models[name].uses if source in models]
    return {name: model for name, model in models.items() if name in wanted}
