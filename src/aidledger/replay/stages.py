"""A model in stages: what it reads often and what is long to make is made once and kept.

DuckDB keeps what a WITH names; Spark makes it again at each place that reads it, and a model whose
parts read one another grows to a thousand tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from sqlglot import exp

HEAVY: Final = 16
"""So many tables read again are more than writing and reading a table once."""


def stages(name: str, query: exp.Query) -> list[tuple[str, exp.Query]]:
    """Return (table, query) in the order in which to build; the last is the model itself."""
    listed = query.args.get("with_")
    if listed is None:
        return [(name, query)]
    body = query.copy()
    body.set("with_", None)
    parts = [(cte.alias, cte.this) for cte in listed.expressions]
    used = Counter(table.name for _, part in [*parts, (name, body)] for table in _tables(part))
    weights: dict[str, int] = {}
    renamed: dict[str, str] = {}
    kept: list[tuple[str, exp.Query]] = []
    made: list[tuple[str, exp.Query]] = []
    for alias, part in parts:
        weights[alias] = sum(weights.get(table.name, 1) for table in _tables(part))
        found = _read_from(part, renamed)
        if weights[alias] * (used[alias] - 1) >= HEAVY:
            made.append((f"{name}__{alias}", _with(kept, found)))
            renamed[alias] = f"{name}__{alias}"
            weights[alias] = 1
        else:
            kept.append((alias, found))
    return [*made, (name, _with(kept, _read_from(body, renamed)))]


def _tables(query: exp.Query) -> Iterable[exp.Table]:
    return query.find_all(exp.Table)


def _read_from(query: exp.Query, renamed: dict[str, str]) -> exp.Query:
    """Return a query that reads the tables that were kept."""
    query = query.copy()
    for table in list(_tables(query)):
        if table.name in renamed:
            table.replace(
                exp.alias_(exp.to_table(renamed[table.name]), table.alias_or_name, table=True)
            )
    return query


def _with(kept: list[tuple[str, exp.Query]], query: exp.Query) -> exp.Query:
    """Return a query with the parts of the WITH that it reads, one by the other."""
    needed: set[str] = {table.name for table in _tables(query)}
    for alias, part in reversed(kept):
        if alias in needed:
            needed |= {table.name for table in _tables(part)}
    for alias, part in kept:
        if alias in needed:
            query = query.with_(alias, part, copy=False)
    return query
