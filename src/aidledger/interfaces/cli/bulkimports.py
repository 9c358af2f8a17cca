"""``import-history``: a county's whole history, checked first, then recorded batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from aidledger.domain.events.registry import ControlTotal
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, FINDINGS, OK, USAGE, CommandError
from aidledger.interfaces.cli.faults import problem_text
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import writing
from aidledger.interfaces.cli.outcomes import problem_object, refused_code
from aidledger.interfaces.cli.screen import Progress
from aidledger.services.importing.bulk import (
    BATCH_ROWS,
    StoppedError,
    Wanted,
    check_history,
    import_history,
)
from aidledger.services.importing.checking import Checked
from aidledger.services.importing.flat import sample_table
from aidledger.services.importing.journal import HistoryImported
from aidledger.services.importing.rehearsal import Rehearsed, rehearse_history
from aidledger.services.problems import RefusedError
from aidledger.store.errors import StoreError

_SCHEMA = "aidledger/import-history/v1"
_SHOWN = 20


def run_import_history(
    app: App,
    *,
    file: str | None,
    type: str | None,  # noqa: A002 - the option
    actor: str | None,
    office: str | None,
    as_is: bool,
    keep_going: bool,
    rejects: str | None,
    beside: bool,
    batch: int | None,
    dry_run: bool,
    template: bool,
    json: bool,
) -> int:
    """Import a history, or go on with it; a finished one is said to be so."""
    if template:
        return _show_template(app, type, json=json)
    if file is None:
        raise CommandError(
            Said("缺少 FILE", "missing FILE"),
            hint=Said(
                "aidledger import-history --type VisitMade --template 给出样表",
                "aidledger import-history --type VisitMade --template prints a sample",
            ),
            exit_code=USAGE,
        )
    place = rejects or (f"{file}.rejects.jsonl" if keep_going else None)
    wanted = Wanted(
        type_name=type or "",
        actor=actor or "",
        office=office or "",
        as_is=as_is,
        beside=beside,
        keep_going=keep_going,
        rejects=Path(place) if place and keep_going else None,
        batch_rows=BATCH_ROWS if batch is None else max(1, batch),
    )
    begun: list[str] = []
    try:
        with _shown(app, begun) as progress:
            if dry_run and not app.ledger:
                digest, checked = check_history(Path(file), wanted, progress=progress)
                return _show_checked(app, digest, checked, json=json)
            with writing(app) as session:
                if dry_run:
                    found = rehearse_history(session, Path(file), wanted, progress=progress)
                    return _show_rehearsed(app, found, json=json)
                done = import_history(session, Path(file), wanted, progress=progress)
    except StoppedError as stopped:
        return _show_stopped(app, stopped, json=json)
    except RefusedError as refused:
        return refused_code(app, refused, json=json)
    except (StoreError, OSError):
        if "record" in begun:
            app.screen.note(
                app.say(
                    "此前已记录的各批保留；再次执行同一命令即从停下处继续",
                    "the batches recorded before stay; the same command, run again, goes on from there",
                )
            )
        raise
    return _show_done(app, done, place if done.rejected else None, json=json)


@contextmanager
def _shown(app: App, parts: list[str]) -> Iterator[Callable[[str], Progress]]:
    """Show how far each part of the work is, one after the other; `parts` is told which were begun."""
    said = {
        "check": app.say("检查（行）", "check (rows)"),
        "rules": app.say("问规则（行）", "ask the rules (rows)"),
        "record": app.say("记录（行）", "record (rows)"),
    }
    begun: list[Progress] = []

    def begin(part: str) -> Progress:
        for earlier in begun:
            earlier.close()
        parts.append(part)
        begun.append(app.screen.progress(said[part]))
        return begun[-1]

    try:
        yield begin
    finally:
        for one in begun:
            one.close()


def _show_done(app: App, done: HistoryImported, rejects: str | None, *, json: bool) -> int:
    """Print what came of an import; rejected rows are a finding."""
    code = FINDINGS if done.rejected else OK
    if json:
        what: dict[str, Any] = {"schema": _SCHEMA, "status": "imported"}
        app.screen.json({**what, **msgspec.to_builtins(done), "rejects": rejects})
        return code
    screen = app.screen
    text = app.say(
        f"已记录 {done.recorded:,} 行，共 {done.rows:,} 行",
        f"{done.recorded:,} of {done.rows:,} rows recorded",
    )
    screen.line(screen.style(text, "yellow" if done.rejected else "green"))
    pairs = [(app.say("文件", "file"), done.file_hash)]
    if done.before:
        pairs.append((app.say("此前已记录", "before this run"), f"{done.before:,}"))
    if done.rejected:
        kept = "" if rejects is None else f" → {rejects}"
        pairs.append((app.say("未记录", "rejected"), f"{done.rejected:,}{kept}"))
    if done.still_to_come:
        text = app.say(
            f"{done.still_to_come:,} 行，自第 {done.still_to_come_line} 行起：到那一天以前，任何查询都不计入",
            f"{done.still_to_come:,}, from line {done.still_to_come_line} on: until then no question "
            "counts them",
        )
        pairs.append((app.say("⚠ 生效日尚未到来", "⚠ day still to come"), text))
    pairs += [
        (app.say("控制总数", "control totals"), f"{len(done.totals)} (--json)"),
        (app.say("账本长度", "size"), str(done.size)),
        (app.say("树根", "root"), done.root),
    ]
    screen.pairs(pairs)
    return code


def _show_stopped(app: App, stopped: StoppedError, *, json: bool) -> int:
    """Print which rows the rules refuse, and what is recorded already."""
    if json:
        app.screen.json(
            {
                "schema": _SCHEMA,
                "status": "stopped",
                "recorded": stopped.recorded,
                "rows": stopped.rows,
                "problems": [problem_object(problem, app) for problem in stopped.problems],
            }
        )
        return FINDINGS
    for problem in stopped.problems[:_SHOWN]:
        app.screen.note(f"  {problem_text(problem, app.lang)}")
    count = len(stopped.problems)
    raise CommandError(
        Said(
            f"规则拒绝 {count} 处，导入停在此处：已记录 {stopped.recorded:,} 行，"
            f"共 {stopped.rows:,} 行",
            f"rules refuse {count} times, the import has stopped: {stopped.recorded:,} of"
            f" {stopped.rows:,} rows are recorded",
        ),
        hint=Said(
            "文件不变，再次执行即从此处继续：--keep-going 把被拒绝的行写入另一文件，"
            "--as-is 照原样记录并留下疑点",
            "leave the file as it is; run it again to go on from here: --keep-going puts what is"
            " refused into a file, --as-is records it as an act against the rule, a finding",
        ),
        exit_code=FINDINGS,
    )


def _show_checked(app: App, digest: str, checked: Checked, *, json: bool) -> int:
    """Print what a dry run found; a file with bad rows does not come here."""
    if json:
        app.screen.json(
            {
                "schema": _SCHEMA,
                "status": "checked",
                "file_hash": digest,
                "rows": checked.rows,
                "totals": msgspec.to_builtins(checked.totals),
            }
        )
        return OK
    app.screen.prose(
        app.say(
            f"{checked.rows:,} 行格式都对；没有指明账本，未问规则；什么也没有写",
            f"{checked.rows:,} rows are in good form; no ledger was named, and no rule was asked; "
            "nothing was written",
        )
    )
    _show_totals(app, digest, checked.totals)
    return OK


def _show_totals(app: App, digest: str, totals: Sequence[ControlTotal]) -> None:
    app.screen.pairs([(app.say("文件", "file"), digest)])
    app.screen.table(
        [app.say("列", "column"), app.say("控制总数", "control total")],
        [[total.column, f"{total.total:,}"] for total in totals],
        right=frozenset({1}),
    )


def _show_rehearsed(app: App, found: Rehearsed, *, json: bool) -> int:
    """Print which rows the rules would refuse; rules that were not asked are no good answer either."""
    code = FINDINGS if found.refused else OK if found.unasked_from is None else COULD_NOT_RUN
    if json:
        told = msgspec.to_builtins(found)
        told["problems"] = [problem_object(problem, app) for problem in found.problems]
        app.screen.json({"schema": _SCHEMA, "status": "rehearsed", **told})
        return code
    screen = app.screen
    text = app.say(
        f"规则会拒绝 {found.refused:,} 行，共 {found.rows:,} 行；什么也没有写",
        f"rules would refuse {found.refused:,} of {found.rows:,} rows; nothing was written",
    )
    screen.line(screen.style(text, "yellow" if code else "green"))
    for problem in found.problems[:_SHOWN]:
        screen.prose(f"  {problem_text(problem, app.lang)}")
    if len(found.problems) > _SHOWN:
        more = len(found.problems) - _SHOWN
        screen.line(app.say(f"  另有 {more:,} 处（--json）", f"  and {more:,} more (--json)"))
    if found.unasked_from is not None:
        screen.prose(
            app.say(
                f"第 {found.unasked_from} 行起未问规则：它前面的一行改变规则。先采用这些规则，再试一次",
                f"from line {found.unasked_from} on no rule was asked: the row before it changes the "
                "rules. Adopt them first, and rehearse again",
            )
        )
    if found.before:
        screen.pairs([(app.say("此前已记录", "recorded before"), f"{found.before:,}")])
    _show_totals(app, found.file_hash, found.totals)
    return code


def _show_template(app: App, type_name: str | None, *, json: bool) -> int:
    """Print the header of a type and a sample row."""
    if type_name is None:
        raise CommandError(
            Said("缺少 --type", "missing --type"),
            hint=Said("aidledger events 列出全部类型", "aidledger events lists the types"),
        )
    lines = sample_table(type_name).splitlines()
    if json:
        app.screen.json(
            {
                "schema": "aidledger/import-template/v1",
                "kind": type_name,
                "columns": lines[0].split(","),
                "sample": lines[1].split(","),
            }
        )
    else:
        app.screen.lines(lines)
    return OK
