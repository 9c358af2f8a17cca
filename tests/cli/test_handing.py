"""Tables handed over: what was handed over can be read by others, is what the ledger holds, and is checked."""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from tests.cli.shell import Ran, aidledger, on

from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.replay.digest import digest_of
from aidledger.replay.handing import Copier, Table
from aidledger.replay.models import load_models, loaded_tables
from aidledger.services.generations.rebuilding import generations_of, rebuild
from aidledger.services.handing.checking import check
from aidledger.services.handing.columnwords import column_words
from aidledger.services.handing.datasette import QUERIES, write_sqlite
from aidledger.services.handing.finished import Finished, finished
from aidledger.services.handing.flat import write_flat
from aidledger.services.handing.placing import placed_folder
from aidledger.services.handing.tables import write_duckdb, write_parquet
from aidledger.services.session import open_session

FEW = ("arrears", "case_people", "trial_balance")
SOME = ("ApplicationSubmitted", "PaymentIssued", "StandardPublished")


@pytest.fixture(scope="module")
def whole(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    """Every view and model of the county, finished once."""
    copy = tmp_path_factory.mktemp("finished") / county.name
    shutil.copy(county, copy)
    with open_session(str(copy), read_only=True) as session:
        rebuild(session)
        with finished(session) as given:
            assert given.path.parent == generations_of(session).folder
            yield given


@pytest.fixture(scope="module")
def some(whole: Finished) -> Finished:
    """Some of it."""
    models = {name: model for name, model in whole.models.items() if name in FEW}
    return msgspec.structs.replace(whole, models=models, events=frozenset(SOME))


@pytest.fixture(scope="module")
def reading(whole: Finished) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(whole.path), read_only=True) as connection:
        yield connection


def counts(connection: duckdb.DuckDBPyConnection, names: Any) -> dict[str, int]:
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
        for name in names
    }


@pytest.fixture(scope="module")
def flat(some: Finished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("flat") / "handed"
    write_flat(path, some)
    return path


def test_parquet_has_every_table_with_all_its_rows(
    whole: Finished, reading: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Tables without rows have their columns; sums of 128 bits stay whole; a model's root is its own."""
    told = write_parquet(tmp_path / "handed", whole)
    names = loaded_tables() | load_models().keys()
    files = {path.stem for path in (tmp_path / "handed").glob("*.parquet")}
    rows = {table.name: table.rows for table in told.tables}
    read = duckdb.connect()
    place = str(tmp_path / "handed" / "{}.parquet")

    assert names == files == set(rows)
    assert counts(reading, names) == rows
    assert rows == {
        name: read.execute(f"SELECT count(*) FROM '{place.format(name)}'").fetchall()[0][0]
        for name in names
    }
    described = read.execute(f"DESCRIBE SELECT * FROM '{place.format('arrears')}'").fetchall()
    assert {"DECIMAL(38,0)"} == {row[1] for row in described if row[0].endswith("_fen")}
    assert 0 < rows["payment_issued"]
    assert {"amount_fen"} == set(of(told, "payment_issued").sums)
    leaves = Frontier()
    model = load_models()["case_people"]
    keys = ", ".join(f'"{key}"' for key in model.key)
    for (line,) in reading.execute(
        f"SELECT to_json(t)::VARCHAR FROM case_people t ORDER BY {keys}"
    ).fetchall():
        ordered = msgspec.json.encode(msgspec.json.decode(line), order="sorted")
        leaves.extend([leaf_hash(ordered)])
    assert leaves.root().hex() == of(told, "case_people").root


def of(told: Any, name: str) -> Any:
    return next(table for table in told.tables if table.name == name)


@pytest.mark.parametrize("write", [write_parquet, write_flat, write_sqlite])
def test_the_same_gives_the_same_bytes(write: Any, some: Finished, tmp_path: Path) -> None:
    first = write(tmp_path / "first" if write is not write_sqlite else tmp_path / "a.sqlite", some)
    if write is write_sqlite:
        assert first == write(tmp_path / "a.sqlite", some)
        return
    second = write(tmp_path / "second", some)
    both = [
        {path.relative_to(top): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        for top in (tmp_path / "first", tmp_path / "second")
    ]

    assert first == second
    assert both[0] == both[1]


def test_a_duckdb_file_has_tables_with_comments(
    some: Finished, reading: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Its bytes differ each time, as its engine wants; what its manifest says of its tables doesn't."""
    told = write_duckdb(tmp_path / "county.duckdb", some)
    again = write_duckdb(tmp_path / "county.duckdb", some)
    with duckdb.connect(str(tmp_path / "county.duckdb"), read_only=True) as handed:
        comments = handed.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'arrears'"
        ).fetchall()
        same = [
            handed.execute(f'FROM "{one.name}" ORDER BY ALL').fetchall()
            == reading.execute(f'FROM "{one.name}" ORDER BY ALL').fetchall()
            for one in told.tables
        ]
        [title] = handed.execute(
            "SELECT comment FROM duckdb_tables() WHERE table_name = 'payment_issued'"
        ).fetchall()[0]
        roots = {
            name: digest_of(handed, name, ("position",)).root
            for name in ("entry", "payment_issued")
        }

    assert told.tables == again.tables
    assert all(len(one.root) == 64 for one in told.tables)
    assert roots == {name: of(told, name).root for name in roots}
    assert len(same) == len(FEW) + len(SOME) + 4
    assert all(same)
    assert "应发或应付金额 / sum that is due [分 fen]" == dict(comments)["due_fen"]
    assert title.startswith("发放 / payment issued")


def test_sqlite_holds_its_keys_and_references_and_questions(
    whole: Finished, reading: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "county.sqlite"
    told = write_sqlite(path, whole)
    about = msgspec.json.decode((tmp_path / "county.sqlite.metadata.json").read_bytes())
    shown = about["databases"]["county"]
    with closing(sqlite3.connect(path)) as handed:
        tables = {row[0] for row in handed.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")}  # fmt: skip
        rows = {
            name: handed.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
            for name in tables
        }
        broken = handed.execute("PRAGMA foreign_key_check").fetchall()
        references = {
            row[2] for row in handed.execute("PRAGMA foreign_key_list(entitlements)").fetchall()
        }
        columns = {
            name: [row[1] for row in handed.execute(f'PRAGMA table_info("{name}")')]
            for name in tables
        }
        answers = {
            name: handed.execute(
                one.sql,
                {"case": case_of(handed), "stream": case_of(handed), "person": person(handed)},
            ).fetchall()
            for name, one in QUERIES.items()
        }
        paid = handed.execute("SELECT sum(amount_fen) FROM payment_issued").fetchall()[0][0]

    assert counts(reading, loaded_tables() | load_models().keys()) == rows
    assert [] == broken
    assert {"case_state"} == references
    assert columns == {name: list(table["columns"]) for name, table in shown["tables"].items()}
    assert set(QUERIES) == set(shown["queries"])
    assert all(answers.values())
    assert str(paid) == of(told, "payment_issued").sums["amount_fen"]


def case_of(handed: sqlite3.Connection) -> str:
    found = handed.execute('SELECT "case" FROM arrears LIMIT 1').fetchall()[0][0]
    return str(found)


def person(handed: sqlite3.Connection) -> str:
    found = handed.execute("SELECT person FROM case_people LIMIT 1").fetchall()[0][0]
    return str(found)


def test_flat_files_describe_every_column_and_hold_together(flat: Path, some: Finished) -> None:
    package = msgspec.json.decode((flat / "datapackage.json").read_bytes())
    with (flat / "dictionary.csv").open(encoding="utf-8-sig", newline="") as lines:
        dictionary = list(csv.DictReader(lines))
    heads = {
        path.stem: next(csv.reader(path.read_text("utf-8").splitlines()))
        for path in flat.glob("data/*.csv")
    }
    told = {
        name: [row["column"] for row in dictionary if row["table"] == name]
        for name in {row["table"] for row in dictionary}
    }
    hashes = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=flat, check=False
    )

    assert heads == told
    assert heads == {
        one["name"]: [field["name"] for field in one["schema"]["fields"]]
        for one in package["resources"]
    }
    assert all(row["meaning_zh"] and row["meaning_en"] for row in dictionary)
    assert {"分"} == {row["unit_zh"] for row in dictionary if row["column"].endswith("_fen")}
    assert 0 == hashes.returncode
    assert () == check(flat).differs
    assert len(FEW) + len(SOME) + 4 == check(flat).tables


def spoil(flat: Path, tmp_path: Path, file: str, old: bytes, new: bytes) -> Path:
    """Return a copy in which the third line of a file has other bytes."""
    copy = tmp_path / "spoiled"
    shutil.copytree(flat, copy)
    lines = (copy / file).read_bytes().splitlines(keepends=True)

    assert old in lines[2]

    lines[2] = lines[2].replace(old, new, 1)
    (copy / file).write_bytes(b"".join(lines))
    return copy


def test_one_changed_line_is_named_with_its_totals(flat: Path, tmp_path: Path) -> None:
    copy = spoil(flat, tmp_path, "data/payment_issued.csv", b",regular", b"1,regular")
    found = check(copy).differs
    shown = aidledger("export", "check", copy)
    chinese = aidledger("--lang", "zh", "export", "check", copy)

    assert ["bytes", "line", "sum amount_fen"] == [one.what for one in found]
    assert [None, 3, None] == [one.line for one in found]
    assert {"data/payment_issued.csv"} == {one.file for one in found}
    assert (1, 1) == (shown.code, chinese.code)
    assert "data/payment_issued.csv:3: not the line that was handed over" in shown.out
    assert "data/payment_issued.csv:3: 这一行不是当时的" in chinese.out
    assert 0 == aidledger("export", "check", flat).code


def test_a_changed_word_is_found_though_every_total_agrees(flat: Path, tmp_path: Path) -> None:
    copy = spoil(flat, tmp_path, "data/payment_issued.csv", b",bank", b",BANK")

    assert [("sha256", None), ("line", 3)] == [(one.what, one.line) for one in check(copy).differs]


def test_a_line_that_was_taken_out_is_found(flat: Path, tmp_path: Path) -> None:
    copy = tmp_path / "spoiled"
    shutil.copytree(flat, copy)
    file = copy / "data/payment_issued.csv"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))
    found = {one.what: one for one in check(copy).differs}

    assert {"bytes", "line", "rows", "sum amount_fen", "last position"} == found.keys()
    assert (len(lines), "no line") == (found["line"].line, found["line"].found)
    assert (str(len(lines) - 1), str(len(lines) - 2)) == (
        found["rows"].expected,
        found["rows"].found,
    )


def test_files_that_are_gone_or_were_added_are_named(flat: Path, tmp_path: Path) -> None:
    copy = tmp_path / "spoiled"
    shutil.copytree(flat, copy)
    (copy / "data/arrears.csv").unlink()
    (copy / "data/more.csv").write_text("x\n")

    assert [("data/arrears.csv", "missing"), ("data/more.csv", "unexpected")] == [
        (one.file, one.what) for one in check(copy).differs
    ]


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd"])
def test_a_hostile_manifest_reads_nothing_outside(flat: Path, tmp_path: Path, path: str) -> None:
    copy = tmp_path / "spoiled"
    shutil.copytree(flat, copy)
    manifest = msgspec.json.decode((copy / "manifest.json").read_bytes())
    manifest["files"][0]["path"] = path
    (copy / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    ran = aidledger("export", "check", copy)

    assert 2 == ran.code
    assert "a file outside" in ran.err


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"schema":"x"}', b"\xff"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    ran = aidledger("export", "check", tmp_path)

    assert 2 == ran.code
    assert "expected aidledger/handover/v1" in ran.err
    assert "expected the manifest" in aidledger("export", "check", tmp_path / "none").err


def export(county: Path, kind: str, path: Path, *words: str) -> Ran:
    events = [word for name in SOME for word in ("--event", name)]
    return on(county, "export", kind, path, "--model", "case_people", *events, *words)


def test_the_command_writes_what_the_ledger_held_at_a_point(county: Path, tmp_path: Path) -> None:
    with open_session(str(county), read_only=True) as session:
        size = session.store.head().size
    told = export(county, "parquet", tmp_path / "then", "--at", str(size // 2), "--json").object
    again = export(county, "parquet", tmp_path / "then", "--json")

    assert size // 2 + 1 == told["log"]["size"]
    assert {"as_of", "files", "log", "output", "tables"} <= told.keys()
    assert 2 == again.code
    assert "expected a new or an empty folder" in again.err
    assert "no such" not in again.err


def test_a_type_that_is_none_is_refused(county: Path, tmp_path: Path) -> None:
    ran = on(county, "export", "flat", tmp_path / "handed", "--event", "Nothing")

    assert (2, []) == (ran.code, list(tmp_path.iterdir()))
    assert "expected an event type" in ran.err


def test_a_writing_that_fails_leaves_nothing(
    some: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Copier, table: Table, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Copier, "parquet", full)
    with pytest.raises(OSError, match="No space"):
        write_parquet(tmp_path / "handed", some)

    assert [] == list(tmp_path.iterdir())


def test_an_empty_folder_is_taken_and_a_full_one_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "handed").mkdir()
    with placed_folder(tmp_path / "handed") as draft:
        (draft / "a").write_text("a")

    assert ["a"] == [one.name for one in (tmp_path / "handed").iterdir()]
    assert ["handed"] == [one.name for one in tmp_path.iterdir()]


def test_every_column_has_words(
    reading: duckdb.DuckDBPyConnection,
) -> None:
    """A new column is put into src/aidledger/services/handing/columns.tsv, in the order of letters."""
    rows = reading.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall()
    tables = loaded_tables() | load_models().keys()
    names = {name for table, name in rows if table in tables}
    words = column_words()
    own = {name for name in words if "." in name}

    assert set() == names - words.keys()
    assert own <= {f"{table}.{name}" for table, name in rows}
    assert list(words) == sorted(words)
    assert all(said.zh and said.en for said in words.values())
