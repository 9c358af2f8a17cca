"""One case on one page: who, where it stands, what is paid, and how it came to that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aidledger.domain.casestate import Case
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.ending import TerminationApproved
from aidledger.domain.events.helping import HelpGranted
from aidledger.domain.policy.words import value_words
from aidledger.domain.recorded import Recorded, standing
from aidledger.domain.timers import Timer
from aidledger.domain.values import age_on
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.duewords import limit_words
from aidledger.interfaces.cli.wording import counted, limit_moves, shortened, title, word, yuan
from aidledger.services.cases.running import LimitShown
from aidledger.services.cases.standing import case_columns

_OFTEN: Final = frozenset(
    {"PaymentRostered", "PaymentIssued", "PaymentReissued", "VisitMade", "NeedFollowedUp"}
)
"""What happens month after month: counted in the sheet, listed in the history."""


def show_sheet(
    app: App,
    case: Case,
    entries: Sequence[Recorded],
    limits: Sequence[Timer],
    *,
    day: str,
    known_on: str | None,
    marks: Mapping[int, Sequence[str]],
    erased: Recorded | None = None,
) -> None:
    """Print the sheet of a case; ``marks`` are by position what is to be known of an entry.

    ``erased``: the entry that destroyed the person's values.
    """
    screen, lang = app.screen, app.lang
    row = case_columns(case, day)
    stage = word(case.stage, lang)
    state = [stage] + ([word(case.form, lang)] if case.form else [])
    name = case.stream.removeprefix("case/")
    gap = screen.width - layout.width(name) - layout.width(" · ".join(state))
    screen.line(
        screen.style(name, "bold") + " " * max(2, gap) + screen.style(" · ".join(state), "bold")
    )
    known = app.say(f"，截至 {known_on} 所知", f", as known on {known_on}") if known_on else ""
    screen.line(screen.style(app.say(f"截至 {day} 的情况{known}", f"as of {day}{known}"), "dim"))
    _section(app, app.say("本人", "Person"), [*_person(app, case, day), *_erased(app, erased)])
    _section(app, app.say("家庭成员", "Household"), _members(app, case, day))
    stands = standing(entries, as_of=day)
    _section(app, app.say("办理", "Procedure"), [*_procedure(app, case), *_granted(app, stands)])
    _section(app, app.say("时限", "Limits"), _limits(app, limits))
    _section(app, app.say("供养", "Support"), _support(app, case, row["monthly_fen"], day))
    _section(app, app.say("终止", "End"), _end(app, case, stands))
    _timeline(app, entries, marks)


def _section(app: App, heading: str, rows: Sequence[tuple[str, str]]) -> None:
    """Print the rows that have something to say below a heading."""
    rows = [(term, text) for term, text in rows if text]
    if rows:
        app.screen.heading(heading)
        app.screen.pairs(rows)


def _person(app: App, case: Case, day: str) -> list[tuple[str, str]]:
    """Return who the case is about; the log knows no more than this."""
    born = case.birth_on
    age = ""
    if born and born <= day:
        years = age_on(born, case.died_on or day)
        age = app.say(f"（{years} 岁）", f" ({years} years)")
    place = " / ".join(filter(None, (case.township, case.village)))
    area = word(case.area, app.lang)
    return [
        (app.say("姓名", "name"), case.display_name or app.say("不显示", "not shown")),
        (app.say("人员代号", "person"), shortened(case.applicant)),
        (app.say("出生", "born"), f"{born}{age}" if born else ""),
        (app.say("地点", "place"), " · ".join(filter(None, (place, area)))),
        (app.say("在读", "in school"), word(case.school_stage(day), app.lang)),
        (app.say("去世", "died"), case.died_on),
        (app.say("下落", "whereabouts"), word(case.whereabouts, app.lang)),
    ]


def _members(app: App, case: Case, day: str) -> list[tuple[str, str]]:
    """Return each member by relation, age and token: their names are sealed, and a minor's is on no page."""
    rows = []
    for one in case.household.members:
        notes = [shortened(one.person)]
        if one.birth_on <= day:
            years = age_on(one.birth_on, one.to_on or day)
            notes.insert(0, app.say(f"{years} 岁", counted(years, "year", "years")))
        notes.append(app.say(f"自 {one.from_on}", f"from {one.from_on}"))
        if one.to_on:
            notes.append(app.say(f"至 {one.to_on}", f"to {one.to_on}"))
        if not one.covered:
            notes.append(app.say("不计入保障人数", "not counted"))
        rows.append((value_words(one.relation)[app.lang != "zh"], " · ".join(notes)))
    return rows


def _erased(app: App, entry: Recorded | None) -> list[tuple[str, str]]:
    """Return that what was sealed about the person opens no more."""
    if entry is None:
        return []
    told = app.say(
        f"{entry.effective_on} 已销毁（位置 {entry.position}）：此前密封的不能再打开",
        f"destroyed {entry.effective_on} (position {entry.position}): what was sealed before opens no more",
    )
    return [(app.say("个人信息", "values"), told)]


def _procedure(app: App, case: Case) -> list[tuple[str, str]]:
    """Return the steps from the application to the decision."""
    lang = app.lang
    opinion = f"{case.opinion_on} {word(case.opinion, lang)}" if case.opinion else ""
    publicity = ""
    if case.publicity_from:
        publicity = f"{case.publicity_from} … {case.publicity_to or case.publicity_planned_to}"
        if not case.publicity_to:
            publicity += app.say("（预定）", " (planned)")
    decision = ""
    if case.decided_on:
        decision = f"{case.decided_on} " + app.say(f"由 {case.decided_by}", f"by {case.decided_by}")
    objections = str(len(case.open_objections)) if case.open_objections else ""
    return [
        (app.say("申请", "applied"), case.applied_on),
        (app.say("受理", "accepted"), case.accepted_on),
        (app.say("入户调查", "surveyed"), case.surveyed_on),
        (app.say("初审意见", "opinion"), opinion),
        (app.say("公示", "publicity"), publicity),
        (app.say("未决异议", "open objections"), objections),
        (app.say("上报", "submitted"), case.submitted_on),
        (app.say("决定", "decided"), decision),
        (app.say("公布", "announced"), case.announced_on),
        (app.say("告知", "refusal told"), case.refusal_told_on),
    ]


def _granted(app: App, entries: Sequence[Recorded]) -> list[tuple[str, str]]:
    """Return each grant of help: when, by whom for which office, how much and in which way."""
    rows = []
    for entry in entries:
        if isinstance(event := entry.event, HelpGranted):
            fen, way = yuan(event.amount_fen, app.lang), word(event.way, app.lang)
            told = f"{entry.effective_on} {_by(app, entry)} · {fen} · {way}"
            rows.append((app.say("给予救助", "granted"), told))
    return rows


def _by(app: App, entry: Recorded) -> str:
    """Return who recorded an act, for which office."""
    who, office = entry.actor, entry.office
    return app.say(f"由 {who}（{office}）", f"by {who} ({office})")


def _limits(app: App, limits: Sequence[Timer]) -> list[tuple[str, str]]:
    """Return the limits that were moved, and those that run into a year whose holidays are unknown."""
    return [
        (limit_words(timer.limit.id, app.lang), ", ".join([timer.due_on, *notes]).lstrip(", "))
        for timer in limits
        if (notes := _moved(app, timer))
    ]


def provisional_limit(app: App, limit: LimitShown) -> str:
    """Return a limit that runs into a year whose holidays nobody knows, with its day."""
    name, day = limit_words(limit.limit, app.lang), limit.due_on or ""
    return app.say(f"⚠ 时限 {name}：{day}，暂定", f"⚠ limit {name}: {day}, provisional")


def _moved(app: App, timer: Timer) -> list[str]:
    """Return what is to be known of the last day of a limit beside the day."""
    moved = timer.moved
    notes = limit_moves(moved.extended, timer.limit.unit, moved.suspended_since, app.lang)
    if moved.suspended_days and not moved.suspended_since:
        days = moved.suspended_days
        notes.append(app.say(f"中止 {days} 天", f"suspended for {counted(days, 'day', 'days')}"))
    if moved.provisional and not timer.done_on:
        notes.append(app.say("暂定", "provisional"))
    return notes


def _support(app: App, case: Case, monthly_fen: int, day: str) -> list[tuple[str, str]]:
    """Return what the person is given."""
    granted_fen = case.help.granted_fen
    if not (case.from_month or case.paid_lines or granted_fen):
        return []
    lang = app.lang
    due = ""
    if case.from_month:
        due = app.say(
            f"{yuan(monthly_fen, lang)}（{day[:7]}）", f"{yuan(monthly_fen, lang)} ({day[:7]})"
        )
    visits = ""
    if case.visits:
        visits = app.say(
            f"{case.visits} 次，最近 {case.last_visit_on}",
            f"{case.visits}, last on {case.last_visit_on}",
        )
    paid = app.say(
        f"{case.paid_lines} 笔，共 {yuan(case.paid_fen, lang)}",
        f"{counted(case.paid_lines, 'line', 'lines')}, {yuan(case.paid_fen, lang)}",
    )
    return [
        (app.say("类别", "limb"), word(case.limb, lang)),
        (app.say("自理能力", "ability"), word(case.ability, lang)),
        (app.say("机构", "institution"), case.institution),
        (app.say("起始月", "from"), case.from_month),
        (app.say("每月应发", "due a month"), due),
        (app.say("一次性救助", "help granted"), yuan(granted_fen, lang) if granted_fen else ""),
        (app.say("停发自", "suspended from"), case.suspended_from),
        (app.say("已发", "paid"), paid),
        (app.say("账户", "account"), shortened(case.account)),
        (app.say("护理人", "carer"), case.carer),
        (app.say("探访", "visits"), visits),
    ]


def _end(app: App, case: Case, entries: Sequence[Recorded]) -> list[tuple[str, str]]:
    """Return how support ended."""
    ends = [entry for entry in entries if isinstance(entry.event, TerminationApproved)]
    return [
        (app.say("报告", "reported"), case.termination_reported_on),
        (app.say("原因", "ground"), word(case.termination_ground, app.lang)),
        (
            app.say("批准", "approved"),
            f"{case.terminated_on} {_by(app, ends[-1])}" if ends else case.terminated_on,
        ),
        (app.say("末月", "last month"), case.last_month),
    ]


def _timeline(app: App, entries: Sequence[Recorded], marks: Mapping[int, Sequence[str]]) -> None:
    """Print what happened, without what happens every month where it has no mark."""
    screen, lang = app.screen, app.lang
    screen.heading(app.say("经过", "Timeline"))
    often = 0
    for entry in entries:
        marked = marks.get(entry.position)
        if wire_name(entry.event) in _OFTEN and not marked:
            often += 1
            continue
        text = f"{entry.effective_on}  {layout.pad(title(entry, lang), 30)}  {entry.actor}"
        screen.line(layout.cut(f"  {layout.plain(text)}", screen.width))
        for mark in marked or ():
            lines = layout.indent(f"⚠ {layout.plain(mark)}", screen.width, 14)
            screen.lines(screen.style(line, "yellow") for line in lines)
    if often:
        screen.line(
            "  "
            + app.say(
                f"另有发放和探访记录 {often} 条",
                f"and {counted(often, 'entry', 'entries')} about payments and visits",
            )
        )
    name = entries[-1].stream.removeprefix("case/") if entries else ""
    screen.line()
    screen.line(screen.style(f"aidledger case explain {name}", "dim"))
