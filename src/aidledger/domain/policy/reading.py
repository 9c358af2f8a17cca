"""TOML into structs: what is wrong with a file is told by field and line, never as a traceback."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final, TypeVar

import msgspec

from aidledger.domain.policy.errors import FaultReason, PackError, pack_error
from aidledger.domain.shapes import shape_words

MAX_FILE_BYTES = 262_144
T = TypeVar("T")
_AT_LINE: Final = re.compile(r"at line (\d+)")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
_MISSING: Final = re.compile(r"missing required field `([^`]*)`")
_WORD: Final = re.compile(r"Invalid enum value '([^']*)'")
_MISSING_REASONS: Final[dict[str, FaultReason]] = {
    "from": "missing_day",
    "in_force": "missing_day",
    "known_since": "missing_day",
    "rounding": "no_rounding",
}


def read_toml(content: bytes, *, file: str) -> dict[str, Any]:
    """Read TOML from bytes of any kind.

    Raises:
        PackError: too large, not UTF-8, not TOML; with the line.
    """
    expected, line = "TOML in UTF-8", 1
    try:
        if content.startswith(_BYTE_ORDER_MARK):
            expected, found = (
                "TOML in UTF-8 without a byte order mark",
                "one: save the file without",
            )
        elif len(content) <= MAX_FILE_BYTES:
            return tomllib.loads(content.decode("utf-8"))
        else:
            expected, found = f"at most {MAX_FILE_BYTES} bytes", f"{len(content)}"
    except UnicodeDecodeError as error:
        found = f"a byte that is not UTF-8 at offset {error.start}"
        line = content.count(b"\n", 0, error.start) + 1
    except (ArithmeticError, RecursionError, ValueError) as error:
        found, place = str(error), _AT_LINE.search(str(error))
        line = int(place.group(1)) if place else content.count(b"\n") + 1
    raise PackError(
        file=file, field="file", expected=expected, found=found, reason="not_toml", line=line
    )


def convert(data: dict[str, Any], into: type[T], *, file: str) -> T:
    """Turn TOML tables into a struct.

    Raises:
        PackError: naming the field as ``clause[3].require``.
    """
    try:
        return msgspec.convert(data, into, strict=True)
    except msgspec.ValidationError as error:
        text, path = _told(error)
        raise _refused(text, _with_keys(data, into, path), file) from None
    except RecursionError:
        raise PackError(
            file=file, field="file", expected="flat tables", found="depth", reason="bad_value"
        ) from None


def _told(error: msgspec.ValidationError) -> tuple[str, str]:
    """Return what the library says, and of which path (``clause[3].require``; empty: the whole)."""
    text, _, path = str(error).partition(" - at `$")
    return text, path.rstrip("`").removeprefix(".")


def _refused(text: str, path: str, file: str) -> PackError:
    """Return the error for what the library said of a path."""
    unknown, missing, word = _UNKNOWN.search(text), _MISSING.search(text), _WORD.search(text)
    reason: FaultReason = "bad_value"
    if unknown:
        path, expected = f"{path}.{unknown.group(1)}".lstrip("."), "no such field"
        found, reason = unknown.group(1), "unknown_field"
    elif missing:
        name = missing.group(1)
        path, expected, found = f"{path}.{name}".lstrip("."), "a value", "nothing"
        reason = _MISSING_REASONS.get(name, "missing_field")
    elif word:
        expected, found = "a word that this field knows", word.group(1)
    else:
        expected, found = shape_words(text)
    return pack_error(file, path or "file", expected, found, reason)


def _with_keys(data: dict[str, Any], into: type[Any], path: str) -> str:
    """Return the path with the keys of tables whose keys are free, which the library leaves out.

    Each key is tried alone: the one with which the same is wrong is the one.
    """
    before, free, after = path.partition("[...]")
    table = data.get(before)
    if not free or not isinstance(table, dict):
        return path
    for key, value in table.items():
        try:
            msgspec.convert({**data, before: {key: value}}, into, strict=True)
        except (RecursionError, msgspec.ValidationError) as error:
            if isinstance(error, msgspec.ValidationError) and _told(error)[1] == path:
                return f"{before}.{key}{after}".replace("[...]", "")
    return path
