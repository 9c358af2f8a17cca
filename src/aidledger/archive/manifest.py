"""A segment's manifest: which entries it holds, the root over them, and the hash of each file.

It is canonical JSON (docs/FORMAT.md); the SHA-256 of its bytes stands in the log. A manifest that is
read is hostile: whatever is not exactly as the writer writes it is refused with one error.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Final, Literal

import msgspec

from aidledger.ledger.canonical import CanonicalError, decode, encode, encode_struct
from aidledger.ledger.forms import is_hash
from aidledger.ledger.tree import TILE_WIDTH
from aidledger.replay.sealed import RECORDS
from aidledger.replay.views import ENVELOPE, EventView, event_views

SEGMENT_ENTRIES: Final = TILE_WIDTH * TILE_WIDTH
"""Entries of a segment: two levels of tiles, so that its root is a node of the tree."""

MANIFEST: Final = "manifest.json"
MAX_MANIFEST_BYTES: Final = 4 * 1024 * 1024
MAX_RECORD_BYTES: Final = 2**29
"""Of all records of a segment together: a file of some kilobytes may unpack to more than any memory."""
MAX_FILE_BYTES: Final = 2**31
"""Of all files of a segment: with holes in them they need be nothing on the disk, and are hashed all the same."""
FORMAT: Final = "aidledger/segment/v1"

_name_form = re.compile(r"segment-([0-9]{6,12})").fullmatch
_view_form = re.compile(r"[a-z][a-z0-9_]{0,79}").fullmatch

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class SegmentFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a segment: the hash of its columns' names and types, its rows, SHA-256 and bytes."""

    columns: str
    rows: Count
    sha256: str
    size: Count


class Writer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which programs wrote the files: other versions may give other bytes of the same content."""

    aidledger: str
    duckdb: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a segment holds: `entries` from `first`, the root (hex) of their leaves, its files.

    `files` is by the file's name without ``.parquet``. `origin` names the log. `unread` are positions
    of records that are in no view's file.
    """

    entries: Count
    files: dict[str, SegmentFile]
    first: Count
    format: Literal["aidledger/segment/v1"]
    origin: str
    root: str
    unread: tuple[Count, ...]
    writer: Writer

    @property
    def end(self) -> int:
        """The position after its last entry."""
        return self.first + self.entries

    @property
    def number(self) -> int:
        """The segment's number, from 0."""
        return self.first // self.entries

    @property
    def views(self) -> frozenset[str]:
        """The views that have a file."""
        return frozenset(self.files) - {RECORDS}

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files.values())

    def encode(self) -> bytes:
        """Write it as canonical JSON."""
        return encode_struct(self)


class ManifestError(ValueError):
    """Bytes that are no manifest: the `field`, what was `expected` and `found`."""

    def __init__(self, field: str, expected: str, found: str) -> None:
        super().__init__(f"{field}: expected {expected}, found {found}")
        self.field: Final = field
        self.expected: Final = expected
        self.found: Final = found


def parse_manifest(data: bytes) -> Manifest:
    """Read a manifest strictly.

    Raises:
        ManifestError: the bytes are not what a writer writes; nothing else, whatever they are.

    """
    if len(data) > MAX_MANIFEST_BYTES:
        raise ManifestError("manifest", f"at most {MAX_MANIFEST_BYTES} bytes", "more")
    try:
        manifest = msgspec.convert(decode(data), Manifest)
    except CanonicalError as error:
        raise ManifestError("manifest", error.expected, error.found) from error
    except (msgspec.ValidationError, RecursionError) as error:
        raise ManifestError("manifest", "the fields of a manifest", str(error)[:160]) from error
    for field, expected, right in (
        ("entries", "256 times a power of two, at most 65536", _is_length(manifest.entries)),
        ("first", "a multiple of entries", _is_length(manifest.entries) and not manifest.first % manifest.entries),
        ("root", "64 hexadecimal digits", is_hash(manifest.root)),
        ("files", "records and views by name", RECORDS in manifest.files and all(map(_view_form, manifest.files))),
        ("files", "hashes of 64 hexadecimal digits", all(is_hash(f.sha256) and is_hash(f.columns) for f in manifest.files.values())),
        ("files", f"sizes of at most {MAX_FILE_BYTES} bytes together", manifest.size <= MAX_FILE_BYTES),
        ("unread", "positions of the segment, ascending", _ascending(manifest)),
    ):  # fmt: skip
        if not right:
            raise ManifestError(field, expected, "something else")
    return manifest


def _is_length(entries: int) -> bool:
    return TILE_WIDTH <= entries <= SEGMENT_ENTRIES and not entries & (entries - 1)


def _ascending(manifest: Manifest) -> bool:
    given = manifest.unread
    return list(given) == sorted(set(given)) and all(
        manifest.first <= one < manifest.end for one in given
    )


def segment_name(number: int) -> str:
    """Return the name of a segment's folder."""
    return f"segment-{number:06d}"


def number_of(name: str) -> int | None:
    """Return the number that a folder's name gives; None where it is no segment's."""
    match = _name_form(name)
    return int(match[1]) if match and segment_name(int(match[1])) == name else None


def columns_hash(columns: list[tuple[str, str]]) -> str:
    """Return the SHA-256 (hex) of names and SQL types of columns, in their order."""
    return hashlib.sha256(encode([list(pair) for pair in columns])).hexdigest()


def view_columns(view: EventView) -> list[tuple[str, str]]:
    """Return name and SQL type of each column of a view, as its file has them."""
    return [*ENVELOPE, *((one.name, plain_type(one.sql_type)) for one in view.columns)]


def plain_type(kind: str) -> str:
    """Return an SQL type with the names of its fields as they are, without quotes."""
    return kind.replace('"', "")


def columns_of_files() -> dict[str, list[tuple[str, str]]]:
    """Return the columns of every file that a segment may have, by its name."""
    return {RECORDS: RECORD_COLUMNS} | {
        view.name: view_columns(view) for view in event_views().values()
    }


RECORD_COLUMNS: Final = [("position", "BIGINT"), ("record", "BLOB"), ("leaf_hash", "BLOB")]
"""Of the file of records."""
