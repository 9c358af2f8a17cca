"""Where the tour is shown: headings in both languages, commands as they are typed, what they print.

A command of the program is carried out by the program itself, with the very words that are shown.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Final, TypeVar

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import OK
from aidledger.interfaces.cli.language import Language, Said, language_of
from aidledger.interfaces.cli.main import cli
from aidledger.interfaces.cli.screen import Screen

LEDGER: Final = "county.db"
_T = TypeVar("_T")


class Page(App):
    """A run whose tables are as narrow as its texts where there is no terminal to be wider."""

    @property
    def screen(self) -> Screen:
        """How to print."""
        screen = Screen(self.lang)
        if not screen.is_terminal:
            screen.table_width = screen.width
        return screen


class Stage:
    """Prints the tour, in the folder that its commands are typed in."""

    def __init__(self, lang: Language) -> None:
        """Begin in the current folder."""
        self.app = Page(lang=lang, ledger=LEDGER)
        self._number = 0
        self._lang = () if language_of(os.environ) == lang else ("--lang", lang)

    def step(self, said: Said) -> None:
        """Print the heading of a step."""
        self._number += 1
        screen = self.app.screen
        screen.line()
        screen.line(screen.style(f"━━ {self._number}  {said.zh} · {said.en}", "bold", "green"))

    def say(self, zh: str, en: str) -> None:
        """Print a sentence or two, wrapped."""
        self.app.screen.line()
        self.app.screen.prose(self.app.say(zh, en))

    def points(self, points: tuple[Said, ...]) -> None:
        """Print a list."""
        screen = self.app.screen
        for said in points:
            first, *rest = layout.wrap(said.in_(self.app.lang), screen.width - 2)
            screen.line(f"· {first}")
            screen.lines("  " + line for line in rest)

    def type(self, *lines: str) -> None:
        """Show what is typed into the shell; the first line stands behind its prompt."""
        screen = self.app.screen
        screen.line()
        screen.line(screen.style(f"$ {lines[0]}", "bold"))
        screen.lines(lines[1:])

    def command(self, *words: str, ledger: str | None = LEDGER, then: str = "") -> None:
        """Show a command of the program, and into what its output goes, if into anything."""
        named = ("--ledger", ledger) if ledger else ()
        units = [*_units(("aidledger", *self._lang, *named, *words)), *filter(None, [then])]
        self.type(*_folded(units, self.app.screen.width))

    def run(self, *words: str, ledger: str | None = LEDGER) -> int:
        """Show a command, carry it out and return its exit status."""
        self.command(*words, ledger=ledger)
        return self._carry_out(words, ledger)

    def taken(self, *words: str, ledger: str | None = LEDGER, then: str) -> str:
        """Show a command whose output goes elsewhere, carry it out and return that output.

        Raises:
            RuntimeError: it failed, without having said why.

        """
        self.command(*words, ledger=ledger, then=then)
        held = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
        with redirect_stdout(held):
            code = self._carry_out(words, ledger)
        if code != OK:
            raise RuntimeError(f"exit status {code}")
        held.flush()
        return held.buffer.getvalue().decode()

    def timed(self, work: Callable[[], _T]) -> _T:
        """Do a piece of work and say how long it took."""
        began = time.monotonic()
        result = work()
        screen = self.app.screen
        screen.line(screen.style(f"({time.monotonic() - began:.1f} s)", "dim"))
        return result

    def _carry_out(self, words: tuple[str, ...], ledger: str | None) -> int:
        """Run the program; what it says on standard error stands where it belongs."""
        sys.stdout.flush()
        app = Page(lang=self.app.lang, ledger=ledger)
        code = cli.main(list(words), prog_name="aidledger", standalone_mode=False, obj=app)
        return code if isinstance(code, int) else OK


def _units(words: Sequence[str]) -> list[str]:
    """Return words as the shell takes them, an option's value beside its option."""
    units: list[str] = []
    for word in map(shlex.quote, words):
        if units and units[-1].startswith("--") and " " not in units[-1] and word[0] != "-":
            units[-1] += f" {word}"
        else:
            units.append(word)
    return units


def _folded(units: list[str], columns: int) -> list[str]:
    """Return a command in lines that the shell takes for one; the prompt takes two columns."""
    lines = units[:1]
    for unit in units[1:]:
        if len(lines[-1]) + len(unit) + 5 > columns:
            lines[-1] += " \\"
            lines.append(f"    {unit}")
        else:
            lines[-1] += f" {unit}"
    return lines
