"""What a person is told when something goes wrong, and the exit status a program is told.

One line ``aidledger: error: …`` and, where something can be done, one line ``aidledger: hint: …``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from aidledger.interfaces.cli.language import Language, Said
from aidledger.said import shown_only

OK: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
COULD_NOT_RUN: Final = 3
UNPROVEN: Final = 4
STALE: Final = 4
DIFFERS: Final = 5
MISSING: Final = 10
LOCKED: Final = 11
REFUSED_KEY: Final = 12
BUG: Final = 70
TRANSIENT: Final = 75
INTERRUPTED: Final = 130
STOPPED: Final = 143
READER_LEFT: Final = 141

EXIT_CODES: Final[dict[int, Said]] = {
    OK: Said("成功，无事可报", "success, nothing to report"),
    FINDINGS: Said(
        "检查已完成并发现问题：账本有损坏，或输入被拒绝、未作任何记录",
        "the check ran and found something: damage, or input refused and nothing recorded",
    ),
    USAGE: Said("命令用法不对", "wrong usage"),
    COULD_NOT_RUN: Said(
        "无法运行，或只完成一部分；或回答不含读不出的条目",
        "could not run, or ran in part; or the answer lacks entries that can't be read",
    ),
    UNPROVEN: Said(
        "账本自身一致，但未被外部检查点证明；或比规定的旧",
        "consistent, but unproven by an outside checkpoint; or older than it may be",
    ),
    DIFFERS: Said("结果与另一次不同", "what came out differs from the other"),
    MISSING: Said("没有账本", "no ledger there"),
    LOCKED: Said("账本正被另一程序占用", "locked by another run"),
    REFUSED_KEY: Said("密钥缺失或权限不对", "key missing, refused or open to others"),
    BUG: Said("程序内部错误", "internal error"),
    TRANSIENT: Said("暂时失败，可以重试", "transient: safe to run again"),
    INTERRUPTED: Said("被中断", "interrupted"),
    STOPPED: Said("收到停止信号，已停下，可继续", "told to stop and did: may be gone on with"),
    READER_LEFT: Said("读取输出的一方已离开", "whoever read the output has gone"),
}
"""Every exit status with its meaning; the manual is tested against it."""


class CommandError(Exception):
    """A command cannot go on; said in both languages."""

    def __init__(self, said: Said, *, hint: Said | None = None, exit_code: int = USAGE) -> None:
        super().__init__(said.en)
        self.said = said
        self.hint = hint
        self.exit_code = exit_code


class ReaderLeftError(Exception):
    """Whoever read standard output has gone: there is nobody to say anything to."""


class Fault(NamedTuple):
    """What to say and how to exit."""

    exit_code: int
    message: str
    hint: str = ""
    details: tuple[str, ...] = ()


def error_lines(fault: Fault) -> list[str]:
    """Return the lines for standard error: lower case, one line each, no final period."""
    lines = [f"aidledger: error: {_one_line(fault.message)}"]
    lines += [f"  {_one_line(detail)}" for detail in fault.details]
    if fault.hint:
        lines.append(f"aidledger: hint: {_one_line(fault.hint)}")
    return lines


def fault_of(error: CommandError, lang: Language) -> Fault:
    """Return what a command's own error says."""
    hint = error.hint.in_(lang) if error.hint else ""
    return Fault(error.exit_code, error.said.in_(lang), hint)


def _one_line(text: str) -> str:
    """Return the text on one line without a final period, nor what a screen would obey."""
    return shown_only(" ".join(text.split())).rstrip(".。")
