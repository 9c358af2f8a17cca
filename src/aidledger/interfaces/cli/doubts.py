"""``doubt raise``, ``doubt list``, ``doubt show``: what rules found, and how far each doubt is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.audit.rule import SEVERITIES, load_rules
from aidledger.audit.saying import SEVERITY_WORDS
from aidledger.domain.doubt import OVER, STAGES, Doubt, fold_doubt, next_steps
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.events.doubt import Severity
from aidledger.domain.recorded import END_OF_TIME
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.doubtsteps import positions_of
from aidledger.interfaces.cli.duewords import limit_words
from aidledger.interfaces.cli.entries import entry_lines, full
from aidledger.interfaces.cli.errors import OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading, writing
from aidledger.interfaces.cli.lists import kind_of, read_table, write_table
from aidledger.interfaces.cli.outcomes import refused_code, show_outcome
from aidledger.interfaces.cli.records import read_input
from aidledger.interfaces.cli.wording import counted, shortened, yuan
from aidledger.replay.models import load_models
from aidledger.services.acts.lateness import lateness
from aidledger.services.acts.recording import cause_of, record
from aidledger.services.acts.who import Who
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.cases.history import find_stream, history
from aidledger.services.cases.running import LimitShown, limit_shown, running_limits
from aidledger.services.doubts.findings import Found, Run, read_run, run_of
from aidledger.services.doubts.raising import Raising, by_hand, raise_found
from aidledger.services.problems import RefusedError
from aidledger.services.questions.listing import Table, as_json
from aidledger.services.session import Session

STATES: Final = ("raised", *STAGES.values())
_TOLD: Final = ("new", "again", "known", "over", "gone")
_STATES: Final = {
    "raised": Said("待分派", "raised"),
    "assigned": Said("待核实", "assigned"),
    "verified": Said("已核实", "verified"),
    "confirmed": Said("属实", "confirmed"),
    "refuted": Said("已排除", "refuted"),
    "decided": Said("已决定", "decided"),
    "settled": Said("已落实", "settled"),
    "closed": Said("已销号", "closed"),
    "reopened": Said("已重启", "reopened"),
}
_OUTCOMES: Final = {
    "recovery": Said("追回", "recovery"),
    "payment": Said("补发", "payment"),
    "correction": Said("更正", "correction"),
    "discipline": Said("追责", "discipline"),
    "transfer": Said("移送", "transfer"),
    "none": Said("不作处理", "nothing to be done"),
}


def run_raise(
    app: App,
    *,
    rule: tuple[str, ...],
    rules: str | None,
    severity: Severity | None,
    actor: str,
    office: str,
    on: str | None,
    as_of: str | None,
    known_on: str | None,
    dry_run: bool,
    json: bool,
    **source: Any,
) -> int:
    """Raise what rules find, now or in a file, or one doubt by hand."""
    from_file = source.pop("from")
    days = (as_of, known_on)
    try:
        with writing(app) as session:
            who = Who(actor=actor, office=office, on=on or session.today)
            if any(source.values()):
                found = _by_itself(rule, severity, **source)
                return _raise_one(app, session, found, who, json=json)
            run = _run(app, session, rule, rules, from_file=from_file, days=days)
            raising, outcome = raise_found(session, run, who, severity=severity, dry_run=dry_run)
    except RefusedError as refused:
        return refused_code(app, refused, json=json, of_file=False)
    told = {name: list(getattr(raising, name)) for name in _TOLD}
    if outcome is not None and json:
        return show_outcome(app, outcome, json=True, doubts=told)
    if json:
        app.screen.json({"schema": "aidledger/doubts-raised/v1", "dry_run": dry_run, **told})
        return OK
    _show_raising(app, raising, dry_run=dry_run)
    return OK if outcome is None else show_outcome(app, outcome, json=False)


def _run(
    app: App,
    session: Session,
    rule: tuple[str, ...],
    rules: str | None,
    *,
    from_file: str | None,
    days: tuple[str | None, str | None],
) -> Run:
    """Return what rules found: in a file, or now."""
    if from_file is not None:
        return read_run(read_input(from_file), session.store)
    wanted = rules_of(Path(rules) if rules else None, rule)
    with app.screen.reading_entries() as progress:
        as_of, known_on = map(day_of, days)
        return run_of(
            audit(
                session,
                wanted,
                as_of=as_of,
                known_on=known_on,
                progress=progress,
            )
        )


def _by_itself(
    rule: tuple[str, ...],
    severity: Severity | None,
    *,
    subject: str | None,
    position: tuple[str, ...],
    period: str | None,
    amount_fen: int | None,
) -> Found:
    """Return the doubt that is raised by hand."""
    if len(rule) != 1 or severity is None or subject is None or not position:
        raise CommandError(
            Said(
                "手工提出疑点须写明一个 --rule、--subject、--position 和 --severity",
                "a doubt raised by hand needs one --rule, --subject, --position and --severity",
            ),
            exit_code=USAGE,
        )
    return Found(
        rule=rule[0].upper(),
        severity=severity,
        subject=subject,
        positions=tuple(positions_of(position)),
        period=period,
        amount_fen=amount_fen,
    )


def _raise_one(app: App, session: Session, found: Found, who: Who, *, json: bool) -> int:
    """Record one doubt by hand."""
    proposal = by_hand(session, found, who)
    cause = cause_of(session, msgspec.json.encode(proposal.event))
    outcome = record(session, [proposal], cause=cause)
    if not json:
        app.screen.line(proposal.stream.removeprefix("doubt/"))
    return show_outcome(app, outcome, json=json, doubts={"new": [proposal.stream]})


def _show_raising(app: App, raising: Raising, *, dry_run: bool) -> None:
    """Print what becomes of a run's findings."""
    screen = app.screen
    rows = [
        (app.say("新提出", "new"), raising.new),
        (app.say("再次发现，内容有增加", "seen again, with more"), raising.again),
        (app.say("其中已排除或销号", "of these refuted or closed"), raising.over),
        (app.say("已在台账，无变化", "known, nothing new"), raising.known),
        (app.say("规则不再发现，仍保留", "no longer found; they stay"), raising.gone),
    ]
    screen.pairs([(name, f"{len(streams):,}{_first(streams)}") for name, streams in rows], 0)
    if dry_run:
        screen.note(app.say("什么也没有写", "nothing was written"))
    elif not raising.proposals:
        screen.note(app.say("没有可记录的", "there is nothing to record"))
    if raising.over:
        screen.note(
            app.say(
                "已排除或销号而又有新内容的，可用 aidledger doubt reopen 重启",
                "aidledger doubt reopen opens those that were refuted or closed and have more now",
            )
        )


def _first(streams: tuple[str, ...]) -> str:
    names = [name.removeprefix("doubt/") for name in streams[:2]]
    return f"  ({', '.join(names)}{' …' if len(streams) > len(names) else ''})" if names else ""


def run_list(
    app: App,
    *,
    state: tuple[str, ...],
    rule: tuple[str, ...],
    township: str | None,
    severity: str | None,
    overdue: bool,
    format: str | None,  # noqa: A002 - the option's name
    output: str | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Print the register of doubts."""
    for one in state:
        if one not in STATES:
            raise CommandError(
                Said(f"--state {one}：没有这个状态", f"--state {one}: no such state"),
                hint=Said(" ".join(STATES), " ".join(STATES)),
                exit_code=USAGE,
            )
    kind = kind_of(format, output, json=json)
    table = read_table(app, load_models()["doubts"], as_of=as_of, known_on=known_on)
    rules = {text.upper() for text in rule}
    least = SEVERITIES.index(severity) if severity else len(SEVERITIES)
    at = {name: place for place, name in enumerate(table.columns)}
    rows = [
        row
        for row in table.rows
        if (not state or row[at["state"]] in state)
        and (not rules or row[at["rule"]].upper() in rules)
        and (township is None or township in (row[at["townships"]] or ("",)))
        and SEVERITIES.index(row[at["severity"]]) <= least
        and (not overdue or row[at["overdue"]])
    ]
    table = msgspec.structs.replace(table, rows=rows)
    if kind == "json" and output is None:
        app.screen.json({"schema": "aidledger/doubt-list/v1", **as_json(table)})
    elif kind == "table" and output is None:
        _show_register(app, table)
    else:
        write_table(app, table, kind, output)
    return OK


def _short_names(doubts: Sequence[str]) -> dict[str, str]:
    """Return names that a line has room for, and a command takes: whole where two would be alike."""
    whole = {name: name.removeprefix("doubt/") for name in doubts}
    short = {name: shown[:-8] for name, shown in whole.items()}
    return short if len(set(short.values())) == len(short) else whole


def _show_register(app: App, table: Table) -> None:
    """Print the register for people: what matters of each doubt in one line, open ones first."""
    screen, lang = app.screen, app.lang
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    rows.sort(key=lambda row: (row["state"] in OVER, row["due_on"] or "9999", row["doubt"]))
    names = _short_names([row["doubt"] for row in rows])
    screen.table(
        [
            app.say("疑点", "doubt"),
            app.say("状态", "state"),
            app.say("级别", "severity"),
            app.say("乡镇", "township"),
            app.say("金额（元）", "yuan"),
            app.say("天数", "days"),
            app.say("期限", "due"),
        ],
        [
            [
                names[row["doubt"]],
                _STATES[row["state"]].in_(lang) + _marks(row),
                SEVERITY_WORDS[row["severity"]].in_(lang),
                ", ".join(row["townships"]),
                "" if row["amount_fen"] is None else yuan(row["amount_fen"], lang).split(" ")[0],
                f"{row['age_days']:,}",
                (row["due_on"] or "") + ("!" if row["overdue"] else ""),
            ]
            for row in rows
        ],
        right=frozenset({4, 5}),
    )
    open_ones = [row for row in rows if row["state"] not in OVER]
    overdue = sum(bool(row["overdue"]) for row in rows)
    fen = yuan(sum(row["amount_fen"] or 0 for row in open_ones), lang)
    screen.note(
        app.say(
            f"共 {len(rows):,} 个疑点，未了结 {len(open_ones):,} 个，{fen}；逾期（!）{overdue:,} 个",
            f"{counted(len(rows), 'doubt', 'doubts')}, {len(open_ones):,} open over {fen}, "
            f"{overdue:,} overdue (!)",
        )
    )


def _marks(row: dict[str, Any]) -> str:
    """Return what stands beside a state: seen again since it was over, or a step that can't be right."""
    wrong = row["out_of_order"] or row["settled_differs"]
    return (" +" if row["seen_since"] else "") + (" ?" if wrong else "")


def run_show(app: App, *, doubt: str, as_of: str | None, known_on: str | None, json: bool) -> int:
    """Print one doubt: what it is about, how far it is, what may come next, and its history."""
    with reading(app) as session:
        name = find_stream(session, doubt, "doubt")
        entries = [
            entry
            for entry in history(session, name, known_on=known_on)
            if as_of is None or entry.effective_on <= as_of
        ]
        state = fold_doubt(name, entries)
        book = session.policy()
        late = {entry.position: lateness(book, entry, known_on) for entry in entries}
        limits = [
            limit_shown(timer)
            for timer in running_limits(
                session, name, entries, as_of=as_of or END_OF_TIME, known_on=known_on
            )
        ]
    if state.raised_at < 0:
        raise CommandError(
            Said(f"{name}：当日尚未提出", f"{name}: it was not raised by then"),
            hint=Said("用较晚的 --as-of 或 --known-on", "ask for a later --as-of or --known-on"),
            exit_code=USAGE,
        )
    if json:
        app.screen.json(
            {
                "schema": "aidledger/doubt/v1",
                "as_of": as_of,
                "known_on": known_on,
                **msgspec.to_builtins(state),
                "next": next_steps(state),
                "limits": msgspec.to_builtins(limits),
                "entries": [full(entry, late[entry.position]) for entry in entries],
            }
        )
        return OK
    _head(app, state)
    if limits:
        app.screen.heading(app.say("期限", "Limits"))
        app.screen.pairs([_limit(app, one) for one in limits])
    app.screen.heading(app.say("经过", "History"))
    for entry in entries:
        app.screen.lines(entry_lines(app, entry, late[entry.position]))
    return OK


def _limit(app: App, limit: LimitShown) -> tuple[str, str]:
    """Return a limit's name, its last day, and the day on which it was kept, or that it is open."""
    done = app.say(f"办结 {limit.done_on}", f"done {limit.done_on}") if limit.done_on else ""
    due = limit.due_on or app.say("中止", "suspended")
    name = limit_words(limit.limit, app.lang).removeprefix("doubt ")
    return name, " · ".join(filter(None, (due, done)))


def _head(app: App, doubt: Doubt) -> None:
    """Print what a doubt is about and how far it is."""
    screen, lang = app.screen, app.lang
    name = f"{doubt.stream.removeprefix('doubt/')}  {_STATES[doubt.stage].in_(lang)}"
    screen.line(screen.style(name, "bold"))
    rule = load_rules(load_models()).get(doubt.rule)
    title = f"{doubt.rule} {app.say(rule.title_zh, rule.title_en)}" if rule else doubt.rule
    proof = ", ".join(map(str, doubt.positions[:12])) + (" …" if len(doubt.positions) > 12 else "")
    steps = [app.say(EVENTS[one].title_zh, EVENTS[one].title_en) for one in next_steps(doubt)]
    money = [
        ("" if fen is None else yuan(fen, lang))
        for fen in (doubt.amount_fen, doubt.confirmed_fen, doubt.decided_fen, doubt.settled_fen)
    ]
    severity = SEVERITY_WORDS.get(doubt.severity)
    outcomes = ", ".join(_OUTCOMES[one].in_(lang) for one in doubt.outcomes)
    rows = [
        (app.say("规则", "rule"), title),
        (app.say("级别", "severity"), severity.in_(lang) if severity else ""),
        (app.say("对象", "subject"), shortened(doubt.subject)),
        (app.say("个案", "case"), doubt.case if doubt.case != doubt.subject else ""),
        (app.say("期间", "period"), doubt.period),
        (app.say("涉及金额", "at risk"), money[0]),
        (app.say("证明的记录", "proved by"), proof),
        (app.say("发现次数", "sightings"), str(doubt.sightings)),
        (app.say("认定金额", "confirmed"), money[1]),
        (
            app.say("处理", "decided"),
            " · ".join(filter(None, (outcomes, money[2]))) if outcomes else "",
        ),
        (app.say("已落实", "settled"), money[3] if doubt.settled_by else ""),
        (app.say("次序有误的步骤", "steps out of order"), str(doubt.out_of_order or "")),
        (app.say("下一步", "next"), ", ".join(steps)),
    ]
    screen.pairs([(term, text) for term, text in rows if text])
