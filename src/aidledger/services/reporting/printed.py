"""A report as PDF/A: its parts as data of the template ``report``."""

from __future__ import annotations

from typing import Any

from aidledger.services.handing.workbook import Column
from aidledger.services.reporting.document import (
    Blanks,
    Document,
    Part,
    Picture,
    Table,
    Terms,
    Text,
    is_number,
    shown,
)
from aidledger.services.typesetting.pdf import typeset


def pdf_of(document: Document) -> bytes:
    """Return the PDF.

    Raises:
        CannotTypesetError: there is no typst here, or no Chinese font.

    """
    return typeset("report", data_of(document), at=document.at)


def data_of(document: Document) -> dict[str, Any]:
    """Return what the template sets: texts alone, as people read them."""
    return {
        "footer": f"{document.title} · {document.origin}",
        "lang": document.lang,
        "origin": document.origin,
        "sections": [
            {"parts": [_part(part) for part in one.parts], "title": one.title}
            for one in document.sections
        ],
        "subtitle": document.subtitle,
        "title": document.title,
    }


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Text(text=text, warning=warning):
            return {"kind": "text", "text": text, "warning": warning}
        case Terms(rows=rows):
            pairs = [[name, f"{one:,}" if type(one) is int else str(one)] for name, one in rows]
            return {"kind": "terms", "rows": pairs}
        case Table():
            return {
                "head": [one.title for one in part.columns],
                "kind": "table",
                "numbers": [is_number(one) for one in part.columns],
                "rows": [
                    [shown(column, value) for column, value in zip(part.columns, row, strict=True)]
                    for row in part.rows
                ],
                "title": part.title,
                "widths": [_width(one) for one in part.columns],
            }
        case Picture(title=title, svg=svg):
            return {"kind": "picture", "svg": svg, "title": title}
        case Blanks(rows=blanks):
            return {"kind": "blanks", "rows": list(blanks)}


def _width(column: Column) -> str:
    return "rest" if column.kind == "wrapped" else "own"
