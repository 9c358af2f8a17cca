"""Points of edwards25519: which 32 bytes may be an Ed25519 public key (RFC 8032 section 5.1.3).

The library that checks signatures takes any encoding that decodes. A key of low order is a public
key under which anybody can sign, one with a part of low order has eight spellings that share
signatures, and a coordinate of p or more is a second spelling of a point. Keys made honestly are
multiples of the base point and none of this; every other is refused before it is trusted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

PUBLIC_BYTES: Final = 32

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE: Final = pow(2, (_P - 1) // 4, _P)

_Point = tuple[
    int, int, int, int
]  # extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
_NEUTRAL: Final[_Point] = (0, 1, 1, 0)


@lru_cache(maxsize=1024)
def point_problem(encoded: bytes) -> str | None:
    """Say why 32 bytes can't be a public key, None if they can.

    They can if they are the canonical encoding of a point other than the neutral one whose
    multiple by the order of the base point is the neutral one.
    """
    if len(encoded) != PUBLIC_BYTES:
        return f"{len(encoded)} bytes, not {PUBLIC_BYTES}"
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    if y >= _P:
        return "a point that is not canonically encoded"
    x = _x_of(y, encoded[31] >> 7)
    if x is None:
        return "no point of the curve"
    point = (x, y, 1, x * y % _P)
    if _is_neutral(_multiply(point, 8)):
        return "a point of low order"
    if not _is_neutral(_multiply(point, _ORDER)):
        return "a point with a part of low order"
    return None


def _x_of(y: int, sign: int) -> int | None:
    """RFC 8032 section 5.1.3, steps 2 to 4."""
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * v**3 * pow(u * v**7, (_P - 5) // 8, _P) % _P
    if v * x * x % _P != u:
        x = x * _ROOT_OF_MINUS_ONE % _P
        if v * x * x % _P != u:
            return None
    if x == 0 and sign:
        return None
    return _P - x if x & 1 != sign else x


def _multiply(point: _Point, factor: int) -> _Point:
    """Double and add; not in constant time, as nothing here is secret."""
    result = _NEUTRAL
    for bit in f"{factor:b}":
        result = _add(result, result)
        if bit == "1":
            result = _add(result, point)
    return result


def _add(one: _Point, other: _Point) -> _Point:
    """RFC 8032 section 5.1.4; the formula is complete, it doubles too."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _is_neutral(point: _Point) -> bool:
    return point[0] == 0 and point[1] == point[2]
