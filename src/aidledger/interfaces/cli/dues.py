"""``due``: what falls due when, and what is overdue, or what was kept by proof."""

from __future__ import annotations

from typing import Any

import msgspec

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.duewords import due_words
from aidledger.interfaces.cli.errors import OK
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.provens import Asked, read_sources, show_limits
from aidledger.interfaces.cli.wording import counted, limit_moves
from aidledger.services.cases.due import DueItem, due


def show_due(
    app: App,
    *,
    as_of: str | None,
    known_on: str | None,
    days: int | None,
    json: bool,
    **by_proof: Any,
) -> int:
    """Print what is due, soonest first; or, by proof, every limit that began."""
    sources = read_sources(Asked(**by_proof), as_of=as_of, known_on=known_on, at=app.at, days=days)
    if sources is not None:
        return show_limits(app, sources, json=json)
    with app.screen.reading_entries() as progress, reading(app) as session:
        found = due(
            session,
            as_of=as_of,
            known_on=known_on,
            days=days,
            progress=progress,
        )
    screen = app.screen
    if json:
        told = {"generation": app.generation, "source": app.source, **msgspec.to_builtins(found)}
        screen.json({"schema": "aidledger/due/v1", **told})
        return OK
    screen.line(
        screen.style(app.say(f"{found.as_of} 到期事项", f"Due as of {found.as_of}"), "bold")
    )
    screen.table(
        [
            app.say("到期", "due"),
            app.say("还有", "left"),
            app.say("对象", "about"),
            app.say("事项", "what"),
            app.say("自", "since"),
            "",
        ],
        [
            [
                item.due_on or "",
                "" if item.days_left is None else str(item.days_left),
                item.stream.removeprefix("case/"),
                due_words(item.what, app.lang),
                item.from_on,
                _notes(app, item),
            ]
            for item in found.items
        ],
        right=frozenset({1}),
    )
    overdue = sum(item.state == "missed" for item in found.items)
    screen.note(
        app.say(
            f"共 {len(found.items)} 项，其中逾期 {overdue} 项",
            f"{counted(len(found.items), 'item', 'items')}, {overdue} overdue",
        )
    )
    return OK


def _notes(app: App, item: DueItem) -> str:
    """Return what else is to be known of an item."""
    notes = []
    if item.state == "missed":
        notes.append(app.say("逾期", "overdue"))
    if item.state == "owed":
        notes.append(app.say("应办，无期限", "owed, no day given"))
    if item.bound == "at_least":
        notes.append(app.say("不得早于", "not before"))
    notes += limit_moves(item.extended, item.unit, item.suspended_since, app.lang)
    if item.provisional:
        notes.append(app.say("暂定", "provisional"))
    return ", ".join(notes)
