"""``whatif``: a month under another pack, with a chart of who gains and who loses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec

from aidledger.domain.money import grouped_yuan
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading_sealed
from aidledger.services.chart import Bar, svg_chart
from aidledger.services.decisions.whatif_month import Change, MonthUnder, whatif_month
from aidledger.services.files import write_file

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_SHOWN: Final = 20
"""Bars on a terminal; ``--json`` has every case."""
_DRAWN: Final = 60
"""Bars in a file."""
_BAR: Final = 22


def run_whatif(
    app: App, *, pack: str, month: str, chart: str | None, known_on: str | None, json: bool
) -> None:
    """Show what a month would have cost under another pack; nothing is recorded."""
    if not _MONTH.fullmatch(month):
        raise CommandError(
            Said(f"{month}：应为 YYYY-MM 格式的月份", f"{month}: expected a month as YYYY-MM"),
            exit_code=USAGE,
        )
    progress = app.screen.progress(app.say("试算（个案）", "what if (cases)"))
    try:
        with reading_sealed(app) as session:
            found = whatif_month(session, pack, month, known_on=known_on, progress=progress)
    finally:
        progress.close()
    if chart is not None:
        write_file(Path(chart), _svg(app, found).encode())
    if json:
        app.screen.json({"schema": "aidledger/whatif/v1", **msgspec.to_builtins(found)})
        return
    _show(app, found)


def _show(app: App, found: MonthUnder) -> None:
    """Print the sums, the texts that decide, and a bar for each of the cases that change most."""
    screen = app.screen
    screen.line(screen.style(_title(app, found), "bold"))
    screen.pairs(
        [
            (app.say("有应发金额的个案", "cases with something due"), f"{found.cases:,}"),
            (
                app.say("应发合计（元）", "due in all, yuan"),
                f"{grouped_yuan(found.before_fen)} → {grouped_yuan(found.after_fen)}",
            ),
            (app.say("相差（元）", "difference"), _signed(found.after_fen - found.before_fen)),
            (app.say("增加", "gain"), f"{found.gains:,} · {_signed(found.gains_fen)}"),
            (app.say("减少", "lose"), f"{found.losses:,} · {_signed(-found.losses_fen)}"),
            (app.say("改为准许", "newly allowed"), f"{found.newly_allowed:,}"),
            (app.say("改为拒绝", "newly refused"), f"{found.newly_refused:,}"),
            (
                app.say("无法判定，按原额计", "undecidable, left as is"),
                f"{found.unchecked:,}",
            ),
        ]
    )
    if not found.gives_amounts:
        screen.note(
            app.say(
                "该政策包不规定金额：金额按原额计，只看是否准许",
                "this pack gives no amounts: they stay as they are, only who is allowed may change",
            )
        )
    for reason in found.reasons:
        text = f"{reason.decides}: {reason.cases:,} · {_signed(reason.difference_fen)}"
        cited = f"  ({reason.citation})" if reason.citation else ""
        screen.lines(layout.indent(layout.plain(text + cited), screen.width, 2))
    most = max((abs(one.difference_fen) for one in found.changes), default=0)
    for one in found.changes[:_SHOWN]:
        screen.line(_bar(app, one, most))
    rest = len(found.changes) - _SHOWN
    if rest > 0:
        screen.note(app.say(f"另有 {rest:,} 个个案，见 --json", f"{rest:,} more cases, see --json"))


def _bar(app: App, one: Change, most: int) -> str:
    """Return the line of one case: losses to the left of the middle, gains to the right."""
    size = round(abs(one.difference_fen) * _BAR / most) if most else 0
    filled = "█" * max(size, 1 if one.difference_fen else 0)
    left, right = (filled, "") if one.difference_fen < 0 else ("", filled)
    half = app.screen.style
    drawn = (
        " " * (_BAR - len(left))
        + (half(left, "red") if left else "")
        + "│"
        + (half(right, "green") if right else "")
        + " " * (_BAR - len(right))
    )
    name = layout.cut(layout.plain(_short(one)), 20)
    return f"{layout.pad(name, 21)}{drawn}{layout.pad(_signed(one.difference_fen), 11, right=True)}"


def _svg(app: App, found: MonthUnder) -> str:
    """Return the chart for a file."""
    rest = len(found.changes) - _DRAWN
    sums = app.say(
        f"增加 {found.gains:,} 人 {_signed(found.gains_fen)} 元；"
        f"减少 {found.losses:,} 人 {_signed(-found.losses_fen)} 元",
        f"{found.gains:,} gain {_signed(found.gains_fen)} yuan; "
        f"{found.losses:,} lose {_signed(-found.losses_fen)} yuan",
    )
    more = app.say(f"；另有 {rest:,} 个", f"; {rest:,} more not drawn") if rest > 0 else ""
    bars = [
        Bar(label=_short(one), value=one.difference_fen, text=_signed(one.difference_fen))
        for one in found.changes[:_DRAWN]
    ]
    return svg_chart(_title(app, found), sums + more, bars)


def _title(app: App, found: MonthUnder) -> str:
    return app.say(f"{found.month} 若适用 {found.pack}", f"{found.month} under {found.pack}")


def _short(one: Change) -> str:
    return one.case.removeprefix("case/")


def _signed(fen: int) -> str:
    """Return an amount in yuan with its sign."""
    return ("+" if fen > 0 else "") + grouped_yuan(fen)
