"""An opened ledger with all that a service needs: store, vault, clock, chance, and what was folded.

States of streams are kept between calls and dropped whenever another writer was faster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, TypeVar

from aidledger.domain.carer import Carer, evolve_carer, fold_carer
from aidledger.domain.case import evolve, fold_case
from aidledger.domain.casestate import Case
from aidledger.domain.complaint import Complaint, evolve_complaint, fold_complaint
from aidledger.domain.contract import Contract, evolve_contract, fold_contract
from aidledger.domain.doubt import Doubt, evolve_doubt, fold_doubt
from aidledger.domain.events.registry import OfficeRegistered
from aidledger.domain.fund import Fund, evolve_fund, fold_fund
from aidledger.domain.payrun import ROSTERS, PayRun, evolve_run, fold_run, with_roster
from aidledger.domain.point import Point
from aidledger.domain.recorded import Recorded
from aidledger.domain.stock import Stock, evolve_stock, fold_stock
from aidledger.services.cases.neighbours import NAMING, Neighbours, about
from aidledger.services.clock import Clock, RandomBytes, SystemClock, china_day, system_bytes
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decoding import readable, recorded_stream
from aidledger.services.keys.ring import (
    REFUSED_KEY,
    Keyring,
    Passphrase,
    Tokens,
    no_passphrase,
    no_tokens,
)
from aidledger.services.points import cut_at
from aidledger.services.problems import ServiceError
from aidledger.store.errors import StoreError
from aidledger.store.keyfiles import keys_path
from aidledger.store.opening import mark_path, open_ledger
from aidledger.store.outcome import Receipt
from aidledger.store.port import Head, LedgerStore
from aidledger.store.secrets import Secrets, load_secrets, secrets_path
from aidledger.store.vault import Vault

if TYPE_CHECKING:  # the guard is made of a session
    from aidledger.services.acts.guarding import Guard


T = TypeVar("T")

_STATES_KEPT: Final = 20_000
_VERSIONS_KEPT: Final = 500_000
"""So much stays in memory between batches, however long a history is."""

_Steps: TypeAlias = Callable[..., Any]
"""Returns a state after more entries, given one by one after it."""
_NO_STEPS: Final[tuple[dict[str, Any], _Steps]] = ({}, lambda state, *_: state)
"""Of streams that have no state."""


class Session:
    """One opened ledger. Not shared between threads, but for `settle` while it waits for a store."""

    def __init__(
        self,
        store: LedgerStore,
        *,
        secrets: Secrets | None,
        clock: Clock,
        random_bytes: RandomBytes,
        secrets_file: Path | None = None,
        keyring: Keyring | None = None,
    ) -> None:
        self.store = store
        self.keyring = keyring or Keyring(_no_folder)
        self.judging = True
        """Whether powers are asked before anything is recorded; only a simulated forger turns it off."""
        self.guard: Guard | None = None
        self.guard_asked = False
        self.secrets_file = secrets_file
        self.clock = clock
        self.random_bytes = random_bytes
        self.secrets = secrets
        self.barred = False
        """Whether this login may not read the vault, secrets or not."""
        self.vault = Vault(store, secrets, random_bytes) if secrets is not None else None
        self._policy: tuple[int, PolicyBook] | None = None
        self.cases: dict[str, Case] = {}
        self.carers: dict[str, Carer] = {}
        self.complaints: dict[str, Complaint] = {}
        self.runs: dict[str, PayRun] = {}
        self.funds: dict[str, Fund] = {}
        self.stocks: dict[str, Stock] = {}
        self.contracts: dict[str, Contract] = {}
        self.doubts: dict[str, Doubt] = {}
        self._offices: dict[str, str] | None = None
        self._neighbours: Neighbours | None = None
        self.versions: dict[str, int] = {}
        self.lacking: set[str] = set()
        """The streams that were read and found without some of their entries."""
        self._steps: dict[str, tuple[dict[str, Any], _Steps]] = {
            "case": (self.cases, evolve),
            "carer": (self.carers, _in_turn(evolve_carer)),
            "complaint": (self.complaints, _in_turn(evolve_complaint)),
            "run": (self.runs, _in_turn(evolve_run)),
            "fund": (self.funds, _in_turn(evolve_fund)),
            "stock": (self.stocks, _in_turn(evolve_stock)),
            "contract": (self.contracts, _in_turn(evolve_contract)),
            "doubt": (self.doubts, _in_turn(evolve_doubt)),
        }
        self.pending: defaultdict[str, list[Recorded]] = defaultdict(list)
        """Decided and not yet written, of each stream: what its state has still to take in."""
        self._unwritten: Sequence[Recorded] = ()
        """All that is decided and not yet written, where states that it had moved were dropped."""
        self._seen = -1
        """The size of the log that the folded states belong to; -1 where they belong to none."""
        self._policy_seen = -2

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.store.close()

    @property
    def today(self) -> str:
        """The civil day in China."""
        return china_day(self.clock.now().isoformat())

    def forget(self) -> None:
        """Drop every folded state: another writer has moved on."""
        for kept, _ in self._steps.values():
            kept.clear()
        self.versions.clear()
        self.pending.clear()
        self._unwritten = ()
        self._offices = self._neighbours = None
        self._seen = -1
        self.guard, self.guard_asked = None, False

    def stream(self, name: str) -> list[Recorded]:
        """Return the readable entries of a stream, in version order; where some lack, `lacking` has it."""
        entries, is_whole = recorded_stream(self.store, name)
        if not is_whole:
            self.lacking.add(name)
        return entries

    def version(self, stream: str) -> int:
        """Return the version of a stream: 0 when it has no entry."""
        if stream not in self.versions:
            head = self.store.stream_heads([stream]).get(stream)
            self.versions[stream] = head[0] if head else 0
        return self.versions[stream]

    def prefetch(self, streams: Iterable[str]) -> None:
        """Learn the versions of many streams with one question."""
        unknown = set(streams) - self.versions.keys()
        if unknown:
            heads = self.store.stream_heads(sorted(unknown))
            self.versions |= {s: heads[s][0] if s in heads else 0 for s in unknown}

    def _taken(self, stream: str) -> list[Recorded]:
        """Return a stream with what is on its way to be written, to be folded now."""
        stored = self.stream(stream) if self.version(stream) else []
        return [*stored, *self.pending.pop(stream, ())]

    def _folded(
        self, stream: str, kept: dict[str, T], fold: Callable[[str, list[Recorded]], T]
    ) -> T:
        """Return the state of a stream: folded where it is not kept, else with what was decided since."""
        if stream not in kept:
            kept[stream] = fold(stream, self._taken(stream))
        elif stream in self.pending:
            self._settle(stream)
        return kept[stream]

    def _settle(self, stream: str) -> None:
        kept, step = self._steps.get(stream.partition("/")[0], _NO_STEPS)
        if stream in kept:
            kept[stream] = step(kept[stream], *self.pending[stream])
            del self.pending[stream]

    def settle(self) -> None:
        """Let every kept state take in what was decided: work for while a batch is committed."""
        for stream in tuple(self.pending):
            self._settle(stream)

    def trim(self, most: int = _STATES_KEPT) -> None:
        """Keep no more folded states than so many of a kind: the oldest are folded again if asked for.

        Only between batches, when nothing is on its way to be written.
        """
        for kept, _ in self._steps.values():
            for stream in tuple(islice(kept, max(0, len(kept) - most))):
                del kept[stream]
        if len(self.versions) > _VERSIONS_KEPT:
            self.versions.clear()
        if self.vault is not None:
            self.vault.trim(most)

    def unfold(self, stream: str, at: int, unwritten: Sequence[Recorded]) -> None:
        """Drop what the entry `at` of a stream moved, as it now says something else; `unwritten` is decided."""
        self._unwritten = unwritten
        of_roster = self.runs and any(row[3] in ROSTERS for row in self.store.read(at, at + 1))
        for name in (stream, *(self.runs if of_roster else ())):
            self._steps.get(name.partition("/")[0], _NO_STEPS)[0].pop(name, None)
            self.pending[name] = [one for one in unwritten if one.stream == name]

    def case(self, stream: str) -> Case:
        """Return the state of a case with everything recorded."""
        return self._folded(stream, self.cases, fold_case)

    def carer(self, stream: str) -> Carer:
        """Return the state of a carer."""
        return self._folded(stream, self.carers, fold_carer)

    def complaint(self, stream: str) -> Complaint:
        """Return the state of a complaint."""
        return self._folded(stream, self.complaints, fold_complaint)

    def fund(self, stream: str) -> Fund:
        """Return the state of a fund."""
        return self._folded(stream, self.funds, fold_fund)

    def goods_in(self, stream: str) -> Stock:
        """Return the state of a stock."""
        return self._folded(stream, self.stocks, fold_stock)

    def contract(self, stream: str) -> Contract:
        """Return the state of a contract."""
        return self._folded(stream, self.contracts, fold_contract)

    def doubt(self, stream: str) -> Doubt:
        """Return the state of a doubt."""
        return self._folded(stream, self.doubts, fold_doubt)

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

    def _known_neighbours(self, unwritten: Iterable[Recorded] = ()) -> Neighbours:
        """Return whose case is whose, read once and kept from then on."""
        if self._neighbours is None:
            stored = readable(self.store, self.store.read_types(NAMING))
            self._neighbours = Neighbours([*stored, *unwritten])
        return self._neighbours

    def take_naming(self, entry: Recorded) -> None:
        """Learn whose case an entry says it is, where that is being kept."""
        if self._neighbours is not None:
            self._neighbours.take(entry)

    def office_kind(self, office: str) -> str:
        """Return what kind of office one is by the registry; empty where it is not registered."""
        if self._offices is None:
            self._offices = {}
            for entry in readable(self.store, self.store.read_types(["OfficeRegistered"])):
                self.take_office(entry)
        return self._offices.get(office, "")

    def take_office(self, entry: Recorded) -> None:
        """Learn of an office from its registration, where offices are being kept."""
        if self._offices is not None and isinstance(entry.event, OfficeRegistered):
            self._offices[entry.event.office] = entry.event.kind

    def run(self, stream: str) -> PayRun:
        """Return the state of a pay run with the lines that the cases have on its roster."""
        return self._folded(stream, self.runs, self._fold_run)

    def _fold_run(self, stream: str, entries: list[Recorded]) -> PayRun:
        lines = readable(self.store, self.store.read_types(ROSTERS) if entries else ())
        return with_roster(fold_run(stream, entries), [*lines, *self._unwritten])

    def policy(self) -> PolicyBook:
        """Return the adopted policy, read again when its streams have grown."""
        if self._policy is None or self._policy_seen != self._seen or self._seen < 0:
            streams = self.store.streams("policy/")
            size = sum(version for version, _ in self.store.stream_heads(streams).values())
            if self._policy is None or self._policy[0] != size:
                entries = [entry for name in streams for entry in self.stream(name)]
                entries.sort(key=lambda entry: entry.position)
                self._policy = (size, PolicyBook(entries, self.kept_text))
            self._policy_seen = self._seen
        return self._policy[1]

    def kept_text(self, digest: str) -> bytes | None:
        """Return an evidence file; where the whole table of them was taken away, it is gone as well."""
        try:
            return self.store.get_evidence(digest)
        except StoreError as error:
            if error.code != "damaged":
                raise
            return None

    def refresh(self) -> int:
        """Return the size of the log that the folded states belong to, asking where none is known."""
        if self._seen < 0:
            self._seen = self.store.head().size
        return self._seen

    def written(self, receipt: Receipt, streams: Iterable[str]) -> None:
        """Take note of an own batch: the states have moved along with it, if nobody else wrote."""
        if receipt.position != self._seen:
            self.forget()
            return
        self.settle()
        self.pending.clear()
        self._unwritten = ()
        known = self._policy_seen == self._seen
        self._seen = receipt.size
        if known and not any(stream.startswith("policy/") for stream in streams):
            self._policy_seen = receipt.size


def _in_turn(evolve: Callable[[T, Recorded], T]) -> _Steps:
    """Return what takes several entries in, one after the other."""
    return lambda state, *entries: reduce(evolve, entries, state)


def _no_folder() -> Path:
    raise ServiceError("no folder of keys is named", exit_code=REFUSED_KEY)


def _hold(store: LedgerStore, location: str) -> None:
    """Let what else was made of the log stand for a mark that is gone: else a rollback goes on unseen."""
    from aidledger.services.ladder.remains import mark_of  # noqa: PLC0415 - seldom

    if (store.read_head_row() or (0,))[0] == 0:
        return  # made just now: what lies there is of a ledger before it, and `verify` names it
    mark = mark_of(location, store.origin)
    if mark.size:
        store.admit(Head(size=mark.size, root=mark.root, frontier=b"", recorded_at=None))


@contextmanager
def open_session(
    location: str,
    *,
    read_only: bool = False,
    at: Point | None = None,
    clock: Clock | None = None,
    random_bytes: RandomBytes = system_bytes,
    passphrase: Passphrase = no_passphrase,
    tokens: Tokens = no_tokens,
) -> Iterator[Session]:
    """Open a ledger for a service.

    Args:
        location: a file path or a ``postgresql://`` address.
        read_only: open for reading; the secrets are then not needed.
        at: open it as it stood at this point of the log, for reading; default: as it stands.
        clock: what says the time; the machine's by default.
        random_bytes: where salts and keys come from.
        passphrase: asked for the passphrase of a locked key, when that key is to sign.
        tokens: asked for signers whose keys lie in devices, when somebody is to sign.

    Raises:
        StoreError: missing, unsafe or unreadable ledger, or secrets that others can read.
        ServiceError: there is no such point.

    """
    whole = open_ledger(location, read_only=read_only)
    try:
        if not read_only and not mark_path(location).exists():
            _hold(whole, location)
        store = whole if at is None else cut_at(whole, at)
        place = None if read_only else secrets_path(location)
        with Session(
            store,
            secrets=None if place is None else load_secrets(place),
            clock=clock or SystemClock(),
            random_bytes=random_bytes,
            secrets_file=place,
            keyring=Keyring(lambda: keys_path(location), passphrase=passphrase, tokens=tokens),
        ) as session:
            yield session
    except BaseException:
        whole.close()
        raise
