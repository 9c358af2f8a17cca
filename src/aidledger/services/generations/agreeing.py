"""Holds every case's fold against its row in a generation; what was agreed before may be carried over.

A case is carried over only where nothing that either side rests on can have changed: no entry of its
own is new, its row is the one that was agreed, and no entry of it began to count meanwhile. Every other
case is folded from its records, with nothing of the loader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from operator import itemgetter
from typing import Any, Final

import msgspec

from aidledger.domain.recorded import Recorded
from aidledger.replay.agreement import (
    Difference,
    Folded,
    case_entries,
    differences,
    fold_streams,
    row_digest,
)
from aidledger.replay.cutting import UpTo
from aidledger.replay.engine import EngineLimits
from aidledger.replay.generation import Generation
from aidledger.replay.models import load_models, needed
from aidledger.replay.rows import HostileRow
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.generations.rebuilding import generations_of
from aidledger.services.generations.source import StoreSource
from aidledger.services.keptfile import Basis, Carried, KeptFile, program_digest
from aidledger.store.port import LedgerStore

AGREED_FILE: Final = "cases.agreed"
AGREED_FORMAT: Final = "aidledger/agreed/v1"
OTHER_MONTH: Final = "the month is another"
OTHER_QUESTION: Final = "the question is another"
_MODEL: Final = "case_state"
_TOGETHER: Final = 500
"""Cases that are read with one question."""
_TOLD_EACH: Final = 5_000

Rows = Mapping[str, Mapping[str, Any]]
Progress = Callable[[int, int], None]
"""Told the cases folded, or the entries read where every case is, and how many there are."""


class AgreedCase(msgspec.Struct, frozen=True, array_like=True):
    """What a case was folded to: the digest of its row, and the day from which it may come out otherwise."""

    row: bytes
    next_day: str


class AgreedCases(Carried, frozen=True, kw_only=True):
    """What every case with an entry below a size was folded to, as of a day."""

    as_of: str
    cases: dict[str, AgreedCase]


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """In what the two derivations differ, how many cases were folded, and how many carried over."""

    differing: tuple[Difference, ...]
    folded: int
    carried: int


def agree(
    store: LedgerStore,
    generation: Generation,
    kept: KeptFile[AgreedCases] | None = None,
    *,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
) -> Agreement:
    """Hold the cases, as a generation saw them, against its rows of `case_state`.

    Args:
        store: the ledger.
        generation: has `case_state`.
        kept: what earlier nights agreed, to be gone on from; replaced by what tonight did. Only for a
            log in which nothing is wrong: streams are then read by the column that names them.
        limits: how much memory and how many threads to take.
        progress: told how far it is.

    Raises:
        GenerationsError: the generation can't be read.
        OSError: what was agreed can't be kept.

    """
    columns, rows = generations_of(store).read(generation, load_models()[_MODEL], limits)
    derived = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    return agree_on(store, generation, derived, kept, progress=progress)


def agree_on(
    store: LedgerStore,
    generation: Generation,
    derived: Rows,
    kept: KeptFile[AgreedCases] | None = None,
    *,
    progress: Progress | None = None,
) -> Agreement:
    """Do the same with rows of `case_state` that are at hand, by case."""
    before = None if kept is None else _before(store, generation, kept)
    if before is None:
        rows_of_all = UpTo(StoreSource(store), generation.position + 1).rows()
        told = _telling(rows_of_all, generation.position + 1, progress)
        entries = case_entries(told, known_on=generation.known_on)
        asked = entries.keys() | derived.keys()
        folded = _folded(entries, asked, generation)
    else:
        asked = _to_fold(store, generation, before, derived)
        folded = _folded_some(store, generation, sorted(asked), progress)
    found = differences(
        (one.row for one in folded if one.row is not None),
        (row for case, row in derived.items() if case in asked),
    )
    carried = {} if before is None else {n: c for n, c in before.cases.items() if n not in asked}
    if kept is not None and generation.known_on is None and kept.sound:
        # the fold's own rows: a case that differs is folded again until its row is this one
        fresh = {one.case: AgreedCase(row_digest(one.row), one.next_day) for one in folded}
        _keep(store, generation, kept, carried | fresh)
    return Agreement(differing=tuple(found), folded=len(folded), carried=len(carried))


def _before(
    store: LedgerStore, generation: Generation, kept: KeptFile[AgreedCases]
) -> AgreedCases | None:
    """Return what was agreed and may still hold; nothing where every case is to be folded."""
    before = kept.taken(partial(_basis, store, generation))
    if before is None:
        return None
    day = generation.as_of.isoformat()
    earlier = day < before.as_of or generation.position + 1 < before.size
    if earlier or generation.known_on is not None:
        kept.drop(OTHER_QUESTION)
    elif day[:7] != before.as_of[:7]:  # what is paid depends on the month
        kept.drop(OTHER_MONTH)
    return kept.kept


def _basis(store: LedgerStore, generation: Generation, size: int) -> Basis:
    """Say what an agreement up to a size rests on; the models are those that `case_state` is derived by."""
    names = needed(load_models(), [_MODEL])
    built = sorted(f"{one.name} {one.sql_sha256}" for one in generation.models if one.name in names)
    return Basis(
        origin=store.origin,
        program=program_digest(),
        root=root_at(store, size).hex() if size <= store.head().size else "",
        models=hashlib.sha256("\n".join(built).encode()).hexdigest(),
    )


def _to_fold(
    store: LedgerStore, generation: Generation, before: AgreedCases, derived: Rows
) -> set[str]:
    """Return every case that something may have changed of: an entry, its row, or that its day came."""
    day, stop = generation.as_of.isoformat(), generation.position + 1
    new = case_entries((row[0], row[5]) for row in store.read(before.size, stop))
    asked = new.keys() | (derived.keys() - before.cases.keys())
    for case, agreed in before.cases.items():
        if agreed.next_day <= day or agreed.row != row_digest(derived.get(case)):
            asked.add(case)
    return asked


def _folded_some(
    store: LedgerStore, generation: Generation, asked: list[str], progress: Progress | None
) -> list[Folded]:
    """Fold cases from their records, some at a time, in the order of their positions."""
    stop, folded = generation.position + 1, list[Folded]()
    for at in range(0, len(asked), _TOGETHER):
        some = asked[at : at + _TOGETHER]
        rows = [(row[0], row[5]) for row in store.read_streams(some) if row[0] < stop]
        folded += _folded(case_entries(sorted(rows, key=itemgetter(0))), some, generation)
        if progress is not None:
            progress(len(folded), len(asked))
    return folded


def _folded(
    entries: Mapping[str, list[Recorded]], asked: Iterable[str], generation: Generation
) -> list[Folded]:
    """Fold the cases asked for; of one without a readable entry there is no row."""
    streams = {case: entries.get(case, []) for case in asked}
    return list(fold_streams(streams, as_of=generation.as_of))


def _telling(
    rows: Iterable[HostileRow], total: int, progress: Progress | None
) -> Iterator[HostileRow]:
    """Yield rows, and say how many were read."""
    for number, row in enumerate(rows):
        if progress is not None and number % _TOLD_EACH == 0:
            progress(number, total)
        yield row


def _keep(
    store: LedgerStore,
    generation: Generation,
    kept: KeptFile[AgreedCases],
    cases: dict[str, AgreedCase],
) -> None:
    size = generation.position + 1
    kept.put(
        kept.packed(
            AgreedCases(
                basis=_basis(store, generation, size),
                size=size,
                full_on=kept.full_on,
                nights=kept.nights,
                as_of=generation.as_of.isoformat(),
                cases=cases,
            )
        )
    )
