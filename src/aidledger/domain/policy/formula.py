"""Formulas of amounts: a base times an exact ratio, floors, persons, income, a cap; rounded last.

``max(ratio × base, floors) × times − minus``, at most the cap, never below nothing. The base is a
standard, the one of the area that a fact names, a parameter, a fact, or the sum of the tier that a
fact falls into. Ratios, sums and bounds are the pack's; nothing here knows a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from aidledger.domain.money import MAX_FEN, format_yuan, round_fen

StandardOf = Callable[[str], int | None]
"""From a standard's code to its fen in the month in question; nothing where there is none."""


class UnworkableError(Exception):
    """A formula can't be worked out: its message names the standard or the fact that is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A standard (by code) or a sum in fen, times an exact ratio."""

    standard: str = ""
    fen: int = 0
    ratio: Fraction = Fraction(1)
    ratio_text: str = "1"

    def work(self, standard_of: StandardOf, code: str = "") -> tuple[Fraction, str]:
        """Return the exact fen and how they came about; ``code`` stands for the own standard."""
        code, base = code or self.standard, self.fen
        if code:
            found = standard_of(code)
            if found is None:
                raise UnworkableError(f"no standard {code}")
            base = found
        shown = format_yuan(base)
        text = shown if self.ratio == 1 else f"{self.ratio_text} × {shown}"
        return base * self.ratio, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Fen, how they came about, and the facts that were read, by dotted path."""

    fen: int
    text: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledFormula:
    """One formula of a resolved pack; facts are named by dotted path, none is empty text.

    ``choices`` are the standards by the value of the fact ``chosen_by``; ``tiers`` are pairs of a
    bound, which still belongs to its tier, and fen, in rising order: above the last there is nothing.
    """

    base: Term
    chosen_by: str = ""
    choices: Mapping[str, str]
    tier_by: str = ""
    tiers: tuple[tuple[int, int], ...] = ()
    fact: str = ""
    floors: tuple[Term, ...] = ()
    times: str = ""
    minus: str = ""
    cap_fen: int | None = None
    rounding: str | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """The facts that the formula may read."""
        return tuple(
            filter(None, (self.chosen_by, self.tier_by, self.fact, self.times, self.minus))
        )

    @property
    def standards(self) -> frozenset[str]:
        """The codes of all standards that the formula may use."""
        named = {term.standard for term in (self.base, *self.floors)}
        return frozenset(filter(None, {*named, *self.choices.values()}))

    def work(self, facts: Mapping[str, Any], standard_of: StandardOf) -> Worked:
        """Work the formula out, exactly, and round once at the end.

        Raises:
            UnworkableError: a standard or a fact is missing, or is no number to reckon with.

        """
        read: dict[str, Any] = {}
        exact, text = self._base(facts, read, standard_of)
        floors = [floor.work(standard_of) for floor in self.floors]
        if floors:
            text = f"max({', '.join([text, *(shown for _, shown in floors)])})"
            exact = max([exact, *(floor for floor, _ in floors)])
        if self.times:
            count = read[self.times] = _number(facts, self.times)
            exact, text = exact * count, f"{count} × {text}"
        if self.minus:
            less = read[self.minus] = _number(facts, self.minus)
            exact, text = exact - less, f"{text} − {format_yuan(less)}"
        if exact < 0:
            exact, text = Fraction(0), f"max(0, {text})"
        if self.cap_fen is not None:
            exact = min(exact, Fraction(self.cap_fen))
            text = f"min({text}, {format_yuan(self.cap_fen)})"
        fen = exact.numerator if self.rounding is None else round_fen(exact, self.rounding)
        if fen > MAX_FEN:
            raise UnworkableError("a sum beyond every record")
        return Worked(fen=fen, text=text, facts=read)

    def _base(
        self, facts: Mapping[str, Any], read: dict[str, Any], standard_of: StandardOf
    ) -> tuple[Fraction, str]:
        if self.tier_by or self.fact:
            fen = read[self.tier_by or self.fact] = _number(facts, self.tier_by or self.fact)
            if self.tier_by:
                fen = next((given for bound, given in self.tiers if fen <= bound), 0)
            return replace(self.base, fen=fen).work(standard_of)
        if not self.chosen_by:
            return self.base.work(standard_of)
        value = fact_at(facts, self.chosen_by)
        if not isinstance(value, str) or value not in self.choices:
            raise UnworkableError(f"no standard for {self.chosen_by}")
        read[self.chosen_by] = value
        return self.base.work(standard_of, self.choices[value])


def fact_at(facts: Mapping[str, Any], path: str) -> Any:
    """Return the fact at a dotted path.

    Raises:
        UnworkableError: there is none.

    """
    held: Any = facts
    for name in path.split("."):
        try:
            held = held[name]
        except (KeyError, TypeError, IndexError):
            raise UnworkableError(f"no fact {path}") from None
    return held


def _number(facts: Mapping[str, Any], path: str) -> int:
    """Return a fact to reckon with: a whole number, not below nothing."""
    value = fact_at(facts, path)
    if type(value) is not int or not 0 <= value <= MAX_FEN:
        raise UnworkableError(f"no number {path}")
    return value
