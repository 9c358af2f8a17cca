"""Where a ledger's nights leave their traces: one folder, one lock, one line a run.

The lock goes with its process, however it ends; what it says of a run that was killed becomes that
run's line in the history, so that no night is missing from the trend.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from aidledger.disk import named, read_plain
from aidledger.services.problems import ServiceError
from aidledger.store.opening import beside

RESULTS: Final = "run_results.json"
HISTORY: Final = "history.jsonl"
LOCK: Final = "lock"
_LOCKED: Final = 11
SHOWN: Final = 1_000
"""Runs that are read back for trend and page."""
_BYTES_A_RUN: Final = 8_192


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history. Times are RFC 3339; `exit_code` is None where the run was killed.

    `steps` has the status and the seconds of each step, `figures` what later nights ask for.
    """

    run_id: str
    started_at: str
    finished_at: str | None = None
    exit_code: int | None = None
    seconds: float = 0.0
    entries: int = 0
    steps: dict[str, tuple[str, float]] = {}
    figures: dict[str, dict[str, Any]] = {}


def runs_folder(location: str) -> Path:
    """Say where the traces of a ledger's nights lie: beside its file, or with the user's data."""
    return beside(location, "runs")


@contextmanager
def alone(folder: Path, begun: Run) -> Iterator[None]:
    """Keep every other night out. Raises ServiceError (11) at once where one is running."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(folder / LOCK, flags, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError(
                f"{folder}: another run holds the lock",
                hint="wait until it is done: aidledger status shows it",
                exit_code=_LOCKED,
            ) from None
        died = _begun(os.pread(handle, _BYTES_A_RUN, 0))
        if died is not None and all(run.run_id != died.run_id for run in history(folder)):
            remember(folder, died)
        os.ftruncate(handle, 0)
        os.pwrite(handle, msgspec.json.encode(begun) + b"\n", 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def running(folder: Path) -> Run | None:
    """Return the run that holds the lock now, None where nobody does."""
    try:
        with _opened(folder / LOCK) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _begun(file.read(_BYTES_A_RUN)) or Run(run_id="", started_at="")
    except OSError:
        return None
    return None


def killed(folder: Path) -> Run | None:
    """Return the run that the lock names and nobody holds: it was killed, and no run came since."""
    try:
        with _opened(folder / LOCK) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return _begun(file.read(_BYTES_A_RUN))
    except OSError:
        return None


def _opened(path: Path) -> BinaryIO:
    """Open a plain file: a pipe would be waited for, and a device need not end. Raises OSError."""
    read_plain(path, 0)
    return path.open("rb")


def _begun(content: bytes) -> Run | None:
    with suppress(msgspec.DecodeError, ValueError):
        run = msgspec.json.decode(content.partition(b"\n")[0], type=Run)
        for at in (run.started_at, run.finished_at or run.started_at):
            datetime.fromisoformat(at)
        return run
    return None


def remember(folder: Path, run: Run) -> None:
    """Add a run to the history. Half a line that a crash left stays alone on its line."""
    line = msgspec.json.encode(run) + b"\n"
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(folder / HISTORY, flags, 0o600)
    try:
        end = os.fstat(handle).st_size
        torn = end > 0 and os.pread(handle, 1, end - 1) != b"\n"
        with named(folder / HISTORY):
            os.write(handle, (b"\n" if torn else b"") + line)
            os.fsync(handle)
    finally:
        os.close(handle)


def history(folder: Path) -> list[Run]:
    """Return the newest runs, the oldest first; lines that are none are passed over."""
    try:
        with _opened(folder / HISTORY) as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - SHOWN * _BYTES_A_RUN))
            lines = file.read(SHOWN * _BYTES_A_RUN).split(b"\n")
    except FileNotFoundError:
        return []
    found = [run for run in map(_begun, lines) if run is not None]
    return found[-SHOWN:]


def last_results(folder: Path) -> dict[str, Any] | None:
    """Return the results of the last run, as it wrote them."""
    try:
        found = msgspec.json.decode(read_plain(folder / RESULTS))
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeError):
        raise ServiceError(
            f"{folder / RESULTS}: expected the results of a run, found something else",
            hint="run aidledger nightly again",
        ) from None
    return found if isinstance(found, dict) else None
