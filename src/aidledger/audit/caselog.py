"""The little ledger of a worked case: its events as records of streams, as a store would give them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import inspect

from aidledger.audit.filling import MisspeltError, filled, whole
from aidledger.audit.header import RuleError
from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import EVENTS, encode_data
from aidledger.domain.keeping import KEPT_TABLES
from aidledger.ledger.entry import Entry, EntryError, PolicyPin, encode_entry
from aidledger.ledger.tree import leaf_hash
from aidledger.replay.rows import HostileRow
from aidledger.replay.sealed import SealedRun

ACTOR: Final = "520123001-u1"
OFFICE: Final = "520123001"
_ENVELOPE: Final = frozenset(
    {"type", "stream", "on", "recorded", "actor", "office", "data", "holds"}
)
_AMENDING: Final = frozenset({"EntryCorrected", "EntryAnnulled"})
_day = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_moment = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z").fullmatch


class Log:
    """A little ledger being written: a source for the loader. Before its own events stand `front` adoptions."""

    def __init__(self, file: str, line: int) -> None:
        """Begin an empty one, for a case at a line of a file."""
        self._file, self._line = file, line
        self._rows: list[HostileRow] = []
        self._heads: dict[str, tuple[int, str | None]] = {}
        self._last = ""
        self._pin: PolicyPin | None = None
        self.front = 0
        self.kept: list[tuple[str, dict[str, Any]]] = []
        """(table, row) of what lies beside the ledger."""

    def sealed(self) -> tuple[SealedRun, ...]:
        """Return no sealed segment."""
        return ()

    def rows(self, first: int = 0) -> Iterator[HostileRow]:
        """Return every row from `first` on."""
        return iter(self._rows[first:])

    def row_at(self, position: int) -> HostileRow | None:
        """Return the row of a position."""
        return self._rows[position] if 0 <= position < len(self._rows) else None

    def adopt(self, events: list[Event], days: list[str]) -> None:
        """Put adoptions in front, recorded on the first of the days of the case."""
        first = min([day for day in days if _day(day)], default="2020-01-01")
        for event in events:
            self._add(
                type(event).__name__, "policy/520123", first, f"{first}T00:00:00.000000Z", event
            )
            pack = getattr(event, "pack", None)
            if pack is not None:
                digest = getattr(event, "pack_hash", "")
                self._pin = PolicyPin(hash=f"sha256:{digest}", pack=pack)
        self.front = len(events)

    def take(self, given: dict[str, Any], number: int) -> None:
        """Add one event of the case.

        Raises:
            RuleError: it is none, or it doesn't come after the one before.

        """
        where = f"event {number}"
        kind = EVENTS.get(str(given.get("type")))
        if kind is None:
            raise self.wrong(f"the type of {where} to be an event", str(given.get("type")))
        on = str(given.get("on", ""))
        if not _day(on):
            raise self.wrong(f"on = a day in {where}", on or "none")
        moment = str(given.get("recorded", f"{on}T02:00:00Z"))
        moment = f"{moment}T02:00:00Z" if _day(moment) else moment
        if not _moment(moment):
            raise self.wrong(f"recorded = a day or YYYY-MM-DDThh:mm:ssZ in {where}", moment)
        moment = f"{moment.removesuffix('Z')}.000000Z"
        if "recorded" in given and moment < self._last:
            raise self.wrong(f"{where} recorded after the one before", moment)
        data = {name: value for name, value in given.items() if name not in _ENVELOPE}
        data |= given.get("data", {})
        if "holds" in given:
            data |= {"kept": self._hold(given, data, where)} | data
        if kind.name in _AMENDING and isinstance(data.get("position"), int):
            data["position"] += self.front
        try:
            complete = filled(inspect.type_info(kind.struct), data, on)
            event = msgspec.convert(complete, kind.struct)
        except MisspeltError as error:
            known = ", ".join(error.known)
            raise self.wrong(
                f"{where} ({kind.name}) to have fields of {known}", error.field
            ) from None
        except msgspec.ValidationError as error:
            raise self.wrong(f"{where} as {kind.name} is", str(error)) from None
        stream = str(given.get("stream", f"{kind.stream.split('|')[0]}/1"))
        self._add(
            kind.name,
            stream,
            on,
            max(moment, self._last),
            event,
            actor=str(given.get("actor", ACTOR)),
            office=str(given.get("office", OFFICE)),
            wish=kind.wish,
        )
        if kind.name == "PackAdopted":
            self._pin = PolicyPin(hash=f"sha256:{complete['pack_hash']}", pack=complete["pack"])

    def _hold(self, given: dict[str, Any], data: dict[str, Any], where: str) -> dict[str, Any]:
        """Take the rows of the table that an entry vouches for; return how it names it."""
        name = str(data.get("kept", {}).get("name", f"register_{data.get('kind', '')}"))
        table = KEPT_TABLES.get(name)
        if table is None:
            raise self.wrong(f"holds of a table in {where}", name)
        known = {column for column, _ in table.columns}
        for line, row in enumerate(given["holds"], start=2):
            for column in sorted(row.keys() - known):
                raise self.wrong(f"holds of {where} with {', '.join(sorted(known))}", column)
            cells = {name: whole(v) if isinstance(v, str) else v for name, v in row.items()}
            self.kept.append((name, {"position": len(self._rows), "line": line, **cells}))
        return {"name": name, "rows": len(given["holds"])}

    def _add(
        self,
        name: str,
        stream: str,
        on: str,
        moment: str,
        event: Event,
        *,
        actor: str = ACTOR,
        office: str = OFFICE,
        wish: bool = False,
    ) -> None:
        """Add an entry to its stream."""
        version, prev = self._heads.get(stream, (0, None))
        try:
            record = encode_entry(
                Entry(
                    type=name,
                    actor=actor,
                    cause=f"case-{len(self._rows)}",
                    data=encode_data(event),
                    effective_on=on,
                    office=office,
                    policy=self._pin if wish else None,
                    prev=prev,
                    recorded_at=moment,
                    sealed={},
                    stream=stream,
                    version=version + 1,
                )
            )
        except EntryError as error:
            raise self.wrong(
                f"{name}: {error.expected}", f"{error.found} in {error.field}"
            ) from None
        self._heads[stream] = (version + 1, leaf_hash(record).hex())
        self._last = moment
        self._rows.append((len(self._rows), record))

    def wrong(self, expected: str, found: str) -> RuleError:
        """Return an error at the case."""
        return RuleError(self._file, self._line, expected, found, "see docs/AUDIT.md")
