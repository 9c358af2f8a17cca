"""An older backup is refused until an auditor cosigned, and everybody can read that it was."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.ledger.signers import signer
from tests.store.drafts import append, drafts, record
from tests.twins.cuts import Cut, cut_out

from aidledger.domain.events.catalog import encode_data
from aidledger.domain.events.powers import Custodian, GenesisDeclared, WitnessKey
from aidledger.ledger.cosignature import cosign
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import Note, add_signatures
from aidledger.ledger.restoration import Restoration, cosigned_by
from aidledger.ledger.signing import SeedSigner
from aidledger.services.checkpoints import restoring
from aidledger.services.checkpoints.checkpointing import sign_checkpoint, signed_path
from aidledger.services.checkpoints.restoring import restoration_of, restorations, restore
from aidledger.services.clock import SetClock
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.store.draft import Draft
from aidledger.store.mark import Mark
from aidledger.store.opening import create, mark_path, open_ledger
from aidledger.store.outcome import Committed, Outcome, Rejected
from aidledger.store.secrets import create_secrets, secrets_path

ORIGIN = "example.com/520123"
LOG = signer(ORIGIN)
AUDIT = signer("audit.example", KeyKind.COSIGNATURE)
FINANCE = signer("finance.example", KeyKind.COSIGNATURE_ML_DSA)
CLOCK = SetClock(datetime(2022, 3, 1, tzinfo=UTC))


def sealed_off(path: Path, *first: Draft, made: Callable[[int], list[Draft]] = drafts) -> None:
    """Make a ledger that had 35 entries, and is 20 again from its backup."""
    store = create(path, origin=ORIGIN)
    create_secrets(secrets_path(path))
    record(store, [*first, *made(20 - len(first))])
    store.close()
    backup = path.with_name("backup.db")
    shutil.copyfile(path, backup)
    store = open_ledger(path)
    record(store, made(15), "cause-2")
    store.close()
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    shutil.copyfile(backup, path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "ledger.db"
    sealed_off(where)
    return where


def appended(path: Path) -> Outcome:
    store = open_ledger(path)
    try:
        return append(store, drafts(1), "goes-on")
    finally:
        store.close()


def stated(path: Path) -> Restoration:
    store = open_ledger(path, read_only=True)
    try:
        return restoration_of(store, str(path))
    finally:
        store.close()


def cosigned(text: bytes, *signers: SeedSigner) -> bytes:
    lines = [cosign(text, one, 1_790_000_000) for one in signers]
    return add_signatures(Note(text, ()), lines).encode()


def restored(path: Path, data: bytes, *trusted: SeedSigner) -> Outcome:
    with open_session(str(path), clock=CLOCK) as session:
        return restore(
            session,
            str(path),
            data,
            [one.key for one in trusted],
            reason="disk of the server failed",
            actor="u1",
            office="520123",
        )


@pytest.mark.parametrize("auditor", [AUDIT, FINANCE])
def test_refused_then_restored_with_a_cosignature_then_it_goes_on(
    path: Path, auditor: SeedSigner
) -> None:
    refused = appended(path)
    assert isinstance(refused, Rejected)
    assert refused.code == "behind_mark"

    outcome = restored(path, cosigned(stated(path).text(), auditor), auditor)

    assert isinstance(outcome, Committed)
    assert isinstance(appended(path), Committed)
    store = open_ledger(path, read_only=True)
    [found] = restorations(store)
    store.close()
    assert (found.position, found.event.lost_size, found.problem) == (20, 35, "")
    assert found.event.auditor.name == auditor.key.name


def wrong_signature(path: Path) -> bytes:
    good = cosigned(stated(path).text(), AUDIT)
    return good[:-10] + (b"A" if good[-10:-9] != b"A" else b"B") + good[-9:]


def other_heads(path: Path) -> bytes:
    one = stated(path)
    return cosigned(one._replace(lost=one.lost._replace(size=36)).text(), AUDIT)


def other_log(path: Path) -> bytes:
    return cosigned(stated(path)._replace(origin="example.com/520124").text(), AUDIT)


WRONG: list[Callable[[Path], bytes]] = [
    lambda path: stated(path).text() + b"\n",
    lambda path: cosigned(stated(path).text(), FINANCE),
    wrong_signature,
    other_heads,
    other_log,
    lambda path: b"nonsense",
]


@pytest.mark.parametrize("made", WRONG)
def test_without_the_right_cosignature_nothing_goes_on(
    path: Path, made: Callable[[Path], bytes]
) -> None:
    data = made(path)

    with pytest.raises(ServiceError):
        restored(path, data, AUDIT)

    assert isinstance(appended(path), Rejected)
    assert Mark(mark_path(path)).size == 35


def test_without_the_check_a_stranger_could_lower_the_mark(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = cosigned(stated(path).text(), FINANCE)
    real = cosigned_by
    monkeypatch.setattr(restoring, "cosigned_by", lambda note, keys: real(note, [FINANCE.key]))

    assert isinstance(restored(path, data, AUDIT), Committed)


def test_killed_after_the_entry_and_before_the_mark_it_is_finished(path: Path) -> None:
    data = cosigned(stated(path).text(), AUDIT)
    mark = mark_path(path).read_bytes()
    restored(path, data, AUDIT)
    mark_path(path).write_bytes(mark)
    assert isinstance(appended(path), Rejected)

    outcome = restored(path, data, AUDIT)

    assert isinstance(outcome, Committed)
    assert outcome.replayed
    assert isinstance(appended(path), Committed)


def restored_again(path: Path) -> Outcome:
    """Restore with leave, go on, put back a copy from after the leave, and show the old leave."""
    leave = cosigned(stated(path).text(), AUDIT)
    restored(path, leave, AUDIT)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    backup = path.with_name("second-backup.db")
    shutil.copyfile(path, backup)
    store = open_ledger(path)
    record(store, drafts(9), "what-is-to-be-forgotten")
    store.close()
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    shutil.copyfile(backup, path)
    return restored(path, leave, AUDIT)


def test_a_leave_serves_once(path: Path) -> None:
    with pytest.raises(ServiceError, match="other heads"):
        restored_again(path)

    assert isinstance(appended(path), Rejected)
    assert Mark(mark_path(path)).size == 30


def test_without_the_check_it_would_serve_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = Cut(
        "services.checkpoints.restoring:_is_followed", "(mark.size, mark.root) != lost", "False"
    )
    cut_out(monkeypatch, [cut])
    restored_again(path)

    assert isinstance(appended(path), Committed)


def test_a_leave_that_was_used_moves_no_mark_and_is_answered_again(path: Path) -> None:
    leave = cosigned(stated(path).text(), AUDIT)
    first = restored(path, leave, AUDIT)
    assert isinstance(appended(path), Committed)
    again = restored(path, leave, AUDIT)

    assert isinstance(first, Committed)
    assert isinstance(again, Committed)
    assert first.receipt == again.receipt
    assert Mark(mark_path(path)).size == 22


def test_killed_before_the_entry_it_stays_refused(path: Path) -> None:
    store = open_ledger(path)
    store.admit(store.head())
    store.close()

    assert isinstance(appended(path), Rejected)


def test_a_ledger_that_lost_nothing_has_nothing_to_restore(tmp_path: Path) -> None:
    store = create(tmp_path / "whole.db", origin=ORIGIN)
    record(store, drafts(3))

    with pytest.raises(ServiceError, match="may be appended to"):
        restoration_of(store, str(tmp_path / "whole.db"))
    store.close()


def test_a_ledger_that_went_on_from_another_past_is_no_backup(path: Path) -> None:
    mark = mark_path(path).read_bytes()
    Path(f"{path}.mark").unlink()
    store = open_ledger(path)
    record(store, drafts(40), "elsewhere")
    store.close()
    mark_path(path).write_bytes(mark)
    refused = appended(path)

    assert isinstance(refused, Rejected)
    assert "another root" in refused.message
    with pytest.raises(ServiceError, match="another past"):
        stated(path)


def test_where_genesis_names_witnesses_only_they_count(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    witness = WitnessKey(algorithm="ed25519", key=AUDIT.key.public.hex(), name=AUDIT.key.name)
    genesis = GenesisDeclared(
        custodians=(Custodian(actor="c1", office="520123"),),
        custodians_needed=1,
        origin=ORIGIN,
        powers="cn-county",
        powers_hash="00" * 32,
        witnesses=(witness,),
    )
    sealed_off(
        path,
        Draft(
            type="GenesisDeclared",
            stream="registry/520123",
            actor="c1",
            office="520123",
            effective_on="2022-02-17",
            data=encode_data(genesis),
        ),
    )
    text = stated(path).text()

    with pytest.raises(ServiceError, match="no auditor allowed"):
        restored(path, cosigned(text, FINANCE), FINANCE, AUDIT)
    assert isinstance(restored(path, cosigned(text, FINANCE, AUDIT), FINANCE, AUDIT), Committed)


def test_what_was_signed_beyond_it_stays_signed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    sealed_off(path)
    whole = create(tmp_path / "whole.db", origin=ORIGIN)
    record(whole, drafts(35))
    sign_checkpoint(whole, [LOG], at=1, memory=signed_path(path))
    whole.close()
    restored(path, cosigned(stated(path).text(), AUDIT), AUDIT)
    store = open_ledger(path)
    with pytest.raises(ServiceError, match="35 entries that were signed"):
        sign_checkpoint(store, [LOG], at=1, memory=signed_path(path))
    record(store, drafts(30), "more")
    with pytest.raises(ServiceError, match="another root than was signed"):
        sign_checkpoint(store, [LOG], at=1, memory=signed_path(path))
    store.close()


def test_a_restoration_that_was_moved_or_forged_is_told(path: Path) -> None:
    restored(path, cosigned(stated(path).text(), AUDIT), AUDIT)
    with sqlite3.connect(path) as connection:
        row = connection.execute("SELECT record FROM entries WHERE position = 20").fetchone()
    connection.close()
    forged = path.with_name("forged.db")
    store = create(forged, origin=ORIGIN)
    record(store, drafts(25))
    store.close()
    with sqlite3.connect(forged) as connection:
        connection.execute("DROP TRIGGER IF EXISTS entries_refuse_update")
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for position, record_bytes in (
            (20, row[0].replace(b'"lost_size":35', b'"lost_size":36')),
            (21, row[0]),
        ):
            connection.execute(
                "UPDATE entries SET record = ?, type = 'LedgerRestored' WHERE position = ?",
                (record_bytes, position),
            )
    connection.close()
    store = open_ledger(forged, read_only=True)
    problems = [found.problem for found in restorations(store)]
    store.close()

    assert len(problems) == 2
    assert "a cosignature that holds over both heads" in problems[0]
    assert "found position 21" in problems[1]


def test_on_postgresql_too(postgres_url: str) -> None:
    store = create(postgres_url, origin=ORIGIN)
    create_secrets(secrets_path(postgres_url))
    record(store, drafts(5))
    store.close()
    mark_path(postgres_url).write_bytes(b"%020d %s\n" % (9, b"ab" * 32))
    store = open_ledger(postgres_url)
    text = restoration_of(store, postgres_url).text()
    refused = append(store, drafts(1), "refused")
    store.close()

    with open_session(postgres_url, clock=CLOCK) as session:
        outcome = restore(
            session, postgres_url, cosigned(text, AUDIT), [AUDIT.key],
            reason="disk", actor="u1", office="520123",
        )  # fmt: skip
        problems = [found.problem for found in restorations(session.store)]
        told = [(one.code, one.position) for one in verify(session).leads]
        later = append(session.store, drafts(1), "later")

    assert isinstance(refused, Rejected)
    assert isinstance(outcome, Committed)
    assert problems == [""]
    assert told == [("ledger_restored", 5)]
    assert isinstance(later, Committed)
