"""Where an archive lies and what may happen to whoever writes it: object stores, kills, types that grow."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.replay.histories import CLERK, TOWNSHIP
from tests.services.archived import (
    ENTRIES,
    files_of,
    long_history,
    sealed,
    stored,
)

from aidledger.archive.places import ObjectPlace
from aidledger.replay.digest import plain_rows
from aidledger.replay.engine import building
from aidledger.replay.loading import Loader
from aidledger.replay.sealed import SealedRun
from aidledger.services.archives.segments import (
    NO_RIGHT,
    archive_folder,
    list_segments,
    seals_of,
)
from aidledger.services.generations.rebuilding import rebuild
from aidledger.services.generations.source import StoreSource
from aidledger.services.ladder.archivecheck import verify_archive
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session

SEALER = f"""
import sys
from tests.services.archived import sealed
from aidledger.services.session import open_session

with open_session(sys.argv[1]) as session:
    print("open", flush=True)
    sealed(session, sys.argv[1], actor={CLERK!r}, office={TOWNSHIP!r}, on="2023-01-01")
"""


@pytest.fixture
def location(tmp_path: Path) -> str:
    place = str(tmp_path / "ledger.sqlite")
    stored(place, long_history())
    return place


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_an_object_store_holds_the_same_bytes_and_is_verified_there(
    location: str, tmp_path: Path, kind: str
) -> None:
    url = f"memory://{tmp_path.name}/county" if kind == "memory" else f"file://{tmp_path}/county"
    with open_session(location) as session:
        sealed(session, location)
        sealed(session, location, archive=url)
        again = sealed(session, location, archive=url)
        beside = files_of(archive_folder(location))
        place = ObjectPlace(url)

        assert () == again.written
        assert [0, 1, 2] == place.numbers()
        for path, content in beside.items():
            name, _, file = path.partition("/")
            with place.fetched(name) as folder:
                assert content == (folder / file).read_bytes()
        assert 3 == len(list_segments(url, seals_of(session.store)))
        report = verify_archive(url, store=session.store, columns=False)
        assert ([], 3 * ENTRIES) == (report.findings, report.entries)
        assert "ok" == next(rung.status for rung in report.rungs if rung.name == "sealed")


def test_a_place_that_nobody_reaches_is_one_clear_error(location: str) -> None:
    with pytest.raises(ServiceError, match="archive: nowhere://x"):
        verify_archive("nowhere://x")
    with pytest.raises(ServiceError, match="expected segments, found none"):
        verify_archive(str(archive_folder(location)))


def test_killed_at_any_moment_and_run_again_it_gives_the_same_bytes(
    location: str, tmp_path: Path
) -> None:
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    for path in tmp_path.glob("ledger.sqlite*"):
        shutil.copy(path, undisturbed)
    with open_session(str(undisturbed / "ledger.sqlite")) as session:
        sealed(session, str(undisturbed / "ledger.sqlite"))
    expected = files_of(archive_folder(str(undisturbed / "ledger.sqlite")))
    archive = archive_folder(location)
    for moment in (".segment-000000.partial/*.parquet", "segment-000001"):
        with subprocess.Popen(
            [sys.executable, "-c", SEALER, location], stdout=subprocess.PIPE
        ) as process:
            for _ in count():
                if any(archive.glob(moment)) or process.poll() is not None:
                    break
                time.sleep(0.001)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)

    with open_session(location) as session:
        sealed(session, location)

        assert expected == files_of(archive)
        assert 3 == len(StoreSource(session.store).sealed())
        assert 3 == len(seals_of(session.store))


def test_a_column_that_a_segment_lacks_is_null_and_the_others_are_read(location: str) -> None:
    with open_session(location) as session:
        sealed(session, location)
        runs = StoreSource(session.store).sealed()
        path = runs[0].folder / "visit_made.parquet"
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT * EXCLUDE (visitor, need) FROM '{path}') TO '{path}.new' "
                "(FORMAT parquet)"
            )
        Path(f"{path}.new").rename(path)

        class Older(StoreSource):
            def sealed(self) -> tuple[SealedRun, ...]:
                return runs

        with building(None) as connection:
            loaded = Loader(connection).load(Older(session.store))
            _, rows = plain_rows(connection, "visit_made", ("position",))
            (counts,) = connection.execute(
                f"SELECT count(*), count(visitor), count(*) FILTER (position < {ENTRIES}), "
                f"count(visitor) FILTER (position < {ENTRIES}) FROM visit_made"
            ).fetchall()

    assert [] == [one for one in loaded.findings if one.code != "amendment_misfit"]
    total, with_visitor, early, early_with = counts
    # what was put right since is decoded from its record, and has them
    assert total == len(rows)
    assert 0 < early_with < early
    assert total - with_visitor == early - early_with


def test_a_process_that_only_writes_segments_reads_few_modules_first() -> None:
    heavy = ("aidledger.services.session", "aidledger.services.acts.recording", "cel", "psycopg")
    asked = f"import aidledger.services.archives.writing, sys; print(sys.modules.keys() & {heavy})"

    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert "set()" == done.stdout.strip()


@pytest.mark.parametrize("part", ["", "segment-000000/visit_made.parquet"])
def test_an_archive_that_may_not_be_read_stops_a_rebuild_and_accuses_nobody(
    part: str, location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(location) as session:
        sealed(session, location)
    forbidden = archive_folder(location) / part if part else archive_folder(location)
    iterdir, stat = Path.iterdir, Path.stat

    def refused(path: Path, *args: Any, **more: Any) -> Any:
        if path == forbidden:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return stat(path, *args, **more)

    def listed(path: Path) -> Any:
        if path == forbidden:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", listed)
    if part:
        monkeypatch.setattr(Path, "stat", refused)

    with (
        open_session(location) as session,
        pytest.raises(ServiceError, match=r"archive: .*Permission denied") as told,
    ):
        rebuild(session, models=["case_state"], folder=tmp_path / "models")

    assert (75, NO_RIGHT) == (told.value.exit_code, told.value.hint)


def test_what_a_seal_or_a_disk_leaves_there_accuses_nobody(location: str) -> None:
    with open_session(location) as session:
        sealed(session, location)
    archive = archive_folder(location)
    (archive / ".segment-000003.partial").mkdir()
    (archive / "lost+found").mkdir()

    assert [] == verify_archive(str(archive), columns=False).findings
