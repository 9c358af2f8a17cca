"""``audit``: rules run over the whole ledger, listed, shown, and tried on their worked cases."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.audit.cases import Outcome
from aidledger.audit.rule import SEVERITIES, Rule
from aidledger.audit.running import BROKEN, Report, RuleFinding
from aidledger.audit.saying import SEVERITY_WORDS
from aidledger.domain.money import grouped_yuan
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, FINDINGS, OK
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.wording import counted
from aidledger.services.audits.auditing import Audit, audit, rules_of, try_cases

_SHOWN: Final = 3
"""How many findings of a rule are shown where many rules are run."""

_COLOURS: Final = {"critical": "red", "high": "red", "medium": "yellow", "low": "dim"}


def run_run(
    app: App,
    *,
    rule: tuple[str, ...],
    rules: str | None,
    severity: str | None,
    memory: str | None,
    threads: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Run rules; 1 where they find something, 3 where nothing is found but a rule failed."""
    wanted = rules_of(Path(rules) if rules else None, rule)
    limits = engine_limits(memory, threads)
    with app.screen.reading_entries() as progress, reading(app) as session:
        found = audit(
            session,
            wanted,
            as_of=day_of(as_of),
            known_on=day_of(known_on),
            limits=limits,
            progress=progress,
        )
    least = SEVERITIES.index(severity) if severity else len(SEVERITIES)
    shown = [one for one in found.report.findings if SEVERITIES.index(one.severity) <= least]
    if json:
        app.screen.json(_object(app, found, shown))
    else:
        _show(app, found, shown, most=None if rule else _SHOWN)
    if shown:
        return FINDINGS
    failed = found.skipped or any(one.code in BROKEN for one in found.report.not_run)
    return COULD_NOT_RUN if failed else OK


def _object(app: App, found: Audit, shown: Sequence[RuleFinding]) -> dict[str, Any]:
    """Return a run for a program."""
    report = found.report
    return {
        "schema": "aidledger/audit-run/v1",
        "as_of": report.as_of.isoformat(),
        "known_on": report.known_on.isoformat() if report.known_on else None,
        "position": found.position,
        "log_root": found.log_root,
        "generation": found.generation,
        "source": app.source,
        "skipped": found.skipped,
        "root": report.root,
        "findings": [
            {
                "rule": one.rule,
                "severity": one.severity,
                "case": one.subject,
                "positions": one.positions,
                "period": one.period,
                "amount_fen": one.amount_fen,
                "message": app.say(one.message_zh, one.message_en),
                "values": one.values,
            }
            for one in shown
        ],
        "not_run": [
            {"rule": one.rule, "why": app.say(one.why_zh, one.why_en), "code": one.code}
            for one in report.not_run
        ],
        "ran": [
            msgspec.to_builtins(one) | {"sha256": found.rules[one.rule].sha256}
            for one in report.ran
        ],
    }


def _show(app: App, found: Audit, shown: Sequence[RuleFinding], most: int | None) -> None:
    """Print a run: by severity and rule, then the rules that were not run."""
    screen, report = app.screen, found.report
    known = app.say("全部所知", "all that is known")
    by = str(report.known_on) if report.known_on else known
    head = app.say(f"审计规则 {report.as_of}（按{by}）", f"Audit rules, {report.as_of} (by {by})")
    screen.line(screen.style(head, "bold"))
    for severity in SEVERITIES:
        of_it = [one for one in shown if one.severity == severity]
        if not of_it:
            continue
        screen.heading(f"{SEVERITY_WORDS[severity].in_(app.lang)} ({len(of_it):,})")
        for name, group in groupby(of_it, key=lambda one: one.rule):
            _of_rule(app, found.rules[name], list(group), most)
    _not_run(app, report)
    if found.skipped:
        screen.heading(app.say("读不出的行", "Rows that could not be read"))
        screen.prose(
            app.say(
                f"{found.skipped} 行，见 aidledger verify", f"{found.skipped}: see aidledger verify"
            ),
            2,
        )
    screen.line()
    screen.prose(_summary(app, report, shown))


def _of_rule(app: App, rule: Rule, findings: Sequence[RuleFinding], most: int | None) -> None:
    """Print what a rule found of one severity: how much, and the first of it."""
    screen = app.screen
    amounts = [one.amount_fen for one in findings if one.amount_fen is not None]
    title = f"{rule.id} {app.say(rule.title_zh, rule.title_en)}"
    count = app.say(f"{len(findings):,} 项", counted(len(findings), "finding", "findings"))
    parts = [title, count]
    if amounts:
        yuan = grouped_yuan(sum(amounts))
        parts.append(app.say(f"{yuan} 元", f"{yuan} yuan"))
    colour = _COLOURS[findings[0].severity]
    first, *rest = layout.wrap(" · ".join(parts), screen.width - 2)
    screen.line("  " + screen.style(first, colour))
    screen.lines("  " + line for line in rest)
    for one in findings[:most]:
        where = app.say("位置", "positions")
        places = ", ".join(map(str, one.positions[:6])) + (" …" if len(one.positions) > 6 else "")
        head = " · ".join(filter(None, (one.subject, one.period, f"{where} {places}")))
        screen.prose(layout.plain(head), 4)
        message = app.say(one.message_zh, one.message_en)
        screen.lines(
            screen.style(line, "dim")
            for line in layout.indent(layout.plain(message), screen.width, 6)
        )
    if most is not None and len(findings) > most:
        more = len(findings) - most
        screen.line(
            "    "
            + app.say(f"另有 {more:,} 项：--rule {rule.id}", f"and {more:,} more: --rule {rule.id}")
        )


def _not_run(app: App, report: Report) -> None:
    """Print which rules said nothing, and why."""
    if not report.not_run:
        return
    screen = app.screen
    screen.heading(
        app.say("未运行（不等于没有问题）", "Not run (which is not clean)")
        + f" ({len(report.not_run)})"
    )
    pairs = [(one.rule, app.say(one.why_zh, one.why_en)) for one in report.not_run]
    screen.pairs(pairs)


def _summary(app: App, report: Report, shown: Sequence[RuleFinding]) -> str:
    """Return what was done in one sentence."""
    rules, silent = len(report.ran), len(report.not_run)
    left_out = sum(one.left_out for one in report.ran)
    text = app.say(
        f"运行 {rules} 条规则，发现 {len(shown):,} 项，未运行 {silent} 条。",
        f"{counted(rules, 'rule', 'rules')} run, {counted(len(shown), 'finding', 'findings')}, "
        f"{silent} not run.",
    )
    if left_out:
        text += app.say(f"另有 {left_out:,} 项只计数。", f" {left_out:,} more are counted only.")
    return text


def run_rules(app: App, *, rules: str | None, json: bool) -> None:
    """List the rules."""
    found = rules_of(Path(rules) if rules else None)
    screen = app.screen
    if json:
        rows = [_rule_object(rule) for rule in found.values()]
        screen.json({"schema": "aidledger/audit-rules/v1", "rules": rows})
        return
    titles = [app.say("规则", "rule"), app.say("名称", "title"), app.say("级别", "severity")]
    screen.table(
        titles,
        [
            [
                rule.id,
                app.say(rule.title_zh, rule.title_en),
                SEVERITY_WORDS[rule.severity].in_(app.lang),
            ]
            for rule in found.values()
        ],
    )
    screen.note(
        app.say(
            f"共 {len(found)} 条规则；aidledger audit show RULE 看其内容",
            f"{counted(len(found), 'rule', 'rules')}; aidledger audit show RULE says what one asks",
        )
    )


def run_show(app: App, *, rule: str, rules: str | None, json: bool) -> None:
    """Print what a rule asks, and its SQL."""
    (shown,) = rules_of(Path(rules) if rules else None, (rule,)).values()
    screen = app.screen
    if json:
        told = _rule_object(shown) | {"sql": shown.query}
        screen.json({"schema": "aidledger/audit-rule/v1", **told})
        return
    title = f"{shown.id} {app.say(shown.title_zh, shown.title_en)}"
    screen.line(screen.style(title, "bold") + f" · {SEVERITY_WORDS[shown.severity].in_(app.lang)}")
    screen.prose(app.say(shown.explain_zh, shown.explain_en), 2)
    screen.line()
    pairs = [
        (app.say("不算问题", "no finding"), app.say(shown.not_zh, shown.not_en)),
        (app.say("处理", "remedy"), app.say(shown.remedy_zh, shown.remedy_en)),
        (app.say("依据", "basis"), app.say(shown.basis_zh, shown.basis)),
        (app.say("参数", "parameters"), ", ".join(shown.parameters)),
        (app.say("阈值", "thresholds"), ", ".join(f"{name} = {v}" for name, v in shown.thresholds)),
        (app.say("共用部分", "parts"), ", ".join(shown.parts)),
        (app.say("显示", "says"), app.say(shown.message_zh, shown.message_en)),
        *((app.say("未运行", "not run"), app.say(one.why_zh, one.why_en)) for one in shown.needs),
        (app.say("文件", "file"), f"{shown.file} {shown.sha256[:16]}…"),
    ]
    screen.pairs([(name, text) for name, text in pairs if text])
    screen.heading("SQL")
    screen.lines(shown.query.splitlines())


def _rule_object(rule: Rule) -> dict[str, Any]:
    """Return a rule for a program: all but its SQL."""
    told: dict[str, Any] = msgspec.to_builtins(rule)
    for name in ("query", "places", "text", "fields"):
        told.pop(name)
    return told | {"tables": sorted(rule.tables), "thresholds": dict(rule.thresholds)}


def run_test(app: App, *, rule: tuple[str, ...], rules: str | None, json: bool) -> int:
    """Try rules on their worked cases; 1 where one doesn't come out as it says."""
    outcomes = list(try_cases(Path(rules) if rules else None, rule))
    wrong = [one for one in outcomes if one.wrong]
    screen = app.screen
    if json:
        cases = [msgspec.to_builtins(one) for one in outcomes]
        screen.json({"schema": "aidledger/audit-test/v1", "held": not wrong, "cases": cases})
    else:
        for name, group in groupby(outcomes, key=lambda one: one.rule):
            _tried(app, name, list(group))
    return FINDINGS if wrong else OK


def _tried(app: App, rule: str, outcomes: Sequence[Outcome]) -> None:
    """Print what became of a rule's cases; one that doesn't hold stands with its line."""
    screen, count = app.screen, len(outcomes)
    wrong = [one for one in outcomes if one.wrong]
    mark, colour = ("✗", "red") if wrong else ("✓", "green")
    says = app.say(f"{count} 个案例全部相符", f"all {count} cases hold")
    if wrong:
        says = app.say(
            f"{count} 个案例中有 {len(wrong)} 个不符", f"{len(wrong)} of {count} cases don't hold"
        )
    screen.line(f"{screen.style(mark, colour)} {rule}  {says}")
    for one in wrong:
        screen.prose(layout.plain(f"{one.file}:{one.line} {app.say(one.name_zh, one.name_en)}"), 2)
        screen.prose(layout.plain(one.wrong), 4)
