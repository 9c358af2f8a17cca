"""What may be typed for an option or an argument: never nothing, and text that UTF-8 can write."""

from __future__ import annotations

from typing import Any, Final

import click

_LARGEST: Final = 2**53 - 1
"""The largest number that a command takes: no ledger has so many entries."""
FILES: Final = frozenset({"DIR", "FILE", "FOLDER", "KEY", "NEW", "OTHER", "PATH", "STATEMENT"})
"""Arguments that name a file: its name may be in whatever encoding its maker used."""


def in_utf8(text: str) -> bool:
    """Whether UTF-8 can write a text: not what another encoding of the terminal made of it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Text(click.ParamType[str]):
    """A text. An empty one is a variable of a script that was never set: never "all of them"."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text as it was typed."""
        text = str(value)
        if not text.strip():
            self.fail("expected a value, found nothing", param, ctx)
        if not in_utf8(text):
            self.fail("expected text in UTF-8", param, ctx)
        return text


class Name(Text):
    """Who acts, for which office, by which request: a code, as entries have it. A person's name is none."""

    name = "name"

    def __init__(self, sample: str) -> None:
        """Take what such a code looks like."""
        self.sample = sample

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the code as it was typed."""
        from aidledger.ledger.forms import NAME_LIMIT, is_name  # noqa: PLC0415 - help needs none

        text = super().convert(value, param, ctx)
        if not is_name(text):
            what = f"expected a code such as {self.sample} of 1 to {NAME_LIMIT} printable ASCII characters"
            self.fail(f"{what} without spaces, found something else", param, ctx)
        return text


class Place(click.Path):
    """A file or a folder, which may have any name but none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path as it was typed."""
        if not str(value).strip():
            self.fail("expected a value, found nothing", param, ctx)
        return super().convert(value, param, ctx)


class Target(Place):
    """A file or a folder that is written and names itself in a manifest: the name is text in UTF-8."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path as it was typed."""
        if not in_utf8(str(value)):
            self.fail("expected a name in UTF-8", param, ctx)
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
