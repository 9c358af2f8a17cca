"""What a report says of itself: who vouches for the log, doubts and their state, method, legal basis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from aidledger.audit.saying import SEVERITY_WORDS
from aidledger.said import Said
from aidledger.services.audits.sampling import SampleOf
from aidledger.services.handing.workbook import Column
from aidledger.services.reporting.document import Part, Section, Table, Terms, Text
from aidledger.services.reporting.figures import Doubts
from aidledger.services.reporting.writer import Writer

_STATES: Final = {
    "none": Said(
        "未见证：账本没有检查点，运营方可改写历史。",
        "Unwitnessed: the ledger has no checkpoint. The operator can rewrite history.",
    ),
    "unwitnessed": Said(
        "未见证：没有检查点得到足够见证方联署，运营方可改写历史。",
        "Unwitnessed: no checkpoint has the cosignatures of a quorum. The operator can rewrite history.",
    ),
    "contradicted": Said(
        "不能采信：保存的检查点与记录不符。运行 aidledger verify。",
        "Not to be relied on: a kept checkpoint does not agree with the entries. Run aidledger verify.",
    ),
    "damaged": Said(
        "不能采信：账本的树已损坏。运行 aidledger verify。",
        "Not to be relied on: the tree of the log is damaged. Run aidledger verify.",
    ),
}
_NO_POLICY: Final = Said(
    "没有给出信任策略（--policy），因此不计任何见证。",
    "No trust policy was given (--policy), so that no witness counts.",
)
_NOT_VERIFY: Final = Said(
    "本报告不代替核验：它由账本的数据生成，不检查签名、权限和决定。由不信任运营方的人另行运行 "
    "aidledger verify 或 verify_alone.py。",
    "This report does not replace verifying: it is made from what the ledger says, and checks no "
    "signature, power or decision. Who does not trust the operator runs aidledger verify or "
    "verify_alone.py as well.",
)
_DOUBT_STATES: Final = {
    "raised": Said("待分派", "raised"),
    "assigned": Said("待核实", "assigned"),
    "verified": Said("已核实", "verified"),
    "confirmed": Said("属实", "confirmed"),
    "decided": Said("已决定", "decided"),
    "settled": Said("已落实", "settled"),
    "refuted": Said("已排除", "refuted"),
    "closed": Said("已销号", "closed"),
    "reopened": Said("已重启", "reopened"),
}
_METHODS: Final = {
    "random": Said("随机", "random"),
    "stratified": Said("分层", "stratified"),
    "monetary": Said("货币单位", "monetary units"),
}


def standing(of: Writer) -> Section:
    """Say whether anybody but the operator saw the log, and up to where."""
    say, lang, figures = of.say, of.lang, of.figures
    vouched, size = figures.vouched, figures.log.size
    parts: list[Part] = []
    if vouched.state == "witnessed":
        behind = max(0, size - vouched.witnessed)
        names = ", ".join(name for name, _ in vouched.cosigners)
        parts.append(
            Text(
                say(
                    f"已见证：前 {vouched.witnessed:,} 条由 {names} 联署。",
                    f"Witnessed: {names} cosigned the first {vouched.witnessed:,} entries.",
                )
            )
        )
        if behind:
            parts.append(
                Text(
                    say(
                        f"其后的 {behind:,} 条未见证，运营方可改写。",
                        f"Unwitnessed later entries: {behind:,}. The operator can rewrite them.",
                    ),
                    warning=True,
                )
            )
    else:
        parts.append(Text(_STATES[vouched.state].in_(lang), warning=True))
        if not vouched.asked and vouched.state == "unwitnessed":
            parts.append(Text(_NO_POLICY.in_(lang)))
    rows: list[tuple[str, str | int]] = []
    if vouched.newest >= 0:
        rows.append((say("最近的检查点", "newest checkpoint"), vouched.newest))
    if vouched.root:
        rows.append((say("检查点的根", "root of the checkpoint"), vouched.root))
    rows += [(name, _moment(at)) for name, at in vouched.cosigners]
    if rows:
        parts.append(Terms(tuple(rows)))
    parts.append(Text(_NOT_VERIFY.in_(lang)))
    return Section(say("核验状态", "Who vouches for the log"), tuple(parts))


def _moment(at: int) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else "—"
    except (OverflowError, ValueError, OSError):
        return str(at)


def doubts(of: Writer) -> Iterator[Section]:
    """Say what became of the doubts that were raised; nothing where the program knows none."""
    say, lang, figures = of.say, of.lang, of.figures
    by_state, by_rule = figures.doubts_by_state, figures.doubts_by_rule
    title = say("疑点及其状态", "Doubts and their state")
    if "doubts" in figures.lost:
        why = figures.lost["doubts"]
        text = say(f"疑点无法统计：{why}", f"The doubts could not be counted: {why}")
        yield Section(title, (Text(text, warning=True),))
    if by_state is None or by_rule is None:
        return
    if not by_state:
        nothing = say("尚未提出疑点。", "No doubt was raised yet.")
        yield Section(title, (Text(nothing),))
        return
    count, left = sum(one.count for one in by_state), sum(one.open for one in by_state)
    late = sum(one.overdue for one in by_state)
    columns = (
        Column(say("疑点", "doubts"), "whole"),
        Column(say("未了结", "open"), "whole"),
        Column(say("已逾期", "overdue"), "whole"),
        Column(say("涉及金额（元）", "amount (yuan)"), "yuan"),
        Column(say("属实（元）", "confirmed (yuan)"), "yuan"),
        Column(say("决定（元）", "decided (yuan)"), "yuan"),
        Column(say("已落实（元）", "settled (yuan)"), "yuan"),
    )
    order = list(_DOUBT_STATES)
    states = sorted(by_state, key=lambda one: order.index(one.name) if one.name in order else 99)
    yield Section(
        title,
        (
            Text(
                say(
                    f"提出疑点 {count:,} 个，{left:,} 个未了结，{late:,} 个逾期。",
                    f"Doubts raised: {count:,}; open: {left:,}; overdue: {late:,}.",
                )
            ),
            Table(
                say("按状态", "By state"),
                (Column(say("状态", "state")), *columns),
                tuple(
                    (
                        _DOUBT_STATES.get(one.name, Said(one.name, one.name)).in_(lang),
                        *_doubt(one),
                    )
                    for one in states
                ),
                say("疑点状态", "Doubts by state"),
            ),
            Table(
                say("按规则", "By rule"),
                (Column(say("规则", "rule")), *columns),
                tuple((one.name, *_doubt(one)) for one in by_rule),
                say("疑点", "Doubts by rule"),
            ),
        ),
    )


def _doubt(one: Doubts) -> tuple[int, ...]:
    return (
        *(one.count, one.open, one.overdue),
        *(one.fen, one.confirmed_fen, one.decided_fen, one.settled_fen),
    )


def method(of: Writer) -> Section:
    """Say how findings come about, what the two times are, and how samples were drawn."""
    lang, figures = of.lang, of.figures
    texts = [
        Said(
            "每条规则是一个 SQL 文件，对账本的全部记录运行，不是抽查。同样的记录和同样的规则得到同样的问题；"
            "每个问题指明证明它的条目，任何人可用 aidledger audit run 重做。",
            "Each rule is one SQL file, run over all entries of the log and no sample of them. The same "
            "entries and rules give the same findings; each names the entries that prove it, and anybody "
            "can do it again with aidledger audit run.",
        ),
        Said(
            "法规中的天数、年龄、比例和金额取自当日适用的政策包；规则自带的阈值写在规则文件里。"
            "缺少数据的规则不运行，并说明缺少什么。",
            "Days, ages, ratios and amounts of law are those of the policy pack in force on the day; a "
            "rule's own thresholds stand in its file. A rule that lacks data is not run, and says what it "
            "lacks.",
        ),
        Said(
            "账本有两个时间：生效日是事情在现实中成立的日子，获知日是账本记下它的日子。本报告按"
            f"生效日 {figures.found.report.as_of}、获知日 {figures.found.report.known_on or '全部所知'} 得出。",
            "The ledger has two times: the day on which something holds, and the day on which it was "
            f"recorded. This report is of what was in force on {figures.found.report.as_of}, as known on "
            f"{figures.found.report.known_on or 'the last entry'}.",
        ),
        Said(
            "问题是线索，不是结论：是否属实，须由审计人员核实。人员和账户只以代号出现，"
            "本报告不含姓名、证件号码和账号。",
            "A finding is where to look, and no verdict: people verify it. Persons and accounts are there "
            "by token alone; no name, number or account is in this report.",
        ),
        Said(
            "同一账本、同一问题得到相同的字节；报告日是最后一条记录的日子，不是制作报告的日子。",
            "The same log asked the same gives the same bytes. The day of the report is that of the last "
            "entry, not the day on which it was made.",
        ),
    ]
    parts: list[Part] = [Text(one.in_(lang)) for one in texts]
    parts += [_sample(name, sample, of) for name, sample in figures.samples]
    return Section(Said("方法", "Method").in_(lang), tuple(parts))


def _sample(name: str, given: SampleOf, of: Writer) -> Part:
    """Say how a sample was drawn; any program can draw it again."""
    say, lang, figures = of.say, of.lang, of.figures
    drawn = given.sample
    kind = _METHODS.get(drawn.design.method, Said(drawn.design.method, drawn.design.method))
    same = given.size == figures.log.size and given.log_root == figures.log.root
    return Terms(
        (
            (say("样本", "sample"), name),
            (say("总体", "population"), f"{given.population} · {drawn.population:,}"),
            (say("方法", "method"), f"{kind.in_(lang)} · {len(drawn.drawn):,}"),
            (say("总体的根", "root of the population"), drawn.root),
            (say("种子", "seed"), drawn.seed),
            (
                say("抽自", "drawn from"),
                say("同一账本的同样条数", "this log at this size")
                if same
                else say(
                    f"{given.size:,} 条、根为 {given.log_root} 的账本",
                    f"a log of {given.size:,} entries with the root {given.log_root}",
                ),
            ),
        )
    )


def basis(of: Writer) -> Section:
    """Say on what each rule that found something rests, and what is to be done."""
    say, lang, figures = of.say, of.lang, of.figures
    rules = figures.found.rules
    found = sorted(rule for rule, one in figures.by_rule.items() if one.count)
    title = say("依据", "Legal basis")
    if not found:
        return Section(title, (Text(say("没有发现，无依据可列。", "Nothing was found.")),))
    table = Table(
        say("有发现的规则及其依据", "Rules that found something, and their basis"),
        (
            Column(say("规则", "rule")),
            Column(say("级别", "severity")),
            Column(say("含义", "what it asks"), "wrapped"),
            Column(say("依据", "basis"), "wrapped"),
            Column(say("处理", "remedy"), "wrapped"),
        ),
        tuple(
            (
                name,
                SEVERITY_WORDS[rules[name].severity].in_(lang),
                say(rules[name].explain_zh, rules[name].explain_en),
                say(rules[name].basis_zh, rules[name].basis),
                say(rules[name].remedy_zh, rules[name].remedy_en),
            )
            for name in found
        ),
    )
    return Section(title, (table,))
