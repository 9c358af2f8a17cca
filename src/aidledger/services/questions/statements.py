"""Cuts what is typed into statements of SQL: a semicolon ends one, unless it stands in a text or a remark."""

from __future__ import annotations

import re
from typing import Final

_piece: Final = re.compile(
    r"'(?:[^']|'')*'"  # a text
    r'|"(?:[^"]|"")*"'  # a name
    r"|--[^\n]*(?:\n|\Z)"  # a remark to the end of its line
    r"|/\*.*?\*/"  # a remark
    r"|(?P<open>'.*|\".*|/\*.*)"  # one of these that does not end
    r"|(?P<end>;)"
    r"|[^'\"/;-]+|.",
    re.DOTALL,
)


def cut(text: str) -> tuple[list[str], str]:
    """Return the statements that end in a text, without their semicolons, and what is behind them."""
    statements: list[str] = []
    begun: list[str] = []
    for match in _piece.finditer(text):
        if match["end"] is None:
            begun.append(match[0])
            continue
        statement = "".join(begun).strip()
        if statement:
            statements.append(statement)
        begun = []
    return statements, "".join(begun)


def is_open(text: str) -> bool:
    """Whether a text, a name or a remark begins and does not end."""
    return any(match["open"] is not None for match in _piece.finditer(text))
