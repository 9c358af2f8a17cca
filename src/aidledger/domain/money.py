"""Money: whole fen, exact ratios, rounding by name. No float anywhere.

The rounding of an amount is named by the policy pack (``half_up_fen``, ``half_up_yuan`` …):
which one applies is a rule, so it is never chosen here.
"""

from __future__ import annotations

import re
from fractions import Fraction

FEN_PER_YUAN = 100
#: Bound of an integer in a record (RFC 8785 restricts numbers to what every reader can hold).
MAX_FEN = 2**53 - 1
#: How the whole of an amount may be written, as an expression: a comma stands between thousands alone.
#: Taken away wherever it stands, ``1128,50`` would be 112850.
WRITTEN_WHOLE = "([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})"

_RATIO = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,8})?")
_UNITS_FEN = {"fen": 1, "jiao": 10, "yuan": FEN_PER_YUAN}
_MODES = ("half_up", "up", "down")
#: Every rounding a pack may name.
ROUNDINGS = frozenset(f"{mode}_{unit}" for mode in _MODES for unit in _UNITS_FEN)


def format_yuan(amount_fen: int) -> str:
    """Write fen as yuan with two decimals: 112800 is ``1128.00``."""
    yuan, fen = divmod(abs(amount_fen), FEN_PER_YUAN)
    return f"{'-' if amount_fen < 0 else ''}{yuan}.{fen:02d}"


def grouped_yuan(amount_fen: int) -> str:
    """Write fen as yuan for people, thousands set off: 180000000 is ``1,800,000.00``."""
    whole, _, rest = format_yuan(abs(amount_fen)).partition(".")
    return f"{'-' if amount_fen < 0 else ''}{int(whole):,}.{rest}"


def parse_ratio(text: str) -> Fraction:
    """Read a decimal ratio (``1.6``, ``0.15``) exactly.

    Raises:
        ValueError: not plain decimal digits, or more than eight decimals.
    """
    if _RATIO.fullmatch(text) is None:
        raise ValueError("expected a decimal ratio, such as 1.6")
    return Fraction(text)


def round_fen(exact_fen: Fraction, rounding: str) -> int:
    """Round an exact amount in fen by the named rounding; halves go away from zero.

    Raises:
        ValueError: the rounding is not one of :data:`ROUNDINGS`.
    """
    mode, _, unit = rounding.rpartition("_")
    if rounding not in ROUNDINGS:
        raise ValueError(f"expected a rounding of {', '.join(sorted(ROUNDINGS))}")
    step = _UNITS_FEN[unit]
    # Working on the absolute value makes a recovery (-x) the exact mirror of a payment (x).
    numerator, denominator = abs(exact_fen.numerator), exact_fen.denominator * step
    whole, rest = divmod(numerator, denominator)
    if (mode == "half_up" and 2 * rest >= denominator) or (mode == "up" and rest > 0):
        whole += 1
    return whole * step if exact_fen >= 0 else -whole * step
