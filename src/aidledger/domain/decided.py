"""What an entry says, held against the decision that it carries.

A decision is taken again by itself (``policy.decision.redecide``). That says nothing of the entry
around it, and it is the entry's amount that is paid: whoever writes past ``decide`` could put any sum
beside a decision that is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from aidledger.domain.decide import WITH_RECORD
from aidledger.domain.entitling import day_of_facts
from aidledger.domain.events import decision, support
from aidledger.domain.events.base import AmountLine
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.registry import RuleOverridden
from aidledger.domain.facts import SENSITIVE
from aidledger.domain.policy.decision import DecisionRecord, Difference
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.recorded import Recorded

DECISION_FACTS: Final = "decision_facts"
"""The sealed field that holds what a decision withheld."""

DECIDED_FIELDS: Final = frozenset({"decision", "monthly_fen", "parts", "proposed_fen"})
"""Fields of an act that its decision fills in; before, they say nothing."""

_FOLLOWING: Final = (support.EntitlementSet,)
"""Acts that the pack itself lets follow from another: nobody has to name a rule for them."""


def days_of_pack(entry: Recorded) -> tuple[str, ...]:
    """Return the days of which a decision may stand under the pack, its own day first.

    An entitlement stands under the pack of the first day of the month that it counts from. Of its own day
    it was always set by releases before, and is where that month's pack gives no amounts.
    """
    day, event = entry.effective_on, entry.event
    return (day, f"{event.from_month}-01") if isinstance(event, support.EntitlementSet) else (day,)


def days_of_facts(entry: Recorded) -> tuple[str, ...]:
    """Return the days on whose facts a decision may rest, the one that counts first.

    Releases before set entitlements on those of their own day.
    """
    day = day_of_facts(entry.event, entry.effective_on)
    return (day,) if day == entry.effective_on else (day, entry.effective_on)


def undecided(entry: Recorded) -> Difference | None:
    """Return the difference of an act that has to carry its decision and carries none."""
    if not isinstance(entry.event, WITH_RECORD) or entry.event.decision is not None:
        return None
    return _difference("outcome", wire_name(entry.event), "a decision", "none")


def unlike(entry: Recorded, record: DecisionRecord) -> Iterator[Difference]:
    """Yield where an entry is not what its decision says: the act, the pack, the amount, its parts.

    Withheld may be what no entry may hold, and is then sealed: else nobody could take it again.
    """
    act, pinned, event = wire_name(entry.event), entry.pack_hash or "none", entry.event
    for path in record.withheld:
        if path not in SENSITIVE:
            yield _difference("fact", path, "in the record", "withheld")
    if record.withheld and DECISION_FACTS not in entry.sealed:
        yield _difference("fact", DECISION_FACTS, "sealed", "nowhere")
    if act != record.act:
        yield _difference("fact", "act.type", record.act, act)
    if pinned != record.pack_hash:
        yield _difference("pack", record.pack, record.pack_hash, pinned)
    amount = record.amount_fen or 0
    match event:
        case decision.ReviewOpinionGiven():
            if event.proposed_fen != amount:
                yield _difference("amount", "proposed_fen", str(amount), str(event.proposed_fen))
        case support.EntitlementSet():
            if event.monthly_fen != amount:
                yield _difference("amount", "monthly_fen", str(amount), str(event.monthly_fen))
            lines = tuple(
                AmountLine(code=p.code, fen=p.fen, formula=p.formula) for p in record.parts
            )
            if event.parts != lines:
                yield _difference("part", "parts", _text(lines), _text(event.parts))
        case _:
            pass


def unwaived(
    entry: Recorded, record: DecisionRecord, pack: ResolvedPack, before: Iterable[Recorded]
) -> Iterator[Difference]:
    """Yield the clauses that refuse an act which stands all the same, and that nobody named.

    ``before`` are the entries of the stream up to the act, the last one first.
    """
    if isinstance(entry.event, _FOLLOWING):
        return
    named = set()
    for earlier in before:
        event = earlier.event
        if not isinstance(event, RuleOverridden):
            break
        if (earlier.actor, event.act) == (entry.actor, record.act):
            named.add(event.clause)
    refusing = {clause.id for clause in pack.clauses_for(record.act) if clause.kind == "refuse"}
    for kept in record.clauses:
        if kept.id in refusing - named and kept.outcome in ("failed", "undecidable"):
            yield Difference(
                kind="clause",
                name=kept.id,
                expected="met, or overridden by name",
                found=kept.outcome,
                citation=kept.citation,
            )


def _text(parts: Iterable[AmountLine]) -> str:
    return ", ".join(f"{part.code} {part.fen}" for part in parts) or "none"


def _difference(kind: str, name: str, expected: str, found: str) -> Difference:
    return Difference(kind=kind, name=name, expected=expected, found=found)  # type: ignore[arg-type]
