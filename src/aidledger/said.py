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


def shown_only(text: str) -> str:
    """Return a text of lines with a mark where a character is not seen, or would turn what stands beside it."""
    if text.isprintable():
        return text
    return "".join(c if is_shown(c) or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
