"""Holds the table of batches against the entries: who asked for what, and the log's root after it.

Each batch is a past head: after its last entry the log had the root that its row says. Rows and
batches may hold any Python value; one piece of damage gives one finding, and checking goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from aidledger.ledger.finding import Finding
from aidledger.ledger.tree import HASH_BYTES, Frontier, leaf_hash
from aidledger.ledger.window import sane_position
from aidledger.services.printing import printable
from aidledger.store.loose import loose_cause
from aidledger.store.port import HostileRow, StoredBatch

_CAUSE: Final = re.compile(
    rb'\{"\$type":"[^"\\]{1,200}","actor":"(?:[^"\\]|\\.){1,400}",'
    rb'"cause":("(?:[^"\\]|\\.){0,1000}")'
)


class BatchCheck:
    """Sees the entries in position order and compares them with the batches; never raises."""

    def __init__(self, batches: Iterable[StoredBatch]) -> None:
        """Take the batches, in position order."""
        self.findings: list[Finding] = []
        self._batches = iter(batches)
        self._causes: set[str] = set()
        self._batch: StoredBatch | None = None
        self._stop = 0
        self._next = 0
        self._sides: list[Frontier] = [Frontier(), Frontier()]
        """By the leaf hashes as they are stored, and as the records give them; none where roots say no more."""
        self._leaves: tuple[list[bytes], list[bytes]] = ([], [])
        self._reported: set[str] = set()
        self._advance()

    def watch(self, rows: Iterable[HostileRow]) -> Iterator[HostileRow]:
        """Yield the rows through, each compared with its batch."""
        for row in rows:
            self._see(row)
            yield row

    def finish(self) -> list[Finding]:
        """Report the batches whose entries are not there; return all findings."""
        left, first = 0, None
        while self._batch is not None:
            if self._stop > self._next:
                left += 1
                first = first if first is not None else self._batch.position
            self._advance()
        if left:
            self._report(
                "batch_extra", first, "position", "entries of every batch", f"{left} without any"
            )
        return self.findings

    def _see(self, row: HostileRow) -> None:
        """Compare one entry with its batch."""
        try:
            position, _, _, _, recorded_at, record, leaf = row
        except (TypeError, ValueError):
            self._sides.clear()
            return
        if type(position) is not int:
            self._sides.clear()
            return
        if position != self._next or type(record) is not bytes:
            self._sides.clear()  # the log's own check names the damage; roots say no more now
        self._next = position + 1
        while self._batch is not None and self._stop <= position:
            self._advance()
        batch = self._batch
        if batch is None or position < batch.position:
            self._report_once("batch_missing", position, "position", "a batch", "none")
            self._sides.clear()
            return
        self._compare(batch, position, recorded_at, record)
        if self._sides:
            own = leaf_hash(record)
            stored, ours = self._leaves
            stored.append(leaf if _is_hash(leaf) else own)
            ours.append(own)
            if position == self._stop - 1:
                self._compare_end(batch)

    def _compare(self, batch: StoredBatch, position: int, recorded_at: Any, record: Any) -> None:
        """Compare cause and time of an entry with those of its batch: one finding a batch.

        Batches of the housed library have no request, and so no digest: their entries come
        finished, each with its own cause and time, and give the batch its name.
        """
        if batch.request_digest == b"":
            return
        cause = _cause_of(record) if type(record) is bytes else None
        if cause is not None and cause != batch.cause:
            self._report_once(
                f"batch_cause:{batch.position}",
                position,
                "cause",
                printable(cause),
                printable(batch.cause),
            )
        if recorded_at != batch.recorded_at:
            self._report_once(
                f"batch_recorded_at:{batch.position}",
                position,
                "recorded_at",
                printable(recorded_at),
                printable(batch.recorded_at),
            )

    def _compare_end(self, batch: StoredBatch) -> None:
        """Compare the root after a batch; the first that differs says it for all after it.

        A batch without request is named by its entries.
        """
        loose = batch.request_digest == b""
        named = [loose_cause(leaves) for leaves in self._leaves] if loose else [batch.cause]
        if batch.cause not in named:
            self._report("batch_cause", batch.position, "cause", named[1], printable(batch.cause))
        for side, leaves in zip(self._sides, self._leaves, strict=True):
            side.extend(leaves)
            leaves.clear()
        roots = [side.root() for side in self._sides]
        if batch.root not in roots:
            found = printable(batch.root)
            self._report("batch_root", batch.position, "root", roots[1].hex(), found)
            self._sides.clear()

    def _advance(self) -> None:
        """Go on to the next batch that has its form."""
        for batch in self._batches:
            fault = form_fault(batch)
            if fault:
                place = batch.position if type(batch.position) is int else None
                self._report("batch_form", place, *fault)
                continue
            if batch.position != self._stop:
                self._report(
                    "batch_position",
                    batch.position,
                    "position",
                    str(self._stop),
                    str(batch.position),
                )
            if batch.cause in self._causes:
                self._report(
                    "batch_cause_repeated",
                    batch.position,
                    "cause",
                    "a cause of its own",
                    printable(batch.cause),
                )
            self._causes.add(batch.cause)
            self._batch = batch
            self._stop = batch.position + batch.count
            return
        self._batch = None

    def _report_once(self, key: str, position: Any, field: str, expected: str, found: str) -> None:
        """Report under a key, the first time only."""
        if key not in self._reported:
            self._reported.add(key)
            self._report(key.partition(":")[0], position, field, expected, found)

    def _report(self, code: str, position: Any, field: str, expected: str, found: str) -> None:
        """Keep a finding."""
        at = sane_position(position)
        self.findings.append(
            Finding(code=code, position=at, field=field, expected=expected, found=found)
        )


def form_fault(batch: StoredBatch) -> tuple[str, str, str] | None:
    """Return (field, expected, found) of the first field that has not its form."""
    loose = batch.request_digest == b""
    checks = (
        ("position", "a whole number", type(batch.position) is int and batch.position >= 0),
        ("count", "a whole number from 1", type(batch.count) is int and batch.count >= 1),
        ("cause", "a text", type(batch.cause) is str and batch.cause != ""),
        (
            "request_digest",
            "32 bytes",
            loose or _is_hash(batch.request_digest),
        ),
        # the library signs nothing: a signed request whose digest was taken away would be denied
        (
            "key_id",
            "null without a request",
            not loose or (batch.key_id is None and batch.signature is None),
        ),
        ("root", "32 bytes", _is_hash(batch.root)),
        ("recorded_at", "a text", type(batch.recorded_at) is str),
    )
    for field, expected, right in checks:
        if not right:
            return field, expected, printable(getattr(batch, field))
    return None


def _is_hash(value: Any) -> bool:
    """Whether a value has the form of a hash."""
    return type(value) is bytes and len(value) == HASH_BYTES


def _cause_of(record: bytes) -> str | None:
    """Return the cause that a record names; nothing where it has not an entry's form."""
    match = _CAUSE.match(record)
    if match is None:
        return None
    try:
        return msgspec.json.decode(match[1], type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
