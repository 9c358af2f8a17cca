"""Two derivations must agree: every case folded in Python against its row of `case_state`.

The fold reads the records by itself, with nothing of the loader, so that a fault in either shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from aidledger.domain.case import evolve
from aidledger.domain.casestate import Case
from aidledger.domain.recorded import END_OF_TIME, Recorded, amended
from aidledger.replay.loading import end_of_day
from aidledger.replay.rows import HostileRow, recorded_record
from aidledger.replay.sorting import AFTER_ALL

CASES: Final = "case/"
"""How the name of a case's stream begins."""

CASE_COLUMNS: Final[tuple[str, ...]] = (
    *("case", "stage", "applicant", "display_name", "programme", "birth_on", "area"),
    *("township", "village"),
    *("applied_on", "accepted_on", "opinion", "opinion_on", "publicity_from", "publicity_to"),
    *("submitted_on", "decided_on", "decided_by", "limb", "form", "institution", "from_month"),
    *("ability", "monthly_fen", "account", "carer", "care_class", "died_on", "whereabouts"),
    *("suspended_from", "last_month", "terminated_on", "termination_ground", "open_objections"),
    *("visits", "last_visit_on", "paid_lines", "paid_fen", "version", "last_position", "positions"),
)
"""The columns of `case_state`, in their order."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One column of one case that the two derivations give differently."""

    case: str
    column: str
    folded: Any
    derived: Any


def case_row(case: Case, as_of: str, positions: Iterable[int] = ()) -> dict[str, Any]:
    """Return a folded case as its row of `case_state` has it: days as ISO text, empty as None."""
    row: dict[str, Any] = {
        name: getattr(case, name, None) or None
        for name in CASE_COLUMNS
        if name not in ("case", "positions")
    }
    for name in ("visits", "paid_lines", "paid_fen", "version", "last_position"):
        row[name] = getattr(case, name)
    row |= {
        "case": case.stream,
        "monthly_fen": case.payable_fen(as_of[:7]),
        "open_objections": len(case.open_objections),
        "positions": sorted(positions),
    }
    return {name: row[name] for name in CASE_COLUMNS}


class Folded(NamedTuple):
    """What the fold of one case gave: its row of `case_state`, nothing where nothing of it counts yet.

    `next_day` is the first day after the one asked about on which another of its entries counts: until
    then, within the month, and without a new entry, the fold comes out the same.
    """

    case: str
    row: dict[str, Any] | None
    next_day: str


def fold_cases(
    rows: Iterable[HostileRow], *, as_of: date, known_on: date | None = None
) -> Iterator[dict[str, Any]]:
    """Fold every case of a ledger from its rows of (position, record); yield their rows of `case_state`, by case.

    Records that cannot be read are left out, as everywhere.
    """
    streams = case_entries(rows, known_on=known_on)
    return (one.row for one in fold_streams(streams, as_of=as_of) if one.row is not None)


def case_entries(
    rows: Iterable[HostileRow], *, known_on: date | None = None
) -> dict[str, list[Recorded]]:
    """Return the readable entries of each case among rows of (position, record), in their order."""
    cutoff = AFTER_ALL if known_on is None else end_of_day(known_on)
    streams: dict[str, list[Recorded]] = {}
    for position, record in rows:
        entry = recorded_record(position, record)
        if entry is not None and entry.stream.startswith(CASES) and entry.recorded_at < cutoff:
            streams.setdefault(entry.stream, []).append(entry)
    return streams


def fold_streams(streams: Mapping[str, Sequence[Recorded]], *, as_of: date) -> Iterator[Folded]:
    """Fold cases from all their entries, which are all that a fold rests on; by case."""
    question = as_of.isoformat()
    for stream in sorted(streams):
        whole = amended(streams[stream])
        live = [entry for entry in whole if entry.effective_on <= question]
        later = (entry.effective_on for entry in whole if entry.effective_on > question)
        row = None
        if live:
            case = Case(stream=stream)
            for entry in live:
                case = evolve(case, entry)
            row = case_row(case, question, (entry.position for entry in live))
        yield Folded(stream, row, min(later, default=END_OF_TIME))


def row_digest(row: Mapping[str, Any] | None) -> bytes:
    """Return the SHA-256 of a row of `case_state`, or of there being none."""
    # as Python writes them: it tells every type apart, and there is no value that it can't write
    values = None if row is None else [row[name] for name in CASE_COLUMNS]
    return hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).digest()


def differences(
    folded: Iterable[Mapping[str, Any]], derived: Iterable[Mapping[str, Any]]
) -> list[Difference]:
    """Compare the two derivations, case by case and column by column."""
    left = {row["case"]: row for row in folded}
    right = {row["case"]: row for row in derived}
    found = []
    for name in sorted({*left, *right}):
        ours, theirs = left.get(name), right.get(name)
        if ours is None or theirs is None:
            found.append(
                Difference(
                    case=name,
                    column="case",
                    folded=None if ours is None else name,
                    derived=None if theirs is None else name,
                )
            )
            continue
        found += [
            Difference(case=name, column=column, folded=ours[column], derived=theirs[column])
            for column in CASE_COLUMNS
            if ours[column] != theirs[column]
        ]
    return found
