"""``demo``: a guided tour for a newcomer, headed in both languages, with the command of each step."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import AbstractContextManager, chdir, nullcontext
from pathlib import Path
from typing import Final

import msgspec

from aidledger.domain.values import add_months, month_end
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.decisions import show_decision
from aidledger.interfaces.cli.demo_stage import Stage
from aidledger.interfaces.cli.demo_trust import ORIGIN, Trust
from aidledger.interfaces.cli.errors import BUG, OK, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.lists import read_table, show_table
from aidledger.interfaces.cli.simulations import DEFAULT_SEED, DEFAULT_START
from aidledger.services.cases.history import case_as_of, case_streams
from aidledger.services.decisions.explaining import DecisionView, explain
from aidledger.services.generations.rebuilding import model_list

DEFAULT_CASES: Final = 300
DEFAULT_MONTHS: Final = 12
_LIST: Final = "list_approved"
_LIST_ROWS: Final = 5
_KEYS: Final = "AIDLEDGER_KEYS"
_NOT_PROVEN: Final = (
    Said(
        "所记属实：账本证明记录没有被改动，不证明所记的事情是真的",
        "that it is true: a ledger proves that records were not changed, not that they were right",
    ),
    Said(
        "是谁记录的：经办人的密钥存在服务器上（assurance=low），掌握服务器的人可以冒名签字；"
        "本人自持密钥文件或 USB Key 时才算证明",
        "who recorded it: the server holds the officers' keys (assurance=low), and who holds the "
        "server signs as any of them; keys in officers' own files or tokens take that away",
    ),
    Said(
        "联署之后的记录：以后新增的每一条，要等下一次联署才得到证明",
        "what comes after the cosigned size: each new entry is unproven until the next cosignature",
    ),
    Said(
        "见证方独立：这里三家的密钥都在同一个目录里；真正的见证方各在自己的机器上。"
        "运营方若与其中两家串通，仍可让另一本账得到见证",
        "that the witnesses are apart: here all their keys lie in one folder, real offices keep "
        "theirs on machines of their own; an operator and two of the three together could still "
        "have another history witnessed",
    ),
)


def run_demo(app: App, *, cases: int | None, months: int | None, keep: str | None) -> int:
    """Give the tour; the ledgers go to a directory that is removed unless it is to be kept."""
    if os.environ.get(_KEYS):
        raise CommandError(
            Said(f"设置了 {_KEYS}：演示不动真正的密钥", f"{_KEYS} is set: the demo makes keys"),
            hint=Said(f"先 unset {_KEYS}", f"unset {_KEYS} first, so that yours stay alone"),
        )
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
    began = time.monotonic()
    with held as place, chdir(place):
        stage = Stage(app.lang)
        if keep is not None:
            stage.type(f"cd {keep}")
        sound = _tour(
            stage,
            DEFAULT_CASES if cases is None else cases,
            DEFAULT_MONTHS if months is None else months,
        )
        _end(stage, keep, time.monotonic() - began)
    return OK if sound else BUG


def _tour(stage: Stage, cases: int, months: int) -> bool:
    """Give the tour; returns whether everything came out as it says."""
    last = month_end(add_months(DEFAULT_START[:7], months - 1)).isoformat()
    day = month_end(add_months(DEFAULT_START[:7], max(1, months * 2 // 3) - 1)).isoformat()
    trust = Trust(stage)
    _simulate(stage, cases, months)
    trust.witness(last)
    proven = trust.verify()
    name, decisions = _choose(stage.app, day)
    short = name.removeprefix("case/")
    complete = trust.bundle(short)
    _rebuild(stage, last)
    stage.step(Said(f"一个个案在 {day} 的样子", f"One case as it stood on {day}"))
    stage.run("case", "show", short, "--as-of", day)
    _explain(stage, short, day, decisions)
    found = trust.change_a_byte()
    return trust.forge() and proven and complete and found


def _simulate(stage: Stage, cases: int, months: int) -> None:
    """Simulate a county's months from a seed, every batch signed."""
    stage.step(Said(f"模拟一个县的 {months} 个月", f"{months} months of a county, from a seed"))
    stage.run("init", "--origin", ORIGIN)
    words = f"simulate --cases {cases} --months {months} --seed {DEFAULT_SEED} --signed"
    stage.timed(lambda: stage.run(*words.split()))
    stage.say(
        "每一批都由经办人的密钥签名；密钥在 county.db.keys 中，由服务器保管。",
        "Every batch is signed by the key of the officer who acted; the server keeps the keys, in "
        "county.db.keys.",
    )


def _rebuild(stage: Stage, day: str) -> None:
    """Derive the read models, and show a public list."""
    stage.step(Said("重新推导全部表格和名单", "Derive every table and list from the entries"))
    stage.timed(lambda: stage.run("rebuild", "--as-of", day))
    stage.command("list", _LIST, "--as-of", day)
    model = next(model for model in model_list() if model.name == _LIST)
    table = read_table(stage.app, model, as_of=day, known_on=None)
    show_table(stage.app, msgspec.structs.replace(table, rows=table.rows[:_LIST_ROWS]))
    left = len(table.rows) - _LIST_ROWS
    if left > 0:
        stage.app.screen.line(stage.app.say(f"另有 {left} 行", f"and {left} more"))


def _explain(stage: Stage, case: str, day: str, decisions: list[DecisionView]) -> None:
    """Show why a case was decided as it was."""
    stage.step(Said("它的决定，逐条列出依据", "Its decision, clause by clause, with the amount"))
    stage.command("case", "explain", case, "--as-of", day)
    for decision in decisions:
        show_decision(stage.app, decision)


def _choose(app: App, day: str) -> tuple[str, list[DecisionView]]:
    """Return a case that tells much on a day, and its decisions worth showing."""
    with reading(app) as session:
        best, most = "", -1
        for name in case_streams(session):
            case = case_as_of(session, name, as_of=day)
            worth = min(case.paid_lines, 3) + len(case.entitlements) + bool(case.carer)
            if case.stage == "approved" and worth > most:
                best, most = name, worth
        if not best:
            raise CommandError(
                Said("没有一个个案获得批准", "no case was approved"),
                hint=Said("多模拟一些个案或月份", "simulate more cases or months"),
            )
        decisions = explain(session, best, as_of=day).decisions
    chosen = [one for one in decisions if one.type == "ApplicationApproved"][:1]
    return best, chosen + [one for one in decisions if one.type == "EntitlementSet"][-1:]


def _end(stage: Stage, keep: str | None, seconds: float) -> None:
    """Say what is not proven, and how to go on."""
    app = stage.app
    stage.step(Said("还没有证明的", "What is not proven"))
    stage.points(_NOT_PROVEN)
    app.screen.line()
    app.screen.line(app.say(f"共用时 {seconds:.0f} 秒", f"{seconds:.0f} s in all"))
    if keep is not None:
        stage.app.screen.prose(
            app.say(
                f"全部文件在 {keep}，以上命令可在其中重做",
                f"all files are in {keep}: the commands above can be repeated there",
            )
        )
    else:
        stage.app.screen.prose(
            app.say(
                "用 aidledger demo --keep 目录 保留全部文件，逐条重做以上命令",
                "aidledger demo --keep DIR keeps all files, to repeat the commands above",
            )
        )
