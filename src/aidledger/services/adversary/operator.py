"""An operator: one kind of attack, what it does, who could do it, and where it has to show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from aidledger.services.adversary.scene import Attack, Attacker, Scene

Kind: TypeAlias = Literal[
    "fields", "bytes", "columns", "rows", "history", "signatures", "powers", "evidence", "limits"
]
Rule: TypeAlias = Literal["entry", "batch", "span", "tail", "table", "file", "nowhere"]
Joint: TypeAlias = Literal["", "fields", "tail"]
"""How operators may share a run: each at entries of its own, or one behind the other at the end."""


class Both(NamedTuple):
    """A text in Chinese and English."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """Return the text of a language."""
        return self.zh if lang == "zh" else self.en


KINDS: Final[dict[Kind, Both]] = {
    "fields": Both("事件的每个字段", "each field of each event"),
    "bytes": Both("记录的信封与字节", "envelope and bytes of records"),
    "columns": Both("数据库的每一列", "each column of the database"),
    "rows": Both("删除、插入、调换、移动", "delete, insert, swap, move"),
    "history": Both("截断、回滚、分叉、改写历史", "truncate, roll back, fork, rewrite"),
    "signatures": Both("批次签名", "signatures of batches"),
    "powers": Both("越权与虚假陈述", "acts beyond powers, false statements"),
    "evidence": Both("证明、回执、检查点与静态文件", "proofs, receipts, checkpoints, tiles"),
    "limits": Both("无法发现的，以及须由谁串通", "what can't be found, and who must collude"),
}
"""The groups of operators, in the order they are shown."""

RULES: Final[dict[Rule, Both]] = {
    "entry": Both("被改的条目的位置", "the position of the entry that was changed"),
    "batch": Both(
        "被改的条目，或其所在批次的首条",
        "the changed entry, or the first of the batch that holds it",
    ),
    "span": Both(
        "被改的条目、其批次的首条、其所在检查点区间的起点；账本因此变短的，也可以是现在的末尾",
        "the changed entry, the first of its batch, or the start of the span between two "
        "checkpoints that holds it; where the log became shorter, also where it ends now",
    ),
    "tail": Both(
        "第一条缺失或多出的条目的位置", "the position of the first entry missing or added"
    ),
    "table": Both(
        "该行所管的条目；没有位置的行（账本头、检查点）为空",
        "the entries that the row is about; null for rows without a position (head, checkpoints)",
    ),
    "file": Both(
        "文件所说的条目；检查点与策略为空",
        "the entry that the file is about; null for checkpoints and policies",
    ),
    "nowhere": Both("无处", "nowhere"),
}
"""What counts as the right position."""

THREATS: Final[dict[str, Both]] = {
    "A1": Both("改动一行", "a row is edited"),
    "A2": Both("删去末尾或全部", "the tail or all of it is deleted"),
    "A3": Both("截断后用账本密钥重签", "cut off, and signed again with the log's key"),
    "A4": Both("分叉，给不同的人看不同的历史", "a fork, or another view for everybody"),
    "A5": Both("倒填日期，谎报时间", "dated back, or a clock that lies"),
    "A6": Both("重放", "replay"),
    "A7": Both("调换次序，移动，重复", "reordered, moved, doubled"),
    "A8": Both("同一名称换成别的内容", "another content under the same name"),
    "A9": Both("密钥被盗、冒用或不该算数", "keys stolen, borrowed, or not to be counted"),
    "A10": Both("同一大小两个树根", "two roots at one size"),
    "A11": Both("恢复旧备份，磁盘出错", "an old backup put back, a failing disk"),
    "A13": Both("一种意思多种字节", "bytes that can be read in two ways"),
    "A15": Both("张冠李戴的证明", "proofs of something else"),
    "A19": Both("隐瞒遗漏", "something left out"),
}
"""The threats that operators try."""


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of attack.

    `finds` are the codes of findings that count, `coalition` says who must act together where it
    can't be found, `threat` names the threat that it tries. `run` is pure.
    """

    name: str
    kind: Kind
    attackers: tuple[Attacker, ...]
    title: Both
    does: Both
    finds: tuple[str, ...]
    rule: Rule
    threat: str = ""
    coalition: Both | None = None
    joint: Joint = ""
    run: Callable[[Scene, Attacker], Attack]
