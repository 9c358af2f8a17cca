"""Worked examples: what a pack says of itself, and whether its rules answer so.

They stand behind the rules in the pack's file and are run with the same functions as decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aidledger.domain.asked.person import PersonFacts
from aidledger.domain.calendar import Calendar
from aidledger.domain.casestate import Case
from aidledger.domain.policy.amounts import Standard
from aidledger.domain.policy.decision import compute_amounts, decide_clauses
from aidledger.domain.policy.errors import FaultReason, pack_error
from aidledger.domain.policy.lines import field_lines, located
from aidledger.domain.policy.moving import Move
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack
from aidledger.domain.policy.schema import ExampleTable, read_examples
from aidledger.domain.values import age_or_unknown, is_day, parse_day

Given = dict[str, dict[str, Any]]
_NOTHING_ELSE: Final = dict(PersonFacts(Case(stream=""), (), on="0001-01-01"))
"""The facts of a person in an example that says nothing of them: no other case, no grant."""
_MONTHS = ("act.effective_on", "act.from_month", "act.month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An example with all facts that it takes over, and the line where it stands."""

    table: ExampleTable
    given: Given
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """What an example says of one thing, and what the rules answer."""

    field: str
    expected: str
    found: str


def load_examples(library: PackLibrary, pack_id: str) -> tuple[Example, ...]:
    """Return the examples of a pack, each held against the rules it speaks of.

    Raises:
        PackError: a fault in the pack or in an example, with its line.
    """
    pack = library.resolve(pack_id)
    known: dict[str, Given] = {}
    found: tuple[Example, ...] = ()
    for name, _ in pack.chain:
        found = _read(library.file(name), f"{name}.toml", known)
    with located({f"{pack_id}.toml": library.file(pack_id)}):
        for index, example in enumerate(found):
            _check(example, pack, f"example[{index}]")
    return found


def run_example(pack: ResolvedPack, example: Example, calendar: Calendar) -> tuple[Mismatch, ...]:
    """Return where the rules answer otherwise than the example says; empty where they agree."""
    table = example.table
    known = calendar.as_known_on(parse_day(table.known_on)) if table.known_on else calendar
    said: list[tuple[str, object, object]] = []
    if table.limit is not None:
        limit = next(limit for limit in pack.limits if limit.id == table.limit)
        moves = [
            Move(kind=m.kind, on=m.on, position=at, count=m.count, unit=limit.unit)
            for at, m in enumerate(table.moved, 1)
        ]
        end = limit.due_moved(table.on, 0, known, moves)
        said += [
            ("due", table.due, end.day.isoformat() if end.day else "suspended"),
            ("provisional", table.provisional, end.provisional),
        ]
    facts = _facts(example)
    if table.act is not None:
        results, refusals = decide_clauses(pack, table.act, facts, known)
        finding = [r for r in results if r.kind == "finding"]
        found = [r.id for r in finding if r.outcome in ("failed", "undecidable")]
        said += [
            ("refused_by", _listed(table.refused_by), _listed(r.id for r in refusals)),
            ("found_by", _listed(table.found_by), _listed(found)),
        ]
    if table.amount_fen is not None:
        amounts = compute_amounts(pack, facts, known)
        parts = {part.code: part.fen for part in amounts.parts}
        said += [("amount_fen", table.amount_fen, amounts.fen)]
        said += [
            (f"parts.{code}", table.parts.get(code, "none"), parts.get(code, "none"))
            for code in sorted({*table.parts, *parts} if table.parts else ())
        ]
    return tuple(
        Mismatch(field=field, expected=str(expected), found=str(seen))
        for field, expected, seen in said
        if expected != seen
    )


def _read(content: bytes, file: str, known: dict[str, Given]) -> tuple[Example, ...]:
    """Read the examples of one file; the facts of each are added to ``known`` by its id."""
    with located({file: content}):
        lines = field_lines(content.decode("utf-8").replace("\r\n", "\n"))
        found: list[Example] = []
        own: set[str] = set()
        for index, table in enumerate(read_examples(content, file=file)):
            field = f"example[{index}]"
            if table.id in own:
                raise pack_error(file, f"{field}.id", "each name once", table.id, "twice")
            if table.like is not None and table.like not in known:
                expected = "an earlier example, or one of a parent"
                raise pack_error(file, f"{field}.like", expected, table.like, "unknown_name")
            own.add(table.id)
            given: Given = {k: dict(v) for k, v in known.get(table.like or "", {}).items()}
            for root, values in table.given.items():
                given.setdefault(root, {}).update(values)
            known[table.id] = given
            found.append(Example(table=table, given=given, file=file, line=lines.get(field, 1)))
    return tuple(found)


def _check(example: Example, pack: ResolvedPack, field: str) -> None:
    """Refuse an example that says nothing, or speaks of rules and facts that are not there."""
    table = example.table

    def refuse(name: str, expected: str, found: str, reason: FaultReason = "bad_example") -> None:
        raise pack_error(example.file, f"{field}.{name}".rstrip("."), expected, found, reason)

    for name in ("on", "known_on", "due"):
        day = getattr(table, name)
        if day is not None and not is_day(day):
            refuse(name, "a day as YYYY-MM-DD", day, "bad_day")
    if (table.act, table.amount_fen, table.limit) == (None, None, None):
        refuse("", "an act, an amount or a limit", "none")
    if table.act is not None and not pack.clauses_for(table.act):
        refuse("act", "an act that a clause of the pack is on", table.act, "unknown_name")
    if (table.limit is None) != (table.due is None):
        refuse("due", "a limit with its last day", "one without the other")
    for index, move in enumerate(table.moved):
        if table.limit is None or not is_day(move.on):
            refuse(f"moved[{index}].on", "a day as YYYY-MM-DD, of a limit", move.on, "bad_day")
    if table.limit is not None and table.limit not in {limit.id for limit in pack.limits}:
        refuse("limit", "a limit of the pack", table.limit, "unknown_name")
    if table.parts and table.amount_fen is None:
        refuse("amount_fen", "the sum of the parts", "nothing")
    on_act = {c.id: c.kind for c in pack.clauses_for(table.act or "")}
    for name, kind in (("refused_by", "refuse"), ("found_by", "finding")):
        for clause in getattr(table, name):
            if on_act.get(clause) != kind:
                refuse(name, f"a clause of kind {kind} on {table.act}", clause, "unknown_name")
    for code in table.parts:
        if code not in {rule.shown_as for rule in pack.amounts}:
            refuse("parts", "an amount of the pack", code, "unknown_name")
    read = facts_read(pack)
    for path in (f"{root}.{name}" for root, values in table.given.items() for name in values):
        if path not in read:
            refuse(f"given.{path}", "a fact that a rule of the pack reads", path, "unknown_name")


def facts_read(pack: ResolvedPack) -> frozenset[str]:
    """Return the facts that any rule of a pack reads, and those that say which day or month it is."""
    read = {path for clause in pack.clauses for path in clause.paths}
    read |= {path for rule in pack.amounts for path in rule.paths}
    return frozenset({*read, "case.birth_on", *_MONTHS})


def _facts(example: Example) -> Mapping[str, Any]:
    """Return the facts as a decision has them."""
    table = example.table
    facts: dict[str, Any] = {root: dict(values) for root, values in example.given.items()}
    case = facts.setdefault("case", {})
    if "birth_on" in case:
        case["age_years"] = age_or_unknown(str(case["birth_on"]), table.on)
        month = facts.get("act", {}).get("month") or table.on[:7]
        case["age_years_in_month"] = age_or_unknown(str(case["birth_on"]), f"{month}-01")
    facts["person"] = {**_NOTHING_ELSE, **facts.get("person", {})}
    facts["act"] = {"effective_on": table.on, **facts.get("act", {}), "type": table.act or ""}
    facts["day"] = {"effective_on": table.on, "recorded_on": table.on, **facts.get("day", {})}
    facts["standards"] = [
        Standard(code=s.code, monthly_fen=s.monthly_fen, from_on=s.from_on) for s in table.published
    ]
    return facts


def _listed(names: Any) -> str:
    return ", ".join(sorted(names)) or "none"
