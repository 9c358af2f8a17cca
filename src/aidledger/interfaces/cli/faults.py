"""What is said, and with which exit status, when a service or the store cannot go on.

Their texts are English; each code has a Chinese sentence here, with the English detail behind it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import Final

import msgspec

from aidledger.domain.policy.errors import PackError
from aidledger.interfaces.cli import errors, layout
from aidledger.interfaces.cli.errors import Fault
from aidledger.interfaces.cli.language import Language, Said
from aidledger.interfaces.cli.phrases import chinese, term
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.store.errors import KeyFileError, SecretsError, StoreError, VaultError

_SHOWN: Final = 50
_MANY: Final = 6
_NAMED: Final = 3
_STORE_EXITS: Final = {
    "exists": errors.USAGE,
    "usage": errors.USAGE,
    "missing": errors.MISSING,
    "not_a_ledger": errors.MISSING,
    "locked": errors.LOCKED,
    "read_only": errors.REFUSED_KEY,
    "connection_lost": errors.TRANSIENT,
    "disk_full": errors.TRANSIENT,
    "io_error": errors.TRANSIENT,
    "unknown": errors.TRANSIENT,
    "unreachable": errors.TRANSIENT,
}
"""Exit status by the code of a store's error; all others could not run."""

_STORE_CHINESE: Final = {
    "conflict": "另一方已先写入",
    "connection_lost": "与数据库的连接中断",
    "damaged": "数据库已损坏，请先核验",
    "disk_full": "磁盘已满",
    "exists": "此处已有内容，不覆盖",
    "io_error": "磁盘读写失败",
    "key_file": "密钥文件有问题",
    "key_folder": "没有指定密钥文件夹",
    "key_locked": "密钥已锁，需要口令",
    "locked": "账本正被另一程序占用",
    "mark": "高水位标记文件有问题",
    "missing": "这里没有账本",
    "not_a_ledger": "这不是 aidledger 账本",
    "read_only": "没有写入权限",
    "secrets": "密钥文件有问题",
    "unknown": "提交的答复丢失",
    "unreachable": "连不上数据库",
    "unsafe": "数据库设置不安全，可能丢失已确认的记录",
    "usage": "用法不对",
    "vault": "密封的值打不开",
    "vault_mismatch": "密封的值与承诺不符",
}


_NO_ROOM: Final = Said("请腾出空间后重试", "free some space and run it again")
_NO_RIGHT: Final = Said(
    "请其所有者开放权限，或另选位置", "ask its owner for it, or use another place"
)
_LOOK_THERE: Final = Said("请检查路径", "look at the path")
_WHY_FILES: Final = {
    errno.ENOSPC: ("磁盘已满", _NO_ROOM),
    errno.EDQUOT: ("磁盘配额已用完", _NO_ROOM),
    errno.EIO: (
        "磁盘读写失败",
        Said("请检查磁盘及其文件系统", "look at the disk and its file system"),
    ),
    errno.EACCES: ("没有权限", _NO_RIGHT),
    errno.EPERM: ("没有权限", _NO_RIGHT),
    errno.EROFS: ("文件系统只读", _NO_RIGHT),
    errno.ENOENT: ("没有此文件或文件夹", _LOOK_THERE),
    errno.ENOTDIR: ("路径中有一段不是文件夹", _LOOK_THERE),
    errno.ENXIO: ("不是普通文件", _LOOK_THERE),
    errno.EISDIR: ("是文件夹，不是文件", _LOOK_THERE),
    errno.EEXIST: ("此处已有内容", _LOOK_THERE),
}
"""Why a file can't be had, in Chinese, and what to do about it."""


_SAID_ALL: Final = frozenset(
    {
        *("no ledger here", "there is something already", "not an aidledger ledger"),
        *("the mark of another ledger is here", "a file of another ledger is here"),
    }
)
"""English of the store that its Chinese sentence says whole: only the name before it is kept."""


def service_fault(error: Exception, lang: Language) -> Fault | None:
    """Return what to say of an error that services raise on purpose; nothing for a bug."""
    match error:
        case StoreError():
            return _store_fault(error, lang)
        case ServiceError():
            return Fault(error.exit_code, chinese(str(error), lang), chinese(error.hint, lang))
        case RefusedError():
            return refused_fault(error, lang)
        case PackError():
            return Fault(errors.COULD_NOT_RUN, ": ".join(pack_text(error, lang)))
        case OSError():
            return _file_fault(error, lang)
        case _:
            return _replay_fault(error, lang)


def said_of(error: Exception) -> Said:
    """Return what is said of an error that services raise on purpose, with its hint, on one line."""
    return Said(_on_one_line(error, "zh", "："), _on_one_line(error, "en", ": "))


def _on_one_line(error: Exception, lang: Language, colon: str) -> str:
    fault = service_fault(error, lang) or Fault(errors.COULD_NOT_RUN, chinese(str(error), lang))
    parts = filter(None, (fault.message, *fault.details, fault.hint))
    return colon.join(" ".join(part.split()) for part in parts)


def refused_fault(error: RefusedError, lang: Language) -> Fault:
    """Return every problem of an input, line by line, up to a number that can be read."""
    count, plural = len(error.problems), "" if len(error.problems) == 1 else "s"
    by_rule = any(problem.clause for problem in error.problems)
    typed = by_rule and all(problem.line is None for problem in error.problems)
    said = Said(
        f"有 {count} 处不符合规定，没有记录" if typed else f"输入有 {count} 处问题，没有记录",
        f"refused for {count} reason{plural}, nothing was recorded"
        if typed
        else f"{count} problem{plural} in the input, nothing was recorded",
    )
    details = told_once(error.problems, lang)
    if len(details) > _SHOWN:
        left = len(details) - _SHOWN
        more = Said(f"另有 {left} 处，见 --json", f"and {left} more: --json")
        details = [*details[:_SHOWN], more.in_(lang)]
    hint = Said("改正后重新提交全部内容", "correct them and hand in the whole again")
    if typed:
        hint = Said(
            "改正后再做；谁可以办理、何时可办，见所列条款",
            "do it again as it should be; the rule that is named says who may, and when",
        )
    elif by_rule:
        hint = Said(
            "规则拒绝的可以用 despite 写明条款、理由和授权来突破，这本身会成为疑点",
            "an act against a rule needs despite with clause, reason and authority, and is a finding",
        )
    return Fault(errors.FINDINGS, said.in_(lang), hint.in_(lang), tuple(details))


def told_once(problems: Sequence[Problem], lang: Language) -> list[str]:
    """Return each problem in one line; what is wrong in the same way at many lines, once for all."""
    alike: dict[str, list[Problem]] = {}
    for problem in problems:
        text = problem_text(msgspec.structs.replace(problem, line=None), lang)
        alike.setdefault(text, []).append(problem)
    told = []
    for text, several in alike.items():
        lines = [str(one.line) for one in several if one.line is not None]
        if len(lines) < _MANY:
            told += [problem_text(one, lang) for one in several]
            continue
        left = len(lines) - _NAMED
        said = Said(
            f"第 {'、'.join(lines[:_NAMED])} 行等 {len(lines)} 行",
            f"lines {', '.join(lines[:_NAMED])} and {left} more",
        )
        told.append(f"{said.in_(lang)}: {text}")
    return told


def problem_text(problem: Problem, lang: Language) -> str:
    """Return one problem in one line."""
    translated = msgspec.structs.replace(
        problem,
        expected=term(problem.expected, lang),
        found=problem.found if problem.clause else term(problem.found, lang),
    )
    return layout.plain(translated.message(lang))


def pack_text(error: PackError, lang: Language) -> tuple[str, str]:
    """Return where a policy file is wrong (``file:line``), and in what."""
    place = error.file if error.line is None else f"{error.file}:{error.line}"
    if lang != "zh":
        why = f" ({error.why('en')})" if error.reason else ""
        told = f"{error.field}: expected {error.expected}, found {error.found}{why}"
    else:
        why = f"（{error.why('zh')}）" if error.reason else ""
        expected, found = term(error.expected, lang), term(error.found, lang)
        told = f"{error.field} 应为 {expected}，实际为 {found}{why}"
    return layout.plain(place), layout.plain(told)


def _store_fault(error: StoreError, lang: Language) -> Fault:
    """Return what to say of an error of the store."""
    exit_code = _STORE_EXITS.get(error.code, errors.COULD_NOT_RUN)
    if isinstance(error, (KeyFileError, SecretsError, VaultError)) and error.code not in (
        "exists",
        "usage",
    ):
        exit_code = errors.REFUSED_KEY
    message = str(error)
    if lang == "zh" and error.code in _STORE_CHINESE:
        name, _, why = message.rpartition(": ")
        told = _STORE_CHINESE[error.code]
        said = chinese(message, lang)
        message = f"{name}：{told}" if name and why in _SAID_ALL else f"{told}（{said}）"
    return Fault(exit_code, message, chinese(error.hint, lang))


def _file_fault(error: OSError, lang: Language) -> Fault:
    """Return what to say of a file that cannot be read or written."""
    named = error.filename if isinstance(error.filename, (str, os.PathLike)) else None
    name = Said("某个文件", "a file") if named is None else Said(str(named), str(named))
    why = (error.strerror or type(error).__name__).lower()
    zh, hint = _WHY_FILES.get(error.errno or 0, (why, Said("", "")))
    said = Said(f"{name.zh}：无法读写（{zh}）", f"{name.en}: cannot be read or written ({why})")
    passing = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO)
    code = errors.TRANSIENT if passing else errors.COULD_NOT_RUN
    return Fault(code, said.in_(lang), hint.in_(lang))


def _replay_fault(error: Exception, lang: Language) -> Fault | None:
    """Return what to say of an error of the read models, which are loaded with their engine."""
    if type(error).__name__ not in ("ModelError", "GenerationsError", "RuleError"):
        return None
    hint = getattr(error, "hint", "")
    return Fault(errors.COULD_NOT_RUN, chinese(str(error), lang), chinese(hint, lang))
