"""Copying out of a finished database: hostile texts and large sums come through, and references hold."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from aidledger.replay.handing import Column, Table, copying


def test_a_reference_that_does_not_hold_is_none(tmp_path: Path) -> None:
    """A case that no application began is in other tables, and not among the cases."""
    made = tmp_path / "made.duckdb"
    with duckdb.connect(str(made)) as connection:
        connection.execute("CREATE TABLE a AS SELECT 1 AS n UNION ALL SELECT NULL")
        connection.execute("CREATE TABLE b AS SELECT 1 AS n")
        connection.execute("CREATE TABLE c AS SELECT 2 AS n")
    with copying(made) as copier:
        held = [copier.is_within(name, "n", "b", "n") for name in ("a", "b", "c")]

    assert [True, True, False] == held


def test_hostile_cells_are_no_formulas_and_large_sums_stay_exact(tmp_path: Path) -> None:
    made = tmp_path / "made.duckdb"
    texts = ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", 'a"b', "a,b", "a\nb", "", None, "'x"]
    with duckdb.connect(str(made)) as connection:
        connection.execute("CREATE TABLE t (n BIGINT, x VARCHAR, sum_fen HUGEINT, l BIGINT[])")
        for at, text in enumerate(texts):
            connection.execute("INSERT INTO t VALUES (?, ?, ?, ?)", [at, text, 2**70 + at, [at]])
    kinds = {"n": "BIGINT", "x": "VARCHAR", "sum_fen": "HUGEINT", "l": "BIGINT[]"}
    columns = tuple(Column(name=name, kind=kind) for name, kind in kinds.items())
    table = Table(name="t", columns=columns, key=("n",))
    with copying(made) as copier:
        copier.csv(table, tmp_path / "t.csv")
        copier.parquet(table, tmp_path / "t.parquet")
        rows = [row for page in copier.rows(table) for row in page]
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as lines:
        read = list(csv.reader(lines))[1:]
    exact = duckdb.execute(f"SELECT sum_fen::HUGEINT FROM '{tmp_path / 't.parquet'}'").fetchall()

    wanted = [f"'{text}" if at < 6 else text or "" for at, text in enumerate(texts)]
    assert wanted == [row[1] for row in read]
    assert [str(2**70 + at) for at in range(len(texts))] == [row[2] for row in read]
    assert [(2**70 + at,) for at in range(len(texts))] == exact
    assert (3, "@x", str(2**70 + 3), "[3]") == rows[3]
