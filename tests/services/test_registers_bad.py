"""Bad registers are refused by line and column, and nothing is half imported."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.services.conftest import Office, opened
from tests.services.registerfiles import HEAD, as_book, as_csv, rows, take, untouched

from aidledger.services.problems import RefusedError, ServiceError


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One ledger for all tests here: each imports as a unit of its own."""
    yield from opened(str(tmp_path_factory.mktemp("registers") / "ledger.sqlite"))


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


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
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
    # as GB18030 it breaks in its first line already, which has nothing wrong
    "UTF-8 with one bad byte": (
        lambda p: _written(p / "bad.csv", "姓名,身份证号,死亡日期\n".encode() * 9 + b"\xff\x00,\n"),
        r"line 10: expected text in UTF-8 or GB18030, found bytes of neither",
    ),
    "one line without an end": (
        lambda p: endless(p / "bad.csv"),
        r"line 1 has more than 16777216 bytes",
    ),
    "a device": (lambda _: Path("/dev/zero"), r"this is a device or a pipe, expected a file"),
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


def endless(path: Path) -> Path:
    """Make a file of two gigabytes that takes no room: nothing in it ends a line."""
    with path.open("wb") as file:
        file.truncate(2 << 30)
    return path


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
