"""What ``scripts/test`` and ``scripts/check`` run, in which order, and where tests write."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from _environment import PYTHON, run, run_quietly, say

_RUFF = [str(PYTHON), "-m", "ruff"]
LINTERS = (
    [*_RUFF, "format", "--check"],
    [*_RUFF, "check"],
    [str(PYTHON), "-m", "mypy"],
)
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it
ROOM_BYTES = 6 << 30
"""What two test processes may need at most for their ledgers and clusters, with much to spare."""


@contextmanager
def lint() -> Iterator[list[str]]:
    """Run every linter, also after one has failed, beside what is done meanwhile.

    Yields the names of those that failed: all of them when the block is over. Linters take one core
    for a minute. What each says is printed whole when it ends.
    """
    failed: list[str] = []
    thread = Thread(target=_lint, args=(failed,))
    thread.start()
    try:
        yield failed
    finally:
        thread.join()


def _lint(failed: list[str]) -> None:
    for command in LINTERS:
        status, said = run_quietly(command)
        name = " ".join(command[2:])
        # tests print dots meanwhile, with no end of the line
        print(f"\n==> {name}: {'failed' if status else 'passed'}\n{said}", end="", flush=True)
        if status:
            failed.append(name)


def everything(arguments: list[str]) -> int:
    """Run the linters and, beside them, pytest; return 0 when all passed, and name what did not."""
    with lint() as failed:
        status = pytest(arguments)
    say(f"linters: failed: {', '.join(failed)}; see above" if failed else "linters: all passed")
    return status or bool(failed)


def pytest(arguments: list[str]) -> int:
    """Run the tests on two processes and return pytest's exit status."""
    ours = any(part.startswith(("-n", "--numprocesses")) for part in arguments)
    # some tests take a minute: whoever is done takes over what waits for the other
    spread = [] if ours else ["-n2", "--dist=worksteal"]
    with files_in_memory():
        return run([str(PYTHON), "-m", "pytest", *spread, *arguments])


@contextmanager
def files_in_memory() -> Iterator[None]:
    """Let temporary files lie in memory where there is room, unless TMPDIR says where.

    A ledger waits for the disk at each commit, which is a quarter of the time of all tests. What
    disks do when they are full or fail is tested on disks of those tests' own.
    """
    if "TMPDIR" in os.environ or _spare_bytes() < ROOM_BYTES:
        yield
        return
    folder = tempfile.mkdtemp(prefix="aidledger-tests-", dir=str(SHARED_MEMORY))
    say("tests write into " + folder)
    os.environ["TMPDIR"] = folder
    try:
        yield
    finally:
        del os.environ["TMPDIR"]
        shutil.rmtree(folder, ignore_errors=True)


def _spare_bytes() -> int:
    """Return how much may be written into shared memory; 0 where there is none, or nobody says."""
    try:
        free = shutil.disk_usage(str(SHARED_MEMORY)).free
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        memory = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvail"))
    except (OSError, ValueError, IndexError, StopIteration):
        return 0
    # half of it: the programs want memory too
    return min(free, memory // 2, *_limits())


def _limits() -> Iterator[int]:
    """Yield half of what a container may use, where it has a limit (cgroup version 2, then 1)."""
    yield ROOM_BYTES * 2
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            yield int(Path("/sys/fs/cgroup", name).read_text(encoding="ascii")) // 2
        except (OSError, ValueError):  # no such file, or "max"
            continue
