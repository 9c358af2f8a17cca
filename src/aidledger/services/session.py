"""An opened ledger with all that a service needs: store, vault, clock, chance, and its folded states.

States of streams are kept between calls and dropped whenever another writer was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from aidledger.domain.point import Point
from aidledger.domain.recorded import Recorded
from aidledger.services.clock import Clock, RandomBytes, SystemClock, china_day, system_bytes
from aidledger.services.decisions.policy_book import PolicyBook
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
from aidledger.services.states import STATES_KEPT, States
from aidledger.store.errors import StoreError
from aidledger.store.keyfiles import keys_path
from aidledger.store.opening import mark_path, open_ledger
from aidledger.store.outcome import Receipt
from aidledger.store.port import Head, LedgerStore
from aidledger.store.secrets import Secrets, load_secrets, secrets_path
from aidledger.store.vault import Vault

T = TypeVar("T")


class Session:
    """One opened ledger. Not shared between threads."""

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
        self._made: dict[Callable[[Session], Any], Any] = {}
        self.secrets_file = secrets_file
        self.clock = clock
        self.random_bytes = random_bytes
        self.secrets = secrets
        self.barred = False
        """Whether this login may not read the vault, secrets or not."""
        self.vault = Vault(store, secrets, random_bytes) if secrets is not None else None
        self._policy: tuple[int, PolicyBook] | None = None
        self.states = States(store)
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
        self.states.forget()
        self._seen = -1
        self._made.clear()

    def once(self, make: Callable[[Session], T]) -> T:
        """Return what is made of this session, and made again only when another writer was faster."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    def again(self, make: Callable[[Session], Any]) -> None:
        """Let something be made again when it is asked for."""
        self._made.pop(make, None)

    def stream(self, name: str) -> list[Recorded]:
        """Return the readable entries of a stream, in version order, as `States.stream` does."""
        return self.states.stream(name)

    def trim(self, most: int = STATES_KEPT) -> None:
        """Keep no more of a kind in memory than so many; only between batches."""
        self.states.trim(most)
        if self.vault is not None:
            self.vault.trim(most)

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
        self.states.written()
        known = self._policy_seen == self._seen
        self._seen = receipt.size
        if known and not any(stream.startswith("policy/") for stream in streams):
            self._policy_seen = receipt.size


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
