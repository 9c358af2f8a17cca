"""Finds the header of a register's file and says which column is which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from aidledger.domain.registers.kinds import RegisterKind
from aidledger.services.problems import Problem, RefusedError, ServiceError

HEADER_WITHIN: Final = 20
"""A sheet has titles and notes above its header, but not more rows of them."""
_UNIT: Final = re.compile(r"[（(\[](?P<unit>[^）)\]]*)[）)\]]$")
_NOISE: Final = re.compile(r"[\s\u3000*：:]")
_RUNNING: Final = frozenset({"序号", "行号", "序", "no", "no."})
_TEN_THOUSAND: Final = 10_000


class Header(NamedTuple):
    """Where the columns of a kind stand in a file: `places` from 0, `factors` what one of each is worth.

    `width` is how many cells a row may have, `dropped` how many columns are not read; `telling` are the
    places of all columns that tell rows apart: all but a running number.
    """

    line: int
    places: dict[str, int]
    factors: dict[str, int]
    width: int
    dropped: int
    telling: tuple[int, ...]


def header_of(
    kind: RegisterKind, rows: Sequence[tuple[int, Sequence[str]]], given: Mapping[str, str]
) -> Header:
    """Return the header among the first rows of a file, each with its line.

    Args:
        kind: the kind of register.
        rows: (line, cells) of the first rows that are not empty.
        given: column to its title in this file, where it is none that offices use.

    Raises:
        RefusedError: a column is missing, or there twice.
        ServiceError: no row is a header, or `given` names no column of the kind.

    """
    known = [column.name for column in kind.columns]
    for name in given:
        if name not in known:
            raise ServiceError(
                f"--column {name[:40]}: expected a column of {', '.join(known)}, found another",
                exit_code=2,
            )
    titles = {
        column.name: {plain(title) for title in (column.name, *column.titles)}
        for column in kind.columns
    } | {name: {plain(title)} for name, title in given.items()}
    wanted = [column.name for column in kind.columns if column.required]
    for line, cells in rows:
        if any(plain(cell) in titles[name] for cell in cells for name in wanted):
            return _header(kind, line, cells, titles)
    first = kind.columns[0]
    raise ServiceError(
        f"expected a header with a column {first.titles[0]} ({first.name}) in the first "
        f"{HEADER_WITHIN} rows, found none",
        hint=f"aidledger compare kinds {kind.name} lists the titles; --column NAME=TITLE names another",
        exit_code=2,
    )


def _header(
    kind: RegisterKind, line: int, cells: Sequence[str], titles: Mapping[str, set[str]]
) -> Header:
    """Return what a header says.

    Raises:
        RefusedError: a column is missing, or there twice.

    """
    plains = [plain(cell) for cell in cells]
    while plains and not plains[-1]:
        plains.pop()
    places: dict[str, int] = {}
    factors: dict[str, int] = {}
    problems: list[Problem] = []
    for column in kind.columns:
        at = [place for place, title in enumerate(plains) if title in titles[column.name]]
        if len(at) > 1:
            found = " and ".join(f"column {place + 1}" for place in at)
            problems.append(_problem("repeated_column", line, column.name, "once", found))
        elif at:
            places[column.name] = at[0]
            factors[column.name] = _TEN_THOUSAND if "万" in _unit(cells[at[0]]) else 1
        elif column.required:
            expected = f"a column {column.name} ({'/'.join(column.titles[:4])} …)"
            problems.append(_problem("missing_column", line, column.name, expected, "none"))
    if problems:
        raise RefusedError(problems)
    telling = tuple(at for at, title in enumerate(plains) if title not in _RUNNING)
    return Header(line, places, factors, len(plains), len(plains) - len(places), telling)


def plain(title: str) -> str:
    """Return a title as it is looked for: no spaces and marks, no unit in brackets behind it."""
    return _UNIT.sub("", _NOISE.sub("", title)).lower()


def _unit(title: str) -> str:
    """Return the unit that a title has in brackets; empty where it has none."""
    found = _UNIT.search(_NOISE.sub("", title))
    return "" if found is None else found["unit"]


def _problem(code: str, line: int, field: str, expected: str, found: str) -> Problem:
    return Problem(code=code, line=line, field=field, expected=expected, found=found)
