"""Which language a person is spoken to in: Chinese or English, asked for or from the locale.

Keys of JSON, column names, codes and commands are never translated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aidledger.said import LANGUAGES, Language, Said

__all__ = ["LANGUAGES", "Language", "Said", "language_of"]

_LOCALE_NAMES: Final = ("AIDLEDGER_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def language_of(environ: Mapping[str, str]) -> Language:
    """Return the language of an environment: the first name that is set decides, as in POSIX."""
    for name in _LOCALE_NAMES:
        value = environ.get(name, "").strip().lower()
        if value:
            return "zh" if value.startswith("zh") else "en"
    return "en"
