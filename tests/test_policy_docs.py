"""docs/POLICY.md names every fact that a pack cites, and nothing that does not exist."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aidledger.domain.events.catalog import EVENTS
from aidledger.replay.models import load_models

ROOT = Path(__file__).resolve().parent.parent
PACKS = [
    tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "src/aidledger/policies/packs").glob("*.toml"))
]
RULES = ("clause", "limit", "amount", "standard")
FACT = re.compile(r"(?:S[0-4]-[0-9]{3}|C[0-9]{1,2}|F[0-9]{3})")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    text = (ROOT / "docs/POLICY.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.split("\n") if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def told() -> list[list[str]]:
    return [
        *rows("Facts"),
        *rows("Irregularities that a rule already answers"),
        *rows("Conflicts"),
    ]


def cited(value: Any) -> Iterator[str]:
    """Yield every fact id that a pack cites, wherever it does."""
    if isinstance(value, dict):
        yield from value.get("facts", ())
        for item in value.values():
            yield from cited(item)
    elif isinstance(value, list):
        for item in value:
            yield from cited(item)


def names_of(kind: str) -> set[str]:
    if kind == "param":
        return {key for pack in PACKS for key in pack.get("parameters", {})}
    if kind == "pack":
        return {pack["id"] for pack in PACKS}
    if kind == "model":
        return set(load_models())
    return {rule.get("id") or rule["code"] for pack in PACKS for rule in pack.get(kind, ())}


def test_every_fact_that_a_pack_cites_stands_in_a_table() -> None:
    known = {row[0] for row in told()}

    assert [] == sorted({fact for pack in PACKS for fact in cited(pack)} - known)


def test_each_fact_stands_once_in_few_words() -> None:
    ids = [row[0] for row in told()]

    assert ids == list(dict.fromkeys(ids))
    assert [] == [one for one in ids if FACT.fullmatch(one) is None]
    assert [] == [row[0] for row in told() if not 0 < len(row[1].split()) <= 12]


def test_every_event_rule_and_model_named_exists() -> None:
    kinds = "|".join((*RULES, "param", "pack", "model"))
    for row in [*rows("Facts"), *rows("Irregularities that a rule already answers")]:
        rest = row[2]
        for kind, name in re.findall(rf"({kinds}) `([^`]+)`", row[2]):
            rest = rest.replace(f"{kind} `{name}`", "")
            assert name in names_of(kind), (row[0], kind, name)
        for name in re.findall(r"`([^`]+)`", rest):
            assert name in EVENTS, (row[0], name)
        assert re.sub(r"`[^`]+`|[, ]", "", rest) == "", row[0]
        assert row[2], row[0]


def test_a_rule_of_a_pack_is_named_with_every_fact_that_it_cites() -> None:
    where = {row[0]: row[2] for row in told()}
    lost = [
        (fact, kind, rule.get("id") or rule["code"])
        for pack in PACKS
        for kind in RULES
        for rule in pack.get(kind, ())
        for fact in rule.get("facts", ())
        if fact[0] != "C" and f"{kind} `{rule.get('id') or rule['code']}`" not in where[fact]
    ]

    assert [] == lost


def test_every_test_named_exists() -> None:
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^ *def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
    }
    named = {name for row in told() for name in re.findall(r"`(test_\w+)`", row[3])}

    assert [] == sorted(named - defined)
    assert named
    assert {"C17"} == {row[0] for row in told() if row[3] == "none yet"}


def test_every_pack_stands_with_its_status_and_days() -> None:
    listed = {row[0].strip("`"): row[3:7] for row in rows("Rule sets")}
    shipped = {
        pack["id"]: [
            pack["status"],
            str(pack["in_force"]["from"]),
            str(pack["in_force"].get("to", "")),
            str(pack["known_since"]),
        ]
        for pack in PACKS
    }

    assert shipped == listed


def test_every_conflict_stands_with_its_resolution() -> None:
    assert [f"C{number}" for number in range(1, 21)] == [row[0] for row in rows("Conflicts")]
    assert all(row[2] for row in rows("Conflicts"))
