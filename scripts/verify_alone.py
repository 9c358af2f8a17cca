#!/usr/bin/env python3
"""Verify an audit ledger, its tiles, proofs or evidence bundles, without the program that wrote them.

One file of the standard library; signatures need the package `cryptography` too. It was written
after docs/FORMAT.md alone, whose sections the numbers (§) name: read both side by side. It writes
nothing and asks no network.

    python3 verify_alone.py county.db --checkpoint kept.checkpoint --policy policy.txt
    python3 verify_alone.py public --policy policy.txt              a folder of tiles
    python3 verify_alone.py case --policy policy.txt                a folder of proofs
    python3 verify_alone.py person --policy policy.txt --person TOKEN
    python3 verify_alone.py receipt.json --proofs proofs --policy policy.txt
    python3 verify_alone.py bundle evidence --policy policy.txt     an evidence bundle

With --lang, or on a terminal, it prints sentences; otherwise, or with --json, one JSON object.
Exit status (§14): 0 proven; 1 damaged; 2 wrong usage; 3 could not run; 4 consistent but unproven.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import bisect
import contextlib
import functools
import hashlib
import importlib.util
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

LIMIT = 2**53 - 1  # §2: the largest integer
CAN_VERIFY = importlib.util.find_spec("cryptography") is not None  # signatures
Pair = tuple[int, bytes]  # a size of the log, and its root


class RefusedError(ValueError):
    """Bytes that do not have the form that the format gives them, or do not hold."""


class CannotRunError(Exception):
    """There is nothing to verify, or it cannot be read."""


def refuse(when: Any, why: str) -> None:
    """Refuse where something is so that must not be."""
    if when:
        raise RefusedError(why)


# ---- §2 Canonical JSON ---------------------------------------------------------------------------


def _integer(text: str) -> int:
    refuse(len(text) > 17 or abs(int(text)) > LIMIT, "a number beyond 2^53-1")
    return int(text)


def _no_number(text: str) -> Any:
    raise RefusedError(f"{text[:20]} is no integer")


def _walk(value: Any, depth: int) -> None:
    """Refuse what shows only inside a value: keys, strings out of NFC, too deep nesting."""
    if isinstance(value, str):
        refuse(not unicodedata.is_normalized("NFC", value), "a text that is not in NFC")
    elif isinstance(value, dict | list):
        if depth == 16 or (isinstance(value, dict) and not all(key.isascii() for key in value)):
            raise RefusedError("nested more than 16 deep, or with a key that is not ASCII")
        for part in value.values() if isinstance(value, dict) else value:
            _walk(part, depth + 1)


_NUMBERS: dict[str, Any] = {"parse_float": _no_number, "parse_constant": _no_number}
DECODE = json.JSONDecoder(parse_int=_integer, **_NUMBERS).decode
ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(data: bytes) -> Any:
    """Read canonical JSON: these bytes are the one encoding of their value."""
    try:
        text = data.decode()
        value = DECODE(text)
        again = ENCODE(value)
    except RefusedError:
        raise
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"no JSON: {str(error)[:60]}") from None
    if again != text or re.search("[\x00-\x1f\x7f-\x9f]", text):
        raise RefusedError("not the one canonical encoding of its value")
    if "\\" in text and re.search(r'\\[^"n]', text.replace("\\\\", "")):
        raise RefusedError("an escape that is not needed")
    if not text.isascii() or text.count("{") + text.count("[") > 16:
        _walk(value, 0)
    return value


def an_object(value: Any, keys: Iterable[str], what: str) -> dict[str, Any]:
    """Give an object with exactly these keys."""
    if not isinstance(value, dict) or set(value) != set(keys):
        raise RefusedError(f"not the keys of {what}")
    return value


# ---- §3 Record -----------------------------------------------------------------------------------

PART = r"[A-Za-z0-9][A-Za-z0-9._:-]*"


def form(pattern: str) -> Callable[[Any], bool]:
    """Make a check for texts of a form."""
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


is_hash = form("[0-9a-f]{64}")
is_name = form("[!-~]{1,128}")
is_stream = form(rf"(?=.{{1,200}}$)[a-z][a-z_]*/{PART}(/{PART})*")
is_sealed_name = form(r"[a-z][a-z0-9_.]*")


def is_count(value: Any, least: int = 0) -> bool:
    """Tell an integer of §2 that is no less."""
    return type(value) is int and least <= value <= LIMIT


def exists(shape: Callable[[Any], bool], read: Callable[[str], Any]) -> Callable[[Any], bool]:
    """Make a check for days and times of a form that exist."""

    def check(value: Any) -> bool:
        with contextlib.suppress(ValueError):
            return shape(value) and bool(read(value))
        return False

    return check


DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
is_day = exists(form(DAY), date.fromisoformat)
is_time = exists(form(DAY + CLOCK), datetime.fromisoformat)


def is_policy(value: Any) -> bool:
    """Tell null, or a pinned policy pack."""
    if not isinstance(value, dict):
        return value is None
    pinned = value.get("hash")
    right = isinstance(pinned, str) and pinned[:7] == "sha256:" and is_hash(pinned[7:])
    return right and set(value) == {"hash", "pack"} and is_name(value["pack"])


def is_sealed(value: Any) -> bool:
    """Tell names and commitments."""
    return isinstance(value, dict) and all(
        is_sealed_name(name) and is_hash(digest) for name, digest in value.items()
    )


RECORD: dict[str, Callable[[Any], bool]] = {
    "$type": form("[A-Z][A-Za-z0-9]{1,63}"),
    "actor": is_name,
    "cause": is_name,
    "data": lambda value: isinstance(value, dict),
    "effective_on": is_day,
    "office": is_name,
    "policy": is_policy,
    "prev": lambda value: value is None or is_hash(value),
    "recorded_at": is_time,
    "sealed": is_sealed,
    "stream": is_stream,
    "v": lambda value: type(value) is int and value == 1,
    "version": lambda value: is_count(value, 1),
}
Wrong = list[tuple[str, str, str]]  # code, field, why


def read_record(data: Any) -> tuple[dict[str, Any], Wrong]:
    """Give the fields of a record that are as they should be, and what is wrong with the others."""
    if not isinstance(data, bytes):
        return {}, [("record_not_bytes", "record", type(data).__name__)]
    if len(data) > 65_535:
        return {}, [("record_too_long", "record", f"{len(data)} bytes")]
    try:
        value = canonical(data)
    except RefusedError as error:  # §13: sealed, packed or of another program
        code = "record_not_canonical" if data[:1] == b"{" else "opaque_record"
        return {}, [(code, "record", str(error))]
    if not isinstance(value, dict):
        return {}, [("record_field", "record", "not an object")]
    wrong = [("record_missing_field", key, "") for key in RECORD if key not in value]
    wrong += [("record_unknown_field", key, "") for key in value if key not in RECORD]
    good = {key: value[key] for key, right in RECORD.items() if key in value and right(value[key])}
    bad = [key for key in RECORD if key in value and key not in good]
    wrong += [("record_field", key, ENCODE(value[key])[:80]) for key in bad]
    return good, wrong


# ---- §4 Tree -------------------------------------------------------------------------------------


def sha256(data: bytes) -> bytes:
    """Hash (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


NO_LEAVES = sha256(b"")


def leaf_of(record: bytes) -> bytes:
    """Hash a record into its leaf."""
    return sha256(b"\x00" + record)


def node(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one."""
    return sha256(b"\x01" + left + right)


class Tree:
    """A tree that grows leaf by leaf: its peaks are the frontier, the largest first."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size, self.peaks = 0, list[bytes]()
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf: bytes) -> None:
        """Add a leaf behind the last."""
        self.size = size = self.size + 1
        while size % 2 == 0:
            leaf, size = node(self.peaks.pop(), leaf), size // 2
        self.peaks.append(leaf)

    def root(self) -> bytes:
        """Fold the peaks from the right."""
        root = self.peaks[-1] if self.peaks else NO_LEAVES
        for peak in reversed(self.peaks[:-1]):
            root = node(peak, root)
        return root


def climb(number: int, last: int, pair: list[bytes], path: Sequence[bytes], *, both: bool) -> bool:
    """Climb a path as RFC 9162, sections 2.1.3.2 and 2.1.4.2, has it; say whether it ends on top.

    A left sibling goes into every hash of `pair`, a right one into the last; `both` is unused where
    the pair is one hash.
    """
    for sibling in path:
        if last == 0:
            return False
        if number % 2 or number == last:
            pair[:] = [node(sibling, one) for one in pair]
            while number % 2 == 0 and number:
                number, last = number // 2, last // 2
        elif both:
            pair[1] = node(pair[1], sibling)
        else:
            pair[0] = node(pair[0], sibling)
        number, last = number // 2, last // 2
    return last == 0


def included(leaf: bytes, index: int, tree: Pair, path: Sequence[bytes]) -> bool:
    """Follow an inclusion proof."""
    pair = [leaf]
    inside = 0 <= index < tree[0]
    return inside and climb(index, tree[0] - 1, pair, path, both=False) and pair[0] == tree[1]


def extends(old: Pair, new: Pair, path: Sequence[bytes]) -> bool:
    """Follow a consistency proof; none leads from size 0."""
    (first, old_root), (second, new_root) = old, new
    if first == second or not 0 < first < second:
        return first == second > 0 and not path and old_root == new_root
    hashes = [old_root, *path] if first & (first - 1) == 0 else list(path)
    number, last = first - 1, second - 1
    while number % 2:
        number, last = number // 2, last // 2
    pair = hashes[:1] * 2
    on_top = bool(pair) and climb(number, last, pair, hashes[1:], both=True)
    return on_top and pair == [old_root, new_root]


# ---- §16.1 Keys and what all signed formats share ------------------------------------------------

LOG, WITNESS, ML_DSA_44 = b"\x01", b"\x04", b"\x06"
BATCH = b"\xffaidledger/batch/v1\n"
LENGTHS = {LOG: 32, WITNESS: 32, ML_DSA_44: 1_312, BATCH: 32}
P25519 = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, -1, P25519) % P25519
Point = tuple[int, int, int]  # X, Y, Z: x = X/Z, y = Y/Z


def is_key_name(name: str) -> bool:
    """1 to 255 bytes without white space, `+` and control characters."""
    size = len(name.encode("utf-8", "surrogatepass"))
    return 1 <= size <= 255 and not any(
        one.isspace() or one == "+" or one < " " or "\ud800" <= one <= "\udfff" for one in name
    )


def lines_of(data: bytes, what: str) -> list[str]:
    """Divide into lines: each ends in 0x0A and in nothing else, the last one too."""
    refuse(not data.endswith(b"\n"), f"{what} that does not end in a newline")
    return data[:-1].decode("utf-8", "surrogateescape").split("\n")


def from_base64(text: Any, length: int | None = None) -> bytes:
    """Read base64 that encodes again to the same characters, of at least one byte."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (AttributeError, UnicodeEncodeError, binascii.Error):
        raise RefusedError(f"no base64: {str(text)[:40]!r}") from None
    if not data or base64.b64encode(data).decode() != text or length not in (None, len(data)):
        raise RefusedError(f"no base64 of the right length: {text[:40]}")
    return data


def from_decimal(text: str) -> int:
    """Read a decimal number of at most 2^63-1."""
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text) or int(text) > 2**63 - 1:
        raise RefusedError(f"no decimal number: {text[:40]!r}")
    return int(text)


def add_points(one: Point, two: Point) -> Point:
    """Add two points of edwards25519; the formulas are complete."""
    (x1, y1, z1), (x2, y2, z2) = one, two
    a, c, d = z1 * z2, x1 * x2, y1 * y2
    e = CURVE_D * c * d
    f, g = a * a - e, a * a + e
    x3, y3 = a * f * ((x1 + y1) * (x2 + y2) - c - d), a * g * (d + c)
    return x3 % P25519, y3 % P25519, f * g % P25519


@functools.cache
def check_ed25519(data: bytes) -> None:
    """Refuse what is no point, or not of the prime order: under others anybody can sign."""
    number = int.from_bytes(data, "little")
    y, sign = number % 2**255, number >> 255
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, P25519) % P25519
    x = pow(square, (P25519 + 3) // 8, P25519)
    if (x * x - square) % P25519:
        x = x * pow(2, (P25519 - 1) // 4, P25519) % P25519
    if y >= P25519 or (x * x - square) % P25519 or (x == 0 and sign):
        raise RefusedError("a key that is no point of the curve")
    point, total, left = (x if x % 2 == sign else P25519 - x, y, 1), (0, 1, 1), ORDER
    while left:
        total = add_points(total, point) if left % 2 else total
        point, left = add_points(point, point), left // 2
    if total[0] or total[1] != total[2] or (x, y) == (0, 1):
        raise RefusedError("a key of low order, or with a part of low order")


@dataclass(frozen=True)
class Key:
    """A public key with its name and kind, none of those that are refused."""

    name: str
    kind: bytes
    public: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name) or len(self.public) != LENGTHS[self.kind]:
            raise RefusedError("a key with a name or of a length that none has")
        if self.kind != ML_DSA_44:
            check_ed25519(self.public)
        elif not any(self.public[32:]):
            raise RefusedError("a key under which anybody can sign")

    @property
    def id(self) -> bytes:
        """The first 4 bytes of a hash: it tells keys apart, and proves nothing."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public)[:4]

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Verify one signature. All that is asked of the package `cryptography` stands here."""
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

        if len(signature) != (2_420 if self.kind == ML_DSA_44 else 64):
            return False
        try:
            if self.kind == ML_DSA_44:
                from cryptography.hazmat.primitives.asymmetric import mldsa  # noqa: PLC0415

                mldsa.MLDSA44PublicKey.from_public_bytes(self.public).verify(signature, message)
            else:
                ed25519.Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        except (ImportError, UnsupportedAlgorithm):
            raise CannotRunError("ML-DSA-44 needs the package cryptography 48 or newer") from None
        return True


def read_vkey(text: str, *kinds: bytes) -> Key:
    """Read `name+id+base64`, of one of the kinds."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    material = from_base64(encoded)
    kind = next((one for one in kinds if material.startswith(one)), b"")
    refuse(not kind, "a key of a kind that does not belong here")
    key = Key(name, kind, material[len(kind) :])
    refuse(key.id.hex() != key_id, "a vkey whose id is not that of its key")
    return key


def hex_key(name: Any, kind: bytes | None, public: Any) -> Key | None:
    """Make a key of the hex that an entry holds; None where it is none, or refused."""
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        raw = bytes.fromhex(public)
        return Key(name, kind, raw) if kind and raw.hex() == public else None
    return None


def cosigner(said: Any) -> Key | None:
    """Read the key of a witness or an auditor, as an entry holds it."""
    kinds = {"ed25519": WITNESS, "ml_dsa_44": ML_DSA_44}
    told = said if isinstance(said, dict) else {}
    return hex_key(told.get("name"), kinds.get(str(told.get("algorithm"))), told.get("key"))


# ---- §16.2 Notes, §16.3 Checkpoints, §16.4 Cosignatures ------------------------------------------


class Checkpoint(NamedTuple):
    """A note of a checkpoint: what it says, and its lines of signatures, not yet verified."""

    origin: str
    size: int
    root: bytes
    text: bytes
    lines: frozenset[tuple[str, bytes]]  # name; key id and signature

    def signers(self, known: Iterable[Key]) -> set[Key]:
        """Verify the lines of known keys: one that is bad, or of two keys, refuses the note."""
        keys, found = list(known), set()
        for name, signature in self.lines:
            ours = [key for key in keys if (key.name, key.id) == (name, signature[:4])]
            if len(ours) > 1 or (ours and not self.holds(ours[0], signature[4:])):
                raise RefusedError(f"a bad line of {name}")
            found.update(ours)
        return found

    def holds(self, key: Key, signature: bytes) -> bool:
        """Verify one line under its key."""
        if key.kind == LOG:
            return key.signed(self.text, signature)
        time, rest = int.from_bytes(signature[:8], "big"), signature[8:]
        if key.kind == WITNESS:
            message = b"cosignature/v1\ntime %d\n" % time + self.text
        else:
            name, origin = key.name.encode(), self.origin.encode()
            message = b"subtree/v1\n\0%c%b%b%c%b" % (
                *(len(name), name, signature[:8], len(origin), origin),
            )
            message += u64(0) + u64(self.size) + self.root
        return time < 2**63 and key.signed(message, rest)


def read_checkpoint(data: bytes) -> Checkpoint:
    """Divide a note at its last blank line; its text is that of a checkpoint."""
    rows = lines_of(data, "a note")
    text = "\n".join(rows)
    if len(data) > 1_000_000 or re.search("[\x00-\x09\x0b-\x1f\ud800-\udfff]", text):
        raise RefusedError("a note that is too long, or with a character that no note has")
    at = max((number for number, row in enumerate(rows) if not row), default=0)
    body, signatures, lines = rows[:at], rows[at + 1 :], set()
    if len(body) < 3 or not all(body) or not 1 <= len(signatures) <= 100:
        raise RefusedError("no note of a checkpoint")
    for row in signatures:
        dash, _, rest = row.partition(" ")
        name, _, encoded = rest.partition(" ")
        signature = from_base64(encoded)
        if dash != "—" or not is_key_name(name) or len(signature) < 5:
            raise RefusedError("a line that is no signature")
        lines.add((name, signature))
    size, root = from_decimal(body[1]), from_base64(body[2], 32)
    refuse(not is_key_name(body[0]), "an origin of another form")
    text_bytes = "".join(f"{row}\n" for row in body).encode()
    return Checkpoint(body[0], size, root, text_bytes, frozenset(lines))


def impossible(note: Checkpoint) -> bool:
    """Say that an empty log has another root than the one it can have."""
    return note.size == 0 and note.root != NO_LEAVES


# ---- §16.5 Policies ------------------------------------------------------------------------------


@dataclass
class Policy:
    """Whom the verifier trusts: keys of logs, witnesses, and how many of them are asked for."""

    logs: list[Key] = field(default_factory=list)
    witnesses: dict[str, Key] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str = ""
    digest: str = ""  # SHA-256 of the file

    def least(self, name: str, counted: set[Any]) -> int:
        """Give how few of some keys may stand behind a checkpoint that is accepted."""
        if name not in self.groups:
            return int(name in self.witnesses and self.witnesses[name].public.hex() in counted)
        number, members = self.groups[name]
        return sum(sorted(self.least(member, counted) for member in members)[:number])

    def met(self, name: str, there: set[str]) -> bool:
        """Say whether a witness, or enough members of a group, cosigned."""
        if name not in self.groups:
            return name == "none" or name in there
        least, members = self.groups[name]
        return sum(self.met(member, there) for member in members) >= least

    def accept(self, note: Checkpoint) -> list[str]:
        """Give the witnesses that cosigned an accepted checkpoint; refuse any other."""
        found = note.signers([*self.logs, *self.witnesses.values()])
        if not any(key in found and key.name == note.origin for key in self.logs):
            raise RefusedError("no key that the policy names for the log signed it")
        there = {name for name, key in self.witnesses.items() if key in found}
        if impossible(note) or not self.met(self.quorum, there):
            raise RefusedError("the quorum of witnesses is not met")
        return [] if self.quorum == "none" else sorted(there)  # nobody was asked for


def read_policy(data: bytes) -> Policy:
    """Read a policy; each public key and each name stands in it once."""
    if len(data) > 1_000_000 or re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data):
        raise RefusedError("the policy is too long, or has a control character")
    policy, members = Policy(digest=sha256(data).hex()), list[str]()
    for line in lines_of(data, "a policy"):
        names = {*policy.witnesses, *policy.groups}
        match [item for item in re.split("[ \t]+", line) if item]:
            case []:
                continue
            case [word, *_] if word.startswith("#"):
                continue
            case ["log", vkey, *url] if len(url) < 2:
                policy.logs.append(read_vkey(vkey, LOG, ML_DSA_44))
            case ["witness", name, vkey, *url] if len(url) < 2 and name not in {*names, "none"}:
                policy.witnesses[name] = read_vkey(vkey, WITNESS, ML_DSA_44)
            case ["group", name, least, *inside] if name not in {*names, "none"} and inside:
                number = {"any": 1, "all": len(inside)}.get(least) or from_decimal(least)
                members += inside
                if not 1 <= number <= len(inside) or not set(inside) <= names:
                    raise RefusedError(
                        f"group {name}: too many, or a name that no line before gives"
                    )
                policy.groups[name] = number, inside
            case ["quorum", name] if not policy.quorum and name in {*names, "none"}:
                policy.quorum = name
            case _:
                raise RefusedError(f"a line of the policy: {line[:60]!r}")
    keys = [key.public for key in (*policy.logs, *policy.witnesses.values())]
    if not policy.quorum or len(set(keys)) < len(keys) or len(set(members)) < len(members):
        raise RefusedError("the policy has no quorum, or a key or a member twice")
    return policy


# ---- §16.6 Proof files, §16.10 Misbehaviour bundles, §16.11 Receipts -----------------------------


class Proof(NamedTuple):
    """A proof file: the leaf at `index` leads along `path` to the root of the checkpoint."""

    at: int
    path: list[bytes]
    note: Checkpoint

    def holds(self, leaf: bytes) -> bool:
        """Follow the path."""
        return included(leaf, self.at, (self.note.size, self.note.root), self.path)


def read_proof(data: bytes) -> Proof:
    """Read a proof file; whether its checkpoint counts, the policy says."""
    head, _, note = data.partition(b"\n\n")
    lines = lines_of(head + b"\n", "a proof")[1:]
    if lines and lines[0].startswith("extra "):
        from_base64(lines.pop(0)[6:])
    if not lines or not lines[0].startswith("index ") or len(lines) > 64:
        raise RefusedError("a proof without index, or with too many hashes")
    path = [from_base64(line, 32) for line in lines[1:]]
    return Proof(from_decimal(lines[0][6:]), path, read_checkpoint(note))


def convicts(data: bytes, logs: Sequence[Key]) -> bool:
    """Say whether a bundle convicts the owner of one of these keys."""
    parts = data.split(b"\n\n")
    lines = lines_of(parts[0] + b"\n", "a bundle")[1:]
    refuse(len(parts) != 5 or len(lines) > 64, "a bundle without two notes")
    root = from_base64(lines.pop(0)[5:], 32) if lines and lines[0][:5] == "root " else b""
    path = [from_base64(line, 32) for line in lines]
    old = read_checkpoint(parts[1] + b"\n\n" + parts[2] + b"\n")
    new = read_checkpoint(parts[3] + b"\n\n" + parts[4])
    keys = [key for key in logs if key.name == old.origin == new.origin]
    if not (old.signers(keys) and new.signers(keys)) or old.size > new.size:
        return False
    if impossible(old) or impossible(new) or old.size == new.size:
        return impossible(old) or impossible(new) or old.root != new.root
    return root not in (b"", old.root) and extends((old.size, root), (new.size, new.root), path)


RECEIPT: dict[str, Callable[[Any], bool]] = {
    "$type": lambda value: value == "Receipt",
    "assurance": lambda value: value in ("low", "file", "token"),
    "cause": lambda value: isinstance(value, str),
    "count": lambda value: is_count(value, 1),
    "leaf_hashes": lambda value: isinstance(value, list) and all(is_hash(one) for one in value),
    "origin": lambda value: isinstance(value, str),
    "position": is_count,
    "recorded_at": is_time,
    "root": is_hash,
    "size": is_count,
    "v": RECORD["v"],
}


def read_receipt(data: bytes) -> dict[str, Any]:
    """Read a receipt: one line of canonical JSON."""
    value = an_object(canonical(data[:-1]), RECEIPT, "a receipt")
    if data[-1:] != b"\n" or not all(right(value[key]) for key, right in RECEIPT.items()):
        raise RefusedError("a receipt with a field of another form")
    count, end = value["count"], value["position"] + value["count"]
    if count != len(value["leaf_hashes"]) or value["size"] < end:
        raise RefusedError("a receipt whose numbers do not fit")
    return value


# ---- §17 Sealed indexes --------------------------------------------------------------------------


def lp(data: bytes) -> bytes:
    """Put the length of `data` as 32 bits before it."""
    return len(data).to_bytes(4, "big") + data


def u64(number: int) -> bytes:
    """Write 64 bits, big-endian."""
    return number.to_bytes(8, "big")


def index_leaf(key: str, count: int, last: int, root: bytes) -> bytes:
    """Give the leaf of a row of a sealed index."""
    parts = (key.encode(), u64(count), u64(last), root)
    return leaf_of(b"aidledger/index/v1\n" + b"".join(lp(part) for part in parts))


def read_json_proof(data: bytes) -> dict[str, Any]:
    """Read a case, payment or row proof; all numbers in it are counts."""
    most = 1_000_000 if data.startswith(b'{"$proof":"aidledger/row-proof/') else 16_384
    refuse(len(data) > most, f"a proof of more than {most:,} bytes")
    value: dict[str, Any] = canonical(data)
    refuse(not isinstance(value, dict), "a proof that is no object")
    kind = value.get("$proof")
    if kind == "aidledger/case-proof/v1":
        an_object(value, ("$proof", "key", "kind", "rows", "sealed_at"), "a case proof")
        numbers: list[Any] = [value["sealed_at"]]
        rows: list[Any] = value["rows"] if isinstance(value["rows"], list) else [None]
        for row in rows:
            an_object(row, ("count", "index", "key", "last_position", "path", "root"), "a row")
            numbers += [row["count"], row["index"], row["last_position"]]
            if not isinstance(row["key"], str) or not isinstance(row["path"], list):
                raise RefusedError("a row of another form")
        right = form("[!-~]{1,200}")(value["key"]) and value["kind"] in ("cases", "persons")
    elif kind == "aidledger/row-proof/v1":
        keys = ("$proof", "certificate", "index", "model", "path", "row", "sealed_at")
        an_object(value, keys, "a row proof")
        numbers = [value["index"], value["sealed_at"]]
        right = all(isinstance(value[key], str) for key in ("certificate", "model", "row"))
        right = right and isinstance(value["path"], list)
    else:
        keys = ("$proof", "amount_fen", "index", "list", "path", "position", "sealed_at")
        an_object(value, keys, "a payment proof")
        numbers = [value[key] for key in ("amount_fen", "index", "position", "sealed_at")]
        right = kind == "aidledger/payment-proof/v1" and isinstance(value["path"], list)
        right = right and value["list"] in ("counted", "withdrawn")
    if not right or not all(is_count(number) for number in numbers):
        raise RefusedError("a proof with a field of another form")
    return value


def check_case_proof(value: dict[str, Any], sealed: dict[str, Any]) -> Pair | None:
    """Give the number and the root of all items of the key; None: there are none. Else refuse."""
    asked, total, root = value["key"], sealed["rows"], bytes.fromhex(sealed["root"])
    refuse(value["kind"] != sealed["kind"], "the sealed index is of another kind")
    rows = []
    for row in value["rows"]:
        inner, path = from_base64(row["root"], 32), [from_base64(one, 32) for one in row["path"]]
        leaf = index_leaf(row["key"], row["count"], row["last_position"], inner)
        if not included(leaf, row["index"], (total, root), path):
            raise RefusedError("a row that is not in the sealed index")
        rows.append((row["index"], row["key"]))
    match rows:
        case [(_, key)] if key == asked:
            return value["rows"][0]["count"], from_base64(value["rows"][0]["root"], 32)
        case [(one, low), (two, high)] if one + 1 == two and low < asked < high:
            return None
        case [(0, key)] if asked < key:
            return None
        case [(last, key)] if last == total - 1 and key < asked:
            return None
        case [] if total == 0 and root == NO_LEAVES:
            return None
    raise RefusedError("the rows do not show what they should")


# ---- §18 Sum trees -------------------------------------------------------------------------------

SUM = b"aidledger/sum/v1\n"
Sum = tuple[bytes, int, int]  # hash, sum in fen, number of lines


def sum_node(left: Sum, right: Sum) -> Sum:
    """Both sums are hashed: else money could be moved between two children."""
    refuse(left[1] + right[1] > LIMIT, "a sum above 2^53-1")
    parts = (lp(one) + lp(u64(fen)) + lp(u64(count)) for one, fen, count in (left, right))
    return sha256(SUM + b"".join(parts)), left[1] + right[1], left[2] + right[2]


def sum_from(line: Sum, index: int, size: int, path: list[Any]) -> Sum:
    """Follow a path; the number of lines on each side follows from the shape."""
    refuse((size == 1) != (not path), "a path of another length")
    if not path:
        return line
    half = 1 << ((size - 1).bit_length() - 1)
    match path[-1]:
        case [digest, fen] if is_count(fen):
            sibling = from_base64(digest, 32), fen
        case _:
            raise RefusedError("a step of another form")
    if index < half:
        return sum_node(sum_from(line, index, half, path[:-1]), (*sibling, size - half))
    return sum_node((*sibling, half), sum_from(line, index - half, size - half, path[:-1]))


def check_payment_proof(value: dict[str, Any], leaf: bytes, statement: dict[str, Any]) -> None:
    """Hold a payment proof against the leaf of the payment and the closing or supplement."""
    prefix = "" if value["list"] == "counted" else "withdrawn_"
    names = ("root", "fen" if prefix else "total_fen", "count")
    told: list[Any] = [statement.get(prefix + name) for name in names]
    if not is_hash(told[0]) or not all(is_count(one) for one in told[1:]):
        raise RefusedError("the statement has no such list")
    refuse(value["index"] >= told[2], "a line beyond the last")
    position, amount = value["position"], value["amount_fen"]
    line = sha256(SUM + lp(u64(position)) + lp(leaf) + lp(u64(amount))), amount, 1
    found = sum_from(line, value["index"], told[2], value["path"])
    refuse(found != (bytes.fromhex(told[0]), *told[1:]), "not a line of the statement")


# ---- §21 Certified generations --------------------------------------------------------------------

CERTIFICATE: dict[str, Callable[[Any], bool]] = {
    "$certificate": lambda value: value == "aidledger/generation-certificate/v1",
    "as_of": is_day,
    "known_on": lambda value: value is None or is_day(value),
    "origin": lambda value: isinstance(value, str),
    "root": is_hash,
    **dict.fromkeys(("missing", "models"), lambda value: isinstance(value, list)),
    **dict.fromkeys(("entries", "size", "skipped"), is_count),
    **dict.fromkeys(("engine", "program"), form("[ -~]{1,100}")),
}
is_model = form("[a-z][a-z0-9_]{0,62}")
MODEL = {"digest": is_hash, "name": is_model, "rows": is_count, "sql_sha256": is_hash}


def fields(value: Any, right: dict[str, Callable[[Any], bool]], what: str) -> dict[str, Any]:
    """Give an object with exactly these keys, each of its form."""
    for key in an_object(value, right, what):
        refuse(not right[key](value[key]), f"{what} whose {key} is of another form")
    return dict(value)


def read_certificate(text: bytes) -> dict[str, Any]:
    """Read the certificate of a generation: names in order, each once."""
    said = fields(canonical(text), CERTIFICATE, "a certificate")
    names = [fields(one, MODEL, "a certified model")["name"] for one in said["models"]]
    for told in (names, said["missing"]):
        right = all(map(is_model, told)) and told == sorted(set(told))
        refuse(not right, "a certificate with names out of order")
    return said


def check_row_proof(value: dict[str, Any], entry: dict[str, Any], origin: str) -> tuple[int, int]:
    """Hold a row proof against the entry that certifies; give rows of the model and size of the log."""
    text, row = value["certificate"].encode(), value["row"].encode()
    refuse(sha256(text).hex() != entry["certificate"], "the entry names another certificate")
    said, names = read_certificate(text), ("as_of", "known_on", "root", "size")
    same = [said[name] for name in names] == [entry.get(name) for name in names]
    refuse(not same, "a certificate of another input than the entry says")
    refuse(said["origin"] != origin, "a certificate of another log")
    refuse(said["size"] > value["sealed_at"], "a certificate of more entries than stood before it")
    refuse(not isinstance(canonical(row), dict), "a row that is no object")
    models = [one for one in said["models"] if one["name"] == value["model"]]
    refuse(not models, "no model of the certificate")
    tree = models[0]["rows"], bytes.fromhex(models[0]["digest"])
    path = [from_base64(one, 32) for one in value["path"]]
    refuse(not included(leaf_of(row), value["index"], tree, path), "not a row of the model")
    return tree[0], said["size"]


# ---- §14 The report ------------------------------------------------------------------------------

#: Rung by rung: each code, in English and Chinese, as all texts here.
CODES_OF = """
bytes opaque_record the record is an opaque envelope|记录不可读(加密、压缩或其他封装)
bytes record_not_bytes the record is not bytes|记录不是字节串
bytes record_too_long the record is too long|记录过长
bytes record_not_canonical the record is not canonical JSON|记录不是规范 JSON
bytes record_missing_field the record lacks a field|记录缺少字段
bytes record_unknown_field the record has an unknown field|记录有未知字段
bytes record_field a field of the record breaks its form|记录字段不合格式
columns column_type a column has the wrong type|列的类型不对
columns column_differs a column does not agree with the record|列与记录不一致
columns leaf_hash_differs the leaf hash is not the record's|叶哈希与记录不符
columns position_missing entries are missing|缺少条目
columns position_repeated the position was passed before|位置号重复或倒退
chain version_differs the stream's versions are not dense|流内版本号不连续
chain prev_differs the link to the stream's entry before is broken|前一条的哈希不符
time recorded_at_back the recording time goes back|记录时间倒退
tree node_row_form a row of the tree's nodes is malformed|树节点行格式不对
tree node_repeated a node of the tree is stored twice|树节点重复
tree node_missing a node of the tree is missing|缺少树节点
tree node_extra a node lies outside the tree|多余的树节点
tree node_differs a node of the tree does not agree with the entries|树节点与条目不符
tree head_missing the head is missing|缺少账本头
tree head_form the head is malformed|账本头格式不对
tree head_size the head's size is not the number of entries|账本头的条目数不符
tree head_root the head's root is not that of the entries|账本头的根哈希不符
tree head_frontier the head's frontier is not that of the entries|账本头的树边界不符
tree head_recorded_at the head's time is not that of the last entry|账本头的记录时间不符
batches batch_form a row of batches is malformed|批次行格式不对
batches batch_position the batches do not follow each other|批次不衔接
batches batch_missing entries belong to no batch|条目不属于任何批次
batches batch_extra a batch names entries that are not there|批次所指的条目不存在
batches batch_cause an entry and its batch name different causes|条目与其批次的请求不一致
batches batch_cause_repeated two batches have the same cause|两个批次用同一请求
batches batch_recorded_at an entry and its batch name different times|条目与其批次的时间不一致
batches batch_root the root after a batch is not that of the entries|批次之后的树根不符
columns storage_differs the database may answer or keep otherwise than it is made to|数据库的答复或写入可能与新建时不同
mark behind_mark the ledger is shorter than it once was, or another|账本比它曾有的短或不同
checkpoints origin_differs the log has another name than it declares|账本名称与其声明不符
checkpoints checkpoint_form a kept checkpoint is malformed, or its columns differ|检查点行格式不对
checkpoints checkpoint_unsigned a kept checkpoint is not signed by the log|检查点没有账本密钥的有效签名
checkpoints checkpoint_two_roots two signed checkpoints of one size have two roots|同一大小有两个树根
checkpoints checkpoint_ahead a checkpoint is ahead of the log|检查点比账本长
checkpoints checkpoint_root a checkpoint's root is not that of the entries|检查点的树根与条目不符
checkpoints gathered_false a county's gathered checkpoint does not follow from those before|入册的县级检查点不能由此前的推出
cosignatures policy_differs the policy is another than genesis names|信任策略不是创世声明所列的那份
cosignatures policy_key the policy does not name a key that genesis names|信任策略没有创世声明所列的密钥
cosignatures policy_weaker the policy asks for less than genesis|信任策略的要求低于创世声明
restorations restoration_head a restoration does not stand behind the head that was kept|恢复记录与其前的账本不符
restorations restoration_unsigned a restoration has no auditor's cosignature that holds|恢复记录的审计联署无效
restorations restoration_key a restoration was allowed by somebody who is no auditor|准许恢复的不是审计方
restorations ledger_restored the ledger was restored from an older backup|账本曾用旧备份恢复
statements statement_differs an entry says that the log's root was another|条目所述的账本树根与账本不符
signatures signature_missing a batch is not signed|批次没有签名
signatures signature_form a batch's signature is malformed|批次签名格式不对
signatures signature_key a batch's key is not registered, or cannot be one|签名密钥未登记或不可用
signatures signature_window a batch's key is not in force at its position|签名密钥在该位置无效
signatures signature_owner a batch's key is another actor's|签名密钥不属于该人员
signatures signature_invalid a batch's signature does not verify|批次签名无效
signatures signature_seen what an actor had seen is not of this log|签名所见的检查点不属于本账本
proofs receipt_missing the log does not have what a receipt says|回执所载与账本不符
proofs proof_differs a proof does not fit the log|证明与账本不符
proofs misbehaviour_shown the log's key signed two histories|账本密钥签过两段不能并存的历史
proofs file_unused a file that was brought says nothing here|所给文件不能说明本账本
indexes index_differs a sealed index is not that of the entries before it|封存的索引与条目不符
"""
CODES = {row.split(" ", 2)[1]: row.split(" ", 2) for row in CODES_OF.split("\n") if row}
#: In their order; `types` is of the first rung, `timestamps` of §16.12.
NAMES = """bytes 记录 columns 列 chain 链 time 时间 tree 树 batches 批次 mark 高水位 checkpoints 检查点
cosignatures 联署 restorations 恢复 statements 自述 signatures 签名 powers 权限 proofs 证明 decisions 决定 models 推导
indexes 索引 closings 封账 values 密封值 types 内容 timestamps 时间戳 tables 附表"""
RUNGS = dict(re.findall(r"(\w+)\s+(\w+)", NAMES))
NOT_MADE = ("powers", "decisions", "models", "closings", "values", "types", "timestamps")
LEADS = (
    *("policy_differs", "policy_key", "policy_weaker"),
    *("ledger_restored", "file_unused", "storage_differs"),
)
NO_KEYS = "no key is registered|没有登记密钥"
NO_ROOT = "rows are missing before a root that an entry names|条目所述的树根之前缺少条目"
NO_PROOFS = "no receipt or proof was given|没有给出回执或证明"
UNUSED = "a file says nothing: named below|有文件不能作证"
NO_AUDITOR = "no policy names the key that allowed it|没有策略写明准许恢复者的公钥"
NO_PACKAGE = "the package cryptography is not installed|没有安装 cryptography"
NO_MARK = "no mark that can be read lies beside the ledger|账本旁没有可读的高水位"
NO_LOG_KEY = "no key of the log is known: name it in a policy|不知账本的公钥：请在策略中写明"
NO_CHECKPOINT = "none was signed, and none was given|没有签过，也没有给出"
NO_ACCEPTED = "no checkpoint from outside that a policy accepts|没有策略所接受的外来检查点"
NO_INDEX = "none is sealed, or what they are made of is damaged|没有封存，或所据条目已损坏"
NO_READER = "no reader of Parquet is here: aidledger verify asks it|此处不读 Parquet，由 aidledger verify 核验"
NOT_OURS = "aidledger verify asks it|由 aidledger verify 核验"
IN_TILES = "tiles hold none|瓦片中没有"


@dataclass
class Report:
    """What was found, rung by rung, and how far what stands outside the ledger proves it."""

    entries: int = 0
    root: str = ""
    proven_size: int | None = None
    cosigners: list[str] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    shown: list[tuple[str, str, tuple[Any, ...]]] = field(default_factory=list)  # what files prove
    leads: list[dict[str, Any]] = field(default_factory=list)  # for an audit, no damage
    skipped: dict[str, str] = field(default_factory=dict)  # rungs that were not made, and why
    climbed: bool = False  # a log was at hand
    left: str = ""  # of an evidence bundle: what is not checked here
    contradicted: bool = False  # by a checkpoint from outside that the policy accepts

    def find(
        self, code: str, at: int | None, where: str, why: Any = "", stream: Any = None
    ) -> None:
        """Note one damage, or what is a lead."""
        named = stream if isinstance(stream, str) else None
        one = {
            "code": code,
            "position": at if is_count(at) else None,
            "stream": named,
            "field": where,
        }
        (self.leads if code in LEADS else self.findings).append({**one, "message": str(why)[:200]})

    def show(self, name: str, words: str, *parts: Any) -> None:
        """Note what a file proves."""
        self.shown.append((name, words, parts))

    @property
    def verdict(self) -> str:
        """Only what agrees with a checkpoint from outside that a policy accepts is proven."""
        if self.findings:
            return "damaged"
        return "unproven" if self.proven_size is None else "proven"

    def as_json(self) -> dict[str, Any]:
        """Give the report as §14 has it."""
        proven, shown = self.proven_size, [(one, w.split("|")[0], p) for one, w, p in self.shown]
        damaged = {CODES[one["code"]][0] for one in self.findings}
        damaged |= {"cosignatures"} if self.contradicted else set()
        rungs = []
        for rung in RUNGS if self.climbed else ():
            if rung == "tables" and rung not in self.skipped:
                continue  # no entry vouches for one
            why = "" if rung in damaged else self.skipped.get(rung, "")
            status = "damaged" if rung in damaged else "not_made" if why else "ok"
            rungs.append({"name": rung, "status": status, "why": why.split("|")[0]})
        left = {"not_checked": self.left.split("|")[0]} if self.left else {}
        by_place = lambda one: (one["position"] is None, one["position"] or 0)  # noqa: E731
        return {
            "entries": self.entries,
            "root": self.root,
            "verdict": self.verdict,
            "proven_size": proven,
            "unproven_tail": max(0, self.entries - (proven or 0)),
            "cosigners": self.cosigners,
            "rungs": rungs,
            "findings": sorted(self.findings, key=by_place),
            "leads": sorted(self.leads, key=by_place),
            "shown": [f"{name}: {words.format(*parts)}" for name, words, parts in shown],
            **left,
        }


# ---- §14, rungs 1 to 4: the entries --------------------------------------------------------------

COLUMNS = ("stream", "version", "type", "recorded_at")
STATEMENTS = ("PaymentMonthClosed", "PaymentMonthSupplemented")
KEPT = {*STATEMENTS, "LedgerOpened", "GenesisDeclared", "KeyRegistered", "KeyRevoked"}
KEPT |= {"LedgerRestored", "IndexSealed", "ApplicationSubmitted", "EntryCorrected", "PaymentIssued"}
TABLED = ("RegisterImported", "StatementImported")  # they vouch for a table beside (section 23)
GATHERED = ("CountyLogTrusted", "CheckpointGathered", "CheckpointContradicted")
#: How the fields begin in which an entry says what the log's root was, and at which size.
ROOTED = {"GenerationCertified": "", "DoubtRaised": "log_", "DoubtSeenAgain": "log_"}
KEPT |= {*TABLED, *GATHERED, *ROOTED}
Hashes = list[bytes | None]


class Fact(NamedTuple):
    """What the rungs above the entries ask of one; each is None where it cannot be read."""

    leaf: bytes | None = None  # of the record
    stored: bytes | None = None  # as the column has it
    stream: Any = None
    actor: Any = None
    cause: Any = None
    times: tuple[Any, ...] = ()  # of the record, and of the column
    at: int | None = None  # its position: none of the list behind a gap that is too long to keep


#: A stream's next version, the links that fit it, and the same before an entry that did not fit.
Thread = tuple[int, set[Any], tuple[int, set[Any]] | None]


class Log:
    """Takes entries in their order, says what is wrong with each, and keeps what is asked later."""

    def __init__(self, report: Report) -> None:
        self.report, self.whole = report, True
        self.facts: list[Fact] = []
        self.kept: list[tuple[int, str, dict[str, Any]]] = []  # position, type, record
        self.roots: dict[int, set[bytes]] = {}
        self.chains: dict[str, Thread] = {}
        self.next = 0  # position
        self.latest: tuple[str, int | None] = ("", None)  # time, and its position
        self.early: tuple[str, int | None] | None = None  # one that goes back behind it

    def add(self, position: Any, record: Any, stored: Any, columns: tuple[Any, ...] | None) -> None:
        """Take the next row; a folder of tiles has no columns."""
        report = self.report
        report.entries += 1
        if type(position) is not int:
            report.find("column_type", None, "position", repr(position)[:40])
            return
        at, gap = position, position - self.next
        if gap < 0:
            report.find("position_repeated", at, "position", f"behind {self.next - 1}")
        elif gap > 0:
            self.whole = False
            report.find("position_missing", self.next, "position", f"{gap} rows")
            self.facts += [Fact()] * min(gap, 100_000)
        said, wrong = read_record(record)
        told = dict(zip(COLUMNS, columns, strict=True)) if columns else {}
        stream = said.get("stream", told.get("stream"))
        for code, where, why in wrong:
            report.find(code, at, where, why, stream)
        leaf = leaf_of(record) if isinstance(record, bytes) else None
        for name, value in told.items():
            key = "$type" if name == "type" else name
            if type(value) is not (int if name == "version" else str):
                report.find("column_type", at, name, repr(value)[:40], stream)
            elif key in said and said[key] != value:
                report.find("column_differs", at, name, f"{said[key]}, found {value}", stream)
        if type(stored) is not bytes or len(stored) != 32:
            report.find("column_type", at, "leaf_hash", "not 32 bytes", stream)
            stored = leaf
        elif leaf is not None and stored != leaf:
            report.find("leaf_hash_differs", at, "leaf_hash", leaf.hex(), stream)
        # Where the leaves differ, columns may be what the record once said: one damage, one finding.
        true = {**said, **(told if stored != leaf or not said else {})}
        self._chain(
            at, true, said.get("prev", Ellipsis), {one.hex() for one in (leaf, stored) if one}
        )
        if gap >= 0:
            times = (said.get("recorded_at"), *([told["recorded_at"]] if told else []))
            fact = (said.get("stream"), said.get("actor"), said.get("cause"), times)
            self.facts.append(Fact(leaf, stored, *fact, at))
            self.next = position + 1
            if said.get("$type") in KEPT and "data" in said:
                self.kept.append((position, said["$type"], said))

    def _chain(self, at: int | None, true: dict[str, Any], prev: Any, leaves: set[str]) -> None:
        """§5 and §6; after a gap the chain goes on from what is there."""
        stream, version, time = (true.get(name) for name in ("stream", "version", "recorded_at"))
        if isinstance(stream, str) and isinstance(version, int) and is_count(version, 1):
            self._follow(stream, version, prev, leaves, at)
        if isinstance(time, str) and is_time(time):
            self._settle(time)
            if time < self.latest[0]:
                self.early = time, at
            else:
                self.latest = time, at

    def _follow(
        self, stream: str, version: int, prev: Any, leaves: set[str], at: int | None
    ) -> None:
        """One that does not fit is one finding: what comes behind may go on from the one before it."""
        expected, before, thread = self.chains.get(stream, (1, {None}, None))
        linked = prev in (Ellipsis, *before)
        resumed = thread and version == thread[0] and prev in (Ellipsis, *thread[1])
        number, thread_after = version + 1, None
        if version == expected and not linked:
            self.report.find("prev_differs", at, "prev", prev, stream)
        elif version != expected and not (resumed and version > expected):
            self.report.find("version_differs", at, "version", expected, stream)
            if linked and prev is not Ellipsis:  # only its number is wrong
                number = expected + 1
            elif version < expected and not resumed:  # it stands too late: nothing goes on from it
                return
            else:
                thread_after = expected, before
        self.chains[stream] = number, leaves, thread_after

    def _settle(self, time: str) -> None:
        """Of two times that go back say which is out of place: what stands behind them tells."""
        if self.early is None:
            return
        wrong, right = self.early, self.latest
        if time < self.latest[0]:
            wrong, right = right, wrong
        self.report.find("recorded_at_back", wrong[1], "recorded_at", f"{wrong[0]}; {right[0]}")
        self.latest, self.early = right, None

    def sides(self) -> list[Hashes]:
        """Give the leaves of the records, and as they are stored."""
        return [[one.leaf for one in self.facts], [one.stored for one in self.facts]]

    def genesis(self) -> tuple[int, dict[str, Any]]:
        """Give the first declaration of genesis and its position; where none is, nothing."""
        found = ((at, said) for at, kind, said in self.kept if kind == "GenesisDeclared")
        return next(found, (0, {}))

    def read(self, position: int, *kinds: str) -> dict[str, Any]:
        """Give the record of one of the types at a position."""
        for at, kind, said in self.kept:
            if at == position and kind in kinds:
                return said
        raise RefusedError(f"no {' or '.join(kinds)} stands at {position}")

    def stated(self) -> Iterator[tuple[int, Any, str, int, str]]:
        """Give position, stream, how its fields begin, size and root of what says what the root was."""
        for at, kind, said in self.kept:
            data, begin = said["data"], ROOTED.get(kind, "-")
            size, root = data.get(f"{begin}size"), data.get(f"{begin}root")
            if is_count(size) and is_hash(root):
                yield at, said.get("stream"), f"data.{begin}", size, root

    def work_out_roots(self, sizes: Iterable[int]) -> None:
        """Compute the roots of the first entries: by their records, and by the stored leaves."""
        self._settle(self.latest[0])
        wanted, sides = {*sizes, 0, len(self.facts)}, self.sides()
        wanted |= {at for at, kind, _ in self.kept if kind == "LedgerRestored"}
        wanted |= {size for _, _, _, size, _ in self.stated()}
        for leaves in sides[: 1 + (sides[0] != sides[1])]:
            tree = Tree()
            for leaf in [*leaves, None]:
                if tree.size in wanted:
                    self.roots.setdefault(tree.size, set()).add(tree.root())
                if leaf is None:
                    break
                tree.add(leaf)
            if leaves is sides[0] and tree.size == len(leaves):
                self.report.root = tree.root().hex()

    def differs(self, size: int, root: bytes) -> bool:
        """Say that the first entries are there, and have another root."""
        return size in self.roots and root not in self.roots[size]

    def has(self, size: int, root: bytes) -> bool:
        """Say that the first entries are there, and have this root."""
        return root in self.roots.get(size, ())

    def items(self, kind: str) -> dict[str, list[tuple[int, bytes]]]:
        """§17: give position and leaf of the items of each key of an index over all entries."""
        found: dict[str, list[tuple[int, bytes]]] = {}
        if kind == "cases":
            for at, fact in enumerate(self.facts):
                if fact.leaf and str(fact.stream).startswith("case/"):
                    found.setdefault(fact.stream, []).append((at, fact.leaf))
            return found
        return person_items(self.kept)


def person_key(token: str) -> str:
    """§17: give the key of a person, of which nobody can tell the token."""
    return sha256(b"aidledger/index-person/v1\n" + lp(token.encode())).hex()


def person_items(entries: Iterable[tuple[int, str, dict[str, Any]]]) -> dict[str, list[Any]]:
    """§17: give position and leaf of the cases that name each person first; no token names nobody."""
    found, named = dict[str, list[tuple[int, bytes]]](), set()
    for at, what, said in entries:
        data, stream = said["data"], said.get("stream", "")
        written = f'"{data.get("applicant")}"' if what == "ApplicationSubmitted" else ""
        if what == "EntryCorrected" and data.get("field") == "applicant":
            written = str(data.get("value"))
        token = written[1:-1] if re.fullmatch('"p[0-9a-f]{32}"', written) else ""
        if token and stream.startswith("case/") and (token, stream) not in named:
            named.add((token, stream))
            leaf = b"aidledger/index-case/v1\n" + lp(token.encode()) + lp(stream.encode())
            found.setdefault(person_key(token), []).append((at, leaf_of(leaf)))
    return found


# ---- §14, rung 5: nodes and head -----------------------------------------------------------------


def level_up(hashes: Hashes) -> Hashes:
    """Give the roots over each complete 256 hashes; None where one of them cannot be read."""
    blocks = [hashes[at : at + 256] for at in range(0, len(hashes) - 255, 256)]
    return [None if None in block else Tree(one for one in block if one).root() for block in blocks]


def check_nodes(log: Log, rows: Iterable[tuple[Any, ...]]) -> None:
    """Ask that the stored nodes are those of §4, all and no other."""
    find, stored = log.report.find, dict[tuple[int, int], Any]()
    for level, number, digest in rows:
        where = f"nodes {level!r:.20}/{number!r:.20}"
        placed = is_count(level, 1) and level < 8 and is_count(number)
        if not placed or type(digest) is not bytes or len(digest) != 32:
            find("node_row_form", number * 256**level if placed else None, where)
        if placed and (level, number) in stored:
            find("node_repeated", number * 256**level, where)
        if placed:
            stored[level, number] = digest
    level, sides = 1, [level_up(side) for side in log.sides()]
    while sides[0]:
        for number, right in enumerate(zip(*sides, strict=True)):
            here, where = number * 256**level, f"nodes {level}/{number}"
            digest = stored.pop((level, number), None)
            if digest is None and None not in right:
                find("node_missing", here, where)
            elif type(digest) is bytes and len(digest) == 32 and {digest, None}.isdisjoint(right):
                find("node_differs", here, where, digest.hex())
        level, sides = level + 1, [level_up(side) for side in sides]
    for level, number in stored if log.whole else ():
        find("node_extra", number * 256**level, f"nodes {level}/{number}")


def check_head(log: Log, rows: list[tuple[Any, ...]]) -> str:
    """Hold the head against the entries; give the origin that it names."""
    find = log.report.find
    if not rows:
        find("head_missing", None, "head")
        return ""
    size, root, frontier, time, origin = rows[0]
    named = origin if isinstance(origin, str) else ""
    right = type(root) is bytes and len(root) == 32 and is_key_name(named) and len(rows) == 1
    right = right and type(frontier) is bytes and len(frontier) % 32 == 0
    right = right and is_count(size) and (is_time(time) if size else time is None)
    if not right:
        find("head_form", None, "head", f"{len(rows)} rows")
    if is_count(size) and size != len(log.facts) and log.whole:
        find("head_size", min(size, len(log.facts)), "size", f"{size}, not {len(log.facts)}")
    if not right or size != len(log.facts):
        return named
    if len(frontier) != 32 * size.bit_count():
        find("head_frontier", None, "frontier", f"{len(frontier)} bytes")
        frontier = b""
    if log.differs(size, root):
        find("head_root", None, "root", root.hex())
    if size and time not in log.facts[-1].times:
        find("head_recorded_at", size - 1, "recorded_at", time)
    start, left, sides = 0, size, log.sides()
    for at in range(0, len(frontier), 32):
        width = 1 << (left.bit_length() - 1)
        parts = [[one for one in side[start : start + width] if one] for side in sides]
        roots = [Tree(part).root() for part in parts if len(part) == width]
        if roots and frontier[at : at + 32] not in roots:
            find("head_frontier", start, "frontier", frontier[at : at + 32].hex())
        start, left = start + width, left - width
    return named


# ---- §14, rung 6: batches; rung 12: their signatures (§16.9) -------------------------------------


class Batch(NamedTuple):
    """A row of `batches`."""

    position: Any
    count: Any
    cause: Any
    digest: Any
    root: Any
    time: Any
    signature: Any
    key_id: Any

    @property
    def end(self) -> int:
        """The position behind its last entry."""
        return int(self.position + self.count)

    @property
    def well_formed(self) -> bool:
        """Whether it can be held against the entries at all."""
        texts = isinstance(self.cause, str) and self.cause and isinstance(self.time, str)
        hashes = type(self.digest) is bytes and type(self.root) is bytes and len(self.root) == 32
        places = is_count(self.position) and is_count(self.count, 1)
        loose = hashes and self.signature is self.key_id is None and not self.digest
        return bool(texts and hashes and places and (loose or len(self.digest) == 32))

    @property
    def seen(self) -> Pair | None:
        """Size and root of the newest checkpoint that the actor knew."""
        if type(self.signature) is not bytes or len(self.signature) != 104:
            return None
        return int.from_bytes(self.signature[64:72], "big"), self.signature[72:]


def check_batches(log: Log, rows: list[Batch]) -> list[Batch]:
    """Ask that the batches cover all positions once, in order; give those of the right form."""
    find, size = log.report.find, len(log.facts)
    expected, causes, sound, root_was_right = 0, set[str](), list[Batch](), True
    for batch in rows:
        start = batch.position
        if not batch.well_formed:
            find("batch_form", start if type(start) is int else None, "batches")
            continue
        sound.append(batch)
        if start > expected and expected < size:
            find("batch_missing", expected, "position", f"up to {start}")
        if start != expected:
            find("batch_position", start, "position", f"{expected} was next")
        if batch.end > size >= expected:
            find("batch_extra", start, "position", f"up to {batch.end}")
        if batch.cause in causes:
            find("batch_cause_repeated", start, "cause", batch.cause)
        causes.add(batch.cause)
        in_place, over, expected = start == expected, start < expected, batch.end
        if log.differs(batch.end, batch.root):
            if root_was_right and in_place:  # whatever follows a first damage differs too
                find("batch_root", start, "root", batch.root.hex())
            root_was_right = False
        elif log.has(batch.end, batch.root):
            root_was_right = True
        loose = b"".join(fact.leaf or b"" for fact in log.facts[start : batch.end])
        loosely = not batch.digest and batch.cause == f"loose:{sha256(loose).hex()}"
        inside = [] if over or loosely else list(enumerate(log.facts[start : batch.end], start))
        causes_of = [at for at, one in inside if one.cause not in (None, batch.cause)]
        times_of = [at for at, one in inside if one.times and batch.time not in one.times]
        if causes_of or (inside and not batch.digest):
            find("batch_cause", (causes_of or [start])[0], "cause", batch.cause)
        if times_of:
            find("batch_recorded_at", times_of[0], "recorded_at", batch.time)
    for at in [at for at in range(expected, size) if log.facts[at].stored][:1]:
        find("batch_missing", log.facts[at].at, "position", "to the end")
    return sound


class Registered(NamedTuple):
    """A key as `KeyRegistered` gave it, and where it counts: behind `after`, before `until`."""

    key: Key | None
    owner: str
    after: int
    until: int


def registered_keys(log: Log) -> tuple[dict[str, Registered], int | None]:
    """Give the keys by what a `key_id` may call them, and where the first was registered."""
    revoked, found, first = dict[Any, int](), dict[str, Registered](), None
    for _, kind, said in log.kept:
        start, name = said["data"].get("from_position"), str(said["data"].get("key"))
        if kind == "KeyRevoked" and is_count(start):
            revoked[name] = min(start, revoked.get(name, start))
    for at, kind, said in log.kept:
        if kind == "KeyRegistered":
            first = at if first is None else first
            data = said["data"]
            name, owner = str(data.get("key")), str(data.get("owner"))
            usable = BATCH if data.get("algorithm") == "ed25519" else None
            for called in (name, owner):
                key = hex_key(called, usable, data.get("public_key"))
                one = Registered(key, owner, at, revoked.get(name, LIMIT))
                found.setdefault(name, one)
                found.setdefault(f"{called}+{key.id.hex()}" if key else name, one)
    return found, first


def check_signatures(log: Log, batches: list[Batch], origin: str) -> None:
    """Every batch behind the first registered key is signed, and every signature is right."""
    find, (keys, first) = log.report.find, registered_keys(log)
    if first is None and not any(batch.signature or batch.key_id for batch in batches):
        log.report.skipped["signatures"] = NO_KEYS
        return
    if not CAN_VERIFY:
        log.report.skipped["signatures"] = NO_PACKAGE
        return
    for batch in batches:
        at, where, seen = batch.position, "batches.signature", batch.seen
        if at >= len(log.facts):
            continue
        if batch.signature is None and batch.key_id is None:
            behind = first is not None and batch.end > first + 1
            if first is not None and (at > first or (behind and not batch.digest)):
                find("signature_missing", max(at, first + 1), where)
            continue
        if type(batch.signature) is not bytes or len(batch.signature) not in (64, 104):
            find("signature_form", at, where)
            continue
        if seen and seen[0] > LIMIT:  # no log has so many entries: §16.9
            find("signature_form", at, where)
            continue
        one = keys.get(batch.key_id) if isinstance(batch.key_id, str) else None
        if one is None or one.key is None:
            find("signature_key", at, "batches.key_id", batch.key_id)
            continue
        if at <= one.after or batch.end > one.until:
            find("signature_window", at, "batches.key_id", f"{one.after + 1} to {one.until}")
            continue
        inside = log.facts[at : batch.end]
        for number, fact in enumerate(inside, start=at):
            if fact.actor not in (None, one.owner):
                find("signature_owner", number, "actor", f"{one.owner}, not {fact.actor}")
                break
        leaves = [fact.leaf for fact in inside if fact.leaf]
        statement = {
            "count": batch.count,
            "origin": origin,
            "root": Tree(leaves).root().hex(),
            "seen": {"root": seen[1].hex(), "size": seen[0]} if seen else None,
        }
        body = ENCODE(statement).encode("utf-8", "surrogateescape")
        kind = b"application/vnd.aidledger.batch+json;v=1"
        message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)
        if not one.key.signed(message, batch.signature[:64]):
            find("signature_invalid", at, where)
        elif seen and (seen[0] > at or log.differs(*seen)):
            find("signature_seen", at, f"batches.seen of size {seen[0]}")


# ---- §14, rungs 7 to 11: the mark, checkpoints, cosignatures, restorations (§19.3), statements ---


class Outside:
    """What the verifier brought along: a policy, checkpoints, and files that people kept."""

    def __init__(
        self, policy: Policy | None, files: dict[str, bytes], *, asked: str = "", **about: str
    ) -> None:
        self.policy, self.asked = policy, asked  # `asked`: the one file that is
        self.case, self.person = about.get("case", ""), about.get("person", "")
        self.notes: dict[str, Checkpoint] = {}
        self.proofs: dict[str, Proof] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.papers: dict[str, dict[str, Any]] = {}  # case, payment and row proofs
        self.records: dict[str, bytes] = {}
        self.bundles: dict[str, bytes] = {}
        self.unused: dict[str, Any] = {}  # files that say nothing, and why
        for name, data in files.items():
            try:
                self._read(name, data)
            except RefusedError as error:
                self.unused[name] = error

    def _read(self, name: str, data: bytes) -> None:
        """Tell files apart by their first bytes."""
        if data.startswith(b"c2sp.org/tlog-proof@v1\n"):
            self.proofs[name] = proof = read_proof(data)
            self.notes[name] = proof.note
        elif data.startswith(b"aidledger/misbehaviour/v1\n"):
            self.bundles[name] = data
        elif data.startswith(b'{"$type":"Receipt",'):
            self.receipts[name] = read_receipt(data)
        elif data.startswith(b'{"$proof":'):
            self.papers[name] = read_json_proof(data)
        elif data.startswith(b'{"$type":'):
            said, wrong = read_record(data)
            refuse(wrong or not said, f"a record that is none: {wrong[:1]}")
            self.records[name] = data
        else:
            self.notes[name] = read_checkpoint(data)

    def known(self, keys: list[Key]) -> set[Key]:
        """Add the keys of witnesses to those of the log: a bad line of either refuses a note."""
        return {*keys, *(self.policy.witnesses.values() if self.policy else ())}

    def sizes(self) -> Iterator[int]:
        """Give the sizes whose roots are asked for."""
        yield from (note.size for note in self.notes.values())
        yield from (receipt["size"] for receipt in self.receipts.values())
        for text in [one["certificate"] for one in self.papers.values() if "row" in one]:
            with contextlib.suppress(RefusedError):
                yield read_certificate(text.encode())["size"]

    def accepted(self, note: Checkpoint) -> list[str]:
        """Give the witnesses of a checkpoint that the policy accepts; refuse any other."""
        refuse(self.policy is None, "no policy says whose signatures count")
        return (self.policy or Policy()).accept(note)


class Remain(NamedTuple):
    """A file beside a ledger, and what it says of the log: its name, a size, the root at it."""

    where: str
    origin: str | None
    size: int
    root: bytes | None


def read_remains(path: Path) -> list[Remain]:
    """Give what files beside a ledger say of it; one that cannot be read says nothing."""
    found, mark, signed, made, sealed = (
        [],
        *(
            path.with_name(f"{path.name}.{end}")
            for end in ("mark", "signed", "generations", "archive")
        ),
    )
    with contextlib.suppress(OSError, ValueError):
        told = re.fullmatch("([0-9]{20}) ([0-9a-f]{64})\n", read_plain(mark, 100).decode("ascii"))
        if told is not None:
            found.append(Remain("mark", None, int(told[1]), bytes.fromhex(told[2])))
    with contextlib.suppress(OSError, ValueError):
        text = read_plain(signed, 2_000_000).decode("utf-8").split("\n")
        if len(text) > 3:
            said = Remain(signed.name, text[0], from_decimal(text[1]), from_base64(text[2], 32))
            found.append(said)
    names = ("certificates/*.json", "generation-*.json", "current")
    files = [one for name in names for one in sorted(made.glob(name))]
    for one in [*files, *sorted(sealed.glob("segment-*/manifest.json"))]:
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            said = json.loads(read_plain(one, 4 << 20))
            whole = (
                "size" in said
            )  # a manifest says where it ends, and not the root of the log there
            size = said["size"] if whole else said["first"] + said["entries"]
            root = bytes.fromhex(said["root"]) if whole else None
            if is_count(size, 1) and (root is None or is_hash(said["root"])):
                where = "/".join(one.parts[-2:])
                found.append(Remain(where, said.get("origin"), size, root))
    return found


def check_mark(log: Log, origin: str, remains: list[Remain]) -> None:
    """Ask that the ledger is not smaller than what was made of it, nor another; §14, rung 7."""
    restored = [said["data"] for _, what, said in log.kept if what == "LedgerRestored"]
    lost = [
        (one["kept_size"], one["lost_size"])
        for one in restored
        if is_count(one.get("kept_size")) and is_count(one.get("lost_size"))
    ]
    if not any(one.where == "mark" for one in remains):
        log.report.skipped["mark"] = NO_MARK
    for where, whose, size, root in remains:
        ours = where == "mark" or not any(kept < size <= gone for kept, gone in lost)
        if not ours or whose not in (None, origin):
            continue
        if size > len(log.facts) or (root is not None and log.differs(size, root)):
            named = "head" if where == "mark" else where
            log.report.find("behind_mark", min(size, len(log.facts)), named, size)
            return


def log_keys(log: Log, origin: str, policy: Policy | None) -> list[Key]:
    """Give the keys of the log: those of the policy, and the one that genesis names."""
    keys = [key for key in policy.logs if key.name == origin] if policy else []
    key = hex_key(origin, LOG, log.genesis()[1].get("data", {}).get("log_key"))
    return [*keys, key] if CAN_VERIFY and key and key not in keys else keys


def check_checkpoints(log: Log, rows: list[Any], origin: str, outside: Outside) -> None:
    """Rungs 8 and 9: kept checkpoints, and those from outside."""
    report, keys = log.report, log_keys(log, origin, outside.policy)
    known = outside.known(keys)
    told: list[tuple[int, bytes, str, bool]] = []  # size, root, where, whether from outside
    if not keys or not (rows or outside.notes):
        report.skipped["checkpoints"] = NO_LOG_KEY if rows or outside.notes else NO_CHECKPOINT
    for number, (size, root, data) in enumerate(rows):
        where = f"checkpoints row {number}, size {size!r:.20}"
        try:
            note = read_checkpoint(data if type(data) is bytes else b"")
            if note[:3] != (origin, size, root) or impossible(note):
                report.find("checkpoint_form", None, where, "columns or origin differ")
        except RefusedError as error:
            report.find("checkpoint_form", None, where, error)
            continue
        try:
            refuse(keys and not note.signers(known) & {*keys}, "no line of a key of the log")
        except RefusedError as error:
            report.find("checkpoint_unsigned", None, where, error)
            continue
        if note[:3] == (origin, size, root) and not impossible(note):
            told.append((size, root, where, False))
    told += notes_from_outside(log, origin, outside, keys)
    roots, right, right_outside = dict[int, bytes](), 0, 0
    for size, root, where, brought in sorted(told):
        if roots.setdefault(size, root) != root:
            report.find("checkpoint_two_roots", None, where)
        if size > len(log.facts):
            report.find("checkpoint_ahead", len(log.facts), where)
        elif log.differs(size, root):
            at = right_outside if brought else right  # rows can be signed anew
            report.find("checkpoint_root", at, where, root.hex())
        elif log.has(size, root):
            right, right_outside = size, size if brought else right_outside
    if log.genesis()[1] and outside.policy:
        compare_policy(report, outside.policy, origin, *log.genesis())


def notes_from_outside(
    log: Log, origin: str, outside: Outside, keys: list[Key]
) -> Iterator[tuple[int, bytes, str, bool]]:
    """Give the notes from outside that count, and hold the best of them against the policy."""
    known = outside.known(keys)
    best = Checkpoint("", -1, b"", b"", frozenset())
    for name, note in outside.notes.items():
        try:
            refuse(note.origin != origin or impossible(note), "of another log, or impossible")
            refuse(keys and not note.signers(known) & {*keys}, "no line of a key of the log")
        except RefusedError as error:
            outside.unused[name] = error
            continue
        yield note.size, note.root, name, True
        with contextlib.suppress(RefusedError):
            outside.accepted(note)
            if not log.has(note.size, note.root):
                log.report.contradicted = True
            elif note.size > best.size:
                best = note
    if best.size > 0 or (best.size == 0 == len(log.facts)):
        same = [note for note in outside.notes.values() if note[1:3] == best[1:3]]
        log.report.proven_size = best.size
        witnesses = {name for note in same for name in cosigners_of(outside, note)}
        log.report.cosigners = sorted(witnesses)
    else:
        log.report.skipped["cosignatures"] = NO_ACCEPTED


def cosigners_of(outside: Outside, note: Checkpoint) -> list[str]:
    """Give the witnesses of a note; none where it is not accepted."""
    with contextlib.suppress(RefusedError):
        return outside.accepted(note)
    return []


def named_witnesses(data: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Give name and key (hex) of the witnesses that genesis names."""
    told = data.get("witnesses")
    rows = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return [(str(one.get("name")), str(one.get("key"))) for one in rows]


def compare_policy(
    report: Report, policy: Policy, origin: str, at: int, said: dict[str, Any]
) -> None:
    """Rung 9: say where the policy from outside is another than genesis names."""
    data, stream = said["data"], said.get("stream")
    named, log_key, quorum = named_witnesses(data), data.get("log_key"), data.get("quorum")
    ours = [(key.name, key.public.hex()) for key in (*policy.logs, *policy.witnesses.values())]
    if data.get("policy") not in (None, policy.digest):
        report.find("policy_differs", at, "policy", policy.digest, stream)
    if log_key and (origin, log_key) not in ours:
        report.find("policy_key", at, "log_key", log_key, stream)
    for name in [name for name, key in named if any(name == one and key != k for one, k in ours)]:
        report.find("policy_key", at, "witnesses", name, stream)
    if is_count(quorum) and policy.least(policy.quorum, {key for _, key in named}) < quorum:
        report.find("policy_weaker", at, "quorum", quorum, stream)


def check_restored(log: Log, origin: str, policy: Policy | None) -> None:
    """§19.3: each restoration stands behind the head that was kept, and an auditor allowed it."""
    report, witnesses = log.report, policy.witnesses.values() if policy else ()
    trusted = [key.public.hex() for key in witnesses]
    named = [key for _, key in named_witnesses(log.genesis()[1].get("data", {}))]
    for at, what, said in log.kept:
        stream, data = str(said.get("stream")), said["data"]
        if what != "LedgerRestored" or not stream.startswith("registry/"):
            continue
        if not CAN_VERIFY:
            report.skipped["restorations"] = NO_PACKAGE
            return
        root, key = data.get("kept_root"), cosigner(data.get("auditor"))
        found = len(report.findings)
        if data.get("kept_size") != at or not is_hash(root) or log.differs(at, bytes.fromhex(root)):
            report.find("restoration_head", at, "kept_root", root, stream)
        if not key or not allows(data, origin, key):
            report.find("restoration_unsigned", at, "cosignature", key and key.name, stream)
        auditor = key.public.hex() if key else ""
        if auditor not in (named or trusted or [auditor]):
            report.find("restoration_key", at, "auditor", auditor, stream)
        elif auditor not in trusted:
            report.skipped["restorations"] = NO_AUDITOR
        if len(report.findings) == found:
            report.find("ledger_restored", at, "kept_size", f"lost {data['lost_size']}", stream)


def check_stated(log: Log) -> None:
    """Rung 11: what an entry says that the log's root was, it was."""
    for at, stream, begin, size, root in log.stated():
        if size > at:
            log.report.find("statement_differs", at, f"{begin}size", f"at most {at}", stream)
        elif log.differs(size, bytes.fromhex(root)):
            log.report.find("statement_differs", at, f"{begin}root", root, stream)
        elif size not in log.roots:
            log.report.skipped["statements"] = NO_ROOT


def check_gathered(log: Log) -> None:
    """§19.4: each checkpoint of another log that was gathered follows from those before it."""
    known: dict[str, tuple[str, list[Key], list[Pair]]] = {}
    owners: dict[str, str] = {}  # of each log, the stream that gathered it first
    for at, what, said in log.kept:
        stream, data = str(said.get("stream")), said["data"]
        if what not in GATHERED or not stream.startswith("log/"):
            continue
        if not CAN_VERIFY:
            log.report.skipped["checkpoints"] = NO_PACKAGE
            return
        origin, keys, heads = known.get(stream, ("", [], []))
        try:
            if what == "CountyLogTrusted":
                keys = [read_vkey(text, LOG) for text in data["vkeys"]]
                refuse(not keys or {key.name for key in keys} != {data["origin"]}, "another log")
                refuse(origin not in ("", data["origin"]), "another log than before")
                refuse(stream != f"log/{data['county']}", "another county than the stream's")
                known[stream] = (data["origin"], keys, heads)
                continue
            note = read_checkpoint(from_base64(data["note"]))
            stated = (note.origin, note.size, note.root.hex())
            refuse(stated != (origin, data["size"], data["root"]), "a note of something else")
            refuse(impossible(note) or not note.signers(keys), "no line of a key of the log")
            if what == "CheckpointContradicted":
                roots = {root for size, root in heads if size == note.size}
                refuse(not roots or note.root in roots, "no contradiction")
                continue
            path = [bytes.fromhex(one) for one in data["proof"]]
            size = heads[-1][0] if heads else 0
            proven = extends(heads[-1], (note.size, note.root), path) if size else not path
            refuse(data["extends"] != size or not proven, "no proof that it extends the last one")
            refuse(owners.setdefault(origin, stream) != stream, "another county's stream has it")
            known[stream] = (origin, keys, [*heads, (note.size, note.root)])
        except (RefusedError, LookupError, TypeError) as error:
            log.report.find("gathered_false", at, "note", str(error)[:60], stream)


def allows(data: dict[str, Any], origin: str, key: Key) -> bool:
    """Build the statement of a restoration, and verify its cosignature."""
    try:
        heads = [(data[f"{one}_size"], data[f"{one}_root"]) for one in ("lost", "kept")]
        (lost, _), (kept, _) = heads
        refuse(not 0 <= kept <= lost <= LIMIT or heads[0] == heads[1], "nothing was lost")
        parts = [part for size, root in heads for part in (u64(size), bytes.fromhex(root))]
        root = sha256(b"aidledger/restored/v1\n" + b"".join(map(lp, (origin.encode(), *parts))))
        in_text = [base64.b64encode(one).decode() for one in (root, parts[1], parts[3])]
        text = f"{origin}/restored\n{kept}\n{in_text[0]}\n"
        text += f"lost {lost} {in_text[1]}\nkept {kept} {in_text[2]}\n"
        line = f"\n— {key.name} {data['cosignature']}\n"
        return key in read_checkpoint((text + line).encode()).signers([key])
    except (KeyError, TypeError, ValueError, OverflowError):
        return False


# ---- §14, rung 14: what people kept, held against the entries; §17: sealed indexes ---------------


def check_files(log: Log, origin: str, outside: Outside) -> None:
    """Hold the files against the entries; one that is not sound in itself says nothing."""
    find, size = log.report.find, len(log.facts)
    for name, proof in outside.proofs.items():
        leaf = log.facts[proof.at].leaf if proof.at < size else None
        if name in outside.unused or (leaf and proof.holds(leaf)):
            continue
        if log.has(proof.note.size, proof.note.root):
            outside.unused[name] = "its path does not lead to its checkpoint"
        else:
            find("proof_differs", proof.at, name, f"an entry of a log of {proof.note.size}")
    leaves = {fact.leaf for fact in log.facts} if outside.records else set()
    for name, leaf in [(name, leaf_of(record)) for name, record in outside.records.items()]:
        sound = [proof for led, proof in outside.proofs.items() if led not in outside.unused]
        if leaf not in leaves and not any(proof.holds(leaf) for proof in sound):
            outside.unused[name] = "neither the log nor a proof has it"
    for name, receipt in outside.receipts.items():
        at = receipt["position"]
        if receipt["origin"] != origin:
            find("receipt_missing", at, name, f"of the log {receipt['origin']:.80}")
            continue
        if receipt["size"] > size:
            find("receipt_missing", size, name, f"a log of {receipt['size']}")
        elif log.differs(receipt["size"], bytes.fromhex(receipt["root"])):
            find("receipt_missing", None, name, f"another root at size {receipt['size']}")
        for number, leaf in enumerate(receipt["leaf_hashes"], start=at):
            if number >= size or bytes.fromhex(leaf) not in log.facts[number][:2]:
                find("receipt_missing", number, name, leaf)
    for name, value in outside.papers.items():
        position = value.get("position", value["sealed_at"])
        try:
            if "row" in value:
                certified = log.read(position, "GenerationCertified")["data"]
                _, size = check_row_proof(value, certified, origin)
                root = bytes.fromhex(certified["root"])
                refuse(log.differs(size, root), f"certified of another log at size {size}")
                continue
            if "rows" not in value:
                log.read(position, "PaymentIssued")
                paid = log.facts[position].leaf
                statement = log.read(value["sealed_at"], *STATEMENTS)["data"]
                check_payment_proof(value, paid or b"", statement)
                continue
            sealed = log.read(position, "IndexSealed")["data"]
            told = check_case_proof(value, sealed)
            found = before(log.items(sealed["kind"]).get(value["key"], []), sealed["size"])
            items = len(found), Tree(leaf for _, leaf in found).root()
            refuse((told or (0, NO_LEAVES)) != items, f"{items[0]} items are in the log")
        except (RefusedError, KeyError, TypeError, ValueError) as error:
            find("proof_differs", position, name, error)
    check_bundles(log.report, outside, log_keys(log, origin, outside.policy))


def check_bundles(report: Report, outside: Outside, logs: list[Key]) -> None:
    """§16.10: take evidence against a log, by its own signatures."""
    for name, data in outside.bundles.items():
        guilty = False
        with contextlib.suppress(RefusedError):
            guilty = convicts(data, logs)
        if guilty:
            report.find("misbehaviour_shown", None, name, "under its own key")
        else:
            outside.unused[name] = "it convicts no key that is known here"


def before(items: list[tuple[int, bytes]], size: int) -> list[tuple[int, bytes]]:
    """Give those among the first `size` entries."""
    return items[: bisect.bisect_left(items, (size, b""))]


def check_indexes(log: Log) -> None:
    """§17: work every sealed index out again."""
    sealed = [(at, said["data"]) for at, kind, said in log.kept if kind == "IndexSealed"]
    if not sealed or log.report.findings:
        log.report.skipped["indexes"] = NO_INDEX
        return
    items = {kind: sorted(log.items(kind).items()) for kind in ("cases", "persons")}
    roots: dict[tuple[str, int], bytes] = {}  # of so many items of a key: they only get more
    for at, data in sealed:
        kind, size = str(data.get("kind")), data.get("size")
        leaves = []
        for key, parts in items.get(kind, []) if is_count(size) and size <= at else []:
            if there := before(parts, size):
                one = key, len(there)
                if one not in roots:
                    roots[one] = Tree(leaf for _, leaf in there).root()
                leaves.append(index_leaf(*one, there[-1][0], roots[one]))
        right = len(leaves), Tree(leaves).root().hex()
        if (data.get("rows"), data.get("root")) != right or not is_count(size) or size > at:
            log.report.find("index_differs", at, "root", f"{right[0]} rows, root {right[1]}")


# ---- A ledger's SQLite file, §7 ------------------------------------------------------------------

QUERIES = {
    "entries": "SELECT position, record, leaf_hash, stream, version, type, recorded_at FROM entries"
    " ORDER BY position",
    "batches": "SELECT position, count, cause, request_digest, root, recorded_at, signature, key_id"
    " FROM batches ORDER BY position",
    "nodes": "SELECT level, idx, hash FROM nodes ORDER BY level, idx",
    "head": "SELECT size, root, frontier, recorded_at, origin FROM head ORDER BY origin",
    "checkpoints": "SELECT size, root, note FROM checkpoints ORDER BY size",
}


#: Each table of §7 that is part of the ledger, and its columns.
TABLES = {
    "entries": "position stream version type recorded_at record leaf_hash",
    "nodes": "level idx hash",
    "head": "size root frontier recorded_at origin",
    "batches": "position count cause request_digest root recorded_at signature key_id",
    "checkpoints": "size root note",
    "evidence": "hash media_type content",
    "vault": "commitment person stream field nonce ciphertext",
    "vault_keys": "person wrapped_key",
    "erased_keys": "digest",
}
REFUSES = (
    r"CREATE TRIGGER .+ BEFORE \w+ ON [^ ]+( WHEN [^;]+)? BEGIN SELECT RAISE\(ABORT, '[^']*'\); END"
)


def differing(database: sqlite3.Connection, there: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Name tables that are gone or have other columns, and triggers that do more than refuse."""
    asked = "SELECT name, lower(tbl_name), sql FROM sqlite_master WHERE type = 'trigger'"
    for name, table, text in database.execute(asked):
        if table in TABLES and not re.fullmatch(REFUSES, " ".join(str(text).split())):
            yield str(name), "a trigger that does more than refuse"
    for name, columns in TABLES.items():
        found = list(database.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (name,)))
        if there.get(name) != "table" or found != [(one, 0) for one in columns.split()]:
            yield name, "other columns" if name in there else "no such table"


def verify_ledger(path: Path, outside: Outside) -> Report:
    """Open the file so that no byte of it, or beside it, can change; where there is a WAL, a copy."""
    remains = read_remains(path)  # before the ledger: a writer may go on
    path = path.resolve()  # behind a link the rest of the ledger lies beside the file itself
    wal, journal = (path.with_name(path.name + end) for end in ("-wal", "-journal"))
    if journal.exists() or (wal.exists() and not wal.is_file()):
        said = journal if journal.exists() else wal
        raise CannotRunError(f"{said}: no part of a ledger; others may be shown another with it")
    with tempfile.TemporaryDirectory(prefix="verify_alone-") as folder:
        place, how = path, "mode=ro&immutable=1"
        if wal.exists() and wal.stat().st_size:
            place, how = Path(folder, "copy"), "mode=rw"
            shutil.copyfile(path, place)
            shutil.copyfile(wal, Path(folder, "copy-wal"))
        try:
            uri = f"{place.resolve().as_uri()}?{how}"
            with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
                return verify_database(database, outside, remains)
        except (sqlite3.Error, UnicodeError) as error:  # a name in the schema may be no text
            raise CannotRunError(f"{path}: {error}") from None


def verify_database(
    database: sqlite3.Connection, outside: Outside, remains: list[Remain]
) -> Report:
    """Climb the rungs."""
    database.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    database.execute("PRAGMA trusted_schema = OFF")
    there = dict(database.execute("SELECT lower(name), type FROM sqlite_master"))
    [(named,)] = database.execute("PRAGMA application_id")
    if named != 0x4149444C:
        raise CannotRunError(f"no ledger: its application_id is {named:#x}, and not 0x4149444c")
    if missing := [name for name in QUERIES if there.get(name) != "table"]:
        raise CannotRunError(f"no ledger: it has no table {missing[0]}")
    [(version,)] = database.execute("PRAGMA user_version")
    if version != 1:
        raise CannotRunError(f"a ledger of format {version}, and not 1")
    log = Log(Report())
    for name in (one for one in (*QUERIES, "vault", "vault_keys", "evidence") if one in there):
        said = next(database.execute(f"PRAGMA integrity_check('{name}')"))[0]
        if said != "ok":  # §14: an index that hides a row from whoever asks by it
            log.report.find("storage_differs", None, name, said)
    for name, why in differing(database, there):
        log.report.find("storage_differs", None, name, why)
    for position, record, stored, *columns in database.execute(QUERIES["entries"]):
        log.add(position, record, stored, tuple(columns))
    batches = [Batch(*row) for row in database.execute(QUERIES["batches"])]
    head, kept = (list(database.execute(QUERIES[name])) for name in ("head", "checkpoints"))
    sizes = [batch.end for batch in batches if batch.well_formed]
    sizes += [batch.seen[0] for batch in batches if batch.seen]
    sizes += [row[0] for row in kept if is_count(row[0])]
    log.work_out_roots([*sizes, *outside.sizes(), *(one.size for one in remains)])
    check_nodes(log, database.execute(QUERIES["nodes"]))
    origin = check_head(log, head)
    sound = check_batches(log, batches)
    check_mark(log, origin, remains)
    for at, kind, said in log.kept:
        if kind in ("LedgerOpened", "GenesisDeclared") and said["data"].get("origin") != origin:
            log.report.find("origin_differs", at, "head.origin", origin, said.get("stream"))
    check_checkpoints(log, kept, origin, outside)
    check_signatures(log, sound, origin)
    finish(log, origin, outside)
    return log.report


def report_unused(report: Report, outside: Outside) -> None:
    """Name the files that say nothing."""
    for name, why in outside.unused.items():
        report.find("file_unused", None, name, why)


def finish(log: Log, origin: str, outside: Outside) -> None:
    """Climb the rungs that ledgers and tiles have in common."""
    check_restored(log, origin, outside.policy)
    check_stated(log)
    check_gathered(log)
    check_files(log, origin, outside)
    check_indexes(log)
    brought = (outside.proofs, outside.receipts, outside.papers, outside.records, outside.bundles)
    if outside.unused or not any(brought):
        log.report.skipped["proofs"] = UNUSED if outside.unused else NO_PROOFS
    report_unused(log.report, outside)
    log.report.skipped.update(dict.fromkeys(NOT_MADE, NOT_OURS))
    if any(kind in TABLED for _, kind, _ in log.kept):
        log.report.skipped["tables"] = NO_READER
    log.report.climbed = True


# ---- §16.7 Tiles ---------------------------------------------------------------------------------


def read_plain(path: Path, most: int) -> bytes:
    """Read a file: a pipe would be waited for, and a device need not end."""
    if path.exists() and not path.is_file():
        raise OSError(f"no plain file: {path}")
    with path.open("rb") as file:
        return file.read(most)


def read_tile(folder: Path, level: str, number: int, count: int) -> tuple[int, bytes | None]:
    """Give the width of a tile, and its content where it is there.

    1234067 is x001/x234/067; a part of a tile says its width.
    """
    digits, width = str(number), min(256, count - number * 256)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    with contextlib.suppress(OSError):
        path = folder / "tile" / level / (name + (f".p/{width}" if width < 256 else ""))
        return width, read_plain(path, 256 * 65_537 + 1)
    return width, None


def entries_of(data: bytes | None) -> list[bytes]:
    """Divide a bundle; give no entry where it does not end with the last."""
    found, at = [], 0
    while data and at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : end])
        at = end
    return found if data and at == len(data) else []


def verify_tiles(folder: Path, outside: Outside) -> Report:
    """Recompute every hash from the bundles, up to the size of the checkpoint in the folder."""
    try:
        note = read_checkpoint(read_plain(folder / "checkpoint", 2_000_000))
    except (OSError, RefusedError) as error:
        raise CannotRunError(f"{folder}: no checkpoint: {error}") from None
    outside.notes["checkpoint"] = note
    log = Log(Report())
    find, missing = log.report.find, "missing, or of another length"
    for number in range(-(-note.size // 256)):
        start = number * 256
        width, tile = read_tile(folder, "0", number, note.size)
        records = entries_of(read_tile(folder, "entries", number, note.size)[1])
        if len(records) != width:
            find("position_missing", start, f"bundle {number}", missing)
            break
        if tile is None or len(tile) != 32 * width:
            find("node_missing", start, f"tile 0/{number}", missing)
            tile = b"".join(leaf_of(record) for record in records)
        for at, record in enumerate(records):
            log.add(start + at, record, tile[at * 32 : at * 32 + 32], None)
    log.work_out_roots([note.size, *outside.sizes()])
    level, sides = 1, [level_up(side) for side in log.sides()]
    while sides[0]:
        for number in range(-(-len(sides[0]) // 256)):
            width, tile = read_tile(folder, str(level), number, len(sides[0]))
            here, where = number * 256 ** (level + 1), f"tile {level}/{number}"
            if tile is None or len(tile) != 32 * width:
                find("node_missing", here, where, missing)
                continue
            for at in range(width):
                right = {side[number * 256 + at] for side in sides}
                if tile[at * 32 : at * 32 + 32] not in right:
                    find("node_differs", here + at * 256**level, where)
        level, sides = level + 1, [level_up(side) for side in sides]
    check_checkpoints(log, [], note.origin, outside)
    log.report.skipped.update(dict.fromkeys(("batches", "signatures", "mark"), IN_TILES))
    finish(log, note.origin, outside)
    return log.report


# ---- A folder of files that people kept, without a ledger ----------------------------------------


def verify_folder(outside: Outside) -> Report:
    """Prove records, entries of receipts, case and payment proofs: all of them, or nothing is."""
    report = Report(entries=len(outside.records))
    roots, good, cosigners = dict[tuple[str, int], bytes](), dict[str, Proof](), set[str]()
    used, unused = set[str](), outside.unused
    for name, note in outside.notes.items():
        try:
            cosigners.update(outside.accepted(note))
        except RefusedError as error:
            unused[name] = error
            continue
        if roots.setdefault((note.origin, note.size), note.root) != note.root:
            report.find("checkpoint_two_roots", None, name, f"of {note.origin} at {note.size}")
        if name in outside.proofs:
            good[name] = outside.proofs[name]
    placed: dict[str, Proof] = {}  # records by name, with a proof of their position
    for name, record in outside.records.items():
        for led in [led for led, proof in good.items() if proof.holds(leaf_of(record))]:
            used.add(led)
            if name not in placed:
                placed[name], note = good[led], good[led].note
                report.show(name, ENTRY, good[led].at, note.size, note.origin)
    proven, covered = len(placed), set(placed)
    for name, value in outside.papers.items():
        try:
            ours = check_paper(outside, placed, name, value, report)
        except (RefusedError, KeyError, TypeError, ValueError) as error:
            unused[name] = error
            continue
        proven, covered = proven + len(ours - covered), covered | ours
    for name, receipt in outside.receipts.items():
        root = roots.get((receipt["origin"], receipt["size"]))
        if root not in (None, bytes.fromhex(receipt["root"])):
            report.find("receipt_missing", None, name, f"another root at size {receipt['size']}")
        missing = receipt["count"]
        for at, leaf in enumerate(receipt["leaf_hashes"], start=receipt["position"]):
            place, digest = (receipt["origin"], at), bytes.fromhex(leaf)
            same = [led for led, one in good.items() if (one.note.origin, one.at) == place]
            held = [led for led in same if good[led].holds(digest)]
            missing -= bool(held)
            used.update(held)
        proven += receipt["count"] - missing
        if missing:
            unused[name] = f"{missing} of its entries are not proven"
        else:
            report.show(name, RECEIPT_KEPT, receipt["count"], receipt["origin"])
    check_bundles(report, outside, outside.policy.logs if outside.policy else [])
    unused.update(dict.fromkeys(sorted({*outside.records} - covered), "not proven"))
    for asked in (outside.case, person_key(outside.person) if outside.person else ""):
        if asked and not any(parts[-1] == asked for _, _, parts in report.shown):
            unused[asked] = "nothing here proves what was asked"
    if not outside.asked:  # of a folder, all files must say something
        unused.update(dict.fromkeys(sorted({*good} - used), "it proves nothing that is here"))
    report_unused(report, outside)
    if proven and not (outside.asked in unused if outside.asked else unused):
        report.proven_size, report.cosigners = proven, sorted(cosigners)
    return report


def check_paper(
    outside: Outside, placed: dict[str, Proof], name: str, value: dict[str, Any], report: Report
) -> set[str]:
    """Check a case, payment or row proof without a ledger; name the records that it covers."""
    said = {one: canonical(data) for one, data in outside.records.items()}
    rests_on = [one for one, proof in placed.items() if proof.at == value["sealed_at"]]
    refuse(not rests_on, f"the entry {value['sealed_at']} that it rests on is not proven")
    kind, data = said[rests_on[0]]["$type"], said[rests_on[0]]["data"]
    if "row" in value:
        refuse(kind != "GenerationCertified", "it rests on an entry of another type")
        many, size = check_row_proof(value, data, placed[rests_on[0]].note.origin)
        report.show(name, DERIVED, many, value["model"], size, data["as_of"], value["row"])
        return set()
    if "rows" not in value:
        refuse(kind not in STATEMENTS, "it rests on an entry of another type")
        for one in [one for one in said if said[one]["$type"] == "PaymentIssued"]:
            with contextlib.suppress(RefusedError):
                check_payment_proof(value, leaf_of(outside.records[one]), data)
                amount, paid = value["amount_fen"], said[one]["data"]
                report.show(name, PAID, amount, data["total_fen"], data["month"])
                if (paid["amount_fen"], paid["month"]) != (amount, data["month"]):
                    report.show(name, CORRECTED, paid["amount_fen"], paid["month"])
                return {one}
        raise RefusedError("no record of a payment here is its line")
    refuse(kind != "IndexSealed", "it rests on an entry of another type")
    told, key = check_case_proof(value, data), value["key"]
    if value["kind"] == "persons":
        refuse(not outside.person, "a proof of a person's cases needs the token: --person")
        refuse(person_key(outside.person) != key, "it is about another person")
        origin = placed[rests_on[0]].note.origin
        near = [one for one, proof in placed.items() if proof.note.origin == origin]
        there = [(placed[one].at, said[one]["$type"], said[one]) for one in near]
        there = sorted((one for one in there if one[0] < data["size"]), key=lambda one: one[0])
        leaves = [leaf for _, leaf in person_items(there).get(key, [])]
        ours: list[str] = []
    else:
        ours = [one for one in said if said[one]["stream"] == key]
        ours.sort(key=lambda one: int(said[one]["version"]))
        leaves = [leaf_of(outside.records[one]) for one in ours]
    if told is None:
        refuse(leaves and value["kind"] == "persons", "a record here names the person")
        report.show(name, ABSENT, data["size"], key)
        return set()
    refuse(
        leaves and (len(leaves), Tree(leaves).root()) != told, f"they are not all {told[0]} here"
    )
    every = ALL_CASES if value["kind"] == "persons" else ALL
    report.show(name, every if leaves else NOT_HERE, told[0], key)
    return set(ours)


# ---- §22 Evidence bundles ------------------------------------------------------------------------

MANIFEST = (
    "case files format kind missing month origin recorded_at release root rule size streams subject"
)
TOLD = "actor effective_on en office position recorded_at stream type zh"
OF_FILE, OF_BATCH = "en path zh", "count entries key_id position root seen signature"
OF_ENTRY = ("actor", "effective_on", "office", "recorded_at", "stream")
OF_DECISION = ("outcome", "amount_fen", "pack", "pack_hash", "withheld")
CLAUSE = ("citation", "id", "outcome")
TAGS = {"bagit.txt", "bag-info.txt", "index.html", "manifest-sha256.txt"}
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


class Bag:
    """An evidence bundle: its payload by name, and the entries that are proven so far."""

    def __init__(self, files: dict[str, bytes], report: Report) -> None:
        self.files, self.report = files, report
        self.payload = {name[5:]: data for name, data in files.items() if name[:5] == "data/"}
        self.placed: dict[int, tuple[dict[str, Any], bytes, int]] = {}  # record, leaf, line

    @contextlib.contextmanager
    def holding(self, name: str, line: int | None = None) -> Iterator[None]:
        """Say of which file and line it is, whatever is wrong."""
        try:
            yield
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            where = f"data/{name}" + (f", line {line}" if line else "")
            why = str(error) if isinstance(error, RefusedError) else ODD
            self.report.find("proof_differs", None, where, why)

    def content(self, name: str) -> bytes:
        """Give a file of the payload."""
        refuse(name not in self.payload, f"{name} is missing")
        return self.payload[name]

    def at(self, position: Any) -> tuple[dict[str, Any], bytes, int]:
        """Give a proven entry: its record, leaf and line."""
        refuse(not is_count(position) or position not in self.placed, f"no proven entry {position}")
        return self.placed[position]

    def lines(self, name: str) -> list[bytes]:
        """Divide a file into lines, each of which ends."""
        data = self.content(name)
        refuse(data and not data.endswith(b"\n"), f"{name} does not end in a newline")
        return data.split(b"\n")[:-1]

    def each(self, name: str, check: Callable[[Any], None]) -> None:
        """Check a file of lines of canonical JSON."""
        with self.holding(name):
            for number, line in enumerate(self.lines(name), 1):
                with self.holding(name, number):
                    check(canonical(line))

    def lacking(self, name: str, positions: Iterable[int]) -> None:
        """Name each entry that a file of lines should tell of and does not."""
        for at in sorted(positions):
            self.report.find("proof_differs", None, f"data/{name}", f"says nothing of entry {at}")

    def data_of(self, position: int, *kinds: str) -> dict[str, Any]:
        """Give the data of a proven entry of one of the types."""
        said, _, _ = self.at(position)
        refuse(said["$type"] not in kinds, f"no {' or '.join(kinds)} stands at {position}")
        return dict(said["data"])


def check_manifests(bag: Bag) -> None:
    """Ask that the bag (RFC 8493) has the files that its manifests name, and no other."""
    files, find = bag.files, bag.report.find
    if files.get("bagit.txt") != DECLARATION or set(files) - TAGS - {"tagmanifest-sha256.txt"} != {
        f"data/{name}" for name in bag.payload
    }:
        find("proof_differs", None, "bagit.txt", "no bag of version 1.0, or with other files")
    size = sum(map(len, bag.payload.values())), len(bag.payload)
    if b"\nPayload-Oxum: %d.%d\n" % size not in files.get("bag-info.txt", b""):
        find("proof_differs", None, "bag-info.txt", f"not {size[0]} bytes in {size[1]} files")
    for manifest, payload in (("manifest-sha256.txt", True), ("tagmanifest-sha256.txt", False)):
        if manifest not in files:
            find("proof_differs", None, manifest, "missing")
            continue
        told = re.findall(rb"(?m)^([0-9a-f]{64})  (.+)$", files[manifest])
        named = {name.decode("utf-8", "replace"): digest.decode() for digest, name in told}
        text = b"".join(b"%b  %b\n" % row for row in told)
        ours = {f"data/{name}" for name in bag.payload} if payload else TAGS & set(files)
        if text != files[manifest] or len(named) < len(told):
            find("proof_differs", None, manifest, "lines of another form")
        for name in sorted(set(named) - ours):
            find("proof_differs", None, name, "missing")
        for name in sorted(ours - set(named)):
            find("proof_differs", None, name, f"not in {manifest}")
        for name in sorted(ours & set(named)):
            if sha256(files[name]).hex() != named[name]:
                line = changed_line(bag, name[5:]) if payload else 0
                where = name + (f", line {line}" if line else "")
                find("proof_differs", None, where, "not what the manifest has: it was changed")


def changed_line(bag: Bag, name: str) -> int:
    """Say which line of a changed file is another; 0 where that can't be told."""
    for row in bag.payload.get("lines.txt", b"").decode("utf-8", "replace").split("\n"):
        path, *was = row.split(" ")
        if path == name:
            lines = bag.payload[name].split(b"\n")
            lines = lines[:-1] if lines[-1] == b"" else lines
            now = [sha256(line).hex()[:8] for line in lines]
            most = min(len(was), len(now))
            differs = (at for at in range(most) if was[at] != now[at])
            return next(differs, most) + 1 if was != now else 0
    return 0


def check_bag_entries(bag: Bag, note: Checkpoint, manifest: dict[str, Any]) -> set[str]:
    """Prove every entry in the log; follow the streams; give those that the timeline tells of."""
    records, proofs = bag.lines("entries.jsonl"), bag.lines("proofs.jsonl")
    refuse(len(records) != len(proofs), f"{len(proofs)} proofs for {len(records)} entries")
    for number, (record, text) in enumerate(zip(records, proofs, strict=True), 1):
        with bag.holding("proofs.jsonl", number):
            proof = an_object(canonical(text), ("path", "position"), "a proof")
            position, path = proof["position"], [from_base64(one, 32) for one in proof["path"]]
            refuse(not is_count(position) or position in bag.placed, "not a position of its own")
            with bag.holding("entries.jsonl", number):
                said, wrong = read_record(record)
                refuse(wrong, f"no record: {wrong[:1]}")
                if not included(leaf_of(record), position, (note.size, note.root), path):
                    raise RefusedError(f"entry {position} is not in the log of the checkpoint")
                bag.placed[position] = said, leaf_of(record), number
    refuse(not bag.placed, NONE_PROVEN)
    after = {(one["stream"], one["version"]): leaf for one, leaf, _ in bag.placed.values()}
    for said, _, number in bag.placed.values():
        leaf = after.get((said["stream"], said["version"] - 1))
        with bag.holding("entries.jsonl", number):
            refuse(leaf and said["prev"] != leaf.hex(), "it does not follow the entry before it")

    def told(one: dict[str, Any]) -> None:
        an_object(one, TOLD.split(), "a line of the timeline")
        said = bag.at(one["position"])[0]
        refuse(one["position"] <= places[-1], "it does not come behind the line before")
        places.append(one["position"])
        right = all(one[name] == said[name] for name in OF_ENTRY)
        refuse(not right or one["type"] != said["$type"], "not what the entry says")
        streams.add(said["stream"])

    streams, places = set[str](), [-1]
    bag.each("timeline.jsonl", told)
    with bag.holding("manifest.json", 1):
        times = {at: said["recorded_at"] for at, (said, _, _) in bag.placed.items()}
        last, as_of = times.get(note.size - 1), manifest.get("recorded_at") or ""
        other = as_of < max(times.values()) or last not in (None, as_of)
        refuse(other and manifest["size"] is not None, "another time than its entries")
    about = streams & {str(manifest.get("subject")), str(manifest.get("case"))}
    bag.lacking(
        "timeline.jsonl",
        {at for at, (said, _, _) in bag.placed.items() if said["stream"] in about} - set(places),
    )
    return streams


def check_bag_batches(bag: Bag, origin: str) -> int:
    """§16.9: verify the recorders' signatures, by keys that entries here register; count entries."""
    log = Log(Report())
    log.kept = [(at, said["$type"], said) for at, (said, _, _) in sorted(bag.placed.items())]
    keys, covered = registered_keys(log)[0], set[int]()

    def batch(said: dict[str, Any]) -> None:
        an_object(said, OF_BATCH.split(), "a batch")
        refuse(said["key_id"] not in keys, f"the key {said['key_id']} is not registered here")
        one, start, count = keys[said["key_id"]], said["position"], said["count"]
        refuse(one.key is None or start <= one.after or start + count > one.until, "not in force")
        parts = {name: said[name] for name in ("count", "root", "seen")} | {"origin": origin}
        body, kind = ENCODE(parts).encode(), b"application/vnd.aidledger.batch+json;v=1"
        message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)
        signature = from_base64(said["signature"], 64)
        refuse(not (one.key and one.key.signed(message, signature)), "a bad signature")
        refuse(type(said["entries"]) is not list or not said["entries"], "a batch names no entries")
        for entry in said["entries"]:
            at = an_object(entry, ("path", "position"), "an entry")["position"]
            refuse(type(entry["path"]) is not list, f"entry {at} is not in the batch")
            path = [from_base64(line, 32) for line in entry["path"]]
            record, leaf, _ = bag.at(at)
            refuse(record["actor"] != one.owner, f"entry {at} is of another actor")
            tree = count, bytes.fromhex(said["root"])
            refuse(not included(leaf, at - start, tree, path), f"entry {at} is not in the batch")
            covered.add(at)

    if "batches.jsonl" in bag.payload:
        bag.each("batches.jsonl", batch)
    return len(covered)


def check_bag_packs(bag: Bag) -> None:
    """§10: the pack of each entry was adopted, and its text and those it extends are here."""
    events = [said for said, _, _ in bag.placed.values()]
    adopted = {
        one["data"]["pack_hash"]: one["data"] for one in events if one["$type"] == "PackAdopted"
    }
    for pin in sorted({one["policy"]["hash"][7:] for one in events if one["policy"]}):
        with bag.holding("packs/"):
            digest = b""
            refuse(pin not in adopted, f"the pack {pin} was adopted by no entry here")
            for link in adopted[pin]["chain"]:
                name = f"packs/{link.rpartition('@')[2]}.toml"
                text = bag.content(name)
                refuse(f"packs/{sha256(text).hex()}.toml" != name, f"{name} is another text")
                rules = re.split(rb"(?m)(?:^\n)?^\[\[example\]\]", text, maxsplit=1)[0]
                digest = sha256(b"aidledger/pack/v1\n" + lp(rules) + lp(digest))
            refuse(digest.hex() != pin, f"the pack {pin} has another hash than was adopted")


def check_bag_papers(bag: Bag, manifest: dict[str, Any], origin: str) -> None:
    """Check completeness, payments, rows, values, decisions and findings against proven entries."""
    for name in sorted(bag.payload):
        if not name.endswith(("-proof",)):
            continue
        with bag.holding(name, 1):
            value = read_json_proof(bag.payload[name])
            at = value["sealed_at"]
            if "row" in value:
                check_row_proof(value, bag.data_of(at, "GenerationCertified"), origin)
            elif "rows" not in value:
                bag.data_of(value["position"], "PaymentIssued")
                leaf = bag.at(value["position"])[1]
                check_payment_proof(value, leaf, bag.data_of(at, *STATEMENTS))
            else:
                told, key = check_case_proof(value, bag.data_of(at, "IndexSealed")), value["key"]
                ours = sorted(
                    (said["version"], leaf)
                    for said, leaf, _ in bag.placed.values()
                    if said["stream"] == key
                )
                leaves = [leaf for _, leaf in ours[: told[0] if told else 0]]
                other = value["kind"] != "cases" or key != manifest["case"]
                refuse(other or (len(leaves), Tree(leaves).root()) != told, "not all entries of it")
                bag.report.show(name, ALL, len(leaves), key)

    def value_of(one: dict[str, Any]) -> None:
        parts = (one["field"].encode(), bytes.fromhex(one["salt"]), one["value"].encode())
        made = sha256(b"aidledger/field/v1\n" + b"".join(map(lp, parts))).hex()
        sealed = bag.at(one["position"])[0]["sealed"].get(one["field"])
        refuse(made != one["commitment"] or sealed != made, "not what was committed to")

    def finding(one: dict[str, Any]) -> None:
        refuse(not set(one["positions"]) <= set(bag.placed), "it rests on entries not proven here")
        refuse(one["subject"] != manifest["subject"], "about another subject")

    for name, check in (("revealed", value_of), ("findings", finding)):
        if f"{name}.jsonl" in bag.payload:
            bag.each(f"{name}.jsonl", check)
    with bag.holding("rule.sql"):
        rule = manifest["rule"]
        digest = sha256(bag.content("rule.sql")).hex() if rule else ""
        refuse(rule and rule["sha256"] != digest, "it is not the rule that was run")
        named = [said["data"].get("rule_hash") for said, _, _ in bag.placed.values()]
        doubt = rule and manifest["kind"] == "doubt"
        refuse(doubt and digest not in named, "it is not the rule that the doubt names")


def check_bag_decisions(bag: Bag, manifest: dict[str, Any]) -> None:
    """Hold each decision against its entry, and ask that none of the case is left out."""
    places, case = [-1], manifest["case"]
    whole = case in (manifest["streams"] or ())

    def decision(one: dict[str, Any]) -> None:
        said = bag.at(one["position"])[0]
        made = said["data"].get("decision")
        refuse(one["position"] <= places[-1], "it does not come behind the line before")
        places.append(one["position"])
        refuse(made is None and one["again"] != "differs", "the entry has no decision")
        if made:
            told = [{name: clause[name] for name in CLAUSE} for clause in one["clauses"]]
            right = all(made[name] == one[name] for name in OF_DECISION) and told == made["clauses"]
            right = right and all(said[name] == one[name] for name in OF_ENTRY if name != "stream")
            refuse(not right, "not the decision of the entry")

    if whole or "decisions.jsonl" in bag.payload:
        bag.each("decisions.jsonl", decision)
    own = [(at, said) for at, (said, _, _) in bag.placed.items() if said["stream"] == case]
    annulled = {said["data"].get("position") for _, said in own if said["$type"] == "EntryAnnulled"}
    made = {at for at, said in own if said["data"].get("decision")} - annulled
    bag.lacking("decisions.jsonl", made - set(places) if whole else ())


def names_itself(said: dict[str, Any]) -> bool:
    """Say whether a manifest is about what it is called after: its subject is what people read."""
    kind, subject, case, month, rule = (
        said[name] for name in ("kind", "subject", "case", "month", "rule")
    )
    own = subject in said["streams"]
    if kind == "month":
        return own and rule is None and subject == f"month/{month}"
    if kind == "finding":
        return bool(rule) and month is None and (case is None or (own and case == subject))
    if kind == "doubt":
        return own and subject[:6] == "doubt/" and case in (None, *said["streams"])
    right = {"case": "case/", "list": "list/"}.get(kind) == subject[:5] and rule is None
    return own and right and month is None and (kind == "list" or case == subject)


def is_bag(folder: Path) -> bool:
    """Tell an evidence bundle, also one that somebody took a file from."""
    names = ("bagit.txt", "manifest-sha256.txt", "data/manifest.json")
    return any((folder / name).is_file() for name in names)


def verify_bundle(folder: Path, outside: Outside) -> Report:
    """Verify an evidence bundle: what it proves of the log, under a policy from outside alone."""
    report, files = Report(left=LEFT), dict[str, bytes]()
    if not (folder / "data/case.case-proof").is_file():
        report.left = "|".join(map(", ".join, zip(LEFT.split("|"), LEFT_OUT, strict=True)))
    left = 2**29
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise CannotRunError(f"{path}: no plain file")
        if path.is_file():
            files[path.relative_to(folder).as_posix()] = content = read_plain(path, 64 * 2**20)
            left -= len(content)
            if left < 0:  # files may have holes: on the disk they need be nothing
                raise CannotRunError(f"{folder}: more than 2^29 bytes")
    bag, manifest = Bag(files, report), dict.fromkeys(MANIFEST.split())
    check_manifests(bag)
    with bag.holding("checkpoint"):
        note = read_checkpoint(bag.content("checkpoint"))
        with bag.holding("manifest.json", 1):
            (text,) = bag.lines("manifest.json")
            manifest = canonical(text)
            an_object(manifest, MANIFEST.split(), "a manifest")
            told = manifest["origin"], manifest["size"], manifest["root"]
            refuse(told != (note.origin, note.size, note.root.hex()), "not of this checkpoint")
            listed = [an_object(one, OF_FILE.split(), "it")["path"] for one in manifest["files"]]
            refuse(sorted(listed) != sorted(bag.payload), "it lists other files")
            refuse(manifest["format"] != "aidledger/bundle/v1", "of another format")
            refuse(not names_itself(manifest), "about another thing than it is called after")
        with bag.holding("entries.jsonl"):
            streams = check_bag_entries(bag, note, manifest)
            refuse(sorted(streams) != manifest["streams"], "other streams than the manifest names")
        signed = check_bag_batches(bag, note.origin) if bag.placed and CAN_VERIFY else 0
        if bag.placed:
            check_bag_packs(bag)
            with bag.holding("manifest.json", 1):
                check_bag_papers(bag, manifest, note.origin)
                check_bag_decisions(bag, manifest)
        report.entries = len(bag.placed)
        report.show("data/entries.jsonl", IN_LOG, len(bag.placed), note.size, note.origin)
        report.show("data/batches.jsonl", SIGNED, signed, len(bag.placed) - signed)
        for one in outside.notes.values():
            if one.origin == note.origin and one.size == note.size and one.root != note.root:
                report.find("checkpoint_two_roots", None, "checkpoint", f"at size {note.size}")
        if outside.policy is None:
            outside.unused["data/checkpoint"] = "no policy says whose signatures count"
        else:
            report.cosigners = outside.accepted(note)
            report.proven_size = len(bag.placed)
    report_unused(report, outside)
    return report


# ---- The command ---------------------------------------------------------------------------------

VERDICTS = {"proven": (0, "已证明"), "damaged": (1, "已损坏"), "unproven": (4, "未证明")}
ENTRY = "entry {} of a log of {}, {}|位置 {}，账本共 {} 条，{}"
RECEIPT_KEPT = "all {} entries of the receipt are in the log {}|回执所载 {} 条都在账本 {} 中"
PAID = "{} fen are one line of {} fen for {}|{} 分，计入合计 {} 分，月份 {}"
CORRECTED = "corrected: the entry itself says {} fen for {}|已更正：原记录为 {} 分，月份 {}"
ABSENT = "among the first {} entries there is none of {}|前 {} 条中没有 {}"
ALL = "these are all {} entries of {}|共 {} 条，全部在此：{}"
ALL_CASES = "these are all {} cases of the person {}|共 {} 案，全部在此，人员 {}"
DERIVED = "one of {} rows of {}, derived from {} entries as of {}: {}|{} 行 {} 之一，由 {} 条记录推导，截至 {}：{}"
IN_LOG = "{} entries are in a log of {}, {}|{} 条记录都在账本中，账本共 {} 条，{}"
SIGNED = "{} entries are signed by their recorders, {} are not|{} 条有经办人员签名，{} 条没有"
LEFT = (
    "words of timeline and decisions, whether the rule gives this, page and PDF"
    "|经过和决定的文字、规则重跑、网页和 PDF"
)
LEFT_OUT = ("whether anything was left out", "记录是否一条不少")  # no proof of it came along
NONE_PROVEN = "no entry is proven: all else was not checked"
ODD = "a value is missing or of another form"
ASK = "aidledger bundle verify asks it|由 aidledger bundle verify 核验"
NOT_HERE = "{} items, whose records are not here, of {}|共 {} 条，记录不在此处：{}"
TAIL = "{} entries come after the checkpoint: unproven|检查点之后还有 {} 条，未证明"
UNWITNESSED = "unwitnessed: the operator can rewrite history|未见证，运营方可改写历史"


#: What is said beside a finding, in Chinese; what none of these fits stays as it is.
REASONS = """
not what the manifest has: it was changed|与清单所载散列不符，已被改动
missing|缺失
(\\S+) is missing|缺少 {}
not in (\\S+)|不在 {} 中
says nothing of entry (\\d+)|缺少位置 {} 的记录
another time than its entries|所载时间不是末条记录的
it does not come behind the line before|没有排在上一行之后
lines of another form|有不合格式的行
no bag of version 1.0, or with other files|不是 BagIt 1.0 的声明，或另有文件
not (\\d+) bytes in (\\d+) files|应为 {} 字节、{} 个文件
it lists other files|所列文件与实有不符
not of this checkpoint|与检查点不符
no entry is proven: all else was not checked|没有一条记录得到证明，其余各项因此未核验
a value is missing or of another form|某个值缺失或形式不符
no proven entry (.+)|没有得到证明的记录 {}
entry (\\d+) is not in the log of the checkpoint|记录 {} 不在检查点的账本中
it does not follow the entry before it|与本流前一条不相接
not what the entry says|与记录不符
the key (.+) is not registered here|公钥 {} 没有登记记录
not in force|公钥当时无效
a bad signature|签名无效
entry (\\d+) is of another actor|记录 {} 由他人经办
entry (\\d+) is not in the batch|记录 {} 不在该批中
a batch names no entries|一批没有列出记录
the pack (.+) was adopted by no entry here|政策包 {} 没有采用记录
the pack (.+) has another hash than was adopted|政策包 {} 的散列与所采用的不同
(\\S+) is another text|{} 不是所采用的原文
not all entries of it|不是全部记录
not what was committed to|与记录中的承诺不符
not the decision of the entry|与记录的决定不符
the entry has no decision|该记录没有决定
it rests on entries not proven here|所依据的记录未得到证明
about another thing than it is called after|标题与所载内容不符
about another subject|是关于另一对象的
other streams than the manifest names|与清单所列的流不符
it is not the rule that was run|不是所运行的规则
it is not the rule that the doubt names|不是疑点所载的规则
not the one canonical encoding of its value|不是规范编码
no JSON: .+|不是 JSON
(\\d+) proofs for (\\d+) entries|证明 {} 个，记录 {} 条
(\\S+) does not end in a newline|{} 末行不完整
the quorum of witnesses is not met|见证方联署不足法定数
no key that the policy names for the log signed it|没有策略所列账本密钥的签名
no policy says whose signatures count|没有信任策略
a bad line of (.+)|{} 的签名行无效
no base64.*|不是 base64
no note of a checkpoint|不是检查点
a note that does not end in a newline|检查点末行不完整
not proven|未得到证明
(\\d+) of its entries are not proven|所载记录中有 {} 条没有得到证明
not the keys of a receipt|不是回执
it proves nothing that is here|不能证明这里的任何内容
nothing here proves what was asked|没有文件证明所问的内容
(.+): no part of a ledger; .+|{}：不属于账本，他人打开时所见可能不同
(.+): no evidence bundle|{}：不是证据包
(.+): no ledger, no tiles, no proof|{}：不是账本、瓦片或证明
(.+): No such file or directory|{}：没有这个文件或文件夹
(.+): Permission denied|{}：没有权限
(.+): Not a directory|{}：不是文件夹
signatures need the package cryptography|核验签名需要 cryptography
"""
CHINESE = [row.split("|") for row in REASONS.split("\n") if row]
MOST_LINES = 5
MORE = "{} more lines, all named with --json|另有 {} 行，--json 全部列出"


def in_chinese(why: str) -> str:
    """Say a reason in Chinese where there is a sentence for it."""
    for pattern, words in CHINESE:
        if found := re.fullmatch(pattern, why):
            return words.format(*found.groups())
    return why


def as_text(report: Report, lang: str) -> str:
    """Give sentences, the verdict last."""

    def say(words: str, *parts: Any) -> str:
        return words.split("|")[(lang == "zh") * words.count("|")].format(*parts)

    told, lines = report.as_json(), list[str]()
    named = {name: RUNGS[name] if lang == "zh" else name for name in RUNGS}
    if told["rungs"]:
        lines.append(say("{} entries, root {}|{} 条记录，树根 {}", report.entries, report.root))
        right = [named[one["name"]] for one in told["rungs"] if one["status"] == "ok"]
        lines.append(f"✓ {say('right: {}|无误：{}', ', '.join(right))}")
    missing = [one["name"] for one in told["rungs"] if one["status"] == "not_made"]
    for why in dict.fromkeys(report.skipped[one] for one in missing):
        names = ", ".join(named[one] for one in missing if report.skipped[one] == why)
        lines.append(f"- {say('not checked: {} ({})|未核验：{}（{}）', names, say(why))}")
    if report.left:
        lines.append(
            f"- {say('not checked: {} ({})|未核验：{}（{}）', say(report.left), say(ASK))}"
        )
    lined: dict[str, int] = {}  # findings of lines, by file: one byte may undo all of them
    for one in told["findings"] + told["leads"]:
        file, line, _ = str(one["field"]).partition(", line ")
        lined[file] = lined.get(file, 0) + bool(line)
        if lined[file] > MOST_LINES:
            continue
        where = " ".join(str(one[key]) for key in ("position", "stream", "field") if one[key])
        sign, text = "?" if one["code"] in LEADS else "✗", say(CODES[one["code"]][2])
        why = in_chinese(one["message"]) if lang == "zh" else one["message"]
        lines.append(f"{sign} {where}: {text} [{one['code']}] {why}".rstrip())
    for file, count in lined.items():
        if count > MOST_LINES:
            lines.append(f"✗ {file}: {say(MORE, count - MOST_LINES)}")
    lines += [f"✓ {name}: {say(words, *parts)}" for name, words, parts in report.shown]
    if report.verdict == "proven":
        names = ", ".join(report.cosigners)
        lines.append(say("witnessed by {}|见证：{}", names) if names else say(UNWITNESSED))
        if told["rungs"] and told["unproven_tail"]:
            lines.append(say(TAIL, told["unproven_tail"]))
    verdict = VERDICTS[report.verdict][1] if lang == "zh" else report.verdict
    return "\n".join("".join(filter(str.isprintable, one)) for one in [*lines, verdict])


def verify(path: Path, outside: Outside, *, bundle: bool = False) -> Report:
    """Tell what lies there by its content; `bundle`: nothing but an evidence bundle is asked for."""
    if bundle and path.exists() and not is_bag(path):
        raise CannotRunError(f"{path}: no evidence bundle")
    if path.is_dir() and is_bag(path):
        return verify_bundle(path, outside)
    if path.is_dir() and (path / "tile").is_dir():
        return verify_tiles(path, outside)
    if not path.is_dir() and read_plain(path, 16) == b"SQLite format 3\0":
        return verify_ledger(path, outside)
    some = (outside.proofs, outside.receipts, outside.papers, outside.records, outside.bundles)
    if any(some) or (path.is_dir() and (outside.notes or outside.unused)):
        return verify_folder(outside)
    raise CannotRunError(f"{path}: no ledger, no tiles, no proof")


def main() -> int:
    """Read the arguments, verify, print."""
    parser = argparse.ArgumentParser(prog="verify_alone", description=__doc__.split("\n")[0])
    parser.add_argument("path", type=Path, help="a ledger, tiles, proofs, a receipt, a bundle")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="whose signatures count")
    parser.add_argument("--proofs", type=Path, metavar="DIR", help="receipts and proofs to check")
    parser.add_argument("--case", default="", metavar="CASE", help="the case that is asked for")
    parser.add_argument("--person", default="", metavar="TOKEN", help="the person asked for")
    parser.add_argument("--lang", choices=("en", "zh"), help="print sentences, in this language")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    words = sys.argv[1:]
    bundle = words[:1] == ["bundle"] and len(words) > 1
    given = parser.parse_args(words[1:] if bundle else words)
    lang, why = given.lang or os.environ.get("LANG", "en")[:2], ""
    try:
        policy = read_policy(given.policy.read_bytes()) if given.policy else None
        if given.proofs is not None:
            next(given.proofs.iterdir(), None)  # a folder that is not there proves nothing silently
        asked = "" if given.path.is_dir() else str(given.path)
        names = {str(one): one for one in [*given.checkpoint, *([given.path] if asked else [])]}
        for folder in [one for one in (given.proofs, given.path) if one and one.is_dir()]:
            inside = folder.rglob("*") if folder == given.proofs else folder.iterdir()
            apart = (folder / "tile").is_dir() or is_bag(folder)
            inside = [] if apart else sorted(inside)
            names |= {str(one.relative_to(folder)): one for one in inside if one.is_file()}
        files = {}
        for name, place in names.items():
            if read_plain(place, 16) != b"SQLite format 3\0":
                files[name] = read_plain(place, 2_000_000)
        outside = Outside(policy, files, asked=asked, case=given.case, person=given.person)
        report = verify(given.path, outside, bundle=bundle)
    except OSError as error:
        why = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    except (CannotRunError, RefusedError) as error:
        why = str(error)
    except ImportError:
        why = "signatures need the package cryptography"
    if why:
        why = "".join(filter(str.isprintable, in_chinese(why) if lang == "zh" else why))
        print("verify_alone: error:", why, file=sys.stderr)
        return 3
    if given.json or not (given.lang or sys.stdout.isatty()):
        text = json.dumps(report.as_json(), ensure_ascii=False)
    else:
        text = as_text(report, lang)
    sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "backslashreplace"))
    return VERDICTS[report.verdict][0]


if __name__ == "__main__":
    sys.exit(main())
