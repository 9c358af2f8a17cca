"""An exported folder holds the log to the byte; stopped anywhere and run again, the same bytes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.services.test_proving import ORIGIN, damage
from tests.services.witnessed import keep_checkpoint
from tests.store.drafts import drafts, record

from aidledger.ledger.checkpoint import Checkpoint, parse_checkpoint
from aidledger.ledger.note import parse_note
from aidledger.ledger.tiles import TileFile, bundles_of, tiles_of
from aidledger.services.checkpoints import tiles as tiles_export
from aidledger.services.checkpoints.tiles import (
    check_files,
    check_folder,
    export_tiles,
    read_checkpoint,
)
from aidledger.services.problems import ServiceError
from aidledger.store.opening import create, open_ledger
from aidledger.store.port import LedgerStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LedgerStore]:
    """A ledger of 600 entries with a checkpoint."""
    made = create(tmp_path / "ledger.sqlite", origin=ORIGIN)
    record(made, drafts(600))
    keep_checkpoint(made)
    yield made
    made.close()


def grow(store: LedgerStore, count: int) -> None:
    record(store, drafts(count), f"more-{store.head().size}")
    keep_checkpoint(store)


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_the_folder_has_exactly_the_files_of_the_layout(store: LedgerStore, tmp_path: Path) -> None:
    done = export_tiles(store, tmp_path / "log")

    expected = {file.path for file in (*tiles_of(600), *bundles_of(600))} | {"checkpoint"}
    assert expected == set(content(tmp_path / "log"))
    assert "tile/0/002.p/88" in expected
    assert "tile/entries/002.p/88" in expected
    assert (600, store.head().root, len(expected)) == (done.size, done.root, done.written)
    [kept] = store.read_checkpoints()
    assert kept[2] == read_checkpoint(tmp_path / "log").encode()


def test_what_was_exported_is_not_written_again(store: LedgerStore, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    export_tiles(store, folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}

    assert 0 == export_tiles(store, folder).written
    grow(store, 200)
    again = export_tiles(store, folder)

    # tiles 2 and 3 with their bundles, the tile above, the checkpoint
    assert (800, 6) == (again.size, again.written)
    assert before[folder / "tile/0/001"] == (folder / "tile/0/001").stat().st_mtime_ns
    assert not (folder / "tile/0/002.p").exists()
    assert not (folder / "tile/entries/002.p").exists()
    assert (folder / "tile/1/000.p/2").exists()


def test_killed_at_any_file_and_run_again_it_has_the_same_bytes(
    store: LedgerStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_tiles(store, tmp_path / "base")
    grow(store, 200)
    shutil.copytree(tmp_path / "base", tmp_path / "whole")
    steps = export_tiles(store, tmp_path / "whole").written
    old = read_checkpoint(tmp_path / "base").encode()

    for stop in range(2 * steps):
        folder = tmp_path / f"stopped-{stop}"
        shutil.copytree(tmp_path / "base", folder)
        left = [stop]

        def fsync(number: int, left: list[int] = left) -> None:
            del number
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            with pytest.raises(KeyboardInterrupt):
                export_tiles(store, folder)
        # readers see the old log whole until the new one is
        note = read_checkpoint(folder)
        if note.encode() == old:
            check_folder(folder, parse_checkpoint(note.text))
        export_tiles(store, folder)

        assert content(tmp_path / "whole") == content(folder), stop


def test_any_file_server_can_hand_it_out(store: LedgerStore, tmp_path: Path) -> None:
    export_tiles(store, tmp_path / "log")

    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "log"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()

        def read(path: str) -> bytes:
            connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
            connection.request("GET", f"/{path}")
            found = connection.getresponse().read()
            connection.close()
            return found

        checkpoint = parse_checkpoint(parse_note(read("checkpoint")).text)
        check_files(lambda file: read(file.path), checkpoint)
        server.shutdown()

    assert (ORIGIN, 600, store.head().root) == (
        checkpoint.origin,
        checkpoint.size,
        checkpoint.root,
    )


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001"]
)
@pytest.mark.parametrize("how", ["flip", "cut", "gone", "longer"])
def test_each_damaged_file_is_named(
    store: LedgerStore, tmp_path: Path, path: str, how: str
) -> None:
    folder = tmp_path / "log"
    export_tiles(store, folder)
    file = folder / path
    data = file.read_bytes()
    if how == "gone":
        file.unlink()
    else:
        flipped = data[:-1] + bytes([data[-1] ^ 1])
        file.write_bytes({"flip": flipped, "cut": data[:-1], "longer": data + b"\0"}[how])

    with pytest.raises(ServiceError) as found:
        check_folder(folder, parse_checkpoint(read_checkpoint(folder).text))

    # a changed entry is still whole: the tile over it says that it is another
    assert (path if (path, how) != ("tile/entries/001", "flip") else "tile/0/001") in str(
        found.value
    )
    if how == "gone":
        export_tiles(store, folder)
        check_folder(folder, parse_checkpoint(read_checkpoint(folder).text))
    else:
        with pytest.raises(ServiceError, match="tile/"):
            export_tiles(store, folder)


def test_another_root_is_noticed(store: LedgerStore, tmp_path: Path) -> None:
    export_tiles(store, tmp_path / "log")

    with pytest.raises(ServiceError, match="root"):
        check_folder(tmp_path / "log", Checkpoint(origin=ORIGIN, size=600, root=bytes(32)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET record = x'7b7d' WHERE position = 300",
        "UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 300",
        "UPDATE nodes SET hash = zeroblob(32) WHERE idx = 0",
        "DELETE FROM nodes",
        "DELETE FROM entries WHERE position = 300",
    ],
)
def test_a_damaged_ledger_gives_no_checkpoint(
    store: LedgerStore, tmp_path: Path, statement: str
) -> None:
    store.close()
    damaged = damage(tmp_path / "ledger.sqlite", statement)

    with pytest.raises(ServiceError) as refused:
        export_tiles(damaged, tmp_path / "log")

    assert 1 == refused.value.exit_code
    assert not (tmp_path / "log/checkpoint").exists()
    damaged.close()


def test_another_log_or_a_shorter_one_is_not_put_over_it(
    store: LedgerStore, tmp_path: Path
) -> None:
    export_tiles(store, tmp_path / "log")
    before = content(tmp_path / "log")
    for name, origin, count, why in (
        ("other", "example.com/other", 700, "holds the log"),
        ("short", ORIGIN, 500, "at size 600"),
        ("fork", ORIGIN, 700, "another history"),
    ):
        with_fork = create(tmp_path / f"{name}.sqlite", origin=origin)
        record(with_fork, drafts(count, streams=3))
        keep_checkpoint(with_fork)

        with pytest.raises(ServiceError, match=why):
            export_tiles(with_fork, tmp_path / "log")
        with_fork.close()

    assert before == content(tmp_path / "log")


def test_two_exports_at_once_do_not_mix(store: LedgerStore, tmp_path: Path) -> None:
    with tiles_export._alone(tmp_path), pytest.raises(ServiceError) as refused:
        export_tiles(store, tmp_path)

    assert 11 == refused.value.exit_code


def test_an_empty_log_is_a_checkpoint_alone(tmp_path: Path) -> None:
    made = create(tmp_path / "ledger.sqlite", origin=ORIGIN)
    keep_checkpoint(made)

    done = export_tiles(made, tmp_path / "log")

    assert (0, {"checkpoint"}) == (done.size, set(content(tmp_path / "log")))
    made.close()


def test_a_bundle_is_only_given_whole(tmp_path: Path, store: LedgerStore) -> None:
    del store
    opened = open_ledger(str(tmp_path / "ledger.sqlite"), read_only=True)

    for file in (TileFile(None, 2), TileFile(0, 9), TileFile(1, 0), TileFile(5, 0, 1)):
        with pytest.raises(ServiceError, match=file.path):
            tiles_export.file_bytes(opened, file)
    opened.close()
