"""Parts: SELECTs that several rules share, each a file of its own, put in where a rule names one.

A line ``$name`` of a rule's SELECT is the part of that name. A part reads event views, models, other parts and
what its header says that the rule names before it; its thresholds are the rule's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import resources
from typing import Final

import msgspec

from aidledger.audit.header import HINT, Header, RuleError, read_header

_REQUIRED: Final = ("title_zh", "title_en", "reads", "gives")
_line = re.compile(r"(\s*)\$([a-z][a-z0-9_]*)\s*").fullmatch


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part: `reads` says which tables with which columns the rule names before it, `gives` what comes out."""

    name: str
    title_zh: str
    title_en: str
    reads: str
    gives: str
    header: Header


@lru_cache(maxsize=1)
def load_parts() -> dict[str, Part]:
    """Return the parts that come with the package, by name."""
    folder = resources.files("aidledger.audit").joinpath("parts")
    found: dict[str, Part] = {}
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        header = read_header(item.name, item.read_text("utf-8"), _REQUIRED, ())
        name = item.name.removesuffix(".sql")
        words = {key: header.text(key) for key in _REQUIRED}
        found[name] = Part(name=name, header=header, **words)
    return found


def with_parts(header: Header, thresholds: Collection[str]) -> tuple[Header, tuple[str, ...]]:
    """Return a rule's header with its parts put in, and their names.

    Raises:
        RuleError: a line that names neither a part nor a threshold.

    """
    names: list[str] = []
    lines = tuple(_put_in(header, thresholds, names))
    return msgspec.structs.replace(header, query_lines=lines), tuple(names)


def _put_in(
    header: Header, thresholds: Collection[str], names: list[str]
) -> Iterator[tuple[str, int, str]]:
    """Yield the lines of a SELECT, a part in the place of its name; the names are noted."""
    for file, number, text in header.query_lines:
        match = _line(text)
        if match is None or match[2] in thresholds:
            yield file, number, text
            continue
        part = load_parts().get(match[2])
        if part is None:
            known = ", ".join(load_parts())
            raise RuleError(
                file, number, f"a threshold of the header, or a part: {known}", text.strip(), HINT
            )
        names.append(part.name)
        for place in _put_in(part.header, thresholds, names):
            yield place[0], place[1], f"{match[1]}{place[2]}".rstrip()
