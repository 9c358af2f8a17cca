"""Finds the first entry at which a rule failed: by halving the log, or by looking from entry to entry.

Halving is right where a rule that failed once fails from then on. Nobody can know that beforehand:
what is found is a place where the rule held before an entry and failed with it, and where other
places looked at contradict, that is said.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec

from aidledger.domain.recorded import Recorded
from aidledger.ledger.finding import FINDING_CODES, Finding
from aidledger.replay.asking import answer, question_of
from aidledger.replay.models import load_models
from aidledger.replay.stepping import Answer, answers, moments, reads_of
from aidledger.services.decoding import recorded_all
from aidledger.services.generations.source import StoreSource
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.cut import CutStore

SAMPLES: Final = 8
"""Places looked at over the whole log, before it is halved between two of them."""
_SHOWN: Final = 20

Fails = Callable[[int], bool]
"""Whether a rule fails when a position is the last one known."""
Progress = Callable[[int, int | None], None]
"""Told how many positions were looked at, and how many it will be at most."""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found: ``position`` is where the rule fails, and held just before; None: nowhere.

    ``exact`` is said where every entry before it that can change the answer was looked at. ``contradicted`` are positions at
    which the rule held again after it had failed: then it comes and goes, and there are others.
    """

    position: int | None
    probes: int
    exact: bool
    contradicted: tuple[int, ...]


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """The first entry at which a question of one's own gave rows, with some of them."""

    size: int
    search: Search
    entry: Recorded | None
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: int


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """The first damage that verify finds, and what it finds of no one entry: batches, the head."""

    size: int
    first: Finding | None
    elsewhere: tuple[Finding, ...]
    count: int


def first_failure(fails: Fails, size: int, *, progress: Progress | None = None) -> Search:
    """Find a position at which a rule failed and had held just before, by halving.

    Args:
        fails: asked of positions from 0 to ``size - 1``; before the first the rule holds.
        size: how many entries there are.
        progress: told of each look.

    """
    looked: dict[int, bool] = {}
    bound = SAMPLES + max(size, 1).bit_length()

    def look(position: int) -> bool:
        if position not in looked:
            looked[position] = fails(position)
            if progress is not None:
                progress(len(looked), bound)
        return looked[position]

    found: int | None = None
    if size:
        places = sorted({(size * part) // SAMPLES - 1 for part in range(1, SAMPLES + 1)} - {-1})
        bad = next((place for place in places if look(place)), None)
        for place in places:  # where it fails once, it ought to fail later
            look(place)
        if bad is not None:
            good = max((place for place in places if place < bad), default=-1)
            while bad - good > 1:
                middle = (good + bad) // 2
                good, bad = (good, middle) if look(middle) else (middle, bad)
            found = bad
    return Search(
        position=found,
        probes=len(looked),
        exact=False,
        contradicted=tuple(
            sorted(
                at
                for at, failed in looked.items()
                if found is not None and at > found and not failed
            )
        ),
    )


def bisect_sql(
    session: Session,
    name: str,
    sql: str,
    *,
    as_of: str | None = None,
    known_on: str | None = None,
    every: bool = False,
    progress: Progress | None = None,
) -> Violation:
    """Find the first entry at which a question of somebody's own gives rows: the rule then fails.

    Args:
        session: an opened ledger.
        name: what the question is called in errors.
        sql: one SELECT over the event views and models.
        as_of: the day in force at every position; default: the day of the last entry of each.
        known_on: leave out what was recorded after that day.
        every: look at each entry that can change the answer, from the first on: exact, and slower.
        progress: told of each look.

    Raises:
        ModelError: the question does not run.

    """
    models = load_models()
    question = question_of(name, sql, models)
    day = date.fromisoformat(as_of) if as_of else None
    known = date.fromisoformat(known_on) if known_on else None

    def ask(position: int) -> Answer:
        source = StoreSource(CutStore(session.store, position + 1))
        return answer(source, models, question, as_of=day, known_on=known)

    size = session.store.head().size
    columns: list[str] = []
    rows: list[tuple[Any, ...]] = []
    if every:
        source = StoreSource(CutStore(session.store, size))
        steps = list(moments(source, reads_of(question, models), as_of=day, known_on=known))
        search = Search(position=None, probes=len(steps), exact=True, contradicted=())
        asked = answers(source, models, question, steps, known_on=known)
        for count, (step, found) in enumerate(asked, start=1):
            columns, rows = found
            if progress is not None:
                progress(count, len(steps))
            if rows:
                search = msgspec.structs.replace(search, position=step.position, probes=count)
                break
    else:
        search = first_failure(lambda at: bool(ask(at)[1]), size, progress=progress)
        columns, rows = ask(search.position) if search.position is not None else ([], [])
    return Violation(
        size=size,
        search=search,
        entry=None if search.position is None else entry_at(session, search.position),
        columns=tuple(columns),
        rows=tuple(rows[:_SHOWN]),
        more=max(0, len(rows) - _SHOWN),
    )


def bisect_damage(
    location: str, rule: str = "verify", *, progress: Progress | None = None
) -> Damage:
    """Find the first position that verify finds damaged; every entry is looked at.

    Args:
        location: where the ledger lies.
        rule: ``verify`` for all damage, or the code of one finding.
        progress: told of the entries checked.

    Raises:
        ServiceError: no such code.

    """
    if rule != "verify" and rule not in FINDING_CODES:
        raise ServiceError(
            f"{rule}: expected verify or the code of a finding, found none",
            hint="docs/FINDINGS.md lists the codes",
            exit_code=2,
        )
    report = verify(location, progress=progress)
    found = [one for one in report.findings if rule in ("verify", one.code)]
    # a batch is named by its first entry, whichever of its entries is the damaged one
    batches = [one for one in found if one.code.startswith("batch_")]
    placed = [one for one in found if one.position is not None and one not in batches] or batches
    return Damage(
        size=report.entries,
        first=min(placed, key=lambda one: one.position or 0, default=None),
        elsewhere=tuple(
            one for one in found if one.position is None or (one in batches and placed != batches)
        ),
        count=len(found),
    )


def entry_at(session: Session, position: int) -> Recorded | None:
    """Return the entry at a position, if it can be read."""
    found = recorded_all(session.store.read(position, position + 1))
    return found[0] if found else None
