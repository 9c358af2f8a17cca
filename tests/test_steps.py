"""What ``scripts/test`` runs, and where the files of the tests lie meanwhile."""

from __future__ import annotations

import os
import sys
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


WAITING = (
    "import pathlib, sys, time; print('said first', flush=True); until = time.monotonic() + 60\n"
    "while not pathlib.Path({0!r}).exists() and time.monotonic() < until: time.sleep(0.01)\n"
    "sys.exit('said last')"
)
"""A linter that ends once the tests have run, and not long before."""


def test_linters_run_beside_the_tests_and_each_that_fails_is_named_with_all_it_said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    program = WAITING.format(str(ran))
    linters = ([sys.executable, "-c", program], [sys.executable, "-c", ""])
    monkeypatch.setattr(_steps, "LINTERS", linters)

    def tests(_: list[str]) -> int:
        print("tests ran", flush=True)
        ran.touch()
        return 0

    monkeypatch.setattr(_steps, "pytest", tests)
    status = _steps.everything([])
    out = capfd.readouterr().out

    assert status == 1
    assert out.startswith("tests ran\n"), "the tests waited"
    assert f"\n==> {program}: failed\nsaid first\nsaid last\n\n==> : passed\n" in out
    assert out.endswith(f"==> linters: failed: {program}; see above\n")


@pytest.mark.parametrize(
    ("linter", "tests", "status"), [(0, 0, 0), (0, 5, 5), (3, 0, 1), (3, 5, 5)]
)
def test_all_is_well_when_linters_and_tests_passed(
    linter: int, tests: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        _steps, "LINTERS", ([sys.executable, "-c", f"import sys; sys.exit({linter})"],)
    )
    monkeypatch.setattr(_steps, "pytest", lambda _: tests)

    assert status == _steps.everything([])
