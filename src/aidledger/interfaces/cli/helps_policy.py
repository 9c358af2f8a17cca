"""What the commands of policy packs say of themselves: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

_ADOPT: Final = Said("采用政策包和工作日历", "Adopt policy packs and calendars")
_NO_PACK: Final = Said(
    "PACK 是随程序提供的政策包的名称，或自己的政策包、日历文件（含 / 或以 .toml 结尾），可同时写几个。"
    "文件先按 policy test 核对：有错或算例不符时写明文件和行号，不作记录。"
    "不写 PACK 时列出随程序提供的政策包。",
    "PACK is a pack that is shipped, or a file of your own, a pack or a year's calendar (with a / or ending in "
    ".toml); several may be named. Files are first checked as policy test does: where one can't be used or an "
    "example doesn't hold, file and line are named and nothing is recorded. "
    "Without PACK the packs that come along are listed.",
)

POLICIES: Final[dict[str, Help]] = {
    "adopt": Help(
        _ADOPT,
        (
            "aidledger adopt",
            "aidledger adopt gz-county-2022 --county 520123 --actor 520123-u1 --office 520123",
            "aidledger adopt ./cn-2027.toml --county 520123 --actor 520123-u1 --office 520123",
        ),
        _NO_PACK,
    ),
    "policy": Help(
        Said(
            "政策包：列出、查看、比较、以算例检验、采用",
            "Policy packs: list, show, compare, try by worked examples, adopt",
        ),
        ("aidledger policy list", "aidledger policy diff cn-tekun-2016 cn-tekun-2021"),
        Said(
            "不需要账本；指明账本时并列出其中采用了什么。",
            "No ledger is needed; where one is named, what it has adopted is shown too.",
        ),
    ),
    "policy list": Help(
        Said(
            "列出随附的和已采用的政策包、日历",
            "List the packs and calendars that are shipped or adopted",
        ),
        ("aidledger policy list", "aidledger --ledger county.db policy list --json"),
    ),
    "policy show": Help(
        Said("一个政策包的全部规则及出处", "All that a pack rules, with its sources"),
        (
            "aidledger policy show gz-county-2022",
            "aidledger policy show gz-county-2022 --as-of 2022-06-30 --known-on 2022-07-31",
        ),
        Said(
            "PACK 是名称，或自己的政策包文件（如 ./my-county.toml），先按 policy test 核对。"
            "--as-of 问该包当日是否有效、当日用哪个标准；--known-on 问截至当日所知。",
            "PACK is a name, or a pack file of your own (such as ./my-county.toml), which is first checked as "
            "policy test does. --as-of asks whether the pack is in force on a day and which standards hold then, "
            "--known-on by what was known by a day.",
        ),
    ),
    "policy diff": Help(
        Said("用文字说明两个政策包的不同", "Say in words what two packs differ in"),
        (
            "aidledger policy diff cn-tekun-2016 cn-tekun-2021",
            "aidledger --lang zh policy diff cn-tekun-2021 fj-sanming-2021",
            "aidledger policy diff gz-county-2022 ./my-county.toml",
        ),
        Said(
            "甲、乙各是名称或自己的政策包文件。每处不同都列出两边的内容和出处；只有出处不同的不列。",
            "A and B are names or pack files of your own. Each difference shows both sides with "
            "their citations; a rule that differs in its citation alone is the same.",
        ),
    ),
    "policy test": Help(
        Said("检查政策包并运行其算例", "Check packs and run their worked examples"),
        (
            "aidledger policy test",
            "aidledger policy test gz-county-2022",
            "aidledger policy test ./my-county.toml",
        ),
        Said(
            "PACK 是随附政策包的名称，或自己的政策包、日历文件（含 / 或以 .toml 结尾）；指明账本时并与其中"
            "已采用的核对。有文件不能使用或有算例不符时退出码为 1，并写明文件和行号。",
            "PACK is a pack that is shipped, or a file of your own, a pack or a calendar (with a / or ending in "
            ".toml); with a ledger it is held against what that has adopted. "
            "Exits with 1 where a file can't be used or an example doesn't hold, and says file and line.",
        ),
    ),
    "policy adopt": Help(
        _ADOPT,
        (
            "aidledger policy adopt",
            "aidledger policy adopt gz-county-2022 --county 520123 --actor u1 --office 520123",
            "aidledger policy adopt ./my-county.toml ./cn-2027.toml --county 520123 --actor u1 --office 520123",
        ),
        _NO_PACK,
    ),
}
