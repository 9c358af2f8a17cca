"""Reads a whole history before anything of it is recorded: every row's form, its sums, its doubles."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

import msgspec

from aidledger.disk import named
from aidledger.domain.events.base import Event
from aidledger.domain.events.registry import ControlTotal
from aidledger.domain.proposal import Proposal
from aidledger.replay.files import repeated_lines
from aidledger.services.clock import system_bytes
from aidledger.services.importing.requests import Defaults, proposal_in
from aidledger.services.importing.sources import HistoryFile, RawRow
from aidledger.services.problems import Problem, RefusedError

Progress: TypeAlias = Callable[[int, int | None], None]
"""Told how many rows are done, and of how many where that is known."""

MOST_NAMED: Final = 10_000
"""Faults that are kept to be shown; all are counted."""
_EVERY: Final = 1_000
_DIGEST_BYTES: Final = 16


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a history holds: its rows, how many are bad, and sums over those that are not.

    `doubles` are the lines that say again what an earlier one said.
    """

    rows: int
    bad: int
    problems: tuple[Problem, ...]
    totals: tuple[ControlTotal, ...]
    doubles: array[int]


def check(
    file: HistoryFile, defaults: Defaults, *, as_is: bool, progress: Progress | None = None
) -> Checked:
    """Read every row; in memory stay the sums, the first faults, and a number for each double.

    Args:
        file: the history.
        defaults: what rows that say nothing of it take.
        as_is: take doubled rows as they are.
        progress: told how many rows are read.

    """
    problems: list[Problem] = []
    totals: Counter[str] = Counter()
    rows = bad = 0
    key = system_bytes(_DIGEST_BYTES)
    with TemporaryDirectory(prefix="aidledger-import-") as folder:
        digests = Path(folder) / "digests"
        with named(digests), digests.open("w", encoding="ascii") as kept:
            for row in file.rows():
                rows += 1
                try:
                    _add(totals, proposal_in(row, defaults))
                except RefusedError as refused:
                    bad += 1
                    problems += refused.problems[: MOST_NAMED - len(problems)]
                if not as_is:
                    kept.write(f"{_digest(row, key)},{row.line}\n")
                if progress is not None and rows % _EVERY == 0:
                    progress(rows, None)
        doubles = array("q")
        for line, first in () if as_is else repeated_lines(digests):
            doubles.append(line)
            if len(problems) < MOST_NAMED:
                problems.append(doubled(line, first))
    bad += len(doubles)
    if bad > len({problem.line for problem in problems}):
        problems.append(_more(bad))
    return Checked(
        rows=rows,
        bad=bad,
        problems=tuple(sorted(problems, key=lambda problem: problem.line or 0)),
        totals=tuple(ControlTotal(column=key, total=totals[key]) for key in sorted(totals)),
        doubles=doubles,
    )


def _more(bad: int) -> Problem:
    """Return how many rows are bad where not every one is named."""
    return Problem(
        code="more_rows",
        expected=f"at most {MOST_NAMED} faults, all named",
        found=f"{bad} bad rows, of which the first are named",
    )


def doubled(line: int, first: int | None = None) -> Problem:
    """Return what is wrong with a row that says again what an earlier one said."""
    again = "an earlier row" if first is None else f"line {first}"
    return Problem(
        code="doubled_row", line=line, expected="a row of its own", found=f"{again} again"
    )


def _digest(row: RawRow, key: bytes) -> str:
    """Name what a row says, under a key that nobody keeps.

    Whoever is killed leaves the file of them: without the key a number could be guessed from it.
    """
    text = row.text if row.cells is None else repr(sorted(row.cells.items())).encode()
    return hashlib.blake2b(text, digest_size=_DIGEST_BYTES, key=key).hexdigest()


def _add(totals: Counter[str], proposal: Proposal) -> None:
    """Count a row, and add its sums of money."""
    totals[proposal.type] += 1
    for key, fen in _sums(proposal.event):
        totals[f"{proposal.type}.{key}"] += fen


def _sums(event: Event) -> Iterator[tuple[str, int]]:
    for name in event.__struct_fields__:
        if name.endswith("_fen") and type(fen := getattr(event, name)) is int:
            yield name, fen
