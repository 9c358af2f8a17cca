"""What the parameters of packs are called, and the codes in their values, in Chinese and English.

The names are in `vocabulary`; a parameter of somebody's own pack that has none is called by its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aidledger.domain.events.codes import EVENT_CODES
from aidledger.domain.policy.codes import CODES
from aidledger.domain.policy.vocabulary import PARAMETERS

_MODES: Final = {
    "half_up": ("四舍五入到", "rounded to the nearest"),
    "up": ("向上取整到", "rounded up to the next"),
    "down": ("向下取整到", "rounded down to the"),
}
_UNITS: Final = {"fen": "分", "jiao": "角", "yuan": "元"}


def parameter_words(key: str) -> tuple[str, str]:
    """Return what a parameter is called, in Chinese and English."""
    return PARAMETERS.get(key, (key, key.replace("_", " ")))


_PROGRAMMES: Final = {
    "education": ("教育救助", "help with school"),
    "housing": ("住房救助", "help with housing"),
    "temporary": ("临时救助", "temporary assistance"),
}


def value_words(value: Any) -> tuple[str, str]:
    """Return a parameter's value in words: lists and maps in one line."""
    match value:
        case bool():
            return ("是", "yes") if value else ("否", "no")
        case str():
            return CODES.get(value) or EVENT_CODES.get(value) or (value, value.replace("_", " "))
        case list() | tuple():
            said = [value_words(one) for one in value] or [CODES["none"]]
            return "、".join(zh for zh, _ in said), ", ".join(en for _, en in said)
        case Mapping():
            zh = (f"{value_words(k)[0]} {value_words(v)[0]}" for k, v in value.items())
            en = (f"{value_words(k)[1]} {value_words(v)[1]}" for k, v in value.items())
            return "，".join(zh), ", ".join(en)
        case _:
            return str(value), str(value)


def programme_words(code: Any) -> tuple[str, str]:
    """Return what a programme is called; some have a word that is an office's or a line's elsewhere."""
    known = isinstance(code, str) and code in _PROGRAMMES
    return _PROGRAMMES[code] if known else value_words(code)


def rounding_words(rounding: str | None) -> tuple[str, str]:
    """Return how an amount is rounded: ``half_up_fen`` and the like; nothing: whole as it is."""
    if rounding is None:
        return "无须取整", "in whole fen"
    mode, _, unit = rounding.rpartition("_")
    zh, en = _MODES.get(mode, (mode, mode))
    return f"{zh}{_UNITS.get(unit, unit)}", f"{en} {unit}"
