"""What stands in the place of the files of the nights: a pipe or a device holds nobody up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aidledger.services.nightly.runs import HISTORY, LOCK, history, killed, running


@pytest.mark.parametrize("device", [False, True])
def test_no_plain_file_is_waited_for_or_read_without_end(tmp_path: Path, device: bool) -> None:
    for name in (HISTORY, LOCK):
        if device:
            (tmp_path / name).symlink_to("/dev/zero")
        else:
            os.mkfifo(tmp_path / name)

    with pytest.raises(OSError, match="not a plain file"):
        history(tmp_path)
    assert (None, None) == (running(tmp_path), killed(tmp_path))
