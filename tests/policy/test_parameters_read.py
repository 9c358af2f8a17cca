"""A parameter that nothing reads is no rule: each is read by a clause, amount, limit, model or check."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKS: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in sorted((ROOT / "src/aidledger/policies/packs").glob("*.toml"))
}
RULES = ("amount", "clause", "limit")
#: Names that are put together: a model reads every parameter that begins so.
BEGINNINGS = ("fund_share_", "responsible_offices_", "visit_months_")
#: Parameters that nothing needs to read, each with its reason.
EXCUSED: dict[str, str] = {}


def read_by_programs() -> str:
    """Return the text of the models and of the code, but for the names and words of parameters."""
    models = (ROOT / "projections/aidledger_projections").glob("*.sql")
    code = (ROOT / "src/aidledger").rglob("*.py")
    texts = [*models, *(path for path in code if path.name not in {"codes.py", "vocabulary.py"})]
    return "\n".join(path.read_text("utf-8") for path in texts)


def chain(name: str) -> list[str]:
    """Return a pack and those that it rests on."""
    parent = PACKS[name].get("extends")
    return [name, *(chain(parent) if parent else ())]


def words(rules: Any) -> set[str]:
    """Return every name in some rules: in conditions, and as the number of a limit or a formula."""
    return set(re.findall(r"[a-z][a-z0-9_]+", str(rules)))


def unread(packs: dict[str, dict[str, Any]], programs: str) -> set[tuple[str, str]]:
    """Return pack and parameter where no rule of a pack that has it, and no program, reads it."""
    known = words(re.findall(r"'[a-z0-9_]+'|\"[a-z0-9_]+\"", programs))
    rules = {
        name: words([packs[name].get(kind, ()) for kind in RULES])
        | words(packs[name].get("follow"))
        for name in packs
    }
    family = {name: {one for one in packs if name in chain(one)} for name in packs}
    found = set()
    for name, pack in packs.items():
        near = {one for child in family[name] for one in chain(child)}
        read = known.union(*(rules[one] for one in near))
        found |= {
            (name, key)
            for key in pack.get("parameters", ())
            if key not in read and not key.startswith(BEGINNINGS)
        }
    return found


def test_every_parameter_of_a_pack_is_read_or_excused() -> None:
    """F040: the share of home visits was one that nothing read."""
    programs = read_by_programs()
    found = {key for _, key in unread(PACKS, programs)}

    assert set(EXCUSED) == found
    assert all(EXCUSED.values())
    assert all(f"'{beginning}" in programs for beginning in BEGINNINGS)


@pytest.mark.parametrize("key", ["home_visit_permille_min", "publicity_day"])
def test_a_parameter_that_nothing_reads_is_found(key: str) -> None:
    pack = PACKS["cn-dibao-2012"]
    more = {**pack, "parameters": {**pack["parameters"], key: 300}}

    assert {("cn-dibao-2012", key)} == unread(PACKS | {"cn-dibao-2012": more}, read_by_programs())
