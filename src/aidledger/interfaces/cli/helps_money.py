"""What the commands say of themselves that hand out the books: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

EXPORTS: Final[dict[str, Help]] = {
    "export": Help(
        Said("导出供其他程序打开的文件", "Write files that other programs open"),
        ("aidledger export beancount --output county.beancount",),
    ),
    "export beancount": Help(
        Said(
            "导出复式账，可用 Beancount 和 Fava 打开",
            "Write the double entry for Beancount and Fava",
        ),
        (
            "aidledger export beancount > county.beancount",
            "aidledger export beancount --output county.beancount --as-of 2022-06-30",
        ),
        Said(
            "每笔交易注明条目的位置；其中没有个人信息，领取人只以个案编号出现。"
            "同样的条目得到同样的字节。",
            "Each transaction names the position of its entry. Nothing personal is in it: people are "
            "there by their case alone. The same entries give the same bytes.",
        ),
    ),
}
