"""Trusted: work of the caller's that is done while a disk or a server is waited for.

A COMMIT is mostly waiting, and the driver lets other threads of this process run meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread


@contextmanager
def alongside(work: Callable[[], None] | None) -> Iterator[None]:
    """Do `work` in a second thread; the block ends when both have.

    It must be work that the caller does again where it was not done: what it raises is dropped, and
    it is left where the machine has no room for another thread.
    """
    if work is None:
        yield
        return

    begun = Event()

    def quietly() -> None:
        begun.wait()
        with suppress(Exception):
            work()

    thread = Thread(target=quietly)
    try:
        thread.start()
    except RuntimeError:
        yield
        return
    begun.set()  # only now: this thread keeps the interpreter until it waits itself
    try:
        yield
    finally:
        thread.join()
