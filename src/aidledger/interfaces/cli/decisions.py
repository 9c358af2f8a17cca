"""``case explain``, ``redecide`` and ``whatif``: why it was decided so."""

from __future__ import annotations

import time
from typing import Final

import msgspec

from aidledger.domain.money import format_yuan
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.entries import amendment_mark
from aidledger.interfaces.cli.errors import FINDINGS, OK, UNPROVEN, USAGE, CommandError
from aidledger.interfaces.cli.language import Language, Said
from aidledger.interfaces.cli.ledgers import reading, reading_sealed
from aidledger.interfaces.cli.sheet import provisional_limit
from aidledger.interfaces.cli.wording import counted, fact_text, shortened, yuan
from aidledger.services.cases.history import find_stream
from aidledger.services.clock import china_day
from aidledger.services.decisions.explaining import OUTCOMES, ClauseView, DecisionView, explain
from aidledger.services.decisions.redeciding import Repetition, redecide, whatif
from aidledger.services.decisions.redeciding_all import Redecided, redecide_all

_MARKS: Final = {"met": "✓", "failed": "✗", "undecidable": "?", "not_applicable": "–"}
_COLOURS: Final = {"met": "green", "failed": "red", "undecidable": "yellow"}
_NOT_ASKED: Final = "not_applicable"
_KINDS: Final = {
    "pack": Said("政策包", "pack"),
    "clause": Said("条款", "clause"),
    "outcome": Said("结果", "outcome"),
    "amount": Said("金额", "amount"),
    "part": Said("金额组成", "part"),
    "fact": Said("事实", "fact"),
    "unchecked": Said("未核对", "unchecked"),
}


def show_decisions(
    app: App, *, case: str, as_of: str | None, known_on: str | None, json: bool
) -> None:
    """Print each decision of a case with every clause and each part of its amount."""
    with reading(app) as session:
        found = explain(session, find_stream(session, case), as_of=as_of, known_on=known_on)
    if json:
        app.screen.json({"schema": "aidledger/case-explain/v1", **msgspec.to_builtins(found)})
        return
    screen = app.screen
    screen.line(screen.style(found.case.removeprefix("case/"), "bold"))
    if not found.decisions and not found.annulled:
        screen.line(app.say("尚无决定", "no decision yet"))
    for decision in sorted(found.decisions + found.annulled, key=lambda one: one.position):
        show_decision(app, decision)


def show_decision(app: App, decision: DecisionView) -> None:
    """Print one decision."""
    screen, lang = app.screen, app.lang
    name = app.say(decision.title_zh, decision.title_en)
    outcome = OUTCOMES[decision.outcome].in_(lang)
    screen.heading(
        f"{decision.effective_on}  {name}：{outcome}"
        if lang == "zh"
        else f"{decision.effective_on}  {name}: {outcome}"
    )
    pairs = [
        (app.say("记录", "entry"), f"{decision.position} · {decision.type}"),
        (
            app.say("记于", "recorded"),
            f"{china_day(decision.recorded_at)} · {decision.actor} · {decision.office}",
        ),
        (app.say("政策包", "pack"), f"{decision.pack} · {decision.pack_hash[:12]}…"),
    ]
    if decision.withheld:
        pairs.append((app.say("密封的事实", "sealed facts"), ", ".join(decision.withheld)))
    if decision.overridden:
        pairs.append((app.say("突破的条款", "overridden"), ", ".join(decision.overridden)))
    screen.pairs(pairs)
    for one in decision.amended:
        screen.line("  " + screen.style(f"⚠ {layout.plain(amendment_mark(app, one))}", "yellow"))
    for limit in decision.limits:
        if limit.may_change:
            screen.line("  " + screen.style(provisional_limit(app, limit), "yellow"))
    for fact in decision.learned:
        text = app.say(
            f"⚠ 决定时尚不知道：{fact.on} {fact.title_zh}（第 {fact.position} 条），{fact.known_since} 起才知道",
            f"⚠ not known then: {fact.on} {fact.title_en} (entry {fact.position}), "
            f"known since {fact.known_since}",
        )
        lines = layout.indent(layout.plain(text), screen.width, 2)
        screen.lines(screen.style(line, "yellow") for line in lines)
    for clause in decision.clauses:
        if clause.outcome != _NOT_ASKED:
            _show_clause(app, clause)
    _show_not_asked(app, [one.id for one in decision.clauses if one.outcome == _NOT_ASKED])
    if decision.parts:
        _show_amount(app, decision)


def _show_clause(app: App, clause: ClauseView) -> None:
    """Print what one clause said, by which text, on which facts."""
    screen, lang = app.screen, app.lang
    mark = _MARKS.get(clause.outcome, "?")
    colour = _COLOURS.get(clause.outcome, "dim")
    text = app.say(clause.text_zh, clause.text_en) or clause.id
    outcome = OUTCOMES[clause.outcome].in_(lang)
    first, *rest = layout.wrap(layout.plain(f"{text} — {outcome}"), screen.width - 4)
    screen.line(f"  {screen.style(mark, colour)} {first}")
    screen.lines("    " + line for line in rest)
    facts = ", ".join(f"{path} = {fact_text(value)}" for path, value in clause.facts.items())
    small = " · ".join(filter(None, (clause.id, clause.citation, facts)))
    screen.lines(
        screen.style(line, "dim") for line in layout.indent(layout.plain(small), screen.width, 4)
    )


def _show_not_asked(app: App, clauses: list[str]) -> None:
    """Print by name the clauses whose condition did not hold: a pack has many that are for others."""
    if not clauses:
        return
    screen, count = app.screen, len(clauses)
    said = app.say(f"{count} 条不适用", counted(count, "rule does not apply", "rules do not apply"))
    screen.line(f"  {_MARKS[_NOT_ASKED]} {said}")
    small = layout.indent(layout.plain(" · ".join(clauses)), screen.width, 4)
    screen.lines(screen.style(line, "dim") for line in small)


def _show_amount(app: App, decision: DecisionView) -> None:
    """Print the amount and how it came about."""
    screen, lang = app.screen, app.lang
    total = yuan(decision.amount_fen or 0, lang)
    screen.line("  " + screen.style(app.say(f"每月 {total}", f"{total} a month"), "bold"))
    for part in decision.parts:
        formula = f"{format_yuan(part.fen)} = {part.formula}"
        name = app.say(f"{part.text_zh}（{part.code}）" if part.text_zh else part.code, part.code)
        text = f"{name}: {formula}  ({part.citation})"
        screen.lines(layout.indent(layout.plain(text), screen.width, 4))


def decide_again(
    app: App,
    *,
    case: str | None,
    all: bool,  # noqa: A002  (as the option is called)
    position: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Take the decisions again under their own pack; 1 where one differs, 4 where facts stayed shut."""
    if all:
        if any(one is not None for one in (case, position, as_of, known_on, app.at)):
            raise _one_or_all()
        return decide_all_again(app, json=json)
    if case is None:
        raise _one_or_all()
    with reading_sealed(app) as session:
        name = find_stream(session, case)
        found = redecide(session, name, position=position, as_of=as_of, known_on=known_on)
    _show_repetitions(app, name, found, json, "aidledger/case-redecide/v1")
    if any(again.is_otherwise for again in found):
        return FINDINGS
    return UNPROVEN if any(not again.stands for again in found) else OK


def _one_or_all() -> CommandError:
    return CommandError(
        Said("应写明一个个案，或 --all", "expected one CASE, or --all"),
        hint=Said(
            "全部个案：aidledger case redecide --all", "all cases: aidledger case redecide --all"
        ),
        exit_code=USAGE,
    )


def decide_all_again(app: App, *, json: bool) -> int:
    """Take every decision of the ledger again; 4 where nothing differs and not all was open."""
    progress = app.screen.progress(app.say("重新决定（个案）", "decide again (cases)"))
    began = time.monotonic()
    try:
        with reading_sealed(app) as session:
            found = redecide_all(session, app.location(), progress=progress)
    finally:
        progress.close()
    seconds = time.monotonic() - began
    if json:
        differing = [
            {"case": one.case, **msgspec.to_builtins(one.again)} for one in found.differing
        ]
        counts = {**msgspec.to_builtins(found), "differing": differing}
        rate = round(found.decisions / seconds)
        app.screen.json({"schema": "aidledger/redecide/v1", **counts, "decisions_per_second": rate})
    else:
        _show_all_again(app, found, seconds)
    if not found.is_sound:
        return FINDINGS
    return UNPROVEN if found.unchecked else OK


def _show_all_again(app: App, found: Redecided, seconds: float) -> None:
    """Print the counts, and each decision that comes out otherwise."""
    screen = app.screen
    rate = f"{found.decisions / seconds:,.0f}"
    screen.pairs(
        [
            (app.say("个案", "cases"), f"{found.cases:,}"),
            (
                app.say("决定", "decisions"),
                f"{found.decisions:,} · " + app.say(f"每秒 {rate}", f"{rate}/s"),
            ),
            (app.say("结果不同", "come out otherwise"), f"{len(found.differing):,}"),
            (app.say("密封事实未打开", "sealed facts not opened"), f"{found.unchecked:,}"),
        ]
    )
    for one in found.differing:
        _show_repetition(app, one.again, one.case.removeprefix("case/"))
    for failed in found.not_repeated:
        text = layout.plain(f"✗ {failed.case.removeprefix('case/')}: {failed.why}")
        screen.lines(layout.indent(text, screen.width, 2))


def decide_otherwise(
    app: App, *, case: str, pack: str, as_of: str | None, known_on: str | None, json: bool
) -> None:
    """Take the decisions under another pack."""
    with reading_sealed(app) as session:
        name = find_stream(session, case)
        found = whatif(session, name, pack, as_of=as_of, known_on=known_on)
    _show_repetitions(app, name, found, json, "aidledger/case-whatif/v1")


def _show_repetitions(
    app: App, name: str, found: tuple[Repetition, ...], json: bool, schema: str
) -> None:
    """Print what came of repeated decisions."""
    screen = app.screen
    if json:
        decisions = [{**msgspec.to_builtins(again), "stands": again.stands} for again in found]
        screen.json({"schema": schema, "case": name, "decisions": decisions})
        return
    screen.line(screen.style(name.removeprefix("case/"), "bold"))
    if not found:
        screen.line(app.say("没有决定", "no decision"))
    for again in found:
        _show_repetition(app, again)


def _show_repetition(app: App, again: Repetition, case: str = "") -> None:
    """Print what came of one repeated decision, and by which text it differs."""
    screen, lang = app.screen, app.lang
    mark, colour, came = "✓", "green", app.say("结果相同", "comes out the same")
    if again.is_otherwise:
        mark, colour, came = "≠", "yellow", app.say("结果不同", "comes out otherwise")
    elif not again.stands:
        mark, colour = "?", "yellow"
        came = app.say("能核对的部分结果相同", "comes out the same, as far as it was checked")
    named = f"{case}  " if case else ""
    screen.line(
        f"  {screen.style(mark, colour)} {named}{again.effective_on}  {again.type}  "
        f"[{again.position}]  {again.pack}  {came}"
    )
    for difference in again.differences:
        kind = _KINDS[difference.kind].in_(lang)
        expected, seen = (
            _told(difference.kind, value, lang) for value in (difference.expected, difference.found)
        )
        cited = f"  ({difference.citation})" if difference.citation else ""
        text = f"{kind} {difference.name}: {expected} → {seen}{cited}"
        if difference.kind == "unchecked":
            shut = app.say(f"密封的事实打不开：{seen}", f"sealed facts stayed shut: {seen}")
            text = f"{kind} {difference.name}: {expected} ({shut})"
        screen.lines(layout.indent(layout.plain(text), screen.width, 6))


def _told(kind: str, value: str, lang: Language) -> str:
    """Return one side of a difference: an outcome in words, an amount in yuan."""
    if value == "absent":
        return Said("没有", "none").in_(lang)
    if kind in ("amount", "part") and value.removeprefix("-").isdecimal():
        return yuan(int(value), lang)
    return OUTCOMES[value].in_(lang) if value in OUTCOMES else shortened(value)
