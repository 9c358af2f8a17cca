"""What is shown of texts: the wide space of Chinese ones, and nothing that a screen would obey."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from aidledger.interfaces.cli import layout
from aidledger.said import is_shown
from aidledger.services.handing import workbook
from aidledger.services.importing.cells import Cells
from aidledger.services.importing.table import Row
from aidledger.services.printing import printable
from aidledger.services.problems import Problem
from aidledger.services.reporting.document import Document, Section, Table, Terms, Text
from aidledger.services.reporting.page import page_of
from aidledger.services.reporting.printed import pdf_of
from aidledger.services.typesetting import pdf

TURNED = "\u202e00.821,1\u2066\u200b\x1b[2J"
WIDE = "幸福村\N{IDEOGRAPHIC SPACE}三组"


def test_the_wide_space_is_shown_as_it_is() -> None:
    assert WIDE == printable(WIDE) == layout.plain(WIDE) == workbook._clean(WIDE)


def test_the_wide_space_is_taken_in_as_it_is() -> None:
    problems: list[Problem] = []

    assert WIDE == Cells(Row(line=2, cells={"address": WIDE}), problems).text("address")
    assert [] == problems


def test_a_report_shows_nothing_that_turns_what_stands_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Table(title="t", columns=(workbook.Column(TURNED),), rows=((f"{TURNED}{WIDE}",),))
    parts = (Text(text=TURNED), Terms(rows=((TURNED, TURNED),)), table)
    told = Document(
        lang="zh",
        title="t",
        subtitle="",
        origin="example.org/county",
        at="2022-03-01T00:00:00.000000Z",
        sections=(Section(title="s", parts=parts),),
    )
    page, given = page_of(told).decode(), list[str]()

    def compiled(_template: bytes, **more: Any) -> bytes:
        given.append(more["sys_inputs"]["data"])
        return b""

    typst = SimpleNamespace(TypstError=OSError, compile=compiled)
    monkeypatch.setattr(pdf, "_typst", lambda: (typst, [], "font"))
    pdf_of(told)

    for text in (page, *given):
        assert 5 == text.count("00.821,1")
        assert WIDE in text
        assert set() == {c for c in text if not is_shown(c) and c not in "\n\t"}


@pytest.mark.parametrize("steering", ["\x1b", "\u202e", "\x00", "\u2028"])
def test_what_steers_is_neither_shown_nor_taken_in(steering: str) -> None:
    text, problems = f"村{steering}组", list[Problem]()

    assert "村?组" == printable(text)
    assert "村\N{REPLACEMENT CHARACTER}组" == layout.plain(text) == workbook._clean(text)
    assert "" == Cells(Row(line=2, cells={"address": text}), problems).text("address")
    assert ["a control character"] == [one.found for one in problems]
