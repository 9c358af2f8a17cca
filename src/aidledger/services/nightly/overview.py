"""One screen: the last run, the state of each part of the ledger, and what to do next."""

from __future__ import annotations

from pathlib import Path

import msgspec

from aidledger.replay.generations import Generations
from aidledger.said import Said
from aidledger.services.generations.rebuilding import generations_folder, reached, size_of_others
from aidledger.services.nightly.runs import (
    Run,
    history,
    killed,
    last_results,
    running,
    runs_folder,
)
from aidledger.services.nightly.steps import StepResult, results_of
from aidledger.services.proofs.completeness import seals
from aidledger.services.session import Session


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """How a ledger stands. Sizes count entries; `others` are those that no night recorded itself.

    `generation`, `index` and `checkpoint` are how many entries each of them covers.
    """

    origin: str
    size: int
    others: int
    generation: int
    index: int
    checkpoint: int
    running: Run | None
    last: Run | None
    last_success: str | None
    steps: tuple[StepResult, ...]
    trend: tuple[float, ...]
    next: Said


def overview(session: Session, location: str, folder: Path | None = None) -> Overview:
    """Look at a ledger without changing or checking anything.

    Raises:
        ServiceError: the results of the last run are not readable.
        GenerationsError: the current generation is not readable.

    """
    place = folder or runs_folder(location)
    store = session.store
    size, runs = store.head().size, history(place)
    current = Generations(generations_folder(location)).current()
    sealed = [seal.size for _, seal in seals(store)]
    noted = [row[0] for row in store.read_checkpoints() if type(row[0]) is int]
    results = last_results(place)
    steps = () if results is None else results_of(results)
    good = [run for run in runs if run.exit_code == 0]
    held, died = running(place), killed(place)
    if died is not None and all(run.run_id != died.run_id for run in runs):
        runs, steps = [*runs, died], ()
    return Overview(
        origin=store.origin,
        size=size,
        others=size_of_others(store),
        generation=reached(store, current),
        index=max(sealed, default=0),
        checkpoint=max(noted, default=0),
        running=held,
        last=runs[-1] if runs else None,
        last_success=good[-1].finished_at if good else None,
        steps=steps,
        trend=tuple(run.seconds for run in runs if run.finished_at is not None),
        next=_next(held, runs[-1] if runs else None, steps, size),
    )


def _next(held: Run | None, last: Run | None, steps: tuple[StepResult, ...], size: int) -> Said:
    """Say what somebody has to do now."""
    if held is not None:
        return Said("有一次运行正在进行：等它结束", "a run is under way: wait until it is done")
    if last is None:
        return Said("还没有运行过：aidledger nightly", "there was no run yet: aidledger nightly")
    if last.exit_code is None:
        return Said(
            "上次运行中途被杀：再运行 aidledger nightly 即可接上",
            "the last run was killed: aidledger nightly goes on with it",
        )
    if last.entries > size:
        return Said(
            f"上次运行时有 {last.entries:,} 条，现在少了：aidledger verify",
            f"the ledger is shorter than the {last.entries:,} entries of its last run: aidledger verify",
        )
    wrong = [one.name for one in steps if one.status == "findings"]
    if wrong:
        names = ", ".join(wrong)
        return Said(
            f"{names} 发现问题：见报告；处理后 aidledger retry --reason …",
            f"{names} found something: see the report, then aidledger retry --reason …",
        )
    undone = [one.name for one in steps if one.status in ("failed", "partial", "skipped")]
    if undone:
        names = ", ".join(undone)
        return Said(
            f"{names} 没有完成：aidledger retry --reason …",
            f"{names} not done: aidledger retry --reason …",
        )
    if any(one.status == "unproven" for one in steps):
        return Said(
            "没有外部证明：用 --policy 请见证方联署",
            "nobody outside vouches for it: have it cosigned, with --policy",
        )
    return Said("无事可做", "nothing")
