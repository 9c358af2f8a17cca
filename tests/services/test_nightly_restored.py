"""Nights over a database that somebody had his hands on: an older backup, tables or indexes of his own."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.shell import on
from tests.services import nights

from aidledger.services.nightly.running import nightly
from aidledger.store.sqlite_connect import driver


def applied(ledger: Path, case: str) -> None:
    act = {
        "type": "ApplicationSubmitted",
        "stream": f"case/{case}",
        "effective_on": "2022-03-02",
        "actor": "520123001-u1",
        "office": "520123001",
        "data": {
            "applicant": "p" + "0" * 32,
            "area": "rural",
            "birth_on": "1948-03-02",
            "route": "self",
            "township": "520123001",
            "village": "520123001204",
        },
    }
    lines = ledger.with_name("acts.jsonl")
    lines.write_text(json.dumps(act) + "\n", encoding="utf-8")
    recorded = on(ledger, "record", lines)
    assert recorded.code == 0, recorded.err


def test_models_of_entries_that_a_backup_lost_answer_nothing(county_before: Path) -> None:
    backup = county_before.with_name("backup.db")
    with (
        closing(sqlite3.connect(county_before)) as source,
        closing(sqlite3.connect(backup)) as copy,
    ):
        source.backup(copy)
    mark = county_before.with_name("county.db.mark").read_bytes()
    applied(county_before, "520123-2022-000901")
    assert on(county_before, "rebuild", "--model", "case_state").code == 0

    county_before.unlink()
    for end in ("-wal", "-shm"):
        county_before.with_name(f"county.db{end}").unlink(missing_ok=True)
    backup.rename(county_before)
    county_before.with_name("county.db.mark").write_bytes(mark)
    before = on(county_before, "status").out
    applied(county_before, "520123-2022-000902")

    listed = on(county_before, "list", "case_state", "--format", "csv").out
    asked = on(county_before, "sql", 'SELECT "case" FROM case_state', "--format", "csv").out
    told = nights.night(county_before, policy=None, models=("case_state",))
    rebuilt = next(one for one in told.steps if one.name == "rebuild")

    assert "covers every entry" not in before.split("models")[1].split("\n")[0]
    for shown in (listed, asked):
        assert "000902" in shown
        assert "000901" not in shown
    assert rebuilt.figures["built"] is True
    assert nights.by_name(told)["agree"] == "ok"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("ALTER TABLE entries ADD COLUMN note TEXT", 1),
        ("CREATE INDEX of_a_dba ON entries (type)", 0),
    ],
)
def test_a_night_tells_where_the_database_may_answer_readers_otherwise(
    county_before: Path, statement: str, code: int
) -> None:
    """It was counted among the leads, and nobody was told."""
    with closing(driver().connect(county_before)) as database:
        database.execute(statement)
    asked = nights.asked(county_before, models=("case_state",))
    told = nightly(str(county_before), asked, nights.means(county_before))

    assert code == told.exit_code
    assert bool(code) is ("it may answer readers otherwise" in told.steps[0].why_en)
    assert bool(code) is ("skipped" == nights.by_name(told)["checkpoint"])
