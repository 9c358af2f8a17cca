"""Draws a sample from a ledger, and draws one again from what was written of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Final

import msgspec

from aidledger.audit.sampling import Design, Sample, SamplingError, draw
from aidledger.replay.engine import EngineLimits
from aidledger.replay.models import load_models, loaded_tables
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.generations.rebuilding import store_of
from aidledger.services.problems import ServiceError
from aidledger.services.questions.answering import answering
from aidledger.services.session import Session
from aidledger.store.cut import CutStore
from aidledger.store.port import Beside, LedgerStore

SCHEMA: Final = "aidledger/audit-sample/v1"
_DIFFERS: Final = 5


class SampleOf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sample with what it was drawn from: a model or view, at a size of the log with its root (hex)."""

    population: str
    as_of: date
    known_on: date | None
    size: Annotated[int, msgspec.Meta(ge=0)]
    log_root: str
    sample: Sample


def sample(
    session: Session | LedgerStore,
    population: str,
    design: Design,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> SampleOf:
    """Draw from a model or an event view of a ledger; else as `answering` has it.

    Raises:
        ServiceError: no such population, or the sample can't be drawn from it.
        GenerationsError: the engine had no room to work.

    """
    models, store = load_models(), store_of(session)
    if population in models:
        key = models[population].key
    elif population in loaded_tables() - {"entry_amendment", "entry_version", "parameters"}:
        key = ("position",)
    else:
        raise ServiceError(
            f"{population}: expected a model or an event view, found none",
            hint="aidledger list shows the models",
        )
    with answering(
        store,
        [population] if population in models else [],
        as_of=as_of,
        known_on=known_on,
        limits=limits,
        progress=progress,
    ) as (laid, _):
        if population in laid.lost:
            raise ServiceError(
                f"{population}: {laid.lost[population]}", hint="aidledger rebuild says more"
            )
        asked = laid.connection.execute("SELECT as_of, known_on FROM parameters").fetchall()[0]
        size = laid.position + 1
        root = root_at(store, size)
        try:
            drawn = draw(laid.connection, population, key, design, root)
        except SamplingError as error:
            raise ServiceError(
                f"{population}: {error}", hint="see docs/AUDIT.md on samples"
            ) from None
        return SampleOf(
            population=population,
            as_of=asked[0],
            known_on=asked[1],
            size=size,
            log_root=root.hex(),
            sample=drawn,
        )


def read_sample(written: bytes) -> SampleOf:
    """Read a sample as it was written.

    Raises:
        ServiceError: what was written is no sample.

    """
    try:
        told: dict[str, Any] = msgspec.json.decode(written, type=dict[str, Any])
        if told.pop("schema", None) != SCHEMA:
            raise msgspec.ValidationError(SCHEMA)
        return msgspec.convert(told, SampleOf)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ServiceError(
            "expected a sample as audit sample --output writes it, found something else",
            hint="see docs/AUDIT.md on samples",
        ) from None


def drawn_again(session: Session | LedgerStore, written: bytes) -> tuple[SampleOf, SampleOf]:
    """Return a sample as it was written, and as it comes out when it is drawn again at its size.

    From the entries: a row that was taken out of a generation's file would be missed in neither.

    Raises:
        ServiceError: what was written is no sample, or the log is shorter now.

    """
    given = read_sample(written)
    store = store_of(session)
    if not 0 <= given.size <= store.head().size:
        raise ServiceError(
            f"expected a log of at least {given.size} entries, found {store.head().size}",
            hint="bring back the entries that are missing",
        )
    past = CutStore(store, given.size)
    past.beside = Beside(anew=True)
    again = sample(
        past,
        given.population,
        given.sample.design,
        as_of=given.as_of,
        known_on=given.known_on,
    )
    return given, again


def held_samples(
    session: Session | LedgerStore, written: Sequence[tuple[str, bytes]]
) -> list[tuple[str, SampleOf]]:
    """Return the samples of some files, by the files' names: each as it comes out again.

    Raises:
        ServiceError: one is no sample, or not the one that is drawn from this ledger.

    """
    held: list[tuple[str, SampleOf]] = []
    for name, content in written:
        given, again = drawn_again(session, content)
        if given != again:
            raise ServiceError(
                f"{name}: expected a sample that comes out again, found another",
                hint="aidledger audit sample --check says in what",
                exit_code=_DIFFERS,
            )
        held.append((name, again))
    return held
