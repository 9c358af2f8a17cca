"""The header of a file of rules or parts: ``-- key: text`` lines, which long texts may go on from."""

from __future__ import annotations

import re
from typing import Final

import msgspec

REQUIRED: Final = (
    *("id", "title_zh", "title_en", "explain_zh", "explain_en", "not_zh", "not_en", "severity"),
    *("basis", "remedy_zh", "remedy_en", "message_zh", "message_en"),
)
OPTIONAL: Final = ("basis_zh", "parameters", "thresholds", "needs", "facts")
HINT: Final = "see docs/AUDIT.md"
_line = re.compile(r"--\s?([a-z_]+):\s*(.*)").fullmatch
_more = re.compile(r"--\s{2,}(\S.*)").fullmatch


class RuleError(Exception):
    """A rule or its worked cases that cannot be used: file, line, what was expected and found, a hint."""

    def __init__(self, file: str, line: int, expected: str, found: str, hint: str) -> None:
        super().__init__(f"{file}:{line}: expected {expected}, found {found}")
        self.file = file
        self.line = line
        self.expected = expected
        self.found = found
        self.hint = hint


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of a header with their lines, and the SELECT after them.

    Of each line of the SELECT its file, number and text: parts have files of their own.
    """

    file: str
    lines: tuple[tuple[int, str, str], ...]
    query_lines: tuple[tuple[str, int, str], ...]

    @property
    def query(self) -> str:
        """The SELECT."""
        return "\n".join(text for _, _, text in self.query_lines)

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """File and line of each line of the SELECT."""
        return tuple((file, number) for file, number, _ in self.query_lines)

    def text(self, key: str) -> str:
        """Return the text of a key; empty where there is none."""
        return next((text for _, name, text in self.lines if name == key), "")

    def line(self, key: str) -> int:
        """Return the line of a key; 1 where there is none."""
        return next((number for number, name, _ in self.lines if name == key), 1)

    def listed(self, key: str) -> tuple[str, ...]:
        """Return the text of a key, cut at its commas."""
        return tuple(part.strip() for part in self.text(key).split(",") if part.strip())

    def repeated(self, key: str) -> list[tuple[int, str]]:
        """Return the line and text of each place where a key stands."""
        return [(number, text) for number, name, text in self.lines if name == key]

    def wrong(self, key: str, expected: str, found: str) -> RuleError:
        """Return the error of a key's text."""
        return RuleError(self.file, self.line(key), f"{key}: {expected}", found, HINT)


def read_header(
    file: str,
    text: str,
    required: tuple[str, ...] = REQUIRED,
    optional: tuple[str, ...] = OPTIONAL,
) -> Header:
    """Read the header of a rule, or of what else has these keys.

    Raises:
        RuleError: a key is missing, unknown or given twice.

    """
    lines: list[tuple[int, str, str]] = []
    rows = text.splitlines()
    number = 1
    for number, row in enumerate(rows, start=1):
        stripped = row.strip()
        if (match := _line(stripped)) is not None:
            lines.append((number, match[1], match[2].strip()))
        elif (match := _more(stripped)) is not None and lines:
            first, key, begun = lines[-1]
            space = "" if key.endswith("_zh") else " "
            lines[-1] = (first, key, f"{begun}{space}{match[1].strip()}".strip())
        elif stripped:
            break
    else:
        number = len(rows)
    query = "\n".join(rows[number - 1 :]).rstrip().removesuffix(";").split("\n")
    header = Header(
        file=file,
        lines=tuple(lines),
        query_lines=tuple((file, at, row) for at, row in enumerate(query, number)),
    )
    _check(header, required, optional)
    return header


def _check(header: Header, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    seen: set[str] = set()
    for number, key, _ in header.lines:
        if key not in (*required, *optional):
            raise RuleError(header.file, number, "a key of the header", key, HINT)
        if key in seen and key != "needs":
            raise RuleError(header.file, number, f"one line {key}", "another", HINT)
        seen.add(key)
    for key in required:
        if not header.text(key):
            raise RuleError(
                header.file,
                header.line(key),
                f"a header line `-- {key}: …`",
                "none",
                "add the line on top",
            )
