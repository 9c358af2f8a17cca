"""The line of a field in a TOML text, which tomllib does not give.

Only texts that were refused are looked through. The text is read for its layout alone (headers,
keys, and which lines are the inside of a text or a list); what it means tomllib has said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from aidledger.domain.policy.errors import PackError

_NOT_LAYOUT: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|\#[^\n]*', re.DOTALL
)
_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w.\s-]+?)\s*\]")
_KEY: Final = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\")(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"))*)\s*=")
_NAME: Final = re.compile(r"\s*(?:id|code)\s*=\s*[\"']([^\"']*)[\"']")


def field_lines(text: str) -> dict[str, int]:
    """Return the line of each table and key by its path: ``clause[3].require``.

    Tables of a list are also found by their ``id`` or ``code``: ``clause.opinion-limb.require``.
    """
    layout = _NOT_LAYOUT.sub(lambda m: "\n" * m.group().count("\n") or '""', text).split("\n")
    found: dict[str, int] = {}
    count: Counter[str] = Counter()
    tables: tuple[str, ...] = ()
    depth = 0
    for number, (bare, line) in enumerate(zip(layout, text.split("\n"), strict=True), start=1):
        outside, depth = depth == 0, max(0, depth + _opened(bare))
        if not outside:
            continue
        header = _HEADER.match(bare)
        if header:
            depth = 0
            name = _joined(header.group(2))
            if header.group(1) == "[[":
                name = f"{name}[{count[name]}]"
                count[name.partition("[")[0]] += 1
            else:
                name = _in_last(name, count)
            tables = (name,)
            found.setdefault(name, number)
            continue
        key = _KEY.match(line) if bare.strip() else None
        if key is None:
            continue
        named = _NAME.match(line)
        if named and tables and tables[0].endswith("]"):
            alias = f"{tables[0].partition('[')[0]}.{named.group(1)}"
            found.setdefault(alias, found[tables[0]])
            tables = (tables[0], alias)
        for table in tables or ("",):
            found.setdefault(f"{table}.{_joined(key.group(1))}".lstrip("."), number)
    return found


def line_of(content: bytes, field: str) -> int:
    """Return the line of a field, else of the table that it is missing in, else 1."""
    found = field_lines(content.decode("utf-8", "replace").replace("\r\n", "\n"))
    path = field
    while path:
        if path in found:
            return found[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return 1


@contextmanager
def located(files: Mapping[str, bytes]) -> Iterator[None]:
    """Give a `PackError` that is raised within its line in one of the files, by name."""
    try:
        yield
    except PackError as error:
        content = files.get(error.file)
        if error.line is not None or content is None:
            raise
        raise error.at(line=line_of(content, error.field)) from None


def _in_last(name: str, count: Mapping[str, int]) -> str:
    """Return the path of a table, inside the last of a list where its root is one."""
    root, dot, rest = name.partition(".")
    return f"{root}[{count[root] - 1}].{rest}" if dot and root in count else name


def _opened(bare: str) -> int:
    """Return how many more brackets a line opens than it closes."""
    return sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))


def _joined(path: str) -> str:
    """Return a dotted path without spaces and quotes."""
    return ".".join(part.strip().strip('"') for part in path.split("."))
