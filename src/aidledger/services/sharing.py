"""Shares work out between this process and others: none waits while the others read their modules.

A fresh process needs half a second before it does anything. So one fewer is started than may work,
and this process, which has read its modules already, takes its part.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Final, TypeVar

from aidledger.archive.writing import SealError
from aidledger.services.problems import ServiceError
from aidledger.store.errors import StoreError
from aidledger.store.uncollected import without_collector

PARALLEL_FROM: Final = 200_000
"""From so many entries on a second process pays for its start."""
_EACH: Final = 2
"""So many pieces each of the others has, once one has answered: one under way, one ready."""
_WAITING: Final = 8
"""So many answers may wait for an earlier one; then this process waits too, and memory is flat."""

_Work = TypeVar("_Work")
_Answer = TypeVar("_Answer")


def processes_for(size: int, asked: int | None, *, least: int = PARALLEL_FROM) -> int:
    """Return how many processes share work of some size: as many as asked for, else all processors.

    One where nobody asks and the work is of less than `least`: a second would not pay for its start.
    """
    return asked or (1 if size < least else os.cpu_count() or 1)


@contextmanager
def workers(jobs: int) -> Iterator[Executor | None]:
    """Give processes to check in, or nothing where one is enough."""
    with others(jobs if jobs > 1 else 0) as executor:
        yield executor


@contextmanager
def others(processes: int) -> Iterator[Executor | None]:
    """Give so many processes beside this one, or nothing where there are to be none.

    Raises:
        ServiceError: one of them was ended, or could not begin.

    """
    if processes < 1:
        yield None
        return
    # Fresh processes: a fork would carry the database connection along.
    # They make no cycles of garbage, and looking for some would cost a fifth of the time.
    with ProcessPoolExecutor(
        max_workers=processes, mp_context=get_context("spawn"), initializer=gc.disable
    ) as executor:
        try:
            yield executor
        except BrokenExecutor as error:
            raise ServiceError(
                "expected an answer of a process that helps, found that it was ended",
                hint="look whether memory ran out, and run it again"
                " (a program of your own has to begin under if __name__ == '__main__')",
                exit_code=75,
            ) from error


def shared_answers(
    there: Callable[[_Work], _Answer],
    here: Callable[[_Work], _Answer],
    work: Iterable[_Work],
    executor: Executor | None,
    others: int,
) -> Iterator[_Answer]:
    """Yield the answer to each piece of work, in order.

    What a piece raises of OSError, SealError and StoreError is raised in its place.

    Args:
        there: does a piece in a process of the executor: a function of a module.
        here: does a piece in this process.
        work: what is to be done.
        executor: `others` processes beside this one; without it all is done here.
        others: how many.

    """
    if executor is None:
        yield from map(here, work)
        return
    waiting = deque[Future[_Answer]]()
    theirs: list[Future[_Answer]] = []
    answered = False
    for piece in work:
        still = [one for one in theirs if not one.done()]
        answered = answered or len(still) < len(theirs)
        theirs = still
        # one that may still be reading its modules gets no second piece: it would lie there
        if len(theirs) < others * (_EACH if answered else 1):
            theirs.append(executor.submit(there, piece))
            waiting.append(theirs[-1])
        else:
            waiting.append(_done(here, piece))
        while waiting and (waiting[0].done() or len(waiting) > _WAITING):
            yield waiting.popleft().result()
    for one in waiting:
        yield one.result()


def _done(here: Callable[[_Work], _Answer], piece: _Work) -> Future[_Answer]:
    """Do a piece in this process; an error of the data or the disk waits for its turn."""
    future = Future[_Answer]()
    try:
        with without_collector():
            future.set_result(here(piece))
    except (OSError, SealError, StoreError) as error:
        future.set_exception(error)
    return future
