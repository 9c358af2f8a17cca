"""What must hold of a ledger after any fault: the checks that every harness of this folder shares."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from aidledger.ledger.tree import root_of_leaves
from aidledger.ledger.verify import verify_entries
from aidledger.store.port import LedgerStore

Ack = tuple[str, int, int, str]
"""cause, position, count, root (hex): what a receipt said."""


def problems(store: LedgerStore, acks: Iterable[Ack]) -> list[str]:
    """Compare a ledger with all that it acknowledged; an empty list is the only good answer."""
    rows = [tuple(row) for row in store.read()]
    batches = [
        (batch.cause, batch.position, batch.count, batch.root.hex())
        for batch in store.read_batches()
    ]
    found = [*of_rows(rows), *of_batches(len(rows), batches, list(acks))]
    report = verify_entries(iter(rows), store.read_nodes(), store.read_head_row())
    found += [f"verify: {finding.code} at {finding.position}" for finding in report.findings[:5]]
    head = store.head()
    if (head.size, head.root) != (len(rows), root_of_leaves([row[6] for row in rows])):
        found.append("the head is not the root of the rows")
    return found


def of_rows(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Positions and versions must be dense."""
    found = []
    if [row[0] for row in rows] != list(range(len(rows))):
        found.append("positions are not dense")
    last: dict[str, int] = {}
    for row in rows:
        if row[2] != last.get(row[1], 0) + 1:
            found.append(f"version {row[2]} of {row[1]} follows {last.get(row[1], 0)}")
        last[row[1]] = row[2]
    return found[:5]


def of_batches(size: int, batches: Sequence[Ack], acks: Sequence[Ack]) -> list[str]:
    """Batches must tile the log, each cause once, and hold all that was acknowledged."""
    found = []
    at = 0
    for cause, position, count, _ in batches:
        if position != at:
            found.append(f"batch {cause} begins at {position}, expected {at}")
        at = position + count
    if at != size:
        found.append(f"batches end at {at}, the log at {size}")
    doubled = [
        cause for cause, times in Counter(batch[0] for batch in batches).items() if times > 1
    ]
    found += [f"cause {cause} is there twice" for cause in doubled]
    lost = set(acks) - set(batches)
    found += [f"acknowledged and lost: {ack[0]}" for ack in sorted(lost)]
    return found[:5]


def after_power_loss(path: Path, folder: Path) -> Path:
    """What another machine would find: the file and its WAL, without the shared memory."""
    folder.mkdir(exist_ok=True)
    for suffix in ("", "-wal"):
        if Path(f"{path}{suffix}").exists():
            shutil.copy(f"{path}{suffix}", folder / f"{path.name}{suffix}")
    return folder / path.name
