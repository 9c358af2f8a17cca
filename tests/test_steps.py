"""Where the files of the tests lie while ``scripts/test`` runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import _steps


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the machine's shared memory, with room for everything."""
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(_steps, "SHARED_MEMORY", tmp_path)
    monkeypatch.setattr(_steps, "ROOM_BYTES", 1)
    return tmp_path


def test_files_lie_in_memory_while_the_tests_run_and_are_gone_afterwards(memory: Path) -> None:
    with _steps.files_in_memory():
        folder = Path(os.environ["TMPDIR"])
        (folder / "a").write_bytes(b"a")

        assert memory == folder.parent

    assert "TMPDIR" not in os.environ
    assert [] == list(memory.iterdir())


def test_what_the_user_says_holds(
    memory: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = str(tmp_path_factory.mktemp("said"))
    monkeypatch.setenv("TMPDIR", said)
    with _steps.files_in_memory():
        assert said == os.environ["TMPDIR"]
        assert [] == list(memory.iterdir())


@pytest.mark.parametrize("lack", ["room", "folder"])
def test_without_room_they_lie_on_the_disk(
    lack: str, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lack == "room":
        monkeypatch.setattr(_steps, "ROOM_BYTES", 1 << 62)
    else:
        monkeypatch.setattr(_steps, "SHARED_MEMORY", memory / "none")
    with _steps.files_in_memory():
        assert "TMPDIR" not in os.environ
