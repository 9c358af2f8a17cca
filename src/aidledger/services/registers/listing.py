"""Says which registers were imported, how old they are, whether their tables are there, and whom they name."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from aidledger.domain.events.register import RegisterImported
from aidledger.domain.recorded import Recorded
from aidledger.replay.engine import EngineLimits
from aidledger.replay.kept import file_of, state_of
from aidledger.services.decoding import readable
from aidledger.services.problems import ServiceError
from aidledger.services.questions.answering import answering
from aidledger.services.questions.querying import SECONDS, query
from aidledger.services.registers.importing import kind_of
from aidledger.services.session import Session
from aidledger.services.tables.place import tables_folder

State = str
"""``whole`` (not read), ``gone``; of one that was read also ``altered``."""

_LISTED: Final = (
    "SELECT position, kind, from_unit, CAST(dated_on AS VARCHAR), adds, persons, replaced_by "
    "FROM registers ORDER BY kind, from_unit, dated_on, position"
)
_NAMED: Final = """
SELECT case_people."case", MAX(case_state.township) AS township, COUNT(*) AS rows_,
       COUNT(DISTINCT rows_.person) AS persons
FROM {table} AS rows_
JOIN registers ON registers.position = rows_.position AND registers.replaced_by IS NULL
JOIN case_people ON case_people.person = rows_.person AND case_people.supported
JOIN case_state ON case_state."case" = case_people."case"
GROUP BY case_people."case"
ORDER BY case_people."case"
"""


class Listed(NamedTuple):
    """A register: where its entry is, what it is, how many days old on the day asked about, its table."""

    position: int
    kind: str
    from_unit: str
    dated_on: str
    adds: bool
    rows: int
    kept: int
    persons: int
    age_days: int
    replaced_by: int | None
    state: State


class Named(NamedTuple):
    """A case in support of which a register names somebody: how many rows, how many persons."""

    case: str
    township: str
    rows: int
    persons: int


class Days(NamedTuple):
    """The day asked about, and the last one of which what was recorded counts; None: as `answering` has it."""

    as_of: date | None = None
    known_on: date | None = None


def registers(
    session: Session,
    days: Days,
    *,
    limits: EngineLimits | None = None,
) -> tuple[date, list[Listed]]:
    """Return the day asked about, and what was imported by then, by kind and unit.

    Raises:
        GenerationsError: the engine had no room to work.
        ServiceError: a day outside 1850-2200.

    """
    given = {
        entry.position: entry.event
        for entry in readable(session.store, session.store.read_types(("RegisterImported",)))
        if isinstance(entry.event, RegisterImported)
    }
    place = tables_folder(session.store)
    with answering(session, ["registers"], **days._asdict(), limits=limits) as (
        laid,
        _,
    ):
        ((day,),) = laid.connection.execute("SELECT as_of FROM parameters").fetchall()
        rows = laid.connection.execute(_LISTED).fetchall()
    found = []
    for position, kind, unit, dated, adds, persons, replaced in rows:
        event = given[position]
        there = place is not None and file_of(place, event.kept).exists()
        found.append(
            Listed(
                position=position,
                kind=kind,
                from_unit=unit,
                dated_on=dated,
                adds=adds,
                rows=event.rows,
                kept=event.kept.rows,
                persons=persons,
                age_days=(day - date.fromisoformat(dated)).days,
                replaced_by=replaced,
                state="whole" if there else "gone",
            )
        )
    return day, found


def register_at(session: Session, position: int) -> tuple[Recorded, RegisterImported, State]:
    """Return the entry of a register, and whether its table is as it says: read and hashed again.

    Raises:
        ServiceError: there is no such entry.

    """
    for entry in readable(session.store, session.store.read_types(("RegisterImported",))):
        if entry.position == position and isinstance(entry.event, RegisterImported):
            return entry, entry.event, _state(session, entry.event)
    raise ServiceError(
        f"entry {position}: expected one of an imported register, found none",
        hint="aidledger compare list gives the positions",
        exit_code=2,
    )


def _state(session: Session, event: RegisterImported) -> State:
    place = tables_folder(session.store)
    return "gone" if place is None else state_of(place, event.kept)


def named(
    session: Session,
    kind: str,
    days: Days,
    *,
    limits: EngineLimits | None = None,
) -> list[Named]:
    """Return the cases in support of which the registers of a kind name somebody.

    Raises:
        ModelError: a table is not as its entry says.
        GenerationsError: the engine had no room to work.
        ServiceError: a kind that names no persons, or a day outside 1850-2200.

    """
    if not of_persons(kind):
        raise ServiceError(f"{kind}: expected a register of persons", exit_code=2)
    found = query(
        session,
        _NAMED.format(table=kind_of(kind).table),
        **days._asdict(),
        limits=limits,
        seconds=SECONDS,
        most=1_000_000,
    )
    return [Named(*row) for row in found.rows]


def of_persons(kind: str) -> bool:
    """Whether each row of a register names a person.

    Raises:
        ServiceError: there is no such kind.

    """
    return any(column.name == "person" and column.required for column in kind_of(kind).kept)


def comparisons(hits: dict[str, list[Named]], day: str) -> list[dict[str, Any]]:
    """Return a line for ``record`` of each case that registers name: what it was compared with, its hits."""
    of_case: dict[str, list[str]] = {}
    for kind, rows in hits.items():
        for row in rows:
            of_case.setdefault(row.case, []).append(f"{kind}-1")
    return [
        {
            "type": "DataCompared",
            "stream": case,
            "effective_on": day,
            "data": {"hits": found, "registers": sorted(hits), "run_on": day},
        }
        for case, found in sorted(of_case.items())
    ]
