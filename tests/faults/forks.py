"""Runs as a program of its own, with one thread: a warm parent that forks writers, and kills them.

    python -m tests.faults.forks writers LOCATION --appends 1000
    python -m tests.faults.forks kills LOCATION --kills 2000

Prints one JSON object: what was acknowledged, what went wrong. `--broken` runs the same with a
fault of our own in it: a harness that does not notice is worth nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from tests.faults.history import Ack, problems
from tests.store.drafts import append, drafts

from aidledger.store import postgres_link, sqlite_connect, sqlite_link
from aidledger.store.errors import StoreError
from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Committed
from aidledger.store.port import LedgerStore

WRITERS = 8


def writers(location: str, appends: int, *, broken: bool) -> dict[str, Any]:
    """Eight processes append at once, and one follows the log."""
    if broken:
        take_the_lock_away()
    begun = time.monotonic()
    children = [Child(partial(write, location, number, appends)) for number in range(WRITERS)]
    reader = Child(partial(follow, location))
    lines = [line for child in children for line in child.lines()]
    os.kill(reader.pid, signal.SIGTERM)  # from now on an end of the log is the end
    followed = list(reader.lines())
    acks = [ack_of(line) for line in lines if line.startswith("ack ")]
    errors = [line for line in [*lines, *followed] if line.startswith("error ")]
    store = open_ledger(location)
    found = problems(store, acks)
    leaves = [row[6].hex() for row in store.read()]
    seen = [line.split()[1] for line in followed if line.startswith("seen ")]
    store.close()
    if seen != leaves:
        found.append(f"the reader saw {len(seen)} of {len(leaves)} entries, or in another order")
    if len(acks) != WRITERS * appends:
        found.append(f"{len(acks)} acknowledged, expected {WRITERS * appends}")
    seconds = round(time.monotonic() - begun, 1)
    return {"acks": len(acks), "entries": len(leaves), "seconds": seconds,
            "problems": [*errors[:5], *found]}  # fmt: skip


def write(location: str, number: int, appends: int, say: Callable[[str], None]) -> None:
    """Append batches of 1 to 20 drafts."""
    store = open_ledger(location)
    dice = random.Random(number)
    for turn in range(appends):
        try:
            outcome = append(store, drafts(dice.choice((1, 1, 1, 2, 3, 5, 20))), f"{number}-{turn}")
        except StoreError as error:
            say(f"error {error.code}: {error}")
            return
        if not isinstance(outcome, Committed):
            say(f"error {outcome}")
            return
        say(ack_line(outcome))
    store.close()


def follow(location: str, say: Callable[[str], None]) -> None:
    """Read what comes after the last entry, over and over, until told that no more comes."""
    ending = False

    def end(*_: object) -> None:
        nonlocal ending
        ending = True

    signal.signal(signal.SIGTERM, end)
    store = open_ledger(location, read_only=True)
    after = 0
    while True:
        last_look = ending
        rows = store.read_page(start=after, limit=1000)
        for row in rows:
            say(f"seen {row[6].hex()}")
        if rows:
            after = rows[-1][0] + 1
        elif last_look:
            return


def kills(location: str, count: int, *, longest_ms: float, broken: bool) -> dict[str, Any]:
    """Kill an appending process `count` times; each time look for its last acknowledged entry."""
    dice = random.Random(count)
    begun = time.monotonic()
    acks: list[Ack] = []
    found: list[str] = []
    fresh = open_ledger(location)  # not connected yet: each child has it as if it were its own
    for number in range(count):
        child = Child(partial(append_for_ever, fresh, number, broken))
        if dice.random() < 0.8:  # else: kill it while it comes up
            child.wait_for_a_line()
        time.sleep(dice.uniform(0.0005, longest_ms / 1000))
        os.kill(child.pid, signal.SIGKILL)
        new = [ack_of(line) for line in child.lines() if line.startswith("ack ")]
        acks += new
        if new:
            looker = open_ledger(location)
            kept = looker.receipt(new[-1][0])
            looker.close()  # no connection lives across a fork
            if not (isinstance(kept, Committed) and ack_of(ack_line(kept)) == new[-1]):
                found.append(f"kill {number}: {new[-1][0]} was acknowledged and is not there")
                if broken:
                    break
    looker = open_ledger(location)
    found += problems(looker, acks)
    size = looker.head().size
    looker.close()
    seconds = round(time.monotonic() - begun, 1)
    return {"acks": len(acks), "entries": size, "seconds": seconds, "problems": found[:5]}


def append_for_ever(
    store: LedgerStore, number: int, broken: bool, say: Callable[[str], None]
) -> None:
    """Append small batches; acknowledge after the receipt, or before it where broken."""
    dice = random.Random(number)
    for turn in range(100_000):
        rows, cause = drafts(dice.randint(1, 3)), f"{number}-{turn}"
        if broken:
            say(f"ack {cause} 0 0 too-early")
        outcome = append(store, rows, cause)
        if isinstance(outcome, Committed) and not broken:
            say(ack_line(outcome))


class Child:
    """A forked process and the lines it says."""

    def __init__(self, work: Callable[[Callable[[str], None]], None]) -> None:
        self._read, write_end = os.pipe()
        self.status: int | None = None
        self.pid = os.fork()
        if self.pid:
            os.close(write_end)
            return
        status = 1
        try:
            os.close(self._read)
            work(lambda line: _write_all(write_end, f"{line}\n".encode()))
            status = 0
        finally:
            os._exit(status)

    def wait_for_a_line(self) -> None:
        """Wait until the process has said anything, or ended."""
        select.select([self._read], [], [])

    def lines(self) -> Iterator[str]:
        """Yield the whole lines said until the process ends, and bury it."""
        with os.fdopen(self._read, "rb") as pipe:
            for line in pipe:
                if line.endswith(b"\n"):
                    yield line.decode().rstrip()
        _, self.status = os.waitpid(self.pid, 0)

    def was_killed(self) -> bool:
        """Whether the process was ended by SIGKILL, and not by itself; after `lines`."""
        return self.status is not None and os.WTERMSIG(self.status) == signal.SIGKILL


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def ack_line(outcome: Committed) -> str:
    receipt = outcome.receipt
    return f"ack {receipt.cause} {receipt.position} {receipt.count} {receipt.root}"


def ack_of(line: str) -> Ack:
    _, cause, position, count, root = line.split()
    return cause, int(position), int(count), root


def take_the_lock_away() -> None:
    """Break both stores: they read the head without holding it."""
    postgres_link._BEGIN = postgres_link._BEGIN.replace(" FOR UPDATE", "")  # type: ignore[misc]

    @contextmanager
    def deferred(self: Any, hold: Callable[[Any], Any], meanwhile: Any = None) -> Iterator[Any]:
        del meanwhile
        connection = sqlite_connect.connector(
            self._dbapi, self._path, read_only=False, busy_timeout_s=1
        )()
        try:
            connection.execute("BEGIN")
            yield hold(connection)
            connection.execute("COMMIT")
        except self._dbapi.Error as error:
            raise sqlite_connect.store_error(error) from error
        finally:
            connection.close()

    sqlite_link.SqliteLink.transaction = deferred  # type: ignore[method-assign]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=["writers", "kills"])
    parser.add_argument("location")
    parser.add_argument("--appends", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--longest-ms", type=float, default=10)
    parser.add_argument("--broken", action="store_true")
    asked = parser.parse_args()
    if asked.work == "writers":
        result = writers(asked.location, asked.appends, broken=asked.broken)
    else:
        result = kills(
            asked.location, asked.kills, longest_ms=asked.longest_ms, broken=asked.broken
        )
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
