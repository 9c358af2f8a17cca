"""Files of registers as offices send them, in several formats, and what an import of one changes."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from tests.services.conftest import COUNTY, Office

from aidledger.domain.identity import check_character
from aidledger.domain.registers.kinds import KINDS
from aidledger.services.questions.querying import query
from aidledger.services.registers.importing import Imported, Wanted, import_register
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


def take(office: Office, path: Path, kind: str = "deaths", **more: Any) -> Imported:
    """Import a file, as from a unit that has the file's name."""
    office.at("2022-07-01")
    given: dict[str, Any] = {"from_unit": path.name, "dated": DATED}
    given |= {"actor": "c1", "office": COUNTY}
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
