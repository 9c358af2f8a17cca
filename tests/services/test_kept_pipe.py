"""What a night keeps is read from a file and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from aidledger.services.keptfile import ALTERED, Carried, KeptFile
from aidledger.store.secrets import Secrets, create_secrets, load_secrets


def kept(path: Path, secrets: Secrets) -> KeptFile[Carried]:
    return KeptFile(
        path, secrets, Carried, form="aidledger/test/v1", now="2022-01-01T00:00:00Z", full_each=7
    )


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    create_secrets(tmp_path / "secrets")
    os.mkfifo(tmp_path / "kept")

    assert ALTERED == kept(tmp_path / "kept", load_secrets(tmp_path / "secrets")).why


def test_a_hole_of_gigabytes_in_its_place_takes_no_memory(tmp_path: Path) -> None:
    """The night broke off, and so did each after it."""
    create_secrets(tmp_path / "secrets")
    (tmp_path / "kept").touch()
    os.truncate(tmp_path / "kept", 40 << 30)

    assert ALTERED == kept(tmp_path / "kept", load_secrets(tmp_path / "secrets")).why
