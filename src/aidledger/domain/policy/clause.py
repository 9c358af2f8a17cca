"""One clause of a policy pack over the facts of one act: met, failed, not applicable, undecidable.

Evaluation is pure, so each clause remembers its answers by the values it read (bounded); the same
answer for a month of payment lines costs a look-up. A fact that is missing or of a type no rule can
use makes a clause undecidable, naming the fact; for a clause that refuses, that counts as failed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal

from aidledger.domain.calendar import Calendar
from aidledger.domain.policy.expression import PARAMETERS, ROOTS, Expression, outermost

Outcome = Literal["met", "failed", "not_applicable", "undecidable"]
ClauseKind = Literal["refuse", "finding"]
FactValue = Any
"""None, bool, int (64 bits), str, or lists and maps of these; anything else is unusable."""

REMEMBERED_PER_CLAUSE: Final = 1_024
_INT_LIMIT: Final = 2**63
_SCALARS: Final = frozenset({bool, int, str, type(None)})
_REASONS: Final = {
    "missing_fact": ("缺少事实", "fact not known"),
    "unusable_fact": ("事实类型不可用", "fact of a type no rule can use"),
    "wrong_type": ("事实类型与条款不符", "fact of another type than the clause expects"),
    "bad_day": ("日期缺失或无效", "day missing or invalid"),
    "no_calendar": ("没有工作日历", "no calendar of working days"),
    "not_boolean": ("条款结果不是真假值", "the clause gives neither true nor false"),
    "failed": ("条款无法计算", "the clause can't be computed"),
}


class _Marker:
    """Stands in a key for a value that is not there or not usable."""

    __slots__ = ()


_MISSING: Final = _Marker()
_UNUSABLE: Final = _Marker()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseResult:
    """What one clause says of one act.

    ``facts`` has the value of each fact read (parameters are fixed by the pack's hash and left
    out); ``missing`` names the facts that made the clause undecidable, ``reason`` is a code.
    """

    id: str
    citation: str
    kind: ClauseKind
    outcome: Outcome
    facts: Mapping[str, FactValue]
    missing: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def refuses(self) -> bool:
        """Whether an act that asks leave must be refused because of this clause."""
        return self.kind == "refuse" and self.outcome in ("failed", "undecidable")

    def why(self, lang: str) -> str:
        """Return why the clause is undecidable, in Chinese (``zh``) or English; else empty."""
        if self.reason is None:
            return ""
        text = _REASONS[self.reason][lang != "zh"]
        return f"{text}: {', '.join(self.missing)}" if self.missing else text


class Clause:
    """A clause compiled against the parameters of its resolved pack."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002  (the clause's name everywhere)
        on: tuple[str, ...],
        kind: ClauseKind,
        citation: str,
        facts: tuple[str, ...],
        text_zh: str,
        text_en: str,
        when: Expression | None,
        require: Expression,
        parameters: Mapping[str, Any],
    ) -> None:
        """Bind the two conditions to the parameters that they read."""
        self.id, self.on, self.kind, self.citation = id, on, kind, citation
        self.facts, self.text_zh, self.text_en = facts, text_zh, text_en
        self.when, self.require = when, require
        conditions = (require,) if when is None else (when, require)
        read = outermost({path for condition in conditions for path in condition.paths})
        self.paths = tuple(path for path in read if not path.startswith(PARAMETERS + "."))
        self.parameter_keys = tuple(
            path.split(".")[1] for path in read if path.startswith(PARAMETERS + ".")
        )
        self.needs_calendar = any(condition.needs_calendar for condition in conditions)
        self._reads = FactReads(self.paths)
        self._parameters = {key: parameters[key] for key in self.parameter_keys}
        self._answer = lru_cache(maxsize=REMEMBERED_PER_CLAUSE, typed=True)(self._evaluate)

    def text(self, lang: str) -> str:
        """Return the clause in Chinese (``zh``) or English."""
        return self.text_zh if lang == "zh" else self.text_en

    def evaluate(self, facts: Mapping[str, Any], calendar: Calendar | None = None) -> ClauseResult:
        """Answer for nested facts: ``{"case": {…}, "act": {…}, "day": {…}}``. Never raises."""
        return self.answer(calendar, self._reads.values(facts))

    def answer(self, calendar: Calendar | None, values: Iterable[FactValue]) -> ClauseResult:
        """Answer for the values of ``paths``, in that order, as `FactReads` gives them."""
        return self._answer(calendar if self.needs_calendar else None, *values)

    def _evaluate(self, calendar: Calendar | None, *values: Any) -> ClauseResult:
        """Answer for the values of ``paths``, in that order; called once for each combination."""
        facts: dict[str, FactValue] = {}
        missing, unusable = [], []
        for path, value in zip(self.paths, values, strict=True):
            if value is _MISSING:
                missing.append(path)
            elif value is _UNUSABLE or (
                type(value) is int and not -_INT_LIMIT <= value < _INT_LIMIT
            ):
                unusable.append(path)
            else:
                facts[path] = _thawed(value)
        context = nested(facts)
        context[PARAMETERS] = self._parameters
        if self.when is not None:
            applies, problem = self.when.run(context, calendar)
            read = _only(facts, self.when)
            if problem or not isinstance(applies, bool):
                return self._undecidable(read, problem or "not_boolean", missing, unusable)
            if not applies:
                return self._result("not_applicable", read)
        holds, problem = self.require.run(context, calendar)
        if problem or not isinstance(holds, bool):
            return self._undecidable(facts, problem or "not_boolean", missing, unusable)
        return self._result("met" if holds else "failed", facts)

    def _result(self, outcome: Outcome, facts: dict[str, FactValue]) -> ClauseResult:
        return ClauseResult(
            id=self.id,
            citation=self.citation,
            kind=self.kind,
            outcome=outcome,
            facts=MappingProxyType(facts),
        )

    def _undecidable(
        self, facts: dict[str, FactValue], problem: str, missing: list[str], unusable: list[str]
    ) -> ClauseResult:
        code, _, key = problem.partition(":")
        named = [path for path in missing if key in path.split(".")] or missing
        if code == "missing_fact" and not named and unusable:
            code, named = "unusable_fact", unusable
        return ClauseResult(
            id=self.id,
            citation=self.citation,
            kind=self.kind,
            outcome="undecidable",
            facts=MappingProxyType(facts),
            missing=tuple(named) if code in ("missing_fact", "unusable_fact") else (),
            reason=code,
        )


class FactReads:
    """Reads the facts of several dotted paths, root by root: paths of one root stand together."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Take the paths apart once."""
        split = [path.split(".") for path in paths]
        self._roots = tuple(
            (
                root,
                tuple(path[1] for path in several),
                tuple(path[2:] for path in several) if any(path[2:] for path in several) else (),
            )
            for root, several in ((r, list(g)) for r, g in groupby(split, lambda path: path[0]))
        )

    def values(self, facts: Mapping[str, Any]) -> list[FactValue]:
        """Return the value of each path in nested facts, as a key to remember it by."""
        values: list[Any] = []
        for root, names, insides in self._roots:
            held: Any = facts.get(root, _MISSING)
            found = (
                held.many(names, _MISSING)
                if type(held) in ManyFacts.kinds
                else [_item(held, name) for name in names]
            )
            values += map(_inside, found, insides) if insides else found
        return [value if type(value) in _SCALARS else _frozen(value) for value in values]


class ManyFacts(ABC):
    """Facts under one root that can be asked for many names at once."""

    __slots__ = ()
    kinds: ClassVar[set[type]] = set()
    """The classes that can: to ask this set is quicker than to ask an abstract base."""

    def __init_subclass__(cls) -> None:
        ManyFacts.kinds.add(cls)

    @abstractmethod
    def many(self, names: tuple[str, ...], missing: object) -> list[Any]:
        """Return the fact of each name, or what stands for a missing one."""


def _inside(value: Any, steps: Iterable[str]) -> Any:
    for step in steps:
        value = _item(value, step)
    return value


def _item(held: Any, name: str) -> Any:
    try:
        return held[name]
    except (KeyError, TypeError, IndexError):
        return _MISSING


def nested(facts: Mapping[str, FactValue]) -> dict[str, Any]:
    """Turn dotted paths back into nested facts; every root is there, if only empty."""
    context: dict[str, Any] = {root: {} for root in ROOTS}
    for path, value in facts.items():
        *parents, last = path.split(".")
        place = context
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return context


def _only(facts: dict[str, FactValue], condition: Expression) -> dict[str, FactValue]:
    """Keep the facts that one condition reads."""
    return {
        path: value
        for path, value in facts.items()
        if any(
            path == read or read.startswith(path + ".") or path.startswith(read + ".")
            for read in condition.paths
        )
    }


def _frozen(value: Any) -> Any:
    """Turn a list or map into a hashable key that keeps 1 and True apart."""
    if value is _MISSING:
        return _MISSING
    match value:
        case list() | tuple():
            parts = tuple(map(_tagged, value))
            return _UNUSABLE if _UNUSABLE in parts else ("[", parts)
        case set() | frozenset():
            try:
                return _frozen(sorted(value))
            except TypeError:
                return _UNUSABLE
        case Mapping():
            if not all(type(key) is str for key in value):
                return _UNUSABLE
            items = tuple((key, _tagged(value[key])) for key in sorted(value))
            return _UNUSABLE if any(part is _UNUSABLE for _, part in items) else ("{", items)
        case _:
            return _UNUSABLE


def _tagged(value: Any) -> Any:
    if type(value) is bool:
        return ("?", value)
    if type(value) is int and not -_INT_LIMIT <= value < _INT_LIMIT:
        return _UNUSABLE
    return value if type(value) in _SCALARS else _frozen(value)


def _thawed(value: Any) -> Any:
    """Undo :func:`_frozen`."""
    match value:
        case ("?", flag):
            return flag
        case ("[", parts):
            return [_thawed(part) for part in parts]
        case ("{", items):
            return {key: _thawed(part) for key, part in items}
        case _:
            return value
