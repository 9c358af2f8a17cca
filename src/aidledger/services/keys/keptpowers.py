"""The judgement of powers is kept from one night to the next, so that a night judges what is new.

What is kept was derived here, and nobody else has to believe it: it is gone on from only where it is
of this ledger's secrets (a MAC over it), of this program, of the same rules and the same signing keys,
and where tonight's records have the very root that it was judged under. Else everything is judged again,
and why is said. An auditor's `verify` knows nothing of it.
"""

from __future__ import annotations

import hashlib
import hmac
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec

from aidledger.domain.registry.history import Involvement
from aidledger.domain.registry.replay import Replay, ReplayState
from aidledger.store.durable import replace_file
from aidledger.store.secrets import Secrets

KEPT_FILE: Final = "powers.judged"
_FORMAT: Final = "aidledger/judged/v1"
_MAC_BYTES: Final = 32

FIRST: Final = "no judgement is kept"
ALTERED: Final = "the kept judgement is not as this ledger wrote it"
ASKED: Final = "asked for"
DUE: Final = "its night has come"
OTHER_PROGRAM: Final = "the program is another"
OTHER_RULES: Final = "the rules are others"
OTHER_KEYS: Final = "the signing keys are others"
OTHER_ENTRIES: Final = "the entries are others"
"""Why a night judges everything."""


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a judgement rests on beside the entries below its size: digests (hex) and the root."""

    origin: str
    program: str
    rules: str
    keys: str
    root: str


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    basis: Basis
    full_on: str
    nights: int
    state: ReplayState
    histories: dict[str, msgspec.Raw]


class Histories(MutableMapping[str, Involvement]):
    """The histories that were kept: each is read when it is asked for, and written if it changed."""

    def __init__(self, kept: Mapping[str, msgspec.Raw]) -> None:
        self._kept = kept
        self._known: dict[str, Involvement] = {}

    def __getitem__(self, name: str) -> Involvement:
        found = self._known.get(name)
        if found is None:
            # not kept here: most are only looked at, and would be written anew for nothing
            found = _HISTORY.decode(self._kept[name])
        return found

    def __setitem__(self, name: str, history: Involvement) -> None:
        self._known[name] = history

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._kept, **self._known})

    def __len__(self) -> int:
        return len(self._kept.keys() | self._known.keys())

    def packed(self) -> dict[str, msgspec.Raw]:
        """Return all of them as they are written."""
        return {**self._kept, **_packed(self._known)}


class KeptPowers:
    """What earlier nights judged, in one file; tells afterwards what tonight was judged from."""

    def __init__(
        self, path: Path, secrets: Secrets, *, now: str, full: bool = False, full_each: int
    ) -> None:
        """Read what is kept.

        Args:
            path: the file, which need not be there.
            secrets: of the ledger.
            now: when tonight is (RFC 3339), to be said of a full judgement.
            full: whether everything is to be judged tonight.
            full_each: after so many nights everything is judged again.

        """
        self._path = path
        self._key = hmac.digest(secrets.vault_key, _FORMAT.encode(), "sha256")
        self._now = now
        self._fresh: bytes | None = None
        self.judged_from = 0
        """The first position that was judged tonight."""
        self.full_on = now
        """When everything was judged last."""
        self.why = ""
        """Why everything is judged tonight; empty where it is not."""
        self._kept = self._read()
        if self._kept is not None and full:
            self._kept, self.why = None, ASKED
        elif self._kept is not None and self._kept.nights + 1 >= full_each:
            self._kept, self.why = None, DUE

    @property
    def sizes(self) -> set[int]:
        """At which size tonight's root is needed."""
        return set() if self._kept is None else {self._kept.state.size}

    def taken(self, basis: Callable[[int], Basis]) -> tuple[ReplayState, Histories] | None:
        """Return what to go on from, where it stands on the same; nothing where all is to be judged.

        `basis` says what a judgement up to a size would rest on tonight.
        """
        kept = self._kept
        if kept is None:
            return None
        now = basis(kept.state.size)
        for name, why in _OTHER.items():
            if getattr(kept.basis, name) != getattr(now, name):
                self._kept, self.why = None, why
                return None
        self.judged_from, self.full_on = kept.state.size, kept.full_on
        return kept.state, Histories(kept.histories)

    def offer(self, replay: Replay, basis: Basis, size: int) -> None:
        """Take what was judged tonight, to be kept once nothing was found wrong with the ledger."""
        if not basis.root:
            return
        histories = replay.watch.histories
        packed = histories.packed() if isinstance(histories, Histories) else _packed(histories)
        kept = _Kept(
            format=_FORMAT,
            basis=basis,
            full_on=self.full_on,
            nights=0 if self._kept is None else self._kept.nights + 1,
            state=replay.state(size),
            histories=packed,
        )
        body = _WRITE(kept)
        self._fresh = hmac.digest(self._key, body, "sha256") + body

    def keep(self) -> None:
        """Put what was offered into its place. Raises OSError."""
        if self._fresh is not None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._path, self._fresh)
            self._fresh = None

    def _read(self) -> _Kept | None:
        """Read the file; nothing where it is not there, or not as this ledger wrote it."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            self.why = FIRST
            return None
        except OSError:
            self.why = ALTERED
            return None
        mac, body = content[:_MAC_BYTES], memoryview(content)[_MAC_BYTES:]
        self.why = ALTERED
        if not hmac.compare_digest(mac, hmac.digest(self._key, body, "sha256")):
            return None
        try:
            kept = _KEPT.decode(body)
        except msgspec.MsgspecError:  # written by another version of this program
            self.why = OTHER_PROGRAM
            return None
        self.why = "" if kept.format == _FORMAT else OTHER_PROGRAM
        return kept if kept.format == _FORMAT else None


_OTHER: Final = {
    "origin": ALTERED,
    "program": OTHER_PROGRAM,
    "rules": OTHER_RULES,
    "root": OTHER_ENTRIES,
    "keys": OTHER_KEYS,
}


def _plain(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(type(value).__name__)


_WRITE: Final = msgspec.msgpack.Encoder(enc_hook=_plain).encode
_KEPT: Final = msgspec.msgpack.Decoder(_Kept)
_HISTORY: Final = msgspec.msgpack.Decoder(Involvement)


def _packed(histories: Mapping[str, Involvement]) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(_WRITE(history)) for name, history in histories.items()}


@lru_cache(maxsize=1)
def program_digest() -> str:
    """Return one digest (hex) of every source file of this program, and of what runs it."""
    found = hashlib.sha256(f"{sys.version}\n{msgspec.__version__}\n".encode())
    root = Path(__file__).parents[1]
    for path in sorted(root.rglob("*.py")):
        found.update(f"{path.relative_to(root)}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
