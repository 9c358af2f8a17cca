"""The file that spares a command the parsing of what we ship: which tables each SELECT reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

from aidledger.audit.rule import load_rules
from aidledger.replay.models import READS, load_models, parse_tables

PLACE = f"src/aidledger/replay/{READS}"


def reads_file(_root: Path) -> str:
    """Return a line for each SELECT: the SHA-256 of its text, and the tables that it names."""
    with duckdb.connect(":memory:") as parser:
        lines = {
            hashlib.sha256(text.encode()).hexdigest(): " ".join(
                sorted(parse_tables(name, text, parser))
            )
            for name, text in _selects()
        }
    return "\n".join(f"{digest}\t{lines[digest]}" for digest in sorted(lines))


def _selects() -> Iterator[tuple[str, str]]:
    """Yield name and text of every model and rule of the package."""
    models = load_models()
    yield from ((model.name, model.sql) for model in models.values())
    yield from ((rule.id, rule.query) for rule in load_rules(models).values())
