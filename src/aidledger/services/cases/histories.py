"""Who did what, read from the log as it is asked for: one stream, or the few types that feed a subject.

A replay sees every entry; an office that is about to record one must not have to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping

from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.history import FEEDING, Involvement, after
from aidledger.services.clock import china_day
from aidledger.services.decoding import readable
from aidledger.services.session import Session


class StoredHistories(MutableMapping[str, Involvement]):
    """The histories of a ledger; each is read once, and moves on with what is put into it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Involvement] = {}
        self._read: set[str] = set()
        """Names of streams, and kinds of subjects, that were read."""

    def __getitem__(self, name: str) -> Involvement:
        if name not in self._known:
            self._load(name)
        return self._known[name]

    def __setitem__(self, name: str, history: Involvement) -> None:
        self._known[name] = history
        self._read.add(name)

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def _load(self, name: str) -> None:
        """Read what a history is made of, unless it was read before."""
        kind = name.partition(":")[0] if ":" in name.partition("/")[0] else name.partition("/")[0]
        feeding = FEEDING.get(kind)
        source = kind if feeding else name
        if source in self._read:
            return
        self._read.add(source)
        store = self._session.store
        rows = store.read_types(feeding) if feeding else store.read_stream(name)
        for subject, history in _folded(readable(store, rows)).items():
            # Of streams that only feed a subject not every entry was read.
            belongs = subject.startswith((f"{kind}:", f"{kind}/")) if feeding else subject == name
            if belongs and subject not in self._known:
                self._known[subject] = history


def _folded(entries: Iterable[Recorded]) -> dict[str, Involvement]:
    """Return every history that entries make."""
    histories: dict[str, Involvement] = {}
    for entry in entries:
        histories.update(after(histories, entry, china_day(entry.recorded_at)))
    return histories
