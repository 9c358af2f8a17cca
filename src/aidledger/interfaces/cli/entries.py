"""Entries as people and programs read them: the history of a case, and the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.recorded import Recorded
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.sheet import provisional_limit
from aidledger.interfaces.cli.wording import counted, facts_text, moment, title
from aidledger.services.acts.lateness import Late, is_after_death, is_early
from aidledger.services.cases.amending import Amendment, Amendments, Why
from aidledger.services.cases.running import LimitShown
from aidledger.services.clock import china_day

IDLE: Final[dict[Why, Said]] = {
    "no_entry": Said(
        "什么也没有改变：本流中没有这个位置的记录",
        "changes nothing: this stream has no entry at that position",
    ),
    "annulled": Said(
        "什么也没有改变：那条记录已经作废",
        "changes nothing: that entry is annulled already",
    ),
    "annuls_annulment": Said(
        "什么也没有改变：作废不能撤销，请重新记录",
        "changes nothing: an annulment stands for ever; record the act anew",
    ),
    "amends_amendment": Said(
        "什么也没有改变：更正本身不能更正，请作废后重新更正",
        "changes nothing: an amendment is not corrected; annul it and correct anew",
    ),
    "not_json": Said(
        "什么也没有改变：value 须为 JSON，文字要带引号",
        "changes nothing: value is no JSON; a text has quotation marks",
    ),
    "no_such_value": Said(
        "什么也没有改变：那条记录没有这个字段，或字段不能取这个值",
        "changes nothing: that entry has no such field, or the field can't have this value",
    ),
    "nothing_sealed": Said(
        "什么也没有销毁：这个人员代号名下没有密封的个人信息",
        "destroys nothing: no value is sealed under this person's key",
    ),
    "still_to_come": Said(
        "生效日尚未到来：到那一天以前，任何查询都不计入",
        "its day is still to come: until then no question counts it",
    ),
    "after_death": Said(
        "生效日晚于死亡日：生效日以前的查询仍视为在世；生效日应为死亡日",
        "it holds from a day after the death: asked about days before, the person counts as alive; "
        "the day of a death is that of the death",
    ),
    "no_such_standard": Said(
        "已采用的政策包都不用这个代号的标准：任何待遇都不会因此改变，请核对 code",
        "no adopted pack reckons with a standard of this code: nothing that is due follows it; look at its code",
    ),
}
"""Why an amendment, or the destruction of values, changes nothing, or nothing yet."""


def entry_lines(
    app: App,
    entry: Recorded,
    late: Late | None,
    *,
    back_dated: bool = False,
    named: bool = False,
    limits: Iterable[LimitShown] = (),
    made: Amendments | None = None,
) -> Iterator[str]:
    """Yield the lines of an entry: what it is, marks if it came late, and what it says.

    With ``named`` its stream is told as well; of the ``limits`` that it began, those whose day may change;
    of the amendments ``made`` in its stream, those of it, or why it is one that changes nothing.
    """
    screen, lang = app.screen, app.lang
    head = (
        f"{entry.position:>7}  {entry.effective_on}  "
        f"{layout.pad(title(entry, lang), 28)}  {entry.actor}"
    )
    yield screen.style(layout.plain(head), "bold")
    mark = late_mark(app, late)
    if back_dated:
        mark = f"{mark} " + app.say("⚠ 倒签：早于此流已有的记录", "⚠ back-dated behind this stream")
    if is_early(entry):
        mark = f"{mark} " + app.say("⚠ 记录时生效日尚未到来", "⚠ recorded before its day")
    if is_after_death(entry):
        mark = f"{mark} " + app.say("⚠ 生效日晚于死亡日", "⚠ holds from a day after the death")
    if mark:
        yield from (
            screen.style(line, "yellow") for line in layout.indent(mark.strip(), screen.width, 9)
        )
    for mark in [] if made is None else amendment_marks(app, made, entry.position):
        text = f"⚠ {layout.plain(mark)}"
        yield from (screen.style(line, "yellow") for line in layout.indent(text, screen.width, 9))
    for limit in limits:
        if limit.may_change:
            yield " " * 9 + screen.style(provisional_limit(app, limit), "yellow")
    recorded = moment(entry.recorded_at)
    parts = [
        entry.stream if named else "",
        app.say(f"记于 {recorded}", f"recorded {recorded}"),
        facts_text(entry, lang),
    ]
    text = layout.plain(" · ".join(filter(None, parts)))
    yield from (screen.style(line, "dim") for line in layout.indent(text, screen.width, 9))


def late_mark(app: App, late: Late | None) -> str:
    """Return the mark of an entry that came working days after the day on which it holds."""
    if late is None or late.working_days <= 0:
        return ""
    days = counted(late.working_days, "working day", "working days")
    text = app.say(f"⚠ 迟录 {late.working_days} 个工作日", f"⚠ recorded {days} late")
    if late.allowed is False:
        limit = late.allowed_working_days
        text += app.say(f"，超过允许的 {limit} 个", f", {limit} are allowed")
    return text


def amendment_mark(app: App, one: Amendment) -> str:
    """Say what an amendment did to its entry."""
    if not one.field:
        return app.say(f"已被 {one.position} 作废", f"annulled by {one.position}")
    return app.say(
        f"已被 {one.position} 更正：{one.field}", f"{one.field} corrected by {one.position}"
    )


def amendment_marks(app: App, made: Amendments, position: int) -> list[str]:
    """Say what amended an entry, and why it changes nothing itself, if it is meant to and does not."""
    marks = [amendment_mark(app, one) for one in made.of(position)]
    why = made.idle.get(position)
    return marks if why is None else [*marks, IDLE[why].in_(app.lang)]


def brief(entry: Recorded) -> dict[str, Any]:
    """Return an entry as a line of the timeline."""
    kind = EVENTS[wire_name(entry.event)]
    return {
        "position": entry.position,
        "type": kind.name,
        "title": {"zh": kind.title_zh, "en": kind.title_en},
        "effective_on": entry.effective_on,
        "recorded_on": china_day(entry.recorded_at),
        "actor": entry.actor,
    }


def full(entry: Recorded, late: Late | None) -> dict[str, Any]:
    """Return all of an entry but what is sealed, and how late it came."""
    return {
        **brief(entry),
        "stream": entry.stream,
        "version": entry.version,
        "recorded_at": entry.recorded_at,
        "office": entry.office,
        "pack_hash": entry.pack_hash,
        "data": msgspec.to_builtins(entry.event),
        "sealed": sorted(entry.sealed),
        "late": msgspec.to_builtins(late),
    }
