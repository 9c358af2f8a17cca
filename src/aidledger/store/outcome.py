"""Trusted: the three answers of an append; an attacker who forges one lies to one caller only.

An append has three outcomes, not two (measured: of the commits whose answer was lost, half had
committed). `Unknown` is resolved by asking for the cause on a fresh connection, never by a retry.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the store acknowledges as durable: entries `position` to `position + count - 1`.

    `size` and `root` (hex) are the log's after them; `leaf_hashes` (hex) are those of the entries,
    in order; `recorded_at` is their common time, "YYYY-MM-DDTHH:MM:SS.ffffffZ". `key_id`
    is the key that signed them, empty where nothing did. Services add which log it is (`origin`)
    and how that key is held (`assurance`: low, file or token; low also where nothing is signed, as
    the server could have written it).
    """

    cause: str
    position: int
    count: int
    size: int
    root: str
    recorded_at: str
    leaf_hashes: tuple[str, ...]
    origin: str = ""
    key_id: str = ""
    assurance: str = "low"


class Committed(msgspec.Struct, frozen=True, kw_only=True):
    """The entries are durable. `replayed`: they were so already, under the same cause."""

    receipt: Receipt
    replayed: bool


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was written, and nothing will be.

    Codes: `conflict` (a stream has moved on), `cause_reused` (same cause, other request),
    `invalid` (an entry breaks the format), `empty`, `vault_key_changed` (a person's key was made
    or erased elsewhere: seal again), `behind_mark` (the ledger is shorter than it once was),
    `absent` (the answer of `resolve` when the cause was never committed).
    """

    code: str
    message: str


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to COMMIT was lost; ask `resolve(cause)`. `code` and `message` say what was seen.

    Codes: `disk_full`, `io_error`, `connection_lost`, `commit_failed`.
    """

    cause: str
    code: str = "commit_failed"
    message: str = ""


Outcome: TypeAlias = Committed | Rejected | Unknown
