from __future__ import annotations

import csv
import io
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from tests.cli.shell import on

from aidledger.services.handing.workbook import as_xlsx
from aidledger.services.questions.listing import (
    BOM,
    KINDS,
    DisclosureError,
    Table,
    as_csv,
    as_json,
    cell_text,
    check_publishable,
    in_doubt,
    neutral,
    plain_value,
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


def test_a_workbook_marks_what_a_cell_cant_hold_and_goes_on_where_a_sheet_is_full() -> None:
    book = as_xlsx(table("长" * 40_000, 2, 3, 4), most_rows=3)
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
    pages = [sheets.get_sheet_by_name(name).to_python() for name in sheets.sheet_names]

    assert [3, 3] == [len(page) for page in pages]
    assert ("长" * 32_766 + "…", 4.0) == (pages[0][1][1], pages[1][2][1])


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


PIECES = st.one_of(
    st.sampled_from(
        ["13800138000", "8613800138000", "6222021234567890128", "110101199003077854", "520123001001"]
    ),
    st.sampled_from([*"0123456789Xx１３²①", *" \u00a0\u3000-_.·,'\t\n\r\x1c\u2028\u0301"]),
    st.sampled_from(["hıv", "HİV", "ﬀ", "diſeaſe", "DISA", "bled", "残", "疾", "癌", "é", "周", "\ufffd"]),
)  # fmt: skip


def broken(text: str, at: int, mark: str) -> str:
    return text[:at] + mark + text[at:]


@settings(max_examples=1_500, deadline=None)
@given(
    st.lists(st.builds(broken, PIECES, st.integers(0, 18), st.sampled_from(["", *" -.·_/\u3000"])))
)
def test_what_is_not_in_doubt_has_nothing_in_it_however_closely_it_is_looked_at(
    pieces: list[str],
) -> None:
    content = "".join(pieces).encode()
    quick = list(scan(content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aidledger.services.questions.listing.in_doubt", lambda _: True)

        assert list(scan(content)) == quick


@pytest.mark.parametrize(("kind", "text"), FORBIDDEN)
@pytest.mark.parametrize("before", ["", "520123001001,", "周", "520123001001 1,2022-03-31,", "é·"])
def test_what_must_never_be_public_is_in_doubt_wherever_it_stands(
    before: str, kind: str, text: str
) -> None:
    del kind
    assert in_doubt(unicodedata.normalize("NFKC", before + text))


@pytest.mark.parametrize(
    "text", ["520123001001,1,上河村,周*,2025-12-12,[352,25623,88219]", "", "1"]
)
def test_the_lines_of_a_list_are_not_in_doubt(text: str) -> None:
    assert not in_doubt(text)


def test_every_letter_that_is_one_of_an_illness_where_case_is_ignored_is_seen() -> None:
    letters = "".join(sorted(set("disab illness disease cancer tumour tumor paraly dementia hiv")))
    alike = re.compile(f"[{letters.strip()}]", re.IGNORECASE)
    every = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    normal = [one for one in every if unicodedata.is_normalized("NFKC", one)]

    assert {"ı", "İ"} == {
        one for one in normal if alike.fullmatch(one) and one.lower() not in letters
    }
    assert in_doubt("hıv")
    assert in_doubt("HİV")


@pytest.mark.parametrize(
    "value", [[], [1], [0, -5, 10**20], [1, True], [True], ["a", 1], [None], [[1]], [1.5], ['é\u2028"']]
)  # fmt: skip
def test_a_list_is_written_as_json_has_it(value: list[Any]) -> None:
    expected = json.dumps(plain_value(value), ensure_ascii=False, separators=(",", ":"))

    assert expected == cell_text(value)


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
