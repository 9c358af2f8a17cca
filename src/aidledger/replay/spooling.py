"""What goes on beside the checking of rows: the next are read, those before loaded, and sealed columns.

Lines of JSON for the views go to files, and the files to DuckDB.

DuckDB reads JSON into columns on all cores; one thread of Python would not fill them.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BufferedWriter
from itertools import islice
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, TypeVar

import duckdb

from aidledger.disk import named
from aidledger.replay.engine import cursor_of
from aidledger.replay.views import EventView, load_sql

LINES_A_WRITE: Final = 512
BYTES_A_LOAD: Final = 4 * 1024 * 1024
"""How much of a view waits on disk before DuckDB takes it.

Each load costs DuckDB milliseconds of planning, however few the lines: small views wait to the end.
"""

BYTES_WHEN_IDLE: Final = 256 * 1024
"""How much of a view is worth a load while nothing else is loading.

What is left to the end is loaded while nothing is read beside it.
"""

LOADS_AT_ONCE: Final = 2
LOADS_AHEAD: Final = 4
"""How many loads may wait before the reading does: what is on disk stays bounded."""


PAGES_AHEAD: Final = 3
"""How many pages of rows are read before they are asked for."""

_Row = TypeVar("_Row")


class Spool:
    """What is on its way into the views of one connection.

    Lines as `views.LINE` writes them are appended to the list of their type in `lines`, by the
    bytes of the type's wire name; `pass_on` is to be called now and then, `finish` at the end.
    Types that go into one view share a list.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        worker: ThreadPoolExecutor,
        folder: Path,
        views: Mapping[str, EventView],
    ) -> None:
        self._views = {view.name: view for view in views.values()}
        self._waiting: dict[str, list[bytes]] = {name: [] for name in self._views}
        self.lines: dict[bytes, list[bytes]] = {
            name.encode(): self._waiting[view.name] for name, view in views.items()
        }
        self.filled: set[str] = set()
        self._connection = connection
        self._worker = worker
        self._folder = folder
        self._files: dict[str, BufferedWriter] = {}
        self._made = 0
        self._loading: deque[Future[None]] = deque()

    def pass_on(self, least: int = LINES_A_WRITE) -> None:
        """Write out where so many lines wait, and have large files loaded.

        Raises:
            duckdb.Error: the engine could not work (disk full, memory limit).
            OSError: the disk refused.

        """
        for name, lines in self._waiting.items():
            if len(lines) >= least:
                self._write(name, lines)
        if self._files and all(load.done() for load in self._loading):
            largest = max(self._files, key=lambda name: self._files[name].tell())
            if self._files[largest].tell() >= BYTES_WHEN_IDLE:
                self._load(largest)

    def append(self, name: str, sql: str) -> None:
        """Let the worker run a statement that appends rows to a view. Raises as `pass_on`."""
        self.filled.add(name)
        self._submit(sql)

    def finish(self) -> None:
        """Load all that waits, and come back when it is loaded. Raises as `pass_on`."""
        self.pass_on(least=1)
        for name in list(self._files):
            self._load(name)
        while self._loading:
            self._loading.popleft().result()

    def close(self) -> None:
        """Drop what was not loaded."""
        for file in self._files.values():
            file.close()

    def _write(self, name: str, lines: list[bytes]) -> None:
        file = self._files.get(name)
        if file is None:
            self._made += 1
            file = self._files[name] = (self._folder / f"{self._made}.ndjson").open("wb")
        lines.append(b"")
        with named(Path(file.name)):
            file.write(b"\n".join(lines))
        lines.clear()
        if file.tell() >= BYTES_A_LOAD:
            self._load(name)

    def _load(self, name: str) -> None:
        """Let the worker load the file of a view."""
        file = self._files.pop(name)
        file.close()
        self.filled.add(name)
        self._submit(load_sql(self._views[name], file.name), Path(file.name))

    def _submit(self, sql: str, file: Path | None = None) -> None:
        cursor = cursor_of(self._connection)
        self._loading.append(self._worker.submit(_load, cursor, sql, file))
        while len(self._loading) > LOADS_AHEAD:
            self._loading.popleft().result()


@contextmanager
def spooling(
    connection: duckdb.DuckDBPyConnection, views: Mapping[str, EventView]
) -> Iterator[Spool]:
    """Give a spool into the views of types; what it holds on disk is gone at the end, whatever happened."""
    folder = Path(mkdtemp(prefix="aidledger-load-"))
    try:
        with ThreadPoolExecutor(max_workers=LOADS_AT_ONCE) as worker:
            spool = Spool(connection, worker, folder, views)
            try:
                yield spool
            finally:
                spool.close()
                worker.shutdown(cancel_futures=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read_ahead(rows: Iterable[_Row], size: int) -> Generator[list[_Row]]:
    """Yield lists of at most `size` rows; the next are read meanwhile, in a thread of their own.

    Raises:
        Exception: what reading the rows raises.

    """
    source = iter(rows)
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = deque(reader.submit(_some, source, size) for _ in range(PAGES_AHEAD))
        while page := coming.popleft().result():
            coming.append(reader.submit(_some, source, size))
            yield page


def _some(rows: Iterator[_Row], size: int) -> list[_Row]:
    return list(islice(rows, size))


def _load(cursor: duckdb.DuckDBPyConnection, sql: str, file: Path | None) -> None:
    """Append rows to a view; a file of lines that they came from is removed."""
    try:
        cursor.execute(sql)
    finally:
        cursor.close()
        if file is not None:
            file.unlink()
