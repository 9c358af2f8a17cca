"""Why a cell or a row of a register can't be used, in words; no word holds what stands in the cell."""

from __future__ import annotations

from typing import Final

from aidledger.replay.intake.cells import NUMERIC
from aidledger.services.importing.cells import shown

REASONS: Final[dict[str, tuple[str, str]]] = {
    "empty": ("必填项为空", "nothing where something must stand"),
    "lost_digits": (
        "号码存为数值，末位已丢失",
        "a number stored as a numeric cell has lost digits",
    ),
    "length": ("不是 15 位或 18 位", "neither 15 nor 18 characters"),
    "characters": ("含有其他字符", "other characters than digits"),
    "birth_date": ("号码中的出生日期不存在", "a birth date that no calendar has"),
    "check_digit": ("校验位不符", "a wrong check digit"),
    "day": ("不是日期", "no day"),
    "after_dated": ("晚于登记日期", "a day after that of the register"),
    "month": ("不是年月", "no month"),
    "amount": ("不是金额或数量", "no amount"),
    "county": ("不是六位区划代码", "no code of a county"),
    "word": ("未知的类别", "a word of no known kind"),
    "too_many_cells": ("单元格多于表头", "more cells than the header"),
    "repeated_row": ("与前面的行重复", "a row that stood before"),
    "other_name": ("同一号码另有姓名", "another name for the same number"),
}
"""Chinese and English for each reason."""
SECRET: Final = frozenset({"person", "account", "name"})
"""Columns of which nothing is shown but how long a cell is."""


def masked(column: str, cell: str) -> str:
    """Return what stands in a cell as far as it may be told."""
    text = cell.removeprefix(NUMERIC)
    if column in SECRET and text:
        return f"{len(text)} character{'' if len(text) == 1 else 's'}"
    return shown(text)
