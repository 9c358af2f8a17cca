"""Not trusted: what these statements read was written by whoever could write to the database.

Statements that both engines understand word for word, for all that is not the hot path: the vault,
evidence, checkpoints, batches, cursors of read models. Each function is given `run`, which executes
one statement with `?` for parameters in the caller's transaction and returns its rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from aidledger.store.draft import Evidence, VaultRow
from aidledger.store.errors import ConflictError
from aidledger.store.outcome import Rejected
from aidledger.store.personkeys import key_digest, new_keys
from aidledger.store.port import HostileRow, Run, StoredBatch

RunMany: TypeAlias = Callable[[str, Sequence[Sequence[Any]]], None]

CHUNK: Final = 500
"""Parameters in one IN list; both engines take more."""

_BATCH_COLUMNS: Final = (
    "position, count, cause, request_digest, root, recorded_at, signature, key_id"
)
SELECT_BATCH: Final = f"SELECT {_BATCH_COLUMNS} FROM batches WHERE cause = ?"  # noqa: S608
SELECT_BATCHES: Final = f"SELECT {_BATCH_COLUMNS} FROM batches ORDER BY position"  # noqa: S608
INSERT_BATCH: Final = f"INSERT INTO batches ({_BATCH_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
INSERT_NODE: Final = "INSERT INTO nodes (level, idx, hash) VALUES (?, ?, ?)"
UPDATE_HEAD: Final = "UPDATE head SET size = ?, root = ?, frontier = ?, recorded_at = ?"
SELECT_HEAD: Final = "SELECT size, root, frontier, recorded_at FROM head"
SELECT_LEAVES: Final = (
    "SELECT leaf_hash FROM entries WHERE position >= ? AND position < ? ORDER BY position"
)
ENTRY_COLUMNS: Final = "position, stream, version, type, recorded_at, record, leaf_hash"
SELECT_RECORDS: Final = "SELECT position, record FROM entries"
SELECT_STREAM_RECORDS: Final = f"{SELECT_RECORDS} WHERE stream = ? ORDER BY version"
SELECT_NODES: Final = "SELECT level, idx, hash FROM nodes ORDER BY level, idx"
SELECT_CHECKPOINTS: Final = "SELECT size, root, note FROM checkpoints ORDER BY size, note"


def head_row(rows: Sequence[Sequence[Any]]) -> tuple[Any, ...] | None:
    """Return the row of a table that has one; of several their number alone, which is no head."""
    if len(rows) > 1:
        return (f"{len(rows)} rows",)
    return tuple(rows[0]) if rows else None


def page_query(
    start: int, limit: int, stop: int | None, types: Sequence[str]
) -> tuple[str, list[Any]]:
    """Write the query for a page of the log."""
    where, parameters = ["position >= ?"], [start]
    if stop is not None:
        where.append("position < ?")
        parameters.append(stop)
    if types:
        where.append(f"type IN ({', '.join('?' * len(types))})")
    statement = (
        f"SELECT {ENTRY_COLUMNS} FROM entries WHERE {' AND '.join(where)}"  # noqa: S608
        " ORDER BY position LIMIT ?"
    )
    return statement, [*parameters, *types, limit]


def stream_query(
    stream: str, after: int, upto: int | None, backwards: bool, limit: int | None
) -> tuple[str, list[Any]]:
    """Write the query for a part of one stream."""
    statement = f"SELECT {ENTRY_COLUMNS} FROM entries WHERE stream = ? AND version > ?"  # noqa: S608
    parameters: list[Any] = [stream, after]
    if upto is not None:
        statement += " AND version <= ?"
        parameters.append(upto)
    statement += f" ORDER BY version {'DESC' if backwards else 'ASC'}"
    if limit is not None:
        statement += " LIMIT ?"
        parameters.append(limit)
    return statement, parameters


def position_range(start: int, stop: int | None) -> tuple[str, tuple[int, ...]]:
    """Write the condition of a range; the whole log has none, so that no odd position hides."""
    if stop is not None:
        return " WHERE position >= ? AND position < ?", (start, stop)
    return (" WHERE position >= ?", (start,)) if start > 0 else ("", ())


def stored_batch(row: Sequence[Any]) -> StoredBatch:
    """Name the columns of a row of `batches`."""
    position, count, cause, digest, root, recorded_at, signature, key_id = row
    return StoredBatch(
        position=position,
        count=count,
        cause=cause,
        request_digest=digest,
        root=root,
        recorded_at=recorded_at,
        signature=signature,
        key_id=key_id,
    )


def find_batch(run: Run, cause: str) -> StoredBatch | None:
    """Return the batch of a cause."""
    rows = run(SELECT_BATCH, (cause,))
    return stored_batch(rows[0]) if rows else None


def leaves_of(run: Run, batch: StoredBatch | None) -> list[Any]:
    """Return the leaf hashes of a batch, as they are stored."""
    if batch is None or type(batch.position) is not int or type(batch.count) is not int:
        return []
    rows = run(SELECT_LEAVES, (batch.position, batch.position + batch.count))
    return [row[0] for row in rows]


def wrong_evidence(evidence: Iterable[Evidence]) -> Rejected | None:
    """Refuse a file whose hash is another: checked before it is written."""
    for item in evidence:
        if hashlib.sha256(item.content).hexdigest() != item.hash:
            return Rejected(code="invalid", message=f"evidence {item.hash}: its content differs")
    return None


def _choose_keys(run: Run, rows: Sequence[VaultRow]) -> dict[str, bytes]:
    """Look up which keys of these rows are to be inserted. Raises as `new_keys`."""
    if not rows:
        return {}
    persons = sorted({row.person for row in rows})
    digests = sorted({key_digest(row.wrapped_key) for row in rows})
    existing = dict(
        _in(run, "SELECT person, wrapped_key FROM vault_keys WHERE person IN ({})", persons)
    )
    erased = {
        row[0] for row in _in(run, "SELECT digest FROM erased_keys WHERE digest IN ({})", digests)
    }
    return new_keys(rows, existing, erased)


def insert_side_rows(
    run: Run,
    run_many: RunMany,
    *,
    vault_rows: Sequence[VaultRow],
    evidence: Sequence[Evidence],
    erase: Sequence[str],
) -> None:
    """Write all that goes with an append beside its entries. Raises as `new_keys`."""
    if keys := _choose_keys(run, vault_rows):
        put_keys(run_many, keys)
    if vault_rows:
        run_many(
            "INSERT INTO vault (commitment, person, stream, field, nonce, ciphertext)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (v.commitment, v.person, v.stream, v.field, v.nonce, v.ciphertext)
                for v in vault_rows
            ],
        )
    if evidence:
        run_many(
            "INSERT INTO evidence (hash, media_type, content) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [(item.hash, item.media_type, item.content) for item in evidence],
        )
    for person in erase:
        erase_person(run, person)


def put_keys(run_many: RunMany, keys: Mapping[str, bytes]) -> None:
    """Insert wrapped keys; the primary key refuses a person who has one."""
    run_many("INSERT INTO vault_keys (person, wrapped_key) VALUES (?, ?)", list(keys.items()))


def erase_person(run: Run, person: str) -> bool:
    """Destroy a person's key and remember its digest, so that it cannot come back.

    What lies under it goes too: under a later key of the same person it would look changed.
    """
    rows = run("DELETE FROM vault_keys WHERE person = ? RETURNING wrapped_key", (person,))
    for (wrapped_key,) in rows:
        digest = key_digest(wrapped_key if isinstance(wrapped_key, bytes) else b"")
        run("INSERT INTO erased_keys (digest) VALUES (?) ON CONFLICT DO NOTHING", (digest,))
    if rows:
        run("DELETE FROM vault WHERE person = ? RETURNING commitment", (person,))
    return bool(rows)


_SEALED: Final = (
    "SELECT v.commitment, v.person, v.stream, v.field, v.nonce, v.ciphertext, k.wrapped_key"
    " FROM vault v JOIN vault_keys k ON k.person = v.person WHERE v.commitment "
)


def vault_page(run: Run, after: str, most: int) -> list[HostileRow]:
    """Return the next sealed values behind a commitment: the fields of a `VaultRow`, in its order."""
    return run(_SEALED + "> ? ORDER BY v.commitment LIMIT ?", (after, most))


def find_vault_rows(run: Run, commitments: Iterable[str]) -> dict[str, VaultRow]:
    """Return the sealed values whose person still has a key. Rows out of form are left out."""
    rows = _in(run, _SEALED + "IN ({})", list(commitments))
    found: dict[str, VaultRow] = {}
    for row in rows:
        match row:
            case (
                str(commitment), str(person), str(stream), str(field),
                bytes(nonce), bytes(ciphertext), bytes(wrapped_key),
            ):  # fmt: skip
                found[commitment] = VaultRow(
                    commitment=commitment,
                    person=person,
                    stream=stream,
                    field=field,
                    nonce=nonce,
                    ciphertext=ciphertext,
                    wrapped_key=wrapped_key,
                )
    return found


def find_keys(run: Run, persons: Iterable[str]) -> dict[str, bytes]:
    """Return the wrapped keys of those persons who have one."""
    rows = _in(
        run, "SELECT person, wrapped_key FROM vault_keys WHERE person IN ({})", list(persons)
    )
    return {person: key for person, key in rows if isinstance(key, bytes)}


def find_evidence(run: Run, sha256_hex: str) -> bytes | None:
    """Return the content of a file."""
    rows = run("SELECT content FROM evidence WHERE hash = ?", (sha256_hex,))
    return rows[0][0] if rows and isinstance(rows[0][0], bytes) else None


def add_checkpoint(run: Run, *, size: int, root: bytes, note: bytes) -> None:
    """Keep a signed note."""
    run(
        "INSERT INTO checkpoints (size, root, note) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (size, root, note),
    )


def stream_names(run: Run, prefix: str) -> list[str]:
    """Return the streams that begin with an ASCII prefix, in the order of their bytes."""
    rows = run(
        "SELECT DISTINCT stream FROM entries WHERE stream >= ? AND stream < ?",
        (prefix, prefix + "\x7f"),
    )
    return sorted(row[0] for row in rows if isinstance(row[0], str))


def find_streams(run: Run, streams: Sequence[str]) -> list[HostileRow]:
    """Return the entries of some streams, stream by stream in version order."""
    statement = (
        f"SELECT {ENTRY_COLUMNS} FROM entries WHERE stream IN ({{}}) ORDER BY stream, version"  # noqa: S608
    )
    return list(_in(run, statement, streams))


def select_snapshots(run: Run, originator_id: str) -> list[HostileRow]:
    """Return the snapshots of one aggregate by version."""
    return run(
        "SELECT originator_version, topic, state FROM snapshots WHERE originator_id = ?"
        " ORDER BY originator_version",
        (originator_id,),
    )


def insert_snapshot(run: Run, row: tuple[str, int, str, bytes]) -> None:
    """Keep a snapshot: a cache of the housed library, no part of the ledger."""
    run(
        "INSERT INTO snapshots (originator_id, originator_version, topic, state)"
        " VALUES (?, ?, ?, ?)",
        row,
    )


def insert_tracking(run: Run, application_name: str, notification_id: int) -> None:
    """Move a tracking position forward, and only forward."""
    moved = run(
        "INSERT INTO tracking (application_name, notification_id) VALUES (?, ?)"
        " ON CONFLICT (application_name) DO UPDATE"
        " SET notification_id = excluded.notification_id"
        " WHERE tracking.notification_id < excluded.notification_id RETURNING notification_id",
        (application_name, notification_id),
    )
    if not moved:
        raise ConflictError(f"tracking of {application_name} does not go back to {notification_id}")


def max_tracking_id(run: Run, application_name: str) -> int | None:
    """Return a tracking position."""
    rows = run(
        "SELECT notification_id FROM tracking WHERE application_name = ?", (application_name,)
    )
    return int(rows[0][0]) if rows else None


def _in(run: Run, statement: str, values: Sequence[Any]) -> Iterator[Any]:
    """Run a statement with an IN list, chunk by chunk."""
    for at in range(0, len(values), CHUNK):
        chunk = values[at : at + CHUNK]
        yield from run(statement.format(", ".join("?" * len(chunk))), chunk)
