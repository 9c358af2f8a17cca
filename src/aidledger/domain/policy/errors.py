"""The one error of the policy ring: a pack or calendar file that can't be used, where and why."""

from __future__ import annotations

from typing import Final, Literal

_SHOWN = 160

FaultReason = Literal[
    "",
    "another_file",
    "another_kind",
    "bad_day",
    "bad_example",
    "bad_value",
    "circle",
    "id_taken",
    "missing_day",
    "missing_field",
    "no_rounding",
    "no_source",
    "not_cel",
    "not_newer",
    "not_toml",
    "not_yet_known",
    "other_place",
    "overlap",
    "twice",
    "two_texts",
    "unknown_field",
    "unknown_name",
]
REASONS: Final[dict[FaultReason, tuple[str, str]]] = {
    "another_file": (
        "文件中的编号与所指的不是同一个",
        "the file is of another id than was asked for",
    ),
    "another_kind": ("文件是另一类的", "a file of another kind"),
    "bad_day": ("日期不存在或者次序颠倒", "no such day, or days in the wrong order"),
    "bad_example": ("算例说的是规则没有的内容", "an example speaks of what no rule has"),
    "bad_value": ("值的形式不对", "a value of another form"),
    "circle": ("不能以自己为基础", "nothing can rest on itself"),
    "id_taken": (
        "随程序提供的编号不能用于另一文本",
        "the id of what is shipped is not for another text",
    ),
    "missing_day": (
        "缺少日期：不知从何时起有效",
        "a day is missing: nobody knows since when it holds",
    ),
    "missing_field": ("缺少字段", "a field is missing"),
    "no_rounding": (
        "公式可能算出不足一分的金额，须写明如何取整",
        "a formula that can leave whole fen says how it is rounded",
    ),
    "no_source": ("没有出处的数字不是规则", "a number without a source is no rule"),
    "not_cel": ("条件无法编译", "the condition doesn't compile"),
    "not_newer": ("版本只能向前", "what is adopted is only replaced by what is newer"),
    "not_toml": ("文件不是 TOML", "the file is no TOML"),
    "not_yet_known": ("当日尚未公布", "nobody knew it on the day of its adoption"),
    "other_place": ("不是本县所在地方的规则", "a rule of another place"),
    "overlap": ("同一时间同一地方只能有一条规则", "one place has one rule at a time"),
    "twice": ("同一名称出现两次", "a name twice"),
    "two_texts": ("同一编号有两种文本", "one id with two texts"),
    "unknown_field": ("没有这个字段：没有人会读它", "no such field: nobody would read it"),
    "unknown_name": ("没有这个名称", "no such name"),
}
"""What is wrong in general, in Chinese and English; what exactly is said by expected and found."""


class PackError(ValueError):
    """A policy file is not what it must be.

    Packs hold rules, never personal data, so the message may show what was found (shortened).
    ``line`` is 1-based, None where the text isn't at hand; ``reason`` a code of `REASONS`.
    """

    def __init__(
        self,
        *,
        file: str,
        field: str,
        expected: str,
        found: str,
        reason: FaultReason = "",
        line: int | None = None,
    ) -> None:
        """Name the file, the field (``clause[3].require``), the expectation and the fact."""
        shown = found if len(found) <= _SHOWN else found[:_SHOWN] + "…"
        self.file, self.field, self.expected, self.found = file, field, expected, shown
        self.reason, self.line = reason, line
        place = file if line is None else f"{file}:{line}"
        why = f" ({self.why('en')})" if reason else ""
        super().__init__(f"{place}: {field}: expected {expected}, found {shown}{why}")

    def why(self, lang: str) -> str:
        """Return the reason in Chinese (``zh``) or English; empty where there is none."""
        return REASONS[self.reason][lang != "zh"] if self.reason else ""

    def at(self, *, line: int | None = None, file: str | None = None) -> PackError:
        """Return the same error with its line, or under the name by which a reader knows the file."""
        return PackError(
            file=file or self.file,
            field=self.field,
            expected=self.expected,
            found=self.found,
            reason=self.reason,
            line=line or self.line,
        )


def pack_error(
    file: str, field: str, expected: str, found: str, reason: FaultReason = "bad_value"
) -> PackError:
    """Return the error for a field of a file, ready to be raised."""
    return PackError(file=file, field=field, expected=expected, found=found, reason=reason)
