"""One text in both languages: what people are told is written once, beside what it is said of."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Language = Literal["zh", "en"]

LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


class Said(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str

    def in_(self, lang: Language) -> str:
        """Return the text in a language."""
        return self.zh if lang == "zh" else self.en


def is_shown(character: str) -> bool:
    """Say whether a character is seen and steers nothing; the wide space of Chinese texts (U+3000) is one."""
    return character.isprintable() or character == "\N{IDEOGRAPHIC SPACE}"
