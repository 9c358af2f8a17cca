"""With the mark gone too, what was made from the longer log still says how far it reached."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import psycopg
import pytest
from tests.cli.shell import aidledger
from tests.lone import ALONE
from tests.services.archived import long_history, sealed, stored
from tests.services.test_ladder_restored import check, found, visits
from tests.services.test_restoring import (
    AUDIT,
    CLOCK,
    LOG,
    ORIGIN,
    cosigned,
    restored,
    stated,
)
from tests.store.drafts import append, record

from aidledger.archive.manifest import MANIFEST
from aidledger.services.archives.segments import archive_folder
from aidledger.services.checkpoints.checkpointing import sign_checkpoint, signed_path
from aidledger.services.generations.certifying import certificate_of
from aidledger.services.generations.rebuilding import generations_folder, generations_of, rebuild
from aidledger.services.initialising import create_ledger
from aidledger.services.ladder.verifying import verify
from aidledger.services.nightly.doctor import doctor
from aidledger.services.session import open_session
from aidledger.store.errors import LedgerExistsError
from aidledger.store.opening import create, mark_path, open_ledger
from aidledger.store.outcome import Committed, Rejected
from aidledger.store.secrets import create_secrets, secrets_path

SIGNED, CERTIFICATE, GENERATION = "signed", "certificate", "generation"
KINDS = (SIGNED, CERTIFICATE, GENERATION)


def left_behind(path: Path, kind: str) -> None:
    """Leave one thing that was made of the whole log, as nights leave them."""
    with open_session(str(path), clock=CLOCK) as session:
        if kind == SIGNED:
            memory = signed_path(str(path))
            sign_checkpoint(session.store, [LOG], at=1_790_000_000, memory=memory)
            return
        rebuild(session, models=["case_state"])
        generation = generations_of(session).current()
    assert generation is not None
    folder = generations_folder(str(path))
    if kind == CERTIFICATE:
        content = certificate_of(generation, ORIGIN).encode()
        for one in folder.iterdir():
            one.unlink()
        folder = folder / "certificates"
        folder.mkdir()
        (folder / f"{'0' * 64}.json").write_bytes(content)


def rolled_back(path: Path, kind: str) -> None:
    """Make a ledger of 35 entries that is 20 again, without its mark and with no checkpoint in it."""
    store = create(path, origin=ORIGIN)
    create_secrets(secrets_path(path))
    record(store, visits(20))
    store.close()
    backup = path.with_name("backup.db")
    shutil.copyfile(path, backup)
    store = open_ledger(path)
    record(store, visits(15), "cause-2")
    store.close()
    left_behind(path, kind)
    put_back(path, backup)


def put_back(path: Path, backup: Path) -> None:
    for end in ("-wal", "-shm", ".mark"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    shutil.copyfile(backup, path)


def alone(path: Path) -> list[tuple[str, int | None]]:
    """What the verifier of one file says of the ledger."""
    report = ALONE.verify(path, ALONE.Outside(None, {}))
    return [(one["code"], one["position"]) for one in report.findings]


def appended(path: Path, count: int = 1) -> object:
    with open_session(str(path), clock=CLOCK) as session:
        return append(session.store, visits(count), f"goes-on-{count}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_ledger_shorter_than_what_was_made_of_it_is_found(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ledger.db"
    rolled_back(path, kind)
    report, _ = check(path)
    (one,) = report.findings

    assert ("damaged", "behind_mark", 20) == (report.verdict, one.code, one.position)
    assert [("behind_mark", 20)] == alone(path)
    assert one.expected.startswith("at least 35 entries, root ")
    assert one.field is not None
    assert kind.removesuffix("e") in one.field
    assert not one.field.startswith("/")
    assert "damaged" == next(rung.status for rung in report.rungs if rung.name == "mark")
    (mark,) = [one for one in doctor(str(path), clock=CLOCK) if one.name == "mark"]
    assert "fail" == mark.health
    assert "35" in mark.found.en


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_not_appended_to(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ledger.db"
    rolled_back(path, kind)
    outcome = appended(path)

    assert isinstance(outcome, Rejected)
    assert "behind_mark" == outcome.code
    assert ".mark" not in outcome.message
    assert not mark_path(str(path)).exists()


@pytest.mark.parametrize("kind", KINDS)
def test_another_past_that_grew_longer_is_found(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ledger.db"
    rolled_back(path, kind)
    store = open_ledger(path)
    record(store, visits(40), "another")
    store.close()

    assert [("behind_mark", 35)] == [(one[0], one[1]) for one in found(check(path)[0])]
    assert [("behind_mark", 35)] == alone(path)


@pytest.mark.parametrize("kind", KINDS)
def test_an_auditor_may_let_it_go_on(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ledger.db"
    rolled_back(path, kind)
    statement = stated(path)
    outcome = restored(path, cosigned(statement.text(), AUDIT), AUDIT)

    assert 35 == statement.lost.size
    assert isinstance(outcome, Committed)
    assert [] == found(check(path)[0])
    assert isinstance(appended(path, 30), Committed)
    assert [] == found(check(path)[0])
    assert [] == alone(path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_mark_alone_accuses_nobody(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ledger.db"
    store = create(path, origin=ORIGIN)
    create_secrets(secrets_path(path))
    record(store, visits(20))
    store.close()
    left_behind(path, kind)
    mark_path(str(path)).unlink()

    assert [] == found(check(path)[0])
    assert [] == alone(path)
    assert isinstance(appended(path), Committed)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", json.dumps({"size": -1}).encode()])
def test_hostile_files_beside_it_say_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    rolled_back(path, GENERATION)
    folder = generations_folder(str(path))
    for one in folder.glob("generation-*.json"):
        one.write_bytes(content)
    (folder / "current").write_bytes(content)
    (folder / "certificates").mkdir()
    (folder / "certificates" / "a.json").symlink_to("/dev/zero")
    signed_path(str(path)).write_bytes(content)

    assert [] == found(check(path)[0])
    assert [] == alone(path)


@pytest.mark.parametrize("end", [".mark", ".signed", ".generations/current", "-wal", ""])
def test_the_verifier_of_one_file_waits_for_no_pipe(tmp_path: Path, end: str) -> None:
    path = tmp_path / "ledger.db"
    rolled_back(path, GENERATION)
    place = Path(f"{path}{end}")
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    if end in ("-wal", ""):
        with pytest.raises(
            (ALONE.CannotRunError, OSError), match=r"no plain file|no part of a ledger"
        ):
            alone(path)
        return

    assert [("behind_mark", 20)] == alone(path)  # a description beside it says how far it reached


def test_on_postgresql_it_is_the_same(postgres_url: str) -> None:
    """Another database of the same name, and the mark of the first one gone."""
    for count, cause in ((35, "first"), (20, "second")):
        store = create(postgres_url, origin=ORIGIN)
        record(store, visits(count), cause)
        store.close()
        if count == 35:
            create_secrets(secrets_path(postgres_url))
            with open_session(postgres_url, clock=CLOCK) as session:
                memory = signed_path(postgres_url)
                sign_checkpoint(session.store, [LOG], at=1_790_000_000, memory=memory)
            with psycopg.connect(postgres_url, autocommit=True) as admin:
                admin.execute("DROP SCHEMA aidledger CASCADE")
    mark_path(postgres_url).unlink()
    report = verify(postgres_url)
    with open_session(postgres_url, clock=CLOCK) as session:
        outcome = append(session.store, visits(1), "goes-on")

    assert [("behind_mark", 20)] == [(one.code, one.position) for one in report.findings]
    assert isinstance(outcome, Rejected)
    assert "behind_mark" == outcome.code


def test_segments_that_reach_further_are_found_and_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    log = long_history()
    del log.written[300:]
    stored(str(path), log)
    backup = tmp_path / "backup.db"
    shutil.copyfile(path, backup)
    with open_session(str(path), clock=CLOCK) as session:
        record(session.store, visits(300), "more")
        sealed(session, str(path))
    put_back(path, backup)
    report = verify(str(path))

    (behind,) = [one for one in report.findings if one.code == "behind_mark"]
    assert (300, "at least 512 entries") == (behind.position, behind.expected)
    assert "segment-000001" in str(behind.field)
    assert ("behind_mark", 300) in alone(path)
    with open_session(str(path), clock=CLOCK) as session:
        record(session.store, visits(400), "another")
        kept = (archive_folder(str(path)) / "segment-000001" / MANIFEST).read_bytes()
        finding = sealed(session, str(path)).finding
    assert finding is not None
    assert ("segment_root_differs", 256) == (finding.code, finding.position)
    assert kept == (archive_folder(str(path)) / "segment-000001" / MANIFEST).read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_no_ledger_is_begun_beside_what_is_left_of_another(tmp_path: Path, kind: str) -> None:
    """It would be found damaged from its first day: the files tell of a longer log."""
    path = tmp_path / "ledger.db"
    rolled_back(path, kind)
    secrets_path(path).unlink()
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)

    with pytest.raises(LedgerExistsError, match="a file of another ledger is here"):
        create_ledger(str(path), origin=ORIGIN)

    assert not path.exists()
    assert not secrets_path(path).exists()


def test_a_rebuild_says_so_and_takes_away_nothing_that_tells_of_it(tmp_path: Path) -> None:
    """Three rebuilds of the older copy had thrown away what was derived from the longer log."""
    path = tmp_path / "ledger.db"
    rolled_back(path, GENERATION)
    words = ("--lang", "en", "--ledger", path)
    for _ in range(4):
        ran = aidledger(*words, "rebuild", "--model", "case_state")
        assert "the ledger is shorter than its mark, signatures, certificates" in ran.err
    aidledger(*words, "generations", "prune", "--last", "1")

    assert [("behind_mark", 20)] == [(one[0], one[1]) for one in found(check(path)[0])]
    assert (generations_folder(str(path)) / "generation-000001.duckdb").exists()


def test_a_rebuild_of_a_ledger_that_only_grew_says_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    store = create(path, origin=ORIGIN)
    create_secrets(secrets_path(path))
    record(store, visits(20))
    store.close()
    for _ in range(2):
        assert "shorter" not in aidledger("--ledger", path, "rebuild", "--model", "case_state").err
