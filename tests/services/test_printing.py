"""What is shown of texts: the wide space of Chinese ones, and nothing that a screen would obey."""

from __future__ import annotations

import pytest

from aidledger.interfaces.cli import layout
from aidledger.services.handing import workbook
from aidledger.services.importing.cells import Cells
from aidledger.services.importing.table import Row
from aidledger.services.printing import printable
from aidledger.services.problems import Problem

WIDE = "幸福村\N{IDEOGRAPHIC SPACE}三组"


def test_the_wide_space_is_shown_as_it_is() -> None:
    assert WIDE == printable(WIDE) == layout.plain(WIDE) == workbook._clean(WIDE)


def test_the_wide_space_is_taken_in_as_it_is() -> None:
    problems: list[Problem] = []

    assert WIDE == Cells(Row(line=2, cells={"address": WIDE}), problems).text("address")
    assert [] == problems


@pytest.mark.parametrize("steering", ["\x1b", "\u202e", "\x00", "\u2028"])
def test_what_steers_is_neither_shown_nor_taken_in(steering: str) -> None:
    text, problems = f"村{steering}组", list[Problem]()

    assert "村?组" == printable(text)
    assert "村\N{REPLACEMENT CHARACTER}组" == layout.plain(text) == workbook._clean(text)
    assert "" == Cells(Row(line=2, cells={"address": text}), problems).text("address")
    assert ["a control character"] == [one.found for one in problems]
