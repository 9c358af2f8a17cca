"""``verify``: the ladder, rung by rung, and every piece of damage."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK, UNPROVEN, USAGE, CommandError
from aidledger.interfaces.cli.language import Language, Said
from aidledger.interfaces.cli.ledgers import reading_sealed, tell_clock
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.wording import counted
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import Rung, VerifyReport
from aidledger.services.files import write_file
from aidledger.services.ladder.archivecheck import NOT_DERIVED, NOT_HELD, verify_archive
from aidledger.services.ladder.checkpointcheck import (
    COSIGNATURES,
    NEEDS_BOTH,
    NO_CHECKPOINT,
    NO_LOG_KEY,
)
from aidledger.services.ladder.deepcheck import deep_check, not_asked
from aidledger.services.ladder.markcheck import BAD_MARK, NO_MARK
from aidledger.services.ladder.outside import Outside, read_outside
from aidledger.services.ladder.powercheck import UNDECLARED
from aidledger.services.ladder.signaturecheck import NO_KEY
from aidledger.services.ladder.statementcheck import UNKNOWN
from aidledger.services.ladder.tablecheck import GONE
from aidledger.services.ladder.vaultcheck import BARRED, NO_SECRETS, OTHER_SECRETS
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.store.errors import StoreError

EXITS: Final = {"proven": OK, "damaged": FINDINGS, "unproven": UNPROVEN}
_SHOWN: Final = 50
"""Findings printed for people; ``--json`` has all of them."""

RUNGS: Final[dict[str, Said]] = {
    "bytes": Said(
        "记录字节：规范、可读、合其类型", "bytes: every record canonical and of its type"
    ),
    "files": Said("归档文件与清单相符", "files: every file is that of its manifest"),
    "columns": Said(
        "索引列与记录一致，位置号连续", "columns: agree with the records, positions dense"
    ),
    "chain": Said("各流的链条完整", "chain: each stream's links unbroken"),
    "time": Said("记录时间不倒退", "time: the recording time never goes back"),
    "tree": Said("默克尔树与账本头相符", "tree: nodes and head are those of the entries"),
    "roots": Said("归档段的根哈希与记录相符", "roots: each segment's root is that of its records"),
    "typed": Said(
        "归档各列由记录重新推导，结果相同", "typed: columns derived again come out the same"
    ),
    "sealed": Said("账本封存过每份清单", "sealed: the log vouches for every manifest"),
    "batches": Said("批次：请求、时间与批后树根", "batches: causes, times and the root after each"),
    "mark": Said("不短于数据库外的高水位标记", "mark: not behind the mark outside the database"),
    "checkpoints": Said("签名检查点", "checkpoints: signed size and root"),
    "cosignatures": Said("见证方联署", "cosignatures: other offices have seen it"),
    "restorations": Said(
        "用备份恢复须经审计方准许", "restorations: an auditor allowed each from a backup"
    ),
    "statements": Said(
        "条目所述的账本树根与账本相符", "statements: the log's root is what entries say it was"
    ),
    "proofs": Said("所存回执与证明", "proofs: what people kept fits the log"),
    "signatures": Said("各批次的签名", "signatures: every batch signed"),
    "powers": Said("经办人的权限", "powers: who acted was allowed to"),
    "tables": Said(
        "账本旁的表与其条目相符", "tables: those beside the ledger are as entries vouch"
    ),
    "decisions": Said(
        "每个决定重新作出，结果相同", "decisions: taken again, they come out the same"
    ),
    "models": Said("两种独立推导的个案现状一致", "models: two derivations of every case agree"),
    "indexes": Said("封存的索引重算相同", "indexes: what was sealed comes out the same"),
    "closings": Said("封账与对账重算相同", "closings: closed months come out the same"),
    "values": Said(
        "密封的个人信息都能打开，或依记录销毁", "values: what is sealed opens, or was erased"
    ),
}
_MARKS: Final = {"ok": ("✓", ("green",)), "damaged": ("✗", ("red",)), "not_made": ("·", ("dim",))}
_WHY_NOT: Final = {
    NO_CHECKPOINT: "没有签过，也未提供",
    NO_LOG_KEY: "不知道账本的密钥：请在策略中列出",
    NEEDS_BOTH: "需要来自外部的检查点和策略",
    NO_KEY: "没有登记经办人密钥",
    UNDECLARED: "账本没有声明权限",
    NO_MARK: "数据库旁没有标记",
    BAD_MARK: "数据库旁的标记无法读取",
    UNKNOWN: "条目所述的树根之前缺少条目",
    GONE: "有条目为其作证的表不在：见线索",
    NOT_DERIVED: "各列没有重新推导",
    NOT_HELD: "只对账本核验，不对归档核验",
    NO_SECRETS: "没有账本的密钥文件",
    BARRED: "这个登录无权读个人信息库",
    OTHER_SECRETS: "用这份密钥文件一个密封值也打不开：可能是别的账本的",
    "not asked for: verify --deep": "未要求：verify --deep",
}
UNWITNESSED: Final = Said(
    "未见证，运营方可改写历史", "unwitnessed: the operator can rewrite history"
)
_VERDICTS: Final = {
    "proven": Said("已证明", "proven"),
    "damaged": Said("已损坏", "damaged"),
    "unproven": Said("自身一致，但未证明", "consistent, but unproven"),
}


def run_verify(
    app: App,
    *,
    checkpoint: tuple[str, ...],
    policy: str | None,
    proofs: str | None,
    misbehaviour: str | None,
    deep: bool,
    archive: str | None,
    no_columns: bool,
    json: bool,
) -> int:
    """Verify the ledger and report; the exit status is the verdict's."""
    outside = read_outside(checkpoint, policy, proofs)
    if archive is not None or no_columns:
        _check_archive_options(archive, others=bool(deep or proofs or misbehaviour))
        columns = not no_columns
        return show_archive(app, archive or "", outside, columns=columns, json=json)
    location = app.location()
    progress = app.screen.progress(app.say("核验", "verify"))
    try:
        report = verify(location, progress=progress, outside=outside)
        report = _with_upper_rungs(app, report) if deep else _extended(report, (), not_asked())
    finally:
        progress.close()
    if misbehaviour is not None and report.misbehaviour:
        write_file(Path(misbehaviour), report.misbehaviour)
    if json:
        app.screen.json(report_object(report, app.lang))
    else:
        show_report(app, report, evidence=misbehaviour)
    if not report.findings:  # of a damaged log no place can be found by its times
        with suppress(StoreError), open_session(location, read_only=True) as session:
            tell_clock(app, session)
    return EXITS[report.verdict]


def _check_archive_options(archive: str | None, *, others: bool) -> None:
    """Refuse options that do not go together.

    Raises:
        CommandError: something of a ledger is asked of an archive, or the other way round.

    """
    if archive is None:
        raise CommandError(
            Said("--no-columns：只用于 --archive", "--no-columns: is for --archive only"),
            exit_code=USAGE,
        )
    if others:
        raise CommandError(
            Said(
                "--archive：不能与 --deep、--proofs、--misbehaviour 并用",
                "--archive: not with --deep, --proofs or --misbehaviour",
            ),
            hint=Said("这些须核验账本本身", "these need the ledger itself"),
            exit_code=USAGE,
        )


def show_archive(app: App, archive: str, outside: Outside, *, columns: bool, json: bool) -> int:
    """Verify an archive with no ledger at hand; the exit status is the verdict's."""
    progress = app.screen.progress(app.say("核验", "verify"))
    try:
        report = verify_archive(archive, outside=outside, columns=columns, progress=progress)
    finally:
        progress.close()
    return show(app, report, json=json)


def show(app: App, report: VerifyReport, *, json: bool) -> int:
    """Print a report; the exit status is the verdict's."""
    if json:
        app.screen.json(report_object(report, app.lang))
    else:
        show_report(app, report)
    return EXITS[report.verdict]


def _with_upper_rungs(app: App, report: VerifyReport) -> VerifyReport:
    """Return the report with the decisions taken again and the derivations compared."""
    progress = app.screen.progress(app.say("重新决定（个案）", "decide again (cases)"))
    try:
        with reading_sealed(app) as session:
            upper = deep_check(session, progress=progress)
    except (ServiceError, StoreError) as error:
        rungs = tuple(msgspec.structs.replace(rung, why=str(error)) for rung in not_asked())
        return _extended(report, (), rungs)
    finally:
        progress.close()
    report = msgspec.structs.replace(report, leads=(*report.leads, *upper.leads))
    return _extended(report, upper.findings, upper.rungs)


def _extended(
    report: VerifyReport, findings: tuple[Finding, ...], rungs: tuple[Rung, ...]
) -> VerifyReport:
    """Return a report with more rungs and what they found."""
    return msgspec.structs.replace(
        report, findings=[*report.findings, *findings], rungs=[*report.rungs, *rungs]
    )


def report_object(report: VerifyReport, lang: Language) -> dict[str, Any]:
    """Return the report as the object that programs read."""
    return {
        "schema": "aidledger/verify/v1",
        "entries": report.entries,
        "root": report.root,
        "verdict": report.verdict,
        "proven_size": report.proven_size,
        "unproven_tail": report.unproven_tail,
        "cosigners": list(report.cosigners),
        "findings": [_finding_object(found, lang) for found in report.findings],
        "leads": [_finding_object(found, lang) for found in report.leads],
        "rungs": [
            {"name": rung.name, "status": rung.status, "why": rung.why} for rung in report.rungs
        ],
    }


def _finding_object(found: Finding, lang: Language) -> dict[str, Any]:
    return {
        "code": found.code,
        "position": found.position,
        "stream": found.stream,
        "field": found.field,
        "expected": found.expected,
        "found": found.found,
        "message": said(found, lang),
    }


def said(found: Finding, lang: Language) -> str:
    """Return a finding in one line."""
    return layout.plain(found.message(lang))


def show_report(app: App, report: VerifyReport, *, evidence: str | None = None) -> None:
    """Print the ladder, the findings and the verdict; ``evidence`` is where a bundle was written."""
    screen, lang = app.screen, app.lang
    screen.line(app.say(f"{report.entries:,} 条记录", counted(report.entries, "entry", "entries")))
    screen.line(app.say("树根 ", "root ") + (report.root or "–"))
    screen.line()
    for rung in report.rungs:
        text = RUNGS[rung.name].in_(lang) if rung.name in RUNGS else rung.name
        mark, colours = _MARKS[rung.status]
        if rung.status == "not_made":
            why = _WHY_NOT.get(rung.why) or chinese(rung.why, lang) if lang == "zh" else rung.why
            why = layout.plain(why)  # a name of a file wrote a line of its own: the verdict
            text = f"{text}（{why}）" if lang == "zh" else f"{text} ({why})"
        first, *rest = layout.wrap(text, screen.width - 4)
        screen.line(f"  {screen.style(mark, *colours)} {first}")
        screen.lines("    " + more for more in rest)
    count = len(report.findings)
    _show_list(app, report.findings, Said(f"{count} 处问题", counted(count, "finding", "findings")))
    count = len(report.leads)
    title = Said(f"{count} 条线索（不是损坏）", counted(count, "lead", "leads") + ", no damage")
    _show_list(app, report.leads, title)
    _show_verdict(app, report)
    if report.misbehaviour:
        screen.prose(
            app.say(
                "账本密钥签过两份不能并存的检查点"
                + (
                    "：--misbehaviour 文件 写出证据" if evidence is None else f"，证据在 {evidence}"
                ),
                "the log signed two checkpoints that can't both be honest: "
                + ("--misbehaviour FILE writes it" if evidence is None else f"see {evidence}"),
            )
        )


def _show_list(app: App, findings: Sequence[Finding], title: Said) -> None:
    """Print findings under a title, the first ones of many."""
    screen = app.screen
    if not findings:
        return
    screen.heading(title.in_(app.lang))
    for found in findings[:_SHOWN]:
        first, *rest = layout.wrap(said(found, app.lang), screen.width - 4)
        screen.line(f"  {first}")
        screen.lines("    " + more for more in rest)
    if len(findings) > _SHOWN:
        left = len(findings) - _SHOWN
        screen.line("  " + app.say(f"另有 {left} 处，见 --json", f"and {left} more: --json"))


def _show_verdict(app: App, report: VerifyReport) -> None:
    """Print the verdict: up to where it reaches, who stands for it, and what nobody stands for."""
    screen, lang, size = app.screen, app.lang, report.proven_size
    verdict = _VERDICTS[report.verdict].in_(lang)
    screen.line()
    colour = {"proven": "green", "damaged": "red"}.get(report.verdict, "yellow")
    screen.line(screen.style(app.say(f"结论：{verdict}", f"verdict: {verdict}"), "bold", colour))
    if size is not None:
        names = layout.plain(", ".join(report.cosigners)) or app.say("无", "nobody")
        screen.prose(
            app.say(
                f"来自外部的检查点覆盖前 {size:,} 条，见证方：{names}",
                f"a checkpoint from outside covers the first {counted(size, 'entry', 'entries')}, "
                f"witnessed by {names}",
            )
        )
        if tail := report.unproven_tail:
            screen.prose(
                app.say(
                    f"未证明的末尾：其后 {tail:,} 条",
                    f"unproven tail: {counted(tail, 'entry', 'entries')} after it",
                )
            )
    elif any(rung.name == COSIGNATURES and rung.status == "damaged" for rung in report.rungs):
        screen.prose(
            app.say(
                "策略所接受的外部检查点与这些记录不符：历史被改写过",
                "a checkpoint from outside that the policy accepts is not of these entries: "
                "history was rewritten",
            )
        )
        return
    else:
        screen.prose(
            app.say(
                "没有账本之外的检查点，不能证明记录齐全",
                "without a checkpoint from outside, completeness is not proven",
            )
        )
    if not report.cosigners:
        screen.prose(UNWITNESSED.in_(lang))
