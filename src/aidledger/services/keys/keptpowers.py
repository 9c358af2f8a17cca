"""The judgement of powers is kept from one night to the next, so that a night judges what is new.

It is gone on from only with the same rules and the same signing keys, beside what every kept file asks
for (`services.keptfile`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Final

import msgspec

from aidledger.domain.registry.history import Involvement
from aidledger.domain.registry.replay import Replay, ReplayState
from aidledger.services.keptfile import WRITE, Basis, Carried, Offered

KEPT_FILE: Final = "powers.judged"


class _Kept(Carried, frozen=True, kw_only=True):
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


class KeptPowers(Offered[_Kept]):
    """What earlier nights judged, in one file; tells afterwards what tonight was judged from."""

    kind, form = _Kept, "aidledger/judged/v2"

    def taken(self, basis: Callable[[int], Basis]) -> tuple[ReplayState, Histories] | None:
        """Return what to go on from, where it stands on the same; nothing where all is to be judged.

        `basis` says what a judgement up to a size would rest on tonight.
        """
        kept = self.gone_on_from(basis)
        return None if kept is None else (kept.state, Histories(kept.histories))

    def offer(self, replay: Replay, basis: Basis, size: int) -> None:
        """Take what was judged tonight, to be kept once nothing was found wrong with the ledger."""
        if not basis.root:
            return
        histories = replay.watch.histories
        packed = histories.packed() if isinstance(histories, Histories) else _packed(histories)
        self.hold(
            _Kept(
                basis=basis,
                size=size,
                full_on=self.full_on,
                nights=self.file.nights,
                state=replay.state(size),
                histories=packed,
            )
        )


_HISTORY: Final = msgspec.msgpack.Decoder(Involvement)


def _packed(histories: Mapping[str, Involvement]) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(WRITE(history)) for name, history in histories.items()}
