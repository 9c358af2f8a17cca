"""What the document for the file says of a bundle, in Chinese: cover, course, decisions, proofs, files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aidledger.audit.running import RuleFinding
from aidledger.domain.money import format_yuan
from aidledger.services.bundles.contents import (
    BATCHES,
    CASE_PROOF,
    ENTRIES,
    FILES,
    PAYMENTS,
    PROOFS,
    REVEALED,
    kind_of,
)
from aidledger.services.bundles.wording import AGAIN, decision_title, facts_of, moment, title_of
from aidledger.services.decisions.explaining import OUTCOMES

_NOTE: Final = (
    "本件由证据包的数据生成，供存卷阅读，本身不是证明。证明在证据包中：用浏览器打开 index.html，"
    "或运行 aidledger bundle verify、verify_alone.py，均不需要经办单位的系统，也不连网。"
)


def document_of(
    said: Mapping[str, Any],
    files: Mapping[str, bytes],
    timeline: Sequence[Mapping[str, Any]],
    decisions: Sequence[dict[str, Any]],
    findings: Sequence[RuleFinding],
) -> dict[str, Any]:
    """Return the data of the template ``bundle``. Personal values stand in none of it."""
    cover = [
        ["内容", title_of(dict(said)).zh.partition("：")[2]],
        ["账本", said["origin"]],
        ["检查点", f"{said['size']} 条"],
        ["树根", said["root"]],
        ["截至", moment(said["recorded_at"]) if said["recorded_at"] else "—"],
        ["涉及", "、".join(said["streams"])],
        *_asked(said["release"]),
        *(["未能提供", one["zh"]] for one in said["missing"]),
    ]
    return {
        "title": "证据包",
        "subtitle": said["subject"],
        "origin": said["origin"],
        "footer": f"{said['origin']} · {said['subject']}",
        "cover": cover,
        "note": _NOTE,
        "words": {
            "timeline": "经过",
            "findings": "审计发现",
            "decisions": "决定及其依据",
            "proofs": "证明",
            "files": "文件及散列",
        },
        "timeline": {
            "head": ["位置", "生效日", "记录时间", "事项", "经办"],
            "rows": [
                [
                    str(one["position"]),
                    one["effective_on"],
                    moment(one["recorded_at"]),
                    one["zh"],
                    f"{one['actor']} {one['office']}",
                ]
                for one in timeline
            ],
        },
        "findings": [_finding(one) for one in findings],
        "decisions": [_decision(one) for one in decisions],
        "proofs": _proofs(files),
        "files": {
            "head": ["文件", "内容", "SHA-256"],
            "rows": [
                [name, FILES[kind_of(name)][0], hashlib.sha256(content).hexdigest()]
                for name, content in sorted(files.items())
                if name != REVEALED
            ],
        },
    }


def _asked(release: Mapping[str, Any] | None) -> list[list[str]]:
    """Say who may see which personal fields, and what for; the values stand in no document."""
    if release is None:
        return []
    fields = "、".join(release["fields"])
    return [["个人信息", f"{fields}；用途：{release['purpose']}；申请：{release['request']}"]]


def _finding(one: RuleFinding) -> dict[str, Any]:
    pairs = [["对象", one.subject], ["位置", "、".join(map(str, one.positions))]]
    if one.period:
        pairs.append(["期间", one.period])
    if one.amount_fen is not None:
        pairs.append(["金额", f"{format_yuan(one.amount_fen)} 元"])
    return {"title": one.rule, "message": one.message_zh, "pairs": pairs}


def _decision(told: dict[str, Any]) -> dict[str, Any]:
    clauses = [one for one in told["clauses"] if one["outcome"] != "not_applicable"]
    pairs = [["位置", str(told["position"])], ["政策包", told["pack"]]]
    pairs.append(["重演", AGAIN[told["again"]].zh])
    return {
        "title": decision_title(told).zh,
        "pairs": pairs,
        "head": ["结论", "条款", "依据", "事实"],
        "clauses": [
            [
                OUTCOMES[one["outcome"]].zh,
                one["text_zh"],
                one["citation"],
                facts_of(one["facts"]).zh,
            ]
            for one in clauses
        ],
    }


def _proofs(files: Mapping[str, bytes]) -> list[list[str]]:
    """Say what the bundle proves and with which file."""
    count = files[ENTRIES].count(b"\n")
    rows = [["记录", f"{count} 条记录都在账本中（{ENTRIES}、{PROOFS}）"]]
    rows.append(
        [
            "完整",
            f"个案的记录一条不少（{CASE_PROOF}）" if CASE_PROOF in files else "不能证明一条不少",
        ]
    )
    signed = files.get(BATCHES, b"").count(b"\n")
    rows.append(["经办签名", f"{signed} 批（{BATCHES}）" if signed else "无"])
    paid = sum(name.startswith(PAYMENTS) for name in files)
    if paid:
        rows.append(["发放", f"{paid} 笔计入已结的月合计（{PAYMENTS}）"])
    return rows
