"""One query for the ledgers of many counties: every table has a column more, which says whose it is.

A model is written for one ledger. `by_ledger` makes of it the query that gives, for each ledger, the
rows that the model gives over that ledger alone: nothing is joined, grouped, numbered or counted
across two ledgers, and a model that says something of an empty table says it for each ledger.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

LEDGER: Final = "ledger"
"""The column, which no view and no model has."""

EVERY_LEDGER: Final = "parameters"
"""The table with one row for each ledger."""

_FED: Final = "fed"


def by_ledger(query: exp.Query) -> exp.Query:
    """Return the query over all ledgers; its last column is `LEDGER`. The argument is not changed.

    It must be of the portable subset (`portable`).
    """
    query = query.copy()
    for select in list(query.find_all(exp.Select)):
        _widen(select)
    return query


def _widen(select: exp.Select) -> None:
    """Keep the ledgers of one SELECT apart."""
    here = _joined(select)
    for window in _own(select, exp.Window):
        window.append("partition_by", here.copy())
    group = select.args.get("group")
    if group is not None:
        group.append("expressions", here.copy())
    elif any(node.find_ancestor(exp.Window) is None for node in _own(select, exp.AggFunc)):
        here = _feed(select, here)
    # a column is called so already: Spark makes an invalid plan of some needless aliases
    select.append("expressions", here if isinstance(here, exp.Column) else exp.alias_(here, LEDGER))


def _own(select: exp.Select, kind: type[exp.Expr]) -> list[exp.Expr]:
    """Return the nodes of a kind in what a SELECT gives, and not in those it reads."""
    parts = [*select.expressions, select.args.get("having")]
    return [node for part in parts if part is not None for node in part.find_all(kind)]


def _joined(select: exp.Select) -> exp.Expr:
    """Join what a SELECT reads within each ledger only; return the expression of its ledger."""
    first = select.args.get("from_")
    if first is None:
        select.from_(EVERY_LEDGER, copy=False)
        return exp.column(LEDGER, EVERY_LEDGER)
    here: exp.Expr = exp.column(LEDGER, first.this.alias_or_name)
    for join in select.args.get("joins") or []:
        if isinstance(join.this, exp.Unnest):
            continue
        there = exp.column(LEDGER, join.this.alias_or_name)
        join.on(exp.EQ(this=there.copy(), expression=here.copy()), copy=False)
        join.set("kind", None)
        if join.side == "FULL":
            here = exp.Coalesce(this=here, expressions=[there])
    return here


def _feed(select: exp.Select, here: exp.Expr) -> exp.Expr:
    """Let a SELECT without GROUP BY give its one row for each ledger, also for one with no rows.

    What it read becomes a table, joined to the list of ledgers; each aggregate sees only real rows.
    """
    inner = exp.Select()
    for part in ("from_", "joins", "where", "laterals"):
        inner.set(part, select.args.get(part))
        select.set(part, None)
    named: dict[str, str] = {}
    for column in _own(select, exp.Column):
        name = named.setdefault(column.sql(), f"c{len(named)}")
        if name not in {item.alias for item in inner.expressions}:
            inner.append("expressions", exp.alias_(column.copy(), name))
        column.replace(exp.column(name, _FED))
    inner.append("expressions", exp.alias_(here, LEDGER))
    for aggregate in _own(select, exp.AggFunc):
        seen = exp.column(LEDGER, _FED).is_(exp.null()).not_()
        aggregate.replace(exp.Filter(this=aggregate.copy(), expression=exp.Where(this=seen)))
    every = exp.column(LEDGER, EVERY_LEDGER)
    select.from_(EVERY_LEDGER, copy=False)
    on = exp.EQ(this=exp.column(LEDGER, _FED), expression=every.copy())
    select.join(inner.subquery(_FED, copy=False), on=on, join_type="left", copy=False)
    select.group_by(every.copy(), copy=False)
    return every
