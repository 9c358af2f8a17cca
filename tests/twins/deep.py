"""A small county office in a folder, made once and copied: one case approved, a month paid and closed.

What is written here goes straight into the store, past every rule, as whoever holds it can.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tests.services.conftest import Office, opened
from tests.services.test_closing import MARCH, WHO, close, four_payments
from tests.services.test_completeness import seal
from tests.services.test_reconciling import FILE, LINES
from tests.services.test_recording import approve

from aidledger.services.clock import SeededBytes, SetClock
from aidledger.services.payments.reconciling import reconcile
from aidledger.services.session import open_session
from aidledger.store.outcome import Committed


def make_office(folder: Path) -> Path:
    """Make the ledger of an office in a folder."""
    for office in opened(str(folder / "ledger.sqlite")):
        approve(office)
        four_payments(office)
        seal(office)
        close(office)
        done = reconcile(office.session, f"run/{MARCH}", LINES, file=FILE, **WHO).outcome
        assert isinstance(done, Committed)
    return folder


@contextmanager
def copied(made: Path, folder: Path) -> Iterator[Office]:
    """Open a copy of it, to be forged."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    location = str(folder / "ledger.sqlite")
    clock = SetClock(datetime.fromisoformat("2022-03-30T10:00:00+08:00"))
    with open_session(location, clock=clock, random_bytes=SeededBytes(b"forged")) as session:
        yield Office(session, clock, location)
