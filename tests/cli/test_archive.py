"""``archive seal``, ``list``, ``verify`` and ``verify --archive``, as people and programs see them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.cli.shell import aidledger, on

from aidledger.services.archives.archiving import seal
from aidledger.services.session import open_session

WHO = ("--actor", "u1", "--office", "520123", "--on", "2023-01-01")


@pytest.fixture(scope="module")
def archived(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the county with its first segments sealed, short ones."""
    folder = tmp_path_factory.mktemp("archived")
    for path in county.parent.glob("county.db*"):
        if path.is_file():
            shutil.copy(path, folder)
    place = str(folder / "county.db")
    with open_session(place) as session:
        seal(session, place, actor="u1", office="520123", on="2023-01-01", entries=256, jobs=1)
    return folder / "county.db"


def test_a_ledger_without_a_complete_segment_seals_nothing_and_says_how_many_wait(
    ledger: Path,
) -> None:
    said = on(ledger, "archive", "seal", *WHO)
    object_ = on(ledger, "archive", "seal", *WHO, "--json").object
    none = on(ledger, "archive", "list")

    assert (0, "0 segments written, 0 sealed") == (said.code, said.out.partition(";")[0])
    assert ("aidledger/archive-seal/v1", [], 0) == (
        object_["schema"],
        object_["written"],
        object_["sealed"],
    )
    assert 10 == none.code
    assert "expected segments, found none" in none.err


def test_the_list_says_where_the_log_vouches_for_each_segment(archived: Path) -> None:
    segments = on(archived, "archive", "list", "--json").object["segments"]
    alone = aidledger("archive", "list", "--archive", f"{archived}.archive", "--json").object

    positions = [one["sealed_at"] for one in segments]
    assert [0, 256, 512] == [one["first"] for one in segments][:3]
    assert positions == list(range(positions[0], positions[0] + len(segments)))
    assert {None} == {one["sealed_at"] for one in alone["segments"]}
    assert "sealed at" in on(archived, "archive", "list").out
    assert "封存于" in on(archived, "--lang", "zh", "archive", "list").out


def test_an_archive_is_verified_with_its_ledger_and_without(archived: Path) -> None:
    with_ledger = on(archived, "archive", "verify", "--json")
    alone = aidledger("verify", "--archive", f"{archived}.archive", "--no-columns")

    assert (4, "unproven") == (with_ledger.code, with_ledger.object["verdict"])
    made = {one["name"]: one["status"] for one in with_ledger.object["rungs"]}
    assert {"ok"} == {made[name] for name in ("files", "chain", "roots", "typed", "sealed")}
    assert 4 == alone.code
    assert "the columns were not derived" in alone.out
    assert "no entry vouches for segment-000000 to" in " ".join(alone.out.split())


ASKED = (
    ("sql", "SELECT count(*) AS n FROM visit_made"),
    ("diff", "2022-01-10", "2022-02-28"),
    ("bisect", "--every", "--sql", "visits.sql"),
    ("due",),
    ("list", "case_state", "--format", "csv"),
)


@pytest.mark.parametrize("words", ASKED, ids=lambda words: words[0])
def test_what_sealed_columns_answered_is_said_and_the_entries_can_be_asked(
    archived: Path, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("visits.sql").write_text("SELECT position FROM visit_made WHERE visitor = 'nobody'")
    ran = on(archived, *words)
    anew = on(archived, *words, "--anew")

    assert 0 == ran.code == anew.code, ran.err
    assert ran.out == anew.out
    assert 1 == ran.err.count("nobody derived them again here; ")
    assert "sealed" not in anew.err


def test_a_damaged_archive_exits_with_one_and_names_the_file(
    archived: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(f"{archived}.archive", tmp_path / "archive"))
    (copy / "segment-000001" / "records.parquet").unlink()

    said = aidledger("--lang", "zh", "verify", "--archive", str(copy), "--no-columns")

    assert 1 == said.code
    assert "segment-000001/records.parquet" in said.out
    assert "归档段缺少文件" in said.out


@pytest.mark.parametrize(
    "options",
    [("--no-columns",), ("--archive", "x", "--deep"), ("--archive", "x", "--proofs", ".")],
)
def test_options_that_do_not_go_together_are_refused(
    archived: Path, options: tuple[str, ...]
) -> None:
    assert 2 == on(archived, "verify", *options).code


def test_a_list_does_not_vouch_for_a_segment_under_another_number(
    archived: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(f"{archived}.archive", tmp_path / "archive"))
    (copy / "segment-000001").rename(copy / "aside")
    shutil.copytree(copy / "segment-000000", copy / "segment-000001")

    segments = on(archived, "archive", "list", "--archive", copy, "--json").object["segments"]
    said = on(archived, "archive", "list", "--archive", copy)

    assert [False, True] == [one["sealed_at"] is None for one in segments][:2]
    assert "aidledger archive verify names those that were altered or moved" in said.err


def test_a_segment_without_a_manifest_is_damage_and_no_passing_failure(
    archived: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(f"{archived}.archive", tmp_path / "archive"))
    (copy / "segment-000001" / "manifest.json").unlink()

    said = on(archived, "archive", "list", "--archive", copy)

    assert 1 == said.code
    assert "segment-000001/manifest.json: expected a file, found none" in said.err
    zh = on(archived, "--lang", "zh", "archive", "list", "--archive", copy)
    assert "应为 文件，实际为 没有" in zh.err
