"""Says which entry made each field of a case what it is, from the fold itself, entry by entry.

A field is what the last entry that changed it made it. Nothing is looked up in a table of which type
sets which field: the case is folded, and compared before and after each entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, Final

import msgspec

from aidledger.domain.case import evolve
from aidledger.domain.casestate import Case
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing
from aidledger.services.cases.amending import Amendment, amendments
from aidledger.services.cases.history import history
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session

_BOOKKEEPING: Final = frozenset(
    {
        *("stream", "version", "last_position"),
        # what each day of them was: another field says what holds
        *(
            "abilities",
            "absences",
            "accounts",
            "enrolments",
            "forms",
            "filed_on",
            "household.incomes",
            "household.exit_on",
            "household.members_said",
        ),
    }
)


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """What a field was before, and the entry that had made it so."""

    value: Any
    position: int
    type: str
    effective_on: str


class Blame(msgspec.Struct, frozen=True, kw_only=True):
    """Which entry made a field of the case what it is.

    ``field`` is its name, of a part of the case with a dot: ``household.members``. ``pack`` is the
    policy pack that the entry pins, if it does. ``earlier`` is what it was before, newest first.
    ``amendments`` are what corrected the entry, and the annulments of others that had set the field.
    """

    field: str
    value: Any
    position: int
    type: str
    effective_on: str
    recorded_at: str
    actor: str
    office: str
    pack: str
    pack_hash: str
    earlier: tuple[Earlier, ...]
    amendments: tuple[Amendment, ...]


class _Change(msgspec.Struct, frozen=True):
    """A field that an entry gave another value."""

    value: Any
    entry: Recorded


def blame(
    session: Session,
    case: str,
    *,
    field: str | None = None,
    as_of: str | None = None,
    known_on: str | None = None,
) -> tuple[Blame, ...]:
    """Return for each field of the case the entry that made it what it is, on a day, as known.

    Args:
        session: the opened ledger.
        case: the stream of the case.
        field: only this one, or those of this part of the case; default: all that was ever set.
        as_of: leave out what is effective after this day.
        known_on: leave out what was recorded after this day.

    Raises:
        ServiceError: no such field.

    """
    names = list(field_values(Case(stream=case)))
    wanted = [n for n in names if field in (None, n, n.partition(".")[0])]
    if not wanted:
        near = get_close_matches(str(field), names, n=1)
        raise ServiceError(
            f"{field}: expected a field of a case, found none",
            hint=f"did you mean {near[0]}" if near else ", ".join(names),
            exit_code=2,
        )
    entries, day = history(session, case, known_on=known_on), as_of or END_OF_TIME
    changes = _changes(case, standing(entries, as_of=day))
    made = amendments(entries).made
    undone = _undone(case, entries, made, day)
    found = []
    for name in wanted:
        several = [*changes.get(name, ())]
        annulments = undone.get(name, [])
        if not several and not annulments:
            continue
        if several:
            last = several[-1]
        else:  # what set it does not count, and so it is empty again
            at = annulments[-1].position
            nothing = field_values(Case(stream=case))[name]
            last = _Change(nothing, next(e for e in entries if e.position == at))
        right = [a for a in made if a.of == last.entry.position and a.field]
        found.append(_blame(session, name, last, several[:-1], (*right, *annulments)))
    return tuple(found)


def field_values(case: Case) -> dict[str, Any]:
    """Return the fields of a case, those of its parts under ``part.field``."""
    values: dict[str, Any] = {}
    for name in case.__struct_fields__:
        value = getattr(case, name)
        if isinstance(value, msgspec.Struct):
            values |= {f"{name}.{n}": getattr(value, n) for n in value.__struct_fields__}
        else:
            values[name] = value
    return {name: value for name, value in values.items() if name not in _BOOKKEEPING}


def _changes(case: str, live: Iterable[Recorded]) -> dict[str, list[_Change]]:
    """Fold what stands and return by field each change of it, in order."""
    state = Case(stream=case)
    before = field_values(state)
    changes: dict[str, list[_Change]] = {}
    for entry in live:
        state = evolve(state, entry)
        after = field_values(state)
        for name, value in after.items():
            if value != before[name]:
                changes.setdefault(name, []).append(_Change(value, entry))
        before = after
    return changes


def _undone(
    case: str, entries: Sequence[Recorded], made: Iterable[Amendment], day: str
) -> dict[str, list[Amendment]]:
    """Return by field the annulments of entries that had set it: folded as if they had not been."""
    undone: dict[str, list[Amendment]] = {}
    for one in made:
        if one.field:
            continue
        others = (e for e in entries if e.position != one.position)
        for name, changes in _changes(case, standing(others, as_of=day)).items():
            if any(change.entry.position == one.of for change in changes):
                undone.setdefault(name, []).append(one)
    return undone


def _blame(
    session: Session,
    name: str,
    last: _Change,
    before: Sequence[_Change],
    amended: Iterable[Amendment],
) -> Blame:
    entry = last.entry
    return Blame(
        field=name,
        value=_plain(last.value),
        position=entry.position,
        type=wire_name(entry.event),
        effective_on=entry.effective_on,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        office=entry.office,
        pack=_pack_name(session, entry.pack_hash),
        pack_hash=entry.pack_hash or "",
        earlier=tuple(
            Earlier(
                value=_plain(one.value),
                position=one.entry.position,
                type=wire_name(one.entry.event),
                effective_on=one.entry.effective_on,
            )
            for one in reversed(before)
        ),
        amendments=tuple(sorted(amended, key=lambda one: one.position)),
    )


def _pack_name(session: Session, pack_hash: str | None) -> str:
    """Return the name of a pinned pack; empty where none is, or its text is not there."""
    with suppress(ServiceError):
        return session.policy().pack(pack_hash).id if pack_hash else ""
    return ""


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
