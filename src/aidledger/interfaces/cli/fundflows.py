"""``fund flow``: the money from allocation to hand, where a joint does not close, and its pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import FINDINGS, OK, USAGE, CommandError
from aidledger.interfaces.cli.fundpictures import (
    amount,
    draw_flow,
    draw_waterfall,
    place_words,
    span_words,
    steps_of,
)
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.services.files import write_file
from aidledger.services.funds.flowing import Flow, Joint, fund_flow
from aidledger.services.funds.graph import Graph, Place, graph_of

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_SHOWN: Final = 3
"""Of one joint so many that do not close are told; ``--json`` has all."""
_POSITIONS: Final = 8
_BAR: Final = 26
_LABEL: Final = 32
_AMOUNT: Final = 18

JOINT_WORDS: Final[dict[str, Said]] = {
    "allocated": Said("资金下达 → 到账", "allocated → received"),
    "transferred": Said("调拨 → 对方资金", "moved → the other fund"),
    "account": Said("账面 → 银行对账单", "books → bank statement"),
    "approved": Said("花名册 → 批准", "roster → approved"),
    "disbursed": Said("批准及补发 → 资金支出", "approved → fund outflow"),
    "filed": Said("批准 → 银行文件", "approved → bank file"),
    "answered": Said("银行文件 → 回盘", "bank file → bank result"),
    "issued": Said("回盘 → 逐笔发放", "bank result → lines paid"),
    "lines": Said("名册每笔 → 其发放", "each line → its payment"),
    "returned": Said("回盘退回 → 逐笔退回", "result → lines returned"),
    "put_back": Said("逐笔退回 → 资金退回", "returned → back in fund"),
    "reissued": Said("退回 → 补发", "returned → sent again"),
    "issued_again": Said("补发 → 再次发放", "sent again → paid again"),
    "used": Said("用途凭据 → 资金支出", "use → out of the fund"),
    "recovered": Said("追回 → 资金退回", "recovered → back in fund"),
    "hand": Said("应得 → 实得（乡镇）", "due → in hand (township)"),
}


def show_flow(
    app: App,
    *,
    programme: str | None,
    year: int | None,
    to: str | None,
    township: str | None,
    chart: str | None,
    sankey: str | None,
    memory: str | None,
    threads: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
    **more: str | None,
) -> int:
    """Show the flow; 1 where a joint is apart."""
    first, last = _months(year, more["from"], to)
    with app.screen.reading_entries() as progress, reading(app) as session:
        flow = fund_flow(
            session,
            programme=programme,
            first=first,
            last=last,
            township=township,
            as_of=day_of(as_of),
            known_on=day_of(known_on),
            limits=engine_limits(memory, threads),
            progress=progress,
        )
    if chart is not None:
        write_file(Path(chart), draw_waterfall(app, flow).encode())
    if sankey is not None:
        write_file(Path(sankey), draw_flow(app, flow).encode())
    if json:
        app.screen.json({"schema": "aidledger/fund-flow/v1", "closes": flow.closes, **_told(flow)})
    else:
        _show(app, flow, township)
    return OK if flow.closes else FINDINGS


def _months(year: int | None, first: str | None, last: str | None) -> tuple[str | None, str | None]:
    """Return the months asked about."""
    if year is not None:
        if first or last or not 1850 <= year <= 2200:
            raise CommandError(
                Said(
                    "--year 应为 1850 至 2200 的一年，且不与 --from、--to 并用",
                    "--year: expected a year from 1850 to 2200, and neither --from nor --to beside it",
                ),
                exit_code=USAGE,
            )
        return f"{year}-01", f"{year}-12"
    for month in (first, last):
        if month and not _MONTH.fullmatch(month):
            raise CommandError(
                Said(f"{month}：应为 YYYY-MM 格式的月份", f"{month}: expected a month as YYYY-MM"),
                exit_code=USAGE,
            )
    return first, last


def _told(flow: Flow) -> dict[str, object]:
    """Return the flow for a program."""
    told: dict[str, object] = msgspec.to_builtins(flow)
    return {**told, "left_fen": flow.left_fen}


def _show(app: App, flow: Flow, township: str | None) -> None:
    """Print what came in and went out, to whom, and how each joint closes."""
    screen = app.screen
    head = app.say("资金流向", "The money from source to hand")
    screen.line(screen.style(f"{head} · {span_words(app, flow)}", "bold"))
    if not flow.joints and not flow.ways:
        screen.note(app.say("没有有关的记录", "nothing is recorded about it"))
        return
    if township is None:
        screen.heading(app.say("资金收支（元）", "In and out of the funds (yuan)"))
        _bars(app, flow)
        screen.heading(app.say("去向（元）", "Where it went (yuan)"))
        _tree(app, graph_of(flow))
    screen.heading(app.say("衔接（元）", "Joints (yuan)"))
    _joints(app, flow)
    apart = [joint for joint in flow.joints if joint.state == "apart"]
    if apart:
        screen.heading(app.say("不闭合的衔接", "Joints that do not close"))
        for _, group in groupby(apart, key=lambda joint: joint.joint):
            _apart(app, list(group))


def _bars(app: App, flow: Flow) -> None:
    """Print each step with a bar as long as its amount."""
    steps = steps_of(app, flow)
    most = max((abs(step.fen) for step in steps), default=0) or 1
    for step in steps:
        size = round(abs(step.fen) * _BAR / most)
        filled = "█" * max(size, 1 if step.fen else 0)
        colour = "bold" if step.total else "green" if step.fen >= 0 else "red"
        label = layout.pad(layout.cut(layout.plain(step.label), _LABEL), _LABEL + 2)
        drawn = app.screen.style(filled, colour) + " " * (_BAR - len(filled))
        app.screen.line(f"  {label}{drawn}{layout.pad(step.text, _AMOUNT, right=True)}")


def _tree(app: App, graph: Graph) -> None:
    """Print where the money of each fund went: programmes and purposes, and then townships."""
    for fund in graph.columns[1]:
        _branch(app, graph, fund, ("  ", ""))
    if not graph.columns[1]:
        app.screen.line("  " + app.say("没有", "nothing"))


def _branch(app: App, graph: Graph, place: Place, lead: tuple[str, str], fen: int = 0) -> None:
    """Print a place with what lies behind it."""
    before, mark = lead
    behind = [(pair[1], part) for pair, part in graph.links.items() if pair[0] == place]
    label = before + mark + place_words(app, place)
    text = amount(fen or sum(part for _, part in behind))
    room = 80 - layout.width(text) - 1
    app.screen.line(layout.pad(layout.cut(layout.plain(label), room), room + 1) + text)
    deeper = before + ("" if not mark else "   " if mark.startswith("└") else "│  ")
    for number, (other, part) in enumerate(behind):
        last = number == len(behind) - 1
        _branch(app, graph, other, (deeper, "└─ " if last else "├─ "), part)


def _joints(app: App, flow: Flow) -> None:
    """Print a line for each joint: how much came to it, how much went on, what is not met."""
    titles = [
        app.say("衔接", "joint"),
        app.say("来", "left"),
        app.say("去", "arrived"),
        app.say("结果", "result"),
    ]
    rows = []
    for name, group in groupby(flow.joints, key=lambda joint: joint.joint):
        of_it = list(group)
        # balances of one account on several days have no sum
        summed = name != "account"
        rows.append(
            [
                JOINT_WORDS[name].in_(app.lang),
                amount(sum(joint.left_fen for joint in of_it)) if summed else "",
                amount(sum(joint.right_fen or 0 for joint in of_it)) if summed else "",
                _result(app, of_it),
            ]
        )
    app.screen.table(titles, rows, right=frozenset({1, 2}))


def _result(app: App, joints: Sequence[Joint]) -> str:
    """Say in a few words how a joint closes."""
    apart = sum(joint.apart_fen for joint in joints)
    waiting = sum(joint.waiting_fen for joint in joints)
    unchecked = sum(joint.state == "unchecked" for joint in joints)
    said = []
    if apart:
        said.append(app.say(f"✗ 不符 {amount(apart)}", f"✗ apart {amount(apart)}"))
    if waiting:
        said.append(app.say(f"… 在途 {amount(waiting)}", f"… under way {amount(waiting)}"))
    if unchecked:
        said.append(app.say(f"? 无从核对 {unchecked}", f"? no evidence {unchecked}"))
    return " ".join(said) or app.say(f"✓ 闭合 {len(joints)}", f"✓ closed {len(joints)}")


def _apart(app: App, joints: Sequence[Joint]) -> None:
    """Print where a joint does not close, by how much, and by which entries."""
    screen = app.screen
    for joint in sorted(joints, key=lambda one: -one.apart_fen)[:_SHOWN]:
        words = JOINT_WORDS[joint.joint].in_(app.lang)
        what = " ".join(filter(None, (joint.item, joint.programme, joint.period)))
        amounts = f"{amount(joint.left_fen)} → {amount(joint.right_fen or 0)}"
        apart = amount(joint.apart_fen)
        said = app.say(
            f"{words}：{what}：{amounts} 元，不符 {apart} 元",
            f"{words}: {what}: {amounts} yuan, {apart} yuan apart",
        )
        first, *rest = layout.wrap(layout.plain(said), screen.width - 2)
        screen.line("  " + screen.style(first, "red"))
        screen.lines("  " + line for line in rest)
        for side, positions in (
            (app.say("来方条目", "entries that sent"), joint.left_positions),
            (app.say("去方条目", "entries that arrived"), joint.right_positions),
        ):
            if positions:
                places = ", ".join(map(str, positions[:_POSITIONS]))
                more = len(positions) - _POSITIONS
                beyond = (
                    app.say(f" 等 {len(positions)} 条", f" and {more} more") if more > 0 else ""
                )
                screen.prose(f"{side} {places}{beyond}", 4)
    if len(joints) > _SHOWN:
        screen.line(
            "    "
            + app.say(
                f"另有 {len(joints) - _SHOWN} 处，见 --json",
                f"and {len(joints) - _SHOWN} more: see --json",
            )
        )
