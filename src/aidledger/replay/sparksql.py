"""A model's SQL for Spark: what DuckDB says, said so that Spark gives the same rows.

`sqlglot` knows both dialects; where the two engines differ in what a construct gives, the rules
below say what Spark must be told. Each of them is held against DuckDB by a test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator
from sqlglot.parsers.duckdb import DuckDBParser

SUMMED: Final = "DECIMAL(28, 0)"
"""What is summed: DuckDB sums whole numbers without overflow, and so does Spark from this type."""

WHOLE_NUMBER: Final = "whole_number"
_NUMBER: Final = (
    r"^[ \t\n\x0B\f\r]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\x0B\f\r]*$"
)
FUNCTIONS: Final = tuple(
    f"CREATE OR REPLACE TEMPORARY FUNCTION {WHOLE_NUMBER}_{kind.lower()}(given STRING) "
    f"RETURNS {kind} RETURN IF(REGEXP_REPLACE(given, r'(?<=[0-9])_(?=[0-9])', '') RLIKE r'{_NUMBER}', "
    f"TRY_CAST(ROUND(TRY_CAST(REGEXP_REPLACE(given, r'(?<=[0-9])_(?=[0-9])', '') "
    f"AS DECIMAL(38, 18))) AS {kind}), NULL)"
    for kind in ("INT", "BIGINT")
)
"""Functions that a session must have: DuckDB rounds a text that it reads as a whole number, and
takes exponents, and underscores between digits."""


class ModelParser(DuckDBParser):
    """Reads a model: `LEN` is of lists and `LENGTH` of texts."""

    FUNCTIONS = {  # noqa: RUF012 - as the parent has it
        **DuckDBParser.FUNCTIONS,
        "LEN": exp.ArraySize.from_arg_list,
    }


class ModelDialect(DuckDB):
    """The dialect that models are written in: DuckDB's; places in lists stay as written."""

    INDEX_OFFSET = 0
    Parser = ModelParser


Write = Callable[["ModelGenerator", Any], str]


def _of_known(self: ModelGenerator, node: exp.ArgMax | exp.ArgMin) -> str:
    """DuckDB looks only at rows where both are known; Spark also where the value is null."""
    name = "MAX_BY" if isinstance(node, exp.ArgMax) else "MIN_BY"
    by = node.expression
    measure = self.func("STRUCT", *by.expressions) if isinstance(by, exp.Tuple) else self.sql(by)
    return f"{name}({self.sql(node.this)}, IF({self.sql(node.this)} IS NULL, NULL, {measure}))"


def _sum(self: ModelGenerator, node: exp.Sum) -> str:
    """Sum without an upper bound, as DuckDB does; counts of rows need none."""
    case = node.this
    if isinstance(case, exp.Case):
        given = [*(branch.args["true"] for branch in case.args["ifs"]), case.args.get("default")]
        if all(isinstance(value, exp.Literal) for value in given):
            return f"SUM({self.sql(case)})"
    return f"SUM(CAST({self.sql(node.this)} AS {SUMMED}))"


def _concat(self: ModelGenerator, node: exp.ArrayConcat) -> str:
    """DuckDB takes a list that is null as empty, unless all are."""
    parts = [node.this, *node.expressions]
    known = [isinstance(part, (exp.Array, exp.Coalesce)) for part in parts]
    texts = [self.sql(part) for part in parts]
    joined = ", ".join(
        text if sure else f"COALESCE({text}, ARRAY())"
        for text, sure in zip(texts, known, strict=True)
    )
    if any(known):
        return f"CONCAT({joined})"
    absent = " AND ".join(f"{text} IS NULL" for text in texts)
    return f"IF({absent}, NULL, CONCAT({joined}))"


def _series(self: ModelGenerator, node: exp.GenerateSeries) -> str:
    """Give an empty series, and no error, where the end is before the start."""
    start, end = self.sql(node, "start"), self.sql(node, "end")
    step = node.args.get("step")
    told = f", {self.sql(step)}" if step is not None else ""
    return f"IF({start} <= {end}, SEQUENCE({start}, {end}{told}), NULL)"


def _between(self: ModelGenerator, node: exp.DateDiff) -> str:
    """Days, or firsts of a month, that lie between two days."""
    end, begin = self.sql(node.this), self.sql(node.expression)
    if node.text("unit").upper() != "MONTH":
        return f"DATEDIFF({end}, {begin})"
    return f"((YEAR({end}) - YEAR({begin})) * 12 + MONTH({end}) - MONTH({begin}))"


def _whole_number(self: ModelGenerator, node: exp.TryCast) -> str:
    """Give null where no whole number of the type can be made of the text."""
    kind = self.sql(node.to)
    return f"{WHOLE_NUMBER}_{kind.lower()}({self.sql(node.this)})"


def _anonymous(self: ModelGenerator, node: exp.Anonymous) -> str:
    """Functions that sqlglot has no name for."""
    name = str(node.this).lower()
    if name == "to_months":
        return f"MAKE_YM_INTERVAL(0, CAST({self.sql(node.expressions[0])} AS INT))"
    return self.func(name, *node.expressions)


def _call(template: str) -> Write:
    """Return a rule that writes a call of one argument."""
    return lambda self, node: template.format(self.sql(node.this))


class ModelGenerator(SparkGenerator):
    """Writes a model for Spark."""

    TRANSFORMS = {  # noqa: RUF012 - as the parent has it
        **SparkGenerator.TRANSFORMS,
        exp.Anonymous: _anonymous,
        exp.ArgMax: _of_known,
        exp.ArgMin: _of_known,
        exp.ArrayAgg: _call("COLLECT_LIST({}) RESPECT NULLS"),
        exp.ArrayConcat: _concat,
        exp.ArrayContains: lambda self, node: (
            f"ARRAY_CONTAINS(ARRAY_COMPACT({self.sql(node.this)}), {self.sql(node.expression)})"
        ),
        exp.ArrayDistinct: _call("ARRAY_DISTINCT(ARRAY_COMPACT({}))"),
        exp.ArraySize: _call("SIZE({})"),
        exp.ArraySort: _call("ARRAY_SORT({})"),
        exp.Bracket: lambda self, node: (
            f"TRY_ELEMENT_AT({self.sql(node.this)}, CAST({self.sql(node.expressions[0])} AS INT))"
        ),
        exp.DateDiff: _between,
        exp.Flatten: _call("FLATTEN(ARRAY_COMPACT({}))"),
        exp.GenerateSeries: _series,
        exp.IntDiv: lambda self, node: (
            f"(({self.sql(node.this)}) DIV ({self.sql(node.expression)}))"
        ),
        exp.Sum: _sum,
        exp.TimestampTrunc: _call("TRUNC({}, 'MONTH')"),
        exp.Trim: _call(r"REGEXP_REPLACE({}, r'^\p{{Zs}}+|\p{{Zs}}+$', '')"),
        exp.TryCast: _whole_number,
    }


class ModelSpark(Spark):
    """Spark's dialect, written by our rules."""

    Generator = ModelGenerator
