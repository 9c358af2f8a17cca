"""What an export's manifest vouches for: the file that was asked about, and a file for each table."""

from __future__ import annotations

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
