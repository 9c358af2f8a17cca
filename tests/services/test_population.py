"""What a report counts as paid in a township was paid for months in which the cases were there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import duckdb

from aidledger.services.reporting.population import population_of

_TABLES = """
CREATE TABLE entry AS SELECT DATE '2022-01-04' AS effective_on;
CREATE TABLE case_people AS SELECT 'case/1' AS "case", 'p1' AS person;
CREATE TABLE case_state AS
SELECT 'case/1' AS "case", 'tekun' AS programme, 'there' AS township, 'approved' AS stage,
       3 AS paid_lines, 300 AS paid_fen;
CREATE TABLE payments_by_month AS
SELECT * FROM (VALUES ('2022-03', 'here', 2, 200, 0, 0, 200), ('2022-04', 'there', 1, 100, 0, 0, 100))
    AS paid(month, township, issued_lines, issued_fen, returned_fen, recovered_fen, net_fen);
"""


def test_a_household_that_moved_leaves_what_it_was_paid_where_it_was() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(_TABLES)
        laid: Any = SimpleNamespace(connection=connection)
        found = population_of(laid)

    assert [("here", 0, 0, 2, 200), ("there", 1, 1, 1, 100)] == [
        (one.name, one.cases, one.persons, one.lines, one.fen) for one in found.townships
    ]
    assert [(3, 300)] == [(one.lines, one.fen) for one in found.programmes]
