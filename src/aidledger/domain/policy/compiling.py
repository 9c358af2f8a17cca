"""From tables to rules: conditions compiled, formulas and numbers bound to the parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aidledger.domain.calendar import MAX_COUNT, Calendar, CountFrom, Deadline, Roll, Unit
from aidledger.domain.money import parse_ratio
from aidledger.domain.policy.amounts import AmountRule
from aidledger.domain.policy.clause import Clause
from aidledger.domain.policy.errors import pack_error
from aidledger.domain.policy.expression import PARAMETERS, Expression, compile_expression
from aidledger.domain.policy.formula import CompiledFormula, Term
from aidledger.domain.policy.moving import Counting, Mobility, Move, Moved, moved_due
from aidledger.domain.policy.schema import (
    AmountTable,
    ByTier,
    ClauseTable,
    Floor,
    Formula,
    LimitTable,
    Severity,
)
from aidledger.domain.values import parse_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time limit with its number resolved; ``due`` computes the last day in time."""

    id: str
    from_event: str
    to_events: tuple[str, ...]
    n: int
    unit: Unit
    count_from: CountFrom
    roll: Roll
    bound: Literal["at_most", "at_least"]
    repeats: bool
    citation: str
    facts: tuple[str, ...]
    severity: Severity
    text_zh: str
    text_en: str
    mobility: Mobility

    def due(self, start: str, calendar: Calendar) -> Deadline:
        """Return the last day in time when the limit begins with ``start`` (ISO)."""
        return calendar.deadline(
            parse_day(start), self.n, self.unit, count_from=self.count_from, roll=self.roll
        )

    def due_moved(
        self, start: str, position: int, calendar: Calendar, moves: Sequence[Move]
    ) -> Moved:
        """Return the last day in time of the limit that an entry began, as it was moved since."""
        return moved_due(
            Counting(self.n, self.unit, self.count_from, self.roll),
            parse_day(start),
            position,
            calendar,
            moves,
        )


def compile_clause(table: ClauseTable, parameters: Mapping[str, Any], file: str) -> Clause:
    """Compile a clause against the parameters of its resolved pack."""
    field = f"clause.{table.id}"
    when = _condition(table.when, parameters, file, f"{field}.when") if table.when else None
    return Clause(
        id=table.id,
        on=table.on,
        kind=table.kind,
        citation=table.citation,
        facts=table.facts,
        text_zh=table.text_zh,
        text_en=table.text_en,
        when=when,
        require=_condition(table.require, parameters, file, f"{field}.require"),
        parameters=parameters,
    )


def _condition(source: str, parameters: Mapping[str, Any], file: str, field: str) -> Expression:
    expression = compile_expression(source, file=file, field=field)
    for path in expression.paths:
        root, key = path.split(".")[:2]
        if root == PARAMETERS and key not in parameters:
            expected = "a parameter of the pack or its parents"
            raise pack_error(file, field, expected, path, "unknown_name")
    return expression


def compile_amounts(
    tables: Mapping[str, tuple[str, AmountTable]], parameters: Mapping[str, Any]
) -> tuple[AmountRule, ...]:
    """Compile the amounts of a resolved pack.

    Those of a group must combine the same way over the same list; those shown under one code cite
    the same text, for the citation would tell them apart.
    """
    rules: list[AmountRule] = []
    combine: dict[str, str] = {}
    same: dict[str, str] = {}
    for file, table in tables.values():
        field = f"amount.{table.code}"
        group = table.group or table.code
        if table.needs is not None and table.needs not in tables:
            raise pack_error(file, f"{field}.needs", "an amount of the pack", table.needs)
        _check_needs(table, tables, file)
        if combine.setdefault(group, table.combine) != table.combine:
            raise pack_error(
                file, f"{field}.combine", f"{combine[group]} as in its group", table.combine
            )
        for key, value, at in (
            (f"list of {group}", table.for_each or "", "for_each"),
            (f"citation of {table.shown_as}", table.citation, "citation"),
        ):
            if (at == "for_each" or table.shown_as) and same.setdefault(key, value) != value:
                raise pack_error(file, f"{field}.{at}", f"{same[key]}: the {key}", value)
        rules.append(
            AmountRule(
                code=table.code,
                group=group,
                combine=table.combine,
                gate=_gate(table, parameters, file, f"{field}.when"),
                formula=compile_formula(table.formula, parameters, file, f"{field}.formula"),
                for_each=table.for_each or "",
                shown_as=table.shown_as or table.code,
                needs=table.needs or "",
                citation=table.citation,
                text_zh=table.text_zh,
                text_en=table.text_en,
                local=table.local,
            )
        )
    return tuple(rules)


def _check_needs(
    table: AmountTable, tables: Mapping[str, tuple[str, AmountTable]], file: str
) -> None:
    """Refuse an amount that needs itself, straight or by others."""
    way = [table.code]
    while (needed := tables.get(way[-1])) is not None and needed[1].needs is not None:
        way.append(needed[1].needs)
        if way[-1] in way[:-1]:
            expected = "an amount that does not need this one"
            raise pack_error(
                file, f"amount.{table.code}.needs", expected, " → ".join(way), "circle"
            )


def compile_formula(
    table: Formula, parameters: Mapping[str, Any], file: str, field: str
) -> CompiledFormula:
    """Bind a formula to the parameters of its resolved pack.

    Raises:
        PackError: a parameter is missing, no whole number or no list of tiers.

    """

    def fen(key: str, at: str) -> int:
        value = parameters.get(key)
        if type(value) is not int or value < 0:
            raise pack_error(file, f"{field}.{at}", "a whole-number parameter", key)
        return value

    def term(of: Formula | Floor, at: str) -> Term:
        return Term(
            standard=of.standard or "",
            fen=0 if of.parameter is None else fen(of.parameter, at),
            ratio=parse_ratio(of.ratio),
            ratio_text=of.ratio,
        )

    return CompiledFormula(
        base=term(table, "parameter"),
        chosen_by="" if table.standard_by is None else table.standard_by.fact,
        choices={} if table.standard_by is None else table.standard_by.of,
        tier_by="" if table.tier is None else table.tier.fact,
        tiers=() if table.tier is None else _tiers(table.tier, parameters, file, field),
        fact=table.fact or "",
        floors=tuple(term(floor, "at_least") for floor in table.at_least),
        times=table.times or "",
        minus=table.minus or "",
        cap_fen=None if table.cap is None else fen(table.cap, "cap"),
        rounding=table.rounding,
    )


def _tiers(
    table: ByTier, parameters: Mapping[str, Any], file: str, field: str
) -> tuple[tuple[int, int], ...]:
    """Return pairs of bound and fen out of the parameter that lists them in turn."""
    given = parameters.get(table.parameter)
    numbers = given if isinstance(given, list) else []
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    bounds = numbers[::2]
    good = all(type(number) is int and number >= 0 for number in numbers) and len(numbers) % 2 == 0
    if not pairs or not good or bounds != sorted(set(bounds)):
        expected = "a list of bound and fen in turn, bounds rising"
        raise pack_error(file, f"{field}.tier.parameter", expected, table.parameter)
    return pairs


def _gate(
    table: AmountTable, parameters: Mapping[str, Any], file: str, field: str
) -> Clause | None:
    """Make an amount's condition a clause of its own, so that it is remembered the same way."""
    if table.when is None:
        return None
    return Clause(
        id=table.code,
        on=(),
        kind="finding",
        citation=table.citation,
        facts=table.facts,
        text_zh=table.text_zh,
        text_en=table.text_en,
        when=None,
        require=_condition(table.when, parameters, file, field),
        parameters=parameters,
    )


def compile_limit(table: LimitTable, parameters: Mapping[str, Any], file: str) -> Limit:
    """Resolve the number of a time limit."""
    count = parameters.get(table.n) if isinstance(table.n, str) else table.n
    if type(count) is not int or not 1 <= count <= MAX_COUNT:
        raise pack_error(
            file,
            f"limit.{table.id}.n",
            f"a whole number from 1 to {MAX_COUNT} or such a parameter",
            str(table.n),
        )
    return Limit(
        id=table.id,
        from_event=table.from_event,
        to_events=table.to_events,
        n=count,
        unit=table.unit,
        count_from=table.count_from,
        roll=table.roll,
        bound=table.bound,
        repeats=table.repeats,
        citation=table.citation,
        facts=table.facts,
        severity=table.severity,
        text_zh=table.text_zh,
        text_en=table.text_en,
        mobility=_mobility(table, parameters, file),
    )


def _mobility(table: LimitTable, parameters: Mapping[str, Any], file: str) -> Mobility:
    """Resolve by how much, how often and on what grounds a limit may be moved."""

    def grounds(key: str, at: str) -> tuple[str, ...]:
        listed = parameters.get(key)
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise pack_error(file, f"limit.{table.id}.{at}", "a parameter that lists grounds", key)
        return tuple(listed)

    given = table.extendable
    more = parameters.get(given.more) if given and isinstance(given.more, str) else None
    if given and isinstance(given.more, int):
        more = given.more
    if given and (type(more) is not int or not 1 <= more <= MAX_COUNT):
        at, expected = f"limit.{table.id}.extendable.more", f"a whole number from 1 to {MAX_COUNT}"
        raise pack_error(file, at, f"{expected} or such a parameter", str(given.more))
    return Mobility(
        more=more or 0,
        times=given.times if given else 0,
        extension_grounds=grounds(given.grounds, "extendable.grounds") if given else (),
        suspension_grounds=grounds(table.suspendable, "suspendable") if table.suspendable else (),
    )
