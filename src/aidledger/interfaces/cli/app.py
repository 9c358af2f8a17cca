"""What every command is given: the language, where the ledger lies, and how to print."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from aidledger.interfaces.cli.errors import USAGE, CommandError
from aidledger.interfaces.cli.given import in_utf8
from aidledger.interfaces.cli.language import Language, Said, language_of
from aidledger.interfaces.cli.screen import Screen

if TYPE_CHECKING:  # help and version must not import what a command needs
    from aidledger.domain.point import Point


class App:
    """One run of the program."""

    def __init__(self, *, lang: Language, ledger: str | None) -> None:
        """Begin with what the environment says; options change it."""
        self.lang: Language = lang
        self.ledger = ledger
        self.at: Point | None = None
        """Where the log is to end for what is asked; everything by default."""
        self.anew = False
        """Whether nothing but the entries is to answer."""
        self.generation: int | None = None
        """The generation that what was asked was answered from, unchecked; nothing where entries were read."""
        self.lacks = False
        """Whether entries that were asked for are in none of what was said."""
        self.sealed = 0
        """How many entries had their columns from the archive."""

    @property
    def source(self) -> str:
        """From what an answer was read: `generation`, `archive` or `entries`, as manifests say."""
        if self.generation is not None:
            return "generation"
        return "archive" if self.sealed else "entries"

    @property
    def screen(self) -> Screen:
        """How to print, in the language of the run."""
        return Screen(self.lang)

    def say(self, zh: str, en: str) -> str:
        """Return the text of the run's language."""
        return zh if self.lang == "zh" else en

    def location(self) -> str:
        """Return where the ledger lies.

        Raises:
            CommandError: nobody said so, or no database can be asked by such a name.

        """
        if not self.ledger:
            raise CommandError(
                Said("没有指明账本", "no ledger was named"),
                hint=Said(
                    "用 --ledger 指明文件或地址，或设置环境变量 AIDLEDGER",
                    "name a file or an address with --ledger, or set AIDLEDGER",
                ),
                exit_code=USAGE,
            )
        if not in_utf8(self.ledger):
            raise CommandError(
                Said("账本名称应为 UTF-8 文字", "the name of the ledger: expected text in UTF-8"),
                hint=Said("给文件改名", "give the file another name"),
                exit_code=USAGE,
            )
        return self.ledger


def app_of(ctx: click.Context) -> App:
    """Return the run that a context belongs to."""
    root = ctx.find_root()
    if not isinstance(root.obj, App):
        root.obj = App(lang=language_of(os.environ), ledger=None)
    return root.obj
