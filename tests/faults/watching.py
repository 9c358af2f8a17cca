"""A reader process beside nights: it looks at what lists and questions read, whenever that has changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb

from aidledger.replay.digest import digest_of
from aidledger.replay.generation import GenerationsError
from aidledger.replay.generations import POINTER, Generations
from aidledger.replay.models import load_models
from aidledger.services.generations.rebuilding import generations_folder
from aidledger.services.nightly.runs import runs_folder

LISTS = "lists"
_PAUSE_S = 0.01


class Watcher:
    """A forked reader that is told which ledger to look at, and says what of it was not whole.

    Whole is a generation whose models have the rows and the digests that `current` says, and a list
    that is one of those that are known.
    """

    def __init__(self, whole: Mapping[str, AbstractSet[bytes | None]]) -> None:
        self._orders, theirs = Pipe()
        self._pid = os.fork()
        if self._pid:
            theirs.close()
            return
        status = 1
        try:
            self._orders.close()  # else nobody would ever be told of the end
            _Reader(theirs, whole).read()
            status = 0
        finally:
            os._exit(status)

    def begin(self, ledger: Path) -> None:
        """Have a ledger looked at from now on."""
        self._orders.send(str(ledger))

    def end(self) -> list[str]:
        """Have it looked at for the last time; return what was not whole since `begin`."""
        self._orders.send(None)
        found: list[str] = self._orders.recv()
        return found

    def close(self) -> None:
        """End the process."""
        self._orders.close()
        os.waitpid(self._pid, 0)


class _Reader:
    def __init__(self, orders: Connection, whole: Mapping[str, AbstractSet[bytes | None]]) -> None:
        self._orders, self._whole = orders, whole
        self._known: set[tuple[bytes, str]] = set()
        """What was read before and was whole: what `current` said, and the hash of the file."""

    def read(self) -> None:
        """Look until nobody asks any more."""
        ledger: Path | None = None
        last: object = None
        found: list[str] = []
        with suppress(EOFError):
            while True:
                if self._orders.poll(_PAUSE_S if ledger else None):
                    order = self._orders.recv()
                    if order is None and ledger is not None:
                        self._orders.send([*found, *self._look(ledger)])
                    ledger, last, found = Path(order) if order else None, None, []
                if ledger is not None and (now := _signs(ledger)) != last:
                    found += self._look(ledger)
                    last = now

    def _look(self, ledger: Path) -> list[str]:
        found = []
        generations = Generations(generations_folder(str(ledger)))
        try:
            found += self._generation(generations)
        except (duckdb.Error, GenerationsError, OSError) as error:
            found.append(f"a reader met {type(error).__name__}: {error}")
        for name, content in _files(runs_folder(str(ledger)) / LISTS).items():
            if content not in self._whole[name]:
                found.append(f"half of the list {name}")
        return found

    def _generation(self, generations: Generations) -> list[str]:
        """Read the current generation as a list does."""
        said = (generations.folder / POINTER).read_bytes()
        current = generations.current()
        if current is None:
            return ["there is no generation"]
        content = (generations.folder / current.file).read_bytes()
        key = (said, hashlib.sha256(content).hexdigest())
        if key in self._known:
            return []
        models, wrong = load_models(), []
        with generations.opened(current) as connection:
            for one in current.models:
                digest = digest_of(connection, one.name, models[one.name].key)
                if (digest.rows, digest.root) != (one.rows, one.digest):
                    wrong.append(f"{one.name}: {digest.rows} rows of {one.rows}, or others")
        if not wrong:
            self._known.add(key)
        return wrong


def _files(folder: Path) -> dict[str, bytes]:
    """Return what a publisher would take: no file that is still being written."""
    return {path.name: path.read_bytes() for path in folder.glob("[!.]*")}


def _signs(ledger: Path) -> object:
    """Return what changes when a reader might see something else."""
    signs: list[Any] = []
    for folder in (generations_folder(str(ledger)) / POINTER, runs_folder(str(ledger)) / LISTS):
        with suppress(OSError):
            at = folder.stat()
            signs.append((at.st_ino, at.st_size, at.st_mtime_ns))
    return signs
