"""How much of what takes many minutes is done: a part, or all of it with AIDLEDGER_TEST_WHOLE=1.

The part goes through the same code in the same way, with fewer or smaller examples of it.
"""

from __future__ import annotations

import os

WHOLE = os.environ.get("AIDLEDGER_TEST_WHOLE") == "1"


def size(whole: int, part: int) -> int:
    """Return how many there are to be in this run."""
    return whole if WHOLE else part
