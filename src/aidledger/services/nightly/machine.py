"""Whether the machine is fit: Python, libraries, secrets, keys, room, and what was left lying about."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from aidledger.said import Said
from aidledger.services.generations.rebuilding import generations_folder
from aidledger.services.nightly.health import Check, Health
from aidledger.services.nightly.runs import running
from aidledger.store.errors import StoreError
from aidledger.store.keyfiles import keys_path, list_keys
from aidledger.store.secrets import is_url, load_secrets, secrets_path

_LIBRARIES: Final = ("cryptography", "duckdb", "eventsourcing", "msgspec", "psycopg", "sqlalchemy")
_PYTHON: Final = (3, 11)
_ROOM_TIMES: Final = 3
"""A night needs room for a new generation beside the kept ones, and for what it spills."""
_ROOM_BYTES: Final = 1 << 30
_LEFT: Final = ("*.partial*", ".*.part", "*.new", "*.tmp")


def look_at_programs() -> Iterator[Check]:
    """Look at Python, and at each library that the ledger rests on."""
    yield _python()
    yield from _libraries()


def look_at_keys(location: str) -> Iterator[Check]:
    """Look at the secrets and keys that lie beside a ledger."""
    yield _secrets(location)
    yield _keys(location)


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


def look_at_room(location: str, place: Path) -> Check:
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


def look_at_reports(place: Path) -> Check:
    """Look whether reports can be written, and nobody else can put a hook there."""
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


def look_for_leftovers(location: str, place: Path) -> Check:
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
