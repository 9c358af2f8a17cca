"""Writes a read model as CSV, JSON or XLSX, and lets no public list leave with what it must not show.

A cell of text that a spreadsheet would run as a formula is written as text. The scanner reads the
bytes that would be published, whatever made them, and one hit stops the publication.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from aidledger.domain.identity import check_identity_number
from aidledger.services.problems import ServiceError

BOM: Final = b"\xef\xbb\xbf"
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_LONG_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
_SHORT_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{15}(?![0-9])")
_CARD: Final = re.compile(r"(?<![0-9a-f])[0-9]{15,19}(?![0-9a-f])")
_MOBILE: Final = re.compile(r"(?<![0-9])(?:86)?1[3-9][0-9]{9}(?![0-9])")
_SPACED: Final = re.compile(r"(?<=[0-9])[ \u00a0\u3000](?=[0-9Xx])")
_JOINED: Final = re.compile(r"(?<=[0-9])[-_.·](?=[0-9Xx])")
_ILL_WORDS: Final = (
    *(
        "残疾",
        "伤残",
        "失能",
        "智障",
        "智力障碍",
        "精神病",
        "精神障碍",
        "疾病",
        "患病",
        "病症",
        "重病",
    ),
    *(
        "大病",
        "癌",
        "肿瘤",
        "尿毒症",
        "白血病",
        "艾滋",
        "肝炎",
        "结核",
        "瘫痪",
        "失明",
        "聋哑",
        "痴呆",
    ),
    *("disab", "illness", "disease", "cancer", "tumour", "tumor", "paraly", "dementia", "hiv"),
)
_ILL: Final = re.compile("|".join(map(re.escape, _ILL_WORDS)), re.IGNORECASE)

_ELEVEN: Final = b"0" * 11
"""Every number looked for has so many digits, no two of them further apart than by one mark."""
_VILLAGE_DIGITS: Final = 12
"""A run of just so many is the code of a village, which stands on every line: nothing has that length."""
_RUNS: Final = bytes(0x30 if chr(at) in "0123456789 _.-" else 0x20 for at in range(256))
_ILL_SMALL: Final = re.compile("|".join(map(re.escape, _ILL_WORDS)))
_OTHER_I: Final = ("\u0130", "\u0131")
"""Letters that are an i where case is ignored, and none in small letters."""

KINDS: Final = ("identity_number", "bank_number", "mobile_number", "health_word")
"""What the scanner looks for."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A model's rows: column names, their values as SQL gives them, and a bilingual title."""

    name: str
    title_zh: str
    title_en: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must not be published: what kind, and on which line. Never the thing itself."""

    kind: str
    line: int


class DisclosureError(ServiceError):
    """A list holds what must never be public; it was not written."""

    def __init__(self, name: str, hits: Sequence[Hit]) -> None:
        """Say what was found and where, without repeating it."""
        places = ", ".join(f"{hit.kind} on line {hit.line}" for hit in hits[:5])
        more = "" if len(hits) <= 5 else f" and {len(hits) - 5} more"
        super().__init__(
            f"list {name}: expected nothing that may never be public, found {places}{more}",
            hint="nothing was written: correct the entries that put it there",
            exit_code=1,
        )
        self.hits = tuple(hits)


def cell_text(value: Any) -> str:
    """Return a value as a list shows it: days as ISO text, lists as JSON, nothing as empty."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case dt.datetime():
            return value.isoformat(timespec="microseconds")
        case dt.date():
            return value.isoformat()
        case list() if set(map(type, value)) == {int}:  # positions: many, and often
            return f"[{','.join(map(str, value))}]"
        case list() | tuple() | dict():
            return json.dumps(plain_value(value), ensure_ascii=False, separators=(",", ":"))
        case _:
            return str(value)


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it; times and days become text."""
    match value:
        case None | bool() | int() | str():
            return value
        case list() | tuple():
            return [plain_value(item) for item in value]
        case dict():
            return {str(key): plain_value(item) for key, item in value.items()}
        case _:
            return cell_text(value)


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before it if needed."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def as_csv(table: Table, *, mark: bool = False) -> bytes:
    """Return the table as CSV in UTF-8, the header being the column names.

    Args:
        table: what to write.
        mark: begin with a byte-order mark, which spreadsheet programs need and pipes do not.

    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n" if mark else "\n")
    writer.writerow(table.columns)
    writer.writerows([_csv_cell(value) for value in row] for row in table.rows)
    return (BOM if mark else b"") + out.getvalue().encode()


def as_json(table: Table) -> dict[str, Any]:
    """Return the table as an object: one object a row."""
    return {
        "name": table.name,
        "title": {"zh": table.title_zh, "en": table.title_en},
        "columns": list(table.columns),
        "rows": [
            dict(zip(table.columns, map(plain_value, row), strict=True)) for row in table.rows
        ],
    }


def check_publishable(name: str, content: bytes) -> None:
    """Refuse a list that must not be public, looking at its final bytes.

    Raises:
        DisclosureError: with every kind of hit and its line.

    """
    hits = list(scan(content))
    if hits:
        raise DisclosureError(name, hits)


def scan(content: bytes) -> Iterator[Hit]:
    """Yield what must not be public in a file: text, or a workbook."""
    for line, text in _texts(content):
        wide = unicodedata.normalize("NFKC", text)
        if not in_doubt(wide):
            continue
        spaced = _SPACED.sub("", wide)
        joined = _JOINED.sub("", spaced)
        if any(_is_identity(t) for t in (wide, spaced, joined)):
            yield Hit(kind="identity_number", line=line)
        if any(_luhn(found) for found in _CARD.findall(spaced)):
            yield Hit(kind="bank_number", line=line)
        if _MOBILE.search(spaced) or _MOBILE.search(joined):
            yield Hit(kind="mobile_number", line=line)
        if _ILL.search(wide):
            yield Hit(kind="health_word", line=line)


def in_doubt(wide: str) -> bool:
    """Whether anything that is looked for may be in a text (NFKC); few have to be looked at closely."""
    return (
        _ILL_SMALL.search(wide.lower()) is not None
        or any(letter in wide for letter in _OTHER_I)
        or _has_long_run(wide)
    )


def _has_long_run(wide: str) -> bool:
    """Whether a text has a run of digits and marks that a number could be in."""
    content = wide.replace("·", "-").encode("utf-8", "replace")
    runs = content.translate(_RUNS)
    at = runs.find(_ELEVEN)
    while at >= 0:
        end = runs.find(b" ", at)
        end = end if end >= 0 else len(runs)
        if end - at != _VILLAGE_DIGITS or not content[at:end].isdigit():
            return True
        at = runs.find(_ELEVEN, end)
    return False


def _texts(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of a file; of a workbook each text of each part."""
    if not content.startswith(b"PK\x03\x04"):
        yield from enumerate(content.decode("utf-8", "replace").splitlines(), start=1)
        return
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for item in packed.infolist():
            if item.filename.endswith((".xml", ".rels")):
                text = packed.read(item).decode("utf-8", "replace")
                parts = re.findall(r">([^<>]+)<", text)
                yield from enumerate(parts, start=1)


def _is_identity(text: str) -> bool:
    """Whether an identity number whose check digit or date agrees stands in a text."""
    found = _LONG_NUMBER.findall(text) + _SHORT_NUMBER.findall(text)
    return any(check_identity_number(number).ok for number in found)


def _luhn(number: str) -> bool:
    """Whether a number passes the check of bank cards (ISO/IEC 7812-1, annex B)."""
    total = 0
    for at, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and number.strip("0") != ""


def _csv_cell(value: Any) -> str:
    """Return a value as a CSV cell; numbers keep their sign, texts can't become formulas."""
    text = cell_text(value)
    return text if isinstance(value, int) else neutral(text)
