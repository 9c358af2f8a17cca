"""The judgement of powers is kept from one night to the next, so that a night judges what is new.

What is kept was derived here, and nobody else has to believe it (`keptfile`): it is gone on from only
under the same rules and signing keys too. An auditor's `verify` knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from aidledger.domain.registry.history import Involvement
from aidledger.domain.registry.replay import Replay, ReplayState
from aidledger.services.keys.keptfile import OTHER_PROGRAM, Basis, KeptFile

KEPT_FILE: Final = "powers.judged"


class _Judged(msgspec.Struct, frozen=True, kw_only=True):
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


class KeptPowers(KeptFile):
    """What earlier nights judged, in one file; tells afterwards what tonight was judged from."""

    form = "aidledger/judged/v1"

    def taken(self, basis: Callable[[int], Basis]) -> tuple[ReplayState, Histories] | None:
        """Return what to go on from; nothing where all is to be judged. See `KeptFile.state`."""
        state = self.state(basis)
        if state is None:
            return None
        try:
            judged = _JUDGED.decode(state)
        except msgspec.MsgspecError:
            self.refuse(OTHER_PROGRAM)
            return None
        return judged.state, Histories(judged.histories)

    def offer(self, replay: Replay, basis: Basis, size: int) -> None:
        """Take what was judged tonight, to be kept once nothing was found wrong with the ledger."""
        if not basis.root:
            return
        histories = replay.watch.histories
        packed = histories.packed() if isinstance(histories, Histories) else _packed(histories)
        self.put(_WRITE(_Judged(state=replay.state(size), histories=packed)), basis, size)


def _plain(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(type(value).__name__)


_WRITE: Final = msgspec.msgpack.Encoder(enc_hook=_plain).encode
_JUDGED: Final = msgspec.msgpack.Decoder(_Judged)
_HISTORY: Final = msgspec.msgpack.Decoder(Involvement)


def _packed(histories: Mapping[str, Involvement]) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(_WRITE(history)) for name, history in histories.items()}
