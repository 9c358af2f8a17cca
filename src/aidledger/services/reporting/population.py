"""The population that rules were run over: cases, persons and payments, by programme, township and month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from aidledger.audit.laying import Laid

POPULATION: Final = ("case_people", "case_state", "payments_by_month")
"""The models that are read."""
_SUPPORTED: Final = "SUM(CASE WHEN stage IN ('approved', 'terminating') THEN 1 ELSE 0 END)"
_BY: Final = (
    "SELECT COALESCE({by}, ''), COUNT(*), {supported}, SUM(paid_lines), SUM(paid_fen) "
    "FROM case_state GROUP BY 1 ORDER BY 1"
)
_PERSONS: Final = (
    "SELECT COALESCE(case_state.{by}, ''), COUNT(DISTINCT case_people.person) FROM case_people "
    'JOIN case_state ON case_state."case" = case_people."case" GROUP BY 1'
)
_PAID: Final = (
    "SELECT township, CAST(SUM(issued_lines) AS BIGINT), CAST(SUM(net_fen) AS BIGINT) "
    "FROM payments_by_month GROUP BY township"
)
"""What was paid in each township, where the cases were in its months: who moves takes nothing along."""
_PLACES: Final = """
WITH asked AS (SELECT UNNEST(?) AS subject),
lying AS (
    SELECT "case" AS subject, township FROM case_state
    UNION ALL
    SELECT account, township FROM case_state
    UNION ALL
    SELECT case_people.person, case_state.township
    FROM case_people JOIN case_state ON case_state."case" = case_people."case"
)
SELECT asked.subject, MIN(lying.township)
FROM asked JOIN lying ON lying.subject = asked.subject
GROUP BY asked.subject
HAVING MIN(lying.township) = MAX(lying.township)
"""
"""In which township what a finding is about lies: a case, an account, a person."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The cases of a programme or a township (empty: none is known), their persons, and what was paid.

    `fen` is what was paid less what came back: of a township for the months in which the cases were there.
    """

    name: str
    cases: int
    supported: int
    persons: int
    lines: int
    fen: int


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """The payments for a month, in lines and fen."""

    month: str
    lines: int
    issued_fen: int
    returned_fen: int
    recovered_fen: int
    net_fen: int


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """All that was looked at: `entries` that hold, over the days that they are about."""

    entries: int
    first_on: date | None
    last_on: date | None
    persons: int
    programmes: tuple[Group, ...]
    townships: tuple[Group, ...]
    months: tuple[Month, ...]


def population_of(laid: Laid) -> Population:
    """Count the population where the models are built."""
    entries, first, last = laid.connection.execute(
        "SELECT COUNT(*), MIN(effective_on), MAX(effective_on) FROM entry"
    ).fetchall()[0]
    persons = laid.connection.execute("SELECT COUNT(DISTINCT person) FROM case_people").fetchall()
    months = laid.connection.execute(
        "SELECT month, SUM(issued_lines), SUM(issued_fen), SUM(returned_fen), SUM(recovered_fen), "
        "SUM(net_fen) FROM payments_by_month GROUP BY month ORDER BY month"
    ).fetchall()
    names = ("month", "lines", "issued_fen", "returned_fen", "recovered_fen", "net_fen")
    return Population(
        entries=entries,
        first_on=first,
        last_on=last,
        persons=persons[0][0],
        programmes=_groups(laid, "programme"),
        townships=_paid_there(laid, _groups(laid, "township")),
        months=tuple(Month(**dict(zip(names, row, strict=True))) for row in months),
    )


def _groups(laid: Laid, by: str) -> tuple[Group, ...]:
    persons = dict(laid.connection.execute(_PERSONS.format(by=by)).fetchall())
    rows = laid.connection.execute(_BY.format(by=by, supported=_SUPPORTED)).fetchall()
    return tuple(
        Group(
            name=name,
            cases=cases,
            supported=supported,
            persons=persons.get(name, 0),
            lines=lines,
            fen=fen,
        )
        for name, cases, supported, lines, fen in rows
    )


def _paid_there(laid: Laid, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Return townships with what was paid in them; one that everybody has left is among them."""
    paid = {name: (n, fen) for name, n, fen in laid.connection.execute(_PAID).fetchall()}
    known = {group.name: group for group in groups}
    nobody = Group(name="", cases=0, supported=0, persons=0, lines=0, fen=0)
    found = []
    for name in sorted(known.keys() | paid.keys()):
        lines, fen = paid.get(name, (0, 0))
        group = known.get(name, nobody)
        found.append(msgspec.structs.replace(group, name=name, lines=lines, fen=fen))
    return tuple(found)


def townships_of(laid: Laid, subjects: Iterable[str]) -> dict[str, str]:
    """Return the township of each subject that lies in one alone: of a case, an account or a person."""
    return dict(laid.connection.execute(_PLACES, [sorted(subjects)]).fetchall())
