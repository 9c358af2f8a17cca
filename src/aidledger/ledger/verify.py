"""Verify a ledger: climb the first rungs of the ladder and report all damage on each.

bytes: every record is strict canonical JSON in an entry's form (and its data that of its type);
columns: positions are dense from 0 and every index column says what the record says;
chain: each stream's versions are dense and each entry names the leaf hash of the one before;
time: recorded_at never goes back along the log;
tree: every stored node, the head's size, root, frontier and time are those of the entries.

The rungs above need more than the entries; here they are named, and made by whoever has it. Without
a checkpoint from outside a ledger can be consistent, never proven: a deleted tail would not be seen.

Nothing here trusts the database: rows may hold any Python value. Memory holds one chain end per
stream and one hash per 256 entries; everything else streams.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any, Final, Literal, Protocol, TypeVar

import msgspec

from aidledger.ledger.chunk import check_chunk, check_span
from aidledger.ledger.finding import Finding
from aidledger.ledger.sequence import Chain, Positions, Times
from aidledger.ledger.tree import TILE_WIDTH
from aidledger.ledger.treecheck import TreeCheck, check_head, head_size
from aidledger.ledger.window import (
    CHUNK_ROWS,
    CheckData,
    Chunk,
    Job,
    Reader,
    Span,
    position_of,
)

RungStatus = Literal["ok", "damaged", "not_made"]
Verdict = Literal["proven", "damaged", "unproven"]

MADE_RUNGS: Final = ("bytes", "columns", "chain", "time", "tree")
LATER_RUNGS: Final = (
    *("checkpoints", "cosignatures", "restorations"),
    *("statements", "signatures", "powers"),
)

_NOT_MADE: Final = "needs more than the entries"

_IN_FLIGHT: Final = 4
"""Windows handed to an executor and not yet joined: enough for two workers, and memory is flat."""

_ROWS_LIMIT: Final = 4 * CHUNK_ROWS
"""A window that holds more rows than it has positions is cut here, however many repeat."""


_Work = TypeVar("_Work")
_Answer = TypeVar("_Answer")
_Given_co = TypeVar("_Given_co", covariant=True)


class Pending(Protocol[_Given_co]):
    """An answer under way, as `concurrent.futures.Future`."""

    def result(self) -> _Given_co:
        """Wait for the answer."""


class Executor(Protocol):
    """What runs work elsewhere, as `concurrent.futures.ProcessPoolExecutor`."""

    def submit(self, check: Callable[[_Work], _Answer], work: _Work, /) -> Pending[_Answer]:
        """Begin to check a window."""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of the ladder: whether it held, and why where it was not climbed."""

    name: str
    status: RungStatus
    why: str = ""


class VerifyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What verification found. `root` (hex) is of the records read, "" where rows are missing.

    `proven_size` is the size of an accepted checkpoint from outside that the entries agree with, None
    where there is none; `cosigners` are the witnesses that made it accepted, none where the policy asks
    for none. `misbehaviour` is a bundle of two contradicting notes of the log, empty if there are none.
    `leads` are for the audit: no damage to the ledger.
    """

    entries: int
    root: str
    findings: list[Finding]
    rungs: list[Rung]
    proven_size: int | None = None
    cosigners: tuple[str, ...] = ()
    misbehaviour: bytes = b""
    leads: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """`damaged` if anything was found; `proven` only against an outside checkpoint."""
        if self.findings:
            return "damaged"
        return "unproven" if self.proven_size is None else "proven"

    @property
    def unproven_tail(self) -> int:
        """Number of entries behind the proven ones: consistent, and nobody outside vouches for them."""
        return self.entries - (self.proven_size or 0)


def verify_entries(
    rows: Iterable[Any],
    nodes: Iterable[Any],
    head: Any,
    check_data: CheckData | None = None,
    *,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> VerifyReport:
    """Verify rows, nodes and head against each other; never raises on data.

    `rows` are (position, stream, version, type, recorded_at, record, leaf_hash) in position order,
    `nodes` (level, idx, hash), `head` (size, root, frontier, recorded_at) or None; all hostile.
    `check_data` reads an entry's data as its type. With an `executor` of processes the windows are
    checked there (then `check_data` must be a function of a module); the answer is the same.
    `progress` is told the number of entries joined so far, once a window.
    """
    size = head_size(head)
    keep_tile = -1 if size is None else size // TILE_WIDTH
    jobs = (Job(start, part, keep_tile, check_data) for start, part in windows(rows))
    join = _Join()
    chunks = map(check_chunk, jobs) if executor is None else answers(check_chunk, jobs, executor)
    for chunk in chunks:
        join.take(chunk)
        if progress is not None:
            progress(join.row_count)
    return join.finish(nodes, head)


def verify_ranges(
    read: Reader,
    count: int,
    nodes: Iterable[Any],
    head: Any,
    check_data: CheckData | None = None,
    *,
    executor: Executor,
    watch: Callable[[Chunk], bool] | None = None,
    progress: Callable[[int], None] | None = None,
) -> VerifyReport | None:
    """Verify as `verify_entries` does, but let the executor's processes read the rows themselves.

    This way only knows ledgers whose rows are all there and in order: None at any other, and at any
    doubt about a row or its stream; then `verify_entries` has to read them all. `count` is how many
    rows there are, whatever their positions: no row lies outside the ranges read when it is the
    head's size and every range is whole. `watch` is given each window, in order, and may have its own
    doubt.
    """
    size = head_size(head)
    if size is None or size != count:
        return None
    keep_tile = size // TILE_WIDTH
    full = size - size % CHUNK_ROWS
    last = Job(full, list(islice(read(full, None), CHUNK_ROWS)), keep_tile, check_data)
    if full + len(last.rows) != size:
        return None
    spans = (Span(start, read, keep_tile, check_data) for start in range(0, full, CHUNK_ROWS))
    join = _Join()
    rest = [last] if last.rows else []
    for chunk in chain(answers(check_span, spans, executor), map(check_chunk, rest)):
        if chunk is None or chunk.columns is None:
            return None
        join.take(chunk)
        if join.findings:
            return None
        if watch is not None and not watch(chunk):
            return None
        if progress is not None:
            progress(join.row_count)
    return join.finish(nodes, head)


class _Join:
    """Joins windows, in their order, to the whole."""

    def __init__(self) -> None:
        self.row_count = 0
        self.findings: list[Finding] = []
        self._positions = Positions()
        self._chain = Chain()
        self._times = Times()
        self._tree = TreeCheck()
        self._last_times: tuple[str, ...] = ()

    def take(self, chunk: Chunk) -> None:
        found = self.findings
        found += self._positions.join(chunk.start, chunk.stop, chunk.missing)
        found += chunk.findings
        if chunk.columns is not None:
            found += self._chain.join_columns(chunk.start, chunk.columns)
        for link in chunk.links:
            found += self._chain.join(link)
        for position, time in chunk.times:
            found += self._times.join(position, time)
        self._tree.add(chunk.tiles, chunk.edges)
        self._last_times = chunk.last_times
        self.row_count += chunk.row_count

    def finish(self, nodes: Iterable[Any], head: Any) -> VerifyReport:
        found = self.findings
        stop = self._positions.stop
        found += self._positions.finish()
        found += self._times.finish()
        root = "" if self._positions.has_gaps else self._tree.own_root(stop)
        found += self._tree.check_nodes(nodes, stop)
        found += check_head(head, self._tree, stop, self.row_count, self._last_times)
        found.sort(key=lambda one: (one.position is None, one.position or 0))
        return VerifyReport(entries=self.row_count, root=root, findings=found, rungs=_rungs(found))


def answers(
    check: Callable[[_Work], _Answer], work: Iterable[_Work], executor: Executor
) -> Iterator[_Answer]:
    """Check windows in the executor with few of them under way; keep their order."""
    waiting: deque[Pending[_Answer]] = deque()
    for one in work:
        waiting.append(executor.submit(check, one))
        if len(waiting) >= _IN_FLIGHT:
            yield waiting.popleft().result()
    for answer in waiting:
        yield answer.result()


def windows(rows: Iterable[Any], start: int = 0) -> Iterator[tuple[int, list[Any]]]:
    """Cut rows from `start` on into windows by the positions they claim, whatever these are."""
    source = iter(rows)
    held: list[Any] = []
    while True:
        batch = held + list(islice(source, max(CHUNK_ROWS - len(held), 0)))
        if not batch:
            return
        end = start + CHUNK_ROWS
        if position_of(batch[-1]) != start + len(batch) - 1:
            # rows repeat or have no number: the window's last ones may still be to come
            while len(batch) < _ROWS_LIMIT and not _beyond(batch[-1], end):
                if not (more := list(islice(source, 1))):
                    break
                batch += more
            cut = _cut(batch, end)
            if cut == 0:
                start = position_of(batch[0]) or 0
                start -= start % CHUNK_ROWS
                held = batch
                continue
        else:
            cut = len(batch)
        yield start, batch[:cut]
        held = batch[cut:]
        start = end


def _beyond(row: Any, end: int) -> bool:
    position = position_of(row)
    return position is not None and position >= end


def _cut(batch: list[Any], end: int) -> int:
    """Count the rows that belong to the window before `end`."""
    for number, row in enumerate(batch):
        if _beyond(row, end):
            following = position_of(batch[number + 1]) if number + 1 < len(batch) else None
            if following is None or following >= end:
                return number
            # the rows go on inside the window: this one is misnumbered, not the next window's
    return len(batch)


def _rungs(findings: list[Finding]) -> list[Rung]:
    damaged = {_rung_of(finding.code) for finding in findings}
    made = [Rung(name=name, status="damaged" if name in damaged else "ok") for name in MADE_RUNGS]
    return made + [Rung(name=name, status="not_made", why=_NOT_MADE) for name in LATER_RUNGS]


def _rung_of(code: str) -> str:
    match code.split("_", 1)[0]:
        case "row" | "column" | "leaf" | "position":
            return "columns"
        case "version" | "prev":
            return "chain"
        case "recorded":
            return "time"
        case "node" | "head":
            return "tree"
        case _:
            return "bytes"
