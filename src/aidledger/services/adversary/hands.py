"""The keys that are at hand for a trial: the log's, and that of one officer."""

from __future__ import annotations

from collections import Counter

from aidledger.ledger.entry import decode_entry
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import Signer
from aidledger.services.adversary.books import B_KEY_ID, B_POSITION, B_SIGNATURE, RECORD, Books
from aidledger.services.adversary.forging import Officer
from aidledger.services.checkpoints.checkpointing import log_keys
from aidledger.services.keys.declared import Declared
from aidledger.services.keys.ring import Passphrase
from aidledger.services.problems import ServiceError
from aidledger.store.errors import StoreError
from aidledger.store.keyfiles import is_locked, key_path, keys_path, list_keys, load_signer


def signer_of_log(location: str, origin: str, passphrase: Passphrase) -> Signer | None:
    """Return the log's own key out of the folder of keys; none where it is not there or stays shut."""
    try:
        for key in log_keys(location, origin):
            if key.kind is KeyKind.NOTE:
                return _opened(location, key.name, passphrase)
    except (ServiceError, StoreError):
        pass
    return None


def officer_of(
    location: str, declared: Declared, books: Books, passphrase: Passphrase
) -> Officer | None:
    """Return the officer with most signed batches whose key can be opened; none if there is none."""
    counted = Counter(
        row[B_KEY_ID] for row in books.batches if row[B_SIGNATURE] is not None and row[B_KEY_ID]
    )
    try:
        at_hand = {key.public: key.name for key in list_keys(keys_path(location))}
    except StoreError:
        return None
    for key_id, _ in counted.most_common():
        known = declared.keys.get(key_id)
        if known is None or known.key is None or known.key.public not in at_hand:
            continue
        try:
            signer = _opened(location, at_hand[known.key.public], passphrase)
        except StoreError:
            continue
        last = max(row[B_POSITION] for row in books.batches if row[B_KEY_ID] == key_id)
        office = decode_entry(books.entries[last][RECORD]).office
        return Officer(known.record.owner, office, key_id, signer)
    return None


def _opened(location: str, name: str, passphrase: Passphrase) -> Signer:
    path = key_path(keys_path(location), name)
    return load_signer(path, passphrase=passphrase(name) if is_locked(path) else None)
