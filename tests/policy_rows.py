"""What is wrong with the table of facts: pure, so that each problem is shown on a bad sample."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

FACT = re.compile(r"S[0-4]-[0-9]{3}|C(?:[1-9]|1[0-9]|20)|F[0-9]{3}")
#: A target is an event by its wire name, or a kind and a name; ``x@p`` is the rule x of pack p.
TARGET = re.compile(
    r"(?:(clause|param|limit|amount|standard|model|role|power|pack|rule) )?([\w-]+(?:@[\w-]+)?)"
)
#: A row of a kind names at least one target of these; others may stand beside it.
NEEDS: Mapping[str, frozenset[str]] = {
    "event": frozenset({"event"}),
    "param": frozenset({"param", "standard"}),
    "limit": frozenset({"limit"}),
    "amount": frozenset({"amount"}),
    "clause": frozenset({"clause"}),
    "model": frozenset({"model"}),
    "check": frozenset({"clause", "limit", "amount", "model", "pack", "rule"}),
    "role": frozenset({"role", "power"}),
    "context": frozenset({"pack"}),
}
#: Tests that go over everything of a kind, and name no fact: each holds targets of that kind.
GENERIC: Mapping[str, frozenset[str]] = {
    "test_each_cell_is_answered_as_the_table_says": frozenset({"role", "power"}),
    "test_every_clause_is_met_by_some_facts_and_failed_by_others": frozenset({"clause"}),
    "test_every_fact_stands_where_its_row_says": frozenset({"pack"}),
    "test_the_golden_bytes_decode_and_encode_to_themselves": frozenset({"event"}),
    "test_what_was_planted_shows_at_its_positions": frozenset({"rule"}),
}
CONTEXT_PERCENT_MAX = 15


@dataclass(frozen=True, slots=True)
class World:
    """What lives: the facts that need a row, names by kind of target, texts of packs, tests.

    ``basis`` gives for each pack the facts that its legal texts carry; ``tests`` for each test
    function its source with docstring and comments.
    """

    facts: Collection[str]
    names: Mapping[str, Collection[str]]
    basis: Mapping[str, Collection[str]]
    tests: Mapping[str, str]


def order(fact: str) -> tuple[int, list[int]]:
    """Sort statements first, then conflicts, then irregularities, each by number."""
    return "SCF".index(fact[0]), [int(number) for number in re.findall(r"[0-9]+", fact)]


def problems(rows: Sequence[Mapping[str, str]], world: World) -> Iterator[str]:
    """Yield what is wrong with the rows; each begins with the fact's id."""
    ids = [row["fact_id"] for row in rows]
    yield from (f"{fact}: has no row" for fact in sorted(set(world.facts) - set(ids)))
    for before, row in zip(["", *ids], rows, strict=False):
        fact = row["fact_id"]
        if FACT.fullmatch(fact) is None or (fact[0] == "S" and fact not in world.facts):
            yield f"{fact}: is no fact"
        elif FACT.fullmatch(before) and order(before) >= order(fact):
            yield f"{fact}: stands twice or out of order"
        elif row["kind"] != "open":
            yield from _row(row, world)
        elif row["where"] or row["test"]:
            yield f"{fact}: is open, but names a target or a test"
    stated = [row["kind"] for row in rows if row["fact_id"].startswith("S")]
    if stated.count("context") * 100 > len(stated) * CONTEXT_PERCENT_MAX:
        yield f"context: more than {CONTEXT_PERCENT_MAX} % of the facts are text only"


def targets(where: str) -> list[tuple[str, str]]:
    """Return kind and name of each target; a kind of "" where a target can't be read."""
    found = [(one, TARGET.fullmatch(one)) for one in where.split(", ")]
    return [(m[1] or "event", m[2]) if m else ("", one) for one, m in found]


def _row(row: Mapping[str, str], world: World) -> Iterator[str]:
    """Yield what is wrong with a row that says where its fact lives."""
    fact, needs = row["fact_id"], NEEDS.get(row["kind"], frozenset())
    places = targets(row["where"])
    kinds = {kind for kind, _ in places}
    for kind, name in places:
        if name not in world.names.get(kind, ()):
            yield f"{fact}: {kind or 'target'} {name!r} does not live"
        elif row["kind"] == "context" and kind == "pack" and fact not in world.basis[name]:
            yield f"{fact}: the texts of {name} do not carry it"
    if not needs & kinds:
        yield f"{fact}: is of kind {row['kind']!r}, but names none of {sorted(needs)}"
    for test in row["test"].split(", "):
        if test not in world.tests:
            yield f"{fact}: there is no test {test!r}"
        elif not (re.search(rf"\b{fact}\b", world.tests[test]) or kinds & GENERIC.get(test, set())):
            yield f"{fact}: {test} does not name it"
