#!/usr/bin/env python3
"""Verify a ledger in a SQLite file with the Python standard library alone.

    python3 verify_alone.py LEDGER      one JSON report; exit 1 damaged, 3 cannot run, 4 unproven

Written from docs/FORMAT.md, whose sections the comments name; it shares no code with aidledger.
It reads `data` as canonical JSON, not as its type demands; no tables but entries, nodes and head.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import sys
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any


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
    found = json.loads(record.decode())
    plain(found)
    # what is written otherwise (a key twice, spaces, escapes, another order) is not the same bytes
    again = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    need(again.encode() == record, "its only encoding")
    need(isinstance(found, dict) and found.keys() == FORMS.keys(), "the keys of section 3")
    for key, right in FORMS.items():
        need(right(found[key]), f"the form of {key}")
    datetime.fromisoformat(found["effective_on"] + found["recorded_at"][10:])  # or a ValueError
    datetime.fromisoformat(found["recorded_at"])
    return dict(found)


def pair(left: bytes | None, right: bytes | None) -> bytes | None:
    """Section 4: hash of a node, unknown (None) where a child is."""
    return hashlib.sha256(b"\x01" + left + right).digest() if left and right else None


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


class Verifier:
    """Goes through one ledger and collects findings."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.ask = database.execute
        self.findings: list[dict[str, Any]] = []
        self.tree = Tree()
        self.streams: dict[str, tuple[int, set[Any]]] = {}
        self.last: tuple[int, str] = (-1, "")
        self.doubt: tuple[int, str] | None = None
        self.rows = 0
        self.head = self.ask("SELECT * FROM head").fetchone() or (-1, b"", b"", None, "")

    def find(self, code: str, at: int | None, field: str, expected: Any, found: Any) -> None:
        """Keep a finding."""
        said = [v.hex() if isinstance(v, bytes) else str(v)[:80] for v in (expected, found)]
        place = {"code": code, "position": None if at is None or at < 0 else at, "field": field}
        self.findings.append({**place, "expected": said[0], "found": said[1]})

    def entries(self) -> None:
        """Sections 3 to 6: every row in position order."""
        expected = 0
        for row in self.ask("SELECT * FROM entries ORDER BY position"):
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
        if at == self.tree.size:
            self.tree.add(leaf if leaf == stored else None)

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
        stored = {(level, idx): node for level, idx, node in self.ask("SELECT * FROM nodes")}
        for level, idx in sorted({*stored, *self.tree.nodes}):
            own = self.tree.nodes.get((level, idx), "none")
            found = stored.get((level, idx), "none")
            if own not in (None, found):
                self.find("node_differs", 256**level * idx, f"nodes {level}/{idx}", own, found)
        size, root, frontier, recorded_at, _ = self.head
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


def main(location: str) -> int:
    """Print the report; return the exit status."""
    try:
        uri = Path(location).resolve().as_uri()
        database = sqlite3.connect(f"{uri}?mode=ro", uri=True)
        database.text_factory = lambda text: text.decode("utf-8", "backslashreplace")
        verifier = Verifier(database)
        verifier.entries()
        verifier.stored_tree()
    except (TypeError, ValueError) as error:  # as where tables were made anew by hand
        verifier.find("column_type", None, "row", "the columns of section 7", error)
    except sqlite3.Error as error:
        print(f"verify_alone: error: {location}: {error}", file=sys.stderr)
        return 3
    root, found = verifier.tree.root(), verifier.findings
    report = {"entries": verifier.rows, "root": root.hex() if root else ""}
    report |= {"verdict": "damaged" if found else "unproven", "findings": found}
    print(json.dumps(report, indent=1))
    return 1 if found else 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else (print(__doc__), 2)[1])
