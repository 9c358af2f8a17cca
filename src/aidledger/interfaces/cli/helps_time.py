"""What the commands say of themselves that ask about the log as time went by."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

IN_TIME: Final[dict[str, Help]] = {
    "log": Help(
        Said("逐条查看账本，最新的在前", "Look through the log, newest entry first"),
        (
            "aidledger log --limit 20",
            "aidledger log --stream 000017 --reverse",
            "aidledger log --type PaymentIssued --since 2022-06-01 --json",
            "aidledger log --programme dibao --office 520123 --from 2022-03-01",
        ),
        Said(
            "迟录和倒签的条目有标记。--json 每行输出一个对象。--stream 可写流的名称、个案编号中"
            "独有的一段，或一类流（case、fund）。在终端上分页显示。",
            "Late and back-dated entries are marked. --json prints one object a line. --stream takes "
            "a stream, a unique part of a case's number, or a kind of stream (case, fund). On a "
            "terminal it comes through a pager.",
        ),
    ),
    "diff": Help(
        Said(
            "两日之间发生了什么变化",
            "What became different from one day, or entry, to another",
        ),
        (
            "aidledger diff 2022-03-31 2022-06-30",
            "aidledger diff 2022-03-31 2022-06-30 --township 520123001 --json",
            "aidledger diff 1200 1500 --as-of 2022-06-30",
            "aidledger diff 2022-03-31 2022-06-30 --known-then",
        ),
        Said(
            "A、B 为日期时，比较当日有效的情况，两者都按现在所知（--known-then：各按当日所知）。"
            "为位置或时间时，比较账本当时的样子。列出个案（新增、结束、变化）、应发月份、"
            "公开名单的进出，以及按救助项目和乡镇的合计。",
            "Of two days, what was in force on each is compared, both as known now (--known-then: "
            "each as known on it). Of two positions or times, the ledger as it stood at each. Told "
            "are cases that came, ended or changed, months due, lines in and out of public lists, "
            "and totals by programme and township.",
        ),
    ),
    "bisect": Help(
        Said("一条规则从哪一条记录起不再符合", "The first entry at which a rule failed"),
        (
            "aidledger bisect verify",
            "aidledger bisect --sql paid-twice.sql",
            "aidledger bisect --sql paid-twice.sql --every --json",
            "aidledger bisect --case 000017 --clause approval-after-publicity",
        ),
        Said(
            "RULE 为 verify 或一种发现的代码：账本最早的损坏处。--sql：审计人员自己的一条 SELECT，"
            "规则不符时有结果行；对半查找，只对一旦不符便一直不符的规则可靠，若见其后又符合即予说明，"
            "--every 逐条查找。--case 与 --clause：哪个行为不符合一个条款，从哪一条起会不符合。有不符时退出码为 1。",
            "RULE is verify, or the code of a finding: where the ledger is first damaged. --sql: one "
            "SELECT of the auditor's own that gives rows when the rule fails; the log is halved, which "
            "is sure only of a rule that fails for good once it fails; if it holds again later, that "
            "is said, and --every looks at each entry. --case with --clause: which act failed a "
            "clause, and after which entries one would have. Exits with 1 where the rule failed.",
        ),
    ),
}

TIME_OPTIONS: Final[dict[str, Said]] = {
    "--stream": Said("只看这个流、这个个案或这类流", "only this stream, case or kind of stream"),
    "--type": Said("只看这类事件（可重复）", "only this event type (may be repeated)"),
    "--programme": Said("只看这个救助项目", "only this programme"),
    "--township": Said("只看这个乡镇", "only this township"),
    "--sql": Said("自己的一条 SELECT", "one SELECT of your own"),
    "--clause": Said("条款的编号", "id of the clause"),
    "--every": Said(
        "逐条查找每条可能改变答案的记录，得出确切首处",
        "look at each entry that can change the answer: slower, and exact",
    ),
    "bisect --case": Said("条款所问的个案", "the case that the clause is held against"),
    "log --json": Said("每行一个 JSON 对象", "one JSON object a line"),
    "diff --case": Said("只看这个个案", "only this case"),
    "--since": Said("从此处起：位置、日期或时间", "from there on: a position, a day or a time"),
    "--from": Said("从这一天起生效的", "what takes effect from that day on"),
    "--limit": Said("至多这么多条", "at most so many entries"),
    "--reverse": Said("按账本顺序，最早的在前", "in the order of the log, oldest first"),
    "--known-then": Said("各按当日所知", "each day as it was known on it"),
}
