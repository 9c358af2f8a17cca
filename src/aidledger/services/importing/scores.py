"""Carers' monthly scores; below the pass mark a disqualification follows in the same batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aidledger.domain.events.care import CarerScored, CarerScoreTold
from aidledger.domain.events.registry import ControlTotal
from aidledger.domain.proposal import Proposal
from aidledger.domain.values import month_end
from aidledger.services.acts.who import Who
from aidledger.services.importing.cells import Cells, shown, source_of
from aidledger.services.importing.kinds import Column, Given, Kind, Taken
from aidledger.services.importing.table import Row
from aidledger.services.problems import Problem
from aidledger.services.session import Session

_HIGHEST: Final = 100
"""The top of the scale that the event type admits, not a rule."""

COLUMNS: Final = (
    Column(key="carer", title_zh="护理人编号", sample="520123-0001"),
    Column(key="month", title_zh="月份", sample="2022-03"),
    Column(key="score", title_zh="得分", sample="88"),
    Column(key="scored_on", title_zh="考核日期", sample="2022-03-31", required=False),
    Column(key="told_on", title_zh="告知日期", sample="2022-04-01", required=False),
)


def take(session: Session, rows: Sequence[Row], given: Given) -> Taken:
    """Return the scores of the file, and when each was told to the carer."""
    problems: list[Problem] = []
    proposals: list[Proposal] = []
    seen: dict[tuple[str, str], int] = {}
    total = 0
    for row in rows:
        before = len(problems)
        cells = Cells(row, problems)
        found = _score(session, cells, given)
        event = found[0].event
        key = (found[0].stream, event.month if isinstance(event, CarerScored) else "")
        if key in seen and len(problems) == before:
            cells.fault("carer", "one score a carer and month", f"line {seen[key]} again")
        seen.setdefault(key, row.line)
        if len(problems) == before:
            proposals += found
            total += event.score if isinstance(event, CarerScored) else 0
    return Taken(
        proposals=proposals,
        totals=[ControlTotal(column="score", total=total)],
        problems=problems,
    )


def _score(session: Session, cells: Cells, given: Given) -> list[Proposal]:
    """Read one row; faults are kept with the row's line."""
    carer = cells.code("carer", of="carer")
    stream = f"carer/{carer}"
    if carer and not given.as_is and not session.states.version(stream):
        cells.fault("carer", "a registered carer", shown(carer), "unknown_carer")
    month = cells.month("month")
    end = month_end(month).isoformat() if month else "-"
    scored_on = cells.day("scored_on", default=given.effective_on or end)
    told_on = cells.day("told_on", default="-")
    source = source_of(given.file_hash, cells.line)
    score = cells.count("score", highest=_HIGHEST)
    scored = CarerScored(month=month, score=score, source=source)
    told = told_on.removeprefix("-")
    office = given.office or carer.partition("-")[0]
    entries = [Who(actor=given.actor, office=office, on=scored_on).says(stream, scored)]
    if told:
        event = CarerScoreTold(month=month, source=source, told_on=told)
        entries.append(Who(actor=given.actor, office=office, on=told).says(stream, event))
    return entries


KIND: Final = Kind(name="scores", columns=COLUMNS, take=take)
