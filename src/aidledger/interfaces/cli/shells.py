"""``sql --shell``: questions one after the other, on a terminal or from a file.

A statement ends at its ``;``, a line that begins with a dot is for the shell itself. What goes wrong is
said and the shell goes on; Ctrl-C stops the question that is being answered, and nothing else.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from io import TextIOWrapper
from typing import Final, TextIO

import msgspec

from aidledger.domain.values import parse_day
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, OK, error_lines
from aidledger.interfaces.cli.faults import service_fault
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading, tell_source
from aidledger.interfaces.cli.lists import write_table
from aidledger.replay.engine import EngineLimits
from aidledger.replay.generation import GenerationsError
from aidledger.replay.models import ModelError
from aidledger.services.handing.columnwords import meaning_of
from aidledger.services.handing.words import table_titles
from aidledger.services.problems import ServiceError
from aidledger.services.questions.listing import Table
from aidledger.services.questions.querying import Desk, sitting
from aidledger.services.questions.statements import cut, is_open
from aidledger.services.session import Session

MODES: Final = ("table", "csv", "json")
_PROMPT: Final = "sql> "
_MORE: Final = "...> "
_HELP: Final[tuple[tuple[str, Said], ...]] = (
    (".tables [TEXT]", Said("列出表（名称或标题含此文字）", "tables, or those with this text")),
    (".schema TABLE", Said("一张表的列及其含义", "the columns of a table, and what they mean")),
    (".mode table|csv|json", Said("输出格式", "how answers are shown")),
    (".as-of DAY", Said("当日有效（不写日期：默认）", "in force on that day (none: default)")),
    (".known-on DAY", Said("截至当日所知（不写日期：全部）", "as known by that day (none: all)")),
    (".help", Said("显示本帮助", "this help")),
    (".quit", Said("离开（或 Ctrl-D）", "leave (or Ctrl-D)")),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a sitting is bounded by, and the days that it begins with."""

    limits: EngineLimits
    seconds: int
    most: int
    as_of: date | None
    known_on: date | None


def run_shell(app: App, settings: Settings) -> int:
    """Answer until there is nothing more to read; 3 where a script had an error."""
    given: TextIO = sys.stdin
    interactive = given.isatty()
    if isinstance(given, TextIOWrapper):  # what is no text fails as a question, not as a bug
        given.reconfigure(errors="surrogateescape")
    with reading(app) as session:
        shell = _Shell(app, session, settings)
        try:
            if interactive:
                # whoever was started by a script that ignores Ctrl-C would ignore it too
                signal.signal(signal.SIGINT, signal.default_int_handler)
                shell.greet()
            ask = _typed(shell.prompt) if interactive else given.readline
            shell.read(ask, interactive=interactive)
        finally:
            shell.close()
    return COULD_NOT_RUN if shell.faults and not interactive else OK


def _typed(prompt: Callable[[], str]) -> Callable[[], str]:
    """Return what asks for a line, with editing and history where the system has them; the end is empty.

    The history ends with the sitting: what was asked of people stays in no file.
    """
    if find_spec("readline") is not None:
        import_module("readline")

    def ask() -> str:
        try:
            return input(prompt()) + "\n"
        except EOFError:
            print()
            return ""

    return ask


class _Shell:
    """One sitting: the desk that answers, the days that are asked about, how answers are shown."""

    def __init__(self, app: App, session: Session, settings: Settings) -> None:
        self._app = app
        self._session = session
        self._settings = settings
        self._days: dict[str, date | None] = {
            "as_of": settings.as_of,
            "known_on": settings.known_on,
        }
        self._mode = "table"
        self._begun = ""
        self._open = ExitStack()
        self._desk: Desk | None = None
        self.faults = 0

    def greet(self) -> None:
        """Say what this is."""
        self._app.screen.note(
            self._app.say(
                "只读。语句以 ; 结束，.help 显示帮助，Ctrl-C 停止查询，Ctrl-D 离开。",
                "Read-only. A statement ends at ;, .help shows help, Ctrl-C stops a question, Ctrl-D "
                "leaves.",
            )
        )

    def prompt(self) -> str:
        """Return what stands before the next line."""
        return _MORE if self._begun.strip() else _PROMPT

    def close(self) -> None:
        """Leave the desk."""
        self._open.close()
        self._desk = None

    def read(self, ask: Callable[[], str], *, interactive: bool) -> None:
        """Take line after line, until there is none or somebody leaves.

        Who types may interrupt at any moment, and as often as he likes: a line is given up, no sitting.
        """
        given_up = False
        while True:
            try:
                if given_up:
                    print()
                    self._begun, given_up = "", False
                line = ask()
                if not line:
                    break
                if not self._take(line):
                    return
            except KeyboardInterrupt:
                if not interactive:
                    raise
                given_up = True
        if self._begun.strip() and not is_open(self._begun):
            self._guarded(self._answer, self._begun)
        elif self._begun.strip():
            self._fault(Said("语句没有结束", "a statement that does not end"))

    def _take(self, line: str) -> bool:
        """Carry out a command, or answer the statements that a line ends. False: somebody leaves."""
        if not self._begun.strip() and line.lstrip().startswith("."):
            return self._guarded(self._command, line)
        statements, self._begun = cut(self._begun + line)
        for statement in statements:
            self._guarded(self._answer, statement)
        return True

    def _guarded(self, act: Callable[[str], bool], typed: str) -> bool:
        """Do what was typed; say what went wrong, and go on. False: somebody leaves."""
        try:
            return act(typed)
        except KeyboardInterrupt:
            self._app.screen.note(self._app.say("查询已停止", "the question was stopped"))
        except (ModelError, ServiceError, GenerationsError) as error:
            fault = service_fault(error, self._app.lang)
            if fault is None:  # pragma: no cover - each of these has one
                raise
            self.faults += 1
            self._app.screen.note("\n".join(error_lines(fault)))
        return True

    def _fault(self, said: Said) -> bool:
        self.faults += 1
        self._app.screen.note(f"aidledger: error: {said.in_(self._app.lang)}")
        return True

    def _seat(self) -> Desk:
        """Return the desk, opened where it isn't: on a large ledger that takes a while."""
        if self._desk is None:
            with self._app.screen.reading_entries() as progress:
                self._desk = self._open.enter_context(
                    sitting(
                        self._session,
                        limits=self._settings.limits,
                        progress=progress,
                        **self._days,
                    )
                )
            tell_source(self._app, self._session)
        return self._desk

    def _answer(self, sql: str) -> bool:
        settings = self._settings
        found = self._seat().ask(sql, seconds=settings.seconds, most=settings.most)
        table = Table(
            name="sql",
            title_zh="查询结果",
            title_en="Answer",
            columns=found.columns,
            rows=found.rows,
        )
        write_table(self._app, table, self._mode, None)
        if found.more:
            rows = len(found.rows)
            self._app.screen.note(
                self._app.say(
                    f"只给出前 {rows:,} 行：--most 可多给",
                    f"only the first {rows:,} rows are given: --most gives more",
                )
            )
        return True

    def _command(self, line: str) -> bool:
        """Carry out what a line that begins with a dot says; False where somebody leaves."""
        words = line.split()
        name, *rest = words
        match name, rest:
            case ((".quit" | ".exit"), []):
                return False
            case ".help", []:
                pairs = [(typed, said.in_(self._app.lang)) for typed, said in _HELP]
                self._app.screen.pairs(pairs)
            case ".tables", ([] | [_]):
                self._tables(rest[0].lower() if rest else "")
            case ".schema", [table]:
                self._schema(table.removesuffix(";"))
            case ".mode", [mode] if mode in MODES:
                self._mode = mode
            case ((".as-of" | ".known-on"), ([] | [_])):
                return self._ask_about(name[1:].replace("-", "_"), rest)
            case _:
                shown = layout.cut(layout.plain(" ".join(words)), 40)
                return self._fault(
                    Said(
                        f"{shown}：不是这里的命令，见 .help", f"{shown}: no command here, see .help"
                    )
                )
        return True

    def _ask_about(self, which: str, words: list[str]) -> bool:
        """Ask about another day from now on, and say about which."""
        try:
            day = parse_day(words[0]) if words else None
        except ValueError:
            shown = layout.cut(layout.plain(words[0]), 40)
            return self._fault(
                Said(f"{shown}：应为日期 YYYY-MM-DD", f"{shown}: expected a day as YYYY-MM-DD")
            )
        if day != self._days[which]:
            self.close()
            self._days[which] = day
        as_of, known_on = self._seat().days
        by = self._app.say("全部所知", "all that is known") if known_on is None else str(known_on)
        self._app.screen.note(
            self._app.say(f"截至 {as_of} 有效，按 {by}", f"in force on {as_of}, by {by}")
        )
        return True

    def _tables(self, text: str) -> None:
        titles = table_titles()
        shown = [
            (name, said.in_(self._app.lang))
            for name, said in titles.items()
            if text in name or text in said.zh or text in said.en.lower()
        ]
        self._app.screen.pairs(shown)

    def _schema(self, name: str) -> None:
        columns = self._seat().columns(name)
        said = [meaning_of(name, column).in_(self._app.lang) for column, _ in columns]
        titles = [self._app.say("列", "column"), "SQL", self._app.say("含义", "meaning")]
        rows = [[column, kind, text] for (column, kind), text in zip(columns, said, strict=True)]
        self._app.screen.table(titles, rows)
