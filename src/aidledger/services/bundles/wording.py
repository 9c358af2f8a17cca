"""Words of a bundle that its page and its document share, in both languages."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from aidledger.domain.money import format_yuan
from aidledger.domain.policy.words import programme_words, value_words
from aidledger.said import Said
from aidledger.services.clock import CHINA
from aidledger.services.decisions.explaining import OUTCOMES

KINDS: Final[dict[str, Said]] = {
    "case": Said("个案", "case"),
    "doubt": Said("疑点", "doubt"),
    "finding": Said("审计发现", "finding"),
    "list": Said("公开名单", "public list"),
    "month": Said("发放月份", "payment month"),
}
AGAIN: Final[dict[str, Said]] = {
    "same": Said("按当时政策重演，结果相同", "taken again under the rules of that day: the same"),
    "unchecked": Said(
        "按当时政策重演，结果相同；读取密封事实的条款未核对",
        "taken again, the same; clauses that read sealed facts were not checked",
    ),
    "differs": Said("重演结果不同", "taken again, it comes out otherwise"),
    "not_taken": Said("未重演", "not taken again"),
}
_REASONS: Final[tuple[tuple[str, str], ...]] = (
    (r"it is not what the entry says", "与记录不符"),
    (r"it does not come behind the line before", "没有排在上一行之后"),
    (r"(\S+) is not what the entry and its pack say", "{0} 与记录及其政策不符"),
    (r"again is not what its differences are", "重演结论与所列差异不符"),
    (r"taken again, it comes out otherwise", "重演结果不同"),
    (r"it tells other things than a decision has", "所列项目不是决定所有的"),
    (r"the entry has no decision", "该记录没有决定"),
    (r"of another rule", "属于另一条规则"),
    (r"about another subject", "是关于另一对象的"),
    (r"items: expected (\d+), found (\d+)", "应有 {0} 条，实有 {1} 条"),
    (r"key: the proof is about another", "证明是关于另一对象的"),
    (r"items: expected .+", "各条与封存的索引不符"),
    (r".+ - at `\$\.?([^`]*)`", "{0}：形式不符"),
    (r"entry (\d+): expected it to be proven", "记录 {0} 未得到证明"),
    (r"the checkpoint brought along is of another log", "所带检查点属于另一账本"),
    (
        r"two roots at one size: the log has shown two histories",
        "同一条数有两个树根：账本有两套历史",
    ),
    (r"root: expected (\S+), found (\S+)", "树根应为 {0}，实为 {1}"),
    (
        r"signature: expected a valid one of (\S+), found another",
        "签名应为 {0} 的有效签名，实为另一个",
    ),
    (r"(\S+): expected one JSON text, found .+", "{0} 不是一个 JSON 文本"),
    (r"the manifest has no (\S+)", "清单没有写明 {0}"),
    (r"the key (\S+) is not registered here", "公钥 {0} 没有登记记录"),
    (r"the key was not in force", "公钥当时无效"),
    (r"it has other fields than it should", "字段与格式所列不符"),
    (r"the signature does not hold", "签名无效"),
    (r"entry (\d+) is of another actor", "记录 {0} 由他人经办"),
    (r"it is not what the entry committed to", "与记录中的承诺不符"),
    (r"it is not the text that was adopted", "不是所采用的原文"),
    (r"(\S+): expected a proof for each entry, found (\d+) for (\d+)", "{2} 条记录有 {1} 个证明"),
    (r"(\S+): expected a newline at the end, found .+", "{0} 末行不完整"),
    (
        r"policy pack (\S+): expected its text as evidence (\S+), found none",
        "没有政策包 {0} 的原文（{1}）",
    ),
    (r"a value is missing or of another form", "某个值缺失或形式不符"),
    (r"(.+?): expected .+", "{0}：格式不符"),
)
"""Why something in a bundle doesn't hold, in English and in Chinese."""


def reason_of(why: str) -> Said:
    """Return why something doesn't hold in both languages; in English alone where no Chinese is known."""
    for english, chinese in _REASONS:
        if found := re.fullmatch(english, why):
            return Said(chinese.format(*found.groups()), why)
    return Said(why, why)


def title_of(said: dict[str, Any]) -> Said:
    """Return what a bundle is about."""
    kind = KINDS[said["kind"]]
    return Said(f"证据包：{kind.zh} {said['subject']}", f"Evidence: {kind.en} {said['subject']}")


def moment(recorded_at: str) -> str:
    """Return a time of an entry as China's, to the minute."""
    return datetime.fromisoformat(recorded_at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def decision_title(told: dict[str, Any]) -> Said:
    """Return what was decided, and how."""
    outcome = OUTCOMES.get(told["outcome"], Said(told["outcome"], told["outcome"]))
    zh, en = told.get("title_zh") or told["type"], told.get("title_en") or told["type"]
    amount = told.get("amount_fen")
    money = "" if amount is None else format_yuan(amount)
    return Said(
        f"{told['effective_on']} {zh}：{outcome.zh}" + (f"，{money} 元" if money else ""),
        f"{told['effective_on']} {en}: {outcome.en}" + (f", {money} yuan" if money else ""),
    )


def facts_of(facts: dict[str, Any]) -> Said:
    """Return the facts that a clause read, in one line."""
    zh, en = [], []
    for name, value in facts.items():
        words = programme_words(value) if name == "programme" else value_words(value)
        zh.append(f"{name} {words[0]}")
        en.append(f"{name} {words[1]}")
    return Said("；".join(zh), "; ".join(en))
