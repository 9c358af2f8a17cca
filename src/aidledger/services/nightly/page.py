"""One page about a run: how it went, what is out of order, how long it took and how that changes.

A file that opens anywhere and prints on paper: no script, nothing from outside, a policy of content
that allows its own style alone. What cannot be told by colour is told by a sign and a word.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from aidledger.said import Language, Said, shown_only
from aidledger.services.chart import Bar, Point, svg_chart, svg_trend
from aidledger.services.generations.freshness import Freshness
from aidledger.services.nightly.hooks import event_of
from aidledger.services.nightly.report import NightReport
from aidledger.services.nightly.runs import RESULTS, Run
from aidledger.services.nightly.steplist import STEPS
from aidledger.services.nightly.steps import MARKS, STATUSES, StepResult

_STYLE: Final = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.5 "Noto Sans CJK SC","Source Han Sans SC",
"Microsoft YaHei",system-ui,sans-serif;color:#1c1c1c;background:#fff}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.15rem;margin:1.5rem 0 .5rem}
.verdict{border-left:.5rem solid #1b7f4d;padding:.5rem .75rem;background:#f3f7f4}
.verdict.bad{border-color:#b3261e;background:#fbf1f0}.verdict.open{border-color:#8a6100;background:#fbf6e9}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #ddd}
td.n,th.n{text-align:right;white-space:nowrap}
td.s{white-space:nowrap}
.bad{color:#9b1c15}.open{color:#6b4b00}
.wide{overflow-x:auto}
svg{display:block;max-width:100%;height:auto;margin:.5rem 0}
code,.hash{font-family:ui-monospace,monospace;font-size:.85em;overflow-wrap:anywhere}
a{color:#0b57a4}footer{margin-top:2rem;color:#555;font-size:.9rem}
@media(max-width:40rem){body{padding:.75rem}th,td{padding-right:.4rem}
table.steps,table.steps tbody,table.steps tr,table.steps td{display:block;border:0;padding:0}
table.steps thead{display:none}table.steps tr{border-bottom:1px solid #ddd;padding:.4rem 0}
table.steps td.n{text-align:left;color:#555}.wide svg{max-width:none}}
@media print{body{max-width:none;padding:0;font-size:11pt}a{color:inherit;text-decoration:none}
h2{break-after:avoid}tr,svg{break-inside:avoid}.verdict{background:#fff}details{display:block}}
"""
_WORST: Final = frozenset({"findings", "failed"})
_OPEN: Final = frozenset({"unproven", "partial", "skipped"})
_SHOWN_RUNS: Final = 30
_EVENTS: Final[dict[str, Said]] = {
    "run_succeeded": Said("一切正常", "everything is in order"),
    "findings": Said("发现问题，须有人处理", "something was found: somebody has to look at it"),
    "partial": Said("只完成了一部分", "only a part was done"),
    "unproven": Said("已完成，但没有外部证明", "done, and nobody outside vouches for it"),
    "transient": Said("暂时失败，可以重试", "failed for the moment: safe to run again"),
    "run_failed": Said("没有完成", "it was not completed"),
}
_SOURCES: Final[dict[str, Said]] = {
    "entry": Said("最后一条记录", "last entry"),
    "generation": Said("未进入读模型的最早记录", "first entry that no generation has"),
    "index": Said("未进入索引的最早记录", "first entry that no index has"),
    "checkpoint": Said("未进入检查点的最早记录", "first entry that no checkpoint has"),
    "cosignature": Said("最近一次联署", "newest cosignature"),
    "run": Said("最近一次全部正常的运行", "last run with everything in order"),
}


def page(report: NightReport, runs: Sequence[Run], lang: Language) -> str:
    """Return the page in one language; `runs` is the history with this run as its last."""
    say = _Say(lang)
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{digest}'"
    title = f"{say(Said('夜间运行', 'nightly run'))} · {report.origin or '—'}"
    other = (
        '<a href="report.en.html" hreflang="en" lang="en">English</a>'
        if lang == "zh"
        else '<a href="report.html" hreflang="zh" lang="zh">中文</a>'
    )
    parts = [
        "<!doctype html>",
        f'<html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{allowed}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(title)}</h1>",
        _verdict(report, say),
        _steps(report, say),
        _found(report, say),
        _pictures(report, runs, say),
        _ages(report, say),
        _lists(report, say),
        _hooks(report, say),
        _past(runs, say),
        f'</main><footer>{other} · <a href="{RESULTS}">{RESULTS}</a> · {report.run_id}</footer>',
        "</body></html>",
    ]
    return shown_only("\n".join(part for part in parts if part) + "\n")


class _Say:
    """Says texts in one language."""

    def __init__(self, lang: Language) -> None:
        self.lang: Language = lang

    def __call__(self, said: Said) -> str:
        return escape(said.in_(self.lang))


def source_said(name: str) -> Said:
    """Return what a source of freshness is called; one of the operator's own by its name."""
    return _SOURCES.get(name, Said(name, name))


def outcome_said(exit_code: int, steps: Sequence[StepResult]) -> Said:
    """Say how a run ended; what somebody answers for is not in order, though it holds nothing up."""
    names = ", ".join(one.name for one in steps if one.status == "findings")
    if exit_code or not names:
        return event_said(exit_code)
    return Said(
        f"全部完成；{names} 发现的问题有人负责，仍然存在",
        f"all was done; somebody answers for what {names} found, and it is still there",
    )


def event_said(exit_code: int) -> Said:
    """Return what an exit status means for the operator."""
    return _EVENTS[event_of(exit_code)]


def _verdict(report: NightReport, say: _Say) -> str:
    kind = {0: "", 4: " open", 3: " open", 75: " open"}.get(report.exit_code, " bad")
    rows = [
        (Said("开始", "begun"), report.started_at),
        (Said("用时", "took"), f"{report.seconds:.1f} s"),
        (Said("条数", "entries"), f"{report.size:,}"),
        (Said("退出码", "exit status"), str(report.exit_code)),
    ]
    if found := _audited(report.steps):
        rows.append((Said("审计发现", "found by audit rules"), say(found)))
    if report.retries:
        rows.append((Said("重办", "goes on with"), report.retries))
    if report.output:
        same = {
            None: Said("无上次可比", "nothing to compare with"),
            False: Said("与上次相同", "the same as last time"),
            True: Said("与上次不同", "other than last time"),
        }[report.changed_output]
        rows.append((Said("输出摘要", "output"), f"{report.output[:16]}… {say(same)}"))
    told = "".join(f"<tr><th>{say(name)}</th><td>{value}</td></tr>" for name, value in rows)
    said = say(outcome_said(report.exit_code, report.steps))
    return f'<div class="verdict{kind}"><strong>{said}</strong><table>{told}</table></div>'


def _audited(steps: Iterable[StepResult]) -> Said | None:
    """Say what audit rules found: it holds nothing up, and must not be overlooked for that."""
    figures = next((one.figures for one in steps if one.name == "audit"), {})
    count, doubts = figures.get("findings", 0), sum(figures.get("doubts_open", {}).values())
    if not count and not doubts:
        return None
    grave = figures.get("by_severity", {}).get("critical", 0)
    return Said(
        f"{count} 项，其中极严重 {grave} 项；未了结的疑点 {doubts} 个：aidledger audit run",
        f"{count}, {grave} of them critical; open doubts: {doubts}: aidledger audit run",
    )


def _kind(status: str) -> str:
    return "bad" if status in _WORST else "open" if status in _OPEN else ""


def _steps(report: NightReport, say: _Say) -> str:
    titles = {step.name: step.title for step in STEPS}
    rows = "".join(
        f"<tr><td>{say(titles.get(one.name, Said(one.name, one.name)))}</td>"
        f'<td class="s {_kind(one.status)}">{MARKS[one.status]} {say(STATUSES[one.status])}</td>'
        f'<td>{say(one.why)}</td><td class="n">{one.seconds:.2f} s</td></tr>'
        for one in report.steps
    )
    heads = (Said("步骤", "step"), Said("结果", "status"), Said("说明", "what"))
    head = "".join(f"<th>{say(name)}</th>" for name in heads)
    took = f'<th class="n">{say(Said("用时", "time"))}</th>'
    return (
        f'<h2>{say(Said("步骤", "Steps"))}</h2><table class="steps"><thead><tr>{head}{took}</tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _found(report: NightReport, say: _Say) -> str:
    found = [one for one in report.steps if one.findings]
    if not found:
        return ""
    return f"<h2>{say(Said('发现的问题', 'What was found'))}</h2>" + "".join(
        _finding(one, say) for one in found
    )


def _finding(one: StepResult, say: _Say) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in one.found(say.lang))
    more = one.finding_count - len(one.findings)
    if more > 0:
        items += f"<li>{say(Said(f'另有 {more} 处', f'and {more} more'))}</li>"
    return f"<h3>{escape(one.name)}</h3><ul>{items}</ul>"


def _pictures(report: NightReport, runs: Sequence[Run], say: _Say) -> str:
    lang, shown = say.lang, [run for run in runs if run.finished_at is not None]
    titles = {step.name: step.title for step in STEPS}
    bars = [
        Bar(
            titles.get(one.name, Said(one.name, one.name)).in_(lang),
            int(one.seconds * 1000),
            f"{one.seconds:.2f} s",
        )
        for one in report.steps
    ]
    ends = (shown[0].started_at[:10], shown[-1].started_at[:10]) if shown else ("", "")
    cross = Said("× 未全部正常", "× not everything in order").in_(lang)
    durations = [
        Point(run.seconds, f"{run.started_at}: {run.seconds:.1f} s", run.exit_code != 0)
        for run in shown
    ]
    sizes = [Point(run.entries, f"{run.started_at}: {run.entries:,}") for run in shown]
    longest = max((run.seconds for run in shown), default=0.0)
    drawn = "".join(
        [
            svg_chart(
                Said("各步骤用时", "time of each step").in_(lang),
                Said("秒", "seconds").in_(lang),
                bars,
            ),
            svg_trend(
                Said("历次运行用时", "duration of each run").in_(lang),
                Said(f"{len(shown)} 次，秒；{cross}", f"{len(shown)} runs, seconds; {cross}").in_(
                    lang
                ),
                durations,
                highest=f"{longest:.1f}",
                ends=ends,
            ),
            svg_trend(
                Said("账本条数", "entries of the ledger").in_(lang),
                Said("每次运行时", "at each run").in_(lang),
                sizes,
                highest=f"{max((run.entries for run in shown), default=0):,}",
                ends=ends,
            ),
        ]
    )
    title = say(Said("用时与增长", "Time and growth"))
    return f'<h2>{title}</h2><div class="wide">{drawn}</div>'


def age_text(age_s: int | None, lang: Language) -> str:
    """Return an age as people read it."""
    if age_s is None:
        return Said("从未", "never").in_(lang)
    if age_s < 3_600:
        return Said(f"{age_s // 60} 分钟", f"{age_s // 60} min").in_(lang)
    if age_s < 172_800:
        return Said(f"{age_s // 3_600} 小时", f"{age_s // 3_600} h").in_(lang)
    return Said(f"{age_s // 86_400} 天", f"{age_s // 86_400} days").in_(lang)


def age_of(one: Freshness, lang: Language) -> str:
    """Return how old a source is, as people read it."""
    if one.status == "unreadable":
        return Said("时间不可读", "its time can't be read").in_(lang)
    return age_text(one.age_s, lang)


def _ages(report: NightReport, say: _Say) -> str:
    rows = "".join(
        f"<tr><td>{say(source_said(one.source))}</td>"
        f'<td class="n">{escape(age_of(one, say.lang))}</td></tr>'
        for one in report.freshness
    )
    return f"<h2>{say(Said('新旧', 'Freshness'))}</h2><table>{rows}</table>" if rows else ""


def _lists(report: NightReport, say: _Say) -> str:
    lists = [
        one
        for step in report.steps
        if step.name == "lists"
        for one in step.figures.get("lists", ())
    ]
    rows = "".join(
        f'<tr><td><a href="lists/{escape(one["file"])}">{escape(one["file"])}</a></td>'
        f'<td class="n">{one["rows"]:,}</td><td class="hash">{escape(one["sha256"])}</td></tr>'
        for one in lists
    )
    if not rows:
        return ""
    head = f"<tr><th>{say(Said('文件', 'file'))}</th>"
    head += f'<th class="n">{say(Said("行数", "rows"))}</th><th>SHA-256</th></tr>'
    return (
        f"<h2>{say(Said('公开名单', 'Public lists'))}</h2>"
        f'<div class="wide"><table>{head}{rows}</table></div>'
    )


def _hooks(report: NightReport, say: _Say) -> str:
    rows = "".join(
        f"<tr><td>{escape(one['script'])}</td><td>{escape(one['status'])}</td>"
        f"<td>{escape(one['why'])}</td></tr>"
        for one in report.hooks
    )
    return f"<h2>{say(Said('脚本', 'Scripts'))}</h2><table>{rows}</table>" if rows else ""


def _past(runs: Iterable[Run], say: _Say) -> str:
    newest = list(runs)[: -_SHOWN_RUNS - 1 : -1]
    rows = "".join(
        f'<tr><td class="s">{escape(run.started_at)}</td><td>{_end_of(run, say)}</td>'
        f'<td class="n">{run.seconds:.1f} s</td><td class="n">{run.entries:,}</td></tr>'
        for run in newest
    )
    return f'<h2>{say(Said("历次运行", "Runs"))}</h2><div class="wide"><table>{rows}</table></div>'


def _end_of(run: Run, say: _Say) -> str:
    if run.exit_code is None:
        return f'<span class="bad">{say(Said("中途被杀", "killed"))}</span>'
    kind = {0: "", 4: "open", 3: "open", 75: "open"}.get(run.exit_code, "bad")
    return f'<span class="{kind}">{run.exit_code} {say(event_said(run.exit_code))}</span>'
