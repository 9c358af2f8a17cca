"""Strict reading of text formats: bytes in, one value out, one error for everything else.

The formats of the C2SP family have one encoding for each value. Python's own readers accept more:
`int()` takes signs, spaces, underscores and the digits of every script, `b64decode` takes unused
bits and line breaks, `splitlines` breaks at ten other characters. What is read here is compared
with how it would be written again.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from aidledger.ledger.canonical import show
from aidledger.ledger.tree import HASH_BYTES

SIZE_LIMIT: Final = 2**63 - 1
"""Largest size, index or timestamp: the bound of C2SP tlog-cosignature for timestamps, kept for
all (a consistency proof of 63 hashes reaches no further)."""

MAX_PROOF_HASHES: Final = 63
"""C2SP tlog-witness; no tree of at most `SIZE_LIMIT` leaves needs more."""

_decimal_form = re.compile(rb"0|[1-9][0-9]{0,18}").fullmatch
_hex_form = re.compile(rb"(?:[0-9a-f]{2})*").fullmatch


class FormatError(ValueError):
    """Bytes that are not of a format: `what` and `line` (from 1) say where, `expected`, `found`.

    `found` holds at most 80 characters of the data, all of them printable ASCII.
    """

    def __init__(self, what: str, expected: str, found: object, line: int | None = None) -> None:
        self.what: Final = what
        self.line: Final = line
        self.expected: Final = expected
        self.found: Final = _shown(found)
        place = what if line is None else f"{what}, line {line}"
        super().__init__(f"{place}: expected {expected}, found {self.found}")


def only_bytes(data: object, what: str, limit: int) -> bytes:
    """Give `data` back if it is bytes and at most `limit` of them.

    Raises:
        FormatError: it is not.
    """
    if type(data) is not bytes:
        raise FormatError(what, "bytes", data)
    if len(data) > limit:
        raise FormatError(what, f"at most {limit} bytes", f"{len(data)} bytes")
    return data


def split_lines(data: bytes, what: str) -> list[bytes]:
    """Lines without their ends. Only 0x0A ends a line, and the last line has its end too.

    Raises:
        FormatError: there is no line, or the last one does not end.
    """
    if not data.endswith(b"\n"):
        raise FormatError(what, "a newline at the end", data[-20:])
    return data[:-1].split(b"\n")


def read_decimal(data: bytes, what: str, line: int | None = None) -> int:
    """Read ASCII digits without sign and leading zero, from 0 to `SIZE_LIMIT`.

    Raises:
        FormatError: these bytes are anything else.
    """
    if not _decimal_form(data) or int(data) > SIZE_LIMIT:
        raise FormatError(what, f"a decimal number of at most {SIZE_LIMIT}", data, line)
    return int(data)


def read_base64(data: bytes, what: str, line: int | None = None, size: int | None = None) -> bytes:
    """Read standard base64 (RFC 4648 section 4) that encodes again to the same characters.

    Raises:
        FormatError: it does not, or gives another number of bytes than `size`.
    """
    try:
        value = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if not value or base64.b64encode(value) != data:
        raise FormatError(what, "canonical base64", data, line)
    if size is not None and len(value) != size:
        raise FormatError(what, f"base64 of {size} bytes", f"{len(value)} bytes", line)
    return value


def read_hashes(lines: list[bytes], what: str, first_line: int) -> tuple[bytes, ...]:
    """Read the hashes of a proof, one base64 of 32 bytes a line, at most 63 of them.

    Raises:
        FormatError: a line is no hash, or there are more.
    """
    if len(lines) > MAX_PROOF_HASHES:
        raise FormatError(what, f"at most {MAX_PROOF_HASHES} hashes", f"{len(lines)}", first_line)
    return tuple(
        read_base64(line, what, first_line + at, HASH_BYTES) for at, line in enumerate(lines)
    )


def read_hex(data: bytes, what: str, size: int, line: int | None = None) -> bytes:
    """Read `size` bytes written as lower-case hexadecimal.

    Raises:
        FormatError: these bytes are anything else.
    """
    if len(data) != 2 * size or not _hex_form(data):
        raise FormatError(what, f"{2 * size} lower-case hexadecimal digits", data, line)
    return bytes.fromhex(data.decode("ascii"))


def read_after(data: bytes, word: bytes, what: str, line: int | None = None) -> bytes:
    """Give what follows `word` and one space on a line.

    Raises:
        FormatError: the line does not begin so.
    """
    if not data.startswith(word + b" "):
        raise FormatError(what, f'"{word.decode()} ..."', data, line)
    return data[len(word) + 1 :]


def write_base64(value: bytes) -> str:
    """Write standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(value).decode("ascii")


def _shown(found: object) -> str:
    """Hostile text as text where it is ASCII, so that a person sees what stands there."""
    if type(found) is str:
        return (
            found if found.isascii() and found.isprintable() and len(found) <= 80 else show(found)
        )
    if type(found) is bytes:
        if not found:
            return "nothing"
        return show(found.decode("utf-8", "backslashreplace")[:200])
    return show(found)
