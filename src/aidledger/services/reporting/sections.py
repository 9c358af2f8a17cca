"""What a report says, in one language: scope, population, roots, who vouches, findings, doubts, method.

People are there by token alone. Nothing is said of a day but that of the last entry: the same log
asked the same gives the same words.
"""

from __future__ import annotations

from typing import Final

from aidledger import __version__
from aidledger.audit.saying import SEVERITY_WORDS
from aidledger.said import Language, Said
from aidledger.services.bundles.wording import moment
from aidledger.services.handing.manifest import SOURCES
from aidledger.services.handing.workbook import Column
from aidledger.services.reporting.document import (
    Blanks,
    Document,
    Part,
    Section,
    Table,
    Terms,
    Text,
    amount,
)
from aidledger.services.reporting.figures import Figures
from aidledger.services.reporting.found import findings
from aidledger.services.reporting.method import basis, doubts, method, standing
from aidledger.services.reporting.writer import Writer, group_cells, group_columns

TITLE: Final = Said("审计报告", "Audit report")


def document_of(figures: Figures, lang: Language) -> Document:
    """Return the report."""
    of = Writer(figures, lang)
    sections = (
        _summary(of),
        _scope(of),
        _population(of),
        _roots(of),
        standing(of),
        _rules(of),
        findings(of),
        *doubts(of),
        method(of),
        basis(of),
        _signatures(of),
    )
    return Document(
        lang=lang,
        title=TITLE.in_(lang),
        subtitle=figures.log.origin,
        origin=figures.log.origin,
        at=figures.recorded_at or "1970-01-01T00:00:00Z",
        sections=tuple(
            Section(f"{number}  {one.title}", one.parts) for number, one in enumerate(sections, 1)
        ),
    )


def _summary(of: Writer) -> Section:
    say, figures = of.say, of.figures
    report, total = figures.found.report, figures.total
    parts: list[Part] = [
        Terms(
            (
                (say("发现的问题", "findings"), total.count),
                *(
                    (f"　{SEVERITY_WORDS[name].in_(of.lang)}", one.count)
                    for name, one in figures.by_severity.items()
                ),
                (say("涉及金额合计（元）", "amounts in all (yuan)"), amount(total.fen)),
                (say("已运行的规则", "rules run"), len(report.ran)),
                (
                    say("未运行的规则（不等于没有问题）", "rules not run (which is not clean)"),
                    len(report.not_run),
                ),
            )
        ),
        Text(
            say(
                "同一笔钱可能被几条规则发现；合计是各条规则之和，不是应追回的金额。",
                "One sum may be found by several rules: the total is the sum over them, not what is to "
                "be recovered.",
            )
        ),
    ]
    if len(figures.by_severity) < len(SEVERITY_WORDS):
        words = SEVERITY_WORDS[figures.severities[-1]]
        left = sum(one.findings for one in report.ran) - total.count
        parts.append(
            Text(
                say(
                    f"本报告只列{words.zh}及以上的问题；另有 {left:,} 项较轻的未列入。",
                    f"Only findings that are {words.en} or worse: {left:,} lesser left out.",
                ),
                warning=True,
            )
        )
    if figures.found.skipped:
        parts.append(
            Text(
                say(
                    f"有 {figures.found.skipped:,} 行读不出，不在以下任何数字之内；见 aidledger verify。",
                    f"{figures.found.skipped:,} rows could not be read and are in none of the figures: "
                    "see aidledger verify.",
                ),
                warning=True,
            )
        )
    return Section(say("概要", "In short"), tuple(parts))


def _scope(of: Writer) -> Section:
    say, figures = of.say, of.figures
    report, whole = figures.found.report, figures.population
    all_known = say("全部所知", "all that is known")
    rows: list[tuple[str, str | int]] = [
        (say("账本", "ledger"), figures.log.origin),
        (say("账本条数", "entries of the log"), figures.log.size),
        (
            say("最后一条记于", "last entry recorded"),
            moment(figures.recorded_at) if figures.recorded_at else "—",
        ),
        (say("报告日", "day of the report"), figures.day),
        (say("截至生效日", "in force on"), report.as_of.isoformat()),
        (say("截至获知日", "known on"), str(report.known_on or all_known)),
    ]
    if whole is not None:
        names = [of.programme(one.name) for one in whole.programmes if one.name]
        months = [one.month for one in whole.months if one.lines]
        rows += [
            (
                say("救助项目", "programmes"),
                "、".join(names) if of.lang == "zh" else ", ".join(names),
            ),
            (
                say("事项的日期", "days of the acts"),
                f"{whole.first_on or '—'} / {whole.last_on or '—'}",
            ),
            (say("发放月份", "months paid"), f"{months[0]} / {months[-1]}" if months else "—"),
        ]
    rows.append((say("程序", "program"), f"aidledger {__version__}"))
    return Section(say("范围", "Scope"), (Terms(tuple(rows)),))


def _population(of: Writer) -> Section:
    say, whole = of.say, of.figures.population
    title = say("总体", "Population")
    if whole is None:
        why = "; ".join(f"{name}: {text}" for name, text in of.figures.lost.items())
        return Section(
            title,
            (
                Text(
                    say(f"总体无法统计：{why}", f"The population could not be counted: {why}"),
                    warning=True,
                ),
            ),
        )
    lines = sum(one.lines for one in whole.months)
    net = sum(one.net_fen for one in whole.months)
    rows = (
        (say("有效记录", "entries that hold"), whole.entries),
        (say("个案", "cases"), sum(one.cases for one in whole.programmes)),
        (say("其中在册", "of these supported"), sum(one.supported for one in whole.programmes)),
        (say("人（代号）", "persons (tokens)"), whole.persons),
        (say("发放笔数", "payments"), lines),
        (say("净发放（元）", "paid, less what came back (yuan)"), amount(net)),
    )
    return Section(
        title,
        (
            Terms(rows),
            Table(
                say("按救助项目", "By programme"),
                group_columns(of, say("救助项目", "programme")),
                tuple((of.programme(one.name), *group_cells(one)) for one in whole.programmes),
                say("救助项目", "Programmes"),
            ),
        ),
    )


def _roots(of: Writer) -> Section:
    say, figures = of.say, of.figures
    rows: list[tuple[str, str | int]] = [
        (say("账本的根", "root of the log"), figures.log.root),
        (say("全部问题的根", "root over all findings"), figures.found.report.root),
        (say("读取自", "read from"), SOURCES[figures.log.source].in_(of.lang)),
    ]
    if figures.certificate is not None:
        position, name, size = figures.certificate
        rows.append(
            (
                say("最近一份读模型证书", "newest certificate of a generation"),
                say(
                    f"{name}（第 {position} 条，涵盖 {size:,} 条）",
                    f"{name} (entry {position}, over {size:,} entries)",
                ),
            )
        )
    models = Table(
        say("本报告读取的读模型", "Models that this report reads"),
        (
            Column(say("读模型", "model")),
            Column(say("行数", "rows"), "whole"),
            Column(say("摘要", "digest"), "wrapped"),
        ),
        tuple((one.name, one.rows, one.root) for one in figures.models),
    )
    return Section(say("根与摘要", "Roots and digests"), (Terms(tuple(rows)), models))


def _rules(of: Writer) -> Section:
    say, figures = of.say, of.figures
    report, rules = figures.found.report, figures.found.rules
    silent = tuple(
        (one.rule, of.title_of(rules[one.rule]), say(one.why_zh, one.why_en))
        for one in report.not_run
    )
    clean = [rule for rule, one in figures.by_rule.items() if not one.count]
    parts: list[Part] = [
        Text(
            say(
                f"运行 {len(report.ran)} 条规则，其中 {len(clean)} 条没有发现；"
                f"{len(silent)} 条未能运行。未运行不等于没有问题。",
                f"Rules run: {len(report.ran)}, with nothing found by {len(clean)}; not run: "
                f"{len(silent)}. Not run is not clean.",
            )
        )
    ]
    if silent:
        parts.append(
            Table(
                say("未运行的规则及原因", "Rules that were not run, and why"),
                (
                    Column(say("规则", "rule")),
                    Column(say("名称", "title"), "wrapped"),
                    Column(say("原因", "why"), "wrapped"),
                ),
                silent,
            )
        )
    if clean:
        parts.append(
            Text(say("已运行而没有发现：", "Run, and found nothing: ") + ", ".join(sorted(clean)))
        )
    return Section(say("规则", "Rules"), tuple(parts))


def _signatures(of: Writer) -> Section:
    say = of.say
    rows = (
        say("审计项目", "project"),
        say("审计组组长（签字）", "head of the audit (signature)"),
        say("编制人（签字）／日期", "prepared by (signature), on"),
        say("复核人（签字）／日期", "reviewed by (signature), on"),
        say("被审计单位意见（盖章）／日期", "office that was audited: its answer (seal), on"),
        say("审计结论", "conclusion"),
    )
    return Section(say("签字", "Signatures"), (Blanks(rows),))
