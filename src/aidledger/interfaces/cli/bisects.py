"""``bisect``: the first entry at which a rule failed, and how that was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from aidledger.domain.recorded import Recorded
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.entries import brief
from aidledger.interfaces.cli.errors import FINDINGS, OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.statements import read_statement
from aidledger.interfaces.cli.wording import counted, fact_text, moment
from aidledger.services.cases.history import find_stream
from aidledger.services.decisions.clausehistory import ClauseHistory, Held, clause_history
from aidledger.services.decisions.explaining import OUTCOMES
from aidledger.services.questions.bisecting import Search, Violation, bisect_damage, bisect_sql
from aidledger.services.questions.listing import cell_text


def run_bisect(
    app: App,
    *,
    rule: str | None,
    sql: str | None,
    case: str | None,
    clause: str | None,
    every: bool,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Search by one of three kinds of rule; exit status 1 where it failed somewhere."""
    if sum(one is not None for one in (rule, sql, case)) != 1 or (case is None) != (clause is None):
        raise CommandError(
            Said(
                "应写明一种规则：RULE，或 --sql，或 --case 与 --clause",
                "expected one rule: RULE, or --sql, or --case with --clause",
            ),
            hint=Said("见 aidledger bisect --help", "see aidledger bisect --help"),
        )
    if rule is not None:
        if every or any(one is not None for one in (as_of, known_on, app.at)):
            raise CommandError(
                Said(
                    f"{rule} 总是读完整个账本，不能与这些选项同用",
                    f"{rule} always reads all of the log, and takes none of these options",
                ),
                exit_code=USAGE,
            )
        return _damage(app, rule, json=json)
    if sql is not None:
        return _question(app, sql, as_of=as_of, known_on=known_on, every=every, json=json)
    with reading(app) as session:
        name = find_stream(session, case or "")
        held = clause_history(session, name, clause or "", as_of=as_of, known_on=known_on)
    return _clause(app, held, json=json)


def _damage(app: App, rule: str, *, json: bool) -> int:
    """Print the first damage that verify finds."""
    screen = app.screen
    progress = screen.progress(app.say("核验", "verify"))
    try:
        found = bisect_damage(app.location(), rule, progress=progress)
    finally:
        progress.close()
    first = found.first
    if json:
        screen.json({"schema": "aidledger/bisect-damage/v1", **msgspec.to_builtins(found)})
    elif first is None and not found.elsewhere:
        said = f"{found.size:,} 条记录中没有", f"none in {counted(found.size, 'entry', 'entries')}"
        screen.line(app.say(f"{rule}：{said[0]}", f"{rule}: {said[1]}"))
    else:
        pairs = [(app.say("规则", "rule"), rule)]
        if first is not None:
            pairs += [
                (app.say("首处", "first"), app.say("位置 ", "position ") + str(first.position)),
                (app.say("发现", "finding"), f"{first.code} · {first.message(app.lang)}"),
            ]
        pairs += [
            (app.say("另有", "also"), f"{one.code} · {one.message(app.lang)}")
            for one in found.elsewhere
        ]
        number = f"{found.count:,} / {found.size:,}"
        said = (
            f"{number}：发现数／记录数；逐条核验，确为首处",
            f"{number}: findings of entries; each was checked, so this is the first",
        )
        pairs.append((app.say("如何得出", "how"), app.say(*said)))
        screen.pairs(pairs)
    return FINDINGS if found.count else OK


def _question(
    app: App,
    file: str,
    *,
    as_of: str | None,
    known_on: str | None,
    every: bool,
    json: bool,
) -> int:
    """Print the first entry at which a question of one's own gives rows, with those rows."""
    screen, path = app.screen, Path(file)
    with path.open("rb") as stream:
        text = read_statement(stream, file)
    progress = screen.progress(app.say("试算（位置）", "look (positions)"))
    try:
        with reading(app) as session:
            found = bisect_sql(
                session,
                path.name,
                text,
                as_of=as_of,
                known_on=known_on,
                every=every,
                progress=progress,
            )
    finally:
        progress.close()
    search = found.search
    if json:
        entry = found.entry and {**brief(found.entry), "stream": found.entry.stream}
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        screen.json(
            {
                "schema": "aidledger/bisect-sql/v1",
                "rule": path.name,
                "size": found.size,
                **msgspec.to_builtins(search),
                "entry": entry,
                "rows": msgspec.to_builtins(rows, enc_hook=str),
                "more": found.more,
            }
        )
        return OK if search.position is None else FINDINGS
    pairs = [(app.say("规则", "rule"), path.name)]
    if search.position is None:
        never = "没有一处不符", "it fails nowhere that was looked at"
        pairs.append((app.say("首处", "first"), app.say(*never)))
    else:
        pairs.append((app.say("首处", "first"), _entry_text(found.entry, search.position)))
        last = search.position - 1
        holds = f"到第 {last} 条为止仍符合", f"holds up to entry {last}"
        pairs.append((app.say("之前", "before"), app.say(*holds)))
    pairs.append((app.say("如何得出", "how"), _how(app, found.size, search)))
    screen.pairs(pairs)
    _show_rows(app, found)
    return OK if search.position is None else FINDINGS


def _show_rows(app: App, found: Violation) -> None:
    """Print the rows that the question gave at the first entry."""
    if not found.rows:
        return
    screen = app.screen
    screen.heading(app.say("当时的结果", "What it gives there"))
    shown = [at for at, column in enumerate(found.columns) if column != "positions"]
    screen.table(
        [found.columns[at] for at in shown],
        [[layout.plain(cell_text(row[at])) for at in shown] for row in found.rows],
    )
    if found.more:
        more = found.more
        screen.line(app.say(f"另有 {more} 行", f"and {counted(more, 'row', 'rows')} more"))


def _how(app: App, size: int, search: Search) -> str:
    """Say how the place was found, and how far it can be trusted."""
    looks = counted(search.probes, "position", "positions")
    text = app.say(
        f"{size:,} 条中试算 {search.probes:,} 处", f"looked at {looks} of {size:,} entries"
    )
    if search.exact:
        return text + app.say("，逐条试过，确为首处", ", each in turn: this is the first")
    text += app.say("，对半查找", ", by halving")
    if search.contradicted:
        places = ", ".join(map(str, search.contradicted[:5]))
        return text + app.say(
            f"；其后在 {places} 处又符合：时符时不符，这只是其中一处，--every 逐条查找",
            f"; it held again at {places}: it comes and goes, and this is one of several places; "
            "--every looks at each entry",
        )
    return text + app.say(
        "；未见其后又符合，但其间可能另有，--every 逐条查找",
        "; nowhere did it hold again, yet there may be others between; --every looks at each entry",
    )


def _clause(app: App, held: ClauseHistory, *, json: bool) -> int:
    """Print what a clause said of a case: of its recorded acts, and after each entry."""
    screen = app.screen
    failed = held.first_failed is not None
    if json:
        screen.json(
            {
                "schema": "aidledger/bisect-clause/v1",
                "case": held.case,
                "clause": held.clause,
                "kind": held.kind,
                "citation": held.citation,
                "first_failed": _held_json(held.first_failed),
                "first_would_fail": _held_json(held.first_would_fail),
                "acts": [_held_json(one) for one in held.acts],
                "after": [_held_json(one) for one in held.after],
            }
        )
        return FINDINGS if failed else OK
    screen.line(screen.style(f"{held.clause} · {held.case.removeprefix('case/')}", "bold"))
    screen.prose(layout.plain(f"{app.say(held.text_zh, held.text_en)} ({held.citation})"), 2)
    screen.heading(app.say("对已记录的行为", "Of the recorded acts"))
    if not held.acts:
        screen.line("  " + app.say("没有这类行为", "there is none that it is on"))
    _show_held(app, [one for one in held.acts if one.outcome != "not_applicable"])
    screen.heading(app.say("若在每条之后办理", "Had it been done after each entry"))
    if not held.after:
        said = "条款读取行为本身，无从设想", "the clause reads the act itself: nothing can be said"
        screen.line("  " + app.say(*said))
    _show_held(app, _turns(held.after))
    first, would = held.first_failed, held.first_would_fail
    if first is not None:
        at = first.entry.position
        said = f"首个不符合的行为：第 {at} 条", f"the first act that failed it: entry {at}"
    elif would is not None:
        at = would.entry.position
        said = (
            f"没有行为不符合；第 {at} 条之后办理即不符合",
            f"no act failed it; one after entry {at} would have",
        )
    else:
        said = "没有一处不符合", "it is failed nowhere"
    screen.note(app.say(*said))
    return FINDINGS if failed else OK


def _turns(after: tuple[Held, ...]) -> list[Held]:
    """Return only the entries at which the outcome becomes another."""
    before = (None, *(one.outcome for one in after))
    return [one for one, was in zip(after, before, strict=False) if one.outcome != was]


def _show_held(app: App, several: list[Held]) -> None:
    """Print outcomes, each with its entry and the facts that were read."""
    screen = app.screen
    for one in several:
        outcome = OUTCOMES[one.outcome].in_(app.lang)
        head = f"{outcome} · {_entry_text(one.entry, one.entry.position)}"
        colour = "red" if one.outcome == "failed" else "dim"
        first, *rest = layout.wrap(layout.plain(head), screen.width - 2)
        screen.line("  " + screen.style(first, colour))
        screen.lines("  " + line for line in rest)
        facts = ", ".join(
            f"{path} = {fact_text(value) or '–'}" for path, value in one.facts.items()
        )
        if facts:
            screen.lines(
                screen.style(line, "dim")
                for line in layout.indent(layout.plain(facts), screen.width, 6)
            )


def _entry_text(entry: Recorded | None, position: int) -> str:
    """Return an entry in one line."""
    if entry is None:
        return str(position)
    kind = brief(entry)["type"]
    times = f"{entry.effective_on} · {moment(entry.recorded_at)}"
    return f"{position} · {kind} · {entry.stream} · {times} · {entry.actor}"


def _held_json(one: Held | None) -> dict[str, Any] | None:
    """Return an outcome at an entry."""
    if one is None:
        return None
    facts = msgspec.to_builtins(one.facts)
    return {**brief(one.entry), "outcome": one.outcome, "pack": one.pack, "facts": facts}
