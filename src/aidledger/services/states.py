"""The states of a ledger's streams, and what its registry says: folded once, kept, moved along.

What is decided and not yet written is taken in where a state is asked for, or while a batch is committed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import islice
from typing import Any, Final, Generic, TypeAlias, TypeVar

from aidledger.domain.carer import Carer, evolve_carer, fold_carer
from aidledger.domain.case import evolve, fold_case
from aidledger.domain.casestate import Case
from aidledger.domain.complaint import Complaint, evolve_complaint, fold_complaint
from aidledger.domain.contract import Contract, evolve_contract, fold_contract
from aidledger.domain.doubt import Doubt, evolve_doubt, fold_doubt
from aidledger.domain.events.payment import PaymentRostered
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected, OfficeRegistered
from aidledger.domain.fund import Fund, evolve_fund, fold_fund
from aidledger.domain.payrun import ROSTERS, PayRun, evolve_run, fold_run, with_line, with_roster
from aidledger.domain.recorded import Recorded
from aidledger.domain.stock import Stock, evolve_stock, fold_stock
from aidledger.services.cases.neighbours import NAMING, NAMING_EVENTS, Neighbours, about
from aidledger.services.decoding import readable, recorded_stream
from aidledger.store.port import LedgerStore

STATES_KEPT: Final = 20_000
_VERSIONS_KEPT: Final = 500_000
"""So much stays in memory between batches, however long a history is."""

T = TypeVar("T")
_Fold: TypeAlias = Callable[[str, list[Recorded]], T]
_Step: TypeAlias = Callable[..., T]
"""Returns a state after more entries, given one by one after it."""


class _Kept(Generic[T]):
    """The states of one kind of streams that are in memory."""

    def __init__(self, fold: _Fold[T], step: _Step[T]) -> None:
        self.fold, self.step = fold, step
        self.states: dict[str, T] = {}


class States:
    """What is kept of the streams of one store. It moves along with what its owner decides.

    Not shared between threads, but for `settle` while the owner waits for the store.
    """

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        self.lacking: set[str] = set()
        """The streams that were read and found without some of their entries."""
        self._cases = _Kept(fold_case, evolve)
        self._carers = _Kept(fold_carer, _in_turn(evolve_carer))
        self._complaints = _Kept(fold_complaint, _in_turn(evolve_complaint))
        self._runs = _Kept(self._fold_run, _in_turn(evolve_run))
        self._funds = _Kept(fold_fund, _in_turn(evolve_fund))
        self._stocks = _Kept(fold_stock, _in_turn(evolve_stock))
        self._contracts = _Kept(fold_contract, _in_turn(evolve_contract))
        self._doubts = _Kept(fold_doubt, _in_turn(evolve_doubt))
        self._kinds: Final[dict[str, _Kept[Any]]] = {
            "case": self._cases,
            "carer": self._carers,
            "complaint": self._complaints,
            "run": self._runs,
            "fund": self._funds,
            "stock": self._stocks,
            "contract": self._contracts,
            "doubt": self._doubts,
        }
        self._versions: dict[str, int] = {}
        self._pending: defaultdict[str, list[Recorded]] = defaultdict(list)
        """Decided and not yet written, of each stream: what its state has still to take in."""
        self._unwritten: Sequence[Recorded] = ()
        """All that is decided and not yet written, where states that it had moved were dropped."""
        self._offices: dict[str, str] | None = None
        self._neighbours: Neighbours | None = None

    # ---- asked

    @property
    def cases(self) -> tuple[str, ...]:
        """The streams of the cases whose states are kept."""
        return tuple(self._cases.states)

    def stream(self, name: str) -> list[Recorded]:
        """Return the readable entries of a stream, in version order; where some lack, `lacking` has it."""
        entries, is_whole = recorded_stream(self._store, name)
        if not is_whole:
            self.lacking.add(name)
        return entries

    def version(self, stream: str) -> int:
        """Return the version of a stream: 0 when it has no entry."""
        if stream not in self._versions:
            head = self._store.stream_heads([stream]).get(stream)
            self._versions[stream] = head[0] if head else 0
        return self._versions[stream]

    def prefetch(self, streams: Iterable[str]) -> None:
        """Learn the versions of many streams with one question."""
        unknown = set(streams) - self._versions.keys()
        if unknown:
            heads = self._store.stream_heads(sorted(unknown))
            self._versions |= {s: heads[s][0] if s in heads else 0 for s in unknown}

    def case(self, stream: str) -> Case:
        """Return the state of a case with everything recorded."""
        return self._folded(stream, self._cases)

    def carer(self, stream: str) -> Carer:
        """Return the state of a carer."""
        return self._folded(stream, self._carers)

    def complaint(self, stream: str) -> Complaint:
        """Return the state of a complaint."""
        return self._folded(stream, self._complaints)

    def run(self, stream: str) -> PayRun:
        """Return the state of a pay run with the lines that the cases have on its roster."""
        return self._folded(stream, self._runs)

    def fund(self, stream: str) -> Fund:
        """Return the state of a fund."""
        return self._folded(stream, self._funds)

    def stock(self, stream: str) -> Stock:
        """Return the state of a stock."""
        return self._folded(stream, self._stocks)

    def contract(self, stream: str) -> Contract:
        """Return the state of a contract."""
        return self._folded(stream, self._contracts)

    def doubt(self, stream: str) -> Doubt:
        """Return the state of a doubt."""
        return self._folded(stream, self._doubts)

    def others(self, stream: str, on: str, unwritten: Iterable[Recorded] = ()) -> tuple[Case, ...]:
        """Return the other cases of a case's person on a day, by stream.

        `unwritten` are the entries that are decided and not yet in the store.
        """
        case = self.case(stream)
        if not case.applicant:
            return ()
        found = map(self.case, self._known_neighbours(unwritten).beside(case))
        return tuple([one for one in found if about(case.applicant, one, on)])

    def others_before(self, case: Case, position: int, on: str) -> tuple[Case, ...]:
        """Return the other cases of a case's person as they stood before an entry, by stream."""
        found = (
            fold_case(name, [e for e in self.stream(name) if e.position < position])
            for name in self._known_neighbours().beside(case)
        )
        return tuple(one for one in found if about(case.applicant, one, on))

    def office_kind(self, office: str) -> str:
        """Return what kind of office one is by the registry; empty where it is not registered."""
        if self._offices is None:
            self._offices = {}
            for entry in readable(self._store, self._store.read_types(["OfficeRegistered"])):
                self._take_office(entry)
        return self._offices.get(office, "")

    # ---- told

    def take(self, entry: Recorded, batch: Sequence[Recorded]) -> None:
        """Take in what was decided and is on its way to be written, the next of its stream.

        `batch` are all entries that are decided and not yet in the store, this one the last.
        """
        stream, event = entry.stream, entry.event
        self._versions[stream] = entry.version
        if type(event) in NAMING_EVENTS and self._neighbours is not None:
            self._neighbours.take(entry)
        if isinstance(event, (EntryAnnulled, EntryCorrected)):
            self._unfold(stream, event.position, batch)
            return
        self._pending[stream].append(entry)
        if isinstance(event, PaymentRostered) and event.run in self._runs.states:
            self._runs.states[event.run] = with_line(self.run(event.run), event.amount_fen)
        elif isinstance(event, OfficeRegistered):
            self._take_office(entry)

    def settle(self) -> None:
        """Let every kept state take in what was decided: work for while a batch is committed."""
        for stream in tuple(self._pending):
            self._settle(stream)

    def written(self) -> None:
        """Settle: all that was decided is in the store now."""
        self.settle()
        self._pending.clear()
        self._unwritten = ()

    def trim(self, most: int = STATES_KEPT) -> None:
        """Keep no more states than so many of a kind: the oldest are folded again if asked for.

        Only between batches, when nothing is on its way to be written.
        """
        for kept in self._kinds.values():
            for stream in tuple(islice(kept.states, max(0, len(kept.states) - most))):
                del kept.states[stream]
        if len(self._versions) > _VERSIONS_KEPT:
            self._versions.clear()

    def forget(self) -> None:
        """Drop everything: another writer has moved on."""
        for kept in self._kinds.values():
            kept.states.clear()
        self._versions.clear()
        self._pending.clear()
        self._unwritten = ()
        self._offices = self._neighbours = None

    # ---- within

    def _folded(self, stream: str, kept: _Kept[T]) -> T:
        """Return the state of a stream: folded where it is not kept, else with what was decided since."""
        if stream not in kept.states:
            stored = self.stream(stream) if self.version(stream) else []
            kept.states[stream] = kept.fold(stream, [*stored, *self._pending.pop(stream, ())])
        elif stream in self._pending:
            self._settle(stream)
        return kept.states[stream]

    def _settle(self, stream: str) -> None:
        kept = self._kinds.get(_kind(stream))
        if kept is not None and stream in kept.states:
            kept.states[stream] = kept.step(kept.states[stream], *self._pending.pop(stream))

    def _unfold(self, stream: str, at: int, batch: Sequence[Recorded]) -> None:
        """Drop the states that the entry `at` of a stream moved: it now says something else.

        They are folded again when asked for; a line of a roster moved the state of its run too.
        """
        self._unwritten = batch
        runs = self._runs.states
        of_roster = runs and any(row[3] in ROSTERS for row in self._store.read(at, at + 1))
        for name in (stream, *(runs if of_roster else ())):
            if kept := self._kinds.get(_kind(name)):
                kept.states.pop(name, None)
            self._pending[name] = [one for one in batch if one.stream == name]

    def _fold_run(self, stream: str, entries: list[Recorded]) -> PayRun:
        lines = readable(self._store, self._store.read_types(ROSTERS) if entries else ())
        return with_roster(fold_run(stream, entries), [*lines, *self._unwritten])

    def _known_neighbours(self, unwritten: Iterable[Recorded] = ()) -> Neighbours:
        """Return whose case is whose, read once and kept from then on."""
        if self._neighbours is None:
            stored = readable(self._store, self._store.read_types(NAMING))
            self._neighbours = Neighbours([*stored, *unwritten])
        return self._neighbours

    def _take_office(self, entry: Recorded) -> None:
        """Learn of an office from its registration, where offices are being kept."""
        if self._offices is not None and isinstance(entry.event, OfficeRegistered):
            self._offices[entry.event.office] = entry.event.kind


def _kind(stream: str) -> str:
    return stream.partition("/")[0]


def _in_turn(evolve: Callable[[T, Recorded], T]) -> _Step[T]:
    """Return what takes several entries in, one after the other."""
    return lambda state, *entries: reduce(evolve, entries, state)
