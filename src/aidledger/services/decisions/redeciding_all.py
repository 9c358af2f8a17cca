"""Repeats every recorded decision of a ledger, cases by the hundred, in as many processes as wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Final

import msgspec

from aidledger.domain.decide import WITH_RECORD
from aidledger.domain.decided import DECISION_FACTS
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.facts import MONTHLY, OF_MONTHLY
from aidledger.domain.recorded import Recorded
from aidledger.services.cases.history import case_streams
from aidledger.services.clock import SystemClock, system_bytes
from aidledger.services.decisions.redeciding import Repetition, record_of, repeat_decisions
from aidledger.services.decoding import recorded_many
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.services.sharing import processes_for, workers
from aidledger.store.errors import VaultError
from aidledger.store.opening import open_ledger
from aidledger.store.port import HostileRow
from aidledger.store.secrets import load_secrets
from aidledger.store.vault import Vault

_TOGETHER: Final = 100
"""Cases that are read with one question, and whose sealed facts are opened with one."""
_PARALLEL_FROM: Final = 1_000
"""From so many cases on a second process pays for its start."""
_DECISIONS: Final = tuple(
    f'{{"$type":"{name}",'.encode()
    for name, kind in EVENTS.items()
    if issubclass(kind.struct, WITH_RECORD)
)
"""How the record of a decision begins: canonical, its type is its first member."""

_MONTHLY: Final = tuple(f'{{"$type":"{name}",'.encode() for name in MONTHLY)
_OF_MONTHLY: Final = tuple(f'"{fact}":'.encode() for fact in sorted(OF_MONTHLY))
"""How a fact stands in a record: canonical, so that it stands so and not otherwise."""

Progress = Callable[[int, int], None]
"""Told the cases done, and all of them."""


class Differing(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that comes out otherwise, and the case it is of."""

    case: str
    again: Repetition


class NotRepeated(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose decisions can't be taken again, and why."""

    case: str
    why: str


class Redecided(msgspec.Struct, frozen=True, kw_only=True):
    """What came of all decisions; ``unchecked`` rest on sealed facts that stayed shut."""

    cases: int = 0
    decisions: int = 0
    unchecked: int = 0
    differing: tuple[Differing, ...] = ()
    not_repeated: tuple[NotRepeated, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing came out otherwise, as far as it could be checked."""
        return not self.differing and not self.not_repeated


def redecide_all(
    session: Session,
    location: str | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Redecided:
    """Take every recorded decision again under its pinned pack, as of one size of the log.

    Args:
        session: the opened ledger; with its secrets sealed facts are looked at too.
        location: where it lies; only then can other processes read it themselves.
        jobs: processes to decide in; by default 1 for few cases, else all processors.
        progress: told the cases done.

    Raises:
        StoreError: the ledger can't be read.

    """
    with deciders(len(case_streams(session)), location, jobs) as executor:
        return redecide_with(executor, session, location, progress=progress)


@contextmanager
def deciders(
    cases: int, location: str | None, jobs: int | None = None
) -> Iterator[Executor | None]:
    """Give processes to decide in, or nothing where one is enough, or nobody knows where to read."""
    wanted = processes_for(cases, jobs, least=_PARALLEL_FROM)
    with workers(wanted if location is not None else 1) as executor:
        yield executor


def redecide_with(
    executor: Executor | None,
    session: Session,
    location: str | None,
    *,
    progress: Progress | None = None,
) -> Redecided:
    """Do the same in processes that are there already, or here where there are none."""
    size, streams = session.store.head().size, case_streams(session)
    return redecide_cases(executor, session, location, streams, size, progress=progress)


def redecide_cases(
    executor: Executor | None,
    session: Session,
    location: str | None,
    streams: Sequence[str],
    size: int,
    *,
    start: int = 0,
    progress: Progress | None = None,
) -> Redecided:
    """Do the same of some cases: their decisions at positions from `start` on, below a size of the log."""
    parts = [streams[at : at + _TOGETHER] for at in range(0, len(streams), _TOGETHER)]
    found = Redecided()
    if executor is None or location is None:
        answers: Iterator[Redecided] = (_part(session, size, start, one) for one in parts)
    else:
        job = partial(_elsewhere, location, session.secrets_file, size, start)
        answers = executor.map(job, parts)
    for answer in answers:
        found = joined(found, answer)
        if progress is not None:
            progress(found.cases, len(streams))
    return found


def repeat_cases(
    session: Session, streams: Sequence[str], size: int, start: int = 0
) -> Iterator[tuple[str, tuple[Repetition, ...] | ServiceError]]:
    """Yield for each case what came of its decisions below a size of the log, or why nothing did.

    A case without a decision is left out, and so are decisions at positions below `start`.
    """
    for at in range(0, len(streams), _TOGETHER):
        cases = _decided_cases(session, streams[at : at + _TOGETHER], size)
        opened, book = _opened(session, cases.values()), session.policy()
        for stream, entries in cases.items():
            try:
                yield stream, repeat_decisions(session, book, entries, start=start, opened=opened)
            except ServiceError as error:
                yield stream, error


def _decided_cases(
    session: Session, streams: Sequence[str], size: int
) -> dict[str, list[Recorded]]:
    """Return the entries of each case up to its last decision: none knew of what came after it."""
    rows = (row for row in session.store.read_streams(streams) if row[0] < size)
    wanted = [
        row
        for _, several in groupby(rows, key=itemgetter(1))
        for row in _asked(_upto_last_decision(list(several)))
    ]
    entries = groupby(recorded_many(wanted), key=attrgetter("stream"))
    return {stream: list(several) for stream, several in entries}


def _part(session: Session, size: int, start: int, streams: Sequence[str]) -> Redecided:
    """Repeat the decisions of some cases, and count."""
    decisions = unchecked = 0
    differing, failed = [], []
    for case, found in repeat_cases(session, streams, size, start):
        if isinstance(found, ServiceError):
            failed.append(NotRepeated(case=case, why=str(found)))
            continue
        for again in found:
            kinds = {difference.kind for difference in again.differences}
            decisions += 1
            unchecked += "unchecked" in kinds
            differing += [Differing(case=case, again=again)] if kinds - {"unchecked"} else []
    return Redecided(
        cases=len(streams),
        decisions=decisions,
        unchecked=unchecked,
        differing=tuple(differing),
        not_repeated=tuple(failed),
    )


def joined(one: Redecided, other: Redecided) -> Redecided:
    """Return what two parts found together."""
    return Redecided(
        cases=one.cases + other.cases,
        decisions=one.decisions + other.decisions,
        unchecked=one.unchecked + other.unchecked,
        differing=one.differing + other.differing,
        not_repeated=one.not_repeated + other.not_repeated,
    )


def _upto_last_decision(rows: list[HostileRow]) -> list[HostileRow]:
    """Return the rows of one stream up to the last that says it is a decision."""
    last = (at for at in reversed(range(len(rows))) if is_decision(rows[at][5]))
    return rows[: next(last, -1) + 1]


def _asked(rows: list[HostileRow]) -> list[HostileRow]:
    """Leave out the payments and visits of a case, half of its entries, where no decision asks for them.

    Of several in a row the last stays: who looks at what stands just before an act must find it.
    """
    decisions = [row[5] for row in rows if is_decision(row[5])]
    if not decisions or any(fact in record for record in decisions for fact in _OF_MONTHLY):
        return rows
    monthly = [isinstance(row[5], bytes) and row[5].startswith(_MONTHLY) for row in rows]
    return [
        row
        for row, left_out, next_too in zip(rows, monthly, [*monthly[1:], False], strict=True)
        if not (left_out and next_too)
    ]


def is_decision(record: object) -> bool:
    """Whether a record says that it is a decision."""
    return isinstance(record, bytes) and record.startswith(_DECISIONS)


def _opened(session: Session, cases: Iterable[Iterable[Recorded]]) -> dict[str, str]:
    """Return the facts that decisions withheld, by commitment, as far as they open."""
    vault = session.vault
    if vault is None:
        return {}
    wanted = [
        entry.sealed[DECISION_FACTS]
        for entries in cases
        for entry in entries
        if DECISION_FACTS in entry.sealed and (record := record_of(entry)) and record.withheld
    ]
    try:
        return vault.open_many(wanted)
    except VaultError:
        return _one_by_one(vault, wanted)


def _one_by_one(vault: Vault, wanted: Iterable[str]) -> dict[str, str]:
    """Open what opens, where something in the vault was changed."""
    opened: dict[str, str] = {}
    for commitment in wanted:
        with suppress(VaultError):
            opened |= vault.open_many((commitment,))
    return opened


def _elsewhere(
    location: str, secrets_file: Path | None, size: int, start: int, streams: Sequence[str]
) -> Redecided:
    """Do a part in whatever process this is."""
    return _part(_session(location, secrets_file), size, start, streams)


@lru_cache(maxsize=1)
def _session(location: str, secrets_file: Path | None) -> Session:
    """Open a ledger for reading, with its vault, once in a process of workers."""
    return Session(
        open_ledger(location, read_only=True),
        secrets=None if secrets_file is None else load_secrets(secrets_file),
        clock=SystemClock(),
        random_bytes=system_bytes,
    )
