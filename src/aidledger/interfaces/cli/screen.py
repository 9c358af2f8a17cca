"""Where output goes: data to standard output, everything else to standard error.

Colour only on a terminal and never with NO_COLOR; the package rich, where it is installed, draws
tables on a terminal. Everything can be understood without either.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, Self, TextIO

import click

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.language import Language
from aidledger.said import shown_only

_PROSE_WIDTH: Final = 100
_PIPE_WIDTH: Final = 10_000
_LOG_EVERY_S: Final = 5.0
_QUIET_S: Final = 1.0
_REDRAW_S: Final = 0.2
_STYLES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


class Screen:
    """What one command prints with."""

    def __init__(self, lang: Language) -> None:
        """Look at the terminal and the environment."""
        self.lang = lang
        dumb = os.environ.get("TERM") == "dumb"
        self.is_terminal = sys.stdout.isatty() and not dumb
        forced = bool(os.environ.get("FORCE_COLOR"))
        self.has_colour = (self.is_terminal or forced) and not os.environ.get("NO_COLOR")
        columns = shutil.get_terminal_size((80, 24)).columns
        self.width = max(40, min(columns, _PROSE_WIDTH))
        sized = self.is_terminal or "COLUMNS" in os.environ
        self.table_width = max(40, columns) if sized else _PIPE_WIDTH

    def style(self, text: str, *names: str) -> str:
        """Return the text coloured, where there is colour."""
        if not self.has_colour:
            return text
        codes = ";".join(_STYLES[name] for name in names)
        return f"\x1b[{codes}m{text}\x1b[0m"

    def line(self, text: str = "") -> None:
        """Print one line of data."""
        print(text)

    def lines(self, texts: Iterable[str]) -> None:
        """Print lines of data."""
        for text in texts:
            print(text)

    def paged(self, texts: Iterable[str]) -> None:
        """Print lines of data as they come: through a pager on a terminal, else one by one."""
        if self.is_terminal:
            click.echo_via_pager(f"{text}\n" for text in texts)
        else:
            self.lines(texts)

    def prose(self, text: str, by: int = 0) -> None:
        """Print a text, wrapped."""
        self.lines(layout.indent(shown_only(text), self.width, by))

    def heading(self, text: str) -> None:
        """Print a heading with an empty line before it."""
        print()
        print(self.style(text, "bold"))

    def pairs(self, rows: Sequence[tuple[str, str]], by: int = 2) -> None:
        """Print terms and what they are."""
        self.lines(layout.pairs([(t, layout.plain(v)) for t, v in rows], self.width, by=by))

    def note(self, text: str) -> None:
        """Print one line that is no data."""
        print(text, file=sys.stderr, flush=True)

    def json(self, value: dict[str, Any]) -> None:
        """Print one JSON object: indented for a person, on one line for a program."""
        if self.is_terminal:
            print(json.dumps(value, ensure_ascii=False, indent=2))
        else:
            print(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def table(
        self,
        titles: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        right: frozenset[int] = frozenset(),
    ) -> None:
        """Print a table; ``right`` numbers the columns that are set to the right."""
        clean = [[layout.plain(cell) for cell in row] for row in rows]
        if self.is_terminal and self.has_colour and find_spec("rich") is not None:
            _rich_table(titles, clean, right, self.table_width)
            return
        self.lines(layout.table(titles, clean, self.table_width, right=right))

    def progress(self, what: str) -> Progress:
        """Return what shows how far a long piece of work is; silent while it is short."""
        return Progress(what, sys.stderr, self.lang)

    def reading_entries(self) -> Progress:
        """Return what shows how many entries are read, where models are built to answer a question."""
        return self.progress("读取记录" if self.lang == "zh" else "read entries")


class Progress:
    """Tells on standard error how far something is, with its rate and the time left."""

    def __init__(
        self,
        what: str,
        stream: TextIO,
        lang: Language,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin now."""
        self._what = what
        self._stream = stream
        self._lang = lang
        self._seconds = seconds
        self._began = seconds()
        self._live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = self._began + (_QUIET_S if self._live else _LOG_EVERY_S)
        self._drawn = False

    def __call__(self, done: int, total: int | None = None) -> None:
        """Say that so much is done."""
        now = self._seconds()
        if now < self._shown:
            return
        self._shown = now + (_REDRAW_S if self._live else _LOG_EVERY_S)
        text = self._text(done, total, now - self._began)
        if self._live:
            self._drawn = True
            self._stream.write(f"\r\x1b[2K{text}")
            self._stream.flush()
        else:
            print(text, file=self._stream, flush=True)

    def __enter__(self) -> Self:
        """Give itself: the line is cleared at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the line, also where the work failed."""
        self.close()

    def close(self) -> None:
        """Clear the line."""
        if self._drawn:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def _text(self, done: int, total: int | None, passed_s: float) -> str:
        """Return the line."""
        rate = done / passed_s if passed_s > 0 else 0.0
        of = f"{done:,}" if total is None else f"{done:,}/{total:,}"
        left = "" if total is None or rate <= 0 else f"{max(0, total - done) / rate:.0f} s"
        if self._lang == "zh":
            return f"{self._what}：{of}，每秒 {rate:,.0f}" + (f"，还需 {left}" if left else "")
        return f"{self._what}: {of}, {rate:,.0f}/s" + (f", {left} left" if left else "")


def _rich_table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int], columns: int
) -> None:
    """Draw a table with rich."""
    rich_table: Any = import_module("rich.table")
    rich_console: Any = import_module("rich.console")
    rich_box: Any = import_module("rich.box")
    rich_text: Any = import_module("rich.text")
    table = rich_table.Table(box=rich_box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for at, title in enumerate(titles):
        table.add_column(title, justify="right" if at in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*[rich_text.Text(cell) for cell in row])
    rich_console.Console(width=columns, highlight=False, markup=False).print(table)
