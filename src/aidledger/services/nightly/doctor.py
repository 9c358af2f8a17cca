"""Whether this machine and this ledger are fit for tonight: each check says what it looked at.

Nothing is repaired here. A check that can't be made says so, and never counts as passed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from aidledger.replay.generation import GenerationsError
from aidledger.replay.generations import Generations
from aidledger.said import Said
from aidledger.services.clock import Clock
from aidledger.services.generations.rebuilding import generations_folder
from aidledger.services.nightly.health import ASK_OWNER, Check, Health, barred
from aidledger.services.nightly.machine import (
    look_at_keys,
    look_at_programs,
    look_at_reports,
    look_at_room,
    look_for_leftovers,
)
from aidledger.services.nightly.runs import history, killed, running, runs_folder
from aidledger.services.nightly.soundness import look_at_ledger
from aidledger.services.problems import ServiceError


def doctor(location: str, *, clock: Clock, folder: Path | None = None) -> tuple[Check, ...]:
    """Look at versions, the database's settings, secrets, room, clock, leftovers and the lock.

    Args:
        location: a file path or a ``postgresql://`` address.
        clock: the machine's, held against the last entry.
        folder: where reports go; default: beside the ledger.

    """
    place = folder or runs_folder(location)
    checks = [*look_at_programs(), *look_at_keys(location), *look_at_ledger(location, clock)]
    beside: tuple[tuple[str, Callable[[], Iterable[Check]]], ...] = (
        ("disk", lambda: [look_at_room(location, place)]),
        ("reports", lambda: [look_at_reports(place)]),
        ("leftovers", lambda: [look_for_leftovers(location, place)]),
        ("lock", lambda: [_lock(place)]),
        ("generation", lambda: _generation(location)),
        ("last run", lambda: [_last_run(place)]),
    )
    for name, look_at in beside:
        try:
            checks += look_at()
        except PermissionError as error:
            checks.append(barred(name, error))
    return tuple(checks)


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
        yield Check("generation", "fail", said, ASK_OWNER)
    elif current is None:
        said = Said("还没有生成版本", "there is no generation yet")
        yield Check("generation", "warn", said, Said("aidledger nightly", "aidledger nightly"))
    else:
        yield Check("generation", "ok", Said(current.file, current.file))


def _last_run(place: Path) -> Check:
    try:
        runs = history(place)
    except PermissionError as error:
        return barred("last run", error)
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
