"""``freshness``, ``doctor`` and ``status``: what an operator asks in the morning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK, STALE
from aidledger.interfaces.cli.hints import HINTS
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.phrases import chinese
from aidledger.services.clock import SystemClock
from aidledger.services.generations.freshness import (
    BUILT_IN,
    Freshness,
    Limit,
    clock_behind_s,
    duration_s,
    freshness,
    is_stale,
    read_limits,
)
from aidledger.services.ladder.outside import read_outside
from aidledger.services.nightly.doctor import doctor
from aidledger.services.nightly.health import Check, worst
from aidledger.services.nightly.overview import Overview, overview
from aidledger.services.nightly.page import age_of, age_text, outcome_said, source_said
from aidledger.services.nightly.runs import runs_folder
from aidledger.services.nightly.steps import MARKS, STATUSES

_COLOURS: Final = {
    "ok": "green",
    "warn": "yellow",
    "never": "yellow",
    "error": "red",
    "unreadable": "red",
    "fail": "red",
}
_SIGNS: Final = {"ok": "✓", "warn": "!", "never": "·", "error": "✗", "unreadable": "✗", "fail": "✗"}
_BARS: Final = "▁▂▃▄▅▆▇█"
_TREND: Final = 40


def show_freshness(
    app: App,
    *,
    limits: str | None,
    warn_after: str | None,
    error_after: str | None,
    policy: str | None,
    report: str | None,
    json: bool,
) -> int:
    """Say how old everything is; 4 where something is older than it may be."""
    location = app.location()
    every = Limit(
        warn_after_s=duration_s(warn_after) if warn_after else 0,
        error_after_s=duration_s(error_after) if error_after else 0,
    )
    given = dict.fromkeys(BUILT_IN, every) | (read_limits(Path(limits)) if limits else {})
    with reading(app) as session:
        found = freshness(
            session,
            location,
            limits=given,
            folder=Path(report or runs_folder(location)),
            policy=read_outside((), policy).policy,
        )
        behind = clock_behind_s(session)
    if json:
        app.screen.json(
            {
                "schema": "aidledger/freshness/v1",
                "stale": is_stale(found),
                "sources": [msgspec.to_builtins(one) for one in found],
            }
        )
    else:
        app.screen.table(
            ["", app.say("来源", "source"), app.say("时长", "age"), app.say("时间", "since"), ""],
            [_age_row(app, one) for one in found],
            right=frozenset({2}),
        )
        if not any(one.warn_after_s or one.error_after_s for one in found):
            app.screen.note(
                app.say(
                    "没有设限度，不判断新旧：--limits、--error-after",
                    "no limit was given, so nothing is judged: --limits, --error-after",
                )
            )
    if behind:
        app.screen.note(
            app.say(
                f"本机时钟比最后一条慢 {behind} 秒，时长不可信",
                f"this machine's clock is {behind} s behind the last entry: no age can be trusted",
            )
        )
    return STALE if is_stale(found) else OK


def _age_row(app: App, one: Freshness) -> list[str]:
    name = source_said(one.source).in_(app.lang)
    limit = one.error_after_s or one.warn_after_s
    over = one.status in ("warn", "error") and limit
    past = app.say("超过 ", "over ") + age_text(limit, app.lang) if over else ""
    return [
        _SIGNS[one.status] if one.status != "ok" or limit else "",
        name if name == one.source else f"{one.source}: {name}",
        age_of(one, app.lang),
        f"{one.at[:16]}Z" if one.at else "",
        past,
    ]


def show_doctor(app: App, *, report: str | None, json: bool) -> int:
    """Print every check; 1 where one fails."""
    location = app.location()
    checks = doctor(location, clock=SystemClock(), folder=Path(report) if report else None)
    state = worst(checks)
    if json:
        app.screen.json(
            {
                "schema": "aidledger/doctor/v1",
                "health": state,
                "checks": [
                    {
                        "name": one.name,
                        "health": one.health,
                        "found": one.found.in_(app.lang),
                        "hint": _hint(app, one),
                    }
                    for one in checks
                ],
            }
        )
    else:
        for one in checks:
            app.screen.lines(_check_lines(app, one))
    return FINDINGS if state == "fail" else OK


_CHECKED: Final = {
    "clock": "时钟",
    "database": "数据库",
    "disk": "磁盘",
    "generation": "生成版本",
    "keys": "密钥",
    "last run": "上次运行",
    "leftovers": "残留文件",
    "schema": "库结构",
    "lock": "锁",
    "mark": "高水位标记",
    "reports": "报告",
    "secrets": "密钥文件",
}
"""What is checked of this ledger and machine, in Chinese."""


def _hint(app: App, one: Check) -> str:
    hint = one.hint.in_(app.lang)
    return HINTS.get(hint, hint) if app.lang == "zh" else hint


def _check_lines(app: App, one: Check) -> list[str]:
    """Name a check in the language; packages and settings have names of their own."""
    screen = app.screen
    sign = screen.style(_SIGNS[one.health], _COLOURS[one.health])
    term = layout.pad(app.say(_CHECKED.get(one.name, one.name), one.name), 19)
    first, *rest = layout.wrap(chinese(one.found.in_(app.lang), app.lang), screen.width - 21)
    lines = [f"{sign} {term}{first}", *(" " * 21 + line for line in rest)]
    if one.health != "ok" and (hint := _hint(app, one)):
        lines += layout.indent(app.say("→ ", "→ ") + hint, screen.width, 21)
    return lines


def show_status(app: App, *, report: str | None, json: bool) -> int:
    """Print how the ledger stands on one screen."""
    location = app.location()
    with reading(app) as session:
        found = overview(session, location, Path(report) if report else None)
    if json:
        app.screen.json(_object(found))
        return OK
    screen = app.screen
    screen.line(screen.style(app.say(f"账本 {found.origin}", f"ledger {found.origin}"), "bold"))
    screen.pairs(_parts(app, found))
    if found.running is not None:
        since = found.running.started_at
        screen.line(app.say(f"正在运行，始于 {since}", f"a run is under way since {since}"))
    elif found.last is not None:
        screen.heading(
            app.say(f"上次运行 {found.last.started_at}", f"Last run {found.last.started_at}")
        )
        code = found.last.exit_code
        ended = Said("中途被杀", "killed") if code is None else outcome_said(code, found.steps)
        said = ended.in_(app.lang)
        told = "" if code is None else app.say(f"退出码 {code}，", f"exit {code}, ")
        took = f"{found.last.seconds:.1f} s"
        screen.line(f"  {told}{said}" + ("" if code is None else app.say(f"，{took}", f", {took}")))
        for one in found.steps:
            status = STATUSES[one.status].in_(app.lang)
            screen.line(
                f"  {screen.style(MARKS[one.status], _step_colour(one.status))} "
                f"{layout.pad(one.name, 12)}{layout.pad(status, 14)}{one.seconds:8.1f} s"
            )
    if len(found.trend) > 1:
        screen.line(
            app.say("  历次用时 ", "  durations ")
            + f"{_spark(found.trend)} {found.trend[-1]:.1f} s"
        )
    screen.heading(app.say("下一步", "Next"))
    screen.prose(found.next.in_(app.lang), 2)
    return OK


def _step_colour(status: str) -> str:
    return {"ok": "green", "absent": "dim", "findings": "red", "failed": "red"}.get(
        status, "yellow"
    )


def _parts(app: App, found: Overview) -> list[tuple[str, str]]:
    """Return what each part covers of the entries."""

    def covered(count: int, of: int) -> str:
        left = max(0, of - count)
        if not left:
            return app.say("覆盖全部记录", "covers every entry")
        return app.say(f"还差 {left:,} 条", f"{left:,} entries behind")

    return [
        (app.say("记录", "entries"), f"{found.size:,}"),
        (app.say("读模型", "models"), covered(found.generation, found.others)),
        (app.say("索引", "index"), covered(found.index, found.others)),
        (app.say("检查点", "checkpoint"), covered(found.checkpoint, found.size)),
        (
            app.say("最近全部正常", "last success"),
            found.last_success or app.say("从未", "never"),
        ),
    ]


def _spark(values: Sequence[float]) -> str:
    """Return the newest values as a line of bars from 0 up."""
    shown = values[-_TREND:]
    most = max(shown) or 1.0
    return "".join(_BARS[min(7, int(value / most * 7.999))] for value in shown)


def _object(found: Overview) -> dict[str, Any]:
    told = msgspec.to_builtins(found)
    told["next"] = {"zh": found.next.zh, "en": found.next.en}
    return {"schema": "aidledger/status/v1", **told}
