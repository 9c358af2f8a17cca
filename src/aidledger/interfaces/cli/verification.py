"""``verify``: the ladder, rung by rung, and every piece of damage."""

from __future__ import annotations

from typing import Any, Final

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK, UNPROVEN
from aidledger.interfaces.cli.language import Language, Said
from aidledger.interfaces.cli.wording import counted
from aidledger.ledger.finding import FINDING_CODES, Finding
from aidledger.ledger.verify import VerifyReport
from aidledger.services.batchcheck import BATCH_CODES
from aidledger.services.verifying import verify

_EXITS: Final = {"proven": OK, "damaged": FINDINGS, "unproven": UNPROVEN}
_SHOWN: Final = 50
"""Findings printed for people; ``--json`` has all of them."""

RUNGS: Final[dict[str, Said]] = {
    "bytes": Said(
        "记录字节：规范、可读、合其类型", "bytes: every record canonical and of its type"
    ),
    "columns": Said(
        "索引列与记录一致，位置号连续", "columns: agree with the records, positions dense"
    ),
    "chain": Said("各流的链条完整", "chain: each stream's links unbroken"),
    "time": Said("记录时间不倒退", "time: the recording time never goes back"),
    "tree": Said("默克尔树与账本头相符", "tree: nodes and head are those of the entries"),
    "batches": Said("批次：请求、时间与批后树根", "batches: causes, times and the root after each"),
    "mark": Said("不短于数据库外的高水位标记", "mark: not behind the mark outside the database"),
    "checkpoints": Said("签名检查点", "checkpoints: signed size and root"),
    "cosignatures": Said("见证方联署", "cosignatures: other offices have seen it"),
    "signatures": Said("各批次的签名", "signatures: every batch signed"),
    "powers": Said("经办人的权限", "powers: who acted was allowed to"),
}
_WHY_NOT: Final = {
    "needs signed checkpoints; none was given": "需要签名检查点，未提供",
    "no mark lies beside the database": "数据库旁没有标记",
}
UNWITNESSED: Final = Said(
    "未见证，运营方可改写历史", "unwitnessed: the operator can rewrite history"
)
_VERDICTS: Final = {
    "proven": Said("已证明", "proven"),
    "damaged": Said("已损坏", "damaged"),
    "unproven": Said("自身一致，但未证明", "consistent, but unproven"),
}


def run_verify(app: App, *, json: bool) -> int:
    """Verify the ledger and report; the exit status is the verdict's."""
    location = app.location()
    progress = app.screen.progress(app.say("核验", "verify"))
    try:
        report = verify(location, progress=progress)
    finally:
        progress.close()
    if json:
        app.screen.json(report_object(report, app.lang))
    else:
        show_report(app, report)
    return _EXITS[report.verdict]


def report_object(report: VerifyReport, lang: Language) -> dict[str, Any]:
    """Return the report as the object that programs read."""
    return {
        "schema": "aidledger/verify/v1",
        "entries": report.entries,
        "root": report.root,
        "verdict": report.verdict,
        "findings": [
            {
                "code": found.code,
                "position": found.position,
                "stream": found.stream,
                "field": found.field,
                "expected": found.expected,
                "found": found.found,
                "message": said(found, lang),
            }
            for found in report.findings
        ],
        "rungs": [
            {"name": rung.name, "status": rung.status, "why": rung.why} for rung in report.rungs
        ],
    }


def said(found: Finding, lang: Language) -> str:
    """Return a finding in one line; the ledger ring has no words for batches and mark."""
    message = found.message(lang)
    text = BATCH_CODES.get(found.code)
    if text is not None and found.code not in FINDING_CODES:
        _, _, rest = message.partition(f"[{found.code}]")
        where = (
            Said("账本", "ledger")
            if found.position is None
            else Said(f"位置 {found.position}", f"position {found.position}")
        )
        colon = "：" if lang == "zh" else ": "
        words = text.zh if lang == "zh" else text.en
        message = f"{where.in_(lang)}{colon}{words} [{found.code}]{rest}"
    return layout.plain(message)


def show_report(app: App, report: VerifyReport) -> None:
    """Print the ladder, the findings and the verdict."""
    screen, lang = app.screen, app.lang
    screen.line(app.say(f"{report.entries:,} 条记录", counted(report.entries, "entry", "entries")))
    screen.line(app.say("树根 ", "root ") + (report.root or "–"))
    screen.line()
    for rung in report.rungs:
        text = RUNGS[rung.name].in_(lang) if rung.name in RUNGS else rung.name
        if rung.status == "ok":
            mark, line = screen.style("✓", "green"), text
        elif rung.status == "damaged":
            mark, line = screen.style("✗", "red"), text
        else:
            mark = "·"
            why = _WHY_NOT.get(rung.why, rung.why) if lang == "zh" else rung.why
            line = screen.style(f"{text}（{why}）" if lang == "zh" else f"{text} ({why})", "dim")
        first, *rest = layout.wrap(line, screen.width - 4) if not screen.has_colour else [line]
        screen.line(f"  {mark} {first}")
        screen.lines("    " + more for more in rest)
    if report.findings:
        screen.heading(
            app.say(
                f"{len(report.findings)} 处问题",
                counted(len(report.findings), "finding", "findings"),
            )
        )
        for found in report.findings[:_SHOWN]:
            first, *rest = layout.wrap(said(found, lang), screen.width - 2)
            screen.line(f"  {first}")
            screen.lines("    " + more for more in rest)
        if len(report.findings) > _SHOWN:
            left = len(report.findings) - _SHOWN
            screen.line("  " + app.say(f"另有 {left} 处，见 --json", f"and {left} more: --json"))
    verdict = _VERDICTS[report.verdict].in_(lang)
    screen.line()
    colour = {"proven": "green", "damaged": "red"}.get(report.verdict, "yellow")
    screen.line(screen.style(app.say(f"结论：{verdict}", f"verdict: {verdict}"), "bold", colour))
    if any(rung.status == "not_made" for rung in report.rungs):
        screen.prose(
            app.say(
                "没有账本之外的检查点，不能证明记录齐全",
                "without a checkpoint from outside, completeness is not proven",
            )
        )
        screen.prose(UNWITNESSED.in_(lang))
