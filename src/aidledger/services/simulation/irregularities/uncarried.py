"""What no event can carry, rule by rule, and why: it is listed in the truth file, not planted."""

from __future__ import annotations

from typing import Final

import msgspec

REASON: Final = "events do not carry it"


class Uncarried(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the findings that nothing recorded in a ledger can break."""

    rule: str
    note_zh: str
    note_en: str


UNCARRIED: Final = (
    Uncarried(
        rule="F100",
        note_zh="断链、缺号不是一条记录：账本写不出自己的断裂，须改动文件副本，由核验发现",
        note_en="a break of the chain is no entry: a ledger cannot record its own; it is made in a "
        "copy of the file, and verification finds it",
    ),
    Uncarried(
        rule="F102",
        note_zh="没有生效政策包的决定不被记录；绕过入口写入的，由重新裁量发现",
        note_en="a decision without a pack in force is not recorded; one written past the door is "
        "found when the decisions are taken again",
    ),
)
