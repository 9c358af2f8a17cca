"""The engine that rows in clear are read into: it spills nothing, and its errors say no value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import msgspec

from aidledger.replay.engine import EngineLimits, building


class IntakeError(Exception):
    """A file that the engine can't take in: whether it lacked memory, or refused what stands in it."""

    def __init__(self, found: str, *, memory: bool = False) -> None:
        super().__init__(found)
        self.memory = memory


@contextmanager
def intake(limits: EngineLimits | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give such an engine.

    Raises:
        IntakeError: it had too little memory, or refused a file.

    """
    limits = msgspec.structs.replace(limits or EngineLimits(), spills=False)
    try:
        with building(None, limits) as connection:
            yield connection
    except duckdb.OutOfMemoryException:
        raise IntakeError(f"more than {limits.memory} of memory needed", memory=True) from None
    except duckdb.Error as error:  # what it says of a cell may be somebody's number
        raise IntakeError(type(error).__name__) from None
