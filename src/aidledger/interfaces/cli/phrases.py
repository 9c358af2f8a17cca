"""Chinese for the sentences that services say in English: one table of patterns.

A sentence that is not here is shown as it is: better in English than not at all.
"""

from __future__ import annotations

import re
from typing import Final

from aidledger.interfaces.cli.language import Language

_PATTERNS: Final[tuple[tuple[str, str], ...]] = (
    (
        r"(?P<a>.+): expected the name of one (?P<k>\w+), found none",
        "{a}：没有名称与之相符的对象",
    ),
    (
        r"(?P<a>.+): expected the name of one (?P<k>\w+), found (?P<n>\d+), such as (?P<b>.+)",
        "{a}：有 {n} 个名称相符，如 {b}",
    ),
    (r"(?P<a>.+): expected a recorded stream, found none", "{a}：账本中没有这个流"),
    (r"(?P<a>.+): expected a field of a case, found none", "{a}：个案没有这个字段"),
    (r"(?P<a>.+): expected (?P<b>.+), found (?P<c>.+)", "{a}：应为 {b}，实际为 {c}"),
    (
        r"aidledger case list shows the (?:cases|names).*",
        "aidledger case list 列出全部个案；编号中独有的一段即可",
    ),
    (
        r"`?aidledger init`? makes a new one, and nothing else does",
        "用 aidledger init 新建；其他命令都不会新建",
    ),
    (r"use another location", "请换一个位置"),
    (r"another process holds the ledger: try again", "另一程序正占用账本，请稍后重试"),
    (r"run `aidledger verify` and restore from a copy", "运行 aidledger verify，并从副本恢复"),
    (r"run `aidledger verify` and append nothing", "运行 aidledger verify，暂停一切追加"),
    (r"the ledger is open for reading only", "账本以只读方式打开"),
    (r"split the file.*", "请把文件拆开，分别导入"),
    (r"save it as an XLSX workbook.*", "请另存为不加密的 XLSX，或 UTF-8 的 CSV"),
    (r"the file is empty, expected a header and rows", "文件是空的，应有表头和数据行"),
    (r"the file has a header and no rows", "文件只有表头，没有数据行"),
    (r"the file is neither text nor a workbook.*", "文件既不是文本也不是工作簿，应为 CSV 或 XLSX"),
    (r"the workbook cannot be read: (?P<a>.+)", "工作簿无法读取：{a}"),
    (
        r"nothing was written: correct the entries that put it there",
        "没有写出任何内容：请更正写入它的记录",
    ),
    (
        r"list (?P<a>\S+): expected nothing that may never be public, found (?P<b>.+)",
        "名单 {a}：发现绝不可公开的内容：{b}",
    ),
    (r"chmod 600 (?P<a>.+)", "chmod 600 {a}"),
)


def chinese(text: str, lang: Language) -> str:
    """Return a service's sentence in the language; English where no Chinese is known."""
    if lang != "zh" or not text:
        return text
    for pattern, words in _PATTERNS:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            return words.format(**match.groupdict())
    return text
