"""What the commands say of themselves that are about the money of the funds: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

FUNDS: Final[dict[str, Help]] = {
    "fund": Help(
        Said("查看资金从来源到手中", "Follow the money of the funds from source to hand"),
        ("aidledger fund flow --year 2022",),
    ),
    "fund flow": Help(
        Said(
            "资金从下达到个人：收支、去向、每个衔接是否闭合",
            "The money from allocation to person: in and out, where it went, whether each joint closes",
        ),
        (
            "aidledger fund flow --year 2022",
            "aidledger fund flow --programme tekun --from 2022-03 --to 2022-06 --json",
            "aidledger fund flow --year 2022 --chart year.svg --sankey flow.svg",
        ),
        Said(
            "每个衔接两侧的数额相等为闭合；发出而尚未到的为在途；其余为不符，并指出是哪些条目。"
            "没有记录能说明的，列为无从核对，不等于闭合。退出码：0 没有不符；1 有不符。",
            "A joint closes where both sides are equal. What was sent and has not arrived is under way; all "
            "else is apart, and the entries are named. What nothing recorded could show has no evidence, "
            "which is not closed. Exit status: 0 nothing is apart; 1 a joint does not close.",
        ),
    ),
}

FUND_OPTIONS: Final[dict[str, Said]] = {
    "--year": Said("只看这一年", "only this year"),
    "--sankey": Said("把流向图（桑基图）写成 SVG 文件", "write a Sankey picture to this SVG file"),
    "fund flow --from": Said("从这个月起（YYYY-MM）", "from this month on (YYYY-MM)"),
    "fund flow --to": Said("到这个月止（YYYY-MM）", "up to this month (YYYY-MM)"),
    "fund flow --township": Said(
        "只看到这个乡镇的人手中的", "only what reached the persons of this township"
    ),
    "fund flow --chart": Said(
        "把收支图（瀑布图）写成 SVG 文件", "write a waterfall of in and out to this SVG file"
    ),
}
