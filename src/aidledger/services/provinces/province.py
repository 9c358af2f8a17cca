"""Rebuilds the models of many counties in one run of Spark; each county gets a generation of its own.

Every ledger is read by itself: its segments, and what lies beside them. Nothing of one county is joined with
another's; one whose ledger can't be read is left out and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import msgspec

from aidledger.ledger.canonical import clip
from aidledger.replay.cutting import UpTo
from aidledger.replay.engine import EngineLimits
from aidledger.replay.generation import GenerationsError
from aidledger.replay.job import Progress
from aidledger.replay.loading import Loaded
from aidledger.replay.models import Model, load_models, needed
from aidledger.services.generations.rebuilding import (
    OnSpark,
    RebuildResult,
    check_days,
    generations_of,
    no_spark,
    result_of,
)
from aidledger.services.generations.source import StoreSource
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.store.errors import StoreError
from aidledger.store.port import LedgerStore

if TYPE_CHECKING:  # an extra
    from aidledger.replay.onspark import Run
    from aidledger.replay.spark import LedgerViews

_USAGE: Final = 2
_EXPECTED: Final = (StoreError, ServiceError, GenerationsError, OSError)


class County(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one ledger: its log's name, and the rebuild, or why there is none."""

    location: str
    origin: str = ""
    size: int = 0
    root: str = ""
    built: RebuildResult | None = None
    failure: str = ""


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The question that is put to every ledger, and how much DuckDB may take."""

    as_of: date | None
    known_on: date | None
    limits: EngineLimits | None


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger whose views are laid out for Spark."""

    store: LedgerStore
    name: str
    loaded: Loaded
    views: LedgerViews
    head: tuple[int, str]


def rebuild_province(
    locations: Sequence[str],
    spark: OnSpark,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    models: Iterable[str] | None = None,
    limits: EngineLimits | None = None,
    progress: Progress | None = None,
) -> tuple[County, ...]:
    """Build a new generation of every ledger's models, in one run, and switch each to its own.

    Args:
        locations: of the ledgers, each once.
        spark: where to build.
        as_of: the day the question is about; default: of each ledger, the day of its last entry.
        known_on: leave out what was recorded after that day.
        models: names of models to build, with all they read; default: every model.
        limits: how much DuckDB may take, which reads what lies beside segments.
        progress: told of ledgers that are read, and of models that are begun.

    Returns:
        What became of each ledger, in their order.

    Raises:
        ServiceError: a ledger is named twice, a day outside 1850-2200, or the extra is not installed.
        ModelError: a model is unknown.
        GenerationsError: Spark does not start.

    """
    check_days(as_of, known_on)
    try:
        from aidledger.replay.onspark import Run  # noqa: PLC0415 - an extra
        from aidledger.replay.spark import session_of  # noqa: PLC0415
    except ImportError as error:
        raise no_spark(error) from error
    wanted, asked = (
        needed(load_models(), models),
        _Asked(as_of=as_of, known_on=known_on, limits=limits),
    )
    tell = progress or (lambda _stage, _done, _total: None)
    with (
        ExitStack() as opened,
        TemporaryDirectory(prefix="aidledger-province-", dir=spark.folder) as place,
    ):
        run = Run(wanted, Path(place), spark.folder)
        counties: dict[str, County] = {}
        read: dict[str, _Read] = {}
        for number, location in enumerate(locations):
            tell("load", number, len(locations))
            try:
                session = opened.enter_context(open_session(location, read_only=True))
                given = _read(session.store, run, number, asked)
            except _EXPECTED as error:
                counties[location] = County(location=location, failure=_said(error))
            else:
                read[location] = given
        _check_once(locations, read)
        if read:
            views = [one.views for one in read.values()]
            run.build(session_of(spark.master), views, _counted(tell, len(wanted)))
        for location, one in read.items():
            counties[location] = _switched(location, one, run, wanted, asked)
        return tuple(counties[location] for location in locations)


def _read(store: LedgerStore, run: Run, number: int, asked: _Asked) -> _Read:
    """Lay out a ledger's views, as far as its head counts."""
    head = store.head()
    name = f"{number}-{re.sub('[^A-Za-z0-9.-]', '.', store.origin)[:80]}"
    loaded, views = run.lay_out(
        UpTo(StoreSource(store), head.size),
        name,
        as_of=asked.as_of,
        known_on=asked.known_on,
        limits=asked.limits,
    )
    return _Read(
        store=store, name=name, loaded=loaded, views=views, head=(head.size, head.root.hex())
    )


def _switched(
    location: str, read: _Read, run: Run, models: dict[str, Model], asked: _Asked
) -> County:
    """Take over what was built of a ledger, as its new generation."""
    told = County(location=location, origin=read.store.origin, size=read.head[0], root=read.head[1])

    def load(*_source: object, **_asked: object) -> Loaded:
        return read.loaded  # it lies before Spark already

    try:
        built = generations_of(read.store).rebuild(
            StoreSource(read.store),
            models,
            as_of=asked.as_of,
            known_on=asked.known_on,
            head=read.head,
            limits=asked.limits,
            builder=run.taker(read.name),
            load=load,
        )
    except _EXPECTED as error:
        return msgspec.structs.replace(told, failure=_said(error))
    return msgspec.structs.replace(told, built=result_of(built))


def _check_once(locations: Sequence[str], read: dict[str, _Read]) -> None:
    """Refuse a ledger that is named twice, by whatever name."""
    origins = [one.store.origin for one in read.values()]
    twice = [one for one in (*locations, *origins) if (*locations, *origins).count(one) > 1]
    if twice:
        raise ServiceError(
            f"expected each ledger once, found {twice[0]} twice",
            hint="name each county's ledger once",
            exit_code=_USAGE,
        )


def _counted(tell: Progress, total: int) -> Callable[[str], None]:
    """Return what counts the models that are begun."""
    begun = iter(range(total + 1))
    return lambda name: tell(name, next(begun), total)


def _said(error: BaseException) -> str:
    return clip(" ".join(str(error).split()), 300)
