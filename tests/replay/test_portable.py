"""The portable subset: every model of ours keeps to it, and each construct outside is named."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
import sqlglot

from aidledger.replay.byledger import by_ledger
from aidledger.replay.models import Model, ModelError, load_models
from aidledger.replay.portable import (
    PORTABLE,
    PORTABLE_FUNCTIONS,
    check_portable,
    parse,
    refusals,
)
from aidledger.replay.sparksql import ModelDialect
from aidledger.replay.stages import stages

REFUSED = [
    # (a bad sample, the construct that is named)
    ("SELECT LIST(x ORDER BY y) AS l FROM t GROUP BY z", "ORDER BY outside a window"),
    ("SELECT ARRAY_AGG(x ORDER BY y) AS l FROM t GROUP BY z", "ORDER BY outside a window"),
    ("SELECT x FROM t ORDER BY x", "ORDER BY outside a window"),
    ("SELECT x FROM t LIMIT 1", "LIMIT"),
    ("SELECT ARRAY_AGG(x) AS l FROM t", "ARRAY_AGG without GROUP BY"),
    ("SELECT LIST_DISTINCT(x) AS l FROM t", "LIST_DISTINCT without LIST_SORT"),
    ("SELECT MAX_BY(x, day_of) AS l FROM t GROUP BY z", "MAX_BY with ties"),
    ("SELECT MIN_BY(x, y + 1) AS l FROM t GROUP BY z", "MIN_BY with ties"),
    ("SELECT UNNEST(a) AS x, UNNEST(b) AS y FROM t", "UNNEST inside an expression or twice"),
    ("SELECT UNNEST(a) + 1 AS x FROM t", "UNNEST inside an expression or twice"),
    ("SELECT x FROM t WHERE x LIKE y", "LIKE with a computed pattern or a backslash"),
    (r"SELECT x FROM t WHERE x LIKE 'a\_b'", "LIKE with a computed pattern or a backslash"),
    ("SELECT REGEXP_REPLACE(x, y, '', 'g') AS z FROM t", "REGEXP_REPLACE with a computed pattern"),
    ("SELECT CAST(x AS DOUBLE) AS y FROM t", "CAST to DOUBLE"),
    ("SELECT TRY_CAST(x AS DATE) AS y FROM t", "TRY_CAST to DATE"),
    (
        "SELECT SUM(x) OVER (ORDER BY y ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS z FROM t",
        "a window with a frame",
    ),
    ("SELECT DATE_DIFF('year', a, b) AS y FROM t", "DATE_DIFF of another unit"),
    (
        "SELECT DATE_TRUNC('week', a) AS y FROM t",
        "DATE_TRUNC to another unit than months",
    ),
    ("SELECT a + INTERVAL '1' WEEK AS y FROM t", "an interval of another unit"),
    ("SELECT DATE_PART('week', a) AS y FROM t", "DATE_PART()"),
    ("SELECT t.x FROM t ASOF JOIN s ON s.x >= t.x", "ASOF JOIN"),
    ("SELECT t.x FROM t SEMI JOIN s ON s.x = t.x", "SEMI JOIN"),
    ("SELECT t.x FROM t RIGHT JOIN s ON s.x = t.x", "RIGHT JOIN"),
    ("SELECT t.x FROM t JOIN s USING (x)", "JOIN … USING"),
    ("SELECT t.x FROM t, s", "tables joined by a comma"),
    ("SELECT x FROM t WHERE x IN (SELECT y FROM s)", "a query inside an expression"),
    ("SELECT (SELECT MAX(y) FROM s) AS x FROM t", "a query inside an expression"),
    ("SELECT x FROM t WHERE EXISTS (SELECT y FROM s)", "EXISTS"),
    ("SELECT * FROM t", "SELECT *"),
    ("SELECT ledger FROM t", "a column named ledger"),
    ("SELECT x / 2 AS y FROM t", "DIV"),
    ("SELECT COUNT(*) FILTER (WHERE x > 1) AS y FROM t", "FILTER"),
    ("SELECT x FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY x) = 1", "QUALIFY"),
    ("SELECT CONCAT(x, y) AS z FROM t", "CONCAT"),
    ("SELECT LOWER(x) AS z FROM t", "LOWER"),
    ("SELECT LIST_AGGREGATE(x, 'sum') AS z FROM t", "LIST_AGGREGATE()"),
    ("SELECT x FROM t EXCEPT SELECT y FROM s", "EXCEPT"),
    ("SELECT list_transform(x, y -> y + 1) AS z FROM t", "LAMBDA"),
    ("SELECT ROUND(x) AS y FROM t", "ROUND"),
    ("SELECT {'a': x} AS y FROM t", "STRUCT"),
    ("SELECT x FROM t WHERE x ILIKE 'a%'", "I_LIKE"),
    ("SELECT DISTINCT ON (x) x FROM t", "DISTINCT ON"),
    ("SELECT x FROM t GROUP BY ALL", "GROUP BY ALL"),
    ("SELECT x FROM t UNION BY NAME SELECT x FROM s", "UNION BY NAME"),
]


def model_of(sql: str, name: str = "sample") -> Model:
    return Model(
        name=name,
        title_zh="样例",
        title_en="sample",
        key=(),
        purpose="",
        uses=(),
        allow=None,
        facts=(),
        sql=sql,
        sql_sha256="",
    )


@pytest.mark.parametrize("name", sorted(load_models()))
def test_a_model_keeps_to_the_portable_subset(name: str, models: dict[str, Model]) -> None:
    assert [] == list(refusals(parse(models[name])))


@pytest.mark.parametrize(("sql", "construct"), REFUSED)
def test_what_is_not_portable_is_refused_by_file_and_name(sql: str, construct: str) -> None:
    with pytest.raises(ModelError) as refused:
        check_portable("sample", parse(model_of(sql)))

    assert "model sample:" in str(refused.value)
    assert construct in [one.construct for one in refusals(parse(model_of(sql)))]


def test_no_construct_is_portable_that_no_model_needs(models: dict[str, Model]) -> None:
    kinds = {type(node).__name__ for model in models.values() for node in parse(model).walk()}

    assert set() == PORTABLE - kinds
    assert PORTABLE_FUNCTIONS <= {
        node.name.lower()
        for model in models.values()
        for node in parse(model).find_all(sqlglot.exp.Anonymous)
    }


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) AS n, MAX(x) AS m, COALESCE(MAX(x), 0) + 60 AS k FROM t",
        "SELECT SUM(CASE WHEN x IS NULL THEN 1 ELSE 1 END) AS n FROM t WHERE x > 4",
        "SELECT x, ROW_NUMBER() OVER (ORDER BY y, x) AS place FROM t",
        "SELECT y, SUM(x) OVER (ORDER BY x) - x AS before FROM t",
        "SELECT t.x, s.z FROM t LEFT JOIN s ON s.y = t.y",
        "SELECT t.x, s.z FROM t CROSS JOIN s",
        "SELECT t.x, s.z, parameters.as_of FROM t FULL JOIN s ON s.y = t.y CROSS JOIN parameters",
        "SELECT DISTINCT y FROM t UNION SELECT z FROM s",
        "SELECT UNNEST([1, 2]) AS n",
        (
            "WITH a AS (SELECT y, COUNT(*) AS n FROM t GROUP BY y) "
            "SELECT a.n, b.n AS other FROM a JOIN (SELECT n FROM a) AS b ON b.n >= a.n"
        ),
        "SELECT t.x, series.n FROM t CROSS JOIN UNNEST(GENERATE_SERIES(1, t.x)) AS series(n)",
        "SELECT t.x FROM t JOIN s ON s.y = t.y OR s.z = t.y",
    ],
)
def test_a_query_over_many_ledgers_gives_each_what_it_gives_alone(sql: str) -> None:
    ledgers: dict[str, tuple[list[Any], list[Any]]] = {
        "a": ([(1, "p"), (2, "p"), (3, "q")], [("p", "p"), ("r", "q")]),
        "b": ([(7, "p"), (None, "q")], [("q", "p")]),
        "c": ([], []),
    }

    alone, together = {}, duckdb.connect()
    _tables(together, ", ledger VARCHAR")
    for ledger, rows in ledgers.items():
        with duckdb.connect() as connection:
            _tables(connection, "")
            _fill(connection, rows)
            alone[ledger] = sorted(connection.execute(sql).fetchall(), key=repr)
        _fill(together, rows, ledger)
    wide = by_ledger(parse(model_of(sql))).sql(ModelDialect)
    found = together.execute(wide).fetchall()

    assert alone == {
        ledger: sorted((row[:-1] for row in found if row[-1] == ledger), key=repr)
        for ledger in ledgers
    }


def _tables(connection: duckdb.DuckDBPyConnection, more: str) -> None:
    connection.execute(f"CREATE TABLE t (x BIGINT, y VARCHAR{more})")
    connection.execute(f"CREATE TABLE s (y VARCHAR, z VARCHAR{more})")
    connection.execute(f"CREATE TABLE parameters (as_of BIGINT{more})")


def _fill(
    connection: duckdb.DuckDBPyConnection, rows: tuple[list[Any], list[Any]], *ledger: str
) -> None:
    for table, listed in zip(("t", "s", "parameters"), (*rows, [(5,)]), strict=True):
        for row in listed:
            values = ", ".join("?" for _ in (*row, *ledger))
            connection.execute(f"INSERT INTO {table} VALUES ({values})", [*row, *ledger])


def test_what_is_read_often_and_long_to_make_is_made_once(models: dict[str, Model]) -> None:
    found = {name: len(stages(name, parse(model))) for name, model in models.items()}

    assert found["deadlines"] > 1
    assert 1 == found["case_state"]


def test_a_model_in_stages_gives_the_same_rows() -> None:
    listed = ", ".join(
        f"c{n} AS (SELECT l.x + r.x AS x FROM c{n - 1} AS l JOIN c{n - 1} AS r ON r.x = l.x)"
        for n in range(1, 9)
    )
    sql = f"WITH c0 AS (SELECT x FROM t), {listed} SELECT x FROM c8"

    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT UNNEST([1, 2]) AS x")
        made = stages("sample", parse(model_of(sql)))
        for name, query in made:
            connection.execute(f"CREATE TABLE {name} AS {query.sql(ModelDialect)}")
        found = connection.execute("SELECT x FROM sample ORDER BY x").fetchall()

    assert 1 < len(made)
    assert [(256,), (512,)] == found
