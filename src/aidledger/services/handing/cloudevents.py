"""Every record of the log as CloudEvents 1.0, one JSON object a line; and the records read back out of it.

A record is canonical JSON, so that its bytes are those of ``data`` written canonically again; one that is
not (another program's, or a forged one) stands as it is in ``data_base64``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.ledger.canonical import CanonicalError, clip, encode
from aidledger.ledger.entry import Entry, EntryError, decode_entry
from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.services.files import placed_file
from aidledger.services.handing.manifest import (
    HandedTable,
    Manifest,
    OfLog,
    handed_file,
    write_beside,
)
from aidledger.services.problems import ServiceError
from aidledger.store.port import LedgerStore

SEQUENCE_DIGITS: Final = 16
"""So that sequences are in order as texts, as the extension ``sequence`` of CloudEvents asks."""
_TYPE: Final = "aidledger."
_UNREADABLE: Final = "aidledger.record"
"""The type of a record that is no entry of ours."""
_PAGE: Final = 4_096
_write: Final = msgspec.json.Encoder(order="sorted").encode


class LineError(Exception):
    """A line of a file of CloudEvents that gives no record: which one, what was expected and found."""

    def __init__(self, line: int, expected: str, found: str) -> None:
        super().__init__(f"line {line}: expected {expected}, found {found}")
        self.line = line
        self.expected = expected
        self.found = found


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """What a file of CloudEvents gives back: how many records, and the root (hex) over them."""

    size: int
    root: str


def write_cloudevents(
    path: Path, store: LedgerStore, *, progress: Callable[[int, int], None] | None = None
) -> Manifest:
    """Write every record of a log, and the manifest; return what it says.

    Raises:
        ServiceError: a row of the log has no record in its place: it must be verified first.
        OSError: it can't be written; what stood there before stands there still.

    """
    head, frontier = store.head(), Frontier()
    source = f"aidledger:{store.origin}"
    rows = islice(store.read_records(), head.size)
    size = 0
    with placed_file(path) as draft:
        with draft.open("wb") as out:
            while page := list(islice(rows, _PAGE)):
                leaves: list[bytes] = []
                for position, record in page:
                    if position != size + len(leaves) or type(record) is not bytes:
                        raise _no_record(size + len(leaves))
                    leaves.append(leaf_hash(record))
                    out.write(_write(_event(source, position, record, leaves[-1])) + b"\n")
                frontier.extend(leaves)
                size += len(page)
                if progress is not None:
                    progress(size, head.size)
        if size != head.size:
            raise _no_record(size)
        manifest = Manifest(
            kind="cloudevents",
            log=OfLog(origin=store.origin, size=size, root=frontier.root().hex()),
            as_of=None,
            known_on=None,
            files=(handed_file(draft, path),),
            tables=(HandedTable(name="entries", rows=size),),
        )
    write_beside(path, manifest)
    return manifest


def _no_record(position: int) -> ServiceError:
    return ServiceError(
        f"position {position}: expected a record, found none",
        hint="aidledger verify says what is wrong with the log",
        exit_code=1,
    )


def _event(source: str, position: int, record: bytes, leaf: bytes) -> dict[str, Any]:
    """Return one record as a CloudEvent."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(position),
        "source": source,
        "sequence": f"{position:0{SEQUENCE_DIGITS}d}",
        "hash": leaf.hex(),
    }
    try:
        entry: Entry | None = decode_entry(record)
    except EntryError:
        entry = None
    if entry is None:
        encoded = base64.b64encode(record).decode()
        return event | {
            "type": _UNREADABLE,
            "datacontenttype": "application/octet-stream",
            "data_base64": encoded,
        }
    event |= {
        "type": f"{_TYPE}{entry.type}",
        "subject": entry.stream,
        "time": entry.recorded_at,
        "datacontenttype": "application/json",
        "dataschema": f"urn:aidledger:entry:v{entry.v}:{entry.type}",
        # what was read strictly has one encoding: these bytes
        "data": msgspec.Raw(record),
    }
    return event if entry.prev is None else event | {"prevhash": entry.prev}


def recovered(path: Path) -> Recovered:
    """Read every record back, hold each against its hash, and return the root over all.

    Raises:
        LineError: a line that is no CloudEvent of ours, or whose record is not the one that was hashed.
        OSError: the file can't be read.

    """
    frontier, records = Frontier(), records_of(path)
    while page := list(islice(records, _PAGE)):
        frontier.extend(map(leaf_hash, page))
    return Recovered(size=frontier.size, root=frontier.root().hex())


def records_of(path: Path) -> Iterator[bytes]:
    """Yield the records of a file, byte for byte as the log has them; each held against its hash.

    Raises:
        LineError: as `recovered` has it.
        OSError: the file can't be read.

    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                event: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
                record = _record_of(event)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, CanonicalError):
                raise LineError(number, "a record as CloudEvents have it", "none") from None
            if event.get("id") != str(number - 1):
                raise LineError(number, f"id {number - 1}", clip(str(event.get("id"))))
            if leaf_hash(record).hex() != event.get("hash"):
                raise LineError(number, "the record that was hashed", "another")
            yield record


def _record_of(event: dict[str, Any]) -> bytes:
    """Return the bytes of the record in an event."""
    if "data" in event:
        return encode(event["data"])
    try:
        return base64.b64decode(event.get("data_base64", ""), validate=True)
    except (binascii.Error, TypeError, ValueError):
        return b""
