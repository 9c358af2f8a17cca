"""``policy list``, ``show``, ``diff`` and ``test``: the rules themselves, apart from any case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from aidledger.domain.policy.describing import Rule, RuleDifference
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, FINDINGS, OK
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.trials import show_trial, trial_object
from aidledger.services.acts.adoption import is_file
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decisions.policy_tools import (
    CalendarLine,
    PackLine,
    compare_packs,
    list_calendars,
    list_packs,
    lost_packs,
    show_pack,
)
from aidledger.services.decisions.trying import Trial, try_files, try_shipped

_STATUS: Final = {
    "draft": Said("草案", "draft"),
    "in_force": Said("有效", "in force"),
    "lapsed": Said("失效", "lapsed"),
    "repealed": Said("废止", "repealed"),
}
_KINDS: Final = {
    "parameter": Said("参数", "Parameters"),
    "clause": Said("条款", "Clauses"),
    "limit": Said("时限", "Limits"),
    "amount": Said("金额", "Amounts"),
    "standard": Said("标准", "Standards"),
}
_CHANGES: Final = {
    "changed": Said("不同", "differs"),
    "only_a": Said("仅甲有", "only in A"),
    "only_b": Said("仅乙有", "only in B"),
}
_HASH_SHOWN: Final = 16
_MARKS: Final = {"changed": ("≠", "yellow"), "only_a": ("-", "red"), "only_b": ("+", "green")}


def run_list(app: App, *, as_of: str | None, known_on: str | None, json: bool) -> int:
    """List the packs and calendars that are shipped, and those that the ledger adopted.

    On a day only those that are in force then; as known on a day without what was adopted later. An adopted
    pack whose text is lost is named, and the list is not whole: 3.
    """
    with _book(app) as book:
        lines = list_packs(book, as_of=as_of, known_on=known_on)
        calendars = list_calendars(book, as_of=as_of, known_on=known_on)
        lost = [str(error) for error in lost_packs(book).values()]
    screen, lang = app.screen, app.lang
    if json:
        found = {"packs": lines, "calendars": calendars, "lost": lost}
        screen.json({"schema": "aidledger/policy-list/v1", **msgspec.to_builtins(found)})
        return COULD_NOT_RUN if lost else OK
    for line in lines:
        if line is not lines[0]:
            screen.line()
        _head(app, line)
    screen.heading(app.say("工作日历", "Calendars"))
    for one in calendars:
        _calendar(app, one)
    if lang == "zh":
        screen.note(f"共 {len(lines)} 个政策包；aidledger policy show PACK 看其中的规则")
    else:
        screen.note(f"{len(lines)} packs; aidledger policy show PACK says what one rules")
    for error in lost:
        screen.note(chinese(error, lang))
    return COULD_NOT_RUN if lost else OK


def run_show(app: App, *, pack: str, as_of: str | None, known_on: str | None, json: bool) -> None:
    """Print all that a pack says, with its sources."""
    with _book(app) as book:
        view = show_pack(pack, book, as_of=as_of, known_on=known_on)
    screen = app.screen
    if json:
        screen.json({"schema": "aidledger/policy-show/v1", **msgspec.to_builtins(view)})
        return
    pairs = [(app.say("依据", "text"), app.say("；", "; ").join(view.basis))]
    if view.in_force is not None:
        known = view.known_on or app.say("全部所知", "all that is known")
        says = app.say("有效", "in force") if view.in_force else app.say("无效", "not in force")
        held = view.held_by_ledger
        if held:
            says += app.say(f"；账本当日适用 {held}", f"; the ledger decides by {held}")
        says = app.say(f"{view.as_of} {says}（按{known}）", f"{view.as_of} {says} (by {known})")
        pairs.append((app.say("当日", "as of"), says))
    _head(app, view.line, pairs)
    for kind, rules in groupby(view.rules, key=lambda rule: rule.kind):
        screen.heading(_KINDS[kind].in_(app.lang))
        for rule in rules:
            _rule(app, rule)


def run_diff(app: App, *, a: str, b: str, known_on: str | None, json: bool) -> None:
    """Print what two packs differ in, each side with its citation."""
    with _book(app) as book:
        found = compare_packs(a, b, book, known_on)
    screen = app.screen
    if json:
        screen.json({"schema": "aidledger/policy-diff/v1", **msgspec.to_builtins(found)})
        return
    screen.pairs(
        [
            (name, f"{line.pack}  {app.say(line.title_zh, line.title_en)}")
            for name, line in ((app.say("甲", "A"), found.a), (app.say("乙", "B"), found.b))
        ]
    )
    for kind, group in groupby(found.differences, key=lambda one: one.kind):
        rules = list(group)
        screen.heading(f"{_KINDS[kind].in_(app.lang)} ({len(rules)})")
        for one in rules:
            _difference(app, one)
    screen.line()
    differing = len(found.differences)
    screen.line(
        app.say(
            f"{differing} 处不同，{found.same} 条规则相同",
            f"{differing} {'differs' if differing == 1 else 'differ'}, {found.same} rules are the same",
        )
    )


def run_test(app: App, *, pack: tuple[str, ...], json: bool) -> int:
    """Check packs and calendars and run worked examples; 1 where one is refused or doesn't hold."""
    files = [Path(name) for name in pack if is_file(name)]
    names = [name for name in pack if not is_file(name)]
    trials: list[Trial] = []
    if names or not files:
        trials += try_shipped(names)
    if files:
        with _book(app) as book:
            trials += try_files(files, book=book).trials
    held = all(trial.held for trial in trials)
    if json:
        rows = [trial_object(trial, app) for trial in trials]
        app.screen.json({"schema": "aidledger/policy-test/v1", "held": held, "packs": rows})
    else:
        for trial in trials:
            show_trial(app, trial)
    return OK if held else FINDINGS


@contextmanager
def _book(app: App) -> Iterator[PolicyBook | None]:
    """Give what the ledger has adopted, where a ledger is named."""
    if not app.ledger:
        yield None
        return
    with reading(app) as session:
        yield session.policy()


def _count(app: App, number: int, zh: str, en: str) -> str:
    """Return a number of things, one or several."""
    return app.say(f"{number} {zh}", f"{number} {en}" if number == 1 else f"{number} {en}s")


def _head(app: App, line: PackLine, more: Sequence[tuple[str, str]] = ()) -> None:
    """Print what pack it is: its title, days, place, base, hash and numbers."""
    screen = app.screen
    screen.line(screen.style(line.pack, "bold"))
    until = line.in_force_to or app.say("今", "now")
    status = _STATUS[line.status].in_(app.lang)
    known = app.say(f"，{line.known_since} 公布", f", known since {line.known_since}")
    numbers = [
        _count(app, line.clauses, "条款", "clause"),
        _count(app, line.limits, "时限", "limit"),
        _count(app, line.amounts, "金额", "amount"),
    ]
    if line.examples is not None:
        numbers.append(_count(app, line.examples, "算例", "example"))
    days = app.say(f"{line.in_force_from} 至 {until}", f"{line.in_force_from} to {until}")
    adopted = ", ".join(line.adopted) or app.say("未采用", "not adopted")
    pairs = [
        (app.say("名称", "title"), app.say(line.title_zh, line.title_en)),
        (app.say("版本", "version"), str(line.version)),
        (app.say("状态", "status"), f"{status}, {days}{known}" if app.lang == "en" else
         f"{status}，{days}{known}"),
        (app.say("地方", "place"), line.jurisdiction),
        (app.say("基于", "over"), line.extends or "–"),
        (app.say("内容", "holds"), app.say("、", ", ").join(numbers)),
        (app.say("散列", "hash"), f"{line.hash[:_HASH_SHOWN]}…"),
    ]  # fmt: skip
    if app.ledger:
        other = (
            "" if line.shipped else app.say("，与所附文本不同", ", not the text that is shipped")
        )
        if line.own:
            other = app.say(
                "，自有文本，非本程序随附", ", a text of its own, not shipped with this program"
            )
        if line.replaced:
            adopted += app.say(f"，{line.replaced} 被取代", f", replaced {line.replaced}")
        pairs.append((app.say("采用", "adopted"), adopted + other))
    screen.pairs([*pairs, *more])


def _calendar(app: App, line: CalendarLine) -> None:
    """Print one calendar on a line, and its notice below."""
    told = [
        app.say(f"{line.known_since} 公布", f"known since {line.known_since}"),
        app.say(f"放假 {line.off_days} 天", f"{line.off_days} weekdays off"),
        app.say(f"上班 {line.work_days} 天", f"{line.work_days} weekend days worked"),
    ]
    if app.ledger:
        when = app.say("未采用", "not adopted")
        if line.adopted:
            when = app.say(f"{line.adopted} 采用", f"adopted {line.adopted}")
        told.append(when)
    if not line.shipped:
        told.append(app.say("非本程序随附", "not shipped"))
    text = app.say("，", ", ").join(told)
    app.screen.prose(layout.plain(f"{line.year}  {text} · {line.notice}"), 2)


def _rule(app: App, rule: Rule) -> None:
    """Print one rule: what it is about, what it says, and by which text."""
    screen = app.screen
    title, says = app.say(rule.title_zh, rule.title_en), app.say(rule.says_zh, rule.says_en)
    if rule.kind == "parameter":
        title = app.say(f"{title}：{says}", f"{title}: {says}")
    screen.prose(layout.plain(title), 2)
    if rule.kind != "parameter":
        screen.prose(layout.plain(says), 4)
    screen.lines(screen.style(line, "dim") for line in _source(app, rule))


def _source(app: App, rule: Rule) -> list[str]:
    local = app.say("地方自定", "local") if rule.local else ""
    small = " · ".join(filter(None, (rule.name, rule.citation, ", ".join(rule.facts), local)))
    return layout.indent(layout.plain(small), app.screen.width, 4)


def _difference(app: App, one: RuleDifference) -> None:
    """Print one difference: its title once, then each side with its citation."""
    screen, lang = app.screen, app.lang
    rule = one.b or one.a
    if rule is None:
        return
    mark, colour = _MARKS[one.change]
    change = _CHANGES[one.change].in_(lang)
    title = f"{app.say(rule.title_zh, rule.title_en)} · {one.name}{app.say('：', ': ')}{change}"
    first, *rest = layout.wrap(layout.plain(title), screen.width - 4)
    screen.line(f"  {screen.style(mark, colour)} {first}")
    screen.lines("    " + line for line in rest)
    sides = [(app.say("甲", "A"), one.a), (app.say("乙", "B"), one.b)]
    for name, side in sides:
        if side is not None:
            lines = layout.pairs([(name, layout.plain(_side(app, one, side)))], screen.width, by=4)
            screen.lines(lines)


def _side(app: App, one: RuleDifference, side: Rule) -> str:
    """Return what one side says, with what makes it differ, and its citation."""
    title, says = app.say(side.title_zh, side.title_en), app.say(side.says_zh, side.says_en)
    said = [says]
    if one.a and one.b:
        said = [says] if one.a.says_en != one.b.says_en else []
        if one.a.title_zh != one.b.title_zh:
            said.insert(0, title.rstrip(".。"))
        if one.a.condition != one.b.condition:
            said.append(side.condition or app.say("无条件", "no condition"))
    return f"{app.say('；', '; ').join(said)} [{side.citation}]"
