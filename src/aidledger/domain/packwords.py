"""The words of a pack: its rules name events and facts that there are, and refuse only wishes.

What a rule asks about an event that nobody records it never answers; what it asks of a fact that is
not there it can't. Both look like rules, and hold nobody to anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from aidledger.domain.asked.person import FACTS as PERSON
from aidledger.domain.casestate import Case
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.facts import CaseFacts, carer_facts, run_facts
from aidledger.domain.policy.errors import FaultReason, pack_error
from aidledger.domain.policy.lines import field_lines, located
from aidledger.domain.policy.pack import ResolvedPack

_OF_THE_ACT: Final = frozenset({"actor", "effective_on", "office", "office_kind", "type"})
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "carer": frozenset(carer_facts(None)),
    "case": frozenset(CaseFacts(Case(stream=""), on="", month="")),
    "day": frozenset({"effective_on", "recorded_on"}),
    "person": frozenset(PERSON),
    "run": frozenset(run_facts(None)),
}
"""The facts that there are, by root; other roots are looked at when they are asked."""


def check_words(pack: ResolvedPack, files: Mapping[str, bytes]) -> None:
    """Refuse a rule on what is no event or of what is no fact, and a refusal of what has happened.

    Args:
        pack: with all that it rests on.
        files: the texts by pack id, for file and line.

    Raises:
        PackError: at the first such rule, in the file that it stands in.
    """
    texts = {name: files.get(name, b"") for name, _ in reversed(pack.chain)}
    for rule, field, expected, found, reason in _faults(pack):
        lines = {name: field_lines(text.decode("utf-8", "replace")) for name, text in texts.items()}
        where = [
            name for sought in (f"{rule}.{field}", rule) for name in lines if sought in lines[name]
        ]
        name = where[0] if where else pack.id
        with located({f"{name}.toml": texts.get(name, b"")}):
            raise pack_error(f"{name}.toml", f"{rule}.{field}", expected, found, reason)


def _faults(pack: ResolvedPack) -> Iterator[tuple[str, str, str, str, FaultReason]]:
    """Yield rule, field, what was expected and found, and the reason."""
    for clause in pack.clauses:
        rule = f"clause.{clause.id}"
        for act in clause.on:
            if act not in EVENTS:
                yield rule, "on", "an event of the catalogue", act, "unknown_name"
            elif clause.kind == "refuse" and not EVENTS[act].wish:
                expected = "finding: what has happened is never refused"
                yield rule, "kind", expected, f"refuse on {act}", "bad_value"
        for path in _unknown(clause.paths, clause.on):
            yield rule, "require", "a fact that there is", path, "unknown_name"
    given = pack.parameters.get("prompt_acts", [])
    for pair in given if isinstance(given, list) else [given]:
        named = str(pair).split(": ")
        if len(named) != 2 or not set(named) <= set(EVENTS):
            expected = "two events: what begins it, and what is owed"
            yield "parameters", "prompt_acts", expected, str(pair), "unknown_name"
    for amount in pack.amounts:
        for path in _unknown(amount.paths, EVENTS):
            yield f"amount.{amount.code}", "formula", "a fact that there is", path, "unknown_name"
    for limit in pack.limits:
        for field, acts in (("from", (limit.from_event,)), ("to", limit.to_events)):
            for act in acts:
                if act not in EVENTS:
                    yield f"limit.{limit.id}", field, "an event", act, "unknown_name"


def _unknown(paths: Iterable[str], acts: Iterable[str]) -> Iterator[str]:
    """Yield the paths that no fact has; of the act what none of its events says."""
    said = {
        field for act in acts if act in EVENTS for field in EVENTS[act].struct.__struct_fields__
    }
    known = {**_KNOWN, "act": _OF_THE_ACT | said}
    for path in paths:
        root, _, rest = path.partition(".")
        if root in known and rest.partition(".")[0] not in known[root]:
            yield path
