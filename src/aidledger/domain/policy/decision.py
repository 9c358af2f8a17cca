"""Decisions: every clause on an act answered, the amount computed, all of it kept to be re-decided.

A :class:`DecisionRecord` stands in the entry of the act. Facts that may not stand in the log are
*withheld*: named in the record, their values sealed by the caller and given back to re-decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.policy.amounts import AmountPart, Amounts, compute
from aidledger.domain.policy.clause import Outcome, nested
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.policy.together import Answers, together

DecisionOutcome = Literal["allow", "refuse"]


class ClauseOutcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one clause said, and by which text."""

    citation: str
    id: str
    outcome: Outcome


class DecisionRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision as it is kept: pack by hash, facts by dotted path, clause by clause, amount."""

    act: str
    amount_fen: int | None = None
    clauses: tuple[ClauseOutcome, ...]
    facts: dict[str, Any]
    outcome: DecisionOutcome
    pack: str
    pack_hash: str
    parts: tuple[AmountPart, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What comes out otherwise now; ``unchecked`` where a withheld fact was not given.

    ``citation`` is of the clause or the amount that differs, else empty.
    """

    kind: Literal["pack", "fact", "clause", "outcome", "amount", "part", "unchecked"]
    name: str
    expected: str
    found: str
    citation: str = ""


def decide_clauses(
    pack: ResolvedPack,
    act_type: str,
    facts: Mapping[str, Any],
    calendar: Calendar | None = None,
) -> Answers:
    """Answer every clause of the pack on one act, and say which refuse it; never raises on facts.

    Where a clause asks for it, ``due.fen`` and ``due.parts`` (fen by code) are what the amounts of
    the pack give for the same facts: all nothing where they can't be worked out.
    """
    clauses = together(pack.clauses_for(act_type))
    if clauses.reads_due:
        facts = _with_due(facts, compute_amounts(pack, facts, calendar))
    return clauses.evaluate(facts, calendar)


def _with_due(facts: Mapping[str, Any], amounts: Amounts) -> dict[str, Any]:
    """Return the facts with what is due by them."""
    known = amounts.fen is not None
    parts = {part.code: part.fen for part in amounts.parts} if known else {}
    return {**facts, "due": {"fen": amounts.fen or 0, "parts": parts}}


def compute_amounts(
    pack: ResolvedPack, facts: Mapping[str, Any], calendar: Calendar | None = None
) -> Amounts:
    """Compute the monthly amount that the pack gives for the facts."""
    return compute(pack.amounts, pack.standards, facts, calendar)


def decide(
    pack: ResolvedPack,
    act_type: str,
    facts: Mapping[str, Any],
    *,
    calendar: Calendar | None = None,
    with_amount: bool = False,
    withhold: frozenset[str] = frozenset(),
) -> tuple[DecisionRecord, dict[str, Any]]:
    """Decide an act and return the record to keep with the facts withheld from it.

    Args:
        pack: the pack in force.
        act_type: the wire name of the act's event.
        facts: nested facts (``case``, ``act``, ``day`` …, and ``standards``).
        calendar: working days as known on the day of the act.
        with_amount: also compute the monthly amount.
        withhold: dotted paths whose values may not stand in the log.
    """
    results, refusals = decide_clauses(pack, act_type, facts, calendar)
    read: dict[str, Any] = {}
    for result in results:
        read.update(result.facts)
    if with_amount or together(pack.clauses_for(act_type)).reads_due:
        computed = compute_amounts(pack, facts, calendar)
        read.update(computed.facts)
    amounts = computed if with_amount else None
    # what is due is worked out again of the facts that it was worked out of
    read = {path: value for path, value in read.items() if not path.startswith("due.")}
    kept = {path: read[path] for path in sorted(read) if not _inside(path, read)}
    hidden = {path: value for path, value in kept.items() if path in withhold}
    record = DecisionRecord(
        act=act_type,
        amount_fen=amounts.fen if amounts else None,
        clauses=tuple(
            ClauseOutcome(citation=r.citation, id=r.id, outcome=r.outcome) for r in results
        ),
        facts={path: value for path, value in kept.items() if path not in hidden},
        outcome="refuse" if refusals else "allow",
        pack=pack.id,
        pack_hash=pack.hash,
        parts=amounts.parts if amounts else (),
        withheld=tuple(hidden),
    )
    return record, hidden


def redecide(
    record: DecisionRecord,
    pack: ResolvedPack,
    *,
    calendar: Calendar | None = None,
    withheld: Mapping[str, Any] | None = None,
) -> list[Difference]:
    """Decide again on the facts kept, and list all that comes out otherwise.

    Under the pack of the record this must be empty; under another it answers *what if*. Clauses
    that read a withheld fact that is not given are reported as ``unchecked`` and taken as kept.
    """
    known = {**record.facts, **(withheld or {})}
    absent = [path for path in record.withheld if path not in known]
    standards = known.pop("standards", [])
    facts = {**nested(known), "standards": standards}
    found: list[Difference] = []
    if record.pack_hash != pack.hash:
        found.append(_difference("pack", pack.id, record.pack_hash, pack.hash))
    kept = {clause.id: clause.outcome for clause in record.clauses}
    now: dict[str, str] = {}
    refused = False
    in_amounts = {path for rule in pack.amounts for path in rule.paths}
    clauses = pack.clauses_for(record.act)
    answers = decide_clauses(pack, record.act, facts, calendar).results
    for clause, result in zip(clauses, answers, strict=True):
        reads_due = any(path.startswith("due.") for path in clause.paths)
        read = {*clause.paths, *(in_amounts if reads_due else ())}
        blind = [path for path in absent if path in read]
        outcome: str = kept.get(clause.id, "absent") if blind else result.outcome
        if blind:
            found.append(_difference("unchecked", clause.id, outcome, ", ".join(blind)))
        now[clause.id] = outcome
        refused |= clause.kind == "refuse" and outcome in ("failed", "undecidable")
    texts = {one.id: one.citation for one in record.clauses}
    texts |= {one.id: one.citation for one in clauses}
    found += [
        _difference("clause", name, kept.get(name, "absent"), now.get(name, "absent"), texts[name])
        for name in sorted({*kept, *now})
        if kept.get(name) != now.get(name)
    ]
    outcome = "refuse" if refused else "allow"
    if outcome != record.outcome:
        found.append(_difference("outcome", record.act, record.outcome, outcome))
    if record.amount_fen is not None or record.parts:
        found += _amount_differences(record, pack, facts, absent, calendar)
    return found


def _amount_differences(
    record: DecisionRecord,
    pack: ResolvedPack,
    facts: Mapping[str, Any],
    absent: list[str],
    calendar: Calendar | None,
) -> list[Difference]:
    """Compare the amount and its parts; not where a condition of one reads a withheld fact."""
    read = {path for rule in pack.amounts for path in rule.paths}
    blind = [path for path in absent if path in read]
    if blind:
        return [_difference("unchecked", "amount", str(record.amount_fen), ", ".join(blind))]
    amounts = compute_amounts(pack, facts, calendar)
    found = []
    if amounts.fen != record.amount_fen:
        found.append(
            _difference("amount", "amount_fen", _fen(record.amount_fen), _fen(amounts.fen))
        )
    kept = {part.code: part.fen for part in record.parts}
    now = {part.code: part.fen for part in amounts.parts}
    texts = {part.code: part.citation for part in (*record.parts, *amounts.parts)}
    found += [
        _difference(
            "part", code, str(kept.get(code, "absent")), str(now.get(code, "absent")), texts[code]
        )
        for code in sorted({*kept, *now})
        if kept.get(code) != now.get(code)
    ]
    return found


def _fen(amount: int | None) -> str:
    return "absent" if amount is None else str(amount)


def _inside(path: str, others: Mapping[str, Any]) -> bool:
    """Whether a path lies inside another one that is kept whole."""
    steps = path.split(".")
    return any(".".join(steps[:end]) in others for end in range(2, len(steps)))


def _difference(kind: Any, name: str, expected: str, found: str, citation: str = "") -> Difference:
    return Difference(kind=kind, name=name, expected=expected, found=found, citation=citation)
