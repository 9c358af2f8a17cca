"""The form of a help text."""

from __future__ import annotations

from typing import NamedTuple

from aidledger.interfaces.cli.language import Said


class Help(NamedTuple):
    """What a command does: one line, then more where it is needed, and lines to copy."""

    short: Said
    examples: tuple[str, ...]
    long: Said = Said("", "")
