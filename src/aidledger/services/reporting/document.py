"""A report as parts in their order, before it is a page, a PDF or a workbook: texts, terms, tables, pictures."""

from __future__ import annotations

from typing import Any

import msgspec

from aidledger.domain.money import grouped_yuan
from aidledger.said import Language
from aidledger.services.handing.workbook import Column


class Text(msgspec.Struct, frozen=True, tag_field="kind", tag="text"):
    """A paragraph; a `warning` is told by more than its colour."""

    text: str
    warning: bool = False


class Terms(msgspec.Struct, frozen=True, tag_field="kind", tag="terms"):
    """Terms and what they are: a text, or a whole number."""

    rows: tuple[tuple[str, str | int], ...]


class Table(msgspec.Struct, frozen=True, tag_field="kind", tag="table"):
    """Rows under a head. `sheet` is what a workbook calls it; without one it is none of a workbook's."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    sheet: str = ""


class Picture(msgspec.Struct, frozen=True, tag_field="kind", tag="picture"):
    """A picture as SVG; what it shows stands in a table as well."""

    title: str
    svg: str


class Blanks(msgspec.Struct, frozen=True, tag_field="kind", tag="blanks"):
    """What people fill in by hand: a line for each."""

    rows: tuple[str, ...]


Part = Text | Terms | Table | Picture | Blanks


class Section(msgspec.Struct, frozen=True):
    """A heading and what stands below it."""

    title: str
    parts: tuple[Part, ...]


class Document(msgspec.Struct, frozen=True):
    """A report in one language. `at` is the time that it bears: that of the last entry."""

    lang: Language
    title: str
    subtitle: str
    origin: str
    at: str
    sections: tuple[Section, ...]


def is_number(column: Column) -> bool:
    """Whether what stands in a column is read from the right."""
    return column.kind in ("whole", "yuan")


def amount(fen: int) -> str:
    """Return yuan with thousands set off."""
    return grouped_yuan(fen)


def shown(column: Column, value: Any) -> str:
    """Return a cell as people read it."""
    if value is None:
        return "—"
    if type(value) is int:
        return amount(value) if column.kind == "yuan" else f"{value:,}"
    return str(value)
