"""What strangers wrote, shown: short, on one line, and with nothing in it that a screen would obey."""

from __future__ import annotations

from aidledger.said import is_shown


def printable(value: object, limit: int = 80) -> str:
    """Return a hostile value as a text of at most `limit` characters; bytes in hex."""
    text = value.hex() if isinstance(value, bytes) else str(value)
    return "".join(c if is_shown(c) else "?" for c in text)[:limit]
