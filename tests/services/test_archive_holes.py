"""Files of an archive with a hole: of any length, though nothing is on the disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.services.archived import long_history, sealed, stored

from aidledger.archive.manifest import MANIFEST
from aidledger.services.ladder.archivecheck import verify_archive
from aidledger.services.session import open_session


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("holes")
    stored(str(folder / "ledger"), long_history())
    with open_session(str(folder / "ledger")) as session:
        sealed(session, str(folder / "ledger"))
    return folder / "ledger.archive"


@pytest.mark.parametrize(
    ("name", "code", "field"),
    [
        ("visit_made.parquet", "segment_file_differs", "visit_made.parquet"),
        (MANIFEST, "manifest_form", f"{MANIFEST}, manifest"),
    ],
)
def test_a_file_longer_than_any_patience_or_memory_is_named_at_once(
    name: str, code: str, field: str, made: Path, tmp_path: Path
) -> None:
    archive = Path(shutil.copytree(made, tmp_path / "archive"))
    os.truncate(archive / "segment-000001" / name, 2**40)
    found = verify_archive(str(archive), columns=False).findings

    assert [(code, f"segment-000001/{field}")] == [(one.code, one.field) for one in found]
