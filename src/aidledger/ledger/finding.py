"""Findings: what is wrong with a ledger, as values.

A finding names a kind of damage by a stable `code`, where it is (position in the log, stream,
field), what was expected and what was found. One table gives each code its words in Chinese and
English and says what it means; the documents are tested against it.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from aidledger.ledger.finding_log import LOG_TEXTS
from aidledger.ledger.finding_signed import SIGNED_TEXTS
from aidledger.ledger.finding_text import FindingText

Language = Literal["zh", "en"]


FINDING_CODES: Final[dict[str, FindingText]] = {**LOG_TEXTS, **SIGNED_TEXTS}
"""Every code that verification of a ledger can give, in the order of the ladder's rungs."""

_UNKNOWN: Final = FindingText("其他问题", "another problem", "See the code.")

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {"whole": "ledger", ":": ": ", ",": ", "},
    "zh": {
        "position": "位置",
        "stream": "流",
        "field": "字段",
        "whole": "账本",
        "expected": "应为",
        "found": "实为",
        ":": "：",
        ",": "，",
    },
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of damage; `position` counts from 0, None where it has no place in the log.

    `expected_zh` and `found_zh` stand where `expected` and `found` are sentences: the same in Chinese.
    """

    code: str
    position: int | None = None
    stream: str | None = None
    field: str | None = None
    expected: str
    found: str
    expected_zh: str = ""
    found_zh: str = ""

    def message(self, lang: Language) -> str:
        """Say it in one line, without a final period."""
        words = _WORDS[lang]
        text = FINDING_CODES.get(self.code, _UNKNOWN)
        places = [
            f"{words.get(name, name)} {value}"
            for name, value in (
                ("position", self.position),
                ("stream", self.stream),
                ("field", self.field),
            )
            if value is not None
        ]
        where = words[","].join(places) or words["whole"]
        what = text.zh if lang == "zh" else text.en
        expected, found = (words.get(name, name) for name in ("expected", "found"))
        wanted, there = self.expected, self.found
        if lang == "zh":
            wanted, there = self.expected_zh or wanted, self.found_zh or there
        return (
            f"{where}{words[':']}{what} [{self.code}]{words[':']}{expected} "
            f"{wanted}{words[',']}{found} {there}"
        )
