"""Canonical JSON: exactly one byte string for each value, and exactly one value for each byte string.

RFC 8785, restricted to what two programs can never read differently: objects with ASCII keys,
strings in Unicode NFC without lone surrogates and without control characters except the newline,
integers within +-(2**53 - 1), booleans, null and arrays; at most 16 containers inside each other.
There are no floats: money is counted in fen.

The rules are written once, in `_check_value`. Reading takes a faster way first (a typed decoder and
a few searches over the bytes) and falls back to the rules whenever that way does not say yes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec

INTEGER_LIMIT: Final = 2**53 - 1
"""Largest magnitude that every JSON reader keeps exactly (RFC 8785 section 3.2.2.3)."""

DEPTH_LIMIT: Final = 16
"""How many objects and arrays may lie inside each other, the outermost included."""

FAST_DEPTH: Final = 6
"""How deep the typed decoder reaches; building one doubles in cost with each level."""

_FOUND_LIMIT: Final = 80

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder()

_BACKSLASH: Final = 0x5C
_DELETE: Final = 0x7F
_C1_LEAD: Final = 0xC2  # first UTF-8 byte of U+0080 to U+00BF

_ASCII_AND_HAN: Final = bytes((*range(0x80), *range(0x80, 0xC0), *range(0xE4, 0xEA)))
"""Bytes of texts that are in NFC in any order: ASCII, and U+4000 to U+9FFF (lead bytes E4 to E9),
Chinese characters and hexagrams, none of which combines or decomposes."""

_bad_escape = re.compile(rb'\\[^n"]').search
_c1_control = re.compile(rb"\xc2[\x80-\x9f]").search
_structure = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL).finditer
_control = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]").search
_surrogate = re.compile(r"[\ud800-\udfff]").search


class CanonicalError(ValueError):
    """Bytes or a value outside canonical JSON: `path` in it, what was `expected` and `found`."""

    def __init__(self, path: str, expected: str, found: str) -> None:
        super().__init__(f"{path}: expected {expected}, found {found}")
        self.path: Final = path
        self.expected: Final = expected
        self.found: Final = found


def clip(text: str, limit: int = _FOUND_LIMIT) -> str:
    """Print hostile text harmlessly: ASCII, control characters escaped, at most `limit` long."""
    escaped = ascii(text[: limit + 1])[1:-1]
    return escaped if len(escaped) <= limit else f"{escaped[: limit - 3]}..."


def show(value: object, limit: int = _FOUND_LIMIT) -> str:
    """Print any hostile value harmlessly, so that its type can be seen; at most `limit` long."""
    match value:
        case bool() | None:
            text = "null" if value is None else repr(value).lower()
        case int():
            # Python refuses to print integers of more than 4,300 digits; hexadecimal has no limit
            text = str(value) if abs(value) < 2**128 else f"integer of {value.bit_length()} bits"
        case str():
            return f'"{clip(value, limit - 2)}"'
        case bytes():
            text = f"{len(value)} bytes {value[: limit // 2].hex()}"
        case _:
            text = _kind(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def encode(value: object) -> bytes:
    """Write a value of plain Python types (dict, list, str, int, bool, None).

    Raises:
        CanonicalError: the value, or a part of it, has no canonical form.
    """
    _check_value(value, "$", 1)
    return _ENCODER.encode(value)


def encode_struct(value: msgspec.Struct) -> bytes:
    """Write a typed struct and prove the bytes canonical by reading them strictly.

    Raises:
        CanonicalError: what the struct holds has no canonical form.
    """
    try:
        data = _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise CanonicalError("$", "canonical JSON", type(error).__name__) from error
    decode(data)
    return data


def decode(data: bytes) -> Any:
    """Read canonical bytes strictly.

    Raises:
        CanonicalError: the bytes are not the canonical form of any value. Nothing else is raised,
            whatever the bytes are.
    """
    if type(data) is not bytes:
        raise CanonicalError("$", "bytes", _kind(data))
    try:
        if plain_bytes(data):
            value = _fast_decoder().decode(data)
            if _ENCODER.encode(value) == data and (data.isascii() or ascii_keys(value)):
                return value
    except (msgspec.DecodeError, UnicodeError):
        pass  # the slow way says what is wrong, or that only the depth was unusual
    return _decode_slowly(data)


def plain_bytes(data: bytes) -> bool:
    r"""Say yes only if no string inside can break the rules for strings (keys: `ascii_keys`).

    It asks a few searches over the whole text. No means: look closer. NFC of the whole text
    implies NFC of each string in it, as normal forms are closed under substrings and neither `"`
    nor `\` ever composes. Text that is not UTF-8 raises UnicodeDecodeError here, or in the decoder.
    """
    if _BACKSLASH in data and _bad_escape(data.replace(b"\\\\", b"")):
        return False
    if _DELETE in data:
        return False
    if data.isascii() or not data.translate(None, _ASCII_AND_HAN):
        return True
    if _C1_LEAD in data and _c1_control(data):
        return False
    return unicodedata.is_normalized("NFC", data.decode())


def ascii_keys(value: object) -> bool:
    """Whether every key in a decoded value is ASCII (its nesting is bounded by the decoder)."""
    kind = type(value)
    if kind is dict:
        for key, item in value.items():  # type: ignore[attr-defined]
            if not key.isascii():
                return False
            kind = type(item)
            if (kind is dict or kind is list) and not ascii_keys(item):
                return False
    elif kind is list:
        return all(map(ascii_keys, value))  # type: ignore[call-overload]
    return True


@lru_cache(maxsize=1)
def _fast_decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(plain_type(FAST_DEPTH))


def plain_type(depth: int) -> Any:
    """Type of plain JSON without floats, integers in range, at most `depth` containers deep."""
    integer = Annotated[int, msgspec.Meta(ge=-INTEGER_LIMIT, le=INTEGER_LIMIT)]
    plain: Any = bool | integer | str | None
    scalar = plain
    for _ in range(depth):
        plain = scalar | list[plain] | dict[str, plain]
    return plain


def _decode_slowly(data: bytes) -> Any:
    _check_depth(data)
    try:
        value = _DECODER.decode(data)
    except UnicodeError as error:
        raise CanonicalError("$", "UTF-8", "bytes that are not UTF-8") from error
    except msgspec.DecodeError as error:
        raise CanonicalError("$", "one JSON text", clip(str(error))) from error
    except (ValueError, RecursionError) as error:  # integers of thousands of digits
        raise CanonicalError("$", "canonical JSON", type(error).__name__) from error
    _check_value(value, "$", 1)
    again = _ENCODER.encode(value)
    if again != data:
        raise CanonicalError("$", "its only canonical form", _first_difference(again, data))
    return value


def _check_depth(data: bytes) -> None:
    """Refuse deep nesting before any parser recurses into it."""
    depth = 0
    for token in _structure(data):
        match token.group()[:1]:
            case b"[" | b"{":
                depth += 1
                if depth > DEPTH_LIMIT:
                    raise CanonicalError("$", f"at most {DEPTH_LIMIT} levels", "deeper nesting")
            case b"]" | b"}":
                depth -= 1


def _check_value(value: object, path: str, depth: int) -> None:
    """State the rules. Exact types, so that no subclass can print itself as something else."""
    kind = type(value)
    if kind is str:
        _check_text(value, path)  # type: ignore[arg-type]
    elif kind is int:
        if not -INTEGER_LIMIT <= value <= INTEGER_LIMIT:  # type: ignore[operator]
            raise CanonicalError(path, "an integer within 2^53 - 1", show(value))
    elif kind is dict or kind is list:
        if depth > DEPTH_LIMIT:
            raise CanonicalError(path[:200], f"at most {DEPTH_LIMIT} levels", "deeper nesting")
        if kind is list:
            for number, item in enumerate(value):  # type: ignore[arg-type, var-annotated]
                _check_value(item, f"{path}[{number}]", depth + 1)
            return
        for key, item in value.items():  # type: ignore[attr-defined]
            if type(key) is not str or not key.isascii():
                raise CanonicalError(path, "ASCII keys", show(key))
            _check_text(key, path)
            _check_value(item, f"{path}.{clip(key, 40)}", depth + 1)
    elif kind is not bool and value is not None:
        raise CanonicalError(path, "text, integer, boolean, null, array or object", _kind(value))


def _check_text(text: str, path: str) -> None:
    if text.isascii() and text.isprintable():
        return
    if found := _control(text):
        raise CanonicalError(path, "no control characters", f"U+{ord(found.group()):04X}")
    if _surrogate(text):
        raise CanonicalError(path, "no lone surrogates", "a lone surrogate")
    if not unicodedata.is_normalized("NFC", text):
        raise CanonicalError(path, "text in Unicode NFC", "text in another form")


def _first_difference(expected: bytes, found: bytes) -> str:
    """Where two encodings part: an offset says more than two long texts, and reveals nothing."""
    pairs = enumerate(zip(expected, found, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(expected), len(found)))
    return f"another form, from byte {at} on"


def _kind(value: object) -> str:
    return type(value).__name__[:_FOUND_LIMIT]
