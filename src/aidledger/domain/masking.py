"""Masked names for public lists: fixed by code points, the same for everybody, forever.

At most the surname stays: 张三 is 张*, 欧阳修 is 欧阳*, 阿依古丽·买买提 is 阿***·***, a name in
another script is its first letter and three stars. A masked name is never the seed of a token.
"""

from __future__ import annotations

import unicodedata

STAR = "*"
_MIDDLE_DOT = "·"
#: Every dot that keyboards produce between the parts of a name is read as U+00B7.
_DOTS = dict.fromkeys(map(ord, "•‧∙⋅・･．"), _MIDDLE_DOT)
#: Surnames of two characters; a name that is nothing else keeps its first character only.
COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "太史",
        "端木",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "闾丘",
        "子车",
        "亓官",
        "司寇",
        "巫马",
        "公西",
        "颛孙",
        "壤驷",
        "公良",
        "漆雕",
        "乐正",
        "宰父",
        "谷梁",
        "拓跋",
        "夹谷",
        "轩辕",
        "令狐",
        "段干",
        "百里",
        "呼延",
        "东郭",
        "南门",
        "羊舌",
        "微生",
        "公户",
        "公玉",
        "梁丘",
        "左丘",
        "东门",
        "西门",
        "第五",
        "贯丘",
        "即墨",
        "哈尼",
        "歐陽",
        "諸葛",
        "鍾離",
        "聞人",
        "尉遲",
        "司馬",
        "東方",
        "獨孤",
        "長孫",
        "慕容",
        "達奚",
        "达奚",
    ]
)
_HAN_RANGES = (
    (0x3007, 0x3007),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def _is_han(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in _HAN_RANGES)


def is_masked(text: str) -> bool:
    """Whether a text can be the public form of a name: masked again it is what it was, and hides something.

    Of `mask_name` it is everything that comes out; 张三 and 张三* are none.
    """
    if not text or STAR not in text:
        return not text
    kept = text.rstrip(STAR + _MIDDLE_DOT)
    if len(kept) > 2 or STAR in kept:
        return False
    return len(kept) < 2 or kept in COMPOUND_SURNAMES


def mask_name(name: str) -> str:
    """Return the public form of a name.

    Han names keep their length and their surname; others keep one letter. White space is dropped,
    dots between parts become ``·``. An empty name stays empty.
    """
    text = "".join(name.translate(_DOTS).split())
    if not text:
        return ""
    first = text[0]
    if not _is_han(first):
        # The number of letters would tell more than the initial does.
        is_letter = unicodedata.category(first).startswith("L")
        return first + STAR * 3 if is_letter and len(text) > 1 else STAR
    if len(text) == 1:
        return STAR
    if _MIDDLE_DOT in text:
        stars = "".join(_MIDDLE_DOT if mark == _MIDDLE_DOT else STAR for mark in text[1:])
        return first + stars
    kept = 2 if len(text) > 2 and text[:2] in COMPOUND_SURNAMES else 1
    return text[:kept] + STAR * (len(text) - kept)
