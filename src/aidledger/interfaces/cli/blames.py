"""``case blame``: which entry made each field of a case what it is, and what it was before."""

from __future__ import annotations

from typing import Any

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.casefields import CASE_FIELDS
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.wording import (
    event_value,
    fact_text,
    field_name,
    moment,
    shortened,
    type_name,
    word,
    yuan,
)
from aidledger.services.cases.amending import Amendment
from aidledger.services.cases.blaming import Blame, blame
from aidledger.services.cases.history import find_stream


def show_blame(
    app: App,
    *,
    case: str,
    field: str | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> None:
    """Print for each field of a case the entry that made it what it is; of one field, all of it."""
    with reading(app) as session:
        name = find_stream(session, case)
        found = blame(session, name, field=field, as_of=as_of, known_on=known_on)
    screen = app.screen
    if json:
        fields = msgspec.to_builtins(found)
        screen.json({"schema": "aidledger/case-blame/v2", "case": name, "fields": fields})
        return
    if field is not None:
        screen.line(screen.style(name.removeprefix("case/"), "bold"))
        if not found:
            screen.line(app.say(f"{field}：从未填写", f"{field}: nothing ever set it"))
        for one in found:
            _show_field(app, one)
        return
    widest = max((layout.width(one.field) for one in found), default=0)
    for one in found:
        _show_line(app, one, widest + 2)


def _show_line(app: App, one: Blame, by: int) -> None:
    """Print one field: its value, and below it the entry that made it so."""
    screen = app.screen
    value = layout.plain(_called(app, one.field) + value_text(app, one.field, one.value))
    first, *rest = layout.wrap(value, screen.width - by)
    screen.line(screen.style(layout.pad(one.field, by), "bold") + first)
    screen.lines(" " * by + line for line in rest)
    marks = " ".join(_mark(app, amendment) for amendment in one.amendments)
    kind = type_name(one.type, app.lang)
    entry = f"{one.position} · {one.effective_on} · {kind} · {one.actor} {marks}"
    lines = layout.indent(layout.plain(entry.rstrip()), screen.width, by)
    screen.lines(screen.style(line, "dim") for line in lines)


def value_text(app: App, field: str, value: Any) -> str:
    """Return a field's value as people read it: amounts in yuan, codes in words, tokens cut."""
    if field.endswith("_fen") and type(value) is int and value >= 0:
        return yuan(value, app.lang)
    if app.lang == "zh" and value is not None:
        return event_value(field, value, app.lang) or "–"
    return word(shortened(fact_text(value)), app.lang) or "–"


def _called(app: App, field: str) -> str:
    """Return before a value what its field is called, where that is not its name."""
    if app.lang == "en":
        return ""
    column = field_name("case_state", field, app.lang)
    return f"{CASE_FIELDS.get(field, column)}："


def _show_field(app: App, one: Blame) -> None:
    """Print one field with the entry behind it, what amended that, and what it was before."""
    screen = app.screen
    value = _called(app, one.field) + value_text(app, one.field, one.value)
    screen.heading(layout.plain(f"{one.field}  {value}"))
    pack = f"{one.pack} · {one.pack_hash[:12]}…" if one.pack_hash else ""
    effective = app.say("生效", "effective")
    recorded = app.say("记于", "recorded")
    rows = [
        (app.say("记录", "entry"), f"{one.position} · {type_name(one.type, app.lang)}"),
        (effective, f"{one.effective_on} · {recorded} {moment(one.recorded_at)}"),
        (app.say("经办", "who"), f"{one.actor} · {one.office}"),
        (app.say("政策包", "pack"), pack.lstrip(" ·")),
        *((app.say("另见", "see"), _amended(app, a)) for a in one.amendments),
        *(
            (
                app.say("此前", "before"),
                " · ".join(
                    [
                        value_text(app, one.field, was.value),
                        *(str(was.position), type_name(was.type, app.lang), was.effective_on),
                    ]
                ),
            )
            for was in one.earlier
        ),
    ]
    screen.pairs([(term, text) for term, text in rows if text])


def _mark(app: App, one: Amendment) -> str:
    """Return in two words what amended an entry."""
    if one.field:
        field = one.field
        return app.say(f"（{one.position} 更正 {field}）", f"({field} corrected by {one.position})")
    return app.say(f"（{one.position} 作废 {one.of}）", f"({one.of} annulled by {one.position})")


def _amended(app: App, one: Amendment) -> str:
    """Return what an amendment did, when and by whom."""
    by = f"{moment(one.recorded_at)} · {one.actor}"
    kind = type_name(one.type, app.lang)
    if one.field:
        return app.say(
            f"{one.position} · {kind} · 更正了 {one.of} 的 {one.field} · {by}",
            f"{one.position} · {kind} · corrected {one.field} of {one.of} · {by}",
        )
    return app.say(
        f"{one.position} · {kind} · 作废了 {one.of}，它曾填写此字段 · {by}",
        f"{one.position} · {kind} · annulled {one.of}, which had set this · {by}",
    )
