"""Powers over a whole ledger: the adopted tables, the rules of each moment, and the replay of all acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import Final, NamedTuple

from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.powers import GenesisDeclared, PowersAdopted
from aidledger.domain.policy.errors import PackError
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.context import Act, Actor, Forbidden, Setting
from aidledger.domain.registry.enrol import ENROLLED
from aidledger.domain.registry.history import Involvement
from aidledger.domain.registry.replay import Replay, Replayed, ReplayState
from aidledger.domain.registry.table import Powers, load_powers
from aidledger.domain.registry.watch import Settings, Watch
from aidledger.ledger.tree import leaf_hash
from aidledger.services.cases.histories import StoredHistories
from aidledger.services.clock import china_day
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decoding import readable, recorded_in_turn, recorded_many
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session

_REGISTRY: Final = "registry/"
_POLICY: Final = "policy/"


class Adopted(NamedTuple):
    """An entry that adopts a table of powers, and what the ledger holds under the table's hash."""

    entry: Recorded
    powers: str
    powers_hash: str
    content: bytes | None


def adoptions_of(session: Session) -> Iterator[Adopted]:
    """Yield every adoption of a table of powers, in log order."""
    for entry in readable(
        session.store, session.store.read_types(["GenesisDeclared", "PowersAdopted"])
    ):
        event = entry.event
        if isinstance(event, (GenesisDeclared, PowersAdopted)):
            content = session.kept_text(event.powers_hash)
            yield Adopted(entry, event.powers, event.powers_hash, content)


def tables_of(session: Session) -> dict[str, Powers]:
    """Return the tables of powers that the ledger adopts and holds as evidence, by hash.

    A table whose text is lost, or is not what was adopted, is not among them.
    """
    found: dict[str, Powers] = {}
    for adopted in adoptions_of(session):
        if adopted.content is None or adopted.powers_hash in found:
            continue
        try:
            table = load_powers(adopted.content, file=f"{adopted.powers}.toml")
        except PackError:
            continue
        if table.hash == adopted.powers_hash:
            found[table.hash] = table
    return found


def settings_of(book: PolicyBook) -> Settings:
    """Return what says the rules of a moment: the pack in force, the calendar as known, the day."""

    @lru_cache(maxsize=1_024)
    def of_days(effective_on: str, today: str, programme: str) -> Setting:
        try:
            pack = book.pack_in_force(effective_on, today, programme)
        except ServiceError:  # its text is lost: others report that, the table's own values hold
            pack = None
        return Setting(
            recorded_on=today,
            parameters={} if pack is None else pack.parameters,
            calendar=book.calendar_known_on(today),
        )

    @lru_cache(maxsize=64)  # all entries of a batch have one time
    def setting(effective_on: str, recorded_at: str, programme: str) -> Setting:
        return of_days(effective_on, china_day(recorded_at), programme)

    return setting


def watch_of(session: Session) -> Watch:
    """Return what answers for the next entry of the ledger, without reading all of it.

    The registry's entries are judged again; histories are read as they are asked for. It moves on by
    ``take`` with each entry about to be written (at its position), and is dropped when another
    writer was faster.
    """
    watch = Watch(
        tables=tables_of(session),
        settings=settings_of(session.policy()),
        histories=StoredHistories(session),
    )
    for entry in readable(session.store, session.store.read_types(ENROLLED)):
        answer = watch.judge(
            Actor(id=entry.actor, office=entry.office),
            Act(type=wire_name(entry.event), event=entry.event, stream=entry.stream),
            position=entry.position,
            effective_on=entry.effective_on,
            recorded_at=entry.recorded_at,
        )
        watch.enrol(entry, lawful=not isinstance(answer, Forbidden))
    return watch


def replay_powers(
    session: Session,
    entries: Iterable[Recorded] | None = None,
    *,
    key_of: Callable[[int], str | None] = lambda _: None,
) -> Replayed:
    """Ask of every entry of the ledger whether its actor had the power, and kept the duties of two.

    Args:
        session: an opened ledger.
        entries: all readable entries in position order; read from the store where none are given.
        key_of: the key that signed the entry at a position; nothing where none did.

    """
    run = replay_of(session, tables_of(session), key_of=key_of)
    for entry in recorded_in_turn(session.store.read()) if entries is None else entries:
        run.see(entry)
    return run.replayed()


def replay_of(
    session: Session, tables: Mapping[str, Powers], *, key_of: Callable[[int], str | None]
) -> Replay:
    """Return a replay that has seen nothing yet."""
    watch = Watch(tables=tables, settings=settings_of(session.policy()))
    return Replay(watch=watch, key_of=key_of)


def resumed_replay(
    session: Session,
    tables: Mapping[str, Powers],
    state: ReplayState,
    histories: MutableMapping[str, Involvement],
    *,
    key_of: Callable[[int], str | None],
) -> Replay:
    """Return a replay that goes on from a state, in a ledger in whose log nothing is wrong."""
    store, size = session.store, state.size
    settings = settings_of(session.policy())
    rows = (row for name in store.streams(_REGISTRY) for row in store.read_stream(name))
    enrolled = recorded_many([row for row in rows if row[0] < size and row[3] in ENROLLED])
    enrolled.sort(key=attrgetter("position"))
    last = next(iter(readable(store, store.read(max(0, size - 1), size))), None)
    return Replay.resumed(
        state,
        watch=Watch(tables=tables, settings=settings, histories=histories),
        key_of=key_of,
        enrolled=enrolled,
        last=last,
    )


def rules_digest(session: Session, tables: Mapping[str, Powers]) -> str:
    """Return a digest (hex) of all that says the rules of a moment, as far as it is at hand.

    It has the entries of the policy's streams by their leaf hashes, the packs and tables whose text is
    there, and changes whenever one comes or is lost.
    """
    store, book = session.store, session.policy()
    streams = store.streams(_POLICY)
    lines = [
        f"{row[0]} {leaf_hash(row[5]).hex()}" for name in streams for row in store.read_stream(name)
    ]
    for adoption in book.adoptions():
        with suppress(ServiceError):
            lines.append(f"pack {book.pack(adoption.pack_hash).hash}")
    lines += [f"table {name}" for name in sorted(tables)]
    return sha256("\n".join(lines).encode()).hexdigest()
