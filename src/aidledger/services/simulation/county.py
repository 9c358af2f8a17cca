"""The county at work: a calendar of turns, one office after another, and one door to the ledger.

Every case, carer and pay run is a *process*: a generator that yields the turn (day, office) on which
it wants to go on, and says then what is to be recorded. All that an office says on a day is one
batch. Nothing here knows how a batch is stored: it goes through ``record`` like any other.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from random import Random
from typing import Final, NamedTuple, TypeAlias

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.events.base import Event
from aidledger.domain.proposal import Despite, Proposal
from aidledger.services.acts.guarding import guard_of
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.clock import CHINA, SetClock
from aidledger.services.funds.importing import Imported
from aidledger.services.keys.founding import Said
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.services.simulation.people import PeopleMaker
from aidledger.services.simulation.places import (
    AUDIT,
    BANK,
    COUNTY,
    DEPARTMENTS,
    FINANCE,
    Township,
    deciders,
    department,
    townships,
)
from aidledger.services.simulation.tally import Tally
from aidledger.store.draft import Evidence
from aidledger.store.outcome import Committed, Outcome

_OPENS: Final = time(8, 40)
_MINUTES_BETWEEN_OFFICES: Final = 40
_MINUTES_BETWEEN_DEPARTMENTS: Final = 3
"""Departments come after all other offices, and say one thing a day."""
_SECONDS_BETWEEN_BATCHES: Final = 90
_MARGIN_DAYS: Final = 60
"""Working days are listed so far beyond the end, for plans that reach over it."""


class Turn(NamedTuple):
    """The next time a process acts: that day, or the first working day after it, at an office.

    ``first``: before all others who wait for that day and office.
    """

    day: date
    office: str
    first: bool = False


Process: TypeAlias = Iterator[Turn]

Hear: TypeAlias = Callable[[Sequence[Proposal], Sequence[Evidence]], None]
"""Told of each batch that was recorded, and of the files that it names."""


class County:
    """One simulated county: its people, its working days, its processes, its batches."""

    def __init__(
        self,
        session: Session,
        clock: SetClock,
        *,
        seed: int,
        days: tuple[date, date],
        calendar: Calendar,
        cases: int,
        registrations: tuple[Said, ...] = (),
    ) -> None:
        """Stand before the first day; ``days`` are the first and the last of the simulation."""
        self.session = session
        self.seed = seed
        self.cases = cases
        self.registrations = registrations
        """Of the officers' keys, where batches are signed."""
        self.deciders = deciders(cases)
        self.first, self.last = days
        self.towns: tuple[Township, ...] = townships()
        self.offices = (
            *(town.code for town in self.towns),
            *(COUNTY, BANK, FINANCE, AUDIT),
            *(department(kind) for kind, _, _ in DEPARTMENTS),
        )
        self.people = PeopleMaker(COUNTY, self.rng("people"))
        self.workdays = _workdays(calendar, self.first, self.last + timedelta(days=_MARGIN_DAYS))
        self.today = self.first
        self.tally = Tally()
        self.hear: Hear | None = None
        self.office = self.offices[0]
        self._clock = clock
        self._queues: dict[date, dict[str, deque[Process]]] = {}
        self._batch: list[Proposal] = []
        self._evidence: list[Evidence] = []
        self._batches_today = 0

    # chance ------------------------------------------------------------------------------------

    def rng(self, *parts: object) -> Random:
        """Return the source of chance of one thing: what it draws disturbs nothing else."""
        name = "/".join(map(str, ("aidledger", self.seed, *parts)))
        return Random(name)  # noqa: S311  (a simulation must be repeatable; nothing secret is drawn)

    def digest(self, *parts: object) -> str:
        """Return the SHA-256 (hex) of an invented file: a photo, a form, a report."""
        return hashlib.sha256("/".join(map(str, (self.seed, *parts))).encode()).hexdigest()

    # days --------------------------------------------------------------------------------------

    def workday(self, day: date) -> date:
        """Return the day, or the first working day after it; the last one known, beyond them."""
        return self.workdays[min(bisect_left(self.workdays, day), len(self.workdays) - 1)]

    def workday_before(self, day: date) -> date:
        """Return the day, or the last working day before it."""
        return self.workdays[max(bisect_right(self.workdays, day) - 1, 0)]

    def after(self, count: int, start: date | None = None) -> date:
        """Return the working day that many working days after a day; default: today."""
        found = bisect_right(self.workdays, start or self.today) - 1 + count
        return self.workdays[min(max(found, 0), len(self.workdays) - 1)]

    def month_days(self, month: str) -> list[date]:
        """Return the working days of a month ``YYYY-MM``."""
        return [day for day in self.workdays if day.isoformat()[:7] == month]

    # processes ---------------------------------------------------------------------------------

    def spawn(self, process: Process) -> None:
        """Take in a process; it runs up to its first turn at once and must say nothing before."""
        self._file(process)

    def work(self) -> Iterator[int]:
        """Work through all days; yield after each how many working days are done."""
        for done, day in enumerate(self.workdays, start=1):
            if day > self.last:
                return
            self.today = day
            for office in self.offices:
                self._work_at(office)
            self._queues.pop(day, None)
            yield done

    def _work_at(self, office: str) -> None:
        """Let an office act: all processes that wait for it, in the order they came."""
        self.office, self._batches_today = office, 0
        queue = self._queues.get(self.today, {}).get(office)
        while queue:
            self._file(queue.popleft())
        self.flush()

    def _file(self, process: Process) -> None:
        """Run a process up to its next turn, and put it there."""
        turn = next(process, None)
        if turn is None:
            return
        day = self.workday(max(turn.day, self.today))
        passed = self.offices.index(turn.office) < self.offices.index(self.office)
        if day == self.today and passed:
            day = self.after(1)
        if day <= self.last:
            offices = self._queues.setdefault(day, {})
            queue = offices.setdefault(turn.office, deque())
            if turn.first:
                queue.appendleft(process)
            else:
                queue.append(process)

    # the door ----------------------------------------------------------------------------------

    def say(
        self,
        stream: str,
        event: Event,
        *,
        by: str,
        effective_on: date | None = None,
        personal: dict[str, str] | None = None,
    ) -> None:
        """Have something recorded by the office whose turn it is."""
        self._batch.append(
            self.proposal(stream, event, by=by, effective_on=effective_on, personal=personal)
        )

    def proposal(
        self,
        stream: str,
        event: Event,
        *,
        by: str,
        effective_on: date | None = None,
        personal: dict[str, str] | None = None,
    ) -> Proposal:
        """Return the proposal of the office whose turn it is; ``by`` may name somebody of another."""
        who = Who(
            actor=by if "-" in by else f"{self.office}-{by}",
            office=self.office,
            on=(effective_on or self.today).isoformat(),
        )
        return who.says(stream, event, personal=personal)

    def insist(self, proposal: Proposal, *, reason: str, authority: str) -> None:
        """Have an act recorded even where rules refuse it: each is then named with the act."""
        self.flush()
        try:
            self._record([proposal])
        except RefusedError as refused:
            clauses = dict.fromkeys(problem.clause for problem in refused.problems)
            despite = tuple(
                Despite(authority=authority, clause=clause, reason=reason) for clause in clauses
            )
            self._batch.append(msgspec.structs.replace(proposal, despite=despite))
            self.flush()

    def with_files(self, proposals: Iterable[Proposal], evidence: Iterable[Evidence]) -> None:
        """Have proposals recorded together with the files they name."""
        self._batch += proposals
        self._evidence += evidence

    def flush(self) -> None:
        """Record what the office has said so far as one batch.

        Raises:
            ServiceError: the ledger refused, or its store did not take, the batch.

        """
        if not self._batch:
            return
        said, self._batch = self._batch, []
        for batch in [said] if guard_of(self.session) is None else _by_actor(said):
            self._record_or_stop(batch)

    def _record_or_stop(self, batch: list[Proposal]) -> None:
        """Record one batch; a refusal is a fault of the simulation."""
        try:
            self._record(batch)
        except RefusedError as refused:
            first = refused.problems[0]
            act = batch[(first.line or 1) - 1]
            raise ServiceError(
                f"simulation: {act.stream} on {act.effective_on}: {first.message('en')}"
            ) from None

    def _record(self, proposals: list[Proposal]) -> None:
        """Send one batch through the public door, at the next moment of the office's day."""
        cause = self._next_cause()
        evidence, self._evidence = self._evidence, []
        outcome = record(self.session, proposals, cause=cause, evidence=evidence)
        self._check_recorded(outcome, cause)
        self.tally.take(proposals)
        if self.hear is not None:
            self.hear(proposals, evidence)

    def take_in(self, imports: Callable[[Session], Imported]) -> None:
        """Have a file imported by the office whose turn it is, through the import's own door.

        Raises:
            ServiceError: the ledger refused it, or its store did not take it.

        """
        self.flush()
        name = self._next_cause()
        try:
            self._check_recorded(imports(self.session).outcome, name)
        except RefusedError as refused:
            raise ServiceError(f"simulation: {refused.problems[0].message('en')}") from None

    @staticmethod
    def _check_recorded(outcome: Outcome | None, cause: str) -> None:
        if not isinstance(outcome, Committed):
            raise ServiceError(f"simulation: batch {cause} was not recorded: {outcome}")

    def _next_cause(self) -> str:
        """Let the clock stand at the next moment of the office's day, and name what is said then."""
        number = self.offices.index(self.office)
        later = max(number - (len(self.offices) - len(DEPARTMENTS)), 0)
        minutes = (number - later) * _MINUTES_BETWEEN_OFFICES + later * _MINUTES_BETWEEN_DEPARTMENTS
        self._batches_today += 1
        seconds = minutes * 60 + self._batches_today * _SECONDS_BETWEEN_BATCHES
        opens = datetime.combine(self.today, _OPENS, tzinfo=CHINA)
        self._clock.at = max(self._clock.at, opens + timedelta(seconds=seconds))
        return f"sim-{self.seed}-{self.today:%Y%m%d}-{self.office}-{self._batches_today}"


def _by_actor(proposals: Iterable[Proposal]) -> list[list[Proposal]]:
    """Return proposals as runs of one actor's: each signs what they said."""
    return [list(run) for _, run in groupby(proposals, attrgetter("actor"))]


def _workdays(calendar: Calendar, first: date, last: date) -> list[date]:
    """Return the working days from ``first`` to ``last``."""
    count = (last - first).days + 1
    days = (first + timedelta(days=number) for number in range(count))
    return [day for day in days if calendar.is_working_day(day)]
