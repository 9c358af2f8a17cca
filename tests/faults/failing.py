"""Runs as a program of its own, on a disk that goes bad under a ledger and is repaired again.

    python -m tests.faults.failing sqlite|data|wal full|sync DISK [--broken NAME]

Pays cases, one stream each, before, while and after the disk fails; resolves what is unknown, pays
again what was refused. Prints one JSON object: what was acknowledged, which codes were seen, what
went wrong. `--broken` runs the same with a fault of our own in the store or in its caller:
`heedless` takes every error for a success, `unsynced` lets the database leave out its syncs,
`renaming` pays again under a new name.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from tests.faults.history import Ack, after_power_loss, problems
from tests.faults.places import Disk, Place, place_on
from tests.store.drafts import append, draft

from aidledger.store import postgres_connect, sealing, sqlite_connect
from aidledger.store.draft import Draft
from aidledger.store.errors import StoreError
from aidledger.store.opening import create, open_ledger
from aidledger.store.outcome import Committed, Outcome, Receipt, Rejected, Unknown
from aidledger.store.port import LedgerStore
from aidledger.store.postgres import PostgresStore
from aidledger.store.sqlite import SqliteStore

LONGEST_S: Final = 150
ENOUGH: Final = 8
"""After so many payments that were refused, the disk has failed enough."""
MOST: Final = 1000
"""A disk that is not full after so many payments does not become full."""
CODES: Final = {"disk_full", "io_error", "connection_lost", "commit_failed"}


class Payer:
    """Pays cases and keeps what it was told."""

    def __init__(self, store: LedgerStore) -> None:
        self.store = store
        self.acks: list[Ack] = []
        self.unsure: list[int] = []
        self.refused: list[int] = []
        self.codes: Counter[str] = Counter()
        self.wished: dict[str, int] = {}
        self.problems: list[str] = []
        self.meanwhile = 0

    def pay(self, number: int, name: str = "pay") -> bool:
        """Pay a case: one entry, three or forty. False: not acknowledged."""
        stream, count = f"case/{number}", (1, 3, 40)[number % 3]
        self.wished[stream] = count
        wanted = [draft(stream, type="PaymentIssued")] * count
        try:
            outcome = append(self.store, wanted, f"{name}-{number}")
        except StoreError as error:
            self._told("error", error.code)
            if not error.hint:
                self.problems.append(f"no hint for {error.code}: {error}")
            self.refused.append(number)
            return False
        match outcome:
            case Committed(receipt=receipt):
                self.acknowledged(receipt)
                return True
            case Unknown(code=code):
                self._told("unknown", code)
                self.unsure.append(number)
            case Rejected():
                self.problems.append(f"payment {number}: {outcome}")
                self.refused.append(number)
        return False

    def acknowledged(self, receipt: Receipt) -> None:
        """Keep a receipt."""
        self.acks.append((receipt.cause, receipt.position, receipt.count, receipt.root))

    def pay_all(self, numbers: range | list[int], name: str = "pay") -> None:
        """Pay on a good disk: nothing may be refused."""
        refused = [number for number in numbers if not self.pay(number, name)]
        if refused:
            self.problems.append(f"not acknowledged by a good disk: {refused}")

    def pay_on_a_bad_disk(self, fault: str) -> None:
        """Pay until a full disk has refused some; where nothing can be synced, all is refused."""
        good = len(self.acks)
        for number in range(20, MOST):
            self.pay(number)
            self.meanwhile = len(self.acks) - good
            if fault == "sync" and self.meanwhile:
                self.problems.append("acknowledged while nothing could be synced")
            if len(self.unsure) + len(self.refused) >= ENOUGH or self.problems:
                return
        self.problems.append(f"the disk did not become full in {MOST} payments")

    def asked_early(self) -> dict[int, Committed | Rejected]:
        """Ask for what is unknown while the disk is bad: an answer must be right, an error may be."""
        answers = {}
        for number in self.unsure:
            with suppress(StoreError):
                answers[number] = self.store.resolve(f"pay-{number}")
        return answers

    def resolve_all(self, early: dict[int, Committed | Rejected]) -> None:
        """Resolve what is unknown; what is absent is to be paid again."""
        for number in self.unsure:
            cause = f"pay-{number}"
            resolved = self.store.resolve(cause)
            self._told("resolved", type(resolved).__name__.lower())
            if not resolved == early.get(number, resolved) == self.store.resolve(cause):
                self.problems.append(f"{cause} is resolved in two ways")
            if isinstance(resolved, Committed):
                self.acknowledged(resolved.receipt)
            else:
                self.refused.append(number)

    def found(self) -> list[str]:
        """Look for all that may be wrong now."""
        paid = Counter(row[1] for row in self.store.read())
        wrong = sorted(name for name in self.wished if paid[name] != self.wished[name])
        wrong = [f"{name}: {paid[name]} entries, expected {self.wished[name]}" for name in wrong]
        return [*self.problems[:5], *problems(self.store, self.acks), *wrong[:5]]

    def _told(self, how: str, code: str) -> None:
        self.codes[f"{how} {code}"] += 1
        if how != "resolved" and code not in CODES:
            self.problems.append(f"no code for a bad disk: {code}")


def work(place: Place, disk: Disk, fault: str, broken: str) -> dict[str, Any]:
    """Pay on a disk that is good, bad, and good again."""
    create(place.location, origin="test.example/ledger").close()
    break_something(broken, place)
    payer = Payer(open_ledger(place.location))
    payer.pay_all(range(20))
    disk.fail()
    payer.pay_on_a_bad_disk(fault)
    early = payer.asked_early()
    disk.repair()
    place.revive()
    if broken == "renaming":
        payer.pay_all(payer.unsure, "again")
    else:
        payer.resolve_all(early)
        payer.problems += found_elsewhere(place, payer)
    payer.pay_all(list(payer.refused))
    payer.pay_all(range(MOST, MOST + 10))
    found = payer.found()
    payer.store.close()
    return {"meanwhile": payer.meanwhile, "codes": payer.codes, "problems": found}


def found_elsewhere(place: Place, payer: Payer) -> list[str]:
    """Look at what another process would find, had this one ended here."""
    if place.location.startswith("postgresql:"):
        return []
    path = Path(place.location)
    store = open_ledger(after_power_loss(path, path.parent.parent / "elsewhere"))
    found = problems(store, payer.acks)
    for number in payer.unsure:
        cause = f"pay-{number}"
        if store.receipt(cause) != payer.store.receipt(cause):
            found.append(f"{cause} is resolved in another way elsewhere")
    store.close()
    return found


def break_something(name: str, place: Place) -> None:
    """Put a fault of our own into the store."""
    if name == "heedless":
        SqliteStore.append = heedless(SqliteStore.append)  # type: ignore[method-assign]
        PostgresStore.append = heedless(PostgresStore.append)  # type: ignore[method-assign]
    elif name == "unsynced" and place.location.startswith("postgresql:"):
        postgres_connect._SAFE["fsync"].add("off")
        with psycopg.connect(place.location, autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET fsync = off")
            admin.execute("SELECT pg_reload_conf()")
    elif name == "unsynced":
        sqlite_connect.SYNCHRONOUS_FULL = 0  # type: ignore[misc]


def heedless(append: Any) -> Any:
    """Acknowledge what was to be written, whatever became of it."""

    def unheeding(store: LedgerStore, drafts: Sequence[Draft], **asked: Any) -> Outcome:
        written = would_be(store, drafts, **asked)
        try:
            outcome: Outcome = append(store, drafts, **asked)
        except StoreError:
            if written is None:
                raise
            return written
        return outcome if isinstance(outcome, Committed) else written or outcome

    return unheeding


def would_be(
    store: LedgerStore, drafts: Sequence[Draft], *, cause: str, now: datetime, **_: Any
) -> Committed | None:
    """Say what an append will answer when it is well; nothing where the store can't be read."""
    try:
        tails = store.stream_heads({one.stream for one in drafts})
        rows = sealing.seal(drafts, head=store.head(), tails=tails, cause=cause, now=now)
        for _row in rows:
            pass
        return Committed(receipt=rows.finish().receipt(cause), replayed=False)
    except StoreError:
        return None


def too_long(*_: object) -> None:
    raise TimeoutError(f"not done after {LONGEST_S} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=["sqlite", "data", "wal"])
    parser.add_argument("fault", choices=["full", "sync"])
    parser.add_argument("disk", type=Path)
    parser.add_argument("--broken", choices=["heedless", "unsynced", "renaming"], default="")
    asked = parser.parse_args()
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LONGEST_S)  # whatever happens, what was started is stopped
    disk = Disk(asked.disk, asked.fault)
    place = place_on(asked.disk, asked.engine)
    try:
        result = work(place, disk, asked.fault, asked.broken)
    finally:
        disk.repair()
        place.close()
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
