"""Every fact of the sources has its row in docs/policy.tsv, and each row says what lives."""

from __future__ import annotations

import ast
import csv
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from tests.policy_rows import World, problems, targets

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.registry.table import load_powers
from aidledger.replay.models import load_models
from aidledger.services.simulation.irregularities.planting import all_kinds

ROOT = Path(__file__).resolve().parent.parent
#: Lies beside the project where it is built and checked, not in what is handed out.
SOURCES = ROOT.parent / "shared/domain/seed-facts.tsv"
CONFLICTS = {f"C{number}" for number in range(1, 21)}
#: Facts that nothing answers yet. A ratchet: write a smaller number when one is built.
OPEN = 0
RULES = {"clause": "id", "limit": "id", "amount": "code", "standard": "code"}


def table(path: Path) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


ROWS = table(ROOT / "docs/policy.tsv")
NOTES = table(ROOT / "docs/policy-notes.tsv")
PACKS = [
    tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "src/aidledger/policies/packs").glob("*.toml"))
]


def cited(value: Any) -> Iterator[str]:
    """Yield every fact id that a pack cites, wherever it does."""
    if isinstance(value, dict):
        yield from value.get("facts", ())
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from cited(item)


def sources_of_tests() -> dict[str, str]:
    """Return each test function's source: from the end of what stands before it to its own end."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text, end = path.read_text(encoding="utf-8"), 0
        lines = text.splitlines()
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[node.name] = "\n".join(lines[end : node.end_lineno])
            end = node.end_lineno or end
    return found


def names() -> dict[str, set[str]]:
    """Return what lives, by kind of target; a rule of a pack also as ``rule@pack``."""
    tables = [
        load_powers(path.read_bytes(), file=path.name)
        for path in (ROOT / "src/aidledger/policies/powers").glob("*.toml")
    ]
    found = {
        "event": set(EVENTS),
        "model": set(load_models()),
        "pack": {pack["id"] for pack in PACKS},
        "power": {row.id for one in tables for row in one.powers},
        "role": {row.id for one in tables for row in one.roles.values()},
        "rule": {kind.rule for kind in all_kinds()},
    }
    for pack in PACKS:
        own = {kind: [r[key] for r in pack.get(kind, ())] for kind, key in RULES.items()}
        for kind, ids in {**own, "param": pack.get("parameters", ())}.items():
            found.setdefault(kind, set()).update(ids, (f"{one}@{pack['id']}" for one in ids))
    return found


@lru_cache
def world() -> World:
    stated = {row["fact_id"] for row in (table(SOURCES) if SOURCES.is_file() else ROWS)}
    lives = names()
    return World(
        facts={
            *(fact for fact in stated if fact.startswith("S")),
            *CONFLICTS,
            *lives["rule"],
            *(fact for pack in PACKS for fact in cited(pack)),
        },
        names=lives,
        basis={pack["id"]: set(cited(pack["basis"])) for pack in PACKS},
        tests=sources_of_tests(),
    )


def test_every_fact_stands_where_its_row_says() -> None:
    assert [] == list(problems(ROWS, world()))


def test_no_fact_of_the_sources_is_left_out() -> None:
    if not SOURCES.is_file():
        pytest.skip(
            "the shared facts are not beside the project: only those of the table are asked"
        )
    stated = [row["fact_id"] for row in table(SOURCES)]

    assert 267 == len(set(stated))
    assert stated == [row["fact_id"] for row in ROWS if row["fact_id"].startswith("S")]


def test_the_number_of_open_facts_only_falls() -> None:
    assert OPEN == len([row for row in ROWS if row["kind"] == "open"])


def test_a_rule_of_a_pack_is_named_with_every_fact_that_it_cites() -> None:
    where = {
        row["fact_id"]: {(kind, name.partition("@")[0]) for kind, name in targets(row["where"])}
        for row in ROWS
    }
    lost = [
        (fact, kind, rule[key])
        for pack in PACKS
        for kind, key in RULES.items()
        for rule in pack.get(kind, ())
        for fact in rule.get("facts", ())
        if fact[0] != "C" and (kind, rule[key]) not in where[fact]
    ]

    assert [] == lost


def test_each_fact_has_its_few_words_and_each_conflict_its_resolution() -> None:
    assert [row["fact_id"] for row in ROWS] == [note["fact_id"] for note in NOTES]
    assert [] == [note for note in NOTES if not 0 < len(note["says"].split()) <= 12]
    assert CONFLICTS == {note["fact_id"] for note in NOTES if note["resolved"]}


#: A world of a few names, in which the good rows stand.
SMALL = World(
    facts={"S1-001", "S1-002", "C1", *(f"S2-{number:03d}" for number in range(1, 15))},
    names={
        "event": {"CareEntrusted"},
        "clause": {"care-consent", "care-consent@gz"},
        "pack": {"gz"},
        "model": {"carers"},
    },
    basis={"gz": {"S1-002"}},
    tests={
        "test_a": "def test_a(): # S1-001, C1, S2-0011",
        "test_b": "S1-002",
        "test_every_clause_is_met_by_some_facts_and_failed_by_others": "",
    },
)
GOOD = [
    ("S1-001", "event", "CareEntrusted, clause care-consent@gz, model carers", "test_a"),
    ("S1-002", "context", "pack gz", "test_b"),
    *((f"S2-{number:03d}", "open", "", "") for number in range(1, 15)),
    ("C1", "clause", "clause care-consent", "test_a"),
]
CLAUSES = "test_every_clause_is_met_by_some_facts_and_failed_by_others"


def wrong(*changed: tuple[str, str, str, str], without: str = "") -> list[str]:
    """Return the problems of the good rows with some of them changed and one left out."""
    rows = {row[0]: row for row in GOOD if row[0] != without} | {row[0]: row for row in changed}
    columns = ("fact_id", "kind", "where", "test")
    return list(problems([dict(zip(columns, row, strict=True)) for row in rows.values()], SMALL))


def test_a_good_table_has_no_problem() -> None:
    assert [] == wrong()
    assert [] == wrong(("S1-001", "clause", "clause care-consent", f"test_a, {CLAUSES}"))
    assert [] == wrong(("S1-002", "clause", "clause care-consent", CLAUSES))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("S1-001", "event", "CareEnded", "test_a"), "event 'CareEnded' does not live"),
        (("S1-001", "clause", "clause carers", "test_a"), "clause 'carers' does not live"),
        (("S1-001", "clause", "clause care-consent@fj", "test_a"), "'care-consent@fj' does not"),
        (("S1-001", "clause", "clause care-consent,model carers", "test_a"), "does not live"),
        (("S1-001", "model", "model carers, `carers`", "test_a"), "target '`carers`' does not"),
        (("S1-001", "event", "", "test_a"), "target '' does not live"),
        (("S1-001", "model", "CareEntrusted", "test_a"), "names none of ['model']"),
        (("S1-001", "aim", "CareEntrusted", "test_a"), "is of kind 'aim'"),
        (("S1-001", "event", "CareEntrusted", "test_c"), "there is no test 'test_c'"),
        (("S1-001", "event", "CareEntrusted", ""), "there is no test ''"),
        (("S1-001", "event", "CareEntrusted", "test_a, test_b"), "test_b does not name it"),
        (("S1-001", "event", "CareEntrusted", CLAUSES), f"{CLAUSES} does not name it"),
        (("S2-001", "event", "CareEntrusted", "test_a"), "test_a does not name it"),
        (("S1-001", "context", "pack gz", "test_a"), "the texts of gz do not carry it"),
        (("S1-001", "open", "CareEntrusted", ""), "is open, but names a target or a test"),
        (("S1-001", "open", "", "test_a"), "is open, but names a target or a test"),
        (("S1-003", "open", "", ""), "is no fact"),
        (("C21", "open", "", ""), "is no fact"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(row: tuple[str, str, str, str], problem: str) -> None:
    found = wrong(row)

    assert [row[0]] == list(dict.fromkeys(one.partition(":")[0] for one in found))
    assert any(problem in one for one in found)


def test_a_fact_without_a_row_or_with_two_is_named() -> None:
    columns = ("fact_id", "kind", "where", "test")
    twice = [dict(zip(columns, row, strict=True)) for row in (*GOOD[:2], *GOOD[1:])]

    assert ["S2-004: has no row"] == wrong(without="S2-004")
    assert ["S1-002: stands twice or out of order"] == list(problems(twice, SMALL))


def test_too_much_text_only_is_named() -> None:
    texts = [(f"S2-{number:03d}", "context", "pack gz", "test_b") for number in (1, 2)]
    said = "context: more than 15 % of the facts are text only"

    assert said not in wrong(*texts[:1])
    assert said in wrong(*texts)
