"""Amounts: standards of the month, exact ratios, and how parts combine (sum, or only the highest).

A standard is not a constant of a pack: the pack gives those its text states, each from a day on,
and published standards (``StandardPublished``) come in as facts. The newest that holds on the first
day of the month counts, a published one before the pack's own (S4-023, S4-034).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.policy.clause import Clause
from aidledger.domain.policy.formula import (
    CompiledFormula,
    StandardOf,
    UnworkableError,
    fact_at,
)

MAX_PUBLISHED: Final = 10_000
MAX_TEXT: Final = 500
"""What a part of an entry holds of how its sum came about."""


class Standard(msgspec.Struct, frozen=True, kw_only=True):
    """A monthly amount in fen from a day on."""

    code: str
    monthly_fen: int
    from_on: str


class AmountPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of an amount, with how it came about (``1.6 × 705.00``) and by which text."""

    citation: str
    code: str
    fen: int
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRule:
    """One ``[[amount]]`` of a resolved pack; ``gate`` is its condition."""

    code: str
    group: str
    combine: Literal["max", "sum"]
    gate: Clause | None
    formula: CompiledFormula
    for_each: str
    shown_as: str
    needs: str
    citation: str
    text_zh: str
    text_en: str
    local: bool

    @property
    def paths(self) -> frozenset[str]:
        """The facts that the rule may read; of the members of a list the list itself."""
        gate = () if self.gate is None else self.gate.paths
        read = {*gate, *self.formula.paths, self.for_each}
        return frozenset(path for path in read if path and not path.startswith("member."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """The sum in fen and its parts.

    There is no sum (None) where the pack gives no amounts, or where ``problems`` say what is not
    known.
    """

    fen: int | None
    parts: tuple[AmountPart, ...]
    facts: Mapping[str, Any]
    problems: tuple[str, ...] = ()


def published(facts: Mapping[str, Any]) -> tuple[Standard, ...]:
    """Return the standards that came with the facts; what is not one is left out."""
    given = facts.get("standards", ())
    if not isinstance(given, list | tuple) or len(given) > MAX_PUBLISHED:
        return ()
    found = []
    for item in given:
        try:
            found.append(
                item if isinstance(item, Standard) else msgspec.convert(dict(item), Standard)
            )
        except (TypeError, ValueError):  # msgspec's ValidationError is a ValueError
            continue
    return tuple(found)


def standard_on(code: str, month: str, standards: Iterable[Standard]) -> Standard | None:
    """Return the newest standard of a code on the first day of a month, the last given winning."""
    best: Standard | None = None
    for standard in standards:
        holds = standard.code == code and standard.from_on <= f"{month}-01"
        if holds and (best is None or standard.from_on >= best.from_on):
            best = standard
    return best


def month_in(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the fact that says which month an act is about, with its value.

    That is ``act.month``, else ``act.from_month``, else the day ``act.effective_on``.
    """
    act = facts.get("act")
    if not isinstance(act, Mapping):
        return None
    for key in ("month", "from_month", "effective_on"):
        value = act.get(key)
        if isinstance(value, str) and value:
            return f"act.{key}", value
    return None


def compute(
    rules: Iterable[AmountRule],
    own_standards: Iterable[Standard],
    facts: Mapping[str, Any],
    calendar: Calendar | None,
) -> Amounts:
    """Compute every part whose gate is met, for each member where asked, and combine by group."""
    rules = tuple(rules)
    dated = month_in(facts) if rules else None
    month = dated[1][:7] if dated else None
    given = published(facts)
    standards = (*own_standards, *given)

    def standard_of(code: str) -> int | None:
        found = standard_on(code, month, standards) if month else None
        return None if found is None else found.monthly_fen

    used: dict[str, Any] = dict([dated]) if dated else {}
    problems: list[str] = []
    groups: dict[tuple[str, int], list[tuple[AmountRule, AmountPart]]] = {}
    for rule in rules:
        try:
            for index, about in enumerate(_subjects(rule, facts, used)):
                part = _part(rule, about, standard_of, calendar, used)
                if part is not None:
                    groups.setdefault((rule.group, index), []).append((rule, part))
        except UnworkableError as problem:
            problems.append(f"{rule.code}: {problem} for {month or 'no month'}")
    codes = {code for rule in rules for code in rule.formula.standards}
    in_play = [s for s in given if s.code in codes]
    if in_play:
        used["standards"] = [msgspec.to_builtins(s) for s in in_play]
    counted = [one for found in groups.values() for one in _combined(found)]
    there = {rule.code for rule, part in counted if part.fen > 0}
    parts = _shown(one for one in counted if not one[0].needs or one[0].needs in there)
    total = None if problems or not rules else sum(part.fen for part in parts)
    return Amounts(fen=total, parts=parts, facts=used, problems=tuple(problems))


def _subjects(
    rule: AmountRule, facts: Mapping[str, Any], used: dict[str, Any]
) -> Iterable[Mapping[str, Any]]:
    """Return the facts to work a rule out for: once, or for each member of its list."""
    if not rule.for_each:
        return (facts,)
    members = fact_at(facts, rule.for_each)
    if not isinstance(members, list) or not all(isinstance(one, Mapping) for one in members):
        raise UnworkableError(f"no list {rule.for_each}")
    used[rule.for_each] = members
    return [{**facts, "member": member} for member in members]


def _part(
    rule: AmountRule,
    facts: Mapping[str, Any],
    standard_of: StandardOf,
    calendar: Calendar | None,
    used: dict[str, Any],
) -> AmountPart | None:
    """Return a rule's part, and note the facts that were read; nothing where its gate is not met."""
    if rule.gate is not None:
        result = rule.gate.evaluate(facts, calendar)
        used.update(_of_the_case(result.facts))
        if result.outcome == "undecidable":
            raise UnworkableError(result.why("en"))
        if result.outcome != "met":
            return None
    worked = rule.formula.work(facts, standard_of)
    used.update(_of_the_case(worked.facts))
    return AmountPart(citation=rule.citation, code=rule.code, fen=worked.fen, formula=worked.text)


def _of_the_case(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the facts of one member: the list that they stand in is kept as a whole."""
    return {path: value for path, value in facts.items() if not path.startswith("member.")}


def _combined(parts: list[tuple[AmountRule, AmountPart]]) -> list[tuple[AmountRule, AmountPart]]:
    """Keep all parts, or only the highest (amounts are compared, never percentages: S4-029)."""
    if parts[0][0].combine == "sum":
        return parts
    return [max(parts, key=lambda one: one[1].fen)]


def _shown(parts: Iterable[tuple[AmountRule, AmountPart]]) -> tuple[AmountPart, ...]:
    """Add up what is shown under one code; how it came about only where the code is the rule's own."""
    shown: dict[str, AmountPart] = {}
    for rule, part in parts:
        before = shown.get(rule.shown_as)
        formula = part.formula if rule.shown_as == rule.code else ""
        if before is not None:
            formula = f"{before.formula} + {formula}" if formula else ""
            part = msgspec.structs.replace(part, fen=before.fen + part.fen)  # noqa: PLW2901
        shown[rule.shown_as] = msgspec.structs.replace(
            part, code=rule.shown_as, formula=formula if len(formula) <= MAX_TEXT else ""
        )
    return tuple(shown.values())
