"""A pipe or a device in the place of a file is not waited for, nor read until memory ends."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lone import ALONE
from tests.services.test_proving import ORIGIN
from tests.services.witnessed import keep_checkpoint
from tests.store.drafts import drafts, record

from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.replay.generation import GenerationsError
from aidledger.replay.generations import POINTER, Generations
from aidledger.services.checkpoints.checkpointing import remembered
from aidledger.services.checkpoints.tiles import check_folder, export_tiles, read_checkpoint
from aidledger.services.generations.certifying import kept_certificate
from aidledger.services.handing.checking import check
from aidledger.services.problems import ServiceError
from aidledger.store.errors import StoreError
from aidledger.store.mark import Mark
from aidledger.store.opening import create

MAKERS: dict[str, Callable[[Path], Any]] = {
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
}
KEPT: dict[str, tuple[Callable[[Path], Any], type[Exception]]] = {
    "mark": (Mark, StoreError),
    "signed": (lambda path: remembered(path, ORIGIN), ServiceError),
    POINTER: (lambda path: Generations(path.parent).current(), GenerationsError),
    "manifest.json": (lambda path: check(path.parent), OSError),
    f"{'0' * 64}.json": (lambda path: kept_certificate(path.parent, path.stem), ServiceError),
}


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """End what waits."""
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it was waited for"))
    signal.alarm(20)
    yield
    signal.alarm(0)


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Callable[[Path], Any]:
    return MAKERS[request.param]


@pytest.mark.parametrize("name", KEPT)
def test_what_lies_beside_a_ledger_is_a_file(
    tmp_path: Path, make: Callable[[Path], Any], name: str
) -> None:
    read, error = KEPT[name]
    make(tmp_path / name)

    with pytest.raises(error, match=name):
        read(tmp_path / name)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    store = create(folder / "ledger.sqlite", origin=ORIGIN)
    record(store, drafts(300))
    keep_checkpoint(store)
    export_tiles(store, folder / "log")
    store.close()
    return folder / "log"


@pytest.mark.parametrize("name", ["tile/entries/000", "tile/0/000"])
def test_a_tile_on_a_stick_is_a_file(
    exported: Path, tmp_path: Path, make: Callable[[Path], Any], name: str
) -> None:
    stick = Path(shutil.copytree(exported, tmp_path / "stick"))
    (stick / name).unlink()
    make(stick / name)
    report = ALONE.verify_tiles(stick, ALONE.Outside(None, {}))

    assert {one["code"] for one in report.as_json()["findings"]} & {
        "position_missing",
        "node_missing",
    }
    checkpoint = parse_checkpoint(read_checkpoint(stick).text)
    with pytest.raises(OSError, match="not a plain file"):
        check_folder(stick, checkpoint)


def test_a_checkpoint_on_a_stick_is_a_file(
    exported: Path, tmp_path: Path, make: Callable[[Path], Any]
) -> None:
    stick = Path(shutil.copytree(exported, tmp_path / "stick"))
    (stick / "checkpoint").unlink()
    make(stick / "checkpoint")

    with pytest.raises(ALONE.CannotRunError, match="no plain file"):
        ALONE.verify_tiles(stick, ALONE.Outside(None, {}))
    with pytest.raises(OSError, match="not a plain file"):
        read_checkpoint(stick)
