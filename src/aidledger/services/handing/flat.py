"""Flat files with data dictionary and control totals, modelled on ISO 21378 and GB/T 40217.

One CSV a view and model, what each column means, sums to check against, a hash of every file, and eight
bytes of a hash of every line, so that a check names the line that somebody changed.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.replay.engine import EngineLimits
from aidledger.replay.handing import Column
from aidledger.services.handing.columnwords import meaning_of
from aidledger.services.handing.finished import Finished
from aidledger.services.handing.manifest import HandedFile, Manifest, files_in
from aidledger.services.handing.placing import placed_folder
from aidledger.services.handing.tables import Handing, Progress, handing
from aidledger.services.handing.words import TableWords, unit_of
from aidledger.services.questions.listing import BOM

DATA: Final = "data"
LINES: Final = "lines"
BYTES_A_LINE: Final = 8
"""How much of the SHA-256 of a line, its end included, is kept: enough to say which was changed."""

_TYPES: Final = {
    "BOOLEAN": ("boolean", "是否（true/false）", "yes or no (true/false)"),
    "DATE": ("date", "日期（YYYY-MM-DD）", "day (YYYY-MM-DD)"),
    "TIMESTAMP": ("datetime", "时间（协调世界时）", "moment (UTC)"),
    "VARCHAR": ("string", "文本", "text"),
}
_WHOLE: Final = ("integer", "整数", "whole number")
_LIST: Final = ("array", "列表（JSON）", "list (JSON)")
_OBJECT: Final = ("object", "对象（JSON）", "object (JSON)")
_README: Final = """\
账本 {origin} 的平面文件，截至第 {size} 条（根 {root}）。
data/        每个事件类型和读模型一个 CSV（UTF-8，逗号，LF；空为无值；金额单位为分）
dictionary.csv  数据字典：每一列的类型、单位和含义
tables.csv   表目录：行数、合计
SHA256SUMS   每个文件的散列：sha256sum -c SHA256SUMS
lines/       每行散列的前 8 字节，供 aidledger export check 指出被改的行
以 = + - @ 等开头的文本前加一个撇号，以免电子表格把它当作公式。

Flat files of the ledger {origin}, up to {size} entries (root {root}).
data/        one CSV a type of event and a model (UTF-8, commas, LF; empty is no value; sums are fen)
dictionary.csv  data dictionary: type, unit and meaning of every column
tables.csv   the tables with rows and sums
SHA256SUMS   the hash of every file: sha256sum -c SHA256SUMS
lines/       8 bytes of the hash of each line, by which aidledger export check names a changed one
A text that begins with = + - @ and the like has an apostrophe before it: no spreadsheet runs it.
"""


def write_flat(
    path: Path,
    given: Finished,
    *,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Write the folder; return its manifest.

    Raises:
        ServiceError: there is something in the folder.
        GenerationsError: the engine had no room to work.
        OSError: it can't be written; nothing is there then.

    """
    with placed_folder(path) as draft, handing(given, limits, progress) as tables:
        for name in (DATA, LINES):
            (draft / name).mkdir()
        for one in tables:
            file = draft / DATA / f"{one.table.name}.csv"
            tables.copier.csv(one.table, file)
            (draft / LINES / one.table.name).write_bytes(b"".join(lines_of(file)))
        _write(draft / "dictionary.csv", _dictionary(tables.tables))
        _write(draft / "tables.csv", _tables(tables))
        about = {"origin": given.log.origin, "size": given.log.size, "root": given.log.root}
        (draft / "README.txt").write_text(_README.format(**about), "utf-8")
        package = _package(tables, files_in(draft))
        (draft / "datapackage.json").write_bytes(msgspec.json.format(msgspec.json.encode(package)))
        sums = "".join(f"{one.sha256}  {one.path}\n" for one in files_in(draft))
        (draft / "SHA256SUMS").write_text(sums, "utf-8")
        return tables.manifest_into(draft, "flat")


def lines_of(file: Path) -> Iterator[bytes]:
    """Yield what is kept of each line of a file. Raises OSError."""
    with file.open("rb") as lines:
        for line in lines:
            yield hashlib.sha256(line).digest()[:BYTES_A_LINE]


def _write(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """Write a table for people, with the mark that spreadsheet programs need."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    path.write_bytes(BOM + out.getvalue().encode())


def _type_of(column: Column) -> tuple[str, str, str]:
    """Return the type of a column: as a Table Schema has it, in Chinese and in English."""
    if column.is_nested:
        return _LIST if column.kind.endswith("[]") else _OBJECT
    return _WHOLE if column.is_whole else _TYPES[column.kind]


def _dictionary(words: Sequence[TableWords]) -> Iterator[Sequence[Any]]:
    yield (
        *("table", "number", "column", "key", "type_zh", "type_en", "sql_type"),
        *("unit_zh", "unit_en", "meaning_zh", "meaning_en"),
    )
    for one in words:
        for number, column in enumerate(one.table.columns, start=1):
            said, unit = meaning_of(one.table.name, column.name), unit_of(column)
            _, zh, en = _type_of(column)
            yield (
                one.table.name,
                number,
                column.name,
                "key" if column.name in one.table.key else "",
                zh,
                en,
                column.kind,
                unit.zh if unit else "",
                unit.en if unit else "",
                said.zh,
                said.en,
            )


def _tables(handed: Handing) -> Iterator[Sequence[Any]]:
    yield (
        *("table", "kind", "title_zh", "title_en", "meaning_zh", "meaning_en", "key"),
        *("rows", "sums_fen", "first", "last"),
    )
    for one, totalled in zip(handed.tables, handed.totals, strict=True):
        yield (
            one.table.name,
            one.kind,
            *one.title,
            *one.meaning,
            " ".join(one.table.key),
            totalled.rows,
            *(
                "; ".join(f"{name} {value}" for name, value in pairs.items())
                for pairs in (totalled.sums, totalled.first, totalled.last)
            ),
        )


def _package(handed: Handing, files: Sequence[HandedFile]) -> dict[str, Any]:
    """Return the Data Package (version 2) that describes the files."""
    given = handed.given
    by_path = {one.path: one for one in files}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "aidledger-flat",
        "title": f"社会救助审计账本 / audit ledger: {given.log.origin}",
        "description": (
            f"{given.log.size} entries, root {given.log.root}; in force on {given.as_of}. "
            "Modelled on ISO 21378 and GB/T 40217. Sums are in fen."
        ),
        "resources": [
            {
                "name": one.table.name,
                "type": "table",
                "path": file.path,
                "title": f"{one.title.zh} / {one.title.en}",
                "description": one.meaning.en,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": file.bytes,
                "hash": f"sha256:{file.sha256}",
                "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"'},
                "schema": _schema(one),
                "rows": totalled.rows,
            }
            for one, totalled in zip(handed.tables, handed.totals, strict=True)
            for file in (by_path[f"{DATA}/{one.table.name}.csv"],)
        ],
    }


def _schema(one: TableWords) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [
            {
                "name": column.name,
                "type": _type_of(column)[0],
                "title": said.zh,
                "description": said.en + (f" [{unit.en}]" if unit else ""),
            }
            for column in one.table.columns
            for said, unit in ((meaning_of(one.table.name, column.name), unit_of(column)),)
        ],
        "missingValues": [""],
    }
    if one.table.key:
        schema["primaryKey"] = list(one.table.key)
    return schema
