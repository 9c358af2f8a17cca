"""What a report says of the findings: counts and sums, pictures of them, and the greatest one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aidledger.audit.saying import SEVERITY_WORDS
from aidledger.services.chart import Bar, svg_chart
from aidledger.services.handing.workbook import Column
from aidledger.services.reporting.document import Part, Picture, Section, Table, Text, amount
from aidledger.services.reporting.figures import Found
from aidledger.services.reporting.writer import Writer, group_cells, group_columns

_GREATEST: Final = 20
"""How many findings are shown one by one: all of them are in the workbook."""
_BARS: Final = 15
_WIDE: Final = 26
"""How many columns the label of a bar has room for."""
_COLOUR: Final = "#2f5d8a"


def findings(of: Writer) -> Section:
    """Say what was found: by severity and rule, the greatest, by township and month."""
    say, figures = of.say, of.figures
    title = say("发现的问题", "Findings")
    if not figures.total.count:
        nothing = say("已运行的规则没有发现问题。", "The rules that were run found nothing.")
        return Section(title, (Text(nothing),))
    parts = [*_by_severity(of), *_by_rule(of), _greatest(of), *_by_township(of), _by_month(of)]
    if figures.left_out:
        parts.append(
            Text(
                say(
                    f"另有 {figures.left_out:,} 项只计数，不在按乡镇和按月份的表内。",
                    f"{figures.left_out:,} more were only counted: the tables by township and month are "
                    "without them.",
                ),
                warning=True,
            )
        )
    return Section(title, tuple(parts))


def _by_severity(of: Writer) -> Iterable[Part]:
    say, rows = of.say, of.figures.by_severity
    bars = [
        Bar(SEVERITY_WORDS[name].in_(of.lang), one.count, f"{one.count:,}")
        for name, one in rows.items()
    ]
    title = say("按级别", "By severity")
    yield Picture(title, svg_chart(title, say("项", "findings"), bars, colour=_COLOUR))
    yield Table(
        title,
        (Column(say("级别", "severity")), *_found_columns(of)),
        tuple(
            (SEVERITY_WORDS[name].in_(of.lang), one.count, one.fen) for name, one in rows.items()
        ),
    )


def _found_columns(of: Writer) -> tuple[Column, Column]:
    return (
        Column(of.say("问题数", "findings"), "whole"),
        Column(of.say("涉及金额（元）", "amount (yuan)"), "yuan"),
    )


def _by_rule(of: Writer) -> Iterable[Part]:
    say, rules = of.say, of.figures.found.rules
    rows = {rule: one for rule, one in of.figures.by_rule.items() if one.count}
    names = {rule: f"{rule} {of.title_of(rules[rule])}" for rule in rows}
    yield from _picture(of, say("按规则的金额", "Amounts by rule"), rows, names)
    yield Table(
        say("按规则", "By rule"),
        (
            Column(say("规则", "rule")),
            Column(say("名称", "title"), "wrapped"),
            Column(say("级别", "severity")),
            *_found_columns(of),
        ),
        tuple(
            (
                rule,
                of.title_of(rules[rule]),
                SEVERITY_WORDS[rules[rule].severity].in_(of.lang),
                one.count,
                one.fen or None,
            )
            for rule, one in rows.items()
        ),
    )


def _picture(
    of: Writer, title: str, rows: dict[str, Found], names: dict[str, str]
) -> Iterable[Part]:
    """Yield the amounts as bars, the largest first; nothing where there is no money."""
    with_money = sorted((name for name in rows if rows[name].fen), key=lambda name: -rows[name].fen)
    if not with_money:
        return
    first = with_money[:_BARS]
    bars = [
        Bar(clipped(names[name], _WIDE), rows[name].fen, amount(rows[name].fen)) for name in first
    ]
    unit = of.say("元", "yuan")
    if len(with_money) > len(first):
        unit += of.say(f"；金额最大的 {_BARS} 项", f"; the {_BARS} largest")
    yield Picture(title, svg_chart(title, unit, bars, colour=_COLOUR))


def clipped(text: str, wide: int) -> str:
    """Return a text that takes at most so many columns, two for a Chinese character."""
    room = wide
    for at, one in enumerate(text):
        room -= 1 if one.isascii() else 2
        if room < 0:
            return text[: at - 1].rstrip() + "…"
    return text


def _greatest(of: Writer) -> Table:
    say, figures = of.say, of.figures
    worst = list(figures.by_severity)
    order = sorted(
        figures.shown,
        key=lambda one: (
            -(one.amount_fen or 0),
            worst.index(one.severity),
            one.rule,
            one.subject,
            one.positions,
        ),
    )
    return Table(
        say(
            f"金额最大的问题（至多 {_GREATEST} 项；全部见工作底稿）",
            f"The greatest findings (at most {_GREATEST}; all are in the working papers)",
        ),
        (
            Column(say("规则", "rule")),
            Column(say("对象", "subject")),
            Column(say("期间", "period")),
            Column(say("说明", "what was found"), "wrapped"),
            Column(say("条目", "entries")),
            Column(say("涉及金额（元）", "amount (yuan)"), "yuan"),
        ),
        tuple(
            (
                one.rule,
                short(one.subject),
                one.period,
                say(one.message_zh, one.message_en),
                places(one.positions),
                one.amount_fen,
            )
            for one in order[:_GREATEST]
        ),
    )


def places(positions: tuple[int, ...]) -> str:
    """Return the first positions of those that prove a finding."""
    return ", ".join(map(str, positions[:2])) + (" …" if len(positions) > 2 else "")


def short(subject: str) -> str:
    """Return a subject that a column has room for: of a token the first twelve characters."""
    return subject if len(subject) <= 24 else f"{subject[:12]}…"


def _by_township(of: Writer) -> Iterable[Part]:
    say, whole = of.say, of.figures.population
    rows = of.figures.by_township
    names = {name: of.township(name) for name in rows}
    yield from _picture(of, say("按乡镇的金额", "Amounts by township"), rows, names)
    known = {one.name: one for one in whole.townships} if whole else {}
    every = sorted(known.keys() | rows.keys(), key=lambda name: (not name, name))
    nothing = Found()
    yield Table(
        say("按乡镇", "By township"),
        (*group_columns(of, say("乡镇", "township")), *_found_columns(of)),
        tuple(
            (
                of.township(name),
                *(group_cells(known[name]) if name in known else (None,) * 5),
                rows.get(name, nothing).count,
                rows.get(name, nothing).fen,
            )
            for name in every
        ),
        say("乡镇", "Townships"),
    )


def _by_month(of: Writer) -> Table:
    say, whole = of.say, of.figures.population
    rows, nothing = of.figures.by_month, Found()
    known = {one.month: one for one in whole.months} if whole else {}
    every = sorted(known.keys() | rows.keys(), key=lambda name: (not name, name))
    return Table(
        say("按月份（期间开始的月）", "By month (that in which the period begins)"),
        (
            Column(say("月份", "month")),
            Column(say("发放笔数", "payments"), "whole"),
            Column(say("净发放（元）", "net paid (yuan)"), "yuan"),
            *_found_columns(of),
        ),
        tuple(
            (
                name or say("（无期间）", "(no period)"),
                known[name].lines if name in known else None,
                known[name].net_fen if name in known else None,
                rows.get(name, nothing).count,
                rows.get(name, nothing).fen,
            )
            for name in every
        ),
        say("月份", "Months"),
    )
