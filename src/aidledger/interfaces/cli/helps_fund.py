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
    "fund statement": Help(
        Said(
            "银行对账单：导入明细，与账本逐笔核对",
            "Bank statements: lines taken in, held against the ledger",
        ),
        ("aidledger fund statement match",),
    ),
    "fund statement import": Help(
        Said(
            "导入一个账户的银行对账单：全部成功或全不记录",
            "Import the bank statement of one account: whole or not at all",
        ),
        (
            (
                "aidledger fund statement import 2022-03.xlsx --account tekun-2022 --month 2022-03 "
                "--actor f1 --office 520123"
            ),
            (
                "aidledger fund statement import 2022-03.csv --account tekun-2022 --actor f1 --office 520123 "
                "--dry-run"
            ),
        ),
        Said(
            "读取 CSV（UTF-8 或 GB18030）和 XLSX，按银行常用的列名识别。对方户名读到即弃，对方账号只存代号。"
            "每行余额必须由上一行推出，否则指出是哪一行。明细存于账本旁，其根和合计记入账本。",
            "Reads CSV (UTF-8 or GB18030) and XLSX by the titles that banks use. Names are dropped where they "
            "are read, of the other account only a token is kept. Each balance must follow from the line "
            "before, else that line is named. The lines are kept beside the ledger; their root and totals are "
            "an entry.",
        ),
    ),
    "fund statement match": Help(
        Said(
            "把对账单的每一笔与账本核对，列出两侧剩余的",
            "Hold each line against the ledger, and say what is left over on either side",
        ),
        ("aidledger fund statement match", "aidledger fund statement match --json"),
        Said(
            "与审计规则 M07 相同：同一账户、方向、金额，日期相近而笔数相等的为相符；批次可由银行一笔或逐笔支付。"
            "结果与明细的顺序无关。退出码：0 没有剩余；1 有剩余。",
            "What the audit rule M07 does: as many lines as entries of one account, side and amount on days near "
            "each other are matched; a run may be paid in one line or line by line. The order of lines doesn't "
            "matter. Exit status: 0 nothing is left over; 1 something is.",
        ),
    ),
}

FUND_OPTIONS: Final[dict[str, Said]] = {
    "--year": Said("只看这一年", "only this year"),
    "--account": Said(
        "哪个资金的账户（如 tekun-2022），或账户代号",
        "the fund whose account it is (tekun-2022), or the account's token",
    ),
    "fund statement import --month": Said(
        "对账单所属的整月：各行须在此月之内，月份须已结束",
        "the whole month that it is of: all its lines must be in it, and it must be over",
    ),
    "fund statement import --on": Said(
        "生效之日（默认：最后一行之日）", "day it takes effect (default: that of the last line)"
    ),
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
