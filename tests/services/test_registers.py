"""Registers of other offices: read in whatever form, tokenised, nothing personal kept, nothing half imported."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.conftest import COUNTY, Office, opened

from aidledger.domain.identity import check_character, check_identity_number
from aidledger.domain.registers.kinds import KINDS
from aidledger.ledger.commitment import account_token, person_token
from aidledger.replay.intake.cells import NUMERIC, said, token_sql
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.querying import query
from aidledger.services.registers.importing import Imported, Wanted, import_register
from aidledger.services.registers.listing import Days, register_at, registers
from aidledger.services.sealing import secrets_of
from aidledger.services.tables.place import tables_folder
from aidledger.store.outcome import Committed

DATED = date(2022, 6, 30)
HEAD = ["序号", "姓名", "公民身份号码", "死亡日期", "住址"]
ADDRESS = "青溪镇八里村六组"
PERSON = next(column for column in KINDS["deaths"].columns if column.name == "person")
PEPPER = b"pepper" * 6


def number(index: int) -> str:
    """Return an identity number that is right."""
    digits = f"5201231950{index % 12 + 1:02d}{index % 28 + 1:02d}{index % 900 + 17:03d}"
    return digits + check_character(digits)


def rows(count: int = 30) -> list[list[str]]:
    """Return rows of a register of deaths."""
    return [
        [str(at), f"买买提·艾力{at}", number(at), f"2022-01-{at % 28 + 1:02d}", ADDRESS]
        for at in range(count)
    ]


def as_csv(path: Path, given: list[list[str]], encoding: str = "utf-8", tab: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=tab).writerows(given)
    return path


def as_book(path: Path, given: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(given):
            for place, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(at, place, cell, None, "1")
                else:
                    sheet.write(at, place, cell)
    return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One ledger for all tests here: each imports as a unit of its own."""
    yield from opened(str(tmp_path_factory.mktemp("registers") / "ledger.sqlite"))


def take(office: Office, path: Path, kind: str = "deaths", **more: Any) -> Imported:
    """Import a file, as from a unit that has the file's name."""
    office.at("2022-07-01")
    given = {"from_unit": path.name, "dated": DATED, "actor": "c1", "office": COUNTY}
    tried = {name: more.pop(name) for name in ("rejects", "dry_run") if name in more}
    return import_register(office.session, path, Wanted(kind, **(given | more)), **tried)


def kept(office: Office, found: Imported, kind: str = "deaths") -> list[tuple[Any, ...]]:
    """Return the rows that were kept of a file, by its entry."""
    assert isinstance(found.outcome, Committed)
    position = found.outcome.receipt.position
    sql = f"SELECT * FROM register_{kind} WHERE position = {position} ORDER BY line"
    return [row[1:] for row in query(office.session, sql, as_of=date(2022, 7, 1)).rows]


def untouched(office: Office) -> tuple[int, set[str]]:
    """Return what an import would change: the size of the log, and the files beside it."""
    folder = tables_folder(office.session.store)
    assert folder is not None
    names = {file.name for file in folder.iterdir()} if folder.exists() else set()
    return office.session.store.head().size, names


def test_every_form_of_a_file_gives_the_same_rows(office: Office, tmp_path: Path) -> None:
    """Also with a title above, spaces, wide digits, a small x, 15 digits, and days in Chinese."""
    good = rows()
    odd = [list(row) for row in good]
    odd[0][2] = odd[0][2].translate({ord("0") + d: ord("０") + d for d in range(10)})
    odd[1][2] = f" {odd[1][2][:6]} {odd[1][2][6:]} "
    odd[2][2] = odd[2][2].lower()
    odd[3][3] = "2022年1月4日"
    odd[4][3] = "2022/1/5"
    title: list[list[str]] = [["县死亡人员名单"], ["制表：某科"]]
    parquet = tmp_path / "e.parquet"
    with duckdb.connect() as engine:
        source = as_csv(tmp_path / "s.csv", [HEAD, *good])
        engine.execute(
            f"COPY (SELECT * FROM read_csv('{source}', all_varchar = true)) TO '{parquet}'"
        )
    files = [
        as_csv(tmp_path / "a.csv", [HEAD, *good]),
        as_csv(tmp_path / "b.csv", [*title, HEAD, *odd], "gb18030"),
        as_csv(tmp_path / "c.tsv", [HEAD, *good], "utf-8-sig", "\t"),
        as_book(tmp_path / "d.xlsx", [*title, HEAD, *odd]),
        parquet,
    ]
    found = [take(office, file) for file in files]
    told = [kept(office, one) for one in found]

    pepper = secrets_of(office.session).pepper
    expected = [(person_token(pepper, row[2]), row[3]) for row in good]
    assert ["UTF-8", "GB18030", "UTF-8", "XLSX", "Parquet"] == [one.read.written for one in found]
    assert [expected] * 5 == [[row[1:3] for row in one] for one in told]
    assert [row[0] for row in told[1]] == list(range(4, 34))
    assert all(one.event.unusable == () and one.event.persons == 30 for one in found)
    assert ("2022-01-01", "2022-01-28") == (found[0].event.first_on, found[0].event.last_on)


def test_nothing_that_names_anybody_is_in_any_file(tmp_path: Path) -> None:
    """Not in the ledger, nor beside it, nor in the list of what can't be used, nor in an error."""
    bad = rows()
    bad[5][2] = bad[5][2][:-1] + ("1" if bad[5][2][-1] != "1" else "2")
    bad[6][3] = "买买提·艾力"
    (tmp_path / "l").mkdir()
    for small in opened(str(tmp_path / "l" / "ledger.sqlite")):
        path = as_csv(tmp_path / "deaths.csv", [HEAD, *bad])
        found = take(small, path, rejects=tmp_path / "l" / "rejects.csv")
        assert 28 == found.event.kept.rows
        found = take(
            small,
            as_csv(
                tmp_path / "bank.csv",
                [["账号", "户名", "金额", "入账日期", "结果"]]
                + [
                    [f"62170000{at:08d}", "买买提·艾力", "1128", "2022-06-10", "成功"]
                    for at in range(9)
                ],
            ),
            "bank_results",
        )
        assert 9 == found.event.kept.rows
    content = {file: file.read_bytes() for file in (tmp_path / "l").rglob("*") if file.is_file()}
    words = ["买买提", ADDRESS, *(row[2] for row in bad), "6217000000000003"]
    with duckdb.connect() as engine:
        for file in content:
            if file.suffix == ".parquet":
                content[file] += str(
                    engine.execute(f"SELECT * FROM read_parquet('{file}')").fetchall()
                ).encode()

    assert any(file.suffix == ".parquet" for file in content)
    found_in = {
        (file.name, word)
        for file, text in content.items()
        for word in words
        if any(word.encode(code) in text for code in ("utf-8", "gb18030", "utf-16-le"))
    }
    assert set() == found_in


def test_what_cannot_be_used_is_counted_and_listed_without_what_stands_there(
    office: Office, tmp_path: Path
) -> None:
    given = rows(40)
    given[1][2] = given[1][2][:17]
    given[2][2] = "5.20123E+17"
    given[3][2] = given[3][2][:10] + "13" + given[3][2][12:]
    given[4][3] = "2022-13-01"
    given[5][3] = "2022-07-01"
    given[6] = list(given[7])
    given[8][2] = ""
    given[9][1], given[9][2] = "另一人", given[10][2]
    given[11].append("多")
    given[12][1], given[12][2], given[12][3] = "买买提•艾力13", given[13][2], "2022-02-02"
    listed = tmp_path / "rejects.csv"
    found = take(office, as_csv(tmp_path / "odd.csv", [HEAD, *given]), rejects=listed)

    told = [row[:5] for row in csv.reader(io.StringIO(listed.read_text("utf-8-sig")))][1:]
    assert [
        ["3", "person", "length", "no", "17 characters"],
        ["4", "person", "lost_digits", "no", "11 characters"],
        ["5", "person", "birth_date", "no", "18 characters"],
        ["6", "died_on", "day", "no", "2022-13-01"],
        ["7", "died_on", "after_dated", "no", "2022-07-01"],
        ["9", "row", "repeated_row", "no", ""],
        ["10", "person", "empty", "no", ""],
        ["12", "name", "other_name", "yes", ""],
        ["13", "row", "too_many_cells", "no", ""],
    ] == [row for row in told if row[0] != "11"]
    assert 40 - 8 == found.event.kept.rows
    assert {one.reason for one in found.event.unusable} == {row[2] for row in told}


def test_a_number_that_a_spreadsheet_has_rounded_is_never_believed(
    office: Office, tmp_path: Path
) -> None:
    """Where numbers end in 000 and fail their check, one that passes by luck is not believed either."""
    lucky = next(
        text
        for at in range(300)
        if check_identity_number(
            text := f"520123{1950 + at // 12}{at % 12 + 1:02d}01{at % 9}000"
        ).ok
    )
    given = rows(20)
    given[0][2] = lucky
    for at in (3, 4):
        given[at][2] = given[at][2][:15] + "000"
    found = take(office, as_csv(tmp_path / "lost.csv", [HEAD, *given]))
    numeric: list[list[Any]] = [HEAD, *rows(20)]
    for at in (2, 5):
        numeric[at][2] = float(int(numeric[at][2][:17] + "0"))
    book = take(office, as_book(tmp_path / "lost.xlsx", numeric))

    assert [("person", "lost_digits", 3)] == [
        (one.column, one.reason, one.rows) for one in found.event.unusable
    ]
    assert 17 == found.event.kept.rows
    assert [("person", "lost_digits", 2)] == [
        (one.column, one.reason, one.rows) for one in book.event.unusable
    ]


def lying(path: Path, sheet: bytes) -> Path:
    """Write a workbook whose sheet says that it is shorter than it is."""
    book = as_book(path, [HEAD, *rows(3)])
    out = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = sheet if item.filename.endswith("sheet1.xml") else old.read(item)
            new.writestr(item.filename, content)
    told = bytearray(out.getvalue())
    size = struct.pack("<L", len(sheet))
    at = 0
    while (at := told.find(size, at)) >= 0:
        told[at : at + 4] = struct.pack("<L", 400)
        at += 4
    path.write_bytes(told)
    return path


def bomb(path: Path) -> Path:
    """Write a workbook that says that it has two gigabytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("xl/worksheets/sheet1.xml", b"0" * 1_000_000)
    told = path.read_bytes().replace(struct.pack("<L", 1_000_000), struct.pack("<L", 2**31 - 1))
    path.write_bytes(told)
    return path


def shifted(given: list[list[str]]) -> list[list[str]]:
    return [HEAD, *([row[0], row[2], row[1], *row[3:]] for row in given)]


BAD = {
    "shifted columns": (
        lambda p: as_csv(p / "bad.csv", shifted(rows())),
        r"line 2: person: expected cells of 身份证号 .*found \d+ characters: .*30 of 30 rows",
    ),
    "days in another column": (
        lambda p: as_csv(p / "bad.csv", [HEAD, *([*r[:3], r[4], r[3]] for r in rows())]),
        r"line 2: died_on: expected cells of 死亡日期 .*found a text of 8 characters",
    ),
    "no header": (
        lambda p: as_csv(p / "bad.csv", rows()),
        r"expected a header with a column 身份证号",
    ),
    "a column missing": (
        lambda p: as_csv(p / "bad.csv", [[*HEAD[:3], "备注"], *(r[:4] for r in rows())]),
        r"line 1: died_on: expected a column died_on .*found none",
    ),
    "a column twice": (
        lambda p: as_csv(p / "bad.csv", [[*HEAD[:4], "身份证号"], *rows()]),
        r"line 1: person: expected once, found column 3 and column 5",
    ),
    "neither encoding": (
        lambda p: _written(p / "bad.csv", "身份证号,死亡日期\n".encode() + b"1,\xff\xff\n"),
        r"line 2: expected text in UTF-8 or GB18030, found bytes of neither",
    ),
    "UTF-16": (
        lambda p: _written(p / "bad.csv", "身份证号,死亡日期\n".encode("utf-16")),
        r"line 1: expected text in UTF-8 or GB18030, found UTF-16",
    ),
    "half a quoted cell": (
        lambda p: _written(p / "bad.csv", '身份证号,死亡日期\n1,2\n"3,4\n'.encode()),
        r"line 3: expected a row of CSV",
    ),
    "a formula": (
        lambda p: as_book(p / "bad.xlsx", [HEAD, *rows(3), ["=1+1", "", "=A2", "", ""]]),
        r"line 5: column A: expected what was typed in, found a formula",
    ),
    "a bomb": (lambda p: bomb(p / "bad.xlsx"), r"too large when unpacked"),
    "a lying size": (
        lambda p: lying(p / "bad.xlsx", b"<a>" + b"0" * 3_000_000),
        r"the workbook cannot be read",
    ),
    "no workbook": (
        lambda p: _written(p / "bad.xlsx", b"PK\x03\x04" + b"0" * 90),
        "cannot be read",
    ),
    "no Parquet": (lambda p: _written(p / "bad.parquet", b"PAR1" + b"0" * 90), "can't be taken in"),
    "numbers as floats": (
        lambda p: as_book(
            p / "bad.xlsx", [HEAD, *([r[0], r[1], float(r[2][:17]), *r[3:]] for r in rows())]
        ),
        r"line 2: person: .*found 1[78] characters: a number stored as a numeric cell has lost digits",
    ),
    "empty": (lambda p: _written(p / "bad.csv", b"\n\n"), "the file is empty"),
    "a header alone": (lambda p: as_csv(p / "bad.csv", [HEAD]), "a header and no rows"),
}


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_line_and_column_and_changes_nothing(
    name: str, office: Office, tmp_path: Path
) -> None:
    make, message = BAD[name]
    path = make(tmp_path)
    before = untouched(office)

    with pytest.raises((RefusedError, ServiceError), match=message) as caught:
        take(office, path)

    assert before == untouched(office)
    assert not any(
        word in str(caught.value) for word in ("买买提", "青溪", *(r[2] for r in rows()))
    )


def test_a_strict_import_and_a_rehearsal_write_nothing(office: Office, tmp_path: Path) -> None:
    given = rows()
    given[3][3] = ""
    path = as_csv(tmp_path / "strict.csv", [HEAD, *given])
    before = untouched(office)
    tried = take(office, path, dry_run=True)
    with pytest.raises(RefusedError, match=r"line 5: died_on"):
        take(office, path, strict=True)
    between = untouched(office)
    done = take(office, path)

    assert before == between
    assert tried.outcome is None
    assert tried.event == done.event


def test_the_same_file_again_gives_the_first_receipt_and_brings_a_lost_table_back(
    office: Office, tmp_path: Path
) -> None:
    path = as_csv(tmp_path / "again.csv", [HEAD, *rows(7)])
    first = take(office, path)
    folder = tables_folder(office.session.store)
    assert folder is not None
    assert isinstance(first.outcome, Committed)
    table = folder / f"{first.event.kept.root}.parquet"
    table.unlink()
    states = [register_at(office.session, first.outcome.receipt.position)[2]]
    again = take(office, path)
    states.append(register_at(office.session, first.outcome.receipt.position)[2])
    table.write_bytes((table.parent / "x").name.encode())

    assert isinstance(again.outcome, Committed)
    assert again.outcome.replayed
    assert first.outcome.receipt == again.outcome.receipt
    assert ["gone", "whole"] == states
    take(office, path)
    assert table.read_bytes().startswith(b"PAR1")


def test_a_newer_register_of_a_unit_takes_the_place_of_the_older(
    office: Office, tmp_path: Path
) -> None:
    path = as_csv(tmp_path / "newer.csv", [HEAD, *rows(5)])
    for day, adds in ((date(2022, 3, 31), False), (date(2022, 4, 30), True), (DATED, False)):
        take(office, path, from_unit="newer", dated=day, adds=adds)
    told = {}
    for day in (date(2022, 3, 31), date(2022, 4, 30), date(2022, 6, 30)):
        _, found = registers(office.session, Days(day))
        told[day] = [
            (one.dated_on, one.age_days, one.replaced_by is None)
            for one in found
            if one.from_unit == "newer"
        ]

    assert {
        date(2022, 3, 31): [("2022-03-31", 0, True)],
        date(2022, 4, 30): [("2022-03-31", 30, True), ("2022-04-30", 0, True)],
        date(2022, 6, 30): [
            ("2022-03-31", 91, False),
            ("2022-04-30", 61, False),
            ("2022-06-30", 0, True),
        ],
    } == told


def test_the_engine_makes_the_tokens_that_the_ledger_makes() -> None:
    values = [number(at) for at in range(50)] + ["6217000012345678", "ab", "一"]
    with duckdb.connect() as engine:
        for form, make in (("person", person_token), ("account", account_token)):
            sql, parameters = token_sql(form, "v", PEPPER)
            made = engine.execute(
                f"SELECT {sql} FROM (SELECT unnest(?::VARCHAR[]) AS v)", [*parameters, values]
            ).fetchall()

            assert [make(PEPPER, value) for value in values] == [row[0] for row in made]


digits = st.text("0123456789", min_size=13, max_size=19)
near = st.builds(
    lambda at, place, put: number(at)[:place] + put + number(at)[place + 1 :],
    st.integers(0, 900),
    st.integers(0, 17),
    st.sampled_from("0123456789XxE+- a"),
)
short = st.builds(lambda at: number(at)[:6] + number(at)[8:17], st.integers(0, 900))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(digits, near, short, st.text(max_size=20)), min_size=20, max_size=60))
def test_the_engine_knows_a_number_where_the_domain_does(cells: list[str]) -> None:
    """Of what has no space in it: spaces, wide digits and a mark are taken off before."""
    cells = [cell.replace(NUMERIC, "").replace("\0", "") for cell in cells]
    plain = said(PERSON)
    with duckdb.connect() as engine:
        found = engine.execute(
            f"SELECT raw_person, text_person, {plain.value} FROM (SELECT *, {plain.number} AS "
            f"number_person FROM (SELECT raw_person, {plain.text} AS text_person FROM "
            "(SELECT unnest(?::VARCHAR[]) AS raw_person)))",
            [cells],
        ).fetchall()

    for _, text, value in found:
        check = check_identity_number(text)
        assert (check.normalized if check.ok else None) == value


def test_a_crash_between_the_file_and_its_entry_leaves_nothing_that_counts(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_csv(tmp_path / "crash.csv", [HEAD, *rows(3)])
    size = office.session.store.head().size
    with monkeypatch.context() as patch:
        patch.setattr(
            "aidledger.services.registers.importing.record",
            lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt()),
        )
        with pytest.raises(KeyboardInterrupt):
            take(office, path)
    left = untouched(office)
    take(office, as_csv(tmp_path / "other.csv", [HEAD, *rows(4)]))
    after = untouched(office)

    assert size == left[0]
    assert 1 == len(left[1] - after[1])
