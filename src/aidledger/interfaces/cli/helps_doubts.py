"""What the commands of doubts say of themselves: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

DOUBTING: Final[dict[str, Help]] = {
    "doubt": Help(
        Said("疑点：提出、核实、处理、销号", "Doubts: raised, verified, decided, closed"),
        ("aidledger doubt list --overdue", "aidledger doubt show F001-3fa9c1d2e4b5a6c7"),
        Said(
            "规则发现的问题成为疑点，各步都是账本中的记录；只有人能销号。见 docs/DOUBTS.md。",
            "What rules find becomes doubts, each step an entry of the ledger; only a person closes "
            "one. See docs/DOUBTS.md.",
        ),
    ),
    "doubt raise": Help(
        Said("把规则的发现提出为疑点", "Raise what rules find as doubts"),
        (
            "aidledger doubt raise --severity high --actor 520123-audit-u1 --office 520123-audit",
            "aidledger doubt raise --from findings.json --actor u1 --office 520123-audit --dry-run",
            (
                "aidledger doubt raise --rule X01 --subject case/000017 --position 412 --severity medium "
                "--actor u1 --office 520123-audit"
            ),
        ),
        Said(
            "规则、对象和期间起点相同的是同一疑点，只提出一次；再次发现时有新的记录、更大金额或更高级别的，"
            "另记一条。规则不再发现的疑点仍保留。--from 读取 audit run --json 的全部发现，并核对其根；"
            "给出 --subject 时手工提出一个。",
            "Rule, subject and beginning of the period make a doubt the same: it is raised once; seen "
            "again with more entries, more money or a worse severity it gets another entry. What a rule "
            "finds no more stays. --from reads all findings of audit run --json and checks their root; "
            "with --subject one is raised by hand.",
        ),
    ),
    "doubt list": Help(
        Said("疑点台账", "The register of doubts"),
        (
            "aidledger doubt list --state raised --state assigned --township 520123001",
            "aidledger doubt list --overdue --output doubts.xlsx",
        ),
        Said(
            "标记：+ 排除或销号之后又有新内容；? 步骤的次序或落实的金额不对；! 已逾期。按乡镇和规则的统计："
            "aidledger list doubts_by_rule。",
            "Marks: + more was seen since it was refuted or closed; ? a step out of order, or a wrong sum; ! overdue. "
            "By township and rule: aidledger list doubts_by_rule.",
        ),
    ),
    "doubt show": Help(
        Said(
            "一个疑点：内容、进展、期限和经过", "One doubt: what, how far, its limits and history"
        ),
        ("aidledger doubt show F001-3fa9 --known-on 2023-03-31",),
    ),
    "doubt assign": Help(
        Said("把疑点分派给机关或人员核实", "Give a doubt to an office or officer to verify"),
        (
            (
                "aidledger doubt assign F001-3fa9 --to-office 520123 --to-officer 520123-u4 "
                "--actor u1 --office 520123-audit"
            ),
        ),
        Said(
            "期限由政策包定；--due 只在要求更早时写明。",
            "The pack gives the days; --due only where it is to be sooner.",
        ),
    ),
    "doubt verify": Help(
        Said("记录核实：何人、何日、查明什么", "Record what somebody found by looking"),
        (
            (
                "aidledger doubt verify F001-3fa9 --by u4 --found died --on-site --evidence photo.jpg "
                "--text report.txt --actor u4 --office 520123"
            ),
        ),
        Said("--text 的内容密封。", "What --text says is sealed."),
    ),
    "doubt confirm": Help(
        Said("认定疑点属实", "Find a doubt to be so"),
        (
            (
                "aidledger doubt confirm F001-3fa9 --reason paid_after_death --amount-fen 112800 "
                "--actor u1 --office 520123-audit"
            ),
        ),
    ),
    "doubt refute": Help(
        Said("排除疑点", "Find a doubt not to be so"),
        ("aidledger doubt refute F001-3fa9 --reason namesake --actor u1 --office 520123-audit",),
    ),
    "doubt decide": Help(
        Said("决定如何处理", "Decide what is done about a doubt"),
        (
            (
                "aidledger doubt decide F001-3fa9 --outcome recovery --outcome discipline "
                "--amount-fen 112800 --actor u2 --office 520123"
            ),
        ),
    ),
    "doubt settle": Help(
        Said("写明落实决定的记录", "Name the entries that did what was decided"),
        ("aidledger doubt settle F001-3fa9 --position 612 --actor u5 --office 520123-fin",),
        Said(
            "追回、发放、更正的记录须在账本中、晚于疑点的提出并属于该事项；金额由其得出。",
            "The recoveries, payments or corrections must stand in the ledger, come after the doubt and "
            "belong to the case; the amount follows from them.",
        ),
    ),
    "doubt close": Help(
        Said("销号", "Close a doubt"),
        ("aidledger doubt close F001-3fa9 --actor u9 --office 520123-audit",),
    ),
    "doubt reopen": Help(
        Said("重启疑点", "Open a doubt again"),
        ("aidledger doubt reopen F001-3fa9 --reason seen_again --actor u1 --office 520123-audit",),
    ),
}

DOUBT_OPTIONS: Final[dict[str, Said]] = {
    "--amount-fen": Said("金额（分）", "amount in fen"),
    "doubt verify --by": Said("核实人员（可重复）", "who looked (may be repeated)"),
    "--due": Said("要求更早的最后一天", "a last day that is sooner than the pack's"),
    "--found": Said("查明的情况，代码（可重复）", "what was found, as a code (may be repeated)"),
    "--on-site": Said("到现场核实", "it was looked at on site"),
    "--outcome": Said(
        "处理（可重复）：recovery payment correction discipline transfer none",
        "what is done (may be repeated): recovery payment correction discipline transfer none",
    ),
    "--overdue": Said("只看已逾期的", "only what is overdue"),
    "--period": Said("月、日或起止", "a month, a day, or from/to"),
    "doubt raise --position": Said(
        "手工提出：证明它的记录（可重复）", "by hand: an entry that proves it (may be repeated)"
    ),
    "doubt settle --position": Said(
        "落实决定的记录（可重复）", "an entry that did it (may be repeated)"
    ),
    "doubt confirm --reason": Said("理由，代码", "the reason, as a code"),
    "doubt refute --reason": Said("理由，代码", "the reason, as a code"),
    "doubt reopen --reason": Said("理由，代码", "the reason, as a code"),
    "--state": Said("只看这个状态的（可重复）", "only in this state (may be repeated)"),
    "--subject": Said("手工提出：关于哪个流", "by hand: the stream that it is about"),
    "--text": Said(
        "文字说明所在文件（- 为标准输入），密封", "file with what is said in words; sealed"
    ),
    "--to-office": Said("核实的机关", "the office that is to verify it"),
    "--to-officer": Said("核实的人员", "the officer who is to verify it"),
    "--verified-on": Said(
        "核实之日（默认：办理之日）", "day of looking (default: that of the act)"
    ),
    "doubt raise --from": Said(
        "audit run --json 写出的全部发现", "all findings, as audit run --json wrote them"
    ),
    "doubt verify --evidence": Said("证据文件（可重复）", "a file of evidence (may be repeated)"),
    "doubt close --evidence": Said("销号材料", "a file that shows it"),
}
