"""``demo``: a guided tour for a newcomer, headed in both languages, with the command of each step."""

from __future__ import annotations

import shlex
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from aidledger.domain.values import add_months, month_end
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.cases import show_case
from aidledger.interfaces.cli.decisions import show_decision
from aidledger.interfaces.cli.errors import BUG, OK, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.lists import read_table, show_table
from aidledger.interfaces.cli.rebuilds import run_rebuild
from aidledger.interfaces.cli.simulations import DEFAULT_SEED, DEFAULT_START, simulated
from aidledger.interfaces.cli.verification import show_report
from aidledger.interfaces.cli.wording import counted, yuan
from aidledger.services.explaining import DecisionView, explain
from aidledger.services.history import case_as_of, case_streams
from aidledger.services.initialising import create_ledger
from aidledger.services.rebuilding import model_list
from aidledger.services.tampering import tamper_with_copy
from aidledger.services.verifying import verify

DEFAULT_CASES: Final = 300
DEFAULT_MONTHS: Final = 12
_T = TypeVar("_T")
_LIST: Final = "list_approved"
_LIST_ROWS: Final = 5
_NOT_PROVEN: Final = (
    Said(
        "记录齐全：还没有来自外部的检查点，运营方可以截去末尾或重写全部历史",
        "that nothing is missing: without a checkpoint from outside, the operator could cut off "
        "the tail or rewrite all of history",
    ),
    Said(
        "是谁记录的：各批次还没有签名，经办人的身份由运营方担保",
        "who recorded it: batches are not signed yet, and the operator vouches for the actors",
    ),
    Said(
        "所记属实：账本证明记录没有被改动，不证明所记的事情是真的",
        "that it is true: a ledger proves that records were not changed, not that they were right",
    ),
)


def run_demo(app: App, *, cases: int | None, months: int | None, keep: str | None) -> int:
    """Give the tour; the ledgers go to a directory that is removed unless it is to be kept."""
    held: AbstractContextManager[str]
    if keep is None:
        held = tempfile.TemporaryDirectory(prefix="aidledger-demo-")
    else:
        folder = Path(keep)
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(
                Said(f"{keep}：目录不是空的", f"{keep}: the directory is not empty"),
                hint=Said("换一个目录", "use another directory"),
            )
        folder.mkdir(parents=True, exist_ok=True)
        held = nullcontext(keep)
    with held as place:
        tour = _Tour(app, Path(place), shown=Path(keep) if keep else Path())
        tour.simulate(
            DEFAULT_CASES if cases is None else cases, DEFAULT_MONTHS if months is None else months
        )
        tour.verify()
        tour.rebuild()
        tour.one_case()
        found = tour.tamper()
        tour.end(kept=keep is not None)
    return OK if found else BUG


class _Tour:
    """The steps, in their order."""

    def __init__(self, app: App, folder: Path, *, shown: Path) -> None:
        """Begin in an empty folder; commands name it as ``shown``."""
        self._folder = folder
        self._shown = shown
        self._ledger = folder / "county.db"
        self._app = App(lang=app.lang, ledger=str(self._ledger))
        self._began = time.monotonic()
        self._months = 0
        self._number = 0

    def simulate(self, cases: int, months: int) -> None:
        """Simulate a county's months from a seed."""
        self._months = months
        self._step(Said(f"模拟一个县的 {months} 个月", f"{months} months of a county, from a seed"))
        self._command("init")
        create_ledger(str(self._ledger), origin="demo.aidledger.local/520123")
        arguments = f"simulate --cases {cases} --months {months} --seed {DEFAULT_SEED}"
        self._command(*arguments.split())
        result = self._timed(
            lambda: simulated(self._app, cases=cases, months=months, seed=DEFAULT_SEED)
        )
        self._app.screen.line(
            self._app.say(
                f"{result.cases} 个个案，{result.entries:,} 条记录",
                f"{counted(result.cases, 'case', 'cases')}, "
                f"{counted(result.entries, 'entry', 'entries')}",
            )
        )

    def verify(self) -> None:
        """Climb the ladder."""
        self._step(Said("逐级核验每一条记录", "Verify every entry, rung by rung"))
        self._command("verify")
        report = self._timed(lambda: verify(str(self._ledger)))
        show_report(self._app, report)

    def rebuild(self) -> None:
        """Derive the read models, and show a public list."""
        self._step(
            Said("由记录重新推导全部表格和名单", "Derive every table and list from the entries")
        )
        self._command("rebuild")
        self._timed(lambda: run_rebuild(self._app, as_of=None, known_on=None, model=(), json=False))
        self._command("list", _LIST)
        model = next(model for model in model_list() if model.name == _LIST)
        table = read_table(self._app, model, as_of=None, known_on=None)
        first = msgspec.structs.replace(table, rows=table.rows[:_LIST_ROWS])
        show_table(self._app, first)
        left = len(table.rows) - len(first.rows)
        if left:
            self._app.screen.line(self._app.say(f"另有 {left} 行", f"and {left} more"))

    def one_case(self) -> None:
        """Show one case as it stood on a day, and why."""
        day = month_end(
            add_months(DEFAULT_START[:7], max(1, self._months * 2 // 3) - 1)
        ).isoformat()
        name, decisions = self._choose(day)
        short = name.removeprefix("case/")
        self._step(Said(f"一个个案在 {day} 的样子", f"One case as it stood on {day}"))
        self._command("case", "show", short, "--as-of", day)
        show_case(self._app, case=short, as_of=day, known_on=None, json=False)
        self._step(
            Said("它的决定，逐条说明依据和金额", "Its decision, clause by clause, with the amount")
        )
        self._command("case", "explain", short, "--as-of", day)
        for decision in decisions:
            show_decision(self._app, decision)

    def tamper(self) -> bool:
        """Change one byte in a copy, and find it. Returns whether it was found."""
        self._step(Said("在副本中改动一个字节", "Change one byte in a copy"))
        copy = self._folder / "tampered.db"
        with reading(self._app) as session:
            changed = tamper_with_copy(session, self._ledger, copy)
        lang = self._app.lang
        before, after = yuan(changed.before_fen, lang), yuan(changed.after_fen, lang)
        self._app.screen.prose(
            self._app.say(
                f"绕过程序直接改文件：{changed.stream} 的一笔发放由 {before} 变成 {after}"
                f"（位置 {changed.position}）",
                f"behind the program's back, in the file itself: a payment of {changed.stream} was "
                f"{before} and is now {after} (position {changed.position})",
            )
        )
        self._command("verify", ledger=copy.name)
        report = self._timed(lambda: verify(str(copy)))
        show_report(App(lang=lang, ledger=str(copy)), report)
        return any(found.position == changed.position for found in report.findings)

    def end(self, *, kept: bool) -> None:
        """Say what is not proven, and how to go on."""
        app = self._app
        self._step(Said("还没有证明的", "What is not proven yet"))
        for said in _NOT_PROVEN:
            first, *rest = layout.wrap(said.in_(app.lang), app.screen.width - 2)
            app.screen.line(f"· {first}")
            app.screen.lines("  " + line for line in rest)
        seconds = time.monotonic() - self._began
        app.screen.line()
        app.screen.line(app.say(f"共用时 {seconds:.0f} 秒", f"{seconds:.0f} s in all"))
        if kept:
            app.screen.line(app.say(f"账本在 {self._folder}", f"the ledgers are in {self._folder}"))
        else:
            app.screen.line(
                app.say(
                    "用 aidledger demo --keep 目录 保留账本，逐条重做以上命令",
                    "aidledger demo --keep DIR keeps the ledgers, to repeat the commands above",
                )
            )

    def _choose(self, day: str) -> tuple[str, list[DecisionView]]:
        """Return a case that tells much on a day, and its decisions worth showing."""
        with reading(self._app) as session:
            best, most = "", -1
            for name in case_streams(session):
                case = case_as_of(session, name, as_of=day)
                worth = min(case.paid_lines, 3) + len(case.entitlements) + bool(case.carer)
                if case.stage == "approved" and worth > most:
                    best, most = name, worth
            if not best:
                best = case_streams(session)[0]
            decisions = explain(session, best, as_of=day).decisions
        chosen = [one for one in decisions if one.type == "ApplicationApproved"][:1]
        return best, chosen + [one for one in decisions if one.type == "EntitlementSet"][-1:]

    def _step(self, said: Said) -> None:
        """Print the heading of a step, in both languages."""
        self._number += 1
        screen = self._app.screen
        screen.line()
        screen.line(screen.style(f"━━ {self._number}  {said.zh} · {said.en}", "bold", "green"))

    def _command(self, *words: str, ledger: str = "county.db") -> None:
        """Print the command that does the same."""
        screen = self._app.screen
        line = shlex.join(["aidledger", "--ledger", str(self._shown / ledger), *words])
        screen.line()
        screen.line(screen.style(f"$ {line}", "bold"))

    def _timed(self, work: Callable[[], _T]) -> _T:
        """Do a piece of work and say how long it took."""
        began = time.monotonic()
        result = work()
        screen = self._app.screen
        screen.line(screen.style(f"({time.monotonic() - began:.1f} s)", "dim"))
        return result
