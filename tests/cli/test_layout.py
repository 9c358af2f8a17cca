from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.interfaces.cli import layout

TEXTS = st.text(alphabet="ab c,.，。（）张三 the-ledger-of-a-county", max_size=120)


@given(TEXTS, st.integers(4, 60))
def test_no_line_is_wider_than_asked_and_no_character_is_lost(text: str, columns: int) -> None:
    lines = layout.wrap(text, columns)

    assert [] == [line for line in lines if layout.width(line) > columns]
    assert text.replace(" ", "") == "".join(lines).replace(" ", "")


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=4), st.integers(40, 90))
def test_a_table_keeps_every_character_and_its_width(
    rows: list[tuple[str, str, str]], columns: int
) -> None:
    lines = layout.table(["one", "two", "three"], rows, columns)

    assert [] == [line for line in lines if layout.width(line) > columns]
    for row in rows:
        for char in "".join(row).replace(" ", ""):
            assert char in "".join(lines)


def test_a_closing_mark_never_begins_a_line() -> None:
    assert ["一二", "三，四"] == layout.wrap("一二三，四", 6)


@pytest.mark.parametrize("text", ["a\x1b[2Jb", "a\rb", "a\u202eb", "a\x00b"])
def test_nothing_that_was_recorded_can_steer_the_terminal(text: str) -> None:
    assert "a\N{REPLACEMENT CHARACTER}" == layout.plain(text)[:2]


@given(TEXTS, st.integers(2, 40))
def test_what_does_not_fit_ends_with_an_ellipsis(text: str, columns: int) -> None:
    short = layout.cut(text, columns)

    assert layout.width(short) <= columns
    assert short == text or short.endswith("…")
