"""What came of trying packs and calendars, for people and for programs: ``policy test`` and ``adopt``."""

from __future__ import annotations

from typing import Any

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.faults import pack_text
from aidledger.services.decisions.trying import Trial


def trial_object(trial: Trial, app: App) -> dict[str, Any]:
    """Return what came of one pack for a program."""
    refused = trial.refused
    names = ("file", "line", "field", "expected", "found", "reason")
    return {
        "kind": "calendar" if trial.is_calendar else "pack",
        "pack": trial.name,
        "file": trial.file,
        "held": trial.held,
        "examples": trial.examples,
        "refused": {name: getattr(refused, name) for name in names} if refused else None,
        "failures": msgspec.to_builtins(trial.failures),
        "notices": [one.in_(app.lang) for one in trial.notices],
    }


def show_trial(app: App, trial: Trial) -> None:
    """Print what came of one pack; a failure stands as ``file:line``."""
    screen = app.screen
    mark, colour = ("✓", "green") if trial.held else ("✗", "red")
    if trial.held and not trial.examples and not trial.is_calendar:
        mark, colour = "–", "yellow"
    count = len({failure.example for failure in trial.failures})
    if trial.refused:
        says = app.say("不能使用", "can't be used")
    elif count:
        says = app.say(
            f"{trial.examples} 个算例中有 {count} 个不符",
            f"{count} of {trial.examples} examples don't hold",
        )
    elif trial.table is not None:
        off, worked = len(trial.table.off_days), len(trial.table.work_days)
        says = app.say(
            f"{trial.table.year} 年日历：工作日放假 {off} 天，周末上班 {worked} 天",
            f"calendar of {trial.table.year}: {off} weekdays off, {worked} weekend days worked",
        )
    elif trial.is_calendar:
        says = app.say("日历", "calendar")
    elif trial.examples:
        says = app.say(f"{trial.examples} 个算例全部相符", f"all {trial.examples} examples hold")
    else:
        says = app.say(
            "没有算例：只核对了规则的形式", "no examples: only the form of its rules was checked"
        )
    screen.line(f"{screen.style(mark, colour)} {trial.name}  {says}")
    if trial.refused:
        place, told = pack_text(trial.refused, app.lang)
        screen.line(f"  {place}")
        screen.prose(told, 4)
    for failure in trial.failures:
        expected, found = failure.expected, failure.found
        told = app.say(
            f"{failure.example}：{failure.field} 应为 {expected}，实际为 {found}",
            f"{failure.example}: {failure.field} expected {expected}, found {found}",
        )
        screen.line(layout.plain(f"  {trial.file}:{failure.line}"))
        screen.prose(layout.plain(told), 4)
    for notice in trial.notices:
        screen.prose(layout.plain(notice.in_(app.lang)), 2)
