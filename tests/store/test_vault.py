"""Personal values: sealed, opened, erased, and proven by their commitment on both engines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.store.drafts import append, draft, record

from aidledger.ledger.commitment import field_opens
from aidledger.store.draft import Draft, VaultRow
from aidledger.store.errors import SecretsError, VaultError
from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Rejected
from aidledger.store.port import LedgerStore
from aidledger.store.secrets import Secrets, create_secrets, load_secrets, secrets_path
from aidledger.store.vault import Vault

SECRETS = Secrets(pepper=b"p" * 32, vault_key=b"v" * 32)
NAME = "王某某"


def numbered_bytes(seed: str = "") -> Callable[[int], bytes]:
    """Bytes that differ at every call, and are the same in every run."""
    calls = 0

    def random_bytes(count: int) -> bytes:
        nonlocal calls
        calls += 1
        return hashlib.shake_128(f"{seed}{calls}".encode()).digest(count)

    return random_bytes


@pytest.fixture
def vault(store: LedgerStore) -> Vault:
    return Vault(store, SECRETS, numbered_bytes())


def sealed_draft(
    vault: Vault, person: str, value: str = NAME, stream: str = "case/a"
) -> tuple[Draft, VaultRow]:
    commitment, row = vault.seal(person, stream, "name", value)
    return draft(stream, sealed={"name": commitment}), row


def test_a_sealed_value_is_opened_by_its_commitment(store: LedgerStore, vault: Vault) -> None:
    sealed, row = sealed_draft(vault, "p1")
    record(store, [sealed], vault_rows=[row])
    later = Vault(store, SECRETS, numbered_bytes("later"))

    assert NAME == later.open(sealed.sealed["name"])
    assert later.open("00" * 32) is None


def test_the_commitment_is_over_salt_and_value(vault: Vault) -> None:
    commitment, row = vault.seal("p1", "case/a", "name", NAME)
    same_value, _ = vault.seal("p1", "case/a", "name", NAME)
    key = AESGCM(
        AESGCM(SECRETS.vault_key).decrypt(
            row.wrapped_key[:12], row.wrapped_key[12:], vault._key_context("p1")
        )
    )
    plain = key.decrypt(row.nonce, row.ciphertext, vault._value_context("case/a", "name"))

    assert field_opens(commitment, "name", plain[:16], NAME.encode())
    assert commitment != same_value


def test_one_person_has_one_key_and_each_person_another(store: LedgerStore, vault: Vault) -> None:
    _, first = vault.seal("p1", "case/a", "name", NAME)
    _, second = vault.seal("p1", "case/a", "phone", "13800000000")
    _, other = vault.seal("p2", "case/b", "name", NAME)

    assert first.wrapped_key == second.wrapped_key
    assert first.wrapped_key != other.wrapped_key
    assert first.nonce != second.nonce


def test_erasing_a_person_destroys_the_value_and_leaves_the_log(
    store: LedgerStore, vault: Vault
) -> None:
    sealed, row = sealed_draft(vault, "p1")
    other, other_row = sealed_draft(vault, "p2", "李某某")
    record(store, [sealed, other], vault_rows=[row, other_row])
    before = [tuple(entry) for entry in store.read()]

    assert vault.erase("p1")
    assert not vault.erase("p1")
    assert vault.open(sealed.sealed["name"]) is None
    assert "李某某" == vault.open(other.sealed["name"])
    assert {} == store.vault_keys(["p1"])
    assert before == [tuple(entry) for entry in store.read()]


def test_an_erasure_can_go_with_the_entry_that_says_so(store: LedgerStore, vault: Vault) -> None:
    sealed, row = sealed_draft(vault, "p1")
    record(store, [sealed], vault_rows=[row])
    record(store, [draft("person/p1", type="PersonErased")], "cause-2", erase=["p1"])

    assert vault.open(sealed.sealed["name"]) is None


def test_a_key_erased_elsewhere_cannot_come_back_from_memory(
    store: LedgerStore, vault: Vault, location: str
) -> None:
    first, row = sealed_draft(vault, "p1")
    record(store, [first], vault_rows=[row])
    elsewhere = open_ledger(location)
    Vault(elsewhere, SECRETS, numbered_bytes("elsewhere")).erase("p1")
    elsewhere.close()
    second, stale = sealed_draft(vault, "p1", "again")
    outcome = append(store, [second], "cause-2", vault_rows=[stale])

    assert isinstance(outcome, Rejected)
    assert "vault_key_changed" == outcome.code
    assert (1, None) == (store.head().size, vault.open(first.sealed["name"]))


def test_a_refused_append_leaves_nothing_in_the_vault(store: LedgerStore, vault: Vault) -> None:
    sealed, row = sealed_draft(vault, "p1")
    conflict = msgspec.structs.replace(sealed, expected_version=7)
    outcome = append(store, [conflict], vault_rows=[row])

    assert isinstance(outcome, Rejected)
    assert ({}, {}) == (store.vault_keys(["p1"]), store.vault_rows([row.commitment]))


def test_thousands_of_values_are_sealed_with_one_question(
    store: LedgerStore, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    ask = store.vault_keys

    def counting(persons: list[str]) -> dict[str, bytes]:
        asked.append(len(persons))
        return ask(persons)

    monkeypatch.setattr(store, "vault_keys", counting)
    vault.prepare(f"p{number}" for number in range(1500))
    pairs = [
        vault.seal(f"p{number % 1500}", "case/a", "name", str(number)) for number in range(3000)
    ]
    record(store, [draft()], vault_rows=[row for _, row in pairs])

    assert [1500] == asked
    assert {c: str(n) for n, (c, _) in enumerate(pairs)} == vault.open_many([c for c, _ in pairs])


@pytest.mark.parametrize("column", ["ciphertext", "nonce", "stream", "field", "person"])
def test_a_row_that_was_changed_is_an_error_without_the_value(
    store: LedgerStore, vault: Vault, column: str
) -> None:
    sealed, row = sealed_draft(vault, "p1")
    _, other = sealed_draft(vault, "p2")
    record(store, [sealed], vault_rows=[row, other])
    with store.writing() as run:
        value = {"person": "p2", "stream": "case/b", "field": "phone"}.get(column, b"x" * 40)
        run(f"UPDATE vault SET {column} = ? WHERE commitment = ?", (value, row.commitment))
    with pytest.raises(VaultError) as caught:
        vault.open(row.commitment)

    assert "vault_mismatch" == caught.value.code
    assert NAME not in f"{caught.value!r} {caught.value} {caught.value.hint}"


def test_a_value_of_another_commitment_is_an_error(store: LedgerStore, vault: Vault) -> None:
    _, row = sealed_draft(vault, "p1")
    _, other = sealed_draft(vault, "p1", "李某某")
    record(store, [draft()], vault_rows=[row])
    with store.writing() as run:
        run("UPDATE vault SET nonce = ?, ciphertext = ?", (other.nonce, other.ciphertext))
    with pytest.raises(VaultError) as caught:
        vault.open(row.commitment)

    assert "vault_mismatch" == caught.value.code


def test_other_secrets_open_nothing(store: LedgerStore, vault: Vault) -> None:
    sealed, row = sealed_draft(vault, "p1")
    record(store, [sealed], vault_rows=[row])
    stranger = Vault(store, Secrets(pepper=b"p" * 32, vault_key=b"w" * 32), numbered_bytes())

    with pytest.raises(VaultError, match="these secrets"):
        stranger.open(sealed.sealed["name"])


def test_nothing_that_holds_secrets_shows_them(vault: Vault) -> None:
    _, row = sealed_draft(vault, "p1")
    shown = f"{SECRETS!r} {SECRETS} {vault!r} {row!r} {row}"

    for secret in ("vvv", "ppp", NAME, row.wrapped_key.hex(), repr(row.ciphertext)[2:-1]):
        assert secret not in shown


def test_the_database_alone_holds_no_value(store: LedgerStore, vault: Vault) -> None:
    sealed, row = sealed_draft(vault, "p1")
    record(store, [sealed], vault_rows=[row])
    everything = repr([store.vault_rows([row.commitment]), list(store.read())])
    with store.reading() as run:
        everything += repr(run("SELECT * FROM vault", ())) + repr(
            run("SELECT * FROM vault_keys", ())
        )

    assert NAME not in everything
    assert repr(NAME.encode())[2:-1] not in everything


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    path = secrets_path(tmp_path / "ledger.sqlite")
    made = create_secrets(path)

    assert 0o600 == path.stat().st_mode & 0o777
    assert made == load_secrets(path)
    assert 32 == len(made.pepper) == len(made.vault_key)
    assert made.pepper != made.vault_key
    with pytest.raises(SecretsError):
        create_secrets(path)
    assert made == load_secrets(path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o400, 0o700])
def test_secrets_that_others_may_read_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secrets"
    create_secrets(path)
    path.chmod(mode)

    with pytest.raises(SecretsError, match="0600"):
        load_secrets(path)


@pytest.mark.parametrize("content", [b"", b"pepper", b"\xff" * 200])
def test_secrets_out_of_form_are_refused_without_showing_them(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "secrets"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(SecretsError, match="not a file of secrets"):
        load_secrets(path)


def test_missing_secrets_are_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(SecretsError) as caught:
        load_secrets(tmp_path / "none")

    assert caught.value.hint


def test_secrets_of_a_database_lie_outside_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://user@host/county"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("AIDLEDGER_SECRETS", raising=False)

    place = secrets_path(url)
    assert (tmp_path / "aidledger", ".secrets") == (place.parent, place.suffix)
    assert place.name.startswith("county-")
    assert place == secrets_path("postgresql://other@host/county")
    assert place != secrets_path("postgresql://user@elsewhere/county")
    monkeypatch.setenv("AIDLEDGER_SECRETS", str(tmp_path / "named"))
    assert tmp_path / "named" == secrets_path(url)
    assert Path("x.sqlite.secrets") == secrets_path("x.sqlite")
