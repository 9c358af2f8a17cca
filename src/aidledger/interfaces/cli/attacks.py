"""``attack``: what an adversary could do to a copy of the ledger, and what of it is found, and where."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, Final

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, FINDINGS, OK, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.passphrases import known_passphrase
from aidledger.interfaces.cli.verification import UNWITNESSED, said
from aidledger.interfaces.cli.wording import counted
from aidledger.services.adversary.catalog import OPERATORS
from aidledger.services.adversary.operator import KINDS, Operator
from aidledger.services.adversary.running import AttackReport, NotRun, Tried, attack
from aidledger.services.adversary.scene import ATTACKERS, Attacker
from aidledger.services.ladder.outside import read_outside

WHO: Final[dict[Attacker, Said]] = {
    "none": Said("仅数据库", "database"),
    "log": Said("＋账本密钥", "+ log key"),
    "officer": Said("＋一名经办人密钥", "+ one officer's key"),
}
"""What an attacker has, each more than the one before."""


def run_attack(
    app: App,
    *,
    checkpoint: tuple[str, ...],
    policy: str | None,
    operator: tuple[str, ...],
    attacker: str | None,
    list: bool,  # noqa: A002 - the option's name
    json: bool,
) -> int:
    """Try the operators on a copy; the exit status says whether all came out as they should."""
    chosen = _chosen(operator)
    if list:
        return _list(app, chosen, json=json)
    location = app.location()
    outside = read_outside(checkpoint, policy)
    progress = app.screen.progress(app.say("攻击（次）", "attacks"))
    try:
        with _stoppable():
            report = attack(
                location,
                brought=outside,
                names=[one.name for one in chosen] if operator else (),
                attackers=[one for one in ATTACKERS if attacker in (None, one)],
                passphrase=lambda name: known_passphrase(app, name),
                progress=progress,
            )
    finally:
        progress.close()
    if json:
        app.screen.json(report_object(app, location, report))
    else:
        _show(app, report)
    return exit_status(report)


def exit_status(report: AttackReport) -> int:
    """Return the exit status of a report: 1 before 3."""
    if report.clean or any(not one.as_it_should for one in report.tried):
        return FINDINGS
    if not report.tried or any(one.code != "absent" for one in report.not_run):
        return COULD_NOT_RUN
    return OK


def _chosen(patterns: Sequence[str]) -> Sequence[Operator]:
    """Return the operators that are asked for; `*` stands for anything. Raises CommandError."""
    for pattern in patterns:
        if not any(fnmatchcase(one.name, pattern) for one in OPERATORS):
            raise CommandError(
                Said(f"没有名为 {pattern} 的攻击", f"{pattern}: expected the name of an operator"),
                hint=Said("aidledger attack --list 列出全部", "aidledger attack --list shows all"),
            )
    return [
        one
        for one in OPERATORS
        if not patterns or any(fnmatchcase(one.name, pattern) for pattern in patterns)
    ]


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let a request to end interrupt, so that no scratch copy is left behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _list(app: App, chosen: Sequence[Operator], *, json: bool) -> int:
    lang = app.lang
    if json:
        app.screen.json(
            {
                "schema": "aidledger/attack-operators/v1",
                "operators": [
                    {
                        "name": one.name,
                        "kind": one.kind,
                        "attackers": [*one.attackers],
                        "title": one.title.in_(lang),
                        "findable": one.coalition is None,
                    }
                    for one in chosen
                ],
            }
        )
        return OK
    titles = (app.say("名称", "name"), app.say("谁", "who"), app.say("攻击", "attack"))
    rows = [(one.name, " ".join(one.attackers), one.title.in_(lang)) for one in chosen]
    app.screen.table(titles, rows)
    return OK


def report_object(app: App, location: str, report: AttackReport) -> dict[str, Any]:
    """Return the report as the object that programs read."""
    lang = app.lang
    return {
        "schema": "aidledger/attack/v1",
        "ledger": layout.plain(_without_password(location)),
        "engine": report.engine,
        "entries": report.entries,
        "anchors": report.anchors,
        "operators": [
            {
                "name": one.operator.name,
                "attacker": one.attacker,
                "found": one.found,
                "position": one.position,
                "expected": [*one.expected] if one.expected else None,
                "codes": [*one.codes],
                "coalition": None
                if one.found or one.operator.coalition is None
                else one.operator.coalition.in_(lang),
                "title": one.operator.title.in_(lang),
            }
            for one in report.tried
        ],
        "not_run": [
            {
                "name": one.operator.name,
                "attacker": one.attacker,
                "why": one.why.in_(lang),
                "code": one.code,
            }
            for one in report.not_run
        ],
        "clean": {"findings": len(report.clean)},
    }


def _without_password(location: str) -> str:
    """Return a location without what may be secret in an address."""
    scheme, found, rest = location.partition("://")
    user, at, where = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{at}{where}" if found and at else location


def _show(app: App, report: AttackReport) -> None:
    screen, lang = app.screen, app.lang
    entries = counted(report.entries, "entry", "entries")
    screen.line(
        app.say(f"{report.entries:,} 条记录（{report.engine}）", f"{entries} ({report.engine})")
    )
    if report.clean:
        screen.line(
            screen.style(
                app.say(
                    "账本本身有损坏，不能试攻击：先用 aidledger verify 查明",
                    "the ledger itself is damaged and can't be tried: see aidledger verify",
                ),
                "bold",
                "red",
            )
        )
        screen.lines(f"  {said(one, lang)}" for one in report.clean[:10])
        return
    _show_anchors(app, report)
    for kind in KINDS:
        tried = [one for one in report.tried if one.operator.kind == kind]
        if tried:
            screen.heading(KINDS[kind].in_(lang))
            _show_kind(app, tried)
    _show_not_run(app, report.not_run)
    _show_totals(app, report)


def _show_anchors(app: App, report: AttackReport) -> None:
    """Say what auditors hold in this trial; a ledger that nobody witnesses is named as such."""
    screen = app.screen
    if report.anchors == "given":
        screen.prose(
            app.say(
                "以给定的检查点和策略为准，它们不在副本之内",
                "held against the given checkpoints and policy, which lie outside the copy",
            )
        )
        return
    screen.prose(
        app.say(
            "没有给定检查点：试验用临时的账本密钥和三个见证方（法定数 2）为副本签了检查点，"
            "用完即弃，对账本本身不证明什么",
            "no checkpoint was given: a log key and three witnesses (quorum 2), made for this trial "
            "and thrown away, signed checkpoints of the copy; they prove nothing of the ledger itself",
        )
    )
    screen.line(screen.style(UNWITNESSED.in_(app.lang), "bold", "red"))


def _show_kind(app: App, tried: Sequence[Tried]) -> None:
    """Print the rows of a kind; many alike that were all found are one line."""
    screen, lang = app.screen, app.lang
    if tried[0].operator.kind == "fields":
        right = sum(one.found for one in tried)
        mark = screen.style("✓", "green") if right == len(tried) else screen.style("✗", "red")
        types = len({one.operator.name.partition(".")[0] for one in tried})
        screen.line(
            app.say(
                f"{mark} {types} 类事件的 {len(tried)} 个字段，{right} 个在被改的条目处发现",
                f"{mark} {len(tried)} fields of {counted(types, 'event type', 'event types')}: "
                f"{right} found at the very entry that was changed",
            )
        )
        tried = [one for one in tried if not one.found]
    if not tried:
        return
    if tried[0].operator.kind == "limits":
        _show_limits(app, tried)
        return
    titles = ("", app.say("攻击", "attack"), app.say("谁", "who"), app.say("结果", "result"))
    rows = [
        (
            _mark(one),
            f"{one.operator.title.in_(lang)} [{one.operator.name}]",
            WHO[one.attacker].in_(lang),
            _result(app, one),
        )
        for one in tried
    ]
    screen.lines(layout.table(titles, rows, screen.width))


def _show_limits(app: App, tried: Sequence[Tried]) -> None:
    """Print what can't be found, and under each who must act together for it."""
    screen, lang = app.screen, app.lang
    for one in tried:
        who = WHO[one.attacker].in_(lang)
        head = f"{one.operator.title.in_(lang)} [{one.operator.name}] ({who})"
        first, *rest = layout.wrap(head, screen.width - 3)
        screen.line(f"{_mark(one)}  {first}")
        screen.lines(f"   {line}" for line in [*rest])
        screen.lines(layout.indent(_result(app, one), screen.width, 3))


def _mark(one: Tried) -> str:
    if one.found:
        return "✓" if one.as_it_should else "!"
    return "○" if one.as_it_should else "✗"


def _result(app: App, one: Tried) -> str:
    if one.found:
        if one.position is None:
            return app.say("已发现", "found")
        return app.say(f"位置 {one.position}", f"at position {one.position}")
    if one.operator.coalition is not None:
        who = one.operator.coalition.in_(app.lang)
        return app.say(f"无法发现，须由：{who}", f"can't be found; it takes {who}")
    return app.say("未发现", "NOT FOUND")


def _show_not_run(app: App, not_run: Sequence[NotRun]) -> None:
    """Say what was not tried and why; it never counts as found."""
    screen, lang = app.screen, app.lang
    reasons: dict[str, list[NotRun]] = {}
    for one in not_run:
        reasons.setdefault("" if one.code == "absent" else one.why.in_(lang), []).append(one)
    if not reasons:
        return
    screen.heading(app.say("没有试", "not tried"))
    for why, rows in reasons.items():
        names = ", ".join(dict.fromkeys(one.operator.name for one in rows))
        if not why:
            count = len(rows)
            screen.prose(
                app.say(
                    f"· {count} 种：账本中没有可供攻击之处（如没有此类事件），见 --json",
                    f"· {count}: nothing in the ledger to attack (such as no event of the type); "
                    "see --json",
                )
            )
            continue
        first, *rest = layout.wrap(f"{why}：{names}" if lang == "zh" else f"{why}: {names}", 76)
        screen.line(f"· {first}")
        screen.lines(f"  {line}" for line in rest)


def _show_totals(app: App, report: AttackReport) -> None:
    screen = app.screen
    tried = report.tried
    found = sum(one.found for one in tried)
    hidden = sum(not one.found and one.as_it_should for one in tried)
    missed = sum(not one.as_it_should for one in tried)
    wanting = sum(one.code != "absent" for one in report.not_run)
    screen.line()
    text = app.say(
        f"发现 {found} 次；无法发现 {hidden} 次；该发现而未发现 {missed} 次；缺条件未试 {wanting} 次",
        f"{found} found, {hidden} can't be found, {missed} missed, {wanting} could not be tried",
    )
    screen.line(screen.style(text, "bold", "red" if missed else "yellow" if wanting else "green"))
