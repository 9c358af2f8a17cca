"""A county of millions of entries as a sealed archive, made once and kept for every measurement.

The archive is what a ledger's nights would have sealed: each complete segment, and in a later one the
entry that vouches for it. What comes after the last segment lies in a file beside it. No database is
made: the archive verifies without one, and is rebuilt from.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from aidledger.archive.manifest import SEGMENT_ENTRIES, Manifest, segment_name
from aidledger.archive.places import FolderPlace
from aidledger.archive.writing import digest_of, write_segment
from aidledger.disk import replace_file
from aidledger.domain.events.catalog import encode_data
from aidledger.domain.events.proving import SegmentSealed
from aidledger.ledger.entry import Entry, encode_entry
from aidledger.ledger.tree import TILE_WIDTH, Frontier, leaf_hash, root_of_leaves
from aidledger.replay.rows import HostileRow
from aidledger.replay.sealed import SealedRun
from aidledger.services.archives.archiving import STREAM
from aidledger.services.archives.segments import SEALED, readable_seals, runs_of
from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate
from benchmarks.replicas import Replicas, copies_for
from benchmarks.servers import ORIGIN

CASES: Final = 900
MONTHS: Final = 12
ENTRIES_A_CASE: Final = 60
SEED: Final = 1
WRITERS: Final = 2
AHEAD: Final = 2
"""How many segments may wait to be vouched for: so many are written beside what goes on."""
BESIDE: Final = "beside.parquet"
"""Rows (position, record) that a rebuild reads as records: behind the last segment, and amended ones."""
MADE: Final = "made.json"

Say = Callable[[str], None]


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """What was made: how many entries, their root (hex), where the rows behind the archive begin."""

    entries: int
    root: str
    tail: int
    segment: int
    copies: int


class Enlarged:
    """The made log as a rebuild reads it: its sealed segments, hashed again, and the rows behind them."""

    def __init__(self, folder: Path) -> None:
        self.archive = folder / "archive"
        self.made = msgspec.json.decode((folder / MADE).read_bytes(), type=Dataset)
        with duckdb.connect() as connection:
            rows = connection.execute(
                "SELECT position, record FROM read_parquet(?) ORDER BY position",
                [str(folder / BESIDE)],
            ).fetchall()
            names = str(self.archive / "segment-*/segment_sealed.parquet")
            sealed = (
                []
                if not list(self.archive.glob("*/segment_sealed.parquet"))
                else (
                    connection.execute(
                        "SELECT r.position, record FROM read_parquet(?) s JOIN read_parquet(?) r "
                        "ON r.position = s.position ORDER BY 1",
                        [names, str(self.archive / "segment-*/records.parquet")],
                    ).fetchall()
                )
            )
        self._beside = dict(rows)
        self._seals = [
            (position, None, None, SEALED, None, record, None)
            for position, record in [*sealed, *rows]
            if record.startswith(b'{"$type":"SegmentSealed"')
        ]

    def sealed(self) -> tuple[SealedRun, ...]:
        """Return the segments, each file hashed again."""
        return runs_of(list(readable_seals(self._seals)), self.archive)

    def rows(self, first: int = 0) -> Iterable[HostileRow]:
        """Return the rows behind the last segment."""
        start = max(first, self.made.tail)
        return [row for row in self._beside.items() if row[0] >= start]

    def row_at(self, position: int) -> HostileRow | None:
        """Return the row of a position behind the last segment, or of an entry that was put right."""
        record = self._beside.get(position)
        return None if record is None else (position, record)


def enlarged(folder: Path, entries: int, say: Say = lambda _: None) -> Enlarged:
    """Return a log of about so many entries, made by the first who asks; the same every time."""
    place = folder / f"county-{entries}"
    if not (place / MADE).exists():
        fresh = folder / f"county-{entries}.partial"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        rows = _county(fresh, entries)
        say(f"{len(rows):,} entries simulated")
        make(fresh, rows, entries, say)
        shutil.rmtree(place, ignore_errors=True)
        fresh.rename(place)
    return Enlarged(place)


def make(folder: Path, rows: Sequence[Any], entries: int, say: Say = lambda _: None) -> None:
    """Write the archive of a county's ledger and its copies, about so many entries, into a folder."""
    with ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as writers:
        made = _Maker(folder, rows, entries, say, writers).make()
    replace_file(folder / MADE, msgspec.json.encode(made))


def _county(folder: Path, entries: int) -> list[Any]:
    """Simulate the county that is copied."""
    small = folder / "county.sqlite"
    create_ledger(str(small), origin=ORIGIN)
    cases = max(20, min(CASES, entries // ENTRIES_A_CASE))
    with open_session(str(small)) as session:
        simulate(session, cases=cases, months=MONTHS, seed=SEED)
        rows = list(session.store.read())
    for path in folder.glob("county.sqlite*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    return rows


class _Maker:
    """Writes segment after segment, and the entries that vouch for them."""

    def __init__(
        self, folder: Path, rows: Sequence[Any], entries: int, say: Say, writers: Executor
    ) -> None:
        self._folder, self._say = folder, say
        self._copies = copies_for(rows, entries)
        self._replicas = Replicas(rows, self._copies)
        self._segment = _length(entries)
        self._rows: list[tuple[int, bytes, bytes]] = []
        self._start = 0
        self._writers = writers
        self._writing: deque[Future[Manifest]] = deque()
        self._seal_prev: str | None = None
        self._seal_version = 0
        self._frontier = Frontier()
        self._amended: set[int] = set()

    def make(self) -> Dataset:
        """Make the whole log."""
        moments = self._replicas.moments
        for number, moment in enumerate(moments):
            self._vouch(moment)
            for made in self._replicas.batch(number, self._end):
                if made.amended is not None:
                    self._amended.add(made.amended)
                self._take(made.record, made.leaf)
        self._vouch(moments[-1], ahead=0)
        self._frontier.extend([leaf for _, _, leaf in self._rows])
        self._keep_beside()
        return Dataset(
            entries=self._end,
            root=self._frontier.root().hex(),
            tail=self._start,
            segment=self._segment,
            copies=self._copies,
        )

    @property
    def _end(self) -> int:
        return self._start + len(self._rows)

    def _take(self, record: bytes, leaf: bytes) -> None:
        self._rows.append((self._end, record, leaf))
        if len(self._rows) == self._segment:
            self._write()

    def _write(self) -> None:
        """Have the segment written beside what goes on, and begin the next."""
        self._writing.append(self._writers.submit(_written, self._folder / "archive", self._rows))
        self._frontier.extend([leaf for _, _, leaf in self._rows])
        self._start += len(self._rows)
        self._rows = []
        self._say(f"{self._start:,} entries")

    def _vouch(self, moment: str, ahead: int = AHEAD) -> None:
        """Record of the segments that are written what a night records of them."""
        while len(self._writing) > ahead:
            manifest = self._writing.popleft().result()
            event = SegmentSealed(
                entries=manifest.entries,
                first=manifest.first,
                manifest=digest_of(manifest.encode()),
                root=manifest.root,
            )
            self._seal_version += 1
            record = encode_entry(
                Entry(
                    type=SEALED,
                    actor="c0",
                    cause=f"seal-{event.first}",
                    data=msgspec.Raw(encode_data(event)),
                    effective_on=moment[:10],
                    office="520123",
                    policy=None,
                    prev=self._seal_prev,
                    recorded_at=moment,
                    sealed={},
                    stream=STREAM,
                    version=self._seal_version,
                )
            )
            leaf = leaf_hash(record)
            self._seal_prev = leaf.hex()
            self._take(record, leaf)

    def _keep_beside(self) -> None:
        """Keep the rows behind the last segment, and those that amendments name."""
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE beside (position BIGINT, record BLOB)")
            for several in (self._rows, list(self._named())):
                if several:
                    connection.execute(
                        "INSERT INTO beside SELECT unnest(?::BIGINT[]), unnest(?::BLOB[])",
                        [[row[0] for row in several], [row[1] for row in several]],
                    )
            place = str(self._folder / BESIDE)
            connection.execute(
                f"COPY (FROM beside ORDER BY position) TO '{place}' (FORMAT parquet)"
            )

    def _named(self) -> Iterator[tuple[int, bytes]]:
        with duckdb.connect() as connection:
            by_segment: dict[int, list[int]] = {}
            for position in sorted(self._amended):
                if position < self._start:
                    by_segment.setdefault(position // self._segment, []).append(position)
            for number, several in by_segment.items():
                records = self._folder / "archive" / segment_name(number) / "records.parquet"
                yield from connection.execute(
                    "SELECT position, record FROM read_parquet(?) "
                    "WHERE position IN (SELECT unnest(?::BIGINT[]))",
                    [str(records), several],
                ).fetchall()


def _written(archive: Path, rows: list[tuple[int, bytes, bytes]]) -> Manifest:
    """Write a segment into an archive."""
    place, name = FolderPlace(archive), segment_name(rows[0][0] // len(rows))
    with place.writing(name) as folder:
        leaves = [leaf for _, _, leaf in rows]
        root = root_of_leaves(leaves)
        manifest = write_segment(folder, rows, leaves, origin=ORIGIN, root=root)
        place.keep(folder, name)
    return manifest


def _length(entries: int) -> int:
    """Return how many entries a segment has: fewer where the log is small, so that there are some."""
    length = SEGMENT_ENTRIES
    while length > TILE_WIDTH and length * 4 > entries:
        length //= 2
    return length


def archive_bytes(archive: Path) -> tuple[int, int]:
    """Return the bytes of an archive's records, and of all that lies beside them."""
    sizes = [(path.name, path.stat().st_size) for path in archive.rglob("*") if path.is_file()]
    records = sum(size for name, size in sizes if name == "records.parquet")
    return records, sum(size for _, size in sizes) - records
