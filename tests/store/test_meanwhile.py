"""Work done while a commit is waited for: beside it where there is room for a thread, else not at all."""

from __future__ import annotations

import subprocess
import sys
from threading import get_ident

import pytest

from aidledger.store.meanwhile import alongside

WITHOUT_ROOM = """
import resource, threading
from aidledger.store.meanwhile import alongside
threading.stack_size(256 * 2**20)
resource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28))
did = []
with alongside(lambda: did.append("work")):
    did.append("block")
print(did)
"""


def test_work_is_done_in_another_thread_before_the_block_ends() -> None:
    did: list[int] = []
    with alongside(lambda: did.append(get_ident())):
        pass
    assert did
    assert did != [get_ident()]


def test_what_the_work_raises_is_dropped_and_what_the_block_raises_is_not() -> None:
    def fails() -> None:
        raise ValueError("work")

    with alongside(fails):
        pass
    with pytest.raises(KeyError), alongside(fails):
        raise KeyError("block")


def test_where_no_thread_can_be_made_the_block_is_done_all_the_same() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_ROOM], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "['block']\n"
