"""Trusted with the secrets in hand; the database is not.

An attacker who swaps ciphertexts, rows or keys makes a value unreadable, never another one, as the
commitment in the log is the proof.

Personal values under AES-256-GCM, a random key per person, wrapped by the vault key that lies
outside the database. Erasing a person destroys the wrapped key
and the values under it. AES-GCM does not commit to its
key, so what comes out is always compared with the commitment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aidledger.ledger.commitment import SALT_BYTES, field_commitment, field_opens, length_prefixed
from aidledger.store.draft import VaultRow
from aidledger.store.errors import VaultError
from aidledger.store.port import HostileRow, LedgerStore, Run
from aidledger.store.secrets import KEY_BYTES, Secrets
from aidledger.store.shelf import vault_page

RandomBytes: TypeAlias = Callable[[int], bytes]

NONCE_BYTES: Final = 12  # NIST SP 800-38D: 96 bits; a key of one person seals far below 2**32
_VALUE_LABEL: Final = b"aidledger/vault/v1\n"
_KEY_LABEL: Final = b"aidledger/vault-key/v1\n"
_COMMITMENTS: Final = (
    "SELECT commitment FROM vault WHERE commitment > ? ORDER BY commitment LIMIT ?"
)
_ROWS: Final = 4_096
"""Rows that are read at a time where all are."""


class Vault:
    """Seals, opens and erases personal values. Holds keys of persons in memory while in use."""

    def __init__(self, store: LedgerStore, secrets: Secrets, random_bytes: RandomBytes) -> None:
        self._store = store
        self._random_bytes = random_bytes
        self._wrapper = AESGCM(secrets.vault_key)
        self._keys: dict[str, tuple[AESGCM, bytes]] = {}

    def __repr__(self) -> str:
        return "Vault(…)"

    def prepare(self, persons: Iterable[str]) -> None:
        """Have the keys of many persons at hand with one question to the database."""
        wanted = sorted({person for person in persons if person not in self._keys})
        found = self._store.vault_keys(wanted)
        for person in wanted:
            wrapped_key = found.get(person)
            if wrapped_key is None:
                self._keys[person] = self._new_key(person)
            else:
                self._keys[person] = (self._unwrap(person, wrapped_key), wrapped_key)

    def seal(self, person: str, stream: str, field: str, value: str) -> tuple[str, VaultRow]:
        """Seal a value of a person: the commitment (hex) for the entry, the row for `append`.

        The row brings the person's key along: a new key is recorded with the first append.
        """
        salt = self._random_bytes(SALT_BYTES)
        plain = value.encode()
        commitment = field_commitment(field, salt, plain)
        return commitment, self._row(commitment, person, stream, field, salt + plain)

    def open(self, commitment: str) -> str | None:
        """Return the value behind a commitment; None when it was erased or never here.

        Raises VaultError when what is here is not what was committed to.
        """
        return self.open_many((commitment,)).get(commitment)

    def open_many(self, commitments: Sequence[str]) -> dict[str, str]:
        """Return the values behind commitments, without those erased or never here."""
        rows = self._store.vault_rows(commitments)
        return {commitment: self._opened(row) for commitment, row in rows.items()}

    def openings(self, commitments: Sequence[str]) -> dict[str, tuple[bytes, bytes]]:
        """Return salt and value behind commitments: with both anybody can check the commitment."""
        rows = self._store.vault_rows(commitments)
        return {commitment: self._opening(row) for commitment, row in rows.items()}

    def erase(self, person: str) -> bool:
        """Destroy a person's key for good, and what lies under it. False: there was no key."""
        self.forget(person)
        return self._store.vault_erase(person)

    def forget(self, person: str | None = None) -> None:
        """Drop a person's key, or all, from memory."""
        if person is None:
            self._keys.clear()
        else:
            self._keys.pop(person, None)

    def trim(self, most: int) -> None:
        """Keep no more keys of persons in memory than so many."""
        for person in tuple(islice(self._keys, max(0, len(self._keys) - most))):
            del self._keys[person]

    def _row(self, commitment: str, person: str, stream: str, field: str, plain: bytes) -> VaultRow:
        key, wrapped_key = self._key(person)
        nonce = self._random_bytes(NONCE_BYTES)
        return VaultRow(
            commitment=commitment,
            person=person,
            stream=stream,
            field=field,
            nonce=nonce,
            ciphertext=key.encrypt(nonce, plain, self._value_context(stream, field)),
            wrapped_key=wrapped_key,
        )

    def _key(self, person: str) -> tuple[AESGCM, bytes]:
        if person not in self._keys:
            self.prepare((person,))
        return self._keys[person]

    def _new_key(self, person: str) -> tuple[AESGCM, bytes]:
        key, nonce = self._random_bytes(KEY_BYTES), self._random_bytes(NONCE_BYTES)
        return AESGCM(key), nonce + self._wrapper.encrypt(nonce, key, self._key_context(person))

    def _unwrap(self, person: str, wrapped_key: bytes) -> AESGCM:
        nonce, sealed = wrapped_key[:NONCE_BYTES], wrapped_key[NONCE_BYTES:]
        try:
            return AESGCM(self._wrapper.decrypt(nonce, sealed, self._key_context(person)))
        except (InvalidTag, ValueError) as error:
            raise VaultError(
                f"{person}: the key does not open with these secrets",
                hint="the file of secrets belongs to another ledger, or the vault was changed",
            ) from error

    def _opened(self, row: VaultRow) -> str:
        try:
            return self._opening(row)[1].decode()
        except UnicodeDecodeError:
            raise _changed(row) from None

    def _opening(self, row: VaultRow) -> tuple[bytes, bytes]:
        plain = self._plain(row, self._unwrap(row.person, row.wrapped_key))
        salt, value = plain[:SALT_BYTES], plain[SALT_BYTES:]
        if not field_opens(row.commitment, row.field, salt, value):
            raise _changed(row)
        return salt, value

    def opens(self, row: VaultRow) -> bool:
        """Whether the value of a row is the one that its commitment is of."""
        try:
            self._opened(row)
        except VaultError:
            return False
        return True

    def _plain(self, row: VaultRow, key: AESGCM) -> bytes:
        try:
            return key.decrypt(
                row.nonce, row.ciphertext, self._value_context(row.stream, row.field)
            )
        except (InvalidTag, ValueError) as error:
            raise _changed(row) from error

    def _value_context(self, stream: str, field: str) -> bytes:
        parts = (self._store.origin.encode(), stream.encode(), field.encode())
        return _VALUE_LABEL + length_prefixed(*parts)

    def _key_context(self, person: str) -> bytes:
        return _KEY_LABEL + length_prefixed(self._store.origin.encode(), person.encode())


def every_row(store: LedgerStore) -> Iterator[HostileRow]:
    """Yield the fields of every sealed value whose person still has a key, as `vault_page` does."""
    return _paged(store, lambda run, after: vault_page(run, after, _ROWS))


def every_commitment(store: LedgerStore) -> Iterator[object]:
    """Yield the commitment of every row of the vault, also of those whose person has no key."""
    return (row[0] for row in _paged(store, lambda run, after: run(_COMMITMENTS, (after, _ROWS))))


def _paged(
    store: LedgerStore, page: Callable[[Run, str], Sequence[HostileRow]]
) -> Iterator[HostileRow]:
    """Yield rows page by page, each page from behind the commitment that the last one ended with."""
    after = ""
    while True:
        with store.reading() as run:
            rows = page(run, after)
        yield from rows
        if len(rows) < _ROWS or not isinstance(rows[-1][0], str):
            return
        after = rows[-1][0]


def _changed(row: VaultRow) -> VaultError:
    return VaultError(
        f"{row.stream}, {row.field}: the vault holds another value than was committed to",
        code="vault_mismatch",
        hint="restore the vault from a copy; the log itself is not concerned",
    )
