"""Audit rules: one SQL file each, with a header that says what a finding is and what is none.

A rule is held to what a model is held to: one SELECT over event views and models, with no clock, no
chance and no other input. What is wrong with a file is told by file and line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final, get_args

import duckdb
import msgspec

from aidledger.audit.header import Header, RuleError, read_header
from aidledger.domain.keeping import KEPT_TABLES
from aidledger.domain.policy.schema import Severity
from aidledger.replay.models import Model, ModelError, loaded_tables, tables_of

SEVERITIES: Final[tuple[Severity, ...]] = tuple(reversed(get_args(Severity)))
"""The worst first."""
PARAMETERS: Final = "pack_parameters"
"""The model that says what the adopted packs ask."""
MAX_RULE_BYTES: Final = 100_000

_id_form = re.compile(r"[A-Z][A-Z0-9]{1,15}").fullmatch
_need_form = re.compile(
    r"(?P<table>[a-z][a-z0-9_]*)"
    r"(?: where (?P<column>[a-z][a-z0-9_]*) = (?P<words>'[^']*'(?: or '[^']*')*))?"
).fullmatch
_threshold_form = re.compile(r"([a-z][a-z0-9_]*) = ([0-9]{1,15})").fullmatch
_named: Final = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_message_field: Final = re.compile(r"\{([^{}]*)\}")


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What must be recorded before a rule can say anything: a row, with one of some words in a column.

    Where the column holds lists, one of its words is in the list.
    """

    table: str
    column: str | None
    words: tuple[str, ...]
    why_zh: str
    why_en: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One audit rule.

    `query` is its SELECT with its thresholds put in, `tables` all that it and its needs read,
    `parameters` the pack parameters (a name ending in ``*``: all that begin so) of which at least one
    must be adopted. `sha256` is that of the file, `content` its bytes.
    """

    id: str
    file: str
    title_zh: str
    title_en: str
    explain_zh: str
    explain_en: str
    not_zh: str
    not_en: str
    severity: Severity
    basis: str
    parameters: tuple[str, ...]
    thresholds: tuple[tuple[str, int], ...]
    remedy_zh: str
    remedy_en: str
    message_zh: str
    message_en: str
    needs: tuple[Need, ...]
    facts: tuple[str, ...]
    tables: frozenset[str]
    fields: tuple[str, ...]
    query: str
    query_line: int
    sha256: str
    content: bytes

    def models_in(self, models: Mapping[str, Model]) -> set[str]:
        """Return the models that the rule reads."""
        return set(self.tables & models.keys())

    def kept(self) -> set[str]:
        """Return the tables beside the ledger that the rule reads."""
        return set(self.tables & KEPT_TABLES.keys())


def load_rules(models: Mapping[str, Model], folder: Path | None = None) -> dict[str, Rule]:
    """Return the rules by id: those that come with the package, or those of an auditor's folder.

    Raises:
        RuleError: a file that can't be used, or two rules of one id.

    """
    root = folder if folder is not None else resources.files("aidledger.audit").joinpath("rules")
    try:
        files = sorted((i for i in root.iterdir() if i.name.endswith(".sql")), key=lambda i: i.name)
        texts = tuple((item.name, item.read_bytes()) for item in files)
    except OSError as error:
        raise RuleError(
            str(folder),
            1,
            "a folder of rules that can be read",
            str(error.strerror),
            "see docs/AUDIT.md",
        ) from None
    return dict(_rules_of(texts, frozenset(models)))


def joined(first: dict[str, Rule], second: dict[str, Rule]) -> dict[str, Rule]:
    """Return the rules of both.

    Raises:
        RuleError: both have a rule of one id.

    """
    for name in sorted(first.keys() & second.keys()):
        raise _twice(second[name].file, name, first[name].file)
    return first | second


@lru_cache(maxsize=8)
def _rules_of(texts: tuple[tuple[str, bytes], ...], models: frozenset[str]) -> dict[str, Rule]:
    """Return the rules of (file name, content); the same content is parsed once in a process."""
    found: dict[str, Rule] = {}
    with duckdb.connect(":memory:") as parser:
        for file, content in texts:
            rule = parse_rule(file, content, models, parser)
            if rule.id in found:
                raise _twice(file, rule.id, found[rule.id].file)
            found[rule.id] = rule
    return {name: found[name] for name in sorted(found)}


def _twice(file: str, name: str, other: str) -> RuleError:
    return RuleError(file, 1, "an id of its own", f"{name}, as {other} has", "see docs/AUDIT.md")


def parse_rule(
    file: str, content: bytes, models: frozenset[str], parser: duckdb.DuckDBPyConnection
) -> Rule:
    """Read one file; `models` are the names that there are beside the event views.

    Raises:
        RuleError: what is wrong first, and where.

    """
    if len(content) > MAX_RULE_BYTES:
        raise RuleError(
            file, 1, f"at most {MAX_RULE_BYTES} bytes", f"{len(content)}", "see docs/AUDIT.md"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RuleError(file, line, "UTF-8", "another byte", "see docs/AUDIT.md") from None
    header = read_header(file, text)
    name = header.text("id")
    if _id_form(name) is None:
        raise header.wrong("id", "a capital letter and then letters or digits", name)
    if file.removesuffix(".sql").partition("_")[0] != name.lower():
        raise RuleError(
            file, header.line("id"), f"{name.lower()}_ to begin the name", file, "rename the file"
        )
    severity = header.text("severity")
    if severity not in SEVERITIES:
        raise header.wrong("severity", f"one of {', '.join(SEVERITIES)}", severity)
    thresholds = tuple(_thresholds(header))
    query = _with_thresholds(header, dict(thresholds))
    needs = tuple(_needs(header, models))
    tables = _tables(file, header, query, models, parser)
    parameters = header.listed("parameters")
    tables |= {need.table for need in needs} | ({PARAMETERS} if parameters else set())
    return Rule(
        id=name,
        file=file,
        title_zh=header.text("title_zh"),
        title_en=header.text("title_en"),
        explain_zh=header.text("explain_zh"),
        explain_en=header.text("explain_en"),
        not_zh=header.text("not_zh"),
        not_en=header.text("not_en"),
        severity=severity,
        basis=header.text("basis"),
        parameters=parameters,
        thresholds=thresholds,
        remedy_zh=header.text("remedy_zh"),
        remedy_en=header.text("remedy_en"),
        message_zh=header.text("message_zh"),
        message_en=header.text("message_en"),
        needs=needs,
        facts=header.listed("facts"),
        tables=frozenset(tables),
        fields=_fields(header),
        query=query,
        query_line=header.query_line,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )


def _thresholds(header: Header) -> Iterator[tuple[str, int]]:
    """Yield the numbers that no law gives and the rule needs, each by its name."""
    for part in header.listed("thresholds"):
        match = _threshold_form(part)
        if match is None:
            raise header.wrong("thresholds", "name = whole number, …", part)
        yield match[1], int(match[2])


def _with_thresholds(header: Header, values: dict[str, int]) -> str:
    """Return the SELECT with numbers for ``$names``."""
    names = {match[1] for match in _named.finditer(header.query)}
    for name in sorted(names - values.keys()):
        at = header.query_line + header.query[: header.query.index(f"${name}")].count("\n")
        raise RuleError(
            header.file, at, "a threshold of the header", f"${name}", "see docs/AUDIT.md"
        )
    for name in sorted(values.keys() - names):
        raise header.wrong("thresholds", f"${name} in the SELECT", "none")
    return _named.sub(lambda match: str(values[match[1]]), header.query)


def _needs(header: Header, models: frozenset[str]) -> Iterator[Need]:
    """Yield what the header says is needed."""
    for line, text in header.repeated("needs"):
        parts = [part.strip() for part in re.split("[;；]", text)]
        match = _need_form(parts[0])
        if match is None or len(parts) != 3 or not all(parts):
            raise RuleError(
                header.file,
                line,
                "table[ where column = 'word'[ or 'word'…]]; 中文; English",
                text[:60],
                "see docs/AUDIT.md",
            )
        if match["table"] not in loaded_tables() | KEPT_TABLES.keys() | models:
            raise RuleError(
                header.file,
                line,
                "an event view or a model",
                match["table"],
                "see the list of event views",
            )
        yield Need(
            table=match["table"],
            column=match["column"],
            words=tuple(re.findall("'([^']*)'", match["words"] or "")),
            why_zh=parts[1],
            why_en=parts[2],
        )


def _tables(
    file: str,
    header: Header,
    query: str,
    models: frozenset[str],
    parser: duckdb.DuckDBPyConnection,
) -> set[str]:
    """Return the tables that the SELECT reads, all of which are there."""
    try:
        tables = tables_of(file, query, parser)
    except ModelError as error:
        line = header.query_line + (error.line or 1) - 1
        raise RuleError(file, line, error.expected, error.found, error.hint) from None
    for alien in sorted(tables - loaded_tables() - KEPT_TABLES.keys() - models):
        found = re.search(rf"\b{re.escape(alien)}\b", query)
        line = header.query_line + (query[: found.start()].count("\n") if found else 0)
        raise RuleError(
            file, line, "an event view or a model", alien, "see the list of event views"
        )
    return tables


def _fields(header: Header) -> tuple[str, ...]:
    """Return the columns that the messages name; both languages name the same."""
    zh, en = (set(_message_field.findall(header.text(key))) for key in ("message_zh", "message_en"))
    for field in sorted(zh ^ en):
        key = "message_en" if field in zh else "message_zh"
        raise header.wrong(key, f"{{{field}}}, as the other language has it", "none")
    return tuple(sorted(zh))
