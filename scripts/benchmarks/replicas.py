"""One simulated county recorded many times over, under other names: as many entries as are wanted.

Cases, carers, complaints, funds, runs and whatever else one county has for itself get a copy's
number, so have its visitors; persons, accounts and files other tokens and hashes. Offices, places,
staff, packs and the lists on the boards are there once. Entries are chained anew, and each copy's batch is recorded at the
moment of the first one's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

import msgspec

from aidledger.ledger.tree import leaf_hash

COPIED: Final = (
    *("audit", "carer", "case", "comparison", "complaint", "contract", "fund", "meeting"),
    *("resident", "run", "stock", "warning"),
)
"""The kinds of streams that each copy has for itself."""
AMENDMENTS: Final = ("EntryAnnulled", "EntryCorrected")
NAMES_A_POSITION: Final = (*AMENDMENTS, "CustodianConfirmed")
_KINDS: Final = "|".join(kind for kind in COPIED if kind != "resident").encode()
_VARYING: Final = re.compile(
    rb'(?<=")(?P<stream>(?:%b)/[^"]+)(?=")'
    rb"|\b(?P<token>[pa][0-9a-f]{32})\b"
    rb'|(?<="prev":")(?P<prev>[0-9a-f]{64})(?=","recorded_at")'
    rb'|(?<!_hash":")(?<=")(?P<file>[0-9a-f]{64})(?=")'
    rb'|(?<="visitor":")(?P<visitor>[^"]+)(?=")'
    rb'|(?<="position":)(?P<position>[0-9]+)(?=[,}])' % _KINDS
)


class Made(NamedTuple):
    """A record of the larger log; `amended` is the position of the entry that it puts right, if so."""

    record: bytes
    leaf: bytes
    amended: int | None


class _Original(NamedTuple):
    """An entry of the county: its record as a pattern, its stream's number, what position it names."""

    pattern: bytes
    stream: int
    version: int
    position: int
    is_copied: bool
    names: int | None
    amends: bool


class _Batch(NamedTuple):
    """Where a batch went: the position of its first entry, and its entries in each copy."""

    start: int
    all: dict[int, int]
    copied: dict[int, int]


class Replicas:
    """The records of a county and its copies, batch after batch.

    Args:
        rows: of the county's ledger, in position order.
        copies: how many counties there are in all.

    """

    def __init__(self, rows: Sequence[Any], copies: int) -> None:
        self._streams: dict[str, int] = {}
        self._batches = [
            [self._original(row) for row in several]
            for _, several in groupby(rows, key=lambda row: row[4])
        ]
        self.moments = [moment for moment, _ in groupby(rows, key=lambda row: row[4])]
        self._lasts = [[b""] * len(self._streams) for _ in range(copies)]
        self._names = [
            {b"stream": b"-%d" % n if n else b"", b"token": b"%04x" % n} for n in range(copies)
        ]
        self._placed: dict[int, _Batch] = {}

    def batch(self, number: int, start: int) -> Iterator[Made]:
        """Yield the records of one batch in every copy, the first at a position."""
        several = self._batches[number]
        alone = [one for one in several if one.is_copied]
        placed = _Batch(
            start,
            {one.position: at for at, one in enumerate(several)},
            {one.position: at for at, one in enumerate(alone)},
        )
        for one in several:
            self._placed[one.position] = placed
        for copy, (names, lasts) in enumerate(zip(self._names, self._lasts, strict=True)):
            for one in alone if copy else several:
                at = None if one.names is None else self._position(one.names, copy)
                record = one.pattern % {**names, b"prev": lasts[one.stream], b"position": at or 0}
                leaf = leaf_hash(record)
                lasts[one.stream] = leaf.hex().encode()
                yield Made(record, leaf, at if one.amends else None)

    def _original(self, row: Any) -> _Original:
        kind, record = row[1].partition("/")[0], row[5]
        copied, names = kind in COPIED, row[3] in NAMES_A_POSITION
        parts, last = [], 0
        for found in _VARYING.finditer(record):
            put = _put(found, copied=copied, names=names)
            parts += [record[last : found.start()].replace(b"%", b"%%"), put]
            last = found.end()
        return _Original(
            pattern=b"".join((*parts, record[last:].replace(b"%", b"%%"))),
            stream=self._streams.setdefault(row[1], len(self._streams)),
            version=row[2],
            position=row[0],
            is_copied=copied,
            names=msgspec.json.decode(record)["data"]["position"] if names else None,
            amends=row[3] in AMENDMENTS,
        )

    def _position(self, position: int, copy: int) -> int:
        """Return where an entry of the county stands in a copy."""
        batch = self._placed[position]
        if not copy or position not in batch.copied:
            return batch.start + batch.all[position]
        return (
            batch.start + len(batch.all) + (copy - 1) * len(batch.copied) + batch.copied[position]
        )


def copies_for(rows: Sequence[Any], entries: int) -> int:
    """Return how many counties have about so many entries together."""
    copied = sum(row[1].partition("/")[0] in COPIED for row in rows)
    return max(1, round((entries - (len(rows) - copied)) / copied))


def _put(found: re.Match[bytes], *, copied: bool, names: bool) -> bytes:
    """Return what stands in a pattern for something that varies, or that does not here."""
    text = found[0].replace(b"%", b"%%")
    match found.lastgroup:
        case "prev":
            return b"%(prev)b"
        case "position" if names:
            return b"%(position)d"
        case "stream" | "visitor" if copied:
            return text + b"%(stream)b"
        case "file" if copied:
            return b"%(token)b" + text[4:]
        case "token" if copied:
            return text[:1] + b"%(token)b" + text[5:]
        case _:
            return text
