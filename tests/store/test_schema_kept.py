"""What a ledger is made of was released: a ledger of another version would be told as misshapen."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sqlalchemy.dialects import postgresql
from tests.store.conftest import ORIGIN

from aidledger.store.opening import create
from aidledger.store.schema import create_statements, script
from aidledger.store.sqlite_connect import driver

KEPT = Path(__file__).parents[1] / "vectors" / "schema.sql"
_MADE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"


def plain(statement: str) -> str:
    """Return a statement in one line, without comments."""
    lines = [line.partition("--")[0] for line in statement.splitlines()]
    return " ".join(" ".join(lines).split()).rstrip(";") + ";"


def test_the_tables_and_triggers_of_both_engines_are_those_that_were_released(
    tmp_path: Path,
) -> None:
    create(tmp_path / "ledger.sqlite", origin=ORIGIN).close()
    with closing(driver().connect(str(tmp_path / "ledger.sqlite"))) as file:
        sqlite = [plain(text) for (text,) in file.execute(_MADE)]
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    postgres = [plain(text) for text in create_statements(dialect)]
    postgres += [plain(text) for text in script("append_only_postgres").split("\n\n")]

    assert KEPT.read_text("utf-8").splitlines() == [
        "-- SQLite",
        *sqlite,
        "-- PostgreSQL",
        *(text for text in postgres if text != ";"),
    ]
