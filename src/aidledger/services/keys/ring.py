"""From an actor's registered key to whoever signs with it: a file of the keys folder, or a token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from aidledger.domain.registry.registry import KeyRecord, Registry
from aidledger.domain.registry.table import ASSURANCES
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.signing import Signer
from aidledger.services.problems import ServiceError
from aidledger.store.keyfiles import (
    SCRYPT_N,
    create_key,
    is_locked,
    key_path,
    list_keys,
    load_signer,
)

Passphrase: TypeAlias = Callable[[str], bytes | None]
"""Asked for the passphrase of a key by its name, once a locked file is to be opened."""

REFUSED_KEY: Final = 12
"""Exit status where a key is missing, not in force, or open to others."""


def no_passphrase(_name: str) -> bytes | None:
    """Know no passphrase: only keys that are not locked can be used."""
    return None


Tokens: TypeAlias = Callable[[], Sequence[Signer]]
"""Asked once for the signers whose keys lie in devices, when somebody is to sign."""


def no_tokens() -> Sequence[Signer]:
    """Know no token."""
    return ()


class Keyring:
    """The keys at hand: those of a folder, each opened once and when it is needed, and tokens."""

    def __init__(
        self,
        folder: Callable[[], Path],
        *,
        passphrase: Passphrase = no_passphrase,
        tokens: Tokens = no_tokens,
    ) -> None:
        self._folder = folder
        self._passphrase = passphrase
        self._files: dict[bytes, str] | None = None
        self._tokens: Tokens | None = tokens
        self._signers: dict[bytes, Signer] = {}

    def __repr__(self) -> str:
        return "Keyring(…)"

    def signer_for(self, registry: Registry, actor: str, position: int) -> tuple[KeyRecord, Signer]:
        """Return the key with which an actor signs at a position, the best kept one first.

        Raises:
            ServiceError: the actor has no key, none in force there, or none that is at hand.
            KeyFileError: the file of the key is refused, or stays shut.
        """
        mine = [record for found in registry.keys.values() for record in found]
        mine = [record for record in mine if record.owner == actor]
        if not mine:
            raise ServiceError(
                f"{actor}: no key is registered for this actor",
                hint="aidledger keys new and aidledger keys register",
                exit_code=REFUSED_KEY,
            )
        valid = [record for record in mine if record.span.holds(position)]
        if not valid:
            names = ", ".join(sorted(record.id for record in mine))
            raise ServiceError(
                f"{actor}: key {names} is not in force at position {position}",
                hint="it was revoked or replaced: aidledger keys list",
                exit_code=REFUSED_KEY,
            )
        self._ask_tokens()
        order: tuple[str, ...] = ASSURANCES
        for record in sorted(valid, key=lambda one: (-order.index(one.assurance), one.id)):
            signer = self._signer(record)
            if signer is not None:
                return record, signer
        names = ", ".join(sorted(record.id for record in valid))
        raise ServiceError(
            f"{actor}: key {names} is not at hand",
            hint="bring its file into the folder of keys, or plug the token in",
            exit_code=REFUSED_KEY,
        )

    def make(
        self, name: str, seed: bytes, *, passphrase: bytes | None = None, scrypt_n: int = SCRYPT_N
    ) -> VerifierKey:
        """Make the file of a new key for batches.

        Raises:
            KeyFileError: the name is none or taken, or the folder is not fit for keys.
        """
        key = create_key(
            self._folder(),
            name,
            KeyKind.BATCH,
            passphrase=passphrase,
            seed=seed,
            scrypt_n=scrypt_n,
        )
        self._files = None
        return key

    def public_keys(self) -> list[VerifierKey]:
        """Return the public keys of the folder, for whatever they sign, and those of tokens."""
        self._ask_tokens()
        return [*list_keys(self._folder()), *(one.key for one in self._signers.values())]

    def _ask_tokens(self) -> None:
        """Learn which tokens are there, the first time."""
        if self._tokens is not None:
            tokens, self._tokens = self._tokens(), None
            self._signers |= {one.key.public: one for one in tokens}

    def _signer(self, record: KeyRecord) -> Signer | None:
        """Return whoever signs with a registered key; none where it lies elsewhere."""
        if record.algorithm != "ed25519":
            return None
        public = bytes.fromhex(record.public_key)
        if public not in self._signers:
            name = self._at_hand().get(public)
            if name is None or name != record.id:
                return None
            path = key_path(self._folder(), name)
            word = self._passphrase(name) if is_locked(path) else None
            self._signers[public] = load_signer(path, passphrase=word)
        return self._signers[public]

    def _at_hand(self) -> dict[bytes, str]:
        """Return the names of the folder's keys for batches, by public key."""
        if self._files is None:
            keys = list_keys(self._folder())
            self._files = {key.public: key.name for key in keys if key.kind is KeyKind.BATCH}
        return self._files
