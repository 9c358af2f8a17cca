"""The indexes of cases and of persons' cases as they grow with the rows of a log, entry by entry.

They look into the records' bytes, whose form is left to verification, and hash the whole log beside:
whoever has them knows under which root of the log they stand.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

import msgspec

from aidledger.domain.events.catalog import decode_data
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.events.registry import EntryCorrected
from aidledger.ledger.index import Grown, Index, case_item, person_key
from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.store.port import HostileRow, LedgerStore

Kind = Literal["cases", "persons"]
KINDS: Final[tuple[Kind, ...]] = ("cases", "persons")
NAMING: Final = ("ApplicationSubmitted", "EntryCorrected")
"""Types of entries that name the person whose case it is."""
_TOGETHER: Final = 4_096
"""Leaves of the log that are hashed together."""
_token_form: Final = re.compile(r"(p[0-9a-f]{32})").fullmatch
_json_token_form: Final = re.compile(r'"(p[0-9a-f]{32})"').fullmatch


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """What both indexes are after the first entries of a log: number of these, and the log's edge.

    `named` are the items of persons that are there: a case is of a person once.
    """

    size: int
    edge: bytes
    of: dict[Kind, dict[str, Grown]]
    named: list[bytes]


class Indexes:
    """Both indexes, growing with the rows of the log in their order."""

    def __init__(self) -> None:
        self.of: Final[dict[Kind, Index]] = {kind: Index() for kind in KINDS}
        self._named: set[bytes] = set()
        self._log = Frontier()
        self._leaves: list[bytes] = []
        self._size = 0
        self._whole = True

    @classmethod
    def resumed(cls, reached: Reached) -> Indexes:
        """Go on from what `reached` gave. Raises ValueError where that is no state of indexes."""
        indexes = cls()
        indexes.of.update({kind: Index.resumed(reached.of.get(kind, {})) for kind in KINDS})
        indexes._named.update(reached.named)
        indexes._log = Frontier.from_bytes(reached.size, reached.edge)
        indexes._size = reached.size
        return indexes

    @property
    def size(self) -> int:
        """Number of the log's first rows that were taken, each in its place; the next comes here."""
        return self._size

    def log_root(self) -> bytes | None:
        """Return the root of the log over the rows taken; nothing where one was missing or no record."""
        return self._edge().root() if self._whole else None

    def reached(self) -> Reached:
        """Return what `resumed` goes on from."""
        return Reached(
            size=self._size,
            edge=self._edge().to_bytes(),
            of={kind: index.grown() for kind, index in self.of.items()},
            named=sorted(self._named),
        )

    def take(self, row: HostileRow) -> None:
        """Take one row. It looks into the record's bytes, and leaves their form to verification."""
        position, data = row[0], row[5]
        if type(position) is not int or position < 0 or type(data) is not bytes:
            self._whole = False
            return
        leaf = leaf_hash(data)
        self._log_leaf(position, leaf)
        entry = _of_case(data)
        if entry is None:
            return
        self.of["cases"].add(entry.stream, position, leaf)
        token = _named_person(entry)
        if token:
            item = case_item(token, entry.stream)
            if item not in self._named:
                self._named.add(item)
                self.of["persons"].add(person_key(token), position, item)

    def _log_leaf(self, position: int, leaf: bytes) -> None:
        if not self._whole or position != self._size:
            self._whole = False
            return
        self._size = position + 1
        self._leaves.append(leaf)
        if len(self._leaves) >= _TOGETHER:
            self._edge()

    def _edge(self) -> Frontier:
        self._log.extend(self._leaves)
        self._leaves = []
        return self._log


class _Entry(msgspec.Struct, gc=False):
    """What an index asks of a record."""

    data: msgspec.Raw
    stream: str
    type: str = msgspec.field(name="$type")


@lru_cache(maxsize=1)
def _decoder() -> msgspec.json.Decoder[_Entry]:
    return msgspec.json.Decoder(_Entry)


def _of_case(data: bytes) -> _Entry | None:
    """Read what an index asks of a record; nothing where it is of no case, or no record."""
    try:
        entry = _decoder().decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return entry if entry.stream.startswith("case/") and entry.stream.isascii() else None


def named_in(record: bytes) -> tuple[str, str] | None:
    """Return the case that a record is of and the token of the person it names, if it names one."""
    entry = _of_case(record)
    token = _named_person(entry) if entry is not None else ""
    return (entry.stream, token) if entry is not None and token else None


def _named_person(entry: _Entry) -> str:
    """Return the token of the person whose case an entry says it is; empty where it says nothing."""
    if entry.type not in NAMING:
        return ""
    try:
        event = decode_data(entry.type, entry.data)
    except (msgspec.ValidationError, UnicodeError):
        return ""
    if isinstance(event, ApplicationSubmitted):
        found = _token_form(event.applicant)
    elif isinstance(event, EntryCorrected) and event.field == "applicant":
        found = _json_token_form(event.value)
    else:
        return ""
    return found[1] if found else ""


def indexes_at(store: LedgerStore, size: int, start: Indexes | None = None) -> Indexes:
    """Return both indexes over the first entries of the log, or go on from some that stand before."""
    indexes = start or Indexes()
    for row in store.read(indexes.size, size):
        indexes.take(row)
    return indexes
