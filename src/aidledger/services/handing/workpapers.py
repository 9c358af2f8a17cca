"""Working papers of an audit run: one workbook that an auditor goes on writing in.

A cover with scope and roots, the rules that were run, those that were not and why, every finding with
empty cells for what was checked on the spot, a sheet by rule with what its rows say, and samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

from aidledger import __version__
from aidledger.audit.rule import SEVERITIES, Rule
from aidledger.audit.running import Report, RuleFinding
from aidledger.audit.saying import SEVERITY_WORDS
from aidledger.domain.money import format_yuan
from aidledger.said import Language, Said
from aidledger.services.audits.auditing import Audit
from aidledger.services.audits.sampling import SampleOf
from aidledger.services.files import placed_file
from aidledger.services.handing.manifest import (
    SOURCES,
    HandedTable,
    Manifest,
    OfLog,
    handed_file,
    write_beside,
)
from aidledger.services.handing.workbook import MOST_ROWS, Book, Column
from aidledger.services.questions.listing import Table


class MoreSheet(NamedTuple):
    """A sheet beside those of every workbook: its name, a line above its table, and the table."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


_COVER: Final = Said("封面", "Cover")
_RULES: Final = Said("规则", "Rules")
_FINDINGS: Final = Said("问题清单", "Findings")
_NOT_RUN: Final = Said("未运行的规则", "Rules not run")
_SAMPLE: Final = Said("样本", "Sample")


def write_workpapers(
    path: Path,
    found: Audit,
    log: OfLog,
    *,
    lang: Language,
    samples: Sequence[tuple[str, SampleOf]] = (),
    lists: Sequence[Table] = (),
    most_rows: int = MOST_ROWS,
) -> Manifest:
    """Write the workbook and the manifest beside it; return what the manifest says.

    Args:
        path: of the workbook.
        found: a run of rules.
        log: which log was read.
        lang: the language of titles and messages.
        samples: name of its file and the sample, each a sheet of its own.
        lists: models that are wanted beside the findings, each a sheet of its own.
        most_rows: how many rows a sheet holds; a longer table goes on in a next one.

    Raises:
        OSError: it can't be written; what stood there before stands there still.
        ServiceError: the package for workbooks is not installed.

    """
    with placed_file(path) as draft:
        fill_workpapers(
            draft, found, log, lang=lang, samples=samples, lists=lists, most_rows=most_rows
        )
        manifest = Manifest(
            kind="workpapers",
            log=log,
            as_of=found.report.as_of,
            known_on=found.report.known_on,
            files=(handed_file(draft, path),),
            tables=totals_of(found.report),
            skipped=found.skipped,
        )
    write_beside(path, manifest)
    return manifest


def fill_workpapers(
    path: Path,
    found: Audit,
    log: OfLog,
    *,
    lang: Language,
    samples: Sequence[tuple[str, SampleOf]] = (),
    lists: Sequence[Table] = (),
    most_rows: int = MOST_ROWS,
    cover: Sequence[tuple[str, Any]] = (),
    more: Sequence[MoreSheet] = (),
) -> None:
    """Write the workbook alone; `cover` has further terms of the cover, `more` further sheets.

    The rest is as `write_workpapers` has it, and as it raises.
    """
    papers = _Papers(found, lang)
    title = Said("审计工作底稿", "Audit working papers").in_(lang)
    book = Book(title, most_rows=most_rows)
    papers.cover(book, title, log, [name for name, _ in samples], cover)
    for sheet in more:
        book.table(sheet.name, sheet.columns, sheet.rows, above=[sheet.title])
    papers.rules(book)
    papers.findings(book)
    papers.not_run(book)
    for rule, group in groupby(found.report.findings, key=lambda one: one.rule):
        papers.of_rule(book, found.rules[rule], list(group))
    for name, sample in samples:
        papers.sample(book, name, sample)
    for table in lists:
        papers.listed(book, table)
    path.write_bytes(book.packed())


def totals_of(report: Report) -> tuple[HandedTable, ...]:
    """Return what each rule found in all, whether or not every finding is in the workbook."""
    return tuple(
        HandedTable(name=one.rule, rows=one.findings, sums={"amount_fen": str(one.amount_fen)})
        for one in report.ran
        if one.findings
    )


class _Papers:
    """The sheets of one run, in one language."""

    def __init__(self, found: Audit, lang: Language) -> None:
        self._found = found
        self._report = found.report
        self._lang: Language = lang

    def _say(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    def _severity(self, name: str) -> str:
        return SEVERITY_WORDS[name].in_(self._lang)

    def cover(
        self,
        book: Book,
        title: str,
        log: OfLog,
        samples: Sequence[str],
        more: Sequence[tuple[str, Any]],
    ) -> None:
        """Add what was asked of which log, what came of it, and who checks it."""
        say, report = self._say, self._report
        counts = dict.fromkeys(SEVERITIES, 0)
        for run in report.ran:
            for name, number in run.by_severity.items():
                counts[name] += number  # type: ignore[index]  # the names are those
        by = say("全部所知", "all that is known") if report.known_on is None else report.known_on
        fen = sum(run.amount_fen for run in report.ran)
        left = sum(run.left_out for run in report.ran)
        rows: list[tuple[str, Any]] = [
            (say("账本", "ledger"), log.origin),
            (say("账本条数", "entries of the log"), log.size),
            (say("账本的根", "root of the log"), log.root),
            (say("读取自", "read from"), SOURCES[log.source].in_(self._lang)),
            (say("截至生效日", "in force on"), report.as_of),
            (say("截至获知日", "known on"), by),
            (say("读不出的行", "rows that could not be read"), self._found.skipped),
            (say("运行的规则", "rules run"), len(report.ran)),
            (
                say("未运行的规则（不等于没有问题）", "rules not run (which is not clean)"),
                len(report.not_run),
            ),
            (say("发现的问题", "findings"), sum(counts.values())),
            *((f"　{self._severity(name)}", number) for name, number in counts.items()),
            (say("涉及金额合计（元）", "amounts in all (yuan)"), format_yuan(fen)),
            (say("只计数、不在本底稿内", "counted only, not in these papers"), left),
            (say("全部问题的根", "root over all findings"), report.root),
            *more,
            (say("样本文件", "sample files"), "\n".join(samples) or None),
            (say("程序", "program"), f"aidledger {__version__}"),
            (
                say("说明", "note"),
                say(
                    "个人只以代号出现，不含姓名、证件号码和账号。条目位置可用 aidledger log 查到原记录。"
                    "同一账本、同一问题得到相同的字节。",
                    "People are there by token alone: no name, number or account. aidledger log shows the "
                    "entries at these positions. The same log asked the same gives the same bytes.",
                ),
            ),
            (say("项目名称", "project"), None),
            (say("编制人／日期", "prepared by, on"), None),
            (say("复核人／日期", "reviewed by, on"), None),
            (say("审计结论", "conclusion"), None),
        ]
        book.pairs(_COVER.in_(self._lang), title, rows)

    def rules(self, book: Book) -> None:
        """Add the rules that were run, each with what it found in all."""
        say = self._say
        columns = (
            Column(say("规则", "rule"), "link"),
            Column(say("名称", "title"), "wrapped"),
            Column(say("级别", "severity")),
            Column(say("问题数", "findings"), "whole"),
            Column(say("涉及金额（元）", "amount (yuan)"), "yuan"),
            Column(say("只计数", "counted only"), "whole"),
            Column(say("依据", "basis"), "wrapped"),
            Column(say("处理", "remedy"), "wrapped"),
            Column("SHA-256"),
        )
        plain = (columns[0]._replace(kind="text"), *columns[1:])
        ran = sorted(self._report.ran, key=lambda one: not one.findings)
        rows = [
            (
                one.rule,
                say(rule.title_zh, rule.title_en),
                self._severity(rule.severity),
                one.findings,
                one.amount_fen,
                one.left_out,
                say(rule.basis_zh, rule.basis),
                say(rule.remedy_zh, rule.remedy_en),
                rule.sha256,
            )
            for one in ran
            for rule in (self._found.rules[one.rule],)
        ]
        name = _RULES.in_(self._lang)
        with_sheets = [row for row in rows if row[3]]
        if with_sheets:
            book.table(
                name, columns, with_sheets, above=[say("有发现的规则", "Rules with findings")]
            )
        nothing = [row for row in rows if not row[3]]
        above = [say("已运行而没有发现的规则", "Rules that were run and found nothing")]
        book.table(say("无发现", "No findings"), plain, nothing, above=above)

    def findings(self, book: Book) -> None:
        """Add every finding, with empty cells for what becomes of it."""
        say = self._say
        columns = (
            Column(say("序号", "no."), "whole"),
            Column(say("规则", "rule")),
            Column(say("名称", "title"), "wrapped"),
            Column(say("级别", "severity")),
            Column(say("对象", "subject")),
            Column(say("期间", "period")),
            Column(say("涉及金额（元）", "amount (yuan)"), "yuan"),
            Column(say("说明", "what was found"), "wrapped"),
            Column(say("条目位置", "entries")),
            Column(say("核实情况", "what was checked"), "wrapped"),
            Column(say("结论", "conclusion"), "wrapped"),
        )
        book.table(_FINDINGS.in_(self._lang), columns, self._finding_rows())

    def _finding_rows(self) -> Iterator[tuple[Any, ...]]:
        for number, one in enumerate(self._report.findings, start=1):
            rule = self._found.rules[one.rule]
            yield (
                number,
                one.rule,
                self._say(rule.title_zh, rule.title_en),
                self._severity(one.severity),
                *self._said_of(one),
                None,
                None,
            )

    def _said_of(self, one: RuleFinding) -> tuple[Any, ...]:
        message = self._say(one.message_zh, one.message_en)
        positions = ", ".join(map(str, one.positions))
        return one.subject, one.period, one.amount_fen, message, positions

    def not_run(self, book: Book) -> None:
        """Add the rules that said nothing, and why."""
        say = self._say
        why = {
            "need": Said("缺少数据", "data is lacking"),
            "parameter": Said("缺少参数", "a parameter is lacking"),
            "model": Said("模型不可用", "a model failed"),
            "sql": Said("查询出错", "the query failed"),
            "table": Said("所存的表不可用", "a kept table failed"),
        }
        columns = (
            Column(say("规则", "rule")),
            Column(say("名称", "title"), "wrapped"),
            Column(say("级别", "severity")),
            Column(say("原因", "reason")),
            Column(say("说明", "why"), "wrapped"),
        )
        rows = [
            (
                one.rule,
                say(rule.title_zh, rule.title_en),
                self._severity(rule.severity),
                why[one.code].in_(self._lang),
                say(one.why_zh, one.why_en),
            )
            for one in self._report.not_run
            for rule in (self._found.rules[one.rule],)
        ]
        above = [say("未运行不等于没有问题", "Not run is not clean")]
        book.table(_NOT_RUN.in_(self._lang), columns, rows, above=above)

    def of_rule(self, book: Book, rule: Rule, findings: Sequence[RuleFinding]) -> None:
        """Add what one rule found, with all that its rows say."""
        say = self._say
        names = list(findings[0].values)
        columns = (
            Column(say("序号", "no."), "whole"),
            Column(say("级别", "severity")),
            Column(say("对象", "subject")),
            Column(say("期间", "period")),
            Column(say("涉及金额（元）", "amount (yuan)"), "yuan"),
            Column(say("说明", "what was found"), "wrapped"),
            Column(say("条目位置", "entries")),
            *(_column_of(name) for name in names),
        )
        rows = (
            (
                number,
                self._severity(one.severity),
                *self._said_of(one),
                *(one.values[name] for name in names),
            )
            for number, one in enumerate(findings, start=1)
        )
        above = [
            f"{rule.id} {say(rule.title_zh, rule.title_en)}",
            say(rule.explain_zh, rule.explain_en),
            say("不算问题：", "no finding: ") + say(rule.not_zh, rule.not_en),
            say("依据：", "basis: ") + say(rule.basis_zh, rule.basis),
            say("处理：", "remedy: ") + say(rule.remedy_zh, rule.remedy_en),
        ]
        book.table(rule.id, columns, rows, above=above)

    def sample(self, book: Book, name: str, given: SampleOf) -> None:
        """Add a sample with how it was drawn, and empty cells for what was checked."""
        say, drawn = self._say, given.sample
        names = list(drawn.drawn[0].row) if drawn.drawn else []
        columns = (
            Column(say("总体中的位置", "place"), "whole"),
            *(_column_of(one) for one in names),
            Column(say("核实情况", "what was checked"), "wrapped"),
        )
        rows = ((one.place + 1, *_in_order(one.row, names), None) for one in drawn.drawn)
        above = [
            f"{given.population} · {drawn.population:,} · {given.as_of}",
            say("总体的根：", "its root: ") + drawn.root,
            say("账本：", "log: ") + f"{given.size:,} · {given.log_root}",
            say("种子：", "seed: ") + drawn.seed,
            say("文件：", "file: ") + name,
        ]
        book.table(_SAMPLE.in_(self._lang), columns, rows, above=above)

    def listed(self, book: Book, table: Table) -> None:
        """Add the rows of a model."""
        columns = tuple(_column_of(name) for name in table.columns)
        above = [self._say(table.title_zh, table.title_en)]
        book.table(table.name, columns, table.rows, above=above)


def _column_of(name: str) -> Column:
    """Return a column of a rule's or model's own: sums in fen are shown as yuan."""
    if name.endswith("_fen"):
        return Column(f"{name.removesuffix('_fen')}（元 yuan）", "yuan")
    return Column(name)


def _in_order(row: Mapping[str, Any], names: Iterable[str]) -> Iterator[Any]:
    return (row.get(name) for name in names)
