"""Tables beside the ledger: read where their rows have the root that an entry says, else lost, never empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.services.conftest import COUNTY, Office, opened

from aidledger.domain.events.register import Kept
from aidledger.domain.keeping import KEPT_TABLES
from aidledger.ledger.canonical import encode
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.ledger.verify import VerifyReport
from aidledger.replay.engine import building
from aidledger.replay.kept import columns_of_kept, file_of
from aidledger.replay.models import ModelError
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.generations.rebuilding import rebuild
from aidledger.services.ladder import tablecheck
from aidledger.services.ladder.verifying import verify
from aidledger.services.questions.querying import query
from aidledger.services.tables.place import keep, tables_folder, tables_of

DEATHS = KEPT_TABLES["register_deaths"]
ROWS = [
    {"line": 2, "person": "p" + "1" * 32, "died_on": "2022-01-03", "cremated_on": None},
    {"line": 4, "person": "p" + "2" * 32, "died_on": "2022-01-09", "cremated_on": "2022-01-11"},
]
ASKED = "SELECT position, line, person, died_on FROM register_deaths ORDER BY line"
RULE = """-- id: X09
-- title_zh: 死亡
-- title_en: dead
-- explain_zh: 死亡
-- explain_en: dead
-- not_zh: 无
-- not_en: none
-- severity: low
-- basis: own check
-- remedy_zh: 核对
-- remedy_en: look
-- message_zh: {died_on}
-- message_en: {died_on}
SELECT person AS subject, [position] AS positions, CAST(NULL AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen, died_on
FROM register_deaths
"""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Office]:
    """An office whose ledger is a file."""
    yield from opened(str(tmp_path / "ledger.sqlite"))


def kept(folder: Path, rows: list[dict[str, Any]] = ROWS) -> Kept:
    """Put rows into their file."""
    columns = columns_of_kept(DEATHS)
    with building(None) as connection:
        said = ", ".join(f"{name} {kind}" for name, kind in columns)
        connection.execute(f"CREATE TABLE given ({said})")
        marks = ", ".join("?" * len(columns))
        for row in rows:
            values = [row[name] for name, _ in columns]
            connection.execute(f"INSERT INTO given VALUES ({marks})", values)
        return keep(folder, connection, "given", DEATHS)


def imported(office: Office, rows: list[dict[str, Any]] = ROWS, day: str = "2022-02-01") -> Path:
    """Put rows beside the ledger, and record the entry that vouches for them."""
    with tables_of(office.session.store) as folder:
        said = kept(folder, rows)
        data = {
            "file": "ab" * 32,
            "from_unit": "gab",
            "kept": {"name": said.name, "root": said.root, "rows": said.rows},
            "kind": "deaths",
            "persons": len(rows),
            "rows": len(rows),
        }
        item = {"type": "RegisterImported", "stream": "register/deaths", "data": data}
        office.act(day, item | {"actor": "c1", "office": COUNTY})
    return file_of(folder, said)


def test_the_root_is_that_of_the_canonical_rows_whoever_wrote_the_file(
    office: Office,
) -> None:
    path = imported(office)
    mode = path.stat().st_mode & 0o777
    with duckdb.connect() as other:
        other.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{path}') ORDER BY line DESC")
        other.execute(f"COPY t TO '{path}' (FORMAT parquet, COMPRESSION gzip)")

    found = query(office.session, ASKED)

    position = office.session.store.head().size - 1
    leaves = [leaf_hash(encode(row)) for row in ROWS]
    assert root_of_leaves(leaves).hex() == path.name.removesuffix(".parquet")
    assert [(position, r["line"], r["person"], r["died_on"]) for r in ROWS] == found.rows
    assert 0o600 == mode
    assert tables_folder(office.session.store) == path.parent


def test_a_table_answers_beside_a_generation_as_it_does_without_one(small: Office) -> None:
    imported(small)
    before = query(small.session, ASKED)
    rebuild(small.session, models=["open_hits"])

    after = query(small.session, ASKED)

    assert before.generation is None
    assert after.generation is not None
    assert before.rows == after.rows


def damage(path: Path, how: str) -> None:
    """Do something to a table's file."""
    rows = {"another row": [ROWS[0] | {"died_on": "2022-01-04"}, ROWS[1]], "empty": []}.get(how)
    if rows is not None:
        file_of(path.parent, kept(path.parent, rows)).rename(path)
    elif how == "gone":
        path.unlink()
    else:
        path.write_bytes(b"PAR1 nothing of the kind PAR1")


def test_a_table_that_is_not_as_its_entry_says_is_lost_and_never_empty(
    small: Office, tmp_path: Path
) -> None:
    session = small.session
    path = imported(small)
    whole = path.read_bytes()
    (tmp_path / "x09_dead.sql").write_text(RULE, "utf-8")
    rules = rules_of(tmp_path, ["X09"])
    for _ in ("in memory", "beside a generation"):
        for how in ("gone", "another row", "empty", "no table"):
            damage(path, how)
            report = audit(session, rules).report

            assert [("X09", "table")] == [(one.rule, one.code) for one in report.not_run], how
            assert () == report.ran
            with pytest.raises(ModelError, match=r"register_deaths: expected a table that can"):
                query(session, ASKED)
        path.write_bytes(whole)
        assert 2 == audit(session, rules).report.ran[0].findings
        rebuild(session, models=["open_hits"])


def test_what_an_entry_does_not_vouch_for_on_the_day_is_not_there(small: Office) -> None:
    path = imported(small, day="2022-02-01")
    session = small.session
    position = session.store.head().size - 1
    on_the_day = query(session, ASKED, as_of=date(2022, 2, 1)).rows
    too_early = query(session, ASKED, as_of=date(2022, 1, 31)).rows
    unknown = query(session, ASKED, known_on=date(2022, 1, 31)).rows
    annulled = {"position": position, "reason": "wrong file", "authority": "x"}
    small.act(
        "2022-02-03", {"type": "EntryAnnulled", "stream": "register/deaths", "data": annulled}
    )

    assert 2 == len(on_the_day)
    assert [] == too_early == unknown == query(session, ASKED).rows
    assert path.exists()


def test_a_file_that_no_entry_names_is_removed_by_the_next_writer(small: Office) -> None:
    named = imported(small)
    with tables_of(small.session.store) as folder:
        orphan = file_of(folder, kept(folder, ROWS[:1]))
        (folder / "half.parquet.new").write_bytes(b"half")

    with tables_of(small.session.store) as folder:
        left = {file.name for file in folder.iterdir()}

    assert {named.name} == left
    assert not orphan.exists()


def test_verify_names_the_entry_of_a_table_that_was_altered_and_says_which_is_gone(
    small: Office,
) -> None:
    before = verify(small.session)
    path = imported(small)
    position = small.session.store.head().size - 1
    whole = path.read_bytes()
    good = verify(small.session)

    assert "tables" not in {rung.name for rung in before.rungs}
    assert ("ok", (), []) == (tables_rung(good), good.leads, good.findings)
    for how in ("another row", "empty", "no table"):
        damage(path, how)
        report = verify(small.session)
        assert [("table_altered", position, DEATHS.name)] == [
            (one.code, one.position, one.field) for one in report.findings
        ]
        assert ("damaged", "damaged") == (tables_rung(report), report.verdict)
    path.unlink()
    gone = verify(small.session)
    assert [("table_gone", position)] == [(one.code, one.position) for one in gone.leads]
    assert ("not_made", "unproven") == (tables_rung(gone), gone.verdict)
    path.write_bytes(whole)
    assert "ok" == tables_rung(verify(small.session))


def test_without_the_comparison_of_roots_an_altered_table_would_pass(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(imported(small), "another row")
    assert ["table_altered"] == [one.code for one in verify(small.session).findings]

    monkeypatch.setattr(tablecheck, "state_of", lambda *_: "whole")

    assert [] == verify(small.session).findings


def tables_rung(report: VerifyReport) -> str:
    """Return the status of the rung of tables."""
    (status,) = (rung.status for rung in report.rungs if rung.name == "tables")
    return status
