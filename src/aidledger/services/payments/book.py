"""The payments of a ledger as they stood at any size of its log: what closing and checking ask.

A payment is a ``PaymentIssued`` entry, whatever its kind. ``PaymentReissued`` only asks for a line
to be sent again; what the bank then pays is issued once more. Corrections and annulments count as
far as they were recorded: a corrected line stands with its corrected amount, run and month.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, Literal

import msgspec

from aidledger.domain.events.base import Fen
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.recorded import Recorded, amended
from aidledger.ledger.tree import leaf_hash
from aidledger.replay.rows import recorded_row
from aidledger.services.decoding import readable
from aidledger.store.port import LedgerStore

_ISSUED: Final = "PaymentIssued"
_RETURNED: Final = "PaymentReturned"
_AMENDING: Final = ("EntryAnnulled", "EntryCorrected")


class Line(msgspec.Struct, frozen=True, gc=False):
    """One payment, or one return of one; ``entry`` is the leaf hash of its entry."""

    position: int
    stream: str
    month: str
    run: str
    amount_fen: int
    entry: bytes


class _Data(msgspec.Struct, gc=False):
    """What a closing asks of a payment's or a return's data."""

    amount_fen: Fen
    month: str
    run: str


class _Paid(msgspec.Struct, gc=False):
    """What a closing asks of a record."""

    data: _Data
    stream: str
    type: Literal["PaymentIssued", "PaymentReturned"] = msgspec.field(name="$type")


_MONTH: Final = b'"month":"'
"""What stands in the record of every payment and return."""


class PaymentBook:
    """Reads the payments once; asked for a size, leaves out what was recorded from there on."""

    def __init__(self, store: LedgerStore, *, month: str | None = None) -> None:
        """Read a ledger; of one month only what can have to do with it, which is much quicker."""
        amending = list(store.read_types(_AMENDING))
        amendments = readable(store, amending)
        named = {getattr(entry.event, "position", -1) for entry in amendments}
        # a record is canonical JSON: what belongs to the month has these very bytes
        wanted = _MONTH + (b"" if month is None else b'%s"' % month.encode("ascii"))
        self.lacks = len(amendments) < len(amending)
        """Whether a payment, a return or an amendment could not be read."""
        self._months: dict[tuple[str, str], list[Line]] = {}
        self._amended: dict[str, list[Recorded]] = {}
        self._leaves: dict[int, bytes] = {}
        for row in store.read_types((_ISSUED, _RETURNED)):
            position, record = row[0], row[5]
            if type(position) is not int or position < 0 or type(record) is not bytes:
                self.lacks = True
            elif position in named:
                self._keep(row, record)
            elif wanted in record:
                self._take(position, record)
            elif _MONTH not in record:
                self.lacks = True
        store.beside.lacks |= self.lacks
        for entry in amendments:
            if entry.stream in self._amended:
                self._amended[entry.stream].append(entry)

    def issued(self, month: str, size: int | None = None) -> list[Line]:
        """Return the payments for a month that stood at a size of the log, by position."""
        return self._of_month(_ISSUED, month, size)

    def returned(self, month: str, size: int | None = None) -> list[Line]:
        """Return what the bank gave back of a month's payments, by position."""
        return self._of_month(_RETURNED, month, size)

    def of_run(self, run: str, size: int | None = None) -> list[Line]:
        """Return the payments of a run that stood at a size of the log, by position."""
        plain = (
            line
            for (kind, _), lines in self._months.items()
            for line in lines
            if kind == _ISSUED and line.run == run
        )
        return _until([*plain, *self._standing(_ISSUED, size, run=run)], size)

    def _of_month(self, kind: str, month: str, size: int | None) -> list[Line]:
        plain = self._months.get((kind, month), ())
        return _until([*plain, *self._standing(kind, size, month=month)], size)

    def _standing(self, kind: str, size: int | None, **asked: str) -> Iterator[Line]:
        """Yield the lines that some entry corrects or annuls, as they stood."""
        for entries in self._amended.values():
            known = [entry for entry in entries if size is None or entry.position < size]
            for entry in amended(known):
                event: Any = entry.event
                if wire_name(event) == kind and all(
                    getattr(event, name) == value for name, value in asked.items()
                ):
                    yield self._line(entry.position, entry.stream, event)

    def _keep(self, row: Any, record: bytes) -> None:
        entry = recorded_row(row)
        self.lacks |= entry is None
        if entry is not None:
            self._amended.setdefault(entry.stream, []).append(entry)
            self._leaves[entry.position] = leaf_hash(record)

    def _take(self, position: int, record: bytes) -> None:
        """Take a line that nobody amends. Looking into a record leaves its form to verification."""
        try:
            paid = _decoder().decode(record)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            self.lacks = True
            return
        data, leaf = paid.data, leaf_hash(record)
        line = Line(position, paid.stream, data.month, data.run, data.amount_fen, leaf)
        self._months.setdefault((paid.type, data.month), []).append(line)

    def _line(self, position: int, stream: str, event: Any) -> Line:
        leaf = self._leaves[position]
        return Line(position, stream, event.month, event.run, event.amount_fen, leaf)


@lru_cache(maxsize=1)
def _decoder() -> msgspec.json.Decoder[_Paid]:
    return msgspec.json.Decoder(_Paid)


def _until(lines: list[Line], size: int | None) -> list[Line]:
    """Return the lines below a size by position."""
    kept = (line for line in lines if size is None or line.position < size)
    return sorted(kept, key=attrgetter("position"))
