"""What an export's manifest vouches for: the file that was asked about, and a file for each table."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import pytest
from tests.cli.shell import on

from aidledger.services.handing.checking import check


@pytest.mark.parametrize(
    ("kind", "file"),
    [("flat", "data/payment_issued.csv"), ("parquet", "payment_issued.parquet")],
)
def test_a_table_whose_file_nobody_names_any_more_is_missing(
    county: Path, tmp_path: Path, kind: str, file: str
) -> None:
    """Its totals stood in the manifest, and counted as worked out again."""
    handed = tmp_path / "handed"
    ran = on(county, "export", kind, handed, "--event", "PaymentIssued", "--model", "case_people")
    assert 0 == ran.code, ran.err
    manifest = msgspec.json.decode((handed / "manifest.json").read_bytes())
    manifest["files"] = [one for one in manifest["files"] if one["path"] != file]
    (handed / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    (handed / file).unlink()

    assert [(file, "missing")] == [(one.file, one.what) for one in check(handed).differs]


@pytest.mark.parametrize(("lang", "name"), [("zh", "who?"), ("en", "back\\slash")])
def test_a_path_that_the_engine_cannot_write_to_is_said_to_be_one(
    tmp_path: Path, county: Path, lang: str, name: str
) -> None:
    """DuckDB takes what stands behind a ? for its options, and asked for room on the disk."""
    ledger = tmp_path / name / county.name
    ledger.parent.mkdir()
    shutil.copy(county, ledger)
    words = {"zh": "路径中不能有 ? 和", "en": "expected a path without ? and \\"}
    for command in (("rebuild",), ("export", "duckdb", ledger.with_suffix(".duckdb"))):
        ran = on(ledger, "--lang", lang, *command)

        assert 3 == ran.code
        assert words[lang] in ran.err
    assert not list(ledger.parent.rglob("*duckdb*"))


def test_a_pipe_in_the_place_of_a_generation_holds_nobody_up(tmp_path: Path, county: Path) -> None:
    ledger = tmp_path / county.name
    shutil.copy(county, ledger)
    assert 0 == on(ledger, "rebuild", "--model", "case_state").code
    built = next(ledger.with_name("county.db.generations").glob("*.duckdb"))
    built.unlink()
    os.mkfifo(built)
    ran = on(ledger, "list", "case_state")

    assert 3 == ran.code
    assert "run aidledger rebuild" in ran.err
