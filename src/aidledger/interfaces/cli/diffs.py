"""``diff``: what became different from one day, or point of the log, to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.blames import value_text
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.wording import FIELDS, counted, word, yuan
from aidledger.services.cases.history import find_stream
from aidledger.services.questions.comparing import (
    CaseChange,
    Comparison,
    ListChange,
    MonthChange,
    Only,
    Side,
    Total,
    compare,
)

_CHANGES: Final = {
    "came": (Said("新增", "came"), "+", "green"),
    "ended": (Said("结束", "ended"), "✓", "dim"),
    "gone": (Said("不再有", "gone"), "-", "red"),
    "changed": (Said("变化", "changed"), "~", "yellow"),
}
_OF_NEW: Final = ("stage", "form", "monthly_fen", "applied_on", "decided_on")
"""What is told of a case that was not there before."""


def show_diff(
    app: App,
    *,
    a: str,
    b: str,
    case: str | None,
    township: str | None,
    programme: str | None,
    known_then: bool,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> None:
    """Print the differences: cases in words, months, lists, and a table of totals."""
    with app.screen.reading_entries() as progress, reading(app) as session:
        only = Only(
            case=None if case is None else find_stream(session, case),
            township=township,
            programme=programme,
        )
        found = compare(
            session,
            a,
            b,
            only=only,
            as_of=as_of,
            known_on=known_on,
            known_then=known_then,
            progress=progress,
        )
    if json:
        app.screen.json({"schema": "aidledger/diff/v1", **msgspec.to_builtins(found)})
        return
    screen = app.screen
    sides = f"{_side(app, found.a)} → {_side(app, found.b)}"
    screen.line(screen.style(sides, "bold"))
    _show_cases(app, found)
    _show_months(app, found.months)
    for one in found.lists:
        _show_list(app, one)
    _show_totals(app, found.totals)
    if not found.totals:
        screen.note(
            app.say("两边都没有所问的个案", "neither side has a case of those that were asked for")
        )
    came, ended, gone, changed = (
        sum(one.change == kind for one in found.cases) for kind in _CHANGES
    )
    screen.note(
        app.say(
            f"个案：新增 {came}，结束 {ended}，变化 {changed}，不再有 {gone}",
            f"cases: {came} came, {ended} ended, {changed} changed, {gone} gone",
        )
    )


def _side(app: App, side: Side) -> str:
    """Return what a side is about."""
    if side.asked == side.as_of:
        known = app.say(f"（{side.known_on} 所知）", f" (as known on {side.known_on})")
        return side.as_of + (known if side.known_on else "")
    last = side.position
    return app.say(f"第 {last} 条（{side.as_of}）", f"entry {last} ({side.as_of})")


def _show_cases(app: App, found: Comparison) -> None:
    """Print each case with what became of it, field by field."""
    screen, lang = app.screen, app.lang
    if not found.cases:
        return
    screen.heading(app.say("个案", "Cases"))
    for one in found.cases:
        said, mark, colour = _CHANGES[one.change]
        name = one.case.removeprefix("case/")
        about = (said.in_(lang), one.display_name, word(one.programme, lang), one.township)
        text = layout.plain(f"{name}  {' · '.join(filter(None, about))}")
        first, *rest = layout.wrap(text, screen.width - 4)
        screen.line(f"  {screen.style(mark, colour)} {first}")
        screen.lines("    " + line for line in rest)
        screen.lines(
            line for text in _fields(app, one) for line in layout.indent(text, screen.width, 6)
        )


def _fields(app: App, one: CaseChange) -> Iterable[str]:
    """Yield what is otherwise in a case, a field a line."""
    before, after = one.before or {}, one.after or {}
    names = [
        name for name in (before or after) if one.change in ("ended", "changed") or name in _OF_NEW
    ]
    colon = app.say("：", ": ")
    for name in names:
        title = FIELDS[name].in_(app.lang) if name in FIELDS else name
        was, now = (
            value_text(app, name, row[name]) if row.get(name) is not None else "–"
            for row in (before, after)
        )
        if one.change == "came" and now != "–":
            yield layout.plain(f"{title}{colon}{now}")
        elif one.change == "gone" and was != "–":
            yield layout.plain(f"{title}{colon}{was}")
        elif was != now:
            yield layout.plain(f"{title}{colon}{was} → {now}")


def _show_months(app: App, months: tuple[MonthChange, ...]) -> None:
    """Print how many months came with how much, and each month that was put otherwise."""
    if not months:
        return
    screen, lang = app.screen, app.lang
    screen.heading(app.say("应发月份", "Months due"))
    for mark, several in (
        ("+", [m for m in months if m.before_fen is None]),
        ("-", [m for m in months if m.after_fen is None]),
    ):
        if several:
            total = yuan(sum((m.after_fen or 0) + (m.before_fen or 0) for m in several), lang)
            first, last = min(m.month for m in several), max(m.month for m in several)
            count = counted(len(several), "case month", "case months")
            span = first if first == last else app.say(f"{first} 至 {last}", f"{first} to {last}")
            said = f"{span}：{len(several)} 个月次，共 {total}", f"{span}: {count}, {total}"
            screen.line(f"  {mark} {app.say(*said)}")
    for one in months:
        if one.before_fen is not None and one.after_fen is not None:
            was, now = yuan(one.before_fen, lang), yuan(one.after_fen, lang)
            screen.line(f"  ~ {one.case.removeprefix('case/')}  {one.month}  {was} → {now}")


def _show_list(app: App, one: ListChange) -> None:
    """Print the lines that came into a public list, and that left it."""
    screen = app.screen
    count_in, count_out = len(one.lines_in), len(one.lines_out)
    screen.heading(
        app.say(
            f"{one.title_zh}：进 {count_in}，出 {count_out}",
            f"{one.title_en[:1].upper()}{one.title_en[1:]}: {count_in} in, {count_out} out",
        )
    )
    for mark, lines in (("+", one.lines_in), ("-", one.lines_out)):
        for line in lines:
            first, *rest = layout.wrap(_line(app, line), screen.width - 4)
            screen.line(f"  {mark} {first}")
            screen.lines("    " + text for text in rest)


def _line(app: App, line: Mapping[str, Any]) -> str:
    """Return a line of a public list in one row of text."""
    shown = (
        value_text(app, name, value)
        for name, value in line.items()
        if value not in (None, "") and name != "village"
    )
    return layout.plain(" · ".join(shown))


def _show_totals(app: App, totals: tuple[Total, ...]) -> None:
    """Print the totals as a table, each with what it was and what it is."""
    if not totals:
        return
    screen, lang = app.screen, app.lang
    screen.heading(app.say("合计", "Totals"))

    def both(pair: tuple[int, int], *, money: bool = True) -> str:
        was, now = (yuan(n, lang).split(" ")[0] if money else f"{n:,}" for n in pair)
        return now if was == now else f"{was} → {now}"

    screen.table(
        [
            app.say("救助项目", "programme"),
            app.say("乡镇", "township"),
            app.say("在保", "supported"),
            app.say("每月应发", "due a month"),
            app.say("累计已发", "paid so far"),
        ],
        [
            [
                word(one.programme, lang),
                one.township,
                both(one.cases, money=False),
                both(one.monthly_fen),
                both(one.paid_fen),
            ]
            for one in totals
        ],
        right=frozenset({2, 3, 4}),
    )
