#!/usr/bin/env python3
"""Verify a ledger, its tiles or a bundle of proofs, offline, with one file.

    python3 verify_alone.py [OPTIONS] PLACE
      PLACE              a ledger (SQLite file), a folder of tiles, or a folder of proofs
      --checkpoint FILE  a checkpoint that you kept (may be repeated)
      --policy FILE      whose signatures you trust
      --proofs DIR       receipts and proof files that you kept
      --lang zh|en       say it in words; without it one JSON report

Exit status: 0 proven, 1 damaged, 2 usage, 3 cannot run, 4 unproven. Written from docs/FORMAT.md, whose
sections the comments name; it shares no code with aidledger and needs Python alone, and the package
`cryptography` to verify signatures. It reads `data` as canonical JSON, not as its type demands; of the
table of batches only the signatures (not cause, time and root), and no evidence and no vault; who may do
what, and what was decided, it doesn't judge.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sqlite3
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple


def fits(form: str, value: Any) -> bool:
    """Whether a value is text of a form."""
    return isinstance(value, str) and re.fullmatch(form, value, re.ASCII) is not None


BAD = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
HASH, NAME, PIN = (
    partial(fits, f) for f in ("[0-9a-f]{64}", "[!-~]{1,128}", "sha256:[0-9a-f]{64}")
)
STREAM = partial(fits, r"(?=.{1,200}$)[a-z][a-z_]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)+")
FORMS: dict[str, Callable[[Any], bool]] = {  # section 3: the keys of a record and their values
    "$type": partial(fits, "[A-Z][A-Za-z0-9]{1,63}"),
    "actor": NAME,
    "cause": NAME,
    "data": lambda v: type(v) is dict,
    "effective_on": partial(fits, r"\d{4}-\d\d-\d\d"),
    "office": NAME,
    "policy": lambda v: v is None or (len(v) == 2 and PIN(v["hash"]) and NAME(v["pack"])),
    "prev": lambda v: v is None or HASH(v),
    "recorded_at": partial(fits, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"),
    "sealed": lambda v: all(fits("[a-z][a-z0-9_.]*", f) and HASH(c) for f, c in v.items()),
    "stream": STREAM,
    "v": lambda v: type(v) is int and v == 1,
    "version": lambda v: type(v) is int and v >= 1,
}


def need(right: object, expected: str) -> None:
    """Demand something of a record."""
    if not right:
        raise ValueError(f"expected {expected}")


def plain(value: Any, depth: int = 1) -> None:
    """Section 2: check a decoded value: text, integers, nesting."""
    need(type(value) is not float, "no float, NaN or Infinity")
    if isinstance(value, str):
        need(not BAD.search(value), "no control character, no lone surrogate")
        need(unicodedata.is_normalized("NFC", value), "text in NFC")
    elif type(value) is int:
        need(abs(value) <= 2**53 - 1, "integers within 2^53 - 1")
    elif isinstance(value, (list, dict)):
        need(depth <= 16, "at most 16 levels")
        need(isinstance(value, list) or all(map(str.isascii, value)), "ASCII keys")
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            plain(item, depth + 1)


def read_record(record: Any) -> dict[str, Any]:
    """Sections 2 and 3: the bytes of an entry, strictly; raise for all others."""
    need(type(record) is bytes and len(record) <= 65_535, "at most 65535 bytes")
    # what is written otherwise (a key twice, spaces, escapes, another order) is not the same bytes
    found = canonical(record)
    need(found.keys() == FORMS.keys(), "the keys of section 3")
    for key, right in FORMS.items():
        need(right(found[key]), f"the form of {key}")
    datetime.fromisoformat(found["effective_on"] + found["recorded_at"][10:])  # or a ValueError
    datetime.fromisoformat(found["recorded_at"])
    return found


def climb(leaf: Any, at: int, size: int, path: list[Any], up: Callable[..., Any]) -> Any:
    """Section 4: where a path leads from leaf `at` of a tree of `size`; `up` makes a node of two."""
    need(
        0 <= at < size and (path or size == 1) and (size > 1 or not path),
        "a path of the tree's shape",
    )
    if size == 1:
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    if at < half:
        return up(climb(leaf, at, half, path[:-1], up), path[-1], half, size - half)
    return up(path[-1], climb(leaf, at - half, size - half, path[:-1], up), half, size - half)


def hashed(left: bytes, right: bytes, *_: int) -> bytes:
    """Section 4: a node."""
    return sha256(b"\x01", left, right)


def lp(*parts: bytes | int) -> bytes:
    """Parts with their lengths; numbers as in sections 17 and 18."""
    raw = [one if isinstance(one, bytes) else one.to_bytes(8, "big") for one in parts]
    return b"".join(len(one).to_bytes(4, "big") + one for one in raw)


def summed(left: Any, right: Any, low: int, high: int) -> Any:
    """Section 18: a node of a sum tree, each side a hash and a sum."""
    need(left[1] + right[1] < 2**53 and min(left[1], right[1]) >= 0, "sums within 2^53 - 1")
    body = lp(left[0], left[1], low, right[0], right[1], high)
    return sha256(b"aidledger/sum/v1\n", body), left[1] + right[1]


def canonical(data: bytes) -> dict[str, Any]:
    """Section 2: an object in its only encoding."""
    found = json.loads(data.decode())
    plain(found)
    again = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    need(again.encode() == data and isinstance(found, dict), "its only encoding")
    return dict(found)


def pair(left: bytes | None, right: bytes | None) -> bytes | None:
    """Section 4: hash of a node, unknown (None) where a child is."""
    return hashlib.sha256(b"\x01" + left + right).digest() if left and right else None


BATCH = b"\xffaidledger/batch/v1\n"
KINDS = (b"\x01", b"\x04", b"\x06", BATCH)
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, -1, P) % P
SPACE = re.compile(r"[\s+\x00-\x1f]")


class Key(NamedTuple):
    """Section 16.1: a public key with its name and kind."""

    name: str
    kind: bytes
    public: bytes

    def id(self) -> bytes:
        """First bytes of a hash; they tell keys apart."""
        return sha256(self.name.encode(), b"\n", self.kind, self.public)[:4]


def sha256(*parts: bytes) -> bytes:
    """Hash of all parts, one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def number(data: bytes) -> int:
    """Section 16: a decimal."""
    need(re.fullmatch(rb"0|[1-9][0-9]{0,18}", data) and int(data) < 2**63, "a decimal number")
    return int(data)


def unbase64(data: bytes, length: int | None = None) -> bytes:
    """Section 16: base64 in its only form."""
    raw = base64.b64decode(data, validate=True)
    need(raw and base64.b64encode(raw) == data and length in (None, len(raw)), "base64")
    return raw


def named(data: bytes) -> str:
    """Section 16.1: a name."""
    need(0 < len(data) < 256 and not SPACE.search(data.decode()), "a name")
    return data.decode()


def add(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    """Sum of two points of the curve of Ed25519."""
    t = CURVE_D * one[0] * two[0] * one[1] * two[1]
    x = (one[0] * two[1] + two[0] * one[1]) * pow(1 + t, -1, P) % P
    return x, (one[1] * two[1] + one[0] * two[0]) * pow(1 - t, -1, P) % P


def times(count: int, point: tuple[int, int]) -> tuple[int, int]:
    """Multiple of a point."""
    total = (0, 1)
    while count:
        total = add(total, point) if count & 1 else total
        point, count = add(point, point), count >> 1
    return total


@cache
def usable(key: Key) -> bool:
    """Section 16.1: whether only its owner can sign under a key."""
    if key.kind == b"\x06":
        return len(key.public) == 1312 and any(key.public[32:])
    y = int.from_bytes(key.public, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if len(key.public) != 32 or y >= P:
        return False
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or (x == 0 and sign):
        return False
    point = (P - x if x & 1 != sign else x, y)
    return times(8, point) != (0, 1) and times(ORDER, point) == (0, 1)


def signed(key: Key, signature: bytes, message: bytes) -> bool:
    """Section 16.1: whether a key made a signature over a message."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  # only where it is needed
    from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa  # noqa: PLC0415

    kind: Any = mldsa.MLDSA44PublicKey if key.kind == b"\x06" else ed25519.Ed25519PublicKey
    try:
        kind.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return usable(key)


def vkey(data: bytes) -> Key:
    """Section 16.1: the text of a key."""
    name, given, material = data.split(b"+", 2)
    raw = unbase64(material)
    kind = next((kind for kind in KINDS if raw.startswith(kind)), b"")
    key = Key(named(name), kind, raw[len(kind) :])
    need(kind and given == key.id().hex().encode() and usable(key), "a key")
    return key


class Note:
    """Sections 16.2 and 16.3: a checkpoint and its signature lines; what it says is not yet believed."""

    def __init__(self, name: str, data: bytes) -> None:
        need(len(data) <= 1_000_000 and b"\n\n" in data, "a note")
        self.name = name
        text, _, lines = data.rpartition(b"\n\n")
        self.text = text + b"\n"
        need(not re.search(r"[\x00-\x09\x0b-\x1f]", data.decode()), "no control characters")
        origin, count, root, *more = text.split(b"\n")
        need(b"" not in (origin, count, root, *more) and lines.endswith(b"\n"), "whole lines")
        self.origin, self.size, self.root = origin.decode(), number(count), unbase64(root, 32)
        self.lines: list[tuple[str, bytes]] = []
        for line in lines[:-1].split(b"\n"):
            dash, by, value = line.split(b" ")
            raw = unbase64(value)
            need(dash == "\u2014".encode() and len(raw) > 4, "a signature line")
            self.lines.append((named(by), raw))
        need(len(self.lines) <= 100, "at most 100 signatures")
        need(self.size or self.root == sha256(), "the root of the empty tree at size 0")

    def signers(self, keys: Iterable[Key]) -> list[Key]:
        """Section 16.2: the known keys that signed; a bad line of one refuses the note."""
        found = []
        known = list(dict.fromkeys(keys))
        for by, raw in self.lines:
            mine = [key for key in known if (key.name, key.id()) == (by, raw[:4])]
            need(len(mine) < 2, "one key of a name and id")
            for key in mine:
                need(self._right(key, raw[4:]), f"a valid signature of {by}")
                found.append(key)
        return found

    def _right(self, key: Key, raw: bytes) -> bool:
        """Section 16.4: one signature, in the form of its kind."""
        time, u64 = int.from_bytes(raw[:8], "big"), partial(int.to_bytes, length=8, byteorder="big")
        if key.kind == b"\x01":
            return signed(key, raw, self.text)
        if time >= 2**63 or len(self.origin.encode()) > 255:
            return False
        if key.kind == b"\x04":
            return signed(key, raw[8:], b"cosignature/v1\ntime %d\n" % time + self.text)
        names = [bytes([len(n.encode())]) + n.encode() for n in (key.name, self.origin)]
        tree = u64(0) + u64(self.size) + self.root
        return signed(key, raw[8:], b"subtree/v1\n\0" + names[0] + u64(time) + names[1] + tree)


class Policy:
    """Section 16.5: whose cosignatures make a checkpoint accepted."""

    def __init__(self, data: bytes) -> None:
        self.logs: list[Key] = []
        self.witnesses: dict[bytes, Key] = {}
        self.groups: dict[bytes, tuple[int, list[bytes]]] = {}
        quorums: list[bytes] = []
        members: set[bytes] = set()
        need(len(data) <= 1_000_000 and data.endswith(b"\n"), "whole lines")
        need(not re.search(rb"[^\t\n -~\x80-\xff]", data), "no control characters")
        for line in data.split(b"\n"):
            word, *rest = re.split(rb"[ \t]+", line.strip(b" \t"))
            if not word or word.startswith(b"#"):
                continue
            if word == b"log" and len(rest) in (1, 2):
                self.logs.append(self._new(rest[0], (b"\x01", b"\x06")))
            elif word == b"witness" and len(rest) in (2, 3):
                self._named(rest[0])
                self.witnesses[rest[0]] = self._new(rest[1], (b"\x04", b"\x06"))
            elif word == b"group" and len(rest) > 2:
                name, least, *mine = rest
                count = {b"all": len(mine), b"any": 1}.get(least) or number(least)
                known = {*self.witnesses, *self.groups}
                fresh = len(set(mine)) == len(mine) and not members & set(mine)
                need(1 <= count <= len(mine) and set(mine) <= known and fresh, "a group")
                members.update(mine)
                self._named(name)
                self.groups[name] = (count, mine)
            else:
                need(word == b"quorum" and len(rest) == 1, "a line of a policy")
                known = {b"none", *self.witnesses, *self.groups}
                need(rest[0] in known and not quorums, "one known quorum")
                quorums.append(rest[0])
        need(quorums, "a quorum")
        self.quorum = quorums[0]

    def _named(self, name: bytes) -> None:
        need(name not in {b"none", *self.witnesses, *self.groups}, "a name that is new")

    def _new(self, text: bytes, kinds: tuple[bytes, ...]) -> Key:
        key = vkey(text)
        others = {one.public for one in (*self.logs, *self.witnesses.values())}
        need(key.kind in kinds and key.public not in others, "a key of its own")
        return key

    def accept(self, note: Note) -> list[str]:
        """Names of the witnesses that cosigned an accepted note; a ValueError for any other."""
        mine = [key for key in self.logs if key.name == note.origin]
        signers = note.signers([*mine, *self.witnesses.values()])
        need(any(key in mine for key in signers), "a signature of the log")
        met = {name for name, key in self.witnesses.items() if key in signers}
        cosigned = sorted(name.decode(errors="replace") for name in met)
        for name, (least, members) in self.groups.items():
            met |= {name} if sum(member in met for member in members) >= least else set()
        need(self.quorum == b"none" or self.quorum in met, "a quorum of witnesses")
        return cosigned if self.quorum != b"none" else []


class Tree:
    """Section 4: the tree, grown leaf by leaf; a leaf is None where its row is damaged."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[tuple[int, bytes | None]] = []
        self.nodes: dict[tuple[int, int], bytes | None] = {}

    def add(self, leaf: bytes | None) -> None:
        """Append a leaf; keep each node that it completes at a height of 8, 16, ..."""
        self.size += 1
        height, hashed = 0, leaf
        while self.peaks and self.peaks[-1][0] == height:
            height, hashed = height + 1, pair(self.peaks.pop()[1], hashed)
            if height % 8 == 0:
                self.nodes[height // 8, (self.size >> height) - 1] = hashed
        self.peaks.append((height, hashed))

    def root(self) -> bytes | None:
        """Root so far, None where a leaf is unknown."""
        root = self.peaks[-1][1] if self.peaks else hashlib.sha256().digest()
        for _, hashed in reversed(self.peaks[:-1]):
            root = pair(hashed, root)
        return root


class Ledger:
    """Section 7: the tables of a SQLite file."""

    def __init__(self, path: Path) -> None:
        self.ask = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        self.ask.text_factory = lambda text: text.decode("utf-8", "backslashreplace")
        self.head = self.ask.execute("SELECT * FROM head").fetchone() or (-1, b"", b"", None, "")
        self.origin = str(self.head[4])

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Entries in position order."""
        yield from self.ask.execute("SELECT * FROM entries ORDER BY position")

    def nodes(self) -> Iterator[tuple[Any, ...]]:
        """Nodes of the tree as level, index, hash."""
        yield from self.ask.execute("SELECT * FROM nodes")

    def batches(self) -> list[tuple[Any, ...]]:
        """Position, count, signature and key of every batch, and how long its request's digest is."""
        columns = "position, count, signature, key_id, length(request_digest)"
        return self.ask.execute(f"SELECT {columns} FROM batches ORDER BY position").fetchall()

    def notes(self) -> Iterator[tuple[Any, ...]]:
        """Kept checkpoints as size, root, note."""
        yield from self.ask.execute("SELECT size, root, note FROM checkpoints ORDER BY size, note")


class Tiles:
    """Section 16.7: a folder of tiles and bundles, as large as its checkpoint says."""

    head = None

    def __init__(self, path: Path) -> None:
        self.path = path
        self.note = Note("checkpoint", (path / "checkpoint").read_bytes())
        self.origin, self.size = self.note.origin, self.note.size

    def _files(self, level: int | str, count: int) -> Iterator[tuple[int, bytes | None]]:
        for index in range((count + 255) // 256):
            width = min(256, count - index * 256)
            digits = f"{index:0{(len(str(index)) + 2) // 3 * 3}}"
            groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
            name = "/".join([*(f"x{one}" for one in groups[:-1]), groups[-1]])
            file = self.path / f"tile/{level}/{name}{'' if width == 256 else f'.p/{width}'}"
            yield width, file.read_bytes() if file.is_file() else None

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Entries of the bundles, with the leaf hashes of the tiles beside them."""
        at = 0
        tiles = self._files(0, self.size)
        for width, data in self._files("entries", self.size):
            hashes, records = next(tiles)[1] or b"", data or b""
            for offset in range(width):
                length = int.from_bytes(records[:2], "big")
                if len(records) < 2 + length or (offset == width - 1 and len(records) > 2 + length):
                    break
                record, records = records[2 : 2 + length], records[2 + length :]
                try:
                    said = read_record(record)
                except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
                    said = {}
                columns = (said.get(k) for k in ("stream", "version", "$type", "recorded_at"))
                yield (at + offset, *columns, record, hashes[offset * 32 : offset * 32 + 32])
            at += width

    def nodes(self) -> Iterator[tuple[Any, ...]]:
        """Hashes of the tiles above the leaves."""
        level, count = 1, self.size >> 8
        while count:
            tiles = enumerate(self._files(level, count))
            for index, (width, data) in tiles:
                for n in range(width):
                    yield level, index * 256 + n, (data or b"")[n * 32 : n * 32 + 32]
            level, count = level + 1, count >> 8

    def batches(self) -> list[tuple[Any, ...]]:
        """Tiles have no signatures of batches."""
        return []

    def notes(self) -> Iterator[tuple[Any, ...]]:
        """Nor other checkpoints than theirs, which comes from outside."""
        yield from ()


class Verifier:
    """Goes through one ledger and collects findings."""

    def __init__(self, source: Ledger | Tiles, wanted: set[int]) -> None:
        self.source, self.wanted = source, wanted
        self.findings: list[dict[str, Any]] = []
        self.tree = Tree()
        self.streams: dict[str, tuple[int, set[Any]]] = {}
        self.last: tuple[int, str] = (-1, "")
        self.doubt: tuple[int, str] | None = None
        self.rows = 0
        self.origin = source.origin
        self.leaves: dict[int, tuple[bytes, str]] = {}
        self.roots: dict[int, bytes | None] = {0: sha256()}
        self.log_key: Key | None = None
        self.keys: dict[str, list[Any]] = {}
        self.first_key = 2**63
        self.restored: list[tuple[int, dict[str, Any]]] = []
        self.auditors: set[bytes] = set()

    def find(self, code: str, at: int | None, field: str, expected: Any, found: Any) -> None:
        """Keep a finding."""
        said = [v.hex() if isinstance(v, bytes) else str(v)[:80] for v in (expected, found)]
        place = {"code": code, "position": None if at is None or at < 0 else at, "field": field}
        self.findings.append({**place, "expected": said[0], "found": said[1]})

    def entries(self) -> None:
        """Sections 3 to 6: every row in position order."""
        expected = 0
        for row in self.source.rows():
            self.rows += 1
            if row[0] != expected:
                code = "position_missing" if row[0] > expected else "position_repeated"
                self.find(code, min(row[0], expected), "position", expected, row[0])
                for _ in range(min(row[0] - expected, 2**16)):
                    self.tree.add(None)  # of rows that are not there nothing is known
            self.entry(row)
            expected = max(expected, row[0] + 1)
        if self.doubt:
            self.find("recorded_at_back", self.doubt[0], "recorded_at", self.last[1], self.doubt[1])

    def entry(self, row: tuple[Any, ...]) -> None:
        """Read one row: its record, its columns, its place in stream, time and tree."""
        at, stream, version, _, recorded_at, record, stored = row
        leaf = hashlib.sha256(b"\x00" + record).digest() if type(record) is bytes else None
        if leaf != stored:
            self.find("leaf_hash_differs", at, "leaf_hash", leaf, stored)
        entry: dict[str, Any] = {}
        try:
            entry = read_record(record)
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            self.find("record_form", at, "record", "the record of an entry", error)
        names = ("stream", "version", "$type", "recorded_at")
        for name, value in zip(names, row[1:5], strict=True):
            said = entry.get(name, value)
            if type(said) is not type(value) or said != value:
                self.find("column_differs", at, name.lstrip("$"), said, value)
        # where the hashes agree the record is what was written, otherwise the columns say more
        if entry and leaf == stored:
            stream, version, recorded_at = entry["stream"], entry["version"], entry["recorded_at"]
        if STREAM(stream) and type(version) is int:
            self.chain(at, stream, version, entry.get("prev", ...), {leaf, stored})
        if isinstance(recorded_at, str):
            self.time(at, recorded_at)
        if entry.get("$type") == "LedgerRestored":
            self.roots[at] = self.tree.root() if at == self.tree.size else None
        if at == self.tree.size:
            self.tree.add(leaf if leaf == stored else None)
            if self.tree.size in self.wanted:
                self.roots[self.tree.size] = self.tree.root()
        if leaf and type(at) is int:
            self.leaves[at] = (leaf, entry.get("actor", ""))
        if entry and entry["stream"].startswith("registry/"):
            try:
                self.declare(at, entry["$type"], entry["data"])
            except (LookupError, TypeError, ValueError):
                self.find("data_form", at, "data", "the form of its type", entry["$type"])

    def declare(self, at: int, kind: str, data: dict[str, Any]) -> None:
        """Sections 14 and 16.9: what the registry says of the log, and of actors' keys."""
        if kind in ("LedgerOpened", "GenesisDeclared") and data.get("origin") != self.origin:
            self.find("origin_differs", at, "head.origin", data.get("origin"), self.origin)
        if kind == "GenesisDeclared" and self.log_key is None and data.get("log_key"):
            raw = bytes.fromhex(data["log_key"])
            self.log_key = Key(self.origin, b"\x01" if len(raw) == 32 else b"\x06", raw)
        self.auditors.update(bytes.fromhex(one["key"]) for one in data.get("witnesses", ()))
        if kind == "LedgerRestored":
            self.restored.append((at, data))
        if kind == "KeyRegistered":
            self.first_key = min(self.first_key, at)
            raw = bytes.fromhex(data["public_key"])
            self.keys.setdefault(data["key"], [at, 2**63, data["owner"], raw])
        if kind == "KeyRevoked" and data.get("key") in self.keys:
            mine = self.keys[data["key"]]
            mine[1] = min(mine[1], data["from_position"])

    def chain(self, at: int, stream: str, version: int, prev: Any, hashes: set[Any]) -> None:
        """Section 5: versions dense from 1, each entry naming the leaf hash of the one before."""
        before, right = self.streams.get(stream, (0, {None}))
        if version != before + 1:
            self.find("version_differs", at, "version", before + 1, version)
        elif prev is not ... and prev not in right:
            self.find("prev_differs", at, "prev", right, prev)
        if version > before:
            self.streams[stream] = (version, {h.hex() for h in hashes if type(h) is bytes})

    def time(self, at: int, recorded_at: str) -> None:
        """Section 6: never back; the next entry says which of two is out of place."""
        if self.doubt:
            early, self.doubt = self.doubt, None
            if recorded_at < self.last[1]:
                early, self.last = self.last, early
            self.find("recorded_at_back", early[0], "recorded_at", self.last[1], early[1])
        if recorded_at < self.last[1]:
            self.doubt = (at, recorded_at)
        else:
            self.last = (at, recorded_at)

    def stored_tree(self) -> None:
        """Sections 4 and 7: the nodes and the head are those of the entries."""
        stored = {(level, idx): node for level, idx, node in self.source.nodes()}
        for level, idx in sorted({*stored, *self.tree.nodes}):
            own = self.tree.nodes.get((level, idx), "none")
            found = stored.get((level, idx), "none")
            if own not in (None, found):
                self.find("node_differs", 256**level * idx, f"nodes {level}/{idx}", own, found)
        if self.source.head is None:
            return
        size, root, frontier, recorded_at, _ = self.source.head
        if size not in (self.tree.size, self.rows):
            self.find("head_size", min(size, self.tree.size), "size", self.tree.size, size)
            return
        own = self.tree.root()
        if own not in (None, root):
            self.find("head_root", None, "root", own, root)
        edge = b"".join(hashed or b"" for _, hashed in self.tree.peaks)
        if own and frontier != edge:
            same = [edge[n : n + 32] == frontier[n : n + 32] for n in range(0, len(edge), 32)]
            first = same.index(False) if len(edge) == len(frontier) else len(same)
            at = sum(1 << height for height, _ in self.tree.peaks[:first])
            self.find("head_frontier", at if at < size else None, "frontier", edge, frontier)
        if recorded_at != (self.last[1] or None):
            place = size - 1 if recorded_at else None
            self.find("head_recorded_at", place, "recorded_at", self.last[1], recorded_at)

    def signatures(self) -> None:
        """Section 16.9 and rung 10 of section 14: who signed the batches."""
        keys: dict[Any, tuple[Any, ...]] = {}
        for name, mine in self.keys.items():
            for called in (mine[2], name):
                key = Key(called, BATCH, mine[3])
                keys.setdefault(f"{called}+{key.id().hex()}", (key, *mine))
            keys.setdefault(name, (Key(mine[2], BATCH, mine[3]), *mine))
        for at, count, signature, key_id, request in self.source.batches():
            if type(at) is not int or type(count) is not int or at not in self.leaves:
                continue
            if signature is None and key_id is None:
                if (at if request else at + count - 1) > self.first_key:
                    place = max(at, self.first_key + 1)
                    self.find("signature_missing", place, "batches.signature", "one", "none")
            elif type(signature) is not bytes or len(signature) not in (64, 104):
                self.find("signature_form", at, "batches.signature", "64 or 104 bytes", signature)
            elif key_id not in keys or not usable(keys[key_id][0]):
                self.find("signature_key", at, "batches.key_id", "a registered key", key_id)
            else:
                self.signature(at, count, signature, keys[key_id])

    def signature(self, at: int, count: int, raw: bytes, named_key: tuple[Any, ...]) -> None:
        """Verify one signature by a key that is known."""
        key, given, ended, *owner = named_key
        if not given < at <= at + count - 1 < ended:
            self.find("signature_window", at, "batches.key_id", f"{given + 1} to {ended}", at)
            return
        mine = [(n, *self.leaves[n]) for n in range(at, at + count) if n in self.leaves]
        for n, _, actor in mine:
            if actor != owner[0]:
                self.find("signature_owner", n, "actor", owner[0], actor)
                break
        tree, seen = Tree(), dict[str, Any]()
        for _, leaf, _ in mine:
            tree.add(leaf)
        if len(raw) == 104:
            seen = {"root": raw[72:].hex(), "size": int.from_bytes(raw[64:72], "big")}
        said: dict[str, Any] = {"count": len(mine), "origin": self.origin}
        said |= {"root": (tree.root() or b"").hex(), "seen": seen or None}
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        kind = b"application/vnd.aidledger.batch+json;v=1"
        if not signed(key, raw[:64], b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)):
            self.find("signature_invalid", at, "batches.signature", "the key's own", raw[:64])
        elif seen:
            known = self.roots.get(seen["size"])
            if seen["size"] > at or (known and known.hex() != seen["root"]):
                self.find("signature_seen", at, "batches.signature", known, seen["root"])

    def restorations(self, policy: Policy | None) -> None:
        """Section 19.3: each restoration stands where an auditor, known if any is, allowed it."""
        trusted = {
            *self.auditors,
            *((k.public for k in policy.witnesses.values()) if policy else ()),
        }
        for at, said in self.restored:
            by, lost, kept = said["auditor"], said["lost_size"], said["kept_size"]
            old, now = bytes.fromhex(said["lost_root"]), bytes.fromhex(said["kept_root"])
            body = lp(self.origin.encode(), lost, old, kept, now)
            first = base64.b64encode(sha256(b"aidledger/restored/v1\n", body)).decode()
            text = f"{self.origin}/restored\n{kept}\n{first}\n"
            for word, size, root in (("lost", lost, old), ("kept", kept, now)):
                text += f"{word} {size} {base64.b64encode(root).decode()}\n"
            line = f"\n\u2014 {by['name']} {said['cosignature']}\n"
            kind = KINDS[1 if by["algorithm"] == "ed25519" else 2]
            key = Key(by["name"], kind, bytes.fromhex(by["key"]))
            try:
                need(Note("", (text + line).encode()).signers([key]), "a cosignature")
                need(kept <= lost and (kept, now) != (lost, old), "two heads, one of them lost")
                need(kept == at and self.roots[at] in (now, None), "the kept head")
                need(not trusted or key.public in trusted, "a key of an auditor")
            except ValueError as error:
                self.find("restoration_unproven", at, "data.cosignature", error, "another")

    def checkpoints(self, notes: list[Note], policy: Policy | None) -> list[Note]:
        """Rung 8 of section 14: every note against the entries; return those that count."""
        mine = [self.log_key] if self.log_key else []
        mine += [key for key in (policy.logs if policy else []) if key.name == self.origin]
        others = list(policy.witnesses.values()) if policy else []
        counted = []
        for number_of, (size, root, data) in enumerate(self.source.notes()):
            name = f"checkpoints row {number_of}"
            try:
                note = Note(name, data)
                need(note.origin == self.origin, f"the origin {self.origin}")
            except (TypeError, ValueError) as error:
                self.find("checkpoint_form", None, name, "a checkpoint", error)
                continue
            if (note.size, note.root) != (size, root):
                self.find("checkpoint_form", None, name, note.size, size)
            try:
                need(not mine or set(note.signers([*mine, *others])) & set(mine), "the log's line")
                counted.append(note)
            except ValueError as error:
                self.find("checkpoint_unsigned", None, name, "the log's signature", error)
        for note in notes:
            try:
                need(note.origin == self.origin, "this log")
                need(not mine or set(note.signers([*mine, *others])) & set(mine), "the log's line")
                counted.append(note)
            except ValueError:
                continue  # a file that proves nothing says nothing of the ledger
        good, first = 0, dict[int, bytes]()
        total = max(self.leaves, default=-1) + 1
        for note in sorted(counted, key=lambda one: one.size):
            if first.setdefault(note.size, note.root) != note.root:
                self.find("checkpoint_two_roots", None, note.name, first[note.size], note.root)
            known = self.roots.get(note.size)
            if note.size > total:
                self.find("checkpoint_ahead", total, note.name, note.size, total)
            elif known and known != note.root:
                self.find("checkpoint_root", good, note.name, known, note.root)
            elif known:
                good = note.size
        return counted


class Proofs:
    """Sections 16.6, 16.11, 17 and 18: files that somebody kept, by what they are."""

    def __init__(self, folder: Path | None) -> None:
        self.notes: list[Note] = []
        self.inclusions: list[tuple[str, int, list[bytes], Note]] = []
        self.receipts: list[tuple[str, dict[str, Any]]] = []
        self.others: list[tuple[str, dict[str, Any]]] = []
        self.records: list[tuple[str, bytes]] = []
        self.useless: list[str] = []
        for path in sorted(folder.iterdir()) if folder else []:
            if not path.is_file() or path.name == "policy":
                continue
            try:
                self.take(path.name, path.read_bytes())
            except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
                self.useless.append(f"{path.name}: {error}")

    def take(self, name: str, data: bytes) -> None:
        """Read one file; raise for what is none of them."""
        if data.startswith(b"c2sp.org/tlog-proof@v1\n"):
            head, _, note = data.partition(b"\n\n")
            lines = head.split(b"\n")[1:]
            if lines[0].startswith(b"extra "):
                unbase64(lines.pop(0)[6:])
            need(lines[0].startswith(b"index ") and len(lines) <= 64, "an index")
            path = [unbase64(line, 32) for line in lines[1:]]
            self.notes.append(Note(name, note))
            self.inclusions.append((name, number(lines[0][6:]), path, self.notes[-1]))
        elif data.startswith(b'{"$type":"Receipt"'):
            need(data.endswith(b"\n"), "a newline at the end")
            found = canonical(data[:-1])
            hashes = [bytes.fromhex(one) for one in found["leaf_hashes"]]
            need(len(hashes) == found["count"] > 0 and found["v"] == 1, "a receipt")
            self.receipts.append((name, {**found, "leaf_hashes": hashes}))
        elif data.startswith(b'{"$proof":"aidledger/'):
            self.others.append((name, canonical(data)))
        elif data.startswith(b'{"$type"'):
            read_record(data)
            self.records.append((name, data))
        else:
            self.notes.append(Note(name, data))

    def sizes(self) -> set[int]:
        """At which sizes roots are needed."""
        return {found["size"] for _, found in self.receipts}

    def against(self, verifier: Verifier, counted: list[Note]) -> None:
        """Rung 12 of section 14: sound files that do not fit the entries."""
        find, leaves = verifier.find, verifier.leaves
        total = max(leaves, default=-1) + 1
        for name, found in self.receipts:
            root, size, at = bytes.fromhex(found["root"]), found["size"], found["position"]
            known = verifier.roots.get(size)
            if size > total or (known and known != root) or found["origin"] != verifier.origin:
                find("receipt_missing", min(total, at), name, f"{size}: {root.hex()}", known)
            for offset, leaf in enumerate(found["leaf_hashes"]):
                if leaves.get(at + offset, (b"",))[0] != leaf:
                    find("receipt_missing", at + offset, name, leaf, leaves.get(at + offset))
        for name, at, path, note in self.inclusions:
            if note not in counted:
                self.useless.append(f"{name}: its checkpoint counts for nothing")
                continue
            try:
                leaf = leaves.get(at, (b"",))[0]
                need(climb(leaf, at, note.size, path, hashed) == note.root, "the note's root")
            except ValueError as error:
                if verifier.roots.get(note.size) == note.root:
                    self.useless.append(f"{name}: {error}")
                else:
                    find("proof_differs", at, name, note.root, leaf)
        rows = verifier.source.rows() if self.others else ()
        records = {at: row[5] for row in rows if (at := row[0]) in leaves}
        for name, found in self.others:
            check = self.case if found["$proof"].endswith("case-proof/v1") else self.payment
            try:
                check(found, records)
            except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
                find(
                    "proof_differs",
                    found.get("position", found.get("sealed_at")),
                    name,
                    "what was sealed",
                    error,
                )

    def case(self, found: dict[str, Any], records: dict[int, bytes]) -> None:
        """Section 17: what an index says of a key, and that the entries are those."""
        seal, key = read_record(records[found["sealed_at"]]), found["key"]
        need(seal["$type"] == "IndexSealed" and seal["data"]["kind"] == found["kind"], "a seal")
        total, root, rows = seal["data"]["rows"], bytes.fromhex(seal["data"]["root"]), found["rows"]
        for row in rows:
            own = (
                row["key"].encode(),
                row["count"],
                row["last_position"],
                unbase64(row["root"].encode(), 32),
            )
            leaf = sha256(b"\x00aidledger/index/v1\n", lp(*own))
            path = [unbase64(one.encode(), 32) for one in row["path"]]
            need(climb(leaf, row["index"], total, path, hashed) == root, "a row of the index")
        keys, at = [row["key"] for row in rows], [row["index"] for row in rows]
        absent = (
            (total == 0 and not rows and root == sha256())
            or (
                len(rows) == 1
                and ((at[0] == 0 and key < keys[0]) or (at[0] == total - 1 and keys[0] < key))
            )
            or (len(rows) == 2 and at[1] == at[0] + 1 and keys[0] < key < keys[1])
        )
        need(absent or keys == [key], "the key's row or its neighbours")
        if found["kind"] != "cases":
            return
        tree, size = Tree(), seal["data"]["size"]
        for position in sorted(records):
            record = records[position]
            if (
                position < size
                and json.dumps(key).encode() in record
                and read_record(record)["stream"] == key
            ):
                tree.add(sha256(b"\x00", record))
        count, known = (
            (0, sha256()) if absent else (rows[0]["count"], unbase64(rows[0]["root"].encode()))
        )
        need(tree.size == count and tree.root() == known, f"{count} entries of {key}")

    def payment(self, found: dict[str, Any], records: dict[int, bytes]) -> None:
        """Section 18: a payment as a line of a statement."""
        paid, stated = records[found["position"]], read_record(records[found["sealed_at"]])
        right = ("PaymentMonthClosed", "PaymentMonthSupplemented")
        need(
            read_record(paid)["$type"] == "PaymentIssued" and stated["$type"] in right,
            "a statement",
        )
        before = {"counted": "", "withdrawn": "withdrawn_"}[found["list"]]
        names = ("root", "fen" if before else "total_fen", "count")
        root, total, count = (stated["data"][before + name] for name in names)
        body = lp(found["position"], sha256(b"\x00", paid), found["amount_fen"])
        line = (sha256(b"aidledger/sum/v1\n", body), found["amount_fen"])
        path = [(unbase64(one.encode(), 32), fen) for one, fen in found["path"]]
        end = climb(line, found["index"], count, path, summed)
        need(end == (bytes.fromhex(root), total), "the statement's root and total")

    def alone(self, policy: Policy | None) -> tuple[int, int]:
        """Count a folder without a ledger: its records and receipts, and how many are proven."""
        wanted: list[tuple[str, bytes, int | None, dict[str, Any]]] = [
            (name, sha256(b"\x00", record), None, {}) for name, record in self.records
        ]
        for name, found in self.receipts:
            for offset, leaf in enumerate(found["leaf_hashes"]):
                wanted.append((name, leaf, found["position"] + offset, found))
        proven = 0
        for name, leaf, place, found in wanted:
            for _, at, path, note in self.inclusions:
                try:
                    need(place in (None, at), "a proof of this entry")
                    need(_accepted(note, policy) is not None, "an accepted checkpoint")
                    need(found.get("origin", note.origin) == note.origin, "a log of its origin")
                    other = note.size == found.get("size") and note.root.hex() != found["root"]
                    need(not other, "its own root at its size")
                    need(climb(leaf, at, note.size, path, hashed) == note.root, "its root")
                except ValueError:
                    continue
                proven += 1
                break
            else:
                self.useless.append(f"{name}: no proof under an accepted checkpoint")
        return len(wanted), proven


WORDS = {
    "proven": ("已证明", "proven"),
    "damaged": ("已损坏", "damaged"),
    "unproven": (
        "自身一致，但未证明：运营方可改写历史",
        "consistent, but unproven: the operator can rewrite history",
    ),
    "entries": ("条记录", "entries"),
    "proven_size": ("已证明的条数", "entries proven"),
    "unproven_tail": ("未证明的末尾", "unproven tail"),
    "cosigners": ("见证方", "witnesses"),
    "nobody": (
        "无：未见证，运营方可改写历史",
        "nobody: unwitnessed, the operator can rewrite history",
    ),
    "useless": ("不能证明什么", "proves nothing"),
    "position": ("位置", "position"),
    "expected": ("应为", "expected"),
    "found": ("实为", "found"),
}


def told(report: dict[str, Any], lang: str) -> str:
    """Write the report in words."""
    say = {key: pair_of[lang == "en"] for key, pair_of in WORDS.items()}
    lines = [f"{report['entries']} {say['entries']}  {report['root']}"]
    for one in report["findings"]:
        place = "" if one["position"] is None else f"{say['position']} {one['position']}: "
        said = f"{say['expected']} {one['expected']}, {say['found']} {one['found']}"
        lines.append(f"- {place}{one['code']} ({one['field']}): {said}")
    lines += [f"- {say['useless']}: {one}" for one in report.get("useless", [])]
    if report["verdict"] == "proven":
        who = ", ".join(report["cosigners"]) or say["nobody"]
        lines += [f"{say['proven_size']}: {report['proven_size']}; {say['cosigners']}: {who}"]
        lines += [f"{say['unproven_tail']}: {report['unproven_tail']}"]
    return "\n".join([*lines, say[report["verdict"]]])


def bundle(proofs: Proofs, policy: Policy | None) -> dict[str, Any]:
    """Report of a folder of proofs: proven if everything in it is."""
    wanted, proven = proofs.alone(policy)
    cosigners = sorted({one for note in proofs.notes for one in _accepted(note, policy) or []})
    whole = wanted > 0 and proven == wanted and not proofs.useless
    report: dict[str, Any] = {"entries": wanted, "root": "", "proven_size": proven}
    report |= {"unproven_tail": wanted - proven, "cosigners": cosigners, "findings": []}
    return report | {"useless": proofs.useless, "verdict": "proven" if whole else "unproven"}


def ledger(
    source: Ledger | Tiles, notes: list[Note], policy: Policy | None, proofs: Proofs
) -> dict[str, Any]:
    """Report of a ledger or a folder of tiles."""
    outside = [*notes, *proofs.notes, *([source.note] if isinstance(source, Tiles) else [])]
    wanted = {note.size for note in outside} | proofs.sizes()
    wanted |= {size for size, _, _ in source.notes() if type(size) is int}
    for _, _, raw, *_ in source.batches():
        if type(raw) is bytes and len(raw) == 104:
            wanted.add(int.from_bytes(raw[64:72], "big"))
    verifier = Verifier(source, wanted)
    best: tuple[int, list[str]] | None = None
    try:
        verifier.entries()
        verifier.stored_tree()
        verifier.signatures()
        verifier.restorations(policy)
        counted = verifier.checkpoints(outside, policy)
        proofs.against(verifier, counted)
        for note in counted:
            if note in outside and verifier.roots.get(note.size) == note.root:
                found = _accepted(note, policy)
                if found is not None and (note.size or not verifier.rows):
                    best = max(best or (0, []), (note.size, found))
    except (TypeError, ValueError, AttributeError, LookupError) as error:
        # as where tables were made anew by hand
        verifier.find("column_type", None, "row", "the columns of section 7", error)
    root, found_all = verifier.tree.root(), verifier.findings
    size = None if best is None else best[0]
    report: dict[str, Any] = {"entries": verifier.rows, "root": root.hex() if root else ""}
    report |= {"proven_size": size, "unproven_tail": verifier.rows - (size or 0)}
    report |= {"cosigners": best[1] if best else [], "findings": found_all}
    verdict = "damaged" if found_all else "unproven" if best is None else "proven"
    return report | {"useless": proofs.useless, "verdict": verdict}


def _accepted(note: Note, policy: Policy | None) -> list[str] | None:
    try:
        return policy.accept(note) if policy else None
    except ValueError:
        return None


def main(arguments: list[str]) -> int:
    """Print the report; return the exit status."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("place", type=Path)
    parser.add_argument("--checkpoint", type=Path, action="append", default=[])
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--proofs", type=Path)
    parser.add_argument("--lang", choices=("zh", "en"))
    given = parser.parse_args(arguments)
    try:
        policy = Policy(given.policy.read_bytes()) if given.policy else None
        notes = [Note(path.name, path.read_bytes()) for path in given.checkpoint]
        proofs = Proofs(given.proofs)
    except (OSError, ValueError, LookupError) as error:
        print(f"verify_alone: error: {error}", file=sys.stderr)
        return 2
    try:
        if not given.place.is_dir():
            report = ledger(Ledger(given.place), notes, policy, proofs)
        elif (given.place / "tile").is_dir():
            report = ledger(Tiles(given.place), notes, policy, proofs)
        else:
            report = bundle(Proofs(given.place), policy)
    except (ImportError, OSError, ValueError, sqlite3.Error) as error:
        print(f"verify_alone: error: {given.place}: {error}", file=sys.stderr)
        return 3
    print(told(report, given.lang) if given.lang else json.dumps(report, indent=1))
    return {"proven": 0, "damaged": 1, "unproven": 4}[report["verdict"]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
