"""What Spark reads of a ledger: loaded rows, and sealed files by links or as copies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.replay.histories import Log

from aidledger.replay.engine import building
from aidledger.replay.loading import Loader
from aidledger.replay.onspark import export_views
from aidledger.replay.overlay import SealedViews
from aidledger.replay.spark import place_of

LEDGER = "520123"


def laid_out(folder: Path, *, shared: Path | None) -> Path:
    """Lay a ledger with one visit and a sealed file out; return where the sealed file stands."""
    archive = folder / "archive"
    archive.mkdir()
    (archive / "visit_made.parquet").write_bytes(b"columns")
    log = Log()
    log.add("VisitMade", "case/1", "2022-03-01", visitor="v")
    sealed = SealedViews(
        files={"visit_made": (str(archive / "visit_made.parquet"),)}, as_of=date(2022, 3, 1)
    )
    views = folder / "views"
    with building(None) as connection:
        Loader(connection).load(log)
        names = ("visit_made", "case_moved")
        export_views(connection, names, views, LEDGER, sealed, shared=shared)
    assert (views / place_of("visit_made", LEDGER, sealed=False) / "rows.parquet").is_file()
    assert not (views / place_of("case_moved", LEDGER, sealed=False)).exists()
    return views / place_of("visit_made", LEDGER, sealed=True) / "0.parquet"


@pytest.mark.parametrize("within", [None, "."])
def test_a_sealed_file_that_workers_see_is_read_where_it_lies(
    tmp_path: Path, within: str | None
) -> None:
    there = laid_out(tmp_path, shared=tmp_path / within if within else None)

    assert there.is_symlink()
    assert (tmp_path / "archive/visit_made.parquet").resolve() == there.resolve()


def test_a_sealed_file_that_workers_do_not_see_is_copied(tmp_path: Path) -> None:
    there = laid_out(tmp_path, shared=tmp_path / "views")

    assert not there.is_symlink()
    assert b"columns" == there.read_bytes()


def test_a_sealed_file_is_copied_where_the_disk_knows_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "symlink_to", refused)
    there = laid_out(tmp_path, shared=None)

    assert not there.is_symlink()
    assert b"columns" == there.read_bytes()
