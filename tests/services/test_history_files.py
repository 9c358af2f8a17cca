"""Files of history: every format gives the same entries, and whatever is wrong is named by its row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from tests.services.conftest import Office, opened
from tests.services.historyfiles import (
    TOWN,
    accepted,
    imported,
    quiet,
    said,
    visit,
    visitors,
    written,
)

from aidledger.domain.events.catalog import EVENTS
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.importing import checking, flat, requests, sources
from aidledger.services.importing.bulk import Wanted, check_history
from aidledger.services.importing.rejects import read_rejects
from aidledger.services.importing.requests import Defaults, proposal_in
from aidledger.services.importing.sources import RawRow
from aidledger.services.problems import Problem, RefusedError, ServiceError

TABLE = [
    ["stream", "effective_on", "actor", "office", "visitor", "normal", "personal.note"],
    ["case/520123-2022-000001", "2022-01-05", "u1", TOWN, "0012", "true", "安好"],
    ["case/520123-2022-000002", "2022-02-06", "u1", TOWN, "u3", "否", ""],
]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Office]:
    yield from opened(str(tmp_path / "ledger.sqlite"))


def sheet(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def xlsx(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for line, row in enumerate(rows):
        page.write_row(line, 0, row)
    book.close()
    return out.getvalue()


def parquet(path: Path, rows: list[list[Any]]) -> bytes:
    names = ", ".join(f'"{name}"' for name in rows[0])
    values = ", ".join(f"({', '.join('?' * len(row))})" for row in rows[1:])
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM (VALUES {values}) AS t({names})) TO '{path}' (FORMAT PARQUET)",
            [cell or None for row in rows[1:] for cell in row],
        )
    return path.read_bytes()


def contents(folder: Path) -> dict[str, bytes]:
    chinese = [["流", "生效日期", "经办人", "机构", *TABLE[0][4:]], *TABLE[1:]]
    return {
        "utf-8": sheet(TABLE).encode(),
        "utf-8 with mark": b"\xef\xbb\xbf" + sheet(TABLE).encode(),
        "gb18030": sheet(TABLE).encode("gb18030"),
        "tabs": sheet(TABLE, "\t").encode(),
        "chinese titles": sheet(chinese).encode(),
        "xlsx": xlsx(TABLE),
        "parquet": parquet(folder / "x.parquet", TABLE),
    }


def problems(path: Path, **wanted: Any) -> list[Problem]:
    with pytest.raises(RefusedError) as caught:
        check_history(path, Wanted(**wanted), progress=lambda _: lambda _done, _of: None)
    return list(caught.value.problems)


def places(path: Path, **wanted: Any) -> list[tuple[int | None, str, str]]:
    return [(one.line, one.field, one.code) for one in problems(path, **wanted)]


@pytest.mark.parametrize(
    "name",
    ["utf-8", "utf-8 with mark", "gb18030", "tabs", "chinese titles", "xlsx", "parquet"],
)
def test_every_format_of_a_table_gives_the_same_entries(
    town: Office, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "table"
    path.write_bytes(contents(tmp_path)[name])
    done = imported(town.session, path, type_name="VisitMade")
    found = [one for one in said(town.session.store) if one[0] == "VisitMade"]
    notes = [entry.sealed for entry in town.session.stream("case/520123-2022-000001")]
    assert town.session.vault is not None

    assert [("2022-01-05", "0012", True), ("2022-02-06", "u3", False)] == [
        (one[3], one[4]["visitor"], one[4]["normal"]) for one in found
    ]
    assert "安好" == town.session.vault.open(notes[0]["note"])
    first = 1 if name == "parquet" else 2
    assert [f"import:{done.file_hash}#{first + at}" for at in range(2)] == [
        one[4]["source"] for one in found
    ]


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_a_code_in_a_number_cell_has_lost_its_zeros_and_is_named(tmp_path: Path, form: str) -> None:
    path = tmp_path / "table"
    rows: list[list[Any]] = [TABLE[0], [*TABLE[1][:4], 12, "true", ""]]
    if form == "xlsx":
        path.write_bytes(xlsx(rows))
    else:
        parquet(path, rows)
    first = 1 if form == "parquet" else 2

    assert [(first, "visitor", "numeric_cell")] == places(path, type_name="VisitMade")


def test_money_may_be_given_in_yuan_and_must_agree_with_fen(tmp_path: Path) -> None:
    header, sample = flat.sample_table("PaymentIssued").splitlines()
    cells = dict(zip(header.split(","), sample.split(","), strict=True))
    kept: list[Problem] = []
    only_yuan = {**cells, "amount_fen": "", "amount_yuan": "1128.50"}

    assert 112_850 == flat.request_of("PaymentIssued", 2, only_yuan, kept)["data"]["amount_fen"]
    assert [] == kept

    flat.request_of("PaymentIssued", 2, only_yuan | {"amount_fen": "112800"}, kept)

    assert ["amount_yuan"] == [problem.field for problem in kept]


def test_the_template_of_every_flat_type_is_a_row_in_good_form() -> None:
    wrong, lists = [], 0
    for name in EVENTS:
        try:
            header, sample = csv.reader(io.StringIO(flat.sample_table(name)))
        except ServiceError:
            lists += 1
            continue
        row = RawRow(line=2, cells=dict(zip(header, sample, strict=True)))
        try:
            proposal_in(row, Defaults(file_hash="0" * 64, type_name=name))
        except RefusedError as refused:
            wrong.append((name, refused.problems[0].field))

    assert [("KeyRegistered", "data.public_key")] == wrong
    assert lists < len(EVENTS) // 7


HOSTILE: dict[str, tuple[bytes, tuple[int, str, str]]] = {
    "a NUL byte": (b'{"type":"VisitMade\0"}\n', (2, "", "not_json")),
    "no object": (b"[1]\n", (2, "", "not_json")),
    "no text": (b'{"type":"\xff\xfe"}\n', (2, "", "not_json")),
    "nested too deep": (b"[" * 100_000 + b"\n", (2, "", "not_json")),
    "a stream that is a number": (
        json.dumps(visit(1, stream=7)).encode() + b"\n",
        (2, "stream", "missing_field"),
    ),
    "an unknown type": (
        json.dumps(visit(1, type="VisitFaked")).encode() + b"\n",
        (2, "type", "unknown_type"),
    ),
    "a field too many": (
        json.dumps(visit(1, data={"visitor": "x", "bribe_fen": 1})).encode() + b"\n",
        (2, "data.bribe_fen", "bad_data"),
    ),
    "ten megabytes": (
        json.dumps(visit(1, personal={"note": "x" * 10_000_000})).encode() + b"\n",
        (2, "personal.note", "bad_personal"),
    ),
    "a row again": (json.dumps(visit(0)).encode() + b"\n", (2, "", "doubled_row")),
    "half a line": (json.dumps(visit(1)).encode()[:-9], (2, "", "half_line")),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_row_is_named_and_kept_whole_while_the_others_are_recorded(
    town: Office, tmp_path: Path, name: str
) -> None:
    row, place = HOSTILE[name]
    after = b"" if name == "half a line" else json.dumps(visit(2)).encode()
    path = written(tmp_path / "h.jsonl", visit(0), row, after)

    assert [place] == places(path)

    imported(town.session, path, keep_going=True)
    [kept] = read_rejects(tmp_path / "rejects.jsonl")
    text = kept["row"].encode() if "row" in kept else requests_bytes(kept["row_base64"])

    assert (2, row.strip()) == (kept["line"], text)
    assert ["v0", "v2"][: 1 if not after else 2] == visitors(town.session.store)


def requests_bytes(text: str) -> bytes:
    import base64  # noqa: PLC0415 - one test asks for it

    return base64.b64decode(text)


def test_a_line_without_end_is_no_row_and_takes_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_LINE_BYTES", 1_000)
    path = written(tmp_path / "h.jsonl", visit(0), b"x" * 1_001)
    with pytest.raises(ServiceError, match="line 2 has more than 1000 bytes"):
        check_history(path, Wanted(), progress=lambda _: lambda _done, _of: None)


def test_every_bad_row_is_named_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", visit(0), b"{\n", visit(1), visit(0), b"\n", b"[]\n")

    assert [(2, "", "not_json"), (4, "", "doubled_row"), (6, "", "not_json")] == places(path)


def test_how_many_rows_are_bad_is_said_where_not_all_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_NAMED", 3)
    rows = [visit(number, effective_on="2022-02-30") for number in range(5)]
    for count, told in ((5, [None, 1, 2, 3]), (3, [1, 2, 3])):
        path = written(tmp_path / f"{count}.jsonl", *rows[:count])
        with pytest.raises(RefusedError) as refused:
            check_history(path, Wanted(), progress=quiet)

        assert told == [problem.line for problem in refused.value.problems]
        assert (5 == count) is ("5 bad rows" in refused.value.problems[0].found)


def test_what_was_refused_can_be_put_right_and_imported_from_the_rejects(
    town: Office, tmp_path: Path
) -> None:
    path = written(tmp_path / "h.jsonl", visit(0), visit(1, effective_on="2022-02-30"))
    imported(town.session, path, keep_going=True)
    rows = [one["row"] for one in read_rejects(tmp_path / "rejects.jsonl")]
    again = tmp_path / "again.jsonl"
    again.write_text("".join(f"{row.replace('02-30', '02-28')}\n" for row in rows))
    imported(town.session, again)

    assert ["v0", "v1"] == visitors(town.session.store)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"PAR1 and nothing else", "Parquet"),
        (b"PK\x03\x04 and nothing else", "workbook"),
        (b"\xd0\xcf\x11\xe0", "old or encrypted workbook"),
        (b"stream\n\xff\xff\xff", "UTF-8 or GB18030"),
    ],
)
def test_a_file_that_is_nothing_of_the_kind_is_refused(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ServiceError, match=words):
        check_history(
            path, Wanted(type_name="VisitMade"), progress=lambda _: lambda _done, _of: None
        )


@pytest.mark.parametrize(
    ("type_name", "words"),
    [
        ("", "expected --type"),
        ("VisitFaked", "expected an event type"),
        ("HouseholdSurveyed", "import this type as JSON Lines"),
    ],
)
def test_a_table_needs_a_type_that_fits_one(tmp_path: Path, type_name: str, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(sheet(TABLE))
    with pytest.raises(ServiceError) as caught:
        check_history(path, Wanted(type_name=type_name), progress=lambda _: lambda _done, _of: None)

    assert words in f"{caught.value} {caught.value.hint}"


def test_a_header_of_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(sheet([["stream", "visited", "effective_on"], ["case/1", "x", "2022-01-01"]]))

    assert [(1, "column 2", "unknown_column"), (1, "visitor", "missing_column")] == places(
        path, type_name="VisitMade"
    )


def test_rows_of_a_table_are_refused_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [
        TABLE[0],
        [*TABLE[1][:1], "2022-13-01", *TABLE[1][2:]],
        [*TABLE[1], "one too many"],
        [*TABLE[1][:5], "perhaps", ""],
        ["village/1", *TABLE[1][1:]],
    ]
    path.write_text(sheet(rows) + '"never closed,2022-01-01\n')

    assert [
        (2, "effective_on", "bad_day"),
        (3, "", "too_many_cells"),
        (4, "normal", "bad_cell"),
        (5, "stream", "bad_stream"),
        (6, "", "bad_csv"),
    ] == places(path, type_name="VisitMade")


VALUES = st.sampled_from(
    [None, True, 7, -1, 1.5, "", "x", "好", "2022-02-30", "0" * 121, [], ["x"], {}, {"note": ""}]
)
KEYS = st.sampled_from(["type", "stream", "effective_on", "actor", "office", "personal", "despite"])
DATA_KEYS = st.sampled_from(["visitor", "form", "source", "normal", "evidence", "other"])


@given(
    changes=st.dictionaries(KEYS, VALUES, max_size=2),
    data=st.dictionaries(DATA_KEYS, VALUES, max_size=2),
    missing=st.sets(KEYS, max_size=1),
)
def test_a_row_read_in_one_go_is_what_the_careful_reading_gives(
    changes: dict[str, Any], data: dict[str, Any], missing: set[str]
) -> None:
    value = visit(1, personal={"note": "好"}) | changes
    value["data"] = {**value["data"], **data}
    value = {key: kept for key, kept in value.items() if key not in missing}
    row = RawRow(line=3, text=json.dumps(value).encode())
    quick = requests._in_good_form(row, Defaults(file_hash="0" * 64))
    value["data"].setdefault("source", f"import:{'0' * 64}#3")
    try:
        careful = proposal_of(value, 3)
    except RefusedError:
        careful = None

    assert quick in (None, careful)


def test_most_rows_are_read_in_one_go() -> None:
    row = RawRow(line=3, text=json.dumps(visit(1)).encode())

    assert requests._in_good_form(row, Defaults(file_hash="0" * 64)) is not None
    assert accepted(1)["type"] == "ApplicationAccepted"


def test_what_an_import_keeps_on_the_disk_meanwhile_gives_no_number_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed import leaves the file of digests: a row that is guessed must not be found in it."""
    kept: list[str] = []

    def repeated(path: Path) -> Iterator[tuple[int, int]]:
        kept.append(path.read_text())
        return iter(())

    monkeypatch.setattr(checking, "repeated_lines", repeated)
    path = tmp_path / "visits.csv"
    path.write_text("stream,effective_on,visitor\ncase/520123-2022-000001,2022-01-04,v\n")
    for _ in range(2):
        file = sources.HistoryFile(path, "VisitMade")
        checking.check(file, Defaults(file_hash="0" * 64, type_name="VisitMade"), as_is=False)

    assert 2 == len(set(kept))
