"""Days that the command line has checked, as the services want them."""

from __future__ import annotations

from datetime import date


def day_of(text: str | None) -> date | None:
    """Return a day; where none was given, none."""
    return date.fromisoformat(text) if text else None
