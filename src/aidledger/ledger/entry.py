"""The entry: an event in its envelope, and the exact bytes that are stored and hashed.

An entry's record is canonical JSON (see `canonical`) with exactly these keys, at most 65,535 bytes
(C2SP tlog-tiles entry bundles). Reading is strict, writing reads back what it wrote: a record that
was stored can always be read, and what can be read is the only encoding of what it says.

The rules are written once, in `_FIELDS`. The fast way asks the same predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aidledger.ledger import canonical
from aidledger.ledger.canonical import CanonicalError, clip, show
from aidledger.ledger.forms import (
    NAME_LIMIT,
    STREAM_LIMIT,
    are_hashes,
    is_date,
    is_hash,
    is_name,
    is_pin,
    is_sealed,
    is_stream,
    is_time,
    is_type_name,
)

if TYPE_CHECKING:
    EntryData = dict[str, Any] | msgspec.Raw | msgspec.Struct
else:
    EntryData = dict[str, canonical.plain_type(canonical.FAST_DEPTH - 1)]

MAX_RECORD_BYTES: Final = 65_535
"""C2SP tlog-tiles writes an entry's length as a uint16."""

FORMAT_VERSION: Final = 1


class EntryError(ValueError):
    """A record or entry that breaks the form: a finding's `code`, the `field`, what was found.

    `found` never holds more than about 80 characters of the data, and no control character.
    """

    def __init__(self, code: str, field: str, expected: str, found: str) -> None:
        super().__init__(f"{field}: expected {expected}, found {found}")
        self.code: Final = code
        self.field: Final = field
        self.expected: Final = expected
        self.found: Final = found
        self.index = 0


class PolicyPin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The policy pack a decision was made under: its id and the `sha256:` hash of its bytes."""

    hash: str
    pack: str


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One event in its envelope; fields in the sorted order of the wire names.

    `effective_on` is when it holds in the world (a date), `recorded_at` when the ledger learned of
    it (UTC, microseconds); `prev` is the leaf hash of the stream's entry before (hex), None for
    version 1; `sealed` maps personal fields to commitments (hex). `data` is read as a dict; for
    writing it may be canonical bytes (`msgspec.Raw`), or a struct whose fields stand sorted.
    """

    type: str = msgspec.field(name="$type")
    actor: str
    cause: str
    data: EntryData
    effective_on: str
    office: str
    policy: PolicyPin | None
    prev: str | None
    recorded_at: str
    sealed: dict[str, str]
    stream: str
    v: int = FORMAT_VERSION
    version: int


_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


def encode_entry(entry: Entry) -> bytes:
    """Write an entry as its record, and read it back before giving it away.

    Raises:
        EntryError: the entry breaks the form, so that it could not be read again.
    """
    try:
        if type(entry.data) is dict:
            canonical.encode(entry.data)
        record = _ENCODER.encode(entry)
    except CanonicalError as error:
        raise EntryError(
            "record_not_canonical", f"data{error.path[1:]}", error.expected, error.found
        ) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise EntryError(
            "record_not_canonical", "record", "canonical JSON", type(error).__name__
        ) from error
    decode_entry(record)
    return record


def encode_draft(
    *,
    type: str,  # noqa: A002  (the wire name of the field)
    actor: str,
    cause: str,
    data: msgspec.Raw,
    effective_on: str,
    office: str,
    policy: PolicyPin | None,
    prev: str | None,
    recorded_at: str,
    sealed: dict[str, str],
    stream: str,
    version: int,
) -> bytes:
    """Write a record around `data` that is canonical already: a few microseconds, still proven.

    Raises:
        EntryError: a part breaks the form, or `data` is not one canonical object.
    """
    record = write_record(
        Entry(
            type=type,
            actor=actor,
            cause=cause,
            data=data,
            effective_on=effective_on,
            office=office,
            policy=policy,
            prev=prev,
            recorded_at=recorded_at,
            sealed=sealed,
            stream=stream,
            version=version,
        )
    )
    decode_entry(record)
    return record


def write_record(entry: Entry) -> bytes:
    """Write an entry without reading it back: whoever keeps it asks `decode_entries` first."""
    return _ENCODER.encode(entry)


def decode_entry(record: bytes) -> Entry:
    """Read a record strictly.

    Raises:
        EntryError: the bytes are not the record of an entry. Nothing else is raised, whatever the
            bytes are.
    """
    entry = read_entry(record)
    return entry if entry is not None and _well_formed(entry) else _decode_slowly(record)


def decode_entries(records: Sequence[bytes]) -> list[Entry]:
    """Read many records strictly, in one go.

    Raises:
        EntryError: as `decode_entry`, of the first record that is none; `index` says which.
    """
    if len(records) == 1:
        return [decode_entry(records[0])]
    entries = read_entries(records)
    if entries is not None and all_well_formed(entries):
        return entries
    entries = []
    for index, record in enumerate(records):
        try:
            entries.append(decode_entry(record))
        except EntryError as error:
            error.index = index
            raise
    return entries


def read_entry(record: bytes) -> Entry | None:
    """Read a record's canonical bytes and types the fast way; its header's forms are unchecked.

    None where this way cannot say yes: then `decode_entry` decides.
    """
    try:
        if (
            type(record) is bytes
            and len(record) <= MAX_RECORD_BYTES
            and canonical.plain_bytes(record)
        ):
            entry = _decoder().decode(record)
            if _ENCODER.encode(entry) == record and (
                record.isascii() or canonical.ascii_keys(entry.data)
            ):
                return entry
    except (msgspec.DecodeError, UnicodeError):
        pass
    return None


def read_entries(records: Sequence[bytes]) -> list[Entry] | None:
    """Read many records as `read_entry` does each; None where it would not say yes to all.

    Joined by newlines they are read and written again in one go. No canonical text holds a bare
    newline: where the same text comes out with as many lines, each line is the one form of its
    record, and no record can have said a part of its neighbour.
    """
    try:
        if any(type(one) is not bytes or len(one) > MAX_RECORD_BYTES for one in records):
            return None
        joined = b"\n".join((*records, b""))
        if not canonical.plain_bytes(joined):
            return None
        entries = _decoder().decode_lines(joined)
        if len(entries) != len(records) or _ENCODER.encode_lines(entries) != joined:
            return None
    except (msgspec.DecodeError, UnicodeError):
        return None
    if not joined.isascii() and not all(
        record.isascii() or canonical.ascii_keys(entry.data)
        for record, entry in zip(records, entries, strict=True)
    ):
        return None
    return entries


@lru_cache(maxsize=1)
def _decoder() -> msgspec.json.Decoder[Entry]:
    return msgspec.json.Decoder(Entry)


def _well_formed(entry: Entry) -> bool:
    return (
        _shared_ok(_shared(entry))
        and (entry.prev is None or is_hash(entry.prev))
        and is_stream(entry.stream)
        and 1 <= entry.version <= canonical.INTEGER_LIMIT
        and (not entry.sealed or is_sealed(entry.sealed))
    )


def all_well_formed(entries: Sequence[Entry]) -> bool:
    """Whether the headers of many entries have their forms; what they share is asked once."""
    versions = [one.version for one in entries] or [1]
    return (
        all(map(_shared_ok, set(map(_shared, entries))))
        and all(map(is_stream, {one.stream for one in entries}))
        and are_hashes([one.prev for one in entries if one.prev is not None])
        and min(versions) >= 1
        and max(versions) <= canonical.INTEGER_LIMIT
        and all(map(is_sealed, [one.sealed for one in entries if one.sealed]))
    )


_shared: Final = attrgetter(
    *("type", "actor", "cause", "office", "effective_on", "recorded_at", "policy", "v")
)
"""What many entries of a batch have in common."""


def _shared_ok(shared: tuple[str, str, str, str, str, str, PolicyPin | None, int]) -> bool:
    """Whether what some entries have in common has its forms."""
    type_name, actor, cause, office, effective_on, recorded_at, policy, form = shared
    return (
        is_type_name(type_name)
        and is_name(actor)
        and is_name(cause)
        and is_name(office)
        and is_date(effective_on)
        and is_time(recorded_at)
        and (policy is None or is_pin(policy.hash, policy.pack))
        and form == FORMAT_VERSION
    )


def _text(predicate: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: type(value) is str and predicate(value)


def _policy_ok(value: object) -> bool:
    if value is None:
        return True
    return (
        type(value) is dict
        and value.keys() == {"hash", "pack"}
        and type(value["hash"]) is str
        and type(value["pack"]) is str
        and is_pin(value["hash"], value["pack"])
    )


_NAME: Final = (_text(is_name), f"1 to {NAME_LIMIT} printable ASCII characters without spaces")
_HASH: Final = "64 lower-case hex digits"

_FIELDS: Final[dict[str, tuple[Callable[[object], bool], str]]] = {
    "$type": (_text(is_type_name), "an event type's name"),
    "actor": _NAME,
    "cause": _NAME,
    "data": (lambda value: type(value) is dict, "an object"),
    "effective_on": (_text(is_date), "a date as YYYY-MM-DD"),
    "office": _NAME,
    "policy": (_policy_ok, 'null or {"hash":"sha256:<64 hex digits>","pack":<id>}'),
    "prev": (lambda value: value is None or _text(is_hash)(value), f"null or {_HASH}"),
    "recorded_at": (_text(is_time), "a time as YYYY-MM-DDTHH:MM:SS.ffffffZ"),
    "sealed": (is_sealed, f"an object of field names and {_HASH}"),
    "stream": (_text(is_stream), f"kind/id of at most {STREAM_LIMIT} characters"),
    "v": (lambda value: type(value) is int and value == FORMAT_VERSION, f"{FORMAT_VERSION}"),
    "version": (
        lambda value: type(value) is int and 1 <= value <= canonical.INTEGER_LIMIT,
        "an integer from 1 to 2^53 - 1",
    ),
}


def _decode_slowly(record: object) -> Entry:
    """State the rules: accept exactly what the form allows, and name what it does not."""
    if type(record) is not bytes:
        raise EntryError("record_not_bytes", "record", "bytes", clip(type(record).__name__))
    if len(record) > MAX_RECORD_BYTES:
        raise EntryError(
            "record_too_long", "record", f"at most {MAX_RECORD_BYTES} bytes", f"{len(record)} bytes"
        )
    _refuse_opaque(record)
    try:
        value = canonical.decode(record)
    except CanonicalError as error:
        field = clip(error.path[2:]) or "record"
        raise EntryError("record_not_canonical", field, error.expected, error.found) from error
    if type(value) is not dict:
        raise EntryError("record_field", "record", "an object", show(value))
    if "$type" not in value:
        raise EntryError("opaque_record", "record", "a plain entry", "an object without $type")
    for field, (accepts, expected) in _FIELDS.items():
        if field not in value:
            raise EntryError("record_missing_field", field, expected, "nothing")
        if not accepts(value[field]):
            raise EntryError("record_field", field, expected, show(value[field]))
    if unknown := sorted(value.keys() - _FIELDS.keys()):
        raise EntryError("record_unknown_field", clip(unknown[0]), "nothing", "a field")
    value["type"] = value.pop("$type")
    if value["policy"] is not None:
        value["policy"] = PolicyPin(**value["policy"])
    return Entry(**value)


_MAGIC: Final = (
    (b"\x28\xb5\x2f\xfd", "bytes compressed with Zstandard"),
    (b"\x1f\x8b", "bytes compressed with gzip"),
    (b"\x78\x01", "bytes compressed with zlib"),
    (b"\x78\x9c", "bytes compressed with zlib"),
    (b"\x78\xda", "bytes compressed with zlib"),
    (b"BZh", "bytes compressed with bzip2"),
    (b"\xfd7zXZ", "bytes compressed with xz"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
)


def _refuse_opaque(record: bytes) -> None:
    """Name what is no JSON text at all: a sealed envelope that no auditor could read."""
    if record.lstrip(b" \t\r\n")[:1] in b'{["' and record.strip():
        return
    found = next((name for magic, name in _MAGIC if record.startswith(magic)), None)
    if found is None:
        found = f"bytes beginning {record[:4].hex()}" if record else "no bytes"
    raise EntryError("opaque_record", "record", "a plain entry", found)
