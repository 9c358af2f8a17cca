"""What may be typed for an option or an argument: never nothing, and text that UTF-8 can write."""

from __future__ import annotations

from typing import Any, Final

import click

_LARGEST: Final = 2**53 - 1
"""The largest number that a command takes: no ledger has so many entries."""
FILES: Final = frozenset({"DIR", "FILE", "FOLDER", "KEY", "NEW", "OTHER", "PATH", "STATEMENT"})
"""Arguments that name a file: its name may be in whatever encoding its maker used."""


class Text(click.ParamType[str]):
    """A text. An empty one is a variable of a script that was never set: never "all of them"."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text as it was typed."""
        text = str(value)
        if not text.strip():
            self.fail("expected a value, found nothing", param, ctx)
        try:
            text.encode()
        except UnicodeEncodeError:  # what another encoding of the terminal made of it
            self.fail("expected text in UTF-8", param, ctx)
        return text


class Place(click.Path):
    """A file or a folder, which may have any name but none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path as it was typed."""
        if not str(value).strip():
            self.fail("expected a value, found nothing", param, ctx)
        return super().convert(value, param, ctx)


class Count(click.IntRange):
    """A whole number from 0."""

    def __init__(self) -> None:
        super().__init__(0, _LARGEST)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            what = f"{value!r}: expected a whole number from 0 to {_LARGEST}"
            self.fail(what, param, ctx)
