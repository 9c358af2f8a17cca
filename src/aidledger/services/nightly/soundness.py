"""Whether the database and the log in it are as a ledger is made: settings, shape, mark and clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final

from aidledger.said import Said
from aidledger.services.checkpoints.checkpointing import remembered, root_at, signed_path
from aidledger.services.clock import DRIFT_S, Clock
from aidledger.services.ladder.markcheck import behind
from aidledger.services.nightly.health import ASK_OWNER, Check, barred
from aidledger.services.printing import printable
from aidledger.services.problems import ServiceError
from aidledger.store.errors import StoreError
from aidledger.store.mark import Mark
from aidledger.store.opening import mark_path, open_ledger
from aidledger.store.port import Head, LedgerStore
from aidledger.store.shape import misshapen

_SETTINGS: Final[dict[str, dict[str, tuple[str, tuple[str, ...]]]]] = {
    "sqlite": {
        "sqlite": ("SELECT sqlite_version()", ()),
        "journal_mode": ("PRAGMA journal_mode", ("wal",)),
        "synchronous": ("PRAGMA synchronous", ("2", "3")),
    },
    "postgresql": {
        "postgresql": ("SELECT current_setting('server_version')", ()),
        "fsync": ("SELECT current_setting('fsync')", ("on",)),
        "full_page_writes": ("SELECT current_setting('full_page_writes')", ("on",)),
        "synchronous_commit": (
            "SELECT current_setting('synchronous_commit')",
            ("on", "remote_apply"),
        ),
    },
}
"""How each setting is asked for, and what it must be; none where it is only told."""
_HOW: Final = {
    "lacking": Said("缺", "no"),
    "added": Said("多出", "an added"),
    "changed": Said("改过的", "a changed"),
}
_KINDS: Final = {
    "function": "函数",
    "operator": "运算符",
    "policy": "行策略",
    "rule": "规则",
    "table": "表",
    "trigger": "触发器",
    "index": "索引",
    "view": "视图",
}
"""What a database may hold, in Chinese."""
_FEW: Final = 5


def look_at_ledger(location: str, clock: Clock) -> list[Check]:
    """Look at a ledger, opened for writing: its database, its tables, and the log in them.

    Args:
        location: a file path or a ``postgresql://`` address.
        clock: the machine's, held against the last entry.

    """
    try:
        store = open_ledger(location)
    except StoreError as error:
        found = Said(str(error), str(error))
        return [Check("database", "fail", found, Said(error.hint, error.hint))]
    except PermissionError as error:
        return [barred("database", error)]
    try:
        looks = (_database, _shape, lambda one: _log(one, location, clock))
        return [check for look in looks for check in _looked(look, store)]
    finally:
        store.close()


def _looked(look: Callable[[LedgerStore], Iterator[Check]], store: LedgerStore) -> list[Check]:
    """Return what a look at the database finds; what it breaks off at is found too."""
    found = list[Check]()
    try:
        found.extend(look(store))
    except StoreError as error:
        said = Said(str(error), str(error))
        found.append(Check("database", "fail", said, Said(error.hint, error.hint)))
    return found


def _database(store: LedgerStore) -> Iterator[Check]:
    """Read back what durability rests on; opening the ledger for writing refused anything less."""
    with store.reading() as run:
        for name, (question, safe) in _SETTINGS[store.engine_name].items():
            found = str(run(question, ())[0][0])
            if safe and found not in safe:
                expected = " / ".join(safe)
                said = Said(f"{found}，应为 {expected}", f"{found}, expected {expected}")
                yield Check(name, "fail", said)
            else:
                yield Check(name, "ok", Said(found, found))


def _shape(store: LedgerStore) -> Iterator[Check]:
    """Look whether tables and triggers are those that a ledger is made with."""
    wrong = [*misshapen(store)]
    if not wrong:
        yield Check("schema", "ok", Said("表和触发器与新建时相同", "tables and triggers as made"))
        return
    few = wrong[:_FEW]
    said = Said(
        f"{len(wrong)} 处不同：" + "、".join(_amiss(one).zh for one in few),
        f"{len(wrong)} of it not as made: " + ", ".join(_amiss(one).en for one in few),
    )
    hint = "aidledger verify --deep"
    yield Check("schema", "fail", said, Said(hint, hint))


def _amiss(one: tuple[str, str, str]) -> Said:
    how, kind, name = one
    short = printable(name, 40)
    return Said(f"{_HOW[how].zh}{_KINDS[kind]} {short}", f"{_HOW[how].en} {kind} {short}")


def _log(store: LedgerStore, location: str, clock: Clock) -> Iterator[Check]:
    head = store.head()
    yield _mark(store, location, head)
    row = next(iter(store.read(head.size - 1, head.size)), None) if head.size else None
    if row is None:
        return
    try:
        behind = (datetime.fromisoformat(str(row[4])) - clock.now()).total_seconds()
    except (ValueError, TypeError):
        said = Said("最后一条的时间不可读", "the last entry's time can't be read")
        yield Check("clock", "fail", said, Said("aidledger verify", "aidledger verify"))
        return
    now = clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if behind > DRIFT_S:
        said = Said(
            f"{now}，比最后一条慢 {behind:.0f} 秒", f"{now}, {behind:.0f} s behind the last entry"
        )
        yield Check("clock", "fail", said, Said("校准时钟（NTP）", "set the clock (NTP)"))
    else:
        yield Check("clock", "ok", Said(now, now))


def _mark(store: LedgerStore, location: str, head: Head) -> Check:
    """Hold the head against what this machine remembers: the mark, and what was signed last."""
    path = mark_path(location)
    try:
        mark = Mark(path)
        signed = remembered(signed_path(location), store.origin)
        problem = mark.problem(head) or mark.other_past(head, partial(root_at, store))
    except PermissionError as error:
        return barred("mark", error)
    except (StoreError, ServiceError) as error:
        return Check("mark", "fail", Said(str(error), str(error)), Said(error.hint, error.hint))
    if problem is None and signed is not None and signed.size > head.size:
        problem = f"the ledger has {head.size} entries, and {signed.size} were signed: {signed_path(location)}"
    if problem is None:
        one = behind(store, location)
        if one is not None:
            problem = (
                f"the ledger has {head.size} entries, and {one.path} is of another of {one.size}"
            )
    if problem is not None:
        hint = Said("见 docs/WITNESS.md 的恢复", "see restoring in docs/WITNESS.md")
        return Check("mark", "fail", Said(problem, problem), hint)
    if head.size and not mark.size:
        said = Said(
            f"{path} 不在：看不出是否被换成旧副本",
            f"{path} is not there: an older copy would not show",
        )
        hint = Said(
            "与最新的联署检查点比对：aidledger checkpoint compare",
            "aidledger checkpoint compare, with the newest one that was cosigned",
        )
        return Check("mark", "warn", said, hint)
    if mark.size and not os.access(path, os.W_OK):
        said = Said(f"{path} 不可写，不再跟上账本", f"{path} can't be written and follows no more")
        return Check("mark", "warn", said, ASK_OWNER)
    return Check("mark", "ok", Said(f"{head.size:,} 条", f"{head.size:,} entries"))
