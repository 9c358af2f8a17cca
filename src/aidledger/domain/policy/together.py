"""The clauses of a pack on one act, answered together: each fact is read once for all of them.

A month of pay lines asks the same clauses about nearly the same facts, so that the answers of all
are remembered by the values that any of them read (bounded), as each clause remembers its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from aidledger.domain.calendar import Calendar
from aidledger.domain.policy.clause import (
    REMEMBERED_PER_CLAUSE,
    Clause,
    ClauseResult,
    FactReads,
    FactValue,
)

_ACTS_REMEMBERED: Final = 512
"""Acts with clauses of all packs in use; a pack has some dozens."""


class Answers(NamedTuple):
    """What each clause says of one act, in their order, and which of them refuse it."""

    results: tuple[ClauseResult, ...]
    refusals: tuple[ClauseResult, ...]


class ClausesTogether:
    """Several clauses with the facts that they read, in one order."""

    def __init__(self, clauses: tuple[Clause, ...]) -> None:
        """Find out which facts are read, and which of them each clause wants."""
        self._clauses = clauses
        paths = sorted({path for clause in clauses for path in clause.paths})
        self._reads = FactReads(paths)
        self._wanted = tuple(tuple(map(paths.index, clause.paths)) for clause in clauses)
        self._needs_calendar = any(clause.needs_calendar for clause in clauses)
        self.reads_due = any(path.startswith("due.") for path in paths)
        """Whether a clause asks what the amounts of the pack give."""
        self._answers = lru_cache(maxsize=REMEMBERED_PER_CLAUSE, typed=True)(self._evaluate)

    def evaluate(self, facts: Mapping[str, Any], calendar: Calendar | None) -> Answers:
        """Answer each clause for nested facts. Never raises."""
        values = self._reads.values(facts)
        return self._answers(calendar if self._needs_calendar else None, *values)

    def _evaluate(self, calendar: Calendar | None, *values: FactValue) -> Answers:
        results = tuple(
            clause.answer(calendar, [values[at] for at in wanted])
            for clause, wanted in zip(self._clauses, self._wanted, strict=True)
        )
        return Answers(results, tuple(result for result in results if result.refuses))


@lru_cache(maxsize=_ACTS_REMEMBERED)
def together(clauses: tuple[Clause, ...]) -> ClausesTogether:
    """Return what answers these clauses together, made once."""
    return ClausesTogether(clauses)
