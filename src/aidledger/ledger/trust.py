"""The trust policy (C2SP tlog-policy): whose signatures make a checkpoint accepted.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <member>...      members are named on lines before
    quorum <name>|none                        exactly once

The file belongs to whoever verifies, never to the operator. Names are bytes and compared as bytes.
Nobody counts twice: a public key stands in one line, a name is a member of one group. Stricter than
the specification: the key of a log is not also that of a witness, and no file is above 1,000,000
bytes.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from aidledger.ledger.cosignature import LOG_KINDS, WITNESS_KINDS
from aidledger.ledger.keys import KeyKind, VerifierKey, parse_vkey
from aidledger.ledger.strict import FormatError, only_bytes, read_decimal, split_lines

MAX_POLICY_BYTES: Final = 1_000_000

_WHAT: Final = "policy"
_NONE: Final = b"none"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_not_allowed = re.compile(rb"[^\x09\x0a\x20-\x7e\x80-\xff]").search
_spaces = re.compile(rb"[ \t]+").split


class Log(NamedTuple):
    """A log whose checkpoints may be accepted; the name of its key is its origin."""

    key: VerifierKey
    url: bytes = b""


class Witness(NamedTuple):
    """A cosigner under the name that this file gives it."""

    name: bytes
    key: VerifierKey
    url: bytes = b""


class Group(NamedTuple):
    """Witnesses or a checkpoint as soon as `threshold` of its members did."""

    name: bytes
    threshold: int
    members: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy file; made here alone, where nobody is let to count twice.

    `quorum` is the name of a witness or group, None where no cosignature is asked for.
    """

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: bytes | None

    def log_keys(self, origin: str) -> list[VerifierKey]:
        """Keys under which the log of this name signs."""
        return [log.key for log in self.logs if log.key.name == origin]

    def is_met(self, cosigned: Container[bytes]) -> bool:
        """Whether the witnesses named in `cosigned` make up the quorum."""
        if self.quorum is None:
            return True
        met = {witness.name for witness in self.witnesses if witness.name in cosigned}
        for group in self.groups:  # members stand before their group, so one pass is enough
            if sum(member in met for member in group.members) >= group.threshold:
                met.add(group.name)
        return self.quorum in met

    def fewest_of(self, keys: Container[bytes]) -> int:
        """Fewest of these public keys (bytes) that cosigned any checkpoint which meets the quorum."""
        fewest = {one.name: int(one.key.public in keys) for one in self.witnesses}
        for group in self.groups:  # nobody is a member twice, so that members add up
            fewest[group.name] = sum(
                sorted(fewest[member] for member in group.members)[: group.threshold]
            )
        return 0 if self.quorum is None else fewest[self.quorum]

    def encode(self) -> bytes:
        """Write the policy without comments, one space between items."""
        lines: list[tuple[bytes, ...]] = [
            *((b"log", one.key.vkey().encode(), one.url) for one in self.logs),
            *((b"witness", one.name, one.key.vkey().encode(), one.url) for one in self.witnesses),
            *((b"group", one.name, b"%d" % one.threshold, *one.members) for one in self.groups),
            (b"quorum", self.quorum or _NONE),
        ]
        return b"".join(b" ".join(filter(None, line)) + b"\n" for line in lines)


def parse_policy(data: bytes) -> Policy:
    """Read a policy file.

    Raises:
        FormatError: it is none, or somebody in it would count twice, or before being named.
    """
    only_bytes(data, _WHAT, MAX_POLICY_BYTES)
    if data.startswith(_BYTE_ORDER_MARK):
        raise FormatError(_WHAT, "a file saved without a byte order mark", data[:3], 1)
    if found := _not_allowed(data):
        at, kind = data.count(b"\n", 0, found.start()) + 1, found.group()
        # what an editor of Windows ends its lines with
        expected = "lines that end with LF alone" if kind == b"\r" else "no control characters"
        raise FormatError(_WHAT, expected, kind, at)
    reader = _Reader()
    for number, line in enumerate(split_lines(data, _WHAT), 1):
        stripped = line.strip(b" \t")
        if stripped and not stripped.startswith(b"#"):
            reader.take(_spaces(stripped), number)
    return reader.policy()


def log_policy(keys: Iterable[VerifierKey]) -> Policy:
    """Return the policy that knows these keys of logs, and asks nobody for a cosignature."""
    logs = {key.public: Log(key) for key in keys}
    return Policy(logs=tuple(logs.values()), witnesses=(), groups=(), quorum=None)


class _Reader:
    """Takes the lines in their order and keeps who was named, and where."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum: tuple[bytes | None] | None = None
        self.public: dict[bytes, int] = {}
        self.names: dict[bytes, int] = {}
        self.members: dict[bytes, int] = {}
        self.line = 0

    def take(self, items: list[bytes], line: int) -> None:
        self.line = line
        match items:
            case [b"log", vkey, *url] if len(url) <= 1:
                self.logs.append(Log(self.key(vkey, LOG_KINDS), *url))
            case [b"witness", name, vkey, *url] if len(url) <= 1:
                key = self.key(vkey, WITNESS_KINDS)
                self.witnesses.append(Witness(self.new_name(name), key, *url))
            case [b"group", name, threshold, *members] if members:
                count = self.threshold(threshold, len(members))
                group = tuple(self.member(member) for member in members)
                self.groups.append(Group(self.new_name(name), count, group))
            case [b"quorum", name]:
                if self.quorum:
                    self.refuse("one quorum line", "another")
                self.quorum = (None if name == _NONE else self.known(name),)
            case _:
                self.refuse("a log, witness, group or quorum line", b" ".join(items))

    def policy(self) -> Policy:
        if not self.quorum:
            raise FormatError(_WHAT, "a quorum line", "none")
        return Policy(
            logs=tuple(self.logs),
            witnesses=tuple(self.witnesses),
            groups=tuple(self.groups),
            quorum=self.quorum[0],
        )

    def key(self, text: bytes, kinds: frozenset[KeyKind]) -> VerifierKey:
        try:
            key = parse_vkey(text)
        except FormatError as error:
            raise FormatError(error.what, error.expected, error.found, self.line) from None
        if key.kind not in kinds:
            self.refuse(f"a key of kind {sorted(kind.name for kind in kinds)}", key.kind.name)
        self.once(self.public, key.public, "a public key that stands in no other line", key.label)
        return key

    def threshold(self, text: bytes, count: int) -> int:
        if text in {b"all", b"any"}:
            return count if text == b"all" else 1
        number = read_decimal(text, f"{_WHAT} threshold", self.line)
        if not 1 <= number <= count:
            self.refuse(f"a threshold from 1 to {count}", text)
        return number

    def new_name(self, name: bytes) -> bytes:
        if name == _NONE:
            self.refuse("a name other than none", name)
        self.once(self.names, name, "a name that is new", name)
        return name

    def known(self, name: bytes) -> bytes:
        if name not in self.names:
            self.refuse("a name from a line before", name)
        return name

    def member(self, name: bytes) -> bytes:
        self.known(name)
        self.once(self.members, name, "a name that is a member nowhere else", name)
        return name

    def once(self, seen: dict[bytes, int], value: bytes, expected: str, found: object) -> None:
        if value in seen:
            self.refuse(f"{expected} (line {seen[value]} has it)", found)
        seen[value] = self.line

    def refuse(self, expected: str, found: object) -> None:
        raise FormatError(_WHAT, expected, found, self.line)
