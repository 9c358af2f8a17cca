"""``case consequences``: what followed from an amended entry, and proposals for what is left to do."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from aidledger.domain.money import grouped_yuan
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.services.cases.consequences import Consequences, consequences
from aidledger.services.cases.followed import Consequence
from aidledger.services.cases.history import find_stream

_KINDS: Final = {
    "entitlement": Said("待遇核定", "entitlement"),
    "decision": Said("须重新作出的决定", "decision to be taken again"),
    "roster_line": Said("花名册", "roster line"),
    "payment": Said("发放", "payment"),
    "list": Said("公开名单", "list"),
    "closed_month": Said("月度封账", "closed month"),
}
_STATES: Final = {
    "stands": Said("有效", "stands"),
    "annulled": Said("已作废", "annulled"),
    "corrected": Said("已更正", "corrected"),
    "ordered": Said("已责令退回", "recovery ordered"),
    "retaken": Said("已重新作出", "taken again"),
    "waived": Said("已免予追回", "recovery waived"),
    "recovered": Said("已追回", "recovered"),
    "withdrawn": Said("已撤下", "withdrawn"),
    "supplemented": Said("已补充封账", "supplemented"),
}
_PROPOSED: Final = {
    "annul": Said("应作废", "annul it"),
    "decide_again": Said("应重新作出", "decide again"),
    "recover": Said("应追回", "recover it"),
    "supplement": Said("应补充封账", "supplement it"),
    "withdraw": Said("应撤下", "withdraw it"),
}


def show_consequences(
    app: App,
    *,
    case: str,
    position: int,
    proposals: bool,
    known_on: str | None,
    json: bool,
    **by: Any,
) -> int:
    """Print what followed from an entry; 1 where something is left to be put right."""
    with reading(app) as session:
        name = find_stream(session, case)
        found = consequences(session, name, position, known_on=known_on, **by)
    if proposals:
        for one in found.proposals:
            app.screen.line(msgspec.json.encode(one, order="sorted").decode())
    elif json:
        body = msgspec.to_builtins(found)
        app.screen.json({"schema": "aidledger/case-consequences/v1", **body, "done": found.is_done})
    else:
        _show(app, found)
    return OK if found.is_done else FINDINGS


def _show(app: App, found: Consequences) -> None:
    """Print the entry, who amended it and why, and every entry that followed."""
    screen, lang = app.screen, app.lang
    screen.line(screen.style(found.case.removeprefix("case/"), "bold"))
    pairs = [
        (app.say("记录", "entry"), f"{found.position} · {found.type}"),
        (app.say("状态", "state"), _STATES[found.state].in_(lang)),
    ]
    made = found.amendment
    if made is not None:
        pairs.append((app.say("依据", "by"), f"{made.position} · {made.authority} · {made.reason}"))
    pairs.append((app.say("应追回（元）", "to recover, yuan"), grouped_yuan(found.to_recover_fen)))
    if found.retaken_fen:
        fen = grouped_yuan(sum(found.retaken_fen.values()))
        span = f"{fen} · {min(found.retaken_fen)} … {max(found.retaken_fen)}"
        since = app.say(f"{span}（按已重新作出的决定）", f"{span}, by decisions taken again since")
        pairs.append((app.say("多发（元）", "paid too much"), since))
    screen.pairs(pairs)
    for one in found.followed:
        screen.lines(layout.indent(layout.plain(_line(app, one)), screen.width, 2))
    left = sum(one.open for one in found.followed)
    screen.note(
        app.say(
            f"后续 {len(found.followed)} 条，待办 {left} 条"
            + ("；--proposals 给出可供 record 记录的提案" if found.proposals else ""),
            f"{len(found.followed)} followed, {left} open"
            + ("; --proposals gives what record accepts" if found.proposals else ""),
        )
    )


def _line(app: App, one: Consequence) -> str:
    """Return one entry that followed."""
    lang = app.lang
    parts = [
        f"{'!' if one.open else '✓'} [{one.position}] {_KINDS[one.kind].in_(lang)}",
        one.month or one.effective_on,
        "" if one.amount_fen is None else grouped_yuan(one.amount_fen),
        _STATES[one.state].in_(lang),
        "" if one.proposal is None else f"→ {_PROPOSED[one.proposal].in_(lang)}",
    ]
    if one.to_recover_fen:
        owed = grouped_yuan(one.to_recover_fen)
        parts.append(app.say(f"待追回 {owed}", f"to recover {owed}"))
    return "  ".join(filter(None, parts))
