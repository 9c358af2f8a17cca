from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.cli.shell import on

from aidledger.services.questions.listing import (
    BOM,
    KINDS,
    DisclosureError,
    Table,
    as_csv,
    as_json,
    as_xlsx,
    check_publishable,
    neutral,
    scan,
)


def table(*cells: object) -> Table:
    return Table(
        name="list_made_up",
        title_zh="名单",
        title_en="list",
        columns=("village", "cell"),
        rows=[("520123001001", cell) for cell in cells],
    )


def test_csv_in_a_pipe_has_no_mark_and_the_names_of_the_columns(county: Path) -> None:
    ran = on(county, "list", "case_state", "--format", "csv")
    rows = list(csv.reader(io.StringIO(ran.out)))

    assert not ran.raw.startswith(BOM)
    assert ["case", "stage", "applicant"] == rows[0][:3]
    assert 1 + 16 == len(rows)


def test_csv_in_a_file_has_the_mark_that_spreadsheets_need(county: Path, tmp_path: Path) -> None:
    out = tmp_path / "cases.csv"
    ran = on(county, "list", "case_state", "--output", out)

    assert (0, "") == (ran.code, ran.out)
    assert out.read_bytes().startswith(BOM)
    assert [out] == list(tmp_path.iterdir())


def test_a_workbook_reads_back_as_it_was(county: Path, tmp_path: Path) -> None:
    out = tmp_path / "cases.xlsx"
    on(county, "list", "case_state", "--output", out)
    rows = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    model = on(county, "list", "case_state", "--json").object

    assert model["columns"] == rows[0]
    assert [row["case"] for row in model["rows"]] == [row[0] for row in rows[1:]]


def test_the_same_workbook_has_the_same_bytes() -> None:
    assert as_xlsx(table("a", 1)) == as_xlsx(table("a", 1))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(table(text)).decode())))
    book = as_xlsx(table(text))
    cell = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()[1][1]

    assert "'" + text == rows[1][1] == neutral(text)
    assert text.strip() == str(cell).strip()


def test_a_negative_number_stays_a_number() -> None:
    assert b",-5" in as_csv(table(-5))


FORBIDDEN = [
    ("identity_number", "110101199003077854"),
    ("identity_number", "11010120150607003X"),
    ("identity_number", "11010120150607003x"),
    ("identity_number", "130503670401001"),
    ("identity_number", "1101 0119 9003 0778 54"),
    ("identity_number", "１１０１０１１９９００３０７７８５４"),
    ("identity_number", "张三110101199003077854号"),
    ("identity_number", "110101-19900307-7854"),
    ("bank_number", "6222021234567890128"),
    ("bank_number", "6222 0212 3456 7890 128"),
    ("mobile_number", "13800138000"),
    ("mobile_number", "138-0013-8000"),
    ("mobile_number", "电话13800138000"),
    ("health_word", "肢体残疾二级"),
    ("health_word", "患尿毒症"),
    ("health_word", "Disability grade 2"),
]


@pytest.mark.parametrize(("kind", "text"), FORBIDDEN)
def test_the_scanner_finds_what_must_never_be_public_in_every_format(kind: str, text: str) -> None:
    listed = table("fine", text)

    assert {kind} <= {hit.kind for hit in scan(as_csv(listed))}
    assert {kind} <= {hit.kind for hit in scan(as_xlsx(listed))}
    assert {kind} <= {hit.kind for hit in scan(str(as_json(listed)).encode())}


def test_the_scanner_says_where_and_never_what() -> None:
    with pytest.raises(DisclosureError) as caught:
        check_publishable("list_made_up", as_csv(table("fine", "110101199003077854")))

    assert "identity_number on line 3" in str(caught.value)
    assert "110101199003077854" not in str(caught.value)
    assert 1 == caught.value.exit_code


@pytest.mark.parametrize(
    "text",
    [
        *("520123-2022-000017", "520123001001", "2022-03-31", "1128.00", "0851-88000000"),
        *(
            "张*",
            "欧阳*",
            "110101199003077855",
            "[113,194,212,235,236]",
            "分散供养",
            "138001380000",
        ),
    ],
)
def test_the_scanner_lets_ordinary_cells_pass(text: str) -> None:
    assert [] == list(scan(as_csv(table(text))))
    assert [] == list(scan(as_xlsx(table(text))))


def test_every_kind_is_planted_above() -> None:
    assert set(KINDS) == {kind for kind, _ in FORBIDDEN}


@pytest.mark.parametrize("name", ["list_approved", "list_paid", "list_publicity"])
@pytest.mark.parametrize("kind", ["table", "csv", "json", "xlsx"])
def test_the_public_lists_of_the_county_pass_the_scanner(
    county: Path, tmp_path: Path, name: str, kind: str
) -> None:
    out = tmp_path / f"list.{kind}"
    ran = on(county, "list", name, "--format", kind, "--output", out)

    assert 0 == ran.code, ran.err


def test_a_public_list_with_a_name_of_an_illness_is_not_written(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "aidledger.interfaces.cli.lists.read_table", lambda *_args, **_more: table("肢体残疾")
    )
    out = tmp_path / "list.csv"
    ran = on(ledger, "list", "list_approved", "--output", out)
    shown = on(ledger, "list", "list_approved")
    zh = on(ledger, "--lang", "zh", "list", "list_approved", "--format", "csv")

    assert [1, 1, 1] == [ran.code, shown.code, zh.code]
    assert "found health_word on line 2" in ran.err
    assert "绝不可公开" in zh.err
    assert not out.exists()
    assert "" == shown.out == zh.out


def test_an_unknown_model_is_answered_with_the_list_of_them(county: Path) -> None:
    ran = on(county, "list", "case_stat")

    assert (2, "") == (ran.code, ran.out)
    assert "aidledger list shows the models" in ran.err
