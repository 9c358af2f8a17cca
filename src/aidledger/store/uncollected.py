"""Trusted: when memory is looked through for garbage; an attacker gains nothing by it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Leave cycles of garbage alone for as long as a batch is decided and written.

    It makes thousands of values at once, none of which can hold itself; to look for cycles among
    them is a tenth of the work.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
