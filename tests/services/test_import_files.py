"""Files as clerks' spreadsheets write them: nothing of them is left out without a word."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from aidledger.interfaces.cli.faults import problem_text
from aidledger.interfaces.cli.phrases import chinese
from aidledger.services.importing.cells import Cells
from aidledger.services.importing.sources import HistoryFile, encoding_of
from aidledger.services.importing.table import Row, read_table
from aidledger.services.problems import Problem, RefusedError, ServiceError

TITLES = {"case": ("案件编号",), "name": ("姓名",), "area": ("城乡",)}
HEAD = ("案件编号", "姓名", "城乡")
FIRST, SECOND = ("1", "甲", "农村"), ("2", "乙", "城镇")


def book(*sheets: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    for rows in sheets:
        page = made.add_worksheet()
        for line, row in enumerate(rows):
            page.write_row(line, 0, row)
    made.close()
    return out.getvalue()


def lines(*rows: Sequence[str], by: str = ",") -> str:
    return "\n".join(by.join(row) for row in rows) + "\n"


def test_rows_in_another_sheet_are_not_left_out_silently() -> None:
    with pytest.raises(ServiceError, match="first sheet only"):
        read_table(book((HEAD, FIRST), (HEAD, SECOND)), TITLES, ["case"])
    with pytest.raises(ServiceError, match="first sheet only"):
        read_table(book((HEAD, FIRST), (("汇总",), ("",), HEAD, SECOND)), TITLES, ["case"])


def test_a_sheet_of_notes_may_stand_beside_the_table() -> None:
    notes = (("填表说明",), ("姓名", "同户口簿"))

    assert 1 == len(read_table(book((HEAD, FIRST), notes, ()), TITLES, ["case"]))


def test_a_history_in_two_sheets_is_refused_too(tmp_path: Path) -> None:
    titles = ("stream", "effective_on", "visitor")
    path = tmp_path / "visits.xlsx"
    path.write_bytes(book((titles,), (titles, ("case/1", "2022-01-04", "v"))))

    with pytest.raises(ServiceError, match="first sheet only"):
        list(HistoryFile(path, "VisitMade").rows())


@pytest.mark.parametrize("sign", [";", "|", "，", "、"])
def test_another_sign_between_the_cells_is_named_once(sign: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_table(lines(HEAD, FIRST, by=sign).encode(), TITLES, ["case", "name"])

    (one,) = refused.value.problems
    assert ("delimiter", 1, f"{sign} between them") == (one.code, one.line, one.found)
    assert f"以“{sign}”分隔" in problem_text(one, "zh")


def test_a_line_in_another_encoding_is_named() -> None:
    content = lines(HEAD, FIRST).encode("gb18030") + b"\xff\xff," + lines(SECOND).encode("gb18030")

    with pytest.raises(ServiceError) as refused:
        read_table(content, TITLES, ["case"])

    assert str(refused.value).startswith("line 3: expected text in UTF-8 or GB18030")
    assert chinese(str(refused.value), "zh").startswith("第 3 行")


def test_half_a_character_makes_no_other_text_of_the_whole_file(tmp_path: Path) -> None:
    """As GB18030 reads nearly any bytes, every name of the file was taken in as other characters."""
    rows = [("case", "name", "area"), *((str(n), "张三丰", "rural") for n in range(5))]
    good = lines(*rows).encode()
    cut = good.replace("张三丰".encode(), "张三丰".encode()[:-1], 1)
    with pytest.raises(ServiceError, match=r"line 2: expected text in UTF-8 or GB18030"):
        read_table(cut, TITLES, ["case"])
    path = tmp_path / "visits.csv"
    path.write_bytes(cut)
    with pytest.raises(ServiceError, match=r"line 2: expected text in UTF-8 or GB18030"):
        encoding_of(path)
    path.write_bytes(good.decode().encode("gb18030"))

    assert "gb18030" == encoding_of(path)
    assert "张三丰" == read_table(path.read_bytes(), TITLES, ["case"])[0].cells["name"]


def test_an_open_quotation_mark_is_said_in_chinese() -> None:
    with pytest.raises(RefusedError) as refused:
        read_table((lines(HEAD) + '1,"甲,农村\n').encode(), TITLES, ["case"])

    assert "引号未闭合" in problem_text(refused.value.problems[0], "zh")


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        *(
            ("1128.5", 112_850),
            ("1,128.50", 112_850),
            ("1,128", 112_800),
            ("12,345,678.9元", 1_234_567_890),
        ),
        *(
            (one, None)
            for one in ("1128,50", "1128,5", "1,12", "1,128,5", ",128", "1,,128", "1,1280")
        ),
    ],
)
def test_a_comma_of_an_amount_stands_between_thousands_alone(typed: str, fen: int | None) -> None:
    """Taken away wherever it stands, a decimal comma made a hundred yuan of each."""
    problems: list[Problem] = []
    read = Cells(Row(line=2, cells={"amount": typed}), problems).fen("amount")

    assert (fen or 0, fen is None) == (read, bool(problems))


def test_a_formula_is_refused_and_named() -> None:
    """It shows what the program that saved it had reckoned; whoever opens it sees another value."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    page = made.add_worksheet()
    page.write_row(0, 0, HEAD)
    page.write_row(1, 0, FIRST)
    page.write_formula(1, 1, '=IF(NOW()>0,"乙","甲")', None, "甲")
    made.close()
    with pytest.raises(RefusedError) as refused:
        read_table(out.getvalue(), TITLES, ["case"])
    (one,) = refused.value.problems

    assert ("formula_cell", 2, "column B") == (one.code, one.line, one.field)


def test_a_first_sheet_that_is_hidden_is_refused() -> None:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    page, notes = made.add_worksheet(), made.add_worksheet()
    page.write_row(0, 0, HEAD)
    page.write_row(1, 0, FIRST)
    notes.write(0, 0, "填表说明")
    notes.activate()
    notes.set_first_sheet()
    page.hide()
    made.close()

    with pytest.raises(ServiceError, match="hidden"):
        read_table(out.getvalue(), TITLES, ["case"])
