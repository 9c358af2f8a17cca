#!/usr/bin/env python3
"""Verify a ledger in a SQLite file with the Python standard library alone.

    python3 verify_alone.py LEDGER      one JSON report; exit 1 damaged, 3 cannot run, 4 unproven

Written from docs/FORMAT.md, whose sections the comments name. It shares no code with aidledger and
needs no installation: an auditor can read it in one sitting and run it on a copy of the file.
It reads `data` as canonical JSON, not as what the event type demands, and no table but entries,
nodes and head.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import sys
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

HEX = r"[0-9a-f]{64}"
NAME, PIN = r"[!-~]{1,128}", "sha256:" + HEX
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
STREAM = r"(?=.{1,200}$)[a-z][a-z_]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)+"
FORMS = {  # section 3: each key of a record, and the form of its text
    "$type": r"[A-Z][A-Za-z0-9]{1,63}", "actor": NAME, "cause": NAME, "data": None,
    "effective_on": r"\d{4}-\d\d-\d\d", "office": NAME, "policy": None, "prev": HEX,
    "recorded_at": TIME, "sealed": None, "stream": STREAM, "v": None, "version": None,
}  # fmt: skip
Row = tuple[Any, ...]
COLUMNS = "position, stream, version, type, recorded_at, record, leaf_hash"


class WrongError(ValueError):
    """A record that is not what section 2 or 3 demands: code, field, expected."""


def need(right: object, expected: str, field: str = "record", code: str = "not_canonical") -> None:
    """Demand something of a record."""
    if not right:
        raise WrongError(f"record_{code}", field, expected)


def plain(value: Any, depth: int = 1) -> None:
    """Section 2: check a decoded value: text, integers, nesting."""
    if isinstance(value, str):
        bad = re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", value)
        need(not bad and unicodedata.is_normalized("NFC", value), "NFC text, no control character")
    elif type(value) is int:
        need(abs(value) <= 2**53 - 1, "integers within 2^53 - 1")
    elif isinstance(value, (list, dict)):
        need(depth <= 16, "at most 16 levels")
        for item in value.values() if isinstance(value, dict) else value:
            plain(item, depth + 1)
        for key in value if isinstance(value, dict) else ():
            plain(key)
            need(key.isascii(), "ASCII keys")


def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """Section 2: no key twice."""
    need(len(dict(items)) == len(items), "each key once")
    return dict(items)


def no_number(_text: str) -> None:
    """Section 2: no floats, no NaN or Infinity."""
    need(right=False, expected="integers only")


def read_record(record: Any) -> dict[str, Any]:
    """Sections 2 and 3: the bytes of an entry, strictly; raise WrongError for all others."""
    need(type(record) is bytes, "bytes", code="not_bytes")
    need(len(record) <= 65_535, "65535 bytes", code="too_long")
    try:
        text = record.decode()
        found = json.loads(
            text, object_pairs_hook=pairs, parse_float=no_number, parse_constant=no_number
        )
        plain(found)
        again = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except WrongError:
        raise
    except (ValueError, RecursionError) as error:
        raise WrongError("record_not_canonical", "record", "JSON") from error
    need(again == text, "its only encoding")
    need(isinstance(found, dict) and found.keys() == FORMS.keys(), "its keys", code="field")
    for key, form in FORMS.items():
        if form and (found[key] is not None or key != "prev"):
            need(is_text(found[key], form), form, key, "field")
    policy, sealed, version = found["policy"], found["sealed"], found["version"]
    need(is_day(found["effective_on"]), "a day", "effective_on", "field")
    need(is_day(found["recorded_at"]), "a time", "recorded_at", "field")
    need(type(found["v"]) is int and found["v"] == 1, "1", "v", "field")
    need(type(version) is int and version >= 1, "an integer from 1", "version", "field")
    need(isinstance(found["data"], dict), "an object", "data", "field")
    if policy is not None:
        right = isinstance(policy, dict) and policy.keys() == {"hash", "pack"}
        right = right and is_text(policy["hash"], PIN) and is_text(policy["pack"], NAME)
        need(right, "null or hash and pack", "policy", "field")
    need(isinstance(sealed, dict), "an object", "sealed", "field")
    for name, value in sealed.items():
        right = is_text(name, r"[a-z][a-z0-9_.]*") and is_text(value, HEX)
        need(right, "fields and commitments", "sealed", "field")
    return dict(found)


def is_day(text: str) -> bool:
    """Whether a date or time of the right form exists in the calendar."""
    try:
        return datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def is_text(value: Any, form: str) -> bool:
    """Whether a value is text of a form."""
    return isinstance(value, str) and re.fullmatch(form, value, re.ASCII) is not None


class Tree:
    """Section 4: the RFC 6962 tree, grown leaf by leaf; an unknown leaf makes its nodes unknown."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[tuple[int, bytes | None]] = []
        self.nodes: dict[tuple[int, int], bytes | None] = {}

    def add(self, leaf: bytes | None) -> None:
        """Append a leaf; keep each node that it completes at a height of 8, 16, ..."""
        self.peaks.append((0, leaf))
        self.size += 1
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            (height, right), (_, left) = self.peaks.pop(), self.peaks.pop()
            self.peaks.append((height + 1, pair(left, right)))
            if (height + 1) % 8 == 0:
                at = ((height + 1) // 8, (self.size >> (height + 1)) - 1)
                self.nodes[at] = self.peaks[-1][1]

    def end(self) -> tuple[bytes | None, list[bytes | None]]:
        """Root so far (None where a leaf is unknown), and the frontier."""
        frontier = [peak for _, peak in self.peaks]
        root = frontier[-1] if frontier else hashlib.sha256().digest()
        for peak in reversed(frontier[:-1]):
            root = pair(peak, root)
        return root, frontier


def pair(left: bytes | None, right: bytes | None) -> bytes | None:
    """Hash of a node with these children."""
    known = left is not None and right is not None
    return hashlib.sha256(b"\x01" + left + right).digest() if known else None


class Verifier:
    """Goes through one ledger and collects findings."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.ask = database.execute
        self.findings: list[dict[str, Any]] = []
        self.trees = Tree(), Tree()  # over the records, and over the stored leaf hashes
        self.streams: dict[str, tuple[int, set[Any]]] = {}
        self.last: tuple[int, str] = (-1, "")
        self.doubt: tuple[int, str] | None = None
        self.rows = 0
        self.head: Row | None = self.ask(
            "SELECT size, root, frontier, recorded_at FROM head"
        ).fetchone()
        self.ends: list[Any] = []

    def find(self, code: str, position: int | None, field: str, *what: Any) -> None:
        """Keep a finding; `what` is what was expected and found."""
        shown = [item.hex() if isinstance(item, bytes) else str(item)[:80] for item in what]
        said = dict(zip(("expected", "found"), shown, strict=False))
        self.findings.append({"code": code, "position": position, "field": field, **said})

    def entries(self) -> None:
        """Sections 3 to 6: every row in position order."""
        expected = 0
        for row in self.ask(f"SELECT {COLUMNS} FROM entries ORDER BY position"):
            position = row[0]
            self.rows += 1
            if position < expected:
                self.find("position_repeated", position, "position", expected, position)
            elif position > expected:
                self.find("position_missing", expected, "position", expected, position)
                for _ in range(min(position - expected, 2**16)):
                    self.grow(None, None)
            self.entry(row)
            expected = max(expected, position + 1)
        if self.doubt:
            self.find("recorded_at_back", self.doubt[0], "recorded_at", self.last[1], self.doubt[1])

    def entry(self, row: Row) -> None:
        """Read one row: its record, its columns, its place in stream, time and tree."""
        position, stream, version, _, recorded_at, record, stored = row
        leaf = hashlib.sha256(b"\x00" + record).digest() if type(record) is bytes else None
        kept = stored if type(stored) is bytes and len(stored) == 32 else leaf
        if leaf != stored:
            self.find("leaf_hash_differs", position, "leaf_hash", leaf, stored)
        entry: dict[str, Any] = {}
        try:
            entry = read_record(record)
        except WrongError as wrong:
            self.find(wrong.args[0], position, *wrong.args[1:])
        names = ("stream", "version", "$type", "recorded_at")
        for name, value in zip(names, row[1:5], strict=True):
            said = entry.get(name, value)
            if type(said) is not type(value) or said != value:
                self.find("column_differs", position, name.lstrip("$"), said, value)
        # where the hashes agree the record is what was written, otherwise the columns say more
        if entry and leaf == stored:
            stream, version, recorded_at = entry["stream"], entry["version"], entry["recorded_at"]
        if is_text(stream, STREAM) and type(version) is int:
            same = (entry.get("stream"), entry.get("version")) == (stream, version)
            self.chain(position, (stream, version), entry["prev"] if same else ..., {leaf, kept})
        if isinstance(recorded_at, str):
            self.time(position, recorded_at)
        self.grow(leaf, kept)

    def grow(self, leaf: bytes | None, stored: bytes | None) -> None:
        """Add a leaf to both trees; remember the head's own size when it is reached."""
        for tree, value in zip(self.trees, (leaf, stored), strict=True):
            tree.add(value)
        if self.head and self.trees[0].size == self.head[0]:
            self.ends += [tree.end() for tree in self.trees]

    def chain(self, position: int, named: tuple[str, int], prev: Any, hashes: set[Any]) -> None:
        """Section 5: versions dense from 1, each entry naming the leaf hash of the one before."""
        stream, version = named
        before, right = self.streams.get(stream, (0, {None}))
        if version != before + 1:
            self.find("version_differs", position, "version", before + 1, version)
        elif prev is not ... and prev not in right:
            self.find("prev_differs", position, "prev", right, prev)
        if version > before:
            self.streams[stream] = (version, {value.hex() for value in hashes if value})

    def time(self, position: int, recorded_at: str) -> None:
        """Section 6: never back; the next entry says which of two is out of place."""
        if self.doubt:
            early, self.doubt = self.doubt, None
            if recorded_at < self.last[1]:
                early, self.last = self.last, early
            self.find("recorded_at_back", early[0], "recorded_at", self.last[1], early[1])
        if recorded_at < self.last[1]:
            self.doubt = (position, recorded_at)
        else:
            self.last = (position, recorded_at)

    def tree(self) -> None:
        """Sections 4 and 7: the nodes and the head are those of the entries."""
        own, other = self.trees
        stored: dict[tuple[Any, Any], Any] = {}
        for level, idx, node in self.ask("SELECT level, idx, hash FROM nodes"):
            stored[level, idx] = node
            if (level, idx) not in own.nodes:
                self.find("node_extra", 256**level * idx, f"nodes {level}/{idx}", "none", node)
        for at, node in own.nodes.items():
            known = {node, other.nodes[at]} - {None}
            if at not in stored:
                self.find("node_missing", 256 ** at[0] * at[1], f"nodes {at[0]}/{at[1]}")
            elif known and stored[at] not in known:
                self.find("node_differs", 256 ** at[0] * at[1], f"nodes {at[0]}/{at[1]}")
        if self.head is None:
            self.find("head_missing", None, "head", "one row", "none")
            return
        size, root, frontier, recorded_at = self.head
        if size not in (own.size, self.rows):
            self.find("head_size", min(size, own.size), "size", own.size, size)
        if size > own.size:
            return
        ends = [own.end(), other.end(), *self.ends]
        if root not in [end for end, _ in ends] and any(end for end, _ in ends):
            self.find("head_root", None, "root", ends[0][0], root)
        edges = [b"".join(peaks) for _, peaks in ends if None not in peaks]
        if edges and frontier not in edges:
            at = next(
                (
                    n
                    for n in range(0, len(edges[0]), 32)
                    if frontier[n : n + 32] != edges[0][n : n + 32]
                ),
                0,
            )
            sizes = [1 << height for height, _ in own.peaks]
            same = len(frontier) == len(edges[0])
            self.find("head_frontier", sum(sizes[: at // 32]) if same else None, "frontier")
        if size == own.size and recorded_at != (self.last[1] or None):
            self.find("head_recorded_at", size - 1, "recorded_at", self.last[1], recorded_at)


def main(arguments: list[str]) -> int:
    """Print the report; return the exit status."""
    if len(arguments) != 1:
        print("usage: verify_alone.py LEDGER", file=sys.stderr)
        return 2
    try:
        uri = Path(arguments[0]).resolve().as_uri() + "?mode=ro"
        database = sqlite3.connect(uri, uri=True)
        database.text_factory = lambda text: text.decode("utf-8", "backslashreplace")
        verifier = Verifier(database)
        verifier.entries()
        verifier.tree()
    except sqlite3.Error as error:
        print(f"verify_alone: error: {arguments[0]}: {error}", file=sys.stderr)
        return 3
    root, found = verifier.trees[0].end()[0], verifier.findings
    verdict = "damaged" if found else "unproven"
    report = {"entries": verifier.rows, "root": root.hex() if root else "", "verdict": verdict}
    print(json.dumps({**report, "findings": found}, indent=1))
    return 1 if found else 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
