"""Chinese for what is said of evidence bundles and documents: see ``phrases``."""

from __future__ import annotations

from typing import Final

BUNDLES: Final[tuple[tuple[str, str], ...]] = (
    (r"(?P<a>.+): expected an evidence bundle, found none", "{a}：不是证据包"),
    (r"--case: expected with a month or a list, found with a case", "--case 只用于月份或名单"),
    (r"(?P<a>\S+): expected a finding about (?P<b>.+), found none", "{a}：没有关于 {b} 的结果"),
    (
        r"aidledger audit run --rule (?P<a>\S+) lists what it finds",
        "aidledger audit run --rule {a} 列出其结果",
    ),
    (
        r"(?P<a>\w+): expected a row of (?P<b>\S+) alone, found one that names another case",
        "{a}：应只有 {b} 的行，这一行提到另一个个案",
    ),
    (
        r"--reveal: expected a bundle about one case, found another",
        "--reveal 只用于一个个案的证据包",
    ),
    (r"(?P<a>\w+): expected a sealed field of (?P<b>\S+), found none", "{a}：{b} 没有这个密封字段"),
    (
        r"(?P<a>\S+): expected a request for (?P<b>.+), found none open",
        "{a}：没有尚未办理的、对 {b} 的申请",
    ),
    (r"no key of the log signed it", "没有账本自己的签名"),
    (r"the policy names no log of this origin", "策略中没有这个账本"),
    (r"PDF: expected the package typst, found none", "生成 PDF 需要 typst"),
    (r"PDF: expected a Chinese font, found none", "生成 PDF 需要中文字体"),
)
"""Patterns of English sentences, and what they are in Chinese."""
