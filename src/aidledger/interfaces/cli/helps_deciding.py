"""What the commands that take decisions again say of themselves, in Chinese and English."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

DECIDING: Final[dict[str, Help]] = {
    "case redecide": Help(
        Said(
            "按原政策包重新作出决定并比较",
            "Take the decisions again under their own pack and compare",
        ),
        (
            "aidledger case redecide 000017",
            "aidledger case redecide 000017 --position 412",
            "aidledger case redecide --all --json",
        ),
        Said(
            "--all 重新作出账本中的全部决定。有差异时退出码为 1；没有差异而有密封事实未能打开（本人信息已销毁，"
            "或没有密钥）则为 4。",
            "--all takes every decision of the ledger again. Exits with 1 where something comes out "
            "otherwise, and with 4 where nothing does, and sealed facts stayed shut (who they are about "
            "was erased, or there are no secrets).",
        ),
    ),
    "case whatif": Help(
        Said("换一个政策包会怎样", "What another policy pack would have decided"),
        (
            "aidledger case whatif 000017 --pack cn-tekun-2021",
            "aidledger case whatif 000017 --pack ./my-county.toml",
        ),
    ),
    "case consequences": Help(
        Said(
            "一条记录作废或更正后，哪些后续受影响，还要做什么",
            "What followed from an entry annulled or corrected, and what is left to do",
        ),
        (
            "aidledger case consequences 000017 --position 412",
            "aidledger case consequences 000017 --position 412 --proposals > right.jsonl",
        ),
        Said(
            "沿决定、待遇、花名册、发放、名单、封账逐一列出。--proposals 只输出提案，不作记录；"
            "尚有待办时退出码为 1。",
            "Goes from decision to entitlement, roster, payment, list and closed month. --proposals "
            "only prints, and records nothing; exits with 1 while something is left to do.",
        ),
    ),
    "whatif": Help(
        Said(
            "一个月若适用另一政策包：谁增加，谁减少，差多少",
            "A month under another policy pack: who gains, who loses, by how much",
        ),
        (
            "aidledger whatif --pack cn-tekun-2021 --month 2022-03",
            "aidledger whatif --pack fj-sanming-2021 --month 2022-03 --chart month.svg",
            "aidledger whatif --pack ./my-draft.toml --month 2022-03",
        ),
        Said(
            "只读，不作记录。PACK 也可是自己的政策包文件，草案亦可，先按 policy test 核对。"
            "重新作出当月有应发金额的每个个案的批准和待遇决定；未规定金额的政策包"
            "不改变金额。图中只有个案编号。",
            "Reads only, records nothing. PACK may be a pack file of your own too, such as a draft, "
            "first checked as policy test does. The approval and the entitlement of every case with "
            "something due in the month are decided again; a pack without amounts leaves them as "
            "they are. The chart names cases by number only.",
        ),
    ),
}

DECIDING_OPTIONS: Final[dict[str, Said]] = {
    "--all": Said("账本中的全部决定", "every decision of the ledger"),
    "--position": Said("只看这一条记录", "only this entry"),
    "--pack": Said("政策包的名称或文件", "name or file of the policy pack"),
    "--chart": Said("把柱状图写成 SVG 文件", "write a bar chart to this SVG file"),
    "--month": Said("月份，如 2022-03", "the month, such as 2022-03"),
    "--proposals": Said("逐行输出可供 record 记录的提案", "print proposals that record accepts"),
}
