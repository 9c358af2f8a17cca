"""``fund statement``: a bank's statement taken in line by line, and held against the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from aidledger.audit.running import RuleFinding
from aidledger.domain.events.register import StatementBeside
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import FINDINGS, OK, USAGE, CommandError
from aidledger.interfaces.cli.fundpictures import amount
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading, writing
from aidledger.interfaces.cli.outcomes import keep_receipt, refused_code, show_imported
from aidledger.interfaces.cli.wording import counted
from aidledger.services.funds.importing import Imported, Wanted, import_statement
from aidledger.services.funds.matching import Matched, match_statements
from aidledger.services.problems import RefusedError

_POSITIONS = 8


def run_import(
    app: App,
    *,
    file: str,
    account: str,
    month: str | None,
    actor: str | None,
    office: str | None,
    on: str | None,
    dry_run: bool,
    receipt: str | None,
    json: bool,
) -> int:
    """Take a statement in; 1 where it is refused, and then nothing is written."""
    if not actor or not office:
        raise CommandError(
            Said("缺少 --actor 或 --office", "--actor and --office: expected both"), exit_code=USAGE
        )
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise CommandError(
            Said(f"{file}：{error.strerror}", f"{file}: {error.strerror}"), exit_code=USAGE
        ) from None
    wanted = Wanted(account=account, month=month, actor=actor, office=office, on=on)
    try:
        with writing(app) as session:
            origin = session.store.origin
            found = import_statement(session, content, wanted, dry_run=dry_run)
    except RefusedError as refused:
        return refused_code(app, refused, json=json)
    code = show_imported(
        app,
        found.outcome,
        _object(found),
        lambda: _show_file(app, found),
        schema="aidledger/statement/v1",
        name="file",
        json=json,
    )
    if found.outcome is not None:
        keep_receipt(found.outcome, origin, receipt)
    return code


def _object(found: Imported) -> dict[str, Any]:
    """Return what stands in the entry."""
    return {"fund": found.fund, **msgspec.to_builtins(found.event)}


def _show_file(app: App, found: Imported) -> None:
    """Print what was read, with its control totals."""
    event = found.event
    lines = app.say(f"{event.in_lines} 笔", counted(event.in_lines, "line", "lines"))
    out = app.say(f"{event.out_lines} 笔", counted(event.out_lines, "line", "lines"))
    app.screen.pairs(
        [
            (app.say("资金", "fund"), found.fund),
            (app.say("日期", "days"), f"{event.first_on}/{event.last_on}"),
            (app.say("期初余额（元）", "opening (yuan)"), amount(event.opening_fen)),
            (app.say("收入", "came in"), f"{amount(event.in_fen)} · {lines}"),
            (app.say("支出", "went out"), f"{amount(event.out_fen)} · {out}"),
            (app.say("期末余额", "closing"), amount(event.closing_fen)),
            (app.say("文件", "file"), event.file),
            (app.say("明细根", "root of the lines"), event.kept.root),
        ]
    )
    if isinstance(event.before, StatementBeside):
        show_beside(app, event.before, event.opening_fen, app.say("前一份", "the statement before"))
    if isinstance(event.after, StatementBeside):
        show_beside(app, event.after, event.closing_fen, app.say("后一份", "the statement after"))


def show_beside(app: App, other: StatementBeside, ours_fen: int, which: str) -> None:
    """Warn where a statement and the one beside it do not join."""
    said = []
    if other.overlap_days:
        said.append(
            app.say(f"有 {other.overlap_days} 日重叠", f"{other.overlap_days} days are in both")
        )
    elif other.balance_fen != ours_fen:
        said.append(
            app.say(
                f"余额 {amount(other.balance_fen)} 元，本份 {amount(ours_fen)} 元",
                f"{amount(other.balance_fen)} yuan there, {amount(ours_fen)} yuan here",
            )
        )
    if other.gap_days:
        said.append(
            app.say(f"中间有 {other.gap_days} 日无对账单", f"{other.gap_days} days are in neither")
        )
    if other.missing_months:
        months = ", ".join(other.missing_months)
        said.append(app.say(f"缺少月份 {months}", f"no statement of {months}"))
    if said:
        told = app.say("，", "; ").join(said)
        where = app.say(f"（位置 {other.position}）", f" (position {other.position})")
        app.screen.note(f"{which}{where}{app.say('：', ': ')}{told}")


def run_match(
    app: App,
    *,
    memory: str | None,
    threads: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Hold every line against the ledger; 1 where something is left over on either side."""
    with app.screen.reading_entries() as progress, reading(app) as session:
        found = match_statements(
            session,
            as_of=day_of(as_of),
            known_on=day_of(known_on),
            limits=engine_limits(memory, threads),
            progress=progress,
        )
    if json:
        app.screen.json({"schema": "aidledger/statement-match/v1", **msgspec.to_builtins(found)})
    else:
        _show(app, found)
    return FINDINGS if found.left_over else OK


def _show(app: App, found: Matched) -> None:
    """Print how many lines were matched in which way, and what is left over."""
    screen = app.screen
    head = app.say(f"对账单逐笔核对 {found.as_of}", f"Statements line by line, {found.as_of}")
    screen.line(screen.style(head, "bold"))
    if not found.statements:
        screen.note(app.say("没有导入的对账单", "no statement was imported"))
        return
    ways = [
        (app.say("一对一", "one line, one entry"), found.one_to_one),
        (app.say("批次合计", "one line, a run's total"), found.run_totals),
        (app.say("批次逐笔", "one line, one payment of a run"), found.payments),
    ]
    screen.pairs(
        [
            (app.say("对账单", "statements"), f"{found.statements:,}"),
            (app.say("明细", "lines"), f"{found.lines:,}"),
            *[(name, f"{way.lines:,} · {amount(way.fen)}") for name, way in ways],
        ]
    )
    for title, findings in (
        (app.say("银行有而账上没有", "At the bank and in no entry"), found.bank_only),
        (app.say("账上有而银行没有", "In the ledger and not at the bank"), found.ledger_only),
    ):
        if findings:
            screen.heading(f"{title} ({len(findings)})")
            for one in findings:
                _left_over(app, one)
    if not found.left_over:
        screen.note(app.say("两侧全部相符", "nothing is left over on either side"))


def _left_over(app: App, one: RuleFinding) -> None:
    places = ", ".join(map(str, one.positions[:_POSITIONS]))
    more = " …" if len(one.positions) > _POSITIONS else ""
    where = app.say("位置", "positions")
    text = f"{one.subject} · {one.period} · {app.say(one.message_zh, one.message_en)}"
    app.screen.prose(layout.plain(text), 2)
    app.screen.prose(f"{where} {places}{more}", 4)
