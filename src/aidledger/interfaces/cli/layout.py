"""Text laid out for a terminal: a Chinese character takes two columns, and no line is cut.

Pure functions from texts to lines; nothing here prints.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from aidledger.said import is_shown

_NOT_AT_START: Final = frozenset("，。、；：？！）》」』”’…,.;:?!)]}%")
_ELLIPSIS: Final = "…"
_NARROWEST: Final = 6
"""No column of a table becomes narrower, however many there are."""


def char_width(char: str) -> int:
    """Return how many columns a character takes: 0, 1 or 2."""
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def plain(text: object) -> str:
    """Return a text without characters that could steer a terminal or turn its direction."""
    return "".join(
        c if is_shown(c) else " " if c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in str(text)
    )


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Return the text filled up with spaces to a width."""
    fill = " " * max(0, columns - width(text))
    return fill + text if right else text + fill


def cut(text: str, columns: int) -> str:
    """Return the text, with an ellipsis where it does not fit."""
    if width(text) <= columns:
        return text
    out, used = [], 0
    for char in text:
        used += char_width(char)
        if used > columns - 1:
            break
        out.append(char)
    return "".join(out) + _ELLIPSIS


def wrap(text: str, columns: int) -> list[str]:
    """Break a text into lines of at most so many columns, at spaces or between wide characters.

    A closing mark never begins a line: it takes the character before it along.
    """
    lines: list[str] = []
    line: list[str] = []
    used = 0
    for unit in _units(text, columns):
        size = width(unit)
        if line and used + size > columns:
            kept = [line.pop()] if unit in _NOT_AT_START and len(line) > 1 else []
            lines.append("".join(line).rstrip())
            line = kept if unit.isspace() else [*kept, unit]
            used = sum(map(width, line))
            continue
        line.append(unit)
        used += size
    if "".join(line).strip() or not lines:
        lines.append("".join(line).rstrip())
    return lines


def indent(text: str, columns: int, by: int) -> list[str]:
    """Return the wrapped lines of a text, each behind so many spaces."""
    return [" " * by + line for line in wrap(text, columns - by)]


def _units(text: str, columns: int) -> list[str]:
    """Split into the pieces between which a line may break, none wider than a line."""
    units: list[str] = []
    word = ""
    for char in text:
        if char == " " or char_width(char) == 2:
            units += [word, char]
            word = ""
        elif width(word) >= columns:
            units.append(word)
            word = char
        else:
            word += char
    return [unit for unit in [*units, word] if unit]


def pairs(rows: Sequence[tuple[str, str]], columns: int, *, by: int = 2) -> list[str]:
    """Return terms with their explanations beside them; a long term stands alone on its line."""
    if not rows:
        return []
    widest = max(width(term) for term, _ in rows)
    left = min(widest, max(12, columns // 3)) + 2
    lines: list[str] = []
    for term, text in rows:
        body = wrap(text, columns - by - left) if text else [""]
        if width(term) + 2 > left:
            lines.append(" " * by + term)
            lines += [" " * (by + left) + line for line in body if line]
            continue
        lines.append((" " * by + pad(term, left) + body[0]).rstrip())
        lines += [" " * (by + left) + line for line in body[1:]]
    return lines


def table(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    columns: int,
    *,
    right: frozenset[int] = frozenset(),
) -> list[str]:
    """Return a table in plain text: the widest columns give way and their cells are wrapped."""
    widths = [
        max([width(title), *(width(row[at]) for row in rows)]) for at, title in enumerate(titles)
    ]
    spare = columns - 2 * (len(widths) - 1)
    while sum(widths) > spare and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    lines = _row(titles, widths, right)
    lines.append("  ".join("─" * size for size in widths))
    for row in rows:
        lines += _row(row, widths, right)
    return lines


def natural_width(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return how many columns a table takes when no cell is wrapped."""
    widths = [
        max([width(title), *(width(row[at]) for row in rows)]) for at, title in enumerate(titles)
    ]
    return sum(widths) + 2 * (len(widths) - 1)


def _row(cells: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> list[str]:
    """Return the lines of one row: as many as its longest cell needs."""
    wrapped = [wrap(cell, size) for cell, size in zip(cells, widths, strict=True)]
    return [
        "  ".join(
            pad(cell[at] if at < len(cell) else "", size, right=number in right)
            for number, (cell, size) in enumerate(zip(wrapped, widths, strict=True))
        ).rstrip()
        for at in range(max(map(len, wrapped)))
    ]
