"""The verifier of one file against the package, on whatever damage chance makes in a ledger.

Neither shares code with the other, and whoever wrote the one had not read the other: where both say
the same of a broken ledger, docs/FORMAT.md says enough.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lone import ALONE, NOT_ASKED, SCRIPT
from tests.services.signedledger import AUDIT, FINANCE, POLICY, SignedLedger, copied

from aidledger.ledger.signing import SeedSigner
from aidledger.services.ladder.outside import read_outside
from aidledger.services.ladder.verifying import verify
from aidledger.store.errors import StoreError
from aidledger.store.opening import open_ledger

CHANCE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def files_in(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted(folder.iterdir()) if one.is_file()}


def told(report: Any) -> set[tuple[str, int | None]]:
    return {(one["code"], one["position"]) for one in report.as_json()["findings"]}


def first(findings: set[tuple[str, int | None]]) -> tuple[int | None, set[str]]:
    """The first place that is named, and what is said of it; names of broken records may differ."""
    said = {("record" if code[:6] in ("record", "opaque") else code, at) for code, at in findings}
    asked = {one for one in said if one[0] not in NOT_ASKED}
    place = min((at for _, at in asked if at is not None), default=None)
    return place, {code for code, at in asked if at == place}


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> SignedLedger:
    return SignedLedger(tmp_path_factory.mktemp("alone") / "ledger.db")


CELLS = {
    "entries": ("stream", "version", "type", "recorded_at", "record", "leaf_hash", "position"),
    "batches": ("count", "cause", "root", "recorded_at", "signature", "key_id", "position"),
    "head": ("size", "root", "frontier", "recorded_at", "origin"),
    "checkpoints": ("size", "root", "note"),
}


def spoiled(value: Any, where: int, bit: int) -> Any:
    """Change one bit of a value, or its number by one."""
    if isinstance(value, int):
        return value + (1 if bit % 2 else -1)
    data = bytearray(value.encode() if isinstance(value, str) else value or b"\0")
    data[where % len(data)] ^= 1 << bit
    return data.decode("ascii", "replace") if isinstance(value, str) else bytes(data)


def test_both_call_a_seen_size_that_no_log_can_have_malformed(
    signed: SignedLedger, tmp_path: Path
) -> None:
    ledger = copied(signed, tmp_path / "copy.db")
    database = sqlite3.connect(ledger.path)
    asked = "SELECT rowid, position, signature FROM batches WHERE length(signature) = 104"
    rowid, position, signature = database.execute(asked).fetchone()
    far = signature[:64] + b"\x01" + signature[65:]
    database.execute("UPDATE batches SET signature = ? WHERE rowid = ?", (far, rowid))
    database.commit()
    database.close()
    theirs = {(one.code, one.position) for one in verify(str(ledger.path)).findings}
    ours = ALONE.verify(ledger.path, ALONE.Outside(None, {}))

    assert ("signature_form", position) in theirs
    assert ("signature_form", position) in told(ours)


@CHANCE
@given(data=st.data())
def test_both_say_the_same_of_a_ledger_with_a_spoiled_cell(
    data: st.DataObject, signed: SignedLedger, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cell")
    ledger = copied(signed, folder / "copy.db")
    ledger.keep(9, ledger.note(9))
    (folder / "note").write_bytes(ledger.note(20, witnesses=(AUDIT, FINANCE)))
    (folder / "policy").write_bytes(POLICY)
    table = data.draw(st.sampled_from(sorted(CELLS)))
    column = data.draw(st.sampled_from(CELLS[table]))
    database = sqlite3.connect(ledger.path)
    there = f"SELECT rowid, {column} FROM {table} WHERE {column} NOTNULL ORDER BY rowid"
    rows = database.execute(there).fetchall()
    rowid, value = data.draw(st.sampled_from(rows))
    if data.draw(st.integers(0, 9)):
        new = spoiled(value, data.draw(st.integers(0, 2_000)), data.draw(st.integers(0, 7)))
        update = f"UPDATE OR IGNORE {table} SET {column} = ? WHERE rowid = ?"
        database.execute(update, (new, rowid))
    else:
        database.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))
    database.commit()
    database.close()
    outside = read_outside([str(folder / "note")], str(folder / "policy"), None)
    theirs = verify(str(ledger.path), outside=outside)
    brought = {"note": (folder / "note").read_bytes()}
    ours = ALONE.verify(ledger.path, ALONE.Outside(ALONE.read_policy(POLICY), brought))

    their_place, their_codes = first({(one.code, one.position) for one in theirs.findings})
    our_place, our_codes = first(told(ours))

    assert (theirs.verdict, theirs.proven_size) == (ours.verdict, ours.proven_size)
    assert sorted(theirs.cosigners) == ours.cosigners
    assert theirs.root == ours.root
    assert their_place == our_place
    assert (their_codes & our_codes) or not (their_codes | our_codes)


_PLACES = {
    "two of one stream": (11, 12),
    "two neighbours": (5, 6),
    "two far apart": (3, 17),
    "the last is far away": (23, 9_007_199_254_740_993),
    "the last is behind a long gap": (23, 500_000),
}


@pytest.mark.parametrize(("one", "two"), _PLACES.values(), ids=_PLACES)
def test_both_name_the_same_where_entries_stand_at_another_place(
    one: int, two: int, signed: SignedLedger, tmp_path: Path
) -> None:
    ledger = copied(signed, tmp_path / "copy.db")
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as database:
        for name, text in database.execute("SELECT name, sql FROM sqlite_schema").fetchall():
            if str(text).startswith("CREATE TRIGGER"):
                database.execute(f"DROP TRIGGER {name}")
        for before, after in ((one, -5), (two, one), (-5, two)):
            database.execute("UPDATE entries SET position = ? WHERE position = ?", (after, before))
    theirs = {
        (one.code, one.position)
        for one in verify(str(ledger.path)).findings
        if one.code not in NOT_ASKED
    }
    ours = told(ALONE.verify(ledger.path, ALONE.Outside(None, {})))

    assert theirs
    assert theirs == ours


@pytest.mark.parametrize("witness", [AUDIT, FINANCE], ids=["ed25519", "ml-dsa"])
@pytest.mark.parametrize("bit", [0, 2, 5])
def test_a_spoiled_cosignature_on_a_kept_checkpoint_is_found_by_both(
    bit: int, witness: SeedSigner, signed: SignedLedger, tmp_path: Path
) -> None:
    """A line of a key that the policy knows must hold, also where the log's own line does."""
    ledger = copied(signed, tmp_path / "copy.db")
    note = bytearray(ledger.note(9, witnesses=(witness,)))
    note[-30] ^= 1 << bit
    ledger.keep(9, bytes(note))
    (tmp_path / "policy").write_bytes(POLICY)
    theirs = verify(str(ledger.path), outside=read_outside([], str(tmp_path / "policy"), None))
    ours = ALONE.verify(ledger.path, ALONE.Outside(ALONE.read_policy(POLICY), {}))

    assert "damaged" == theirs.verdict == ours.verdict


def test_hostile_text_in_a_column_is_a_finding(signed: SignedLedger, tmp_path: Path) -> None:
    ledger = copied(signed, tmp_path / "copy.db")
    ledger.run("UPDATE entries SET stream = CAST(x'ff0a27' AS TEXT) WHERE position = 7")
    ledger.run("UPDATE batches SET cause = CAST(x'c0' AS TEXT) WHERE position = 4")
    ledger.run("UPDATE head SET origin = CAST(x'ff' AS TEXT)")
    (tmp_path / "copy.db.mark").write_text("no mark at all, of any form", "ascii")
    for more in ([], ["--lang", "zh"]):
        command = [sys.executable, "-I", str(SCRIPT), str(ledger.path), *more]
        ran = subprocess.run(command, capture_output=True, check=False)

        assert (1, b"") == (ran.returncode, ran.stderr)
        assert b"column_differs" in ran.stdout


def test_nothing_is_written_and_what_lies_in_the_wal_is_read(
    signed: SignedLedger, tmp_path: Path
) -> None:
    ledger = copied(signed, tmp_path / "copy.db")
    writer = sqlite3.connect(ledger.path)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("UPDATE head SET size = size + 1")
    writer.commit()
    held = tmp_path / "held"
    held.mkdir()
    for one in tmp_path.glob("copy.db*"):
        shutil.copy(one, held / one.name)
    writer.close()
    (held / "copy.db-shm").unlink()
    before = files_in(held)
    (tmp_path / "linked.db").symlink_to(held / "copy.db")
    report = ALONE.verify(held / "copy.db", ALONE.Outside(None, {}))
    behind_link = ALONE.verify(tmp_path / "linked.db", ALONE.Outside(None, {}))

    assert before["copy.db-wal"]
    assert ("head_size", 25) in told(report)
    assert told(report) == told(behind_link)
    assert before == files_in(held)


def test_a_journal_that_makes_another_ledger_of_the_file_is_no_part_of_it(
    signed: SignedLedger, tmp_path: Path
) -> None:
    """Two histories in one folder: who reads the file alone was shown one, who opens it for writing the other."""
    ledger = copied(signed, tmp_path / "copy.db")
    held = tmp_path / "held.db"
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = DELETE")
        writer.execute("PRAGMA cache_size = 1")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE head SET size = size + 1")
        writer.execute("CREATE TABLE spilled AS SELECT zeroblob(9000) AS it FROM entries")
        for end in ("", "-journal"):
            shutil.copy(f"{ledger.path}{end}", f"{held}{end}")
        writer.execute("ROLLBACK")

    linked = tmp_path / "linked.db"
    linked.symlink_to(held)
    for path in (held, linked):
        with pytest.raises(ALONE.CannotRunError, match="no part of a ledger"):
            ALONE.verify(path, ALONE.Outside(None, {}))
        for read_only in (True, False):
            with pytest.raises(StoreError, match="no part of a ledger"):
                open_ledger(path, read_only=read_only)


def test_without_cryptography_signatures_are_not_checked_and_that_is_said(
    signed: SignedLedger, tmp_path: Path
) -> None:
    ledger = copied(signed, tmp_path / "copy.db")
    (tmp_path / "policy").write_bytes(POLICY)
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(ledger.path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    rungs = {one["name"]: one for one in json.loads(ran.stdout)["rungs"]}
    asked = [*command, "--policy", f"{tmp_path}/policy", "--checkpoint", f"{tmp_path}/note"]
    (tmp_path / "note").write_bytes(ledger.note(20))
    refused = subprocess.run(asked, capture_output=True, text=True, check=False)

    assert (4, "") == (ran.returncode, ran.stderr)
    assert "not_made" == rungs["signatures"]["status"]
    assert "cryptography" in rungs["signatures"]["why"]
    assert (3, "verify_alone: error: ") == (refused.returncode, refused.stderr[:21])
