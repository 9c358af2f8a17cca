"""The portable subset of SQL: what a model may say so that DuckDB and Spark give the same rows.

`PORTABLE` lists each construct that `sparksql` gives the same meaning in both engines; whatever is
not on it is refused by name. `REFUSED` holds what stands on the list and is still no answer: an
order that one engine loses, a choice that a tie leaves to chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.helper import camel_to_snake_case

from aidledger.replay.models import Model, ModelError
from aidledger.replay.sparksql import ModelDialect

_NAMES: Final = (
    # the query
    "Select From Join Where Group Having With CTE Union Subquery Table TableAlias Alias Column "
    "Identifier Star Distinct Window Order Ordered Unnest Explode Tuple Paren "
    # values and conditions
    "Literal Null Boolean Neg Add Sub Mul IntDiv Mod DPipe EQ NEQ LT LTE GT GTE Between In Is Not "
    "And Or Like Case If Coalesce Nullif Greatest Least Abs Cast TryCast DataType "
    # texts
    "Length Substring Replace RegexpReplace Split SplitPart StartsWith Contains Trim "
    # days
    "Year Quarter Month Day DateDiff LastDay TimestampTrunc Interval Var GenerateSeries "
    # lists
    "Array ArrayConcat ArraySort ArrayDistinct ArrayContains ArraySize Flatten Bracket "
    # over many rows
    "Count Sum Min Max ArgMin ArgMax ArrayAgg LogicalAnd LogicalOr RowNumber Lead Lag"
)
PORTABLE: Final = frozenset(_NAMES.split())
"""Constructs by the name that sqlglot has for them."""

PORTABLE_FUNCTIONS: Final = frozenset({"to_months"})
"""Functions for which sqlglot has no name of its own."""

TELLING: Final = frozenset({"position", "notice", "assessment", "number", "day", "first_on"})
"""Columns that tell the rows of a group apart: a MIN_BY or MAX_BY over them knows no tie."""

CAST_TO: Final = frozenset({"BIGINT", "INT", "DATE", "TEXT", "BOOLEAN", "ARRAY"})
_INTERVALS: Final = frozenset({"DAY", "HOUR", "MONTH"})
_LISTED_ONCE: Final = (exp.ArraySort, exp.ArraySize, exp.ArrayContains)


class Refusal(NamedTuple):
    """A construct that is refused, and what to write instead."""

    construct: str
    instead: str


def parse(model: Model) -> exp.Query:
    """Read a model's SQL.

    Raises:
        ModelError: sqlglot does not know a construct of it.

    """
    try:
        query = sqlglot.parse_one(model.sql, read=ModelDialect)
    except SqlglotError as error:
        raise ModelError(
            model.name, "SQL of the portable subset", str(error).splitlines()[0][:160], _HINT
        ) from error
    if not isinstance(query, exp.Query):
        raise ModelError(model.name, "one SELECT", type(query).__name__, _HINT)
    return query


def check_portable(name: str, query: exp.Query) -> None:
    """Refuse a model that says what the two engines take differently.

    Raises:
        ModelError: with the model's name, the construct, and what to write instead.

    """
    for refusal in refusals(query):
        raise ModelError(
            name, f"SQL of the portable subset ({refusal.instead})", refusal.construct, _HINT
        )


def refusals(query: exp.Query) -> Iterator[Refusal]:
    """Yield every construct of a query that is not portable."""
    for node in query.walk():
        kind = type(node).__name__
        if isinstance(node, exp.Anonymous):
            if node.name.lower() not in PORTABLE_FUNCTIONS:
                yield Refusal(f"{node.name.upper()}()", "use functions of the list")
        elif kind not in PORTABLE:
            yield Refusal(camel_to_snake_case(kind), "use constructs of the list")
        yield from _refused(node)


def _refused(node: exp.Expr) -> Iterator[Refusal]:
    """Yield what of one node is refused though its kind stands on the list."""
    match node:
        case exp.Order() if not isinstance(node.parent, exp.Window):
            yield Refusal("ORDER BY outside a window", "sort the list itself with LIST_SORT")
        case exp.ArrayAgg():
            select = node.find_ancestor(exp.Select)
            if select is None or select.args.get("group") is None:
                yield Refusal("ARRAY_AGG without GROUP BY", "group by a column")
        case exp.ArrayDistinct() if not isinstance(node.parent, _LISTED_ONCE):
            yield Refusal("LIST_DISTINCT without LIST_SORT", "its order is anybody's: sort it")
        case exp.ArgMax() | exp.ArgMin() if not _tells(node.expression):
            yield Refusal(
                f"{'MAX' if isinstance(node, exp.ArgMax) else 'MIN'}_BY with ties",
                "end its measure with the position: MIN_BY(x, (day, position))",
            )
        case exp.Explode() if not _alone(node):
            yield Refusal("UNNEST inside an expression or twice", "unnest one list in a SELECT")
        case exp.Like() if not _plain_pattern(node.expression):
            yield Refusal("LIKE with a computed pattern or a backslash", "use CONTAINS")
        case exp.RegexpReplace() if not isinstance(node.expression, exp.Literal):
            yield Refusal("REGEXP_REPLACE with a computed pattern", "write the pattern out")
        case exp.Cast() | exp.TryCast():
            yield from _refused_cast(node)
        case exp.Window() if node.args.get("spec") is not None:
            yield Refusal("a window with a frame", "use the default frame")
        case exp.DateDiff() | exp.TimestampTrunc() | exp.Interval():
            yield from _refused_unit(node)
        case exp.Join():
            yield from _refused_join(node)
        case exp.Subquery() | exp.In() if _in_expression(node):
            yield Refusal("a query inside an expression", "join the table")
        case exp.Select() if any(isinstance(one, exp.Star) for one in node.expressions):
            yield Refusal("SELECT *", "name the columns")
        case exp.Distinct() if node.args.get("on") is not None:
            yield Refusal("DISTINCT ON", "number the rows with ROW_NUMBER")
        case exp.Group() if not node.expressions:
            yield Refusal("GROUP BY ALL", "name the columns")
        case exp.Union() if node.args.get("by_name"):
            yield Refusal("UNION BY NAME", "put the columns in one order")
        case exp.Column() if node.name.lower() == "ledger":
            yield Refusal("a column named ledger", "it tells ledgers apart: use another name")
        case _:
            return


def _tells(measure: exp.Expr) -> bool:
    """Whether no two rows of a group have the same measure."""
    match measure:
        case exp.Tuple(expressions=parts):
            return bool(parts) and isinstance(parts[-1], exp.Column)
        case exp.Case():
            given = [branch.args["true"] for branch in measure.args["ifs"]]
            return all(_tells(value) for value in given)
        case exp.Column():
            return measure.name in TELLING
        case _:
            return False


def _alone(node: exp.Explode) -> bool:
    """Whether an UNNEST is a column by itself, and the only one of its SELECT."""
    select = node.find_ancestor(exp.Select)
    above = node.parent.parent if isinstance(node.parent, exp.Alias) else node.parent
    return above is select and len([*_of_select(select)]) == 1


def _of_select(select: exp.Select | None) -> Iterator[exp.Explode]:
    for item in select.expressions if select else ():
        yield from item.find_all(exp.Explode)


def _plain_pattern(pattern: exp.Expr) -> bool:
    return isinstance(pattern, exp.Literal) and "\\" not in pattern.name


def _refused_cast(node: exp.Cast | exp.TryCast) -> Iterator[Refusal]:
    kind = node.to.this.value if node.to.this is not None else ""
    allowed = {"BIGINT", "INT"} if isinstance(node, exp.TryCast) else CAST_TO
    if kind not in allowed:
        verb = "TRY_CAST" if isinstance(node, exp.TryCast) else "CAST"
        yield Refusal(f"{verb} to {kind}", f"cast to one of {', '.join(sorted(allowed))}")


def _refused_unit(node: exp.Expr) -> Iterator[Refusal]:
    match node:
        case exp.DateDiff() if node.text("unit").upper() not in ("", "DAY", "MONTH"):
            yield Refusal("DATE_DIFF of another unit", "count days or months")
        case exp.TimestampTrunc() if node.text("unit").upper() != "MONTH":
            yield Refusal("DATE_TRUNC to another unit than months", "truncate to months")
        case exp.Interval() if node.text("unit").upper() not in _INTERVALS:
            yield Refusal("an interval of another unit", "use days, hours or months")
        case _:
            return


def _refused_join(node: exp.Join) -> Iterator[Refusal]:
    said = {str(node.args.get(part) or "").upper() for part in ("method", "side", "kind")}
    odd = sorted(said - {"", "LEFT", "FULL", "INNER", "CROSS", "OUTER"})
    if odd:
        yield Refusal(f"{' '.join(odd)} JOIN", "use JOIN, LEFT JOIN, FULL JOIN or CROSS JOIN")
    if node.args.get("using"):
        yield Refusal("JOIN … USING", "write the condition with ON")
    joined = isinstance(node.this, exp.Unnest) or node.args.get("on") is not None
    if not joined and "CROSS" not in said:
        yield Refusal("tables joined by a comma", "write JOIN … ON or CROSS JOIN")


def _in_expression(node: exp.Subquery | exp.In) -> bool:
    if isinstance(node, exp.In):
        return node.args.get("query") is not None
    return not isinstance(node.parent, (exp.From, exp.Join, exp.CTE, exp.Union))


_HINT: Final = "docs/SCALE.md says which SQL is portable"
