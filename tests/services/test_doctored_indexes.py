"""An index that leaves rows out, or points to others: each row verifies, and whoever asks by it is told otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lone import ALONE
from tests.services.conftest import Office
from tests.services.test_closing import DISCOVERED
from tests.services.test_recording import on_case
from tests.services.test_sealed_values import edited

from aidledger.services.ladder.verifying import verify
from aidledger.store.opening import open_ledger

REINDEXED = {
    "postgresql": (
        "ALTER TABLE {table} DROP CONSTRAINT {index}",
        "CREATE UNIQUE INDEX {index} ON {table} ({key}) WHERE position <> {at}",
        "UPDATE pg_index SET indpred = NULL WHERE indexrelid = 'aidledger.{index}'::regclass",
    ),
    "sqlite": (
        "PRAGMA writable_schema = ON",
        "CREATE TABLE sly ({columns}) STRICT",
        "INSERT INTO sly SELECT * FROM {table} WHERE position <> {at}",
        (
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name ="
            " 'sqlite_autoindex_sly_{number}') WHERE name = 'sqlite_autoindex_{table}_{number}'"
        ),
        "DELETE FROM sqlite_schema WHERE tbl_name = 'sly'",
        "PRAGMA schema_version = 4711",
    ),
}
"""An index that leaves one row out, in the place of ours; no row is changed."""
_OTHERS = (
    "ALTER TABLE entries RENAME TO before",
    "CREATE TABLE entries ({columns}) STRICT",
    "INSERT INTO entries SELECT * FROM before",
    "DROP TABLE before",
)
_DOCTORED = "one that leaves some out, or finds others"


def hide(office: Office, table: str, at: int, *, key: str, index: str = "", made: str = "") -> None:
    """Let the index over `key` leave a row out, or the second one of a table that was made anew with others."""
    store = office.session.store
    engine = store.engine_name
    columns = ""
    if engine == "sqlite":
        with store.reading() as run:
            text = run("SELECT sql FROM sqlite_schema WHERE name = ?", (table,))[0][0]
        columns = str(text).partition("(")[2].rpartition(")")[0]
        columns = columns.replace("UNIQUE (stream, version)", made or "UNIQUE (stream, version)")
    store.close()
    said = {"table": table, "at": at, "key": key, "columns": columns, "number": 2 if made else 1}
    statements = (*(_OTHERS if made else ()), *REINDEXED[engine])
    edited(office, *(one.format(index=index, **said) for one in statements))


def led_to(office: Office) -> list[tuple[str | None, str | None]]:
    report = verify(office.location)
    assert [] == report.findings
    if office.session.store.engine_name == "sqlite":
        alone = ALONE.verify(Path(office.location), ALONE.Outside(None, {}))
        assert ["storage_differs"] == [one["code"] for one in alone.leads]
        assert "index" in alone.leads[0]["message"]
    return [(one.field, one.found) for one in report.leads if one.code == "storage_differs"]


def twice(office: Office) -> str:
    for day in ("2022-01-04", "2022-01-05"):
        office.act(day, on_case("NeedDiscovered", **DISCOVERED))
    return str(on_case("NeedDiscovered", **DISCOVERED)["stream"])


def in_stream(office: Office, stream: str) -> int:
    store = open_ledger(office.location, read_only=True)
    found = len([*store.read_stream(stream)])
    store.close()
    return found


def test_an_index_that_hides_an_entry_from_its_stream_is_led_to(office: Office) -> None:
    """A payment, say: the case shows it no more and may be paid again, and every row verifies."""
    stream = twice(office)
    before, at = in_stream(office, stream), office.session.store.head().size - 1
    hide(office, "entries", at, key="stream, version", index="entries_stream_version_key")

    # PostgreSQL reads so few rows without an index
    lite = office.session.store.engine_name == "sqlite"
    assert before == in_stream(office, stream) + (1 if lite else 0)
    assert [("entries", _DOCTORED)] == led_to(office)


def test_an_index_that_hides_a_request_is_led_to(office: Office) -> None:
    """It was recorded, is said to be nowhere, and is recorded again."""
    twice(office)
    at = [one.position for one in office.session.store.read_batches()][-1]
    hide(office, "batches", at, key="cause", index="batches_cause_key")

    assert [("batches", _DOCTORED)] == led_to(office)


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("made", "hidden"),
    [
        ("UNIQUE (type, position), UNIQUE (stream, version)", 1),
        ("UNIQUE (stream, version), UNIQUE (type, position)", 0),
    ],
    ids=["ours has another name", "whoever asks by type is given less"],
)
def test_an_index_in_the_text_of_a_table_lets_none_hide_an_entry(
    office: Office, made: str, hidden: int
) -> None:
    """A month was closed without one of its payments, and taken again the closing came out the same."""
    stream = twice(office)
    before, at = in_stream(office, stream), office.session.store.head().size - 1
    hide(office, "entries", at, key="", made=made)

    assert before == in_stream(office, stream) + hidden
    assert ("entries", _DOCTORED) in led_to(office)
