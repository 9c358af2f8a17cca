"""Everything that a user meets by name stands in docs/, and docs/ say what the code says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest

from aidledger.domain.events.base import Programme
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.pack import load_pack_file
from aidledger.domain.registry.codes import POWER_CODES
from aidledger.domain.registry.table import load_powers
from aidledger.interfaces.cli.errors import EXIT_CODES
from aidledger.interfaces.cli.main import cli
from aidledger.ledger.finding import FINDING_CODES
from aidledger.replay.models import load_models

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PACKS = sorted((ROOT / "src/aidledger/policies/packs").glob("*.toml"))
TABLES = sorted((ROOT / "src/aidledger/policies/powers").glob("*.toml"))
GLOSSARY = ROOT / "docs/GLOSSARY.md"


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def headings(text: str) -> set[str]:
    outside_code = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"^#+ (.+?)\s*$", outside_code, flags=re.MULTILINE))


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as common viewers of Markdown make them."""
    return {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings(text)}


def leads_to(path: Path, anchor: str) -> bool:
    return not anchor or anchor in anchors(path.read_text(encoding="utf-8"))


def commands(group: click.Group, name: str = "aidledger") -> Iterator[str]:
    """Yield the full name of every command that help shows."""
    context = click.Context(group)
    yield name
    for below in group.list_commands(context):
        found = group.get_command(context, below)
        if isinstance(found, click.Group):
            yield from commands(found, f"{name} {below}")
        elif found is not None and not found.hidden:
            yield f"{name} {below}"


def glossary_rows() -> list[list[str]]:
    lines = GLOSSARY.read_text(encoding="utf-8").split("\n")
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines if line[:2] == "| "]
    return [row for row in cells if row[0] not in {"中文", "---"}]


def test_the_generated_pages_are_what_the_code_says_now() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "_docs.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stdout + done.stderr)


def test_every_event_has_a_heading_in_the_events_page() -> None:
    assert set(EVENTS) <= headings(page("EVENTS.md"))


def test_every_finding_code_is_explained() -> None:
    text = page("FINDINGS.md")

    assert [] == [code for code in FINDING_CODES if f"| `{code}` |" not in text]


def test_every_model_has_a_heading() -> None:
    assert set(load_models()) <= headings(page("MODELS.md"))


def test_every_pack_and_each_of_its_rules_is_in_the_clauses_page() -> None:
    text = page("POLICY-CLAUSES.md")
    packs = [load_pack_file(path.read_bytes(), file=path.name) for path in PACKS]
    rules = [
        rule
        for pack in packs
        for rule in (
            *(clause.id for clause in pack.clause),
            *(limit.id for limit in pack.limit),
            *(amount.code for amount in pack.amount),
        )
    ]

    assert {pack.id for pack in packs} <= headings(text)
    assert [] == [rule for rule in rules if f"| `{rule}` |" not in text]


def test_every_table_of_powers_and_each_of_its_rows_is_in_the_powers_page() -> None:
    text = page("POWERS.md")
    tables = [load_powers(path.read_bytes(), file=path.name) for path in TABLES]
    rows = [
        row.id
        for table in tables
        for rows in (table.roles.values(), table.powers, table.all_duties)
        for row in rows
    ]

    assert {table.id for table in tables} <= headings(text)
    assert [] == [row for row in rows if f"| `{row}`" not in text]
    assert [] == [code for code in POWER_CODES if f"| `{code}` |" not in text]


@pytest.mark.parametrize("name", ["cli.md", "cli.zh.md"])
def test_every_command_and_every_exit_status_is_in_the_manual(name: str) -> None:
    text = page(name)

    assert set(commands(cli)) <= headings(text)
    assert [] == [status for status in EXIT_CODES if f"| {status} |" not in text]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        outside = re.match(r"[a-z]+:", target)
        if not outside and not (there.exists() and leads_to(there, anchor)):
            broken.append(target)

    assert [] == broken


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [] == [p.name for p in ROOT.glob("docs/*.md") if f"(docs/{p.name})" not in readme]


def test_every_decision_record_has_its_four_parts_and_stands_in_the_architecture() -> None:
    architecture = page("ARCHITECTURE.md")
    for number, path in enumerate(sorted(ROOT.glob("docs/adr/*.md")), 1):
        text = path.read_text(encoding="utf-8")
        parts = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)

        assert ["Context", "Options", "Decision", "Consequences"] == parts
        assert text.startswith(f"# {number:04d}: ")
        assert f"(adr/{path.name})" in architecture


def test_the_glossary_gives_one_word_for_a_term_and_one_term_for_a_word() -> None:
    rows = glossary_rows()
    chinese, english = [row[0] for row in rows], [row[1] for row in rows]

    assert sorted(set(chinese)) == sorted(chinese)
    assert sorted(set(english)) == sorted(english)
    assert all(len(row) == 5 and all(row) for row in rows)


def test_the_glossary_names_every_event_and_no_other() -> None:
    columns = " ".join(row[3] for row in glossary_rows())

    assert sorted(EVENTS) == sorted(set(re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", columns)))


def test_no_event_and_no_clause_uses_a_word_that_the_glossary_bans() -> None:
    banned = {word.strip() for row in glossary_rows() for word in row[2].split(",")}
    texts = [event.title_en for event in EVENTS.values()]
    for path in PACKS:
        pack = load_pack_file(path.read_bytes(), file=path.name)
        for rules in (pack.clause, pack.limit, pack.amount):
            texts += [rule.text_en for rule in rules]
    for path in TABLES:
        table = load_powers(path.read_bytes(), file=path.name)
        for rows in (table.roles.values(), table.powers, table.all_duties):
            texts += [row.text_en for row in rows]
    allowed = {row[1] for row in glossary_rows()}
    found = sorted(
        f"{word}: {text}"
        for word in banned - allowed
        for text in texts
        if re.search(rf"\b{re.escape(word)}\b", text, flags=re.IGNORECASE)
    )

    assert [] == found


def test_each_programme_and_each_pack_stands_in_the_page_of_programmes() -> None:
    text = page("PROGRAMMES.md")
    packs = {load_pack_file(path.read_bytes(), file=path.name).id for path in PACKS}

    assert [] == [word for word in get_args(Programme) if f"`{word}`" not in text]
    assert [] == sorted(pack for pack in packs - {"sn-yanan-2020"} if f"`{pack}`" not in text)
