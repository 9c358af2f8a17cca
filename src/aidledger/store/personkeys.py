"""Trusted and pure: which keys of persons go in with sealed values; an erased one does not come back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from aidledger.store.draft import VaultRow
from aidledger.store.errors import RejectedError


def new_keys(
    rows: Sequence[VaultRow], existing: Mapping[str, bytes], erased: set[bytes]
) -> dict[str, bytes]:
    """Choose the keys to insert with these rows.

    `existing`: the keys of these persons as read under the lock; `erased`: which digests of the
    rows' keys stand in `erased_keys`. Raises RejectedError for rows under a key that has gone.
    """
    fresh: dict[str, bytes] = {}
    for row in rows:
        known = existing.get(row.person, fresh.get(row.person))
        if known is None and key_digest(row.wrapped_key) not in erased:
            fresh[row.person] = row.wrapped_key
        elif known != row.wrapped_key:
            raise RejectedError(
                "a person's key was made or erased elsewhere: seal the values again",
                code="vault_key_changed",
            )
    return fresh


def key_digest(wrapped_key: bytes) -> bytes:
    """Name a wrapped key without holding it: what `erased_keys` keeps."""
    return hashlib.sha256(b"aidledger/erased-key/v1\n" + wrapped_key).digest()
