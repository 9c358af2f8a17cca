"""The one error of the policy ring: a pack or calendar file that can't be used, and why."""

from __future__ import annotations

_SHOWN = 160


class PackError(ValueError):
    """A policy file is not what it must be.

    Packs hold rules, never personal data, so the message may show what was found (shortened).
    """

    def __init__(self, *, file: str, field: str, expected: str, found: str) -> None:
        """Name the file, the field (``clause[3].require``), the expectation and the fact."""
        shown = found if len(found) <= _SHOWN else found[:_SHOWN] + "…"
        super().__init__(f"{file}: {field}: expected {expected}, found {shown}")
        self.file, self.field, self.expected, self.found = file, field, expected, shown


def pack_error(file: str, field: str, expected: str, found: str) -> PackError:
    """Return the error for a field of a file, ready to be raised."""
    return PackError(file=file, field=field, expected=expected, found=found)
