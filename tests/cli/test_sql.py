"""``sql``: one SELECT over views and models, read-only, bounded in time, memory and rows."""

from __future__ import annotations

import csv
import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from tests.cli.shell import Ran, aidledger
from tests.domain.people import CASE
from tests.services.conftest import Office, opened
from tests.services.test_recording import approve, on_case

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.statements import MAX_SQL_BYTES
from aidledger.replay import querying
from aidledger.services.generations.rebuilding import (
    generations_folder,
    generations_of,
    rebuild,
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    for office in opened(str(tmp_path_factory.mktemp("sql") / "county.db")):
        approve(office)
        yield office


@pytest.fixture
def own_office(tmp_path: Path) -> Iterator[Office]:
    """An office of which one test may rebuild the tables: a generation answers for the entries."""
    for office in opened(str(tmp_path / "county.db")):
        approve(office)
        yield office


def ask(office: Office, sql: str, *words: str, stdin: bytes = b"") -> Ran:
    return aidledger("--ledger", office.location, "sql", sql, *words, stdin=stdin)


def test_views_and_models_are_asked_together(office: Office) -> None:
    sql = """SELECT s."case", s.stage, e.monthly_fen, s.stage FROM case_state AS s
             JOIN entitlement_set AS e ON e.stream = s."case" """
    ran = ask(office, sql, "--json")

    assert ["case", "stage", "monthly_fen", "stage_2"] == ran.object["columns"]
    assert [CASE] == [row["case"] for row in ran.object["rows"]]
    assert {"approved"} == {
        row[name] for row in ran.object["rows"] for name in ("stage", "stage_2")
    }


def test_it_is_asked_of_both_times_and_of_points(office: Office) -> None:
    """The approval holds from 20 January on, and was recorded then."""
    sql = "SELECT COUNT(*) AS n FROM application_approved"
    asked = [(), ("--as-of", "2022-01-19"), ("--known-on", "2022-01-19"), ("--at", "0")]

    assert [1, 0, 0, 0] == [
        ask(office, sql, *one, "--json").object["rows"][0]["n"] for one in asked
    ]


def test_a_generation_gives_what_memory_gives(own_office: Office) -> None:
    sql = 'SELECT * FROM case_state ORDER BY "case"'
    before = ask(own_office, sql, "--json").object
    rebuild(own_office.session, models=["case_state"])

    after = ask(own_office, sql, "--json").object

    assert (None, 1) == (before.pop("generation"), after.pop("generation"))
    assert ("entries", "generation") == (before.pop("source"), after.pop("source"))
    assert before == after


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM entry", "one SELECT"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("ATTACH 'x.db'", "one SELECT"),
        ("COPY entry TO 'x.csv'", "one SELECT"),
        ("SELECT * FROM nowhere", "an event view or a model"),
        ("SELECT * FROM read_csv('{file}')", "disabled"),
        ("SELECT * FROM '{file}'", "an event view or a model"),
        ("SELECT getenv('HOME')", "getenv"),
        ("SELECT nothing FROM entry", "nothing"),
    ],
)
def test_nothing_else_is_read_or_written(
    sql: str, said: str, office: Office, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    ran = ask(office, sql.format(file=tmp_path / "x.csv"))

    assert (3, "") == (ran.code, ran.out)
    assert said in ran.err


def test_whoever_asks_too_much_is_told(office: Office) -> None:
    """In time, memory and rows; an answer that is cut says so."""
    endless = "SELECT COUNT(*) AS n FROM entry AS a, RANGE(10000000000) AS b, RANGE(99) AS c"
    slow = ask(office, endless, "--seconds", "1")
    wide = "SELECT LIST(r.range) AS l FROM RANGE(100000000) AS r"
    large = ask(office, wide, "--memory", "100MB", "--seconds", "30")
    cut = ask(office, "SELECT position FROM entry ORDER BY position", "--most", "2", "--json")

    assert (3, True) == (slow.code, "expected an answer within 1 s" in slow.err)
    assert (3, True) == (large.code, "memory" in large.err.lower())
    assert ([{"position": 0}, {"position": 1}], True) == (cut.object["rows"], cut.object["more"])
    assert "only the first 2 rows" in cut.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--threads", "100000"), "--threads: expected 1 to 1024, found 100000"),
        (("--threads", "0"), "--threads: expected 1 to 1024, found 0"),
        (("--memory", "1PB"), "--memory: expected a size such as 512MB or 2GB, found 1PB"),
        (("--memory", "0GB"), "--memory: expected a size such as 512MB or 2GB, found 0GB"),
    ],
)
def test_an_engine_that_no_machine_has_is_refused(
    words: tuple[str, str], said: str, office: Office
) -> None:
    ran = ask(office, "SELECT 1 AS a", *words)

    assert (2, "") == (ran.code, ran.out)
    assert said in ran.err


def test_it_comes_as_a_table_or_a_file(office: Office, tmp_path: Path) -> None:
    """Also from standard input; text that a spreadsheet would run is text."""
    sql = "SELECT position, stream, recorded_at, now() AS asked, '=1+1' AS f FROM entry LIMIT 3"
    shown = {
        lang: aidledger("--lang", lang, "--ledger", office.location, "sql", sql)
        for lang in ("zh", "en")
    }
    file = tmp_path / "answer.csv"
    ran = ask(office, "-", "--output", str(file), stdin=sql.encode())
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))

    assert {0} == {one.code for one in (*shown.values(), ran)}
    assert [] == [x for one in shown.values() for x in one.out.split("\n") if layout.width(x) > 80]
    assert 3 == len(rows)
    assert "'=1+1" == rows[0]["f"]


@pytest.mark.parametrize("words", [("-",), ("--shell",)])
def test_a_question_that_is_no_utf_8_is_an_error_of_who_asks(
    words: tuple[str, ...], office: Office
) -> None:
    """As a file of another encoding is, saved by an older editor."""
    ran = ask(office, *words, stdin="SELECT '特困' AS kind;\n".encode("gb18030"))

    assert ran.code in {2, 3}
    assert "UTF-8" in ran.err


def test_a_question_is_read_whole_or_not_at_all(office: Office) -> None:
    """What stands behind the limit may be what it turns on: here, that there is nothing to answer."""
    sql = "SELECT 1 AS a --" + "x" * MAX_SQL_BYTES + "\nWHERE false"
    ran = ask(office, "-", stdin=sql.encode())

    assert (2, "") == (ran.code, ran.out)
    assert "1 MiB" in ran.err


def test_what_is_not_there_is_named_in_its_own_script_with_what_is(office: Office) -> None:
    column = ask(office, "SELECT 姓名 FROM case_state").err
    table = ask(office, "SELECT * FROM 个案").err

    assert '"姓名"' in column
    assert "Candidate bindings" in column
    assert "found 个案" in table


def test_a_sample_is_drawn_again_and_one_that_was_chosen_by_hand_is_found(
    office: Office, tmp_path: Path
) -> None:
    """Also after the log has grown; whoever edits a row, the seed or the root is named."""
    file = tmp_path / "sample.json"
    words = ("audit", "sample", "entry", "--rows", "4", "--by", "office", "--json")
    made = aidledger("--ledger", office.location, *words, "--output", str(file))
    office.act("2022-02-01", on_case("VisitMade", visitor="v1"))
    again = aidledger("--ledger", office.location, "audit", "sample", "--check", str(file))
    told = json.loads(file.read_bytes())
    told["sample"]["drawn"][0]["row"]["office"] = "another"
    file.write_text(json.dumps(told))
    edited = aidledger(
        "--ledger", office.location, "audit", "sample", "--check", str(file), "--json"
    )

    assert [0, 0, 5] == [one.code for one in (made, again, edited)]
    assert made.object["sample"]["seed"] == told["sample"]["seed"]
    assert ["drawn"] == edited.object["differs"]


def test_a_sample_of_a_generation_that_was_edited_does_not_come_out_again(
    own_office: Office, tmp_path: Path
) -> None:
    """Its owner takes a row out of the population; who draws again reads the entries."""
    rebuild(own_office.session)
    current = generations_of(own_office.session.store).current()
    assert current is not None
    place = generations_folder(own_office.location) / current.file
    with duckdb.connect(str(place)) as generation:
        generation.execute("UPDATE case_state SET display_name = 'x'")
    file = tmp_path / "sample.json"
    words = ("audit", "sample", "case_state", "--rows", "1", "--output", str(file))
    made = aidledger("--ledger", own_office.location, *words)
    again = aidledger("--ledger", own_office.location, "audit", "sample", "--check", str(file))

    assert [0, 5] == [made.code, again.code], again.err
    assert "root" in again.out


@pytest.mark.parametrize(
    "edit",
    [
        {"schema": "aidledger/audit-sample/v2"},
        {"size": -1},
        {"conclusion": "all of them were looked at"},
    ],
)
def test_a_sample_of_another_form_is_none(
    edit: dict[str, object], office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "sample.json"
    words = ("audit", "sample", "entry", "--rows", "2", "--output", str(file))
    assert 0 == aidledger("--ledger", office.location, *words).code
    file.write_text(json.dumps(json.loads(file.read_bytes()) | edit))
    ran = aidledger("--ledger", office.location, "audit", "sample", "--check", str(file))

    assert (3, True) == (ran.code, "expected a sample" in ran.err)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("nowhere --rows 3", 3, "expected a model or an event view"),
        ("entry --rows 100000", 3, "expected a sample of 1 to"),
        ("entry", 2, "--rows"),
        ("entry --rows 3 --by office --money position", 2, "--by or --money"),
        ("--check {file}", 3, "expected a sample as audit sample --output writes it"),
    ],
)
def test_a_sample_that_cannot_be_drawn_says_why(
    words: str, code: int, said: str, office: Office, tmp_path: Path
) -> None:
    (tmp_path / "x.json").write_text("{}")
    given = words.format(file=tmp_path / "x.json").split()
    ran = aidledger("--ledger", office.location, "audit", "sample", *given)

    assert (code, True) == (ran.code, said in ran.err), ran.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sample_fits_80_columns(lang: str, office: Office) -> None:
    words = ("audit", "sample", "entry", "--rows", "3", "--money", "version")
    ran = aidledger("--lang", lang, "--ledger", office.location, *words)

    assert 0 == ran.code
    assert [] == [line for line in ran.out.split("\n") if layout.width(line) > 80]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT length(repeat('x', 3000000000))", "Out of Memory"),
        ("SELECT repeat('x', 100000) FROM range(1000)", "67,108,864 characters"),
    ],
)
def test_texts_that_the_engine_does_not_count_fill_no_memory(
    sql: str, said: str, office: Office
) -> None:
    """One row of one long text took 11 GB with --memory 1600MB, and one of many was laid out for minutes."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    ran = ask(office, sql)

    assert (3, True) == (ran.code, said in ran.err)
    assert before == resource.getrlimit(resource.RLIMIT_DATA)


def test_a_question_is_stopped_whose_first_statement_outlasted_its_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the engine folds while it plans looks up from no work: the SELECT behind it ran without end."""

    def slowly(_: object, sql: str) -> str:
        time.sleep(1.5)
        return sql

    monkeypatch.setattr(querying, "_with_texts", slowly)
    endless = "SELECT count(*) FROM range(100000000) AS a, range(1000000) AS b"
    ran = ask(office, endless, "--seconds", "1")

    assert (3, True) == (ran.code, "an answer within 1 s" in ran.err)
