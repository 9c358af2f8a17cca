"""The same for refusals at a place: a database, a mark, files of keys, an authority of timestamps."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.parties import LOG, ORIGIN, TIME
from tests.services.test_timestamping import Authority
from tests.services.witnessed import keep_checkpoint
from tests.store.drafts import append, draft, drafts, record
from tests.twins.cuts import Cut, cut_out

from aidledger.ledger import canonical
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import SeedSigner
from aidledger.services.checkpoints import checkpointing, timestamping
from aidledger.services.problems import ServiceError
from aidledger.store import keyfiles
from aidledger.store.errors import KeyFileError
from aidledger.store.opening import create, mark_path, open_ledger
from aidledger.store.outcome import Committed

Tried = Callable[[Path], bool]


# ---- signing checkpoints


def ledger(path: Path, number: int, *, count: int = 5) -> None:
    """Make a ledger of `count` entries whose data tell it from another."""
    with closing(create(path, origin=ORIGIN)) as store:
        record(store, [draft(data={"number": number + n}) for n in range(count)])


def sign(path: Path) -> bytes:
    with closing(open_ledger(path)) as store:
        memory = checkpointing.signed_path(path)
        return checkpointing.sign_checkpoint(store, [LOG], at=TIME, memory=memory).text


def replaced(path: Path, other: Path) -> None:
    """Put another database in the place of one; what lies beside it stays."""
    mark_path(path).unlink(missing_ok=True)
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
        if Path(f"{other}{ending}").exists():
            shutil.copyfile(f"{other}{ending}", f"{path}{ending}")


def two_histories(folder: Path, *, count: int = 5) -> bool:
    """Sign a ledger, put another in its place, and sign that."""
    path, other = folder / "one.db", folder / "other.db"
    ledger(path, 0)
    ledger(other, 1_000, count=count)
    first = sign(path)
    replaced(path, other)
    return first != sign(path)


def a_shorter_history(folder: Path) -> bool:
    return two_histories(folder, count=3)


def a_record_under_another_hash(folder: Path) -> bool:
    """The head is signed as it stands, over a record that somebody has changed."""
    path = folder / "one.db"
    ledger(path, 0)
    with closing(open_ledger(path)) as store, store.writing() as run:
        run("DROP TRIGGER entries_no_update", ())
        run("UPDATE entries SET record = x'7b7d' WHERE position = 2", ())
    return bool(sign(path))


# ---- the mark, and files of keys


def an_old_copy(folder: Path) -> bool:
    """A backup is put back and appended to, as if nothing had been after it."""
    path, backup = folder / "one.db", folder / "backup.db"
    ledger(path, 0)
    with closing(open_ledger(path)) as store:
        store.admit(store.head())
    for ending in ("", "-wal"):
        if Path(f"{path}{ending}").exists():
            shutil.copyfile(f"{path}{ending}", f"{backup}{ending}")
    with closing(open_ledger(path)) as store:
        record(store, drafts(2), "after-the-backup")
    mark = mark_path(path).read_bytes()
    replaced(path, backup)
    mark_path(path).write_bytes(mark)
    with closing(open_ledger(path)) as store:
        return isinstance(append(store, drafts(1), "goes-on"), Committed)


def key(folder: Path) -> Path:
    keyfiles.create_key(folder / "keys", "u1", KeyKind.BATCH, passphrase=None, seed=b"s" * 32)
    return keyfiles.key_path(folder / "keys", "u1")


def opened(path: Path) -> bool:
    return bool(keyfiles.load_signer(path, passphrase=None).sign(b"message"))


def a_file_for_all_to_read(folder: Path) -> bool:
    path = key(folder)
    path.chmod(0o644)
    return opened(path)


def a_folder_for_all_to_write(folder: Path) -> bool:
    path = key(folder)
    path.parent.chmod(0o777)
    return opened(path)


def another_seed_in_its_file(folder: Path) -> bool:
    """The public key of a colleague, and a seed of one's own."""
    path = key(folder)
    other = SeedSigner("u2", KeyKind.BATCH, b"o" * 32).key.vkey()
    fields = canonical.decode(path.read_bytes()[:-1])
    assert type(fields) is dict
    path.write_bytes(canonical.encode({**fields, "vkey": other}) + b"\n")
    return opened(path)


GROWN = "services.checkpoints.checkpointing:check_grown"
ROOT = Cut(GROWN, "if frontier.root() != old.root:", "if False:")
TRIED: dict[str, tuple[Tried, tuple[Cut, ...]]] = {
    "signing: two roots at one size": (two_histories, (ROOT,)),
    "signing: two roots at one size, forgotten": (
        two_histories,
        (
            Cut(
                "services.checkpoints.checkpointing:sign_checkpoint",
                "replace_file(memory, text)",
                "pass",
            ),
        ),
    ),
    "signing: a shorter history": (
        a_shorter_history,
        (
            Cut(
                GROWN,
                "if new.size < old.size:",
                "if False:",
                more=(
                    ("_frontier_at(run, old.size)", "_frontier_at(run, 0)"),
                    ("range(old.size, new.size, _BLOCK)", "range(0, new.size, _BLOCK)"),
                ),
            ),
            ROOT,
        ),
    ),
    "signing: a record under another hash": (
        a_record_under_another_hash,
        (Cut(GROWN, "leaf_hash(row[5]) != row[6]", "False"),),
    ),
    "mark: an old copy": (
        an_old_copy,
        (Cut("store.mark:Mark.problem", "if head.size < self.size:", "if False:"),),
    ),
    "keys: a file for all to read": (
        a_file_for_all_to_read,
        (Cut("store.keyfiles:_read", "if mode != _FILE_MODE:", "if False:"),),
    ),
    "keys: a folder for all to write": (
        a_folder_for_all_to_write,
        (Cut("store.keyfiles:_check_folder", "if mode != _FOLDER_MODE:", "if False:"),),
    ),
    "keys: another seed": (
        another_seed_in_its_file,
        (Cut("store.keyfiles:load_signer", "if signer.key != key:", "if False:"),),
    ),
}


def passes(tried: Tried, folder: Path) -> bool:
    folder.mkdir()
    try:
        return tried(folder)
    except (ServiceError, KeyFileError):
        return False


@pytest.mark.parametrize("name", TRIED)
def test_it_is_refused_and_passes_once_nothing_asks(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, cuts = TRIED[name]
    for number, kept in enumerate(cuts):
        with monkeypatch.context() as patch:
            cut_out(patch, [one for one in cuts if one is not kept])
            assert not passes(tried, tmp_path / str(number)), kept
    cut_out(monkeypatch, cuts)

    assert passes(tried, tmp_path / "all")


# ---- an authority of timestamps


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


CHECK = "services.checkpoints.timestamping:check_reply"
STAMPS: dict[str, tuple[str, bytes, Cut]] = {
    "another authority of the same root": (
        "twin",
        b"",
        Cut(CHECK, "tsa_certificate=pin.authority,", ""),
    ),
    "another text": (
        "tsa",
        b"more\n",
        Cut(CHECK, "builder.build().verify_message(response, text)", "pass"),
    ),
}


@pytest.mark.parametrize("name", STAMPS)
def test_a_stamp_of_another_is_refused_and_counts_once_nothing_asks(
    name: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, more, cut = STAMPS[name]
    with closing(create(tmp_path / "ledger.db", origin=ORIGIN)) as store:
        record(store, drafts(3))
        kept = keep_checkpoint(store)
    request = timestamping.make_request(tmp_path, kept)
    reply = authority.answer(request.read_bytes(), by)
    pin = timestamping.read_pin(authority.pin())
    with pytest.raises(ServiceError):
        timestamping.check_reply(reply, kept.note.text + more, pin, nonce=None)
    cut_out(monkeypatch, [cut])

    assert timestamping.check_reply(reply, kept.note.text + more, pin, nonce=None).tzinfo


@pytest.mark.parametrize("name", ["code", "lax"])
def test_a_certificate_for_other_things_is_no_authority_until_nobody_asks(
    name: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ServiceError):
        timestamping.read_pin(authority.pin(name))
    purpose = "not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]"
    cut_out(monkeypatch, [Cut("services.checkpoints.timestamping:read_pin", purpose, "False")])

    assert timestamping.read_pin(authority.pin(name)).roots
