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
