"""``compare``: registers of other offices, imported as tokens, listed, and held against who is supported."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.domain.money import format_yuan
from aidledger.domain.registers.kinds import KINDS, RegisterKind
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import FINDINGS, OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading, writing
from aidledger.interfaces.cli.outcomes import refused_code, show_imported
from aidledger.interfaces.cli.wording import counted
from aidledger.services.files import write_file
from aidledger.services.problems import RefusedError
from aidledger.services.registers.importing import Imported, Wanted, import_register, kind_of
from aidledger.services.registers.listing import (
    Days,
    Listed,
    Named,
    comparisons,
    named,
    of_persons,
    register_at,
    registers,
)
from aidledger.services.registers.reasons import REASONS

_SHOWN: Final = 20
_STATES: Final = {
    "whole": Said("完好", "whole"),
    "gone": Said("缺失", "gone"),
    "altered": Said("已被改动", "altered"),
}
_FORMS: Final = {
    "person": Said("身份证号 → 人员代号", "identity number → token"),
    "account": Said("账号 → 账户代号", "account number → token"),
    "name": Said("姓名，不保存", "name, not kept"),
    "day": Said("日期", "day"),
    "month": Said("年月", "month"),
    "hundredths": Said("金额或面积（百分之一）", "amount or area, in hundredths"),
    "choice": Said("类别", "word of a list"),
    "county": Said("六位区划代码", "six digits of a county"),
}


def run_import(
    app: App,
    *,
    kind: str,
    file: str,
    dated: str,
    actor: str | None,
    office: str | None,
    column: tuple[str, ...],
    adds: bool,
    strict: bool,
    rejects: str | None,
    dry_run: bool,
    memory: str | None,
    threads: int | None,
    json: bool,
    **more: Any,
) -> int:
    """Import a register, or only try to; 0 also where single rows can't be used: they are counted."""
    wanted = Wanted(
        kind=kind,
        from_unit=more.pop("from"),
        dated=date.fromisoformat(dated),
        actor=actor or "import",
        office=office or "import",
        columns=dict(_column(one) for one in column),
        adds=adds,
        strict=strict,
    )
    limits = engine_limits(memory, threads)
    progress = app.screen.progress(app.say("读取行", "read rows"))
    try:
        with writing(app) as session:
            found = import_register(
                session,
                Path(file),
                wanted,
                rejects=Path(rejects) if rejects else None,
                dry_run=dry_run,
                limits=limits,
                progress=progress,
            )
    except RefusedError as refused:
        return refused_code(app, refused, json=json)
    finally:
        progress.close()
    return show_imported(
        app,
        found.outcome,
        _imported(found),
        lambda: _show_imported(app, found),
        schema="aidledger/compare-import/v1",
        name="register",
        json=json,
    )


def _column(text: str) -> tuple[str, str]:
    name, equals, title = text.partition("=")
    if not equals or not name or not title:
        raise CommandError(
            Said("--column 应为 列名=标题", "--column: expected NAME=TITLE"), exit_code=USAGE
        )
    return name, title


def _imported(found: Imported) -> dict[str, Any]:
    """Return what was imported for a program."""
    header = found.read.header
    return {
        "written": found.read.written,
        "header_line": header.line,
        "columns": sorted(header.places),
        "columns_dropped": header.dropped,
        "event": msgspec.to_builtins(found.event),
    }


def _show_imported(app: App, found: Imported) -> None:
    """Print what the file was, and what of it can't be used."""
    screen, event, header = app.screen, found.event, found.read.header
    title = KINDS[event.kind]
    dropped = header.dropped
    pairs = [
        (app.say("登记", "register"), app.say(title.title_zh, title.title_en)),
        (app.say("文件", "file"), event.file),
        (app.say("写法", "written in"), found.read.written),
        (app.say("表头", "header"), app.say(f"第 {header.line} 行", f"line {header.line}")),
        (
            app.say("列", "columns"),
            ", ".join(sorted(header.places))
            + app.say(f"；另 {dropped} 列不读取", f"; {dropped} more not read"),
        ),
        (app.say("行数", "rows"), f"{event.rows:,}"),
        (app.say("保存", "kept"), f"{event.kept.rows:,}"),
        (app.say("人数", "persons"), f"{event.persons:,}"),
    ]
    if event.first_on:
        pairs.append((app.say("起止", "first and last day"), f"{event.first_on} … {event.last_on}"))
    pairs += [(total.column, format_yuan(total.total)) for total in event.totals]
    screen.pairs(pairs)
    if event.unusable:
        screen.heading(app.say("不能使用的单元格或行", "Cells or rows that can't be used"))
        screen.table(
            [app.say("列", "column"), app.say("原因", "reason"), app.say("行数", "rows")],
            [
                [one.column, app.say(*REASONS[one.reason]), f"{one.rows:,}"]
                for one in event.unusable
            ],
        )


def run_list(app: App, *, as_of: str | None, known_on: str | None, json: bool) -> None:
    """List what was imported, how old it is, and whether its table is there."""
    with reading(app) as session:
        day, found = registers(session, _times(as_of, known_on))
    screen = app.screen
    if json:
        rows = [one._asdict() for one in found]
        screen.json(
            {"schema": "aidledger/compare-list/v1", "as_of": day.isoformat(), "registers": rows}
        )
        return
    says = (("记录", "entry"), ("登记", "register"), ("单位", "unit"), ("截至", "dated"))
    more = (("天数", "days old"), ("行数", "rows"), ("表", "table"))
    screen.table([app.say(*title) for title in says + more], [_row(app, one) for one in found])
    screen.note(
        app.say(
            f"截至 {day}，共 {len(found)} 份；aidledger compare show N 重新核对其表",
            f"{counted(len(found), 'register', 'registers')} by {day}; aidledger compare show N reads"
            " one's table again",
        )
    )


def _row(app: App, one: Listed) -> list[str]:
    title = KINDS.get(one.kind)
    state = _STATES[one.state].in_(app.lang)
    if one.replaced_by is not None:
        state += app.say(f"，由 {one.replaced_by} 取代", f", replaced by {one.replaced_by}")
    return [
        str(one.position),
        one.kind if title is None else app.say(title.title_zh, title.title_en),
        one.from_unit + (" +" if one.adds else ""),
        one.dated_on,
        str(one.age_days),
        f"{one.kept:,}",
        state,
    ]


def run_show(app: App, *, position: str, json: bool) -> int:
    """Show a register's entry, and read its table again; 1 where it is not as the entry says."""
    if not position.isdigit():
        raise CommandError(
            Said("POSITION 应为记录的位置", "POSITION: expected the position of an entry"),
            exit_code=USAGE,
        )
    with reading(app) as session:
        entry, event, state = register_at(session, int(position))
    screen = app.screen
    if json:
        told = {"position": entry.position, "dated_on": entry.effective_on, "table": state}
        data = msgspec.to_builtins(event)
        screen.json({"schema": "aidledger/compare-show/v1", **told, "event": data})
        return OK if state == "whole" else FINDINGS
    title = KINDS.get(event.kind)
    pairs = [
        (
            app.say("登记", "register"),
            app.say(title.title_zh, title.title_en) if title else event.kind,
        ),
        (app.say("单位", "unit"), event.from_unit),
        (app.say("截至", "dated"), entry.effective_on),
        (app.say("文件", "file"), event.file),
        (app.say("行数", "rows"), f"{event.rows:,}"),
        (app.say("保存", "kept"), f"{event.kept.rows:,}"),
        (app.say("人数", "persons"), f"{event.persons:,}"),
        *((total.column, format_yuan(total.total)) for total in event.totals),
        (app.say("表的根", "root of the table"), event.kept.root),
        (app.say("表", "table"), _STATES[state].in_(app.lang)),
    ]
    pairs += [
        (f"{one.column}", f"{app.say(*REASONS.get(one.reason, (one.reason,) * 2))}: {one.rows:,}")
        for one in event.unusable
    ]
    screen.pairs(pairs)
    return OK if state == "whole" else FINDINGS


def run_run(
    app: App,
    *,
    kind: tuple[str, ...],
    output: str | None,
    memory: str | None,
    threads: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Count whom the registers name of those in support; 1 where they name somebody."""
    days = _times(as_of, known_on)
    limits = engine_limits(memory, threads)
    with reading(app) as session:
        day, listed = registers(session, days, limits=limits)
        kinds = kind or sorted({one.kind for one in listed if of_persons(one.kind)})
        hits = {name: named(session, name, days, limits=limits) for name in kinds}
    if output is not None:
        lines = comparisons(hits, day.isoformat())
        write_file(Path(output), b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    if json:
        app.screen.json(
            {
                "schema": "aidledger/compare-run/v1",
                "as_of": day.isoformat(),
                "kinds": {name: [one._asdict() for one in rows] for name, rows in hits.items()},
            }
        )
    else:
        _show_hits(app, day, hits)
    return FINDINGS if any(hits.values()) else OK


def _show_hits(app: App, day: date, hits: dict[str, list[Named]]) -> None:
    """Print how many cases each register names, by township, and the first of them."""
    screen = app.screen
    for name, rows in hits.items():
        title = KINDS[name]
        cases = counted(len(rows), "case", "cases")
        screen.heading(
            app.say(f"{title.title_zh}：{len(rows)} 个事项", f"{title.title_en}: {cases}")
        )
        towns: dict[str, int] = {}
        for row in rows:
            towns[row.township] = towns.get(row.township, 0) + 1
        screen.pairs([(town, f"{count:,}") for town, count in sorted(towns.items())])
        screen.lines(f"  {row.case}" for row in rows[:_SHOWN])
        if len(rows) > _SHOWN:
            more = len(rows) - _SHOWN
            screen.line(app.say(f"  另有 {more:,} 个", f"  and {more:,} more"))
    screen.note(
        app.say(
            f"截至 {day}。在登记中出现不等于有问题：aidledger audit run 按规则判断",
            f"as of {day}. To be named by a register is no finding: aidledger audit run judges",
        )
    )


def run_kinds(app: App, *, kind: str | None, json: bool) -> None:
    """List the kinds of registers, or the columns of one with their titles in files."""
    screen = app.screen
    if json:
        chosen = [kind_of(kind)] if kind else list(KINDS.values())
        screen.json({"schema": "aidledger/compare-kinds/v1", "kinds": [*map(_kind_object, chosen)]})
    elif kind is None:
        screen.table(
            [app.say("类别", "kind"), app.say("名称", "title"), app.say("表", "table")],
            [[one.name, app.say(one.title_zh, one.title_en), one.table] for one in KINDS.values()],
        )
    else:
        for column in kind_of(kind).columns:
            mark = app.say("（必需）", " (required)") if column.required else ""
            screen.line(f"{column.name}{mark}  {_FORMS[column.form].in_(app.lang)}")
            screen.prose("、".join(column.titles), 4)
            if column.words:
                screen.prose(" · ".join(dict.fromkeys(code for code, _ in column.words)), 4)


def _kind_object(kind: RegisterKind) -> dict[str, Any]:
    columns = [
        column._asdict() | {"words": list(dict.fromkeys(code for code, _ in column.words))}
        for column in kind.columns
    ]
    return kind._asdict() | {"table": kind.table, "columns": columns}


def _times(as_of: str | None, known_on: str | None) -> Days:
    return Days(day_of(as_of), day_of(known_on))
