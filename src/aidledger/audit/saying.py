"""Puts the columns of a finding into the words of its rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.events.codes import EVENT_CODES
from aidledger.domain.money import grouped_yuan
from aidledger.domain.policy.codes import CODES
from aidledger.said import Said

_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_NOTHING: Final = "—"
_PROVISIONAL: Final = Said(
    "（暂定：该期间有年份尚未采用工作日历）",
    " (provisional: working days of a year without an adopted calendar)",
)
"""What a finding says whose column ``provisional`` is true: nobody may be accused of days that are not known."""
SEVERITY_WORDS: Final = {
    "critical": Said("极严重", "critical"),
    "high": Said("严重", "high"),
    "medium": Said("一般", "medium"),
    "low": Said("轻微", "low"),
}


def said(template: str, values: Mapping[str, Any], *, chinese: bool) -> str:
    """Return a message: ``{name}`` becomes the column's value.

    What ends in ``_fen`` is shown as yuan; yes, no, the codes of packs and events (``working_days``) and types of events as words.
    Where the column ``provisional`` is true, that is added.
    """
    text = _FIELD.sub(lambda match: _text(match[1], values.get(match[1]), chinese), template)
    mark = _PROVISIONAL.zh if chinese else _PROVISIONAL.en
    return text + mark if values.get("provisional") is True else text


def _text(name: str, value: Any, chinese: bool) -> str:
    match value:
        case None | []:
            return _NOTHING
        case bool():
            return ("是" if value else "否") if chinese else ("yes" if value else "no")
        case int() if name.endswith("_fen"):
            return grouped_yuan(value)
        case list():
            return ("、" if chinese else ", ").join(_text(name, one, chinese) for one in value)
        case str() if words := CODES.get(value) or EVENT_CODES.get(value):
            return words[0 if chinese else 1]
        case str() if value in EVENTS:
            return EVENTS[value].title_zh if chinese else EVENTS[value].title_en
        case _:
            return str(value)
