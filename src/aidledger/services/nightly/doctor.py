"""Whether this machine and this ledger are fit for tonight: each check says what it looked at.

Nothing is repaired here. A check that can't be made says so, and never counts as passed.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Final, Literal, NamedTuple

from aidledger.replay.generation import GenerationsError
from aidledger.replay.generations import Generations
from aidledger.said import Said
from aidledger.services.checkpoints.checkpointing import remembered, root_at, signed_path
from aidledger.services.clock import Clock
from aidledger.services.generations.freshness import DRIFT_S
from aidledger.services.generations.rebuilding import generations_folder
from aidledger.services.ladder.markcheck import behind
from aidledger.services.nightly.runs import history, killed, running, runs_folder
from aidledger.services.printing import printable
from aidledger.services.problems import ServiceError
from aidledger.store.errors import StoreError
from aidledger.store.keyfiles import keys_path, list_keys
from aidledger.store.mark import Mark
from aidledger.store.opening import mark_path, open_ledger
from aidledger.store.port import Head, LedgerStore
from aidledger.store.secrets import is_url, load_secrets, secrets_path
from aidledger.store.shape import misshapen

Health = Literal["ok", "warn", "fail"]

_LIBRARIES: Final = ("cryptography", "duckdb", "eventsourcing", "msgspec", "psycopg", "sqlalchemy")
_PYTHON: Final = (3, 11)
_ROOM_TIMES: Final = 3
"""A night needs room for a new generation beside the kept ones, and for what it spills."""
_ROOM_BYTES: Final = 1 << 30
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
_ASK_OWNER: Final = Said("请其所有者开放权限", "ask its owner for it")
_LEFT: Final = ("*.partial*", ".*.part", "*.new", "*.tmp")


class Check(NamedTuple):
    """One thing that was looked at: how it is, what was found, and what to do about it."""

    name: str
    health: Health
    found: Said
    hint: Said = Said("", "")


def doctor(location: str, *, clock: Clock, folder: Path | None = None) -> tuple[Check, ...]:
    """Look at versions, the database's settings, secrets, room, clock, leftovers and the lock.

    Args:
        location: a file path or a ``postgresql://`` address.
        clock: the machine's, held against the last entry.
        folder: where reports go; default: beside the ledger.

    """
    place = folder or runs_folder(location)
    checks = [_python(), *_libraries(), _secrets(location), _keys(location)]
    try:
        store = open_ledger(location)
    except StoreError as error:
        found = Said(str(error), str(error))
        checks.append(Check("database", "fail", found, Said(error.hint, error.hint)))
    except PermissionError as error:
        checks.append(_barred("database", error))
    else:
        try:
            for look in (_database, _shape, lambda one: _log(one, location, clock)):
                checks += _looked(look, store)
        finally:
            store.close()
    beside: tuple[tuple[str, Callable[[], Iterable[Check]]], ...] = (
        ("disk", lambda: [_room(location, place)]),
        ("reports", lambda: [_writable(place)]),
        ("leftovers", lambda: [_leftovers(location, place)]),
        ("lock", lambda: [_lock(place)]),
        ("generation", lambda: _generation(location)),
        ("last run", lambda: [_last_run(place)]),
    )
    for name, look_at in beside:
        try:
            checks += look_at()
        except PermissionError as error:
            checks.append(_barred(name, error))
    return tuple(checks)


def _barred(name: str, error: PermissionError) -> Check:
    """Say that what is to be looked at may not be read: no reason to leave out the rest."""
    found = Said(f"{error.filename}：没有读取权限", f"{error.filename} may not be read")
    return Check(name, "fail", found, _ASK_OWNER)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    health: Health = "ok" if sys.version_info >= _PYTHON else "fail"
    return Check("python", health, Said(version, version))


def _libraries() -> Iterator[Check]:
    """Look whether each library that the ledger rests on is installed."""
    for name in _LIBRARIES:
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            hint = f"pip install {name}"
            yield Check(name, "fail", Said("没有安装", "not installed"), Said(hint, hint))
        else:
            yield Check(name, "ok", Said(version, version))


def _secrets(location: str) -> Check:
    path = secrets_path(location)
    try:
        load_secrets(path)
    except StoreError as error:
        return Check("secrets", "fail", Said(str(error), str(error)), Said(error.hint, error.hint))
    return Check("secrets", "ok", Said(f"{path}，仅本人可读", f"{path}, open to its owner only"))


def _keys(location: str) -> Check:
    try:
        folder = keys_path(location)
        keys = list_keys(folder)
    except StoreError as error:
        return Check("keys", "fail", Said(str(error), str(error)), Said(error.hint, error.hint))
    if not keys:
        return Check(
            "keys",
            "warn",
            Said("没有密钥，签不了检查点", "no key, no checkpoint can be signed"),
            Said("aidledger checkpoint sign --new-key", "aidledger checkpoint sign --new-key"),
        )
    return Check("keys", "ok", Said(f"{len(keys)} 把，{folder}", f"{len(keys)} in {folder}"))


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


def _looked(look: Callable[[LedgerStore], Iterator[Check]], store: LedgerStore) -> list[Check]:
    """Return what a look at the database finds; what it breaks off at is found too."""
    found = list[Check]()
    try:
        found.extend(look(store))
    except StoreError as error:
        said = Said(str(error), str(error))
        found.append(Check("database", "fail", said, Said(error.hint, error.hint)))
    return found


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
        last = datetime.fromisoformat(str(row[4]))
    except ValueError:
        said = Said("最后一条的时间不可读", "the last entry's time can't be read")
        yield Check("clock", "fail", said, Said("aidledger verify", "aidledger verify"))
        return
    behind = (last - clock.now()).total_seconds()
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
        return _barred("mark", error)
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
        return Check("mark", "warn", said, _ASK_OWNER)
    return Check("mark", "ok", Said(f"{head.size:,} 条", f"{head.size:,} entries"))


def _room(location: str, place: Path) -> Check:
    """Look whether another generation fits beside those that are kept."""
    folder = next(one for one in (place, *place.absolute().parents) if one.is_dir())
    free = shutil.disk_usage(folder).free
    generations = generations_folder(location)
    sizes = [path.stat().st_size for path in generations.glob("generation-*.duckdb")]
    ledger = 0 if is_url(location) else _size(Path(location))
    needed = max(_ROOM_TIMES * max([ledger, *sizes]), _ROOM_BYTES)
    said = Said(
        f"空闲 {_gigabytes(free)}，需要约 {_gigabytes(needed)}",
        f"{_gigabytes(free)} free, about {_gigabytes(needed)} needed",
    )
    if free < needed:
        return Check("disk", "warn" if free > needed // 2 else "fail", said, Said("腾出空间", "free some space"))  # fmt: skip
    return Check("disk", "ok", said)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _gigabytes(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"


def _writable(place: Path) -> Check:
    there = next(one for one in (place, *place.absolute().parents) if one.is_dir())
    if not os.access(there, os.W_OK):
        hint = Said("用 --report 指明可写的文件夹", "name one that can be written with --report")
        return Check("reports", "fail", Said(f"{there} 不可写", f"{there} can't be written"), hint)
    hooks = place / "hooks.d"
    if hooks.is_dir() and stat.S_IMODE(hooks.stat().st_mode) & (stat.S_IWGRP | stat.S_IWOTH):
        hint = Said(f"chmod go-w {hooks}", f"chmod go-w {hooks}")
        return Check(
            "reports", "warn", Said(f"{hooks} 他人可写", f"others can write to {hooks}"), hint
        )
    return Check("reports", "ok", Said(str(place), str(place)))


def _leftovers(location: str, place: Path) -> Check:
    """Look for what a killed process left: the next run removes it, if it is of a run."""
    folders = (place, place / "lists", generations_folder(location))
    found = sorted(path for folder in folders for pattern in _LEFT for path in folder.glob(pattern))
    if found and running(place) is None:
        names = ", ".join(path.name for path in found[:3])
        said = Said(f"{len(found)} 个：{names}", f"{len(found)}: {names}")
        hint = Said(
            "中断的运行留下的；下次运行会清理",
            "a run that was killed left them: the next one cleans up",
        )
        return Check("leftovers", "warn", said, hint)
    return Check("leftovers", "ok", Said("没有", "none"))


def _lock(place: Path) -> Check:
    run = running(place)
    if run is None:
        return Check("lock", "ok", Said("没有运行", "no run holds it"))
    said = Said(f"{run.started_at} 起有一次运行", f"a run holds it since {run.started_at}")
    return Check("lock", "warn", said, Said("等它结束", "wait until it is done"))


def _generation(location: str) -> Iterator[Check]:
    try:
        current = Generations(generations_folder(location)).current()
    except GenerationsError as error:
        yield Check(
            "generation", "fail", Said(str(error), str(error)), Said(error.hint, error.hint)
        )
        return
    folder = generations_folder(location)
    if folder.is_dir() and not os.access(folder, os.W_OK):
        said = Said(f"{folder} 不可写", f"{folder} can't be written")
        yield Check("generation", "fail", said, _ASK_OWNER)
    elif current is None:
        said = Said("还没有生成版本", "there is no generation yet")
        yield Check("generation", "warn", said, Said("aidledger nightly", "aidledger nightly"))
    else:
        yield Check("generation", "ok", Said(current.file, current.file))


def _last_run(place: Path) -> Check:
    try:
        runs = history(place)
    except PermissionError as error:
        return _barred("last run", error)
    except (OSError, ServiceError) as error:
        return Check("last run", "fail", Said(str(error), str(error)))
    died = killed(place)
    runs += [] if died is None or died.run_id in {run.run_id for run in runs} else [died]
    if not runs:
        said = Said("还没有运行过", "there was none yet")
        return Check("last run", "warn", said, Said("aidledger nightly", "aidledger nightly"))
    last = runs[-1]
    if last.exit_code is None:
        said = Said(f"{last.started_at} 的运行中途被杀", f"that of {last.started_at} was killed")
        return Check("last run", "warn", said, Said("aidledger nightly", "aidledger nightly"))
    said = Said(
        f"{last.started_at}，退出码 {last.exit_code}", f"{last.started_at}, exit {last.exit_code}"
    )
    health: Health = "ok" if last.exit_code in (0, 4) else "warn"
    return Check("last run", health, said, Said("aidledger status", "aidledger status"))


def worst(checks: tuple[Check, ...]) -> Health:
    """Return the worst that was found."""
    found = {check.health for check in checks}
    return "fail" if "fail" in found else "warn" if "warn" in found else "ok"
