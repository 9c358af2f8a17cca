"""What a filter or a hand has hidden in a workbook is not taken in without a word: it is refused by its row."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from aidledger.services.importing.table import read_table
from aidledger.services.problems import RefusedError, ServiceError

HEAD, FIRST, SECOND = ["case", "name"], ["c1", "甲"], ["c2", "乙"]
TITLES = {"case": ("案件",), "name": ("姓名",)}
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" '
    'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)
_CONTENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    "<office:automatic-styles>"
    '<style:style style:name="ta1" style:family="table">'
    '<style:table-properties table:display="{shown}"/></style:style></office:automatic-styles>'
    '<office:body><office:spreadsheet><table:table table:name="a" table:style-name="ta1">{rows}'
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)


def xlsx(*, hide: tuple[int, ...] = ()) -> bytes:
    """Return a workbook of a header and two rows; `hide` are rows by their index."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    page = made.add_worksheet()
    for at, row in enumerate((HEAD, FIRST, SECOND)):
        page.write_row(at, 0, row)
    page.autofilter(0, 0, 2, 1)
    page.set_column(5, 5, None, None, {"hidden": True})
    for at in hide:
        page.set_row(at, None, None, {"hidden": True})
    made.close()
    return out.getvalue()


def ods(*, hide: str = "", shown: str = "true") -> bytes:
    """Return the same as ODS: its last row `hide` (collapse or filter), its sheet `shown` or not."""
    rows = ""
    for row in (HEAD, FIRST, SECOND):
        mark = f' table:visibility="{hide}"' if hide and row is SECOND else ""
        cells = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        rows += f"<table:table-row{mark}>{cells}</table:table-row>"
    rows += (
        '<table:table-row table:number-rows-repeated="900" table:visibility="collapse">'
        '<table:table-cell table:number-columns-repeated="2"/></table:table-row>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", _MANIFEST)
        packed.writestr("content.xml", _CONTENT.format(shown=shown, rows=rows))
    return out.getvalue()


@pytest.mark.parametrize("content", [xlsx(), xlsx(hide=(3, 7)), ods()], ids=["x", "below", "o"])
def test_rows_that_are_seen_are_taken_and_what_lies_empty_below_them_may_be_hidden(
    content: bytes,
) -> None:
    rows = read_table(content, TITLES, ["case"])

    assert ["c1", "c2"] == [row.cells["case"] for row in rows]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (xlsx(hide=(1,)), 2),
        (xlsx(hide=(2,)), 3),
        (ods(hide="filter"), 3),
        (ods(hide="collapse"), 3),
    ],
    ids=["xlsx-2", "xlsx-3", "ods-filter", "ods-collapse"],
)
def test_a_hidden_row_is_refused_by_its_line(content: bytes, line: int) -> None:
    with pytest.raises(RefusedError) as refused:
        read_table(content, TITLES, ["case"])

    assert [("hidden_row", line)] == [(one.code, one.line) for one in refused.value.problems]


def test_a_first_sheet_of_ods_that_is_hidden_is_refused() -> None:
    with pytest.raises(ServiceError, match="found it hidden"):
        read_table(ods(shown="false"), TITLES, ["case"])
