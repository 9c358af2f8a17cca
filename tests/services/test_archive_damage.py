"""Whatever is done to an archive, verification names it; and it needs no database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import msgspec
import pytest
from tests.ledger.signers import signer
from tests.services.archived import (
    ENTRIES,
    ORIGIN,
    long_history,
    manifest_of,
    rewrite,
    sealed,
    stored,
)
from tests.services.witnessed import AUDIT, FINANCE, TIME, policy_text

from aidledger.archive.columns import Lines
from aidledger.archive.manifest import MANIFEST
from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.finding import Finding
from aidledger.ledger.note import add_signatures
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.ledger.trust import parse_policy
from aidledger.replay import heads
from aidledger.services.archives.segments import archive_folder
from aidledger.services.ladder.archivecheck import (
    NO_COLUMNS,
    NO_MANIFEST,
    NO_RECORDS,
    NOT_DERIVED,
    verify_archive,
)
from aidledger.services.ladder.outside import Outside, signed_file
from aidledger.services.session import open_session
from aidledger.store.opening import open_ledger


class Made:
    """A sealed ledger in a file, its records, and its archive."""

    def __init__(self, folder: Path) -> None:
        self.location = str(folder / "ledger.sqlite")
        self.log = long_history()
        stored(self.location, self.log)
        with open_session(self.location) as session:
            sealed(session, self.location)
        self.archive = archive_folder(self.location)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("archived"))


@pytest.fixture
def archive(made: Made, tmp_path: Path) -> Path:
    """A copy to be damaged, with no ledger beside it."""
    return Path(shutil.copytree(made.archive, tmp_path / "archive"))


def found(archive: Path, *, columns: bool = False) -> list[Finding]:
    return verify_archive(str(archive), columns=columns).findings


def swap(archive: Path) -> None:
    (archive / "segment-000000").rename(archive / "aside")
    (archive / "segment-000001").rename(archive / "segment-000000")
    (archive / "aside").rename(archive / "segment-000001")


def instead(path: Path, make: Callable[[Path], object]) -> None:
    """Put something else where a file was."""
    path.unlink()
    make(path)


def more(path: str) -> Callable[[Path], None]:
    """Write a byte more into a file."""

    def harm(archive: Path) -> None:
        (archive / path).write_bytes((archive / path).read_bytes() + b"x")

    return harm


HARMS: dict[str, tuple[Callable[[Path], object], set[tuple[str, str]]]] = {
    "a segment is gone": (
        lambda archive: shutil.rmtree(archive / "segment-000001"),
        {("segment_missing", "segment-000001")},
    ),
    "two segments are swapped": (
        swap,
        {("segment_range", "segment-000000"), ("segment_range", "segment-000001")},
    ),
    "a file of columns is longer": (
        more("segment-000002/visit_made.parquet"),
        {("segment_file_differs", "segment-000002/visit_made.parquet")},
    ),
    "a file of columns is gone": (
        lambda archive: (archive / "segment-000002/visit_made.parquet").unlink(),
        {("segment_file_missing", "segment-000002/visit_made.parquet")},
    ),
    "the records are gone": (
        lambda archive: (archive / "segment-000002/records.parquet").unlink(),
        {("segment_file_missing", "segment-000002/records.parquet")},
    ),
    "a file is put in": (
        lambda archive: (archive / "segment-000001/payment_issued_2.parquet").write_bytes(b"x"),
        {("segment_file_extra", "segment-000001/payment_issued_2.parquet")},
    ),
    "a folder that the pages' own query reads": (
        lambda archive: shutil.copytree(archive / "segment-000001", archive / "segment-x"),
        {("segment_file_extra", "segment-x")},
    ),
    "a file is a folder": (
        lambda archive: instead(archive / "segment-000002/visit_made.parquet", Path.mkdir),
        {("segment_file_differs", "segment-000002/visit_made.parquet")},
    ),
    "the records are a pipe that nobody writes to": (
        lambda archive: instead(archive / "segment-000002/records.parquet", os.mkfifo),
        {("segment_file_differs", "segment-000002/records.parquet")},
    ),
    "a file is a link to nowhere": (
        lambda archive: instead(
            archive / "segment-000002/visit_made.parquet", lambda path: path.symlink_to("nowhere")
        ),
        {("segment_file_differs", "segment-000002/visit_made.parquet")},
    ),
    "a manifest is a folder": (
        lambda archive: instead(archive / "segment-000001" / MANIFEST, Path.mkdir),
        {("segment_missing", "segment-000001")},
    ),
    "a segment is a file": (
        lambda archive: (archive / "segment-000001").write_bytes(
            (archive / "segment-000001").rename(archive / "aside").name.encode()
        ),
        {("segment_missing", "segment-000001"), ("segment_file_extra", "aside")},
    ),
    "an empty folder with a great number": (
        lambda archive: (archive / "segment-999999999999").mkdir(),
        {
            ("segment_missing", "segment-000003 to segment-999999999998"),
            ("segment_missing", "segment-999999999999"),
        },
    ),
    "a manifest is empty": (
        lambda archive: (archive / "segment-000001" / MANIFEST).write_bytes(b"{}"),
        {("manifest_form", "segment-000001/manifest.json, manifest")},
    ),
    "a manifest has a space": (
        lambda archive: (archive / "segment-000001" / MANIFEST).write_bytes(
            (archive / "segment-000001" / MANIFEST).read_bytes() + b" "
        ),
        {("manifest_form", "segment-000001/manifest.json, manifest")},
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_damage_to_files_is_named_and_nothing_else_is_accused(archive: Path, harm: str) -> None:
    do, expected = HARMS[harm]
    assert [] == found(archive)

    do(archive)

    assert expected == {(one.code, one.field) for one in found(archive)}


def climbed(archive: Path, made: Made) -> dict[str, str]:
    """Return the archive's own rungs, of a check of everything."""
    store = open_ledger(made.location, read_only=True)
    rungs = verify_archive(str(archive), store=store).rungs
    store.close()
    return {one.name: f"{one.status} {one.why}".strip() for one in rungs[:7]}


def test_what_could_not_be_read_is_never_called_good(archive: Path, made: Made) -> None:
    whole = climbed(archive, made)
    path = archive / "segment-000001"
    os.truncate(path / "visit_made.parquet", 100)
    column = climbed(archive, made)
    os.truncate(path / "records.parquet", 100)
    records = climbed(archive, made)
    (path / MANIFEST).write_bytes(b"{}")
    manifest = climbed(archive, made)

    assert {"ok"} == set(whole.values())
    assert whole | {"files": "damaged", "typed": f"not_made {NO_COLUMNS}"} == column
    unread = dict.fromkeys(("bytes", "chain", "time", "roots", "typed"), f"not_made {NO_RECORDS}")
    assert whole | unread | {"files": "damaged"} == records
    assert records | {"sealed": f"not_made {NO_MANIFEST}"} == manifest


def test_the_last_segments_are_missed_where_the_log_names_them(archive: Path, made: Made) -> None:
    for number in (1, 2):
        shutil.rmtree(archive / f"segment-00000{number}")
    store = open_ledger(made.location, read_only=True)
    report = verify_archive(str(archive), store=store, columns=False)
    store.close()

    assert [("segment_missing", ENTRIES, "segment-000001 to segment-000002")] == [
        (one.code, one.position, one.field) for one in report.findings
    ]
    assert ("damaged", ENTRIES, "") == (report.verdict, report.entries, report.root)
    assert [] == found(archive)


def test_an_altered_column_is_named_with_the_position_of_its_first_false_value(
    archive: Path, made: Made
) -> None:
    assert [] == found(archive, columns=True)
    at = 2 * ENTRIES + 30
    rewrite(
        *(archive, 2, "visit_made"),
        f"SELECT * REPLACE (CASE WHEN position >= {at} THEN 'x' ELSE visitor END AS visitor) FROM old",
    )

    (one,) = found(archive, columns=True)
    assert ("segment_columns_differ", "segment-000002/visit_made.parquet, visitor") == (
        one.code,
        one.field,
    )
    assert at <= (one.position or 0) <= at + 3
    assert [] == found(archive)
    unproven = verify_archive(str(archive), columns=False)
    assert ("not_made", NOT_DERIVED) == next(
        (rung.status, rung.why) for rung in unproven.rungs if rung.name == "typed"
    )
    store = open_ledger(made.location, read_only=True)
    codes = [one.code for one in verify_archive(str(archive), store=store, columns=False).findings]
    store.close()
    assert ["segment_seal_differs"] == codes


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("SELECT * FROM old WHERE position <> (SELECT max(position) FROM old)", "position"),
        ("SELECT *, 1 AS more FROM old", "more"),
        ("SELECT * EXCLUDE (visitor) FROM old", "visitor"),
        ("SELECT * REPLACE (CAST(version AS INTEGER) AS version) FROM old", "version"),
        ("SELECT * EXCLUDE (position) FROM old", "position"),
    ],
)
def test_columns_of_another_shape_are_named(archive: Path, query: str, field: str) -> None:
    rewrite(archive, 2, "visit_made", query)

    assert (
        "segment_columns_differ",
        f"segment-000002/visit_made.parquet, {field}",
    ) in {(one.code, one.field) for one in found(archive, columns=True)}


def test_a_column_that_was_added_later_is_no_damage(archive: Path) -> None:
    rewrite(archive, 2, "visit_made", "SELECT * EXCLUDE (evidence) FROM old")

    assert [] == found(archive, columns=True)


def test_an_unread_record_that_can_be_read_is_damage(archive: Path) -> None:
    path = archive / "segment-000002" / MANIFEST
    changed = msgspec.structs.replace(manifest_of(archive, 2), unread=(2 * ENTRIES + 3,))
    path.write_bytes(changed.encode())

    assert {("segment_columns_differ", "segment-000002/manifest.json, unread")} == {
        (one.code, one.field) for one in found(archive, columns=True)
    }


@pytest.mark.parametrize("hashed", [False, True], ids=["record", "record and its hash"])
def test_an_altered_record_is_named_by_its_position(
    archive: Path, made: Made, hashed: bool
) -> None:
    at = ENTRIES + 100
    record = made.log.written[at][1]
    false = record.replace(b'"visitor":"v', b'"visitor":"w')
    assert false != record
    leaf = leaf_hash(false if hashed else record)
    rows = [leaf_hash(one) for _, one in made.log.written[ENTRIES : 2 * ENTRIES]]
    rows[100] = leaf
    rewrite(
        *(archive, 1, "records"),
        f"SELECT position, CASE WHEN position = {at} THEN unhex('{false.hex()}') ELSE record END AS "
        f"record, CASE WHEN position = {at} THEN unhex('{leaf.hex()}') ELSE leaf_hash END AS leaf_hash "
        "FROM old",
        root=root_of_leaves(rows).hex(),
    )

    codes = {(one.code, one.position) for one in found(archive)}
    if not hashed:
        assert ("leaf_hash_differs", at) in codes
        return
    # the next entry of the stream names the hash of what stood there
    assert {("prev_differs", at + 5)} == codes
    store = open_ledger(made.location, read_only=True)
    found_with = {
        one.code for one in verify_archive(str(archive), store=store, columns=False).findings
    }
    store.close()
    assert {"prev_differs", "segment_root_differs", "segment_seal_differs"} == found_with


def test_a_segment_of_another_ledger_does_not_join(archive: Path, tmp_path: Path) -> None:
    other = str(tmp_path / "other.sqlite")
    log = long_history()
    log.written = log.written[: 2 * ENTRIES]
    changed = type(log)()
    for number in range(2 * ENTRIES):
        changed.add(
            "VisitMade", f"case/520123-2022-{1 + number % 5:06d}", "2022-03-01", visitor="o"
        )
    stored(other, changed)
    with open_session(other) as session:
        sealed(session, other)
    shutil.rmtree(archive / "segment-000001")
    shutil.copytree(archive_folder(other) / "segment-000001", archive / "segment-000001")

    codes = {one.code for one in found(archive)}
    assert codes & {"prev_differs", "version_differs"}
    assert {"segment_missing", "segment_range"}.isdisjoint(codes)


def checkpoint(made: Made, size: int) -> Outside:
    """Return a checkpoint of the first entries, cosigned, and the policy that asks for that."""
    root = root_of_leaves([leaf_hash(record) for _, record in made.log.written[:size]])
    note = sign_checkpoint(ORIGIN, size, root, [signer(ORIGIN)], TIME)
    note = add_signatures(note, [cosign(note.text, one, TIME) for one in (AUDIT, FINANCE)])
    return Outside(
        checkpoints=(signed_file("kept", note.encode()),), policy=parse_policy(policy_text(ORIGIN))
    )


@pytest.mark.parametrize("size", [0, 1, 255, 256, 600, 768])
def test_an_archive_alone_is_proven_by_a_checkpoint_of_any_size_within(
    archive: Path, made: Made, size: int
) -> None:
    report = verify_archive(str(archive), outside=checkpoint(made, size), columns=False)

    assert [] == report.findings
    assert (size or None, 3 * ENTRIES) == (report.proven_size, report.entries)
    assert (
        root_of_leaves([leaf_hash(r) for _, r in made.log.written[: 3 * ENTRIES]]).hex()
        == report.root
    )


def test_a_checkpoint_beyond_the_archive_proves_nothing_and_one_of_another_history_convicts(
    archive: Path, made: Made
) -> None:
    beyond = verify_archive(str(archive), outside=checkpoint(made, 800), columns=False)
    assert ("unproven", ["file_unused"]) == (beyond.verdict, [one.code for one in beyond.leads])

    other = Made.__new__(Made)
    other.log = long_history()
    other.log.written = list(islice(reversed(other.log.written), 600))
    false = verify_archive(str(archive), outside=checkpoint(other, 600), columns=False)
    assert ["checkpoint_root"] == [one.code for one in false.findings]


def test_two_processes_find_what_one_finds(archive: Path) -> None:
    more("segment-000002/visit_made.parquet")(archive)
    rewrite(archive, 0, "calendar_adopted", "SELECT * REPLACE (5 AS version) FROM old")

    assert verify_archive(str(archive), jobs=1) == verify_archive(str(archive), jobs=2)


def test_records_with_no_position_are_named_and_the_columns_are_still_derived(
    archive: Path,
) -> None:
    rewrite(
        *(archive, 1, "records"),
        f"SELECT * REPLACE (nullif(position, {ENTRIES}) AS position) FROM old",
    )
    named = found(archive, columns=True)

    assert ("column_type", ENTRIES) in {(one.code, one.position) for one in named}
    assert "segment_columns_differ" in {one.code for one in named}


@pytest.mark.parametrize("way", ["take", "take_found"])
def test_columns_of_records_that_were_passed_over_would_be_seen(
    archive: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Both ways of making lines are taken, and what either leaves out is missed."""
    monkeypatch.setattr(heads, "READ_FIRST", 0)
    assert [] == found(archive, columns=True)
    monkeypatch.setattr(Lines, way, lambda *_: None)

    assert {"segment_columns_differ"} == {one.code for one in found(archive, columns=True)}
