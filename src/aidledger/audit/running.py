"""Runs rules over loaded views and built models: what they find, and which could not be run.

A rule that can't be run is never clean: it is named with the reason. What is found comes out in one
order, with a root over all of it, so that two runs over the same entries can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

import duckdb
import msgspec

from aidledger.audit.header import HINT, RuleError
from aidledger.audit.rule import PARAMETERS, SEVERITIES, Need, Rule
from aidledger.audit.saying import said
from aidledger.domain.keeping import KEPT_TABLES
from aidledger.domain.policy.schema import Severity
from aidledger.ledger.canonical import INTEGER_LIMIT, clip, encode
from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.replay.digest import columns_of
from aidledger.replay.querying import stoppable
from aidledger.replay.views import literal, quoted

FIXED: Final = {
    "subject": ("VARCHAR",),
    "positions": ("BIGINT[]",),
    "period": ("VARCHAR",),
    "amount_fen": ("BIGINT", "HUGEINT", "INTEGER"),
}
"""What every rule gives, in these SQL types."""
WHOLE: Final = ("BIGINT", "HUGEINT", "INTEGER", "SMALLINT", "UBIGINT")
PLAIN: Final = frozenset({*WHOLE, "VARCHAR", "DATE", "BOOLEAN", "VARCHAR[]", "BIGINT[]"})
"""The types of the other columns: what a message can say. No fractions: money is whole fen."""
BROKEN: Final = frozenset({"model", "sql", "table"})
"""Why a rule was not run where something failed; for all else data is lacking."""
KEPT_A_RULE: Final = 100_000
"""How many findings of one rule are kept; all are counted, summed and hashed."""
ROWS_A_FETCH: Final = 2_048


class RuleFinding(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that a rule found: whom it is about, the entries that prove it, and what is at risk.

    `period` is a month, a day or ``from/to``; `amount_fen` None where money isn't the matter. `values`
    are the other columns, which `message_zh` and `message_en` put into words.
    """

    rule: str
    severity: Severity
    subject: str
    positions: tuple[int, ...]
    period: str | None
    amount_fen: int | None
    values: dict[str, Any]
    message_zh: str
    message_en: str


class NotRun(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that said nothing, and why; `code` is ``need``, ``parameter``, ``model``, ``table`` or ``sql``."""

    rule: str
    code: str
    why_zh: str
    why_en: str


class RuleRun(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule gave in all; `by_severity` counts, the worst first, those that are there.

    `fen_by_severity` sums the amounts of each of them.
    """

    rule: str
    findings: int
    amount_fen: int
    by_severity: dict[str, int]
    left_out: int = 0
    fen_by_severity: dict[str, int] = {}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a run over one ledger gave: `root` is over every finding (hex, RFC 6962)."""

    as_of: date
    known_on: date | None
    findings: tuple[RuleFinding, ...]
    ran: tuple[RuleRun, ...]
    not_run: tuple[NotRun, ...]
    root: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's query as it is put to the engine: its columns, and the SELECT in a fixed order."""

    columns: tuple[str, ...]
    sql: str


def run_rules(
    connection: duckdb.DuckDBPyConnection,
    rules: Iterable[Rule],
    lost: Mapping[str, str] | None = None,
    most: int = KEPT_A_RULE,
) -> Report:
    """Run rules where the views are loaded and the models built.

    Args:
        connection: over them.
        rules: in any order; the report has them by id.
        lost: models and tables beside the ledger that are not there, each with what is said of it.
        most: how many findings of a rule are kept.

    """
    found: list[RuleFinding] = []
    ran: list[RuleRun] = []
    not_run: list[NotRun] = []
    frontier = Frontier()
    for rule in sorted(rules, key=lambda rule: rule.id):
        silent = _silent(connection, rule, lost or {})
        if silent is None:
            try:
                asked = ask(connection, rule)
                rows = _fetched(connection, asked.sql)
                run, kept, leaves = _counted(rule, findings_of(rule, asked, rows), most)
            except RuleError as error:
                silent = not_run_as(rule, "sql", f"{error.expected}; {error.found}")
            except duckdb.Error as error:
                silent = not_run_as(rule, "sql", first_line(error))
        if silent is not None:
            not_run.append(silent)
            continue
        ran.append(run)
        found += kept
        frontier.extend(leaves)
    as_of, known_on = connection.execute("SELECT as_of, known_on FROM parameters").fetchall()[0]
    return Report(
        as_of=as_of,
        known_on=known_on,
        findings=tuple(found),
        ran=tuple(ran),
        not_run=tuple(not_run),
        root=frontier.root().hex(),
    )


def _silent(
    connection: duckdb.DuckDBPyConnection, rule: Rule, lost: Mapping[str, str]
) -> NotRun | None:
    """Say why a rule can't be run, if so."""
    for name in sorted(rule.tables & lost.keys()):
        code = "table" if name in KEPT_TABLES else "model"
        return not_run_as(rule, code, f"{name}: {lost[name]}")
    try:
        return unready(connection, rule)
    except duckdb.Error as error:
        return not_run_as(rule, "sql", first_line(error))


def unready(connection: duckdb.DuckDBPyConnection, rule: Rule) -> NotRun | None:
    """Say what a rule lacks of what it needs: a parameter of the adopted packs, or entries.

    Raises:
        duckdb.Error: a need names a column that its table hasn't.

    """
    if rule.parameters and not _adopted(connection, rule.parameters):
        names = "、".join(rule.parameters), ", ".join(rule.parameters)
        return NotRun(
            rule=rule.id,
            code="parameter",
            why_zh=f"已采用的政策包都没有参数 {names[0]}",
            why_en=f"no adopted pack has {names[1]}",
        )
    for need in rule.needs:
        if not _is_there(connection, need):
            return NotRun(rule=rule.id, code="need", why_zh=need.why_zh, why_en=need.why_en)
    return None


def _adopted(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> bool:
    """Whether some adopted pack has one of these parameters (limits by the beginning of theirs)."""
    tests = [
        f"starts_with(name, {literal(name[:-1])})"
        if name.endswith("*")
        else f"name = {literal(name)} OR starts_with(name, {literal(name + '.')})"
        for name in names
    ]
    sql = f"SELECT 1 FROM {PARAMETERS} WHERE {' OR '.join(tests)} LIMIT 1"  # noqa: S608 - quoted
    return bool(connection.execute(sql).fetchall())


def _is_there(connection: duckdb.DuckDBPyConnection, need: Need) -> bool:
    """Whether a table has a row as a need asks."""
    test = ""
    if need.column is not None:
        kinds = dict(columns_of(connection, need.table))
        column, words = quoted(need.column), ", ".join(map(literal, need.words))
        is_list = kinds.get(need.column, "").endswith("[]")
        test = f"list_has_any({column}, [{words}])" if is_list else f"{column} IN ({words})"
        test = f"WHERE {test}"
    sql = f"SELECT 1 FROM {quoted(need.table)} {test} LIMIT 1"  # noqa: S608 - quoted
    return bool(connection.execute(sql).fetchall())


def ask(connection: duckdb.DuckDBPyConnection, rule: Rule) -> Asked:
    """Hold the columns of a rule to what every rule gives.

    Raises:
        RuleError: a column is missing or of another type.
        duckdb.Error: the SELECT doesn't run.

    """
    columns = {
        str(name): str(kind)
        for name, kind, *_ in connection.execute(f"DESCRIBE {rule.query}").fetchall()
    }
    for name, kinds in FIXED.items():
        if columns.get(name) not in kinds:
            raise _column(rule, f"{name} {kinds[0]}", columns.get(name, "no such column"))
    for name in rule.fields:
        if name not in columns:
            raise _column(rule, f"{name}, which the message names", "no such column")
    for name, kind in columns.items():
        if name not in FIXED and kind not in PLAIN:
            raise _column(rule, f"{name} as a text, a whole number, a day or a yes or no", kind)
    order = [*FIXED, *sorted(columns.keys() - FIXED.keys())]
    chosen = ", ".join(quoted(name) for name in order)
    sql = f"SELECT {chosen} FROM (\n{rule.query}\n) AS given ORDER BY ALL"  # noqa: S608
    return Asked(columns=tuple(order), sql=sql)


def findings_of(rule: Rule, asked: Asked, rows: Iterable[tuple[Any, ...]]) -> Iterator[RuleFinding]:
    """Yield what a rule's rows say.

    Raises:
        RuleError: a row that proves nothing, or is out of all bounds.

    """
    for row in rows:
        values = dict(zip(asked.columns, row, strict=True))
        subject, positions = values["subject"], values["positions"]
        amount = values["amount_fen"]
        severity = values.get("severity") or rule.severity
        if not subject:
            raise _column(rule, "a subject in each row", "none")
        if not positions or None in positions or positions != sorted(set(positions)):
            raise _column(rule, "sorted positions, each once, in each row", clip(str(positions)))
        if amount is not None and amount < 0:
            raise _column(rule, "an amount_fen from 0 on", str(amount))
        if severity not in SEVERITIES:
            raise _column(rule, f"a severity of {', '.join(SEVERITIES)}", clip(str(severity)))
        rest = {
            name: _plain(value)
            for name, value in values.items()
            if name not in FIXED and name != "severity"
        }
        # a hostile sum must not hide the finding, nor leave the numbers that JSON can say
        amount = None if amount is None else min(amount, INTEGER_LIMIT)
        shown = {**rest, "subject": subject, "period": values["period"], "amount_fen": amount}
        yield RuleFinding(
            rule=rule.id,
            severity=severity,
            subject=subject,
            positions=tuple(positions),
            period=values["period"],
            amount_fen=amount,
            values=rest,
            message_zh=said(rule.message_zh, shown, chinese=True),
            message_en=said(rule.message_en, shown, chinese=False),
        )


def _plain(value: Any) -> Any:
    """Return a column's value as JSON has it."""
    match value:
        case date():
            return value.isoformat()
        case int() if abs(value) > INTEGER_LIMIT:
            return str(value)
        case list():
            return [_plain(one) for one in value]
        case _:
            return value


def _column(rule: Rule, expected: str, found: str) -> RuleError:
    return RuleError(*rule.at(0), expected, found, HINT)


def _fetched(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
    cursor = stoppable(connection, partial(connection.execute, sql))
    while rows := stoppable(connection, partial(cursor.fetchmany, ROWS_A_FETCH)):
        yield from rows


def _counted(
    rule: Rule, findings: Iterable[RuleFinding], most: int
) -> tuple[RuleRun, list[RuleFinding], list[bytes]]:
    """Count what a rule found; keep the first, and the leaf hash of each."""
    kept: list[RuleFinding] = []
    leaves: list[bytes] = []
    count, fen = dict.fromkeys(SEVERITIES, 0), dict.fromkeys(SEVERITIES, 0)
    for one in findings:
        leaves.append(leaf_hash(encode(leaf_of(one))))
        count[one.severity] += 1
        fen[one.severity] += one.amount_fen or 0
        if len(kept) < most:
            kept.append(one)
    run = RuleRun(
        rule=rule.id,
        findings=len(leaves),
        amount_fen=sum(fen.values()),
        by_severity={name: number for name, number in count.items() if number},
        left_out=len(leaves) - len(kept),
        fen_by_severity={name: fen[name] for name, number in count.items() if number},
    )
    return run, kept, leaves


def root_of(leaves: Iterable[dict[str, Any]]) -> str:
    """Return the root (hex) over findings, each as `leaf_of` has it, in order."""
    frontier = Frontier()
    frontier.extend([leaf_hash(encode(one)) for one in leaves])
    return frontier.root().hex()


def leaf_of(finding: RuleFinding) -> dict[str, Any]:
    """Return what is hashed of a finding: all but its words."""
    return {
        "amount_fen": finding.amount_fen,
        "period": finding.period,
        "positions": list(finding.positions),
        "rule": finding.rule,
        "severity": finding.severity,
        "subject": finding.subject,
        "values": finding.values,
    }


def first_line(error: duckdb.Error) -> str:
    """Return what the engine says first, clipped."""
    return clip(str(error).splitlines()[0], 200)


def not_run_as(rule: Rule, code: str, found: str) -> NotRun:
    """Return that a rule was not run for what was found of it."""
    zh = {
        "model": "所需的模型不可用：",
        "table": "账本旁的表不可信：",
        "sql": "查询不能运行：",
    }
    en = {
        "model": "a model that it reads is not there: ",
        "table": "a table beside the ledger is not to be believed: ",
        "sql": "its query does not run: ",
    }
    return NotRun(rule=rule.id, code=code, why_zh=zh[code] + found, why_en=en[code] + found)
