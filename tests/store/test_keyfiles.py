"""Keys in files: for their owner only, shut by a passphrase, and never a traceback or a leak."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidledger.ledger import canonical
from aidledger.ledger.keys import KeyKind
from aidledger.store.errors import KeyFileError
from aidledger.store.keyfiles import (
    create_key,
    is_locked,
    key_path,
    keys_path,
    list_keys,
    load_signer,
)

SEED = bytes(range(32))
CHEAP = 2**10
WORD = b"correct horse"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def plain(folder: Path, name: str = "officer-a") -> Path:
    create_key(folder, name, KeyKind.BATCH, passphrase=None, seed=SEED)
    return key_path(folder, name)


def locked(folder: Path) -> Path:
    create_key(folder, "officer-b", KeyKind.BATCH, passphrase=WORD, seed=SEED, scrypt_n=CHEAP)
    return key_path(folder, "officer-b")


def rewritten(path: Path, **changes: Any) -> Path:
    path.write_bytes(
        canonical.encode({**canonical.decode(path.read_bytes()[:-1]), **changes}) + b"\n"
    )
    return path


@pytest.mark.parametrize("kind", list(KeyKind))
@pytest.mark.parametrize("passphrase", [None, WORD])
def test_a_key_signs_after_it_was_read_back(
    folder: Path, kind: KeyKind, passphrase: bytes | None
) -> None:
    key = create_key(
        folder, "example.gov/log", kind, passphrase=passphrase, seed=SEED, scrypt_n=CHEAP
    )
    path = key_path(folder, "example.gov/log")
    signer = load_signer(path, passphrase=passphrase)

    assert key == signer.key
    assert key.verify(signer.sign(b"message"), b"message")
    assert (passphrase is not None) == is_locked(path)
    assert [key] == list_keys(folder)


def test_files_and_folder_are_for_their_owner_only(folder: Path) -> None:
    path = plain(folder)

    assert (0o600, 0o700) == (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o400, 0o700, 0o4600])
def test_a_file_of_another_mode_is_refused(folder: Path, mode: int) -> None:
    path = plain(folder)
    path.chmod(mode)

    with pytest.raises(KeyFileError, match="expected mode 0600"):
        load_signer(path, passphrase=None)
    with pytest.raises(KeyFileError, match="expected mode 0600"):
        list_keys(folder)


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o755, 0o500])
def test_a_folder_of_another_mode_is_refused(folder: Path, mode: int) -> None:
    path = plain(folder)
    folder.chmod(mode)
    try:
        for act in (
            lambda: load_signer(path, passphrase=None),
            lambda: list_keys(folder),
            lambda: plain(folder, "another"),
        ):
            with pytest.raises(KeyFileError, match="expected mode 0700"):
                act()
    finally:
        folder.chmod(0o700)


def test_a_key_is_never_replaced(folder: Path) -> None:
    path = plain(folder)
    before = path.read_bytes()

    with pytest.raises(KeyFileError, match="already there"):
        plain(folder)
    assert before == path.read_bytes()


@pytest.mark.parametrize("passphrase", [None, b"", b"Correct horse", b"correct horse "])
def test_another_passphrase_opens_nothing(folder: Path, passphrase: bytes | None) -> None:
    with pytest.raises(KeyFileError, match=r"locked|another passphrase"):
        load_signer(locked(folder), passphrase=passphrase)


def test_a_locked_file_holds_no_seed_and_a_new_salt_each_time(folder: Path) -> None:
    first = locked(folder).read_bytes()
    again = locked(folder.parent / "again").read_bytes()

    assert SEED.hex().encode() not in first + again
    assert first != again


@pytest.mark.parametrize("name", ["", "a b", "a+b", "x" * 256, "a\n", 3])
def test_what_is_no_name_makes_no_key(folder: Path, name: Any) -> None:
    with pytest.raises(KeyFileError):
        create_key(folder, name, KeyKind.BATCH, passphrase=None, seed=SEED)


@pytest.mark.parametrize("name", ["..", "../../etc/x", "%2F", "张三", ".hidden"])
def test_a_key_stays_in_its_folder_whatever_its_name(folder: Path, name: str) -> None:
    path = plain(folder, name)

    assert folder == path.parent.resolve()
    assert [name] == [key.name for key in list_keys(folder)]


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33), "x" * 32])
def test_what_is_no_seed_makes_no_key(folder: Path, seed: Any) -> None:
    with pytest.raises(KeyFileError, match="seed"):
        create_key(folder, "a", KeyKind.BATCH, passphrase=None, seed=seed)


@pytest.mark.parametrize(
    ("n", "r", "p"),
    [
        (2**18, 8, 2), (2**30, 8, 1), (2**40, 1, 1), (2**10, 2**20, 1), (2**10, 8, 2**20),
        (2**10, 0, 1), (2**10, 8, 0), (2**10, -8, -1),
        (3000, 8, 1), (2, 8, 1), (0, 8, 1), (-1024, 8, 1), (True, 8, 1), ("1024", 8, 1),
    ],
)  # fmt: skip
def test_a_lock_that_costs_too_much_or_nothing_is_refused(
    folder: Path, n: Any, r: Any, p: Any
) -> None:
    path = locked(folder)
    lock = canonical.decode(path.read_bytes()[:-1])["lock"]
    rewritten(path, lock={**lock, "n": n, "r": r, "p": p})

    with pytest.raises(KeyFileError, match="cost"):
        load_signer(path, passphrase=WORD)


@pytest.mark.parametrize(
    "change",
    [
        {"secret": "00" * 32}, {"secret": SEED.hex().upper()}, {"secret": 3}, {"secret": ""},
        {"vkey": "x"}, {"vkey": None}, {"format": "aidledger/key/v2"}, {"lock": 5}, {"more": 1},
        {"lock": {"n": 1024, "nonce": 1, "p": 1, "r": 8, "salt": None}},
    ],
)  # fmt: skip
def test_a_changed_file_is_refused(folder: Path, change: dict[str, Any]) -> None:
    with pytest.raises(KeyFileError):
        load_signer(rewritten(plain(folder), **change), passphrase=WORD)


def test_a_locked_file_can_not_be_given_another_owner(folder: Path) -> None:
    other = create_key(folder, "other", KeyKind.BATCH, passphrase=None, seed=SEED)
    path = rewritten(locked(folder), vkey=other.vkey())

    with pytest.raises(KeyFileError, match="another passphrase, or a damaged file"):
        load_signer(path, passphrase=WORD)


def test_a_truncated_file_is_refused_at_every_length(folder: Path) -> None:
    path = locked(folder)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(KeyFileError):
            load_signer(path, passphrase=WORD)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_hostile_files_give_one_error(folder: Path, content: bytes) -> None:
    path = key_path(folder, "hostile")
    if not path.exists():
        plain(folder, "hostile")
    path.write_bytes(content)

    with pytest.raises(KeyFileError):
        load_signer(path, passphrase=WORD)
    with pytest.raises(KeyFileError):
        list_keys(folder)


@pytest.mark.parametrize("content", [b"5", b"null", b"[]", b'["format","lock","secret","vkey"]'])
def test_json_of_another_form_is_no_key(folder: Path, content: bytes) -> None:
    plain(folder).write_bytes(content + b"\n")

    with pytest.raises(KeyFileError, match="not a key's file"):
        list_keys(folder)


def test_no_error_and_no_repr_shows_a_secret(folder: Path) -> None:
    path = rewritten(plain(folder), vkey="x")
    with pytest.raises(KeyFileError) as damaged:
        load_signer(path, passphrase=WORD)
    shut = locked(folder.parent / "again")
    with pytest.raises(KeyFileError) as wrong:
        load_signer(shut, passphrase=b"-".join([b"tried", b"in", b"vain"]))
    signer = load_signer(shut, passphrase=WORD)
    said = "".join(
        [*traceback.format_exception(damaged.value), *traceback.format_exception(wrong.value)]
    )

    for text in (said, repr(signer), repr(damaged.value), str(wrong.value)):
        assert SEED.hex() not in text
        assert repr(SEED) not in text
        assert "tried-in-vain" not in text


def test_the_folder_lies_beside_a_file_or_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AIDLEDGER_KEYS", raising=False)

    assert Path("/x/county.db.keys") == keys_path("/x/county.db")
    with pytest.raises(KeyFileError, match="no folder"):
        keys_path("postgresql://h/d")
    monkeypatch.setenv("AIDLEDGER_KEYS", "/y/keys")
    assert Path("/y/keys") == keys_path("postgresql://h/d") == keys_path("/x/county.db")


def test_a_missing_file_and_a_pipe_are_refused_at_once(folder: Path) -> None:
    plain(folder)
    with pytest.raises(KeyFileError, match="missing"):
        load_signer(key_path(folder, "nobody"), passphrase=None)
    pipe = key_path(folder, "pipe")
    os.mkfifo(pipe, 0o600)
    with pytest.raises(KeyFileError):
        load_signer(pipe, passphrase=None)
