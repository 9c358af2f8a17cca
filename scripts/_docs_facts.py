"""docs/POLICY.md from docs/policy.tsv (where a fact stands) and docs/policy-notes.tsv (its words)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from aidledger.domain.policy.pack import load_pack_file

_INTRO: Final = """
# Policy: from the text to the rule to its test

What the policy documents say about social assistance, above all about extreme-hardship support (特困人员救助供养), where
it stands in this project, and which test holds it there. The table is `docs/policy.tsv`, the words are in
`docs/policy-notes.tsv`. `tests/test_policy_docs.py` checks that every fact has its row, that every event, rule, model
and role named here lives, and that the tests exist and name the fact.

Fact ids: **S** a statement of a policy document, **C** a conflict between documents, **F** a kind of
irregularity that audits look for. *In our own words* never replaces the text: before a pack is used, its numbers
are to be checked against the official one. Short names: K21 measure on identifying people in extreme hardship
(2021-07-01), D21 and D12 measures on the minimum living allowance (2021 and 2012), M14 interim measures on social
assistance (2014), N22 notice of 2022-10-20.

How packs are looked at, compared and tried is in [PACKS](PACKS.md). What a rule says clause by clause, with its
condition, is in [POLICY-CLAUSES](POLICY-CLAUSES.md); event types
are in [EVENTS](EVENTS.md), who may do them in [POWERS](POWERS.md), models in [MODELS](MODELS.md), words in [GLOSSARY](GLOSSARY.md).
"""
_PACKS: Final = """
- A pack counts for a county only once it is adopted by an entry (`PackAdopted`) that pins its hash; the entry can
  adopt it later than it is known, and known later than it is in force. A draft is never in force.
- A county's own pack or calendar is adopted in the same way as those here, from a file ([PACKS](PACKS.md)); its text is
  evidence as theirs is.
- What no text gives and a county must decide is marked `local` in the pack. In `gz-county-2022` these are the pass
  mark of carers, the nursing standards, the payment day, the roll of the monthly return, the days within which needs,
  warnings and incidents are dealt with, and how many must share village and amount before a name is shown.
- Counting: the first day does not count, a limit ends on its last day; working days by the calendar as known
  (Civil Code, articles 201 and 203; article 204 lets a rule say otherwise).
"""
_FACTS: Final = """
*where*: an event by its wire name; a clause, parameter (`param`), limit, amount or standard, of the pack that is named
or of any; a read model; a role or a power; a pack whose legal basis it is; a rule whose cases the simulator plants. *context* is
text only: an aim, or a law that is quoted.
"""
_IRREGULARITIES: Final = """
A clause of kind *refuse* keeps a wish from being recorded; what has happened all the same is recorded as a fact, and
audit rules find it. `despite` records an act against a clause, with its reason.
"""
_OPEN: Final = """
Nothing here is recorded or checked as the text has it. A value of it may already stand in a pack; then no rule reads it
yet. The number is held by a test and may only fall.
"""


def policy_page(root: Path) -> str:
    """Return the page: the packs, what lives with its place and test, and what is not built."""
    notes = {row["fact_id"]: row for row in _table(root / "docs/policy-notes.tsv")}
    rows = [{**row, **notes[row["fact_id"]]} for row in _table(root / "docs/policy.tsv")]
    living = [row for row in rows if row["kind"] != "open"]
    missing = [row for row in rows if row["kind"] == "open"]
    places = {row["fact_id"]: (_where(row["where"]), _code(row["test"])) for row in living}
    facts = [(r["fact_id"], r["kind"], r["says"], *places[r["fact_id"]]) for r in _of(living, "S")]
    found = [(r["fact_id"], r["says"], *places[r["fact_id"]]) for r in _of(living, "F")]
    conflicts = [
        (r["fact_id"], r["says"], r["resolved"], *places[r["fact_id"]]) for r in _of(living, "C")
    ]
    titles = ("pack", "title", "place", "status", "in force from", "to", "known since", "over")
    return "\n".join(
        [
            _INTRO,
            *_section("Rule sets", "", titles, _packs(root)),
            _PACKS.lstrip(),
            *_section("Facts", _FACTS, ("fact", "kind", "what it says", "where", "test"), facts),
            *_section(
                "Irregularities that a rule already answers",
                _IRREGULARITIES,
                ("id", "irregularity", "where", "test"),
                found,
            ),
            *_section(
                "Conflicts", "", ("id", "conflict", "resolved here by", "where", "test"), conflicts
            ),
            *_section(
                f"Not built yet: {len(missing)}",
                _OPEN,
                ("id", "what it says"),
                [
                    (r["fact_id"], ": ".join(filter(None, (r["says"], r["resolved"]))))
                    for r in missing
                ],
            ),
        ]
    ).lstrip()


def _table(path: Path) -> list[dict[str, str]]:
    """Read a table whose first line names the columns."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _of(rows: Iterable[dict[str, str]], letter: str) -> list[dict[str, str]]:
    return [row for row in rows if row["fact_id"].startswith(letter)]


def _where(targets: str) -> str:
    """Return the places as readers see them: ``clause x@p`` is the clause ``x`` of the pack ``p``."""
    return re.sub(r"([\w-]+)(?:@([\w-]+))?(?=,|$)", _name, targets)


def _name(match: re.Match[str]) -> str:
    name, pack = match.groups()
    return f"`{name}` of `{pack}`" if pack else f"`{name}`"


def _code(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))


def _packs(root: Path) -> list[tuple[str, ...]]:
    """Return the row of each shipped pack."""
    paths = sorted((root / "src/aidledger/policies/packs").glob("*.toml"))
    return [
        (
            f"`{pack.id}`",
            pack.title.en,
            pack.jurisdiction,
            pack.status,
            pack.in_force.from_on,
            pack.in_force.to_on or "",
            pack.known_since,
            f"`{pack.extends}`" if pack.extends else "",
        )
        for pack in (load_pack_file(path.read_bytes(), file=path.name) for path in paths)
    ]


def _section(
    title: str, text: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> list[str]:
    """Return a heading, its text and its table."""
    return [
        f"## {title}",
        text,
        f"| {' | '.join(heads)} |",
        f"|{' --- |' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]
