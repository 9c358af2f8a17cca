"""``nightly``, ``retry`` and ``schedule``: what is done each night, and again by who says why."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import OK
from aidledger.interfaces.cli.faults import said_of
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.passphrases import known_passphrase
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.screen import Progress
from aidledger.interfaces.cli.tokens import Tokens
from aidledger.services.nightly.night import FULL_EACH, Asked, Night
from aidledger.services.nightly.page import outcome_said
from aidledger.services.nightly.report import NightReport, report_object
from aidledger.services.nightly.retrying import retry
from aidledger.services.nightly.running import Means, nightly
from aidledger.services.nightly.runs import runs_folder
from aidledger.services.nightly.schedule import schedule
from aidledger.services.nightly.steps import MARKS, STATUSES, StepResult
from aidledger.store.secrets import is_url

_SHOWN: Final = 10
_TERM: Final = 14
"""Columns that the name of a step takes."""


def run_nightly(
    app: App,
    *,
    actor: str,
    office: str,
    policy: str | None,
    checkpoint: tuple[str, ...],
    model: tuple[str, ...],
    without_powers: bool,
    full: bool,
    full_each: int | None,
    report: str | None,
    metrics: str | None,
    hooks: str | None,
    max_time: int | None,
    jobs: int | None,
    json: bool,
) -> int:
    """Do the night's work; quiet where everything is in order, unless somebody looks on."""
    location = app.location()
    asked = Asked(
        actor=actor,
        office=office,
        folder=_absolute(report or str(runs_folder(location))),
        policy=_absolute(policy) if policy else None,
        checkpoints=tuple(map(_absolute, checkpoint)),
        models=model,
        powers=not without_powers,
        full=full,
        full_each=full_each or FULL_EACH,
        jobs=jobs or 0,
        max_time_s=max_time or 0,
        metrics=_absolute(metrics) if metrics else None,
        hooks=_absolute(hooks) if hooks else None,
    )
    with _means(app, json=json) as means:
        done = nightly(location, asked, means)
    return _told(app, done, json=json)


def run_retry(
    app: App,
    *,
    reason: str,
    actor: str,
    office: str,
    override: tuple[str, ...],
    report: str | None,
    json: bool,
) -> int:
    """Do again what the last run did not do, and record why."""
    location = app.location()
    folder = Path(_absolute(report or str(runs_folder(location))))
    with _means(app, json=json) as means:
        done = retry(
            location, folder, means,
            reason=reason, actor=actor, office=office, override=override,
        )  # fmt: skip
    if done is not None:
        return _told(app, done, json=json)
    if json:
        app.screen.json({"schema": "aidledger/nightly/v1", "ok": True, "steps": []})
    else:
        app.screen.line(
            app.say(
                "上次运行没有未完成的步骤，没有记录任何内容",
                "the last run left nothing undone, and nothing was recorded",
            )
        )
    return OK


def run_schedule(
    app: App,
    *,
    dir: str,  # noqa: A002 - the argument's name
    actor: str,
    office: str,
    policy: str,
    user: str | None,
    json: bool,
) -> int:
    """Write the files by which this machine runs it each night."""
    location = app.location()
    program = shutil.which("aidledger") or f"{sys.executable} -m aidledger"
    answers = {
        "PROGRAM": program,
        "LEDGER": location if is_url(location) else _absolute(location),
        "USER": user or "aidledger",
        "ACTOR": actor,
        "OFFICE": office,
        "POLICY": _absolute(policy),
    }
    written = schedule(Path(dir), answers)
    if json:
        app.screen.json({"schema": "aidledger/schedule/v1", "folder": dir, "files": written})
    else:
        app.screen.lines(str(Path(dir) / name) for name in written)
    return OK


def _absolute(path: str) -> str:
    return str(Path(path).absolute())


class _Stopper:
    """Tells a night to stop when a signal comes: at once where nothing has begun."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.night: Night | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.signal is not None or self.night is None:
            raise KeyboardInterrupt
        self.signal = number
        self.night.stop(
            Said("收到停止信号，下次继续", "told to stop: the next run goes on with it")
        )

    def begun(self, night: Night) -> None:
        """Take note of the night that is to be stopped."""
        self.night = night


@contextmanager
def _means(app: App, *, json: bool) -> Iterator[Means]:
    """Give a run its keys, its progress, and ears for signals."""
    stopper, screen = _Stopper(), app.screen
    shown: list[tuple[str, Progress]] = []

    def tell(what: str, done: int, total: int | None) -> None:
        if not shown or shown[-1][0] != what:
            clear()
            shown.append((what, screen.progress(what)))
        shown[-1][1](done, total)

    def clear() -> None:
        if shown:
            shown.pop()[1].close()

    def told(result: StepResult) -> None:
        clear()
        if screen.is_terminal and not json:
            screen.lines(_step_lines(app, result))

    before = {one: signal.signal(one, stopper) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        with Tokens(app) as tokens:
            yield Means(
                passphrase=lambda name: known_passphrase(app, name),
                tokens=tokens.signers,
                tell=tell,
                words=said_of,
                told=told,
                begun=stopper.begun,
                stopped_by=lambda: stopper.signal,
            )
    finally:
        clear()
        for one, handler in before.items():
            signal.signal(one, handler)


def _told(app: App, done: NightReport, *, json: bool) -> int:
    """Say how it went: everything to a terminal, what is out of order to anybody else."""
    screen = app.screen
    if json:
        screen.json(report_object(done))
        return done.exit_code
    if not screen.is_terminal:
        for one in done.steps:
            if one.status not in ("ok", "absent"):
                screen.lines(_step_lines(app, one))
    bad = [one for one in done.hooks if one["status"] != "ok"]
    for script in bad:
        screen.note(app.say("脚本 ", "hook ") + f"{script['script']}: {script['why']}")
    if screen.is_terminal or done.exit_code != OK:
        colour = {0: "green", 4: "yellow", 3: "yellow", 75: "yellow"}.get(done.exit_code, "red")
        said = outcome_said(done.exit_code, done.steps).in_(app.lang)
        screen.line(screen.style(f"{said} ({done.seconds:.1f} s)", "bold", colour))
        page = "report.html" if app.lang == "zh" else "report.en.html"
        screen.line(app.say("报告：", "report: ") + str(Path(done.asked.folder) / page))
    return done.exit_code


def _step_lines(app: App, one: StepResult) -> list[str]:
    """Return a step's line, and the first of what it found."""
    screen = app.screen
    colour = {"findings": "red", "failed": "red", "ok": "green", "absent": "dim"}
    mark = screen.style(MARKS[one.status], colour.get(one.status, "yellow"))
    status = STATUSES[one.status].in_(app.lang)
    why = one.why.in_(app.lang)
    took = f"{one.seconds:7.1f} s"
    room = screen.width - _TERM - len(took) - 2
    first, *rest = layout.wrap(f"{status}: {why}" if app.lang == "en" else f"{status}：{why}", room)
    shown = [f"{mark} {layout.pad(one.name, _TERM - 2)}{layout.pad(first, room)}  {took}"]
    shown += [" " * _TERM + line for line in rest]
    for text in one.found(app.lang)[:_SHOWN]:
        who, colon, said = text.partition(": ")
        said = f"{who}{app.say('：', ': ')}{chinese(said, app.lang)}" if colon else text
        shown += layout.indent(f"- {layout.plain(said)}", screen.width, 4)
    more = one.finding_count - min(len(one.findings), _SHOWN)
    if more > 0:
        shown.append(
            "    " + app.say(f"另有 {more} 处，见报告", f"and {more} more: see the report")
        )
    return shown
