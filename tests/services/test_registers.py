"""Registers of other offices: read in whatever form, tokenised, nothing personal kept, nothing half imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.services.conftest import Office, opened
from tests.services.registerfiles import (
    ADDRESS,
    DATED,
    HEAD,
    PEPPER,
    PERSON,
    as_book,
    as_csv,
    kept,
    number,
    rows,
    take,
    untouched,
)

from aidledger.domain.identity import check_identity_number
from aidledger.domain.registers.kinds import KINDS
from aidledger.ledger.commitment import account_token, person_token
from aidledger.replay.intake.cells import NUMERIC, said, token_sql
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.problems import RefusedError
from aidledger.services.registers.listing import Days, register_at, registers
from aidledger.services.tables.place import tables_folder
from aidledger.store.outcome import Committed


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One ledger for all tests here: each imports as a unit of its own."""
    yield from opened(str(tmp_path_factory.mktemp("registers") / "ledger.sqlite"))


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
    values = [number(at) for at in range(50)] + ["6217000012345678", "AB", "一"]
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
@example(["000000000101000", "01010119900307785X", "010101199003077852", "110101000101001"] * 5)
@example([f"11010100010101{at:03}{end}" for at in range(1, 60) for end in "0123456789X"])
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


def read_as(form: str, cells: list[str], of: str = "") -> list[Any]:
    """Return what a column of a form makes of cells; `of` the kind and name of one, as ``kind.name``."""
    columns = {
        f"{kind.name}.{column.name}": column
        for kind in KINDS.values()
        for column in kind.columns
        if column.form == form and (form != "hundredths" or "_fen" in column.name)
    }
    column = columns[of or next(iter(columns))]
    told = said(column)
    with duckdb.connect() as engine:
        found = engine.execute(
            f"SELECT {told.value} FROM (SELECT *, {told.text} AS text_{column.name} FROM "
            f"(SELECT unnest(?::VARCHAR[]) AS raw_{column.name}))",
            [cells],
        ).fetchall()
    return [row[0] for row in found]


def test_a_decimal_comma_is_no_amount() -> None:
    cells = ["1128.50", "1,128.50", "12,345,678", "1128,50", "1,12", "1,1280", ",5"]

    assert [112_850, 112_850, 1_234_567_800, None, None, None, None] == read_as("hundredths", cells)


def test_half_a_month_is_none() -> None:
    """Typed into a spreadsheet 2022.10 becomes 2022.1, which would be January."""
    sure = ["2022-10", "2022.10", "202210", "2022年1月", "2022-1", "2022.1.5"]
    unsure = ["2022.1", f"{NUMERIC}2022.1", "20221", "2022. 1"]

    assert ["2022-10"] * 3 + ["2022-01"] * 3 == read_as("month", sure)
    assert [None] * 4 == read_as("month", unsure)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (
            "other_county.programme",
            {
                "低保边缘家庭": "other",
                "特困职工": "other",
                "农村低保": "dibao",
                "分散特困": "tekun",
            },
        ),
        (
            "bank_results.result",
            {"未成功": "returned", "无法入账": "returned", "拒绝": "returned", "交易成功": "paid"},
        ),
        (
            "companies.state",
            {"未注销": "open", "非正常户": "closed", "已注销": "closed", "存续（在营）": "open"},
        ),
        (
            "pension.scheme",
            {"城镇居民社会养老保险": "resident", "城镇企业职工": "worker", "机关事业": "staff"},
        ),
    ],
)
def test_a_word_within_another_is_not_taken_for_it(of: str, words: dict[str, str]) -> None:
    """R05, R08, R11, R12: a family just above the limit was accused of support in two counties."""
    assert list(words.values()) == read_as("choice", list(words), of)
