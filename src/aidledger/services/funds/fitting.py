"""How much room a text takes in a picture, so that none runs into another: an estimate on the safe side."""

from __future__ import annotations

import unicodedata
from typing import Final

_NARROW: Final = 0.6
_BROAD: Final = 0.86
_BROAD_LETTERS: Final = frozenset("MWmw@%→…")


def room(text: str, size: int) -> float:
    """Return how wide a text is at most, in the unit of the font's size."""
    return sum(size * _share(char) for char in text)


def fitted(text: str, most: float, size: int) -> str:
    """Return the text, with an ellipsis where it would take more than so much room."""
    if room(text, size) <= most:
        return text
    kept = ""
    for char in text:
        if room(kept + char + "…", size) > most:
            break
        kept += char
    return kept + "…"


def _share(char: str) -> float:
    """Return the width of a character as a share of the font's size."""
    if unicodedata.east_asian_width(char) in ("W", "F"):
        return 1.0
    return _BROAD if char in _BROAD_LETTERS else _NARROW
