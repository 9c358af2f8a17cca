"""What the commands say of themselves that hand something over: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

HANDING: Final[dict[str, Help]] = {
    "export": Help(
        Said("导出供其他程序打开的文件", "Write files that other programs open"),
        (
            "aidledger export workpapers papers.xlsx",
            "aidledger export beancount --output county.beancount",
        ),
        Said(
            "个人只以代号出现，没有姓名、证件号码和账号。除 beancount 外都附有 manifest.json：账本的条数与根、"
            "每个文件的 SHA-256、行数和合计。同样的账本、同样的问题得到同样的字节。见 docs/HANDOVER.md。",
            "People are there by token: no name, number or account. With all but beancount comes a "
            "manifest.json: size and root of the log, SHA-256 of every file, rows and sums. The same log asked the same "
            "gives the same bytes. See docs/HANDOVER.md.",
        ),
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
    "export workpapers": Help(
        Said("把审计规则的运行结果写成工作底稿", "Write the working papers of an audit run"),
        (
            "aidledger export workpapers papers.xlsx",
            "aidledger --lang zh export workpapers 底稿.xlsx --as-of 2022-12-31 --sample sample.json",
        ),
        Said(
            "封面（范围和根）、规则、问题清单、未运行的规则、每条规则一张表、样本；单元格不会被当成公式，"
            "18 位号码是文本，金额为元。语言随 --lang。退出码：0 已写出；3 已写出，但有规则出错或有行读不出。",
            "A cover with scope and roots, the rules, all findings, rules not run, a sheet by rule, samples. "
            "No cell is a formula, numbers of 18 digits are texts, sums are yuan; --lang is its language. "
            "Exit status: 0 written; 3 written, but a rule failed or rows could not be read.",
        ),
    ),
}

HANDING_OPTIONS: Final[dict[str, Said]] = {
    "--sample": Said(
        "audit sample --output 写出的样本，各成一张表（可重复）",
        "a sample that audit sample --output wrote: a sheet of its own (may be repeated)",
    ),
}
