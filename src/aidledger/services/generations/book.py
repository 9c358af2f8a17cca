"""What generations of the read models there are, how two of them differ, and which may go."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aidledger.replay.comparing import Comparison, RowDifference
from aidledger.replay.generation import Generation
from aidledger.replay.generations import KEPT, Generations
from aidledger.replay.models import load_models, needed
from aidledger.services.generations.certifying import certificate_of, certified
from aidledger.services.generations.rebuilding import generations_of, store_of
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A generation that is kept: whether lists are read from it, its bytes on disk, where certified.

    `certified_at` is the position of the entry that names its certificate (None: not certified).
    """

    generation: Generation
    current: bool
    bytes: int
    certified_at: int | None


class ModelDiff(msgspec.Struct, frozen=True, kw_only=True):
    """How a model differs between two generations; one that only one of them has has no rows."""

    name: str
    only_in: int | None = None
    comparison: Comparison | None = None
    rows: tuple[RowDifference, ...] = ()


class GenerationDiff(msgspec.Struct, frozen=True, kw_only=True):
    """Two generations held against each other: the models that differ, and how many are equal."""

    old: Generation
    new: Generation
    models: tuple[ModelDiff, ...]
    equal: int


def list_generations(session: Session | LedgerStore) -> list[Listed]:
    """Return every generation that is kept, oldest first.

    Raises:
        GenerationsError: a description can't be read.

    """
    store, generations = store_of(session), generations_of(session)
    current = generations.current()
    named = {one.event.certificate: one.position for one in certified(store)}
    found = []
    for generation in generations.all():
        path = generations.folder / generation.file
        hashed = certificate_of(generation, store.origin).hash if generation.root else ""
        found.append(
            Listed(
                generation=generation,
                current=current is not None and current.number == generation.number,
                bytes=path.stat().st_size if path.exists() else 0,
                certified_at=named.get(hashed),
            )
        )
    return found


def diff_generations(
    session: Session | LedgerStore,
    *,
    old: int | None = None,
    new: int | None = None,
    models: Iterable[str] = (),
    most: int = 20,
) -> GenerationDiff:
    """Say how two generations differ: by default the last two that are kept.

    Args:
        session: an opened ledger.
        old: number of the one; default: the one before `new`.
        new: number of the other; default: the newest.
        models: only these, with at most `most` rows of each that differ; default: all, no rows.
        most: how many rows of a model to give.

    Raises:
        ServiceError: there is no such generation.
        ModelError: a model is unknown.
        GenerationsError: a generation can't be read.

    """
    generations = generations_of(session)
    left, right = _two(generations, old, new)
    every = load_models()
    asked = set(models)
    needed(every, asked)  # refuses a name that no model has
    before = {one.name: one.digest for one in left.models}
    after = {one.name: one.digest for one in right.models}
    names = [name for name in every if (name in before or name in after)]
    names = [name for name in names if not asked or name in asked]
    differing = [name for name in names if before.get(name) != after.get(name)]
    both = {name: every[name].key for name in differing if name in before and name in after}
    counts = {one.name: one for one in generations.compare(left, right, both)}
    found = []
    for name in differing:
        only = None if name in both else (left if name in before else right).number
        rows = (
            generations.differing(left, right, every[name], most) if asked and name in both else ()
        )
        found.append(
            ModelDiff(name=name, only_in=only, comparison=counts.get(name), rows=tuple(rows))
        )
    return GenerationDiff(
        old=left, new=right, models=tuple(found), equal=len(names) - len(differing)
    )


def prune_generations(session: Session | LedgerStore, *, keep: int = KEPT) -> tuple[int, ...]:
    """Remove all but the newest few, the current one, those that somebody reads, and those of more entries.

    Certificates stay. What is removed can be derived again from the entries.

    Returns:
        the numbers of those removed.

    Raises:
        ServiceError: fewer than one were to be kept.
        GenerationsError: a rebuild is running.

    """
    if keep < 1:
        raise ServiceError(f"keep: expected at least 1, found {keep}", exit_code=2)
    return generations_of(session).prune(keep)


def _two(
    generations: Generations, old: int | None, new: int | None
) -> tuple[Generation, Generation]:
    """Return the two generations that are asked about."""
    kept = {one.number: one for one in generations.all()}
    last = new if new is not None else max(kept, default=None)
    first = old
    if first is None:
        first = max((number for number in kept if last is not None and number < last), default=None)
    for number in (first, last):
        if number not in kept:
            there = ", ".join(map(str, kept)) or "none"
            wanted = "two generations" if number is None else f"generation {number}"
            raise ServiceError(
                f"expected {wanted}, found {there}",
                hint="aidledger generations list shows those that are kept",
                exit_code=2,
            )
    return kept[first or 0], kept[last or 0]
