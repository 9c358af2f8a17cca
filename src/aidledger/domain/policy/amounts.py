"""Amounts: standards of the month, exact ratios, and how parts combine (sum, or only the highest).

A standard is not a constant of a pack: the pack gives those its text states, each from a day on,
and published standards (``StandardPublished``) come in as facts. The newest that holds on the first
day of the month counts, a published one before the pack's own (S4-023, S4-034).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.money import format_yuan, multiply
from aidledger.domain.policy.clause import Clause

MAX_PUBLISHED: Final = 10_000


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
    standard: str | None
    parameter: str | None
    ratio: Fraction
    ratio_text: str
    rounding: str
    citation: str
    text_zh: str
    text_en: str
    local: bool


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
    parameters: Mapping[str, Any],
    facts: Mapping[str, Any],
    calendar: Calendar | None,
) -> Amounts:
    """Compute every part whose gate is met and combine them by group."""
    rules = tuple(rules)
    dated = month_in(facts) if rules else None
    month = dated[1][:7] if dated else None
    given = published(facts)
    standards = (*own_standards, *given)
    used: dict[str, Any] = dict([dated]) if dated else {}
    problems: list[str] = []
    groups: dict[str, list[AmountPart]] = {}
    combine = {}
    for rule in rules:
        if rule.gate is not None:
            result = rule.gate.evaluate(facts, calendar)
            used.update(result.facts)
            if result.outcome == "undecidable":
                problems.append(f"{rule.code}: {result.why('en')}")
            if result.outcome != "met":
                continue
        part = _part(rule, month, standards, parameters)
        if part is None:
            problems.append(f"{rule.code}: no standard {rule.standard} for {month or 'no month'}")
            continue
        groups.setdefault(rule.group, []).append(part)
        combine[rule.group] = rule.combine
    codes = {rule.standard for rule in rules}
    in_play = [s for s in given if s.code in codes]
    if in_play:
        used["standards"] = [msgspec.to_builtins(s) for s in in_play]
    parts = tuple(
        part for group, found in groups.items() for part in _combined(combine[group], found)
    )
    total = None if problems or not rules else sum(part.fen for part in parts)
    return Amounts(fen=total, parts=parts, facts=used, problems=tuple(problems))


def _part(
    rule: AmountRule,
    month: str | None,
    standards: Iterable[Standard],
    parameters: Mapping[str, Any],
) -> AmountPart | None:
    if rule.standard is not None:
        standard = standard_on(rule.standard, month, standards) if month else None
        if standard is None:
            return None
        base_fen = standard.monthly_fen
    else:
        base_fen = parameters[rule.parameter or ""]
    base = format_yuan(base_fen)
    return AmountPart(
        citation=rule.citation,
        code=rule.code,
        fen=multiply(base_fen, rule.ratio, rule.rounding),
        formula=base if rule.ratio == 1 else f"{rule.ratio_text} × {base}",
    )


def _combined(how: Literal["max", "sum"], parts: list[AmountPart]) -> list[AmountPart]:
    """Keep all parts, or only the highest (amounts are compared, never percentages: S4-029)."""
    if how == "sum":
        return parts
    return [max(parts, key=lambda part: part.fen)]
