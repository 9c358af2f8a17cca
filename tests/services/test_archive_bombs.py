"""Files of some kilobytes that unpack to more than any memory, and folders whose names read as columns."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.services.archived import digests, long_history, rewrite, sealed, stored

from aidledger.archive import checking, writing
from aidledger.replay.files import parquet_rows
from aidledger.replay.models import load_models
from aidledger.services.archives.segments import archive_folder
from aidledger.services.ladder.archivecheck import verify_archive
from aidledger.services.session import open_session


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bombs") / "county"
    folder.mkdir()
    location = str(folder / "ledger.sqlite")
    stored(location, long_history())
    with open_session(location) as session:
        sealed(session, location)
    return folder


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(archive_folder(str(made / "ledger.sqlite")), tmp_path / "archive"))


def found(archive: Path) -> set[tuple[str, str, str, str]]:
    return {
        (one.code, str(one.field), one.expected, one.found)
        for one in verify_archive(str(archive), jobs=1).findings
    }


def test_records_without_number_are_counted_and_not_read(archive: Path) -> None:
    rewrite(archive, 1, "records", "FROM old, range(100000) SELECT old.*")

    rows = f"{256 * 100_000} rows"
    assert {
        ("segment_file_differs", "segment-000001/records.parquet", "256 rows", rows),
        ("segment_file_differs", "segment-000001/manifest.json, records", "256 rows", rows),
    } <= found(archive)


def test_records_that_unpack_to_more_than_memory_are_not_unpacked(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MAX_RECORD_BYTES", 2**20)
    rewrite(
        archive,
        *(1, "records"),
        "SELECT position, repeat('x', 60000)::BLOB AS record, leaf_hash FROM old ORDER BY position",
    )
    field, most = "segment-000001/records.parquet", f"at most {2**20} bytes of records"

    assert {("segment_file_differs", field, most, f"{256 * 60_000} bytes")} == {
        one for one in found(archive) if one[0].startswith("segment_")
    }


@pytest.mark.parametrize(
    ("query", "field", "expected"),
    [
        ("FROM old, range(200000) SELECT old.*", "segment-000001/visit_made.parquet", " rows"),
        (
            "SELECT * REPLACE (repeat('x', 20000000) AS visitor) FROM old",
            "segment-000001/visit_made.parquet",
            "rows that need at most 1 GB",
        ),
    ],
    ids=["rows", "texts"],
)
def test_columns_that_unpack_to_more_than_memory_are_named(
    archive: Path, query: str, field: str, expected: str
) -> None:
    rewrite(archive, 1, "visit_made", query)

    assert any(one[1] == field and one[2].endswith(expected) for one in found(archive))


def test_files_with_holes_are_not_hashed(archive: Path) -> None:
    rewrite(archive, 1, "visit_made", "FROM old LIMIT 1")
    manifest = archive / "segment-000001/manifest.json"
    text = manifest.read_text("ascii")
    at = text.index('"size":', text.index('"visit_made"'))
    manifest.write_text(f'{text[:at]}"size":{2**40}{text[text.index("}", at) :]}', "ascii")

    assert {"manifest_form"} == {one.code for one in verify_archive(str(archive)).findings}


@pytest.mark.parametrize("name", ["amount_fen=5", "office=520123", "position=7", "a[1]b", "a*b"])
def test_the_name_of_a_folder_is_no_column_and_no_pattern(
    made: Path, tmp_path: Path, name: str
) -> None:
    """An engine that takes it for one gives other amounts, or reads another ledger's files."""
    here, other = tmp_path / name / "county", tmp_path / "a1b" / "county"
    shutil.copytree(made, here)
    shutil.copytree(made, other)
    rewrite(
        archive_folder(str(other / "ledger.sqlite")),
        *(0, "payment_issued"),
        "SELECT * REPLACE (amount_fen + 1 AS amount_fen) FROM old",
    )
    location = str(here / "ledger.sqlite")

    assert [] == verify_archive(str(archive_folder(location))).findings
    with open_session(location) as session:
        without, expected = digests(session, 0, load_models())
        loaded, given = digests(session, 3, load_models())
        assert (without, expected) == (loaded, given)


def test_a_file_is_read_as_it_is_wherever_it_lies(made: Path, tmp_path: Path) -> None:
    """What somebody imports too."""
    source = archive_folder(str(made / "ledger.sqlite")) / "segment-000000/payment_issued.parquet"
    place = tmp_path / "amount_fen=5" / "source[1].parquet"
    place.parent.mkdir()
    shutil.copy(source, place)
    shutil.copy(source.with_name("visit_made.parquet"), place.with_name("source1.parquet"))

    assert list(parquet_rows(source)) == list(parquet_rows(place))


def test_what_is_too_much_for_a_segment_is_not_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = str(tmp_path / "ledger.sqlite")
    stored(location, long_history())
    monkeypatch.setattr(writing, "MAX_RECORD_BYTES", 1_000)
    with open_session(location) as session:
        finding = sealed(session, location).finding

    assert finding is not None
    assert ("record_too_long", "at most 1000 bytes in 256 records") == (
        finding.code,
        finding.expected,
    )
